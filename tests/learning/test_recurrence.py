"""A target recurred, was looked for and not found, or is unknown; never good because nobody looked."""

import pytest

from mcp_server.learning.recurrence import Recurrence, recurrence
from store.records import Evidence, Kind, Session, Source, Trust
from tests.store.facts import HERE, NOW, fact

TEST = "test:tests.test_cart::test_total|ValueError|src/cart.py:total"
DETECTOR = "tests.test_cart::test_total"
LINT, METRIC, CHECK = "lint:ruff|F401", "metric:parse|seconds|smaller", "check:build"
WORDS = "words:person|use uv, not pip"
REVIEW, HERS = "review:reviewer|use a set here", "review:github:ada|use a set here"
ADA = Source("pr", "github:ada", Trust.MEMBER)
STRANGER = Source("pr", "github:x", Trust.ANONYMOUS)


def told(target: str, *facts: Evidence, spoke: float = 0.0) -> Recurrence:
    session = Session("s1", HERE, "c", NOW, NOW, spoke)
    return recurrence(target, facts, trigger=NOW, session=session).recurrence


def failed(target: str, at: float, kind: Kind = Kind.FAILURE) -> Evidence:
    return fact(f"failed {target} {at}", kind=kind, fingerprint=target, time=NOW + at)


def run(**detail: object) -> Evidence:
    return fact(f"run {detail}", kind=Kind.RUN, time=NOW + 5, **({"partial": False} | detail))


def test_a_failure_after_the_trigger_recurred_and_one_before_it_did_not() -> None:
    assert told(TEST, failed(TEST, 0)) is Recurrence.RECURRED
    assert told(TEST, failed(TEST, -1)) is Recurrence.UNKNOWN
    assert told(TEST, failed(TEST, 5, Kind.FLAKY)) is Recurrence.RECURRED


def test_what_was_failing_before_the_session_and_still_does_says_nothing_of_it() -> None:
    assert told(TEST, failed(TEST, 5, Kind.STILL)) is Recurrence.UNKNOWN
    assert told(TEST, failed(TEST, 5, Kind.STILL), failed(TEST, 9, Kind.FIXED)) is Recurrence.ABSENT
    assert told(TEST, failed(TEST, 5, Kind.STILL), failed(TEST, 9)) is Recurrence.RECURRED
    other = TEST.replace("ValueError", "KeyError")
    assert other != TEST
    assert told(TEST, failed(other, 5, Kind.STILL)) is Recurrence.ABSENT, "its detector ran and failed otherwise"


def test_without_a_look_nothing_is_known() -> None:
    finding = recurrence(TEST, [], trigger=NOW)
    assert finding == (Recurrence.UNKNOWN, f"nothing shows that {DETECTOR} looked after the trigger")


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"looked": [DETECTOR]}, Recurrence.ABSENT),
        ({"looked": [DETECTOR], "partial": True}, Recurrence.ABSENT),
        ({"looked": ["tests.test_cart::other"]}, Recurrence.UNKNOWN),
        ({"covers": ["*"]}, Recurrence.ABSENT),
        ({"covers": ["*"], "partial": True}, Recurrence.UNKNOWN),
        ({"covers": ["tests"]}, Recurrence.ABSENT),
        ({"covers": ["tests.test_cart"]}, Recurrence.ABSENT),
        ({"covers": [DETECTOR]}, Recurrence.ABSENT),
        ({"covers": ["tests.test_car"]}, Recurrence.UNKNOWN),
        ({"covers": []}, Recurrence.UNKNOWN),
        ({}, Recurrence.UNKNOWN),
        ({"covers": ["*"], "sort": "lint"}, Recurrence.UNKNOWN),
    ],
)
def test_a_test_was_looked_for_if_it_was_among_those_that_ran(detail: dict[str, object], expected: Recurrence) -> None:
    assert told(TEST, run(**detail)) is expected
    assert told(TEST, run(**detail)._replace(time=NOW - 1)) is Recurrence.UNKNOWN


def test_another_failure_of_the_same_test_shows_that_it_ran() -> None:
    other = f"test:{DETECTOR}|KeyError|src/cart.py:total"
    assert told(TEST, failed(other, 5)) is Recurrence.ABSENT
    assert told(TEST, failed("test:t::other|KeyError|", 5)) is Recurrence.UNKNOWN


def test_a_linter_was_looked_for_if_it_ran_over_everything() -> None:
    assert told(LINT, run(sort="lint", tool="ruff")) is Recurrence.ABSENT
    assert told(LINT, run(sort="lint", tool="ruff", covers=["*"])) is Recurrence.ABSENT
    assert told(LINT, run(sort="lint", tool="ruff", covers=["src"])) is Recurrence.UNKNOWN
    assert told(LINT, run(sort="lint", tool="eslint")) is Recurrence.UNKNOWN
    assert told(LINT, run(sort="lint", tool="ruff", partial=True)) is Recurrence.UNKNOWN
    assert told(LINT, failed(LINT, 1)) is Recurrence.RECURRED


def test_a_benchmark_was_looked_for_if_it_was_measured() -> None:
    assert told(METRIC, run(sort="metrics", looked=["parse"])) is Recurrence.ABSENT
    assert told(METRIC, run(sort="metrics", looked=["print"])) is Recurrence.UNKNOWN
    assert told(METRIC, failed(METRIC, 1)) is Recurrence.RECURRED


def test_a_persons_words_count_as_looked_for_if_the_person_wrote_again() -> None:
    assert told(WORDS) is Recurrence.UNKNOWN
    assert told(WORDS, spoke=NOW) is Recurrence.UNKNOWN
    assert told(WORDS, spoke=NOW + 1) is Recurrence.ABSENT
    assert recurrence(WORDS, [], trigger=NOW).recurrence is Recurrence.UNKNOWN
    assert told(WORDS, fact("Use uv, not pip.", time=NOW + 1), spoke=NOW + 1) is Recurrence.RECURRED
    assert told(WORDS, fact("Run the tests.", time=NOW + 1), spoke=NOW + 1) is Recurrence.ABSENT
    agent = Source("tool", "agent:x", Trust.AGENT)
    assert told(WORDS, fact("Use uv, not pip.", time=NOW + 1, source=agent), spoke=NOW + 1) is Recurrence.ABSENT


def test_a_review_counts_as_looked_for_if_that_reviewer_reviewed() -> None:
    seen = fact("approved", kind=Kind.REVIEW, source=ADA, time=NOW + 9)
    assert told(REVIEW, seen) is Recurrence.ABSENT
    assert told(HERS, seen) is Recurrence.ABSENT
    assert told(HERS, seen._replace(source=ADA._replace(identity="github:eve"))) is Recurrence.UNKNOWN
    assert told(REVIEW, seen._replace(source=STRANGER)) is Recurrence.UNKNOWN
    remark = fact("Use a set here!", kind=Kind.COMMENT, source=ADA, time=NOW + 9)
    assert told(REVIEW, remark) is Recurrence.RECURRED
    assert told(REVIEW, remark._replace(text=seen.text, fingerprint=REVIEW)) is Recurrence.RECURRED
    assert told(REVIEW, remark._replace(source=STRANGER)) is Recurrence.UNKNOWN


def test_a_check_recurred_if_it_failed_again_and_was_looked_for_if_it_ended() -> None:
    def ended(bucket: str, name: str = "build") -> Evidence:
        return fact(bucket + name, kind=Kind.CHECK, bucket=bucket, name=name, time=NOW + 9)

    assert told(CHECK, ended("fail")) is Recurrence.RECURRED
    assert told(CHECK, ended("pass")) is Recurrence.ABSENT
    assert told(CHECK, ended("fail", "lint")) is Recurrence.UNKNOWN


def test_a_revert_is_always_looked_for() -> None:
    assert told("revert:git") is Recurrence.ABSENT
    assert told("revert:git", failed("revert:git", 1)) is Recurrence.RECURRED


def test_a_target_of_an_unknown_kind_is_known_by_its_own_facts_only() -> None:
    assert told("anything") is Recurrence.UNKNOWN
    assert told("anything", failed("anything", 1)) is Recurrence.RECURRED
    assert told("", fact("x", kind=Kind.CHANGE, time=NOW + 1)) is Recurrence.UNKNOWN
