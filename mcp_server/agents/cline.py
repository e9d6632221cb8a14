"""How Cline is configured: its server list. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command, no_files


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".cline"),)


def _files(machine: Machine) -> tuple[File, ...]:
    path = machine.under_home(".cline", "data", "settings", "cline_mcp_settings.json")
    return (File((path,), {("mcpServers", SERVER): machine.server()}, f"server {SERVER}"),)


CLIENT = Client(
    "cline",
    "Cline",
    "",
    ("cline",),
    _folders,
    _files,
    no_files,
    no_command,
)
