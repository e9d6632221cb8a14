"""JSON values one after another, as `gh api --paginate` prints pages and logs of webhooks keep a line for each."""

import json
from typing import NamedTuple, NoReturn

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport

MOST = 100_000
"""Values in one file."""

_BETWEEN = " \t\r\n\x1e"


class Values(NamedTuple):
    """What could be read of a file."""

    every: list[object]
    missing: str = ""
    """Why that is not everything; empty where it is."""


def values(data: bytes, name: str) -> Values:
    """The values in `data`, of which there is at least one. `name` stands before every message.

    What breaks off after a whole value is read in part. Raises NotAReport.
    """
    try:
        return Values([document.load(data, name)])
    except NotAReport as error:
        refused = error
    found = _several(document.decoded(data, name), name) if len(data) <= document.LARGEST else Values([])
    if not found.every:
        raise refused
    return found


def first(text: str) -> object:
    """The value a text begins with; None where it does not begin with a whole object or list."""
    found = _next(text, _after(text, 0))
    return None if found is None else found[0]


def _several(text: str, name: str) -> Values:
    every: list[object] = []
    place = _after(text, 0)
    while place < len(text):
        found = _next(text, place)
        if found is None:
            line = text.count("\n", 0, place) + 1
            return Values(every, f"what stands in line {line} and after it is not whole JSON")
        if len(every) == MOST:
            raise NotAReport(f"{name}: at most {MOST:,} JSON values in one file are read; split it")
        # Once more, by the reader of whole files: how deep a value may lie is its business.
        every.append(document.load(text[place : found[1]].encode("utf-8", "surrogatepass"), name))
        place = _after(text, found[1])
    return Values(every)


def _next(text: str, place: int) -> tuple[object, int] | None:
    """The object or list that begins at a place, and where it ends."""
    if text[place : place + 1] not in {"{", "["}:
        return None
    try:
        return _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None


def _after(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BETWEEN:
        place += 1
    return place


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


_DECODER = json.JSONDecoder(parse_constant=_refuse)
