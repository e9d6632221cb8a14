"""opencode's sessions: read from its database without leaving a trace, or from the files of older versions."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, cast

from mcp_server.importers.logs.opencode_log import Row, session_of
from mcp_server.importers.logs.turns import Place
from mcp_server.transcripts.marks import LONGEST, Count, GoneError, opened

_NAME = re.compile(r"[\w-]{1,100}")
"""What a session may be called whose folder is looked for."""

_UNREADABLE = b"null"
"""Stands for a part that cannot be read, which is not the same as none."""

_WAIT = 1.0
"""Seconds for a database that its owner is writing."""

_SESSIONS = """
SELECT s.id, coalesce(s.parent_id, ''), s.directory FROM session s
WHERE s.id IN (SELECT session_id FROM part WHERE time_updated >= ?1
    UNION SELECT session_id FROM message WHERE time_updated >= ?1)
ORDER BY s.time_created, s.id"""
_PARTS = """
SELECT p.id, m.data, p.data, p.time_updated FROM part p JOIN message m ON m.id = p.message_id
WHERE p.session_id = ? AND p.time_updated >= ? AND length(p.data) + length(m.data) <= ? ORDER BY p.id"""
_ENDS = """
SELECT id, data, time_updated FROM message
WHERE session_id = ? AND time_updated >= ? AND length(data) <= ? ORDER BY id"""


class Session(NamedTuple):
    """One session, and how to get its rows."""

    id: str
    directory: str
    rows: Iterator[Row]


class Stamp(NamedTuple):
    """When a database was last written: its own file and the log beside it."""

    main: tuple[int, int, int]
    log: tuple[int, int, int]


def stamp(path: Path) -> Stamp:
    """The stamp of a database. Raises GoneError."""
    try:
        return Stamp(_stat(path), _stat(_log(path)) if _log(path).exists() else (0, 0, 0))
    except OSError as error:
        raise GoneError(error.strerror or "cannot be read") from error


def database(path: Path, since: int, count: Count) -> Iterator[Session]:
    """Sessions of which something was written at or after `since`, in milliseconds. Raises GoneError.

    Nothing is written beside the database either: without a write-ahead log it is opened as one that
    does not change.
    """
    beside = _log(path)
    alone = not beside.exists() or beside.stat().st_size == 0
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT)) as db:
            db.execute("PRAGMA query_only = ON")
            db.text_factory = bytes
            for ident, parent, directory in db.execute(_SESSIONS, (since,)).fetchall():
                head = tuple(map(_text, (ident, parent, directory)))
                yield Session(head[0], head[2], _rows(db, cast("tuple[str, str, str]", head), since, count))
    except sqlite3.Error as error:
        raise GoneError(f"cannot be read ({error})") from error


def _rows(db: sqlite3.Connection, session: tuple[str, str, str], since: int, count: Count) -> Iterator[Row]:
    ident, parent, directory = session
    for number, row in enumerate(db.execute(_PARTS, (ident, since, LONGEST)), start=1):
        part, message, data, changed = row
        count.bytes += len(_bytes(message)) + len(_bytes(data))
        held = _bytes(data) or _UNREADABLE
        yield Row(ident, parent, directory, Place(number, _whole(changed)), _text(part), _bytes(message), held)
    for number, (name, message, changed) in enumerate(db.execute(_ENDS, (ident, since, LONGEST)), start=1):
        count.bytes += len(_bytes(message))
        yield Row(ident, parent, directory, Place(number, _whole(changed)), _text(name), _bytes(message))


def files(path: Path, after: str, count: Count) -> Session | None:
    """A session kept in a file, with the rows behind the message `after`; None for what is no session."""
    head = session_of(_read(path, count))
    if head is None or not _NAME.fullmatch(head[0]):
        return None
    storage = path.parents[2]
    return Session(head[0], head[2], _messages(storage, head, after, count))


def _messages(storage: Path, head: tuple[str, str, str], after: str, count: Count) -> Iterator[Row]:
    ident, parent, directory = head
    for number, file in enumerate(sorted(_json(storage / "message" / ident)), start=1):
        if file.stem < after:
            continue
        message = _read(file, count)
        for part in sorted(_json(storage / "part" / file.stem)):
            data = _read(part, count) or _UNREADABLE
            yield Row(ident, parent, directory, Place(number), part.stem, message, data)
        yield Row(ident, parent, directory, Place(number), file.stem, message)


def _json(folder: Path) -> Iterator[Path]:
    inside = folder.glob("*.json") if not folder.is_symlink() else ()
    return (file for file in inside if file.is_file() and not file.is_symlink())


def _read(path: Path, count: Count) -> bytes:
    """A small file; what is unreadable or far too large reads as nothing."""
    try:
        with opened(path) as file:
            data = file.read(LONGEST + 1)
    except (GoneError, OSError):
        return b""
    count.bytes += len(data)
    return data if len(data) <= LONGEST else b""


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _stat(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _bytes(value: object) -> bytes:
    """A column as the bytes of JSON, whatever somebody stored there."""
    return value if isinstance(value, bytes) else json.dumps(value, default=str).encode()


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
