"""What our plugin in Cline tells us: Claude Code's format, of sessions that our server knows by process only."""

from collections.abc import Mapping
from typing import Any

from mcp_server.agents import claude_format
from mcp_server.agents.claude_format import CARRIES, answer, sample
from mcp_server.agents.events import Event, Prompted, Ran
from mcp_server.importers.logs.cline_words import printed, typed

__all__ = ["CARRIES", "LINKED", "answer", "event", "sample"]

LINKED = True
"""Cline passes no session's id to a server; both are children of its process."""


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    # A Cline that an agent started in Claude Code is not in that one's session.
    del environment
    if name == "PreToolUse":
        # A tool of ours is about to be called: the session is only to be seen, as no answer reaches the model.
        name = "SubagentStart"
    owner = payload.get("process")
    found = claude_format.event(name, payload, {"CLAUDE_PID": str(owner)} if isinstance(owner, int) else {})
    if isinstance(found, Prompted):
        said = typed(found.text)
        return found._replace(text=said) if said else None
    return found._replace(output=printed(found.output)) if isinstance(found, Ran) else found
