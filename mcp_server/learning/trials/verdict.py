"""What a consolidate says of a rule in numbers: what is permitted, what the evidence says, and what is still needed."""

from math import ceil, log
from typing import NamedTuple

from mcp_server.learning.trials import words
from mcp_server.learning.trials.belief import estimate
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.coin import rounded
from mcp_server.learning.trials.events import ACTIVE, RETIRED, TRIAL
from mcp_server.learning.trials.known import Known
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.posterior import half_width
from mcp_server.learning.trials.trial import GUARDRAIL, HARMFUL, Sums, Trial

EARLY, LEANING, SUPPORTED, PROVEN = "too early", "leaning", "supported", "proven"
HARM, NOTHING, UNMEASURED = "harmful", "no measurable effect", "not measured"

LEAST = 1e-9
"""Wealth below this is planned with as if it were this."""


class Decision(NamedTuple):
    """What is known of one rule. Effects are shares: .05 is 5 points.

    `lo` and `hi` are the always-valid Gaussian mixture interval around the estimate, so that they hold
    however often somebody looks, asymptotically in n; `mean` is the estimate drawn towards its prior.
    """

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
    """Sessions, until an effect as large as believed would be supported."""
    reason: str
    asks: str | None
    """What a person is asked: approve, reject, retire, obsolete or resume."""
    frozen: str | None
    looks: int
    mean: float
    p: float | None
    """How often it is shown until the next consolidate, before the context budget."""
    e_guard: float
    triggered: int
    observed: int
    """Sessions without a coin."""
    ending: str | None


def decision(books: Books, trial: Trial, known: Known, policy: Policy, worth: float) -> Decision:
    """The decision about one rule as it stands. `worth`: the effect that its room is worth."""
    sums = trial.ruling.sums
    effect, lo, hi = interval(sums, books.unit(policy), policy)
    said, asked = verdict(trial, known, policy), asks(trial, known, policy)
    return Decision(
        state=trial.state,
        verdict=said,
        effect=rounded(effect),
        lo=rounded(lo),
        hi=rounded(hi),
        p_help=rounded(known.likely),
        e_help=rounded(known.helps),
        e_harm=rounded(known.harms),
        n=sums.sessions,
        shown=sums.shown,
        withheld=sums.sessions - sums.shown,
        needed=needed(books, trial, known, policy),
        reason=words.reason(trial, known, said, asked, policy, worth=worth, bar=books.bar),
        asks=asked or None,
        frozen=known.frozen or None,
        looks=trial.looks,
        mean=rounded(trial.belief.mean),
        p=None if trial.probability is None else rounded(trial.probability),
        e_guard=rounded(known.guard),
        triggered=trial.triggered,
        observed=trial.observed,
        ending=trial.ending or None,
    )


def interval(sums: Sums, unit: float, policy: Policy) -> tuple[float, float, float]:
    """The estimated effect and its always-valid interval, within [-1, 1]; 0 and all of it where nothing is known."""
    found = estimate(sums, unit, policy)
    if found is None:
        return 0.0, -1.0, 1.0
    effect = max(-1.0, min(1.0, found.effect))
    half = half_width(found.variance, sums.rows / unit, policy.interval_deviations, policy.interval_error)
    return effect, max(-1.0, effect - half), min(1.0, effect + half)


def verdict(trial: Trial, known: Known, policy: Policy) -> str:
    """What the evidence says, in one of seven words."""
    likely = known.likely
    claimed = trial.promoted_e is not None or known.helps >= policy.promote_e
    cases = (
        (trial.pinned or (trial.observed > 0 and not trial.order), UNMEASURED),
        (known.harms >= policy.harm_e and likely < 0.5, HARM),
        (not known.enough, EARLY),
        (trial.proven_e is not None and likely > 0.5, PROVEN),
        (claimed and likely > 0.5, SUPPORTED),
        (not policy.ask_below <= likely <= policy.ask_above, LEANING),
    )
    return next((word for holds, word in cases if holds), NOTHING)


def asks(trial: Trial, known: Known, policy: Policy) -> str:
    """What a person should decide, or nothing."""
    if trial.pinned:
        return ""
    if trial.state == RETIRED:
        return words.RESUME if trial.approved and trial.ending in {HARMFUL, GUARDRAIL} else ""
    quiet = trial.quiet >= policy.quiet and trial.quiet_withheld >= policy.quiet_withheld
    bad, good = known.enough and known.likely < policy.ask_below, known.enough and known.likely > policy.ask_above
    cases = (
        (bad and trial.state == ACTIVE and trial.approved, words.RETIRE),
        (bad and trial.state == TRIAL, words.REJECT),
        (bool(trial.target) and quiet, words.OBSOLETE),
        (good and trial.state == TRIAL, words.APPROVE),
    )
    return next((word for holds, word in cases if holds), "")


def needed(books: Books, trial: Trial, known: Known, policy: Policy) -> int | None:
    """Sessions until an effect as large as believed (at least the planned one) would be supported.

    2 sigma^2 (log(20 / e) + 1) / (p (1 - p) d^2): a planning figure. None for a rule without a coin.
    """
    p, mean = trial.probability, trial.belief.mean
    if p is None:
        return None
    e = known.helps if mean >= 0.0 else known.harms
    if e >= policy.promote_e:
        return 0
    effect = max(abs(mean), policy.planned_target if trial.target else policy.planned)
    variance = trial.ruling.sums.variance(books.unit(policy), policy)
    return ceil(2.0 * variance * (log(policy.promote_e / max(e, LEAST)) + 1.0) / (p * (1.0 - p) * effect**2))
