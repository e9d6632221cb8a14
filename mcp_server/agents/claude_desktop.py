"""How Claude Desktop is configured: its server list. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command, no_files


def _folders(machine: Machine) -> tuple[str, ...]:
    return (machine.application("Claude"),)


def _files(machine: Machine) -> tuple[File, ...]:
    path = machine.application("Claude", "claude_desktop_config.json")
    return (File((path,), {("mcpServers", SERVER): machine.server()}, f"server {SERVER}", comments=False),)


CLIENT = Client(
    "claude-desktop",
    "Claude Desktop",
    "",
    (),
    _folders,
    _files,
    no_files,
    no_command,
    (
        "Quit Claude Desktop and start it again. It asks before each tool until you allow it.",
        "It works in no folder, so it is served the rules for all projects only.",
    ),
)
