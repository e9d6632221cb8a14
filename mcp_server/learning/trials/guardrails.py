"""What a rule may not make worse while it helps: success, tests that passed, cost, time, a person's patience.

One e-value of harm per guardrail, averaged per rule. They stop or roll back, never promote.
"""

from collections.abc import Iterable, Mapping
from math import fsum

from mcp_server.learning.trials.eprocess import MOST, Wealth

SUCCESS, FAILING, COST, DURATION, FEEDBACK = "success", "failing", "cost", "duration", "feedback"


def together(guards: Mapping[str, Wealth]) -> float:
    """The mean e-value; 1 before anything was guarded."""
    return min(MOST, fsum(guard.value() for guard in guards.values()) / len(guards)) if guards else 1.0


def worst(guards: Mapping[str, Wealth]) -> str:
    """The guardrail with the most evidence of harm."""
    return max(guards, key=lambda name: guards[name].value())


def join(guards: dict[str, Wealth], names: Iterable[str], sizes: int) -> None:
    """Let guardrails join, before any bet on the session is made; each begins at the mean of those before.

    So joining changes the mean by nothing, and the mean stays a martingale whenever it happens.
    """
    new = [name for name in names if name not in guards]
    if new:
        begin = together(guards)
        guards.update((name, Wealth(sizes, begin)) for name in new)
