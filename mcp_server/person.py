"""Is it a person who asks? What an agent types must not pass for a person's word.

An agent with a shell can run this program. Its clients mark the environment of what they start, and
are themselves among the parent processes, so both are looked at. An agent that hides both passes:
this is a lock on the door, not a wall, and README says so.
"""

import os
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import PurePath
from typing import NamedTuple

from store.records import Source, Trust

VARIABLES = (
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_THREAD_ID",
    "CODEX_SESSION_ID",
    "CODEX_CI",
    "GEMINI_CLI",
    "QWEN_CODE",
    "OPENCODE",
    "COPILOT_AGENT_SESSION_ID",
    "COPILOT_CLI",
    "CURSOR_AGENT",
    "CLINE_ACTIVE",
    "GOOSE_TERMINAL",
    "AUGMENT_AGENT",
    "ANTIGRAVITY_AGENT",
    "AI_AGENT",
    "AGENT",
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
        "copilot",
    }
)
"""Names of agents' own processes."""

PACKAGES = (
    "claude-code",
    "openai/codex",
    "gemini-cli",
    "opencode-ai",
    "qwen-code",
    "node_modules/cline",
    "github/copilot",
)
"""Pieces of the script path of agents that run under an interpreter."""

INTERPRETERS = re.compile(
    r"(?:node(?:js)?|bunx?|deno|np[mx]|pythonw?|pypy|uvx?|pipx|ruby|(?:ba|z|da)?sh|env|cmd)[\d.]*"
)
"""Programs whose first argument is what really runs; to others an agent's name is a file, a host, a word."""

_OPTION = re.compile(r"-.*|/[a-z]", re.IGNORECASE | re.DOTALL)

_OWN = re.compile("mcp[-_]promptlearn")
"""In the command line of a hook of ours, and of the shell that runs it."""

_LAUNCHER = re.compile(r"(?:^|[/\\])(?:np[mx](?:-cli\.js)?|pnpm|yarn|bunx)(?:\.cmd|\.exe)?(?:\s|$)")
"""A program that starts another by the name of its package, through a shell: one agent still."""

GENERATIONS = 32
"""Parent processes looked at."""


class NotAPersonError(Exception):
    """Something only a person may do; one line that says why it was refused and what to do."""


class Ancestor(NamedTuple):
    """A process above this one, or this one."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


class Surroundings(NamedTuple):
    """Where a command was typed."""

    terminal: bool
    mark: str = ""
    """What shows that an agent is at work; empty where nothing does."""


def mark(ancestors: Iterable[Ancestor]) -> str:
    """The first sign of an agent among this process and those above it; empty where there is none."""
    for ancestor in ancestors:
        for variable in VARIABLES:
            if ancestor.environment.get(variable):
                return f"{variable} is set"
        agent = _agent(ancestor)
        if agent:
            return f"{agent} is a parent process"
    return ""


def nested(ancestors: Iterable[Ancestor]) -> bool:
    """Was an agent started by another one, from its shell? `ancestors` are above a hook of the inner one.

    They come nearest first. Then no person types what it is asked. An agent may be several processes, one right above
    the other.
    """
    above = (
        each
        for each in ancestors
        if not any(map(_OWN.search, each.arguments)) and not any(map(_LAUNCHER.search, each.arguments[:2]))
    )
    agents = [bool(_agent(each)) for each in above]
    return sum(now and not before for before, now in pairwise([False, *agents])) > 1


def _agent(ancestor: Ancestor) -> str:
    """The name of the agent that a process is, if it is one."""
    program, *rest = (*ancestor.arguments, "")[:5]
    started, seen = [ancestor.name, program], [ancestor.name, program]
    if any(INTERPRETERS.fullmatch(_stem(name)) for name in started):
        started += [word for word in rest if word and not _OPTION.fullmatch(word)][:1]
        seen += rest
    found = next((_stem(name) for name in started if _stem(name) in PROGRAMS), "")
    if found:
        return found
    plain = (word.replace("\\", "/") for word in seen)
    return next((PurePath(word).name for word in plain if any(package in word for package in PACKAGES)), "")


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
    for suffix in (".exe", ".cmd", ".js", ".mjs", ".cjs"):
        name = name.removesuffix(suffix)
    return name
