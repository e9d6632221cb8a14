"""What a proof has to say: claims with their figures, and tables for the page."""

from collections.abc import Iterable, Sequence
from math import isinf
from typing import NamedTuple

from benchmarks.statistics.measures import Bounds


class Claim(NamedTuple):
    """A promise and whether this run kept it; empty where nothing was promised."""

    what: str
    figure: str
    n: str
    promise: str = ""
    kept: str = ""


class Section(NamedTuple):
    """One proof's part of the page."""

    title: str
    claims: Sequence[Claim]
    body: str = ""
    """Tables and words, in Markdown."""


YES, NO, OPEN = "yes", "**no**", "not shown"


def below(bounds: Bounds, limit: float) -> str:
    """Is a figure shown to be at most `limit`? It is open where the bounds lie on both sides."""
    return YES if bounds.high <= limit else NO if bounds.low > limit else OPEN


def above(bounds: Bounds, limit: float) -> str:
    """Is a figure shown to be at least `limit`?"""
    return YES if bounds.low >= limit else NO if bounds.high < limit else OPEN


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose first column is text and whose others are figures."""
    lines = [f"| {' | '.join(head)} |", f"| --- |{' --: |' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def claims(found: Iterable[Claim]) -> str:
    """Claims as a table."""
    lines = ["| what | figure (95 % bounds) | n | promise | kept |", "| --- | --: | --- | --- | --- |"]
    return "\n".join(
        [*lines, *(f"| {one.what} | {one.figure} | {one.n} | {one.promise} | {one.kept} |" for one in found)]
    )


def percent(bounds: Bounds) -> str:
    """A share with its bounds, in percent."""
    return f"{_number(100 * bounds.value)} % ({_number(100 * bounds.low)} to {_number(100 * bounds.high)})"


def plain(bounds: Bounds) -> str:
    """A figure with its bounds."""
    return f"{_number(bounds.value)} ({_number(bounds.low)} to {_number(bounds.high)})"


def _number(value: float) -> str:
    if isinf(value):
        return "beyond the horizon" if value > 0 else "unknown"
    return (
        f"{value:,.0f}"
        if abs(value) >= 100 or value == int(value)
        else f"{value:.2g}"
        if abs(value) < 1
        else f"{value:.1f}"
    )
