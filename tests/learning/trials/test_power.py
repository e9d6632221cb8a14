"""How long until something is known: the answer is the engine's own, and says what it does not know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.learning.trials.errors import SettingError
from mcp_server.learning.trials.policy import PER_RULE, POLICY
from mcp_server.learning.trials.power import (
    Other,
    Plan,
    Scenario,
    Wait,
    advice,
    changes,
    others,
    plan,
    question,
    sentences,
)

STRONG = Scenario(effect=0.6, base=0.7, target=True, explore=1.0)


def test_a_strong_effect_is_known_soon_and_the_same_seed_gives_the_same_answer() -> None:
    told = plan(STRONG, seed=3, runs=20, horizon=200)
    assert told == plan(STRONG, seed=3, runs=20, horizon=200)
    assert told != plan(STRONG, seed=4, runs=20, horizon=200)
    assert told.promoted.runs == 20
    assert told.promoted.half is not None
    assert told.promoted.most is not None
    assert 15 <= told.promoted.half <= told.promoted.most <= 100
    assert told.undecided == 0
    assert told.known is told.promoted
    assert (told.known.after[9], told.known.after[15]) == (told.known.half, told.known.most)
    assert 0.4 < told.shown < 0.7


def test_a_weaker_effect_takes_longer_and_earning_takes_longer_than_learning() -> None:
    def half(scenario: Scenario) -> int:
        found = plan(scenario, seed=3, runs=20, horizon=600).promoted.half
        assert found is not None
        return found

    assert half(STRONG) < half(STRONG._replace(effect=0.35))
    assert half(STRONG) < half(STRONG._replace(explore=0.0))


def test_a_rule_that_does_nothing_is_hardly_ever_shown_to_help() -> None:
    told = plan(Scenario(effect=0.0), seed=3, runs=20, horizon=200)
    assert told.promoted.runs <= 1
    assert told.promoted.half is None


def test_a_harmful_rule_is_retired() -> None:
    told = plan(Scenario(effect=-0.4), seed=3, runs=20, horizon=400)
    assert told.retired.runs == 20
    assert told.promoted == Wait(0, None, None)
    assert told.known is told.retired
    assert told.shown < 0.5


def test_among_many_rules_more_evidence_is_asked_for_unless_each_is_guarded_for_itself() -> None:
    crowd = STRONG._replace(rules=60)
    alone, many = plan(STRONG, seed=3, runs=15, horizon=300), plan(crowd, seed=3, runs=15, horizon=300)
    assert alone.promoted.half is not None
    assert many.promoted.half is not None
    assert alone.promoted.half < many.promoted.half
    each = plan(crowd, seed=3, runs=15, horizon=300, policy=POLICY._replace(guard=PER_RULE))
    assert each.promoted == alone.promoted


def test_a_detector_that_seldom_runs_makes_it_longer() -> None:
    seldom = plan(STRONG._replace(looked=0.5), seed=3, runs=15, horizon=400)
    always = plan(STRONG, seed=3, runs=15, horizon=400)
    assert always.promoted.half is not None
    assert (seldom.promoted.half or 401) > always.promoted.half


def test_days_follow_from_the_pace_and_the_scope() -> None:
    told = Plan(Scenario(effect=0.1, per_day=5, scope=0.2), 10, 100, Wait(0, None, None), Wait(0, None, None), 10, 0.5)
    assert told.days(100) == 100
    assert told.days(1) == 1
    few = plan(STRONG._replace(per_day=0.5), seed=3, runs=2, horizon=60)
    assert few.horizon == 60
    assert few.days(60) == 120


def test_progress_is_told_after_every_run() -> None:
    heard: list[int] = []
    plan(STRONG, seed=3, runs=3, horizon=20, said=heard.append)
    assert heard == [1, 2, 3]


def test_the_answer_in_words_names_runs_days_and_what_stayed_open() -> None:
    told = Plan(STRONG, 100, 200, Wait(85, 30, 61), Wait(5, None, None), 10, 0.55)
    assert sentences(told) == [
        "100 simulated projects, 5 sessions a day in scope, 200 sessions (40 days, 6 weeks) at most.",
        "By chance alone, a share of so many can be off by 10 points.",
        "In 85 of 100 the rule was shown to help.",
        "Half of the projects had come to that after 30 sessions in scope (6 days).",
        "Four of five had come to that after 61 sessions in scope (13 days).",
        "In 5 of 100 the rule was retired, though it helps.",
        "In 10 of 100 nothing was decided within 200 sessions (40 days, 6 weeks).",
        "While it was on trial, 55% of the sessions in scope were given the rule.",
    ]
    nothing = told._replace(promoted=Wait(0, None, None), retired=Wait(100, 20, 40), undecided=0)
    assert sentences(nothing)[2:4] == [
        "In none of them was the rule shown to help.",
        "In 100 of 100 the rule was retired, though it helps.",
    ]


def test_an_end_that_too_few_projects_ever_came_to_is_said_so() -> None:
    slow = STRONG._replace(per_day=0.5)
    told = Plan(slow, 100, 1000, Wait(70, 30, None), Wait(0, None, None), 30, 0.55)
    assert sentences(told)[2:5] == [
        "In 70 of 100 the rule was shown to help.",
        "Half of the projects had come to that after 30 sessions in scope (60 days, 9 weeks).",
        "Fewer than four of five ever came to that within 1000 sessions (about 5 years).",
    ]
    few = Plan(Scenario(effect=0.0), 100, 1, Wait(3, None, None), Wait(20, None, None), 77, 0.55)
    assert sentences(few)[2:6] == [
        "In 3 of 100 the rule was shown to help, though it does not.",
        "In 20 of 100 the rule was retired.",
        "Fewer than half of the projects ever came to that within 1 session (1 day).",
        "In 77 of 100 nothing was decided within 1 session (1 day).",
    ]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (
            Scenario(effect=0.4, base=0.5, target=True),
            "A rule whose target recurs in 10% of sessions, not 50%, 5 sessions a day, explore 0.",
        ),
        (
            Scenario(effect=0.4, base=0.5, target=True, scope=0.2, looked=0.125, rules=3, per_day=2000, explore=0.5),
            (
                "A rule whose target recurs in 10% of sessions, not 50%, 2000 sessions a day, 20% of them in its "
                "scope, its target looked for in 12.5%, 3 rules on trial, explore 0.5."
            ),
        ),
        (
            Scenario(effect=0.1),
            "A rule with which 80% of sessions succeed, not 70%, 5 sessions a day, explore 0.",
        ),
        (
            Scenario(effect=0.0),
            "A rule with which 70% of sessions succeed, as without it (70%), 5 sessions a day, explore 0.",
        ),
    ],
)
def test_the_question_is_told_with_all_that_was_taken_for_granted(scenario: Scenario, words: str) -> None:
    assert question(scenario) == words


def test_what_a_person_could_change_depends_on_what_is_not_so_yet() -> None:
    assert changes(STRONG) == {}
    assert changes(Scenario(effect=-0.1, explore=1.0)) == {}
    crowd = Scenario(effect=0.3, base=0.5, target=True, looked=0.5, rules=4)
    assert changes(crowd) == {
        "explore 1": crowd._replace(explore=1.0),
        "looked 100%": crowd._replace(looked=1.0),
        "no other rule on trial": crowd._replace(rules=1),
    }
    success = Scenario(effect=0.1, explore=1.0)
    assert changes(success) == {
        "a target (at best: all 10 points are one failure, always prevented and always looked for)": success._replace(
            target=True, base=0.1
        )
    }


def test_what_would_be_quicker_is_found_by_playing_it() -> None:
    asked = STRONG._replace(explore=0.0, rules=2)
    heard: list[int] = []
    found = plan(asked, seed=3, runs=20, horizon=200)
    learning, alone = others(found, seed=3, said=heard.append)
    assert (learning.change, learning.quicker, alone.quicker) == ("explore 1", True, False)
    assert learning.before == found.promoted.half
    assert learning.plan.promoted.half is not None
    assert learning.plan.promoted.half < learning.before
    assert heard == list(range(1, 41))
    first, second = advice(found, [learning, alone])
    assert first.startswith(f"Quicker with explore 1: half of the projects know after {learning.plan.promoted.half} ")
    assert first.endswith("% of sessions are given the rule.")
    assert second == "Not clearly quicker with no other rule on trial."


def test_where_half_of_the_projects_never_know_the_shares_are_compared() -> None:
    found = Plan(Scenario(effect=0.1), 50, 100, Wait(10, None, None, (90,) * 10), Wait(0, None, None), 40, 0.8)
    told = found._replace(promoted=Wait(45, 50, None, (50,) * 30 + (100,) * 15), shown=0.55)
    assert advice(found, [Other("explore 1", told, 100, True)]) == [
        (
            "Quicker with explore 1: 45 of 50 projects know within 100 sessions (20 days, 3 weeks), not 10; "
            "55% of sessions are given the rule."
        )
    ]


def test_what_chance_may_have_done_is_not_called_quicker() -> None:
    found = plan(STRONG._replace(explore=0.0), seed=3, runs=1, horizon=200)
    (learning,) = others(found, seed=3)
    assert not learning.quicker
    useless = plan(Scenario(effect=0.0, explore=0.5), seed=3, runs=10, horizon=100)
    assert [other.quicker for other in others(useless, seed=3)] == [False]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base": 1.2}, "base must be a number from 0 to 1"),
        ({"explore": -0.1}, "explore must be"),
        ({"looked": float("nan")}, "looked must be"),
        ({"effect": 0.5}, "a rate of success of 1.2"),
        ({"effect": 0.8, "target": True}, "a rate of recurrence of -0.1"),
        ({"effect": float("nan")}, "it must lie between 0 and 1"),
        ({"scope": 0.0}, "scope must be"),
        ({"per_day": 0.0}, "sessions a day"),
        ({"per_day": float("inf")}, "sessions a day"),
        ({"per_day": 0.01, "scope": 0.01}, "at least 0.001 sessions a day must be in scope"),
        ({"rules": 0}, "rules must be"),
    ],
)
def test_figures_that_no_project_can_have_are_refused_with_the_reason(changes: dict[str, float], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        plan(Scenario(effect=0.1)._replace(**changes), seed=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runs", "horizon", "words"),
    [
        (0, 100, "runs must be a whole number from 1 to 10000"),
        (10_001, 100, "runs must be"),
        (100, 0, "horizon must be a whole number from 1 to 100000"),
        (100, 100_001, "horizon must be"),
    ],
)
def test_no_runs_and_no_sessions_or_too_many_are_refused(runs: int, horizon: int, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        plan(STRONG, seed=1, runs=runs, horizon=horizon)


@settings(max_examples=25, deadline=None)
@given(
    base=st.floats(0, 1),
    with_it=st.floats(0, 1),
    target=st.booleans(),
    per_day=st.floats(0.1, 50),
    scope=st.floats(0.01, 1),
    explore=st.floats(0, 1),
    looked=st.floats(0, 1),
    seed=st.integers(0, 1000),
)
def test_every_project_that_can_be_is_played_to_its_end(
    base: float, with_it: float, target: bool, per_day: float, scope: float, explore: float, looked: float, seed: int
) -> None:
    effect = base - with_it if target else with_it - base
    scenario = Scenario(effect, base, target, per_day, scope, explore, 1, looked)
    told = plan(scenario, seed=seed, runs=2, horizon=30)
    assert told.promoted.runs + told.retired.runs + told.undecided == 2
    assert all(isinstance(sentence, str) for sentence in sentences(told))
