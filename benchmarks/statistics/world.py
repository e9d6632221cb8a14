"""What a simulated project is: planted rules whose effects are known, and the hardships of a world."""

from dataclasses import dataclass
from typing import NamedTuple

DAY = 86_400.0


class Target(NamedTuple):
    """How often a rule's target recurs in a session where the rule applies."""

    without: float
    shown: float


class Planted(NamedTuple):
    """A rule and the truth about it, which no policy sees."""

    id: str
    kind: str
    """helpful, null or harmful: by the sign of what it does to the success of a session."""
    effect: float = 0.0
    """What showing it adds to the log-odds of success."""
    later: float = 0.0
    """The same after the change of the model."""
    scope: tuple[str, ...] = ()
    easy: float = 1.0
    """How often it applies to an easy task in its scope."""
    hard: float = 1.0
    """How often it applies to a hard one."""
    twin: str | None = None
    """The rule it says the same as: both together do no more than one."""
    target: Target | None = None
    skips: float = 0.0
    """In which share of sessions whose target recurs does showing it keep the detector from running?"""
    skips_any: float = 0.0
    """The same share of all sessions, whatever they come to."""
    silences: float = 0.0
    """In which share of failing sessions does showing it keep the agent from reporting?"""
    liked: float = 0.8
    """The share of helpful votes that it gets from agents whose votes are garbage."""
    day: int = 0
    """When it is suggested."""


@dataclass(frozen=True, slots=True)
class World:
    """A kind of project. Effects are drawn anew for each project from the ranges given."""

    name: str
    about: str
    helpful: int = 0
    null: int = 0
    harmful: int = 0
    like: str = ""
    """The world whose projects these are, so that both can be compared in pairs; its own without."""
    gain: tuple[float, float] = (0.2, 0.7)
    """Log-odds that a helpful rule adds: 4 to 14 points at a success rate of 70 %."""
    loss: tuple[float, float] = (0.15, 0.8)
    """Log-odds that a harmful rule takes: 3 to 19 points at 70 %."""
    twins: int = 0
    """How many of the helpful rules are near-duplicates of another one."""
    told: bool = True
    """Is the policy told which rules are near-duplicates?"""
    sessions: int = 450
    per_day: float = 5
    looks: int = 5
    """Sessions between two consolidates."""
    room: int = 12
    categories: int = 1
    scope: float = 1.0
    """The share of categories that a rule applies to, one at least."""
    arrive: int = 0
    """Days over which the rules are suggested; all on the first day without."""
    base: float = 0.85
    """Log-odds of success without rules: 0.85 is 70 %."""
    hard: float = 0.3
    """The share of hard tasks."""
    harder: float = 1.0
    """Log-odds that a hard task takes."""
    confounded: bool = False
    """Helpful rules apply to hard tasks mostly, harmful ones to easy tasks."""
    drift: float = 0.0
    """How far the log-odds swing up and down, once over the horizon."""
    change: float = 0.0
    """At which share of the horizon a new model comes, for which half of the rules turn round; 0 for never."""
    outcomes: int = 1
    """The most outcomes that a session has; their number is drawn evenly."""
    luck: float = 0.0
    """The spread of a session's own log-odds: 1.19 correlates its outcomes by about .3."""
    votes: str = "honest"
    """honest, garbage, inverted, credulous (as the session went) or none."""
    clarity: float = 0.15
    """How far the share of helpful votes moves for 1 of log-odds, where votes are honest or inverted."""
    voting: float = 0.3
    """How often an agent votes on a rule that it was shown."""
    verified: float = 1.0
    """The share of outcomes that a machine checked; of the others a third of failures is reported as success."""
    failures_told: float = 1.0
    """The share of failing sessions of which anybody reports; of successful ones all."""
    silences: float = 0.0
    """`silences` of the null rules."""
    targets: tuple[tuple[float, float], ...] = ()
    """Where given, rules have targets: (recurrence without, with) that helpful ones take in turn; a null rule
    keeps the first figure, a harmful one has both the other way round."""
    skips: float = 0.0
    """`skips` of the null rules."""
    skips_any: float = 0.0
