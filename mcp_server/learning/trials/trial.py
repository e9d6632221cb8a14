"""One rule version's trial: what it is permitted, and everything that its sessions have told.

What is known of an effect stands in a few sums, so that a decision costs the same after ten sessions and ten thousand.
Sums are kept in a unit that grows by half-lives (`Books.unit`): old evidence fades without being touched.
"""

from mcp_server.learning.trials.eprocess import Process, Wealth
from mcp_server.learning.trials.events import TRIAL
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.posterior import Belief, combined

REJECTED, STOPPED = "rejected", "retired"
"""Why a rule is retired: a person rejected or retired it, ..."""
UNLIKELY, FUTILE = "unlikely", "futile"
"""... it hardly helps, or hardly enough for the room it takes, as far as can be believed, ..."""
HARMFUL, GUARDRAIL = "harmful", "guardrail"
"""... there is evidence that it harms, or that it makes something else worse."""


class Sums:
    """Sufficient statistics of an effect: N, D, the squares of residuals, and the sessions they come from.

    N = sum w (A - p) e, D = sum w (A - p)^2. The reference's V equals D, so that var = sigma^2 / D.
    """

    __slots__ = ("mass", "noise", "rows", "sessions", "shown", "signal")

    def __init__(self) -> None:
        self.signal = self.mass = self.noise = self.rows = 0.0
        self.sessions = self.shown = 0

    def variance(self, unit: float, policy: Policy) -> float:
        """Sigma^2: the mean of w e^2, which thereby knows how outcomes cluster."""
        weight = policy.noise_weight * unit
        return (self.noise + weight * policy.noise) / (self.rows + weight)

    def belief(self, prior: float, deviation: float, unit: float, policy: Policy) -> Belief:
        """The posterior of the effect."""
        return combined(prior, deviation, self.signal / unit, self.mass / unit, self.variance(unit, policy))

    def scale(self, factor: float) -> None:
        """Let all of it fade."""
        self.signal *= factor
        self.mass *= factor
        self.noise *= factor
        self.rows *= factor


class Track:
    """One endpoint: its sums, and the bets on it."""

    __slots__ = ("process", "sums")

    def __init__(self, sizes: int) -> None:
        self.sums, self.process = Sums(), Process(sizes, adaptive=True)


class Ratio:
    """The sample-ratio check: do the coins fall as often as their probabilities say?"""

    __slots__ = ("above", "variance")

    def __init__(self) -> None:
        self.above = self.variance = 0.0

    def deviations(self) -> float:
        """sum(A - p) / sqrt(sum p (1 - p))."""
        return self.above / self.variance**0.5 if self.variance else 0.0


class Trial:
    """One rule version."""

    __slots__ = (
        *("rule", "version", "scope", "target", "tokens", "similar_to", "imported", "inherited", "models"),
        *("state", "approved", "pinned", "ending", "since", "retries", "renewed", "retired_mass", "braked", "reprieve"),
        *("helpful", "harmful", "order", "looks", "triggered", "observed", "quiet", "quiet_withheld"),
        *("main", "verified", "said", "verified_only", "strict", "seen", "guards", "coins", "scored_coins"),
        *("prior", "belief", "probability", "waits_for", "promoted_e", "proven_e"),
    )

    def __init__(self, rule: str, policy: Policy, *, target: str = "") -> None:
        self.rule, self.target = rule, target
        self.version = 1
        self.scope: list[str] = []
        self.tokens = 0.0
        self.similar_to = self.waits_for = ""
        self.imported = False
        self.inherited: float | None = None
        """Prior mean, where it comes from a parent."""
        self.models: list[str] = []
        """Labels that are not new to it."""

        self.state = TRIAL
        self.approved = False
        """Active by a person's word; evidence may confirm it, a posterior alone cannot undo it."""
        self.pinned = False
        self.ending = ""
        self.since = 0.0
        self.retries = 0
        self.renewed = False
        """A new model came since it was retired."""
        self.retired_mass = 0.0
        self.braked = 0
        """Scored sessions for which it still stays at one half."""

        self.reprieve = 0
        """Scored sessions before which a posterior may not retire it: a person put it on trial."""

        self.helpful = self.harmful = 0
        self.order = 0
        """Its place among all that ever had a coin, from 1; 0 before its first."""
        self.looks = self.triggered = self.observed = self.quiet = self.quiet_withheld = 0
        self.promoted_e: float | None = None
        """The e-value with which "it helps" was claimed; frozen, so that the claim stays an e-value."""
        self.proven_e: float | None = None

        self.prior = 0.0
        self.belief = Belief(0.0, self.deviation(policy))
        self.probability: float | None = None
        sizes = len(self.bets(policy))
        self.main, self.verified, self.strict = Track(sizes), Track(sizes), Track(sizes)
        """All that counts; verified results alone; over all sessions "ended well and was reported", or with a
        target "looked for and not found"."""
        self.said = Sums()
        self.verified_only = False
        """Verified results alone count: the agent's reports told something else."""
        self.seen = Process(len(policy.bets))
        """Bets on whether anybody looked: did the detector run, was an outcome reported?"""
        self.guards: dict[str, Wealth] = {}
        self.coins, self.scored_coins = Ratio(), Ratio()

    def restart(self, policy: Policy) -> None:
        """Begin the bets anew; the sums stay."""
        sizes = len(self.bets(policy))
        for track in (self.main, self.verified, self.strict):
            track.process = Process(sizes, adaptive=True)

    def forgive(self) -> None:
        """Begin the bets on harm anew: the claim was made about another model. Help keeps its wealth."""
        for track in (self.main, self.verified, self.strict):
            track.process.harms = Wealth(len(track.process.harms.parts))
        self.guards = {}

    @property
    def ruling(self) -> Track:
        """What it is judged by."""
        return self.verified if self.verified_only else self.main

    def bets(self, policy: Policy) -> tuple[float, ...]:
        """Sizes of bet; effects on recurrence are larger."""
        return policy.target_bets if self.target else policy.bets

    def deviation(self, policy: Policy) -> float:
        """Of the prior."""
        return policy.target_deviation if self.target else policy.prior_deviation

    def evidence(self) -> tuple[float, float]:
        """The e-values of "it helps" and "it harms".

        Help is the smaller of what those sessions say in which somebody looked (the detector ran, an outcome was
        reported) and of what all say, with the others counted as bad: a rule that makes an agent skip its tests, or
        keep silent about failures, must not look good. Where verified results rule, help must stand in all that
        counts as well: choosing between two processes by what they say would double the error.
        """
        process = self.ruling.process
        helps, harms = process.helps.value(), process.harms.value()
        strict = self.strict.process
        if self.target:
            return min(helps, strict.helps.value()), min(harms, strict.harms.value())
        if self.verified_only:
            helps = min(helps, self.main.process.helps.value())
        return min(helps, strict.helps.value()), harms

    def fade(self, factor: float) -> None:
        """Let what is known count less."""
        for sums in (self.main.sums, self.verified.sums, self.strict.sums, self.said):
            sums.scale(factor)
