"""How Gemini CLI is configured: its server list."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".gemini"),)


def _file(machine: Machine, path: str) -> tuple[File, ...]:
    # `trust` speaks of this server alone.
    entry = {**machine.server(), "trust": True}
    return (File((path,), {("mcpServers", SERVER): entry}, f"server {SERVER}; its three tools need no question"),)


def _files(machine: Machine) -> tuple[File, ...]:
    return _file(machine, machine.under_home(".gemini", "settings.json"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return _file(machine, machine.join(project, ".gemini", "settings.json"))


CLIENT = Client(
    "gemini",
    "Gemini CLI",
    "0.61.0",
    ("gemini",),
    _folders,
    _files,
    _project_files,
    no_command,
    ("Gemini CLI starts servers only in folders that you trust.",),
)
