"""Only a change is news: newly failing, fixed, still failing and flaky are told against the run before."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.transition import PASSED, Way, failing, told
from store.records import Condition

SUITE = "tests:local"
NOW = 1_000.0
KEY, VALUE = "test:t|KeyError|", "test:t|ValueError|"


class Seen(NamedTuple):
    """A test as it went in one run."""

    identity: str
    status: str
    fingerprint: str = ""


def bad(identity: str = "t", fingerprint: str = KEY, status: str = "failed") -> Seen:
    return Seen(identity, status, fingerprint)


def good(identity: str = "t") -> Seen:
    return Seen(identity, "passed")


def known(status: str, *, time: float = 100.0, item: str = "t") -> Mapping[str, Condition]:
    return {item: Condition(SUITE, item, status, time)}


def ways(before: Mapping[str, Condition], *cases: Seen, time: float = 200.0, **more: bool) -> list[Way]:
    return [way for _, way in told(before, cases, suite=SUITE, time=time, now=NOW, **more).changes]


def after(before: Mapping[str, Condition], *cases: Seen, time: float = 200.0, **more: bool) -> dict[str, Condition]:
    """How the suite stands after a run, as a store would keep it."""
    kept = told(before, cases, suite=SUITE, time=time, now=NOW, **more).conditions
    return {**before, **{each.item: each for each in kept}}


@pytest.mark.parametrize("status", ["failed", "error"])
def test_what_fails_for_the_first_time_or_again_is_news_and_what_fails_still_is_not(status: str) -> None:
    case = bad(status=status)
    assert ways({}, case) == [Way.FIRST]
    assert ways(known(PASSED), case) == [Way.NEW]
    assert ways(known(failing(KEY)), case) == [Way.STILL]


def test_failing_in_another_way_is_a_new_failure() -> None:
    assert ways(known(failing(KEY)), bad(fingerprint=VALUE)) == [Way.OTHER]
    assert after(known(failing(KEY)), bad(fingerprint=VALUE))["t"].status == failing(VALUE)


def test_what_failed_and_passes_is_fixed_once() -> None:
    before = known(failing(KEY))
    assert ways(before, good()) == [Way.FIXED]
    assert ways(after(before, good()), good(), time=300.0) == []


def test_a_flaky_test_is_told_and_stands_as_it_stood() -> None:
    flaky = Seen("t", "flaky", KEY)
    for before in ({}, known(PASSED), known(failing(KEY))):
        assert ways(before, flaky) == [Way.FLAKY]
        assert after(before, flaky) == before


@pytest.mark.parametrize("status", ["skipped", "whatever"])
def test_what_did_not_run_changes_nothing(status: str) -> None:
    for before in ({}, known(PASSED), known(failing(KEY))):
        said = told(before, [Seen("t", status)], suite=SUITE, time=200.0, now=NOW)
        assert said == ((), (), ())


def test_a_test_that_is_missing_from_a_run_stands_as_it_stood() -> None:
    before = {**known(failing(KEY)), **known(PASSED, item="u")}
    assert after(before, good("v"))["t"] == before["t"]
    assert after(before, good("v"))["u"] == before["u"]


def test_the_time_of_a_condition_is_that_of_the_newest_run() -> None:
    assert after(known(PASSED), good(), time=300.0)["t"].time == 300.0
    assert after(known(failing(KEY)), bad(), time=300.0)["t"].time == 300.0


# --- out of order, and clocks that disagree


def test_an_older_run_never_turns_newer_knowledge_back() -> None:
    for status in (PASSED, failing(KEY), failing(VALUE)):
        before = known(status, time=300.0)
        assert ways(before, bad(), time=200.0) == [Way.UNKNOWN]
        assert ways(before, good(), time=200.0) == []
        assert after(before, bad(), time=200.0) == after(before, good(), time=200.0) == before


def test_what_passed_in_an_older_run_is_not_known_to_be_well() -> None:
    cases = [good("t"), good("u")]
    said = told(known(PASSED, time=300.0), cases, suite=SUITE, time=200.0, now=NOW)
    assert [case.identity for case in said.passed] == ["u"], "nothing newer is known of this one"


def test_a_run_of_the_same_time_comes_after() -> None:
    assert ways(known(failing(KEY), time=200.0), good(), time=200.0) == [Way.FIXED]


def test_a_run_from_the_future_is_a_run_of_now() -> None:
    assert after({}, good(), time=NOW + 500.0)["t"].time == NOW


def test_what_a_clock_wrote_that_ran_ahead_makes_no_run_old() -> None:
    before = known(failing(KEY), time=NOW + 500.0)
    assert ways(before, good(), time=NOW - 10.0) == [Way.FIXED]
    assert after(before, good(), time=NOW - 10.0)["t"].time == NOW - 10.0


# --- what is not whole, and what was read before


def test_what_passed_in_a_run_that_is_not_whole_is_not_believed() -> None:
    before = known(failing(KEY))
    assert ways(before, good(), partial=True) == []
    assert after(before, good(), partial=True) == before
    assert ways(before, bad(fingerprint=VALUE), partial=True) == [Way.OTHER], "what failed in it did fail"


def test_a_run_that_was_read_before_is_no_news() -> None:
    before = known(failing(KEY))
    assert ways(before, bad(), read=True) == [Way.UNKNOWN]
    assert ways(before, good(), read=True) == []
    assert after(before, bad("u"), good(), read=True) == before


def test_a_condition_holds_no_words_of_the_failure() -> None:
    assert "KeyError" not in failing(KEY)
    assert failing(KEY) != failing(VALUE)


def test_which_ways_are_failures_that_somebody_may_have_caused() -> None:
    assert {way for way in Way if way.fails} == {Way.FIRST, Way.NEW, Way.OTHER, Way.UNKNOWN}


# --- any history at all

RUNS = st.lists(
    st.tuples(
        st.floats(0, 2_000),
        st.sampled_from(["passed", "failed", "error", "skipped", "flaky"]),
        st.sampled_from([KEY, VALUE]),
        st.booleans(),
    ),
    max_size=8,
)


@given(RUNS)
def test_in_any_order_of_runs_knowledge_only_grows_newer(runs: list[tuple[float, str, str, bool]]) -> None:
    standing: Mapping[str, Condition] = {}
    for time, status, fingerprint, partial in runs:
        bare = fingerprint if status in {"failed", "error", "flaky"} else ""
        case = Seen("t", status, bare)
        said = told(standing, [case], suite=SUITE, time=time, now=NOW, partial=partial)
        old, changed = standing.get("t"), [way for _, way in said.changes]
        standing = {**standing, **{each.item: each for each in said.conditions}}
        new = standing.get("t")
        assert new is None or new.time <= NOW
        assert old is None or (new is not None and new.time >= old.time)
        assert (Way.FIXED in changed) == (old is not None and new is not None and old.status != PASSED == new.status)
        assert bool(changed) or status in {"passed", "skipped"}


@given(RUNS)
def test_the_order_in_which_runs_of_different_times_arrive_does_not_matter_for_how_a_test_stands(
    runs: list[tuple[float, str, str, bool]],
) -> None:
    def stands(some: list[tuple[float, str, str, bool]]) -> Mapping[str, Condition]:
        standing: Mapping[str, Condition] = {}
        for time, status, fingerprint, partial in some:
            bare = fingerprint if status in {"failed", "error", "flaky"} else ""
            standing = after(standing, Seen("t", status, bare), time=time, partial=partial)
        return standing

    distinct = list({min(time, NOW): (time, *rest) for time, *rest in runs}.values())
    assert stands(distinct) == stands(sorted(distinct))  # pyright: ignore[reportArgumentType]
