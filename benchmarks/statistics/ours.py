"""This engine as a policy of the bench: its own messages, no short cut into its books."""

from collections.abc import Iterable, Mapping

from benchmarks.statistics.policy import Announced, Asked, Choice, Judged, Report, Seen
from mcp_server.learning.trials.engine import Decisions, Engine
from mcp_server.learning.trials.events import (
    CI,
    SELF,
    Announcement,
    Consolidate,
    Exposure,
    Outcome,
    Recurrence,
    Session,
)
from mcp_server.learning.trials.policy import POLICY

OURS = "this engine"


class Ours:
    """The engine with its frozen constants; `explore` is the one setting that the bench turns."""

    def __init__(self, seed: int, *, explore: float = 0.0) -> None:
        self._engine = Engine(POLICY._replace(explore=explore), seed, chooses=True)

    def announce(self, rule: Announced) -> None:
        """A rule comes into play."""
        target = f"test:{rule.id}" if rule.target else ""
        self._engine.apply(Announcement(rule.ts, rule.id, rule.scope, similar_to=rule.similar_to, target=target))

    def choose(self, asked: Asked) -> Choice:
        """A session begins."""
        (reply,) = self._engine.apply(
            Session(asked.ts, asked.id, asked.category, asked.model, asked.room, candidates=asked.candidates)
        )
        assert isinstance(reply, Exposure)
        return Choice(reply.shown, reply.p)

    def hear(self, reports: Iterable[Report], seen: Iterable[Seen]) -> None:
        """A session has ended."""
        for told in reports:
            source = CI if told.verified else SELF
            self._engine.apply(Outcome(told.ts, told.session, source, float(told.success), told.helpful, told.harmful))
        for sight in seen:
            self._engine.apply(Recurrence(sight.ts, sight.session, sight.rule, sight.recurred))

    def decide(self, ts: float) -> Mapping[str, Judged]:
        """A consolidate."""
        (reply,) = self._engine.apply(Consolidate(ts))
        assert isinstance(reply, Decisions)
        return {rule: Judged(made.state, made.effect, made.e_help, made.e_harm) for rule, made in reply.rules.items()}
