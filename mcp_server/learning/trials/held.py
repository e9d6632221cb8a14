"""A session from its first line until it was scored: what its coins were, and what became of it."""

from collections.abc import Iterable
from typing import NamedTuple

from mcp_server.learning.trials.baseline import Scored
from mcp_server.learning.trials.events import SELF, Outcome, Recurrence, Session, Trigger
from mcp_server.learning.trials.policy import Policy

LATE_KINDS = frozenset({"review", "revert"})
"""Kinds of targets that people notice only days later."""


class Coin(NamedTuple):
    """How one rule version's coin fell, and how probable that was. No probability: it was only observed."""

    version: int
    p: float | None
    assigned: bool


class Held:
    """A session that is not settled."""

    __slots__ = (
        *("session", "category", "started", "last", "exposed", "scored", "done", "coins", "set", "outcomes"),
        *("triggers", "recurrences", "asleep", "answered", "verdict"),
    )

    def __init__(self, session: str, category: str, started: float) -> None:
        self.session, self.category = session, category
        self.started = self.last = started
        """Its last activity: its own lines and the agent's reports, never what others find later."""
        self.exposed = False
        self.scored = False
        """Its outcomes were counted."""
        self.done: set[str] = set()
        """Rules whose targets were counted."""
        self.coins: dict[str, Coin] = {}
        self.set: tuple[float, bool] | None = None
        self.outcomes: list[Outcome] = []
        self.triggers: dict[str, float] = {}
        self.recurrences: dict[str, list[tuple[float, bool | None]]] = {}
        self.answered = False
        """It was counted whether it ended well and was reported."""
        self.verdict: Scored | None = None
        """What it was scored with, where anybody reported."""
        self.asleep: float | None = None
        """Before this time nothing of it can settle, unless something more is heard."""

    @classmethod
    def begun(cls, event: Session) -> "Held":
        """A session that has just begun."""
        return cls(event.session, event.category, event.ts)

    def too_late(self, event: Outcome | Trigger | Recurrence) -> bool:
        """Was what this would tell of counted already?"""
        return self.scored if isinstance(event, Outcome) else event.rule in self.done

    def hear(self, event: Outcome | Trigger | Recurrence) -> None:
        """Keep what is said of it."""
        self.asleep = None
        match event:
            case Outcome():
                self.outcomes.append(event)
                if event.source == SELF:
                    self.last = max(self.last, event.ts)
            case Trigger():
                self.last = max(self.last, event.ts)
                self.triggers.setdefault(event.rule, event.ts)
            case _:
                self.recurrences.setdefault(event.rule, []).append((event.ts, event.recurred))

    def recurred(self, rule: str) -> bool | None:
        """Did its target recur after it came into play? None where nothing looked for it."""
        trigger = self.triggers.get(rule, self.started)
        told = {recurred for ts, recurred in self.recurrences.get(rule, ()) if ts >= trigger}
        return True if True in told else False if False in told else None

    def reported(self, now: float, policy: Policy, *, settles: bool) -> bool:
        """Have its outcomes settled, or will none come any more?"""
        if self.outcomes and not settles:
            return True
        return now >= self.last + (policy.settle if settles else policy.settle_late)

    def settles(self, target: str, policy: Policy) -> float:
        """When the detector of this target has had its time. Never earlier because something happened."""
        late = target.partition(":")[0] in LATE_KINDS
        return self.last + (policy.settle_late if late else policy.settle)


def scores(outcomes: Iterable[Outcome], source: str) -> list[float]:
    """What a source said, as numbers in [0, 1]."""
    return [each.score for each in outcomes if each.score is not None and each.source == source]
