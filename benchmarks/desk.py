"""Where a run works: a folder of its own, stores made once and copied for each use, and how thorough to be."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import worlds
from benchmarks.worlds import PROJECT, World
from mcp_server.learning.assign import Coins
from mcp_server.project import Place
from mcp_server.tools import Tools
from store.contract import Store
from store.records import Project

KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
"""What child processes see of our environment: no agent's mark, no key, nobody's home."""


@dataclass(slots=True)
class Desk:
    """The folder of one run; whoever made it removes it."""

    folder: Path
    share: float = 1.0
    """How many of the usual rounds to do."""
    _made: dict[World, Path] = field(default_factory=dict[World, Path])
    _copies: int = 0

    def rounds(self, usual: int) -> int:
        """How often to repeat what is usually done `usual` times."""
        return max(3, int(usual * self.share))

    def store(self, world: World) -> Path:
        """A fresh copy of a world in a folder of its own, which may serve as PROMPTLEARN_HOME."""
        if world not in self._made:
            made = self.folder / f"world{len(self._made)}.db"
            worlds.make(made, world, root=str(self.project))
            self._made[world] = made
        return Path(shutil.copy(self._made[world], self.home() / "promptlearn.db"))

    def home(self) -> Path:
        """A new empty folder."""
        self._copies += 1
        home = self.folder / f"home{self._copies}"
        home.mkdir()
        return home

    @property
    def sources(self) -> Path:
        """The folder of the checkout."""
        return Path(__file__).resolve().parent.parent

    @property
    def project(self) -> Path:
        """A repository with a remote, as most are."""
        project = self.folder / "shop"
        if not project.is_dir():
            project.mkdir()
            for words in (["init", "--quiet"], ["remote", "add", "origin", f"https://{PROJECT}.git"]):
                subprocess.run(["git", *words], cwd=project, env=self.environment(self.folder), check=True)
        return project

    def environment(self, home: Path) -> Mapping[str, str]:
        """The environment of a child process whose store lies in `home`."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        ours = {"HOME": str(self.folder), "PROMPTLEARN_HOME": str(home), "PYTHONPATH": str(self.sources)}
        return {**kept, **plain, **ours}


def python(*arguments: str) -> Sequence[str]:
    """The command that starts our interpreter with the flags that clients use."""
    return [sys.executable, "-E", "-P", *arguments]


def tools(store: Store) -> Tools:
    """The tools of a server whose store is open and whose project is known."""

    def here(folder: str | None) -> Place:
        del folder
        return Place(Project(PROJECT, "shop", ""), "")

    return Tools(store=lambda: store, place=here, now=time.time, coins=Coins())
