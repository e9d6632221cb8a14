"""A clean home with one client in it, a person at the desk beside it, and a scripted model behind it."""

import os
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from mcp_server import home as homes
from mcp_server import scene
from mcp_server.agents.client import Hooks, Moment, Seen
from mcp_server.agents.known import CLIENTS
from store.records import Evidence, Kind, Session
from tests.clients import process
from tests.clients.client import Client
from tests.clients.conversation import Asked, Say, Step
from tests.clients.model import Model, serving
from tests.conftest import GIT, UNWANTED, Chance, Clock
from tests.doors.desk import Desk

TESTS = f"{sys.executable} -m pytest -q -p no:cacheprovider"
"""What an agent types to run the project's tests."""


class Now(Clock):
    """The real time: clients have no other, and theirs and ours stand in one store."""

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class Played(NamedTuple):
    """One run of a client."""

    session: str
    """The client's own id."""
    asked: tuple[Asked, ...]
    """What it asked the model, sub-agents included."""
    out: str

    @property
    def first(self) -> Asked:
        """The first request that could use tools."""
        return next(asked for asked in self.asked if asked.tools)

    def of(self, prompt: str) -> Asked:
        """The first request in which a prompt stands as what was last said."""
        return next(
            asked
            for asked in self.asked
            if asked.tools and prompt in [turn.text for turn in asked.turns if turn.role == "user"][-1]
        )


def hooks_of(name: str) -> Hooks | None:
    """What we say that a client's hooks do; None where it has none of ours."""
    return next(client.hooks for client in CLIENTS if client.name == name)


@dataclass
class Stage:
    """One client in one home. Everything that is started here sees this home and no other."""

    client: Client
    home: Path
    project: Path
    model: Model
    environment: dict[str, str]
    left: list[str] = field(default_factory=list[str])
    """What did not end by itself after a run."""

    @property
    def arrives(self) -> frozenset[Moment]:
        """When rules are said to arrive of themselves."""
        hooks = hooks_of(self.client.name)
        return hooks.arrives if hooks else frozenset()

    @property
    def seen(self) -> frozenset[Seen]:
        """What is said to be observed."""
        hooks = hooks_of(self.client.name)
        return hooks.seen if hooks else frozenset()

    @contextmanager
    def person(self) -> Generator[Desk]:
        """The person of this home at a terminal: no agent's mark, and our commands in this process."""
        with pytest.MonkeyPatch.context() as patch:
            for name in list(os.environ):
                if name.startswith(UNWANTED):
                    patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.project)
            kept = Path(homes.folder(os.environ))
            desk = Desk(self.project, kept, Now(), Chance(), environment=dict(os.environ))
            try:
                yield desk
            finally:
                for store in desk.opened:
                    store.close()

    def trials(self, *, on: bool) -> None:
        """Leave which rules a session is shown to coins, or not; in a file, as not every client passes variables on."""
        with self.person() as desk:
            path = desk.home / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[trials]\noff = {'false' if on else 'true'}\n", encoding="utf-8")

    def set_up(self) -> str:
        """What the person does first."""
        with self.person() as desk:
            return desk.run("setup", "--client", self.client.name, "--yes")

    def play(self, prompt: str, *steps: Step, session: str = "") -> Played:
        """Run the client with a prompt, to which the model answers with these steps."""
        uses = [use for step in steps for use in self.client.uses(step, self.project)]
        self.model.script.plays[prompt] = uses
        if not any(isinstance(step, Say) for step in steps):
            self.model.script.plays[prompt] = [*uses, Say("Done.")]
        return self.run(self.client.command(prompt, session=session))

    def run(self, words: Sequence[str], *, typed: str | None = None) -> Played:
        """Run a command line of the client to its end, with what it began in the background."""
        begun = len(self.model.asked)
        ran = self.command(words, typed=typed)
        asked = tuple(self.model.asked[begun:])
        return Played(next((each.session for each in asked if each.session), ""), asked, ran.out)

    def command(self, words: Sequence[str], *, typed: str | None = None) -> process.Ran:
        """Run a command line in the project; it must succeed."""
        ran = process.run(words, folder=self.project, environment=self.environment, typed=typed)
        self.left += process.settle(self.home)
        assert (ran.code, self.model.faults) == (0, []), f"{words}: {ran.out[-3000:]}\n{ran.err[-3000:]}"
        return ran

    def file(self, name: str) -> str:
        """A file of the project as the agent left it."""
        return (self.project / name).read_text(encoding="utf-8")

    def facts(self, *kinds: Kind) -> list[Evidence]:
        """Evidence of the project, all of it or of some kinds."""
        with self.person() as desk:
            return desk.store.evidence(self.key(desk), kinds=kinds or None)

    def sessions(self) -> list[Session]:
        """The sessions that the store knows."""
        with self.person() as desk:
            return desk.store.sessions(self.key(desk))

    def shown(self, session: str) -> list[int]:
        """The rules that a session was shown, in order."""
        with self.person() as desk:
            return [exposure.rule for exposure in desk.store.exposures(session, self.key(desk))]

    @staticmethod
    def key(desk: Desk) -> str:
        """The project, as the store knows it."""
        wiring = desk.wiring()
        try:
            return wiring.place().project.key
        finally:
            wiring.close()

    def faults(self) -> list[str]:
        """What went wrong in hooks, as they left it for `doctor`."""
        with self.person() as desk:
            return [f"{beat.event}: {beat.fault}" for beat in desk.store.beats() if beat.fault]

    def snapshot(self) -> dict[str, bytes]:
        """Every file in the home, but for our own folder."""
        with self.person() as desk:
            own = desk.home
        files = (path for path in sorted(self.home.rglob("*")) if path.is_file() and not path.is_symlink())
        return {str(path.relative_to(self.home)): path.read_bytes() for path in files if own not in path.parents}


@contextmanager
def opened(client: Client, folder: Path, programs: Sequence[Path]) -> Generator[Stage]:
    """A stage for the length of a block; nothing that was started on it lives on."""
    home = folder / "home"
    project = home / "code" / "form"
    project.parent.mkdir(parents=True)
    scene.repository(project)
    with serving(client) as model:
        client.furnish(home, model.url)
        try:
            stage = Stage(client, home, project, model, environment(client, home, model.url, programs))
            stage.trials(on=False)
            yield stage
        finally:
            process.settle(home)


def environment(client: Client, home: Path, url: str, programs: Sequence[Path]) -> dict[str, str]:
    """All that a client's process knows of the world: this home, these programs, and no way out but the model."""
    proxies = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": "127.0.0.1,localhost"}
    scratch = home.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TERM": "xterm-256color",
        "TMPDIR": str(scratch),
        **GIT,
        **proxies,
        **client.environment(url),
    }
