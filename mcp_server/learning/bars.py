"""An effect and its interval as one line of characters, zero marked, for terminals of any width and encoding."""

from collections.abc import Iterable
from typing import NamedTuple

STEPS = (0.1, 0.2, 0.3, 0.5, 1.0)
"""How far to both sides of zero a row of bars may reach, as shares."""


class Signs(NamedTuple):
    """The characters of a bar."""

    zero: str
    line: str
    left: str
    right: str
    beyond_left: str
    beyond_right: str
    effect: str
    crossing: str


LINES = Signs("│", "─", "├", "┤", "◄", "►", "●", "┼")
PLAIN = Signs("|", "-", "[", "]", "<", ">", "o", "+")
"""Where the console's encoding has no others."""


def signs(encoding: str | None) -> Signs:
    """The characters that an encoding carries; where none is named, all of them."""
    try:
        "".join(LINES).encode(encoding or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return PLAIN
    return LINES


def reach(intervals: Iterable[tuple[float, float]]) -> float:
    """How far bars have to reach to show these intervals whole."""
    most = max((max(abs(lo), abs(hi)) for lo, hi in intervals), default=STEPS[-1])
    return next((step for step in STEPS if most <= step), STEPS[-1])


def bar(effect: float, lo: float, hi: float, *, reach: float, width: int, signs: Signs) -> str:
    """The interval as a bar of this width; an arrow where it goes on beyond the reach."""
    last = width - 1

    def place(value: float) -> int:
        return round(max(0.0, min(1.0, (value + reach) / (2.0 * reach))) * last)

    first, end, middle = place(lo), place(hi), place(0.0)
    cells = [" "] * width
    cells[first : end + 1] = signs.line * (end + 1 - first)
    cells[middle] = signs.crossing if first < middle < end else signs.zero
    cells[first] = signs.beyond_left if lo < -reach else signs.left
    cells[end] = signs.beyond_right if hi > reach else signs.right
    cells[place(effect)] = signs.effect
    return "".join(cells)


def axis(*, reach: float, width: int) -> str:
    """The line above the bars: how far they reach, in points, and where zero is."""
    least, most = f"{-100 * reach:.0f}", f"{100 * reach:+.0f}"
    middle = round((width - 1) / 2)
    return f"{least:<{middle}}0{most:>{width - middle - 1}}"
