"""How Cursor is configured, the editor and cursor-agent alike: its server list and its hooks. As documented; not run.

Cursor also runs the hooks of Claude Code's settings where a person switched that on: `claude_code_format` keeps quiet.
"""

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen, no_command
from mcp_server.agents.cursor_format import CARRIES, SHELL, sample

NAME = "cursor"

EVENTS = {
    "sessionStart": "",
    "beforeSubmitPrompt": "",
    "afterFileEdit": "",
    "postToolUse": SHELL,
    "postToolUseFailure": SHELL,
    "sessionEnd": "",
}
"""Our hooks and the tools they listen to. `afterShellExecution` would not say how a command ended."""

SECONDS = 10
"""How long Cursor waits for a hook."""

BEGINNING = '{\n  "version": 1\n}\n'
"""What Cursor wants a hooks file to say."""


def handler(machine: Machine, event: str) -> dict[str, object]:
    """One hook as hooks.json holds it. On Windows, PowerShell runs it, with what Cursor tells on its stdin."""
    matcher = {"matcher": EVENTS[event]} if EVENTS[event] else {}
    return {"command": machine.hook_line(NAME, event), "timeout": SECONDS, **matcher}


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".cursor"),)


def _in(machine: Machine, folder: str) -> tuple[File, ...]:
    hooks = {("hooks", event): [handler(machine, event)] for event in EVENTS}
    return (
        File((machine.join(folder, "mcp.json"),), {("mcpServers", SERVER): machine.server()}, f"server {SERVER}"),
        File((machine.join(folder, "hooks.json"),), hooks, f"{len(EVENTS)} hooks", comments=False, seed=BEGINNING),
    )


def _files(machine: Machine) -> tuple[File, ...]:
    return _in(machine, machine.under_home(".cursor"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return _in(machine, machine.join(project, ".cursor"))


ASKS = (
    "Switch the server on in Cursor's settings under MCP. Cursor asks before each tool until you allow "
    f"{SERVER}'s three there; a file that allows them would override the list that you keep in the settings, so none "
    "is written."
)
LATE = (
    "Start a new chat: rules come with a chat's beginning. Some versions of the editor lose what a hook brings then, "
    "and old ones do not know that hook: ask the agent in a new chat which rules of promptlearn it was given. Where it "
    "knows of none, `mcp-promptlearn export --client cursor` puts them into a file instead."
)

CLIENT = Client(
    NAME,
    "Cursor",
    "",
    ("cursor", "cursor-agent"),
    _folders,
    _files,
    _project_files,
    no_command,
    (ASKS, LATE),
    ("Cursor runs a project's hooks only in a folder that you trust.",),
    hooks=Hooks(tuple(EVENTS), CARRIES, sample, frozenset({Moment.START}), frozenset(Seen)),
)
