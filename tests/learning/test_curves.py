"""Ranks and Student's t in plain Python give what scipy gives."""

import math
import warnings
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mcp_server.learning import curves

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from scipy import stats as scipy_stats

scipy: Any = scipy_stats
NEAR = 1e-9

VALUES = st.lists(st.integers(0, 10**6).map(float), min_size=1, max_size=30)
TIED = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=30)


@given(st.lists(st.integers(0, 10**6).map(float), min_size=2, max_size=40, unique=True), st.data())
def test_without_ties_u_is_counted_out_as_scipy_does(values: list[float], data: st.DataObject):
    cut = data.draw(st.integers(1, len(values) - 1))
    before, now = values[:cut], values[cut:]
    told = scipy.mannwhitneyu(before, now, method="exact")
    u, p = curves.mann_whitney(before, now)
    assert u == told.statistic
    assert p == pytest.approx(told.pvalue, abs=NEAR)


@given(VALUES | TIED, VALUES | TIED)
def test_with_ties_or_many_values_the_normal_curve_is_scipys(before: list[float], now: list[float]):
    assume(len({*before, *now}) > 1)
    told = scipy.mannwhitneyu(before, now, method="asymptotic")
    u, p = curves.mann_whitney(before, now, exact=False)
    assert u == told.statistic
    assert p == pytest.approx(told.pvalue, abs=NEAR)


def test_ties_and_large_samples_are_not_counted_out():
    tied = [1.0, 2.0, 2.0], [2.0, 3.0, 4.0]
    assert curves.mann_whitney(*tied) == curves.mann_whitney(*tied, exact=False)
    large = [float(value) for value in range(0, 60, 2)], [float(value) for value in range(1, 61, 2)]
    assert curves.mann_whitney(*large) == curves.mann_whitney(*large, exact=False)


def test_values_that_are_all_the_same_differ_in_nothing():
    assert curves.mann_whitney([3.0] * 9, [3.0] * 4)[1] == 1.0


@given(VALUES, VALUES)
def test_which_sample_comes_first_does_not_matter(before: list[float], now: list[float]):
    there, back = curves.mann_whitney(before, now), curves.mann_whitney(now, before)
    assert there[0] + back[0] == len(before) * len(now)
    assert there[1] == pytest.approx(back[1], abs=1e-12)


def test_no_chance_is_smaller_than_the_fewest():
    for m, n in [(1, 1), (3, 3), (4, 4), (5, 9), (20, 20)]:
        before, now = [float(value) for value in range(m)], [float(value) for value in range(m, m + n)]
        assert curves.mann_whitney(before, now)[1] == pytest.approx(min(1.0, 2 * curves.fewest(m, n)))
    assert 2 * curves.fewest(4, 4) < 0.05 < 2 * curves.fewest(3, 3)


@given(
    st.floats(1e-3, 1e3),
    st.floats(1e-6, 1e3),
    st.integers(2, 10**5),
    st.floats(1e-3, 1e3),
    st.floats(1e-6, 1e3),
    st.integers(2, 10**5),
)
def test_welch_is_scipys(mean: float, stray: float, n: int, other: float, other_stray: float, other_n: int):
    told = scipy.ttest_ind_from_stats(mean, stray, n, other, other_stray, other_n, equal_var=False)
    found = curves.welch(mean, stray, n, other, other_stray, other_n)
    assert found.t == pytest.approx(told.statistic, rel=NEAR)
    assert found.p == pytest.approx(told.pvalue, abs=NEAR, rel=1e-7)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30), st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_welch_of_raw_values_is_scipys(before: list[float], now: list[float]):
    from statistics import fmean, stdev

    strays = stdev(before), stdev(now)
    assume(min(strays) > 1e-6)
    told = scipy.ttest_ind(before, now, equal_var=False)
    found = curves.welch(fmean(before), strays[0], len(before), fmean(now), strays[1], len(now))
    assert found.p == pytest.approx(told.pvalue, abs=NEAR)


def test_means_without_any_spread_differ_or_do_not():
    assert curves.welch(1.0, 0.0, 3, 1.0, 0.0, 3).p == 1.0
    assert curves.welch(1.0, 0.0, 3, 2.0, 0.0, 3).p == 0.0


@given(st.floats(-1e3, 1e3), st.floats(0.3, 1e6))
def test_students_t_is_scipys(t: float, freedom: float):
    told = 2 * scipy.t.sf(abs(t), freedom)
    assert curves.t_beyond(t, freedom) == pytest.approx(told, abs=NEAR, rel=1e-7)


def test_students_t_at_its_ends():
    assert curves.t_beyond(2.0, 1e12) == pytest.approx(2 * scipy.norm.sf(2.0), rel=NEAR)
    assert curves.t_beyond(2.0, 1e7) == pytest.approx(curves.t_beyond(2.0, 1.1e7), rel=1e-6)
    assert curves.t_beyond(0.0, 3.0) == 1.0
    assert curves.t_beyond(1e200, 3.0) == 0.0


@given(st.floats(0.5, 1e5), st.floats(0.01, 0.999))
def test_what_lies_within_is_scipys_quantile(freedom: float, level: float):
    assert curves.t_within(freedom, level) == pytest.approx(scipy.t.isf((1 - level) / 2, freedom), rel=1e-6)


@given(VALUES, VALUES, st.floats(-50, 50))
def test_a_shift_is_found_where_it_was_put(before: list[float], now: list[float], added: float):
    low, high = curves.shift(before, now, level=0.95)
    moved_low, moved_high = curves.shift(before, [value + added for value in now], level=0.95)
    assert low <= high
    assert (moved_low - low, moved_high - high) == (pytest.approx(added, abs=1e-6), pytest.approx(added, abs=1e-6))


@pytest.mark.parametrize("size", [6, 15, 40])
def test_the_interval_of_a_shift_holds_it_as_often_as_it_says(size: int):
    random = Random(size)
    trials = 600
    held = 0
    for _ in range(trials):
        before = [random.gauss(100, 5) for _ in range(size)]
        now = [random.gauss(110, 5) for _ in range(size)]
        low, high = curves.shift(before, now, level=0.95)
        held += low <= 10 <= high
    assert held / trials >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / trials)
