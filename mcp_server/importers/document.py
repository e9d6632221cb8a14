"""Foreign JSON: refused by name before it can cost anything, then looked into without trusting its shape."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NoReturn, cast

from mcp_server.importers.found import NotAReport
from store.text import CleanText, clean_line

LARGEST = 64 * 1024 * 1024
"""Bytes of a document; a larger one is refused."""
MOST = 2_000_000
"""Arrays and objects in one document; each takes a hundred bytes of memory, and may take two of the file."""
DEEPEST = 100
"""Arrays and objects inside one another."""

_DEPTH = re.compile(r'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)[^"\[\]{}]*+)*+([\[\]{}]|\Z)', re.DOTALL)
"""The next bracket outside of texts; whatever stands before it is passed over once."""


def load(data: bytes, name: str) -> Any:
    """The JSON value in `data`; `name` stands before every message. Raises NotAReport."""
    if len(data) > LARGEST:
        raise NotAReport(f"{name}: {len(data):,} bytes, at most {LARGEST:,} are read; split it")
    if not data.strip():
        raise NotAReport(f"{name}: the file is empty; write it again")
    text = decoded(data, name)
    _check_depth(text, name)
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        why = clean_line(getattr(error, "msg", "") or str(error), limit=80).text
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        raise NotAReport(f"{name}: not whole JSON ({why}{where}); write it again") from error


def decoded(data: bytes, name: str) -> str:
    """The text of UTF-8, or of UTF-16 and 32 where a mark says so. Raises NotAReport for other bytes."""
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotAReport(f"{name}: byte {error.start} is not {encoding.upper()}; write it in UTF-8") from error


def digest(data: bytes) -> str:
    """What two readings of the same bytes share."""
    return sha256(data).hexdigest()


def named(origin: str) -> CleanText:
    """A file's name as it stands in messages."""
    return clean_line(origin, limit=200).text


def at(value: object, *steps: str | int) -> object:
    """The value at a path of keys and places; None where there is none."""
    for step in steps:
        if isinstance(step, str) and isinstance(value, dict):
            value = cast("Mapping[str, object]", value).get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(cast("list[object]", value)) <= step:
            many = cast("list[object]", value)
            value = many[step] if step < len(many) else None
        else:
            return None
    return value


def text(value: object, *steps: str | int) -> str:
    """The text at a path; empty where there is none."""
    found = at(value, *steps)
    return found if isinstance(found, str) else ""


def items(value: object, *steps: str | int) -> list[object]:
    """The list at a path; empty where there is none."""
    found = at(value, *steps)
    return cast("list[object]", found) if isinstance(found, list) else []


def whole(value: object, *steps: str | int) -> int | None:
    """The whole number at a path; a truth value is none."""
    found = at(value, *steps)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def number(value: object, *steps: str | int) -> float | None:
    """The finite number at a path; a truth value is none."""
    found = at(value, *steps)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    try:
        return float(found) if math.isfinite(found) else None
    except OverflowError:  # a whole number that no measure has
        return None


def moment(value: object, *steps: str | int) -> float | None:
    """Seconds since the epoch of an ISO 8601 text at a path; one without a zone is UTC. None for none."""
    words = text(value, *steps).strip()
    # GitLab writes `2026-01-01 10:00:00 UTC`
    plain = re.sub(r" ?(?:UTC|Z)$", "+00:00", words)
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        return None
    seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return seconds if seconds >= 0 else None


def _check_depth(text: str, name: str) -> None:
    """Too much, or too deep, is refused before it is parsed: it would end in gigabytes, or the parser's recursion."""
    many = text.count("[") + text.count("{")
    if many > MOST:
        raise NotAReport(f"{name}: it holds more than {MOST:,} values in values; split it")
    if many <= DEEPEST:
        return
    depth = 0
    for found in _DEPTH.finditer(text):
        mark = found[1]
        if mark and mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise NotAReport(f"{name}: values lie more than {DEEPEST} deep; no report does")
        elif mark:
            depth -= 1


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number in JSON")
