"""The verdict on an episode: the strongest evidence speaks, and nothing is a success by default."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.outcome import NOBODY, Verdict, derive, of_episode, verdict
from store.records import Episode, Evidence, Kind, Outcome, Source, Trust
from tests.store.facts import HERE, NOW, fact, failure

AGENT = Source("MCP tool", "agent:x", Trust.AGENT)
ADA = Source("github pr.json", "github:ada", Trust.MEMBER)
EVE = Source("github pr.json", "github:eve", Trust.MEMBER)
STRANGER = Source("github pr.json", "github:nobody", Trust.ANONYMOUS)
TEST, LINT, METRIC = "test:t::a|ValueError|", "lint:ruff|F401", "metric:parse|seconds|smaller"


def run(failed: int, *, passed: int = 1, partial: bool = False, sort: str = "tests", at: float = 0) -> Evidence:
    detail = {"failed": failed, "passed": passed, "partial": partial, "sort": sort}
    return fact(f"run {failed} {passed} {at}", kind=Kind.RUN, time=NOW + at, **detail)


def report(outcome: str) -> Evidence:
    return fact(f"it was {outcome}", kind=Kind.REPORT, outcome=outcome, source=AGENT)


def review(state: str, source: Source = ADA, at: float = 0, ident: str = "7") -> Evidence:
    return fact(f"{state} {at}", kind=Kind.REVIEW, state=state, id=ident, source=source, time=NOW + at)


def pull_request(state: str, at: float = 0) -> Evidence:
    return fact(f"{state} {at}", kind=Kind.PULL_REQUEST, state=state, pull_request="o/r#5", time=NOW + at)


def check(bucket: str, name: str = "build", at: float = 0) -> Evidence:
    return fact(f"{name} {bucket} {at}", kind=Kind.CHECK, bucket=bucket, name=name, time=NOW + at)


def revert(*, reinstated: bool = False, at: float = 0) -> Evidence:
    return fact(f"revert {at}", kind=Kind.REVERT, commit="c1", reinstated=reinstated, time=NOW + at)


def test_nothing_is_known_by_default() -> None:
    assert verdict([]) == NOBODY == Verdict(Outcome.UNKNOWN, "nothing was observed that tells")
    assert derive([fact("a change", kind=Kind.CHANGE)]) is Outcome.UNKNOWN
    assert derive([fact("odd", kind=Kind.REPORT)]) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([run(0)], Outcome.SUCCESS),
        ([run(1)], Outcome.FAILURE),
        ([run(1), run(0, at=1)], Outcome.SUCCESS),
        ([run(0), run(1, at=1)], Outcome.FAILURE),
        ([run(1, sort="build"), run(0, at=1)], Outcome.MIXED),
    ],
)
def test_tests_are_believed_by_how_they_ended(runs: list[Evidence], expected: Outcome) -> None:
    assert derive([report("failure" if expected is Outcome.SUCCESS else "success"), *runs]) is expected


def test_a_run_of_which_something_is_not_known_is_no_success_and_no_failure() -> None:
    assert derive([run(0, partial=True)]) is Outcome.UNKNOWN
    assert derive([run(0, passed=0)]) is Outcome.UNKNOWN
    assert derive([run(0, partial=True), report("mixed")]) is Outcome.MIXED


def test_failures_that_were_there_before_say_nothing_about_an_episode() -> None:
    still = fact("t failed", kind=Kind.STILL, fingerprint=TEST)
    assert derive([run(1), still]) is Outcome.UNKNOWN
    assert derive([run(2), still, failure("test:t::b||", "s1")]) is Outcome.FAILURE


def test_a_clean_linter_is_no_success_and_new_problems_are_a_failure() -> None:
    assert derive([run(0, sort="lint")]) is Outcome.UNKNOWN
    assert derive([run(3, sort="lint"), failure(LINT, "s1")]) is Outcome.FAILURE
    assert derive([run(3, sort="lint"), fact("old", kind=Kind.STILL, fingerprint=LINT)]) is Outcome.UNKNOWN
    assert derive([run(3, sort="lint"), failure(LINT, "s1"), run(0, sort="lint", at=1)]) is Outcome.UNKNOWN


def test_checks_count_by_their_newest_result_and_one_failure_is_enough() -> None:
    assert derive([check("pass"), check("pass", "lint")]) is Outcome.SUCCESS
    assert derive([check("pass"), check("fail", "lint")]) is Outcome.FAILURE
    assert derive([check("fail"), check("pass", at=1)]) is Outcome.SUCCESS
    assert derive([check("skip"), check("cancel", "x")]) is Outcome.UNKNOWN
    assert derive([run(0), check("fail")]) is Outcome.MIXED


def test_a_persons_correction_weighs_most() -> None:
    said = fact("not like that")
    assert derive([said, report("success")]) is Outcome.FAILURE
    assert derive([said, run(0)]) is Outcome.FAILURE
    assert derive([said, run(1)]) is Outcome.FAILURE
    assert derive([fact("an agent's quote", source=AGENT), report("success")]) is Outcome.SUCCESS


def test_a_direction_for_the_future_says_nothing_about_the_work() -> None:
    assert derive([fact("From now on use uv.", corrects=False), run(0)]) is Outcome.SUCCESS
    assert derive([fact("No, use uv!", corrects=True), run(0)]) is Outcome.FAILURE


def test_the_newest_review_of_each_reviewer_is_their_verdict() -> None:
    assert derive([review("changes requested"), report("success")]) is Outcome.FAILURE
    assert derive([review("changes requested"), review("approved", at=1)]) is Outcome.SUCCESS
    assert derive([review("approved", at=1), review("changes requested")]) is Outcome.SUCCESS
    assert derive([review("changes requested"), review("approved", EVE)]) is Outcome.MIXED
    assert derive([review("changes requested"), review("dismissed", at=1), report("mixed")]) is Outcome.MIXED


def test_reviews_of_strangers_and_of_bots_are_no_verdict() -> None:
    assert derive([review("changes requested", STRANGER), run(0)]) is Outcome.SUCCESS
    assert derive([review("changes requested", AGENT)]) is Outcome.UNKNOWN


def test_a_merge_is_a_success_and_a_pull_request_closed_unmerged_a_failure() -> None:
    assert verdict([pull_request("merged"), run(1)]) == Verdict(Outcome.SUCCESS, "its pull request was merged")
    assert derive([pull_request("closed"), run(1)]) is Outcome.FAILURE
    assert derive([pull_request("closed"), pull_request("merged", at=1)]) is Outcome.SUCCESS
    assert derive([pull_request("merged"), fact("not like that")]) is Outcome.MIXED


def test_what_was_accepted_and_then_reverted_is_a_failure() -> None:
    assert verdict([pull_request("merged"), revert(at=9)]) == Verdict(Outcome.FAILURE, "it was reverted")
    assert derive([run(0), revert()]) is Outcome.FAILURE
    assert derive([pull_request("merged"), revert(at=9), revert(reinstated=True, at=20)]) is Outcome.SUCCESS
    assert verdict([run(1), revert()]).basis == "the last run of tests failed"


def test_work_that_a_person_mostly_rewrote_is_a_failure_where_nothing_stronger_speaks() -> None:
    rewritten = fact("rewritten", kind=Kind.REWORK, share=0.6)
    assert verdict([rewritten, report("success")]) == Verdict(Outcome.FAILURE, "a person rewrote 60% of its lines")
    assert derive([rewritten, run(0)]) is Outcome.SUCCESS
    assert derive([fact("a little", kind=Kind.REWORK, share=0.1), fact("amended", kind=Kind.REWORK)]) is Outcome.UNKNOWN


def test_a_benchmark_that_got_worse_is_a_failure_where_nothing_stronger_speaks() -> None:
    worse = failure(METRIC, "s1")
    assert verdict([worse, report("success")]) == Verdict(Outcome.FAILURE, "1 benchmark got worse")
    assert derive([worse, run(0)]) is Outcome.SUCCESS


def test_an_agents_report_counts_only_where_nothing_else_speaks_and_the_newest_counts() -> None:
    assert verdict([report("success"), report("mixed")]) == Verdict(Outcome.MIXED, "the agent says so")


def test_facts_of_a_session_belong_to_the_episode_they_name_or_happened_in() -> None:
    episodes = [Episode(ident, "s1", HERE, "", NOW + at, NOW + at) for ident, at in ((4, 0), (7, 100))]
    early, late, named = run(1, at=50), run(0, at=150), run(0, passed=3, at=150)._replace(episode=4)
    assert of_episode(4, episodes, [early, late, named]) == [early, named]
    assert of_episode(7, episodes, [early, late, named]) == [late]
    assert of_episode(7, [], [early, named]) == []


EVERYTHING = [run(1), run(0, at=1), review("approved", at=2), pull_request("merged", 3), revert(at=4), check("fail")]


@given(st.lists(st.sampled_from(EVERYTHING), unique_by=lambda each: each.hash, max_size=5))
def test_the_order_of_arrival_changes_nothing(facts: list[Evidence]) -> None:
    assert len({verdict(order) for order in permutations(facts)}) == 1
