"""How Copilot CLI is configured: its server list, and its hooks, which lie in a folder with everybody's.

Its own `copilot mcp add` is not used, as it has no word for hooks and cannot say beforehand what it will write.
"""

import shlex

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen
from mcp_server.agents.copilot_format import CARRIES, FILE, sample

NAME = "copilot"

EVENTS = {
    "sessionStart": "",
    "subagentStart": "",
    "userPromptSubmitted": "",
    "postToolUse": "bash|powershell|edit|create|str_replace_editor|apply_patch",
    "agentStop": "",
    "sessionEnd": "",
}
"""Our hooks and what they listen to. A command that fails comes as any other: measured with 1.0.102."""

SECONDS = 10
"""How long Copilot waits for a hook; ours takes a fraction of one."""

SEED = '{\n  "version": 1\n}\n'


def handler(machine: Machine, event: str) -> dict[str, object]:
    """One hook as Copilot's files hold it; the shell that runs it goes by the system."""
    shell = "powershell" if machine.system == "win32" else "bash"
    listens = {"matcher": EVENTS[event]} if EVENTS[event] else {}
    return {"type": "command", **listens, shell: machine.hook_line(NAME, event), "timeoutSec": SECONDS}


def home(machine: Machine) -> str:
    """Copilot's own folder."""
    return machine.named("COPILOT_HOME", ".copilot")


def _hooks(machine: Machine, path: str) -> File:
    part = {("hooks", event): [handler(machine, event)] for event in EVENTS}
    return File((path,), part, f"{len(EVENTS)} hooks", comments=False, seed=SEED)


def _server(machine: Machine, path: str) -> File:
    entry = {"type": "local", **machine.server(), "tools": ["*"]}
    return File((path,), {("mcpServers", SERVER): entry}, f"server {SERVER}")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (home(machine),)


def _files(machine: Machine) -> tuple[File, ...]:
    return (
        _server(machine, machine.join(home(machine), "mcp-config.json")),
        _hooks(machine, machine.join(home(machine), "hooks", FILE)),
    )


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    # Not into .github/hooks: that is everybody's who has the project, and Copilot's in the cloud.
    settings = machine.join(project, ".github", "copilot", "settings.local.json")
    part = {("hooks", event): [handler(machine, event)] for event in EVENTS}
    return (
        _server(machine, machine.join(project, ".github", "mcp.json")),
        File((settings,), part, f"{len(EVENTS)} hooks"),
    )


def _command(machine: Machine) -> str:
    place = ["--env", f"PROMPTLEARN_HOME={machine.store}"] if machine.store else []
    return shlex.join(["copilot", "mcp", "add", SERVER, *place, "--", *machine.program, "serve"])


CLIENT = Client(
    NAME,
    "Copilot CLI",
    "1.0.102",
    ("copilot",),
    _folders,
    _files,
    _project_files,
    _command,
    (
        "Sessions that are open now keep their old settings; start a new one.",
        f"Copilot asks before each tool until you allow it; `--allow-tool={SERVER}` allows our three.",
    ),
    (
        "Copilot reads a project's servers and hooks only where you trust the folder; `copilot -p`: --trust-folder.",
        ".github/mcp.json names paths of this machine: keep it out of what you share.",
    ),
    hooks=Hooks(
        tuple(EVENTS),
        CARRIES - {"postToolUse"},
        sample,
        frozenset(Moment),
        frozenset(Seen),
    ),
)
