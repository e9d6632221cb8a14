"""Measure a JSON or JSONC text: what stands where in it, and how its owner likes to write.

`json` tells the value of a text but not where anything stands, and no library for Python that is kept
alive edits JSONC in place without a Node beside it. So comments and trailing commas are blanked out in
a copy of the same length, `json` judges that copy, and every place in it is a place in the text.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple, NoReturn, cast

Way = Sequence[str | int]
"""Names of members and numbers of elements, from the outermost in."""

# A string or comment without an end runs to the end of the text: `json` or we refuse it, after one look.
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"?'
_COMMENT = re.compile(rf"{_STRING}|(?P<comment>//[^\r\n]*|/\*.*?(?:\*/|\Z))", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|(?P<comma>,)(?=[ \t\r\n]*[\]}}])", re.DOTALL)
_TOKEN = re.compile(rf'{_STRING}|[{{}}\[\],:]|[^ \t\r\n"{{}}\[\],:]+', re.DOTALL)
BREAK = re.compile(r"\r\n|\n|\r")
SPACE = " \t\r\n"


class SpliceError(Exception):
    """A text that cannot be changed here; the message says why, and fits behind the file's name."""


class Item(NamedTuple):
    """A member or element: where it begins, its value, and the comma behind it, or -1."""

    key: str
    begin: int
    value: int
    end: int
    comma: int


class Spot(NamedTuple):
    """A value that was found, and how it stands: on lines of its own, behind which spaces."""

    begin: int
    end: int
    own_line: bool
    indent: str


class Sheet(NamedTuple):
    """A text, its copy without comments, and its habits."""

    text: str
    bare: str
    comments: tuple[tuple[int, int], ...]
    eol: str
    unit: str
    spaced: bool
    """Does a space follow colons and commas that stand on one line?"""
    root: Spot

    def items(self, spot: Spot, way: Way, *, named: bool) -> tuple[list[Item], int]:
        """What an object (or an array, where it is not `named`) holds, and where it closes.

        Raises `SpliceError` where there is another kind of value.
        """
        if self.bare[spot.begin] != ("{" if named else "["):
            refuse(way, f"is not {'an object' if named else 'a list'}")
        return _items(self.bare, spot.begin)

    def find(self, way: Way, *, whole: Way = ()) -> tuple[Spot, int]:
        """The value at `way`, or the innermost around it that is there, and how many steps lead to that.

        Raises `SpliceError` where a step is no container, or a name stands there twice.
        """
        spot = self.root
        for depth, name in enumerate(way):
            items, _ = self.items(spot, (*whole, *way[:depth]), named=isinstance(name, str))
            item = pick(items, name, (*whole, *way[: depth + 1]))
            if item is None:
                return spot, depth
            spot = self.spot(item, spot)
        return spot, len(way)

    def spot(self, item: Item, around: Spot) -> Spot:
        """The value of an item."""
        own_line, indent = self.stands(item.begin, around.indent)
        return Spot(item.value, item.end, own_line, indent)

    def stands(self, begin: int, otherwise: str) -> tuple[bool, str]:
        """Is there nothing but space before a place on its line, and what space; else `otherwise`."""
        line = max(self.text.rfind("\n", 0, begin), self.text.rfind("\r", 0, begin)) + 1
        before = self.text[line:begin]
        return (True, before) if line and not before.strip(" \t") else (False, otherwise)

    def behind_comments(self, place: int) -> tuple[int, bool]:
        """The end of the comments that follow a place on its line, and whether the last takes the rest of it."""
        runs = False
        for begin, end in self.comments[bisect_left(self.comments, (place, 0)) :]:
            if self.text[place:begin].strip(" \t"):
                break
            place, runs = end, self.text.startswith("//", begin)
        return place, runs

    def ground(self, place: int) -> int:
        """Where the space before a place begins: behind the last comment or word."""
        number = bisect_left(self.comments, (place, 0))
        comment = self.comments[number - 1][1] if number else 0
        return max(comment, len(self.text[:place].rstrip(SPACE)))

    def words(self, value: object, *, indent: str | None) -> str:
        """A value in the habits of the text; on one line where there is no indent."""
        if indent is None:
            return json.dumps(value, ensure_ascii=False, separators=(", ", ": ") if self.spaced else (",", ":"))
        return json.dumps(value, ensure_ascii=False, indent=self.unit).replace("\n", self.eol + indent)


def read(text: str) -> object:
    """The value of a text; comments and trailing commas are allowed. Raises `SpliceError`."""
    try:
        return _read(text.removeprefix("\ufeff"))  # the usual case, in a tenth of the time
    except SpliceError:
        return _read(_without_commas(_without_comments(text)[0]))


def is_plain(text: str) -> bool:
    """Is this JSON without comments and trailing commas, which some programs do not read?"""
    try:
        _read(text.removeprefix("\ufeff"))
    except SpliceError:
        return False
    return True


def measure(text: str) -> Sheet:
    """Look at a text that is not empty. Raises `SpliceError`."""
    bare, comments = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text, ()
    if not is_plain(text):
        bare, comments = _without_comments(text)
        _read(_without_commas(bare))
    found = BREAK.search(text)
    eol = "\n" if found is None else found[0]
    begin, end = len(bare) - len(bare.lstrip(SPACE)), len(bare.rstrip(SPACE))
    items = _items(bare, begin)[0] if bare[begin] in "{[" else []
    spaced = not items or bool(re.search(r'": |", ', bare))
    root = Spot(begin, end, own_line=not items or bool(BREAK.search(text, begin, end)), indent="")
    sheet = Sheet(text, bare, comments, eol, "  ", spaced, root)
    own_line, unit = sheet.stands(items[0].begin, "") if items else (False, "")
    return Sheet(text, bare, comments, eol, unit, spaced, root) if own_line else sheet


def pick(items: Sequence[Item], name: str | int, way: Way) -> Item | None:
    """The item of that name or number, if there is one. Raises `SpliceError` where a name stands there twice."""
    if isinstance(name, int):
        return items[name] if name < len(items) else None
    found = [item for item in items if item.key == name]
    if len(found) > 1:
        refuse(way, "stands there twice, and programs differ in which one they take; remove one")
    return found[0] if found else None


def refuse(way: Way, why: str) -> NoReturn:
    """Say that a place cannot be changed. Raises `SpliceError`, always."""
    raise SpliceError(f"cannot be changed: `{'.'.join(map(str, way)) or 'the whole'}` {why}")


def _items(bare: str, at: int) -> tuple[list[Item], int]:
    found: list[Item] = []
    named, depth = bare[at] == "{", 0
    key, begin, value, end = "", -1, -1, -1
    for token in _TOKEN.finditer(bare, at + 1):
        word, start = token[0], token.start()
        if depth == 0 and word in {",", "]", "}"}:
            if begin >= 0:
                found.append(Item(key, begin, value, end, start if word == "," else -1))
            if word != ",":
                return found, start
            key, begin, value = "", -1, -1
            continue
        if begin < 0:
            begin = start
            if named:
                key = cast("str", json.loads(word))
                continue
        if value < 0 and word != ":":
            value = start
        end = token.end()
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(word, 0)
    raise AssertionError  # `json` has seen where it closes


def _without_comments(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text with spaces in place of comments and of a byte order mark, and where the comments are."""
    found: list[tuple[int, int]] = []

    def blank(match: re.Match[str]) -> str:
        comment = match["comment"]
        if comment is None:
            return match[0]
        if comment.startswith("/*") and (len(comment) < 4 or not comment.endswith("*/")):
            raise SpliceError("is not valid JSON (a comment has no end)")
        found.append(match.span())
        return " " * len(comment)

    bare = _COMMENT.sub(blank, text)
    return (" " + bare[1:] if bare.startswith("\ufeff") else bare), tuple(found)


def _without_commas(bare: str) -> str:
    def blank(match: re.Match[str]) -> str:
        if match["comma"] is None:
            return match[0]
        place = match.start() - 1
        while place >= 0 and bare[place] in SPACE:
            place -= 1
        return "," if place < 0 or bare[place] in "[{," else " "

    return _COMMA.sub(blank, bare)


def _read(bare: str) -> object:
    try:
        return json.loads(bare, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise SpliceError(f"is not valid JSON (line {error.lineno}: {error.msg})") from None
    except RecursionError:
        raise SpliceError("is not valid JSON (nested too deeply)") from None
    except ValueError as error:
        raise SpliceError(f"is not valid JSON ({error})") from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
