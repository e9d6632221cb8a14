"""Betting against "this rule changes nothing": wealth that cannot grow in expectation unless it does.

With z = (A - p) e, where the coin A was thrown with probability p and e was fixed without it, E[z] = 0 under the
null hypothesis, so that each product of (1 +- b z) with b fixed beforehand is a martingale that starts at 1
(Ville: it ever reaches 20 with probability at most 1/20). Several sizes of bet are averaged.

Products are kept instead of logarithms: as binary fractions and whole exponents they are the same on every machine.
"""

from collections.abc import Sequence
from math import frexp, fsum, ldexp

TIDY = 64
"""Bets between two looks at the exponents. One bet changes wealth by a factor of .05 to 1.95 (see `stake`)."""

MOST = 1e300
"""Wealth above this is reported as this."""


class Wealth:
    """Wealth of each size of bet."""

    __slots__ = ("parts", "rows", "shifts")

    def __init__(self, sizes: int) -> None:
        self.parts = [1.0] * sizes
        self.shifts = [0] * sizes
        self.rows = 0

    def tidy(self) -> None:
        """Move what the products have gained or lost into the exponents."""
        for number, part in enumerate(self.parts):
            self.parts[number], shift = frexp(part)
            self.shifts[number] += shift

    def value(self) -> float:
        """The mean over the sizes of bet: the e-value."""
        highest = max(self.shifts)
        if highest > 900:
            return MOST
        return min(
            MOST,
            fsum(ldexp(part, shift) for part, shift in zip(self.parts, self.shifts, strict=True)) / len(self.parts),
        )


class Process:
    """The two wealths of one question: does it help, does it harm?"""

    __slots__ = ("harms", "helps")

    def __init__(self, sizes: int) -> None:
        self.helps, self.harms = Wealth(sizes), Wealth(sizes)

    def bet(self, bets: Sequence[float], z: float, weight: float, most: float) -> None:
        """One session, with fixed sizes of bet; none above `most`."""
        bet(self.helps, bets, z, weight, most)
        bet(self.harms, bets, -z, weight, most)

    def both(self) -> float:
        """The e-value of "it changes at all": the mean of both directions."""
        return (self.helps.value() + self.harms.value()) / 2.0


def bet(wealth: Wealth, bets: Sequence[float], z: float, weight: float, most: float) -> None:
    """One session in one direction."""
    parts = wealth.parts
    for number, size in enumerate(bets):
        stake = size * weight
        parts[number] *= 1.0 + (min(most, stake)) * z
    wealth.rows += 1
    if wealth.rows % TIDY == 0:
        wealth.tidy()
