"""Other processes that use a store while a test does: they say lines, wait for lines, and may be killed."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BEGIN = """
import atexit, os, sys
from pathlib import Path
from store import open_store
from store.errors import *
from store.records import *
from store.revise import *
from tests.store.facts import *

def say(*words):
    print(*words, flush=True)

def hear():
    return sys.stdin.readline().strip()

def somebody_else():
    # From here on, what only root may do is refused to root as well: also to read this checkout, if it is private.
    import store.forgetting, store.migrations, store.sqlite, store.upkeep
    if os.getuid() == 0 and hasattr(os, "setresuid"):
        os.setresgid(65534, 65534, 0)
        os.setresuid(65534, 65534, 0)
        atexit.register(lambda: os.setresuid(0, 0, 0))
    elif os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
"""


class Process:
    """A running child."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def hear(self) -> str:
        """The next line that the child says; empty once it is gone."""
        assert self._child.stdout
        return self._child.stdout.readline().strip()

    def say(self, *words: object) -> None:
        """A line for the child."""
        assert self._child.stdin
        print(*words, file=self._child.stdin, flush=True)

    def kill(self) -> list[str]:
        """End it as `kill -9` does, and hear what it had said before."""
        self._child.kill()
        self._child.wait()
        assert self._child.stdout
        return self._child.stdout.read().splitlines()

    def end(self) -> list[str]:
        """Wait until it has ended well, and hear the rest."""
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.close()
        said = self._child.stdout.read()
        assert self._child.wait() == 0
        return said.splitlines()


@contextmanager
def process(code: str, *args: object) -> Generator[Process]:
    """A child that runs `code`, with the store, the nouns and the facts of tests at hand; gone at the end."""
    command = [sys.executable, "-c", BEGIN + code, *map(str, args)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as child:
        try:
            yield Process(child)
        finally:
            child.kill()


@contextmanager
def processes(count: int, code: str, *args: object) -> Generator[list[Process]]:
    """So many children, each with its number before its other arguments, all of which have said `ready`."""
    with ExitStack() as stack:
        children = [stack.enter_context(process(code, number, *args)) for number in range(count)]
        assert [child.hear() for child in children] == ["ready"] * count
        yield children
