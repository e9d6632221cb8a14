"""How VS Code is configured: the server list of its agents. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.application("Code", "User"),)


def _file(machine: Machine, path: str) -> tuple[File, ...]:
    entry = {"type": "stdio", **machine.server()}
    return (File((path,), {("servers", SERVER): entry}, f"server {SERVER}"),)


def _files(machine: Machine) -> tuple[File, ...]:
    return _file(machine, machine.application("Code", "User", "mcp.json"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return _file(machine, machine.join(project, ".vscode", "mcp.json"))


CLIENT = Client(
    "vscode",
    "VS Code",
    "",
    # `code` is on the PATH of remote machines too, where nobody reads a person's settings: only the folder tells.
    (),
    _folders,
    _files,
    _project_files,
    no_command,
    ("VS Code asks whether you trust the server at its first start, and before each tool until you allow it there.",),
)
