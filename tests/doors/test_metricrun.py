"""Benchmarks get worse once, stay so, and get well again; and the same file never counts twice."""

import json
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mcp_server import metricrun
from mcp_server.importers.found import Reading
from mcp_server.importers.metrics import github_benchmark, gobench, hyperfine, pytest_benchmark
from mcp_server.learning import fingerprint
from mcp_server.learning.regression import Verdict
from mcp_server.metricrun import MOST, SETTLED, Kept
from mcp_server.testrun import Context
from store import open_store
from store.contract import Store
from store.memory import MemoryStore
from store.records import Evidence, Kind, Trust
from store.values import replace
from tests.conftest import Chance
from tests.doors.test_github_benchmark import bench as single
from tests.doors.test_github_benchmark import entry, history
from tests.doors.test_hyperfine import command
from tests.doors.test_pytest_benchmark import bench, stats
from tests.doors.test_pytest_benchmark import log as pytest_log

HERE = "example.org/demo"
NOW = 1_767_225_600.0
SMALLER = "customSmallerIsBetter"
TEN = [1.00, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09]


@pytest.fixture
def store(chance: Chance) -> MemoryStore:
    return MemoryStore(chance=chance)


def context(session: str | None = "s1", *, now: float = NOW, named: bool = False, **more: Any) -> Context:
    return Context(HERE, session, "c1", named, now, lambda _since: None, **more)


STEP = iter(range(10**6))


def timed(factor: float = 1.0, *names: str) -> Reading:
    """A file of hyperfine, another one each time, whose commands took this many seconds."""
    results = [command(name, times=[value * factor for value in TEN]) for name in names or ("make",)]
    return hyperfine.parse(json.dumps({"results": results, "salt": next(STEP)}).encode(), "h.json")


def keep(store: Store, reading: Reading, where: Context | None = None) -> Kept:
    return metricrun.keep(store, reading, context=where or context())


def verdicts(store: Store, *factors: float) -> list[Verdict]:
    return [keep(store, timed(factor)).findings[0].verdict for factor in factors]


def said(store: Store, session: str | None = None) -> list[tuple[str, str]]:
    facts = store.evidence(HERE, session=session) if session else store.evidence(HERE)
    mine = [fact for fact in facts if fact.kind not in {Kind.RUN, Kind.METRIC}]
    return [(str(fact.kind), fingerprint.parse(fact.fingerprint).detector) for fact in mine]


def last(store: Store, kind: Kind = Kind.RUN) -> Evidence:
    return store.evidence(HERE, kinds=[kind])[-1]


# --- the first runs


def test_a_first_measure_is_kept_and_decides_nothing(store: MemoryStore):
    kept = keep(store, timed())
    assert kept.new == 2
    assert kept.findings[0].verdict is Verdict.TOO_LITTLE
    run, measure = store.evidence(HERE)
    assert (run.kind, run.text) == (Kind.RUN, "hyperfine: 1 benchmark; 1 of 1 measures not decided")
    assert (run.session, run.commit, run.time, run.source.trust) == ("s1", "c1", NOW, Trust.MACHINE)
    assert dict(run.detail) == {
        "sort": "metrics",
        "tool": "hyperfine",
        "looked": [],
        "measured": ["make"],
        "failed": 0,
        "passed": None,
        "skipped": 0,
        "partial": False,
        "left_out": [],
        "undecided": 1,
        "changes_left_out": 0,
    }
    assert (measure.kind, measure.fingerprint) == (Kind.METRIC, "metric:make|time|smaller")
    assert measure.text == (
        "make: time 1.045 s, 10 values; not enough data: measured for the first time; the next run is compared with it"
    )
    assert measure.detail["values"] == TEN
    assert measure.detail["verdict"] == "not enough data"


def test_a_benchmark_of_which_something_can_be_said_was_looked_at(store: MemoryStore):
    keep(store, timed(1.0, "make", "test"))
    keep(store, timed(1.0, "make", "test", "new"))
    assert last(store).detail["looked"] == ["make", "test"]
    assert last(store).detail["measured"] == ["make", "test", "new"]


# --- worse and well again


def test_what_got_worse_is_a_failure_once_and_then_still_worse(store: MemoryStore):
    assert verdicts(store, 1.0, 1.5, 1.5, 1.5) == [
        Verdict.TOO_LITTLE,
        Verdict.REGRESSED,
        Verdict.REGRESSED,
        Verdict.REGRESSED,
    ]
    assert said(store) == [("failure", "make"), ("still failing", "make"), ("still failing", "make")]
    failure = last(store, Kind.FAILURE)
    assert failure.fingerprint == "metric:make|time|smaller"
    assert failure.text == (
        "make time got worse: 1.567 s, 1.045 s before, by +45.9% to +54.1%"
        " (+50.0%; p 1.1e-05, Mann-Whitney, 10 values against 10)"
    )
    assert [failure.detail[name] for name in ("benchmark", "metric", "better", "unit")] == [
        "make",
        "time",
        "smaller",
        "s",
    ]
    assert (failure.detail["old"], failure.detail["new"]) == (1.045, 1.5675)
    assert failure.detail["change"] == pytest.approx(0.5)
    assert last(store).text == "hyperfine: 1 benchmark; 1 got worse or still are"
    assert last(store).detail["failed"] == 1


def test_what_is_well_again_is_fixed_once(store: MemoryStore):
    verdicts(store, 1.0, 1.5, 1.0, 1.0)
    assert said(store) == [("failure", "make"), ("fixed", "make")]
    assert last(store, Kind.FIXED).text.startswith("make time is well again: 1.045 s, 1.045 s before (+0.0%, as chance")


def test_what_is_better_than_before_it_got_worse_is_well_again_too(store: MemoryStore):
    verdicts(store, 1.0, 1.5, 0.5)
    assert said(store) == [("failure", "make"), ("fixed", "make")]


def test_an_improvement_is_the_level_from_then_on(store: MemoryStore):
    assert verdicts(store, 1.0, 1.0, 1.0, 0.6, 1.0)[-2:] == [Verdict.IMPROVED, Verdict.REGRESSED]
    assert said(store) == [("failure", "make")]


def test_what_stays_worse_for_long_is_the_level(store: MemoryStore):
    verdicts(store, 1.0, *[1.5] * SETTLED)
    assert said(store) == [("failure", "make"), *[("still failing", "make")] * (SETTLED - 1)]
    assert verdicts(store, 1.5, 2.3) == [Verdict.SAME, Verdict.REGRESSED]
    assert said(store)[SETTLED:] == [("failure", "make")]


def test_a_slow_creep_is_seen_against_the_runs_before_it(store: MemoryStore):
    found = verdicts(store, *(1.05**step for step in range(6)))
    assert Verdict.REGRESSED in found


def test_a_run_of_which_nothing_can_be_told_neither_mends_nor_breaks(store: MemoryStore):
    verdicts(store, 1.0, 1.5)
    few = hyperfine.parse(json.dumps({"results": [command("make", times=[1.0])]}).encode(), "h.json")
    assert keep(store, few).findings[0].verdict is Verdict.TOO_LITTLE
    assert verdicts(store, 1.5) == [Verdict.REGRESSED]
    assert said(store) == [("failure", "make"), ("still failing", "make")]


def test_bigger_is_better_where_the_unit_says_so(store: MemoryStore):
    def text(rate: float) -> bytes:
        return "".join(f"BenchmarkX 1 {rate + step} MB/s\n" for step in range(10)).encode()

    for rate in (400, 200):
        keep(store, gobench.parse(text(rate), "go.txt"))
    assert last(store, Kind.FAILURE).fingerprint == "metric:BenchmarkX|throughput|bigger"
    assert last(store, Kind.FAILURE).text.startswith("BenchmarkX throughput got worse: 204.5 MB/s, 404.5 MB/s before")


def test_summaries_are_compared_where_values_are_not_told(store: MemoryStore):
    def reading(mean: float) -> Reading:
        document = pytest_log(bench(stats=stats(mean=mean, median=mean, stddev=mean / 20)), datetime=None)
        return pytest_benchmark.parse(json.dumps(document).encode(), "b.json")

    for mean in (0.002, 0.003):
        keep(store, reading(mean))
    assert said(store) == [("failure", "bench.py::test_fib")]
    assert "Welch, 278 values against 278" in last(store, Kind.FAILURE).text


def test_single_values_are_judged_once_eight_are_known(store: MemoryStore):
    random = Random(3)

    def value(factor: float) -> Verdict:
        document = [single(value=factor * random.gauss(100, 1))]
        reading = github_benchmark.parse(json.dumps(document).encode(), "g.json", kind=SMALLER)
        return keep(store, reading).findings[0].verdict

    found = [value(1.0) for _ in range(10)]
    assert found[:8] == [Verdict.TOO_LITTLE] * 8
    assert found[8:] == [Verdict.SAME] * 2
    assert value(1.4) is Verdict.REGRESSED


def test_one_benchmark_of_many_is_told_from_chance_by_all_of_them(store: MemoryStore):
    names = [f"b{place}" for place in range(20)]
    keep(store, timed(1.0, *names))
    keep(store, timed(1.5, *names))
    assert "20 benchmarks" in last(store, Kind.FAILURE).text
    assert last(store).detail["failed"] == 20


# --- like with like


def where(python: str, factor: float) -> Reading:
    told = {"python_implementation": "CPython", "python_version": python, "system": "Linux"}
    document = pytest_log(bench(stats=stats(*(value * factor for value in TEN))), machine_info=told, datetime=None)
    return pytest_benchmark.parse(json.dumps(document).encode(), "b.json")


def test_another_environment_is_another_baseline(store: MemoryStore):
    keep(store, where("3.10.1", 1.0))
    (found,) = keep(store, where("3.11.1", 1.5)).findings
    assert (found.verdict, found.why) == (
        Verdict.INCOMPARABLE,
        "measured before only on python CPython 3.10 (now CPython 3.11)",
    )
    assert keep(store, where("3.10.9", 1.5)).findings[0].verdict is Verdict.REGRESSED
    assert keep(store, where("3.11.9", 1.5)).findings[0].verdict is Verdict.SAME
    assert said(store) == [("failure", "bench.py::test_fib")]


def test_another_suite_is_another_baseline(store: MemoryStore):
    keep(store, timed(1.0), context(suite="tests:ci"))
    (found,) = keep(store, timed(1.5)).findings
    assert (found.verdict, found.why) == (Verdict.INCOMPARABLE, "measured before only in tests:ci, in s")
    assert last(store).source.identity == "tests:local"


def test_what_is_unknown_of_an_environment_is_said(store: MemoryStore):
    keep(store, where("3.10.1", 1.0))
    document = pytest_log(bench(stats=stats(*TEN)), machine_info={"system": "Linux"}, datetime=None)
    (found,) = keep(store, pytest_benchmark.parse(json.dumps(document).encode(), "b.json")).findings
    assert found.why == "measured before only on python CPython 3.10 (now unknown)"


def test_every_number_of_threads_has_its_own_history(store: MemoryStore):
    def reading(*values: int) -> Reading:
        pairs = zip(("", "-2", "-4"), values, strict=True)
        lines = [f"BenchmarkX{suffix} 1 {value + step} ns/op" for suffix, value in pairs for step in range(9)]
        return gobench.parse("\n".join(lines).encode(), "go.txt")

    keep(store, reading(800, 400, 200))
    found = keep(store, reading(800, 400, 320)).findings
    assert [each.verdict for each in found] == [Verdict.SAME, Verdict.SAME, Verdict.REGRESSED]
    assert said(store) == [("failure", "BenchmarkX")]


# --- the same again, late, and for others


def test_the_same_bytes_again_change_nothing(store: MemoryStore):
    first, second, third = timed(1.0), timed(1.5), timed(1.0)
    for step, reading in enumerate((first, second, third)):
        keep(store, reading, context(now=NOW + step))
    before = store.evidence(HERE)
    assert [keep(store, each, context(now=NOW + 9)) for each in (first, second, third, second)] == [Kept(0)] * 4
    assert store.evidence(HERE) == before
    assert keep(store, timed(1.5), context(now=NOW + 10)).findings[0].verdict is Verdict.REGRESSED


def test_a_run_that_is_named_for_another_session_says_there_what_it_said_first(store: MemoryStore):
    keep(store, timed(1.0))
    slower = timed(1.5)
    keep(store, slower, context("s2"))
    keep(store, timed(1.0), context("s3"))
    keep(store, slower, context("s4", named=True))
    assert said(store, "s2") == said(store, "s4") == [("failure", "make")]
    assert keep(store, slower, context("s4", named=True)) == Kept(0)


def test_an_older_run_that_comes_late_decides_nothing(store: MemoryStore):
    def dated(day: int, factor: float) -> Reading:
        document = pytest_log(
            bench(stats=stats(*(value * factor for value in TEN))), datetime=f"2025-12-{day:02}T10:00:00"
        )
        return pytest_benchmark.parse(json.dumps(document).encode(), "b.json")

    keep(store, dated(10, 1.0))
    keep(store, dated(20, 1.0))
    (late,) = keep(store, dated(15, 1.5)).findings
    assert (late.verdict, late.why) == (Verdict.INCOMPARABLE, "a newer run is known already")
    assert said(store) == []
    keep(store, dated(25, 1.5))
    assert said(store) == [("failure", "bench.py::test_fib")]


def test_a_run_from_the_future_is_of_today(store: MemoryStore):
    document = pytest_log(bench(), datetime="2099-01-01T00:00:00")
    keep(store, pytest_benchmark.parse(json.dumps(document).encode(), "b.json"))
    assert last(store).time == NOW
    assert last(store, Kind.METRIC).time == NOW


# --- histories


def runs(*values: float, commit: str = "") -> Reading:
    entries = [
        entry(single(value=value, unit="ns/iter"), commit=commit or f"{place:040x}", date=1_000_000 * (place + 1))
        for place, value in enumerate(values, 1)
    ]
    return github_benchmark.parse(json.dumps(history(Benchmark=entries)).encode(), "data.json")


STEADY = [100.0, 101, 99, 100, 102, 98, 100, 101, 100]


def test_of_a_history_only_the_newest_run_is_this_sessions(store: MemoryStore):
    keep(store, runs(*STEADY, 150, 100, 150))
    facts = store.evidence(HERE, kinds=[Kind.FAILURE, Kind.FIXED])
    assert [(str(fact.kind), fact.session, int(fact.commit, 16)) for fact in facts] == [
        ("failure", None, 10),
        ("fixed", None, 11),
        ("failure", "s1", 12),
    ]
    assert [fact.time for fact in facts] == [11_000.0, 12_000.0, 13_000.0]


def test_a_history_that_grew_tells_only_its_new_runs(store: MemoryStore):
    keep(store, runs(*STEADY))
    kept = keep(store, runs(*STEADY, 150))
    assert kept.new == 3
    assert said(store) == [("failure", "parse")]


def test_a_commit_that_somebody_named_is_that_of_the_newest_run_alone(store: MemoryStore):
    keep(store, runs(*STEADY), context("s9", named=True))
    told = [(fact.session, fact.commit) for fact in store.evidence(HERE, kinds=[Kind.RUN])]
    assert told[-1] == ("s9", "c1")
    assert {session for session, _ in told[:-1]} == {None}


def test_a_file_that_tells_its_commit_is_believed_unless_somebody_named_one(store: MemoryStore):
    reading = pytest_benchmark.parse(json.dumps(pytest_log(bench())).encode(), "b.json")
    keep(store, reading)
    assert (last(store).commit[:7], last(store).branch) == ("9d55ab0", "topic")
    keep(store, reading, context("s2", named=True, branch="main", pull_request="o/r#5"))
    assert (last(store).commit, last(store).branch, last(store).pull_request) == ("c1", "main", "o/r#5")
    keep(store, timed())
    assert (last(store).commit, last(store).branch) == ("c1", "")


# --- limits


def test_a_run_leaves_at_most_so_many_changes_and_says_how_many_it_left_out(store: MemoryStore):
    names = [f"b{place}" for place in range(MOST + 7)]
    keep(store, timed(1.0, *names))
    keep(store, timed(2.0, *names))
    assert len(said(store)) == MOST
    assert last(store).detail["changes_left_out"] == 7
    assert last(store).detail["failed"] == MOST + 7
    assert "7 changes left out here" in last(store).text


def test_what_was_forgotten_is_no_baseline(store: MemoryStore):
    keep(store, timed(1.0, "make"))
    store.forget(needles=[], evidence=[fact.id for fact in store.evidence(HERE, kinds=[Kind.METRIC])])
    assert keep(store, timed(1.5, "make")).findings[0].verdict is Verdict.TOO_LITTLE
    assert keep(store, timed(2.5, "make")).findings[0].verdict is Verdict.REGRESSED


def test_a_measure_of_another_making_is_no_baseline(store: MemoryStore):
    keep(store, timed(1.0))
    (kept,) = store.evidence(HERE, kinds=[Kind.METRIC])
    other: Store = MemoryStore(chance=bytes)
    other.record([replace(kept, detail={"mean": "fast"})])
    assert keep(other, timed(1.5)).findings[0].verdict is Verdict.TOO_LITTLE


def test_a_measure_that_is_none_is_passed_over(store: MemoryStore):
    reading = timed()
    start, fact = reading.facts
    broken = replace(fact, detail={**fact.detail, "mean": None})
    assert keep(store, reading._replace(facts=(start, broken))).new == 1
    assert keep(store, reading._replace(facts=())) == Kept(0)


def test_secrets_that_are_known_stand_in_no_fact(store: MemoryStore):
    secret = "correct-horse-battery-staple"
    results = [command(f"curl -H {secret}"), command(f"other {secret}", exit_codes=[1]), command("plain")]
    reading = hyperfine.parse(json.dumps({"results": results}).encode(), "h.json")
    keep(store, reading, context(known=(secret,)))
    facts = store.evidence(HERE)
    assert secret not in json.dumps([fact._asdict() for fact in facts], default=str)
    measure, plain = store.evidence(HERE, kinds=[Kind.METRIC])
    assert fingerprint.parse(measure.fingerprint).detector == measure.detail["benchmark"]
    assert plain.fingerprint == "metric:plain|time|smaller"


def test_a_store_on_disk_remembers_the_same(tmp_path: Path):
    with closing(open_store(tmp_path / "store.db")) as store:
        assert verdicts(store, 1.0, 1.5, 1.0)[1:] == [Verdict.REGRESSED, Verdict.SAME]
        assert said(store) == [("failure", "make"), ("fixed", "make")]
