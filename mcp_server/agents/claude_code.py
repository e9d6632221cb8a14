"""How Claude Code is configured: its server list, the tools it need not ask about, and its hooks.

Its own `claude mcp add-json` is not used: 2.1.330 writes the whole of `.claude.json` anew (other
spaces, eight more keys, one key moved to another file), so that neither could the change be shown
before it is made, nor could the file be given back byte for byte. `--print` names that command.
"""

import json
import shlex

from mcp_server.agents.claude_format import CARRIES, sample
from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen
from mcp_server.agents.parts import pruned
from mcp_server.agents.plugin import switched_on

NAME = "claude-code"

EVENTS = {
    "SessionStart": "startup|resume|compact|clear",
    "SubagentStart": "",
    "UserPromptSubmit": "",
    "PostToolUse": "Edit|Write|MultiEdit|NotebookEdit|Bash",
    "PostToolUseFailure": "Bash",
    "Stop": "",
    "SessionEnd": "",
}
"""Our hooks and what they listen to. A command that fails comes as an event of its own: measured with 2.1.330."""

PERMISSION = f"mcp__{SERVER}"
"""The server's name alone allows all of its tools."""

SECONDS = 10
"""How long Claude Code waits for a hook; ours takes a twentieth of one."""


def group(machine: Machine, event: str) -> dict[str, object]:
    """One hook as settings.json holds it.

    On Windows without a shell (since 2.1.139): which one runs a line there depends on what is installed.
    """
    words = machine.hook_words(NAME, event)
    if machine.system == "win32":
        handler: dict[str, object] = {"type": "command", "command": words[0], "args": words[1:], "timeout": SECONDS}
    else:
        handler = {"type": "command", "command": machine.hook_line(NAME, event), "timeout": SECONDS}
    matcher = {"matcher": EVENTS[event]} if EVENTS[event] else {}
    return {**matcher, "hooks": [handler]}


def entry(machine: Machine) -> dict[str, object]:
    """The server; `alwaysLoad` shows its tools in the first request instead of their bare names."""
    return {"type": "stdio", **machine.server(), "alwaysLoad": True}


def _settings(machine: Machine, path: str) -> File:
    hooks = {("hooks", event): [group(machine, event)] for event in EVENTS}
    words = f"{len(EVENTS)} hooks; its three tools need no question"
    return File((path,), {("permissions", "allow"): [PERMISSION], **hooks}, words, comments=False)


def _servers(machine: Machine, *paths: str) -> File:
    return File(paths, {("mcpServers", SERVER): entry(machine)}, f"server {SERVER}", comments=False)


def _folder(machine: Machine) -> str:
    return machine.named("CLAUDE_CONFIG_DIR", ".claude")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (_folder(machine),)


def _files(machine: Machine) -> tuple[File, ...]:
    folder = _folder(machine)
    beside = machine.join(machine.environment.get("CLAUDE_CONFIG_DIR") or machine.home, ".claude.json")
    return (
        _servers(machine, machine.join(folder, ".config.json"), beside),
        _settings(machine, machine.join(folder, "settings.json")),
    )


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return (
        _servers(machine, machine.join(project, ".mcp.json")),
        _settings(machine, machine.join(project, ".claude", "settings.local.json")),
    )


def _command(machine: Machine) -> str:
    said = json.dumps(pruned(entry(machine)), ensure_ascii=False)
    return shlex.join(["claude", "mcp", "add-json", "--scope", "user", SERVER, said])


CLIENT = Client(
    NAME,
    "Claude Code",
    "2.1.330",
    ("claude",),
    _folders,
    _files,
    _project_files,
    _command,
    ("Sessions that are open now keep their old settings; start a new one.",),
    ("Claude Code asks once, in this folder, whether it may use the server of .mcp.json.",),
    plugin=switched_on,
    hooks=Hooks(tuple(EVENTS), CARRIES - {"PostToolUse"}, sample, frozenset(Moment), frozenset(Seen)),
)
