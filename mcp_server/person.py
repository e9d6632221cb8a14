"""Is it a person who asks? What an agent types must not pass for a person's word.

An agent with a shell can run this program. Its clients mark the environment of what they start, and
are themselves among the parent processes, so both are looked at. An agent that hides both passes:
this is a lock on the door, not a wall, and README says so.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from store.records import Source, Trust

VARIABLES = (
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_THREAD_ID",
    "GEMINI_CLI",
    "QWEN_CODE",
    "OPENCODE",
    "CURSOR_AGENT",
    "CLINE_ACTIVE",
    "GOOSE_TERMINAL",
    "AI_AGENT",
)
"""Set by agents for the commands they run."""

PROGRAMS = frozenset(
    {
        "claude",
        "codex",
        "gemini",
        "opencode",
        "qwen",
        "cursor-agent",
        "aider",
        "goose",
        "amp",
        "crush",
        "cline",
    }
)
"""Names of agents' own processes."""

PACKAGES = ("claude-code", "openai/codex", "gemini-cli", "opencode-ai", "qwen-code", "node_modules/cline")
"""Pieces of the script path of agents that run under an interpreter."""

GENERATIONS = 32
"""Parent processes looked at."""


class NotAPersonError(Exception):
    """Something only a person may do; one line that says why it was refused and what to do."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A process above this one, or this one."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a command was typed."""

    terminal: bool
    mark: str = ""
    """What shows that an agent is at work; empty where nothing does."""


def mark(ancestors: Iterable[Ancestor]) -> str:
    """The first sign of an agent among this process and those above it."""
    for ancestor in ancestors:
        for variable in VARIABLES:
            if ancestor.environment.get(variable):
                return f"{variable} is set"
        scripts = [argument.replace("\\", "/") for argument in ancestor.arguments[:2]]
        names = {_stem(name) for name in (ancestor.name, *scripts) if name}
        found = sorted(names & PROGRAMS)
        if found:
            return f"{found[0]} is a parent process"
        for script in scripts:
            if any(package in script for package in PACKAGES):
                return f"{PurePath(script).name} is a parent process"
    return ""


def lineage() -> list[Ancestor]:
    """This process and those above it, as far as they may be looked at."""
    import psutil

    found = [Ancestor("", (), dict(os.environ))]
    try:
        parents = psutil.Process().parents()[:GENERATIONS]
    except psutil.Error:
        return found
    for parent in parents:
        name, arguments, environment = "", (), dict[str, str]()
        try:
            name = parent.name()
            arguments = tuple(parent.cmdline())
            environment = parent.environ()
        except (psutil.Error, OSError):
            # Another user's process: what could be read so far still counts.
            pass
        found.append(Ancestor(name, arguments, environment))
    return found


def demand(surroundings: Surroundings, *, yes: bool, what: str) -> None:
    """Let only a person go on: no agent's mark, and a terminal or `--yes`. Raises `NotAPersonError`."""
    if surroundings.mark:
        raise NotAPersonError(
            f"{what} is for a person and {surroundings.mark}; nothing was changed, run it in a terminal of your own"
        )
    if not (surroundings.terminal or yes):
        raise NotAPersonError(f"{what} needs a terminal, or --yes where you are sure; nothing was changed")


def source(surroundings: Surroundings, origin: str = "command line") -> Source:
    """Whose word it is that was typed here."""
    if surroundings.mark:
        return Source(f"{origin}, {surroundings.mark}", "agent:shell", Trust.AGENT)
    return Source(origin, "person", Trust.OWNER)


def _stem(path: str) -> str:
    name = path.replace("\\", "/").rsplit("/", maxsplit=1)[-1].casefold()
    return name.removesuffix(".exe").removesuffix(".js").removesuffix(".mjs")
