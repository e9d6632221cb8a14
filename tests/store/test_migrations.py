"""Schema steps: once each, whoever comes first, however many come at once, and whatever kills them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import migrations, open_store, upkeep
from store.connection import Connection
from store.errors import BusyError, DamagedError, TooNewError, UnreachableError
from store.migrations import STEPS
from store.records import Heartbeat, Project, Sighting, State
from store.sqlite import SqliteStore
from tests.store.facts import HERE, NOW, adding, fact, moving, session, showing
from tests.store.processes import process, processes

LATER = (
    "0003_moods",
    (
        "ALTER TABLE rules ADD COLUMN mood TEXT NOT NULL DEFAULT ''",
        *(
            f"ALTER TABLE {table} ADD COLUMN mood TEXT"
            for table in (
                "projects",
                "sessions",
                "episodes",
                "evidence",
                "versions",
                "supports",
                "exposures",
                "decisions",
                "revisions",
                "answers",
                "heartbeats",
                "sightings",
            )
        ),
        "CREATE TABLE moods (rule INTEGER PRIMARY KEY, mood TEXT NOT NULL) STRICT",
    ),
)
NEXT = (*STEPS, LATER)
NOW_IS = len(STEPS)

WITH_LATER = f"""
from store import migrations, upkeep
from store.connection import Connection
from store.sqlite import SqliteStore
NEXT = {NEXT!r}

def newer(path):
    upkeep.private(path)
    connection = Connection(path)
    upkeep.prepare(connection, now=lambda: NOW, steps=NEXT)
    return SqliteStore(connection, chance=os.urandom)
"""


def old(path: Path) -> None:
    with closing(open_store(path)) as store:
        store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
        store.record([fact("one")])


def newer(path: Path, *, wait: float = 15.0) -> SqliteStore:
    connection = Connection(path, wait=wait)
    try:
        upkeep.prepare(connection, now=lambda: NOW, steps=NEXT)
    except BaseException:
        connection.close()
        raise
    return SqliteStore(connection, chance=bytes)


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def number(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return migrations.number(db)


def test_a_new_store_has_the_newest_schema_and_our_mark_and_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    with closing(sqlite3.connect(path)) as db:
        assert migrations.number(db) == len(STEPS)
        assert db.execute("PRAGMA application_id").fetchone() == (migrations.APPLICATION_ID,)
        assert db.execute("SELECT name FROM _sqlite_migrations").fetchall() == [(name,) for name, _ in STEPS]
    assert upkeep.backups(path) == []


def test_every_table_holds_to_its_types(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    loose = {name for name, sql in schema(path) if sql and sql.startswith("CREATE TABLE") and "STRICT" not in sql}
    assert loose == {"_sqlite_migrations"}


def test_applying_again_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    upkeep.private(path)
    with closing(Connection(path)) as connection:
        assert migrations.apply(connection.raw) == len(STEPS)
        assert migrations.apply(connection.raw) == 0
        assert migrations.apply(connection.raw, NEXT) == 1


def test_an_old_store_is_migrated_after_a_backup_that_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old(path)
    with closing(newer(path)) as store:
        assert store.rule(1).text == "Use uv."
        assert store.problems() == []
    (backup,) = upkeep.backups(path)
    assert backup.name.endswith("-before-migration.db")
    assert (number(path), number(backup)) == (NOW_IS + 1, NOW_IS)
    with closing(newer(path)):
        assert upkeep.backups(path) == [backup]
    upkeep.restore(path, backup, now=NOW)
    with closing(open_store(path)) as store:
        assert store.rule(1).text == "Use uv."


def test_a_reader_and_a_writer_one_version_back_still_work(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old(path)
    with closing(open_store(path)) as before:
        newer(path).close()
        assert before.rule(1).text == "Use uv."
        assert [f.text for f in before.evidence(HERE)] == ["one"]
        for round_ in ("first", "again"):
            before.know(Project("k", round_, "p"))
            before.deliver(session(), task=round_, shown=[showing(1)], now=NOW)
            before.record([fact("two")], rule=1)
            before.revise(HERE, [adding("No tabs."), moving(1, State.RETIRED)], cause="x", now=NOW)
            before.keep_answer("q", round_, now=NOW)
            before.beat(Heartbeat("client", "event", NOW, round_, "", 0.1))
            before.sight(Sighting("client", round_, NOW), [1, 2])
        assert before.forget(needles=["two"]).evidence == 1
        assert before.problems() == []
    with closing(newer(path)) as store:
        assert [rule.text for rule in store.rules(HERE)] == ["Use uv.", "No tabs.", "No tabs."]
        assert (store.projects()[0].name, store.answer("q"), store.problems()) == ("again", "again", [])
    with pytest.raises(TooNewError):
        open_store(path)


def test_what_a_newer_version_keeps_survives_the_writes_of_one_before_it(tmp_path: Path) -> None:
    tables = ("projects", "rules", "versions", "answers", "heartbeats", "sightings")
    path = tmp_path / "store.db"
    old(path)
    with closing(open_store(path)) as before:
        before.know(Project("k", "n", "p"))
        before.keep_answer("q", "a", now=NOW)
        before.beat(Heartbeat("client", "event", NOW, "", "", 0.1))
        before.sight(Sighting("client", "s", NOW), [1])
        with closing(newer(path)), closing(sqlite3.connect(path)) as db:
            for table in tables:
                db.execute(f"UPDATE {table} SET mood = 'good'")
            db.commit()
        before.know(Project("k", "n", "elsewhere"))
        before.keep_answer("q", "b", now=NOW)
        before.beat(Heartbeat("client", "event", NOW, "again", "", 0.1))
        before.sight(Sighting("client", "t", NOW), [1])
        before.revise(HERE, [moving(1, State.RETIRED)], cause="x", now=NOW)
    with closing(sqlite3.connect(path)) as db:
        for table in tables:
            assert db.execute(f"SELECT mood FROM {table}").fetchall() == [("good",)], table


def test_a_step_that_fails_undoes_every_step(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old(path)
    before = schema(path)
    for bad in ("CREATE TABLE rules (x)", "INSERT INTO supports VALUES (8, 8)", "INSERT INTO answers VALUES (1, 2)"):
        with closing(Connection(path)) as connection, pytest.raises(UnreachableError):
            upkeep.prepare(connection, now=lambda: NOW, steps=(*NEXT, ("0004_bad", (bad,))))
        assert (schema(path), number(path)) == (before, NOW_IS)
    with closing(newer(path)) as store:
        assert store.problems() == []


def test_a_backup_that_fails_stops_the_migration(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old(path)
    before = schema(path)

    def fails() -> None:
        raise DamagedError(path, "the copy does not check")

    with closing(Connection(path)) as connection, pytest.raises(DamagedError):
        migrations.apply(connection.raw, NEXT, backup=fails)
    assert (schema(path), number(path)) == (before, NOW_IS)


def test_a_store_that_is_held_is_migrated_later(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old(path)
    with closing(Connection(path)) as holder, holder.writing(), pytest.raises(BusyError):
        newer(path, wait=0)
    assert number(path) == NOW_IS
    newer(path).close()
    assert number(path) == NOW_IS + 1


def test_backups_that_are_being_made_are_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old(path)
    code = """
from store.connection import sole
with sole(Path(sys.argv[1]).with_name("backup.lock"), what="it"):
    say("held")
    hear()
"""
    with process(code, path) as other:
        assert other.hear() == "held"
        other.say("go")
        with closing(newer(path)) as store:
            assert store.problems() == []
        other.end()


def test_a_newer_version_that_comes_first_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    upkeep.private(path)
    with closing(Connection(path)) as connection:

        def overtake(statement: str) -> None:
            if statement == "BEGIN IMMEDIATE":
                connection.raw.set_trace_callback(None)
                newer(path).close()

        connection.raw.set_trace_callback(overtake)
        with pytest.raises(TooNewError, match=f"has schema {NOW_IS + 1}, this version knows {NOW_IS}"):
            upkeep.prepare(connection, now=lambda: NOW)


@pytest.mark.parametrize("fresh", [True, False], ids=["an empty folder", "an old store"])
def test_many_processes_that_start_together_make_one_schema(tmp_path: Path, fresh: bool) -> None:
    code = f"""
{WITH_LATER}
import sqlite_utils, filelock
say("ready")
while path := hear():
    store = {"open_store" if fresh else "newer"}(Path(path))
    store.record([fact(f"from {{sys.argv[1]}}")])
    say(store.problems())
    store.close()
"""
    with processes(8, code) as children:
        for round_ in range(4):
            path = tmp_path / f"{round_}" / "store.db"
            if not fresh:
                old(path)
            for child in children:
                child.say(path)
            assert [child.hear() for child in children] == ["[]"] * 8
            with closing(sqlite3.connect(path)) as db:
                done = db.execute("SELECT count(*), count(DISTINCT name) FROM _sqlite_migrations").fetchone()
                assert done == ((NOW_IS,) * 2 if fresh else (NOW_IS + 1,) * 2)
                assert db.execute("SELECT count(*) FROM evidence").fetchone() == (8 if fresh else 9,)
            assert len(upkeep.backups(path)) == (0 if fresh else 1)
        for child in children:
            child.end()


def test_a_migration_that_was_killed_leaves_the_old_schema_and_the_next_start_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old(path)
    before = schema(path)
    places = len(LATER[1])
    for place in range(0, places + 1, 4):
        statements = (*LATER[1][:place], "SELECT stop()", *LATER[1][place:])
        code = f"""
from store import migrations, upkeep
from store.connection import Connection
connection = Connection(Path(sys.argv[1]))
connection.raw.execute("PRAGMA cache_size = 1")
connection.raw.create_function("stop", 0, lambda: (say("killed here"), hear()) and 0)
upkeep.prepare(connection, now=lambda: NOW, steps={(*STEPS, (LATER[0], statements))!r})
"""
        with process(code, path) as other:
            assert other.hear() == "killed here"
            other.kill()
        assert (schema(path), number(path)) == (before, NOW_IS)
        with closing(open_store(path)) as store:
            assert (store.rule(1).text, store.problems()) == ("Use uv.", [])
    with closing(newer(path)) as store:
        assert (store.rule(1).text, store.problems()) == ("Use uv.", [])
    assert number(path) == NOW_IS + 1
    assert {number(backup) for backup in upkeep.backups(path)} == {NOW_IS}
