"""`python -m benchmarks.pairs`: how well sentences that say the same, or the opposite, are told from others."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mcp_server.learning.likeness import Likeness, compare

FILE = Path(__file__).with_name("pairs.txt")
HELD = Path(__file__).with_name("pairs_held.txt")
"""Written after the method was mended with the others in view."""
CLASSES = {
    "r": ("reordered", Likeness.SAME),
    "s": ("synonym", Likeness.SAME),
    "n": ("narrower", Likeness.DIFFERENT),
    "o": ("opposite", Likeness.OPPOSITE),
    "u": ("unrelated", Likeness.DIFFERENT),
}
"""What a line of the file begins with: the class of the pair, and how its sentences stand to each other."""


class Pair(NamedTuple):
    """Two sentences, and what a reader says of them."""

    name: str
    wanted: Likeness
    a: str
    b: str


class Scores(NamedTuple):
    """What the comparison made of labelled pairs."""

    pairs: int
    same: tuple[int, int]
    """Of those it called the same: how many are, and how many there were."""
    opposite: tuple[int, int]
    recall: dict[str, tuple[int, int]]
    """By class: how many were told rightly, of how many."""
    wrong: tuple[Pair, ...]
    """Pairs that were called the same or the opposite, and are not."""

    @property
    def precision(self) -> float:
        """Of all that was called the same or the opposite, the share that is."""
        right, called = (sum(each) for each in zip(self.same, self.opposite, strict=True))
        return right / called if called else 1.0


def pairs(text: str) -> Iterator[Pair]:
    """The labelled pairs of a file."""
    first = ""
    for line in text.splitlines():
        mark, _, rest = line.partition(" ")
        if mark in CLASSES and first:
            yield Pair(*CLASSES[mark], first, rest)
        elif not line.startswith("#"):
            first = line


def score(labelled: Iterable[Pair]) -> Scores:
    """Compare each pair and count."""
    told = [(pair, compare(pair.a, pair.b).likeness) for pair in labelled]
    recall = {
        name: (
            sum(pair.wanted is said for pair, said in told if pair.name == name),
            sum(p.name == name for p, _ in told),
        )
        for name, _ in CLASSES.values()
    }
    called = {
        kind: (sum(pair.wanted is said is kind for pair, said in told), sum(said is kind for _, said in told))
        for kind in Likeness
    }
    wrong = tuple(pair for pair, said in told if said is not Likeness.DIFFERENT and said is not pair.wanted)
    return Scores(len(told), called[Likeness.SAME], called[Likeness.OPPOSITE], recall, wrong)


def main() -> int:
    """Print precision, recall by class, and every pair that was wrongly called alike or opposite, of each file."""
    both = [score(pairs(file.read_text(encoding="utf-8"))) for file in (FILE, HELD)]
    for file, found in zip((FILE, HELD), both, strict=True):
        print(f"{file.name}: {found.pairs} pairs; precision {found.precision:.3f}", end=": ")
        print(f"same {found.same[0]} of {found.same[1]}, opposite {found.opposite[0]} of {found.opposite[1]}")
        for name, (right, count) in found.recall.items():
            print(f"| {name} | {right} of {count} | {right / count:.2f} |")
        for pair in found.wrong:
            print(f"wrong: {pair.a} / {pair.b} ({pair.name})")
    return 0 if all(found.precision >= 0.95 for found in both) and both[0].pairs >= 300 else 1


if __name__ == "__main__":
    sys.exit(main())
