"""Keep the file whole: create it private, back it up, put a damaged one aside, forget in backups too."""

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from store import forgetting, migrations
from store.connection import Connection, plain
from store.errors import BusyError, DamagedError, NotFoundError, NotOursError, TooNewError, UnreachableError

KEEP = 7
"""Backups that are kept; older ones go when a new one is verified."""

WAL_RESET_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""First SQLite releases, per branch, without the WAL-reset race."""


def private(path: Path) -> None:
    """Make the folder and an empty file that only their owner can read. A no-op where they exist.

    Raises `UnreachableError`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise UnreachableError(path, error.strerror or str(error)) from error


def inspect(connection: sqlite3.Connection, path: Path) -> int:
    """The schema number of a file that we may use.

    Raises `DamagedError`, `TooNewError` or `NotOursError`; the file is not touched.
    """
    try:
        known = len(migrations.STEPS)
        found = migrations.number(connection)
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == migrations.APPLICATION_ID
        empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    except sqlite3.Error as error:
        raise plain(error, path) from error
    if not ours and not empty:
        raise NotOursError(path)
    if ours and found > known:
        raise TooNewError(path, found, known)
    return found if ours else 0


def backups(path: Path) -> list[Path]:
    """Our backups of a store, oldest first."""
    return sorted((path.parent / "backups").glob(f"{path.stem}-*.db"))


def back_up(path: Path, *, now: float, label: str = "") -> Path:
    """Copy a store while it is in use, check the copy, and keep the newest `KEEP`.

    Raises `DamagedError` if the copy does not check; it is then deleted and the older ones stay.
    """
    folder = path.parent / "backups"
    taken = {backup.name for backup in backups(path)}
    stem = f"{path.stem}-{int(now):012d}"
    target = next(folder / name for name in (f"{stem}-{n:03d}{label}.db" for n in range(1000)) if name not in taken)
    private(target)
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            checked = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if checked != "ok":
            raise DamagedError(path, checked)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise plain(error, path) from error
        raise
    for old in backups(path)[:-KEEP]:
        old.unlink(missing_ok=True)
    return target


def restore(path: Path, backup: Path, *, now: float) -> Path:
    """Put a backup in the store's place, setting aside what is there; returns where that went.

    Raises `NotFoundError` where there is no such backup.
    """
    if not backup.is_file():
        raise NotFoundError("backup", backup, "see `mcp-promptlearn backup --list`")
    with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source:
        inspect(source, backup)
        aside = set_aside(path, now=now, word="replaced")
        private(path)
        with closing(sqlite3.connect(path)) as target:
            source.backup(target)
    return aside


def set_aside(path: Path, *, now: float, word: str = "damaged") -> Path:
    """Rename a store and its WAL so that nothing is lost; returns the new place of the store."""
    aside = next(
        candidate
        for n in range(1000)
        if not (candidate := path.with_name(f"{path.stem}.{word}-{int(now)}-{n}{path.suffix}")).exists()
    )
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def mend(path: Path, *, now: float) -> tuple[Path, Path | None]:
    """Set a damaged store aside and put the newest good backup in its place.

    Returns where the damaged file went, and the backup that was used, or None if there was none and
    the store begins anew.
    """
    aside = set_aside(path, now=now)
    for backup in reversed(backups(path)):
        try:
            with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source:
                inspect(source, backup)
                private(path)
                with closing(sqlite3.connect(path)) as target:
                    source.backup(target)
        except (sqlite3.Error, DamagedError, TooNewError, NotOursError):
            path.unlink(missing_ok=True)
            continue
        return aside, backup
    return aside, None


@contextmanager
def mending(path: Path, *, wait: float) -> Generator[None]:
    """Only one process at a time looks at a damaged store; the others wait and look again."""
    from filelock import FileLock, Timeout

    held = FileLock(path.with_name("mending.lock"), timeout=wait, mode=0o600)
    try:
        with held:
            yield
    except Timeout:
        raise BusyError("the damaged store") from None


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What `forget` did to our other copies."""

    cleaned: int
    dropped: tuple[Path, ...]
    """Backups that could not be opened as ours; they may hold the text and were deleted."""
    left: tuple[Path, ...]
    """Damaged or replaced files set aside earlier: evidence of a fault, for the person to delete."""


def scrub(path: Path, *, needles: Sequence[str], rule: int | None, evidence: Iterable[int]) -> Scrubbed:
    """Forget in every backup what was forgotten in the store."""
    cleaned, dropped = 0, list[Path]()
    ids = list(evidence)
    for backup in backups(path):
        try:
            copy = Connection(backup)
            with closing(copy):
                if inspect(copy.raw, backup) != len(migrations.STEPS):
                    raise NotOursError(backup)
                with copy.writing() as db, suppress(NotFoundError):
                    forgetting.forget(db, needles=needles, rule=rule, evidence=ids)
                copy.rewrite()
                copy.raw.execute("PRAGMA journal_mode = DELETE")
            cleaned += 1
        except (NotOursError, TooNewError, DamagedError, UnreachableError):
            backup.unlink(missing_ok=True)
            dropped.append(backup)
    left = sorted((*path.parent.glob(f"{path.stem}.damaged-*"), *path.parent.glob(f"{path.stem}.replaced-*")))
    return Scrubbed(cleaned, tuple(dropped), tuple(left))


def wal_reset_race(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Does this SQLite carry the known race that can damage a file under concurrent checkpoints?"""
    for fixed in WAL_RESET_FIXED:
        if version[:2] == fixed[:2]:
            return version < fixed
    return (3, 7, 0) <= version < WAL_RESET_FIXED[-1]


def prepare(connection: Connection, *, now: Callable[[], float]) -> None:
    """Bring an opened store to the newest schema, after a verified backup where it holds something."""
    if inspect(connection.raw, connection.path) == len(migrations.STEPS) or connection.readonly:
        return
    pause = connection.patience()
    while True:
        try:
            migrations.apply(
                connection.raw, backup=lambda: back_up(connection.path, now=now(), label="-before-migration")
            )
        except sqlite3.OperationalError as error:
            if not pause(error):
                raise plain(error, connection.path) from error
        else:
            return
