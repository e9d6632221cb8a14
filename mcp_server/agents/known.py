"""The clients that are known, in the order in which they are shown."""

from mcp_server.agents import claude_code, claude_desktop, codex, cursor, gemini, opencode, vscode
from mcp_server.agents.client import Client

CLIENTS: tuple[Client, ...] = tuple(
    module.CLIENT for module in (claude_code, codex, cursor, vscode, gemini, opencode, claude_desktop)
)

NAMES = tuple(client.name for client in CLIENTS)
