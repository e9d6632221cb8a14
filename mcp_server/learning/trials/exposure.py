"""How often each rule is shown until the next consolidate, and which of near-duplicates waits for which."""

from mcp_server.learning.trials.belief import overall, pressed
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.events import ACTIVE, RETIRED, TRIAL
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import GUARDRAIL, HARMFUL, REJECTED, STOPPED, Trial


def expose(books: Books, policy: Policy) -> None:
    """Fix the probabilities. Of rules that say nearly the same only one is on trial, and none beside an active one.

    None is tried either where an earlier one was rejected, or stopped for harm under the same model.
    """
    share = overall(books, policy)
    holders: dict[str, str] = {}
    for trial in books.trials.values():
        if trial.state == ACTIVE:
            holders.setdefault(_group(books, trial), trial.rule)
    for trial in books.trials.values():
        group = _group(books, trial)
        trial.waits_for = ""
        if trial.state == TRIAL and not trial.pinned:
            holder = holders.setdefault(group, trial.rule)
            trial.waits_for = "" if holder == trial.rule else holder
        elif trial.state == RETIRED and _blocks(trial):
            holders.setdefault(group, trial.rule)
        trial.probability = _probability(trial, share, policy)


def _blocks(trial: Trial) -> bool:
    """Does a retired rule keep others that say nearly the same from being tried?"""
    return trial.ending in {REJECTED, STOPPED} or (trial.ending in {HARMFUL, GUARDRAIL} and not trial.renewed)


def _group(books: Books, trial: Trial) -> str:
    """The first of the rules that say nearly the same. `similar_to` always leads to an earlier one."""
    while trial.similar_to:
        trial = books.trials[trial.similar_to]
    return trial.rule


def _probability(trial: Trial, share: float, policy: Policy) -> float | None:
    if trial.pinned or trial.state == RETIRED or trial.waits_for or policy.off:
        return None
    if trial.braked:
        return policy.doubted
    likely = trial.belief.above()
    if trial.state == ACTIVE:
        doubted = likely < 0.5 or pressed(trial, share, policy) < policy.bad_press
        return policy.doubted if doubted else policy.active
    x = policy.explore
    least = policy.trial_least + x * (policy.trial_least_learning - policy.trial_least)
    most = policy.trial_most + x * (policy.trial_most_learning - policy.trial_most)
    return max(least, min(most, _sharpened(likely, policy.sharpness)))


def _sharpened(likely: float, sharpness: float) -> float:
    """The probability whose odds are those of help raised to a power: 1 is probability matching."""
    with_it, without = likely**sharpness, (1.0 - likely) ** sharpness
    return with_it / (with_it + without)
