"""Text of `go test -bench`: lines are values, threads are environment, and units without a direction are left out."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers import document
from mcp_server.importers.found import Found, NotAReport, Reading
from mcp_server.importers.metrics import gobench
from store.records import Kind
from tests.doors.readings import KEY, TAGS, check

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "bench"

TYPICAL = """\
goos: linux
goarch: amd64
pkg: example.org/shop/cart
cpu: Fast CPU 9000
BenchmarkTotal-8   \t 1000000\t      1000 ns/op\t     512 B/op\t       3 allocs/op
BenchmarkTotal-8   \t 1000000\t      1100 ns/op\t     512 B/op\t       3 allocs/op
BenchmarkTotal-8   \t 1000000\t      1200 ns/op\t     512 B/op\t       3 allocs/op
BenchmarkRead/size=10-8 \t 5000 \t 2.5 ns/op \t 400.0 MB/s
PASS
ok  \texample.org/shop/cart\t3.614s
"""


def parse(text: str) -> Reading:
    return gobench.parse(text.encode(), "r.txt")


def facts(text: str) -> list[Found]:
    return list(parse(text).facts)


def told(text: str) -> list[tuple[object, object, object, object]]:
    return [
        (fact.detail["benchmark"], fact.detail["metric"], fact.detail["n"], fact.detail["median"])
        for fact in facts(text)[1:]
    ]


def test_the_lines_of_one_benchmark_are_its_values():
    assert told(TYPICAL) == [
        ("example.org/shop/cart.BenchmarkTotal", "time", 3, 1.1e-06),
        ("example.org/shop/cart.BenchmarkTotal", "size", 3, 512.0),
        ("example.org/shop/cart.BenchmarkTotal", "allocs", 3, 3.0),
        ("example.org/shop/cart.BenchmarkRead/size=10", "time", 1, 2.5e-09),
        ("example.org/shop/cart.BenchmarkRead/size=10", "throughput", 1, 4e8),
    ]
    start, time, *_, throughput = facts(TYPICAL)
    assert (start.kind, start.text, start.detail["tool"]) == (Kind.RUN, "go: 2 benchmarks", "go")
    assert time.detail["values"] == [1e-06, 1.1e-06, 1.2e-06]
    assert (time.detail["unit"], time.detail["better"]) == ("s", "smaller")
    assert (throughput.detail["unit"], throughput.detail["better"]) == ("B/s", "bigger")
    assert throughput.fingerprint == "metric:example.org/shop/cart.BenchmarkRead/size=10|throughput|bigger"
    assert throughput.text == "example.org/shop/cart.BenchmarkRead/size=10: throughput 400 MB/s"


def test_threads_are_environment_and_no_part_of_the_name():
    lines = "".join(f"BenchmarkSum{suffix} 100 {value} ns/op\n" for suffix, value in (("", 8), ("-2", 4), ("-4", 2)))
    found = facts(lines)[1:]
    assert {fact.fingerprint for fact in found} == {"metric:BenchmarkSum|time|smaller"}
    assert [fact.detail["environment"] for fact in found] == [{"gomaxprocs": threads} for threads in ("1", "2", "4")]
    assert len({fact.key for fact in found}) == 3


def test_configuration_holds_from_its_line_on():
    text = """\
goos: linux
pkg: a
BenchmarkX 1 5 ns/op
pkg: b
toolchain: go1.24
note: anything at all
BenchmarkX 1 6 ns/op
goos:
BenchmarkX 1 7 ns/op
commit: 9D55AB0434C9088746AE2D134702D782BF088644
branch: topic
"""
    found = facts(text)
    assert [(fact.detail["benchmark"], fact.detail["median"]) for fact in found[1:]] == [
        ("a.BenchmarkX", 5e-09),
        ("b.BenchmarkX", 6e-09),
        ("b.BenchmarkX", 7e-09),
    ]
    assert [fact.detail["environment"] for fact in found[1:]] == [
        {"gomaxprocs": "1", "goos": "linux"},
        {"gomaxprocs": "1", "goos": "linux", "toolchain": "go1.24"},
        {"gomaxprocs": "1", "toolchain": "go1.24"},
    ]
    assert (found[0].commit, found[0].branch) == ("9d55ab0434c9088746ae2d134702d782bf088644", "topic")


def test_a_unit_of_its_own_is_taken_where_its_line_says_what_is_better():
    text = "Unit frames/s better=higher\nUnit depth better=lower assume=exact\nUnit odd better=sideways\nUnit\n"
    found = facts(f"{text}BenchmarkX 1 5 ns/op 60 frames/s 7 depth 3 odd 2 p99-ms\n")
    assert [(fact.detail["metric"], fact.detail["better"]) for fact in found[1:]] == [
        ("time", "smaller"),
        ("frames/s", "bigger"),
        ("depth", "smaller"),
    ]
    assert found[0].detail["left_out"] == [
        "`odd` of BenchmarkX: nobody says what is better; print `Unit odd better=lower` or `better=higher`",
        "`p99-ms` of BenchmarkX: nobody says what is better; print `Unit p99-ms better=lower` or `better=higher`",
    ]


def test_a_unit_nobody_explains_is_left_out_once_for_all_its_benchmarks():
    reading = parse("BenchmarkX 1 5 ns/op 1 odd\nBenchmarkY 1 5 ns/op 1 odd\nBenchmarkZ 1 5 ns/op 1 odd\n")
    assert reading.partial.startswith("`odd` of BenchmarkX and 2 others: nobody says what is better")
    with pytest.raises(NotAReport, match=r"^r\.txt: nothing in it can be taken: `odd` of BenchmarkX: nobody says"):
        parse("BenchmarkX 1 1 odd\n")


def test_a_common_unit_that_go_does_not_print_itself_is_a_metric_of_its_own():
    assert told("BenchmarkX 1 5 ns/op 2 ms/op 3 req/s\n") == [
        ("BenchmarkX", "time", 1, 5e-09),
        ("BenchmarkX", "ms/op", 1, 0.002),
        ("BenchmarkX", "req/s", 1, 3.0),
    ]


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-5", "1e999", "0x1p-2", "five"])
def test_values_that_nobody_can_have_measured_are_left_out_by_name(value: str):
    reading = parse(f"BenchmarkX 1 5 ns/op\nBenchmarkY 1 {value} ns/op\n")
    assert reading.partial.startswith("BenchmarkY: ")
    assert len(reading.facts) == 2


def test_what_failed_is_named():
    text = """\
BenchmarkX 1 5 ns/op
--- FAIL: BenchmarkY
    y_test.go:7: wrong
panic: runtime error
FAIL\texample.org/shop\t1.2s
FAIL
"""
    assert parse(text).facts[0].detail["left_out"] == [
        "BenchmarkY: it failed",
        "line 4: panic: runtime error",
        "line 5: FAIL example.org/shop 1.2s",
        "line 6: FAIL",
    ]


def test_a_line_that_breaks_off_is_named_and_the_rest_of_it_counts():
    assert parse("BenchmarkX 1 5 ns/op 12\n").facts[0].detail["left_out"] == ["BenchmarkX: line 1 breaks off"]
    assert parse("BenchmarkX 1 5 ns/op\nBenchmarkY 1\n").facts[0].detail["left_out"] == [
        "BenchmarkY: line 2 breaks off"
    ]


def test_other_lines_are_passed_over():
    text = "BenchmarkX\nBenchmarks are fun\nUniteds win\n# note\nx y: z\nBenchmarkX 1 5 ns/op\n" + "a" * 20_000 + "\n"
    assert told(text) == [("BenchmarkX", "time", 1, 5e-09)]
    assert parse(text).partial == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_text_of_any_shell_is_read(encoding: str):
    assert len(gobench.parse(TYPICAL.encode(encoding), "r.txt").facts) == 6


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PASS\nok  \tx\t1s\n",
        "BenchmarkX\n",
        "BenchmarkX 1\n",
        " BenchmarkX 1 5 ns/op\n",
        '{"Output": "BenchmarkX 1 5 ns/op"}',
    ],
)
def test_a_text_without_a_result_is_refused_by_name(text: str):
    assert not gobench.claims(text)
    with pytest.raises(
        NotAReport, match=r"^r\.txt: it holds no result of a Go benchmark; write it with `go test -bench"
    ):
        parse(text)


def test_bytes_that_are_no_text_and_files_without_end_are_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(NotAReport, match="is not UTF-8"):
        gobench.parse(b"BenchmarkX 1 5 ns/op \xff", "r.txt")
    monkeypatch.setattr(document, "LARGEST", 10)
    with pytest.raises(NotAReport, match=r"r\.txt: 20 bytes, at most 10 are read; split it"):
        gobench.parse(b"BenchmarkX 1 5 ns/op", "r.txt")


def test_hidden_characters_and_secrets_reach_no_field():
    hostile = f"x{TAGS}\u202e/{KEY}"
    text = f"pkg: {hostile}\ncpu: {hostile}\nbranch: {hostile}\nUnit {hostile} better=lower\n"
    text += f"Benchmark{hostile} 1 5 ns/op 3 {hostile} 4 odd{hostile}\n--- FAIL: {hostile}\nFAIL {hostile}\n"
    reading = parse(text)
    shown = json.dumps([reading.partial, [fact._asdict() for fact in reading.facts]], default=str)
    assert len(reading.facts) == 3
    for unwanted in (KEY, KEY[4:20], "\\u202e", "\\udb40"):
        assert unwanted not in shown


def test_a_secret_at_the_end_of_what_is_shown_of_a_line_is_not_torn_open():
    for width in range(160, 200, 3):
        found = parse(f"BenchmarkX 1 5 ns/op\nFAIL {'y' * width} {KEY}\n")
        assert "ghp_" not in json.dumps(found.facts[0].detail["left_out"])


PIECES = [
    "BenchmarkX-8",
    "Benchmark",
    " 1 ",
    " 5 ns/op",
    " 3 odd",
    "\n",
    "pkg: a\n",
    "Unit odd better=lower\n",
    "FAIL\n",
    "é",
    "\r",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=20).map("".join))
def test_no_mixture_of_lines_breaks_the_reader(text: str):
    check(lambda: gobench.parse(text.encode("utf-8", "replace"), "r.txt"))


@settings(max_examples=150)
@given(st.data())
def test_no_change_to_a_real_text_breaks_the_reader(data: st.DataObject):
    changed = bytearray(TYPICAL.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed)))
        changed[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=6))
    check(lambda: gobench.parse(bytes(changed), "r.txt"))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_a_real_text_holds_what_was_counted_by_hand():
    text = (SAMPLES / "benchmark-action__test__data__extract__go_output.txt").read_text(encoding="utf-8")
    assert told(text) == [
        ("BenchmarkFib10", "time", 1, 3.25e-07),
        ("BenchmarkFib20", "time", 1, 4.0537123e-05),
        ("BenchmarkFib/my_tabled_benchmark_-_10", "time", 1, 3.25e-07),
        ("BenchmarkFib/my_tabled_benchmark_-_20", "time", 1, 4.0537123e-05),
        ("BenchmarkFib/my/tabled/benchmark_-_20", "time", 1, 4.0537456e-05),
        ("BenchmarkFib/my/tabled/benchmark_-_20,var1=13,var2=14", "time", 1, 4.0537456e-05),
        ("BenchmarkFib11", "time", 1, 2.627e-07),
        ("BenchmarkFib22", "time", 1, 3.1915e-05),
    ]
    threads = [fact.detail["environment"] for fact in facts(text)[1:]]
    assert [where["gomaxprocs"] for where in threads if isinstance(where, dict)] == [
        "8",
        "1",
        "8",
        "1",
        "1",
        "1",
        "16",
        "16",
    ]
    assert parse(text).partial.startswith("`auxMetricUnits` of BenchmarkFib11 and 1 other: nobody says what is better")
