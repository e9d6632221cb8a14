"""Which e-values may be called discoveries together, however the rules depend on each other (Wang and Ramdas)."""

from collections.abc import Mapping
from math import log


def discovered(values: Mapping[str, float], *, rate: float, tried: int) -> set[str]:
    """e-BH: the k largest, for the largest k whose k-th value is at least K / (rate k); K = `tried`, fixed."""
    ordered = sorted(values, key=lambda name: -values[name])
    most = 0
    for place, name in enumerate(ordered, 1):
        if values[name] * rate * place >= tried:
            most = place
    return set(ordered[:most])


def discovered_growing(values: Mapping[str, float], orders: Mapping[str, int], *, rate: float) -> set[str]:
    """Online e-BH for rules that keep coming: each e-value counts by the weight of its place in the order of trials."""
    weighted = {name: value * gamma(orders[name]) for name, value in values.items()}
    return discovered(weighted, rate=rate, tried=1)


def gamma(order: int) -> float:
    """The weight of the j-th rule, from 1: 1 / (j log(j + 1)^2), normalised so that all of them sum to 1."""
    return 1.0 / (order * log(order + 1) ** 2 * NORM)


NORM = 3.38774
"""Sum over j >= 1 of 1 / (j log(j + 1)^2)."""
