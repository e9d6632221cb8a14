"""How Gemini CLI is configured: its server list and its hooks, in one file."""

import shlex

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen, no_command
from mcp_server.agents.gemini_format import CARRIES, EDITS, SHELL, sample

NAME = "gemini"

EVENTS = {
    "BeforeAgent": "",
    "AfterTool": f"^({'|'.join(sorted({*EDITS, SHELL}))})$",
    "AfterAgent": "",
    "SessionEnd": "",
}
"""Our hooks and what they listen to, as a pattern that may match anywhere in a tool's name."""

MILLISECONDS = 10_000
"""How long Gemini CLI waits for a hook; ours takes a twentieth of that."""


def line(machine: Machine, client: str, event: str) -> str:
    """The command of a hook, for bash, or PowerShell on Windows.

    A command that bash does not find ends with 127, which 0.61 takes for an order to throw the prompt away: after
    this program is gone, nobody could work. `exec` leaves Gemini CLI itself as the parent, by which the server
    is found.
    """
    command = machine.hook_line(client, event)
    if machine.system == "win32":
        return command
    return f"command -v {shlex.quote(machine.program[0])} >/dev/null || exit 0; exec {command}"


def group(machine: Machine, event: str) -> dict[str, object]:
    """One hook as settings.json holds it; `name` is what `/hooks disable` knows it by."""
    handler = {"name": SERVER, "type": "command", "command": line(machine, NAME, event), "timeout": MILLISECONDS}
    return {**({"matcher": EVENTS[event]} if EVENTS[event] else {}), "hooks": [handler]}


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".gemini"),)


def _file(machine: Machine, path: str) -> tuple[File, ...]:
    # `trust` speaks of this server alone.
    entry = {**machine.server(), "trust": True}
    hooks = {("hooks", event): [group(machine, event)] for event in EVENTS}
    words = f"server {SERVER}; its three tools need no question; {len(EVENTS)} hooks"
    return (File((path,), {("mcpServers", SERVER): entry, **hooks}, words),)


def _files(machine: Machine) -> tuple[File, ...]:
    return _file(machine, machine.under_home(".gemini", "settings.json"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return _file(machine, machine.join(project, ".gemini", "settings.json"))


CLIENT = Client(
    NAME,
    "Gemini CLI",
    "0.61.0",
    ("gemini",),
    _folders,
    _files,
    _project_files,
    no_command,
    ("Gemini CLI starts servers and runs hooks only in folders that you trust.",),
    ("Gemini CLI warns once of hooks that it finds in a project's file, and then runs them.",),
    hooks=Hooks(
        tuple(EVENTS),
        CARRIES - {"AfterTool"},
        sample,
        frozenset({Moment.START, Moment.FILE, Moment.COMPACTION}),
        frozenset(Seen),
        line,
    ),
)
