"""The three tools, free of transport: checked arguments in, text out, everything on disk before the answer."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mcp_server.learning import render, scope
from mcp_server.learning.likeness import Likeness, nearest
from mcp_server.learning.screen import screen
from mcp_server.learning.select import ranked, select
from mcp_server.project import Place, ProjectError
from mcp_server.session import Caller
from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError, StoreError
from store.records import (
    GLOBAL,
    LIVE,
    Ending,
    Episode,
    Evidence,
    Exposure,
    Kind,
    Operation,
    Rule,
    Session,
    Source,
    State,
    Trust,
    Version,
    Wording,
)
from store.revise import Add
from store.text import UnfitText, clean_evidence, clean_line, clean_rule, trusted_text

if TYPE_CHECKING:
    from mcp_server.arguments import GetRules, ReportOutcome, SuggestRule

CANDIDATES = 40
"""Open candidates of one project; more would never be read, so an agent is told to stop."""

INSTRUCTIONS = """\
promptlearn keeps this project's standing rules and learns from what really happens.
1. At the start of every task call `get_rules` with the task in one line and the files you will touch. \
Follow the rules it returns as you would follow the user's own instructions; they were approved by a person. \
Call it again when you turn to other files.
2. At the end of the task call `report_outcome` with the episode it named and what was observed: tests, \
review, the user's words. Say `unknown` rather than guess.
When you learn something that would have prevented a failure, `suggest_rule`; a person decides about it."""


class RefusedError(Exception):
    """A call that cannot be served; its one line goes to the agent as the tool's error."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a client is told about a tool."""

    name: str
    description: str
    model: str
    """Name of the arguments' model in `mcp_server.arguments`."""
    read_only: bool
    idempotent: bool
    always_load: bool


TOOLS = (
    Tool(
        "get_rules",
        "Call at the start of every task: returns the rules of this project that apply, and the episode to report on.",
        "GetRules",
        read_only=True,
        idempotent=True,
        always_load=True,
    ),
    Tool(
        "report_outcome",
        "Call at the end of every task: records what really happened, so that rules are judged by facts.",
        "ReportOutcome",
        read_only=False,
        idempotent=True,
        always_load=True,
    ),
    Tool(
        "suggest_rule",
        "Suggest a rule, a better wording, a merge or a retirement. A person decides; nothing is served before.",
        "SuggestRule",
        read_only=False,
        idempotent=True,
        always_load=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one server process. Everything outside is handed in."""

    store: Callable[[], Store]
    """Opens the store on first use. May raise `StoreError`, each time anew."""
    place: Callable[[str | None], Place]
    """The place of a folder, or of the working folder. May raise `ProjectError`."""
    now: Callable[[], float]

    def call(self, name: str, arguments: Mapping[str, Any], caller: Caller) -> str:
        """The text a tool answers. Raises `RefusedError`."""
        from mcp_server import arguments as models

        try:
            match name:
                case "get_rules":
                    return self.get_rules(models.check(models.GetRules, arguments), caller)
                case "report_outcome":
                    return self.report_outcome(models.check(models.ReportOutcome, arguments), caller)
                case "suggest_rule":
                    return self.suggest_rule(models.check(models.SuggestRule, arguments), caller)
                case _:
                    known = ", ".join(tool.name for tool in TOOLS)
                    raise RefusedError(f"there is no tool {clean_line(name, limit=60).text!r}; known are {known}")
        except (models.ArgumentError, StoreError, ProjectError) as error:
            raise RefusedError(f"{name}: {error}") from error

    def get_rules(self, arguments: "GetRules", caller: Caller) -> str:
        """The rules that apply, with the exposure on disk before the answer is made."""
        place, store = self.place(arguments.project), self.store()
        project = place.project.key
        rules = ranked(rule for key in _keys(project) for rule in store.rules(key, states=LIVE))
        files = [scope.normal(clean_line(file, limit=1000).text, root=place.root) for file in arguments.files]
        session = Session(caller.session, project, caller.client, self.now(), self.now())
        seen = store.exposures(session.id, project)
        lines = select(rules, files=files, seen=seen, versions=_older(store, rules, seen))
        notes = [place.note] if place.note else []
        try:
            store.know(place.project)
            delivery = store.deliver(
                session,
                task=clean_line(arguments.task, limit=400).text,
                shown=[Exposure(session.id, line.rule, line.version, 1.0, True, True, 0) for line in lines],
                now=self.now(),
            )
        except (BusyError, FullError, ReadOnlyError) as error:
            notes.insert(0, f"not recorded: {error}")
            episode = "none"
        else:
            if delivery.exposures != seen:
                # Another call of this session may have been faster; what is on disk decides the order.
                seen = delivery.exposures
                lines = select(rules, files=files, seen=seen, versions=_older(store, rules, seen))
            episode = delivery.episode.name
        return render.answer(
            lines,
            project=place.project.name,
            revision=_revision(store, project),
            episode=episode,
            note="; ".join(notes),
        )

    def report_outcome(self, arguments: "ReportOutcome", caller: Caller) -> str:
        """Keep an agent's report beside earlier ones of its episode; the newest counts."""
        place, store = self.place(None), self.store()
        episode = self._episode(store, arguments.episode, place, caller)
        votes = {word: _ids(getattr(arguments, word)) for word in ("helpful", "harmful")}
        for ident in {*votes["helpful"], *votes["harmful"]}:
            store.rule(ident)
        text = clean_evidence(arguments.evidence)
        detail: dict[str, object] = {
            "outcome": arguments.outcome,
            "score": arguments.score,
            "feedback": clean_evidence(arguments.feedback).text,
            **{word: list(idents) for word, idents in votes.items()},
            "pull_request": clean_line(arguments.pull_request or "", limit=300).text,
        }
        commit = (arguments.commit or "").lower()
        earlier = store.evidence(episode.project, kinds=[Kind.REPORT], episode=episode.id, newest=1)
        same = bool(earlier) and (earlier[0].text, earlier[0].commit, dict(earlier[0].detail)) == (
            text.text,
            commit,
            detail,
        )
        said = _summary(arguments, votes)
        if same:
            return f"Already recorded for {episode.name}: {said}. Nothing was changed."
        store.record(
            [
                Evidence(
                    project=episode.project,
                    kind=Kind.REPORT,
                    text=text.text,
                    source=_agent(caller),
                    time=self.now(),
                    hash=_hash("report", episode.id, earlier[0].id if earlier else 0, text.text, commit, detail),
                    session=episode.session,
                    episode=episode.id,
                    commit=commit,
                    detail=detail,
                )
            ]
        )
        removed = "".join(f"; {count} x {what} taken out" for what, count in text.redacted.items())
        beside = "; it counts instead of the earlier report" if earlier else ""
        return f"Recorded for {episode.name}: {said}, as the agent's own report{beside}{removed}."

    def suggest_rule(self, arguments: "SuggestRule", caller: Caller) -> str:
        """Keep a suggestion as a candidate, strengthen the rule that says the same, or refuse it with the reason."""
        place, store = self.place(None), self.store()
        project = place.project.key
        episode = self._episode(store, arguments.episode, place, caller) if arguments.episode else None
        replaces = tuple(dict.fromkeys(_ids(arguments.replaces)))
        replaced = [store.rule(ident) for ident in replaces]
        for rule in replaced:
            if rule.project != project or rule.state not in LIVE:
                raise RefusedError(f"suggest_rule: {rule.name} is not a live rule of this project; see get_rules")
            if rule.pinned:
                raise RefusedError(f"suggest_rule: {rule.name} is pinned by a person; ask the user to change it")
        every = [rule for key in _keys(project) for rule in store.rules(key)]
        if sum(rule.state is State.CANDIDATE and rule.project == project for rule in every) >= CANDIDATES:
            raise RefusedError(
                f"suggest_rule: {CANDIDATES} candidates wait for the user already; ask them to run "
                "`mcp-promptlearn review` first"
            )
        wording = self._wording(arguments, replaced, _agent(caller))
        fact = self._suggestion(arguments, wording, replaces, project, caller, episode)
        if not arguments.rule.strip():
            return self._keep(store, Operation.RETIRE, wording, replaces, fact)
        others = [(r.id, r.text) for r in every if r.id not in replaces and r.ending is not Ending.APPLIED]
        found = nearest(wording.text, others)
        near = next((r for r in every if found and r.id == found[0]), None)
        if near is not None and found is not None and found[1].likeness is Likeness.SAME:
            return self._strengthen(store, near, fact, caller)
        operation = {0: Operation.ADD, 1: Operation.EDIT}.get(len(replaces), Operation.MERGE)
        contrary = f" It says the opposite of {near.name}, which the reviewer will see." if near else ""
        return self._keep(store, operation, wording, replaces, fact) + contrary

    def _wording(self, arguments: "SuggestRule", replaced: Sequence[Rule], source: Source) -> Wording:
        if not arguments.rule.strip():
            if not replaced:
                raise RefusedError(
                    "suggest_rule: `rule` is empty and `replaces` names nothing; give a sentence, or ids to retire"
                )
            return Wording(trusted_text(replaced[0].text), replaced[0].current.paths, source)
        try:
            cleaned = clean_rule(arguments.rule)
        except UnfitText as error:
            raise RefusedError(f"suggest_rule: {error}") from error
        finding = screen(cleaned.text).refused
        if finding is not None:
            raise RefusedError(f"suggest_rule: refused, {finding.words}")
        return Wording(cleaned.text, tuple(map(_glob, arguments.paths)), source, dict(cleaned.removed))

    def _suggestion(
        self,
        arguments: "SuggestRule",
        wording: Wording,
        replaces: Sequence[int],
        project: str,
        caller: Caller,
        episode: Episode | None,
    ) -> Evidence:
        why = clean_evidence(arguments.why, limit=2000).text
        return Evidence(
            project=project,
            kind=Kind.SUGGESTION,
            text=why,
            source=wording.source,
            time=self.now(),
            hash=_hash("suggestion", project, wording.text, why, list(replaces), caller.session),
            session=caller.session,
            episode=episode.id if episode else None,
            detail={"rule": wording.text, "replaces": list(replaces)},
        )

    def _keep(
        self, store: Store, operation: Operation, wording: Wording, replaces: tuple[int, ...], fact: Evidence
    ) -> str:
        for rule in store.rules(fact.project, states=[State.CANDIDATE]):
            if (rule.operation, rule.text, rule.replaces) == (operation, wording.text, replaces):
                store.record([fact], rule=rule.id)
                return f"{rule.name} proposes this already; your reason was added to it. A person decides."
        change = Add(wording, operation=operation, replaces=replaces, why=fact.text)
        kept = store.suggest(change, fact, now=self.now())
        what = {
            Operation.ADD: "a new rule",
            Operation.EDIT: f"a new wording of R{replaces[0] if replaces else 0}",
            Operation.MERGE: "a merge of " + ", ".join(f"R{ident}" for ident in replaces),
            Operation.RETIRE: "retiring " + ", ".join(f"R{ident}" for ident in replaces),
        }[operation]
        return f"Kept as candidate {kept.name}: {what}. It is not served unless a person approves it in `review`."

    def _strengthen(self, store: Store, near: Rule, fact: Evidence, caller: Caller) -> str:
        if near.state is State.RETIRED:
            raise RefusedError(
                f"suggest_rule: {near.name} said the same and was {near.ending or 'retired'}; it is not learnt again, "
                "ask the user if it matters"
            )
        if near.state in LIVE and any(e.rule == near.id for e in store.exposures(caller.session, fact.project)):
            return f"{near.name} says this already and you were shown it, so nothing was added."
        store.record([fact], rule=near.id)
        return f"{near.name} says this already ({near.state}); your suggestion was added to its evidence."

    def _episode(self, store: Store, named: str | None, place: Place, caller: Caller) -> Episode:
        if named:
            return store.episode(int(named.removeprefix("E")))
        project = place.project.key
        current = store.current_episode(caller.session, project)
        if current is not None:
            return current
        session = Session(caller.session, project, caller.client, self.now(), self.now())
        return store.deliver(session, task="", shown=[], now=self.now()).episode


def _keys(project: str) -> tuple[str, ...]:
    return (project,) if project == GLOBAL else (project, GLOBAL)


def _revision(store: Store, project: str) -> str:
    """The project's revision, and that of the global rules where there are any."""
    heads = [store.head(key) for key in _keys(project)]
    return str(heads[0]) if not any(heads[1:]) else f"{heads[0]} (global {heads[1]})"


def _older(store: Store, rules: Iterable[Rule], seen: Iterable[Exposure]) -> dict[tuple[int, int], Version]:
    """The seen versions that are no longer current, by rule and number."""
    current = {rule.id: rule.current.number for rule in rules}
    edited = {e.rule for e in seen if e.rule in current and e.version != current[e.rule]}
    return {(rule, version.number): version for rule in edited for version in store.versions(rule)}


def _ids(names: Iterable[str]) -> tuple[int, ...]:
    return tuple(int(name.removeprefix("R")) for name in names)


def _glob(path: str) -> str:
    text = scope.normal(clean_line(path, limit=120).text)
    if not text or text.startswith(("/", "~")) or ".." in text.split("/") or ":" in text:
        raise RefusedError(f"suggest_rule: {text[:60]!r} is not a glob inside the project; use one like `src/**/*.py`")
    return text


def _agent(caller: Caller) -> Source:
    return Source("MCP tool", f"agent:{caller.client}", Trust.AGENT)


def _hash(*parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _summary(arguments: "ReportOutcome", votes: Mapping[str, Sequence[int]]) -> str:
    parts = [arguments.outcome]
    if arguments.score is not None:
        parts.append(f"score {arguments.score:g}")
    parts += [f"{word} {' '.join(f'R{i}' for i in idents)}" for word, idents in votes.items() if idents]
    return ", ".join(parts)
