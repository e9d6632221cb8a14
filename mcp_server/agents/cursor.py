"""How Cursor is configured: its server list. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.under_home(".cursor"),)


def _file(machine: Machine, path: str) -> tuple[File, ...]:
    return (File((path,), {("mcpServers", SERVER): machine.server()}, f"server {SERVER}"),)


def _files(machine: Machine) -> tuple[File, ...]:
    return _file(machine, machine.under_home(".cursor", "mcp.json"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return _file(machine, machine.join(project, ".cursor", "mcp.json"))


ASKS = (
    "Switch the server on in Cursor's settings under MCP. Cursor asks before each tool until you allow "
    f"{SERVER}'s three there; a file that allows them would override the list that you keep in the settings, so none "
    "is written."
)

CLIENT = Client(
    "cursor",
    "Cursor",
    "",
    ("cursor", "cursor-agent"),
    _folders,
    _files,
    _project_files,
    no_command,
    (ASKS,),
)
