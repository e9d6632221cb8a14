"""Backups, and what becomes of a store that is damaged, lost, or put back."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

import pytest

from store import migrations, open_store, upkeep
from store.connection import Connection
from store.errors import (
    BusyError,
    DamagedError,
    NotFoundError,
    NotOursError,
    TooNewError,
    UnreachableError,
)
from tests.store.facts import HERE, NOW, adding, fact
from tests.store.processes import process, processes

posix = pytest.mark.skipif(os.name != "posix", reason="open files can be replaced on POSIX only")


def write(path: Path, *texts: str) -> None:
    with closing(open_store(path, now=lambda: NOW)) as store:
        store.record([fact(text) for text in texts])


def texts(path: Path) -> list[str]:
    with closing(open_store(path, now=lambda: NOW)) as store:
        return [f.text for f in store.evidence(HERE)]


def inside(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return ",".join(text for (text,) in db.execute("SELECT text FROM evidence ORDER BY id"))


def beside(path: Path) -> list[str]:
    return sorted(part.name for part in path.parent.iterdir() if part.suffix != ".lock" and part.is_file())


# Backups


def test_a_backup_is_one_whole_file_with_all_that_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.record([fact("one")])
        backup = upkeep.back_up(path, now=NOW, label="-before-migration")
        store.record([fact("two")])
        assert backup == tmp_path / "backups" / f"store-00{NOW:.0f}-000-before-migration.db"
        assert inside(backup) == "one"
        assert backup.read_bytes()[18:20] == b"\x01\x01", "it needs no log beside it"
    assert [part.name for part in backup.parent.iterdir()] == [backup.name]


def test_the_newest_backups_are_kept_whatever_the_clock_says(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    made: list[Path] = []
    for number, now in enumerate([NOW, NOW + 9, NOW + 9, 0.0, -5.0, NOW + 5, *range(7)]):
        write(path, f"{number}")
        made.append(upkeep.back_up(path, now=now))
        assert upkeep.backups(path) == made[-upkeep.KEEP :]
    assert inside(made[-1]) == ",".join(map(str, range(13)))
    assert len({backup.name for backup in made}) == 13


def test_backups_of_a_store_beside_another_are_its_own(tmp_path: Path) -> None:
    for name in ("store", "store-2", "store[2]"):
        write(tmp_path / f"{name}.db", name)
        upkeep.back_up(tmp_path / f"{name}.db", now=NOW)
    for name in ("store", "store-2", "store[2]"):
        assert [inside(backup) for backup in upkeep.backups(tmp_path / f"{name}.db")] == [name]
    (tmp_path / "backups" / "store-notes.db").touch()
    assert len(upkeep.backups(tmp_path / "store.db")) == 1


def test_a_backup_can_be_made_beside_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    with closing(Connection(path)) as connection, connection.writing() as db:
        db.execute("UPDATE evidence SET text = 'unfinished'")
        assert inside(upkeep.back_up(path, now=NOW)) == "one"


def test_what_cannot_be_backed_up_leaves_the_older_backups(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, *(f"{number} {'x' * 2000}" for number in range(30)))
    good = upkeep.back_up(path, now=NOW)
    whole = path.read_bytes()
    path.write_bytes(whole[: 8 * 4096] + b"\xff" * 4096 + whole[9 * 4096 :])
    with pytest.raises(DamagedError):
        upkeep.back_up(path, now=NOW)
    path.write_bytes(whole[:4096])
    with pytest.raises(DamagedError):
        upkeep.back_up(path, now=NOW)
    path.write_bytes(b"")
    with pytest.raises(DamagedError, match="it holds nothing"):
        upkeep.back_up(path, now=NOW)
    path.unlink()
    with pytest.raises(UnreachableError):
        upkeep.back_up(path, now=NOW)
    assert list(good.parent.iterdir()) == [good]


def test_what_a_killed_backup_left_is_no_backup_and_goes_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    torn = tmp_path / "backups" / f"store-00{NOW + 50:.0f}-000.part"
    torn.parent.mkdir()
    torn.write_bytes(path.read_bytes()[:5000])
    assert upkeep.backups(path) == []
    assert inside(upkeep.back_up(path, now=NOW)) == "one"
    assert not torn.exists()
    assert len(upkeep.backups(path)) == 1


def test_backups_made_together_are_all_whole(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    code = """
from store import upkeep
say("ready")
hear()
say(*(upkeep.back_up(Path(sys.argv[2]), now=NOW).name for _ in range(2)))
"""
    with processes(3, code, path) as children:
        for child in children:
            child.say("go")
        names = [name for child in children for name in child.hear().split()]
        for child in children:
            child.end()
    assert sorted(names) == [backup.name for backup in upkeep.backups(path)]
    assert len(set(names)) == 6
    assert {inside(backup) for backup in upkeep.backups(path)} == {"one"}


@posix
def test_a_backup_of_a_store_that_was_killed_in_the_middle_of_a_write_has_what_was_acknowledged(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    upkeep.private(path)
    with closing(Connection(path, vfs="unix-dotfile")) as connection:
        upkeep.prepare(connection, now=lambda: NOW)
        assert connection.journal == "delete"
    write(path, "one")
    code = """
import sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE evidence SET text = 'unfinished'")
db.execute("CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) "
           "SELECT randomblob(999) FROM n")
say("killed here")
hear()
"""
    with process(code, path) as other:
        assert other.hear() == "killed here"
        other.kill()
    assert path.with_name("store.db-journal").stat().st_size > 0, "a hot journal"
    assert inside(upkeep.back_up(path, now=NOW)) == "one"


# Put back


def test_a_backup_is_put_back_and_what_was_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    backup = upkeep.back_up(path, now=NOW)
    write(path, "two")
    aside = upkeep.restore(path, backup, now=NOW)
    assert aside == tmp_path / f"store.replaced-{NOW:.0f}-0.db"
    assert texts(path) == ["one"]
    assert inside(aside) == "one,two"
    with closing(open_store(path)) as store:
        assert store._db.journal == "wal"  # pyright: ignore[reportPrivateUsage]
    assert upkeep.restore(path, aside, now=NOW).name == f"store.replaced-{NOW:.0f}-1.db"
    assert texts(path) == ["one", "two"]
    assert not path.with_name("store.db.new").exists()


def test_a_backup_can_be_put_where_there_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    backup = upkeep.back_up(path, now=NOW)
    path.unlink()
    upkeep.restore(path, backup, now=NOW)
    assert texts(path) == ["one"]


@posix
def test_a_running_server_goes_on_with_the_store_that_was_put_back(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    backup = upkeep.back_up(path, now=NOW)
    with closing(open_store(path)) as running:
        running.record([fact("two")])
        upkeep.restore(path, backup, now=NOW)
        assert [f.text for f in running.evidence(HERE)] == ["one"]
        running.record([fact("three")])
    assert texts(path) == ["one", "three"]


def test_what_is_no_good_backup_is_not_put_back(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    before = path.read_bytes()
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE theirs (x)")
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("no database", encoding="ascii")
    newer = upkeep.back_up(path, now=NOW)
    with closing(sqlite3.connect(newer)) as db:
        db.execute("PRAGMA user_version = 99")
    for backup, refusal in (
        (tmp_path / "none.db", NotFoundError),
        (tmp_path, NotFoundError),
        (other, NotOursError),
        (tmp_path / "empty.db", DamagedError),
        (tmp_path / "text.db", DamagedError),
        (newer, TooNewError),
    ):
        with pytest.raises(refusal):
            upkeep.restore(path, backup, now=NOW)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("store.replaced*"))


@pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")
def test_a_backup_that_finds_no_room_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, *(f"{number} {'x' * 3000}" for number in range(50)))
    upkeep.back_up(path, now=NOW)
    path.write_bytes(b"damaged")
    code = """
import resource
from store import upkeep
path = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
for attempt in (lambda: open_store(path), lambda: upkeep.restore(path, upkeep.backups(path)[0], now=NOW)):
    try:
        attempt()
    except StoreError as error:
        say(type(error).__name__)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
"""
    with process(code, path) as other:
        assert other.end() == ["FullError", "FullError"]
    assert path.read_bytes() == b"damaged"
    assert beside(path) == ["store.db"]
    assert len(texts(path)) == 50


# Damage


def acknowledged(path: Path) -> None:
    """Write in a process that is killed, so that what was acknowledged lies in the log."""
    code = """
store = open_store(Path(sys.argv[1]))
store.record([fact("one")])
store.record([fact("two")])
say("done")
hear()
"""
    with process(code, path) as other:
        assert other.hear() == "done"
        other.kill()


@dataclass
class Kept:
    """A store with some pages and a backup of what it held before, to be damaged again and again."""

    folder: Path
    whole: bytes
    facts: int
    older: int


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    path = tmp_path_factory.mktemp("kept") / "store.db"
    write(path, *(f"{number} {'x' * 300}" for number in range(10)))
    upkeep.back_up(path, now=NOW)
    with closing(open_store(path)) as store:
        store.record([fact(f"{number} {'y' * 6000}") for number in range(10)])
        store.revise(HERE, [adding(f"Rule number {n} holds.") for n in range(30)], cause="add", now=NOW)
        store.forget(needles=["nothing"])
    return Kept(path.parent, path.read_bytes(), 20, 10)


def damaged(kept: Kept, folder: Path, content: bytes) -> tuple[Path, list[str]]:
    path = folder / "store.db"
    shutil.copytree(kept.folder, folder)
    path.write_bytes(content)
    return path, []


def survived(kept: Kept, folder: Path, content: bytes) -> str:
    """Open and read a store of that content; say what it was, after proving that nothing was lost in silence."""
    path, told = damaged(kept, folder, content)
    found = "whole"
    try:
        with closing(open_store(path, now=lambda: NOW, tell=told.append)) as store:
            for use in (store.problems, lambda: store.evidence(HERE), lambda: store.revisions(HERE)):
                try:
                    said = use()
                    if use == store.problems and said:
                        found = "named"
                except DamagedError:
                    found = "refused"
            if found == "whole":
                assert len(store.evidence(HERE)) == (kept.older if told else kept.facts)
    except (TooNewError, NotOursError, UnreachableError):
        assert path.read_bytes() == content, "refused, but touched"
        return "foreign"
    aside = list(folder.glob("store.damaged-*.db"))
    assert len(aside) == len(told) <= 1
    if told:
        assert aside[0].read_bytes() == content
        assert "the store" in told[0]
        assert "it was set aside as store.damaged-" in told[0]
        assert told[0].count("\n") == 0
        assert texts(path) == [f"{number} {'x' * 300}" for number in range(10)]
        return "replaced"
    return found


@pytest.mark.parametrize("size", ["0", "1", "100", "half a page", "a page", "half", "all but a page", "all but a byte"])
def test_a_store_that_was_cut_off_is_never_an_empty_one(kept: Kept, tmp_path: Path, size: str) -> None:
    whole = len(kept.whole)
    cut = {
        "0": 0,
        "1": 1,
        "100": 100,
        "half a page": 2048,
        "a page": 4096,
        "half": whole // 2,
        "all but a page": whole - 4096,
        "all but a byte": whole - 1,
    }[size]
    assert survived(kept, tmp_path / "home", kept.whole[:cut]) in {"replaced", "named", "refused"}


NOTES = b"These are my notes.\n" * 300

OVERWRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "header of zeros": lambda whole: bytes(100) + whole[100:],
    "header of ones": lambda whole: b"\xff" * 100 + whole[100:],
    "all zeros": lambda whole: bytes(len(whole)),
    "chance": lambda whole: Random(1).randbytes(len(whole)),
    "text": lambda _: NOTES,
    "second page of zeros": lambda whole: whole[:4096] + bytes(4096) + whole[8192:],
    "schema of zeros": lambda whole: whole[:100] + bytes(3996) + whole[4096:],
    "first page gone": lambda whole: whole[4096:],
}


@pytest.mark.parametrize("harm", OVERWRITTEN)
def test_a_store_that_was_overwritten_is_never_an_empty_one(kept: Kept, tmp_path: Path, harm: str) -> None:
    content = OVERWRITTEN[harm](kept.whole)
    assert survived(kept, tmp_path / "home", content) in {"replaced", "named", "refused"}


def test_one_wrong_byte_in_any_page_is_survived(kept: Kept, tmp_path: Path) -> None:
    chance, number = Random(7), count()
    seen: dict[str, int] = {}
    for page in range(len(kept.whole) // 4096):
        for place in {0, chance.randrange(1, 12), chance.randrange(4096), chance.randrange(4096)}:
            content = bytearray(kept.whole)
            content[page * 4096 + place] ^= 1 << chance.randrange(8)
            folder = tmp_path / f"{next(number)}"
            found = survived(kept, folder, bytes(content))
            seen[found] = seen.get(found, 0) + 1
            shutil.rmtree(folder)
    assert {"replaced", "refused", "named"} <= set(seen)
    assert seen["refused"] + seen["named"] > 20


def test_one_wrong_byte_in_the_header_is_survived(kept: Kept, tmp_path: Path) -> None:
    for place in range(100):
        content = bytearray(kept.whole)
        content[place] ^= 0x81
        folder = tmp_path / f"{place}"
        survived(kept, folder, bytes(content))
        shutil.rmtree(folder)


HARMED: dict[str, Callable[[bytes], bytes]] = {
    "its header": lambda log: bytes(32) + log[32:],
    "its first frame": lambda log: log[:40] + b"\xff" + log[41:],
    "its middle": lambda log: log[: len(log) // 2] + b"\xff\xff" + log[len(log) // 2 + 2 :],
    "all of it": lambda log: Random(2).randbytes(len(log)),
    "its end": lambda log: log[:-100],
    "text": lambda _: NOTES,
}


@pytest.mark.parametrize("backed_up", [False, True], ids=["without a backup", "with a backup"])
@pytest.mark.parametrize("harm", HARMED)
def test_a_young_store_whose_log_is_damaged_is_never_an_empty_one_in_silence(
    tmp_path: Path, harm: str, backed_up: bool
) -> None:
    path, told = tmp_path / "store.db", list[str]()
    acknowledged(path)
    log = path.with_name("store.db-wal")
    if backed_up:
        (tmp_path / "backups").mkdir()
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(tmp_path / "copy")) as copy:
            source.backup(copy)
            shutil.copy(log, tmp_path / "log")
        acknowledged(path)
        (tmp_path / "copy").rename(tmp_path / "backups" / "store-000000000001-000.db")
    content = HARMED[harm](log.read_bytes())
    log.write_bytes(content)
    path.with_name("store.db-shm").unlink()
    with closing(open_store(path, now=lambda: NOW, tell=told.append)) as store:
        found = [f.text for f in store.evidence(HERE)]
        assert store.problems() == []
    if backed_up:
        assert found in (["one", "two"], ["one"])
    elif not found:
        assert len(told) == 1
        assert "write-ahead log is damaged" in told[0]
        (aside,) = tmp_path.glob("store.damaged-*.db-wal")
        assert aside.read_bytes() == content


def test_a_store_that_lost_its_index_of_the_log_reads_the_log(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    acknowledged(path)
    path.with_name("store.db-shm").write_bytes(b"\xff" * 40_000)
    assert texts(path) == ["one", "two"]


def test_the_newest_good_backup_takes_the_place(tmp_path: Path) -> None:
    path, told = tmp_path / "store.db", list[str]()
    for number in range(4):
        write(path, f"{number}")
        upkeep.back_up(path, now=NOW + number)
    good, bent, empty, foreign = upkeep.backups(path)
    bent.write_bytes(bent.read_bytes()[: bent.stat().st_size // 2])
    empty.write_bytes(b"")
    foreign.unlink()
    with closing(sqlite3.connect(foreign)) as db:
        db.execute("CREATE TABLE theirs (x)")
    path.write_bytes(b"damaged")
    with closing(open_store(path, now=lambda: NOW, tell=told.append)) as store:
        assert [f.text for f in store.evidence(HERE)] == ["0"]
    sentence = (
        f"the store {path} is damaged (file is not a database); "
        f"it was set aside as store.damaged-{NOW:.0f}-0.db and the backup {good.name} took its place"
    )
    assert told == [sentence]


def test_without_a_backup_a_new_store_begins_and_says_so(tmp_path: Path) -> None:
    path, told = tmp_path / "store.db", list[str]()
    path.write_bytes(b"damaged")
    with closing(open_store(path, now=lambda: NOW, tell=told.append)) as store:
        assert store.problems() == []
        store.record([fact("new")])
    assert told[0].endswith(f"it was set aside as store.damaged-{NOW:.0f}-0.db and a new store begins")
    path.write_bytes(b"damaged again")
    open_store(path, now=lambda: NOW).close()
    assert beside(path) == ["store.damaged-1767225600-0.db", "store.damaged-1767225600-1.db", "store.db"]
    assert path.with_name("store.damaged-1767225600-0.db").read_bytes() == b"damaged"


def test_a_missing_store_that_was_backed_up_begins_anew_and_says_how_to_get_it_back(tmp_path: Path) -> None:
    path, told = tmp_path / "store.db", list[str]()
    write(path, "one")
    backup = upkeep.back_up(path, now=NOW)
    path.unlink()
    with closing(open_store(path, tell=told.append)) as store:
        assert store.evidence(HERE) == []
    assert told == [
        f"there was no store {path}, a new one begins; `mcp-promptlearn backup --restore {backup.name}` brings one back"
    ]
    with closing(open_store(path, tell=told.append)) as store:
        store.record([fact("new")])
    assert len(told) == 1


def test_a_store_whose_file_is_gone_while_its_log_is_there_begins_anew_and_keeps_the_log(tmp_path: Path) -> None:
    path, told = tmp_path / "store.db", list[str]()
    acknowledged(path)
    log = path.with_name("store.db-wal").read_bytes()
    path.unlink()
    open_store(path, now=lambda: NOW, tell=told.append).close()
    assert len(told) == 1
    assert path.with_name(f"store.damaged-{NOW:.0f}-0.db-wal").read_bytes() == log


def test_a_young_store_in_use_is_not_taken_for_a_lost_one(tmp_path: Path) -> None:
    path, told = tmp_path / "store.db", list[str]()
    with closing(open_store(path)) as first:
        first.record([fact("one")])
        assert path.stat().st_size == upkeep.PAGE, "all of it is in the log"
        with closing(open_store(path, tell=told.append)) as second:
            assert [f.text for f in second.evidence(HERE)] == ["one"]
        upkeep.back_up(path, now=NOW)
        with closing(open_store(path, tell=told.append)) as third:
            assert [f.text for f in third.evidence(HERE)] == ["one"]
    assert told == []


def test_what_a_first_start_killed_in_its_migration_left_is_no_damage(tmp_path: Path) -> None:
    path, told = tmp_path / "store.db", list[str]()
    code = """
from store import migrations, upkeep
from store.connection import Connection
path = Path(sys.argv[1])
upkeep.private(path)
connection = Connection(path)
connection.raw.execute("PRAGMA cache_size = 1")
connection.raw.create_function("stop", 0, lambda: (say("killed here"), hear()) and 0)
migrations.apply(connection.raw, (*migrations.STEPS, ("0002_stop", ("SELECT stop()",))))
"""
    with process(code, path) as other:
        assert other.hear() == "killed here"
        other.kill()
    assert path.with_name("store.db-wal").stat().st_size > 4096
    with closing(open_store(path, tell=told.append)) as store:
        assert store.problems() == []
    assert told == []


@pytest.mark.parametrize("harm", ["text", "empty"])
def test_processes_that_find_the_damage_together_set_it_aside_once(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "store.db"
    code = """
say("ready")
while path := hear():
    told = []
    store = open_store(Path(path), tell=told.append)
    kept = store.record([fact(f"new {sys.argv[1]}")])
    say(len(told), len(store.evidence(HERE)), kept[0].new)
"""
    with processes(4, code) as children:
        for number in range(3):
            path = tmp_path / f"{number}" / "store.db"
            write(path, "one")
            upkeep.back_up(path, now=NOW)
            content = b"damaged" if harm == "text" else b""
            path.write_bytes(content)
            for child in children:
                child.say(path)
            answers = [child.hear().split() for child in children]
            assert sorted(told for told, *_ in answers) == ["0", "0", "0", "1"]
            assert {new for *_, new in answers} == {"True"}
            (aside,) = path.parent.glob("store.damaged-*")
            assert aside.read_bytes() == content
            assert sorted(texts(path)) == ["new 0", "new 1", "new 2", "new 3", "one"]
        for child in children:
            child.end()


def test_whoever_may_not_wait_for_the_mending_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"damaged")
    with upkeep.mending(path, wait=0), pytest.raises(BusyError, match="the damaged store is held by another process"):
        open_store(path, wait=0)
    assert path.read_bytes() == b"damaged"


@posix
def test_a_running_server_goes_on_with_the_store_that_another_process_mended(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    upkeep.back_up(path, now=NOW)
    with closing(open_store(path)) as running:
        running.record([fact("two")])
        with upkeep.mending(path, wait=0):
            aside, _ = upkeep.mend(path, now=NOW)
        running.record([fact("three")])
        assert [f.text for f in running.evidence(HERE)] == ["one", "three"]
    assert texts(path) == ["one", "three"]
    assert inside(aside) == "one,two"


def test_on_a_drive_without_second_names_the_damaged_file_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    path = tmp_path / "store.db"
    path.write_bytes(b"damaged")
    write(path, "new")
    assert beside(path)[1:] == ["store.db"]
    assert texts(path) == ["new"]


# Which file may be used


@pytest.mark.parametrize(
    "setting",
    [
        "PRAGMA application_id = 7",
        "PRAGMA user_version = 5",
        "CREATE TABLE theirs (x)",
        "CREATE TABLE theirs (x); PRAGMA user_version = 1",
    ],
)
def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path, setting: str) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(setting)
    before = path.read_bytes()
    with pytest.raises(NotOursError, match="another program's database"):
        open_store(path)
    assert path.read_bytes() == before
    assert beside(path) == ["store.db"]


@pytest.mark.parametrize("newer", [False, True], ids=["another program's", "a newer version's"])
def test_a_log_that_others_left_stays_theirs(tmp_path: Path, newer: bool) -> None:
    path = tmp_path / "store.db"
    code = """
import sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE theirs (x)")
db.execute(f"PRAGMA user_version = 99")
if sys.argv[2] == "True":
    db.execute("PRAGMA application_id = 0x504C524E")
say("done")
hear()
"""
    with process(code, path, newer) as other:
        assert other.hear() == "done"
        other.kill()
    before = {part: part.read_bytes() for part in (path, path.with_name("store.db-wal"))}
    with pytest.raises(TooNewError if newer else NotOursError):
        open_store(path)
    assert {part: part.read_bytes() for part in before} == before


def test_a_store_whose_tables_are_gone_is_damaged(tmp_path: Path) -> None:
    path, told = tmp_path / "store.db", list[str]()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    open_store(path, tell=told.append).close()
    assert "its tables are gone" in told[0]


def test_a_newer_store_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(migrations.STEPS) + 1}")
    before = path.read_bytes()
    with pytest.raises(TooNewError, match="was not touched, upgrade"):
        open_store(path)
    assert path.read_bytes() == before
    assert beside(path) == ["store.db"]


def test_a_store_whose_number_was_lost_finds_it_again(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "one")
    for number in (0, -3):
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA user_version = {number}")
        assert texts(path) == ["one"]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == len(migrations.STEPS)
        assert db.execute("PRAGMA application_id").fetchone()[0] == migrations.APPLICATION_ID


def test_the_race_of_old_libraries_is_known_by_branch() -> None:
    racy = [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)]
    safe = [(3, 6, 23), (3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 52, 0), (4, 0, 0)]
    assert [version for version in racy if not upkeep.wal_reset_race(version)] == []
    assert [version for version in safe if upkeep.wal_reset_race(version)] == []
    assert upkeep.wal_reset_race() == upkeep.wal_reset_race(sqlite3.sqlite_version_info)
