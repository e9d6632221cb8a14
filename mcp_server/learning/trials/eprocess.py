"""Betting against "this rule changes nothing": wealth that cannot grow in expectation unless it does.

With z = (A - p) e, where the coin A was thrown with probability p and e was fixed without it, E[z] = 0 under the
null hypothesis, so that each product of (1 +- b z) with b fixed beforehand is a martingale that starts at 1
(Ville: it ever reaches 20 with probability at most 1/20). Several sizes of bet are averaged.

Products are kept instead of logarithms: as binary fractions and whole exponents they are the same on every machine.
"""

from collections.abc import Sequence
from math import frexp, fsum, ldexp

TIDY = 64
"""Bets between two looks at the exponents; one bet changes wealth by a factor between .05 and 1.95."""

MOST = 1e300
"""Wealth above this is reported as this."""

_HIGHEST = 990
"""Binary exponent of wealth that is reported as `MOST`."""


class Wealth:
    """Wealth of each size of bet, in one direction."""

    __slots__ = ("parts", "rows", "shifts")

    def __init__(self, sizes: int, begin: float = 1.0) -> None:
        part, shift = frexp(begin)
        self.parts = [part] * sizes
        self.shifts = [shift] * sizes
        self.rows = 0

    def bet(self, bets: Sequence[float], z: float, weight: float, most: float) -> None:
        """One session: each size is `weight` times a bet, but at most `most`."""
        parts = self.parts
        for number, size in enumerate(bets):
            parts[number] *= 1.0 + min(size * weight, most) * z
        self.rows += 1
        if self.rows % TIDY == 0:
            self.tidy()

    def tidy(self) -> None:
        """Move what the products have gained or lost into the exponents."""
        for number, part in enumerate(self.parts):
            self.parts[number], shift = frexp(part)
            self.shifts[number] += shift

    def value(self) -> float:
        """The mean over the sizes of bet: the e-value."""
        if max(self.shifts) > _HIGHEST:
            return MOST
        wealth = map(ldexp, self.parts, self.shifts)
        return min(MOST, fsum(wealth) / len(self.parts))


class Process:
    """The two wealths of one question: does it help, does it harm?

    With `adaptive` there is one more bet in each direction, whose size follows what was learnt so far.
    """

    __slots__ = ("harms", "helps")

    def __init__(self, sizes: int, *, adaptive: bool = False) -> None:
        self.helps, self.harms = Wealth(sizes + adaptive), Wealth(sizes + adaptive)

    def bet(self, bets: Sequence[float], z: float, weight: float, most: float, adaptive: float = 0.0) -> None:
        """One session. `bets` rise. `adaptive` above 0 bets on help, below 0 on harm."""
        helps, harms = self.helps.parts, self.harms.parts
        if weight != 1.0 or bets[-1] > most or not -most <= adaptive <= most:
            bets = [min(size * weight, most) for size in bets]
            adaptive = min(most, max(-most, adaptive * weight))
        # The same bets in both directions at once: this is the innermost loop of a replay.
        number = 0
        for size in bets:
            gain = size * z
            helps[number] *= 1.0 + gain
            harms[number] *= 1.0 - gain
            number += 1
        if adaptive > 0.0:
            helps[number] *= 1.0 + adaptive * z
        elif adaptive < 0.0:
            harms[number] *= 1.0 + adaptive * z
        self.helps.rows += 1
        if self.helps.rows % TIDY == 0:
            self.helps.tidy()
            self.harms.tidy()

    def either(self) -> float:
        """The e-value of "it changes at all": the mean of both directions."""
        return (self.helps.value() + self.harms.value()) / 2.0
