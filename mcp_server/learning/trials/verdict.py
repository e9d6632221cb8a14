"""What is known of a rule in words: a verdict, the reason for it, what would change it, and what a person is asked."""

from math import ceil, log
from typing import NamedTuple

from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.coin import rounded
from mcp_server.learning.trials.decide import frozen
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.posterior import half_width
from mcp_server.learning.trials.trial import Trial

EARLY, LEANING, SUPPORTED, PROVEN = "too early", "leaning", "supported", "proven"
HARM, NOTHING, UNMEASURED = "harmful", "no measurable effect", "not measured"


class Decision(NamedTuple):
    """What a consolidate says of one rule. Effects are shares: .05 is 5 points."""

    state: str
    verdict: str
    effect: float
    lo: float
    hi: float
    p_help: float
    e_help: float
    e_harm: float
    n: int
    shown: int
    withheld: int
    needed: int | None
    reason: str
    asks: str | None
    frozen: str | None
    looks: int


def decision(books: Books, trial: Trial, policy: Policy) -> Decision:
    """The decision about one rule as it stands."""
    sums = trial.ruling.sums
    helps, harms = trial.evidence()
    effect, lo, hi = interval(books, trial, policy)
    word = verdict(trial, policy)
    return Decision(
        state=trial.state,
        verdict=word,
        effect=rounded(effect),
        lo=rounded(lo),
        hi=rounded(hi),
        p_help=rounded(trial.belief.above()),
        e_help=rounded(helps),
        e_harm=rounded(harms),
        n=sums.sessions,
        shown=sums.shown,
        withheld=sums.sessions - sums.shown,
        needed=needed(books, trial, policy),
        reason=word,
        asks=None,
        frozen=frozen(trial, policy) or None,
        looks=trial.looks,
    )


def interval(books: Books, trial: Trial, policy: Policy) -> tuple[float, float, float]:
    """The estimated effect and its always-valid interval, within [-1, 1]; 0 and all of it where nothing is known."""
    sums, unit = trial.ruling.sums, books.unit(policy)
    if sums.mass <= 0.0:
        return 0.0, -1.0, 1.0
    effect = max(-1.0, min(1.0, sums.signal / sums.mass))
    variance = sums.variance(unit, policy) / (sums.mass / unit)
    half = half_width(variance, sums.rows / unit, policy.interval_deviations, policy.interval_error)
    return effect, max(-1.0, effect - half), min(1.0, effect + half)


def verdict(trial: Trial, policy: Policy) -> str:
    """What the evidence says, in one of seven words."""
    helps, harms = trial.evidence()
    likely = trial.belief.above()
    if trial.pinned or (trial.observed and not trial.order):
        return UNMEASURED
    if harms >= policy.harm_e and likely < 0.5:
        return HARM
    if trial.ruling.sums.sessions < policy.min_sessions:
        return EARLY
    if trial.proven_e is not None:
        return PROVEN
    if likely > 0.5 and (trial.promoted_e is not None or helps >= policy.promote_e):
        return SUPPORTED
    if not policy.ask_below <= likely <= policy.ask_above:
        return LEANING
    return NOTHING


def needed(books: Books, trial: Trial, policy: Policy) -> int | None:
    """Sessions until an effect as large as believed (at least the planned one) would be supported.

    2 sigma^2 (log(20 / e) + 1) / (p (1 - p) d^2): a planning figure. None for a rule without a coin.
    """
    p = trial.probability
    if p is None:
        return None
    helps, harms = trial.evidence()
    mean = trial.belief.mean
    e = helps if mean >= 0.0 else harms
    if e >= policy.promote_e:
        return 0
    effect = max(abs(mean), policy.planned_target if trial.target else policy.planned)
    variance = trial.ruling.sums.variance(books.unit(policy), policy)
    return ceil(2.0 * variance * (log(policy.promote_e / max(e, 1e-9)) + 1.0) / (p * (1.0 - p) * effect**2))
