"""The hook format of Gemini CLI: events in, answers out. Light: hooks load it."""

from collections.abc import Mapping
from typing import Any, cast

from mcp_server.agents.claude_format import answer
from mcp_server.agents.events import Edited, Ended, Event, EventError, Finished, Head, Prompted, Ran, head

__all__ = ["CARRIES", "EDITS", "LINKED", "SHELL", "answer", "event", "sample"]

CARRIES = frozenset({"BeforeAgent", "AfterTool"})
"""Events whose answer reaches the model, and which bring it rules.

Not SessionStart, whose context 0.61 puts in front of the prompt: a `/command` of `gemini -p` is then no command any
more, a session that is resumed loses that prompt, and after `/clear` nobody reads it at all.
"""

LINKED = True
"""Nothing in Gemini CLI's MCP calls names the session."""

EDITS = frozenset({"replace", "write_file", "edit"})

SHELL = "run_shell_command"


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    del environment
    begun = head(payload.get("session_id"), payload.get("cwd"))
    match name:
        case "BeforeAgent":
            from mcp_server.agents.gemini_session import forgotten

            return Prompted(*begun, text="", anew=forgotten(_log(payload)))
        case "AfterAgent":
            from mcp_server.agents.gemini_session import typed

            # What comes as the prompt is the text that a file or a server has for a `/command`, or another hook's
            # words. What a person typed stands in the log, and only once the turn has begun.
            text = typed(_log(payload))
            return Prompted(*begun, text=text) if text else Finished(*begun)
        case "AfterTool":
            return _used(begun, payload)
        case "SessionEnd":
            return Ended(*begun)
        case _:
            raise EventError(f"{name[:40]!r} is not an event we know")


def sample(name: str, folder: str) -> Mapping[str, object]:
    """An event of nothing that anybody did."""
    return {"session_id": "doctor", "cwd": folder, "hook_event_name": name, "prompt": "", "transcript_path": ""}


def _log(payload: Mapping[str, Any]) -> str:
    path = payload.get("transcript_path")
    return path if isinstance(path, str) else ""


def _used(begun: Head, payload: Mapping[str, Any]) -> Event | None:
    tool, given, response = (payload.get(key) for key in ("tool_name", "tool_input", "tool_response"))
    if not (isinstance(tool, str) and isinstance(given, Mapping) and isinstance(response, Mapping)):
        return None
    arguments, came = cast("Mapping[str, Any]", given), cast("Mapping[str, object]", response)
    if tool in EDITS:
        path = arguments.get("file_path")
        if not isinstance(path, str) or came.get("error"):
            return None
        from mcp_server.agents.gemini_session import forgotten

        return Edited(*begun, files=(path,), anew=forgotten(_log(payload)))
    command = arguments.get("command")
    if tool != SHELL or not isinstance(command, str):
        return None
    from mcp_server.importers.logs.gemini_log import printed

    said = came.get("llmContent")
    output, failed = printed(said if isinstance(said, str) else "")
    return Ran(*begun, command=command, output=output, failed=failed)
