"""The hook format of VS Code's own agent, silent to Copilot's runtime that runs it too. Light: hooks load it."""

from collections.abc import Mapping
from typing import Any, cast

from mcp_server.agents.claude_format import answer
from mcp_server.agents.events import Edited, Event, EventError, Finished, Head, Prompted, Ran, Started, head
from mcp_server.importers.logs.copilot_tools import edited

__all__ = ["CARRIES", "EVENTS", "LINKED", "answer", "event", "sample"]

CARRIES = frozenset({"SessionStart", "SubagentStart", "PostToolUse"})
"""Events whose answer reaches the model, as documented, and which bring it rules."""

LINKED = True
"""Nothing in VS Code's MCP calls names the session."""

EVENTS = ("SessionStart", "SubagentStart", "UserPromptSubmit", "PostToolUse", "Stop")

FILES = {
    "create_file": "filePath",
    "replace_string_in_file": "filePath",
    "insert_edit_into_file": "filePath",
    "edit_notebook_file": "filePath",
}
"""Tools that touch a file, and where they say which."""

MANY = {"multi_replace_string_in_file": "replacements", "editFiles": "files"}
"""Tools that touch several files, and where those stand."""

TERMINAL = "run_in_terminal"


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    if name not in EVENTS:
        raise EventError(f"{name[:40]!r} is not an event we know")
    if environment.get("COPILOT_HOOK_DIR"):
        # Copilot reads other rule files than VS Code, and has hooks of ours of its own, once it is set up.
        return None
    begun = head(payload.get("session_id") or payload.get("sessionId"), payload.get("cwd"))
    match name:
        case "SessionStart":
            model = payload.get("model")
            return Started(*begun, first=True, model=model[:80] if isinstance(model, str) else "")
        case "SubagentStart":
            return Started(*begun, first=False)
        case "UserPromptSubmit":
            # What a sub-agent is asked was written by an agent.
            prompt = None if "agent_id" in payload else payload.get("prompt")
            return Prompted(*begun, text=prompt) if isinstance(prompt, str) else None
        case "Stop":
            return Finished(*begun)
        case _:
            return _used(begun, payload)


def sample(name: str, folder: str) -> Mapping[str, object]:
    """An event of nothing that anybody did."""
    return {"session_id": "doctor", "cwd": folder, "hook_event_name": name, "source": "new", "prompt": ""}


def _used(begun: Head, payload: Mapping[str, Any]) -> Event | None:
    tool, given = payload.get("tool_name"), payload.get("tool_input")
    if not isinstance(tool, str) or not isinstance(given, Mapping):
        return None
    arguments = cast("Mapping[str, Any]", given)
    files = _files(tool, arguments)
    if files:
        return Edited(*begun, files=files)
    command = arguments.get("command")
    if tool != TERMINAL or not isinstance(command, str):
        return None
    response = payload.get("tool_response")
    return Ran(*begun, command=command, output=response if isinstance(response, str) else "", failed=None)


def _files(tool: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """The files that a call touched."""
    if tool == "apply_patch":
        return edited(tool, arguments)
    named: list[object] = [arguments.get(FILES[tool])] if tool in FILES else []
    held = arguments.get(MANY.get(tool, ""))
    several = cast("list[object]", held) if isinstance(held, list) else []
    named += [cast("Mapping[str, object]", one).get("filePath") if isinstance(one, Mapping) else one for one in several]
    return tuple(dict.fromkeys(path for path in named if isinstance(path, str) and path))
