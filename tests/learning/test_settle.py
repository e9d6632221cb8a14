"""Prove what a settled session comes to: verified and reported apart, silence where nothing tells, when it is due."""

from typing import Any

import pytest

from mcp_server.learning.settle import last_sign, outcomes
from mcp_server.learning.trials.policy import DAY
from store.records import Episode, Evidence, Kind, Session, Source, Trust
from tests.learning.days import AGENT
from tests.learning.workbench import MACHINE, TARGET
from tests.store.facts import HERE, NOW, PERSON, fact

SESSION = Session("s1", HERE, "claude-code", NOW, NOW + 60)
FIRST = Episode(1, "s1", HERE, "one task", NOW, NOW + 30)
SECOND = Episode(2, "s1", HERE, "another task", NOW + 100, NOW + 130)
HOUR = 3600.0


def ran(failed: int = 0, *, time: float = NOW + 10, sort: str = "tests") -> Evidence:
    run = {"sort": sort, "tool": "pytest", "passed": 3, "failed": failed, "partial": False}
    return fact(f"ran {failed} at {time}", kind=Kind.RUN, session="s1", source=MACHINE, time=time, **run)


def broke(time: float = NOW + 10, *, target: str = TARGET) -> Evidence:
    return fact(f"{target} {time}", kind=Kind.FAILURE, fingerprint=target, session="s1", source=MACHINE, time=time)


def report(outcome: object = "success", *, time: float = NOW + 20, ident: int = 0, **detail: object) -> Evidence:
    said: dict[str, object] = {"outcome": outcome, "helpful": [], "harmful": [], **detail}
    made = fact(f"I think {outcome}", kind=Kind.REPORT, session="s1", source=AGENT, time=time, **said)
    return made._replace(id=ident)


def corrected(source: Source = PERSON, **detail: object) -> Evidence:
    return fact("No, use uv.", kind=Kind.FEEDBACK, session="s1", source=source, time=NOW + 15, **detail)


def told(*facts: Evidence, episodes: tuple[Episode, ...] = (FIRST,), votable: tuple[str, ...] = ()) -> list[Any]:
    return list(outcomes(SESSION, episodes, facts, last=NOW, votable=votable))


def test_a_session_of_which_nothing_tells_is_one_that_was_not_reported() -> None:
    assert told() == [{"success": None}]
    assert told(episodes=()) == [{"success": None}]


def test_a_verified_verdict_and_a_report_are_two_outcomes_and_the_report_does_not_count_beside_it() -> None:
    assert told(ran(), report("failure")) == [
        {"source": "ci", "score": 1.0, "failing": False},
        {"source": "self", "score": 0.0, "beside": True},
    ]


def test_a_report_counts_where_nothing_was_verified() -> None:
    assert told(report("mixed")) == [{"source": "self", "score": 0.5}]
    assert told(report("failure", score=0.25)) == [{"source": "self", "score": 0.25}]


@pytest.mark.parametrize("score", [None, -0.1, 1.5, "much", float("nan")])
def test_a_score_that_is_none_leaves_the_word(score: object) -> None:
    assert told(report("success", score=score)) == [{"source": "self", "score": 1.0}]


@pytest.mark.parametrize("word", ["unknown", "superb", None])
def test_a_report_that_says_nothing_is_text_only(word: object) -> None:
    assert told(report(word)) == [{"source": "self", "success": None}]


def test_the_newest_report_of_an_episode_counts_also_when_it_was_kept_before_an_older_one() -> None:
    assert told(report("success", time=NOW + 90), report("failure", time=NOW + 20)) == [
        {"source": "self", "score": 1.0}
    ]
    assert told(report("failure", ident=2), report("success", ident=1)) == [{"source": "self", "score": 0.0}]


def test_each_episode_has_its_own_verdict() -> None:
    both = told(ran(), report("success", time=NOW + 110), episodes=(FIRST, SECOND))
    assert both == [{"source": "ci", "score": 1.0, "failing": False}, {"source": "self", "score": 1.0}]


def test_votes_are_told_once_for_rules_that_the_session_was_given_and_for_no_other() -> None:
    voted = report("success", helpful=[1, 1, 2, "R1"], harmful=[3])
    assert told(voted, votable=("R1", "R3")) == [
        {"source": "self", "score": 1.0, "helpful": ["R1"], "harmful": ["R3"]},
    ]
    assert told(report("success", helpful="R1"), votable=("R1",)) == [{"source": "self", "score": 1.0}]


def test_a_persons_complaint_is_negative_feedback_and_an_agents_or_praise_is_none() -> None:
    assert told(corrected())[0]["feedback"] == "neg"
    assert "feedback" not in told(corrected(AGENT))[0]
    assert "feedback" not in told(corrected(corrects=False))[0]
    assert "feedback" not in told(corrected(Source("review", "stranger", Trust.ANONYMOUS)))[0]


def test_newly_failing_tests_are_told_where_tests_ran_and_linters_are_no_tests() -> None:
    assert told(ran())[0]["failing"] is False
    assert told(broke())[0]["failing"] is True
    assert "failing" not in told(ran(sort="lint"), broke(target="lint:ruff|F401"))[0]


def test_how_long_a_session_lived_is_told_where_it_lived() -> None:
    assert outcomes(SESSION, [FIRST], [], last=NOW + 60.00049, votable=())[0]["duration"] == 60.0
    assert "duration" not in outcomes(SESSION, [FIRST], [], last=NOW, votable=())[0]


def test_the_last_sign_of_life_is_the_sessions_own_or_what_was_observed_in_it_within_a_day() -> None:
    assert last_sign(SESSION, [FIRST], []) == NOW + 60
    assert last_sign(SESSION._replace(spoke=NOW + 70), [], []) == NOW + 70
    assert last_sign(SESSION, [FIRST, SECOND], []) == NOW + 130
    chained = [ran(time=NOW + 40 * HOUR), ran(time=NOW + 20 * HOUR)]
    assert last_sign(SESSION, [FIRST], chained) == NOW + 40 * HOUR
    assert last_sign(SESSION, [FIRST], [ran(time=NOW + 5)]) == NOW + 60


def test_what_others_found_later_and_what_was_brought_in_days_afterwards_is_no_sign_of_life() -> None:
    found = ran(time=NOW + HOUR)._replace(how="by its commit")
    assert last_sign(SESSION, [FIRST], [found, ran(time=NOW + 2 * DAY)]) == NOW + 60
