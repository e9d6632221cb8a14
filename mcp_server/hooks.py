"""What a client's hooks do: deliver rules unasked, and see what really happened. Never in the agent's way.

A hook is one short process: JSON on stdin, JSON or nothing on stdout, exit 0 whatever happens. It
loads the standard library and our own light files only, waits a quarter of a second for the store at
most, and keeps its own faults for `doctor`.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from mcp_server import home
from mcp_server.agents.events import Edited, Ended, Event, Finished, Prompted, Ran, Started

if TYPE_CHECKING:
    from mcp_server.byfile import Given
    from mcp_server.project import Place
    from store.records import Work
    from store.sqlite import SqliteStore

MOST = 1024 * 1024
"""Bytes of an event that are read; more of it is no event of a client."""

WAIT = 0.25
"""Seconds that a hook waits for the store; an agent is waiting behind it."""

OWN = "PROMPTLEARN_OWN"
"""Set in the environment of headless runs that we start ourselves: their hooks do nothing."""

LEAVES = ("git ", "gh ", "glab ")
"""Parts of a command that may leave a commit or a pull request behind."""

CONTEXT = 9000
"""Bytes of context at the very most; clients cut what is longer than about 10,000 down to a preview."""


class Told(NamedTuple):
    """What comes of one event."""

    answer: Mapping[str, Any] | None
    said: str
    """A word for `doctor` about what was done."""
    works: "Sequence[Work]" = ()
    """What the session touched; may be lost."""
    spoken: tuple[str, str, float] | None = None
    """In which session and project a person wrote, and when; may be lost."""


def main(client: str, name: str) -> int:
    """Answer one hook of a client. Always 0: a hook that fails must not fail the agent."""
    started = time.monotonic()
    if os.environ.get(OWN) or _again():
        return 0
    fault, told, store = "", Told(None, ""), None
    try:
        data = sys.stdin.buffer.read(MOST + 1)
        store = _store()
        told = respond(client, name, data, os.environ, store)
        if told.answer:
            _print(told.answer)
    except KeyboardInterrupt:  # whoever ends an agent by Ctrl-C ends what it waits for, too
        fault = "interrupted"
    except Exception as error:  # a hook's only door
        fault = f"{type(error).__name__}: {error}"
    if store is not None:
        beat(store, client, name, told=told, fault=fault, seconds=time.monotonic() - started)
        store.close()
    return 0


def respond(client: str, name: str, data: bytes, environment: Mapping[str, str], store: "SqliteStore | None") -> Told:
    """The answer to one event; what may be lost of it is not written yet."""
    from mcp_server.agents.formats import format_of

    agent = format_of(client)
    if len(data) > MOST:
        raise ValueError(f"the event is longer than {MOST} bytes")
    payload: object = json.loads(data.decode("utf-8-sig", "replace"))
    if not isinstance(payload, dict):
        raise TypeError("the event is not a JSON object")
    event = agent.event(name, cast("Mapping[str, Any]", payload), environment)
    if event is None:
        return Told(None, "nothing to do")
    if store is None:
        return Told(None, "no store yet")
    if agent.LINKED and not event.parents:
        from mcp_server.lineage import parents

        event = event._replace(parents=parents())
    # What a model has lost comes back with any event that its format asks it for.
    carries = name in agent.CARRIES or (isinstance(event, Edited | Prompted) and event.anew)
    desk = _Desk(event, client, store, carries=carries, linked=agent.LINKED)
    if desk.paused:
        return Told(None, "paused")
    context, screen, said = desk.handle(event)
    if len(context.encode()) > CONTEXT:
        raise ValueError(f"the rules are longer than the {CONTEXT} bytes that a client passes on; pin fewer")
    return Told(agent.answer(name, context=context, screen=screen), said, desk.works, desk.spoken)


def _print(answer: Mapping[str, Any]) -> None:
    """Print an answer. Raises `OSError` where nobody reads it any more."""
    try:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except OSError:
        # The interpreter would try once more when it ends, and say so, and fail.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        raise


def _again() -> bool:
    """Does another hook of ours answer the same event?"""
    if not os.environ.get("PROMPTLEARN_PLUGIN"):
        return False
    from mcp_server.agents.plugin import twice

    return twice(os.environ)


def _nested() -> bool:
    """Did another agent start the one that runs this hook? Looking takes longer than all the rest."""
    from mcp_server.person import lineage, nested

    return nested(lineage()[1:])


class _Desk:
    """The project of one event, and what is done there."""

    def __init__(self, event: Event, client: str, store: "SqliteStore", *, carries: bool, linked: bool) -> None:
        from mcp_server.delivery import paused
        from mcp_server.places import place_of
        from mcp_server.session import identity

        self.store, self._client, self._session = store, client, identity(event.session)
        self._parents = event.parents
        self._carries, self._linked = carries, linked
        self.works: list[Work] = []
        self.spoken: tuple[str, str, float] | None = None
        self.place: Place = place_of(store, event.folder)
        self.paused = paused(store, self.place.project.key)

    def handle(self, event: Event) -> tuple[str, str, str]:
        """Context for the model, a line for the person's screen, and a word for `doctor`."""
        match event:
            case Started():
                return self._deliver(event, files=(), whole=True)
            case Edited(files=files):
                answer = self._deliver(event, files=files, whole=event.anew)
                self._touched(files)
                return answer
            case Prompted(text=text):
                self.spoken = self._session, self.place.project.key, time.time()
                # Where a session's start reaches no model, its rules come with what is typed first. Where one process
                # holds several conversations, what is typed tells which of them calls a tool next.
                context, screen, brought = "", "", ""
                if self._carries or self._linked:
                    context, screen, brought = self._deliver(event, files=(), whole=event.anew)
                return context, screen, ", ".join(filter(None, (brought, self._heard(text))))
            case Ran():
                return self._ran(event)
            case Finished():
                return "", "", "turn"
            case Ended():
                return self._ended()

    def _deliver(self, event: Event, *, files: Sequence[str], whole: bool) -> tuple[str, str, str]:
        from mcp_server import knobs
        from mcp_server.byfile import deliver
        from store.records import Session
        from store.text import clean_line

        now = time.time()
        self._see(now)
        if not self._carries:
            return "", "", "seen"
        model = clean_line(event.model, limit=80).text if isinstance(event, Started) else ""
        session = Session(self._session, self.place.project.key, self._client, now, now, model=model)
        coins = knobs.read(home.folder(os.environ), os.environ).coins
        told = deliver(self.store, self.place, session, files=files, task="", now=now, coins=coins)
        given = told.delivered
        begins = isinstance(event, Prompted) and 0 < len(given.added) == len(given.lines)
        if whole or begins:
            first = begins or (isinstance(event, Started) and event.first)
            screen = self._counted(told) if first else ""
            text = given.text if given.lines else ""
            return text, screen, f"{len(given.lines)} rules, {len(text)} characters"
        from mcp_server.learning.render import added

        text = added(given.added) if given.added else ""
        return text, "", f"{len(given.added)} rules, {len(text)} characters"

    def _see(self, now: float) -> None:
        """Leave word for our server which session runs under these processes."""
        from store.errors import BusyError
        from store.records import Sighting

        if self._parents:
            try:
                self.store.sight(Sighting(self._client, self._session, now), self._parents)
            except BusyError:
                self.store.hurry()

    def _counted(self, told: "Given") -> str:
        """The line a person sees, once a session; never a word of it reaches the agent."""
        from store.records import State

        given = told.delivered
        waiting = len(self.store.rules(self.place.project.key, states=[State.CANDIDATE]))
        words = f"promptlearn: {given.active} {'rule' if given.active == 1 else 'rules'} active"
        words += f", read in {' and '.join(told.files)}" if told.files else ""
        words += ", which says other rules than hold now (mcp-promptlearn export)" if told.old else ""
        words += f", {given.trial} on trial" if given.trial else ""
        words += f", {given.withheld} withheld from this session to compare" if given.withheld else ""
        words += f", {waiting} wait for review (mcp-promptlearn review)" if waiting else ""
        return "\n".join((words, *self._stopped()))

    def _stopped(self) -> list[str]:
        """What the program stopped since a person was last told: once, to whoever sees it first."""
        from contextlib import suppress

        from mcp_server.delivery import keys
        from mcp_server.learning.render import stopping
        from store.errors import StoreError

        told: list[str] = []
        for project in keys(self.place.project.key):
            words = self.store.answer(stopping(project))
            if words:
                told.append(f"promptlearn: {words} (mcp-promptlearn rollback undoes it)")
                with suppress(StoreError):
                    self.store.keep_answer(stopping(project), "", now=time.time())
        return told

    def _heard(self, text: str) -> str:
        from mcp_server.heard import remarks
        from mcp_server.settings import secrets

        facts = remarks(
            text,
            project=self.place.project.key,
            session=self._session,
            client=self._client,
            now=time.time(),
            known=secrets(os.environ),
            nested=_nested,
        )
        if facts:
            self.store.record(facts)
        return f"{len(facts)} remarks kept"

    def _ran(self, event: Ran) -> tuple[str, str, str]:
        from mcp_server.masks import masked
        from mcp_server.observed import KNOWN, results, settled
        from mcp_server.settings import secrets

        project, now = self.place.project.key, time.time()
        if self._client in event.command:
            # Another session of the client, which ran in a shell of this one, was seen under our processes.
            self._see(now)
        facts = results(
            event._replace(session=self._session),
            project=project,
            root=self.place.root,
            client=self._client,
            now=now,
            known=secrets(os.environ),
        )
        if facts:
            before = self.store.evidence(project, session=self._session, kinds=KNOWN)
            for fact in facts[1:]:
                before += self.store.evidence(project, fingerprint=fact.fingerprint, kinds=KNOWN, newest=1)
            facts = settled(facts, sorted(before, key=lambda fact: fact.id))
            self.store.record(facts)
        left: list[Work] = []
        if any(word in event.command for word in LEAVES):
            from mcp_server.leavings import of_command

            root, session = self.place.root, self._session
            left = of_command(
                event.command, event.output, root=root, project=project, session=session, now=now, how="hook"
            )
            self.works += masked(left, secrets(os.environ))
        return "", "", f"{len(facts)} facts kept, {len(left)} things left behind"

    def _touched(self, files: Sequence[str]) -> None:
        """Remember the files of an edit, once a session: a review of them later finds it by that."""
        from mcp_server.delivery import file_of
        from mcp_server.head import head_of
        from mcp_server.leavings import of_edit, tellable
        from mcp_server.masks import masked
        from mcp_server.settings import secrets

        project, session = self.place.project.key, self._session
        branch = head_of(self.place.root).branch if self.place.root else ""
        touched = [file_of(file, self.place.root) for file in tellable(files)]
        left = of_edit(touched, branch=branch, project=project, session=session, now=time.time(), how="hook")
        left = masked(left, secrets(os.environ))
        known = {(work.sort, work.name) for work in self.store.works(project, session=session)}
        self.works += [work for work in left if (work.sort, work.name) not in known]

    def _ended(self) -> tuple[str, str, str]:
        from mcp_server.detached import consolidate_if_due

        begun = consolidate_if_due(self.store, self.place, now=time.time())
        return "", "", "consolidate begun" if begun else "nothing due"


def _store() -> "SqliteStore | None":
    from store import open_existing

    folder = home.folder(os.environ)
    if not home.usable(folder):
        raise ValueError(f"{home.HOME} is not an absolute path")
    return open_existing(Path(folder, home.STORE), wait=WAIT)


def beat(store: "SqliteStore", client: str, name: str, *, told: Told, fault: str = "", seconds: float = 0.0) -> None:
    """Leave a sign of life for `doctor`, and what may be lost, in one write. An agent waits for a lock once at most."""
    from contextlib import suppress

    from store.errors import StoreError
    from store.records import Heartbeat
    from store.text import clean_line

    with suppress(StoreError, OSError, ValueError):
        if seconds >= WAIT:
            store.hurry()
        why = clean_line(fault, limit=300).text if fault else ""
        sign = Heartbeat(client[:40], name[:40], time.time(), told.said[:200], why, seconds)
        store.beat(sign, works=told.works, spoken=told.spoken)
