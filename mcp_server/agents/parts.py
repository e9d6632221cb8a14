"""What of a configuration file is ours: put it there, know it again, and take it out.

A part of ours names places and what stands there: a mapping is an entry of its own, a list holds
elements that a list of the owner's should have too. What was there before is kept beside it, so that
it can be taken out again from a file that was edited since.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from mcp_server.agents import splice, tables
from mcp_server.agents.sheet import SpliceError, Way
from mcp_server.agents.sheet import read as read_json

Part = Mapping[tuple[str, ...], "Mapping[str, object] | Sequence[object]"]
"""By place: an entry (a None in it says that a key must not be there), or elements of a list."""

_PROGRAM = re.compile(r"(?:.*[\\/'\"])?mcp[-_]promptlearn(?:\.exe|\.py)?(?:\[\w+\])?(?:[@=].*)?['\"]?", re.DOTALL)
_HOOK = re.compile(r"mcp[-_]promptlearn(?:\.exe|\.py)?(?:[@=]\S+)?['\"]? +hook +[\w-]+ +\w+\b")


class Kept(NamedTuple):
    """What was found at a place before our part came there."""

    way: tuple[str, ...]
    made: int
    """From this many steps on, the way was made by us."""
    element: object = None
    """A word that was added to a list; None where that is known again by itself."""
    was: object = None
    """An older entry of ours that was replaced; None where there was none."""


class ForeignError(Exception):
    """An entry under our name that is not ours; the message names its place."""


def read(text: str, *, toml: bool) -> object:
    """The value of a text; None for one that says nothing. Raises `SpliceError`."""
    if not text.removeprefix("\ufeff").strip():
        return None
    return tables.read(text) if toml else read_json(text)


def apply(text: str, part: Part, *, toml: bool) -> tuple[str, tuple[Kept, ...]]:
    """The text with our part in it, and what was there before. The same text where nothing is missing.

    Raises `SpliceError`, and `ForeignError` where our name is taken.
    """
    kept: list[Kept] = []
    for way, wanted in part.items():
        whole = read(text, toml=toml)
        made = _made(whole, way)
        if isinstance(wanted, Mapping):
            found = at(whole, way)
            if found is None:
                text = _put(text, way, pruned(wanted), toml=toml)
            elif not ours(found):
                raise ForeignError(".".join(way))
            else:
                text = _update(text, way, cast("Mapping[str, Any]", found), wanted, toml=toml)
            kept.append(Kept(way, made, was=found))
            continue
        for element in wanted:
            text, word = _include(text, way, element)
            if word is not None or not isinstance(element, str):
                kept.append(Kept(way, made, word))
    return text, tuple(kept)


def remove(text: str, kept: Sequence[Kept], *, toml: bool, known: bool = False) -> str:
    """The text without what is ours, with what we had replaced back in its place. Raises `SpliceError`.

    Entries have to look like ours too, unless they are `known` to be: a name alone is anybody's.
    """
    for one in reversed(kept):
        found = at(read(text, toml=toml), one.way)
        if isinstance(found, list):
            text = _exclude(text, one.way, cast("list[object]", found), one.element)
        elif ours(found) and one.was is not None and found != one.was:
            text = _put(_drop(text, one.way, toml=toml), one.way, one.was, toml=toml)
        elif found is not None and one.was is None and (known or ours(found)):
            text = _drop(text, one.way, toml=toml)
    # From the last that was made to the first, so that each finds its place as it was.
    for way in (one.way[:steps] for one in reversed(kept) for steps in range(len(one.way), max(1, one.made) - 1, -1)):
        if at(read(text, toml=toml), way) in ({}, []):
            text = _drop(text, way, toml=toml)
    return text


def unknown(part: Part) -> tuple[Kept, ...]:
    """What to take out where nobody knows what was there before."""
    return tuple(
        Kept(way, 1, element if isinstance(element, str) else None)
        for way, wanted in part.items()
        for element in ([None] if isinstance(wanted, Mapping) else wanted)
    )


def merged(old: Sequence[Kept], new: Sequence[Kept]) -> tuple[Kept, ...]:
    """What was there before the first of two changes."""
    known = {(one.way, one.element if isinstance(one.element, str) else None) for one in old}
    return (*old, *(one for one in new if (one.way, one.element) not in known))


def is_shell(text: str, *, toml: bool) -> bool:
    """Is nothing left in a text that anybody would have written for its own sake?"""
    try:
        value = read(text, toml=toml)
    except SpliceError:
        return False
    members = set(cast("dict[str, object]", value)) if isinstance(value, dict) else {"a value"}
    return value is None or members <= {"$schema", "version"}


def pruned(value: object) -> object:
    """A value without what must not be there."""
    if not isinstance(value, Mapping):
        return value
    members = {name: pruned(each) for name, each in cast("Mapping[str, object]", value).items() if each is not None}
    return {name: each for name, each in members.items() if each != {}}


def ours(entry: object) -> bool:
    """Does an entry start this program?"""
    return any(_PROGRAM.fullmatch(word) for word in _words(entry))


def our_hook(handler: object) -> bool:
    """Is a hook's handler ours?"""
    return _HOOK.search(" ".join(_words(handler))) is not None


def _words(entry: object) -> list[str]:
    """The command line of an entry, in any of the shapes that clients know."""
    if not isinstance(entry, Mapping):
        return []
    members = cast("Mapping[str, object]", entry)
    words: list[str] = []
    for name in ("command", "args", "bash", "powershell"):
        value = members.get(name)
        if isinstance(value, Mapping):  # Zed had it so in 2025
            held = cast("Mapping[str, object]", value)
            words += _words({"command": held.get("path"), "args": held.get("args")})
        words += [value] if isinstance(value, str) else []
        words += (
            [word for word in cast("list[object]", value) if isinstance(word, str)] if isinstance(value, list) else []
        )
    return words


def _include(text: str, way: tuple[str, ...], element: object) -> tuple[str, str | None]:
    """The text with an element in a list, and the element if it is a word that was not there."""
    found = at(read(text, toml=False), way)
    held = cast("list[object]", found) if isinstance(found, list) else []
    if isinstance(element, str):
        return (text, None) if element in held else (splice.add(text, way, element), element)
    first, *doubled = [*handlers(held), None]
    if first is None:
        return splice.add(text, way, element), None
    for group, number in reversed([place for place in doubled if place is not None]):
        text = _drop_handler(text, way, held, group, number)
    group, number = first
    if len(_hooks(held[group])) == 1:
        return (text if held[group] == element else splice.put(text, (*way, group), element)), None
    handler = _hooks(element)[0]
    same = _hooks(held[group])[number] == handler
    return (text if same else splice.put(text, (*way, group, "hooks", number), handler)), None


def _exclude(text: str, way: tuple[str, ...], held: list[object], word: object) -> str:
    if word is not None:
        return splice.drop(text, (*way, held.index(word))) if word in held else text
    for group, number in reversed(handlers(held)):
        text = _drop_handler(text, way, cast("list[object]", at(read_json(text), way)), group, number)
    return text


def _drop_handler(text: str, way: tuple[str, ...], held: list[object], group: int, number: int) -> str:
    alone = len(_hooks(held[group])) == 1
    return splice.drop(text, (*way, group) if alone else (*way, group, "hooks", number))


def handlers(held: Sequence[object]) -> list[tuple[int, int]]:
    """Where our handlers stand: the number of the group, and the number in it."""
    return [
        (group, number)
        for group, one in enumerate(held)
        for number, handler in enumerate(_hooks(one))
        if our_hook(handler)
    ]


def _hooks(group: object) -> list[object]:
    """The handlers of a group; some clients have a list of handlers instead of groups, and each is its own."""
    if not isinstance(group, Mapping):
        return []
    hooks = cast("Mapping[str, object]", group).get("hooks")
    return cast("list[object]", hooks) if isinstance(hooks, list) else [cast("object", group)]


def _update(text: str, way: tuple[str, ...], have: Mapping[str, Any], want: Mapping[str, object], *, toml: bool) -> str:
    """Make an older entry of ours say what it should, and leave what else the owner wrote in it."""
    for name, value in want.items():
        place = (*way, name)
        if value is None:
            text = _drop(text, place, toml=toml) if name in have else text
        elif isinstance(value, Mapping) and isinstance(have.get(name), Mapping):
            text = _update(text, place, have[name], cast("Mapping[str, object]", value), toml=toml)
        elif (wanted := pruned(cast("object", value))) not in (have.get(name), {}):
            text = _put(text, place, wanted, toml=toml)
    return text


def _made(whole: object, way: Sequence[str]) -> int:
    """How many steps of a way are there already, plus one."""
    return next((steps for steps in range(1, len(way) + 1) if at(whole, way[:steps]) is None), len(way) + 1)


def at(whole: object, way: Way) -> object:
    """What stands at a place; None where nothing does."""
    for name in way:
        if not isinstance(whole, Mapping):
            return None
        whole = cast("Mapping[Any, object]", whole).get(name)
    return whole


def _put(text: str, way: tuple[str, ...], value: object, *, toml: bool) -> str:
    return tables.put(text, way, value) if toml else splice.put(text, way, value)


def _drop(text: str, way: tuple[str, ...], *, toml: bool) -> str:
    return tables.drop(text, way) if toml else splice.drop(text, way)
