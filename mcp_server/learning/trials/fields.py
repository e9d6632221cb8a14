"""Fields of a message, each checked for what it has to be, and refused by its name where it is not."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, cast

from mcp_server.learning.trials.errors import MalformedError

Fields = Mapping[str, Any]


def _where(fields: Fields, name: str) -> str:
    return f"{fields.get('t', 'exposure.set')}.{name}"


def ident(fields: Fields, name: str) -> str:
    """A text that is not empty. Raises `MalformedError`."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedError(f"{_where(fields, name)} must be a text that is not empty")
    return value


def text(fields: Fields, name: str) -> str:
    """A text; empty where there is none. Raises `MalformedError`."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedError(f"{_where(fields, name)} must be a text")
    return value or ""


def idents(fields: Fields, name: str) -> tuple[str, ...]:
    """A list of ids; none where there is no list. Raises `MalformedError`."""
    value = fields.get(name)
    if value is None:
        return ()
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    for item in items:
        if not isinstance(item, str) or not item:
            raise MalformedError(f"{_where(fields, name)} must be a list of ids")
    return tuple(cast("list[str]", items))


def flag(fields: Fields, name: str) -> bool:
    """True or false; false where nothing is said. Raises `MalformedError`."""
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise MalformedError(f"{_where(fields, name)} must be true or false")
    return bool(value)


def time(fields: Fields) -> float:
    """The `ts` of a message, in seconds. Raises `MalformedError`."""
    value = fields.get("ts")
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise MalformedError(f"{_where(fields, 'ts')} must be a time in seconds")
    return float(value)


def amount(fields: Fields, name: str) -> float | None:
    """A number from 0, or None. Raises `MalformedError`."""
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value) or value < 0:
        raise MalformedError(f"{_where(fields, name)} must be a number from 0")
    return float(value)


def probability(value: object, where: str) -> float | None:
    """A number from 0 to 1, or None. Raises `MalformedError`."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise MalformedError(f"{where} must be a number from 0 to 1")
    return float(value)


def _finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number larger than any float
        return False
