"""How Zed is configured: its server list. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command, no_files


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".config", "zed"),)


def _files(machine: Machine) -> tuple[File, ...]:
    path = machine.under_home(".config", "zed", "settings.json")
    return (File((path,), {("context_servers", SERVER): machine.server()}, f"server {SERVER}"),)


CLIENT = Client(
    "zed",
    "Zed",
    "",
    ("zed",),
    _folders,
    _files,
    no_files,
    no_command,
)
