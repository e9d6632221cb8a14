"""What a consolidate decides, in this order: beliefs, the brake, discoveries, moves, exposure."""

from collections.abc import Mapping

from mcp_server.learning.trials.belief import believe, estimate
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.ebh import discovered, discovered_growing
from mcp_server.learning.trials.events import ACTIVE
from mcp_server.learning.trials.exposure import expose
from mcp_server.learning.trials.known import Known, known
from mcp_server.learning.trials.moves import brake, futility, move
from mcp_server.learning.trials.policy import PER_RULE, Policy
from mcp_server.learning.trials.trial import Trial


def decide(books: Books, now: float, policy: Policy) -> Mapping[str, Known]:
    """Bring beliefs up to date, move rules between states, and fix their probabilities until the next consolidate.

    Returns what is known of each rule afterwards.
    """
    books.looks += 1
    books.settle_unit(policy)
    trials = books.trials
    for trial in trials.values():
        trial.looks += trial.order > 0
        _compare(books, trial, policy)
    believe(books, trials.values(), policy)
    if books.pending and not books.revised:
        books.changed = list(dict.fromkeys(books.pending))
    if books.alarmed:
        brake(books, now, policy)
    found = {rule: known(trial, policy) for rule, trial in trials.items()}
    moved = _moves(books, found, now, policy)
    proven = _discoveries(books, found, policy, proven=True)
    for rule, trial in trials.items():
        if trial.proven_e is None and trial.promoted_e is not None and trial.state == ACTIVE and rule in proven:
            trial.proven_e = found[rule].helps
    if moved and not books.revised:
        books.changed = moved
    books.pending.clear()
    expose(books, policy)
    return found


def _moves(books: Books, found: dict[str, Known], now: float, policy: Policy) -> list[str]:
    """Move what has to be moved, and name it. What is known of a moved rule is brought up to date in `found`."""
    promotable = _discoveries(books, found, policy, proven=False)
    books.bar = 0.0
    if policy.guard != PER_RULE and not policy.growing:
        books.bar = books.tried / (policy.promote_rate * (len(promotable) + 1))
    worth, moved = futility(books, policy), list[str]()
    for rule, trial in books.trials.items():
        discovery = policy.guard == PER_RULE or rule in promotable
        before = trial.state
        if move(books, trial, found[rule], now, policy, discovery=discovery, worth=worth):
            found[rule] = known(trial, policy)
        if trial.state != before:
            moved.append(rule)
    return moved


def _discoveries(books: Books, found: Mapping[str, Known], policy: Policy, *, proven: bool) -> set[str]:
    """Rules whose e-values are discoveries together. What was claimed before counts with the e-value of then."""
    values: dict[str, float] = {}
    for rule, trial in books.trials.items():
        if trial.order:
            claimed = trial.proven_e if proven else trial.promoted_e
            values[rule] = found[rule].helps if claimed is None else claimed
    rate = policy.proven_rate if proven else policy.promote_rate
    if policy.growing:
        orders = {rule: trial.order for rule, trial in books.trials.items()}
        return discovered_growing(values, orders, rate=rate)
    return discovered(values, rate=rate, tried=books.tried)


def _compare(books: Books, trial: Trial, policy: Policy) -> None:
    """Hold verified results against self-reports; where a rule changes only the reports, they no longer count."""
    if trial.verified_only or trial.target or trial.verified.sums.sessions < policy.settled_ci:
        return
    unit = books.unit(policy)
    said, verified = estimate(trial.said, unit, policy), estimate(trial.verified.sums, unit, policy)
    if said is None or verified is None:
        return
    apart = policy.settled_ci_deviations * (said.variance + verified.variance) ** 0.5
    trial.verified_only = said.effect > 0.0 and said.effect - verified.effect > apart
