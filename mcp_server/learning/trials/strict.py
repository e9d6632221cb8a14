"""The second question to a rule without a target: did the session end well *and* did anybody report it?

A rule that keeps failures from being reported looks good wherever only reports are compared. With "not reported"
counted as 0 it gains nothing: a failure is 0 whether it is told or not. It may only be promoted by the smaller of
both answers. (Amendment 1 of the reference, which asks the same of detectors, for reports.)
"""

from collections.abc import Sequence
from math import fsum

from mcp_server.learning.trials.baseline import Scored
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.held import Held
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.row import Endpoint, Row, endpoint, residual, stake
from mcp_server.learning.trials.trial import Sums


def strictly(books: Books, held: Held, rows: Sequence[Row], policy: Policy) -> None:
    """Bet on a session by y' = its score, or 0 where nobody reported any.

    By now its reports have told everything else, so that only what was asked like this before says what to expect:
    baselines, peers and bets of this question are its own. So is the weight, the mean of those before: how many
    outcomes a session has may depend on its own coins.
    """
    category, unit = books.category(held.category), books.unit(policy)
    weight = category.weight.mean(1.0, policy.start_weight)
    told, start = held.verdict, books.strict.mean(policy.start, policy.start_weight)
    y = 0.0 if told is None else told.y
    strict = Scored(y, weight, category.strict.mean(start, policy.shrinkage))
    constants, prior = endpoint(policy, targeted=False), policy.votes_level
    plain = [row for row in rows if not row.trial.target]
    peers = [row.above * _mean(row.trial.strict.sums, prior, unit, constants) for row in plain]
    together = fsum(peers)
    for row, own in zip(plain, peers, strict=True):
        e = residual(strict, together - own, policy)
        stake(row.trial.strict, row[3:], e, weight, unit, prior, constants)
    for rate in (category.strict, books.strict):
        rate.feed(y, weight, policy.half_life)
    if told is not None:
        category.weight.feed(told.weight, 1.0, policy.half_life)


def _mean(sums: Sums, prior: float, unit: float, constants: Endpoint) -> float:
    """What is believed of an effect on this question."""
    start = constants.noise_weight * unit
    own = constants.precision * unit * (sums.noise + start * constants.noise) / (sums.rows + start)
    return (prior * own + sums.signal) / (own + sums.mass)
