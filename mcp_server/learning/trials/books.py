"""Everything the engine knows between two events, apart from sessions that are not settled."""

from mcp_server.learning.trials.baseline import Rate
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import Track, Trial

FURTHEST = 64
"""Half-lives by which the unit of the sums may grow before they are all brought back."""


class Category:
    """What is expected in one category: how sessions end, by source, and how they fare otherwise."""

    __slots__ = ("costs", "durations", "judged", "models", "rates", "said", "success", "verified")

    def __init__(self) -> None:
        self.success, self.verified, self.said, self.judged = Rate(), Rate(), Rate(), Rate()
        self.rates: dict[str, Rate] = {}
        """Of being reported, and of guardrails."""
        self.costs: list[float] = []
        self.durations: list[float] = []
        self.models: list[str] = []

    def rate(self, name: str) -> Rate:
        """The rate of this name; a new one where there was none."""
        return self.rates.setdefault(name, Rate())


class Target:
    """How often a target stays away: where it was looked for, over all sessions; and how often it is looked for."""

    __slots__ = ("absent", "looked", "strict")

    def __init__(self) -> None:
        self.absent, self.strict, self.looked = Rate(), Rate(), Rate()


class Books:
    """Sums and states. They grow with rules, categories and targets, not with sessions."""

    __slots__ = (
        *(
            "alarmed",
            "brake",
            "braked_at",
            "categories",
            "changed",
            "late",
            "looks",
            "max_rules",
            "outcomes",
            "overall",
            "revised",
        ),
        *("settles", "targets", "together", "trials", "tried", "unexposed"),
    )

    def __init__(self, policy: Policy) -> None:
        self.trials: dict[str, Trial] = {}
        self.categories: dict[str, Category] = {}
        self.targets: dict[str, Target] = {}
        self.overall = Rate()
        self.together = Track(len(policy.bets) + 1)
        """The set of all learnt rules."""
        self.outcomes = 0.0
        """Counted since the unit of the sums was 1."""
        self.tried = self.looks = self.late = self.unexposed = 0
        self.brake = 0.0
        self.alarmed = False
        """The brake's alarm went off since the last consolidate."""
        self.braked_at: float | None = None
        self.changed: list[str] = []
        """The rules of the newest revision."""
        self.revised = False
        """The log names its revisions; else every consolidate that moves something makes one."""
        self.max_rules = policy.max_rules
        self.settles = policy.settles

    def unit(self, policy: Policy) -> float:
        """What a session weighs now: twice as much for each half-life, instead of halving all that came before."""
        return 2.0 ** (self.outcomes / policy.fading)

    def settle_unit(self, policy: Policy) -> None:
        """Bring the unit back before it grows out of hand; powers of two leave every digit as it was."""
        if self.outcomes / policy.fading < FURTHEST:
            return
        self.outcomes -= FURTHEST * policy.fading
        for trial in self.trials.values():
            trial.fade(2.0**-FURTHEST)
        self.together.sums.scale(2.0**-FURTHEST)

    def category(self, name: str) -> Category:
        """What is known of a category; nothing at first."""
        return self.categories.setdefault(name, Category())

    def target(self, name: str) -> Target:
        """What is known of a target; nothing at first."""
        return self.targets.setdefault(name, Target())
