"""The hook format that Claude Code began and Codex took over: events in, answers out. Light: hooks load it."""

import re
from collections.abc import Mapping
from typing import Any, cast

from mcp_server.agents.events import Edited, Ended, Event, EventError, Finished, Head, Prompted, Ran, Started, head

EDITS = {"Edit": "file_path", "Write": "file_path", "MultiEdit": "file_path", "NotebookEdit": "notebook_path"}
"""Tools that touch a file, and where they say which."""

SHELLS = frozenset({"Bash", "shell", "exec_command", "local_shell"})

OUTPUT = ("stdout", "stderr", "output", "aggregated_output", "content", "text", "error")
"""Where a command's output may stand."""

PATCHES = frozenset({"apply_patch"})

BEGINNINGS = frozenset({"startup", "clear"})
"""Sources of SessionStart at which a session is new: the one moment to tell the person something."""

_PID = re.compile(r"[0-9]{1,9}")

CARRIES = frozenset({"SessionStart", "SubagentStart", "PostToolUse"})
"""Events whose answer reaches the model, and which bring it rules."""

LINKED = False
"""Our server learns the session's id from these clients, or by CLAUDE_PID, so no other process id is needed."""


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    session, folder, _ = head(payload.get("session_id"), environment.get("CLAUDE_PROJECT_DIR") or payload.get("cwd"))
    owner = environment.get("CLAUDE_PID", "")
    # Codex tells its session with every call; only where a client does not is a process id needed.
    above = (int(owner),) if _PID.fullmatch(owner) else ()
    begun = session, folder, above
    match name:
        case "SessionStart":
            model = payload.get("model")
            source = payload.get("source", "startup")
            first = isinstance(source, str) and source in BEGINNINGS
            return Started(*begun, first=first, model=model[:80] if isinstance(model, str) else "")
        case "SubagentStart":
            return Started(*begun, first=False)
        case "UserPromptSubmit":
            # What a sub-agent is asked was written by an agent.
            prompt = None if "agent_id" in payload else payload.get("prompt")
            return Prompted(*begun, text=prompt) if isinstance(prompt, str) else None
        case "PostToolUse" | "PostToolUseFailure":
            return _used(begun, name, payload)
        case "Stop":
            return Finished(*begun)
        case "SessionEnd":
            return Ended(*begun)
        case _:
            raise EventError(f"{name[:40]!r} is not an event we know")


def sample(name: str, folder: str) -> Mapping[str, object]:
    """An event of nothing that anybody did."""
    return {"session_id": "doctor", "cwd": folder, "hook_event_name": name, "source": "startup", "prompt": ""}


def answer(name: str, *, context: str, screen: str) -> Mapping[str, Any] | None:
    """What to print: context goes to the model, `screen` to the person only."""
    shown: dict[str, Any] = {}
    if context:
        shown["hookSpecificOutput"] = {"hookEventName": name, "additionalContext": context}
    if screen:
        shown["systemMessage"] = screen
    return shown or None


def _used(begun: Head, name: str, payload: Mapping[str, Any]) -> Event | None:
    tool, given = payload.get("tool_name"), payload.get("tool_input")
    if not isinstance(tool, str) or not isinstance(given, dict):
        return None
    arguments = cast("Mapping[str, Any]", given)
    if tool in EDITS:
        path = arguments.get(EDITS[tool])
        return Edited(*begun, files=(path,)) if isinstance(path, str) else None
    if tool in PATCHES:
        files = _patched(str(arguments.get("input") or arguments.get("command") or ""))
        return Edited(*begun, files=files) if files else None
    if tool in SHELLS:
        command = arguments.get("command") or arguments.get("cmd")
        words = " ".join(map(str, cast("list[object]", command))) if isinstance(command, list) else command
        if not isinstance(words, str):
            return None
        response = payload.get("tool_response", payload.get("error", ""))
        failed = True if name == "PostToolUseFailure" else _failed(response)
        return Ran(*begun, command=words, output=_text(response), failed=failed)
    return None


def _patched(patch: str) -> tuple[str, ...]:
    """The files that a patch in Codex's format touches."""
    marks = ("*** Update File: ", "*** Add File: ")
    return tuple(line[len(mark) :].strip() for line in patch.splitlines() for mark in marks if line.startswith(mark))


def _text(response: object) -> str:
    """All output in a tool's response, whatever its shape."""
    if isinstance(response, str):
        return response
    if isinstance(response, list):
        return "\n".join(filter(None, map(_text, cast("list[object]", response))))
    if isinstance(response, dict):
        found = cast("Mapping[str, object]", response)
        return "\n".join(filter(None, (_text(found[key]) for key in OUTPUT if key in found)))
    return ""


def _failed(response: object) -> bool | None:
    """How a command ended, where the client says so."""
    if not isinstance(response, dict):
        return None
    found = cast("Mapping[str, object]", response)
    for key in ("exit_code", "exitCode", "returnCode", "code"):
        code = found.get(key)
        if isinstance(code, int) and not isinstance(code, bool):
            return code != 0
    if "interrupted" in found:
        # Claude Code sends another event for a command that failed.
        return bool(found["interrupted"])
    metadata = found.get("metadata")
    if isinstance(metadata, dict):
        return _failed(cast("Mapping[str, object]", metadata))
    return True if found.get("is_error") is True or found.get("isError") is True else None
