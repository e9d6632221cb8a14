"""What is known, and how it is kept."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from store.connection import WAIT, Connection
from store.errors import DamagedError, ReadOnlyError, UnreachableError
from store.sqlite import SqliteStore

__all__ = ["open_existing", "open_store"]


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
    at all, or is empty though it was not always, is set aside, never deleted, the newest good backup
    takes its place, and `tell` gets one sentence about it. Raises any `StoreError`.
    """
    from store import upkeep

    path = upkeep.real(path)
    try:
        return _found(path, wait=wait, chance=chance, now=now)
    except DamagedError:
        if not os.access(path.parent, os.W_OK):
            raise
    with upkeep.mending(path, wait=wait):
        try:
            return _found(path, wait=wait, chance=chance, now=now)  # mended by whoever looked first
        except DamagedError as damage:
            tell(upkeep.begin_again(path, damage, now=now()))
        return _open(path, wait=wait, chance=chance, now=now)


def open_existing(path: Path, *, wait: float, chance: Callable[[int], bytes] = os.urandom) -> SqliteStore | None:
    """Open a store as it is, for hooks: nothing is made, migrated or mended.

    None where there is none yet, or only one of a schema more than one back, which a command migrates first.

    Raises any `StoreError`.
    """
    from store import migrations, upkeep

    path = upkeep.real(path)
    try:
        if path.stat().st_size == 0:
            return None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreachableError(path, error.strerror or str(error)) from error
    connection = _connected(path, wait=wait)
    try:
        schema = upkeep.inspect(connection.raw, path)
    except BaseException:
        connection.leave()
        raise
    if schema < migrations.READABLE:
        connection.leave()
        return None
    return SqliteStore(connection, chance=chance)


def _found(path: Path, *, wait: float, chance: Callable[[int], bytes], now: Callable[[], float]) -> SqliteStore:
    from store import upkeep

    if why := upkeep.emptied(path, wait=wait):
        raise DamagedError(path, why)
    return _open(path, wait=wait, chance=chance, now=now)


def _open(path: Path, *, wait: float, chance: Callable[[int], bytes], now: Callable[[], float]) -> SqliteStore:
    from store import upkeep

    if not os.access(path, os.F_OK):
        upkeep.private(path)
    connection = _connected(path, wait=wait)
    try:
        upkeep.prepare(connection, now=now)
    except BaseException:
        connection.leave()
        raise
    return SqliteStore(connection, chance=chance)


def _connected(path: Path, *, wait: float) -> Connection:
    """Connect for writing, or for reading where nothing can be written."""
    readonly = not os.access(path, os.W_OK)
    try:
        return Connection(path, wait=wait, readonly=readonly)
    except (ReadOnlyError, UnreachableError) as refusal:
        # In a folder that is not ours, a file that is ours cannot be written either: its log has no place.
        shut = isinstance(refusal, ReadOnlyError) or not os.access(path.parent, os.W_OK)
        if readonly or not shut:
            raise
        return Connection(path, wait=wait, readonly=True)
