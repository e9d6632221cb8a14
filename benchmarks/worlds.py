"""Stores as they are after years of use, filled through the store's own contract, the same in every run."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from types import MappingProxyType

from benchmarks.sentences import CODE, TRACE, sentence, small_talk
from mcp_server.learning import fingerprint
from store import upkeep
from store.connection import Connection
from store.records import Evidence, Exposure, Kind, Project, Session, Source, State, Trust, Wording
from store.revise import Add, Step
from store.sqlite import SqliteStore
from store.text import CleanText, clean_evidence, clean_rule, trusted_text

PROJECT = "git.example.org/ada/shop"
BEGUN = 1_700_000_000.0
MINUTE = 60.0

PERSON = Source("command line", "person", Trust.OWNER)
TESTS = Source("junit report.xml", "tests:local", Trust.MACHINE)
Detail = Mapping[str, object]
REPORTED: Detail = {"outcome": "success", "helpful": [], "harmful": [], "score": None, "feedback": ""}
RAN: Detail = {"tests": 412, "passed": 401, "failed": 2, "skipped": 9, "partial": False}
AGENT = Source("MCP tool", "agent:some-client", Trust.AGENT)


@dataclass(frozen=True, slots=True)
class World:
    """What a store holds."""

    live: int = 50
    pinned: int = 5
    """Of the live ones."""
    rules: int = 1000
    """All of them; those that are not live are retired, but for 40 candidates at most."""
    evidence: int = 100_000
    sessions: int = 5000
    fingerprints: int = 2000
    remarks: int = 1000
    """Distinct ones."""
    said: float = 0.05
    """Share of the evidence that is a person's remark; most of the rest is runs and failures."""
    alike: bool = False
    """Remarks of nearly the same words, three instructions each: the worst for whoever compares them."""


def make(path: Path, world: World, *, root: str) -> None:
    """Fill a new store for the project whose folder is `root`."""
    chance = Random(7)
    upkeep.private(path)
    connection = Connection(path)
    upkeep.prepare(connection, now=lambda: BEGUN)
    connection.raw.execute("PRAGMA synchronous = OFF")  # nothing here has to survive a power cut
    with closing(SqliteStore(connection, chance=chance.randbytes)) as store:
        store.know(Project(PROJECT, "shop", root))
        linked = _evidence(store, world, chance)
        _rules(store, world, linked, chance)
        _sessions(store, world)


def _rules(store: SqliteStore, world: World, evidence: list[int], chance: Random) -> None:
    """A few rules in each revision, as `consolidate` and a person make them."""
    steps = (
        Step(
            Add(
                Wording(clean_rule(sentence(number)).text, _paths(number), PERSON),
                state=_state(number, world),
                pinned=number < world.pinned,
                target=str(_failure(number % world.fingerprints)),
                why="a person said so",
                evidence=tuple(chance.sample(evidence, min(len(evidence), 20))),
            ),
            kind="add",
            actor="person",
            reason="said so",
        )
        for number in range(world.rules)
    )
    while batch := list(islice(steps, 4)):
        store.revise(PROJECT, batch, cause="add", report="- add: said so", now=BEGUN)


def _state(number: int, world: World) -> State:
    if number < world.live:
        return State.ACTIVE
    return State.CANDIDATE if number < world.live + 40 else State.RETIRED


def _paths(number: int) -> tuple[str, ...]:
    return (f"src/part{number % 7}/**/*.py",) if number % 5 == 4 else ()


def _sessions(store: SqliteStore, world: World) -> None:
    shown = [rule.id for rule in store.rules(PROJECT, states=[State.ACTIVE])][:12]
    for number in range(world.sessions):
        now = BEGUN + number * MINUTE
        session = Session(_session(number), PROJECT, "some client", now, now)
        exposures = [Exposure(session.id, rule, 1, 1.0, True, True, 0) for rule in shown]
        store.deliver(session, task="mend a test", shown=exposures, now=now)


def _session(number: int) -> str:
    return f"session-{number:05d}"


def _evidence(store: SqliteStore, world: World, chance: Random) -> list[int]:
    """Keep the evidence; the result are the ids of remarks and failures that rules may rest on."""
    facts = _facts(world, chance)
    ids: list[int] = []
    while batch := list(islice(facts, 5000)):
        kept = store.record(batch)
        ids += [each.id for each, fact in zip(kept, batch, strict=True) if fact.kind is Kind.FAILURE]
    return ids


def _facts(world: World, chance: Random) -> Iterator[Evidence]:
    for number in range(world.evidence):
        place = number * world.sessions // world.evidence
        draw = chance.random()
        if draw < world.said:
            text = "\n".join(_remark(world, chance, number))
            yield _fact(number, Kind.FEEDBACK, clean_evidence(text).text, PERSON, place)
        elif draw < world.said + 0.05:
            target = _failure(_skewed(chance, world.fingerprints))
            side = "passing" if number % 2 else "failing"
            yield _fact(
                number, Kind.CHANGE, trusted_text(CODE), TESTS, place, target=str(target), detail={"side": side}
            )
        elif draw < world.said + 0.15:
            yield _fact(number, Kind.REPORT, trusted_text("all tests pass"), AGENT, place, detail=REPORTED)
        elif draw < world.said + 0.35:
            words = trusted_text("412 tests, 2 failed, 9 skipped")
            yield _fact(number, Kind.RUN, words, TESTS, place, detail=RAN)
        else:
            target = _failure(_skewed(chance, world.fingerprints))
            detail: Detail = {"test": target.detector, "file": "tests/test_cart.py", "line": 41}
            yield _fact(number, Kind.FAILURE, trusted_text(TRACE), TESTS, place, target=str(target), detail=detail)


def _remark(world: World, chance: Random, number: int) -> Iterable[str]:
    if world.alike:
        return (f"Always use pool {number} for worker {part} of the shop." for part in "abc")
    said = chance.randrange(world.remarks)
    return (small_talk(said), sentence(5000 + said))


def _skewed(chance: Random, count: int) -> int:
    """Few tests fail often, most seldom."""
    return int(count * chance.random() ** 2)


@cache
def _failure(number: int) -> fingerprint.Fingerprint:
    return fingerprint.of_test_failure(
        test=f"tests.part{number % 40}.test_cart::test_total_{number}",
        exception="AssertionError",
        frame=f"src/part{number % 40}/cart.py:total",
    )


def _fact(
    number: int,
    kind: Kind,
    text: CleanText,
    source: Source,
    session: int,
    *,
    target: str = "",
    detail: Detail = MappingProxyType({}),
) -> Evidence:
    return Evidence(
        project=PROJECT,
        kind=kind,
        text=text,
        source=source,
        time=BEGUN + session * MINUTE,
        hash=sha256(str(number).encode()).hexdigest(),
        fingerprint=target,
        session=_session(session),
        commit=sha256(str(session).encode()).hexdigest()[:40],
        detail=detail,
    )
