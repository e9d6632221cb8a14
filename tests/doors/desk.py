"""A person at a desk: runs commands in this process, with everything outside in the test's hands."""

import json
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

from mcp_server.cli import main
from mcp_server.knobs import Knobs
from mcp_server.person import Surroundings
from mcp_server.settings import Settings
from mcp_server.wiring import Wiring
from store import open_store
from store.records import Evidence, Kind, Operation, Rule, Session, Source, Trust, Wording
from store.revise import Add
from store.sqlite import SqliteStore
from store.text import clean_rule
from tests.conftest import Chance, Clock
from tests.store.facts import fact

AGENT = Source("MCP tool", "agent:test", Trust.AGENT)
SAFETY = "Never force-push to main."
"""A sentence that forbids something dangerous."""


TEXTS = count()
OFF = Knobs(off=True)


@dataclass
class Desk:
    """Commands in, words out. `keys` and `answers` are what the person will press and type."""

    folder: Path
    home: Path
    clock: Clock
    chance: Chance
    terminal: bool = True
    mark: str = ""
    keys: list[str] = field(default_factory=list[str])
    answers: list[str] = field(default_factory=list[str])
    environment: dict[str, str] = field(default_factory=dict[str, str])
    said: list[str] = field(default_factory=list[str])
    told: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    offered: list[str] = field(default_factory=list[str])
    """Old wordings that the person was offered to change."""
    errors: str = ""
    model: str = ""
    trials: Knobs = OFF
    """How coins are thrown; without a word none are, so that every active rule is shown."""
    wait: float | None = None
    """Seconds for the locks of others, where not the usual ones."""
    opened: list[SqliteStore] = field(default_factory=list[SqliteStore])

    def wiring(self) -> Wiring:
        """What the next command is handed."""

        def ask(question: str) -> str:
            self.asked.append(question)
            if not self.answers:
                raise EOFError
            return self.answers.pop(0)

        def reword(question: str, old: str) -> str:
            self.offered.append(old)
            return ask(question)

        def key() -> str:
            pressed = self.keys.pop(0) if self.keys else ""
            if not pressed:
                raise EOFError
            return pressed

        made = Wiring(
            settings=Settings(home=self.home, model=self.model, trials=self.trials),
            folder=str(self.folder),
            environment=self.environment,
            surroundings=lambda: Surroundings(self.terminal, self.mark),
            now=self.clock,
            chance=self.chance,
            say=self.said.append,
            tell=self.told.append,
            ask=ask,
            reword=reword,
            key=key,
        )
        if self.wait is not None:
            made._store = open_store(made.settings.store, wait=self.wait)  # pyright: ignore[reportPrivateUsage]
        return made

    def code(self, *words: str) -> int:
        """Run a command and return its exit code."""
        for heard in (self.said, self.told, self.asked):
            heard.clear()
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(words, self.wiring())
        self.said += out.getvalue().splitlines()
        self.errors = err.getvalue()
        return code

    def run(self, *words: str) -> str:
        """Run a command that succeeds, and return what it said."""
        code = self.code(*words)
        assert (code, self.errors) == (0, ""), self.errors
        return "\n".join(self.said)

    def facts(self, *words: str) -> Any:
        """Run a command that succeeds with `--json`."""
        return json.loads(self.run(*words, "--json"))

    def refused(self, *words: str) -> str:
        """Run a command that is refused, and return the one line that says why."""
        code = self.code(*words)
        (line,) = self.errors.splitlines()
        assert (code, line.partition(": ")[0]) == (1, "mcp-promptlearn")
        assert "unexpected" not in line
        return line.partition(": ")[2]

    @property
    def store(self) -> SqliteStore:
        """The store, beside the commands."""
        if not self.opened:
            self.opened.append(open_store(Settings(home=self.home).store, chance=self.chance, now=self.clock))
        return self.opened[0]

    @property
    def project(self) -> str:
        """The key of the desk's project, which is a plain folder."""
        return f"path:{self.folder.as_posix()}"

    def rules(self) -> dict[str, Rule]:
        """All rules of the project by name."""
        return {rule.name: rule for rule in self.store.rules(self.project)}

    def state(self, name: str) -> tuple[str, str, bool]:
        """State, ending and pin of a rule."""
        rule = self.store.rule(int(name.removeprefix("R")))
        return str(rule.state), str(rule.ending), rule.pinned

    def suggest(
        self,
        text: str,
        *replaces: int,
        operation: Operation = Operation.ADD,
        project: str = "",
        paths: tuple[str, ...] = (),
    ) -> str:
        """An agent suggests a rule, as through the tool; returns its name."""
        cleaned = clean_rule(text)
        wording = Wording(cleaned.text, paths, AGENT, dict(cleaned.removed))
        change = Add(wording, operation=operation, replaces=replaces, why="seen in a task")
        seen = fact(f"because of {text}", kind=Kind.SUGGESTION, source=AGENT, project=project or self.project)
        return self.store.suggest(change, seen, now=self.clock()).name

    def keep(self, *facts: Evidence) -> list[int]:
        """Evidence of the project from elsewhere; returns its ids."""
        return [kept.id for kept in self.store.record(facts)]

    def session(self, ident: str, *, project: str = "") -> None:
        """A session of an agent that is active now."""
        now = self.clock()
        seen = Session(ident, project or self.project, "test client", now, now)
        self.store.deliver(seen, task="", shown=[], now=now)


def git(folder: Path, *arguments: str) -> str:
    """Run git as a person would, and return what it printed."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()


def repository(folder: Path, *, remote: str = "", commits: int = 1) -> Path:
    """A repository with so many commits of one file, unlike those of every other repository."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    for _ in range(commits):
        commit(folder, f"text {next(TEXTS)}\n")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    return folder


def commit(folder: Path, text: str, name: str = "code.py") -> str:
    """Write a file, commit it, and return the hash."""
    (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a change")
    return git(folder, "rev-parse", "HEAD")


def junit(*cases: str) -> str:
    """A report of test cases."""
    return f"<testsuites><testsuite name='s'>{''.join(cases)}</testsuite></testsuites>"


def passed(name: str) -> str:
    """A case that passed."""
    return f"<testcase classname='tests.test_code' name='{name}'/>"


def failed(name: str, message: str = "AssertionError: 1 != 2") -> str:
    """A case that failed."""
    kind = message.partition(":")[0]
    body = f"def {name}():\n>   assert f() == 2\nE   {message}\n\ntests/test_code.py:3: {kind}"
    return (
        f"<testcase classname='tests.test_code' name='{name}'>"
        f"<failure message='{message}'>{body.replace('&', '&amp;').replace('<', '&lt;')}</failure></testcase>"
    )


def files_below(folder: Path) -> set[str]:
    """Every file below a folder, by its relative name."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
