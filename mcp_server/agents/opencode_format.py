"""What our plugin in opencode tells us: Claude Code's format, of sessions that our server knows by process only."""

import re
from collections.abc import Mapping
from typing import Any

from mcp_server.agents import claude_format
from mcp_server.agents.claude_format import CARRIES, answer, sample
from mcp_server.agents.events import Event, Prompted

__all__ = ["CARRIES", "LINKED", "answer", "event", "sample"]

LINKED = True
"""opencode passes no session's id to a server; both are children of its process."""

_QUOTED = re.compile(r'\s*"(?P<said>[^"]*+)"\s*')
"""`opencode run` puts what was typed into quotes."""


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    # An opencode that an agent started in Claude Code is not in that one's session.
    del environment
    if name == "PreToolUse":
        # A tool of ours is about to be called: the session is only to be seen, as no answer reaches the model.
        name = "SubagentStart"
    found = claude_format.event(name, payload, {})
    if isinstance(found, Prompted) and (quoted := _QUOTED.fullmatch(found.text)):
        return found._replace(text=quoted["said"])
    return found
