"""How long until something is known: the answer is the engine's own, and says what it does not know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.learning.trials.errors import SettingError
from mcp_server.learning.trials.policy import PER_RULE, POLICY
from mcp_server.learning.trials.power import Plan, Scenario, Wait, plan, sentences

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
        "100 simulated projects, 5 sessions a day in scope, 200 sessions (40 days) at most.",
        "In 85 of 100 the rule was shown to help.",
        "Half of the projects had come to that after 30 sessions in scope (6 days).",
        "Four of five had come to that after 61 sessions in scope (13 days).",
        "In 5 of 100 the rule was retired.",
        "In 10 of 100 nothing was decided within 200 sessions (40 days).",
        "While it was on trial, 55% of the sessions in scope were given the rule.",
    ]
    nothing = told._replace(promoted=Wait(0, None, None), retired=Wait(100, 20, 40), undecided=0)
    assert sentences(nothing)[1:3] == [
        "In none of them was the rule shown to help.",
        "In 100 of 100 the rule was retired.",
    ]


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
        ({"rules": 0}, "rules must be"),
    ],
)
def test_figures_that_no_project_can_have_are_refused_with_the_reason(changes: dict[str, float], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        plan(Scenario(effect=0.1)._replace(**changes), seed=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(("runs", "horizon"), [(0, 100), (100, 0)])
def test_no_runs_and_no_sessions_are_refused(runs: int, horizon: int) -> None:
    with pytest.raises(SettingError, match="runs and horizon"):
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
