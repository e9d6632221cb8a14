"""How durations are taken: interleaved, so that a noisy moment of the machine meets every subject alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Spread:
    """What many durations amount to, in milliseconds."""

    p50: float
    p99: float
    n: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        """The spread of durations given in seconds; there is at least one."""
        ordered = sorted(seconds)
        return cls(1000 * _quantile(ordered, 0.5), 1000 * _quantile(ordered, 0.99), len(ordered))


def interleaved(rounds: int, subjects: Mapping[str, Callable[[], object]], *, warm: int = 3) -> dict[str, Spread]:
    """Call every subject once a round, each round beginning with another one; `warm` rounds are not counted."""
    names = list(subjects)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(warm + rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            begun = perf_counter()
            subjects[name]()
            took = perf_counter() - begun
            if turn >= warm:
                seconds[name].append(took)
    return {name: Spread.of(each) for name, each in seconds.items()}


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
