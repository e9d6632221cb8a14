"""Cursor's hook format, of the editor and of cursor-agent: events in, answers out. Light: hooks load it."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from mcp_server.agents.events import Edited, Ended, Event, EventError, Head, Prompted, Ran, Started

CARRIES = frozenset({"sessionStart"})
"""The one event whose context is documented to reach the model and was seen to.

`postToolUse` documents a context too, which versions of the editor take in and then lose;
`beforeSubmitPrompt` takes one in that no document names.
"""

LINKED = True
"""Nothing in Cursor's MCP calls names the conversation."""

PROMPT = "beforeSubmitPrompt"

SHELL = "Shell"
"""What Cursor calls its tool for commands, in payloads and matchers."""

_DRIVE = re.compile(r"/[A-Za-z]:(?:[\\/]|$)")
"""How a path on Windows begins in a list of workspace folders."""


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    session = payload.get("conversation_id") or payload.get("session_id")
    if not isinstance(session, str) or not session:
        raise EventError("the event names no conversation")
    head = (session, _folder(payload, environment), ())
    match name:
        case "sessionStart":
            model = payload.get("model_id") or payload.get("model")
            # Never the moment to tell the person something: Cursor shows nothing of what a hook says.
            return Started(*head, first=False, model=model[:80] if isinstance(model, str) else "")
        case "beforeSubmitPrompt":
            prompt = payload.get("prompt")
            return Prompted(*head, text=prompt) if isinstance(prompt, str) else None
        case "afterFileEdit":
            path = payload.get("file_path")
            return Edited(*head, files=(_native(path),)) if isinstance(path, str) and path else None
        case "postToolUse" | "postToolUseFailure":
            return _ran(head, name, payload)
        case "sessionEnd":
            return Ended(*head)
        case _:
            raise EventError(f"{name[:40]!r} is not an event we know")


def sample(name: str, folder: str) -> Mapping[str, object]:
    """An event of nothing that anybody did."""
    return {
        "conversation_id": "doctor",
        "hook_event_name": name,
        "cursor_version": "0",
        "workspace_roots": [folder],
        "prompt": "",
    }


def answer(name: str, *, context: str, screen: str) -> Mapping[str, Any] | None:
    """What to print: context goes to the model; a person is shown nothing by a hook here."""
    del screen
    if name == PROMPT:
        return {"continue": True}
    return {"additional_context": context} if context else None


def _folder(payload: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """The first folder of the window; the home where it has none, which is no project."""
    roots = payload.get("workspace_roots")
    first = cast("list[object]", roots)[0] if isinstance(roots, list) and roots else None
    project, home = environment.get("CURSOR_PROJECT_DIR"), environment.get("HOME") or environment.get("USERPROFILE")
    for folder in (first, project, payload.get("cwd"), home):
        if isinstance(folder, str) and folder:
            return _native(folder)
    raise EventError("the event names no folder")


def _native(path: str) -> str:
    """A path as the system knows it: Cursor writes `/c:/web` for `c:/web`."""
    return path[1:] if _DRIVE.match(path) else path


def _ran(head: Head, name: str, payload: Mapping[str, Any]) -> Event | None:
    given = payload.get("tool_input")
    command = cast("Mapping[str, Any]", given).get("command") if isinstance(given, Mapping) else None
    if payload.get("tool_name") != SHELL or not isinstance(command, str):
        return None
    if name == "postToolUseFailure":
        # What was refused did not run, and what took too long has no end.
        if payload.get("failure_type") != "error":
            return None
        said = payload.get("error_message")
        return Ran(*head, command=command, output=said if isinstance(said, str) else "", failed=True)
    output, failed = _told(payload.get("tool_output"))
    return Ran(*head, command=command, output=output, failed=failed)


def _told(output: object) -> tuple[str, bool | None]:
    """What a command printed, and whether it failed where Cursor says so: a text that holds JSON, or is the output."""
    found = output
    if isinstance(output, str):
        try:
            found = json.loads(output)
        except ValueError:
            return output, None
    if not isinstance(found, Mapping):
        return output if isinstance(output, str) else "", None
    told = cast("Mapping[str, object]", found)
    texts = (told.get(key) for key in ("stdout", "output", "stderr"))
    code = next((told[key] for key in ("exitCode", "exit_code") if key in told), None)
    failed = code != 0 if isinstance(code, int) and not isinstance(code, bool) else None
    return "\n".join(text for text in texts if isinstance(text, str) and text), failed
