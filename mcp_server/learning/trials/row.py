"""One rule's coin in one session, and what is done with it: count it, bet on it, add it to the sums.

This is the innermost part of a replay, so constants are unpacked once a session and bets are limited only
where they have to be.
"""

from typing import NamedTuple

from mcp_server.learning.trials.baseline import Scored
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.held import Held
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import Sums, Track, Trial


class Row(NamedTuple):
    """A coin that was thrown for the version that is still the rule's."""

    trial: Trial
    p: float
    assigned: bool
    above: float
    """A - p."""
    most: float
    """The largest bet."""


class Endpoint(NamedTuple):
    """The constants of bets on one kind of effect."""

    bets: tuple[float, ...]
    precision: float
    """Of the prior."""
    noise: float
    noise_weight: float
    adaptive: float


def endpoint(policy: Policy, *, targeted: bool) -> Endpoint:
    """The constants for recurrences, or for success."""
    bets, deviation = (
        (policy.target_bets, policy.target_deviation) if targeted else (policy.bets, policy.prior_deviation)
    )
    return Endpoint(bets, 1.0 / (deviation * deviation), policy.noise, policy.noise_weight, policy.adaptive_most)


def rows(books: Books, held: Held, policy: Policy) -> list[Row]:
    """The coins of a session that tell something."""
    trials, stake = books.trials, policy.stake
    return [
        Row(trials[rule], p, assigned, assigned - p, stake / (p if p > 0.5 else 1.0 - p))
        for rule, (version, p, assigned) in held.coins.items()
        if p is not None and version == trials[rule].version
    ]


def residual(scored: Scored, others: float, policy: Policy) -> float:
    """What a session was better than expected of it."""
    y, _, expected = scored
    expected += others
    # Rarely out of bounds, and asked for every coin of every session.
    if policy.least_expected <= expected <= policy.most_expected:
        return y - expected
    return y - min(policy.most_expected, max(policy.least_expected, expected))


def count(row: Row, *, scored: bool) -> None:
    """What every triggered session counts for: the sample-ratio checks, and whether it could be scored."""
    trial, p, _, above, _ = row
    variance = p * (1.0 - p)
    trial.triggered += 1
    coins = trial.coins
    coins.above += above
    coins.variance += variance
    if scored:
        coins = trial.scored_coins
        coins.above += above
        coins.variance += variance
        if trial.braked:
            trial.braked -= 1


def add(sums: Sums, above: float, e: float, weight: float, unit: float) -> None:
    """Add a session to the sums."""
    mass = weight * unit
    sums.signal += mass * above * e
    sums.mass += mass * above * above
    sums.noise += mass * e * e
    sums.rows += unit
    sums.sessions += 1
    sums.shown += above > 0.0


def stake(
    track: Track, coin: tuple[float, float], e: float, weight: float, unit: float, prior: float, constants: Endpoint
) -> None:
    """Bet on a session, then add it to the sums. The adaptive bet is mean / sigma^2 as they were before it.

    `coin` is A - p and the largest bet.
    """
    bets, precision, noise, start, limit = constants
    sums, (above, most) = track.sums, coin
    start *= unit
    variance = (sums.noise + start * noise) / (sums.rows + start)
    own = precision * unit * variance
    size = (prior * own + sums.signal) / ((own + sums.mass) * variance)
    track.process.bet(bets, above * e, weight, most, min(limit, max(-limit, size)))
    add(sums, above, e, weight, unit)


def seen(row: Row, yes: bool, expected: float, policy: Policy) -> None:
    """Bet on whether anybody looked at all. While everybody always did, this changes nothing."""
    row.trial.seen.bet(policy.bets, row.above * (yes - expected), 1.0, row.most)
