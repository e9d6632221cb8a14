"""How many sessions it takes until a rule's effect is shown, in the engine itself, one rule to a project."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from math import inf
from typing import NamedTuple

from benchmarks.statistics import measures
from benchmarks.statistics.finding import NO, YES, Claim, Section, plain
from benchmarks.statistics.nature import announced, draw, happen
from benchmarks.statistics.ours import Ours
from benchmarks.statistics.pieces import Facts, Piece, cut
from benchmarks.statistics.world import DAY, World

ENOUGH = 20.0
RUNS = 400
FEWER = 200
"""Runs of rules without a target, which take long."""
HORIZON = 2000
ONE = World("one", "one helpful rule", helpful=1, sessions=HORIZON, per_day=1, looks=1, hard=0.0, votes="none")
"""A session a day, so that each has settled before the next one: what is counted are sessions that were scored."""


class Case(NamedTuple):
    """What is asked, and how fast it has to be answered."""

    world: World
    explore: float
    most: float | None = None
    """The promised median, in sessions."""


def _recurrence(without: float, shown: float) -> World:
    return replace(ONE, targets=((without, shown),))


CASES: Mapping[str, Case] = {
    f"recurrence {without:.0%} to {shown:.0%}, explore {explore:g}": Case(
        _recurrence(without, shown), explore, 50.0 if (without, explore) == (0.5, 1.0) else None
    )
    for without, shown in ((0.5, 0.1), (0.3, 0.05), (0.2, 0.05))
    for explore in (0.0, 1.0)
} | {
    f"success 70 to {success} %, explore {explore:g}": Case(replace(ONE, gain=(odds, odds), base=0.8473), explore)
    for success, odds in ((80, 0.5390), (85, 0.8873))
    for explore in (0.0, 1.0)
}


def pieces(seed: int, *, quick: bool) -> list[Piece]:
    """All cases; quickly, eight runs of each."""
    return list(
        chain.from_iterable(
            cut("speed", name, 8 if quick else RUNS if case.world.targets else FEWER, seed, size=25)
            for name, case in CASES.items()
        )
    )


def do(piece: Piece) -> Facts:
    """For each run the sessions until e >= 20, or nothing within the horizon."""
    case = CASES[piece.case]
    return {"sessions": [_run(case, number, piece.seed) for number in piece.projects]}


def _run(case: Case, number: int, seed: int) -> int | None:
    project = draw(case.world, number, seed)
    engine = Ours(seed * 100_000 + number, explore=case.explore)
    for _, rule in announced(project):
        engine.announce(rule)
    for count, task in enumerate(project.tasks, start=1):
        choice = engine.choose(task.asked)
        engine.hear(*happen(project, task, choice.shown))
        if engine.decide(task.asked.ts + DAY)["r000"].e_help >= ENOUGH:
            return count
    return None


def conclude(done: Mapping[Piece, Facts]) -> list[Section]:
    """Medians and 80th percentiles."""
    claims: list[Claim] = []
    for name, case in CASES.items():
        runs = [n for piece, facts in done.items() if piece.case == name for n in facts["sessions"]]
        if not runs:
            continue
        counts = [inf if n is None else float(n) for n in runs]
        half, most = measures.quantile(counts, 0.5), measures.quantile(counts, 0.8)
        claims.append(
            Claim(f"{name}: median", plain(half), f"{len(runs)} runs", f"<= {case.most:g}" if case.most else "",
                  (YES if half.value <= case.most else NO) if case.most else "")
        )  # fmt: skip
        claims.append(Claim(f"{name}: 80th percentile", plain(most), f"{len(runs)} runs"))
    return [Section(f"Sessions until e >= 20, within {HORIZON:,}", claims)]
