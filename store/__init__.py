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
    at all, or is empty though it once was not, is set aside, never deleted, the newest good backup
    takes its place, and `tell` gets one sentence about it. Raises any `StoreError`.
    """
    from store import upkeep

    path = upkeep.real(path)
    try:
        if upkeep.lost(path):
            raise DamagedError(path, "it is empty, but there was one before")
        return _open(path, wait=wait, chance=chance, now=now)
    except DamagedError:
        if not os.access(path.parent, os.W_OK):
            raise
    with upkeep.mending(path, wait=wait):
        return _mended(path, wait=wait, chance=chance, now=now, tell=tell)


def _mended(
    path: Path,
    *,
    wait: float,
    chance: Callable[[int], bytes],
    now: Callable[[], float],
    tell: Callable[[str], None],
) -> SqliteStore:
    """Open a store that was damaged a moment ago; whoever looks first mends it for the others."""
    from store import upkeep

    what = ""
    if upkeep.lost(path):
        ...
    return _open(path, wait=wait, chance=chance, now=now)
