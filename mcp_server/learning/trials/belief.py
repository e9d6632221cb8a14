"""What is believed of each rule: priors from votes, weighed by how much votes were worth so far, and posteriors."""

from collections.abc import Iterable

from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.posterior import Belief, Estimate, Votes, learnt, press
from mcp_server.learning.trials.trial import Sums, Trial


def believe(books: Books, trials: Iterable[Trial], policy: Policy) -> None:
    """Bring priors and beliefs up to date."""
    share, unit = overall(books, policy), books.unit(policy)
    fits = {targeted: _votes(books, share, policy, targeted=targeted) for targeted in (False, True)}
    for trial in trials:
        fit = fits[bool(trial.target)]
        mean = fit.level + fit.slope * pressed(trial, share, policy) + policy.imported * trial.imported
        limited = max(policy.prior_least, min(policy.prior_most, mean))
        trial.prior = limited if trial.inherited is None else trial.inherited
        trial.belief = trial.ruling.sums.belief(trial.prior, trial.deviation(policy), unit, policy)


def overall(books: Books, policy: Policy) -> float:
    """The helpful share of all votes."""
    helpful = sum(trial.helpful for trial in books.trials.values())
    harmful = sum(trial.harmful for trial in books.trials.values())
    return (helpful + policy.votes_helpful) / (helpful + harmful + policy.votes_given)


def pressed(trial: Trial, share: float, policy: Policy) -> float:
    """What its votes say of a rule beside the others', within limits."""
    raw = press(trial.helpful, trial.harmful, share, policy.votes_weight, policy.votes_scale)
    return max(policy.press_least, min(policy.press_most, raw))


def estimate(sums: Sums, unit: float, policy: Policy) -> Estimate | None:
    """N / D and its variance, where there is anything."""
    if sums.mass <= 0.0:
        return None
    return Estimate(sums.signal / sums.mass, sums.variance(unit, policy) * unit / sums.mass)


def _votes(books: Books, share: float, policy: Policy, *, targeted: bool) -> Votes:
    """What votes are worth for rules with a target, or for those without; the scales of their effects differ."""
    unit = books.unit(policy)
    known = [trial for trial in books.trials.values() if bool(trial.target) == targeted]
    points = [(estimate(trial.ruling.sums, unit, policy), pressed(trial, share, policy)) for trial in known]
    return learnt(
        [(found, press) for found, press in points if found is not None],
        deviation=policy.target_deviation if targeted else policy.prior_deviation,
        level=Belief(policy.votes_level, policy.votes_level_deviation),
        slope=Belief(policy.votes_slope, policy.votes_slope_deviation),
    )
