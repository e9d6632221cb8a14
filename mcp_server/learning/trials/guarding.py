"""How a session fared by the guardrails, and the bets that a rule made it worse."""

from collections.abc import Sequence
from math import fsum

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.baseline import Scored, median
from mcp_server.learning.trials.books import Category
from mcp_server.learning.trials.held import Held
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.row import Row, residual


def guard(category: Category, held: Held, rows: Sequence[Row], main: Scored | None, policy: Policy) -> None:
    """Bet on harm to everything that a rule may not make worse; success guards those that are judged by a target."""
    well = _well(category, held, policy)
    bets = {name: (residual(scored, 0.0, policy), scored.weight) for name, scored in well.items()}
    by_target = bets if main is None else bets | {guardrails.SUCCESS: (residual(main, 0.0, policy), main.weight)}
    for row in rows if bets else [row for row in rows if row.trial.target]:
        chosen = by_target if row.trial.target else bets
        guardrails.join(row.trial.guards, chosen, len(policy.bets))
        for name, (e, weight) in chosen.items():
            row.trial.guards[name].bet(policy.bets, -row.above * e, weight, row.most)
    for name, scored in well.items():
        category.rate(name).feed(scored.y, 1.0, policy.half_life)


def _well(category: Category, held: Held, policy: Policy) -> dict[str, Scored]:
    """How the session fared by the guardrails that say something: 1 is well, 0 is not."""
    well: dict[str, float] = {}
    failing = [each.failing for each in held.outcomes if each.failing is not None]
    if failing:
        well[guardrails.FAILING] = float(not any(failing))
    costs = [each.cost for each in held.outcomes if each.cost is not None]
    durations = [each.duration for each in held.outcomes if each.duration is not None]
    for name, spent, before in (
        (guardrails.COST, costs, category.costs),
        (guardrails.DURATION, durations, category.durations),
    ):
        if spent and before:
            well[name] = float(fsum(spent) <= median(before))
        if spent:
            before.append(fsum(spent))
            del before[: -int(policy.median_of)]
    complained = any(each.feedback == "neg" for each in held.outcomes)
    # Until somebody in the category complained, not complaining says nothing.
    if held.outcomes and guardrails.FEEDBACK in category.rates:
        well[guardrails.FEEDBACK] = float(not complained)
    elif complained:
        category.rate(guardrails.FEEDBACK)
    start, weight = policy.start, policy.start_weight
    return {name: Scored(y, 1.0, category.rate(name).mean(start, weight)) for name, y in well.items()}
