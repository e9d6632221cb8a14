"""The plugin for Claude Code, and the marketplace that offers it: what of them is said elsewhere first."""

from typing import Any

from mcp_server.agents import claude_code
from mcp_server.agents.plugin import PLUGIN
from packages.facts import TITLE, facts

FOLDER = f"plugins/{PLUGIN}"
START = "${CLAUDE_PLUGIN_ROOT}/start"
"""Finds the installed command; where there is none, hooks are silent and the server says so in one line."""


def marketplace() -> dict[str, Any]:
    """The list of one plugin, in the repository's root, so that the repository itself is the marketplace."""
    said = facts()
    offer = {
        "name": PLUGIN,
        "source": f"./{FOLDER}",
        "description": said.description,
        "version": said.version,
        "license": said.license,
        "keywords": list(said.keywords),
    }
    return {
        "name": said.name,
        "owner": {"name": said.author},
        "metadata": {"description": said.description, "version": said.version},
        "plugins": [offer],
    }


def manifest() -> dict[str, Any]:
    """The plugin itself."""
    said = facts()
    return {
        "name": PLUGIN,
        "version": said.version,
        "description": said.description,
        "author": {"name": said.author},
        "license": said.license,
        "keywords": list(said.keywords),
    }


def servers() -> dict[str, Any]:
    """The server, whose tools are to be seen in the first request, as `setup` writes it too."""
    return {"mcpServers": {TITLE: {"type": "stdio", "command": "sh", "args": [START, "serve"], "alwaysLoad": True}}}


def hooks() -> dict[str, Any]:
    """The same events as `setup` writes."""
    found: dict[str, Any] = {}
    for event, matcher in claude_code.EVENTS.items():
        line = f'sh "{START}" hook {claude_code.NAME} {event}'
        handler = {"type": "command", "command": line, "timeout": claude_code.SECONDS}
        found[event] = [{**({"matcher": matcher} if matcher else {}), "hooks": [handler]}]
    return {"description": "Rules in, corrections and test results out, never in the agent's way", "hooks": found}
