"""Change one table of a TOML text and leave every other byte as its owner wrote it.

tomlkit (0.15) keeps comments while it reads and writes, but an edit by it gives a table the comments that
stand under it, takes them away with that table, and breaks lines with a bare line feed in files that
do not. So `tomllib` says what a text means, the text is cut here, and `tomllib` says that nothing else changed.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from mcp_server.agents.sheet import SpliceError

_KEY = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')"
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_NOTHING = re.compile(r"(?:[ \t\ufeff]|\r?\n|#[^\r\n]*)*")
_HEADER = re.compile(rf"\[{{1,2}}[ \t]*(?P<keys>{_KEYS})[ \t]*\]{{1,2}}")
_EQUALS = re.compile(rf"(?P<keys>{_KEYS})[ \t]*=[ \t]*")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""{1,3}|\'\'\'.*?\'\'\'{1,3}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
    r"|(?P<comment>#[^\r\n]*)|(?P<break>\r?\n)|(?P<space>[ \t]+)|(?P<mark>[\[\]{}])|[^ \t\r\n\"'#\[\]{}]+",
    re.DOTALL,
)
_BREAK = re.compile(r"\r?\n")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HAND = "is written in a way that cannot be changed here without touching more of it; change it by hand (`--print`)"


class _Line(NamedTuple):
    """A header or a key with its value; both may run over several lines."""

    table: tuple[str, ...]
    keys: tuple[str, ...]
    """Empty for a header."""
    begin: int
    value: int
    end: int


def read(text: str) -> dict[str, Any]:
    """The value of a text. Raises `SpliceError`."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise SpliceError("is not valid TOML (nested too deeply)") from None
    except ValueError as error:
        raise SpliceError(f"is not valid TOML ({error})") from None


def put(text: str, way: Sequence[str], value: object) -> str:
    """Let `value` stand at `way`: a table of its own where it is a mapping, else a key of one. Raises `SpliceError`."""
    before = read(text)
    wanted, lines = _merged(before, way, value), _lines(text)
    eol = (_BREAK.search(text) or ["\n"])[0]
    if isinstance(value, Mapping):
        after = _append(text, way, cast("Mapping[str, object]", value), eol)
    else:
        table, keys, line = _place(lines, way)
        if line is None:
            last = max(one.end for one in lines if one.table == table)
            word = _word(_nested(keys[1:], value))
            after = f"{text[:last]}{eol}{_key(keys[0])} = {word}{text[last:]}"
        else:
            whole = (
                value
                if line.keys == keys
                else _merged(_at(before, (*table, *line.keys)), keys[len(line.keys) :], value)
            )
            after = text[: line.value] + _word(whole) + text[line.end :]
    return _checked(after, wanted)


def drop(text: str, way: Sequence[str]) -> str:
    """Take out the table or the key at `way`, with its lines. Raises `SpliceError`."""
    before = read(text)
    lines = _lines(text)
    groups = _groups(lines, tuple(way))
    if groups:
        after = text
        for begin, end in reversed(groups):
            after = _without(after, begin, end)
        return _checked(after, _merged(before, way, None))
    table, keys, line = _place(lines, way)
    if line is None:
        raise SpliceError(_HAND)
    if line.keys == keys:
        return _checked(_without(text, line.begin, line.end, blank=False), _merged(before, way, None))
    rest = _merged(_at(before, (*table, *line.keys)), keys[len(line.keys) :], None)
    return _checked(text[: line.value] + _word(rest) + text[line.end :], _merged(before, way, None))


def _append(text: str, way: Sequence[str], table: Mapping[str, object], eol: str) -> str:
    block = [f"[{'.'.join(map(_key, way))}]", *(f"{_key(name)} = {_word(value)}" for name, value in table.items())]
    if not text.removeprefix("\ufeff"):
        return text + eol.join(block) + eol
    if text.endswith("\n"):
        return text + eol + eol.join(block) + eol
    return text + eol + eol + eol.join(block)


def _place(lines: Sequence[_Line], way: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], _Line | None]:
    """The table with a header of its own that holds `way`, the keys from there on, and the line that has them."""
    headers = {line.table for line in lines if not line.keys}
    table = max(
        (one for one in headers if one == tuple(way[: len(one)]) and len(one) < len(way)), key=len, default=None
    )
    if table is None:
        raise SpliceError(_HAND)
    keys = tuple(way[len(table) :])
    held = (line for line in lines if line.table == table and line.keys and line.keys == keys[: len(line.keys)])
    return table, keys, next(held, None)


def _groups(lines: Sequence[_Line], way: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the table and those under it stand, from header to last key."""
    found: list[tuple[int, int]] = []
    inside = False
    for line in lines:
        mine = line.table[: len(way)] == way
        if mine and inside:
            found[-1] = (found[-1][0], line.end)
        elif mine:
            found.append((line.begin, line.end))
        inside = mine
    return found


def _without(text: str, begin: int, end: int, *, blank: bool = True) -> str:
    """The text without whole lines, and without the blank line before them that parted them from the rest."""
    head = text[: max(text.rfind("\n", 0, begin) + 1, len(text) - len(text.removeprefix("\ufeff")))]
    behind = re.compile(r"[ \t]*(?:#[^\r\n]*)?(\r?\n)?").match(text, end)
    assert behind is not None
    times = 0 if not blank else 1 if behind[1] else 2
    for _ in range(times):
        shorter = re.sub(r"\r?\n\Z", "", head)
        if times == 1 and not shorter.endswith("\n"):
            break  # ours follows a line that says something
        head = shorter
    return head + text[behind.end() :]


def _lines(text: str) -> list[_Line]:
    """What a valid text says, statement by statement."""
    found: list[_Line] = []
    table: tuple[str, ...] = ()
    place = _behind(_NOTHING, text, 0).end()
    while place < len(text):
        if text[place] == "[":
            header = _behind(_HEADER, text, place)
            table = _names(header["keys"])
            found.append(_Line(table, (), place, place, header.end()))
        else:
            equals = _behind(_EQUALS, text, place)
            found.append(_Line(table, _names(equals["keys"]), place, equals.end(), _end(text, equals.end())))
        place = _behind(_NOTHING, text, found[-1].end).end()
    return found


def _behind(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str]:
    found = pattern.match(text, place)
    assert found is not None  # `tomllib` has read it
    return found


def _end(text: str, place: int) -> int:
    """Where the value that begins at a place ends."""
    depth, end = 0, place
    for token in _TOKEN.finditer(text, place):
        if depth == 0 and token.lastgroup in {"comment", "break"}:
            break
        if token.lastgroup == "mark":
            depth += 1 if token[0] in "[{" else -1
        if token.lastgroup not in {"comment", "break", "space"}:
            end = token.end()
    return end


def _names(keys: str) -> tuple[str, ...]:
    found = re.findall(_KEY, keys)
    return tuple(name if _BARE.fullmatch(name) else tomllib.loads(f"name = {name}")["name"] for name in found)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _word(name)


def _word(value: object) -> str:
    """A value as TOML, on one line."""
    match value:
        case bool() | int():
            return json.dumps(value)
        case str():
            # A string of JSON is one of TOML, but for the character that deletes.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(_word, cast('list[object]', value)))}]"
        case Mapping():
            members = cast("Mapping[str, object]", value).items()
            return (
                "{ " + ", ".join(f"{_key(name)} = {_word(each)}" for name, each in members) + " }" if members else "{}"
            )
        case _:
            raise SpliceError(_HAND)


def _nested(keys: Sequence[str], value: object) -> object:
    for key in reversed(keys):
        value = {key: value}
    return value


def _at(whole: Mapping[str, Any], way: Sequence[str]) -> Any:
    found: Any = whole
    for name in way:
        found = found[name]
    return found


def _merged(whole: Mapping[str, Any], way: Sequence[str], value: object) -> dict[str, Any]:
    """A mapping with another value at `way`, or without it where that is None."""
    if not isinstance(whole, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - it may be anything in a file
        raise SpliceError(_HAND)
    name, *rest = way
    if rest:
        return {**whole, name: _merged(whole.get(name, {}), rest, value)}
    others = {key: kept for key, kept in whole.items() if key != name}
    return others if value is None else {**whole, name: value}


def _checked(after: str, wanted: Mapping[str, Any]) -> str:
    """The text, if it says what it should and nothing else. Raises `SpliceError`."""
    try:
        said = _solid(read(after))
    except SpliceError:
        said = None
    if said != _solid(wanted):
        raise SpliceError(_HAND)
    return after


def _solid(value: object) -> object:
    """A value without tables that hold nothing: a header more or less is no difference. `nan` is one value."""
    if not isinstance(value, Mapping):
        return value if value == value else "no number"  # noqa: PLR0124
    members = {name: _solid(each) for name, each in cast("Mapping[str, object]", value).items()}
    return {name: each for name, each in members.items() if each != {}}
