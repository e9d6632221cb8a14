"""What a project's log says next: rules, sessions and what became of them, as lines that the decision engine is told.

The log is what decisions rest on, so it holds what was known when it was known, ids and numbers and no text: whoever
replays it gets the same decisions. The scribe tells the engine each line as it is written. Times in it never
step back, nor are they ahead of the clock of who writes; what a clock said wrongly counts as the nearest of them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from mcp_server.learning import fingerprint
from mcp_server.learning.likeness import Shelf
from mcp_server.learning.select import line_of, tokens
from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.held import Coin
from mcp_server.learning.trials.parse import parse
from mcp_server.learning.trials.replies import Decisions
from mcp_server.learning.trials.trial import FUTILE, GUARDRAIL, HARMFUL, UNLIKELY
from store.contract import Store
from store.records import GLOBAL, LIVE, WHOLE, Ending, Entry, Exposure, Operation, Rule, Session, State

ENDED = frozenset({HARMFUL, GUARDRAIL, UNLIKELY, FUTILE})
"""How the engine itself ends rules; it may try them again, as it may not what a person ended."""


class Told(NamedTuple):
    """What the engine was told of a rule last."""

    version: int
    """The rule's."""
    number: int
    """The engine's: every wording that came into force is another hypothesis, also one that came back."""
    state: str
    pinned: bool


class Open(NamedTuple):
    """A session that something is still to be said of."""

    session: str
    project: str
    scored: bool


@dataclass
class Notes:
    """How far a project's facts were told."""

    mark: int = 0
    """Of the last session, see `Store.newcomers`."""
    revision: int = 0
    ts: float = 0.0
    """Of the last line."""
    rules: dict[int, Told] = field(default_factory=dict[int, Told])
    open: dict[str, Open] = field(default_factory=dict[str, Open])
    settings: dict[str, object] | None = None
    """Those of the last consolidate line that named any."""

    def dump(self) -> dict[str, Any]:
        """As values of JSON."""
        return asdict(self)

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> "Notes":
        """What `dump` gave, which went through JSON."""
        notes = cls(**kept)
        notes.rules = {int(rule): Told(*told) for rule, told in kept["rules"].items()}
        notes.open = {name: Open(*each) for name, each in kept["open"].items()}
        return notes


class Scribe:
    """Writes the next lines of one project's log, and tells them to its engine."""

    def __init__(self, store: Store, project: str, engine: Engine, notes: Notes, *, now: float) -> None:
        self.store, self.project, self.engine, self.notes, self.now = store, project, engine, notes, now
        self.lines: list[str] = []
        self._read: dict[tuple[str, str], list[Exposure]] = {}
        self._triggered: dict[str, dict[str, Coin]] = {}
        self.rules: Mapping[int, Rule] = {rule.id: rule for rule in store.rules(project)}

    def write(self, kind: str, ts: float | None = None, **fields: object) -> Iterable[Any]:
        """One line, and what the engine answers."""
        notes = self.notes
        if ts is not None:
            notes.ts = max(notes.ts, min(ts, self.now))
            fields["ts"] = notes.ts
        line = json.dumps({"t": kind, **fields}, separators=(",", ":"))
        self.lines.append(line)
        return self.engine.apply(parse(line))

    def catch_up(self, head: int) -> None:
        """Tell what came since: revisions as far as `head`, and sessions, in the order of their times."""
        happened: list[tuple[float, int, Any]] = [(time, 0, (time, entry)) for time, entry in self._revisions(head)]
        for name, held in self.notes.open.items():
            happened += [(each.time, 2, (name, each)) for each in self._later(name, held)]
        for _, session in self._newcomers():
            exposures = self.exposures(session.id, session.project)
            begun = min((each.time for each in exposures), default=session.started)
            first = [each for each in exposures if each.time <= begun]
            happened.append((begun, 1, (session, begun, first)))
            name = named(self.project, session.id, session.project)
            happened += [(each.time, 2, (name, each)) for each in exposures if each.time > begun]
        for _, order, what in sorted(happened, key=lambda each: each[:2]):
            (self._entry, self._session, self._trigger)[order](*what)
        # By the clock some coins were thrown before their wording was in force, which cannot be.
        for name, held in self.notes.open.items():
            for each in self._later(name, held):
                self._trigger(name, each)

    def coins(self, name: str) -> Mapping[str, Coin]:
        """The coins of an open session that were told, also just now: the engine hears triggers with the next line."""
        return {**self._triggered.get(name, {}), **self.engine.held[name].coins}

    def consolidate(self, settings: Mapping[str, object]) -> Decisions:
        """Ask for decisions, with the settings of today where these changed, and say how far was told."""
        changed: dict[str, Any] = {} if settings == self.notes.settings else {"settings": dict(settings)}
        self.notes.settings = dict(settings)
        told = {"sessions": self.notes.mark, "revisions": self.notes.revision}
        (decisions,) = self.write("consolidate", self.now, **changed, told=told)
        return decisions

    def _revisions(self, head: int) -> Iterator[tuple[float, Entry]]:
        """In the order of their numbers: of two decisions the later one holds, whatever the clock said."""
        time = 0.0
        for number in range(self.notes.revision + 1, head + 1):
            revision = self.store.revision(self.project, number)
            time = max(time, revision.time)
            yield from ((time, entry) for entry in revision.entries)
        self.notes.revision = head

    def _newcomers(self) -> list[tuple[int, Session]]:
        found = self.store.newcomers(None if self.project == GLOBAL else self.project, after=self.notes.mark)
        self.notes.mark = found[-1][0] if found else self.notes.mark
        return found

    def exposures(self, session: str, project: str) -> list[Exposure]:
        """Those of rules of this log, and the coin of all of them; read once."""
        if (session, project) not in self._read:
            found = self.store.exposures(session, project)
            kept = [each for each in found if each.rule == WHOLE or each.rule in self.rules]
            self._read[session, project] = kept
        return self._read[session, project]

    def _entry(self, time: float, entry: Entry) -> None:
        """Tell what a revision made of a rule, where that is news."""
        told, live = self.notes.rules.get(entry.rule), entry.state in LIVE
        if told is None and not live:
            return
        if told is None or (live and entry.version != told.version):
            self._announce(time, entry, told)
            return
        # A rule that became a candidate again is shown to nobody, as one that is retired.
        name, state = f"R{entry.rule}", str(entry.state if live else State.RETIRED)
        ended = self.engine.books.trials[name].ending
        if state != told.state or (not live and ended in ENDED and entry.ending not in ENDED):
            self.write("human", time, rule=name, act=_act(entry))
        if entry.pinned != told.pinned:
            self.write("human", time, rule=name, act="pin" if entry.pinned else "unpin")
        self.notes.rules[entry.rule] = told._replace(state=state, pinned=entry.pinned)

    def _announce(self, time: float, entry: Entry, told: Told | None) -> None:
        """A wording that came into force; what it was made of goes before it."""
        rule, name = self.rules[entry.rule], f"R{entry.rule}"
        number = 1 if told is None else told.number + 1
        made_of = rule.replaces if rule.operation is Operation.MERGE else ()
        parents = [f"R{each}" for each in made_of if each in self.notes.rules] if told is None else [name]
        near = self._near(rule, entry)
        fields: dict[str, object] = {
            "initial": "active" if entry.state is State.ACTIVE else "trial",
            "tokens": tokens(str(line_of(rule))),
            "wording": entry.version,
        }
        fields |= {"version": number} if number > 1 else {}
        fields |= {"target": _target(rule.target)} if rule.target else {}
        fields |= {"imported": True} if rule.current.source.file else {}
        fields |= {"parent": parents} if parents else {}
        fields |= {"similar_to": f"R{near}"} if near else {}
        self.write("rule", time, id=name, **fields)
        if entry.pinned:
            self.write("human", time, rule=name, act="pin")
        self.notes.rules[entry.rule] = Told(entry.version, number, str(entry.state), entry.pinned)
        self._release(time, name)

    def _near(self, rule: Rule, entry: Entry) -> int | None:
        """Another live rule that says the same, so that only one of the two is tried; none that waits for this one."""
        if entry.pinned or rule.current.text is None or rule.current.number != entry.version:
            return None  # a pinned rule waits for none
        others = {
            ident: self.rules[ident].text
            for ident, told in self.notes.rules.items()
            if told.state in LIVE and ident not in rule.replaces and rule.name not in self._group(f"R{ident}")
        }
        return Shelf(others.items()).same(rule.text)

    def _group(self, name: str) -> Iterator[str]:
        """A rule, and those that it was told to say the same as."""
        while name:
            yield name
            name = self.engine.books.trials[name].similar_to

    def _release(self, time: float, name: str) -> None:
        """Tell of rules again that wait for one which says something else now."""
        for ident, told in list(self.notes.rules.items()):
            trial, rule = self.engine.books.trials[f"R{ident}"], self.rules[ident]
            if trial.similar_to == name and trial.waits_for and rule.current.number == told.version:
                entry = Entry(ident, told.version, "", State(told.state), told.pinned, Ending.NONE)
                if f"R{self._near(rule, entry)}" != name:
                    self._announce(time, entry, told)

    def _session(self, session: Session, begun: float, exposures: list[Exposure]) -> None:
        """A session that came, with the coins that were thrown at its beginning."""
        if not self.notes.rules or (self.project == GLOBAL and not exposures):
            return
        name = named(self.project, session.id, session.project)
        category = session.client if self.project != GLOBAL else f"{session.client}@{_digest(session.project)}"
        fields: dict[str, object] = {"category": category}
        if session.model:
            fields["model"] = session.model
            if session.model not in self.engine.books.category(category).models:
                # Retired ones too: what was stopped under another model may be tried again under this one.
                fields["candidates"] = [f"R{rule}" for rule in self.notes.rules]
        self.write("session", begun, id=name, **fields)
        self._exposed(name, exposures)
        self.notes.open[name] = Open(session.id, session.project, False)

    def _exposed(self, name: str, exposures: Iterable[Exposure]) -> None:
        whole, known = None, list[Exposure]()
        for each in exposures:
            if each.rule == WHOLE:
                whole = {"p": each.probability, "on": each.assigned}
            elif self._current(each):
                known.append(each)
        shown = [f"R{each.rule}" for each in known if each.delivered]
        assigned = [f"R{each.rule}" for each in known if each.assigned]
        fields: dict[str, Any] = {
            "shown": shown,
            "p": {f"R{each.rule}": each.probability for each in known if 0.0 < each.probability < 1.0},
        }
        fields |= {"assigned": assigned} if assigned != shown else {}
        fields |= {"set": whole} if whole else {}
        self.write("exposure", session=name, **fields)

    def _trigger(self, name: str, exposure: Exposure) -> None:
        """A rule that came into play later in a session, with the coin that was thrown only then."""
        rule, p, assigned = f"R{exposure.rule}", exposure.probability, exposure.assigned
        if name not in self.notes.open or not self._current(exposure) or not 0.0 < p < 1.0:
            return
        if rule in self.coins(name):
            return
        self._triggered.setdefault(name, {})[rule] = Coin(self.engine.books.trials[rule].version, p, assigned)
        self.write("trigger", exposure.time, session=name, rule=rule, p=p, assigned=assigned)

    def _current(self, exposure: Exposure) -> bool:
        """Was the wording in force that the engine knows now?"""
        told = self.notes.rules.get(exposure.rule)
        return told is not None and told.version == exposure.version

    def _later(self, name: str, held: Open) -> Iterator[Exposure]:
        """Coins that were thrown in an open session since its beginning was told."""
        known = self.coins(name)
        for each in self.exposures(held.session, held.project):
            if each.rule != WHOLE and f"R{each.rule}" not in known:
                yield each


def named(log: str, session: str, project: str) -> str:
    """A session's name in a project's log: in that of the global rules, one id may be two sessions of two projects."""
    return f"{_digest(project)}/{session}" if log == GLOBAL else session


def _act(entry: Entry) -> str:
    if entry.state in LIVE:
        return "approve" if entry.state is State.ACTIVE else "trial"
    return "reject" if entry.ending is Ending.REJECTED else "retire"


def _target(stored: str) -> str:
    """A target without its words: its kind, and a digest."""
    return f"{fingerprint.parse(stored).kind}:{_digest(stored)}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
