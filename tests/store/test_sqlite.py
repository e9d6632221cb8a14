"""What the SQLite backend promises beyond the contract: private files, odd places, shut, full and damaged ones."""

import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from store import migrations, open_existing, open_store, upkeep
from store.connection import Connection
from store.errors import (
    BusyError,
    DamagedError,
    FullError,
    NotFoundError,
    ReadOnlyError,
    StoreError,
    TooNewError,
    UnreachableError,
)
from store.migrations import STEPS
from store.records import Heartbeat, Kind, Project, State
from store.revise import Add, Restore, Step
from store.sqlite import SqliteStore
from store.values import replace
from tests.store.facts import HERE, NOW, adding, fact, failure, moving, session, showing, wording
from tests.store.processes import process

posix = pytest.mark.skipif(os.name != "posix", reason="file modes, links and limits as POSIX has them")
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and small file systems as Linux has them")


@contextmanager
def masked(mask: int) -> Generator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in sorted(folder.rglob("*"))}


@posix
@pytest.mark.parametrize("mask", [0, 0o022, 0o077], ids=oct)
def test_every_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "share" / "promptlearn" / "store.db"
    with masked(mask):
        with closing(open_store(path)) as store, store.alone("consolidate"):
            store.record([fact("private")])
            upkeep.back_up(path, now=NOW)
            with upkeep.mending(path, wait=0):
                found = modes(tmp_path)
        path.write_bytes(b"damaged" * 1000)
        open_store(path).close()
    assert {name: mode for name, mode in found.items() if mode & 0o077} == {}
    assert {"share", "share/promptlearn", "share/promptlearn/store.db", "share/promptlearn/backups"} < set(found)
    assert {"share/promptlearn/store.db-wal", "share/promptlearn/store.db-shm"} < set(found)
    assert {name: mode for name, mode in modes(tmp_path).items() if mode & 0o077} == {}


@pytest.mark.parametrize(
    "name",
    ["with space", "ünïcødé-日本", "a#b", "a%20b", "a&mode=ro", "'quoted'", "[ab]", "x" * 200]
    + (["a?b*", 'a"b', "a\\b", "a:b", "-n"] if os.name == "posix" else []),
)
def test_a_store_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / f"{name[:200]}.db"
    with closing(open_store(path)) as store:
        store.record([fact("here")])
        upkeep.back_up(path, now=NOW)
    assert len(upkeep.backups(path)) == 1
    path.write_bytes(b"damaged")
    told = list[str]()
    with closing(open_store(path, now=lambda: NOW, tell=told.append)) as store:
        assert [f.text for f in store.evidence(HERE)] == ["here"]
    assert len(told) == 1
    assert path.with_name(f"{path.stem}.damaged-{NOW:.0f}-0.db").read_bytes() == b"damaged"
    assert {other.parent for other in tmp_path.rglob("*") if other.is_file()} == {path.parent, path.parent / "backups"}


def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    told = list[str]()
    with closing(open_store(tmp_path / "store.db", tell=told.append)) as store:
        assert store.problems() == []
    assert told == []


def test_a_folder_in_the_stores_place_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(UnreachableError):
        open_store(tmp_path / "store.db")
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(UnreachableError, match="check the folder or set PROMPTLEARN_HOME"):
        open_store(tmp_path / "home" / "store.db")


@posix
def test_a_store_behind_a_link_is_one_store_by_both_names(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "kept.db", tmp_path / "link" / "store.db"
    link.parent.mkdir()
    with closing(open_store(real)) as store:
        store.record([fact("first")])
        upkeep.back_up(real, now=NOW)
    link.symlink_to(real)
    with closing(open_store(link)) as by_link, closing(open_store(real)) as by_name:
        assert by_link.path == real
        by_link.record([fact("second")])
        with by_link.alone("it"), pytest.raises(BusyError):
            by_name.alone("it").__enter__()
    real.write_bytes(b"damaged")
    with closing(open_store(link)) as store:
        assert [f.text for f in store.evidence(HERE)] == ["first"]
    assert link.is_symlink()
    assert [path.name for path in link.parent.iterdir()] == ["store.db"]


@posix
@pytest.mark.parametrize("target", ["nowhere/store.db", "store.db"], ids=["nowhere", "itself"])
def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "store.db").symlink_to(target)
    with pytest.raises(UnreachableError, match="leads nowhere"):
        open_store(tmp_path / "store.db")


def test_ids_beyond_every_number_are_those_of_nothing(tmp_path: Path) -> None:
    huge = 10**30
    with closing(open_store(tmp_path / "store.db")) as store:
        store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
        store.record([fact("kept")])
        for asking in (
            lambda: store.rule(huge),
            lambda: store.versions(-huge),
            lambda: store.episode(huge),
            lambda: store.revision(HERE, huge),
            lambda: store.record([fact("lost")], rule=huge),
            lambda: store.forget(needles=[], rule=huge),
            lambda: store.revise(HERE, [moving(huge, State.ACTIVE)], cause="move", now=NOW),
            lambda: store.suggest(Add(wording("Use pip."), evidence=(huge,)), fact("lost"), now=NOW),
        ):
            with pytest.raises(NotFoundError):
                asking()
        assert (store.supports(huge), store.exposures_of(huge), store.decisions(HERE, rule=huge)) == ([], (), [])
        assert (store.evidence(HERE, episode=huge), store.evidence(HERE, ids=[huge])) == ([], [])
        assert [f.text for f in store.evidence(HERE, newest=huge)] == ["kept"]
        assert store.forget(needles=[], evidence=[huge]).evidence == 0


# A store that may only be read


READING = """
import errno
from contextlib import suppress
from store import upkeep, sqlite, forgetting
import filelock, filelock._unix, filelock._soft
path = Path(sys.argv[1])
somebody_else()
try:
    store = open_store(path)
    rule = store.rule(1)
    say("read", rule.text, len(store.evidence(HERE)), store.problems())
    writes = {
        "know": lambda: store.know(Project("k", "n", "p")),
        "deliver": lambda: store.deliver(session("new"), task="", shown=[showing(1)], now=NOW),
        "record": lambda: store.record([fact("new")]),
        "suggest": lambda: store.suggest(Add(wording("New.")), fact("new"), now=NOW),
        "revise": lambda: store.revise(HERE, [adding("New.")], cause="add", now=NOW),
        "forget": lambda: store.forget(needles=["kept"]),
        "keep_answer": lambda: store.keep_answer("q", "a", now=NOW),
        "back up": lambda: upkeep.back_up(path, now=NOW),
        "alone": lambda: store.alone("it").__enter__(),
    }
    for name, write in writes.items():
        try:
            write()
            say(name, "was done")
        except StoreError as error:
            say(name, type(error).__name__)
except StoreError as error:
    say(type(error).__name__)
"""

DENIED = [
    f"{name} ReadOnlyError"
    for name in ("know", "deliver", "record", "suggest", "revise", "forget", "keep_answer", "back up", "alone")
]


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that another user can reach, as those of pytest are not."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        yield place / "home"


def filled(path: Path) -> SqliteStore:
    store = open_store(path)
    store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
    store.record([fact("kept")])
    return store


def close_to_others(path: Path, *, file: int, folder: int) -> None:
    for part in path.parent.iterdir():
        part.chmod(file)
    path.parent.chmod(folder)


@posix
@pytest.mark.parametrize("folder", [0o555, 0o755], ids=["folder shut", "folder of another"])
@pytest.mark.parametrize("file", [0o444, 0o666], ids=["file shut", "file open"])
def test_a_store_that_may_only_be_read_can_be_read_and_nothing_else(reachable: Path, file: int, folder: int) -> None:
    if os.getuid() and folder == 0o755:
        pytest.skip("needs another user")
    path = reachable / "store.db"
    filled(path).close()
    close_to_others(path, file=file, folder=folder)
    before = {part.name: part.read_bytes() for part in path.parent.iterdir()}
    with process(READING, path) as other:
        assert other.hear() == "read Use uv. 1 []"
        assert other.end() == DENIED
    assert {part.name: part.read_bytes() for part in path.parent.iterdir()} == before


@posix
@pytest.mark.parametrize("index", [True, False], ids=["with its index", "without"])
def test_what_a_killed_process_left_in_the_log_is_read_where_nothing_can_be_written(
    reachable: Path, index: bool
) -> None:
    path = reachable / "store.db"
    code = """
store = open_store(Path(sys.argv[1]))
store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
store.record([fact("kept")])
say("done")
hear()
"""
    with process(code, path) as other:
        assert other.hear() == "done"
        other.kill()
    assert path.with_name("store.db-wal").stat().st_size > 0
    if not index:
        path.with_name("store.db-shm").unlink()
    close_to_others(path, file=0o444, folder=0o555)
    before = {part.name for part in path.parent.iterdir()}
    with process(READING, path) as other:
        assert other.hear() == "read Use uv. 1 []"
        assert other.end() == DENIED
    assert {part.name for part in path.parent.iterdir()} == before


@posix
def test_a_reader_beside_a_writer_of_another_user_sees_what_that_writes(reachable: Path) -> None:
    if os.getuid():
        pytest.skip("needs another user")
    path = reachable / "store.db"
    filled(path).close()
    path.chmod(0o644)
    path.parent.chmod(0o755)
    code = """
from store import upkeep, sqlite
path = Path(sys.argv[1])
somebody_else()
store = open_store(path)
while True:
    say(*[f.text for f in store.evidence(HERE)])
    if hear() == "end":
        break
"""
    with process(code, path) as other:
        assert other.hear() == "kept"
        with closing(open_store(path)) as store:
            store.record([fact("beside")])
            other.say("again")
            assert other.hear() == "kept beside"
            store.record([fact("more")])
        other.say("again")
        assert other.hear() == "kept beside more"
        other.say("end")
        other.end()


@posix
@pytest.mark.parametrize(
    ("file", "folder"), [(0o000, 0o755), (0o444, 0o000)], ids=["file unreadable", "folder unreachable"]
)
def test_a_store_that_cannot_even_be_read_is_refused(reachable: Path, file: int, folder: int) -> None:
    path = reachable / "store.db"
    filled(path).close()
    close_to_others(path, file=file, folder=folder)
    with process(READING, path) as other:
        assert other.end() == ["UnreachableError"]
    path.parent.chmod(0o755)


@posix
def test_a_home_that_another_user_owns_is_refused_and_nothing_is_made_elsewhere(reachable: Path) -> None:
    reachable.mkdir()
    reachable.chmod(0o555)
    with process(READING, reachable / "store.db") as other:
        assert other.end() == ["UnreachableError"]
    assert list(reachable.parent.rglob("*")) == [reachable]


@posix
def test_a_damaged_store_that_may_only_be_read_stays_where_it_is(reachable: Path) -> None:
    reachable.mkdir()
    path = reachable / "store.db"
    path.write_bytes(b"damaged" * 100)
    close_to_others(path, file=0o444, folder=0o555)
    with process(READING, path) as other:
        assert other.end() == ["DamagedError"]
    assert [part.name for part in reachable.iterdir()] == ["store.db"]


def test_a_file_of_an_unknown_format_is_read_but_not_written(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    filled(path).close()
    with path.open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # SQLite: a later format that may be read, not written
    with closing(open_store(path)) as store:
        assert store.rule(1).text == "Use uv."
        with pytest.raises(ReadOnlyError):
            store.record([fact("new")])


def test_an_older_store_that_may_only_be_read_is_read_one_step_back_and_no_further(tmp_path: Path) -> None:
    from store.migrations import STEPS

    path = tmp_path / "store.db"
    filled(path).close()
    later = tuple((f"{number:04d}_more", ()) for number in (2, 3))
    with closing(Connection(path, readonly=True)) as connection:
        upkeep.prepare(connection, now=lambda: NOW, steps=(*STEPS, *later[:1]))
        with pytest.raises(ReadOnlyError):
            upkeep.prepare(connection, now=lambda: NOW, steps=(*STEPS, *later))
    (tmp_path / "empty.db").touch()
    with closing(Connection(tmp_path / "empty.db", readonly=True)) as connection, pytest.raises(ReadOnlyError):
        upkeep.prepare(connection, now=lambda: NOW)


# A full disk


def test_a_full_file_refuses_a_write_whole_and_takes_it_once_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    filled(path).close()
    connection = Connection(path)
    upkeep.prepare(connection, now=lambda: NOW)
    with closing(SqliteStore(connection, chance=os.urandom)) as store:
        pages = connection.raw.execute("PRAGMA page_count").fetchone()[0]
        connection.raw.execute(f"PRAGMA max_page_count = {pages + 1}")
        big = [fact(f"{number} {'x' * 3000}") for number in range(20)]
        with pytest.raises(FullError, match=r"no space left for the store .*; nothing was recorded"):
            store.record(big)
        with pytest.raises(FullError):
            store.revise(HERE, [adding(f"Rule {n} {'x' * 300}.") for n in range(60)], cause="add", now=NOW)
        assert [f.text for f in store.evidence(HERE)] == ["kept"]
        assert (len(store.rules(HERE)), store.head(HERE), store.problems()) == (1, 1, [])
        connection.raw.execute("PRAGMA max_page_count = 1000000")
        assert len(store.record(big)) == 20
        assert store.problems() == []


@linux
def test_a_process_that_may_not_write_more_refuses_and_goes_on_when_it_may(tmp_path: Path) -> None:
    code = """
import resource
store = open_store(Path(sys.argv[1]))
done = []
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (350_000, hard))
try:
    for number in range(10_000):
        store.record([fact(f"{number} {'x' * 3000}"), fact(f"and {number}")])
        done.append(number)
except FullError as error:
    say(len(done), error)
say(len(store.evidence(HERE)), store.problems())
try:
    store.forget(needles=["0 xxx"])
except FullError:
    say("forgot nothing")
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
store.record([fact("after")])
say(len(store.evidence(HERE)), store.problems())
"""
    with process(code, tmp_path / "store.db") as other:
        done, _, words = other.hear().partition(" ")
        assert int(done) > 5
        assert words.startswith("no space left for the store")
        assert other.hear() == f"{2 * int(done)} []"
        assert other.hear() in {"forgot nothing", f"{2 * int(done) + 1} []"}
        other.end()


@linux
def test_forgetting_on_a_full_disk_says_that_old_bytes_remain_and_ends_it_later(tmp_path: Path) -> None:
    code = """
import resource
store = open_store(Path(sys.argv[1]))
store.record([fact(f"{number} {'x' * 3000}") for number in range(100)])
store.close()
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
store = open_store(Path(sys.argv[1]))
say(store.forget(needles=["7 xxx"]))
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
say(store.forget(needles=["7 xxx"]))
"""
    with process(code, tmp_path / "store.db") as other:
        assert other.end() == [
            "Forgotten(versions=0, evidence=10, others=0, emptied=False)",
            "Forgotten(versions=0, evidence=0, others=0, emptied=True)",
        ]


# Damage that is found later


def test_a_row_that_is_none_of_ours_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(filled(path)) as store:
        store.deliver(session(), task="t", shown=[showing(1)], now=NOW)
        store.record([failure("t", "s1")], rule=1)
    harm: list[tuple[str, Callable[[SqliteStore], object]]] = [
        ("UPDATE evidence SET kind = 'rumour'", lambda store: store.evidence(HERE)),
        ("UPDATE evidence SET kind = 'rumour'", lambda store: store.counts(HERE)),
        ("UPDATE evidence SET trust = 77", lambda store: store.supports(1)),
        ("UPDATE evidence SET detail = '{'", lambda store: store.evidence(HERE)),
        ("UPDATE rules SET state = 'loud'", lambda store: store.rules(HERE)),
        ("UPDATE rules SET state = 'loud'", lambda store: store.rule(1)),
        ("UPDATE rules SET replaces = '3'", lambda store: store.rule(1)),
        ("UPDATE rules SET ending = 'happy'", lambda store: store.revise(HERE, [], cause="c", now=NOW)),
        ("UPDATE versions SET paths = 'x'", lambda store: store.versions(1)),
        ("UPDATE revisions SET entries = '[[1]]'", lambda store: store.revisions(HERE)),
        ("UPDATE revisions SET entries = '[1]'", lambda store: store.revision(HERE, 1)),
        ("UPDATE decisions SET numbers = '?'", lambda store: store.decisions(HERE)),
        ("UPDATE evidence SET text = CAST(x'ff41' AS TEXT)", lambda store: store.evidence(HERE)),
    ]
    for statement, reading in harm:
        with closing(open_store(path)) as store:
            with closing(sqlite3.connect(path)) as other:
                other.execute(statement)
                other.commit()
            for use in (reading, SqliteStore.problems):
                with pytest.raises(DamagedError, match="doctor"):
                    use(store)
        upkeep_restored(path)


def upkeep_restored(path: Path) -> None:
    for part in path.parent.glob("store.db*"):
        part.unlink()
    with closing(filled(path)) as store:
        store.deliver(session(), task="t", shown=[showing(1)], now=NOW)
        store.record([failure("t", "s1")], rule=1)


def index_loses_a_row(path: Path) -> None:
    for condition, text in ((" WHERE id < 0", "left out"), ("", "taken in")):
        # While the schema says that the index holds only some rows, another does not get into it.
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA writable_schema = ON")
            other.execute(
                "UPDATE sqlite_master SET sql = ? WHERE name = 'evidence_fingerprint'",
                (f"CREATE INDEX evidence_fingerprint ON evidence (project, kind, fingerprint){condition}",),
            )
            other.commit()
        with closing(open_store(path)) as store:
            store.record([fact(text)])


def test_an_index_that_lost_a_row_is_a_problem_with_a_name(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    filled(path).close()
    index_loses_a_row(path)
    with closing(open_store(path)) as store:
        assert any("evidence_fingerprint" in problem for problem in store.problems())
        with closing(sqlite3.connect(path)) as other:
            other.execute("UPDATE evidence SET detail = '{'")
            other.commit()
        with pytest.raises(DamagedError, match="evidence_fingerprint"):
            store.problems()


def test_a_backup_makes_an_index_anew_that_lost_a_row(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    filled(path).close()
    index_loses_a_row(path)
    upkeep.restore(path, upkeep.back_up(path, now=NOW), now=NOW)
    with closing(open_store(path)) as store:
        assert store.problems() == []
        assert [f.text for f in store.evidence(HERE)] == ["kept", "left out", "taken in"]


def test_a_row_that_points_to_nothing_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(filled(path)) as store:
        with closing(sqlite3.connect(path)) as other:
            other.execute("INSERT INTO supports VALUES (1, 99)")
            other.commit()
        assert store.problems() == ["a row of supports points to nothing"]


def test_restoring_a_version_there_is_not_changes_nothing(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "store.db")) as store:
        entry = store.revision(HERE, 1).entries[0]
        step = Step(Restore(entry.__class__(1, 9, "", State.ACTIVE, False, entry.ending)), "x", "person", "r")
        with pytest.raises(NotFoundError, match="version 9 of R1 does not exist"):
            store.revise(HERE, [step], cause="rollback", now=NOW)
        assert store.head(HERE) == 1


def test_any_number_of_conditions_fits_in_a_question(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "store.db")) as store:
        assert [f.text for f in store.evidence(HERE, ids=range(100_000), kinds=list(Kind))] == ["kept"]
        assert store.forget(needles=[], evidence=range(2, 100_000)).evidence == 0


def test_knowing_the_same_project_again_writes_nothing(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "store.db")) as store, closing(Connection(store.path, wait=0)) as other:
        store.know(Project("k", "n", "p"))
        with other.writing():
            store.know(Project("k", "n", "p"))


def test_every_refusal_is_one_line() -> None:
    errors: list[StoreError] = [
        DamagedError("store.db", "*** in database main ***\nPage 3: never used\x00"),
        FullError("store.db"),
        ReadOnlyError("store.db"),
        BusyError("the store"),
    ]
    assert all(str(error).isprintable() for error in errors)


# As hooks open it


def test_a_hook_makes_no_store(tmp_path: Path) -> None:
    path = tmp_path / "home" / "store.db"
    assert open_existing(path, wait=0) is None
    assert list(tmp_path.iterdir()) == []
    path.parent.mkdir()
    path.touch()
    assert open_existing(path, wait=0) is None
    assert path.stat().st_size == 0


def test_a_hook_uses_the_store_there_is(tmp_path: Path) -> None:
    filled(tmp_path / "store.db").close()
    store = open_existing(tmp_path / "store.db", wait=0)
    assert store
    with closing(store):
        assert store.rule(1).text == "Use uv."
        store.record([fact("heard")])


@pytest.mark.parametrize("newer", [False, True], ids=["damaged", "newer"])
def test_a_hook_mends_and_migrates_nothing(tmp_path: Path, newer: bool) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"damaged" * 99)
    if newer:
        path.unlink()
        filled(path).close()
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 99")
    content = path.read_bytes()
    with pytest.raises(TooNewError if newer else DamagedError):
        open_existing(path, wait=0)
    assert path.read_bytes() == content
    assert [part.name for part in tmp_path.iterdir()] == ["store.db"]


def test_a_hook_leaves_a_log_that_cannot_be_read_to_whoever_mends(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = "store = open_store(Path(sys.argv[1]))\nstore.record([fact('one')])\nsay('done')\nhear()"
    with process(code, path) as other:
        assert other.hear() == "done"
        other.kill()
    log = path.with_name("store.db-wal")
    content = bytes(32) + log.read_bytes()[32:]
    log.write_bytes(content)
    assert open_existing(path, wait=0) is None
    assert log.read_bytes() == content
    told = list[str]()
    open_store(path, tell=told.append).close()
    assert "write-ahead log is damaged" in told[0]


@posix
def test_a_hook_of_another_user_only_reads(reachable: Path) -> None:
    path = reachable / "store.db"
    filled(path).close()
    close_to_others(path, file=0o444, folder=0o555)
    with process(READING.replace("open_store(path)", "__import__('store').open_existing(path, wait=0)"), path) as other:
        assert other.hear() == "read Use uv. 1 []"
        assert other.end() == DENIED
    path.parent.chmod(0o000)
    code = """
somebody_else()
from store import open_existing, upkeep
try:
    open_existing(Path(sys.argv[1]), wait=0)
except UnreachableError as error:
    say(error)
"""
    with process(code, path) as other:
        assert "cannot be opened (Permission denied)" in other.end()[0]
    path.parent.chmod(0o755)


def test_the_kinds_that_somebody_says_are_the_same_for_the_schema_and_the_records() -> None:
    import re

    from store.migrations import VOICES
    from store.records import AUTHORED

    assert set(re.findall(r"'(\w[\w ]*)'", VOICES.partition("THEN")[0])) == {str(kind) for kind in AUTHORED}


def test_a_store_one_schema_back_is_read_and_written_by_hooks_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    upkeep.private(path)
    with closing(Connection(path)) as connection:
        migrations.apply(connection.raw, STEPS[: migrations.READABLE])
        row = "INSERT INTO rules VALUES (1, ?, 'active', 0, 1, 'add', '[]', '', '', '', 0, 0)"
        connection.raw.execute(row, (HERE,))
        connection.raw.execute(
            "INSERT INTO versions VALUES (1, 1, 'd', 's', 'Use uv.', '[]', 'o', 'person', 4, 0, '{}', 0)"
        )
    store = open_existing(path, wait=1)
    assert store is not None
    with closing(store):
        assert [rule.text for rule in store.rules(HERE)] == ["Use uv."]
        store.deliver(replace(session(), model="opus"), task="", shown=[showing(1)], now=NOW)
        store.record([fact("no")], rule=1)
        store.beat(Heartbeat("client", "event", NOW, "", "", 0.1), spoken=("s1", HERE, NOW))
        store.revise(HERE, [moving(1, State.RETIRED), moving(1, State.ACTIVE)], cause="x", now=NOW)
        assert (store.rule(1).supports, store.rule(1).chance) == (1, None)
        assert [(each.spoke, each.model) for each in store.sessions(HERE)] == [(NOW, "")]
        assert [each.model for _, each in store.newcomers(HERE, after=0)] == [""]
        assert (store.coin_key(), store.trials(HERE), list(store.log(HERE))) == (b"", None, [])
    with closing(open_store(path)) as migrated:
        assert (migrated.rule(1).supports, [fact.text for fact in migrated.evidence(HERE)]) == (1, ["no"])
