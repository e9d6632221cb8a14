"""How Copilot CLI is configured: its server list. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command, no_files


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".copilot"),)


def _files(machine: Machine) -> tuple[File, ...]:
    path = machine.under_home(".copilot", "mcp-config.json")
    return (
        File(
            (path,), {("mcpServers", SERVER): {"type": "local", **machine.server(), "tools": ["*"]}}, f"server {SERVER}"
        ),
    )


CLIENT = Client(
    "copilot",
    "Copilot CLI",
    "",
    ("copilot",),
    _folders,
    _files,
    no_files,
    no_command,
)
