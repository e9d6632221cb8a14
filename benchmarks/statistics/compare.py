"""The proof by comparison: every policy in every world, on the same projects."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from math import sqrt
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from benchmarks.statistics import measures
from benchmarks.statistics.baselines import BASELINES
from benchmarks.statistics.finding import NO, YES, Claim, Section, below, percent, plain, table
from benchmarks.statistics.measures import Bounds
from benchmarks.statistics.nature import draw
from benchmarks.statistics.ours import OURS, Ours
from benchmarks.statistics.pieces import Facts, Piece, cut
from benchmarks.statistics.play import Account, Fate, play
from benchmarks.statistics.worlds import COMPARED

PROJECTS = 60
DISCOVERY = 0.2
HALF = 0.5
VOTES = 1.5
AUDIT = 4.0
CHANCE = 2 * NormalDist().cdf(-AUDIT)
"""How often honest coins go beyond it."""
SPREAD = 5.0
"""Sum of p (1 - p) from which a rule's coins are enough for its normal form."""
POLICIES = {OURS: Ours, **BASELINES}

Found = Mapping[str, Mapping[str, Sequence[Account]]]
"""By world, then by policy."""


def pieces(seed: int, *, quick: bool) -> list[Piece]:
    """All worlds; quickly, two projects of each."""
    return list(chain.from_iterable(cut("compare", name, 2 if quick else PROJECTS, seed, size=5) for name in COMPARED))


def do(piece: Piece) -> Facts:
    """Every policy in some projects of a world."""
    found: dict[str, list[Account]] = {name: [] for name in POLICIES}
    for number in piece.projects:
        project = draw(COMPARED[piece.case], number, piece.seed)
        for name, make in POLICIES.items():
            found[name].append(play(make(piece.seed * 1000 + number), project))
    return found


def conclude(done: Mapping[Piece, Facts]) -> list[Section]:
    """What all worlds say together."""
    found = gathered(done)
    return [_regret(found), _discovery(found), _harm(found), _votes(found), _audit(found)]


def gathered(done: Mapping[Piece, Facts]) -> Found:
    """Put the pieces together again, whether they come from this run or from a file."""
    found: dict[str, dict[str, list[Account]]] = {}
    for piece, facts in done.items():
        world = found.setdefault(piece.case, {})
        for name, accounts in facts.items():
            world.setdefault(name, []).extend(account(*each) for each in accounts)
    return found


def account(regret: float, late: float, looks: int, fates: Iterable[Sequence[object]]) -> Account:
    """An account from JSON."""
    return Account(regret, late, looks, tuple(Fate(*fate) for fate in fates))  # type: ignore[arg-type]


def _regret(found: Found) -> Section:
    rows = [
        [name, *(f"{_mean(one.regret for one in accounts):.1f}" for accounts in world.values())]
        for name, world in found.items()
    ]
    means = {
        policy: _mean(_mean(one.regret for one in world[policy]) for world in found.values()) for policy in POLICIES
    }
    late = {
        policy: _mean(_mean(one.late_regret for one in world[policy]) for world in found.values())
        for policy in POLICIES
    }
    worst = {policy: max(_mean(one.regret for one in world[policy]) for world in found.values()) for policy in POLICIES}
    for name, row in (("**mean**", means), ("worst world", worst), ("mean of the last quarter", late)):
        rows.append([name, *(f"{row[policy]:.1f}" for policy in POLICIES)])
    n = f"{len(found)} worlds x {len(next(iter(found.values()))[OURS])} projects"
    claims = [
        Claim(
            f"mean regret, this engine less {policy}",
            plain(gap := difference(found, policy)),
            n,
            "< 0",
            below(gap, 0.0),
        )
        for policy in BASELINES
    ]
    return Section("Regret: points of success lost per session", claims, table(["world", *POLICIES], rows))


def difference(found: Found, policy: str, *, rounds: int = 1000) -> Bounds:
    """The mean over worlds of our regret less another policy's, bootstrapped over the projects of each world."""
    chance = Random(1)
    gaps = [
        [one.regret - other.regret for one, other in zip(world[OURS], world[policy], strict=True)]
        for world in found.values()
    ]
    again = sorted(_mean(_mean(chance.choices(gap, k=len(gap))) for gap in gaps) for _ in range(rounds))
    return Bounds(_mean(map(_mean, gaps)), again[int(0.025 * rounds)], again[int(0.975 * rounds) - 1])


class Discovery(NamedTuple):
    """Promotions in the projects of one world."""

    false: int
    promoted: int
    proportion: float
    """The false discovery proportion, averaged over projects; 0 where nothing was promoted."""
    projects: Bounds
    """Those with any false promotion; no rate of false discoveries is higher than this share."""


def discovery(accounts: Iterable[Account]) -> Discovery:
    """Count the first promotions of rules that did not help when they were promoted."""
    promoted = [[fate for fate in one.fates if fate.promoted is not None] for one in accounts]
    false = [sum(not fate.deserved for fate in fates) for fates in promoted]
    proportions = [wrong / max(1, len(fates)) for wrong, fates in zip(false, promoted, strict=True)]
    spoilt = measures.share(sum(map(bool, false)), len(false))
    return Discovery(sum(false), sum(map(len, promoted)), _mean(proportions), spoilt)


def _discovery(found: Found) -> Section:
    rows: list[list[str]] = []
    worst = (Discovery(0, 0, 0.0, Bounds(0.0, 0.0, 0.0)), "")
    for name, world in found.items():
        counts = {policy: discovery(accounts) for policy, accounts in world.items()}
        rows.append(
            [name, *(f"{100 * each.proportion:.0f} ({each.false}/{each.promoted})" for each in counts.values())]
        )
        ours = counts[OURS]
        if (ours.proportion, ours.projects.high) >= (worst[0].proportion, worst[0].projects.high):
            worst = (ours, name)
    ours = [discovery(world[OURS]) for world in found.values()]
    highest = max(each.projects.high for each in ours)
    n = f"{len(found)} worlds"
    false, promoted = sum(each.false for each in ours), sum(each.promoted for each in ours)
    claims = [
        Claim(
            f"false discovery rate in the worst world ({worst[1]})",
            f"{100 * worst[0].proportion:.1f} %, at most {100 * worst[0].projects.high:.1f}",
            f"{worst[0].promoted} promotions", "<= 20 %",
            below(worst[0].projects._replace(low=worst[0].proportion), DISCOVERY),
        ),
        Claim("the highest upper bound of any world", f"{100 * highest:.1f} %", n, "<= 20 %",
              below(Bounds(highest, 0.0, highest), DISCOVERY)),
        Claim("false among all promotions", percent(measures.share(false, promoted)), f"{promoted} promotions"),
    ]  # fmt: skip
    return Section(
        "False discoveries: percent of a project's promotions, averaged (false/promoted)", claims,
        table(["world", *POLICIES], rows),
    )  # fmt: skip


def _harm(found: Found) -> Section:
    rows: list[list[str]] = []
    claims: list[Claim] = []
    whole = [0, 0, 0, 0]
    for name, world in found.items():
        fates = [fate for one in world[OURS] for fate in one.fates if fate.kind == "harmful"]
        if not fates or name == "new model":
            continue
        shown, sessions = sum(fate.shown for fate in fates), sum(fate.sessions for fate in fates)
        trial_shown, trial = sum(fate.trial_shown for fate in fates), sum(fate.trial for fate in fates)
        whole = [a + b for a, b in zip(whole, (shown, sessions, trial_shown, trial), strict=True)]
        ended = sum(fate.state == "retired" for fate in fates)
        rows.append(
            [
                name,
                str(len(fates)),
                _percent(trial_shown, trial),
                _percent(shown, sessions),
                _percent(ended, len(fates)),
            ]
        )
    shown, sessions, trial_shown, trial = whole
    each = [
        fate.shown / fate.sessions
        for world in found.values()
        for one in world[OURS]
        for fate in one.fates
        if fate.kind == "harmful" and fate.sessions
    ]
    claims = [
        Claim(
            "exposure of harmful rules, as a share of always-on's", percent(measures.mean(each)), f"{len(each)} rules",
            "<= 50 %", below(measures.mean(each), HALF),
        ),
        Claim("the same, only in sessions that began while the rule was on trial", _percent(trial_shown, trial) + " %",
              f"{trial:,} sessions", "<= 50 %", YES if trial_shown <= HALF * trial else NO),
    ]  # fmt: skip
    return Section(
        "Exposure of harmful rules", claims,
        table(["world", "rules", "% shown while on trial", "% shown in all", "% retired in the end"], rows),
    )  # fmt: skip


def _votes(found: Found) -> Section:
    rows: list[list[str]] = []
    claims: list[Claim] = []
    for name, honest in (
        ("inverted votes", "plain"),
        ("clear inverted votes", "clear votes"),
        ("garbage votes", "plain"),
        ("credulous votes", "plain"),
    ):
        pair = [[one.regret for one in found[world][OURS]] for world in (name, honest)]
        costs = measures.ratio(pair[0], pair[1])
        promise, kept = ("<= 1.5", below(costs, VOTES)) if "inverted" in name else ("", "")
        claims.append(
            Claim(f"regret in {name} over that in {honest}", plain(costs), f"{len(pair[0])} projects", promise, kept)
        )
        rows.append([f"{name} / {honest}", *(f"{_over(found, name, honest, policy):.1f}" for policy in POLICIES)])
    return Section(
        "What false votes cost: regret over that with honest ones", claims, table(["votes", *POLICIES], rows)
    )


def _over(found: Found, name: str, honest: str, policy: str) -> float:
    below, above = (_mean(one.regret for one in found[world][policy]) for world in (honest, name))
    return above / below if below else float("inf")


def _audit(found: Found) -> Section:
    fates = [fate for world in found.values() for one in world[OURS] for fate in one.fates if fate.spread > SPREAD]
    scores = [abs(fate.surplus) / sqrt(fate.spread) for fate in fates]
    many = measures.share(sum(score > AUDIT for score in scores), len(scores))
    n = f"{len(scores):,} rules"
    return Section(
        "Honest probabilities: |sum(shown - p)| / sqrt(sum p (1 - p)) of each rule",
        [
            Claim("the largest", f"{max(scores, default=0.0):.2f}", n),
            Claim(
                "share of rules above 4",
                percent(many),
                n,
                "<= 0.006 %, as chance gives",
                YES if many.low <= CHANCE else NO,
            ),
        ],
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:.0f}" if of else ""
