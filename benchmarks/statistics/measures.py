"""Exact bounds for what was counted, and bounds for medians and means that assume as little as they can."""

from collections.abc import Callable, Sequence
from math import ceil, exp, inf, lgamma, log, log1p
from random import Random
from typing import NamedTuple


class Bounds(NamedTuple):
    """A figure and its two-sided 95 % bounds."""

    value: float
    low: float
    high: float


def log_choose(n: int, k: int) -> float:
    """The logarithm of the binomial coefficient."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) of a binomial count X with `n` trials of probability `p`."""
    if k >= n or p <= 0:
        return 1.0
    if k < 0 or p >= 1:
        return 0.0
    return min(1.0, sum(exp(log_choose(n, i) + i * log(p) + (n - i) * log1p(-p)) for i in range(k + 1)))


def share(k: int, n: int, *, miss: float = 0.05) -> Bounds:
    """A counted share with its Clopper-Pearson bounds, which hold at any n; nothing is known at n = 0.

    Each side misses with probability `miss` / 2 at most. (Clopper and Pearson, Biometrika 26, 1934.)
    """
    if n == 0:
        return Bounds(0.0, 0.0, 1.0)
    low = 0.0 if k == 0 else _root(lambda p: 1 - at_most(k - 1, n, p) - miss / 2)
    high = 1.0 if k == n else _root(lambda p: miss / 2 - at_most(k, n, p))
    return Bounds(k / n, low, high)


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of a probability crosses zero."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def quantile(values: Sequence[float], at: float, *, miss: float = 0.05) -> Bounds:
    """A quantile of counts between order statistics whose ranks bound it whatever the distribution.

    What was never reached is given as infinity. Where no rank is sure enough, the bound is 0 or infinity.
    """
    ordered, n = sorted(values), len(values)
    if not ordered:
        return Bounds(inf, 0.0, inf)
    # P(x_(r) > quantile) = P(fewer than r of n lie at or below it) = at_most(r - 1, n, at)
    lows = [r for r in range(1, n + 1) if at_most(r - 1, n, at) <= miss / 2]
    highs = [r for r in range(1, n + 1) if 1 - at_most(r - 1, n, at) <= miss / 2]
    low = ordered[max(lows) - 1] if lows else 0.0
    high = ordered[min(highs) - 1] if highs else inf
    return Bounds(ordered[max(0, ceil(at * n) - 1)], low, high)


def mean(values: Sequence[float], *, seed: int = 1, rounds: int = 2000) -> Bounds:
    """A mean with the bounds of a seeded bootstrap over independent projects (percentiles)."""
    if not values:
        return Bounds(0.0, -inf, inf)
    chance, n = Random(seed), len(values)
    again = sorted(sum(chance.choices(values, k=n)) / n for _ in range(rounds))
    return Bounds(sum(values) / n, again[int(0.025 * rounds)], again[int(0.975 * rounds) - 1])


def ratio(above: Sequence[float], below: Sequence[float], *, seed: int = 1, rounds: int = 2000) -> Bounds:
    """The ratio of two means over the same projects, with the bounds of a seeded bootstrap over pairs."""
    chance, pairs = Random(seed), list(zip(above, below, strict=True))

    def one(drawn: Sequence[tuple[float, float]]) -> float:
        bottom = sum(pair[1] for pair in drawn)
        return sum(pair[0] for pair in drawn) / bottom if bottom else inf

    again = sorted(one(chance.choices(pairs, k=len(pairs))) for _ in range(rounds))
    return Bounds(one(pairs), again[int(0.025 * rounds)], again[int(0.975 * rounds) - 1])
