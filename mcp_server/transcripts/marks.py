"""How far a log was read: kept as a bookmark, and believed only where what was read is still the same."""

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, NamedTuple, cast

from mcp_server.importers.logs.turns import Place, loads

SAMPLE = 4096
"""Bytes at the beginning, and before the mark, by which a log is known again."""

LONGEST = 8 * 1024 * 1024
"""Bytes of one line; a longer one is passed over: it holds a picture, or nothing that anybody typed."""

_STEP = 1 << 20


class GoneError(Exception):
    """A log that cannot be read (any more); the message says why."""


class Mark(NamedTuple):
    """How far one log was read, and by what it is known again."""

    inode: int = 0
    size: int = 0
    changed: int = 0
    """Nanoseconds."""
    offset: int = 0
    line: int = 0
    """Lines before the offset."""
    head: str = ""
    tail: str = ""
    own: bool = False
    """It is the log of a run of our own."""

    def stored(self) -> str:
        """The mark as a bookmark holds it."""
        return json.dumps(self._asdict(), separators=(",", ":"))


class Count:
    """What reading cost, and what was passed over."""

    def __init__(self) -> None:
        self.bytes = 0
        self.bad = 0
        """Lines that could not be read."""
        self.giants = 0
        """Lines that were too long to be read."""
        self.end = Place(0)
        """Behind the last line that was read."""


def bookmark(path: Path) -> str:
    """The name of a log's bookmark, which does not say where somebody's home is."""
    return f"transcript {sha256(os.fsencode(path)).hexdigest()[:32]}"


def restored(stored: str | None) -> Mark:
    """The mark in a bookmark; the beginning of the log where there is none that we understand."""
    try:
        held: object = json.loads(stored or "")
    except ValueError:
        return Mark()
    if not isinstance(held, dict):
        return Mark()
    known = cast("dict[str, object]", held)
    fits = all(type(known.get(name)) is type(value) for name, value in Mark()._asdict().items())
    return Mark(**{name: known[name] for name in Mark._fields}) if fits else Mark()  # pyright: ignore[reportArgumentType]


def opened(path: Path) -> BinaryIO:
    """A log, if it is a plain file and no link. Raises GoneError."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        raise GoneError(error.strerror or "cannot be opened") from error
    if not S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise GoneError("is no plain file")
    return os.fdopen(handle, "rb", buffering=_STEP)


def seen(file: BinaryIO) -> Mark:
    """A mark at the beginning of an open log."""
    found = os.fstat(file.fileno())
    return Mark(found.st_ino, found.st_size, found.st_mtime_ns)


def unchanged(path: Path, mark: Mark) -> bool:
    """Was nothing written to a log since it was marked? Told without opening it."""
    try:
        found = path.stat(follow_symlinks=False)
    except OSError:
        return False
    return (found.st_ino, found.st_size, found.st_mtime_ns) == (mark.inode, mark.size, mark.changed)


def resumed(file: BinaryIO, mark: Mark, count: Count) -> Mark:
    """Where to go on in an open log: at the mark if what was read is still there, else at the beginning."""
    now = seen(file)
    if not 0 < mark.offset <= now.size or _samples(file, mark.offset, count) != (mark.head, mark.tail):
        return now
    return now._replace(offset=mark.offset, line=mark.line, own=mark.own)


def marked(file: BinaryIO, mark: Mark, place: Place, count: Count) -> Mark:
    """The mark at a place of an open log, whose size and time are those of when the reading began."""
    head, tail = _samples(file, place.offset, count) if place.offset else ("", "")
    return mark._replace(offset=place.offset, line=place.line, head=head, tail=tail)


def lines(file: BinaryIO, start: Place, count: Count) -> Iterator[tuple[bytes, Place]]:
    """Every whole line from a place on, with where it stands; `count.end` is where the next reading begins.

    A line without its end is left for another time, unless it is whole already.
    """
    file.seek(start.offset)
    number, offset = count.end = start
    while line := file.readline(LONGEST):
        length = len(line)
        whole = line.endswith(b"\n")
        if not whole and length == LONGEST:
            rest, whole = _skipped(file)
            length += rest
            count.giants += whole
            line = b""
        count.bytes += length
        if not whole and (not line or loads(line) is None):
            return
        number += 1
        count.end = Place(number, offset + length)
        if line:
            yield line, Place(number, offset)
        offset += length


def _skipped(file: BinaryIO) -> tuple[int, bool]:
    """How long the rest of a line is, and whether it ends."""
    length = 0
    while piece := file.readline(_STEP):
        length += len(piece)
        if piece.endswith(b"\n"):
            return length, True
    return length, False


def _samples(file: BinaryIO, offset: int, count: Count) -> tuple[str, str]:
    """Digests of the log's beginning and of what stands before an offset."""
    digests: list[str] = []
    length = min(SAMPLE, offset)
    for begin in (0, offset - length):
        file.seek(begin)
        digests.append(sha256(file.read(length)).hexdigest()[:32])
        count.bytes += length
    return digests[0], digests[1]
