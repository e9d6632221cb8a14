"""What a benchmark found: one line per figure, with its floor, its budget and whether that was kept."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from benchmarks.timing import Spread


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. `met` is None where there is no budget, only information, or where nothing was measured."""

    what: str
    ours: Spread | None = None
    floor: Spread | None = None
    budget: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Our median over the floor's."""
        return self.ours.p50 / self.floor.p50 if self.ours and self.floor and self.floor.p50 else None


def facts(result: Result) -> Mapping[str, object]:
    """A result as JSON, durations in milliseconds."""
    return {**asdict(result), "ratio": result.ratio}


def table(results: Iterable[Result]) -> str:
    """Results as a Markdown table."""
    lines = [
        "| what | n | p50 ms | p99 ms | floor p50 | floor p99 | ratio | budget | kept |",
        "| --- | --: | --: | --: | --: | --: | --: | --- | --- |",
    ]
    lines += [f"| {' | '.join(_cells(result))} |" for result in results]
    return "\n".join(lines)


def notes(results: Iterable[Result]) -> str:
    """What has to be said beside the figures."""
    return "\n".join(f"- {result.what}: {result.note}" for result in results if result.note)


def _cells(result: Result) -> Iterable[str]:
    ours, floor = result.ours, result.floor
    yield result.what
    yield str(ours.n) if ours else ""
    for spread in (ours, floor):
        yield _figure(spread.p50) if spread else ""
        yield _figure(spread.p99) if spread else ""
    yield f"{result.ratio:.2f}" if result.ratio is not None else ""
    yield result.budget
    yield {True: "yes", False: "**no**", None: ""}[result.met]


def _figure(milliseconds: float) -> str:
    if milliseconds >= 100:
        return f"{milliseconds:,.0f}"
    return f"{milliseconds:.1f}" if milliseconds >= 10 else f"{milliseconds:.2f}"
