"""Making probabilities fit a context budget: what is promising gives way least.

They are lowered until sum(p l) + 2 sqrt(sum p (1 - p) l^2) fits, with l = 1 for rules and their length for tokens.
First all are raised to one power, which leaves large ones nearly as they are and makes room with the small ones;
what no power within limits makes fit is then scaled by one factor.
"""

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple

Item = tuple[float, float, float]
"""A probability, and what it takes where its coin falls on "show": rules and tokens."""

Sums = tuple[float, float, float, float]
"""Mean and variance of what items take in rules, and the same in tokens."""

POWER = 8.0
"""The highest: a rule shown nine times of ten keeps half of that."""

STEPS = 5
"""Halvings of the interval in which the power lies, on its own scale; the factor fits the rest exactly."""


class Limits(NamedTuple):
    """How much must fit, and what no probability is lowered below, unless not even that fits."""

    deviations: float
    floor: float


def load(deviations: float, items: Sequence[Item], unit: int) -> float:
    """What the items ask for: their mean and some deviations, but never more than all of them together."""
    mean = fsum(item[0] * item[unit] for item in items)
    variance = fsum(item[0] * (1 - item[0]) * item[unit] ** 2 for item in items)
    return min(mean + deviations * sqrt(variance), fsum(item[unit] for item in items))


def fitted(items: Sequence[Item], taken: Sequence[Item], room: tuple[float, float], limits: Limits) -> list[float]:
    """The probabilities lowered until they fit into so many rules and tokens beside what is taken."""
    chances, held = [item[0] for item in items], _sums([item[0] for item in taken], taken)
    if _fits(_sums(chances, items), held, room, limits):
        return chances
    low, high, raised = 1.0, POWER, chances
    for _ in range(STEPS):
        middle = sqrt(low * high)
        tried = _raised(chances, middle, limits.floor)
        if _fits(_sums(tried, items), held, room, limits):
            high = middle
        else:
            low, raised = middle, tried
    return _scaled([(p, *item[1:]) for p, item in zip(raised, items, strict=True)], taken, room, limits)


def _raised(chances: Sequence[float], power: float, floor: float) -> list[float]:
    """Each to the power, but none below the floor that was not so before."""
    return [q if (q := p**power) > floor else min(p, floor) for p in chances]


def _sums(chances: Sequence[float], items: Sequence[Item]) -> Sums:
    rules = tokens = several = many = 0.0
    for p, (_, one, length) in zip(chances, items, strict=True):
        few, some = p * one, p * length
        rules += few
        tokens += some
        several += few * (one - few)
        many += some * (length - some)
    return rules, several, tokens, many


def _fits(own: Sums, held: Sums, room: tuple[float, float], limits: Limits) -> bool:
    square = limits.deviations**2
    for limit, mean, variance in ((room[0], 0, 1), (room[1], 2, 3)):
        left = limit - own[mean] - held[mean]
        if left < 0.0 or left * left < square * (own[variance] + held[variance]):
            return False
    return True


def _scaled(items: Sequence[Item], taken: Sequence[Item], room: tuple[float, float], limits: Limits) -> list[float]:
    """One factor for all of them, but none below the floor, unless not even the floors fit."""
    for floor in (limits.floor, 0.0):
        low = set[int]()
        while True:
            held = [*taken, *((min(items[n][0], floor), *items[n][1:]) for n in low)]
            free = [item for n, item in enumerate(items) if n not in low]
            factor = min(_factor(free, held, limit, unit, limits.deviations) for unit, limit in enumerate(room, 1))
            lower = {n for n, item in enumerate(items) if n not in low and item[0] * factor < floor}
            if not lower:
                break
            low |= lower
        if factor > 0.0 or floor == 0.0:
            return [min(item[0], floor) if n in low else item[0] * factor for n, item in enumerate(items)]
    raise AssertionError


def _factor(items: Sequence[Item], held: Sequence[Item], limit: float, unit: int, deviations: float) -> float:
    """The largest factor in [0, 1] with which the items fit beside the held ones.

    The smaller root of (C - x S)^2 = k^2 (V + x L - x^2 Q), with S = sum(p l), L = sum(p l^2), Q = sum(p^2 l^2),
    C what the held ones leave, V their variance, and k the deviations.
    """
    left = limit - fsum(item[0] * item[unit] for item in held)
    variance = fsum(item[0] * (1 - item[0]) * item[unit] ** 2 for item in held)
    square = deviations**2
    if left < 0.0 or left * left < square * variance:
        return 0.0
    mean = fsum(item[0] * item[unit] for item in items)
    linear = fsum(item[0] * item[unit] ** 2 for item in items)
    squared = fsum((item[0] * item[unit]) ** 2 for item in items)
    if mean == 0.0:
        return 1.0
    a, half, c = mean * mean + square * squared, left * mean + square * linear / 2, left * left - square * variance
    inside = half * half - a * c
    if inside <= 0.0:
        return 1.0
    return max(0.0, min(1.0, c / (half + sqrt(inside))))
