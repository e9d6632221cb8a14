"""hyperfine's JSON: times of commands that ended well, and nothing of those that failed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.found import Found, NotAReport, Reading
from mcp_server.importers.metrics import hyperfine
from store.records import Kind
from store.text import clean_line
from tests.doors.readings import KEY, TAGS, WILD, changed, check

Json = dict[str, Any]
TIMES = [0.10, 0.11, 0.12, 0.13]


def command(name: str = "make build", **more: Any) -> Json:
    return {
        "command": name,
        "mean": 0.115,
        "stddev": 0.0129,
        "median": 0.115,
        "user": 0.05,
        "system": 0.02,
        "min": 0.10,
        "max": 0.13,
        "times": TIMES,
        "exit_codes": [0, 0, 0, 0],
        **more,
    }


def parse(*results: Json) -> Reading:
    return hyperfine.parse(json.dumps({"results": list(results)}).encode(), "h.json")


def facts(*results: Json) -> list[Found]:
    return list(parse(*results).facts)


def test_the_times_of_a_command_are_its_values():
    start, fact = facts(command())
    assert (start.kind, start.text, start.time, start.commit) == (Kind.RUN, "hyperfine: 1 benchmark", None, "")
    assert (start.detail["looked"], start.detail["partial"]) == (["make build"], False)
    assert (fact.kind, fact.fingerprint) == (Kind.METRIC, "metric:make build|time|smaller")
    assert (fact.detail["values"], fact.detail["n"], fact.detail["unit"]) == (TIMES, 4, "s")
    assert fact.text == "make build: time 115 ms, 4 values"


def test_memory_is_a_measure_of_its_own():
    _, time, memory = facts(command(memory_usage_byte=[4_000_000, 5_000_000, 6_000_000]))
    assert (time.detail["metric"], memory.detail["metric"]) == ("time", "memory")
    assert (memory.detail["unit"], memory.detail["median"], memory.detail["better"]) == ("B", 5e6, "smaller")
    assert memory.text == "make build: memory 5 MB, 3 values"


def test_without_times_there_is_a_summary():
    fact = facts(command(times=None))[1]
    assert [fact.detail[name] for name in ("n", "mean", "median", "stray", "values")] == [4, 0.115, 0.115, 0.0129, []]
    one = facts({"command": "x", "mean": 2, "stddev": None, "median": 2.0})[1]
    assert [one.detail[name] for name in ("n", "mean", "stray")] == [1, 2.0, None]


@pytest.mark.parametrize(
    ("codes", "how"),
    [([0, 1, 0], "exit code 1"), ([0, None], "a signal"), ([127], "exit code 127"), (["x"], "a signal")],
)
def test_a_command_that_fails_measures_nothing(codes: list[object], how: str):
    reading = parse(command(), command("make broken", exit_codes=codes))
    why = f"make broken: it ended with {how}, and a command that fails measures nothing"
    assert [fact.kind for fact in reading.facts] == [Kind.RUN, Kind.METRIC]
    assert (reading.partial, reading.facts[0].detail["left_out"]) == (why, [why])
    assert reading.facts[0].detail["looked"] == ["make build"]
    with pytest.raises(NotAReport, match=rf"^h\.json: nothing in it can be taken: {why}$"):
        parse(command("make broken", exit_codes=codes))


def test_parameters_that_a_command_does_not_show_are_part_of_its_name():
    told = [command("build", parameters={"jobs": "8"}), command("build", parameters={"jobs": "16"})]
    assert [fact.detail.get("benchmark") for fact in facts(*told)[1:]] == ["build (jobs=8)", "build (jobs=16)"]
    shown = facts(command("build -j 8", parameters={"jobs": "8"}))[1]
    assert shown.detail["benchmark"] == "build -j 8"
    assert facts(command("", parameters=[]))[1].detail["benchmark"] == "(no command)"


def test_a_command_is_the_same_on_every_machine():
    names = "/home/ada/shop/run --all", "/builds/7/shop/run --all"
    assert len({facts(command(name))[1].fingerprint for name in names}) == 1


@pytest.mark.parametrize("times", [[0.1, -0.1], [0.1, None], ["fast"]])
def test_times_that_nobody_can_have_measured_are_left_out_by_name(times: list[object]):
    reading = parse(command(), command("odd", times=times))
    assert reading.partial.startswith("odd: ")
    assert len(reading.facts) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{}",
        b'{"results": []}',
        b'{"results": [{"command": "x"}]}',
        b'{"results": [{"mean": 1.0}]}',
        b'{"results": {}}',
    ],
)
def test_other_json_is_refused_by_name(data: bytes):
    with pytest.raises(
        NotAReport, match=r"^h\.json: not hyperfine's JSON; write it with `hyperfine --export-json FILE`"
    ):
        hyperfine.parse(data, "h.json")


def test_hidden_characters_and_secrets_reach_no_field():
    hostile = f"curl{TAGS}\u202e -H {KEY}"
    reading = parse(command(hostile, parameters={hostile: hostile}), command(hostile, exit_codes=[1]))
    text = json.dumps([reading.partial, [fact._asdict() for fact in reading.facts]], default=str)
    assert len(reading.facts) == 2
    for unwanted in (KEY, KEY[4:20], "\\u202e", "\\udb40"):
        assert unwanted not in text


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(data: bytes):
    check(lambda: hyperfine.parse(data, "r.json"))


@settings(max_examples=150)
@given(st.data())
def test_no_change_to_a_real_shape_breaks_the_reader(data: st.DataObject):
    document = changed({"results": [command(memory_usage_byte=[1, 2]), command("b", parameters={"n": "1"})]}, data)
    if hyperfine.claims(document):
        check(lambda: hyperfine.read(document, clean_line("r.json").text, "d"))


@given(st.lists(WILD, max_size=3) | WILD)
def test_no_wild_shape_breaks_the_reader(results: object):
    document = {"results": [command(), *results] if isinstance(results, list) else results}
    if hyperfine.claims(document):
        check(lambda: hyperfine.read(document, clean_line("r.json").text, "d"))
