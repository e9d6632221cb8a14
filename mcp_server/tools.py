"""The three tools, free of transport: checked arguments in, text out, everything on disk before the answer."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from mcp_server.byfile import deliver
from mcp_server.delivery import keys, paused
from mcp_server.learning import attribute, suggest
from mcp_server.learning.assign import Coins
from mcp_server.learning.suggest import SuggestionError
from mcp_server.project import Place, ProjectError
from mcp_server.session import Caller
from store.contract import Store
from store.errors import NotFoundError, StoreError
from store.records import (
    FORGOTTEN,
    LIVE,
    Episode,
    Evidence,
    Kind,
    Operation,
    Rule,
    Session,
    Source,
    State,
    Trust,
    Work,
)
from store.revise import Add
from store.text import Cleaned, UnfitText, clean_evidence, clean_line
from store.values import replace

if TYPE_CHECKING:
    from mcp_server.arguments import GetRules, ReportOutcome, SuggestRule

INSTRUCTIONS = """\
Call `get_rules` when a task begins and `report_outcome` when it ends: promptlearn keeps this project's standing \
rules and learns from what really happens.
1. At the start of every task call `get_rules` with the task in one line and the files you will touch. \
Follow the rules it returns as you would follow the user's own instructions; they were approved by a person. \
Call it again when you turn to other files.
2. At the end of the task call `report_outcome` with the episode it named and what was observed: tests, \
review, the user's words. Say `unknown` rather than guess.
When you learn something that would have prevented a failure, `suggest_rule`; a person decides about it."""


PAUSED = "A person paused promptlearn here: nothing was recorded."

EAGER = frozenset({"opencode"})
"""Clients that fetch every prompt when they start, only to list it: rules in it would count as shown to nobody."""

ASK = "Call get_rules, and work by the rules that it answers with."
"""What their prompt says instead."""


class RefusedError(Exception):
    """A call that cannot be served; its one line goes to the agent as the tool's error."""


class UnknownToolError(RefusedError):
    """There is no such tool; the protocol has an error of its own for that."""


class Tool(NamedTuple):
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
        "Call at the start of every task: the rules that apply here, and the episode to report on.",
        "GetRules",
        read_only=True,
        idempotent=True,
        always_load=True,
    ),
    Tool(
        "report_outcome",
        "Call at the end of every task: records what really happened, which rules are judged by.",
        "ReportOutcome",
        read_only=False,
        idempotent=True,
        always_load=True,
    ),
    Tool(
        "suggest_rule",
        "Propose a rule, a better wording, a merge or a retirement. A person decides.",
        "SuggestRule",
        read_only=False,
        idempotent=True,
        always_load=False,
    ),
)


class Tools(NamedTuple):
    """The tools of one server process. Everything outside is handed in."""

    store: Callable[[], Store]
    """Opens the store on first use. May raise `StoreError`, each time anew."""
    place: Callable[[str | None], Place]
    """The place of a folder, or of the working folder. May raise `ProjectError`."""
    now: Callable[[], float]
    secrets: tuple[str, ...] = ()
    """Values of this process's own secret variables, masked wherever they turn up."""
    coins: Coins = Coins(off=True)
    nonce: Callable[[], str] = partial(token_hex, 9)
    """A word nobody can guess."""

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
                    raise UnknownToolError(f"there is no tool {clean_line(name, limit=60).text!r}; known are {known}")
        except (models.ArgumentError, StoreError, ProjectError, SuggestionError, UnfitText) as error:
            raise RefusedError(f"{name}: {error}") from error

    def prompt(self, name: str, caller: Caller) -> str:
        """The text of a prompt. Raises `RefusedError`."""
        if name == "rules":
            return ASK if caller.client in EAGER else self.call("get_rules", {}, caller)
        from mcp_server.handover import packet

        try:
            store, place = self.store(), self.place(None)
            return PAUSED if paused(store, place.project.key) else packet(store, place.project.key, nonce=self.nonce)
        except (StoreError, ProjectError) as error:
            raise RefusedError(f"{name}: {error}") from error

    def get_rules(self, arguments: "GetRules", caller: Caller) -> str:
        """The rules that apply, with the exposure on disk before the answer is made."""
        place, store = self.place(arguments.project), self.store()
        if paused(store, place.project.key):
            return f"A person paused promptlearn in {place.project.name}: no rules are served. Work without them."
        session = self._session(place.project.key, caller)
        return deliver(
            store,
            place,
            session,
            files=arguments.files,
            task=arguments.task,
            now=self.now(),
            coins=self.coins,
        ).delivered.text

    def report_outcome(self, arguments: "ReportOutcome", caller: Caller) -> str:
        """Keep an agent's report beside earlier ones of its episode; the newest counts."""
        store = self.store()
        helpful, harmful = _ids(arguments.helpful), _ids(arguments.harmful)
        episode = self._episode(store, arguments.episode, caller)
        project = episode.project if episode else self.place(None).project.key
        if paused(store, project):
            return PAUSED
        _voted(store, project, helpful, harmful)
        episode = episode or self._opened(store, caller)
        text = clean_evidence(arguments.evidence, known=self.secrets)
        feedback = clean_evidence(arguments.feedback, known=self.secrets)
        pull_request = clean_line(arguments.pull_request or "", limit=300)
        commit = (arguments.commit or "").lower()
        detail: dict[str, object] = {
            "outcome": arguments.outcome,
            "score": arguments.score,
            "feedback": feedback.text,
            "helpful": list(helpful),
            "harmful": list(harmful),
            "pull_request": pull_request.text,
        }
        earlier = store.evidence(episode.project, kinds=[Kind.REPORT], episode=episode.id, newest=1)
        same = [(old.text, old.commit, dict(old.detail)) for old in earlier] == [(text.text, commit, detail)]
        said = f"{episode.name}: {_summary(arguments, helpful, harmful)}"
        fact = Evidence(
            project=episode.project,
            kind=Kind.REPORT,
            text=text.text,
            source=_agent(caller),
            time=self.now(),
            # With the report before it: A, B and A again are three reports, A and A are one.
            hash=_hash("report", episode.id, [old.id for old in earlier], text.text, commit, detail),
            session=episode.session,
            episode=episode.id,
            commit=commit,
            detail=detail,
        )
        if same or not store.record([fact], works=_left(fact, pull_request.text))[0].new:
            return f"Already recorded for {said}. Nothing was changed."
        beside = "; it counts instead of the earlier report" if earlier else ""
        return f"Recorded for {said}, as the agent's own report{beside}{_lost(text, feedback, pull_request)}."

    def suggest_rule(self, arguments: "SuggestRule", caller: Caller) -> str:
        """Keep a suggestion as a candidate, strengthen the rule that says the same, or refuse it with the reason."""
        store = self.store()
        episode = self._episode(store, arguments.episode, caller)
        project = episode.project if episode else self.place(None).project.key
        if paused(store, project):
            return PAUSED
        rules = [rule for key in keys(project) for rule in store.rules(key)]
        suggestion = suggest.read(
            arguments.rule,
            paths=arguments.paths,
            replaces=_ids(arguments.replaces),
            rules=rules,
            project=project,
            source=_agent(caller),
        )
        why = clean_evidence(arguments.why, limit=2000, known=self.secrets)
        fact = Evidence(
            project=project,
            kind=Kind.SUGGESTION,
            text=why.text,
            source=suggestion.wording.source,
            time=self.now(),
            hash="",
            session=caller.session,
            episode=episode.id if episode else None,
            detail={"rule": suggestion.wording.text, "replaces": list(suggestion.replaces)},
        )
        found = suggest.match(suggestion, rules)
        if found.same is not None:
            return self._strengthen(store, found.same, fact)
        suggest.room(rules, project)
        wording, operation, replaces = suggestion.wording, suggestion.operation, suggestion.replaces
        change = Add(wording, operation=operation, replaces=replaces, why=why.text)
        kept = store.suggest(change, _about(fact, wording.text, operation, replaces), now=self.now())
        said = f"Kept as candidate {kept.name}: {suggestion.words}{_lost(why)}."
        contrary = (
            f" It says the opposite of {found.contrary.name}, which the reviewer will see." if found.contrary else ""
        )
        return f"{said} It is not served unless a person approves it in `review`.{contrary}"

    def _strengthen(self, store: Store, same: Rule, fact: Evidence) -> str:
        """Count the suggestion for the rule that says the same, once a session."""
        if same.state is State.RETIRED:
            raise RefusedError(f"suggest_rule: {same.name} said the same and {_ended(store, same)}")
        shown = (e.rule for e in store.exposures(fact.session or "", fact.project) if e.delivered)
        if same.state in LIVE and same.id in shown:
            return f"{same.name} says this already and you were shown it, so nothing was added."
        says = f"{same.name} {'proposes' if same.operation is Operation.RETIRE else 'says'} this already ({same.state})"
        kept = store.record([_about(fact, same.text, same.operation, same.replaces)], rule=same.id)
        if kept[0].new:
            return f"{says}; your suggestion was added to its evidence."
        return f"{says}, and this session has said so before; nothing was added."

    def _episode(self, store: Store, named: str | None, caller: Caller) -> Episode | None:
        """The named episode, else the session's newest: of the working folder, else of where `project` led it."""
        if named:
            episode = store.episode(int(named.removeprefix("E")))
            if episode.session != caller.session and episode.project != self.place(None).project.key:
                raise RefusedError(f"{episode.name} is another project's episode; leave `episode` out")
            return episode
        current = store.current_episode(caller.session, self.place(None).project.key)
        if current is not None:
            return current
        elsewhere = (store.current_episode(caller.session, project.key) for project in store.projects())
        return max(filter(None, elsewhere), key=lambda episode: episode.id, default=None)

    def _opened(self, store: Store, caller: Caller) -> Episode:
        project = self.place(None).project
        if project.path:
            store.know(project)
        session = self._session(project.key, caller)
        return store.deliver(session, task="", shown=[], now=self.now()).episode

    def _session(self, project: str, caller: Caller) -> Session:
        return Session(caller.session, project, caller.client, self.now(), self.now())


def _ids(names: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(name.removeprefix("R")) for name in names))


def _voted(store: Store, project: str, helpful: Sequence[int], harmful: Sequence[int]) -> None:
    """Raises `RefusedError` for votes that mean nothing."""
    for ident in (*helpful, *harmful):
        if not _known(store, project, ident):
            raise RefusedError(f"report_outcome: R{ident} is no rule of this project; use ids as get_rules shows them")
        if ident in helpful and ident in harmful:
            raise RefusedError(f"report_outcome: R{ident} is both helpful and harmful; decide for one")


def _known(store: Store, project: str, ident: int) -> bool:
    with suppress(NotFoundError):
        return store.rule(ident).project in keys(project)
    return False


def _ended(store: Store, rule: Rule) -> str:
    """How a rule came to its end, in words for an agent that proposes it again."""
    decided = [each.reason for each in store.decisions(rule.project, rule=rule.id) if each.reason != FORGOTTEN]
    ending = str(rule.ending or State.RETIRED)
    reason = clean_line(decided[-1] if decided else "", limit=200).text
    words = reason if reason.startswith(ending) else f"{ending}: {reason}".removesuffix(": ")
    return f"is not learnt again ({words}); ask the user if it matters"


def _about(fact: Evidence, text: str, operation: Operation, replaces: Sequence[int]) -> Evidence:
    """The fact as one of its session about one rule, so that saying it twice adds nothing."""
    key = _hash("suggestion", fact.project, fact.session, text, operation, list(replaces))
    return replace(fact, hash=key)


def _agent(caller: Caller) -> Source:
    return Source("MCP tool", f"agent:{caller.client}", Trust.AGENT)


def _left(fact: Evidence, pull_request: str) -> list[Work]:
    """What the agent says its session left behind: reviews and reverts of it find the session by that."""
    left = {attribute.COMMIT: fact.commit, attribute.PULL_REQUEST: attribute.pull_request(pull_request, fact.project)}
    session = fact.session or ""
    return [Work(fact.project, session, sort, name, fact.time, "report") for sort, name in left.items() if name]


def _hash(*parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _lost(*texts: Cleaned) -> str:
    """What did not get in, for the agent to know."""
    kinds = sorted({kind for text in texts for kind in text.redacted})
    taken = [f"{sum(text.redacted.get(kind, 0) for text in texts)} x {kind}" for kind in kinds]
    cut = "; shortened, as it was too long" if any(text.cut for text in texts) else ""
    return (f"; taken out: {', '.join(taken)}" if taken else "") + cut


def _summary(arguments: "ReportOutcome", helpful: Sequence[int], harmful: Sequence[int]) -> str:
    votes = {"helpful": helpful, "harmful": harmful}
    parts = [arguments.outcome]
    if arguments.score is not None:
        parts.append(f"score {arguments.score:g}")
    parts += [f"{word} {' '.join(f'R{ident}' for ident in idents)}" for word, idents in votes.items() if idents]
    return ", ".join(parts)
