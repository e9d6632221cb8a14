"""How Qwen Code is configured: its server list and its hooks, which are in one file.

Its own `qwen mcp add` is not used: it has no word for tools that are shown from the beginning, nor for hooks.
"""

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen, no_command
from mcp_server.agents.qwen_format import CARRIES, sample

NAME = "qwen"

EVENTS = {
    "SessionStart": "",
    "UserPromptSubmit": "",
    "PostToolUse": "^(edit|write_file|notebook_edit|run_shell_command)$",
    "PostToolUseFailure": "^run_shell_command$",
    "SessionEnd": "",
}
"""Our hooks and what they listen to. Without its ends a pattern would fit parts of other tools' names too."""

MILLISECONDS = 10_000
"""How long it waits for a hook. Numbers below 1000 are seconds to newer versions and milliseconds to older ones."""


def group(machine: Machine, event: str) -> dict[str, object]:
    """One hook as settings.json holds it. On Windows the shell is named, as else it depends on where it was started."""
    handler: dict[str, object] = {"type": "command", "command": machine.hook_line(NAME, event), "timeout": MILLISECONDS}
    if machine.system == "win32":
        handler["shell"] = "powershell"
        handler |= {"env": {"PROMPTLEARN_HOME": machine.store}} if machine.store else {}
    matcher = {"matcher": EVENTS[event]} if EVENTS[event] else {}
    return {**matcher, "hooks": [handler]}


def entry(machine: Machine) -> dict[str, object]:
    """The server: its tools need no question, and stand in the first request instead of behind a search."""
    return {**machine.server(), "trust": True, "alwaysLoadTools": True}


def _file(machine: Machine, path: str) -> tuple[File, ...]:
    hooks = {("hooks", event): [group(machine, event)] for event in EVENTS}
    words = f"server {SERVER}; its three tools need no question; {len(EVENTS)} hooks"
    return (File((path,), {("mcpServers", SERVER): entry(machine), **hooks}, words),)


def _folder(machine: Machine) -> str:
    return machine.named("QWEN_HOME", ".qwen")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (_folder(machine),)


def _files(machine: Machine) -> tuple[File, ...]:
    return _file(machine, machine.join(_folder(machine), "settings.json"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return _file(machine, machine.join(project, ".qwen", "settings.json"))


CLIENT = Client(
    NAME,
    "Qwen Code",
    "0.24.4",
    ("qwen",),
    _folders,
    _files,
    _project_files,
    no_command,
    ("Sessions that are open now keep their old settings; start a new one.",),
    ("Where you switched folder trust on, Qwen Code reads a project's .qwen folder only if you trust the project.",),
    hooks=Hooks(
        tuple(EVENTS),
        CARRIES - {"PostToolUse"},
        sample,
        frozenset({Moment.START, Moment.FILE, Moment.COMPACTION}),
        frozenset(Seen),
    ),
)
