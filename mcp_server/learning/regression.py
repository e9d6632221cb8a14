"""Did a benchmark get worse? Decided from measured values, or said to be undecided, never guessed.

Only like is compared with like: the same benchmark, in the same unit, in the same environment. A
change counts where it is both *significant* and *large enough*.

Significant, at 5 % over all benchmarks of one run together (Holm), by the first test that fits:

* raw values on both sides: Mann-Whitney's U against those of the newest `POOLED` like runs, exact
  for small samples without ties, else by the normal curve, corrected for ties and continuity;
* mean and standard deviation on both sides: Welch's t against the same runs taken together;
* single values: the distance from the median of at least `WINDOW` earlier ones, in median absolute
  deviations, against a t curve of at most three degrees of freedom, as timings have heavy tails.

Large enough: at least `LEAST`; at least half of what a single value strays within a run (of the
noisiest run); and more than whole runs differ anyway, which many values within one run cannot tell:
at least three times what earlier runs stray from one another, a little more while they are few, and
`UNSURE` while fewer than `RUNS` are known. Where too little was measured for a verdict, the verdict
says what is missing. No chance is involved, and no clock.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from mcp_server.learning import curves
from store.values import replace

ALPHA = 0.05
"""How often, at most, a run in which nothing changed is said to hold any change."""
LEAST = 0.05
"""The smallest change that counts, as a share of the old value."""
UNSURE = 0.1
"""The same, as long as it is not known how much whole runs differ."""
POOLED = 5
"""The newest like runs, which are the baseline together."""
VALUES = 200
"""Values of one side that are looked at; of more, evenly spaced ones."""
WINDOW = 8
"""Single values that have to be known before another can be judged."""
NEWEST = 30
"""The newest single values that are looked at."""
RUNS = 4
"""Runs that have to be known before their own differences count as noise."""
STRAY = 1.4826
"""What makes of a median absolute deviation a standard deviation, for a normal curve."""


class Verdict(StrEnum):
    """What became of a benchmark."""

    REGRESSED = "regressed"
    IMPROVED = "improved"
    SAME = "no change"
    TOO_LITTLE = "not enough data"
    INCOMPARABLE = "incomparable"


class Sample(NamedTuple):
    """One measure of one run, none of it negative."""

    unit: str
    environment: str
    """What has to be the same for two samples to be compared."""
    n: int
    """How many values were measured."""
    mean: float
    median: float | None = None
    stray: float | None = None
    """The standard deviation of the values; None where it is not known."""
    values: tuple[float, ...] = ()
    """The values themselves, or evenly spaced ones of them; empty where they are not known."""

    @property
    def middle(self) -> float:
        """The median where it is known, else the mean."""
        return self.mean if self.median is None else self.median


class Comparison(NamedTuple):
    """A new sample and all that is known of the same benchmark and metric."""

    name: str
    bigger: bool
    """Is bigger better?"""
    new: Sample
    earlier: Sequence[Sample]
    """Oldest first."""
    other: str = ""
    """In words, where or in what it was measured before, if that differs."""


class Finding(NamedTuple):
    """What can be said, with its numbers."""

    name: str
    verdict: Verdict
    why: str
    """In words, for a person."""
    change: float | None = None
    """How much more the new value is, as a share of the old; None where there is no old one, or it is 0."""
    low: float | None = None
    high: float | None = None
    """The 95 % interval of a change that was found."""
    p: float | None = None
    """How likely so large a difference is where nothing changed, over all benchmarks of the run."""
    old: float | None = None


def decide(comparisons: Sequence[Comparison], *, alpha: float = ALPHA, least: float = LEAST) -> list[Finding]:
    """A finding for each, in the same order; they are corrected for being so many."""
    trials = [_trial(each) for each in comparisons]
    tested = [trial for trial in trials if isinstance(trial, _Trial)]
    adjusted = iter(holm([trial.p for trial in tested]))
    return [
        trial
        if isinstance(trial, Finding)
        else _judged(each, trial, next(adjusted), many=len(tested), alpha=alpha, least=least)
        for each, trial in zip(comparisons, trials, strict=True)
    ]


def holm(chances: Sequence[float]) -> list[float]:
    """The same chances, each raised for how many there are (Holm's step-down), in the same order."""
    worst, adjusted = 0.0, [0.0] * len(chances)
    for rank, place in enumerate(sorted(range(len(chances)), key=lambda place: chances[place])):
        worst = max(worst, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = worst
    return adjusted


def spaced(values: Sequence[float], most: int) -> tuple[float, ...]:
    """At most so many of the values, evenly spaced in the order in which they were measured."""
    count = min(most, len(values))
    return tuple(values[place * len(values) // count] for place in range(count))


def together(samples: Sequence[Sample]) -> Sample:
    """Samples of one unit and environment as one, without its values; their standard deviations are known."""
    n = sum(one.n for one in samples)
    mean = sum(one.n * one.mean for one in samples) / n
    squares = sum((one.n - 1) * (one.stray or 0.0) ** 2 + one.n * (one.mean - mean) ** 2 for one in samples)
    middle = median(one.middle for one in samples) if all(one.median is not None for one in samples) else None
    return replace(samples[-1], n=n, mean=mean, median=middle, stray=(squares / (n - 1)) ** 0.5, values=())


def spread(values: Sequence[float]) -> float:
    """How far values usually stray from their median, robustly, as a standard deviation."""
    middle = median(values)
    return STRAY * median(abs(value - middle) for value in values)


class _Trial(NamedTuple):
    """A test that was made."""

    test: str
    p: float
    reach: float
    """The smallest chance that the test can give with so few values."""
    old: float
    new: float
    bounds: Callable[[], tuple[float, float]]
    """The interval of the difference; made only where it is wanted, as it may take time."""
    noise: float
    """What is to be exceeded because of noise, as a share of the old value."""
    second: float | None = None
    """The same change, told by the medians where the test is of means."""


def _trial(each: Comparison) -> _Trial | Finding:
    new = each.new
    like = [one for one in each.earlier if (one.unit, one.environment) == (new.unit, new.environment)]
    if not like:
        if each.earlier:
            why = f"measured before only {each.other or 'in another unit or environment'}"
            return Finding(each.name, Verdict.INCOMPARABLE, why)
        return Finding(each.name, Verdict.TOO_LITTLE, "measured for the first time; the next run is compared with it")
    raw = [one.values for one in like if len(one.values) > 1][-POOLED:]
    if raw and new.values and 2 * curves.fewest(len(new.values), sum(map(len, raw))) <= ALPHA:
        return _ranked(new, raw, like)
    if _summed(new) and _summed(like[-1]):
        return _welch(new, together([one for one in like[-POOLED:] if _summed(one)]), like)
    if len(like) >= WINDOW:
        return _single(new, like[-NEWEST:])
    return Finding(each.name, Verdict.TOO_LITTLE, _missing(new, like), old=like[-1].middle)


def _summed(sample: Sample) -> bool:
    return sample.n > 2 and bool(sample.stray)


def _missing(new: Sample, like: Sequence[Sample]) -> str:
    known = f"{len(like)} of {WINDOW} earlier runs are known"
    if new.n > 1:
        return f"{new.n} values against {like[-1].n} show nothing; measure ten each, four at least; {known}"
    return f"one value, and {known}; measure ten times in one run, or go on measuring"


def _ranked(new: Sample, raw: Sequence[Sequence[float]], like: Sequence[Sample]) -> _Trial:
    before = [value for values in raw for value in spaced(values, max(1, VALUES // len(raw)))]
    now = spaced(new.values, VALUES)
    noise = max(_share(spread(values), median(values)) for values in (now, *raw))
    return _Trial(
        test=f"Mann-Whitney, {len(now)} values against {len(before)}",
        p=curves.mann_whitney(before, now)[1],
        reach=2 * curves.fewest(len(now), len(before)),
        old=median(before),
        new=median(now),
        bounds=lambda: curves.shift(before, now, level=1 - ALPHA),
        noise=max(noise / 2, _between(like)),
    )


def _welch(new: Sample, old: Sample, like: Sequence[Sample]) -> _Trial:
    mine, other = new.stray or 0.0, old.stray or 0.0
    found = curves.welch(new.mean, mine, new.n, old.mean, other, old.n)
    medians = new.median is not None and old.median is not None
    return _Trial(
        test=f"Welch, {new.n} values against {old.n}",
        p=found.p,
        reach=0.0,
        old=old.mean,
        new=new.mean,
        bounds=lambda: _around(new.mean - old.mean, found.error, found.freedom),
        noise=max(_share(mine, new.mean) / 2, _share(other, old.mean) / 2, _between(like)),
        second=_share(new.middle - old.middle, old.middle) if medians else None,
    )


def _single(new: Sample, window: Sequence[Sample]) -> _Trial:
    known = [one.middle for one in window]
    old = median(known)
    # what is always the same, such as a number of allocations, may still move by one part in a hundred
    scale = max(spread(known), 0.01 * old) * (1 + 1.5708 / len(known)) ** 0.5
    freedom = min(3.0, 0.3 * (len(known) - 1))
    moved = new.middle - old
    return _Trial(
        test=f"median and deviation of {len(known)} earlier runs",
        p=curves.t_beyond(moved / scale, freedom) if scale else float(not moved),
        reach=0.0,
        old=old,
        new=new.middle,
        bounds=lambda: _around(moved, scale, freedom),
        noise=_between(window),
    )


def _around(middle: float, error: float, freedom: float) -> tuple[float, float]:
    reach = curves.t_within(freedom, 1 - ALPHA) * error
    return middle - reach, middle + reach


def _between(like: Sequence[Sample]) -> float:
    """More than whole runs differ from one another where nothing changed."""
    known = [one.middle for one in like[-NEWEST:]]
    if len(known) < RUNS:
        return UNSURE
    return 3 * (1 + 1 / len(known)) * _share(spread(known), median(known))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _judged(each: Comparison, trial: _Trial, p: float, *, many: int, alpha: float, least: float) -> Finding:
    moved, minimum = trial.new - trial.old, max(least, trial.noise)
    change = moved / trial.old if trial.old else None
    told = [abs(one) if one * moved > 0 else 0.0 for one in (change, trial.second) if one is not None]
    large = min(told, default=float("inf") if moved else 0.0) >= minimum
    words = "from nothing" if change is None else f"{change:+.1%}"
    numbers = f"p {p:.2g}, {trial.test}" + (f", {many} benchmarks" if many > 1 else "")
    low = high = None
    if large and p <= alpha:
        verdict = Verdict.IMPROVED if (moved > 0) is each.bigger else Verdict.REGRESSED
        why = f"{words}; {numbers}"
        if trial.old:
            low, high = (bound / trial.old for bound in trial.bounds())
    elif large and trial.reach * many > alpha:
        verdict = Verdict.TOO_LITTLE
        why = f"{words}, but so few values cannot show it among {many} benchmarks; measure more; {numbers}"
    elif large or p > alpha:
        verdict, why = Verdict.SAME, f"{words}, as chance has it; {numbers}"
    else:
        verdict, why = Verdict.SAME, f"{words}, less than the {minimum:.1%} that count here; {numbers}"
    return Finding(each.name, verdict, why, change, low, high, p, trial.old)
