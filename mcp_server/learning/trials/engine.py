"""The decision engine: events in, replies out, and nothing else: no clock, no chance, no file, no order of hashes."""

from collections.abc import Container, Sequence
from math import fsum

from mcp_server.learning.trials import coin
from mcp_server.learning.trials.allot import Budget, Serving, Standing, choose, delivered, whole
from mcp_server.learning.trials.belief import believe
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.check import check
from mcp_server.learning.trials.decide import decide
from mcp_server.learning.trials.errors import MalformedError
from mcp_server.learning.trials.events import (
    ACTIVE,
    RETIRED,
    TRIAL,
    Announcement,
    Consolidate,
    Event,
    Exposure,
    Hello,
    Human,
    Outcome,
    Recurrence,
    Revision,
    Session,
    Trigger,
)
from mcp_server.learning.trials.exposure import expose
from mcp_server.learning.trials.held import Coin, Held
from mcp_server.learning.trials.moves import futility, tried
from mcp_server.learning.trials.policy import POLICY, Policy, read
from mcp_server.learning.trials.replies import Decisions, Greeting, Reply, together
from mcp_server.learning.trials.score import score
from mcp_server.learning.trials.trial import GUARDRAIL, HARMFUL, REJECTED, STOPPED, Trial
from mcp_server.learning.trials.verdict import decision

Found = Outcome | Trigger | Recurrence


class Engine:
    """One conversation. With `chooses` it throws the coins of sessions; else exposures come with the log.

    Coins are keyed by `key`, else by `seed`, else by the seed that hello names, else by 0. Settings that a log
    brings with it hold, but for those named in `fixed`.
    """

    __slots__ = ("_fixed", "_serving", "books", "chooses", "held", "key", "now", "policy", "seed", "waiting")

    def __init__(
        self,
        policy: Policy = POLICY,
        seed: int | None = None,
        *,
        chooses: bool = False,
        key: bytes | None = None,
        fixed: Container[str] = (),
    ) -> None:
        self._fixed = fixed
        self.policy, self.seed, self.chooses, self.key = policy, seed, chooses, key
        self.books = Books(policy)
        self.held: dict[str, Held] = {}
        self.waiting: list[Found] = []
        """Outcomes, triggers and recurrences since the last line that acted; their order says nothing."""
        self.now: float | None = None
        self._serving: Serving | None = None

    def apply(self, event: Event) -> Sequence[Reply]:
        """Take in one event. Raises `TrialError` for one that cannot be; nothing is changed then."""
        if self.chooses and isinstance(event, Exposure):
            raise MalformedError("exposure lines are the engine's answers here; use replay for a log that holds them")
        check(event, self.books.trials, self.held, self.waiting, self.now)
        policy = self._settings(event)
        ts = getattr(event, "ts", None)
        if ts is not None:
            self.now = ts
        match event:
            case Outcome() | Trigger() | Recurrence():
                self.waiting.append(event)
                return ()
            case Session():
                self._hear()
                return self._session(event)
            case Exposure():
                self._hear()
                self._exposed(event)
                return ()
            case Consolidate():
                self._hear()
                self.policy = policy
                return (self._consolidate(event.ts),)
            case Hello():
                return self._hello(event)
            case _:
                self._hear()
                self._change(event)
                return ()

    def _settings(self, event: Event) -> Policy:
        """The settings that hold with this event."""
        if not isinstance(event, Consolidate) or event.settings is None:
            return self.policy
        return read({name: value for name, value in event.settings.items() if name not in self._fixed}, self.policy)

    def serving(self) -> Serving:
        """What the serving path needs to choose by; the same until the next consolidate, rule or human line."""
        if self._serving is None:
            policy = self.policy
            self._serving = Serving(
                coin.key(self.seed or 0) if self.key is None else self.key,
                {trial.rule: _standing(trial, policy) for trial in self.books.trials.values()},
                0.0 if policy.off else policy.holdout,
                policy.budget_deviations,
                policy.trials_share,
                policy.floor,
            )
        return self._serving

    def budget(self, event: Session) -> Budget:
        """The room that a session has."""
        rules = self.policy.max_rules if event.max_rules is None else event.max_rules
        tokens = self.policy.max_tokens if event.max_tokens is None else event.max_tokens
        return Budget(rules, tokens)

    def _hear(self) -> None:
        """Give the sessions what was said of them, in an order that is not that of the lines."""
        if not self.waiting:
            return
        for event in sorted(self.waiting, key=_order) if len(self.waiting) > 1 else self.waiting:
            held = self.held.get(event.session)
            if held is None or held.too_late(event):
                self.books.late += 1
                continue
            if isinstance(event, Outcome) and event.score is not None:
                waited = min(self.policy.settle_late, event.ts - held.last)
                self.books.slowest = max(self.books.slowest, waited)
            held.hear(event)
            if isinstance(event, Outcome):
                self.books.unexposed += not held.exposed
                self._votes(held, event)
            elif isinstance(event, Trigger) and event.p is not None and event.rule not in held.coins:
                self._coin(held, event.rule, event.p, event.assigned)
        self.waiting.clear()

    def _votes(self, held: Held, event: Outcome) -> None:
        """A vote counts for a rule that the session was given."""
        for rules, helpful in ((event.helpful, True), (event.harmful, False)):
            for rule in rules:
                if rule in held.coins and held.coins[rule].assigned:
                    trial = self.books.trials[rule]
                    trial.helpful += helpful
                    trial.harmful += not helpful

    def _hello(self, event: Hello) -> Sequence[Reply]:
        if event.reply:
            return ()
        self.books.settles = self.books.settles or event.settles
        self.books.settled = self.books.settled or event.settled
        if self.seed is None:
            self.seed = event.seed
            self._serving = None
        return (Greeting(self.seed or 0),)

    def _session(self, event: Session) -> Sequence[Reply]:
        books = self.books
        self.held[event.session] = Held.begun(event)
        self._model(event)
        if event.max_rules is not None:
            books.max_rules = event.max_rules
        if not self.chooses:
            return ()
        candidates = event.candidates
        if candidates is None:
            candidates = [trial.rule for trial in books.trials.values() if event.category in trial.scope]
        serving, budget = self.serving(), self.budget(event)
        throws = choose(serving, event.session, candidates, budget)
        shown = tuple(delivered(serving, event.session, throws, budget))
        assigned = tuple(rule for rule, throw in throws.items() if throw.assigned)
        p = {rule: throw.probability for rule, throw in throws.items() if not serving.standings[rule].always}
        reply = Exposure(
            event.session, shown, p, None if shown == assigned else assigned, whole(serving, event.session)
        )
        self._exposed(reply)
        return (reply,)

    def _model(self, event: Session) -> None:
        """A category's change to a model that is new to a rule fades what was known of it; a retired one may return.

        The first model of a category is no change: somebody only began to work with another client. No label is
        none either.
        """
        models = self.books.category(event.category).models
        if not event.model or event.model in models:
            return
        changed, named = bool(models), set(event.candidates or ())
        models.append(event.model)
        for trial in self.books.trials.values():
            if event.model not in trial.models and (event.category in trial.scope or trial.rule in named):
                trial.models.append(event.model)
                if changed:
                    trial.fade(self.policy.model_fading)
                    trial.renewed, trial.retries = True, 0

    def _exposed(self, event: Exposure) -> None:
        held = self.held[event.session]
        held.exposed, held.set = True, event.set
        if event.set is not None and not event.set[1]:
            return
        assigned = dict.fromkeys(event.shown if event.assigned is None else event.assigned, True)
        for rule, p in event.p.items():
            self._coin(held, rule, p, rule in assigned)
        for rule in (*event.shown, *assigned):
            if rule not in held.coins:
                self._coin(held, rule, None, rule in assigned)

    def _coin(self, held: Held, rule: str, p: float | None, assigned: bool) -> None:
        """A probability that is missing, 0 or 1 is no coin: the rule is only observed."""
        trial = self.books.trials[rule]
        thrown = p is not None and 0.0 < p < 1.0
        held.coins[rule] = Coin(trial.version, p if thrown else None, assigned)
        if not thrown:
            trial.observed += 1
        elif not trial.order:
            tried(self.books, trial)

    def _change(self, event: Event) -> None:
        """What changes rules: their announcement, a person, a revision."""
        match event:
            case Announcement():
                self._announce(event)
                self.books.pending.append(event.rule)
            case Human():
                self._human(event)
                self.books.pending.append(event.rule)
            case Revision():
                self.books.changed, self.books.revised = list(event.rules), True
            case _:
                return
        expose(self.books, self.policy)
        self._serving = None

    def _announce(self, event: Announcement) -> None:
        """A new rule, or a new version: an edit or merge begins anew, with half of what was believed of its parents."""
        trials, policy = self.books.trials, self.policy
        parents = [trials[rule] for rule in dict.fromkeys((*event.parents, event.rule)) if rule in trials]
        trial = Trial(event.rule, policy, target=event.target)
        trial.version, trial.scope, trial.tokens = event.version, list(event.scope), event.tokens
        trial.imported, trial.similar_to = event.imported, event.similar_to or ""
        trial.state, trial.approved, trial.since = event.initial, event.initial == ACTIVE, event.ts
        here = [each for name, each in self.books.categories.items() if not trial.scope or name in trial.scope]
        trial.models = list(dict.fromkeys(model for category in here for model in category.models))
        if parents:
            trial.inherited = policy.inherited * fsum(parent.belief.mean for parent in parents) / len(parents)
        trials[event.rule] = trial
        believe(self.books, [trial], policy)

    def _human(self, event: Human) -> None:
        """A person decides, whatever the evidence says."""
        trial = self.books.trials[event.rule]
        trial.since, trial.braked = event.ts, 0
        if event.act in {"approve", "trial"} and trial.ending in {HARMFUL, GUARDRAIL}:
            trial.forgive()
        match event.act:
            case "approve":
                trial.state, trial.approved, trial.ending = ACTIVE, True, ""
            case "trial":
                trial.state, trial.approved, trial.ending = TRIAL, False, ""
                trial.reprieve = trial.ruling.sums.sessions + int(self.policy.min_sessions)
            case "reject":
                trial.state, trial.ending = RETIRED, REJECTED
            case "retire":
                trial.state, trial.ending = RETIRED, STOPPED
            case act:
                trial.pinned = act == "pin"

    def _consolidate(self, ts: float) -> Decisions:
        books, policy = self.books, self.policy
        for name in [name for name, held in self.held.items() if score(books, held, ts, policy)]:
            del self.held[name]
        found = decide(books, ts, policy)
        worth = futility(books, policy)
        self._serving = None
        return Decisions(
            ts,
            {rule: decision(books, trial, found[rule], policy, worth) for rule, trial in books.trials.items()},
            books.looks,
            len(self.held),
            books.late,
            books.unexposed,
            together(books, policy),
            books.braked_at,
        )


def _order(event: Found) -> tuple[float, str, str, str, str]:
    """By time, kind, session and rule; what is alike in all of them by what it says."""
    kind = {Outcome: "outcome", Recurrence: "recurrence", Trigger: "trigger"}[type(event)]
    rule = "" if isinstance(event, Outcome) else event.rule
    return (event.ts, kind, event.session, rule, repr(event))


def _standing(trial: Trial, policy: Policy) -> Standing:
    always = trial.pinned or (policy.off and trial.state == ACTIVE)
    return Standing(trial.probability, trial.state == ACTIVE, trial.version, trial.tokens, always)
