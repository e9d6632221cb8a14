"""The only place that builds concrete things: store, model, clock, chance, and what asks a person."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mcp_server import settings as configuration
from mcp_server.folding import say, tell
from mcp_server.project import Place, find, settled
from mcp_server.settings import Settings
from store import open_store
from store.errors import BusyError, FullError, ReadOnlyError
from store.sqlite import SqliteStore

if TYPE_CHECKING:
    from mcp_server.learning.trials.policy import Policy
    from mcp_server.person import Surroundings
    from mcp_server.tools import Tools


class Wiring:
    """What commands are handed. Everything outside the program is in here, so that tests can hand in theirs."""

    def __init__(
        self,
        *,
        settings: Settings,
        folder: str,
        environment: Mapping[str, str],
        surroundings: "Callable[[], Surroundings]",
        now: Callable[[], float] = time.time,
        chance: Callable[[int], bytes] = os.urandom,
        say: Callable[[str], None] = say,
        tell: Callable[[str], None] = tell,
        ask: Callable[[str], str] = input,
        reword: Callable[[str, str], str] | None = None,
        key: Callable[[], str] | None = None,
    ) -> None:
        # No dataclass: defining one loads `inspect`, which takes longer than a command's own work.
        self.settings = settings
        self.folder = folder
        """The working folder."""
        self.environment = environment
        self.surroundings = surroundings
        self.now = now
        self.chance = chance
        self.say = say
        """A line of the answer, to stdout."""
        self.tell = tell
        """A line beside the answer, to stderr."""
        self.ask = ask
        """A line from a person. Raises `EOFError` where there is nobody."""
        self.reword = reword or _reword
        """A line from a person, who is offered an old one to change. Raises `EOFError` where there is nobody."""
        self.key = key or _key
        """One key from a person. Raises `EOFError` where there is nobody, `KeyboardInterrupt` for Ctrl-C."""
        self._store: SqliteStore | None = None
        self._place: Place | None = None

    def store(self) -> SqliteStore:
        """The store, opened once. Raises `StoreError`, each time anew."""
        if self._store is None:
            self._store = open_store(self.settings.store, chance=self.chance, now=self.now, tell=self.tell)
        return self._store

    def place(self) -> Place:
        """The project of the working folder. Raises `ProjectError`."""
        if self._place is None:
            place = settled(find(self.folder), self.store())
            if place.project.path:
                with suppress(ReadOnlyError, FullError, BusyError):
                    self.store().know(place.project)
            self._place = place
        return self._place

    def tools(self) -> "Tools":
        """The three tools for this working folder; folders are looked up once."""
        from mcp_server.tools import Tools

        places: dict[str, Place] = {}

        def place(folder: str | None) -> Place:
            key = folder or self.folder
            if key not in places:
                places[key] = settled(find(key), self.store())
            return places[key]

        return Tools(
            self.store,
            place,
            self.now,
            configuration.secrets(self.environment),
            self.settings.trials.coins,
            self.nonce,
        )

    def policy(self) -> "Policy":
        """The constants of decisions, with this person's settings."""
        from mcp_server.learning.trials.policy import POLICY

        return POLICY._replace(**self.settings.trials._asdict())

    def sighted(self, client: str, *, since: float) -> str:
        """The session of a client that a hook saw last under a parent process of ours, not longer ago than `since`.

        Process ids are used again, so what was seen before this server began says nothing about it. Two clients may
        share a parent, a terminal say, or one run in the other's shell. One that we have no name for may be any.
        """
        from mcp_server.lineage import parents
        from mcp_server.session import KNOWN

        found = self.store().sighted(parents(), client if client in KNOWN else "")
        return found.session if found is not None and found.time >= since else ""

    def process(self) -> str:
        """A session id for a client that gives none: it lives as long as this server."""
        return f"server-{self.chance(8).hex()}"

    def nonce(self) -> str:
        """A word nobody can guess."""
        return self.chance(9).hex()

    def close(self) -> None:
        """Let go of the store, if it was opened."""
        if self._store is not None:
            self._store.close()
            self._store = None


def real() -> Wiring:
    """The wiring of a program started by somebody. Raises `SettingsError`."""
    return Wiring(
        settings=configuration.read(os.environ),
        folder=os.environ.get("CLAUDE_PROJECT_DIR") or _working_folder(),
        environment=os.environ,
        surroundings=_surroundings,
    )


def _working_folder() -> str:
    """Empty where it was deleted: only what needs a project then fails."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _surroundings() -> "Surroundings":
    from mcp_server.person import Surroundings, lineage, mark

    return Surroundings(sys.stdin.isatty() and sys.stdout.isatty(), mark(lineage()))


def _reword(question: str, old: str) -> str:
    try:
        import readline
    except ImportError:  # Windows has none: the old line stands above, to be copied from
        return input(f"  {old}\n{question}")
    readline.set_startup_hook(lambda: readline.insert_text(old))
    try:
        return input(question)
    finally:
        readline.set_startup_hook(None)


def _key() -> str:
    import click

    typed = click.getchar()
    # What was typed ahead was meant for something that was not seen yet.
    return typed if typed.startswith(("\x1b", "\x00", "\xe0")) else typed[:1]
