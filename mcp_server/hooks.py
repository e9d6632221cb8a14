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
from typing import TYPE_CHECKING, Any, cast

from mcp_server import home
from mcp_server.agents.events import Edited, Ended, Event, Finished, Prompted, Ran, Started

if TYPE_CHECKING:
    from mcp_server.project import Place
    from store.sqlite import SqliteStore

MOST = 1024 * 1024
"""Bytes of an event that are read; more of it is no event of a client."""

WAIT = 0.25
"""Seconds that a hook waits for the store; an agent is waiting behind it."""

OWN = "PROMPTLEARN_OWN"
"""Set in the environment of headless runs that we start ourselves: their hooks do nothing."""

CONTEXT = 9000
"""Bytes of context at the very most; clients cut what is longer than about 10,000 down to a preview."""


def main(client: str, name: str) -> int:
    """Answer one hook of a client. Always 0: a hook that fails must not fail the agent."""
    started = time.monotonic()
    if os.environ.get(OWN):
        return 0
    fault, said, store = "", "", None
    try:
        data = sys.stdin.buffer.read(MOST + 1)
        store = _store()
        answer, said = respond(client, name, data, os.environ, store)
        if answer:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    except Exception as error:  # a hook's only door
        fault = f"{type(error).__name__}: {error}"
    if store is not None:
        _beat(store, client, name, said=said, fault=fault, seconds=time.monotonic() - started)
    return 0


def respond(
    client: str, name: str, data: bytes, environment: Mapping[str, str], store: "SqliteStore | None"
) -> tuple[Mapping[str, Any] | None, str]:
    """The answer to one event, and a word for `doctor` about what was done."""
    agent = _agent(client)
    if len(data) > MOST:
        raise ValueError(f"the event is longer than {MOST} bytes")
    payload: object = json.loads(data.decode("utf-8", "replace"))
    if not isinstance(payload, dict):
        raise TypeError("the event is not a JSON object")
    event = agent.event(name, cast("Mapping[str, Any]", payload), environment)
    if event is None:
        return None, "nothing to do"
    if store is None:
        return None, "no store yet"
    desk = _Desk(event, client, store)
    if desk.paused:
        return None, "paused"
    context, screen, said = desk.handle(event)
    if len(context.encode()) > CONTEXT:
        raise ValueError(f"the rules are longer than the {CONTEXT} bytes that a client passes on; pin fewer")
    return agent.answer(name, context=context, screen=screen), said


def _agent(client: str) -> Any:
    from mcp_server.agents import claude_format

    if client not in {"claude-code", "codex"}:
        raise ValueError(f"no hooks are known for {client[:40]!r}; known are claude-code and codex")
    return claude_format


class _Desk:
    """The project of one event, and what is done there."""

    def __init__(self, event: Event, client: str, store: "SqliteStore") -> None:
        from mcp_server.delivery import paused
        from mcp_server.places import place_of
        from mcp_server.session import identity

        self.store, self._client, self._session = store, client, identity(event.session)
        self._parents = event.parents
        self.place: Place = place_of(store, event.folder)
        self.paused = paused(store, self.place.project.key)

    def handle(self, event: Event) -> tuple[str, str, str]:
        """Context for the model, a line for the person's screen, and a word for `doctor`."""
        match event:
            case Started():
                return self._deliver(event, files=(), whole=True)
            case Edited(files=files):
                return self._deliver(event, files=files, whole=False)
            case Prompted(text=text):
                return self._heard(text)
            case Ran():
                return self._ran(event)
            case Finished():
                return "", "", "turn"
            case Ended():
                return self._ended()

    def _deliver(self, event: Event, *, files: Sequence[str], whole: bool) -> tuple[str, str, str]:
        from mcp_server.delivery import deliver
        from store.errors import BusyError
        from store.records import Session, Sighting

        now = time.time()
        if self._parents:
            try:
                self.store.sight(Sighting(self._client, self._session, now), self._parents)
            except BusyError:
                self.store.hurry()
        session = Session(self._session, self.place.project.key, self._client, now, now)
        given = deliver(self.store, self.place, session, files=files, task="", now=now)
        if whole:
            screen = self._counted(given.active) if isinstance(event, Started) and event.first else ""
            text = given.text if given.lines else ""
            return text, screen, f"{len(given.lines)} rules, {len(text)} characters"
        from mcp_server.learning.render import added

        text = added(given.added) if given.added else ""
        return text, "", f"{len(given.added)} rules, {len(text)} characters"

    def _counted(self, active: int) -> str:
        """The line a person sees, once a session."""
        from store.records import State

        waiting = len(self.store.rules(self.place.project.key, states=[State.CANDIDATE]))
        words = f"promptlearn: {active} {'rule' if active == 1 else 'rules'} active"
        return words + (f", {waiting} wait for review (mcp-promptlearn review)" if waiting else "")

    def _heard(self, text: str) -> tuple[str, str, str]:
        from mcp_server.heard import remarks
        from mcp_server.settings import secrets

        facts = remarks(
            text,
            project=self.place.project.key,
            session=self._session,
            client=self._client,
            now=time.time(),
            known=secrets(os.environ),
        )
        if facts:
            self.store.record(facts)
        return "", "", f"{len(facts)} remarks kept"

    def _ran(self, event: Ran) -> tuple[str, str, str]:
        from mcp_server.observed import results
        from mcp_server.settings import secrets

        facts = results(
            event._replace(session=self._session),
            project=self.place.project.key,
            root=self.place.root,
            client=self._client,
            now=time.time(),
            known=secrets(os.environ),
        )
        if facts:
            self.store.record(facts)
        return "", "", f"{len(facts)} facts kept"

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


def _beat(store: "SqliteStore", client: str, name: str, *, said: str, fault: str, seconds: float) -> None:
    """Leave a sign of life for `doctor`. What cannot be kept is lost: it is only that."""
    from contextlib import suppress

    from store.errors import StoreError
    from store.records import Heartbeat

    with suppress(StoreError, OSError, ValueError):
        if seconds >= WAIT:
            store.hurry()
        store.beat(Heartbeat(client[:40], name[:40], time.time(), said[:200], fault[:300], seconds))
        store.close()
