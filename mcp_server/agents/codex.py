"""How Codex is configured: its server list and its hooks, which a person has to trust once.

Its own `codex mcp add` is not used: it keeps comments, but cannot say beforehand what it will write,
puts a blank line elsewhere in the file, and has no word for tools that need no question (0.169).
`--print` names that command.
"""

import re
import shlex
from collections.abc import Mapping
from typing import cast

from mcp_server.agents.claude_format import CARRIES, sample
from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen
from mcp_server.agents.parts import at, handlers, read

NAME = "codex"

EVENTS = {
    "SessionStart": ("startup|resume|compact|clear", 10),
    "SubagentStart": ("", 10),
    "UserPromptSubmit": ("", 10),
    "PostToolUse": ("Bash|apply_patch|Edit|Write", 10),
    "Stop": ("", 10),
    "SessionEnd": ("", 3),
}
"""Our hooks, what they listen to, and the seconds that Codex waits; it takes no more than 3 for the last."""


def group(machine: Machine, event: str) -> dict[str, object]:
    """One hook as hooks.json holds it. Codex trusts the exact line: it must stay the same from run to run."""
    listens, seconds = EVENTS[event]
    handler = {"type": "command", "command": machine.hook_line(NAME, event), "timeout": seconds}
    return {**({"matcher": listens} if listens else {}), "hooks": [handler]}


def entry(machine: Machine) -> dict[str, object]:
    """The server; all of its three tools go without a question."""
    return {**machine.server(), "default_tools_approval_mode": "approve"}


def _in(machine: Machine, folder: str) -> tuple[File, ...]:
    hooks = {("hooks", event): [group(machine, event)] for event in EVENTS}
    servers = {("mcp_servers", SERVER): entry(machine)}
    return (
        File((machine.join(folder, "config.toml"),), servers, f"server {SERVER}; its three tools need no question"),
        File((machine.join(folder, "hooks.json"),), hooks, f"{len(EVENTS)} hooks", comments=False),
    )


def _folder(machine: Machine) -> str:
    return machine.named("CODEX_HOME", ".codex")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (_folder(machine),)


def _files(machine: Machine) -> tuple[File, ...]:
    return _in(machine, _folder(machine))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return _in(machine, machine.join(project, ".codex"))


def marks(path: str, text: str) -> tuple[tuple[str, ...], ...]:
    """Where Codex notes in config.toml that our hooks of a hooks file are trusted."""
    hooks = at(read(text, toml=False), ("hooks",))
    return tuple(
        ("hooks", "state", f"{path}:{re.sub('(?<!^)(?=[A-Z])', '_', event).lower()}:{group}:{number}")
        for event, held in (cast("Mapping[str, object]", hooks).items() if isinstance(hooks, Mapping) else ())
        for group, number in handlers(cast("list[object]", held) if isinstance(held, list) else [])
    )


def _command(machine: Machine) -> str:
    place = ["--env", f"PROMPTLEARN_HOME={machine.store}"] if machine.store else []
    return shlex.join(["codex", "mcp", "add", SERVER, *place, "--", *machine.program, "serve"])


TRUST = (
    f'At its next start Codex says "Hooks need review: {len(EVENTS)} hooks are new or changed", and that hooks can '
    "run outside the sandbox. They are the commands shown above: they run as you, read what Codex tells them of the "
    "session, and write to our own store only. Choose `Review hooks` to read each again, or `Trust all and continue`. "
    "Until then Codex runs none of them, and rules come only when the agent asks for them. `codex exec` never asks: "
    "start `codex` once, or type /hooks in it."
)
AGAIN = "Codex notes what you trust in config.toml, with a fingerprint of each hook; if one changes, it asks again."

CLIENT = Client(
    NAME,
    "Codex",
    "0.169.0",
    ("codex",),
    _folders,
    _files,
    _project_files,
    _command,
    (TRUST, AGAIN),
    ("Codex reads a project's .codex folder only where you trust the project.",),
    marks,
    hooks=Hooks(tuple(EVENTS), CARRIES - {"PostToolUse"}, sample, frozenset(Moment), frozenset(Seen)),
)
