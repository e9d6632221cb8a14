"""One SQLite connection with manners: pragmas, waiting for locks, short transactions, plain errors.

Several servers and hooks use one file as a matter of course. A writer takes the write lock at its
first word (`BEGIN IMMEDIATE`), so that nothing it read can be stale; SQLite's own wait backs off to
100 ms and is unfair, so short, jittered tries of our own stand in for it.
"""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from store.errors import (
    BusyError,
    DamagedError,
    FullError,
    ReadOnlyError,
    StoreError,
    UnreachableError,
)

WAIT = 15.0
"""Seconds that a server or command waits for others."""

PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = FAST",
    "PRAGMA journal_size_limit = 8388608",
    "PRAGMA wal_autocheckpoint = 2000",
)

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def plain(error: sqlite3.Error, path: Path) -> StoreError:
    """The refusal that a SQLite error means."""
    extended = getattr(error, "sqlite_errorcode", None) or 0
    code = extended & 0xFF
    if code in _BUSY:
        return BusyError("the store")
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnlyError(path)
    if code == sqlite3.SQLITE_FULL or extended == sqlite3.SQLITE_IOERR_WRITE:
        return FullError(path)
    if code in _DAMAGED:
        return DamagedError(path, str(error))
    return UnreachableError(path, str(error))


class Connection:
    """A connection that one process may use from several threads, one at a time."""

    def __init__(self, path: Path, *, wait: float = WAIT, readonly: bool = False) -> None:
        self.path = path
        self.readonly = readonly
        self._wait = wait
        self._lock = threading.RLock()
        self._jitter = random.Random()  # noqa: S311 - spreads retries, protects nothing
        try:
            self._db = self._open()
        except sqlite3.Error as error:
            raise plain(error, path) from error

    def _open(self) -> sqlite3.Connection:
        mode = "ro" if self.readonly else "rw"
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        if self.readonly and not os.access(self.path.parent, os.W_OK) and not _wal(self.path).exists():
            # Nobody can be writing beside us, and SQLite could not make its shared memory here.
            uri += "&immutable=1"
        db = sqlite3.connect(uri, uri=True, timeout=0.02, isolation_level=None, check_same_thread=False)
        try:
            for pragma in PRAGMAS if not self.readonly else ("PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON"):
                self._patiently(db, pragma)
            if not self.readonly and self._patiently(db, "PRAGMA journal_mode")[0] != "wal":
                # Network drives and the like refuse WAL and stay with what they have.
                self._patiently(db, "PRAGMA journal_mode = WAL")
        except BaseException:
            db.close()
            raise
        return db

    def _patiently(self, db: sqlite3.Connection, statement: str) -> tuple[object, ...]:
        """Run a statement, trying again while others hold the lock, until our patience ends."""
        pause = self.patience()
        while True:
            try:
                row = db.execute(statement).fetchone()
            except sqlite3.OperationalError as error:
                if not pause(error):
                    raise
            else:
                return () if row is None else row

    def patience(self) -> Callable[[sqlite3.Error], bool]:
        """Begin to wait: the result sleeps a moment and says whether trying again makes sense."""
        deadline = time.monotonic() + self._wait

        def pause(error: sqlite3.Error) -> bool:
            if (error.sqlite_errorcode & 0xFF) not in _BUSY or time.monotonic() >= deadline:
                return False
            time.sleep(self._jitter.uniform(0.0005, 0.004))
            return True

        return pause

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself, for migrations and upkeep, which bring their own transactions."""
        return self._db

    @property
    def journal(self) -> str:
        """The journal mode in force: `wal`, or what the drive allows."""
        return str(self._patiently(self._db, "PRAGMA journal_mode")[0])

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """One consistent view. Read all rows inside; an open reader keeps others from checkpointing."""
        with self._lock:
            nested = self._db.in_transaction
            try:
                if not nested:
                    self._patiently(self._db, "BEGIN")
                yield self._db
            except sqlite3.Error as error:
                raise plain(error, self.path) from error
            finally:
                if not nested and self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One short write transaction: committed and on disk when the block ends, else as if never begun."""
        if self.readonly:
            raise ReadOnlyError(self.path)
        with self._lock:
            try:
                self._patiently(self._db, "BEGIN IMMEDIATE")
                yield self._db
                self._patiently(self._db, "COMMIT")
            except sqlite3.Error as error:
                raise plain(error, self.path) from error
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def rewrite(self) -> bool:
        """Write the file anew without its free pages and empty the WAL.

        False when other processes kept reading or writing all the while: old bytes may then remain.
        """
        with self._lock:
            try:
                self._patiently(self._db, "VACUUM")
                if self.journal == "wal":
                    busy, *_ = self._patiently(self._db, "PRAGMA wal_checkpoint(TRUNCATE)")
                    return not busy
            except sqlite3.Error as error:
                if isinstance(plain(error, self.path), BusyError):
                    return False
                raise plain(error, self.path) from error
        return True

    def close(self) -> None:
        """Close for good."""
        with self._lock:
            self._db.close()


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
