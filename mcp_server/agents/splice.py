"""Change one place of a JSON or JSONC text and leave every other byte as its owner wrote it.

What `put` and `add` insert, `drop` takes out again to the byte.
"""

import json
import re
from collections.abc import Callable, Sequence

from mcp_server.agents.sheet import BREAK, SPACE, Item, Sheet, Spot, Way, measure, pick, refuse

_LAST_BREAK = re.compile(r"(?:\r\n|\n|\r)[ \t]*\Z")
_ONLY_BREAK = re.compile(r"(?:\r\n|\n|\r)[ \t]*")


def put(text: str, way: Way, value: object) -> str:
    """Let `value` stand at `way`, making the objects that lead there. Raises `SpliceError`."""
    if not text.removeprefix("\ufeff").strip(SPACE):
        return text.rstrip(SPACE) + json.dumps(_nested(way, value), ensure_ascii=False, indent=2) + "\n"
    sheet = measure(text)
    spot, steps = sheet.find(way)
    if steps == len(way):
        indent = spot.indent if spot.own_line else None
        return text[: spot.begin] + sheet.words(value, indent=indent) + text[spot.end :]
    name = way[steps]
    if isinstance(name, int):
        refuse(way[: steps + 1], "is not there")
    items, close = sheet.items(spot, way[:steps], named=True)
    return _fill(sheet, spot, (items, close), name=name, value=_nested(way[steps + 1 :], value))


def add(text: str, way: Way, element: object) -> str:
    """Let the array at `way` end with `element`, making what leads there. Raises `SpliceError`."""
    if not text.removeprefix("\ufeff").strip(SPACE):
        return put(text, way, [element])
    sheet = measure(text)
    spot, steps = sheet.find(way)
    if steps < len(way):
        return put(text, way, [element])
    return _fill(sheet, spot, sheet.items(spot, way, named=False), name=None, value=element)


def drop(text: str, way: Way) -> str:
    """Take out the member or element at `way`, with its comma and its line. Raises `SpliceError`."""
    sheet = measure(text)
    around, steps = sheet.find(way[:-1])
    name = way[-1]
    if steps < len(way) - 1:
        refuse(way[: steps + 1], "is not there")
    items, close = sheet.items(around, way[:-1], named=isinstance(name, str))
    item = pick(items, name, way)
    if item is None:
        refuse(way, "is not there")
    return _cut(sheet, items, item, inside=(around.begin + 1, close))


def _fill(sheet: Sheet, spot: Spot, held: tuple[Sequence[Item], int], *, name: str | None, value: object) -> str:
    """Write a member, or an element where there is no name, at the end of a container."""
    text, (items, close) = sheet.text, held

    def worded(indent: str | None) -> str:
        colon = ": " if sheet.spaced or indent is not None else ":"
        head = "" if name is None else json.dumps(name, ensure_ascii=False) + colon
        return head + sheet.words(value, indent=indent)

    if not items:
        return _fill_empty(sheet, spot, close, worded)
    last = items[-1]
    own_line, indent = sheet.stands(last.begin, spot.indent + sheet.unit)
    place, runs = sheet.behind_comments(last.end if last.comma < 0 else last.comma + 1)
    gap = sheet.eol + indent if own_line or runs else " " if sheet.spaced else ""
    filled = gap + worded(indent if own_line else None)
    if last.comma >= 0:
        return text[:place] + filled + "," + text[place:]
    return text[: last.end] + "," + text[last.end : place] + filled + text[place:]


def _fill_empty(sheet: Sheet, spot: Spot, close: int, worded: Callable[[str | None], str]) -> str:
    text, first = sheet.text, spot.begin + 1
    inner = spot.indent + sheet.unit
    body = text[first:close]
    if body.strip(SPACE):
        # Behind the comments that lie in it; what is between them and the bracket stays there.
        place = sheet.ground(close)
        many = BREAK.search(text, place, close) is not None
        return text[:place] + (sheet.eol + inner + worded(inner) if many else " " + worded(None)) + text[place:]
    if not spot.own_line:
        return text[:close] + worded(None) + text[close:]
    # A lone carriage return before ours must not become half of a line break.
    eol = "\r" if sheet.eol == "\n" and text[:close].endswith("\r") else sheet.eol
    return text[:close] + eol + inner + worded(inner) + eol + spot.indent + text[close:]


def _cut(sheet: Sheet, items: Sequence[Item], item: Item, *, inside: tuple[int, int]) -> str:
    """Take an item out of the container whose inside is given."""
    text, end = sheet.text, item.end if item.comma < 0 else item.comma + 1
    begin = sheet.ground(item.begin)
    if len(items) == 1 and begin == inside[0]:
        # Alone, with no comment before it: the line breaks around it go where both are there.
        broken = _LAST_BREAK.search(text, inside[0], item.begin)
        if broken and _ONLY_BREAK.fullmatch(text, end, inside[1]):
            return text[: broken.start()] + text[inside[1] :]
        return text[: item.begin] + text[end:]
    rest = text[end:]
    runs = any(stop == begin and text.startswith("//", first) for first, stop in sheet.comments)
    if runs and not re.match(r"[ \t]*(?:[\r\n]|\Z)", rest):
        # A comment before ours took the rest of its line; what comes now must not fall into it.
        rest = sheet.eol + rest
    if item.comma >= 0 or len(items) == 1:
        return text[:begin] + rest
    comma = items[-2].comma
    return text[:comma] + text[comma + 1 : begin] + rest


def _nested(way: Way, value: object) -> object:
    for name in reversed(way):
        if isinstance(name, int):
            refuse(way, "is not there")
        value = {name: value}
    return value
