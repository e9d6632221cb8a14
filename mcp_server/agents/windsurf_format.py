"""The hook formats of Windsurf's two agents, Cascade and Devin Local: events in, nothing out. Light: hooks load it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from mcp_server.agents.events import Edited, Ended, Event, EventError, Head, Prompted, Ran, Started

CARRIES: frozenset[str] = frozenset()
"""Cascade puts nothing that a hook says into its context, and of Devin Local nothing of the kind is documented."""

LINKED = True
"""Nothing is documented in the MCP calls of either that names the session."""

CASCADE = ("pre_user_prompt", "post_write_code", "post_run_command")
"""The hooks of Cascade that we listen to; it has none for a session's beginning or end."""

SHELLS = frozenset({"exec"})
EDITS = frozenset({"edit", "write", "apply_patch", "notebook_edit"})
"""Tools of Devin Local."""

PLACES = ("file_path", "path", "notebook_path")
"""Where one of them may say which file it touches."""

_PATCH = ("*** Update File: ", "*** Add File: ")


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    session = payload.get("trajectory_id") or payload.get("session_id")
    if not isinstance(session, str) or not session:
        raise EventError("the event names no session")
    # Cascade names no folder: it runs a hook in the first folder of its window.
    folder = environment.get("DEVIN_PROJECT_DIR") or payload.get("cwd")
    head = (session, folder if isinstance(folder, str) and folder else str(Path.cwd()), ())
    if name in CASCADE:
        return _acted(head, name, _mapping(payload.get("tool_info")))
    match name:
        case "UserPromptSubmit":
            return _prompted(head, payload.get("prompt"))
        case "SessionStart":
            return Started(*head, first=False)
        case "PostToolUse":
            return _used(head, payload)
        case "SessionEnd":
            return Ended(*head)
        case _:
            raise EventError(f"{name[:40]!r} is not an event we know")


def sample(name: str, folder: str) -> Mapping[str, object]:
    """An event of nothing that anybody did."""
    return {"session_id": "doctor", "cwd": folder, "hook_event_name": name, "prompt": "", "tool_info": {}}


def answer(name: str, *, context: str, screen: str) -> Mapping[str, Any] | None:
    """Nothing: neither agent passes it on."""
    del name, context, screen
    return None


def _acted(head: Head, name: str, told: Mapping[str, Any]) -> Event | None:
    """What Cascade tells; of a command never what it printed."""
    if name == "pre_user_prompt":
        return _prompted(head, told.get("user_prompt"))
    if name == "post_write_code":
        path = told.get("file_path")
        return Edited(*head, files=(path,)) if isinstance(path, str) and path else None
    command = told.get("command_line")
    return Ran(*head, command=command, output="", failed=None) if isinstance(command, str) else None


def _prompted(head: Head, text: object) -> Event | None:
    return Prompted(*head, text=text) if isinstance(text, str) else None


def _used(head: Head, payload: Mapping[str, Any]) -> Event | None:
    """What a tool of Devin Local did."""
    tool, given = payload.get("tool_name"), _mapping(payload.get("tool_input"))
    if not isinstance(tool, str):
        return None
    if tool in EDITS:
        files = next(((path,) for path in map(given.get, PLACES) if isinstance(path, str) and path), None)
        files = files or _patched(given.get("patch") or given.get("input"))
        return Edited(*head, files=files) if files else None
    command = given.get("command")
    if tool not in SHELLS or not isinstance(command, str):
        return None
    said = _mapping(payload.get("tool_response"))
    texts = (said.get(key) for key in ("output", "error"))
    output = "\n".join(text for text in texts if isinstance(text, str) and text)
    # A tool that worked is no command that did: what it printed tells.
    return Ran(*head, command=command, output=output, failed=True if said.get("success") is False else None)


def _patched(patch: object) -> tuple[str, ...]:
    lines = patch.splitlines() if isinstance(patch, str) else ()
    return tuple(line[len(mark) :].strip() for line in lines for mark in _PATCH if line.startswith(mark))


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
