"""How Windsurf, since June 2026 Devin Desktop, is configured: servers, and hooks of two agents. As documented; not run.

Until version 3.9.19 its agent was Cascade, which has files under .codeium; since then it is Devin Local, which shares
those of the `devin` program and reads the old server list too.
"""

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Seen, no_command
from mcp_server.agents.windsurf_format import CASCADE, EDITS, SHELLS, sample

NAME = "windsurf"

DEVIN = {
    "SessionStart": "",
    "UserPromptSubmit": "",
    "PostToolUse": f"^({'|'.join(sorted(SHELLS | EDITS))})$",
    "SessionEnd": "",
}
"""Our hooks in Devin Local and the tools they listen to."""

SECONDS = 10
"""How long Devin Local waits for a hook."""


def handler(machine: Machine, event: str) -> dict[str, object]:
    """One of Cascade's hooks; it has a word of its own for a line that PowerShell runs."""
    how = "powershell" if machine.system == "win32" else "command"
    return {how: machine.hook_line(NAME, event), "show_output": False}


def group(machine: Machine, event: str) -> dict[str, object]:
    """One of Devin Local's hooks, in Claude Code's format."""
    matcher = {"matcher": DEVIN[event]} if DEVIN[event] else {}
    line = {"type": "command", "command": machine.hook_line(NAME, event), "timeout": SECONDS}
    return {**matcher, "hooks": [line]}


def _cascade(machine: Machine) -> str:
    return machine.under_home(".codeium", "windsurf")


def _devin(machine: Machine) -> str:
    """Beneath .config on macOS too."""
    if machine.system == "win32":
        return machine.application("devin")
    return machine.under_home(".config", "devin")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (_cascade(machine), _devin(machine))


def _server(machine: Machine, path: str) -> File:
    return File((path,), {("mcpServers", SERVER): machine.server()}, f"server {SERVER}")


def _watching(machine: Machine, path: str) -> File:
    """Cascade's hooks."""
    part = {("hooks", event): [handler(machine, event)] for event in CASCADE}
    return File((path,), part, f"{len(CASCADE)} hooks of Cascade", comments=False)


def _hooks(machine: Machine, path: str) -> File:
    """Devin Local's hooks."""
    part = {("hooks", event): [group(machine, event)] for event in DEVIN}
    return File((path,), part, f"{len(DEVIN)} hooks of Devin Local")


def _files(machine: Machine) -> tuple[File, ...]:
    cascade, devin = _cascade(machine), _devin(machine)
    return (
        _server(machine, machine.join(cascade, "mcp_config.json")),
        _watching(machine, machine.join(cascade, "hooks.json")),
        _server(machine, machine.join(devin, "mcp_config.json")),
        _hooks(machine, machine.join(devin, "config.json")),
    )


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    """Cascade knows no servers of a project."""
    devin = machine.join(project, ".devin")
    return (
        _watching(machine, machine.join(project, ".windsurf", "hooks.json")),
        _server(machine, machine.join(devin, "mcp_config.local.json")),
        _hooks(machine, machine.join(devin, "config.json")),
    )


WATCH = (
    "The hooks here only watch: nothing that they say reaches the agent. Rules come when it asks for them, or by a "
    f"file (`mcp-promptlearn export --client {NAME}`)."
)

CLIENT = Client(
    NAME,
    "Windsurf (Devin Desktop)",
    "",
    ("windsurf", "devin-desktop", "devin"),
    _folders,
    _files,
    _project_files,
    no_command,
    (WATCH, f"The agent asks before each of {SERVER}'s three tools until you allow them."),
    hooks=Hooks((*CASCADE, *DEVIN), frozenset(), sample, frozenset(), frozenset({Seen.PROMPTS, Seen.EDITS})),
)
