"""How likely a difference is by chance alone: ranks and Student's t in plain Python.

Tests hold these few lines to scipy, which is too large to come along.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

EXACT = 400
"""Pairs of values up to which the distribution of U is counted out; the normal curve is close beyond."""

_NORMAL = NormalDist()
_MANY = 1e7
"""Degrees of freedom beyond which Student's t is the normal curve, as far as anybody can tell."""


class Welch(NamedTuple):
    """Welch's test of two means."""

    t: float
    freedom: float
    p: float
    """Of a distance as large as this or larger, in either direction."""
    error: float
    """The standard error of the difference."""


def mann_whitney(before: Sequence[float], now: Sequence[float], *, exact: bool | None = None) -> tuple[float, float]:
    """U of the first sample, and the chance of one as far from its middle; neither sample is empty.

    `exact` counts the chance out, which is right only where no two values are the same. If it is
    None, that is done for small samples without ties; else the normal curve is taken, corrected for
    ties and continuity.
    """
    m, n = len(before), len(now)
    ranks, ties = _ranked([*before, *now])
    u = sum(ranks[:m]) - m * (m + 1) / 2
    far = max(u, m * n - u)
    if exact or (exact is None and not ties and m * n <= EXACT):
        return u, min(1.0, 2 * _at_most(m, n)[math.floor(m * n - far)])
    variance = m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1)))
    if variance <= 0:  # every value is the same
        return u, 1.0
    distance = (far - m * n / 2 - 0.5) / math.sqrt(variance)
    return u, min(1.0, math.erfc(distance / math.sqrt(2)))


def fewest(m: int, n: int) -> float:
    """The chance that all values of one sample lie above all of the other: no smaller one can come out."""
    return 1 / math.comb(m + n, m)


def shift(before: Sequence[float], now: Sequence[float], *, level: float) -> tuple[float, float]:
    """What was added to the values of the first sample, as an interval that holds it with chance `level`.

    It is made of the differences between the pairs of values (Hodges and Lehmann).
    """
    m, n = len(before), len(now)
    differences = sorted(new - old for new in now for old in before)
    if m * n <= EXACT:
        cut = sum(chance <= (1 - level) / 2 for chance in _at_most(m, n))
    else:
        distance = _NORMAL.inv_cdf((1 + level) / 2)
        cut = math.floor(m * n / 2 - distance * math.sqrt(m * n * (m + n + 1) / 12))
    cut = max(1, cut)
    return differences[cut - 1], differences[-cut]


def welch(mean: float, stray: float, n: int, other: float, other_stray: float, other_n: int) -> Welch:
    """Do two means differ, where the standard deviations may differ too? Each of at least two values."""
    one, two = stray * stray / n, other_stray * other_stray / other_n
    error = math.sqrt(one + two)
    if not error:
        return Welch(0.0, 1.0, float(mean == other), 0.0)
    freedom = (one + two) * (one + two) / (one * one / (n - 1) + two * two / (other_n - 1))
    t = (mean - other) / error
    return Welch(t, freedom, t_beyond(t, freedom), error)


def t_beyond(t: float, freedom: float) -> float:
    """The chance that Student's t lies farther from 0 than `t`, in either direction."""
    if freedom > _MANY:
        return math.erfc(abs(t) / math.sqrt(2))
    whole, half = freedom + t * t, freedom / 2
    if half < 100:
        ratio = math.lgamma(half + 0.5) - math.lgamma(half)
    else:  # the difference of two large numbers would lose the digits that count
        ratio = math.log(half) / 2 - 1 / (8 * half) + 1 / (192 * half**3) - 1 / (640 * half**5)
    scale = math.exp(ratio) / math.sqrt(math.pi)
    return _beta(freedom / whole, t * t / whole, half, 0.5, scale=scale)


def t_within(freedom: float, level: float) -> float:
    """How far from 0 Student's t lies at most, with chance `level`."""
    low, high = 0.0, 1.0
    while t_beyond(high, freedom) > 1 - level:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_beyond(middle, freedom) > 1 - level else (low, middle)
    return high


def _ranked(values: Sequence[float]) -> tuple[list[float], float]:
    """The rank of each value, the same for equal ones, and the sum of t^3 - t over all that are equal."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, ties, start = [0.0] * len(values), 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end + 1) / 2
        ties += (end - start) ** 3 - (end - start)
        start = end
    return ranks, ties


@lru_cache(maxsize=64)
def _at_most(m: int, n: int) -> tuple[float, ...]:
    """The chance of U at most 0, 1, 2 ... of two samples without ties of one curve, counted out."""
    ways = [1] + [0] * (m * n)
    for step in range(1, m + 1):  # the Gaussian binomial, a factor at a time
        for place in range(m * n, n + step - 1, -1):
            ways[place] -= ways[place - n - step]
        for place in range(step, m * n + 1):
            ways[place] += ways[place - step]
    total, sums, so_far = math.comb(m + n, m), list[float](), 0
    for count in ways:
        so_far += count
        sums.append(so_far / total)
    return tuple(sums)


def _beta(x: float, rest: float, a: float, b: float, *, scale: float) -> float:
    """The regularised incomplete beta function; `rest` is 1 - x to the last digit, `scale` is 1 / B(a, b)."""
    if not x or not rest:
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(rest, x, b, a, scale=scale)
    front = scale / a * math.exp(a * _log(x, rest) + b * _log(rest, x))
    # Lentz's way to follow the continued fraction
    fraction, c, d, turn, step = 1.0, 1.0, 0.0, 0.0, 0
    while abs(turn - 1) > 1e-14:
        half = step // 2
        if not step:
            part = 1.0
        elif step % 2:
            part = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            part = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        d = 1 / _away(1 + part * d)
        c = _away(1 + part / c)
        turn = c * d
        fraction *= turn
        step += 1
    return front * (fraction - 1)


def _log(x: float, rest: float) -> float:
    return math.log(x) if x < 0.5 else math.log1p(-rest)


def _away(value: float) -> float:
    """The value, kept away from 0, by which it is divided."""
    return value if abs(value) > 1e-300 else 1e-300
