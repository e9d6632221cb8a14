"""Wealth that cannot grow in expectation unless the rule does something: by enumerating all coins."""

from itertools import product
from math import isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.eprocess import MOST, TIDY, Process, Wealth
from mcp_server.learning.trials.policy import POLICY
from tests.learning.trials.history import History

SCORES = (1.0, 0.0, 1.0, 0.25, 0.0, 1.0)
RECURRED = (True, None, False, True, False, True)


def coins(history: History, rules: list[str], fallen: dict[str, bool]) -> tuple[dict[str, tuple[float, bool]], float]:
    """The coins that the engine would throw now, as they fell, and how probable that was."""
    chances = {rule: history.trial(rule).probability for rule in rules}
    thrown = {rule: (chance, fallen[rule]) for rule, chance in chances.items() if chance is not None}
    return thrown, prod(chance if shown else 1.0 - chance for chance, shown in thrown.values())


def test_the_expectation_under_the_null_is_1_over_all_coins_with_probabilities_that_learn() -> None:
    total = helps = strict = harms = seen = guard = 0.0
    for fallen in product((True, False), repeat=len(SCORES)):
        history = History(POLICY._replace(explore=0.3))
        history.rule()
        weight = 1.0
        for number, (score, shown) in enumerate(zip(SCORES, fallen, strict=True)):
            thrown, chance = coins(history, ["r"], {"r": shown})
            weight *= chance
            history.session(thrown, score, cost=(3, 1, 2, 5)[number % 4], feedback="neg" if number % 3 == 0 else None)
            history.consolidate()
        history.consolidate(1)
        trial = history.trial()
        assert trial.ruling.sums.sessions == len(SCORES)
        assert set(trial.guards) == {guardrails.COST, guardrails.FEEDBACK}
        total += weight
        helps += weight * trial.main.process.helps.value()
        strict += weight * trial.strict.process.helps.value()
        harms += weight * trial.evidence()[1]
        seen += weight * trial.seen.either()
        guard += weight * guardrails.together(trial.guards)
    assert isclose(total, 1.0, abs_tol=1e-12)
    for expectation in (helps, strict, harms, seen, guard):
        assert isclose(expectation, 1.0, abs_tol=1e-12)


def test_a_useless_rule_gains_nothing_by_keeping_failures_from_being_reported() -> None:
    told = strict = both = 0.0
    for fallen in product((True, False), repeat=len(SCORES)):
        history = History(POLICY._replace(explore=0.3))
        history.rule()
        weight = 1.0
        for score, shown in zip(SCORES, fallen, strict=True):
            thrown, chance = coins(history, ["r"], {"r": shown})
            weight *= chance
            history.session(thrown, score, report=score > 0 or not shown, hours=9)
            history.consolidate()
        history.consolidate(1)
        trial = history.trial()
        told += weight * trial.main.process.helps.value()
        strict += weight * trial.strict.process.helps.value()
        both += weight * trial.evidence()[0]
    assert told > 1.01, "where only reports are compared it looks good"
    assert isclose(strict, 1.0, abs_tol=1e-6), "but for the fading of old sums, which counts reported outcomes"
    assert both <= 1.0


def test_the_expectation_is_1_for_each_of_two_rules_in_the_same_sessions() -> None:
    sessions = 3
    expected = dict.fromkeys("ab", 0.0)
    for fallen in product(product((True, False), repeat=2), repeat=sessions):
        history = History()
        history.rule("a")
        history.rule("b")
        weight = 1.0
        for score, (a, b) in zip(SCORES, fallen, strict=False):
            thrown, chance = coins(history, ["a", "b"], {"a": a, "b": b})
            weight *= chance
            history.session(thrown, score, source="ci")
            history.session(thrown, None, report=False)
            history.consolidate()
        for rule in expected:
            expected[rule] += weight * history.trial(rule).main.process.helps.value()
    assert all(isclose(each, 1.0, abs_tol=1e-12) for each in expected.values())


def test_with_a_target_each_part_has_expectation_1_and_the_smaller_of_both_at_most_1() -> None:
    looked = strict = seen = both = guard = 0.0
    for fallen in product((True, False), repeat=len(RECURRED)):
        history = History(POLICY._replace(explore=1.0))
        history.rule(target="test:t")
        weight = 1.0
        for score, recurred, shown in zip(SCORES, RECURRED, fallen, strict=True):
            thrown, chance = coins(history, ["r"], {"r": shown})
            weight *= chance
            history.session(thrown, score, recurred={"r": recurred})
            history.consolidate(1)
        trial = history.trial()
        assert (trial.triggered, trial.main.sums.sessions) == (len(RECURRED), len(RECURRED) - 1)
        looked += weight * trial.main.process.helps.value()
        strict += weight * trial.strict.process.harms.value()
        seen += weight * trial.seen.either()
        guard += weight * guardrails.together(trial.guards)
        both += weight * trial.evidence()[0]
    for expectation in (looked, strict, seen, guard):
        assert isclose(expectation, 1.0, abs_tol=1e-12)
    assert both <= 1.0 + 1e-12


def test_the_set_of_all_rules_has_expectation_1_by_its_own_coin() -> None:
    expected = 0.0
    for fallen in product((True, False), repeat=6):
        history = History()
        history.rule()
        weight = 1.0
        for score, on in zip(SCORES, fallen, strict=False):
            history.number += 1
            name = f"s{history.number}"
            history.tell("session", id=name, category="c", candidates=["r"])
            history.tell("exposure", session=name, shown=[], p={"r": 0.5} if on else {}, set={"p": 0.9, "on": on})
            history.tell("outcome", session=name, score=score)
            history.consolidate()
            weight *= 0.9 if on else 0.1
        process = history.engine.books.together.process
        expected += weight * process.harms.value()
    assert isclose(expected, 1.0, abs_tol=1e-12)


def test_a_guardrail_that_joins_later_changes_the_mean_by_nothing() -> None:
    guards: dict[str, Wealth] = {}
    assert guardrails.together(guards) == 1.0
    guardrails.join(guards, ["cost"], 3)
    guards["cost"].bet((0.3, 0.6, 0.9), 0.5, 1.0, 1.9)
    before = guardrails.together(guards)
    guardrails.join(guards, ["duration", "cost", "failing"], 3)
    assert list(guards) == ["cost", "duration", "failing"]
    assert guardrails.together(guards) == pytest.approx(before, abs=1e-15)
    guards["failing"].bet((0.3, 0.6, 0.9), 0.5, 1.0, 1.9)
    assert guardrails.worst(guards) == "failing"


@given(st.lists(st.floats(-0.95, 0.95), max_size=300), st.floats(0.1, 3.0))
def test_a_bet_never_loses_all_and_both_directions_mirror_each_other(zs: list[float], weight: float) -> None:
    process, mirrored = Process(3, adaptive=True), Process(3, adaptive=True)
    for z in zs:
        process.bet(POLICY.bets, z, weight, 1.0, z)
        mirrored.bet(POLICY.bets, -z, weight, 1.0, -z)
    assert process.helps.value() > 0.0
    assert process.helps.value() == mirrored.harms.value()
    assert process.either() == mirrored.either()


def test_wealth_beyond_every_float_is_still_counted_and_reported_within_bounds() -> None:
    rich, poor = Wealth(1), Wealth(1)
    for _ in range(TIDY * 40):
        rich.bet((1.0,), 0.9, 1.0, 1.0)
        poor.bet((1.0,), -0.9, 1.0, 1.0)
    assert rich.value() == MOST
    assert poor.value() == 0.0
    assert poor.shifts[0] < -5000
    for _ in range(TIDY * 200):
        poor.bet((1.0,), 0.9, 1.0, 1.0)
    assert poor.value() == MOST, "what was lost is not forgotten, and can be won back"


def test_one_direction_alone_bets_like_both_together() -> None:
    alone, both = Wealth(3), Process(3)
    for number in range(200):
        z = (number % 7 - 3) / 10
        alone.bet(POLICY.bets, z, 1.5, 0.8)
        both.bet(POLICY.bets, z, 1.5, 0.8)
    assert alone.value() == both.helps.value()
