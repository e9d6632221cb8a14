"""A text that was forgotten is in no byte of anything we own, and everything else still holds together."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store import migrations, open_store, upkeep
from store.connection import Connection
from store.contract import Store, mentions
from store.errors import BusyError, DamagedError, NotFoundError
from store.memory import MemoryStore
from store.records import FORGOTTEN, Heartbeat, Kind, Rule, State
from store.revise import Add, Reword, Step
from store.sqlite import SqliteStore
from tests.store.facts import HERE, NOW, adding, fact, session, showing, wording
from tests.store.processes import process

SECRET = "Grüße an Frau Süßmilch"
OTHER = "elsewhere"


def holding(home: Path, text: str = SECRET) -> list[str]:
    """The files of a home that hold a text, in any case or encoding that we write."""
    forms = {
        text.encode(),
        text.casefold().encode(),
        text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00"),
    }
    files = [path for path in home.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if any(form in path.read_bytes() for form in forms))


def confided(store: Store) -> None:
    """Say it everywhere where a text can stand."""
    store.record(
        [fact("unrelated"), fact(f"{'x' * 9000} {SECRET.upper()} {'y' * 9000}"), fact("x", note=[{SECRET: 1}])]
    )
    add = Add(wording(f"Say {SECRET}."), state=State.ACTIVE, target=f"words:{SECRET}", why=f"because {SECRET}")
    store.revise(
        HERE,
        [
            Step(add, "add", "person", f"they said {SECRET}", numbers={"quote": SECRET}),
            adding("No tabs."),
            Step(Reword(1, wording("Say hello.")), "edit", "person", "r"),
        ],
        cause="add",
        report=f"- {SECRET}",
        now=NOW,
    )
    store.revise(OTHER, [adding(f"Never say {SECRET}.")], cause="add", report=f"- {SECRET}", now=NOW)
    store.record([fact("by its print", kind=Kind.FAILURE, fingerprint=f"said:{SECRET}")], rule=2)
    store.deliver(session(), task=f"write {SECRET}", shown=[showing(1)], now=NOW)
    store.suggest(Add(wording(f"Perhaps {SECRET}.")), fact(f"suggested {SECRET}"), now=NOW)
    store.keep_answer(f"is it {SECRET}?", "yes", now=NOW)
    store.keep_answer("who?", SECRET, now=NOW)
    store.beat(Heartbeat("client", "event", NOW, f"said {SECRET}", f"failed at {SECRET}", 0.1))


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, chance: Callable[[int], bytes]) -> Iterator[Store]:
    opened: Store
    opened = MemoryStore(chance=chance) if request.param == "memory" else open_store(tmp_path / "s.db", chance=chance)
    yield opened
    opened.close()


def test_a_needle_is_found_in_any_text_of_a_value_whatever_its_case() -> None:
    holds = mentions(["süss", 'say "hi"\n', ""])
    found = ["SÜSS", "xsüßy", 'they say "HI"\nto all', {"süss": 1}, {"a": [{"b": "süss"}]}, ("a", "süss")]
    missed: list[object] = ["", "sus", 'say "hi"', {"a": 1}, [], None, 5, 1.5, True, {"a": [None, 7]}]
    assert [value for value in found if not holds(value)] == []
    assert [value for value in missed if holds(value)] == []
    assert not mentions([])("anything")
    assert not mentions(["7"])({"n": 7}), "numbers stay"


def test_a_text_is_taken_out_of_every_place_and_nothing_else_is(store: Store) -> None:
    confided(store)
    counts = store.forget(needles=[SECRET.swapcase()])
    assert (counts.versions, counts.evidence, counts.others, counts.emptied) == (3, 4, 10, True)
    assert [f.text for f in store.evidence(HERE)] == ["unrelated", *[FORGOTTEN] * 4]
    assert [f.detail for f in store.evidence(HERE)] == [{}] * 5
    assert [r.text for r in store.rules(HERE)] == ["Say hello.", "No tabs.", FORGOTTEN]
    assert [r.text for r in store.rules(OTHER)] == [FORGOTTEN]
    assert [(r.why, r.target) for r in store.rules(HERE)] == [("", "")] * 3
    assert (store.decisions(HERE)[0].reason, store.decisions(HERE)[0].numbers) == (FORGOTTEN, {})
    assert [d.reason for d in store.decisions(HERE)[1:]] == ["said so", "r"]
    assert (store.episode(1).task, store.answer("who?"), store.beats()[0].said) == ("", None, "")
    assert store.problems() == []
    again = store.forget(needles=[SECRET])
    assert (again.versions, again.evidence, again.others) == (0, 0, 0)


def test_the_mark_of_a_forgotten_text_is_not_forgotten_again(store: Store) -> None:
    confided(store)
    store.forget(needles=[SECRET])
    counts = store.forget(needles=["forgotten"])
    assert (counts.versions, counts.others) == (0, 0)
    assert store.problems() == []


def test_a_text_with_quotes_and_lines_is_found_in_details(store: Store) -> None:
    text = 'he said "no\\yes"\nand left'
    store.record([fact("a", quote=text), fact("b", quote="he said")])
    step = Step(Add(wording("Use uv.")), "add", "person", "r", numbers={"quotes": [text]})
    store.revise(HERE, [step], cause="add", now=NOW)
    counts = store.forget(needles=[text])
    assert (counts.evidence, counts.others) == (1, 1)
    assert [f.text for f in store.evidence(HERE)] == [FORGOTTEN, "b"]


def test_a_detail_that_cannot_be_read_is_searched_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.record([fact("a", quote=SECRET)])
        with closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE evidence SET detail = '{' || detail")
            db.commit()
        assert store.forget(needles=[SECRET]).evidence == 1
    assert holding(tmp_path) == []


def test_a_text_that_cannot_be_decoded_is_damage_when_it_is_searched(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.record([fact("a"), fact("b")])
        with closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE evidence SET text = CAST(x'61ff' AS TEXT) WHERE id = 1")
            db.commit()
        with pytest.raises(DamagedError):
            store.forget(needles=["b"])


def test_no_byte_of_a_forgotten_text_stays_in_the_file_or_its_log(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        confided(store)
        assert "store.db-wal" in holding(tmp_path)
        assert store.forget(needles=[SECRET]).emptied
        assert holding(tmp_path) == []
        assert store.problems() == []
    assert holding(tmp_path) == []


def test_no_byte_stays_of_a_text_that_was_deleted_before_in_whatever_way(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        confided(store)
        store.forget(needles=["unrelated"])
        assert holding(tmp_path) == ["store.db"], "rewritten, with the text"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("CREATE TABLE gone AS SELECT * FROM evidence")
        db.execute("DROP TABLE gone")
        db.commit()
        assert db.execute("PRAGMA freelist_count").fetchone()[0] > 0
    with closing(open_store(path)) as store:
        store.forget(needles=[SECRET])
        assert holding(tmp_path) == []


def test_no_byte_of_a_forgotten_rule_stays_in_the_backups(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.record([fact(f"they said: Say {SECRET}.")])
        store.deliver(session("early"), task=f"first: say {SECRET}.", shown=[], now=NOW)
        before = upkeep.back_up(path, now=NOW)
        confided(store)
        after = upkeep.back_up(path, now=NOW + 1)
        counts = store.forget(needles=[], rule=1)
        assert (counts.versions, counts.emptied) == (3, True)
        done = upkeep.scrub(path, needles=[SECRET], rule=1, evidence=[])
    assert (done.cleaned, done.dropped, done.left) == (2, (), ())
    assert holding(tmp_path / "backups") == []
    for backup in (before, after):
        shutil.copy(backup, tmp_path / "copy.db")
        with closing(open_store(tmp_path / "copy.db")) as store:
            assert store.problems() == []
            assert store.episode(1).task == ""
    assert [rule.text for rule in _rules(after)] == [FORGOTTEN, "No tabs.", FORGOTTEN, FORGOTTEN]
    assert [part for part in before.parent.iterdir() if part not in (before, after)] == []


def _rules(path: Path) -> list[Rule]:
    with closing(Connection(path)) as connection:
        store = SqliteStore(connection, chance=bytes)
        return [store.rule(ident) for ident in range(1, 5)]


def test_backups_are_found_by_what_is_left_of_a_text_even_later(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.revise(HERE, [adding(f"Say {SECRET}.")], cause="add", report=f"- Say {SECRET}.", now=NOW)
        store.record([fact("named only"), fact("kept")])
        upkeep.back_up(path, now=NOW)
        store.forget(needles=[], rule=1, evidence=[1])
        assert upkeep.scrub(path, needles=[], rule=None, evidence=[]).cleaned == 1
    assert holding(tmp_path) == []
    assert holding(tmp_path, "named only") == []
    assert holding(tmp_path, "kept") != []


def test_backups_of_before_a_restore_are_searched_by_content_and_not_by_id(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        early = upkeep.back_up(path, now=NOW)
        store.revise(HERE, [adding("An innocent rule.")], cause="add", now=NOW)
        store.record([fact("an innocent fact")])
        upkeep.back_up(path, now=NOW + 1)
    upkeep.restore(path, early, now=NOW)
    with closing(open_store(path)) as store:
        store.revise(HERE, [adding(f"Say {SECRET}.")], cause="add", now=NOW)
        store.record([fact(SECRET)])
        upkeep.back_up(path, now=NOW + 2)
        store.forget(needles=[], rule=1, evidence=[1])
        done = upkeep.scrub(path, needles=[], rule=1, evidence=[1])
    assert done.cleaned == 3
    assert holding(tmp_path / "backups") == []
    assert len(holding(tmp_path / "backups", "An innocent rule.")) == 1
    assert len(holding(tmp_path / "backups", "an innocent fact")) == 1


def test_scrubbing_before_forgetting_does_the_same(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.record([fact(f"Say {SECRET}. Please.")])
        upkeep.back_up(path, now=NOW)
        store.revise(HERE, [adding(f"Say {SECRET}.")], cause="add", now=NOW)
        assert upkeep.scrub(path, needles=[], rule=1, evidence=[]).cleaned == 1
        assert holding(tmp_path / "backups") == []
        store.forget(needles=[], rule=1)
    assert holding(tmp_path) == []


def test_a_backup_that_cannot_be_cleaned_is_deleted_and_named_and_what_was_set_aside_is_left(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        confided(store)
        kept = [upkeep.back_up(path, now=NOW + number) for number in range(4)]
        torn = kept[0].with_name(f"store-00{NOW:.0f}-009.part")
        shutil.copy(kept[0], torn)
        shutil.copy(kept[0], path.with_name("store.db.new"))
        shutil.copy(kept[0], path.with_name("store.damaged-1-0.db"))
        shutil.copy(kept[0], path.with_name("store.replaced-1-0.db"))
        shutil.copy(kept[0], path.with_name("store-2.damaged-1-0.db"))
        with closing(sqlite3.connect(kept[1])) as db:
            db.execute(f"PRAGMA user_version = {len(migrations.STEPS) + 1}")
        kept[2].write_bytes(kept[2].read_bytes()[:6000] + b"\xff" * 9000)
        with closing(sqlite3.connect(kept[3])) as db:
            db.execute("PRAGMA application_id = 7")
        store.forget(needles=[SECRET])
        done = upkeep.scrub(path, needles=[SECRET], rule=None, evidence=[])
    assert (done.cleaned, done.dropped) == (1, tuple(kept[1:]))
    assert [left.name for left in done.left] == ["store.damaged-1-0.db", "store.replaced-1-0.db"]
    assert holding(tmp_path) == ["store-2.damaged-1-0.db", "store.damaged-1-0.db", "store.replaced-1-0.db"]
    assert list((tmp_path / "backups").iterdir()) == [kept[0]]


def test_an_older_backup_is_deleted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        confided(store)
        backup = upkeep.back_up(path, now=NOW)
        with closing(sqlite3.connect(backup)) as db:
            db.execute(f"PRAGMA user_version = {len(migrations.STEPS) - 1}")
        assert upkeep.scrub(path, needles=[SECRET], rule=None, evidence=[]).dropped == (backup,)


def test_a_backup_in_use_is_busy_and_is_cleaned_later(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        confided(store)
        backup = upkeep.back_up(path, now=NOW)
        store.forget(needles=[SECRET])
        with closing(sqlite3.connect(backup, isolation_level=None)) as reader:
            reader.execute("BEGIN EXCLUSIVE")
            with pytest.raises(BusyError):
                upkeep.scrub(path, needles=[SECRET], rule=None, evidence=[], wait=0)
        assert upkeep.scrub(path, needles=[SECRET], rule=None, evidence=[]).cleaned == 1
    assert holding(tmp_path) == []


def test_scrubbing_where_there_are_no_backups_cleans_none(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "store.db")):
        assert upkeep.scrub(tmp_path / "store.db", needles=["x"], rule=7, evidence=[9]) == (0, (), ())


def test_what_another_process_reads_is_emptied_by_a_second_call(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = """
import sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN")
say(db.execute("SELECT count(*) FROM evidence").fetchone()[0])
hear()
db.execute("COMMIT")
say("done")
hear()
"""
    with closing(open_store(path, wait=0.05)) as store:
        confided(store)
        with process(code, path) as reader:
            assert reader.hear() == "5"
            assert not store.forget(needles=[SECRET]).emptied
            assert [f.text for f in store.evidence(HERE)][1:] == [FORGOTTEN] * 4
            assert holding(tmp_path) != []
            reader.say("go")
            assert reader.hear() == "done"
            counts = store.forget(needles=[SECRET])
            assert (counts.versions, counts.evidence, counts.emptied) == (0, 0, True)
            assert holding(tmp_path) == []
            reader.end()


def test_forgetting_an_unknown_rule_changes_nothing(store: Store) -> None:
    confided(store)
    with pytest.raises(NotFoundError, match="rule R99 does not exist"):
        store.forget(needles=[SECRET], rule=99)
    assert store.rule(2).text == "No tabs."
    assert store.answer("who?") == SECRET


def test_a_forgotten_fact_does_not_come_back_with_the_next_import(store: Store) -> None:
    (kept,) = store.record([fact(SECRET)])
    store.forget(needles=[], evidence=[kept.id])
    assert store.record([fact(SECRET)]) == [(kept.id, False)]
    assert [f.text for f in store.evidence(HERE)] == [FORGOTTEN]
