"""One SQLite connection with manners: pragmas, waiting for locks, short transactions, plain errors.

Several servers and hooks use one file as a matter of course. A writer takes the write lock at its
first word (`BEGIN IMMEDIATE`), so that nothing it read can be stale; SQLite's own wait backs off to
100 ms and is unfair, so short, jittered tries of our own stand in for it. A file that was replaced
under us is left for the one that lies at the path now, so that nothing is written where nobody looks.
"""

import errno
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
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
READING = ("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "PRAGMA query_only = ON")

LOOK = "SELECT 1 FROM sqlite_master LIMIT 1"
"""The least that takes a reader's lock; no row where the file holds nothing yet."""

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_DAMAGE = {"unsupported file format", "user-defined function raised exception"}
"""Words of errors without a code of their own; functions of ours fail only on what cannot be decoded."""
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
_SHARED = 32
"""Windows: another process has the file open."""
_WITHOUT_LOCKS = "vfs=unix-none" if os.name == "posix" else "vfs=win32-none"


FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite's errors come as; the second, where damage got into the words of the first."""

LARGEST = 2**63 - 1
"""The largest number that SQLite keeps."""


class UnreadableError(sqlite3.DatabaseError):
    """A row that cannot be one of ours: damage, whatever the program that reads it makes of it."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def as_id(ident: int) -> int:
    """An id as SQLite can compare it; one beyond its numbers is that of no row."""
    return ident if -LARGEST <= ident <= LARGEST else -LARGEST


def plain(error: sqlite3.Error | UnicodeDecodeError | OSError, path: Path) -> StoreError:
    """The refusal that an error of SQLite or of the operating system means."""
    if isinstance(error, OSError):
        return _plain_os(error, path)
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is None and isinstance(error, sqlite3.OperationalError | UnicodeDecodeError):
        return DamagedError(path, "a text in it is not UTF-8")  # the error's own words would quote the text
    code = (extended or 0) & 0xFF
    if code in _DAMAGED or str(error) in _DAMAGE:
        return DamagedError(path, str(error))
    if code in _BUSY:
        return BusyError("the store")
    if code in _FULL or extended in _FULL:
        return FullError(path)
    return ReadOnlyError(path) if code == sqlite3.SQLITE_READONLY else UnreachableError(path, str(error))


def _plain_os(error: OSError, path: Path) -> StoreError:
    if getattr(error, "winerror", 0) == _SHARED:
        return BusyError("the store")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return ReadOnlyError(path)
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return FullError(path)
    return UnreachableError(path, error.strerror or str(error))


@contextmanager
def sole(lock: Path, *, what: str, wait: float = 0.0) -> Generator[None]:
    """Hold the one right to do something, by a lock that the system frees even if the process is killed.

    Raises `BusyError`, naming the holder, where another has it for `wait` seconds.
    """
    from filelock import FileLock, Timeout

    held = FileLock(lock, timeout=wait, mode=0o600)
    try:
        held.acquire()
    except Timeout:
        raise BusyError(what, _holder(lock)) from None
    except OSError as error:
        raise plain(error, lock) from error
    try:
        with suppress(OSError):  # Windows lets nobody write to a locked file
            lock.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        held.release()


def _holder(lock: Path) -> str:
    try:
        return f"another process ({int(lock.read_text(encoding='ascii'))})"
    except (OSError, ValueError):
        return ""


class Connection:
    """A connection that one process may use from several threads, one at a time.

    `vfs` names another of SQLite's ways to reach files. `prepared` is called when the file at the
    path turned out to be another one than before, and may refuse it.
    """

    def __init__(self, path: Path, *, wait: float = WAIT, readonly: bool = False, vfs: str = "") -> None:
        self.path = path.absolute()
        self.readonly = readonly
        self.prepared: Callable[[], None] = _nothing
        self._wait = wait
        self._vfs = vfs
        self._lock = threading.RLock()
        self._inside = False
        self._jitter = random.Random()  # noqa: S311 - spreads retries, protects nothing
        self._seen = self._look()
        try:
            self._db = self._open()
        except FAILURES as error:
            raise plain(error, path) from error

    def _open(self) -> sqlite3.Connection:
        db = self._dressed()
        try:
            if self.readonly or self._mode(db) == "wal" or not self._new(db):
                return db
            try:
                self._patiently(db, "PRAGMA journal_mode = WAL")
                self._patiently(db, "BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
            except sqlite3.OperationalError as error:
                if _busy(error):
                    raise
                db.close()
                self._without_wal()
                return self._dressed()
        except BaseException:
            db.close()
            raise
        return db

    def _new(self, db: sqlite3.Connection) -> bool:
        """Is it nobody's yet? Another's is not touched, and one that holds something keeps the mode it has."""
        marks = (self._patiently(db, f"PRAGMA {mark}")[0] for mark in ("application_id", "user_version"))
        return not (self._patiently(db, LOOK) or any(marks))

    def _without_wal(self) -> None:
        """Take WAL back: some network drives take the setting, and then cannot share its memory."""
        with closing(self._connect()) as alone:
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._patiently(alone, "PRAGMA journal_mode = DELETE")

    def _dressed(self) -> sqlite3.Connection:
        db = self._connect()
        try:
            for pragma in READING if self.readonly else PRAGMAS:
                self._patiently(db, pragma)
            self._patiently(db, LOOK)
        except BaseException:
            db.close()
            raise
        return db

    def _connect(self) -> sqlite3.Connection:
        options = ["mode=ro" if self.readonly else "mode=rw", *([f"vfs={self._vfs}"] if self._vfs else [])]
        left = False
        if self.readonly and self._shut_out():
            # SQLite could not make its shared memory here; a log that somebody begins later `_look` sees.
            left = _size(self.path, "-wal") > 0 and _size(self.path, "-shm") < 0
            if _size(self.path, "-wal") <= 0:
                options.append("immutable=1")
            elif left:
                options.append(_WITHOUT_LOCKS)
        db = sqlite3.connect(
            f"{self.path.as_uri()}?{'&'.join(options)}",
            uri=True,
            timeout=0.02,
            isolation_level=None,
            check_same_thread=False,
        )
        if left:
            # The log of a killed process, without its index: SQLite keeps one in our own memory then.
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
        return db

    def _shut_out(self) -> bool:
        return not os.access(self.path.parent, os.W_OK)

    def _look(self) -> tuple[int, ...]:
        """What tells this file from another one in its place; nothing where there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return ()
        if self.readonly and self._shut_out():
            return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size, _size(self.path, "-wal")
        return found.st_dev, found.st_ino

    def _patiently(self, db: sqlite3.Connection, statement: str) -> tuple[object, ...]:
        """Run a statement, trying again while others hold the lock, until our patience ends."""
        pause = None
        while True:
            try:
                return db.execute(statement).fetchone() or ()
            except sqlite3.OperationalError as error:
                if not _busy(error):
                    raise
                pause = pause or self.patience()
                if not pause():
                    raise

    def patience(self) -> Callable[[], bool]:
        """Begin to wait: the result sleeps a moment, or says at once that our patience has ended."""
        deadline = time.monotonic() + self._wait

        def pause() -> bool:
            if time.monotonic() >= deadline:
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
        return self._mode(self._db)

    def _mode(self, db: sqlite3.Connection) -> str:
        return str(self._patiently(db, "PRAGMA journal_mode")[0])

    def hurry(self) -> None:
        """From now on wait for nobody's lock."""
        self._wait = 0.0

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """One consistent view. Read all rows inside; an open reader keeps others from checkpointing."""
        with self._lock:
            outer, self._inside = self._inside, True
            try:
                if not outer:
                    self._begin("BEGIN", LOOK)
                yield self._db
            except FAILURES as error:
                raise plain(error, self.path) from error
            finally:
                self._inside = outer
                if not outer:
                    self._undo()

    @contextmanager
    def hasty(self) -> Generator[sqlite3.Connection]:
        """A write transaction that a power cut may take back; nothing that is acknowledged to anybody."""
        with self._lock:
            before = self._db
            try:
                if self.journal == "wal":  # no other journal keeps the file whole without being synced
                    before.execute("PRAGMA synchronous = NORMAL")
                with self.writing() as db:
                    yield db
            except FAILURES as error:
                raise plain(error, self.path) from error
            finally:
                with suppress(sqlite3.ProgrammingError):  # closed, as another file lies at the path now
                    before.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One short write transaction: committed and on disk when the block ends, else as if never begun."""
        if self.readonly:
            raise ReadOnlyError(self.path)
        with self._lock:
            assert not self._inside, "a write is a transaction of its own"
            self._inside = True
            try:
                self._begin("BEGIN IMMEDIATE")
                yield self._db
                self._patiently(self._db, "COMMIT")
            except FAILURES as error:
                raise plain(error, self.path) from error
            finally:
                self._inside = False
                self._undo()

    def _begin(self, *statements: str) -> None:
        """Begin a transaction on the file that lies at the path now."""
        while True:
            if not self._seen:
                self._follow()
            for statement in statements:
                self._patiently(self._db, statement)
            if self._look() == self._seen:
                return
            self._db.execute("ROLLBACK")
            self._seen = ()

    def _follow(self) -> None:
        now = self._look()
        self._db.close()
        self._db = self._open()
        self.prepared()
        self._seen = now

    def _undo(self) -> None:
        with suppress(sqlite3.Error):  # a connection that was closed, or a drive that failed
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def rewrite(self) -> bool:
        """Write the file anew without its free pages, and empty the write-ahead log.

        False where that could not be done, as while others read or write: old bytes may then remain.
        """
        with self._lock:
            try:
                self._patiently(self._db, "VACUUM")
                return self.settle()
            except sqlite3.Error:
                return False

    def settle(self) -> bool:
        """Move the write-ahead log into the file; False where others kept reading it all the while."""
        with self._lock:
            pause = self.patience()
            while self._patiently(self._db, "PRAGMA wal_checkpoint(TRUNCATE)")[0]:
                if not pause():
                    return False
        return True

    def close(self) -> None:
        """Close for good."""
        with self._lock:
            self._db.close()

    def leave(self) -> None:
        """Close for good, and leave what lies in the write-ahead log to those who wrote it."""
        if _size(self.path, "-wal") <= 0:
            self.close()
            return
        # The last writer to close moves the log into the file; a reader beside it is never that one.
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as reader:
            with suppress(*FAILURES):
                reader.execute(LOOK).fetchone()
            self.close()


def _nothing() -> None:
    """A file that needs no preparation."""


def _busy(error: sqlite3.OperationalError) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _BUSY


def _size(path: Path, suffix: str) -> int:
    """Bytes of a file that belongs to the store; -1 where there is none."""
    try:
        return path.with_name(path.name + suffix).stat().st_size
    except OSError:
        return -1
