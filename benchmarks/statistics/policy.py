"""What a policy is told and what it answers: the messages of the replay contract, as plain values."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol


class Announced(NamedTuple):
    """A rule comes into play, on trial."""

    id: str
    scope: tuple[str, ...]
    ts: float
    similar_to: str | None = None
    target: bool = False
    """Is it judged by the recurrence of its target?"""


class Asked(NamedTuple):
    """A session begins, and these rules apply to it."""

    id: str
    ts: float
    category: str
    model: str
    room: int
    """At how many rules the context is full."""
    candidates: tuple[str, ...]


class Choice(NamedTuple):
    """The rules to show, and for every candidate with a coin the probability fixed before it was thrown."""

    shown: tuple[str, ...]
    p: Mapping[str, float]


class Report(NamedTuple):
    """One outcome, as far as anybody tells it."""

    session: str
    ts: float
    category: str
    success: bool
    verified: bool
    helpful: tuple[str, ...] = ()
    harmful: tuple[str, ...] = ()


class Seen(NamedTuple):
    """Whether a rule's target came back in a session; None where its detector did not run."""

    session: str
    rule: str
    ts: float
    recurred: bool | None


class Judged(NamedTuple):
    """Where a rule stands after a consolidate."""

    state: str
    effect: float | None = None
    e_help: float = 0.0
    e_harm: float = 0.0


class Policy(Protocol):
    """Whoever decides which rules are shown."""

    def announce(self, rule: Announced) -> None:
        """A rule comes into play."""
        ...

    def choose(self, asked: Asked) -> Choice:
        """A session begins."""
        ...

    def hear(self, reports: Iterable[Report], seen: Iterable[Seen]) -> None:
        """A session has ended; what nobody tells is missing."""
        ...

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """A consolidate: every rule known so far."""
        ...
