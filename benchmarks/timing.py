"""How durations are taken: interleaved, so that a noisy moment of the machine meets every subject alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from time import perf_counter, thread_time


@dataclass(frozen=True, slots=True)
class Spread:
    """What many durations amount to, in milliseconds."""

    p50: float
    p99: float
    n: int
    busy: float = 0.0
    """p99 of the processor's time alone, without what others took of it or the disk; 0 where it was not taken."""

    @classmethod
    def of(cls, seconds: Sequence[float], busy: Sequence[float] = ()) -> "Spread":
        """The spread of durations given in seconds; there is at least one."""
        ordered = sorted(seconds)
        worked = 1000 * _quantile(sorted(busy), 0.99) if busy else 0.0
        return cls(1000 * _quantile(ordered, 0.5), 1000 * _quantile(ordered, 0.99), len(ordered), worked)


def interleaved(rounds: int, subjects: Mapping[str, Callable[[], object]], *, warm: int = 3) -> dict[str, Spread]:
    """Call every subject once a round, each round beginning with another one; `warm` rounds are not counted."""
    names = list(subjects)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    busy: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(warm + rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            begun, idle = perf_counter(), thread_time()
            subjects[name]()
            took, worked = perf_counter() - begun, thread_time() - idle
            if turn >= warm:
                seconds[name].append(took)
                busy[name].append(worked)
    return {name: Spread.of(seconds[name], busy[name]) for name in names}


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
