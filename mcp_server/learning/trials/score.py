"""What a settled session tells of the rules whose coins it threw: each is scored once, by assignment.

The residual of rule r is e = y - clip(f + g): f the baseline of the category (or of the target), g what the
other rules' coins let expect, sum over q != r of (A_q - p_q) mean_q. Nothing of the session itself is in f or g, and
never r's own effect.
"""

from collections.abc import Iterable, Sequence
from math import fsum
from typing import NamedTuple

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.baseline import Rate, clustered, median
from mcp_server.learning.trials.books import Books, Category
from mcp_server.learning.trials.brake import braked
from mcp_server.learning.trials.eprocess import bet
from mcp_server.learning.trials.events import CI, JUDGE, SELF
from mcp_server.learning.trials.held import Held, scores
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import Sums, Track, Trial, bets

REPORTED = "reported"
"""The rate at which sessions end with a verdict."""


class Row(NamedTuple):
    """One rule's coin in one session."""

    trial: Trial
    p: float
    assigned: bool


class Scored(NamedTuple):
    """A number in [0, 1] that a session got, what it weighs, and what was expected."""

    y: float
    weight: float
    expected: float


def score(books: Books, held: Held, now: float, policy: Policy) -> bool:
    """Score what has settled of a session, and say whether nothing of it is waited for any more."""
    rows = _rows(books, held)
    if not held.scored and held.reported(now, policy, settles=books.settles):
        _outcomes(books, held, rows, policy)
        held.scored = True
    waiting = [row for row in rows if row.trial.target and row.trial.rule not in held.done]
    due = [row for row in waiting if held.settled(row.trial.target, now, policy)]
    if due:
        _targets(books, held, due, policy)
        held.done |= {row.trial.rule for row in due}
    return held.scored and len(due) == len(waiting)


def _rows(books: Books, held: Held) -> list[Row]:
    """The coins that tell something: thrown with a probability between 0 and 1, for the version that is on trial."""
    trials = books.trials
    return [
        Row(trials[rule], coin.p, coin.assigned)
        for rule, coin in held.coins.items()
        if coin.p is not None and coin.version == trials[rule].version
    ]


def _outcomes(books: Books, held: Held, rows: Sequence[Row], policy: Policy) -> None:
    """Score a session's verdicts: the endpoint of rules without a target, guardrails of all."""
    category = books.category(held.category)
    said, verified, judged = (scores(held.outcomes, source) for source in (SELF, CI, JUDGE))
    spoken = [*said, *verified]
    start = books.overall.mean(policy.start, policy.start_weight)
    main = _scored(spoken, category.success, start, policy)
    by_ci = _scored(verified, category.verified, start, policy)
    by_self = _scored(said, category.said, start, policy)
    by_judge = None if spoken else _scored(judged, category.judged, start, policy)
    guards = _guarded(category, held, main, policy)
    unit = books.unit(policy)
    plain = [row for row in rows if not row.trial.target]
    peers = [(row.assigned - row.p) * row.trial.belief.mean for row in plain]
    together = fsum(peers)
    report = category.rate(REPORTED).mean(1.0, policy.start_weight)
    for row, own in zip(plain, peers, strict=True):
        trial, others = row.trial, together - own
        _count(row, scored=bool(main or by_judge))
        if main:
            _stake(trial, trial.main, row, main, others, unit, policy)
        if by_ci:
            _stake(trial, trial.verified, row, by_ci, others, unit, policy)
        if by_self:
            _add(trial.said, row, by_self, others, unit, policy)
        if by_judge:
            halved = by_judge._replace(weight=by_judge.weight * policy.judge_weight)
            _add(trial.main.sums, row, halved, others, unit, policy)
        _question(trial, row, bool(main), report, policy)
    for row in rows:
        for name, guarded in guards.items():
            if name != guardrails.SUCCESS or row.trial.target:
                _guard(row, name, guarded, policy)
    if held.set is not None and main:
        _whole(books, held.set, main, unit, policy)
    _feed(books, category, main=main, by_ci=by_ci, by_self=by_self, by_judge=by_judge, policy=policy)
    category.rate(REPORTED).feed(float(bool(main)), 1.0, policy.half_life)
    _remember(category, held, guards, policy)
    books.outcomes += max(1, len(spoken))


def _scored(values: Sequence[float], rate: Rate, start: float, policy: Policy) -> Scored | None:
    if not values:
        return None
    expected = rate.mean(start, policy.shrinkage)
    return Scored(fsum(values) / len(values), clustered(len(values), policy.clustering), expected)


def _residual(scored: Scored, others: float, policy: Policy) -> float:
    expected = scored.expected + others
    return scored.y - min(policy.most_expected, max(policy.least_expected, expected))


def _count(row: Row, *, scored: bool) -> None:
    """What every triggered session counts for: the sample-ratio checks, and whether it could be scored."""
    trial = row.trial
    above, variance = row.assigned - row.p, row.p * (1.0 - row.p)
    trial.triggered += 1
    trial.coins.above += above
    trial.coins.variance += variance
    if scored:
        trial.scored_coins.above += above
        trial.scored_coins.variance += variance
        trial.braked = max(0, trial.braked - 1)


def _add(sums: Sums, row: Row, scored: Scored, others: float, unit: float, policy: Policy) -> float:
    """Add a session to the sums, and return its residual."""
    e, a = _residual(scored, others, policy), row.assigned - row.p
    weight = scored.weight * unit
    sums.signal += weight * a * e
    sums.mass += weight * a * a
    sums.noise += weight * e * e
    sums.rows += unit
    sums.sessions += 1
    sums.shown += row.assigned
    return e


def _stake(trial: Trial, track: Track, row: Row, scored: Scored, others: float, unit: float, policy: Policy) -> float:
    """Bet on a session, then add it to the sums; returns its residual.

    The plug-in bets mean / sigma^2, as they were before the session.
    """
    sums = track.sums
    most = policy.stake / max(row.p, 1.0 - row.p)
    variance = sums.variance(unit, policy)
    own = 1.0 / trial.deviation(policy) ** 2
    mean = (trial.prior * own + sums.signal / unit / variance) / (own + sums.mass / unit / variance)
    size = max(-policy.adaptive_most, min(policy.adaptive_most, mean / variance))
    e = _add(sums, row, scored, others, unit, policy)
    sizes = bets(trial, policy)
    z = (row.assigned - row.p) * e
    bet(track.process.helps, (*sizes, max(0.0, size)), z, scored.weight, most)
    bet(track.process.harms, (*sizes, max(0.0, -size)), -z, scored.weight, most)
    return e


def _question(trial: Trial, row: Row, yes: bool, expected: float, policy: Policy) -> None:
    """Bet on whether a session was looked at, or reported, at all."""
    e = _residual(Scored(float(yes), 1.0, expected), 0.0, policy)
    trial.seen.bet(policy.bets, (row.assigned - row.p) * e, 1.0, policy.stake / max(row.p, 1.0 - row.p))


def _guard(row: Row, name: str, guarded: Scored, policy: Policy) -> None:
    wealth = guardrails.guard(row.trial.guards, name, len(policy.bets))
    z = (row.assigned - row.p) * _residual(guarded, 0.0, policy)
    bet(wealth, policy.bets, -z, guarded.weight, policy.stake / max(row.p, 1.0 - row.p))


def _guarded(category: Category, held: Held, main: Scored | None, policy: Policy) -> dict[str, Scored]:
    """How the session fared by each guardrail that says something: 1 is well, 0 is not."""
    well: dict[str, float] = {}
    failing = [each.failing for each in held.outcomes if each.failing is not None]
    if failing:
        well[guardrails.FAILING] = float(not any(failing))
    for name, spent, before in (
        (guardrails.COST, [each.cost for each in held.outcomes if each.cost is not None], category.costs),
        (
            guardrails.DURATION,
            [each.duration for each in held.outcomes if each.duration is not None],
            category.durations,
        ),
    ):
        if spent and before:
            well[name] = float(fsum(spent) <= median(before))
    # Until somebody in the category ever complained, not complaining says nothing.
    if held.outcomes and guardrails.FEEDBACK in category.rates:
        well[guardrails.FEEDBACK] = float(all(each.feedback != "neg" for each in held.outcomes))
    found = {
        name: Scored(y, 1.0, category.rate(name).mean(policy.start, policy.start_weight)) for name, y in well.items()
    }
    if main:
        found[guardrails.SUCCESS] = main
    return found


def _remember(category: Category, held: Held, guards: dict[str, Scored], policy: Policy) -> None:
    for name, guarded in guards.items():
        if name != guardrails.SUCCESS:
            category.rate(name).feed(guarded.y, 1.0, policy.half_life)
    for spent, before in (
        ([each.cost for each in held.outcomes if each.cost is not None], category.costs),
        ([each.duration for each in held.outcomes if each.duration is not None], category.durations),
    ):
        if spent:
            before.append(fsum(spent))
            del before[: -int(policy.median_of)]
    if any(each.feedback == "neg" for each in held.outcomes):
        category.rate(guardrails.FEEDBACK)


def _whole(books: Books, thrown: tuple[float, bool], main: Scored, unit: float, policy: Policy) -> None:
    """Score the set of all learnt rules by its own coin, over all sessions."""
    p, on = thrown
    if not 0.0 < p < 1.0:
        return
    everything = Trial("", policy)
    everything.prior = 0.0
    row = Row(everything, p, on)
    _stake(everything, books.together, row, main, 0.0, unit, policy)


def _feed(
    books: Books,
    category: Category,
    *,
    main: Scored | None,
    by_ci: Scored | None,
    by_self: Scored | None,
    by_judge: Scored | None,
    policy: Policy,
) -> None:
    """Let the session into the baselines of those that follow; the brake sees verified results first."""
    if by_ci:
        expected = min(policy.most_expected, max(policy.least_expected, by_ci.expected))
        books.brake, alarm = braked(books.brake, by_ci.y, by_ci.weight, expected, policy)
        books.alarmed = books.alarmed or alarm
    for scored, rate in ((by_ci, category.verified), (by_self, category.said), (by_judge, category.judged)):
        if scored:
            rate.feed(scored.y, scored.weight, policy.half_life)
    if main:
        category.success.feed(main.y, main.weight, policy.half_life)
        books.overall.feed(main.y, main.weight, policy.half_life)


def _targets(books: Books, held: Held, rows: Sequence[Row], policy: Policy) -> None:
    """Score the targets of these rules: did they stay away where they were looked for?"""
    unit = books.unit(policy)
    peers = {name: _peers(rows, name) for name in {row.trial.target for row in rows}}
    told = [(row, held.recurred(row.trial.rule)) for row in rows]
    for row, recurred in told:
        trial, target = row.trial, books.target(row.trial.target)
        others = peers[trial.target] - (row.assigned - row.p) * trial.belief.mean
        _count(row, scored=recurred is not None)
        start, weight = policy.start, policy.start_weight
        if recurred is not None:
            absent = Scored(float(not recurred), 1.0, target.absent.mean(start, weight))
            _stake(trial, trial.main, row, absent, others, unit, policy)
        strict = Scored(float(recurred is False), 1.0, target.strict.mean(start, weight))
        z = (row.assigned - row.p) * _residual(strict, others, policy)
        trial.strict.bet(policy.target_bets, z, 1.0, policy.stake / max(row.p, 1.0 - row.p))
        _question(trial, row, recurred is not None, target.looked.mean(1.0, weight), policy)
        _quiet(trial, recurred, shown=row.assigned)
    for row, recurred in told:
        target = books.target(row.trial.target)
        target.strict.feed(float(recurred is False), 1.0, policy.half_life)
        target.looked.feed(float(recurred is not None), 1.0, policy.half_life)
        if recurred is not None:
            target.absent.feed(float(not recurred), 1.0, policy.half_life)


def _peers(rows: Iterable[Row], target: str) -> float:
    return fsum((row.assigned - row.p) * row.trial.belief.mean for row in rows if row.trial.target == target)


def _quiet(trial: Trial, recurred: bool | None, *, shown: bool) -> None:
    """Count the looks since the target was last seen, in either arm."""
    if recurred:
        trial.quiet = trial.quiet_withheld = 0
    elif recurred is False:
        trial.quiet += 1
        trial.quiet_withheld += not shown
