"""The revision chain: what was written can be proved, and whatever was changed by hand is named."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import chain, open_store
from store.contract import Store
from store.errors import DamagedError
from store.memory import MemoryStore
from store.records import FORGOTTEN, GLOBAL, Ending, Entry, Revision, Rule, State, Version
from store.revise import Add, Move, Pin, Restore, Reword, Step
from store.values import replace
from tests.store.facts import HERE, NOW, adding, fact, moving, wording

OTHER = "other"


def grown(store: Store) -> Store:
    """Three projects, several revisions, an edited, a retired, a pinned and a suggested rule."""
    reword = Step(Reword(1, wording("Use uv for all.")), "edit", "person", "r")
    pin = Step(Pin(2, True), "pin", "person", "r")
    store.revise(HERE, [adding("Use uv."), adding("No tabs.")], cause="add", report="- added", now=NOW)
    store.revise(HERE, [reword, pin], cause="edit", report="- edited", now=NOW + 1)
    store.revise(OTHER, [adding("Use make.")], cause="add", report="- other", now=NOW + 2)
    store.revise(HERE, [moving(2, State.RETIRED)], cause="retire", report="- retired", now=NOW + 3)
    store.revise(GLOBAL, [adding("Be kind.")], cause="add", now=NOW + 4)
    store.suggest(Add(wording("Use just.")), fact("seen"), now=NOW + 5)
    return store


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, chance: Callable[[int], bytes]) -> Iterator[Store]:
    opened: Store
    opened = MemoryStore(chance=chance) if request.param == "memory" else open_store(tmp_path / "s.db", chance=chance)
    yield opened
    opened.close()


entries = st.builds(
    Entry,
    rule=st.integers(1, 2**40),
    version=st.integers(1, 99),
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    state=st.sampled_from(State),
    pinned=st.booleans(),
    ending=st.sampled_from(Ending),
)


@given(st.lists(entries))
def test_entries_come_back_as_they_were_written(written: list[Entry]) -> None:
    assert chain.decode(chain.encode(written)) == tuple(written)
    assert chain.encode(written).isascii()


@given(text=st.text(), salt=st.text("0123456789abcdef"), other=st.text())
def test_a_digest_is_that_of_one_text_and_salt(text: str, salt: str, other: str) -> None:
    assert (chain.digest(text, salt) == chain.digest(other, salt)) == (text == other)
    assert chain.digest(text, salt) != chain.digest(text, salt + "0")


def revision(**changes: object) -> Revision:
    sealed = chain.seal([], project=HERE, number=1, parent="", time=NOW, cause="add", report="- nothing")
    return replace(sealed, **changes)  # pyright: ignore[reportArgumentType]


def test_the_hash_covers_every_part_of_a_revision_but_the_words_of_the_report() -> None:
    entry = Entry(1, 1, "d", State.ACTIVE, False, Ending.NONE)
    changes: dict[str, object] = {
        "project": "elsewhere",
        "number": 2,
        "parent": "ff",
        "time": NOW + 1e-6,
        "cause": "edit",
        "report": "- something",
        "entries": [entry],
    }

    def sealed(name: str = "", value: object = None) -> str:
        plain: dict[str, object] = {
            "project": HERE,
            "number": 1,
            "parent": "",
            "time": NOW,
            "cause": "add",
            "report": "r",
            "entries": [],
        }
        return chain.seal(**{**plain, name: value} if name else plain).hash  # pyright: ignore[reportArgumentType]

    hashes = {sealed(), *(sealed(name, value) for name, value in changes.items())}
    assert len(hashes) == len(changes) + 1
    assert set(Revision._fields) == {*changes, "hash", "report_digest"}
    altered = [replace(entry, **{name: "x"}) for name in Entry._fields if name != "pinned"]
    parts = {sealed("entries", [each]) for each in (entry, replace(entry, pinned=True), *altered)}
    assert len(parts) == len(Entry._fields) + 1


def test_a_whole_number_of_seconds_is_the_same_time_as_its_fraction() -> None:
    def sealed(time: float) -> str:
        return chain.seal([], project=HERE, number=1, parent="", time=time, cause="add", report="").hash

    assert sealed(5) == sealed(5.0) != sealed(5.5)


def test_a_history_that_nobody_touched_verifies(store: Store) -> None:
    assert grown(store).problems() == []


def test_a_history_that_was_forgotten_in_part_verifies(store: Store) -> None:
    grown(store).forget(needles=["- retired"])
    assert store.problems() == [], "only a report was forgotten"
    store.forget(needles=["make", "just"], rule=1)
    assert store.problems() == []
    store.revise(HERE, [moving(1, State.RETIRED), adding("More.")], cause="more", now=NOW + 9)
    assert store.problems() == []


def test_what_was_done_with_whole_seconds_verifies(store: Store) -> None:
    store.revise(HERE, [adding("Use uv.")], cause="add", now=1_700_000_000)
    assert store.problems() == []


def test_going_back_brings_every_entry_back_byte_for_byte(store: Store) -> None:
    grown(store)
    target = store.revision(HERE, 1)
    back = [Step(Restore(entry), "roll back", "person", "r") for entry in target.entries]
    again = store.revise(HERE, back, cause="rollback", now=NOW + 9)
    kept = {entry.rule for entry in target.entries}
    assert chain.encode([e for e in again.entries if e.rule in kept]) == chain.encode(target.entries)
    assert store.problems() == []


# Tampering. Every statement changes one column by hand; every one is named.

CHANGED = "was changed after it was written"
TAMPERING = [
    ("UPDATE revisions SET number = 9 WHERE number = 3", [r"revision 3 is missing", rf"revision 9 {CHANGED}"]),
    ("UPDATE revisions SET number = 9 WHERE number = 2", [r"revision 2 is missing", rf"revision 9 {CHANGED}"]),
    (
        "UPDATE revisions SET project = 'x' WHERE project = 'other'",
        [r"x: revision 1 was changed", r"R3 was made by no"],
    ),
    ("UPDATE revisions SET project = 'x' WHERE number = 3", [r"x: revision 1 is missing", r"R2 is not as the newest"]),
    ("UPDATE revisions SET parent = 'ff' WHERE number = 1", [r"revision 1 does not follow from its parent"]),
    ("UPDATE revisions SET parent = 'ff' WHERE number = 2", [r"revision 2 does not follow from its parent"]),
    ("UPDATE revisions SET hash = 'ff' WHERE number = 1", [rf"revision 1 {CHANGED}", r"revision 2 does not follow"]),
    ("UPDATE revisions SET hash = 'ff' WHERE number = 3", [rf"revision 3 {CHANGED}"]),
    ("UPDATE revisions SET time = time + 1 WHERE number = 2", [rf"revision 2 {CHANGED}"]),
    ("UPDATE revisions SET cause = 'ads' WHERE number = 2", [rf"revision 2 {CHANGED}"]),
    (
        "UPDATE revisions SET report_digest = 'ff' WHERE number = 2",
        [rf"revision 2 {CHANGED}", r"the report of revision 2"],
    ),
    ("UPDATE revisions SET report = '- edited well' WHERE number = 2", [rf"the report of revision 2 {CHANGED}"]),
    ("UPDATE revisions SET entries = '[]' WHERE number = 1", [rf"revision 1 {CHANGED}"]),
    (
        "UPDATE revisions SET entries = replace(entries, 'active', 'trial') WHERE number = 3",
        [rf"revision 3 {CHANGED}", r"R1 is not as the newest revision left it"],
    ),
    ("DELETE FROM revisions WHERE number = 1", [r"revision 1 is missing", r"revision 2 does not follow"]),
    ("DELETE FROM revisions WHERE number = 2", [r"revision 2 is missing", r"revision 3 does not follow"]),
    ("DELETE FROM revisions WHERE number = 3", [r"R2 is not as the newest revision left it"]),
    ("DELETE FROM revisions", [r"R1 was made by no revision", r"R3 was made by no revision"]),
    ("UPDATE versions SET text = 'Use pip.' WHERE rule = 1", [rf"the text of R1 version 1 {CHANGED}", r"version 2"]),
    ("UPDATE versions SET text = 'Use pip.' WHERE rule = 5", [rf"the text of R5 version 1 {CHANGED}"]),
    ("UPDATE versions SET text = NULL WHERE rule = 1", [r"the text of R1 version 1 is gone, and was not forgotten"]),
    ("UPDATE versions SET salt = 'ff' WHERE rule = 2", [rf"the text of R2 version 1 {CHANGED}"]),
    ("UPDATE versions SET digest = 'ff' WHERE rule = 2", [r"version 1 of R2 is not the one its revision names"]),
    ("UPDATE versions SET digest = 'ff' WHERE rule = 5", [rf"the text of R5 version 1 {CHANGED}"]),
    ("UPDATE versions SET number = 7 WHERE rule = 1 AND number = 1", [r"version 1 of R1 is not the one"]),
    ("DELETE FROM versions WHERE rule = 1 AND number = 1", [r"version 1 of R1 is not the one its revision names"]),
    ("UPDATE rules SET state = 'active' WHERE id = 2", [r"R2 is not as the newest revision left it"]),
    ("UPDATE rules SET pinned = 0 WHERE id = 2", [r"R2 is not as the newest revision left it"]),
    ("UPDATE rules SET pinned = 1 WHERE id = 1", [r"R1 is not as the newest revision left it"]),
    ("UPDATE rules SET version = 1 WHERE id = 1", [r"R1 is not as the newest revision left it"]),
    ("UPDATE rules SET ending = 'retired' WHERE id = 1", [r"R1 is not as the newest revision left it"]),
    ("UPDATE rules SET state = 'active' WHERE id = 5", [r"R5 was made by no revision"]),
    ("UPDATE rules SET project = 'other' WHERE id = 1", [r"R1 is missing", r"other: R1 was made by no revision"]),
    ("UPDATE rules SET version = 7 WHERE id = 1", [r"R1 is missing"]),
]


@pytest.mark.parametrize(("statement", "named"), TAMPERING, ids=[statement for statement, _ in TAMPERING])
def test_what_was_changed_by_hand_is_named(tmp_path: Path, statement: str, named: list[str]) -> None:
    path = tmp_path / "store.db"
    grown(open_store(path)).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(statement)
        db.commit()
    with closing(open_store(path)) as store:
        problems = "\n".join(store.problems())
    for sentence in named:
        assert re.search(sentence, problems), problems


def test_tampering_covers_every_column_of_revisions_and_the_words_of_versions() -> None:
    said = " ".join(statement for statement, _ in TAMPERING)
    assert [name for name in Revision._fields if f"revisions SET {name} =" not in said] == []
    assert [name for name in ("text", "salt", "digest", "number") if f"versions SET {name} =" not in said] == []
    assert [name for name in ("state", "pinned", "ending") if f"rules SET {name} =" not in said] == []


def test_entries_that_cannot_be_read_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    grown(open_store(path)).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE revisions SET entries = 'nothing' WHERE number = 2")
        db.commit()
    with closing(open_store(path)) as store, pytest.raises(DamagedError, match="a row cannot be read"):
        store.problems()


def test_a_rule_or_version_that_is_gone_is_named_without_a_database() -> None:
    store = grown(MemoryStore(chance=bytes))
    revisions = store.revisions(HERE)
    rules: list[Rule] = store.rules(HERE)
    versions: dict[tuple[int, int], Version] = {(r.id, v.number): v for r in rules for v in store.versions(r.id)}
    assert chain.problems(revisions, rules=rules, versions=versions) == []
    assert chain.problems(revisions, rules=rules[1:], versions=versions) == ["R1 is missing"]
    assert chain.problems([], rules=[], versions={}) == []
    del versions[1, 1]
    assert chain.problems(revisions, rules=rules, versions=versions) == [
        "version 1 of R1 is not the one its revision names"
    ]


def test_a_forgotten_report_is_no_problem_and_any_other_is() -> None:
    assert chain.problems([revision(report=FORGOTTEN)], rules=[], versions={}) == []
    assert chain.problems([revision(report="- else")], rules=[], versions={}) == [
        "the report of revision 1 was changed after it was written"
    ]


def test_moving_by_a_step_is_no_tampering(store: Store) -> None:
    grown(store)
    store.revise(HERE, [Step(Move(5, State.TRIAL), "admit", "person", "r")], cause="admit", now=NOW + 9)
    assert store.problems() == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[", "[1]", "[[]]", "[[1,1]]", '[[1,1,"ab","no state",0,""]]', "[[1], [2]]"]
)
def test_what_is_no_list_of_entries_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        chain.decode(text)
