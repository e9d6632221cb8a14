"""Beliefs and votes against closed forms and least squares of others."""

from math import ceil, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mcp_server.learning.trials.baseline import Rate, clustered, median
from mcp_server.learning.trials.brake import braked
from mcp_server.learning.trials.ebh import NORM, discovered, discovered_growing, gamma
from mcp_server.learning.trials.policy import POLICY
from mcp_server.learning.trials.posterior import Belief, Estimate, combined, half_width, learnt, press

LEVEL, SLOPE = Belief(0.01, 0.03), Belief(0.02, 0.03)


def test_the_probability_of_help_is_that_of_a_normal_distribution() -> None:
    for mean, deviation, effect in ((0.01, 0.05, 0.0), (-0.2, 0.03, 0.0), (0.02, 0.05, 0.03)):
        expected = stats.norm.sf(effect, mean, deviation)
        assert Belief(mean, deviation).above(effect) == pytest.approx(expected, rel=1e-12)


@given(st.floats(-0.08, 0.06), st.floats(-1.0, 1.0), st.floats(0.1, 500.0), st.floats(0.01, 0.3))
def test_a_belief_is_the_precision_weighted_mean_of_prior_and_estimate(
    prior: float, effect: float, mass: float, variance: float
) -> None:
    made = combined(prior, 0.05, effect * mass, mass, variance)
    own, var = 1 / 0.0025, variance / mass
    assert made.mean == pytest.approx((prior * own + effect / var) / (own + 1 / var), rel=1e-9, abs=1e-12)
    assert made.deviation == pytest.approx(sqrt(1 / (own + 1 / var)), rel=1e-9)


def test_without_evidence_the_belief_is_the_prior() -> None:
    assert combined(0.01, 0.05, 0.0, 0.0, 0.2) == (pytest.approx(0.01), pytest.approx(0.05))


points = st.lists(st.tuples(st.floats(-0.5, 0.5), st.floats(0.0005, 0.2), st.floats(-1.5, 1.0)), max_size=12)


@settings(deadline=None)  # the first call of an oracle is slow
@given(points)
def test_the_worth_of_votes_is_weighted_least_squares_with_priors(found: list[tuple[float, float, float]]) -> None:
    made = learnt([(Estimate(y, var), x) for y, var, x in found], deviation=0.05, level=LEVEL, slope=SLOPE)
    rows = [[1 / LEVEL.deviation, 0.0], [0.0, 1 / SLOPE.deviation]]
    right = [LEVEL.mean / LEVEL.deviation, SLOPE.mean / SLOPE.deviation]
    for y, var, x in found:
        root = 1 / sqrt(0.0025 + var)
        rows.append([root, root * x])
        right.append(root * y)
    level, slope = (float(each) for each in np.linalg.lstsq(np.array(rows), np.array(right), rcond=None)[0])
    if slope < 0.0:  # the best slope that is none
        level, slope = float(np.linalg.lstsq(np.array(rows)[:, :1], np.array(right), rcond=None)[0][0]), 0.0
    assert (made.level, made.slope) == (pytest.approx(level, abs=1e-9), pytest.approx(slope, abs=1e-9))


def test_inverted_votes_are_worth_nothing() -> None:
    inverted = [(Estimate(-x / 10, 0.0001), x) for x in (-1.5, -1.0, -0.5, 0.5, 1.0)] * 5
    assert learnt(inverted, deviation=0.05, level=LEVEL, slope=SLOPE).slope == 0.0


def test_votes_count_beside_those_of_others_so_that_blanket_praise_says_nothing() -> None:
    assert press(0, 0, 0.8, 5, 0.2) == pytest.approx(0.0)
    assert press(80, 20, 0.8, 5, 0.2) == pytest.approx(0.0)
    assert press(100, 0, 0.8, 5, 0.2) == pytest.approx(((100 + 4) / 105 - 0.8) / 0.2)
    assert press(0, 10, 0.8, 5, 0.2) < -1.5


def test_the_interval_is_robbins_mixture_bound() -> None:
    n, r, var = 102.0, 0.02, 0.004
    expected = sqrt(var) * sqrt((1 + 1 / (n * r)) * log((1 + n * r) / 0.01))
    assert half_width(var, n, r, 0.1) == pytest.approx(expected)


def test_ebh_finds_the_largest_set_whose_smallest_e_value_is_large_enough() -> None:
    values = {"a": 400.0, "b": 60.0, "c": 49.0, "d": 1.0}
    assert discovered(values, rate=0.2, tried=30) == {"a"}, "30 / (.2 x 2) = 75, 30 / (.2 x 3) = 50"
    assert discovered(values, rate=0.2, tried=29) == {"a", "b", "c"}, "29 / (.2 x 3) = 48.3"
    assert discovered(values, rate=0.2, tried=1000) == set()
    assert discovered({}, rate=0.2, tried=5) == set()


@given(st.dictionaries(st.text(max_size=2), st.floats(0.0, 1000.0), max_size=8), st.integers(1, 60))
def test_ebh_agrees_with_its_definition(values: dict[str, float], tried: int) -> None:
    tried = max(tried, len(values))
    sizes = [k for k in range(1, len(values) + 1) if sorted(values.values(), reverse=True)[k - 1] * 0.2 * k >= tried]
    assert len(discovered(values, rate=0.2, tried=tried)) == max(sizes, default=0)


def test_the_weights_of_growing_ebh_fall_and_sum_to_1_at_most() -> None:
    total = sum(gamma(order) for order in range(1, 200_000))
    rest = 1 / (NORM * log(200_000))
    assert total + rest == pytest.approx(1.0, abs=1e-5)
    assert total < 1.0
    assert gamma(1) > gamma(2) > gamma(30)
    values, orders = {"a": 80.0, "b": 80.0}, {"a": 1, "b": 40}
    assert discovered_growing(values, orders, rate=0.2) == {"a"}


def test_a_rate_halves_what_it_knew_after_its_half_life() -> None:
    rate = Rate()
    assert rate.mean(0.3, 8.0) == pytest.approx(0.3)
    for _ in range(300):
        rate.feed(1.0, 1.0, 300.0)
    before = rate.weight
    for _ in range(300):
        rate.feed(0.0, 1.0, 300.0)
    assert rate.total == pytest.approx(before / 2)
    assert rate.mean(0.5, 8.0) == pytest.approx((rate.total + 4) / (rate.weight + 8))


def test_outcomes_of_one_session_weigh_less_than_as_many_sessions() -> None:
    assert clustered(1, 0.3) == 1.0
    assert clustered(10, 0.3) == pytest.approx(10 / 3.7)
    assert median([5.0, 1.0, 3.0, 2.0]) == 2.0


def test_the_brake_takes_a_likelihood_ratio_of_200_and_begins_anew_after_an_alarm() -> None:
    level, alarms = 0.0, 0
    for number in range(60):
        level, alarm = braked(level, float(number % 3 > 0), 1.0, 0.7, POLICY)
        alarms += alarm
    assert alarms == 0
    once = log((1 - 0.45) / (1 - 0.7))
    level = 0.0
    for number in range(1, 20):
        level, alarm = braked(level, 0.0, 1.0, 0.7, POLICY)
        if alarm:
            break
        assert level == pytest.approx(number * once)
    assert (level, number) == (0.0, ceil(log(200) / once))
    better, alarm = braked(0.5, 1.0, 1.0, 0.7, POLICY)
    assert (better, alarm) == (pytest.approx(0.5 + log(0.45 / 0.7)), False)
