"""Where the rules of a file apply: its own globs, below the folder that it speaks for."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mcp_server.learning.scope import normal

LONGEST = 120
_ALL = frozenset({"*", "**", "**/*", "*.*", "**/*.*", "/", "./"})


class Placed(NamedTuple):
    """The globs of a file relative to the project; none are everything."""

    paths: tuple[str, ...]
    notes: tuple[str, ...] = ()


def placed(place: str, globs: Sequence[str] = ()) -> Placed:
    """Globs of a file that speaks for a folder, as rules keep them; one that cannot be kept is named in a note."""
    found: list[str] = []
    notes: list[str] = []
    for glob in globs:
        kept = _kept(glob)
        if not kept:
            notes.append(f"{glob[:60]!r} is not a glob inside the project, so it is left out")
        elif kept in _ALL:
            return Placed(_below(place, ""), tuple(notes))
        else:
            found += _below(place, kept)
    return Placed(tuple(dict.fromkeys(found)) or _below(place, ""), tuple(notes))


def _kept(glob: str) -> str:
    text = glob.strip().replace("\\", "/")
    if text in _ALL:
        return text
    text = normal(text.removeprefix("/"))
    unfit = not text or len(text) > LONGEST or not text.isprintable() or text[0] in "!/~" or "|" in text
    return "" if unfit or ".." in text.split("/") or re.match(r"[A-Za-z]:", text) else text


def _below(place: str, glob: str) -> tuple[str, ...]:
    if not place:
        return (glob,) if glob else ()
    if not glob:
        return (f"{place}/**",)
    return (f"{place}/{glob}" if "/" in glob.rstrip("/") else f"{place}/**/{glob}",)
