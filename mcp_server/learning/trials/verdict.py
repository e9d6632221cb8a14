"""What a consolidate says of a rule in numbers: what is permitted, what the evidence says, and what is still needed."""

from math import ceil, log
from typing import NamedTuple

from mcp_server.learning.trials import guardrails, words
from mcp_server.learning.trials.belief import estimate
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.coin import rounded
from mcp_server.learning.trials.events import ACTIVE, RETIRED, TRIAL
from mcp_server.learning.trials.moves import enough, frozen
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


def decision(books: Books, trial: Trial, policy: Policy) -> Decision:
    """The decision about one rule as it stands."""
    sums = trial.ruling.sums
    helps, harms = trial.evidence()
    effect, lo, hi = interval(sums, books.unit(policy), policy)
    said = verdict(trial, policy)
    asked = asks(trial, policy)
    return Decision(
        state=trial.state,
        verdict=said,
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
        reason=words.reason(books, trial, said, asked, policy),
        asks=asked or None,
        frozen=frozen(trial, policy) or None,
        looks=trial.looks,
        mean=rounded(trial.belief.mean),
        p=None if trial.probability is None else rounded(trial.probability),
        e_guard=rounded(guardrails.together(trial.guards)),
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


def verdict(trial: Trial, policy: Policy) -> str:
    """What the evidence says, in one of seven words."""
    helps, harms = trial.evidence()
    likely = trial.belief.above()
    claimed = trial.promoted_e is not None or helps >= policy.promote_e
    cases = (
        (trial.pinned or (trial.observed > 0 and not trial.order), UNMEASURED),
        (harms >= policy.harm_e and likely < 0.5, HARM),
        (not enough(trial, policy), EARLY),
        (trial.proven_e is not None and likely > 0.5, PROVEN),
        (claimed and likely > 0.5, SUPPORTED),
        (not policy.ask_below <= likely <= policy.ask_above, LEANING),
    )
    return next((word for holds, word in cases if holds), NOTHING)


def asks(trial: Trial, policy: Policy) -> str:
    """What a person should decide, or nothing."""
    likely = trial.belief.above()
    quiet = trial.quiet >= policy.quiet and trial.quiet_withheld >= policy.quiet_withheld
    live = trial.state != RETIRED and not trial.pinned
    known = live and enough(trial, policy)
    cases = (
        (trial.state == RETIRED and trial.approved and trial.ending in {HARMFUL, GUARDRAIL}, words.RESUME),
        (known and trial.state == ACTIVE and trial.approved and likely < policy.ask_below, words.RETIRE),
        (known and trial.state == TRIAL and likely < policy.ask_below, words.REJECT),
        (live and bool(trial.target) and quiet, words.OBSOLETE),
        (known and trial.state == TRIAL and likely > policy.ask_above, words.APPROVE),
    )
    return next((word for holds, word in cases if holds), "")


def needed(books: Books, trial: Trial, policy: Policy) -> int | None:
    """Sessions until an effect as large as believed (at least the planned one) would be supported.

    2 sigma^2 (log(20 / e) + 1) / (p (1 - p) d^2): a planning figure. None for a rule without a coin.
    """
    p, mean = trial.probability, trial.belief.mean
    if p is None:
        return None
    e = trial.evidence()[0 if mean >= 0.0 else 1]
    if e >= policy.promote_e:
        return 0
    effect = max(abs(mean), policy.planned_target if trial.target else policy.planned)
    variance = trial.ruling.sums.variance(books.unit(policy), policy)
    return ceil(2.0 * variance * (log(policy.promote_e / max(e, LEAST)) + 1.0) / (p * (1.0 - p) * effect**2))
