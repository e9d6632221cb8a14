"""Everything the engine knows between two events, apart from sessions that are not settled."""

from mcp_server.learning.trials.baseline import Rate
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import Track, Trial

FURTHEST = 64
"""Half-lives by which the unit of the sums may grow before all of them are brought back."""


class Category:
    """What is expected in one category: how sessions end, by source, and how they fare otherwise."""

    __slots__ = (
        *("costs", "durations", "judged", "models", "rates", "said", "strict", "success", "verified"),
        "weight",
    )

    def __init__(self) -> None:
        self.success, self.verified, self.said, self.judged = Rate(), Rate(), Rate(), Rate()
        self.strict, self.weight = Rate(), Rate()
        """Of sessions that were reported to end well, of all; what a reported one weighs."""
        self.rates: dict[str, Rate] = {}
        """Of being reported, and of guardrails."""
        self.costs: list[float] = []
        self.durations: list[float] = []
        self.models: list[str] = []

    def rate(self, name: str) -> Rate:
        """The rate of this name; a new one where there was none."""
        found = self.rates.get(name)
        if found is None:
            found = self.rates[name] = Rate()
        return found


class Target:
    """How often a target stays away, where it was looked for and over all sessions; how often it is looked for."""

    __slots__ = ("absent", "looked", "strict")

    def __init__(self) -> None:
        self.absent, self.strict, self.looked = Rate(), Rate(), Rate()


class Books:
    """Sums and states. They grow with rules, categories and targets, not with sessions."""

    __slots__ = (
        *("trials", "categories", "targets", "overall", "together", "outcomes", "tried", "looks", "late", "unexposed"),
        *("level", "alarmed", "braked_at", "changed", "pending", "revised", "verified", "max_rules", "settles"),
        *("settled", "bar", "slowest", "strict"),
    )

    def __init__(self, policy: Policy) -> None:
        self.trials: dict[str, Trial] = {}
        self.categories: dict[str, Category] = {}
        self.targets: dict[str, Target] = {}
        self.overall = Rate()
        """How sessions end, whatever their category."""
        self.strict = Rate()
        """How many end well and are reported, of all."""
        self.together = Track(len(policy.bets))
        """The set of all learnt rules, by its own coin."""
        self.outcomes = 0.0
        """Counted since the unit of the sums was 1."""
        self.tried = self.looks = 0
        """Hypotheses that ever had a coin, and consolidates."""
        self.late = self.unexposed = 0
        """Lines that came after their session was scored, and outcomes of sessions without exposure."""
        self.slowest = 0.0
        """The longest time after a session's last activity that a report of it ever took, within limits."""
        self.bar = 0.0
        """The e-value that one more discovery needed at the last consolidate; 0 where each rule has its own."""
        self.level = 0.0
        """Of the brake."""
        self.alarmed = False
        """The brake's alarm went off since the last consolidate."""
        self.braked_at: float | None = None
        self.changed: list[str] = []
        """The rules of the newest revision."""
        self.pending: list[str] = []
        """What changed since the last consolidate."""
        self.revised = False
        """The log names its revisions; else every consolidate after a change makes one."""
        self.verified = False
        """A result was verified once, so that reports can be held against results."""
        self.max_rules = policy.max_rules
        self.settles = policy.settles
        self.settled = False
        """What the log says has settled by then."""

    def unit(self, policy: Policy) -> float:
        """What a session weighs now: twice as much for each half-life, instead of halving all that came before."""
        return 2.0 ** (self.outcomes / policy.fading)

    def settle_unit(self, policy: Policy) -> None:
        """Bring the unit back before it grows out of hand; powers of two leave every digit as it was."""
        if self.outcomes < FURTHEST * policy.fading:
            return
        self.outcomes -= FURTHEST * policy.fading
        for trial in self.trials.values():
            trial.fade(2.0**-FURTHEST)
        self.together.sums.scale(2.0**-FURTHEST)

    def category(self, name: str) -> Category:
        """What is known of a category; nothing at first."""
        found = self.categories.get(name)
        if found is None:
            found = self.categories[name] = Category()
        return found

    def target(self, name: str) -> Target:
        """What is known of a target; nothing at first."""
        found = self.targets.get(name)
        if found is None:
            found = self.targets[name] = Target()
        return found
