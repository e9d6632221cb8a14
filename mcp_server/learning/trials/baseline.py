"""What is expected of a session before it is known which rules it had: discounted means, each nearer to the newest."""

from collections.abc import Sequence
from typing import NamedTuple


class Rate:
    """A discounted mean of numbers, mostly in [0, 1]."""

    __slots__ = ("total", "weight")

    def __init__(self, total: float = 0.0, weight: float = 0.0) -> None:
        self.total, self.weight = total, weight

    def mean(self, toward: float, strength: float) -> float:
        """The mean, drawn towards a number as if it had been seen so often."""
        return (self.total + strength * toward) / (self.weight + strength)

    def feed(self, value: float, weight: float, half_life: float) -> None:
        """Take in a number; what was known before it counts a little less, by half after `half_life` of weight."""
        keep = 0.5 ** (weight / half_life)
        self.total = self.total * keep + weight * value
        self.weight = self.weight * keep + weight


class Scored(NamedTuple):
    """A number in [0, 1] that a session got, what it weighs, and what was expected."""

    y: float
    weight: float
    expected: float


def clustered(outcomes: int, correlation: float) -> float:
    """What so many outcomes of one session weigh together, as they share the agent's state."""
    return outcomes / (1.0 + correlation * (outcomes - 1))


def median(numbers: Sequence[float]) -> float:
    """The lower median: half of the numbers are at most this."""
    return sorted(numbers)[(len(numbers) - 1) // 2]
