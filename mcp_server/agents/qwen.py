"""How Qwen Code is configured: its server list. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command, no_files


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".qwen"),)


def _files(machine: Machine) -> tuple[File, ...]:
    path = machine.under_home(".qwen", "settings.json")
    return (File((path,), {("mcpServers", SERVER): {**machine.server(), "trust": True}}, f"server {SERVER}"),)


CLIENT = Client(
    "qwen",
    "Qwen Code",
    "",
    ("qwen",),
    _folders,
    _files,
    no_files,
    no_command,
)
