"""The messages of the contract as values: what is told to the engine, and what it answers to a session."""

from collections.abc import Mapping
from typing import NamedTuple

TRIAL, ACTIVE, RETIRED = "trial", "active", "retired"
SELF, CI, JUDGE = "self", "ci", "judge"
ACTS = ("approve", "trial", "reject", "retire", "pin", "unpin")
"""What a person may do with a rule."""


class Hello(NamedTuple):
    """The beginning of a conversation."""

    seed: int | None = None
    settles: bool = False
    """A live log: sessions without a target wait too, see `Policy.settles`."""
    reply: bool = False
    """It is the engine's own, in a transcript."""
    settled: bool = False
    """A store's own log: outcomes and recurrences are only written when they have settled, so nothing waits."""


class Announcement(NamedTuple):
    """A rule, or another version of one."""

    ts: float
    rule: str
    scope: tuple[str, ...] = ()
    initial: str = TRIAL
    similar_to: str | None = None
    target: str = ""
    tokens: float = 0
    version: int = 1
    parents: tuple[str, ...] = ()
    imported: bool = False


class Session(NamedTuple):
    """One run of an agent, before its rules are chosen."""

    ts: float
    session: str
    category: str
    model: str = ""
    max_rules: float | None = None
    max_tokens: float | None = None
    candidates: tuple[str, ...] | None = None
    """Rules whose scope fits; all of the category where a log does not say."""


class Exposure(NamedTuple):
    """What the coins of a session were and how they fell. `assigned` is `shown` where nothing overflowed."""

    session: str
    shown: tuple[str, ...]
    p: Mapping[str, float]
    assigned: tuple[str, ...] | None = None
    set: tuple[float, bool] | None = None
    """Probability that the learnt rules as a whole are on, and whether they are."""


class Outcome(NamedTuple):
    """One verdict on a session. `score` in [0, 1] is None for text only."""

    ts: float
    session: str
    source: str = SELF
    score: float | None = None
    helpful: tuple[str, ...] = ()
    harmful: tuple[str, ...] = ()
    feedback: str | None = None
    cost: float | None = None
    duration: float | None = None
    failing: bool | None = None
    """Were there newly failing tests?"""
    beside: bool = False
    """Something stronger spoke: it is held against that, and does not count itself."""


class Trigger(NamedTuple):
    """The moment at which a rule came into play, in both arms. With `p` it is a coin thrown only then."""

    ts: float
    session: str
    rule: str
    p: float | None = None
    assigned: bool = False


class Recurrence(NamedTuple):
    """Did a rule's target recur? None where nothing shows that its detector ran."""

    ts: float
    session: str
    rule: str
    recurred: bool | None


class Human(NamedTuple):
    """What a person decided about a rule."""

    ts: float
    rule: str
    act: str


class Revision(NamedTuple):
    """The rules that the newest revision changed."""

    ts: float
    rules: tuple[str, ...]


class Consolidate(NamedTuple):
    """The time to decide."""

    ts: float
    settings: Mapping[str, object] | None = None
    """What a store's settings became, where they changed; they stay until the next such line."""


class End(NamedTuple):
    """Nothing follows."""


class Decided(NamedTuple):
    """The engine's own decisions, in a transcript."""


Event = (
    Hello
    | Announcement
    | Session
    | Exposure
    | Outcome
    | Trigger
    | Recurrence
    | Human
    | Revision
    | Consolidate
    | End
    | Decided
)
