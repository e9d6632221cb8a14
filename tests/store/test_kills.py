"""What was acknowledged is there after `kill -9`, exactly once; what was not is there wholly or not at all."""

import signal
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from store import open_store, upkeep
from store.connection import Connection
from store.records import State
from store.sqlite import SqliteStore
from tests.store.facts import HERE, NOW, adding
from tests.store.processes import process

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a kill that nobody can refuse")

KILLS = 13
"""Of each of five kinds of write."""

FIRST = """
store = open_store(Path(sys.argv[1]))
me = sys.argv[2]
number = 0
"""

WRITES = {
    # Three facts of one call belong together.
    "record": """
while True:
    number += 1
    store.record([fact(f"{me} {number} {part} {'x' * 500}") for part in "abc"], rule=1)
    say(number)
""",
    # A session, its episode and three exposures belong together.
    "deliver": """
while True:
    number += 1
    store.deliver(session(f"{me} {number}"), task=f"{number}", shown=[showing(n) for n in (3, 1, 2)], now=NOW)
    say(number)
""",
    # Two rules, two decisions and a revision belong together.
    "revise": """
while True:
    number += 1
    store.revise(HERE, [adding(f"Rule {number} of {me}."), adding(f"And {number} of {me}.")], cause=f"{me} {number}",
                 report=f"- {number}", now=NOW)
    say(number)
""",
    # A rule, its version, the evidence and the link belong together.
    "suggest": """
while True:
    number += 1
    store.suggest(Add(wording(f"Idea {number} of {me}.")), fact(f"{me} {number}"), now=NOW)
    say(number)
""",
    # Lines of the log, the state they lead to, a chance, a move and its revision belong together.
    "decide": """
lines = len(list(store.log(HERE)))
while True:
    number += 1
    lines += 2
    move = Step(Move(1, State.TRIAL), kind="demote", actor="program", reason=f"{me} {number}")
    store.decide(HERE, Trials(f"{me} {number}", "", lines), log=[f"{me} {number}", "and"], chances={1: number / 1000},
                 steps=[move], cause=f"{me} {number}", now=NOW, expected=store.head(HERE))
    say(number)
""",
}


def records(store: SqliteStore, me: str) -> Counter[int]:
    texts = [f.text.split() for f in store.supports(1)]
    mine = [(int(number), part) for who, number, part, _ in texts if who == me]
    for number, parts in Counter(number for number, _ in mine).items():
        assert parts == 3, f"write {number} is there in part"
    return Counter({number: 1 for number, part in mine if part == "a"}) if len(set(mine)) == len(mine) else Counter()


def deliveries(store: SqliteStore, me: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for each in store.sessions(HERE):
        who, _, number = each.id.partition(" ")
        if who == me:
            assert [e.rule for e in store.exposures(each.id, HERE)] == [3, 1, 2]
            episode = store.current_episode(each.id, HERE)
            assert episode
            assert episode.task == number
            found[int(number)] += 1
    return found


def revisions(store: SqliteStore, me: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for revision in store.revisions(HERE):
        who, _, number = revision.cause.partition(" ")
        if who == me:
            assert len(store.decisions(HERE, revision=revision.number)) == 2
            found[int(number)] += 1
    assert len([rule for rule in store.rules(HERE) if rule.text.endswith(f" of {me}.")]) == 2 * found.total()
    return found


def suggestions(store: SqliteStore, me: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for rule in store.rules(HERE, states=[State.CANDIDATE]):
        _, number, _, who = rule.text.rstrip(".").split()
        if who == me:
            assert [f.text for f in store.supports(rule.id)] == [f"{me} {number}"]
            found[int(number)] += 1
    return found


def rulings(store: SqliteStore, me: str) -> Counter[int]:
    lines, kept = list(store.log(HERE)), store.trials(HERE)
    told = [line for line in lines if line != "and"]
    assert kept is None or (kept.lines, kept.state) == (len(lines), told[-1])
    assert len(lines) == 2 * len(told)
    made = [each.cause for each in store.revisions(HERE)[1:]]
    assert made == told == [each.reason for each in store.decisions(HERE) if each.kind == "demote"]
    if told:
        assert store.rule(1).chance == int(told[-1].split()[1]) / 1000
    return Counter(int(line.split()[1]) for line in told if line.split()[0] == me)


CHECKS = {"record": records, "deliver": deliveries, "revise": revisions, "suggest": suggestions, "decide": rulings}


def killed(path: Path, kind: str, me: str, chance: Random) -> int:
    """Start a writer, kill it at a random moment, and return the last write that it said was done."""
    with process(FIRST + WRITES[kind], path, me) as child:
        last = 0
        for _ in range(chance.randrange(1, 12)):
            last = int(child.hear())
        for _ in range(chance.randrange(4000)):
            pass  # somewhere in the middle of the next write
        return max([last, *map(int, child.kill())])


@pytest.mark.parametrize("kind", WRITES)
def test_what_was_acknowledged_survives_every_kill(tmp_path: Path, kind: str) -> None:
    path, chance = tmp_path / "store.db", Random(kind)
    with closing(open_store(path)) as store:
        store.revise(HERE, [adding("Use uv.")], cause="first add", now=NOW)
    done: dict[str, int] = {}
    for number in range(KILLS):
        me = f"w{number}"
        done[me] = killed(path, kind, me, chance)
        with closing(open_store(path)) as store:
            assert store.problems() == []
            found = CHECKS[kind](store, me)
            wanted = Counter(range(1, done[me] + 1))
            assert found in (wanted, wanted + Counter([done[me] + 1])), "lost, twice, or from nowhere"
    with closing(open_store(path)) as store:
        for me, last in done.items():
            assert CHECKS[kind](store, me).total() in {last, last + 1}
    assert upkeep.backups(path) == []


def test_writers_beside_one_that_is_killed_lose_nothing(tmp_path: Path) -> None:
    path, chance = tmp_path / "store.db", Random(4)
    with closing(open_store(path)) as store:
        store.revise(HERE, [adding("Use uv.")], cause="first add", now=NOW)
        for number in range(4):
            me = f"w{number}"
            with process(FIRST + WRITES["record"], path, "beside") as other:
                assert other.hear() == "1"
                last = killed(path, "record", me, chance)
                assert records(store, me).total() in {last, last + 1}
                store.record([])
                beside = max(map(int, other.kill()), default=1)
            assert records(store, "beside").total() >= beside
        assert store.problems() == []


def test_a_write_that_was_killed_in_the_middle_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    code = """
store = open_store(Path(sys.argv[1]))
db = store._db.raw
db.execute("PRAGMA cache_size = 1")
with store._db.writing():
    for number in range(300):
        db.execute("INSERT INTO answers VALUES (?, ?, 0.0)", (f"{number}", "x" * 2000))
    say("in the middle")
    hear()
"""
    with process(code, path) as child:
        assert child.hear() == "in the middle"
        child.kill()
    assert path.with_name("store.db-wal").stat().st_size > 300_000
    with closing(open_store(path, wait=0)) as store:
        assert store.answer("7") is None
        assert store.problems() == []


@pytest.mark.parametrize("moment", ["set aside", "put in place"])
def test_a_mending_that_was_killed_is_ended_by_the_next_start(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
        upkeep.back_up(path, now=NOW)
    path.write_bytes(b"damaged")
    code = """
from store import upkeep
def stop(*args, **options):
    say("killed here")
    hear()
if sys.argv[2] == "set aside":
    Path.replace = stop
else:
    upkeep._sync = stop
open_store(Path(sys.argv[1]), now=lambda: NOW)
"""
    with process(code, path, moment) as child:
        assert child.hear() == "killed here"
        child.kill()
    told = list[str]()
    with closing(open_store(path, now=lambda: NOW, tell=told.append)) as store:
        assert store.rule(1).text == "Use uv."
    assert len(told) == (1 if moment == "set aside" else 0)
    assert {aside.read_bytes() for aside in tmp_path.glob("store.damaged-*.db")} == {b"damaged"}
    assert not path.with_name("store.db.new").exists()
    with closing(Connection(path)) as connection:
        assert connection.journal == "wal"
