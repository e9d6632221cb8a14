"""The clients that are known, in the order in which they are shown."""

from mcp_server.agents import (
    claude_code,
    claude_desktop,
    cline,
    codex,
    copilot,
    cursor,
    gemini,
    opencode,
    qwen,
    vscode,
    windsurf,
    zed,
)
from mcp_server.agents.client import Client

CLIENTS: tuple[Client, ...] = tuple(
    module.CLIENT
    for module in (
        claude_code,
        codex,
        cursor,
        vscode,
        copilot,
        gemini,
        qwen,
        opencode,
        cline,
        windsurf,
        zed,
        claude_desktop,
    )
)

NAMES = tuple(client.name for client in CLIENTS)
