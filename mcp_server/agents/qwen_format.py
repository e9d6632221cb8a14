"""Qwen Code's hook format, after Claude's: events in, answers out. Light: hooks load it."""

from collections.abc import Mapping
from typing import Any, cast

from mcp_server.agents.claude_format import answer, sample
from mcp_server.agents.events import Edited, Ended, Event, EventError, Head, Prompted, Ran, Started, head
from mcp_server.importers.logs.qwen_shell import EDITS, TOOL, printed

__all__ = ["CARRIES", "LINKED", "answer", "event", "sample"]

CARRIES = frozenset({"SessionStart", "PostToolUse"})
"""Events whose answer reaches the model: that of SubagentStart does not, measured with 0.24.4."""

LINKED = True
"""Nothing in its MCP calls, nor in the environment of the server, names the session."""


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    # Its hooks inherit the variables of an agent that runs it, so what those say may be about another session.
    del environment
    begun = head(payload.get("session_id"), payload.get("cwd"))
    match name:
        case "SessionStart":
            model = payload.get("model")
            # Never the moment to tell the person something: what is said to them then is only logged.
            return Started(*begun, first=False, model=model[:80] if isinstance(model, str) else "")
        case "UserPromptSubmit":
            # It comes before every request to the model; what a person typed stands in this field alone.
            typed = payload.get("submitted_prompt")
            return Prompted(*begun, text=typed) if isinstance(typed, str) and "agent_id" not in payload else None
        case "PostToolUse" | "PostToolUseFailure":
            return _used(begun, name, payload)
        case "SessionEnd":
            return Ended(*begun)
        case _:
            raise EventError(f"{name[:40]!r} is not an event we know")


def _used(begun: Head, name: str, payload: Mapping[str, Any]) -> Event | None:
    tool, given = payload.get("tool_name"), payload.get("tool_input")
    if not isinstance(tool, str) or not isinstance(given, dict):
        return None
    arguments = cast("Mapping[str, Any]", given)
    worked = name == "PostToolUse"
    if tool in EDITS:
        path = arguments.get(EDITS[tool])
        return Edited(*begun, files=(path,)) if worked and isinstance(path, str) and path else None
    command = arguments.get("command")
    if tool != TOOL or not isinstance(command, str):
        return None
    output, failed = printed(_text(payload.get("tool_response") if worked else payload.get("error")))
    # Whatever has no end was refused, cut off, or is still running.
    return None if failed is None else Ran(*begun, command=command, output=output, failed=failed)


def _text(response: object) -> str:
    """What the model was shown of a tool's response."""
    if isinstance(response, str):
        return response
    if isinstance(response, list):
        return "\n".join(filter(None, map(_text, cast("list[object]", response))))
    if isinstance(response, dict):
        found = cast("Mapping[str, object]", response)
        return _text(found.get("llmContent", found.get("text")))
    return ""
