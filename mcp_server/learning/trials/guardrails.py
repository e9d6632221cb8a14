"""What a rule may not make worse while it helps: success, tests that passed, cost, time, a person's patience.

One e-value of harm per guardrail, averaged per rule. They stop or roll back, never promote.
"""

from collections.abc import Mapping
from math import fsum

from mcp_server.learning.trials.eprocess import MOST, Wealth

SUCCESS, FAILING, COST, DURATION, FEEDBACK = "success", "failing", "cost", "duration", "feedback"


def together(guards: Mapping[str, Wealth]) -> float:
    """The mean e-value; 1 before anything was guarded."""
    return min(MOST, fsum(guard.value() for guard in guards.values()) / len(guards)) if guards else 1.0


def worst(guards: Mapping[str, Wealth]) -> str:
    """The guardrail with the most evidence of harm."""
    return max(guards, key=lambda name: guards[name].value())


def guard(guards: dict[str, Wealth], name: str, sizes: int) -> Wealth:
    """The wealth of a guardrail. One that joins later begins at the mean of the others.

    So joining changes the mean by nothing, and the mean stays a martingale whenever it happens.
    """
    found = guards.get(name)
    if found is None:
        found = guards[name] = Wealth(sizes, together(guards))
    return found
