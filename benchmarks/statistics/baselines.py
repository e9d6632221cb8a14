"""The policies that others use, or that come to mind first: what the engine has to be better than.

Each announces nothing, sees the same reports as the engine, and promotes (`active`) what it would tell a
person is a rule that works. ACE and cass follow their published code, read for the reference on statistics.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import erf, sqrt
from random import Random

from benchmarks.statistics.policy import Announced, Asked, Choice, Judged, Policy, Report, Seen
from benchmarks.statistics.world import DAY


@dataclass(slots=True)
class Tally:
    """What is known of one rule: votes, and outcomes with and without it."""

    state: str = "trial"
    helpful: float = 0.0
    harmful: float = 0.0
    voted: float = 0.0
    """When the last vote was cast, in seconds."""
    with_it: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """Outcomes and successes."""
    without: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def both(self) -> bool:
        """Is there an outcome on either side?"""
        return self.with_it[0] > 0 and self.without[0] > 0


class Ledger:
    """The bookkeeping that all baselines share: who was shown, and what came of it."""

    def __init__(self, seed: int) -> None:
        self.tallies: dict[str, Tally] = {}
        self.targets: set[str] = set()
        self.chance = Random(seed)
        self._last: tuple[tuple[str, ...], frozenset[str]] = ((), frozenset())

    def announce(self, rule: Announced) -> None:
        """A rule comes into play."""
        self.tallies[rule.id] = Tally()
        if rule.target:
            self.targets.add(rule.id)

    def chosen(self, asked: Asked, shown: Sequence[str], p: Mapping[str, float]) -> Choice:
        """Remember the choice, cut to the room there is."""
        kept = tuple(shown[: asked.room])
        self._last = (asked.candidates, frozenset(kept))
        return Choice(kept, p)

    def hear(self, reports: Iterable[Report], seen: Iterable[Seen]) -> None:
        """Count outcomes one by one; a rule with a target succeeds where nobody saw it recur."""
        candidates, shown = self._last
        for report in reports:
            for ident in candidates:
                if ident not in self.targets:
                    self._count(ident, ident in shown, report.success)
            for votes, name in ((report.helpful, "helpful"), (report.harmful, "harmful")):
                for ident in votes:
                    self.vote(self.tallies[ident], name, report.ts)
        for sight in seen:
            self._count(sight.rule, sight.rule in shown, not sight.recurred)

    def _count(self, ident: str, shown: bool, success: bool) -> None:
        side = self.tallies[ident].with_it if shown else self.tallies[ident].without
        side[0] += 1
        side[1] += success

    def vote(self, tally: Tally, name: str, ts: float) -> None:
        """Count a vote."""
        del ts
        setattr(tally, name, getattr(tally, name) + 1)

    def judge(self, verdict: Callable[[Tally], str]) -> Mapping[str, Judged]:
        """Set every state anew."""
        for tally in self.tallies.values():
            tally.state = verdict(tally)
        return {ident: Judged(tally.state) for ident, tally in self.tallies.items()}

    def live(self, asked: Asked) -> list[str]:
        """The candidates that are not retired."""
        return [ident for ident in asked.candidates if self.tallies[ident].state != "retired"]


class AlwaysOn(Ledger):
    """Show every rule, as a hand-written file does."""

    def choose(self, asked: Asked) -> Choice:
        """All that there is room for."""
        return self.chosen(asked, asked.candidates, {})

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """Every rule is believed in."""
        del ts
        return self.judge(lambda _tally: "active")


class Ace(Ledger):
    """Counters of helpful and harmful votes; harmful >= helpful is a problem, > 5 helpful and < 2 harmful a success."""

    def choose(self, asked: Asked) -> Choice:
        """What is no problem, best praised first."""
        live = self.live(asked)
        live.sort(key=lambda ident: self.tallies[ident].harmful - self.tallies[ident].helpful)
        return self.chosen(asked, live, {})

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """By the counters alone."""
        del ts

        def verdict(tally: Tally) -> str:
            if 0 < tally.harmful >= tally.helpful:
                return "retired"
            return "active" if tally.helpful > 5 and tally.harmful < 2 else "trial"

        return self.judge(verdict)


class Cass(Ledger):
    """Votes that fade with a half-life of 90 days; a harmful one weighs four helpful ones."""

    def choose(self, asked: Asked) -> Choice:
        """What is not deprecated, best score first."""
        live = self.live(asked)
        live.sort(key=lambda ident: 4 * self.tallies[ident].harmful - self.tallies[ident].helpful)
        return self.chosen(asked, live, {})

    def vote(self, tally: Tally, name: str, ts: float) -> None:
        """Fade the older votes, then count."""
        self._fade(tally, ts)
        super().vote(tally, name, ts)

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """By maturity: 3 votes to be judged, 10 helpful ones with a harmful share below .1 to be proven."""

        def verdict(tally: Tally) -> str:
            self._fade(tally, ts)
            votes = tally.helpful + tally.harmful
            bad = tally.harmful / votes if votes else 0.0
            proven = tally.helpful >= 10 and bad < 0.1
            worth = 0.5 if votes < 3 else 1.5 if proven else 1.0
            if (votes > 2 and bad > 0.3) or worth * (tally.helpful - 4 * tally.harmful) < -3:
                return "retired"
            return "active" if proven else "trial"

        return self.judge(verdict)

    @staticmethod
    def _fade(tally: Tally, ts: float) -> None:
        faded = 0.5 ** ((ts - tally.voted) / (90 * DAY))
        tally.helpful, tally.harmful, tally.voted = tally.helpful * faded, tally.harmful * faded, ts


class Coins(Ledger):
    """The rules on trial are shown by a fair coin, active ones always."""

    def choose(self, asked: Asked) -> Choice:
        """Throw the coins."""
        p = {ident: 1.0 if self.tallies[ident].state == "active" else 0.5 for ident in self.live(asked)}
        p = {**dict.fromkeys(asked.candidates, 0.0), **p}
        return self.chosen(asked, [ident for ident in p if self.chance.random() < p[ident]], p)


class NaiveZ(Coins):
    """A z-test of two proportions over single outcomes, looked at in every consolidate; |z| > 1.96 decides."""

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """What was decided stays."""
        del ts

        def verdict(tally: Tally) -> str:
            z = _z(tally)
            return tally.state if tally.state != "trial" or abs(z) <= 1.96 else "active" if z > 0 else "retired"

        return self.judge(verdict)


class StrictMean(Coins):
    """After ten outcomes on each side the strictly higher mean decides, as prompt optimisers accept a change."""

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """Once."""
        del ts

        def verdict(tally: Tally) -> str:
            (n, good), (m, better) = tally.with_it, tally.without
            if tally.state != "trial" or min(n, m) < 10:
                return tally.state
            return "active" if good / n > better / m else "retired"

        return self.judge(verdict)


class BetaHoldout(Coins):
    """Beta posteriors of both sides; 95 % sure in either direction decides."""

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """The normal form of the two posteriors' difference."""
        del ts

        def verdict(tally: Tally) -> str:
            sure = _surer(tally)
            if tally.state != "trial" or 0.05 <= sure <= 0.95:
                return tally.state
            return "active" if sure > 0.95 else "retired"

        return self.judge(verdict)


class Thompson(Ledger):
    """Show a rule when a draw from its posterior beats a draw from that of doing without it."""

    def choose(self, asked: Asked) -> Choice:
        """Two draws for each rule."""
        shown = [ident for ident in asked.candidates if self._wins(self.tallies[ident])]
        return self.chosen(asked, shown, {})

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """Active while 95 % sure; nothing is ever retired."""
        del ts
        return self.judge(lambda tally: "active" if _surer(tally) > 0.95 else "trial")

    def _wins(self, tally: Tally) -> bool:
        draw = self.chance.betavariate
        (n, good), (m, better) = tally.with_it, tally.without
        return draw(1 + good, 1 + n - good) > draw(1 + better, 1 + m - better)


def _z(tally: Tally) -> float:
    """The z-value of two proportions with a pooled variance."""
    if not tally.both:
        return 0.0
    (n, good), (m, better) = tally.with_it, tally.without
    pooled = (good + better) / (n + m)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return (good / n - better / m) / spread if spread else 0.0


def _surer(tally: Tally) -> float:
    """P(better with the rule than without), two uniform-prior Beta posteriors taken as normal."""

    def beta(side: Sequence[float]) -> tuple[float, float]:
        a, b = 1 + side[1], 1 + side[0] - side[1]
        return a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))

    (one, spread), (other, wide) = beta(tally.with_it), beta(tally.without)
    return 0.5 * (1 + erf((one - other) / sqrt(2 * (spread + wide))))


BASELINES: Mapping[str, Callable[[int], Policy]] = {
    "always on": AlwaysOn,
    "ACE": Ace,
    "cass": Cass,
    "z-test": NaiveZ,
    "strict mean": StrictMean,
    "Thompson": Thompson,
    "Beta holdout": BetaHoldout,
}
