"""What the evidence on a rule says at one moment, computed once for the decision and the words about it."""

from typing import NamedTuple

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import Trial

COINS, DETECTOR, REPORTS = "coins", "detector", "reports"
"""Why a rule's promotion is frozen: its coins do not fall as they should, or something else depends on them."""


class Known(NamedTuple):
    """The numbers that decide."""

    helps: float
    """E-values."""
    harms: float
    guard: float
    likely: float
    """Probability of help."""
    enough: bool
    """Are there so many sessions that something may be said?"""
    frozen: str
    """Why the rule may not be promoted now, or nothing."""


def known(trial: Trial, policy: Policy) -> Known:
    """What the evidence says now."""
    helps, harms = trial.evidence()
    enough = trial.ruling.sums.sessions >= policy.min_sessions
    guard, likely = guardrails.together(trial.guards), trial.belief.above()
    return Known(helps, harms, guard, likely, enough, _frozen(trial, policy))


def _frozen(trial: Trial, policy: Policy) -> str:
    if max(abs(trial.coins.deviations()), abs(trial.scored_coins.deviations())) > policy.ratio_deviations:
        return COINS
    if trial.seen.either() >= policy.freeze_e:
        return DETECTOR if trial.target else REPORTS
    return ""
