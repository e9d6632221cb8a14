"""The demonstration that credit without a coin gets the sign wrong, where a coin does not.

Helpful rules apply to hard tasks mostly, harmful ones to easy tasks. Sessions that show a helpful rule
then fail more often than the others, with no fault of the rule. What a policy concludes that always shows
the rules, and compares sessions with and without, is the credit that counters and dashboards give.
"""

from collections.abc import Mapping
from math import nan

from benchmarks.statistics import measures
from benchmarks.statistics.baselines import BASELINES
from benchmarks.statistics.finding import Claim, Section, above, below, percent, table
from benchmarks.statistics.nature import Project, draw, happen
from benchmarks.statistics.ours import OURS, Ours
from benchmarks.statistics.pieces import Facts, Piece, cut
from benchmarks.statistics.play import play
from benchmarks.statistics.world import World

WORLD = World(
    "signs", "Two helpful rules apply to hard tasks mostly, two harmful ones to easy tasks", helpful=2, harmful=2,
    gain=(0.4, 0.8), loss=(0.4, 0.8), hard=0.5, harder=4.0, confounded=True, base=2.0, sessions=1500, per_day=25,
    looks=25, votes="credulous",
)  # fmt: skip
PROJECTS = 40
SHOWN = ("always on", OURS + ", explore 0", OURS + ", explore 1")
VOTED = ("ACE", "cass")


def pieces(seed: int, *, quick: bool) -> list[Piece]:
    """Forty projects; quickly, two."""
    return cut("signs", WORLD.name, 2 if quick else PROJECTS, seed, size=5)


def do(piece: Piece) -> Facts:
    """For each rule its kind and what each way of looking says of its effect; for votes, its state."""
    found: dict[str, list[tuple[str, object]]] = {}
    for number in piece.projects:
        project = draw(WORLD, number, piece.seed)
        kinds = {ident: rule.kind for ident, rule in project.planted.items()}
        found.setdefault(SHOWN[0], []).extend((kinds[ident], worth) for ident, worth in credit(project).items())
        for name, explore in zip(SHOWN[1:], (0.0, 1.0), strict=True):
            fates = play(Ours(piece.seed * 1000 + number, explore=explore), project).fates
            found.setdefault(name, []).extend((fate.kind, fate.effect) for fate in fates)
        for name in VOTED:
            fates = play(BASELINES[name](number), project).fates
            found.setdefault(name, []).extend((fate.kind, fate.state) for fate in fates)
    return found


def credit(project: Project) -> dict[str, float]:
    """Mean success of sessions that showed a rule less that of all others, when it is always shown."""
    sums = {ident: ([0.0, 0.0], [0.0, 0.0]) for ident in project.planted}
    for task in project.tasks:
        reports, _ = happen(project, task, tuple(task.rules))
        for ident, sides in sums.items():
            side = sides[ident in task.rules]
            side[0] += len(reports)
            side[1] += sum(report.success for report in reports)

    def mean(side: list[float]) -> float:
        return side[1] / side[0] if side[0] else nan

    return {ident: mean(shown) - mean(rest) for ident, (rest, shown) in sums.items()}


def conclude(done: Mapping[Piece, Facts]) -> list[Section]:
    """The share of wrong signs in each way of looking."""
    found: dict[str, list[tuple[str, object]]] = {}
    for facts in done.values():
        for name, each in facts.items():
            found.setdefault(name, []).extend(map(tuple, each))
    claims: list[Claim] = []
    rows: list[list[str]] = []
    for name in SHOWN:
        told = [(kind, value) for kind, value in found[name] if isinstance(value, (int, float))]
        wrong = [(kind, (kind == "helpful") != (value > 0)) for kind, value in told]
        share = measures.share(sum(miss for _, miss in wrong), len(wrong))
        rows.append([name, *(_part(wrong, kind) for kind in ("helpful", "harmful"))])
        promise, kept = {
            SHOWN[0]: (">= 50 %", above(share, 0.5)), SHOWN[2]: ("<= 5 %", below(share, 0.05))
        }.get(name, ("", ""))  # fmt: skip
        claims.append(Claim(f"wrong signs, {name}", percent(share), f"{len(wrong)} rules", promise, kept))
    for name in VOTED:
        wrong = [(kind, state == ("retired" if kind == "helpful" else "active")) for kind, state in found[name]]
        rows.append(
            [
                f"{name}: helpful ones retired, harmful ones proven",
                *(_part(wrong, kind) for kind in ("helpful", "harmful")),
            ]
        )
    body = f"{WORLD.about}; {WORLD.sessions:,} sessions. Percent of wrong signs:\n\n"
    return [
        Section(
            "Credit without a coin gets the sign wrong",
            claims,
            body + table(["way", "helpful rules", "harmful rules"], rows),
        )
    ]


def _part(wrong: list[tuple[str, bool]], kind: str) -> str:
    mine = [miss for each, miss in wrong if each == kind]
    return f"{100 * sum(mine) / len(mine):.0f}" if mine else ""
