"""The decision engine: events in, replies out, and nothing else: no clock, no chance, no file, no order of hashes."""

from collections.abc import Sequence
from typing import NamedTuple

from mcp_server.learning.trials import coin, decide
from mcp_server.learning.trials.allot import Budget, Serving, Standing, choose, delivered, whole
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.errors import ClockError, DuplicateError, MalformedError, UnknownIdError
from mcp_server.learning.trials.events import (
    ACTIVE,
    RETIRED,
    TRIAL,
    Announcement,
    Consolidate,
    Decided,
    End,
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
from mcp_server.learning.trials.held import Coin, Held
from mcp_server.learning.trials.policy import POLICY, Policy
from mcp_server.learning.trials.score import score
from mcp_server.learning.trials.trial import REJECTED, STOPPED, Trial
from mcp_server.learning.trials.verdict import Decision, decision

NAME = "mcp-promptlearn"


class Greeting(NamedTuple):
    """The answer to hello."""

    seed: int


class Decisions(NamedTuple):
    """The answer to consolidate: every rule known so far, in the order of their announcement."""

    ts: float
    rules: dict[str, Decision]


Reply = Greeting | Exposure | Decisions
Found = Outcome | Trigger | Recurrence


class Engine:
    """One conversation. With `chooses` it throws the coins of sessions; else exposures come with the log."""

    def __init__(
        self, policy: Policy = POLICY, seed: int | None = None, *, chooses: bool = False, key: bytes | None = None
    ) -> None:
        """Coins are keyed by `key`, else by `seed`, else by the seed that hello names, else by 0."""
        self.policy, self.seed, self.chooses = policy, seed, chooses
        self.key = key
        self.books = Books(policy)
        self.held: dict[str, Held] = {}
        self.waiting: list[Found] = []
        """Outcomes, triggers and recurrences since the last line that acted; their order says nothing."""
        self.now: float | None = None

    def apply(self, event: Event) -> Sequence[Reply]:
        """Take in one event. Raises `TrialError` for one that cannot be; nothing is changed then."""
        self._check(event)
        ts = getattr(event, "ts", None)
        if ts is not None:
            self.now = ts
        if isinstance(event, Outcome | Trigger | Recurrence):
            self.waiting.append(event)
            return ()
        self._hear()
        match event:
            case Hello():
                return self._hello(event)
            case Announcement():
                self._announce(event)
            case Session():
                return self._session(event)
            case Exposure():
                self._exposed(event)
            case Human():
                self._human(event)
            case Revision():
                self.books.changed, self.books.revised = list(event.rules), True
            case Consolidate():
                return (self._consolidate(event),)
            case End() | Decided():
                pass
        return ()

    def serving(self) -> Serving:
        """What the serving path needs to choose by."""
        policy = self.policy
        standings = {trial.rule: _standing(trial, policy) for trial in self.books.trials.values()}
        return Serving(
            coin.key(self.seed or 0) if self.key is None else self.key,
            standings,
            policy.holdout,
            policy.budget_deviations,
            policy.trials_share,
            policy.floor,
        )

    def budget(self, event: Session) -> Budget:
        """The room that a session has."""
        rules = self.policy.max_rules if event.max_rules is None else event.max_rules
        tokens = self.policy.max_tokens if event.max_tokens is None else event.max_tokens
        return Budget(rules, tokens)

    def _check(self, event: Event) -> None:
        ts = getattr(event, "ts", None)
        if ts is not None and self.now is not None and ts < self.now:
            raise ClockError(f"{ts:.15g} is before {self.now:.15g}; put the lines in the order of their times")
        match event:
            case Announcement():
                self._check_rule(event)
            case Session():
                if event.session in self.held:
                    raise DuplicateError(f"session {event.session[:60]!r} began already; give each its own id")
                self._known(event.candidates or ())
            case Exposure():
                self._check_exposure(event)
            case Outcome():
                self._known((*event.helpful, *event.harmful))
            case Trigger() | Recurrence() | Human():
                self._known((event.rule,))
            case Revision():
                self._known(event.rules)
            case _:
                pass

    def _check_rule(self, event: Announcement) -> None:
        before = self.books.trials.get(event.rule)
        if before is not None and event.version <= before.version:
            raise DuplicateError(
                f"rule {event.rule[:60]!r} was announced already; an edit needs a version above {before.version}"
            )
        named = (*event.parents, *((event.similar_to,) if event.similar_to else ()))
        if event.similar_to == event.rule:
            raise UnknownIdError(f"rule {event.rule[:60]!r} is similar to itself; name an earlier one")
        self._known(named)

    def _check_exposure(self, event: Exposure) -> None:
        if self.chooses:
            raise MalformedError("exposure lines are the engine's answers here; use replay for a log that holds them")
        held = self.held.get(event.session)
        if held is None:
            raise UnknownIdError(f"session {event.session[:60]!r} has not begun; put its session line before")
        if held.exposed:
            raise DuplicateError(f"session {event.session[:60]!r} was exposed already; one exposure line each")
        self._known((*event.shown, *event.p, *(event.assigned or ())))

    def _known(self, rules: Sequence[str]) -> None:
        for rule in rules:
            if rule not in self.books.trials:
                raise UnknownIdError(f"rule {rule[:60]!r} was not announced; put its rule line before")

    def _hear(self) -> None:
        """Give the sessions what was said of them, in an order that is not that of the lines."""
        if not self.waiting:
            return
        for event in sorted(self.waiting, key=_order):
            held = self.held.get(event.session)
            if held is None or (held.scored and isinstance(event, Outcome)):
                self.books.late += 1
                continue
            version = 1
            if isinstance(event, Trigger):
                trial = self.books.trials[event.rule]
                version = trial.version
                if event.p is not None and event.rule not in held.coins:
                    self._coin(held, event.rule, event.p, assigned=event.assigned)
            elif isinstance(event, Outcome):
                if not held.exposed:
                    self.books.unexposed += 1
                self._votes(held, event)
            held.hear(event, version)
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
        if self.seed is None:
            self.seed = event.seed
        return (Greeting(self.seed or 0),)

    def _announce(self, event: Announcement) -> None:
        trials, policy = self.books.trials, self.policy
        trial = Trial(event.rule, policy)
        parents = [trials[rule] for rule in event.parents]
        if event.rule in trials:
            parents.append(trials[event.rule])
        trial.version, trial.scope, trial.target = event.version, list(event.scope), event.target
        trial.tokens, trial.imported, trial.similar_to = event.tokens, event.imported, event.similar_to or ""
        trial.state, trial.approved, trial.since = event.initial, event.initial == ACTIVE, event.ts
        if parents:
            trial.inherited = policy.inherited * sum(parent.belief.mean for parent in parents) / len(parents)
        trial.restart(policy)
        trials[event.rule] = trial
        decide.believe(self.books, [trial], policy)
        decide.expose(self.books, policy)

    def _session(self, event: Session) -> Sequence[Reply]:
        books = self.books
        held = Held.begun(event)
        self.held[event.session] = held
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
        together = whole(serving, event.session)
        reply = Exposure(
            event.session,
            shown,
            {rule: throw.probability for rule, throw in throws.items() if not serving.standings[rule].always},
            None if shown == assigned else assigned,
            None if together is None else (together.probability, together.assigned),
        )
        self._exposed(reply)
        return (reply,)

    def _model(self, event: Session) -> None:
        """A model that is new to a category fades what was known of its rules, and lets retired ones return."""
        category = self.books.category(event.category)
        if event.model in category.models:
            return
        category.models.append(event.model)
        named = set(event.candidates or ())
        for trial in self.books.trials.values():
            if event.model not in trial.models and (event.category in trial.scope or trial.rule in named):
                if trial.models:
                    trial.fade(self.policy.model_fading)
                    trial.renewed, trial.retries = True, 0
                trial.models.append(event.model)

    def _exposed(self, event: Exposure) -> None:
        held = self.held[event.session]
        held.exposed, held.set = True, event.set
        if event.set is not None and not event.set[1]:
            return
        assigned = set(event.shown if event.assigned is None else event.assigned)
        for rule in dict.fromkeys((*event.p, *event.shown, *(event.assigned or ()))):
            self._coin(held, rule, event.p.get(rule), assigned=rule in assigned)

    def _coin(self, held: Held, rule: str, p: float | None, *, assigned: bool) -> None:
        """A probability that is missing, 0 or 1 is no coin: the session is only observed."""
        trial = self.books.trials[rule]
        thrown = p is not None and 0.0 < p < 1.0
        held.coins[rule] = Coin(trial.version, p if thrown else None, assigned)
        if not thrown:
            trial.observed += 1
        elif not trial.order:
            decide.tried(self.books, trial)

    def _human(self, event: Human) -> None:
        trial = self.books.trials[event.rule]
        trial.since, trial.braked = event.ts, 0
        match event.act:
            case "approve":
                trial.state, trial.approved, trial.ending = ACTIVE, True, ""
            case "trial":
                trial.state, trial.approved, trial.ending = TRIAL, False, ""
            case "reject":
                trial.state, trial.ending = RETIRED, REJECTED
            case "retire":
                trial.state, trial.ending = RETIRED, STOPPED
            case act:
                trial.pinned = act == "pin"
        decide.expose(self.books, self.policy)

    def _consolidate(self, event: Consolidate) -> Decisions:
        done = [name for name, held in self.held.items() if score(self.books, held, event.ts, self.policy)]
        for name in done:
            del self.held[name]
        decide.decide(self.books, event.ts, self.policy)
        trials = self.books.trials
        return Decisions(event.ts, {rule: decision(self.books, trial, self.policy) for rule, trial in trials.items()})


def _order(event: Found) -> tuple[float, str, str, str, str]:
    kind = {Outcome: "outcome", Recurrence: "recurrence", Trigger: "trigger"}[type(event)]
    return (event.ts, kind, event.session, getattr(event, "rule", ""), repr(event))


def _standing(trial: Trial, policy: Policy) -> Standing:
    always = trial.pinned or (policy.off and trial.state == ACTIVE)
    return Standing(trial.probability, trial.state == ACTIVE, trial.version, trial.tokens, always)
