"""What a session tells of rules with a target: did it stay away where it was looked for after the rule came into play?

Two questions are bet on, and the smaller answer counts: over sessions in which the detector ran, and over all
triggered sessions with "looked for and not found" as the good end. A third is whether the detector ran at all.
"""

from collections.abc import Sequence
from math import fsum

from mcp_server.learning.trials.baseline import Scored
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.held import Held
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.row import Row, count, endpoint, residual, seen, stake
from mcp_server.learning.trials.trial import Trial


def recurrences(books: Books, held: Held, rows: Sequence[Row], policy: Policy) -> None:
    """Score the targets of these rules."""
    unit, weight, constants = books.unit(policy), policy.start_weight, endpoint(policy, targeted=True)
    told = [(row, books.target(row.trial.target), held.recurred(row.trial.rule)) for row in rows]
    peers: dict[str, list[float]] = {}
    for row in rows:
        peers.setdefault(row.trial.target, []).append(row.above * row.trial.belief.mean)
    for row, target, recurred in told:
        trial = row.trial
        others = fsum(peers[trial.target]) - row.above * trial.belief.mean
        count(row, scored=recurred is not None)
        if recurred is not None:
            absent = Scored(float(not recurred), 1.0, target.absent.mean(policy.start, weight))
            stake(trial.main, row[3:], residual(absent, others, policy), 1.0, unit, trial.prior, constants)
        strict = Scored(float(recurred is False), 1.0, target.strict.mean(policy.start, weight))
        stake(trial.strict, row[3:], residual(strict, others, policy), 1.0, unit, trial.prior, constants)
        seen(row, recurred is not None, target.looked.mean(1.0, weight), policy)
        _quiet(trial, recurred, shown=row.assigned)
    for _, target, recurred in told:
        target.strict.feed(float(recurred is False), 1.0, policy.half_life)
        target.looked.feed(float(recurred is not None), 1.0, policy.half_life)
        if recurred is not None:
            target.absent.feed(float(not recurred), 1.0, policy.half_life)


def _quiet(trial: Trial, recurred: bool | None, *, shown: bool) -> None:
    """Count the looks since the target was last seen, in either arm."""
    if recurred:
        trial.quiet = trial.quiet_withheld = 0
    elif recurred is False:
        trial.quiet += 1
        trial.quiet_withheld += not shown
