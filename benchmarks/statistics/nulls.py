"""The proof of silence: rules that do nothing are hardly ever promoted, however often one looks."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from benchmarks.statistics import measures
from benchmarks.statistics.baselines import BASELINES
from benchmarks.statistics.finding import Claim, Section, below, percent, table
from benchmarks.statistics.nature import draw
from benchmarks.statistics.ours import OURS, Ours
from benchmarks.statistics.pieces import Facts, Piece, cut
from benchmarks.statistics.play import play
from benchmarks.statistics.world import World

MOST = 0.05
SOLO = World(
    "solo", "one rule to a project, so that no other raises the bar; a look after every session", null=1,
    sessions=1000, looks=1, votes="garbage",
)  # fmt: skip
_SEEN = "one rule with a target that recurs in half of the sessions; its detector always runs"
SKIPPED = World(
    "skipped",
    "one rule with such a target; showing it keeps the detector from running in 65 % of its failing sessions",
    null=1,
    sessions=1000,
    votes="garbage",
    targets=((0.5, 0.5),),
)
CROWD = World(
    "crowd", "40 useless rules to a project, room for 12, a look every 5 sessions", null=40, sessions=1000,
    votes="credulous", outcomes=4, luck=1.19, drift=0.95,
)  # fmt: skip


class Case(NamedTuple):
    """A world of useless rules, and how many projects of it are played."""

    world: World
    projects: int
    explore: float = 0.0


DAILY = replace(SOLO, looks=5)
CASES: Mapping[str, Case] = {
    "alone": Case(SOLO, 2000),
    "alone, explore 1": Case(replace(DAILY, about="the same, a look every day"), 300, 1.0),
    "alone, hard times": Case(
        replace(DAILY, about="up to 12 correlated outcomes a session, drift and a new model", outcomes=12, luck=1.19,
                drift=0.95, change=0.5), 300,
    ),
    "with a target": Case(replace(DAILY, about=_SEEN, targets=((0.5, 0.5),)), 1500),
    "skips detectors when failing": Case(replace(SKIPPED, skips=0.65), 2000),
    "skips detectors when failing, explore 1": Case(replace(SKIPPED, about="the same", skips=0.65), 300, 1.0),
    "skips detectors at any time": Case(
        replace(SKIPPED, about="the same in half of all its sessions, whatever they come to", skips_any=0.5), 300
    ),
    "in a crowd": Case(CROWD, 50),
    "silences failures": Case(
        replace(DAILY, about="showing it keeps the agent from reporting half of its failing sessions", silences=0.5),
        300,
    ),
    "silences failures, with a target": Case(
        replace(DAILY, about="the same for a rule with a target, whose detector ran all the same", silences=0.5,
                targets=((0.5, 0.5),)), 1500,
    ),
}  # fmt: skip
OTHERS = 100
"""Projects in which the baselines are played, for comparison."""


def pieces(seed: int, *, quick: bool) -> list[Piece]:
    """All cases; quickly, a hundredth of them."""
    return list(
        chain.from_iterable(
            cut(
                "nulls",
                name,
                max(2, case.projects // (100 if quick else 1)),
                seed,
                size=50 if case.world.null == 1 else 5,
            )
            for name, case in CASES.items()
        )
    )


def do(piece: Piece) -> Facts:
    """Count useless rules that were ever promoted."""
    case = CASES[piece.case]
    counts = {name: [0, 0] for name in (OURS, *BASELINES)}
    looks = 0
    for number in piece.projects:
        project = draw(case.world, number, piece.seed)
        policies = {OURS: Ours(piece.seed * 100_000 + number, explore=case.explore)}
        if number < OTHERS // case.world.null:
            policies |= {name: make(number) for name, make in BASELINES.items()}
        for name, policy in policies.items():
            account = play(policy, project)
            counts[name][0] += sum(fate.promoted is not None for fate in account.fates)
            counts[name][1] += len(account.fates)
            looks = account.looks
    return {"counts": counts, "looks": looks}


def conclude(done: Mapping[Piece, Facts]) -> list[Section]:
    """Every case with its bound."""
    claims: list[Claim] = []
    rows: list[list[str]] = []
    for name, case in CASES.items():
        found = [facts for piece, facts in done.items() if piece.case == name]
        if not found:
            continue
        sums = {
            policy: [sum(facts["counts"][policy][place] for facts in found) for place in (0, 1)]
            for policy in (OURS, *BASELINES)
        }
        promoted, rules = sums[OURS]
        share = measures.share(promoted, rules)
        n = f"{rules:,} rules, {case.world.sessions:,} sessions and {found[0]['looks']:,} looks each"
        claims.append(
            Claim(
                name, percent(share), n,
                "upper bound <= 5 %", below(share, MOST),
            )
        )  # fmt: skip
        rows.append([name, *(f"{100 * k / n:.0f}" if n else "" for k, n in sums.values())])
    body = "Percent of useless rules ever promoted:\n\n" + table(["case", OURS, *BASELINES], rows)
    words = "\n".join(f"- {name}: {case.world.about}" for name, case in CASES.items())
    return [Section("Useless rules ever promoted", claims, f"{words}\n\n{body}")]
