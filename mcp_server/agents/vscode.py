"""How VS Code is configured: the server list of its agents, and its hooks. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen, no_command
from mcp_server.agents.copilot import home
from mcp_server.agents.vscode_format import CARRIES, EVENTS, sample

NAME = "vscode"

FILE = "promptlearn-vscode.json"
"""Our file in the folder of hooks, which VS Code shares with Copilot CLI."""

SECONDS = 10
"""How long VS Code waits for a hook; ours takes a fraction of one."""

SEED = '{\n  "version": 1\n}\n'


def handler(machine: Machine, event: str) -> dict[str, object]:
    """One hook."""
    return {"type": "command", "command": machine.hook_line(NAME, event), "timeout": SECONDS}


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.application("Code", "User"),)


def _server(machine: Machine, path: str) -> File:
    entry = {"type": "stdio", **machine.server()}
    return File((path,), {("servers", SERVER): entry}, f"server {SERVER}")


def _files(machine: Machine) -> tuple[File, ...]:
    hooks = machine.join(home(machine), "hooks", FILE)
    part = {("hooks", event): [handler(machine, event)] for event in EVENTS}
    return (
        _server(machine, machine.application("Code", "User", "mcp.json")),
        File((hooks,), part, f"{len(EVENTS)} hooks", comments=False, seed=SEED),
    )


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    # No hooks: .github/hooks is everybody's who has the project, and Copilot's in the cloud.
    return (_server(machine, machine.join(project, ".vscode", "mcp.json")),)


CLIENT = Client(
    NAME,
    "VS Code",
    "",
    # `code` is on the PATH of remote machines too, where nobody reads a person's settings: only the folder tells.
    (),
    _folders,
    _files,
    _project_files,
    no_command,
    (
        "VS Code asks whether you trust the server at its first start, and before each tool until you allow it there.",
        "Hooks are a preview there; an organisation may have switched them off.",
        "They keep quiet in Copilot CLI, and in its sessions inside VS Code: for those, set up copilot too.",
    ),
    ("No hooks are set up for one project alone: leave out --project for those.",),
    hooks=Hooks(
        tuple(EVENTS),
        CARRIES - {"PostToolUse"},
        sample,
        frozenset({Moment.START, Moment.FILE, Moment.HELPER}),
        frozenset({Seen.PROMPTS, Seen.EDITS, Seen.COMMANDS}),
    ),
)
