"""Budgets: the coins of 60 rules in 1 ms; decisions on them after 10,000 sessions in 100 ms, as after 1,000."""

import json
from collections.abc import Iterator
from contextlib import closing
from random import Random
from time import perf_counter

from benchmarks.desk import Desk
from benchmarks.result import Result
from benchmarks.timing import Spread, interleaved
from mcp_server.delivery import deliver
from mcp_server.learning import consolidate, judge
from mcp_server.learning.assign import Coins
from mcp_server.learning.trials.allot import Budget, Serving, Standing, choose
from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.policy import DAY, POLICY
from mcp_server.learning.trials.stream import converse
from mcp_server.project import Place
from store import migrations, upkeep
from store.connection import Connection
from store.records import Evidence, Kind, Project, Session, Source, State, Trust, Wording
from store.revise import Add, Step
from store.sqlite import SqliteStore
from store.text import clean_rule, trusted_text

RULES = 60
SESSIONS = 10_000
A_DAY = 50
"""Sessions between two runs."""
CHOOSE, DECIDE = 1.0, 100.0
"""Milliseconds."""
BEGUN = 1_800_000_000.0
HERE = Project("bench", "bench", "/bench")
PERSON = Source("command line", "person", Trust.OWNER)
MACHINE = Source("tests", "tests:local", Trust.MACHINE)


def run(desk: Desk) -> list[Result]:
    """Throw the coins of a session; then let a project grow day by day and time the newest runs."""
    return [_chosen(desk), *_decided(desk)]


def _chosen(desk: Desk) -> Result:
    standings = {f"R{n}": Standing(0.5 + n / 200, n % 3 == 0, 1, 20.0) for n in range(RULES)}
    serving, session = Serving(b"key", standings), iter(range(10**9))
    rules = list(standings)
    room = Budget(12, 600)
    found = interleaved(desk.rounds(2000), {"ours": lambda: choose(serving, f"s{next(session)}", rules, room)})["ours"]
    return Result(f"choose among {RULES} rules", found, None, f"p99 < {CHOOSE:g} ms", found.p99 < CHOOSE)


def _decided(desk: Desk) -> Iterator[Result]:
    """A store in which nothing has to survive a power cut, so that only the deciding is timed."""
    path = desk.home() / "promptlearn.db"
    upkeep.private(path)
    connection = Connection(path)
    migrations.apply(connection.raw)
    connection.raw.execute("PRAGMA synchronous = OFF")
    chance = Random(1)
    with closing(SqliteStore(connection, chance=chance.randbytes)) as store:
        rules = [Add(_wording(number), state=State.TRIAL, target=_target(number)) for number in range(RULES)]
        steps = [Step(rule, "add", "person", "x") for rule in rules]
        store.revise(HERE.key, steps, cause="add", now=BEGUN)
        days = desk.rounds(SESSIONS // A_DAY)
        made: list[float] = []
        for day in range(days):
            _day(store, day, chance)
            now = BEGUN + (day + 1) * DAY
            begun = perf_counter()
            ruling = judge.make(store, HERE.key, now=now, policy=POLICY)
            made.append(perf_counter() - begun)
            if ruling is not None:
                consolidate.decide(store, ruling, [], "", now)
        early, late = Spread.of(made[days // 10 : days // 10 + 10]), Spread.of(made[-10:])
        kept = store.trials(HERE.key)
        state = kept.state if kept else ""
        lines = list(store.log(HERE.key))
    many = f"{RULES} rules, {A_DAY} sessions since the last run"
    yield Result(
        f"decide, {many}, after {days * A_DAY:,} sessions",
        late,
        early,
        f"< {DECIDE:g} ms",
        late.p99 < DECIDE,
        f"floor: the same after {days * A_DAY // 10:,} sessions; the state is {len(state) / 1000:.0f} kB",
    )
    begun = perf_counter()
    said = list(converse((line.encode() for line in lines), Engine(POLICY), decisions_only=True))
    took = perf_counter() - begun
    same = kept is not None and said[-1] == kept.decided
    yield Result(
        f"replay of that log, {len(lines):,} lines",
        Spread.of([took]),
        None,
        "the same decisions",
        same,
        f"{len(json.loads(said[-1])['rules'])} rules decided about in each of {len(said)} runs",
    )


def _day(store: SqliteStore, day: int, chance: Random) -> None:
    facts: list[Evidence] = []
    for number in range(A_DAY):
        now = BEGUN + day * DAY + number * 60.0
        name = f"s{day}-{number}"
        place = Place(HERE, HERE.path, "")
        session = Session(name, HERE.key, "bench", now, now, model="m")
        deliver(store, place, session, files=(), task="", now=now, coins=Coins())
        failed = chance.random() < 0.4
        facts += _facts(name, now + 60.0, failed, chance.randrange(RULES))
    store.record(facts)


def _facts(session: str, now: float, failed: bool, which: int) -> Iterator[Evidence]:
    detail = {"sort": "tests", "tool": "pytest", "passed": 40, "failed": int(failed), "partial": False, "covers": ["*"]}
    yield Evidence(
        HERE.key, Kind.RUN, trusted_text("40 tests"), MACHINE, now, f"run {session}", session=session, detail=detail
    )
    if failed:
        words = trusted_text("AssertionError")
        yield Evidence(HERE.key, Kind.FAILURE, words, MACHINE, now, f"f {session}", _target(which), session)


def _target(number: int) -> str:
    return f"test:tests/test_{number}.py::test|AssertionError|a.py:f" if number % 2 else ""


def _wording(number: int) -> Wording:
    return Wording(clean_rule(f"Do thing number {number} as agreed.").text, (), PERSON)
