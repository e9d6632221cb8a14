"""What one connection does about pragmas, locks, threads, drives without WAL, and files that are replaced."""

import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from store import upkeep
from store.connection import Connection, plain, sole
from store.errors import (
    BusyError,
    DamagedError,
    FullError,
    ReadOnlyError,
    StoreError,
    TooNewError,
    UnreachableError,
)
from tests.store.processes import process

posix = pytest.mark.skipif(os.name != "posix", reason="file modes and links as POSIX has them")


def opened(path: Path, *, wait: float = 0.0, vfs: str = "") -> Connection:
    upkeep.private(path)
    return Connection(path, wait=wait, vfs=vfs)


def made(path: Path, *, vfs: str = "") -> Connection:
    connection = opened(path, vfs=vfs)
    with connection.writing() as db:
        db.execute("CREATE TABLE t (x INTEGER)")
    return connection


def add(connection: Connection, number: int = 1) -> None:
    with connection.writing() as db:
        db.execute("INSERT INTO t VALUES (?)", (number,))


def numbers(connection: Connection) -> list[int]:
    with connection.reading() as db:
        return [row[0] for row in db.execute("SELECT x FROM t ORDER BY rowid")]


def pragma(connection: Connection, name: str) -> object:
    return connection.raw.execute(f"PRAGMA {name}").fetchone()[0]


def test_writes_are_safe_and_the_file_is_not_trusted(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "store.db")) as connection:
        assert connection.journal == "wal"
        assert {
            name: pragma(connection, name)
            for name in ("synchronous", "foreign_keys", "trusted_schema", "cell_size_check", "secure_delete")
        } == {"synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1, "secure_delete": 2}
        assert pragma(connection, "journal_size_limit") == 8 << 20
        assert pragma(connection, "wal_autocheckpoint") == 2000
        assert pragma(connection, "mmap_size") == 0


def test_a_reader_writes_nothing_and_trusts_no_schema(tmp_path: Path) -> None:
    made(tmp_path / "store.db").close()
    with closing(Connection(tmp_path / "store.db", readonly=True)) as connection:
        assert (pragma(connection, "query_only"), pragma(connection, "trusted_schema")) == (1, 0)
        with pytest.raises(ReadOnlyError), connection.writing():
            raise AssertionError("it let us write")


@posix
def test_a_way_to_files_that_has_no_wal_still_writes_safely(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db", vfs="unix-dotfile")) as connection:
        assert (connection.journal, pragma(connection, "synchronous")) == ("delete", 2)
        add(connection)
        assert numbers(connection) == [1]
    with closing(opened(tmp_path / "store.db", vfs="unix-dotfile")) as again:
        assert numbers(again) == [1]
        assert again.settle()
        assert again.rewrite()


@posix
def test_a_drive_that_takes_wal_and_cannot_share_its_memory_gets_another_journal(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.with_name("store.db-shm").symlink_to(tmp_path / "nowhere" / "shm")
    for number in (1, 2):
        with closing(made(path) if number == 1 else opened(path)) as connection:
            assert (connection.journal, pragma(connection, "synchronous")) == ("delete", 2)
            add(connection, number)
    with closing(opened(path)) as connection:
        assert numbers(connection) == [1, 2]


def test_a_file_keeps_the_journal_it_has_once_it_holds_something(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    upkeep.private(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE t (x INTEGER)")
    with closing(opened(path)) as connection:
        assert connection.journal == "delete"


def test_waiting_for_wal_ends_when_patience_does(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    upkeep.private(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError):
            opened(path)
        other.execute("ROLLBACK")
    opened(path).close()


def test_a_store_that_is_held_too_long_is_busy_and_works_afterwards(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection, closing(opened(tmp_path / "store.db")) as other:
        with other.writing() as db:
            db.execute("INSERT INTO t VALUES (1)")
            with pytest.raises(BusyError, match="the store is held by another process; nothing was changed"):
                add(connection, 2)
            assert numbers(connection) == []
        add(connection, 3)
        assert numbers(connection) == [1, 3]


class Relenting(Connection):
    """Its first wait ends what it waits for."""

    relent: Callable[[], object]

    def patience(self) -> Callable[[], bool]:
        def pause() -> bool:
            self.relent()
            return True

        return pause


@pytest.mark.parametrize("reads", [False, True], ids=["writer", "reader"])
def test_whoever_waits_goes_on_when_the_lock_is_free(tmp_path: Path, reads: bool) -> None:
    path = tmp_path / "store.db"
    made(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = DELETE")  # there, readers wait too
    with closing(sqlite3.connect(path, isolation_level=None)) as holder, closing(Relenting(path)) as connection:
        holder.execute("BEGIN EXCLUSIVE")
        connection.relent = lambda: holder.execute("ROLLBACK") if holder.in_transaction else None
        if reads:
            assert numbers(connection) == []
        else:
            add(connection)
            assert numbers(connection) == [1]


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (sqlite3.SQLITE_BUSY, BusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, BusyError),
        (sqlite3.SQLITE_LOCKED, BusyError),
        (sqlite3.SQLITE_PROTOCOL, BusyError),
        (sqlite3.SQLITE_READONLY_DBMOVED, ReadOnlyError),
        (sqlite3.SQLITE_FULL, FullError),
        (sqlite3.SQLITE_IOERR_WRITE, FullError),
        (sqlite3.SQLITE_IOERR_SHMSIZE, FullError),
        (sqlite3.SQLITE_CORRUPT_INDEX, DamagedError),
        (sqlite3.SQLITE_NOTADB, DamagedError),
        (sqlite3.SQLITE_IOERR_READ, UnreachableError),
        (sqlite3.SQLITE_CANTOPEN, UnreachableError),
    ],
)
def test_every_error_of_sqlite_becomes_a_plain_refusal(code: int, refusal: type[StoreError]) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    assert type(plain(error, Path("store.db"))) is refusal


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (PermissionError(13, "Permission denied"), ReadOnlyError),
        (OSError(30, "Read-only file system"), ReadOnlyError),
        (OSError(28, "No space left on device"), FullError),
        (NotADirectoryError(20, "Not a directory"), UnreachableError),
    ],
)
def test_every_error_of_the_system_becomes_a_plain_refusal(error: OSError, refusal: type[StoreError]) -> None:
    assert type(plain(error, Path("store.db"))) is refusal


def test_a_file_that_windows_keeps_for_another_process_is_busy() -> None:
    error = PermissionError(13, "The process cannot access the file")
    error.winerror = 32  # pyright: ignore[reportAttributeAccessIssue]
    assert isinstance(plain(error, Path("store.db")), BusyError)


def test_a_text_that_is_not_utf8_is_damage_and_is_not_quoted(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection:
        with pytest.raises(DamagedError, match="not UTF-8") as caught, connection.reading() as db:
            db.execute("SELECT CAST(x'6162ff' AS TEXT)").fetchone()
        assert "ab" not in str(caught.value).replace("damaged", "")


def test_threads_take_turns(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection:
        together = threading.Barrier(8)

        def both(number: int) -> bool:
            together.wait()
            for step in range(20):
                add(connection, number * 100 + step)
                assert number * 100 + step in numbers(connection)
            return True

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(both, range(8)))
        assert len(set(numbers(connection))) == 160


def test_reading_inside_a_write_sees_it_and_ends_nothing(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection:
        with connection.writing() as db:
            db.execute("INSERT INTO t VALUES (1)")
            assert numbers(connection) == [1]
            with connection.reading(), connection.reading():
                assert numbers(connection) == [1]
            db.execute("INSERT INTO t VALUES (2)")
        assert numbers(connection) == [1, 2]


def test_what_fails_inside_a_write_leaves_nothing(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection:

        def failing() -> None:
            with connection.writing() as db:
                db.execute("INSERT INTO t VALUES (1)")
                with connection.reading():
                    db.execute("SELECT * FROM elsewhere")

        def interrupted() -> None:
            with connection.writing() as db:
                db.execute("INSERT INTO t VALUES (2)")
                raise KeyboardInterrupt

        with pytest.raises(UnreachableError, match="no such table"):
            failing()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert numbers(connection) == []


def test_a_write_never_begins_inside_another_transaction(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection:
        for outer in (connection.reading, connection.writing):
            with outer(), pytest.raises(AssertionError, match="of its own"), connection.writing():
                pass
        add(connection)
        assert numbers(connection) == [1]


def test_a_closed_connection_refuses_in_our_words(tmp_path: Path) -> None:
    connection = made(tmp_path / "store.db")
    connection.close()
    with pytest.raises(UnreachableError):
        numbers(connection)
    with pytest.raises(UnreachableError):
        add(connection)
    assert not connection.rewrite()


@posix
def test_a_replaced_file_is_followed_before_anything_is_written(tmp_path: Path) -> None:
    path, other = tmp_path / "store.db", tmp_path / "other.db"
    with closing(made(path)) as connection:
        add(connection)
        with closing(made(other)) as replacement:
            add(replacement, 7)
        asked = list[str]()
        connection.prepared = lambda: asked.append("prepared")
        for part in ("", "-wal", "-shm"):
            path.with_name(f"store.db{part}").rename(tmp_path / f"aside.db{part}")
        other.rename(path)
        add(connection, 8)
        assert numbers(connection) == [7, 8]
        assert asked == ["prepared"]
    with closing(opened(tmp_path / "aside.db")) as aside:
        assert numbers(aside) == [1]


@posix
def test_a_replaced_file_that_is_refused_stays_refused_until_it_may_be_used(tmp_path: Path) -> None:
    path, other = tmp_path / "store.db", tmp_path / "other.db"
    made(other).close()
    with closing(made(path)) as connection:

        def refuse() -> None:
            raise TooNewError(path, 9, 1)

        connection.prepared = refuse
        other.replace(path)
        for _ in range(2):
            with pytest.raises(TooNewError):
                add(connection)
        connection.prepared = lambda: None
        add(connection)
        assert numbers(connection) == [1]


@posix
def test_a_deleted_file_is_missed_and_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(made(path)) as connection:
        connection.settle()
        path.rename(tmp_path / "away.db")
        for _ in range(2):
            with pytest.raises(UnreachableError):
                add(connection)
        assert not path.exists()
        (tmp_path / "away.db").rename(path)
        add(connection)
        assert numbers(connection) == [1]


def test_a_log_that_others_read_is_not_emptied_until_they_are_done(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(made(path)) as connection, closing(opened(path)) as reader:
        with reader.reading() as db:
            db.execute("SELECT * FROM t").fetchall()
            add(connection)
            assert not connection.settle()
            assert not connection.rewrite()
        assert connection.settle()
        assert path.with_name("store.db-wal").stat().st_size == 0


def test_a_file_that_another_writes_is_not_rewritten(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection, closing(opened(tmp_path / "store.db")) as other:
        with other.writing():
            assert not connection.rewrite()
        assert connection.rewrite()


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    for readonly in (False, True):
        with pytest.raises(UnreachableError):
            Connection(tmp_path / "store.db", readonly=readonly)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_names_its_holder_and_is_free_once_that_was_killed(tmp_path: Path) -> None:
    lock = tmp_path / "consolidate.lock"
    code = "from store.connection import sole\nwith sole(Path(sys.argv[1]), what='it'): say(os.getpid()); hear()"
    with process(code, lock) as other:
        holder = other.hear()
        with pytest.raises(BusyError, match=rf"consolidate is held by another process( \({holder}\))?;"):
            sole(lock, what="consolidate").__enter__()
        if os.name == "posix":
            with pytest.raises(BusyError, match=holder):
                sole(lock, what="consolidate").__enter__()
        other.kill()
    with sole(lock, what="consolidate"):
        pass


def test_a_lock_whose_holder_is_not_known_is_held_all_the_same(tmp_path: Path) -> None:
    lock = tmp_path / "consolidate.lock"
    with sole(lock, what="consolidate"):
        if os.name == "posix":
            lock.write_text("", encoding="ascii")
        with pytest.raises(BusyError, match="by another process"), sole(lock, what="consolidate"):
            raise AssertionError("two at once")


def test_a_lock_that_has_no_place_is_refused_in_our_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError), sole(tmp_path / "file" / "it.lock", what="it"):
        raise AssertionError("it was held")


def test_a_hasty_write_is_not_synced_and_the_next_one_is(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db")) as connection:
        with connection.hasty() as db:
            db.execute("INSERT INTO t VALUES (1)")
            assert pragma(connection, "synchronous") == 1
        assert pragma(connection, "synchronous") == 2
        with pytest.raises(ValueError, match="no"), connection.hasty() as db:
            raise ValueError("no")
        with closing(opened(tmp_path / "store.db")) as other, other.writing(), pytest.raises(BusyError):
            connection.hasty().__enter__()
        assert pragma(connection, "synchronous") == 2
        assert numbers(connection) == [1]
    with pytest.raises(UnreachableError):
        connection.hasty().__enter__()


@posix
def test_without_a_write_ahead_log_there_is_no_haste(tmp_path: Path) -> None:
    with closing(made(tmp_path / "store.db", vfs="unix-dotfile")) as connection, connection.hasty() as db:
        db.execute("INSERT INTO t VALUES (1)")
        assert pragma(connection, "synchronous") == 2


@posix
def test_haste_follows_a_replaced_file_and_leaves_it_safe(tmp_path: Path) -> None:
    path, other = tmp_path / "store.db", tmp_path / "other.db"
    made(other).close()
    with closing(made(path)) as connection:
        connection.settle()
        for part in ("", "-wal", "-shm"):
            path.with_name(f"store.db{part}").rename(tmp_path / f"aside.db{part}")
        other.rename(path)
        with connection.hasty() as db:
            db.execute("INSERT INTO t VALUES (1)")
        assert (pragma(connection, "synchronous"), numbers(connection)) == (2, [1])


def test_leaving_moves_nothing_out_of_the_log_and_closing_does(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    log = path.with_name("store.db-wal")
    connection = made(path)
    before = log.read_bytes()
    connection.leave()
    assert log.read_bytes() == before
    opened(path).close()
    assert not log.exists()
    opened(path).leave()
    assert not log.exists()
