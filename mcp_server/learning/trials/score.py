"""What a settled session tells of the rules whose coins it threw: each is scored once, by assignment.

The residual of rule r is e = y - clip(f + g): f the baseline of the category (or of the target), g what the
other rules' coins let expect, sum over q != r of (A_q - p_q) mean_q. Nothing of the session itself is in f or g, and
never r's own effect.
"""

from collections.abc import Sequence
from math import fsum, inf
from typing import NamedTuple

from mcp_server.learning.trials.baseline import Rate, Scored, clustered
from mcp_server.learning.trials.books import Books, Category
from mcp_server.learning.trials.brake import braked
from mcp_server.learning.trials.events import CI, JUDGE, SELF
from mcp_server.learning.trials.guarding import guard
from mcp_server.learning.trials.held import Held, scores
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.recurrences import recurrences
from mcp_server.learning.trials.row import Endpoint, Row, add, count, endpoint, residual, rows, seen, stake
from mcp_server.learning.trials.strict import strictly

REPORTED = "reported"
"""The rate at which sessions end with a verdict."""


class Verdicts(NamedTuple):
    """A session's scores: all that counts together, and by source."""

    main: Scored | None
    verified: Scored | None
    said: Scored | None
    """Nothing before the first verified result: then there is nothing to hold reports against."""
    judged: Scored | None
    """Only where nobody else spoke."""
    outcomes: int
    """How many counted."""


def score(books: Books, held: Held, now: float, policy: Policy) -> bool:
    """Score what has settled of a session, and say whether nothing of it is waited for any more."""
    if held.asleep is not None and now < held.asleep:
        return False
    thrown = rows(books, held, policy)
    # What a store says of a session it says once it has settled, however long the session lived.
    reported = bool(held.outcomes) if books.settled else held.reported(now, policy, settles=books.settles)
    if not held.scored and reported:
        _outcomes(books, held, thrown, policy)
        held.scored = True
    answers = _answers(books, held, policy)
    if not held.answered and now >= answers:
        strictly(books, held, thrown, policy)
        held.answered = True
    waiting = [row for row in thrown if row.trial.target and row.trial.rule not in held.done]
    due = [row for row in waiting if _due(row, held, now, policy, settled=books.settled)]
    if due:
        recurrences(books, held, due, policy)
        held.done.update(row.trial.rule for row in due)
    later = [held.settles(row.trial.target, policy) for row in waiting if row.trial.rule not in held.done]
    if not held.answered:
        later.append(answers)
    if held.scored and later:
        held.asleep = min(later)
    return held.scored and not later


def _answers(books: Books, held: Held, policy: Policy) -> float:
    """When it is asked whether a session ended well *and* was reported: a time that its own coins cannot move.

    Where outcomes wait until they have settled, with them. Else when even the slowest report of any session
    before would have come: what was silenced must not be counted later than what was praised.
    """
    if books.settles or books.settled:
        return held.last if held.scored else inf
    return held.last + max(policy.settle, books.slowest)


def _due(row: Row, held: Held, now: float, policy: Policy, *, settled: bool) -> bool:
    if settled:
        return row.trial.rule in held.recurrences
    return now >= held.settles(row.trial.target, policy)


def _outcomes(books: Books, held: Held, thrown: Sequence[Row], policy: Policy) -> None:
    """Score a session's verdicts: the endpoint of rules without a target, guardrails of all."""
    category, unit = books.category(held.category), books.unit(policy)
    verdicts = _verdicts(books, category, held, policy)
    main = verdicts.main
    reported = category.rate(REPORTED)
    expected, constants = reported.mean(1.0, policy.start_weight), endpoint(policy, targeted=False)
    plain = [row for row in thrown if not row.trial.target]
    peers = [row.above * row.trial.belief.mean for row in plain]
    held.verdict = main
    together = fsum(peers)
    spoken, told = main is not None, main is not None or verdicts.judged is not None
    by_source = any(verdicts[1:4])
    for row, own in zip(plain, peers, strict=True):
        trial, others = row.trial, together - own
        count(row, scored=told)
        if main is not None:
            e = residual(main, others, policy)
            stake(trial.main, row[3:], e, main.weight, unit, trial.prior, constants)
        if by_source:
            _by_source(row, verdicts, others, unit, constants, policy)
        if expected != spoken:
            seen(row, spoken, expected, policy)
    guard(category, held, thrown, main, policy)
    if held.set is not None and main is not None:
        _together(books, held.set, main, unit, policy)
    _brake(books, verdicts.verified, policy)
    reported.feed(float(main is not None), 1.0, policy.half_life)
    for scored, rate in (
        (main, category.success),
        (main, books.overall),
        (verdicts.verified, category.verified),
        (verdicts.said, category.said),
        (verdicts.judged, category.judged),
    ):
        if scored is not None:
            rate.feed(scored.y, scored.weight, policy.half_life)
    books.outcomes += max(1, verdicts.outcomes)


def _verdicts(books: Books, category: Category, held: Held, policy: Policy) -> Verdicts:
    said, verified, judged = (scores(held.outcomes, source) for source in (SELF, CI, JUDGE))
    books.verified = books.verified or bool(verified)
    spoken = [*scores((each for each in held.outcomes if not each.beside), SELF), *verified]
    start = books.overall.mean(policy.start, policy.start_weight)
    return Verdicts(
        _scored(spoken, category.success, start, policy),
        _scored(verified, category.verified, start, policy),
        _scored(said if books.verified else (), category.said, start, policy),
        _scored(() if spoken else judged, category.judged, start, policy),
        len(spoken),
    )


def _scored(values: Sequence[float], rate: Rate, start: float, policy: Policy) -> Scored | None:
    if not values:
        return None
    weight = clustered(len(values), policy.clustering)
    return Scored(fsum(values) / len(values), weight, rate.mean(start, policy.shrinkage))


def _by_source(row: Row, verdicts: Verdicts, others: float, unit: float, constants: Endpoint, policy: Policy) -> None:
    """The same by who said it, for the day on which they contradict each other."""
    trial, (_, verified, said, judged, _) = row.trial, verdicts
    if verified is not None:
        e = residual(verified, others, policy)
        stake(trial.verified, row[3:], e, verified.weight, unit, trial.prior, constants)
    if said is not None:
        add(trial.said, row.above, residual(said, others, policy), said.weight, unit)
    if judged is not None:
        # A judge steers how often a rule is shown, but is no proof.
        add(trial.main.sums, row.above, residual(judged, others, policy), judged.weight * policy.judge_weight, unit)


def _together(books: Books, coin: tuple[float, bool], main: Scored, unit: float, policy: Policy) -> None:
    """Score the set of all learnt rules by its own coin, over all sessions."""
    p, on = coin
    if 0.0 < p < 1.0:
        constants = endpoint(policy, targeted=False)._replace(precision=1.0 / policy.set_deviation**2)
        thrown = (on - p, policy.stake / max(p, 1.0 - p))
        stake(books.together, thrown, residual(main, 0.0, policy), main.weight, unit, 0.0, constants)


def _brake(books: Books, verified: Scored | None, policy: Policy) -> None:
    if verified is not None:
        expected = min(policy.most_expected, max(policy.least_expected, verified.expected))
        books.level, alarm = braked(books.level, verified.y, verified.weight, expected, policy)
        books.alarmed = books.alarmed or alarm
