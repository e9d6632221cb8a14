"""Keep the file whole: create it private, back it up, put a damaged one aside, forget in backups too.

Above the file-length cap because all of it is about one file and its copies, and shares their names.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from store import forgetting, migrations
from store.connection import FAILURES, LOOK, WAIT, Connection, plain, sole
from store.errors import (
    BusyError,
    DamagedError,
    NotFoundError,
    NotOursError,
    ReadOnlyError,
    StoreError,
    TooNewError,
    UnreachableError,
)

KEEP = 7
"""Backups that are kept; older ones go when a new one is verified."""

PAGE = 4096
"""Bytes of a page, SQLite's default: a store that holds something has more than one."""

WAL_RESET_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""First SQLite releases, per branch, without the WAL-reset race."""


def real(path: Path) -> Path:
    """Where a store really lies: by every name it has, its log, locks and backups must be the same.

    Raises `UnreachableError` for a link that leads nowhere.
    """
    with suppress(OSError):  # opening it says why
        if not path.is_symlink():
            return path
        with suppress(RuntimeError, FileNotFoundError):
            return path.resolve(strict=True)
        raise UnreachableError(path, "a link that leads nowhere")
    return path


def private(path: Path) -> None:
    """Make the folder and an empty file that only their owner can read. A no-op where they exist.

    Raises `UnreachableError`.
    """
    try:
        for folder in reversed(path.parents):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise UnreachableError(path, error.strerror or str(error)) from error


def inspect(connection: sqlite3.Connection, path: Path, *, steps: Sequence[migrations.Step] = migrations.STEPS) -> int:
    """The schema number of a file that we may use; 0 for one that holds nothing.

    Raises `DamagedError`, `TooNewError` or `NotOursError`; the file is not touched.
    """
    try:
        found = migrations.number(connection)
        owner = connection.execute("PRAGMA application_id").fetchone()[0]
        empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    except FAILURES as error:
        raise plain(error, path) from error
    if owner != migrations.APPLICATION_ID and (owner or found or not empty):
        raise NotOursError(path)
    if found > len(steps):
        raise TooNewError(path, found, len(steps))
    if owner and empty:
        raise DamagedError(path, "its tables are gone")
    return max(0, found)


def prepare(
    connection: Connection, *, now: Callable[[], float], steps: Sequence[migrations.Step] = migrations.STEPS
) -> None:
    """Bring an opened store to the newest schema, after a verified backup where it holds something.

    One that may only be read is used as it is, at most one step back. Raises any `StoreError`.
    """
    connection.prepared = partial(prepare, connection, now=now, steps=steps)
    path, pause = connection.path, connection.patience()
    while True:
        try:
            found = inspect(connection.raw, path, steps=steps)
            if found == len(steps) or (connection.readonly and 0 < found == len(steps) - 1):
                return
            if connection.readonly:
                raise ReadOnlyError(path)
            migrations.apply(
                connection.raw, steps, backup=lambda: back_up(path, now=now(), label="-before-migration", steps=steps)
            )
        except (BusyError, *FAILURES) as error:
            refusal = error if isinstance(error, BusyError) else plain(error, path)
            if not (isinstance(refusal, BusyError) and pause()):
                raise refusal from error


def emptied(path: Path, *, wait: float = WAIT) -> str:
    """Why a store that holds nothing cannot be a new one; no words for one that holds something, or is new.

    A backup tells of an earlier store, and so does a write-ahead log: one that holds commits of
    which nothing can be seen is damaged. `wait` is seconds for others' locks.
    """
    kept, log = map(size, _parts(path)[:2])
    if kept > PAGE or not (log > 0 or backups(path)):
        return ""
    if kept > 0 and not _holds_nothing(path, wait=wait):
        return ""
    if kept > 0 and not backups(path):
        return "its write-ahead log is damaged" if _commits(_parts(path)[1]) else ""
    return "it is empty, but was not always"


def _holds_nothing(path: Path, *, wait: float) -> bool:
    try:
        # A reader beside it keeps the writer from deleting, when it closes, a log that it cannot read.
        with closing(Connection(path, wait=wait, readonly=True)) as reader:
            with reader.reading() as db:
                if db.execute(LOOK).fetchone():
                    return False
            with closing(_reading(path, wait=wait)) as writer:
                writer.execute("BEGIN IMMEDIATE")  # nobody is about to make its tables
                return not writer.execute(LOOK).fetchone()
    except (StoreError, *FAILURES):
        return False  # opening it says why


def _commits(log: Path) -> bool:
    """Does a write-ahead log hold the end of a transaction? (SQLite file format, section 4.1.)"""
    with suppress(FileNotFoundError), log.open("rb") as file:
        file.seek(32)
        while len(frame := file.read(24 + PAGE)) == 24 + PAGE:
            if any(frame[4:8]):
                return True
    return False


def size(path: Path) -> int:
    """Bytes of a file, 0 where there is none; anything else in its place counts as full."""
    try:
        found = path.stat()
    except OSError:
        return 0
    return found.st_size if S_ISREG(found.st_mode) else PAGE + 1


def backups(path: Path) -> list[Path]:
    """Our backups of a store, oldest first."""
    return [copy for _, copy in sorted(_copies(path)) if copy.suffix == ".db"]


def back_up(path: Path, *, now: float, label: str = "", steps: Sequence[migrations.Step] = migrations.STEPS) -> Path:
    """Copy a store while it is in use, check the copy, and keep the newest `KEEP`.

    Raises `DamagedError` if the copy does not check; it is then deleted and the older ones stay.
    """
    path = real(path)
    with _backing_up(path):
        for torn in _unfinished(path):
            torn.unlink()
        # A clock that stepped back does not make a new copy an old one.
        stamp, place = max([(max(0, int(now)), -1), *(number for number, _ in _copies(path))])
        target = path.parent / "backups" / f"{path.stem}-{stamp:012d}-{place + 1:03d}{label}.db"
        unfinished = target.with_suffix(".part")
        try:
            private(unfinished)
            with closing(_reading(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                try:
                    _check(copy, path, steps)
                except DamagedError:
                    copy.execute("REINDEX")  # an index that is damaged can be made anew
                    _check(copy, path, steps)
            unfinished.replace(target)
            _sync(target.parent)
            for old in backups(path)[:-KEEP]:
                old.unlink()
        except (OSError, *FAILURES) as error:
            raise plain(error, path) from error
        finally:
            _drop(unfinished)
    return target


def restore(path: Path, backup: Path, *, now: float) -> Path:
    """Put a backup in the store's place, setting aside what is there; returns where that went.

    Raises `NotFoundError` where there is no such backup, and `DamagedError`, `TooNewError` or
    `NotOursError` for one that cannot be used; the store is then as before.
    """
    path = real(path)
    if not backup.is_file():
        raise NotFoundError("backup", backup, "see `mcp-promptlearn backup --list`")
    with mending(path, wait=WAIT), closing(_reading(backup)) as source:
        _check(source, backup)
        return _replace(path, source, now=now, word="replaced")


def mend(path: Path, *, now: float) -> tuple[Path, Path | None]:
    """Set a damaged store aside and put the newest good backup in its place. Call it inside `mending`.

    Returns where the damaged file went, and the backup that was used, or None if there was none and
    the store begins anew. Where that fails, the damaged file stays in its place.
    """
    path = real(path)
    for backup in reversed(backups(path)):
        with closing(_reading(backup)) as source:
            try:
                _check(source, backup)
            except StoreError:
                continue
            return _replace(path, source, now=now, word="damaged"), backup
    return _replace(path, None, now=now, word="damaged"), None


def begin_again(path: Path, damage: DamagedError, *, now: float) -> str:
    """Go on where a store is damaged or gone, and say so in one sentence. Call it inside `mending`."""
    if not any(part.exists() for part in _parts(path)):
        private(path)
        kept = backups(path)[-1].name
        return f"there was no store {path}, a new one begins; `mcp-promptlearn backup --restore {kept}` brings one back"
    aside, backup = mend(path, now=now)
    begun = f"the backup {backup.name} took its place" if backup else "a new store begins"
    return f"{damage}".split(";", maxsplit=1)[0] + f"; it was set aside as {aside.name} and {begun}"


@contextmanager
def mending(path: Path, *, wait: float) -> Generator[None]:
    """Only one process at a time looks at a damaged store; the others wait and look again."""
    with sole(real(path).with_name("mending.lock"), what="the damaged store", wait=wait):
        yield


class Scrubbed(NamedTuple):
    """What `forget` did to our other copies."""

    cleaned: int
    dropped: tuple[Path, ...]
    """Backups that could not be opened as ours; they may hold the text and were deleted."""
    left: tuple[Path, ...]
    """Damaged or replaced files set aside earlier: evidence of a fault, for the person to delete."""


def scrub(
    path: Path, *, needles: Sequence[str], rule: int | None, evidence: Iterable[int], wait: float = WAIT
) -> Scrubbed:
    """Forget in every backup what was forgotten in the store, by this call or an earlier one.

    Wordings and evidence are found by digest and hash: in a backup an id may mean something else.
    Raises `BusyError` where one is being made, put back or read for `wait` seconds; the next call ends it.
    """
    path = real(path)
    cleaned, dropped = 0, list[Path]()
    with mending(path, wait=wait), _backing_up(path, wait=wait):
        with closing(Connection(path, wait=wait, readonly=True)) as store, store.reading() as db:
            traces = forgetting.traces(db, rule=rule, evidence=evidence)
        try:
            for torn in (*_unfinished(path), path.with_name(f"{path.name}.new")):
                _drop(torn)
            copies = backups(path)
            words = {*needles, *traces.words}.union(*(_words(copy, traces, wait=wait) for copy in copies))
            for copy in copies:
                if _forgotten(copy, traces, words, wait=wait):
                    cleaned += 1
                else:
                    dropped.append(copy)
                    _drop(copy)
        except OSError as error:
            raise plain(error, path) from error
    aside = re.compile(rf"{re.escape(path.stem)}\.(damaged|replaced)-.*")
    left = sorted(other for other in path.parent.iterdir() if aside.fullmatch(other.name))
    return Scrubbed(cleaned, tuple(dropped), tuple(left))


def wal_reset_race(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Does this SQLite carry the known race that can damage a file under concurrent checkpoints?"""
    for fixed in WAL_RESET_FIXED:
        if version[:2] == fixed[:2]:
            return version < fixed
    return (3, 7, 0) <= version < WAL_RESET_FIXED[-1]


def _forgotten(copy: Path, traces: forgetting.Traces, words: Iterable[str], *, wait: float) -> bool:
    """Forget in one backup; false where it cannot be cleaned."""
    try:
        with closing(_of_today(copy, wait=wait)) as opened:
            with opened.writing() as db:
                forgetting.forget_traces(db, traces, needles=words)
            return opened.rewrite()
    except (NotOursError, TooNewError, DamagedError, UnreachableError):
        return False


def _words(copy: Path, traces: forgetting.Traces, *, wait: float) -> set[str]:
    try:
        with closing(_of_today(copy, wait=wait)) as opened, opened.reading() as db:
            return forgetting.words(db, traces)
    except (NotOursError, TooNewError, DamagedError, UnreachableError):
        return set()


def _of_today(copy: Path, *, wait: float) -> Connection:
    """A backup of the schema we know. Raises `NotOursError` for an older one."""
    opened = Connection(copy, wait=wait)
    try:
        if inspect(opened.raw, copy) != len(migrations.STEPS):
            raise NotOursError(copy)
    except BaseException:
        opened.close()
        raise
    return opened


def _reading(path: Path, *, wait: float = WAIT) -> sqlite3.Connection:
    # Not `mode=ro`: what a killed writer left half done has to be undone before it can be read.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=wait, isolation_level=None)


def _check(db: sqlite3.Connection, path: Path, steps: Sequence[migrations.Step] = migrations.STEPS) -> None:
    if not inspect(db, path, steps=steps):
        raise DamagedError(path, "it holds nothing")
    try:
        verdict = db.execute("PRAGMA integrity_check").fetchone()[0]
    except FAILURES as error:
        raise plain(error, path) from error
    if verdict != "ok":
        raise DamagedError(path, verdict)


def _replace(path: Path, source: sqlite3.Connection | None, *, now: float, word: str) -> Path:
    """Put a copy of `source` in a store's place, at once and whole; returns where the old one went."""
    fresh = path.with_name(f"{path.name}.new")
    aside = next(
        candidate
        for n in range(1 << 20)
        if not (candidate := path.with_name(f"{path.stem}.{word}-{int(now)}-{n}{path.suffix}")).exists()
    )
    try:
        _drop(fresh)
        private(fresh)
        with closing(Connection(fresh)) as copy:
            if source is not None:
                source.backup(copy.raw)
            copy.settle()
        _set_aside(path, aside)
        fresh.replace(path)
        _sync(path.parent)
    except (OSError, *FAILURES) as error:
        raise plain(error, path) from error
    finally:
        _drop(fresh)
    return aside


def _set_aside(path: Path, aside: Path) -> None:
    """Give a store another name. It keeps the old one too until it is replaced: the place is never empty."""
    with suppress(FileNotFoundError):
        try:
            aside.hardlink_to(path)
        except FileNotFoundError:
            raise
        except OSError:  # a drive without second names
            path.rename(aside)
    for part, place in zip(_parts(path)[1:], _parts(aside)[1:], strict=True):
        with suppress(FileNotFoundError):
            part.rename(place)


def _copies(path: Path) -> list[tuple[tuple[int, int], Path]]:
    """Our backups, and those that were never finished, each with its stamp and its place under that."""
    name = re.compile(rf"{re.escape(path.stem)}-(\d{{12,}})-(\d{{3,}})[a-z-]*\.(db|part)")
    try:
        found = [(name.fullmatch(copy.name), copy) for copy in (path.parent / "backups").iterdir()]
    except OSError:
        return []
    return [((int(match[1]), int(match[2])), copy) for match, copy in found if match]


def _unfinished(path: Path) -> list[Path]:
    return [copy for _, copy in _copies(path) if copy.suffix == ".part"]


def _backing_up(path: Path, *, wait: float = WAIT) -> AbstractContextManager[None]:
    """Backups are made, and texts taken out of them, by one process at a time."""
    return sole(path.with_name("backup.lock"), what="the folder of backups", wait=wait)


def _parts(path: Path) -> list[Path]:
    return [path.with_name(path.name + part) for part in ("", "-wal", "-shm", "-journal")]


def _drop(path: Path) -> None:
    for part in _parts(path):
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Have the drive keep the names in a folder, not only what is in the files."""
    with suppress(OSError):  # Windows opens no folders
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)
