"""What a run decides on running trials: sessions that settled are scored, once, and rules moved, with reasons.

Only what came since the last run is read, so a decision costs the same after ten sessions and ten thousand. Nothing is
written here: a ruling is a value, and `Store.decide` keeps all of it or nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from mcp_server.learning import recall, settle
from mcp_server.learning import scribe as scribes
from mcp_server.learning.recurrence import Recurrence, recurrence
from mcp_server.learning.scribe import Notes, Scribe
from mcp_server.learning.trials import held as sessions
from mcp_server.learning.trials.coin import rounded
from mcp_server.learning.trials.events import ACTIVE, RETIRED
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.replies import Decisions
from mcp_server.learning.trials.stream import written
from mcp_server.learning.trials.trial import GUARDRAIL, HARMFUL
from mcp_server.learning.trials.verdict import Decision
from store.contract import Store
from store.records import LIVE, Ending, Entry, Rule, State, Trials
from store.revise import Move, Restore, Step

PROGRAM = "program"


class Ruling(NamedTuple):
    """What to keep, what to change, and what to say."""

    project: str
    head: int
    trials: Trials
    log: tuple[str, ...]
    chances: Mapping[int, float | None]
    steps: tuple[Step, ...] = ()
    decided: Mapping[int, Decision] = {}
    """Nothing where nobody looked."""
    words: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    """What a person should hear of at once."""


def make(store: Store, project: str, *, now: float, policy: Policy) -> Ruling | None:
    """What a run over a project's sessions would decide now; None where nothing came since, nor other settings.

    Raises `LogError` where what was kept cannot be read, nor had anew from the log.
    """
    head, before = store.head(project), store.trials(project)
    engine, notes = recall.standing(store, project, before, policy)
    lines = before.lines if before else 0
    scribe = Scribe(store, project, engine, notes, now=now)
    if not lines:
        scribe.write("hello", v=1, settled=True)
    scribe.catch_up(head)
    for name in list(notes.open):
        _settle(scribe, name)
    settings = {name: getattr(policy, name) for name in recall.SETTINGS}
    if len(scribe.lines) == (not lines) and (not lines or settings == notes.settings):
        state = recall.kept(engine, notes)
        if (before is None and notes == Notes()) or (before is not None and state == before.state):
            return None
        # A change that is no news to the engine took a rule's chance away all the same.
        chances = dict(_chances(scribe, (), off=engine.policy.off))
        return Ruling(project, head, Trials(state, before.decided if before else "", lines), (), chances)
    return _look(scribe, head, lines, settings)


def _look(scribe: Scribe, head: int, lines: int, settings: Mapping[str, object]) -> Ruling:
    """Let the engine decide, and turn what it decided into steps."""
    notes, engine, rules = scribe.notes, scribe.engine, scribe.rules
    decisions = scribe.consolidate(settings)
    decided = {int(name[1:]): made for name, made in decisions.rules.items()}
    steps: list[Step] = []
    stopped: list[str] = []
    for ident, made in decided.items():
        told, rule = notes.rules[ident], rules[ident]
        if made.state != told.state:
            step = _moved(scribe.store, rule, told, made)
            steps.append(step)
            notes.rules[ident] = told._replace(state=made.state)
            if made.ending in {HARMFUL, GUARDRAIL}:
                stopped.append(f"{rule.name} was stopped: {made.reason}")
    for name in [name for name in notes.open if name not in engine.held]:
        del notes.open[name]
    return Ruling(
        scribe.project,
        head,
        Trials(recall.kept(engine, notes), written(decisions), lines + len(scribe.lines)),
        tuple(scribe.lines),
        dict(_chances(scribe, steps, off=engine.policy.off)),
        tuple(steps),
        decided,
        tuple(_words(rules, steps, decisions)),
        tuple(stopped),
    )


def _settle(scribe: Scribe, name: str) -> None:
    """Say what became of a session, as far as its detectors have had their time.

    What happened afterwards does not count, so it makes no difference when a run came by. The engine waits for an
    outcome for two weeks after it was told of a session, so one that lives longer, or whose clock was ahead, has
    settled then.
    """
    engine, notes, store, now = scribe.engine, scribe.notes, scribe.store, scribe.now
    opened, held, policy = notes.open[name], engine.held[name], engine.policy
    session = store.session(opened.session, opened.project)
    end = held.started + policy.settle_late - policy.settle
    if session is None or now < min(session.seen, end) + policy.settle:
        return
    facts = store.evidence(opened.project, session=opened.session)
    episodes = store.episodes(opened.session, opened.project)
    sign = settle.last_sign(session, episodes, facts)
    last = min(end, sign)
    if now < last + policy.settle:
        return
    if not opened.scored:
        given = {rule for rule, coin in scribe.coins(name).items() if coin.assigned}
        found = [fact for fact in facts if fact.time <= sign + policy.settle]
        for said in settle.outcomes(session, episodes, found, last=last, votable=given):
            scribe.write("outcome", now, session=name, **said)
        notes.open[name] = opened._replace(scored=True)
    for rule, wait in _due(scribe, name, last):
        version, shown = notes.rules[rule.id].version, scribe.exposures(session.id, session.project)
        trigger = next(each.time for each in shown if (each.rule, each.version) == (rule.id, version))
        came = Recurrence.UNKNOWN
        if rule.target:  # else it was forgotten, and nobody can look for it any more
            found = [fact for fact in facts if fact.time <= sign + wait]
            came = recurrence(rule.target, found, trigger=trigger, session=session).recurrence
        recurred = None if came is Recurrence.UNKNOWN else came is Recurrence.RECURRED
        scribe.write("recurrence", now, session=name, rule=rule.name, recurred=recurred)


def _due(scribe: Scribe, name: str, last: float) -> Iterator[tuple[Rule, float]]:
    """Rules with a target whose detector has had its time in a session, and how long; not those that were told."""
    engine, held = scribe.engine, scribe.engine.held[name]
    for named, coin in scribe.coins(name).items():
        trial, rule = engine.books.trials[named], scribe.rules[int(named[1:])]
        waiting = coin.p is not None and coin.version == trial.version and trial.target
        if waiting and named not in held.done and named not in held.recurrences:
            late = trial.target.partition(":")[0] in sessions.LATE_KINDS
            wait = engine.policy.settle_late if late else engine.policy.settle
            if scribe.now >= last + wait:
                yield rule, wait


def _moved(store: Store, rule: Rule, told: scribes.Told, made: Decision) -> Step:
    """The step that a decision is carried out by."""
    numbers = {
        name: getattr(made, name)
        for name in ("effect", "lo", "hi", "p_help", "e_help", "e_harm", "e_guard", "n", "shown", "withheld")
    }
    if made.state == RETIRED:
        back = _before(store, rule) if made.ending in {HARMFUL, GUARDRAIL} else None
        kind = "roll back" if made.ending in {HARMFUL, GUARDRAIL} else "retire"
        if back is not None:
            reason = f"{made.reason}; version {back.version} is in force again"
            return Step(Restore(back), kind, PROGRAM, reason, numbers)
        return Step(Move(rule.id, State.RETIRED, Ending(made.ending or "retired")), kind, PROGRAM, made.reason, numbers)
    if made.state == ACTIVE:
        return Step(Move(rule.id, State.ACTIVE), "promote", PROGRAM, made.reason, numbers)
    kind = "retry" if told.state == State.RETIRED else "demote"
    return Step(Move(rule.id, State.TRIAL), kind, PROGRAM, made.reason, numbers)


def _before(store: Store, rule: Rule) -> Entry | None:
    """How a rule stood with the wording it had before its current one, where that was in force until the end."""
    versions = store.versions(rule.id)
    older = {v.number for v in versions if v.number < rule.current.number and not v.withdrawn and v.text}
    for number in range(store.head(rule.project) if older else 0, 0, -1):
        for entry in store.revision(rule.project, number).entries:
            if entry.rule == rule.id and entry.version in older:
                return entry._replace(pinned=rule.pinned) if entry.state in LIVE else None
    return None


def _chances(scribe: Scribe, steps: Sequence[Step], *, off: bool) -> Iterator[tuple[int, float | None]]:
    """How probably each live rule is shown from now, where that is not as it stands. Without a coin it waits."""
    moved = {step.change.rule: step.change.state for step in steps if isinstance(step.change, Move)}
    restored = {step.change.entry.rule for step in steps if isinstance(step.change, Restore)}
    for ident in scribe.notes.rules:
        rule, known = scribe.rules[ident], scribe.engine.books.trials[f"R{ident}"].probability
        if rule.pinned or off or ident in restored or moved.get(ident, rule.state) not in LIVE:
            continue
        p = 0.0 if known is None else rounded(known)
        if ident in moved or rule.chance != p:
            yield ident, p


def _words(rules: Mapping[int, Rule], steps: Sequence[Step], decisions: Decisions) -> Iterator[str]:
    done = {"promote": "promoted", "retire": "retired", "roll back": "stopped", "demote": "back on trial"}
    for step in steps:
        ident = step.change.entry.rule if isinstance(step.change, Restore) else cast("Move", step.change).rule
        word = done.get(step.kind, "on trial again")
        yield f"- {rules[ident].name} {word}: {rules[ident].text}\n  because {step.reason}"
    if decisions.braked == decisions.ts:
        yield "- verified results fell: what the newest revision changed is shown in half of the sessions for a while"
