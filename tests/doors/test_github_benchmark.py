"""github-action-benchmark: arrays with a direction that a person gives, and histories that say their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.found import Found, NotAReport, Reading
from mcp_server.importers.lint import sarif
from mcp_server.importers.metrics import github_benchmark, gobench, hyperfine, measures, pytest_benchmark
from store.records import Kind
from store.text import clean_line
from tests.doors.readings import KEY, TAGS, WILD, changed, check
from tests.doors.test_hyperfine import command
from tests.doors.test_pytest_benchmark import bench as pytest_bench
from tests.doors.test_pytest_benchmark import log as pytest_log
from tests.doors.test_sarif import RUFF

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "bench"
Json = dict[str, Any]
SMALLER, BIGGER = "customSmallerIsBetter", "customBiggerIsBetter"


def bench(name: str = "parse", value: object = 5.0, unit: str = "ms", **more: Any) -> Json:
    return {"name": name, "value": value, "unit": unit, **more}


def parse(document: object, kind: str | None = SMALLER) -> Reading:
    return github_benchmark.parse(json.dumps(document).encode(), "g.json", kind=kind)


def told(document: object, kind: str | None = SMALLER) -> list[tuple[object, ...]]:
    names = "benchmark", "metric", "better", "unit", "mean"
    return [
        tuple(fact.detail[name] for name in names) for fact in parse(document, kind).facts if fact.kind is Kind.METRIC
    ]


# --- arrays


def test_an_array_has_the_direction_that_a_person_gives():
    assert told([bench(), bench("size", 3, "KiB")]) == [
        ("parse", "time", "smaller", "s", 0.005),
        ("size", "size", "smaller", "B", 3072.0),
    ]
    assert told([bench("score", 7, "points")], BIGGER) == [("score", "points", "bigger", "points", 7.0)]
    assert told([bench("battery", 7, "hours")], BIGGER) == [("battery", "time", "bigger", "s", 25200.0)]
    assert told([bench("plain", 7, "")]) == [("plain", "value", "smaller", "1", 7.0)]


@pytest.mark.parametrize("kind", [None, "", "github-benchmark"])
def test_without_a_direction_an_array_is_refused_whatever_its_units(kind: str | None):
    with pytest.raises(
        NotAReport, match=r"does not say whether bigger or smaller is better; give --kind customB.* or customS"
    ):
        parse([bench()], kind)


def test_the_same_array_with_another_direction_is_another_run():
    keys = [[fact.key for fact in parse([bench()], kind).facts] for kind in (SMALLER, BIGGER)]
    assert set(keys[0]).isdisjoint(keys[1])


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "a value that is no finite number (None)"),
        ("5", "a value that is no finite number (5)"),
        (-5, "-5 s, which nobody can have measured"),
    ],
)
def test_values_that_nobody_can_have_measured_are_left_out_by_name(value: object, why: str):
    reading = parse([bench(), bench("odd", value)])
    assert (len(reading.facts), reading.partial) == (2, f"odd: {why}")
    with pytest.raises(NotAReport, match=r"^g\.json: nothing in it can be taken: odd: "):
        parse([bench("odd", value)])


def test_what_is_no_benchmark_is_left_out():
    reading = parse([bench(), 5, {"value": 3}])
    assert reading.partial == "(no name): it has no name; (no name): it has no name"


def test_a_benchmark_told_twice_counts_once():
    assert told([bench(), bench(value=9)]) == [("parse", "time", "smaller", "s", 0.005)]


# --- histories


def entry(
    *benches: Json, tool: str = "cargo", commit: str = "a" * 40, date: object = 1_767_261_600_000, **more: Any
) -> Json:
    return {"commit": {"id": commit, "message": "x"}, "date": date, "tool": tool, "benches": list(benches), **more}


def history(**suites: list[Any]) -> Json:
    return {"lastUpdate": 1_767_261_600_001, "repoUrl": "https://example.org/x", "entries": suites}


def test_a_history_is_a_run_for_each_commit_the_oldest_first():
    document = history(
        Benchmark=[
            entry(bench(unit="ns/iter"), commit="b" * 40, date=1_767_261_700_000),
            entry(bench(unit="ns/iter"), commit="a" * 40, date=1_767_261_600_000),
        ],
        Rust=[entry(bench(unit="ns/iter"), commit="not a hash", date=None)],
    )
    facts = parse(document, None).facts
    assert [(fact.kind, fact.time, fact.commit[:1]) for fact in facts if fact.kind is Kind.RUN] == [
        (Kind.RUN, None, ""),
        (Kind.RUN, 1767261600.0, "a"),
        (Kind.RUN, 1767261700.0, "b"),
    ]
    assert [fact.detail["benchmark"] for fact in facts if fact.kind is Kind.METRIC] == ["Rust: parse", "parse", "parse"]


def test_a_run_of_a_history_is_the_same_in_every_later_file():
    first = entry(bench())
    old = parse(history(Benchmark=[first]), None).facts
    new = parse(history(Benchmark=[first, entry(bench(), commit="b" * 40, date=1_767_261_700_000)]), None).facts
    assert [fact.key for fact in new[:2]] == [fact.key for fact in old]
    assert len({fact.key for fact in new}) == 4


def test_the_script_of_the_page_is_read_like_its_json():
    document = history(Benchmark=[entry(bench())])
    script = f"window.BENCHMARK_DATA = {json.dumps(document, indent=2)};\n".encode()
    assert github_benchmark.claims_script(script)
    assert not github_benchmark.claims_script(json.dumps(document).encode())
    assert github_benchmark.parse(script, "data.js").facts == parse(document, None).facts
    with pytest.raises(NotAReport, match=r"^data\.js: not whole JSON"):
        github_benchmark.parse(script[:60], "data.js")


@pytest.mark.parametrize(
    ("tool", "unit", "better"),
    [
        ("cargo", "ns/iter", "smaller"),
        ("benchmarkjs", "ops/sec", "bigger"),
        ("pytest", "iter/sec", "bigger"),
        ("catch2", "ms", "smaller"),
        ("customBiggerIsBetter", "points", "bigger"),
        ("customSmallerIsBetter", "points", "smaller"),
        ("customBiggerIsBetter", "s", "bigger"),
        ("go", "ns/op", "smaller"),
        ("go", "MB/s", "bigger"),
        ("jmh", "ops/s", "bigger"),
        ("jmh", "us/op", "smaller"),
    ],
)
def test_the_tool_of_a_history_or_its_unit_says_what_is_better(tool: str, unit: str, better: str):
    assert told(history(Benchmark=[entry(bench(unit=unit), tool=tool)]), None)[0][2] == better


@pytest.mark.parametrize(("tool", "unit"), [("go", "auxMetricUnits"), ("unheard-of", "points"), ("", "points")])
def test_what_neither_tool_nor_unit_explains_is_left_out(tool: str, unit: str):
    reading = parse(history(Benchmark=[entry(bench(), bench("odd", unit=unit), tool=tool)]), None)
    assert reading.partial.startswith(f"odd: nobody says whether more {unit} is better")
    assert len(reading.facts) == 2


def test_threads_that_a_history_tells_are_environment():
    facts = parse(
        history(Benchmark=[entry(bench(extra="30000 times\n8 procs"), bench("b", extra=3), tool="go")]), None
    ).facts
    assert [fact.detail["environment"] for fact in facts[1:]] == [{"gomaxprocs": "8"}, {}]


def test_of_an_endless_history_the_newest_runs_count(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measures, "TOTAL", 5)
    document = history(
        Benchmark=[entry(bench(), bench("b"), commit=f"{place:040}", date=place * 1000) for place in range(9)]
    )
    reading = parse(document, None)
    assert [fact.time for fact in reading.facts if fact.kind is Kind.RUN] == [7.0, 8.0]
    assert reading.partial == "7 older runs"
    monkeypatch.setattr(measures, "TOTAL", 1)
    assert len(parse(document, None).facts) == 3, "the newest run counts, however large it is"


def test_a_history_of_nothing_is_no_history_without_regressions():
    for document in (history(), history(Benchmark=[]), history(Benchmark=[entry()]), history(Benchmark=[None])):
        with pytest.raises(NotAReport, match=r"^g\.json: it holds no measure; run the benchmarks"):
            parse(document, None)


# --- what is refused


def test_benchers_metric_format_is_refused_by_name():
    document = {"parse": {"latency": {"value": 5.0, "lower_value": 4.0, "upper_value": 6.0}, "size": {"value": 3}}}
    assert github_benchmark.claims(document)
    with pytest.raises(
        NotAReport, match="Bencher's metric format tells neither unit nor direction; give what the benchmark"
    ):
        parse(document)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        5,
        [5],
        [{"name": "x", "value": 5}],
        {"entries": {}},
        {"entries": [], "lastUpdate": 1},
        {"a": {"b": {"value": 5, "unit": "s"}}},
        {"a": {"b": {"value": "5"}}},
        {"a": {"b": 5}},
        {"a": {}},
    ],
)
def test_other_json_is_refused_by_name(document: object):
    with pytest.raises(NotAReport, match=r"^g\.json: no array of name, unit and value, and no `data.js`"):
        parse(document)


def test_no_two_importers_claim_the_same_document():
    documents = [
        [bench()],
        history(Benchmark=[entry(bench())]),
        {"parse": {"latency": {"value": 5.0}}},
        {"results": [command()]},
        pytest_log(pytest_bench()),
        RUFF,
    ]
    for document in documents:
        claimed = [
            each.KIND for each in (github_benchmark, hyperfine, pytest_benchmark, sarif) if each.claims(document)
        ]
        assert len(claimed) == 1
        assert not gobench.claims(json.dumps(document, indent=1))


def test_hidden_characters_and_secrets_reach_no_field():
    hostile = f"x{TAGS}\u202e {KEY}"
    document = history(
        **{
            hostile: [
                entry(bench(hostile, unit=hostile), bench(hostile, "x", unit=hostile), tool=SMALLER, commit=hostile)
            ]
        }
    )
    reading = parse(document, None)
    text = json.dumps([reading.partial, [fact._asdict() for fact in reading.facts]], default=str)
    assert len(reading.facts) == 2
    for unwanted in (KEY, KEY[4:20], "\\u202e", "\\udb40"):
        assert unwanted not in text


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(data: bytes):
    check(lambda: github_benchmark.parse(data, "r.json", kind=SMALLER))


@settings(max_examples=150)
@given(st.sampled_from([[bench(), bench("b", 3, "KiB")], history(A=[entry(bench(), extra="x")])]), st.data())
def test_no_change_to_a_real_shape_breaks_the_reader(document: object, data: st.DataObject):
    other = changed(document, data)
    if github_benchmark.claims(other):
        check(lambda: github_benchmark.read(other, clean_line("r.json").text, "d", kind=SMALLER))


@given(
    WILD | st.lists(WILD, max_size=3) | st.dictionaries(st.text(max_size=3), st.dictionaries(st.text(max_size=3), WILD))
)
def test_no_wild_shape_breaks_the_reader(document: object):
    for each in (document, {"lastUpdate": 1, "entries": document}):
        if github_benchmark.claims(each):
            check(lambda each=each: github_benchmark.read(each, clean_line("r.json").text, "d"))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_a_real_array_holds_what_was_counted_by_hand():
    data = (SAMPLES / "benchmark-action__test__data__extract__customSmallerIsBetter_output.json").read_bytes()
    facts: tuple[Found, ...] = github_benchmark.parse(data, "g.json", kind=SMALLER).facts
    assert [(fact.text, fact.fingerprint) for fact in facts] == [
        ("github-action-benchmark: 2 benchmarks", ""),
        (
            "My Custom Smaller Is Better Benchmark - CPU Load: 50 Percent",
            "metric:My Custom Smaller Is Better Benchmark - CPU Load|Percent|smaller",
        ),
        (
            "My Custom Smaller Is Better Benchmark - Memory Used: size 100 MB",
            "metric:My Custom Smaller Is Better Benchmark - Memory Used|size|smaller",
        ),
    ]
    with pytest.raises(NotAReport, match="give --kind"):
        github_benchmark.parse(data, "g.json")
