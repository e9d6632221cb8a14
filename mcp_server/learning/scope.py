"""Does a path belong to a rule's scope? Globs as people write them in rule files."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import normalize

Parts = tuple[re.Pattern[str] | None, ...]
"""A glob without braces, one part for each folder; None stands for `**`."""

_DRIVE = re.compile(r"[A-Za-z]:")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_SPELLINGS = 32
"""So many ways to read the braces of one glob; where there would be more, they stand for themselves."""


def normal(path: str, *, root: str = "") -> str:
    """A path as globs see it: forward slashes, no `.` and `..`, relative to `root` where it lies inside.

    A path elsewhere stays absolute, or begins with `..`. A slash at the end stays too. Accents are
    composed, as they are in a cleaned glob, whatever the file system does.
    """
    names, base = _names(path), _names(root)
    if base and names[: len(base)] == base:
        names = names[len(base) :]
    return "/".join(names) + ("/" if names and path.endswith(("/", "\\")) else "")


def covers(globs: Sequence[str], files: Iterable[str]) -> bool:
    """Does a rule with these globs apply to a session that touches these files? No globs: always.

    The files are `normal`. One that lies outside the project is covered by nothing. Time is linear in
    the length of a path for each glob, whatever a glob says.
    """
    if not globs:
        return True
    spellings = [parts for glob in globs for parts in spelt(glob)]
    inside = [names for file in files if (names := _names(file)) and not _outside(names[0])]
    return any(_reaches(parts, names) for names in inside for parts in spellings)


def apart(some: Sequence[str], others: Sequence[str]) -> bool:
    """Can no file belong to both scopes, as far as the globs show? No globs are everything."""
    if not some or not others:
        return False
    return all(_apart(a, b) for a in some for b in others)


@lru_cache(maxsize=1024)
def spelt(glob: str) -> tuple[Parts, ...]:
    """The ways to read a glob: `*` and `?` stay inside one folder, `**` crosses folders, `{a,b}` is either.

    A glob without a slash matches in every folder; one that ends in a slash means all below it. Square
    brackets stand for themselves, as in the folders of web frameworks.
    """
    return tuple(_parts(spelling) for spelling in _spellings(glob.replace("\\", "/")))


@lru_cache(maxsize=1024)
def _names(path: str) -> tuple[str, ...]:
    """The folders of a path and its last name; the first is empty or a drive where it is absolute."""
    steps = normalize("NFC", path).replace("\\", "/").split("/")
    names = [""] if steps[0] == "" and len(steps) > 1 else []
    for step in steps:
        if step == ".." and names and names[-1] != "..":
            # Above the root of a drive is nothing.
            names = names if _outside(names[-1]) else names[:-1]
        elif step not in {"", "."}:
            names.append(step.upper() if not names and _DRIVE.fullmatch(step) else step)
    return tuple(names)


def _outside(first: str) -> bool:
    return first in {"", ".."} or _DRIVE.fullmatch(first) is not None


def _apart(a: str, b: str) -> bool:
    """Do two globs begin in different folders, or end in different names?"""
    if any(mark in glob for glob in (a, b) for mark in "{\\"):
        return False
    one, other = _begin(a), _begin(b)
    ends = [re.split(r"[*?]", glob.rsplit("/", 1)[-1])[-1] for glob in (a, b)]
    alike = ends[0].endswith(ends[1]) or ends[1].endswith(ends[0])
    return one[: len(other)] != other[: len(one)] or not alike


def _begin(glob: str) -> list[str]:
    """The folders that a glob names before its first star; none where it matches in every folder."""
    names = [name for name in glob.split("/") if name not in {"", "."}] if "/" in glob else []
    return [name for place, name in enumerate(names) if not any("*" in n or "?" in n for n in names[: place + 1])]


def _spellings(glob: str) -> list[str]:
    done: list[str] = []
    left = [glob]
    while left:
        text = left.pop()
        braces = _BRACES.search(text)
        if braces is None:
            done.append(text)
        else:
            left += [text[: braces.start()] + option + text[braces.end() :] for option in braces[1].split(",")]
        if len(done) + len(left) > _SPELLINGS:
            return [glob]
    return done


def _parts(glob: str) -> Parts:
    names = [name for name in glob.split("/") if name not in {"", "."}]
    if names and "/" not in glob:
        names.insert(0, "**")
    if glob.endswith("/"):
        names.append("**")
    return tuple(None if name == "**" else _part(name) for name in names)


def _part(name: str) -> re.Pattern[str]:
    first, *rest = (
        "".join("." if letter == "?" else re.escape(letter) for letter in piece) for piece in re.split(r"\*+", name)
    )
    # A star takes as little as it can and never more later, or a glob of many stars would take for ever.
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    last = f".*{rest[-1]}" if rest else ""
    return re.compile(first + middle + last, re.DOTALL)


def _reaches(parts: Parts, names: Sequence[str]) -> bool:
    places = _open(parts, {0})
    for name in names:
        further: set[int] = set()
        for place in places - {len(parts)}:
            part = parts[place]
            if part is None:
                further.add(place)
            elif part.fullmatch(name):
                further.add(place + 1)
        places = _open(parts, further)
    return len(parts) in places


def _open(parts: Parts, places: set[int]) -> set[int]:
    """The places with those behind each `**`, which may also stand for nothing."""
    found = set(places)
    for place, part in enumerate(parts):
        if part is None and place in found:
            found.add(place + 1)
    return found
