"""What a consolidate decides, in this order: beliefs, the brake, discoveries, moves, exposure."""

from mcp_server.learning.trials.belief import believe, estimate
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.ebh import discovered, discovered_growing
from mcp_server.learning.trials.events import ACTIVE
from mcp_server.learning.trials.exposure import expose
from mcp_server.learning.trials.moves import brake, move
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import Trial


def decide(books: Books, now: float, policy: Policy) -> None:
    """Bring beliefs up to date, move rules between states, and fix their probabilities until the next consolidate."""
    books.looks += 1
    books.settle_unit(policy)
    trials = books.trials.values()
    for trial in trials:
        trial.looks += trial.order > 0
        _compare(books, trial, policy)
    believe(books, trials, policy)
    if books.pending and not books.revised:
        books.changed = list(dict.fromkeys(books.pending))
    if books.alarmed:
        brake(books, now, policy)
    promotable = _discoveries(books, policy, proven=False)
    moved = [trial for trial in trials if move(books, trial, now, policy, discovery=trial.rule in promotable)]
    proven = _discoveries(books, policy, proven=True)
    for trial in trials:
        if trial.proven_e is None and trial.promoted_e is not None and trial.state == ACTIVE and trial.rule in proven:
            trial.proven_e = trial.evidence()[0]
    if moved and not books.revised:
        books.changed = [trial.rule for trial in moved]
    books.pending.clear()
    expose(books, policy)


def _discoveries(books: Books, policy: Policy, *, proven: bool) -> set[str]:
    """Rules whose e-values are discoveries together. What was claimed before counts with the e-value of then."""
    values: dict[str, float] = {}
    for trial in books.trials.values():
        if trial.order:
            claimed = trial.proven_e if proven else trial.promoted_e
            values[trial.rule] = trial.evidence()[0] if claimed is None else claimed
    rate = policy.proven_rate if proven else policy.promote_rate
    if policy.growing:
        orders = {trial.rule: trial.order for trial in books.trials.values()}
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
