"""A failure keeps its name from run to run and from machine to machine, and two failures never share one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.fingerprint import (
    Fingerprint,
    bounded,
    name_of_test,
    normalised,
    of_sentence,
    of_test_failure,
    parse,
)

CART = {"test": "tests.test_cart::test_total", "exception": "AssertionError", "frame": "src/cart.py:total"}


def test_a_test_failure_is_its_test_its_exception_and_its_frame():
    found = of_test_failure(**CART)
    assert str(found) == "test:tests.test_cart::test_total|AssertionError|src/cart.py:total"
    assert found.detector == "tests.test_cart::test_total"
    assert found.readable() == "test tests.test_cart::test_total fails with AssertionError in src/cart.py:total"


def test_what_is_not_known_is_left_out_of_the_readable_line():
    assert of_test_failure(test="t", exception="", frame="").readable() == "test t fails"


def test_a_sentence_is_the_same_in_any_case_quotes_and_punctuation():
    said = of_sentence("Use `uv`, never pip!")
    assert said == of_sentence("use \u201cuv\u201d, never  PIP.") == of_sentence("**Use uv, never pip**")
    assert str(said) == "words:person|use uv, never pip"
    assert said.readable() == 'a person said: "use uv, never pip"'


def test_apostrophes_of_both_kinds_are_one():
    assert of_sentence("Don't mock the clock") == of_sentence("don\u2019t mock the clock")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at most 88 characters", "at most 120 characters"),
        ("use Python 3.12", "use Python 3.13"),
        ("use uv", "use pip"),
        ("max-line-length:100", "max-line-length:120"),
    ],
)
def test_sentences_that_ask_for_different_things_differ(one: str, other: str):
    assert of_sentence(one) != of_sentence(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("you broke src/cart.py:12 again", "you broke src/cart.py:98 again"),
        ("on line 42 you print", "on line 7 you print"),
        ("do not commit on 2026-11-22", "do not commit on 2027-01-05"),
        ("see PR 12", "see PR 4711"),
        ("/home/ada/shop/cart.py is wrong", "/Users/bob/work/shop/cart.py is wrong"),
        ("commit 9fceb02d0ae5 broke it", "commit 1a2b3c4d5e6f broke it"),
    ],
)
def test_sentences_that_differ_by_the_day_or_the_machine_are_one(one: str, other: str):
    assert of_sentence(one) == of_sentence(other)


SIGHTINGS = [
    ("line numbers", "src/cart.py:12: in total", "src/cart.py:340: in total"),
    ("line and column", "cart.ts(12,5): error", "cart.ts(99,1): error"),
    ("lines in words", 'File "cart.py", line 12, in total', 'File "cart.py", line 13, in total'),
    ("home folders", "no file /home/ada/shop/data/x.json", "no file /Users/bob/src/shop/data/x.json"),
    ("Windows folders", r"no file C:\Users\ada\shop\x.json", r"no file D:\work\shop\x.json"),
    ("folders of a CI", "no file /builds/team/shop/x.json", "no file /home/runner/work/shop/shop/x.json"),
    ("folders of anybody", "no file /data/one/x.json", "no file /elsewhere/two/three/x.json"),
    ("file URLs", "at file:///home/ada/shop/x.mjs:3:1", "at file:///opt/shop/x.mjs:9:7"),
    ("a home alone", "cannot write /home/ada", "cannot write /home/bob"),
    ("temporary files", "no file /tmp/tmpab12cd3x", "no file /tmp/tmpzz98yy7w"),
    ("temporary files of a Mac", "no /var/folders/ab/c1/T/tmpq1w2e3", "no /var/folders/zz/d9/T/tmpr4t5y6"),
    ("pytest's folders", "/tmp/pytest-of-ada/pytest-12/test_x0/o.txt", "/tmp/pytest-of-ci/pytest-0/test_x0/o.txt"),
    ("addresses", "<Cart object at 0x7f3a9c1b2d30>", "<Cart object at 0x10e8f5c70>"),
    ("UUIDs", "order f47ac10b-58cc-4372-a567-0e02b2c3d479", "order 9c5b94b1-35ad-49bb-b118-8e8fc24abf80"),
    ("hashes", "blob 9fceb02d0ae598e95dc970b74767f19372d61af8", "blob 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"),
    ("short hex", "flags 0x1f", "flags 0x2e"),
    ("timings", "timed out after 0.53s", "timed out after 12 seconds"),
    ("long timings", "took 3 min", "took 41 minutes"),
    ("ports", "cannot connect to localhost:8080", "cannot connect to localhost:43567"),
    ("ports of an IP", "bind 127.0.0.1:80", "bind 127.0.0.1:9000"),
    ("ports of a host", "connect to db.internal:5432", "connect to db.internal:15432"),
    ("ports in words", "port 8080 is taken", "port 9090 is taken"),
    ("ISO dates", "expired 2026-11-22T10:01:02.123Z", "expired 2027-01-01 23:59:59+01:00"),
    ("written dates", "expired 22 Nov 2026", "expired 1 January 2027"),
    ("American dates", "expired Nov 22, 2026", "expired March 3, 2027"),
    ("numeric dates", "expired 22.11.2026", "expired 1/12/2027"),
    ("clocks", "at 10:01:02 it stopped", "at 23:59 it stopped"),
    ("counters", "worker 3 of 8 died", "worker 7 of 8 died"),
    ("counters with a sign", "issue #12", "issue #13"),
    ("counters in names", "database test_17 is locked", "database test_4 is locked"),
    ("ids", "no user with id=17", "no user with id=4711"),
    ("long ids", "no order 1234567", "no order 7654321"),
    ("numbers", "AssertionError: 143 != 0", "AssertionError: 7 != 1"),
    ("decimals", "expected 1.50 but got 2.25", "expected 3.75 but got 1e-9"),
]


@pytest.mark.parametrize(("one", "other"), [pair[1:] for pair in SIGHTINGS], ids=[pair[0] for pair in SIGHTINGS])
def test_a_message_is_the_same_whatever_changes_from_run_to_run(one: str, other: str):
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("exit code 1", "exit code 137"),
        ("HTTP 404", "HTTP 500"),
        ("status: 200", "status: 403"),
        ("no file /home/ada/shop/x.json", "no file /home/ada/shop/y.json"),
        ("cannot decode utf8", "cannot decode utf16"),
        ("no module named numpy", "no module named pandas"),
        ("GET /api/users failed", "GET /api/orders failed"),
    ],
)
def test_messages_of_different_failures_differ(one: str, other: str):
    assert normalised(one) != normalised(other)


def test_a_message_of_several_lines_is_one_line():
    assert normalised("assert 1 == 2\n +  where 1 = total()") == "assert <n> == <n> + where <n> = total()"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t::test_x[<Cart object at 0x7f3a9c1b2d30>]", "t::test_x[<Cart object at 0x10e8f5c70>]"),
        ("t::test_x[/tmp/pytest-of-ada/pytest-1/x0/a.txt]", "t::test_x[/tmp/pytest-of-ci/pytest-7/x0/a.txt]"),
        ("t::test_x[9fceb02d0ae598e9]", "t::test_x[0a1b2c3d4e5f6071]"),
        ("t::test_x[f47ac10b-58cc-4372-a567-0e02b2c3d479]", "t::test_x[9c5b94b1-35ad-49bb-b118-8e8fc24abf80]"),
        ("TestCart-20260131120000::test_x", "TestCart-20270506070809::test_x"),
        ("t::test_x[1767225600]", "t::test_x[1767999999]"),
    ],
)
def test_a_parameter_that_changes_with_every_run_does_not_make_another_test(one: str, other: str):
    assert name_of_test(one) == name_of_test(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t::test_x[1]", "t::test_x[2]"),
        ("t::test_x[2024-01-31]", "t::test_x[2024-02-30]"),
        ("t::test_x[8080]", "t::test_x[9090]"),
        ("t::test_x[0x1f]", "t::test_x[0x2e]"),
        ("t::test_x[1000000000]", "t::test_x[2000000000]"),
        ("GET /api/v1/users.json", "GET /api/v2/users.json"),
        ("GET /home", "GET /users"),
        ("a|b", "a%7Cb"),
    ],
)
def test_parameters_that_somebody_wrote_are_kept_apart(one: str, other: str):
    assert name_of_test(one) != name_of_test(other)
    seen = {**CART, "test": one}, {**CART, "test": other}
    assert str(of_test_failure(**seen[0])) != str(of_test_failure(**seen[1]))


@pytest.mark.parametrize("part", ["test", "exception", "frame"])
def test_two_failures_that_differ_in_one_part_do_not_collide(part: str):
    assert str(of_test_failure(**CART)) != str(of_test_failure(**{**CART, part: "another"}))


@pytest.mark.parametrize("frame", ["src/cart.py:12:total", "src/cart.py:98:total", "src/cart.py:total"])
def test_a_line_number_in_the_frame_is_dropped(frame: str):
    assert of_test_failure(**{**CART, "frame": frame}) == of_test_failure(**CART)


def test_an_absolute_frame_is_the_same_on_two_machines():
    frames = "/home/ada/shop/src/cart.py:total", r"C:\work\shop\src\cart.py:12"
    seen = [of_test_failure(test="t", exception="E", frame=frame).rest[1] for frame in frames]
    assert seen == [".../cart.py:total", ".../cart.py"]


def test_a_long_piece_keeps_a_readable_head_and_is_told_from_its_like_by_a_digest():
    one, other = bounded("a b " * 100 + "x", 60), bounded("a b " * 100 + "y", 60)
    assert one != other
    assert re.fullmatch(r"(a b )+.*~[0-9a-f]{12}", one)
    assert len(one) <= 60
    assert bounded("\n short\t one ", 60) == "short one"


def test_two_long_tests_with_one_beginning_do_not_collide():
    for length in (60, 6000):
        names = ["tests.test_cart::" + "very_" * length + end for end in ("small", "large")]
        assert name_of_test(names[0]) != name_of_test(names[1])


def test_a_cut_never_tears_an_escaped_sign():
    for width in range(30, 60):
        piece = bounded("%|" * 100, width)
        assert str(parse(f"{Fingerprint('test', piece)}")) == f"{Fingerprint('test', piece)}"


def test_text_that_is_no_fingerprint_is_read_as_a_bare_detector():
    assert parse("") == Fingerprint("", "")
    assert parse("Some Thing") == Fingerprint("", "Some Thing")
    assert str(parse("Some Thing")) == parse("Some Thing").readable() == "Some Thing"


def test_kinds_that_others_add_are_readable_too():
    lint = Fingerprint("lint", "ruff", ("E501", "src/cart.py"))
    assert parse(str(lint)) == lint
    assert lint.readable() == "lint ruff: E501, src/cart.py"
    assert Fingerprint("test", "t").readable() == "test t"


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("lint:ruff|F401", "ruff finds F401"),
        ("types:mypy|arg-type", "mypy finds arg-type"),
        ("check:build", "check build fails"),
        ("review:github:alice|use the helper", 'github:alice said in review: "use the helper"'),
        (
            "metric:bench.py::test_a|time|smaller",
            "benchmark bench.py::test_a gets worse: its time, of which smaller is better",
        ),
        ("metric:parse|rate|bigger", "benchmark parse gets worse: its rate, of which bigger is better"),
        ("metric:parse|rate|sideways", "metric parse: rate, sideways"),
        ("check:build|later", "check build: later"),
    ],
)
def test_every_kind_is_readable_by_a_person_who_asks_why(stored: str, words: str):
    assert parse(stored).readable() == words


TEXT = st.text(max_size=400) | st.text(alphabet="ab0x1f9-:/\\.%|~<> \n#T(),é\u202e\U000e0041", max_size=400)


@given(TEXT, TEXT, TEXT)
def test_every_failure_has_a_short_single_line_that_reads_back(test: str, exception: str, frame: str):
    found = of_test_failure(test=test, exception=exception, frame=frame)
    stored = str(found)
    assert parse(stored) == found
    assert len(stored) <= 300
    assert len(stored.splitlines()) == 1
    assert len(found.readable().splitlines()) == 1


@given(TEXT)
def test_every_sentence_has_a_short_single_line_that_reads_back(text: str):
    found = of_sentence(text)
    assert parse(str(found)) == found
    assert len(str(found)) <= 300
    assert len(str(found).splitlines()) == 1


@given(st.text(), st.lists(st.text()).map(tuple))
def test_any_detector_and_parts_read_back(detector: str, parts: tuple[str, ...]):
    assert parse(str(Fingerprint("kind", detector, parts))) == Fingerprint("kind", detector, parts)


@given(TEXT | st.lists(TEXT | st.text("0123456789abcdef%|~", min_size=20), min_size=3).map("".join))
def test_a_name_that_was_made_stable_stays_as_it_is(text: str):
    assert name_of_test(name_of_test(text)) == name_of_test(text)


@given(TEXT)
def test_reading_any_message_gives_one_line(text: str):
    assert "\n" not in normalised(text)
