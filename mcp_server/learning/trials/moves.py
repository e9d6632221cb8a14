"""Moves between states, by evidence.

State is permission, verdict is evidence. What a person approved is never undone by a posterior alone, and what
a person rejected or retired never returns by itself. Guardrails and evidence of harm stop a rule whoever admitted it.
"""

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.events import ACTIVE, RETIRED, TRIAL
from mcp_server.learning.trials.policy import PER_RULE, Policy
from mcp_server.learning.trials.trial import FUTILE, GUARDRAIL, HARMFUL, UNLIKELY, Trial

COINS, DETECTOR, REPORTS = "coins", "detector", "reports"
"""Why a rule's promotion is frozen: its coins do not fall as they should, or something else depends on them."""


def frozen(trial: Trial, policy: Policy) -> str:
    """Why a rule may not be promoted now, or nothing."""
    if max(abs(trial.coins.deviations()), abs(trial.scored_coins.deviations())) > policy.ratio_deviations:
        return COINS
    if trial.seen.either() >= policy.freeze_e:
        return DETECTOR if trial.target else REPORTS
    return ""


def futility(books: Books, policy: Policy) -> float:
    """The effect below which a rule is not worth its room: more where many compete for it."""
    live = sum(trial.probability is not None for trial in books.trials.values())
    step = policy.futile_step * live / max(1.0, books.max_rules)
    return max(policy.futile_least, min(policy.futile_most, step))


def enough(trial: Trial, policy: Policy) -> bool:
    """Are there so many sessions that something may be said?"""
    return trial.ruling.sums.sessions >= policy.min_sessions


def move(books: Books, trial: Trial, now: float, policy: Policy, *, discovery: bool) -> bool:
    """Move a rule if its evidence asks for it, and say whether it moved. `discovery`: e-BH has it."""
    if trial.pinned:
        return False
    if trial.state == RETIRED:
        return _retry(books, trial, now, policy)
    ending = _ending(books, trial, policy)
    if ending:
        trial.state, trial.ending, trial.since, trial.renewed = RETIRED, ending, now, False
        trial.retired_mass = trial.ruling.sums.mass / books.unit(policy)
        return True
    if _supported(trial, policy, discovery=discovery):
        trial.promoted_e = trial.evidence()[0]
        if trial.state == TRIAL:
            trial.state, trial.since = ACTIVE, now
            return True
    elif _fallen(trial, policy):
        trial.state, trial.since = TRIAL, now
        trial.promoted_e = trial.proven_e = None
        trial.restart(policy)
        tried(books, trial)
        return True
    return False


def tried(books: Books, trial: Trial) -> None:
    """Count a hypothesis: a version whose first coin was thrown, or whose bets begin anew."""
    books.tried += 1
    trial.order = books.tried


def brake(books: Books, now: float, policy: Policy) -> None:
    """Send the newest revision's rules to one half: their coins then tell whether they are the reason."""
    books.alarmed, books.braked_at = False, now
    for rule in books.changed:
        trial = books.trials[rule]
        if trial.state != RETIRED and not trial.pinned:
            trial.braked = int(policy.brake_sessions)


def _ending(books: Books, trial: Trial, policy: Policy) -> str:
    """Why a live rule has to be retired, or nothing."""
    likely = trial.belief.above()
    if guardrails.together(trial.guards) >= policy.guardrail_e:
        return GUARDRAIL
    if trial.evidence()[1] >= policy.harm_e and likely < 0.5:
        return HARMFUL
    if not enough(trial, policy) or (trial.state == ACTIVE and trial.approved):
        return ""
    if likely < policy.unlikely:
        return UNLIKELY
    if trial.state == TRIAL and trial.belief.above(futility(books, policy)) < policy.futile:
        return FUTILE
    return ""


def _supported(trial: Trial, policy: Policy, *, discovery: bool) -> bool:
    """May "it helps" be claimed now? It is claimed once, with the e-value of that moment."""
    if trial.promoted_e is not None or not enough(trial, policy) or not (discovery or policy.guard == PER_RULE):
        return False
    helps = trial.evidence()[0]
    return helps >= policy.promote_e and trial.belief.above() > 0.5 and not frozen(trial, policy)


def _fallen(trial: Trial, policy: Policy) -> bool:
    """Is a rule that evidence promoted no longer believed in?"""
    by_evidence = trial.state == ACTIVE and not trial.approved
    return by_evidence and enough(trial, policy) and trial.belief.above() < policy.demote


def _retry(books: Books, trial: Trial, now: float, policy: Policy) -> bool:
    """A rule that the program retired returns when what was known against it has faded."""
    if trial.belief.above() <= policy.retry_above:
        return False
    if trial.ending in {UNLIKELY, FUTILE}:
        faded = trial.ruling.sums.mass / books.unit(policy) <= policy.retry_faded * trial.retired_mass
        if not faded or trial.retries >= policy.retries:
            return False
        trial.retries += 1
    elif trial.ending in {HARMFUL, GUARDRAIL} and trial.renewed:
        trial.forgive()
    else:
        return False
    trial.state, trial.ending, trial.since, trial.approved = TRIAL, "", now, False
    return True
