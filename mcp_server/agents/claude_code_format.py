"""Claude Code's own hook format, silent to other clients that run the hooks of its settings. Light: hooks load it."""

from collections.abc import Mapping
from typing import Any

from mcp_server.agents import claude_format
from mcp_server.agents.claude_format import CARRIES, LINKED, answer, sample
from mcp_server.agents.events import Event

__all__ = ["CARRIES", "LINKED", "answer", "event", "sample"]


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape; None for one that asks nothing of us, or is another client's. Raises `EventError`."""
    return None if _foreign(payload, environment) else claude_format.event(name, payload, environment)


def _foreign(payload: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Does another client run this hook? Its own hooks do what there is to do, and twice is too much.

    Cursor and Devin do so by their documentation, VS Code and Copilot too; Claude Code puts no time into what it tells.
    """
    if "cursor_version" in payload or "hookEventName" in payload or environment.get("DEVIN_PROJECT_DIR"):
        return True
    own = environment.get("CLAUDE_CODE_SESSION_ID")
    return "timestamp" in payload and (not own or own != payload.get("session_id"))
