"""Benchmarks get worse, or well, or cannot be told; and chance alone is rarely called a change."""

import math
from collections.abc import Callable, Sequence
from random import Random
from statistics import fmean, median, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning import curves, regression
from mcp_server.learning.regression import (
    ALPHA,
    LEAST,
    POOLED,
    UNSURE,
    VALUES,
    WINDOW,
    Comparison,
    Finding,
    Sample,
    Verdict,
    decide,
    holm,
    spaced,
    spread,
    together,
)


def raw(*values: float, unit: str = "s", environment: str = "here") -> Sample:
    stray = stdev(values) if len(values) > 1 else None
    return Sample(unit, environment, len(values), fmean(values), median(values), stray, values)


def single(value: float, **where: str) -> Sample:
    return raw(value, **where)._replace(values=())


def summary(mean: float, stray: float | None, n: int = 30, middle: float | None = None) -> Sample:
    return Sample("s", "here", n, mean, middle, stray)


def only(new: Sample, *earlier: Sample, bigger: bool = False, other: str = "") -> Finding:
    (finding,) = decide([Comparison("b", bigger, new, earlier, other)])
    return finding


TEN = [100.0, 101, 102, 103, 104, 105, 106, 107, 108, 109]


def times(factor: float) -> Sample:
    return raw(*(value * factor for value in TEN))


# --- raw values


def test_a_clear_slowdown_is_a_regression_with_its_interval():
    found = only(times(1.2), times(1.0))
    assert (found.verdict, found.old) == (Verdict.REGRESSED, 104.5)
    assert found.change == pytest.approx(0.2)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.2 < found.high
    assert found.why == "+20.0%; p 1.1e-05, Mann-Whitney, 10 values against 10"


def test_the_direction_says_what_is_worse():
    assert only(times(0.8), times(1.0)).verdict is Verdict.IMPROVED
    assert only(times(0.8), times(1.0), bigger=True).verdict is Verdict.REGRESSED
    assert only(times(1.2), times(1.0), bigger=True).verdict is Verdict.IMPROVED


def test_the_same_values_are_no_change():
    found = only(times(1.0), times(1.0))
    assert (found.verdict, found.change, found.p, found.low) == (Verdict.SAME, 0.0, 1.0, None)
    assert "as chance has it" in found.why


def test_a_sure_change_that_is_too_small_is_none():
    found = only(times(1.06), times(1.0), times(1.0), times(1.0))
    assert found.verdict is Verdict.SAME
    assert "less than the 10.0% that count here" in found.why, "how much whole runs differ is not known yet"
    assert only(times(1.06), *[times(1.0)] * 4).verdict is Verdict.REGRESSED


def test_the_baseline_is_the_newest_like_runs_together():
    old, new = times(2.0), times(1.0)
    assert only(times(1.0), old, *[new] * POOLED).verdict is Verdict.SAME
    assert only(times(1.2), old, *[new] * POOLED).verdict is Verdict.REGRESSED


def test_noise_within_a_run_raises_what_counts():
    wide = [value * (1 + 0.5 * (-1) ** place) for place, value in enumerate(TEN * 8)]
    found = only(raw(*(value * 1.15 for value in wide)), *[raw(*wide)] * 4)
    assert found.verdict is Verdict.SAME


def test_noise_between_runs_raises_what_counts():
    found = only(times(1.2), *map(times, (0.9, 1.1, 0.92, 1.08)))
    assert found.verdict is Verdict.SAME
    assert "that count here" in found.why


def test_three_values_against_three_can_show_nothing():
    found = only(raw(20.0, 21, 22), raw(10.0, 11, 12)._replace(stray=None))
    assert found.verdict is Verdict.TOO_LITTLE
    assert found.why == (
        "3 values against 3 show nothing; measure ten each, four at least; 1 of 8 earlier runs are known"
    )
    assert only(raw(20.0, 21, 22, 23), raw(10.0, 11, 12, 13)).verdict is Verdict.REGRESSED


def test_few_values_cannot_show_much_beside_many_other_benchmarks():
    pairs = [Comparison(f"b{place}", False, raw(20.0, 21, 22, 23), [raw(10.0, 11, 12, 13)]) for place in range(5)]
    for found in decide(pairs):
        assert found.verdict is Verdict.TOO_LITTLE
        assert "so few values cannot show it among 5 benchmarks" in found.why


def test_what_is_measured_in_nothing_has_no_ratio():
    nothing = raw(*[0.0] * 6)
    assert only(nothing, nothing).verdict is Verdict.SAME
    found = only(raw(*[3.0] * 6), nothing)
    assert (found.verdict, found.change, found.low) == (Verdict.REGRESSED, None, None)
    assert found.why.startswith("from nothing; ")
    assert only(raw(*[0.0] * 6), raw(*[3.0] * 6)).change == -1.0


def test_counts_that_are_always_the_same_are_told_apart():
    assert only(raw(*[12.0] * 10), raw(*[10.0] * 10)).verdict is Verdict.REGRESSED
    assert only(raw(*[10.0] * 10), raw(*[10.0] * 10)).verdict is Verdict.SAME


# --- summaries


def test_means_are_compared_by_welch():
    found = only(summary(1.2, 0.05), summary(1.0, 0.05))
    assert found.verdict is Verdict.REGRESSED
    assert "Welch, 30 values against 30" in found.why
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.2 < found.high
    assert only(summary(1.0, 0.3), summary(0.9, 0.3)).verdict is Verdict.SAME


def test_a_mean_that_an_outlier_moved_is_no_change_where_the_median_stayed():
    assert only(summary(1.3, 0.1, 500, 1.0), summary(1.0, 0.1, 500, 1.0)).verdict is Verdict.SAME
    assert only(summary(1.3, 0.1, 500, 1.3), summary(1.0, 0.1, 500, 1.0)).verdict is Verdict.REGRESSED
    assert only(summary(1.3, 0.1, 500, 0.7), summary(1.0, 0.1, 500, 1.0)).verdict is Verdict.SAME
    assert only(summary(1.3, 0.1, 500, 1.3), summary(1.0, 0.1, 500)).verdict is Verdict.REGRESSED


def test_raw_values_against_a_summary_are_compared_by_their_summaries():
    assert "Welch" in only(times(1.2), summary(104.5, 3.0)).why


def test_samples_taken_together_have_the_numbers_of_all_their_values():
    parts = [TEN, [value + 7 for value in TEN], [80.0, 90.0]]
    whole = [value for part in parts for value in part]
    found = together([raw(*part) for part in parts])
    assert found.n == len(whole)
    assert found.mean == pytest.approx(fmean(whole))
    assert found.stray == pytest.approx(stdev(whole))
    assert together([summary(1.0, 0.1), summary(2.0, 0.1, middle=2.0)]).median is None


# --- single values


def test_a_single_value_is_judged_by_a_window_of_earlier_ones():
    window = [single(value) for value in (100, 101, 99, 100, 102, 98, 100, 101)]
    found = only(single(130), *window)
    assert found.verdict is Verdict.REGRESSED
    assert "median and deviation of 8 earlier runs" in found.why
    assert only(single(101.5), *window).verdict is Verdict.SAME
    assert only(single(70), *window).verdict is Verdict.IMPROVED


def test_too_short_a_window_says_how_much_is_missing():
    found = only(single(130), *[single(100)] * (WINDOW - 1))
    assert found.verdict is Verdict.TOO_LITTLE
    assert found.why == (
        "one value, and 7 of 8 earlier runs are known; measure ten times in one run, or go on measuring"
    )
    assert found.old == 100


def test_a_window_of_equal_values_is_no_proof_of_no_noise():
    window = [single(100)] * WINDOW
    assert only(single(103), *window).verdict is Verdict.SAME
    assert only(single(120), *window).verdict is Verdict.REGRESSED
    zeros = [single(0)] * WINDOW
    assert only(single(0), *zeros).verdict is Verdict.SAME
    assert only(single(4), *zeros).verdict is Verdict.REGRESSED


def test_few_raw_values_are_judged_by_the_window_too():
    window = [raw(value, value + 1)._replace(stray=None) for value in (100.0, 101, 99, 100, 102, 98, 100, 101)]
    assert only(raw(130.0, 131), *window).verdict is Verdict.REGRESSED


# --- like with like


def test_the_first_measure_is_no_verdict():
    found = only(times(1.0))
    assert (found.verdict, found.change) == (Verdict.TOO_LITTLE, None)
    assert found.why == "measured for the first time; the next run is compared with it"


@pytest.mark.parametrize("other", [{"unit": "B"}, {"environment": "there"}])
def test_what_was_measured_elsewhere_is_not_compared(other: dict[str, str]):
    found = only(times(1.5), raw(*TEN, **other), other="on python 3.10 (now 3.11)")
    assert (found.verdict, found.why) == (Verdict.INCOMPARABLE, "measured before only on python 3.10 (now 3.11)")
    assert "in another unit or environment" in only(times(1.5), raw(*TEN, **other)).why
    assert only(times(1.5), times(1.0), raw(*TEN, **other)).verdict is Verdict.REGRESSED


# --- many at once


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_only_raises_and_keeps_the_order(chances: list[float]):
    adjusted = holm(chances)
    assert all(chance <= raised <= 1.0 for chance, raised in zip(chances, adjusted, strict=True))
    order = sorted(range(len(chances)), key=lambda place: (chances[place], place))
    assert [adjusted[place] for place in order] == sorted(adjusted)
    if chances:
        assert min(adjusted) == min(1.0, len(chances) * min(chances))


def test_holm_in_numbers():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_findings_come_in_the_order_of_the_comparisons():
    many = [Comparison(str(place), False, times(1.0 + place), [times(1.0)] if place else []) for place in range(4)]
    found = decide(many)
    assert [each.name for each in found] == ["0", "1", "2", "3"]
    assert [each.verdict for each in found] == [Verdict.TOO_LITTLE, *[Verdict.REGRESSED] * 3]
    assert decide([]) == []


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=600), st.integers(1, 300))
def test_spaced_values_are_some_of_the_values_in_their_order(values: list[float], most: int):
    found = spaced(values, most)
    assert len(found) == min(most, len(values))
    rest = iter(values)
    assert all(value in rest for value in found)


def test_spread_is_the_standard_deviation_of_a_normal_curve():
    random = Random(1)
    assert spread([random.gauss(10, 2) for _ in range(20_000)]) == pytest.approx(2, rel=0.03)


POSITIVE = st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=12).map(lambda values: raw(*values))
ANY = POSITIVE | POSITIVE.map(lambda sample: sample._replace(values=())) | st.just(raw(*[0.0] * 5))


@given(ANY, st.lists(ANY, max_size=10), st.booleans())
def test_whatever_is_measured_gets_a_verdict_and_words(new: Sample, earlier: Sequence[Sample], bigger: bool):
    found = only(new, *earlier, bigger=bigger)
    assert found.why
    assert len(found.why) < 300
    numbers = (found.change, found.low, found.high, found.p, found.old)
    assert all(math.isfinite(number) for number in numbers if number is not None)
    if found.verdict in {Verdict.REGRESSED, Verdict.IMPROVED}:
        assert found.p is not None
        assert found.p <= ALPHA
        assert found.change is None or abs(found.change) >= LEAST
    opposite = only(new, *earlier, bigger=not bigger).verdict
    swapped = {Verdict.REGRESSED: Verdict.IMPROVED, Verdict.IMPROVED: Verdict.REGRESSED}
    assert opposite is swapped.get(found.verdict, found.verdict)


@given(POSITIVE, st.lists(POSITIVE, min_size=1, max_size=6), st.sampled_from([1e-6, 1e-3, 1024.0]))
def test_the_unit_in_which_it_was_written_changes_no_verdict(new: Sample, earlier: Sequence[Sample], factor: float):
    def scaled(sample: Sample) -> Sample:
        return raw(*(value * factor for value in sample.values))

    one, other = only(new, *earlier), only(scaled(new), *map(scaled, earlier))
    if one.change is not None and all(abs(abs(one.change) - edge) > 1e-6 for edge in (LEAST, UNSURE)):
        assert one.verdict is other.verdict


def test_thousands_of_values_are_looked_at_evenly():
    found = only(raw(*[1.2] * 5000, *[1.3] * 5000), raw(*[1.0] * 5000, *[1.1] * 5000))
    assert f"{VALUES} values against {VALUES}" in found.why


# --- how often it is wrong, and how often it sees


Draw = Callable[[Random], float]
CURVES: dict[str, Draw] = {
    "normal": lambda random: random.gauss(100, 5),
    "skewed": lambda random: 95 * math.exp(random.gauss(0, 0.05)) + random.expovariate(0.4),
    "outliers": lambda random: random.gauss(100, 3) * (3 if random.random() < 0.03 else 1),
    "steps": lambda random: round(random.gauss(100, 2)),
}


def bound(trials: int) -> float:
    """What a share of at most `ALPHA` stays below, but once in a thousand times."""
    return ALPHA + 3.1 * math.sqrt(ALPHA * (1 - ALPHA) / trials)


@pytest.mark.parametrize("curve", CURVES)
def test_chance_alone_is_significant_in_no_more_runs_than_it_may(curve: str):
    random, trials, benchmarks = Random(7), 200, 6

    def draw(count: int) -> list[float]:
        return [CURVES[curve](random) for _ in range(count)]

    false = {"ranks": 0, "means": 0, "window": 0}
    for _ in range(trials):
        ranks = [curves.mann_whitney(draw(10), draw(10))[1] for _ in range(benchmarks)]
        false["ranks"] += min(holm(ranks)) <= ALPHA
        pairs = [(raw(*draw(25)), raw(*draw(25))) for _ in range(benchmarks)]
        means = [
            curves.welch(one.mean, one.stray or 0, one.n, other.mean, other.stray or 0, other.n).p
            for one, other in pairs
        ]
        false["means"] += min(holm(means)) <= ALPHA
        windows = [Comparison("b", False, single(draw(1)[0]), [*map(single, draw(12))]) for _ in range(benchmarks)]
        found = decide(windows, least=0.0)
        false["window"] += any(each.p is not None and each.p <= ALPHA for each in found)
    print(f"\n{curve}: false alarms of {trials} runs of {benchmarks} benchmarks, by significance alone: {false}")
    if curve == "outliers":
        del false["window"]  # one value alone is the outlier or the regression, and nobody can tell which
    assert max(false.values()) / trials <= bound(trials)


@pytest.mark.parametrize(("earlier", "between"), [(1, 0.0), (1, 0.02), (5, 0.0), (5, 0.02), (12, 0.03)])
def test_a_slowdown_of_a_fifth_is_seen_and_no_change_is_not(earlier: int, between: float):
    """`between` is how much whole runs differ, as a standard deviation; values within a run stray by 5 %."""
    random, trials = Random(11), 200

    def measured(factor: float) -> Sample:
        level = 100 * factor * (1 + random.gauss(0, between))
        return raw(*(level * (1 + abs(random.gauss(0, 0.05))) for _ in range(10)))

    verdicts = {factor: list[Verdict]() for factor in (1.0, 1.2)}
    for _ in range(trials):
        known = [measured(1.0) for _ in range(earlier)]
        for factor, seen in verdicts.items():
            seen.append(only(measured(factor), *known).verdict)
    false = 1 - verdicts[1.0].count(Verdict.SAME) / trials
    power = verdicts[1.2].count(Verdict.REGRESSED) / trials
    print(
        f"\n{earlier} earlier runs that differ by {between:.0%}:"
        f" false alarms {false:.1%}, a fifth slower seen {power:.1%}"
    )
    assert false <= bound(trials)
    assert power >= 0.9


def test_single_values_see_a_slowdown_of_a_fifth_once_the_window_is_full():
    random, trials = Random(13), 300
    seen = 0
    for _ in range(trials):
        window = [single(random.gauss(100, 1.5)) for _ in range(12)]
        seen += only(single(random.gauss(120, 1.5)), *window).verdict is Verdict.REGRESSED
    print(f"\n12 single values that stray by 1.5 %: a fifth slower seen {seen / trials:.1%}")
    assert seen / trials >= 0.9


def test_the_noise_rule_is_stated_where_it_is_made():
    assert (LEAST, UNSURE) == (0.05, 0.1)
    assert "at least three times what earlier runs stray" in str(regression.__doc__)
