"""Front matter as agents write it, read line by line: most of it is not YAML (`globs: **/*.ts` is none).

A list may stand in one string with commas, in brackets, or on lines of its own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_KEY = re.compile(r"(?P<key>[A-Za-z][\w-]{0,40})[ \t]*:(?:[ \t]+(?P<value>.*)|[ \t]*)$")
_ENTRY = re.compile(r"[ \t]*-[ \t]+(?P<value>.+)$")
_FENCE = re.compile(r"---[ \t]*$")


class Front(NamedTuple):
    """What stands before the text of a rule file."""

    fields: Mapping[str, tuple[str, ...]]
    """By key in lower case; one value may still be several with commas between."""
    length: int
    """How many lines of the file it takes."""
    note: str = ""


def front(lines: Sequence[str]) -> Front:
    """The front matter of a file. Where its end is missing, it ends before the first line that cannot belong to it."""
    bare = [line.rstrip("\r\n") for line in lines]
    if not bare or not _FENCE.match(bare[0]):
        return Front({}, 0)
    fields: dict[str, list[str]] = {}
    key = ""
    for number, line in enumerate(bare[1:], start=1):
        if _FENCE.match(line):
            return Front(_values(fields), number + 1)
        found, entry = _KEY.match(line), _ENTRY.match(line)
        if found:
            key = found["key"].lower()
            fields[key] = [found["value"] or ""]
        elif entry and key:
            fields[key].append(entry["value"])
        elif line.strip() and not line.startswith((" ", "\t", "#")):
            break
    else:
        number = len(bare)
    if fields:
        return Front(_values(fields), number, "its front matter has no end; what does not belong to it is read as text")
    return Front({}, 0)


def flag(value: Sequence[str]) -> bool:
    """Is a field set to yes?"""
    return [each.lower() for each in value] in (["true"], ["yes"])


def globs(value: Sequence[str]) -> tuple[str, ...]:
    """Every glob of a field: commas part them, but not inside braces."""
    found: list[str] = []
    for each in value:
        depth, start = 0, 0
        for place, letter in enumerate(each):
            depth = max(0, depth + (letter == "{") - (letter == "}"))
            if letter == "," and not depth:
                found.append(each[start:place])
                start = place + 1
        found.append(each[start:])
    return tuple(glob for each in found if (glob := _unquoted(each)))


def _values(fields: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(text for value in values for text in _listed(value)) for key, values in fields.items()}


def _listed(value: str) -> list[str]:
    text = value.strip()
    if text.startswith("[") and text.endswith("]"):
        return [each for each in globs([text[1:-1]]) if each]
    text = "" if text in {"|", ">", "|-", ">-", "null", "~"} else _unquoted(text)
    return [text] if text else []


def _unquoted(text: str) -> str:
    text = text.strip()
    for sign in "\"'":
        if len(text) > 1 and text.startswith(sign) and text.endswith(sign):
            return text[1:-1].strip()
    return text.strip("\"'").strip()
