"""Change one place of a JSON or JSONC text and leave every other byte as its owner wrote it.

`json` writes a document anew, and no library for Python that is kept alive edits one in place without
Node beside it. So the text is only measured here: comments and trailing commas are blanked out in a
copy of the same length, `json` judges that copy, and what is found there is cut or filled in the text.
What `put` and `add` insert, `drop` takes out again to the byte.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, cast

type Path = Sequence[str | int]
"""Names of members and places of elements, from the outermost in."""

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_COMMENT = re.compile(rf"{_STRING}|(?P<comment>//[^\r\n]*|/\*.*?\*/)", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|(?P<comma>,)(?=[ \t\r\n]*[\]}}])", re.DOTALL)
_TOKEN = re.compile(rf'{_STRING}|[{{}}\[\],:]|[^ \t\r\n"{{}}\[\],:]+', re.DOTALL)
_BREAK = re.compile(r"\r\n|\n|\r")
_LAST_BREAK = re.compile(r"(?:\r\n|\n|\r)[ \t]*\Z")
_ONLY_BREAK = re.compile(r"(?:\r\n|\n|\r)[ \t]*")
_SPACE = " \t\r\n"


class SpliceError(Exception):
    """A text that cannot be changed here; the message says why, and fits after the file's name."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A member or element: where it begins, its value, and the comma behind it, or -1."""

    key: str
    begin: int
    value: int
    end: int
    comma: int


@dataclass(frozen=True, slots=True)
class _Spot:
    """A value that was found, and how it stands: on a line of its own, behind which spaces."""

    begin: int
    end: int
    own_line: bool
    indent: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A text, its copy without comments, and its habits."""

    text: str
    bare: str
    comments: tuple[tuple[int, int], ...]
    eol: str
    unit: str
    root: _Spot

    def items(self, at: int) -> tuple[list[_Item], int]:
        """What the container that opens at a place holds, and where it closes."""
        found: list[_Item] = []
        named, depth, marks = self.bare[at] == "{", 0, [-1, -1, -1]
        for token in _TOKEN.finditer(self.bare, at + 1):
            word, start = token[0], token.start()
            if depth == 0 and word in ",]}":
                begin, value, end = marks
                if begin >= 0:
                    key = cast("str", json.loads(self.bare[begin : self._key_end(begin)])) if named else ""
                    found.append(_Item(key, begin, value, end, start if word == "," else -1))
                if word != ",":
                    return found, start
                marks = [-1, -1, -1]
                continue
            if marks[0] < 0:
                marks[0] = start
                if named:
                    continue
            if marks[1] < 0 and word != ":":
                marks[1] = start
            marks[2] = token.end()
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(word, 0)
        raise AssertionError  # `json` has seen the end

    def _key_end(self, begin: int) -> int:
        match = _TOKEN.match(self.bare, begin)
        assert match is not None
        return match.end()

    def stands(self, begin: int, otherwise: str) -> tuple[bool, str]:
        """Is there nothing but space before a place on its line, and what space; else `otherwise`."""
        line = max(self.text.rfind("\n", 0, begin), self.text.rfind("\r", 0, begin)) + 1
        before = self.text[line:begin]
        return (True, before) if line and not before.strip(" \t") else (False, otherwise)

    def behind_comments(self, place: int) -> tuple[int, bool]:
        """The end of the comments that follow a place on its line, and whether the last runs to the line's end."""
        runs = False
        for begin, end in self.comments[bisect_left(self.comments, (place, 0)) :]:
            if self.text[place:begin].strip(" \t"):
                break
            place, runs = end, self.text.startswith("//", begin)
        return place, runs

    def dumps(self, value: object, *, indent: str | None) -> str:
        """A value in the habits of the text; on one line where there is no indent."""
        if indent is None:
            spaced = '": ' in self.bare or '", ' in self.bare
            return json.dumps(value, ensure_ascii=False, separators=(", ", ": ") if spaced else (",", ":"))
        return json.dumps(value, ensure_ascii=False, indent=self.unit).replace("\n", self.eol + indent)


def read(text: str) -> object:
    """The value of a text; comments and trailing commas are allowed. Raises `SpliceError`."""
    return _read(_without_commas(_without_comments(text)[0]))


def is_plain(text: str) -> bool:
    """Is this JSON without comments and trailing commas?"""
    try:
        _read(text.removeprefix("\ufeff"))
    except SpliceError:
        return False
    return True


def put(text: str, path: Path, value: object) -> str:
    """Let `value` stand at `path`, making the objects that lead there. Raises `SpliceError`."""
    if not text.removeprefix("\ufeff").strip(_SPACE):
        return text.rstrip(_SPACE) + json.dumps(_nested(path, value), ensure_ascii=False, indent=2) + "\n"
    sheet = _sheet(text)
    spot = sheet.root
    for depth, name in enumerate(path):
        items, close = _open(sheet, spot, path[:depth], name)
        item = _pick(items, name, path[: depth + 1])
        if item is None:
            if isinstance(name, int):
                _refuse(path[: depth + 1], "is not there")
            return _fill(sheet, spot, items, close, (name, _nested(path[depth + 1 :], value)))
        spot = _spot(sheet, item, spot)
    indent = spot.indent if spot.own_line or spot is sheet.root else None
    if not isinstance(value, dict | list):
        indent = None
    return text[: spot.begin] + sheet.dumps(value, indent=indent) + text[spot.end :]


def add(text: str, path: Path, element: object) -> str:
    """Let the array at `path` end with `element`, making what leads there. Raises `SpliceError`."""
    if not text.removeprefix("\ufeff").strip(_SPACE):
        return put(text, path, [element])
    sheet = _sheet(text)
    spot = sheet.root
    for depth, name in enumerate(path):
        items, _ = _open(sheet, spot, path[:depth], name)
        item = _pick(items, name, path[: depth + 1])
        if item is None:
            return put(text, path, [element])
        spot = _spot(sheet, item, spot)
    items, close = _open(sheet, spot, path, 0)
    return _fill(sheet, spot, items, close, (None, element))


def drop(text: str, path: Path) -> str:
    """Take out the member or element at `path`, with its comma and its line. Raises `SpliceError`."""
    sheet = _sheet(text)
    spot, parent = sheet.root, sheet.root
    items: list[_Item] = []
    close, place = 0, 0
    for depth, name in enumerate(path):
        items, close = _open(sheet, spot, path[:depth], name)
        item = _pick(items, name, path[: depth + 1])
        if item is None:
            _refuse(path[: depth + 1], "is not there")
        place = items.index(item)
        parent, spot = spot, _spot(sheet, item, spot)
    return _cut(sheet, items, place, (parent.begin + 1, close))


def _sheet(text: str) -> _Sheet:
    bare, comments = _without_comments(text)
    _read(_without_commas(bare))
    first = _BREAK.search(text)
    eol = "\n" if first is None else first[0]
    begin = len(bare) - len(bare.lstrip(_SPACE))
    sheet = _Sheet(text, bare, comments, eol, "  ", _Spot(begin, len(bare.rstrip(_SPACE)), own_line=True, indent=""))
    if bare[begin] not in "{[":
        return sheet
    items, close = sheet.items(begin)
    if not items:
        return sheet
    own_line, unit = sheet.stands(items[0].begin, "  ")
    root = _Spot(begin, close + 1, own_line=bool(_BREAK.search(text, begin, close)), indent="")
    return _Sheet(text, bare, comments, eol, unit if own_line else "  ", root)


def _open(sheet: _Sheet, spot: _Spot, path: Path, name: str | int) -> tuple[list[_Item], int]:
    """What the container at a spot holds. Raises `SpliceError` where it is no container of that kind."""
    wanted, kind = ("{", "an object") if isinstance(name, str) else ("[", "a list")
    if sheet.bare[spot.begin] != wanted:
        _refuse(path, f"is not {kind}")
    return sheet.items(spot.begin)


def _pick(items: Sequence[_Item], name: str | int, path: Path) -> _Item | None:
    if isinstance(name, int):
        return items[name] if name < len(items) else None
    found = [item for item in items if item.key == name]
    if len(found) > 1:
        _refuse(path, "stands there twice, and programs differ in which one they take")
    return found[0] if found else None


def _spot(sheet: _Sheet, item: _Item, around: _Spot) -> _Spot:
    own_line, indent = sheet.stands(item.begin, around.indent)
    return _Spot(item.value, item.end, own_line=own_line, indent=indent)


def _fill(
    sheet: _Sheet, spot: _Spot, items: Sequence[_Item], close: int, member: tuple[str | int | None, object]
) -> str:
    """Write a member, or an element where the name is None, at the end of a container."""
    text = sheet.text

    def worded(indent: str | None) -> str:
        name, value = member
        spaced = indent is not None or '":' not in sheet.bare or '": ' in sheet.bare
        head = "" if name is None else json.dumps(name, ensure_ascii=False) + (": " if spaced else ":")
        return head + sheet.dumps(value, indent=indent)

    if not items:
        return _fill_empty(sheet, spot, close, worded)
    last = items[-1]
    own_line, indent = sheet.stands(last.begin, spot.indent + sheet.unit)
    comma = last.comma >= 0
    place, runs = sheet.behind_comments(last.comma + 1 if comma else last.end)
    gap = sheet.eol + indent if own_line or runs else " " if ", " in sheet.bare or '": ' in sheet.bare else ""
    filled = gap + worded(indent if own_line else None)
    if comma:
        return text[:place] + filled + "," + text[place:]
    return text[: last.end] + "," + text[last.end : place] + filled + text[place:]


def _fill_empty(sheet: _Sheet, spot: _Spot, close: int, worded: "Worded") -> str:
    text, open_ = sheet.text, spot.begin + 1
    inner = spot.indent + sheet.unit
    body = text[open_:close]
    if body.strip(_SPACE):
        # Behind the comments that lie in it; what is between them and the bracket stays there.
        place = open_ + len(body.rstrip(_SPACE))
        many = _BREAK.search(text, place, close) is not None
        return text[:place] + (sheet.eol + inner + worded(inner) if many else " " + worded(None)) + text[place:]
    if not spot.own_line:
        return text[:close] + worded(None) + text[close:]
    # A lone carriage return before ours must not become half of a line break.
    eol = "\r" if sheet.eol == "\n" and text[:close].endswith("\r") else sheet.eol
    return text[:close] + eol + inner + worded(inner) + eol + spot.indent + text[close:]


def _cut(sheet: _Sheet, items: Sequence[_Item], place: int, inside: tuple[int, int]) -> str:
    """Take an item out of the container whose inside is given."""
    text, item = sheet.text, items[place]
    head = text[: item.begin].rstrip(_SPACE)
    begin, end = len(head), item.end if item.comma < 0 else item.comma + 1
    if len(items) == 1:
        before, after = text[inside[0] : item.begin], text[end : inside[1]]
        if not before.strip(_SPACE):
            begin = item.begin
            broken = _LAST_BREAK.search(before)
            if broken and _ONLY_BREAK.fullmatch(after):
                begin, end = inside[0] + broken.start(), inside[1]
        return _joined(sheet, begin, end, item.begin)
    if item.comma < 0:
        comma = items[place - 1].comma
        return text[:comma] + _joined(sheet, begin, end, item.begin)[comma + 1 :]
    return _joined(sheet, begin, end, item.begin)


def _joined(sheet: _Sheet, begin: int, end: int, start: int) -> str:
    """The text without a piece; a comment that runs to the end of its line keeps that end."""
    text = sheet.text
    runs = any(stop == begin and text.startswith("//", first) for first, stop in sheet.comments)
    if runs and not re.match(r"[ \t]*(?:[\r\n]|\Z)", text[end:]):
        kept = _BREAK.search(text, begin, start)
        begin = begin if kept is None else kept.end()
    return text[:begin] + text[end:]


def _without_comments(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text with spaces in place of comments and of a byte order mark, and where the comments are."""
    found: list[tuple[int, int]] = []

    def blank(match: re.Match[str]) -> str:
        if match["comment"] is None:
            return match[0]
        found.append(match.span())
        return " " * len(match[0])

    bare = _COMMENT.sub(blank, text)
    return (" " + bare[1:] if bare.startswith("\ufeff") else bare), tuple(found)


def _without_commas(bare: str) -> str:
    def blank(match: re.Match[str]) -> str:
        if match["comma"] is None:
            return match[0]
        before = bare[: match.start()].rstrip(_SPACE)[-1:]
        return "," if before in {"", "[", "{", ","} else " "

    return _COMMA.sub(blank, bare)


def _read(bare: str) -> object:
    try:
        return json.loads(bare, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise SpliceError(f"is not valid JSON (line {error.lineno}: {error.msg})") from None
    except RecursionError:
        raise SpliceError("is nested deeper than any configuration") from None
    except ValueError as error:
        raise SpliceError(f"is not valid JSON ({error})") from None


def _no_constant(word: str) -> NoReturn:
    raise SpliceError(f"is not valid JSON ({word} is no number)")


def _nested(path: Path, value: object) -> object:
    for name in reversed(path):
        if isinstance(name, int):
            _refuse(path, "is not there")
        value = {name: value}
    return value


def _refuse(path: Path, why: str) -> NoReturn:
    raise SpliceError(f"cannot be changed: `{'.'.join(map(str, path)) or 'the whole'}` {why}")
