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
    fault, said = "", ""
    try:
        answer, said = respond(client, name, sys.stdin.buffer.read(MOST + 1), os.environ)
        if answer:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    except Exception as error:  # a hook's only door
        fault = f"{type(error).__name__}: {error}"
    _beat(client, name, said=said, fault=fault, seconds=time.monotonic() - started)
    return 0


def respond(
    client: str, name: str, data: bytes, environment: Mapping[str, str]
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
    with _Desk(event, client) as desk:
        if desk.store is None:
            return None, "no store yet"
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
    """The store and the project of one event, opened for as long as it is handled."""

    def __init__(self, event: Event, client: str) -> None:
        from mcp_server.session import identity

        self._client, self._session, self._folder = client, identity(event.session), event.folder
        self._parents = event.parents
        self.store: SqliteStore | None = None
        self.paused = False

    def __enter__(self) -> "_Desk":
        from mcp_server.delivery import paused
        from mcp_server.places import place_of
        from store import open_existing

        self.store = open_existing(_store_path(), wait=WAIT)
        if self.store is not None:
            self.place: Place = place_of(self.store, self._folder)
            self.paused = paused(self.store, self.place.project.key)
        return self

    def __exit__(self, *_: object) -> None:
        if self.store is not None:
            self.store.close()

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
        from store.records import Session, Sighting

        assert self.store is not None
        now = time.time()
        if self._parents:
            self.store.sight(Sighting(self._client, self._session, now), self._parents)
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

        assert self.store is not None
        waiting = len(self.store.rules(self.place.project.key, states=[State.CANDIDATE]))
        words = f"promptlearn: {active} {'rule' if active == 1 else 'rules'} active"
        return words + (f", {waiting} wait for review (mcp-promptlearn review)" if waiting else "")

    def _heard(self, text: str) -> tuple[str, str, str]:
        from mcp_server.heard import remarks
        from mcp_server.settings import secrets

        assert self.store is not None
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

        assert self.store is not None
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

        assert self.store is not None
        begun = consolidate_if_due(self.store, self.place, now=time.time())
        return "", "", "consolidate begun" if begun else "nothing due"


def _beat(client: str, name: str, *, said: str, fault: str, seconds: float) -> None:
    """Leave a sign of life for `doctor`. What cannot be kept is lost: it is only that."""
    from contextlib import suppress

    from store import open_existing
    from store.errors import StoreError
    from store.records import Heartbeat

    with suppress(StoreError, OSError, ValueError):
        store = open_existing(_store_path(), wait=WAIT)
        if store is not None:
            store.beat(Heartbeat(client[:40], name[:40], time.time(), said[:200], fault[:300], seconds))
            store.close()


def _store_path() -> Path:
    folder = home.folder(os.environ)
    if not home.usable(folder):
        raise ValueError(f"{home.HOME} is not an absolute path")
    return Path(folder, home.STORE)
