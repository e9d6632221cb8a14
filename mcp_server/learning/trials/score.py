"""What a settled session tells of the rules whose coins it threw: each is scored once, by assignment.

The residual of rule r is e = y - clip(f + g): f the baseline of the category (or of the target), g what the
other rules' coins let expect, sum over q != r of (A_q - p_q) mean_q. Nothing of the session itself is in f or g, and
never r's own effect.
"""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.baseline import Rate, clustered, median
from mcp_server.learning.trials.books import Books, Category
from mcp_server.learning.trials.brake import braked
from mcp_server.learning.trials.events import CI, JUDGE, SELF
from mcp_server.learning.trials.held import Held, scores
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import Sums, Track, Trial

REPORTED = "reported"
"""The rate at which sessions end with a verdict."""


class Row(NamedTuple):
    """One rule's coin in one session."""

    trial: Trial
    p: float
    assigned: bool
    above: float
    """A - p."""
    most: float
    """The largest bet."""


class Scored(NamedTuple):
    """A number in [0, 1] that a session got, what it weighs, and what was expected."""

    y: float
    weight: float
    expected: float


class Verdicts(NamedTuple):
    """A session's scores: all that counts together, and by source."""

    main: Scored | None
    verified: Scored | None
    said: Scored | None
    judged: Scored | None
    """Only where nobody else spoke."""
    outcomes: int
    """How many counted."""


def score(books: Books, held: Held, now: float, policy: Policy) -> bool:
    """Score what has settled of a session, and say whether nothing of it is waited for any more."""
    if held.asleep is not None and now < held.asleep:
        return False
    rows = _rows(books, held, policy)
    if not held.scored and held.reported(now, policy, settles=books.settles):
        _outcomes(books, held, rows, policy)
        held.scored = True
    waiting = [row for row in rows if row.trial.target and row.trial.rule not in held.done]
    due = [row for row in waiting if now >= held.settles(row.trial.target, policy)]
    if due:
        _targets(books, held, due, policy)
        held.done.update(row.trial.rule for row in due)
    later = [held.settles(row.trial.target, policy) for row in waiting if row.trial.rule not in held.done]
    if held.scored and later:
        held.asleep = min(later)
    return held.scored and not later


def _rows(books: Books, held: Held, policy: Policy) -> list[Row]:
    """The coins that tell something: thrown, and for the version that is still the rule's."""
    trials, stake = books.trials, policy.stake
    return [
        Row(trials[rule], p, assigned, assigned - p, stake / max(p, 1.0 - p))
        for rule, (version, p, assigned) in held.coins.items()
        if p is not None and version == trials[rule].version
    ]


def _outcomes(books: Books, held: Held, rows: Sequence[Row], policy: Policy) -> None:
    """Score a session's verdicts: the endpoint of rules without a target, guardrails of all."""
    category, unit = books.category(held.category), books.unit(policy)
    verdicts = _verdicts(books, category, held, policy)
    plain = [row for row in rows if not row.trial.target]
    peers = [row.above * row.trial.belief.mean for row in plain]
    together = fsum(peers)
    reported = category.rate(REPORTED)
    expected = reported.mean(1.0, policy.start_weight)
    for row, own in zip(plain, peers, strict=True):
        _count(row, scored=verdicts.main is not None or verdicts.judged is not None)
        _success(row, verdicts, together - own, unit, policy)
        _seen(row, verdicts.main is not None, expected, policy)
    _guard(category, held, rows, verdicts.main, policy)
    if held.set is not None and verdicts.main is not None:
        _together(books, held.set, verdicts.main, unit, policy)
    _brake(books, verdicts.verified, policy)
    reported.feed(float(verdicts.main is not None), 1.0, policy.half_life)
    for scored, rate in (
        (verdicts.main, category.success),
        (verdicts.main, books.overall),
        (verdicts.verified, category.verified),
        (verdicts.said, category.said),
        (verdicts.judged, category.judged),
    ):
        if scored is not None:
            rate.feed(scored.y, scored.weight, policy.half_life)
    books.outcomes += max(1, verdicts.outcomes)


def _verdicts(books: Books, category: Category, held: Held, policy: Policy) -> Verdicts:
    said, verified, judged = (scores(held.outcomes, source) for source in (SELF, CI, JUDGE))
    spoken = [*said, *verified]
    start = books.overall.mean(policy.start, policy.start_weight)
    return Verdicts(
        _scored(spoken, category.success, start, policy),
        _scored(verified, category.verified, start, policy),
        _scored(said, category.said, start, policy),
        None if spoken else _scored(judged, category.judged, start, policy),
        len(spoken),
    )


def _scored(values: Sequence[float], rate: Rate, start: float, policy: Policy) -> Scored | None:
    if not values:
        return None
    weight = clustered(len(values), policy.clustering)
    return Scored(fsum(values) / len(values), weight, rate.mean(start, policy.shrinkage))


def _success(row: Row, verdicts: Verdicts, others: float, unit: float, policy: Policy) -> None:
    """A rule without a target is judged by how the session ended."""
    trial = row.trial
    if verdicts.main is not None:
        _stake(trial, trial.main, row, verdicts.main, others, unit, policy)
    if verdicts.verified is not None:
        _stake(trial, trial.verified, row, verdicts.verified, others, unit, policy)
    if verdicts.said is not None:
        _add(trial.said, row.above, verdicts.said.weight, _residual(verdicts.said, others, policy), unit)
    if verdicts.judged is not None:
        # A judge steers how often a rule is shown, but is no proof.
        weight = verdicts.judged.weight * policy.judge_weight
        _add(trial.main.sums, row.above, weight, _residual(verdicts.judged, others, policy), unit)


def _residual(scored: Scored, others: float, policy: Policy) -> float:
    return scored.y - min(policy.most_expected, max(policy.least_expected, scored.expected + others))


def _count(row: Row, *, scored: bool) -> None:
    """What every triggered session counts for: the sample-ratio checks, and whether it could be scored."""
    trial = row.trial
    variance = row.p * (1.0 - row.p)
    trial.triggered += 1
    trial.coins.above += row.above
    trial.coins.variance += variance
    if scored:
        trial.scored_coins.above += row.above
        trial.scored_coins.variance += variance
        if trial.braked:
            trial.braked -= 1


def _add(sums: Sums, above: float, weight: float, e: float, unit: float) -> None:
    mass = weight * unit
    sums.signal += mass * above * e
    sums.mass += mass * above * above
    sums.noise += mass * e * e
    sums.rows += unit
    sums.sessions += 1
    sums.shown += above > 0.0


def _stake(trial: Trial, track: Track, row: Row, scored: Scored, others: float, unit: float, policy: Policy) -> None:
    """Bet on a session, then add it to the sums. The adaptive bet is mean / sigma^2 as they were before it."""
    e = _residual(scored, others, policy)
    size = _adaptive(track.sums, trial.prior, trial.deviation(policy), unit, policy)
    track.process.bet(trial.bets(policy), row.above * e, scored.weight, row.most, size)
    _add(track.sums, row.above, scored.weight, e, unit)


def _adaptive(sums: Sums, prior: float, deviation: float, unit: float, policy: Policy) -> float:
    variance = sums.variance(unit, policy)
    own = unit * variance / (deviation * deviation)
    mean = (prior * own + sums.signal) / (own + sums.mass)
    return max(-policy.adaptive_most, min(policy.adaptive_most, mean / variance))


def _seen(row: Row, yes: bool, expected: float, policy: Policy) -> None:
    """Bet on whether anybody looked at all."""
    e = float(yes) - min(policy.most_expected, max(policy.least_expected, expected))
    row.trial.seen.bet(policy.bets, row.above * e, 1.0, row.most)


def _guard(category: Category, held: Held, rows: Sequence[Row], main: Scored | None, policy: Policy) -> None:
    """Bet on harm to everything that a rule may not make worse; success guards those that are judged by a target."""
    well = _well(category, held, policy)
    bets = {name: (_residual(scored, 0.0, policy), scored.weight) for name, scored in well.items()}
    by_target = bets if main is None else bets | {guardrails.SUCCESS: (_residual(main, 0.0, policy), main.weight)}
    for row in rows:
        chosen = by_target if row.trial.target else bets
        guardrails.join(row.trial.guards, chosen, len(policy.bets))
        for name, (e, weight) in chosen.items():
            row.trial.guards[name].bet(policy.bets, -row.above * e, weight, row.most)
    for name, scored in well.items():
        category.rate(name).feed(scored.y, 1.0, policy.half_life)


def _well(category: Category, held: Held, policy: Policy) -> dict[str, Scored]:
    """How a session fared by the guardrails that say something: 1 is well, 0 is not."""
    well: dict[str, float] = {}
    failing = [each.failing for each in held.outcomes if each.failing is not None]
    if failing:
        well[guardrails.FAILING] = float(not any(failing))
    costs = [each.cost for each in held.outcomes if each.cost is not None]
    durations = [each.duration for each in held.outcomes if each.duration is not None]
    for name, spent, before in (
        (guardrails.COST, costs, category.costs),
        (guardrails.DURATION, durations, category.durations),
    ):
        if spent and before:
            well[name] = float(fsum(spent) <= median(before))
        if spent:
            before.append(fsum(spent))
            del before[: -int(policy.median_of)]
    complained = any(each.feedback == "neg" for each in held.outcomes)
    # Until somebody in the category complained, not complaining says nothing.
    if held.outcomes and guardrails.FEEDBACK in category.rates:
        well[guardrails.FEEDBACK] = float(not complained)
    elif complained:
        category.rate(guardrails.FEEDBACK)
    start, weight = policy.start, policy.start_weight
    return {name: Scored(y, 1.0, category.rate(name).mean(start, weight)) for name, y in well.items()}


def _together(books: Books, coin: tuple[float, bool], main: Scored, unit: float, policy: Policy) -> None:
    """Score the set of all learnt rules by its own coin, over all sessions."""
    p, on = coin
    if not 0.0 < p < 1.0:
        return
    track, e, above = books.together, _residual(main, 0.0, policy), on - p
    size = _adaptive(track.sums, 0.0, policy.set_deviation, unit, policy)
    track.process.bet(policy.bets, above * e, main.weight, policy.stake / max(p, 1.0 - p), size)
    _add(track.sums, above, main.weight, e, unit)


def _brake(books: Books, verified: Scored | None, policy: Policy) -> None:
    if verified is not None:
        expected = min(policy.most_expected, max(policy.least_expected, verified.expected))
        books.level, alarm = braked(books.level, verified.y, verified.weight, expected, policy)
        books.alarmed = books.alarmed or alarm


def _targets(books: Books, held: Held, rows: Sequence[Row], policy: Policy) -> None:
    """Score the targets of these rules: did they stay away where they were looked for?"""
    unit, weight = books.unit(policy), policy.start_weight
    told = [(row, books.target(row.trial.target), held.recurred(row.trial.rule)) for row in rows]
    peers: dict[str, list[float]] = {}
    for row in rows:
        peers.setdefault(row.trial.target, []).append(row.above * row.trial.belief.mean)
    for row, target, recurred in told:
        trial = row.trial
        others = fsum(peers[trial.target]) - row.above * trial.belief.mean
        _count(row, scored=recurred is not None)
        if recurred is not None:
            absent = Scored(float(not recurred), 1.0, target.absent.mean(policy.start, weight))
            _stake(trial, trial.main, row, absent, others, unit, policy)
        strict = Scored(float(recurred is False), 1.0, target.strict.mean(policy.start, weight))
        e = _residual(strict, others, policy)
        trial.strict.bet(policy.target_bets, row.above * e, 1.0, row.most)
        _seen(row, recurred is not None, target.looked.mean(1.0, weight), policy)
        _quiet(trial, recurred, shown=row.assigned)
    for _, target, recurred in told:
        target.strict.feed(float(recurred is False), 1.0, policy.half_life)
        target.looked.feed(float(recurred is not None), 1.0, policy.half_life)
        if recurred is not None:
            target.absent.feed(float(not recurred), 1.0, policy.half_life)


def _quiet(trial: Trial, recurred: bool | None, *, shown: bool) -> None:
    """Count the looks since the target was last seen, in either arm."""
    if recurred:
        trial.quiet = trial.quiet_withheld = 0
    elif recurred is False:
        trial.quiet += 1
        trial.quiet_withheld += not shown
