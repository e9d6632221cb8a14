"""What is known, and how it is kept."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from store.connection import WAIT, Connection
from store.errors import DamagedError, ReadOnlyError, UnreachableError
from store.sqlite import SqliteStore

__all__ = ["open_store"]


def open_store(
    path: Path,
    *,
    wait: float = WAIT,
    chance: Callable[[int], bytes] = os.urandom,
    now: Callable[[], float] = time.time,
    tell: Callable[[str], None] = lambda _: None,
) -> SqliteStore:
    """Open the store in `path`, making or migrating it as needed; `wait` is seconds for others' locks.

    A file that may not be written is opened for reading. A file that cannot be read as a database
    at all is set aside, never deleted, the newest good backup takes its place, and `tell` gets one
    sentence about it. Raises any `StoreError`.
    """
    from store import upkeep

    try:
        upkeep.private(path)
    except UnreachableError:
        if not path.is_file():
            raise
    try:
        return _open(path, wait=wait, chance=chance, now=now)
    except DamagedError:
        with upkeep.mending(path, wait=wait):
            try:
                return _open(path, wait=wait, chance=chance, now=now)
            except DamagedError as still:
                aside, backup = upkeep.mend(path, now=now())
                upkeep.private(path)
                begun = f"the backup {backup.name} took its place" if backup else "a new store begins"
                tell(f"{still}".split(";")[0] + f"; it was set aside as {aside.name} and {begun}")
                return _open(path, wait=wait, chance=chance, now=now)


def _open(path: Path, *, wait: float, chance: Callable[[int], bytes], now: Callable[[], float]) -> SqliteStore:
    from store import upkeep

    try:
        connection = Connection(path, wait=wait, readonly=not os.access(path, os.W_OK))
    except ReadOnlyError:
        connection = Connection(path, wait=wait, readonly=True)
    try:
        upkeep.prepare(connection, now=now)
    except BaseException:
        connection.close()
        raise
    return SqliteStore(connection, chance=chance)
