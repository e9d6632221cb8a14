"""Moves between states, by evidence.

State is permission, verdict is evidence. What a person approved is never undone by a posterior alone, and what
a person rejected or retired never returns by itself. Guardrails and evidence of harm stop a rule whoever admitted it.
"""

from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.events import ACTIVE, RETIRED, TRIAL
from mcp_server.learning.trials.known import Known
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import FUTILE, GUARDRAIL, HARMFUL, UNLIKELY, Trial


def futility(books: Books, policy: Policy) -> float:
    """The effect below which a rule is not worth its room: more where many compete for it."""
    live = sum(trial.probability is not None for trial in books.trials.values())
    step = policy.futile_step * live / max(1.0, books.max_rules)
    return max(policy.futile_least, min(policy.futile_most, step))


def move(
    books: Books, trial: Trial, known: Known, now: float, policy: Policy, *, discovery: bool, worth: float
) -> bool:
    """Move a rule if its evidence asks for it, and say whether anything changed.

    `discovery`: e-BH has it among its discoveries. `worth`: the effect that its room is worth.
    """
    if trial.pinned:
        return False
    if trial.state == RETIRED:
        return _retry(books, trial, known, now, policy)
    ending = _ending(trial, known, policy, worth)
    if ending:
        trial.state, trial.ending, trial.since, trial.renewed = RETIRED, ending, now, False
        trial.retired_mass = trial.ruling.sums.mass / books.unit(policy)
    elif discovery and _supported(trial, known, policy):
        trial.promoted_e = known.helps
        if trial.state == TRIAL:
            trial.state, trial.since = ACTIVE, now
    elif _fallen(trial, known, policy):
        trial.state, trial.since = TRIAL, now
        trial.promoted_e = trial.proven_e = None
        trial.restart(policy)
        tried(books, trial)
    else:
        return False
    return True


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


def _ending(trial: Trial, known: Known, policy: Policy, worth: float) -> str:
    """Why a live rule has to be retired, or nothing."""
    if known.guard >= policy.guardrail_e:
        return GUARDRAIL
    if known.harms >= policy.harm_e and known.likely < 0.5:
        return HARMFUL
    spared = trial.approved if trial.state == ACTIVE else trial.ruling.sums.sessions < trial.reprieve
    if spared or not known.enough:
        return ""
    if known.likely < policy.unlikely:
        return UNLIKELY
    return FUTILE if trial.state == TRIAL and trial.belief.above(worth) < policy.futile else ""


def _supported(trial: Trial, known: Known, policy: Policy) -> bool:
    """May "it helps" be claimed now? It is claimed once, with the e-value of that moment."""
    shown = known.enough and known.helps >= policy.promote_e and known.likely > 0.5
    return shown and trial.promoted_e is None and not known.frozen


def _fallen(trial: Trial, known: Known, policy: Policy) -> bool:
    """Is a rule that evidence promoted no longer believed in?"""
    by_evidence = trial.state == ACTIVE and not trial.approved
    return by_evidence and known.enough and known.likely < policy.demote


def _retry(books: Books, trial: Trial, known: Known, now: float, policy: Policy) -> bool:
    """A rule that the program retired returns when what was known against it has faded."""
    if known.likely <= policy.retry_above:
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
