"""pytest-benchmark's JSON: times with their machine and commit, raw where all values are told."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.found import Found, NotAReport, Reading
from mcp_server.importers.metrics import measures, pytest_benchmark
from mcp_server.importers.metrics.units import unit_of
from store.records import Kind, Trust
from store.text import clean_line
from tests.doors.readings import KEY, TAGS, WILD, changed, check

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "bench"
Json = dict[str, Any]


def stats(*data: float, **more: Any) -> Json:
    told = {"mean": 0.002, "stddev": 0.0001, "median": 0.0019, "rounds": 278, "min": 0.001, "max": 0.003}
    return {**told, **({"data": list(data), "rounds": len(data)} if data else {}), **more}


def bench(name: str = "bench.py::test_fib", **more: Any) -> Json:
    return {"name": name.rpartition("::")[2], "fullname": name, "group": None, "params": None, "stats": stats(), **more}


def log(*benchmarks: Json, **more: Any) -> Json:
    return {
        "machine_info": {
            "node": "ada-laptop",
            "processor": "x86_64",
            "machine": "x86_64",
            "python_implementation": "CPython",
            "python_version": "3.11.7",
            "release": "6.1.0",
            "system": "Linux",
            "cpu": {"brand_raw": "Fast CPU 9000", "count": 8},
        },
        "commit_info": {"id": "9d55ab0434c9088746ae2d134702d782bf088644", "dirty": True, "branch": "topic"},
        "benchmarks": list(benchmarks),
        "datetime": "2026-01-01T10:00:00.000000+00:00",
        "version": "5.1.0",
        **more,
    }


def parse(*benchmarks: Json, **more: Any) -> Reading:
    return pytest_benchmark.parse(json.dumps(log(*benchmarks, **more)).encode(), "b.json")


def facts(*benchmarks: Json, **more: Any) -> list[Found]:
    return list(parse(*benchmarks, **more).facts)


def test_a_run_names_what_it_measured_and_where_it_belongs():
    start, _, _ = facts(bench(), bench("bench.py::test_other"))
    assert (start.kind, start.text, start.trust) == (Kind.RUN, "pytest-benchmark: 2 benchmarks", Trust.MACHINE)
    assert (start.time, start.branch) == (1767261600.0, "topic")
    assert start.commit == "9d55ab0434c9088746ae2d134702d782bf088644"
    assert dict(start.detail) == {
        "sort": "metrics",
        "tool": "pytest-benchmark",
        "looked": ["bench.py::test_fib", "bench.py::test_other"],
        "failed": 0,
        "passed": None,
        "skipped": 0,
        "partial": False,
        "left_out": [],
    }


def test_a_benchmark_without_its_values_is_known_by_its_summary():
    _, fact = facts(bench())
    assert (fact.kind, fact.fingerprint) == (Kind.METRIC, "metric:bench.py::test_fib|time|smaller")
    assert fact.text == "bench.py::test_fib: time 1.9 ms, 278 values"
    assert dict(fact.detail) == {
        "benchmark": "bench.py::test_fib",
        "metric": "time",
        "better": "smaller",
        "unit": "s",
        "n": 278,
        "mean": 0.002,
        "median": 0.0019,
        "stray": 0.0001,
        "values": [],
        "environment": {"cpu": "Fast CPU 9000", "machine": "x86_64", "python": "CPython 3.11", "system": "Linux"},
        "dirty": True,
    }


def test_values_are_kept_where_all_of_them_are_told():
    _, fact = facts(bench(stats=stats(0.001, 0.002, 0.004)))
    assert (fact.detail["values"], fact.detail["n"], fact.detail["median"]) == ([0.001, 0.002, 0.004], 3, 0.002)
    _, cut = facts(bench(stats=stats(0.001, 0.002, 0.004, rounds=278)))
    assert (cut.detail["values"], cut.detail["n"], cut.detail["mean"]) == ([], 278, 0.002)


def test_of_many_values_evenly_spaced_ones_are_kept():
    _, fact = facts(bench(stats=stats(*(float(value) for value in range(1, 1001)))))
    assert (fact.detail["n"], fact.detail["mean"]) == (1000, 500.5)
    assert fact.detail["values"] == [float(value) for value in range(1, 1001, 5)]
    assert len(fact.detail["values"]) == measures.KEPT


def test_a_single_round_is_a_single_value():
    _, fact = facts(bench(stats=stats(0.5)))
    assert (fact.detail["n"], fact.detail["values"], fact.detail["stray"]) == (1, [], None)
    assert fact.text == "bench.py::test_fib: time 500 ms"
    _, told = facts(bench(stats={"mean": 0.5, "rounds": 1, "stddev": 0}))
    assert (told.detail["n"], told.detail["stray"], told.detail["median"]) == (1, None, None)


def environment(**machine: Any) -> dict[str, str]:
    fact = facts(bench(), machine_info=machine)[1]
    told = fact.detail["environment"]
    assert isinstance(told, dict)
    return told


def test_the_machines_name_is_nobodys_business_and_no_difference():
    assert environment(node="runner-17", system="Linux") == environment(node="runner-18", system="Linux")
    assert environment(python_implementation="PyPy", python_implementation_version="7.3.1") == {"python": "PyPy 7.3"}
    assert environment(cpu={"brand": "Old"}) == environment(processor="Old") == {"cpu": "Old"}
    assert environment() == {}


def test_a_file_that_says_nothing_of_its_commit_belongs_to_none():
    start = facts(bench(), commit_info=None, datetime="never")[0]
    assert (start.commit, start.branch, start.time) == ("", "", None)
    assert facts(bench(), commit_info={"id": "unversioned", "dirty": None})[0].commit == ""
    assert facts(bench(), commit_info=None)[1].detail["dirty"] is None


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "a value that is no finite number (None)"),
        ({"mean": None, "rounds": 3}, "a value that is no finite number (None)"),
        ({"mean": -1.0, "rounds": 3}, "-1 s, which nobody can have measured"),
        ({"mean": 1e99, "rounds": 3}, "1e+99 s, which nobody can have measured"),
        ({"mean": 1.0, "stddev": -1.0, "rounds": 3}, "-1 s, which nobody can have measured"),
        ({"data": [0.1, -0.1], "rounds": 2}, "-0.1 s, which nobody can have measured"),
        ({"data": [0.1, "... omitted"], "rounds": 2}, "a value that is no finite number (... omitted)"),
        ({"data": [True], "rounds": 1}, "a value that is no finite number (True)"),
    ],
)
def test_numbers_that_nobody_can_have_measured_are_left_out_by_name(told: Json, why: str):
    reading = parse(bench(), bench("bench.py::bad", stats=told))
    assert [fact.kind for fact in reading.facts] == [Kind.RUN, Kind.METRIC]
    assert reading.partial == f"bench.py::bad: {why}"
    assert reading.facts[0].detail["left_out"] == [f"bench.py::bad: {why}"]
    assert (reading.facts[0].detail["partial"], reading.facts[0].detail["skipped"]) == (True, 1)
    with pytest.raises(NotAReport, match=r"b\.json: nothing in it can be taken: bench.py::bad: "):
        parse(bench("bench.py::bad", stats=told))


def test_no_value_makes_no_sample():
    with pytest.raises(measures.Unfit, match="no value"):
        measures.sampled([], unit_of("s"), {})


def test_not_a_number_makes_no_json():
    data = json.dumps(log(bench(stats=stats(mean=float("nan"))))).encode()
    with pytest.raises(NotAReport, match="NaN is no number in JSON"):
        pytest_benchmark.parse(data, "b.json")


def test_no_benchmark_is_not_read_as_no_regression():
    with pytest.raises(NotAReport, match=r"b\.json: it holds no measure; run the benchmarks"):
        parse()


def test_a_benchmark_told_twice_counts_once():
    reading = parse(bench(), bench(stats=stats(mean=9.0)))
    assert [fact.detail.get("mean") for fact in reading.facts] == [None, 0.002]
    assert reading.facts[0].detail["left_out"] == ["1 more measures, or such as were told twice"]


def test_a_run_of_endless_benchmarks_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mcp_server.importers.metrics.measures.MOST", 3)
    start, *kept = facts(*(bench(f"bench.py::test_{place}") for place in range(5)))
    assert len(kept) == 3
    assert start.detail["left_out"] == ["2 more measures, or such as were told twice"]


def test_a_benchmark_without_a_name_is_known_by_its_place():
    assert facts({"stats": stats()})[1].detail["benchmark"] == "benchmark 1"
    assert facts({"name": "short", "stats": stats()})[1].detail["benchmark"] == "short"


def test_a_name_is_the_same_on_every_machine():
    names = "bench.py::test_a[/home/ada/x/data.json]", "bench.py::test_a[/builds/7/x/data.json]"
    assert len({facts(bench(name))[1].fingerprint for name in names}) == 1


def test_a_very_long_name_is_cut_and_kept_apart_from_its_like():
    long = [facts(bench("x" * 5000 + end))[1] for end in ("small", "large")]
    assert long[0].fingerprint != long[1].fingerprint
    assert all(len(fact.fingerprint) <= 300 for fact in long)


@pytest.mark.parametrize(
    "data", [b"[]", b"{}", b'{"machine_info": {}}', b'{"benchmarks": []}', b'{"context": {}, "benchmarks": []}']
)
def test_other_json_is_refused_by_name(data: bytes):
    with pytest.raises(
        NotAReport, match=r"^b\.json: not pytest-benchmark's JSON; write it with `pytest --benchmark-json=FILE`"
    ):
        pytest_benchmark.parse(data, "b.json")


def test_the_same_bytes_are_the_same_facts():
    assert [fact.key for fact in facts(bench())] == [fact.key for fact in facts(bench())]
    assert facts(bench())[1].key != facts(bench(), version="5.2.0")[1].key


def test_hidden_characters_and_secrets_reach_no_field():
    hostile = f"x{TAGS}\u202e {KEY}"
    info = {"id": hostile, "branch": hostile}
    reading = parse(
        bench(hostile), bench(f"{hostile} 2", stats={}), machine_info={"cpu": {"brand": hostile}}, commit_info=info
    )
    text = json.dumps([reading.partial, [fact._asdict() for fact in reading.facts]], default=str)
    assert len(reading.facts) == 2
    for unwanted in (KEY, KEY[4:20], "\\u202e", "\\udb40"):
        assert unwanted not in text


def test_what_was_kept_is_read_back():
    for told in (stats(0.001, 0.002, 0.004), stats()):
        fact = facts(bench(stats=told))[1]
        known = measures.recall(json.loads(json.dumps(dict(fact.detail))))
        assert known is not None
        assert (known.bigger, known.environment, known.verdict) == (False, fact.detail["environment"], "")
        assert list(known.sample.values) == fact.detail["values"]
        assert (known.sample.n, known.sample.mean) == (fact.detail["n"], fact.detail["mean"])
        assert fact.key[-1] == known.sample.environment


@pytest.mark.parametrize("missing", ["mean", "n", "unit", "better", "environment"])
def test_what_was_forgotten_is_not_read_back(missing: str):
    detail = dict(facts(bench())[1].detail)
    del detail[missing]
    assert measures.recall(detail) is None
    assert measures.recall({}) is None
    assert measures.recall({**detail, missing: "[forgotten]"}) is None or missing == "unit"


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(data: bytes):
    check(lambda: pytest_benchmark.parse(data, "r.json"))


@given(st.fixed_dictionaries({"machine_info": st.just({}) | WILD, "benchmarks": st.lists(WILD, max_size=3) | WILD}))
def test_no_wild_shape_breaks_the_reader(document: Json):
    if pytest_benchmark.claims(document):
        check(lambda: pytest_benchmark.read(document, clean_line("r.json").text, "d"))


@settings(max_examples=150)
@given(st.data())
def test_no_change_to_a_real_shape_breaks_the_reader(data: st.DataObject):
    document = changed(log(bench(), bench("b", stats=stats(0.1, 0.2))), data)
    if pytest_benchmark.claims(document):
        check(lambda: pytest_benchmark.read(document, clean_line("r.json").text, "d"))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_a_real_file_holds_what_was_counted_by_hand():
    data = (SAMPLES / "benchmark-action__test__data__extract__pytest_output.json").read_bytes()
    start, ten, twenty = pytest_benchmark.parse(data, "b.json").facts
    assert (start.commit, start.branch, start.time) == (
        "9d55ab0434c9088746ae2d134702d782bf088644",
        "pytest",
        1573957336.817862,
    )
    assert start.detail["looked"] == ["bench.py::test_fib_10", "bench.py::test_fib_20"]
    told = [[fact.detail[name] for name in ("n", "mean", "median", "stray", "values")] for fact in (ten, twenty)]
    assert told == [
        [38523, 2.4088681e-05, 2.23e-05, 6.1750902e-06, []],
        [278, 0.0029850307, 0.0029605825, 0.00017453017, []],
    ]
    assert ten.detail["environment"] == {
        "cpu": "Intel(R) Core(TM) i7-4771 CPU @ 3.50GHz",
        "machine": "x86_64",
        "python": "CPython 3.7",
        "system": "Darwin",
    }
    assert ten.text == "bench.py::test_fib_10: time 22.3 µs, 38523 values"
