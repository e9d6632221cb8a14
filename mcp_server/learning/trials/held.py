"""A session from its first line until it was scored: what its coins were, and what became of it."""

from typing import NamedTuple

from mcp_server.learning.trials.events import CI, SELF, Outcome, Recurrence, Session, Trigger
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
        *("category", "coins", "done", "exposed", "last", "outcomes", "recurrences", "scored", "session", "set"),
        *("started", "triggers"),
    )

    def __init__(self, session: str, category: str, started: float) -> None:
        self.session, self.category = session, category
        self.started = self.last = started
        """Its last activity: its own lines and the agent's reports, never what others find later."""
        self.exposed = self.scored = False
        """`scored`: its outcomes were counted."""
        self.done: set[str] = set()
        """Rules whose targets were counted."""
        self.coins: dict[str, Coin] = {}
        self.set: tuple[float, bool] | None = None
        self.outcomes: list[Outcome] = []
        self.triggers: dict[str, float] = {}
        self.recurrences: list[tuple[float, str, bool | None]] = []

    @classmethod
    def begun(cls, event: Session) -> "Held":
        """A session that has just begun."""
        return cls(event.session, event.category, event.ts)

    def hear(self, event: Outcome | Trigger | Recurrence, version: int) -> None:
        """Keep what is said of it. `version` is that of the triggered rule."""
        match event:
            case Outcome():
                self.outcomes.append(event)
                if event.source == SELF:
                    self.last = max(self.last, event.ts)
            case Trigger():
                self.last = max(self.last, event.ts)
                self.triggers.setdefault(event.rule, event.ts)
                if event.p is not None:
                    self.coins.setdefault(event.rule, Coin(version, event.p, event.assigned))
            case Recurrence():
                self.recurrences.append((event.ts, event.rule, event.recurred))

    def recurred(self, rule: str) -> bool | None:
        """Did its target recur after it came into play? None where nothing looked for it."""
        trigger = self.triggers.get(rule, self.started)
        told = [recurred for ts, name, recurred in self.recurrences if name == rule and ts >= trigger]
        return True if True in told else False if False in told else None

    def reported(self, now: float, policy: Policy, *, settles: bool) -> bool:
        """Have its outcomes settled, or will none come any more?"""
        if settles:
            return now >= self.last + policy.settle
        return bool(self.outcomes) or now >= self.last + policy.settle_late

    def settled(self, target: str, now: float, policy: Policy) -> bool:
        """Has the detector of this target had its time? Never earlier because something happened."""
        late = target.partition(":")[0] in LATE_KINDS
        return now >= self.last + (policy.settle_late if late else policy.settle)


def scores(outcomes: list[Outcome], *sources: str) -> list[float]:
    """What these sources said, as numbers in [0, 1]."""
    return [each.score for each in outcomes if each.score is not None and each.source in sources]


def spoken(outcomes: list[Outcome]) -> list[float]:
    """What counts: the agent's reports and verified results."""
    return scores(outcomes, SELF, CI)
