"""The hook format of Copilot CLI: events in, answers out. Light: hooks load it."""

from collections.abc import Mapping
from typing import Any, cast

from mcp_server.agents.events import Edited, Ended, Event, EventError, Finished, Head, Prompted, Ran, Started
from mcp_server.importers.logs.copilot_tools import edited, printed, ran

CARRIES = frozenset({"sessionStart", "subagentStart", "postToolUse"})
"""Events whose answer reaches the model, and which bring it rules.

The first prompt's hook runs beside that of the start, and would bring everything twice, so a prompt brings rules only
where a compaction took them away. Its makers document that a prompt's answer is dropped; since 1.0.65 it is not.
"""

LINKED = False
"""Our server is started with the session's id, and anew after `/clear`."""

FILE = "promptlearn.json"
"""Our file in the folder of hooks, where other programs look for it too."""

BEGINNINGS = frozenset({"new", "startup"})


def event(name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
    """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
    # The editor's own agent runs the hooks in Copilot's folder too, and has its own of ours there.
    if "hook_event_name" in payload or "hookEventName" in payload:
        return None
    # In either spelling: what is asked of a sub-agent must never become the person's word.
    helper = bool(_text(payload, "agentId") or _text(payload, "agent_id"))
    session, folder = _session(payload, environment, helper=helper), _text(payload, "cwd")
    if session is None:
        return None
    if not session or not folder:
        raise EventError(f"the event names no {'folder' if session else 'session'}")
    return _happened(name, (session, folder, ()), payload, environment, helper=helper)


def _happened(
    name: str, head: Head, payload: Mapping[str, Any], environment: Mapping[str, str], *, helper: bool
) -> Event | None:
    match name:
        case "sessionStart":
            return Started(*head, first=_text(payload, "source") in BEGINNINGS)
        case "subagentStart":
            return Started(*head, first=False)
        case "userPromptSubmitted":
            # What a sub-agent is asked was written by an agent, with our own rules in front of it.
            prompt = None if helper else payload.get("prompt")
            return _prompted(head, prompt, environment) if isinstance(prompt, str) else None
        case "postToolUse":
            return _used(head, payload, environment, helper=helper)
        case "agentStop":
            return Finished(*head)
        case "sessionEnd":
            return Ended(*head)
        case _:
            raise EventError(f"{name[:40]!r} is not an event we know")


def sample(name: str, folder: str) -> Mapping[str, object]:
    """An event of nothing that anybody did."""
    del name
    return {"sessionId": "doctor", "timestamp": 0, "cwd": folder, "source": "new", "prompt": ""}


def answer(name: str, *, context: str, screen: str) -> Mapping[str, Any] | None:
    """What to print: context goes to the model; Copilot shows a person nothing of a hook's."""
    del name, screen
    return {"additionalContext": context} if context else None


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _session(payload: Mapping[str, Any], environment: Mapping[str, str], *, helper: bool) -> str | None:
    """The session's id: of a sub-agent that of whom it works for; None where that is not sure."""
    if not helper:
        return _text(payload, "sessionId")
    from mcp_server.agents.copilot_session import root

    log = _text(payload, "transcriptPath")
    return root(_text(payload, "parentAgentId"), log, environment) or None


def _prompted(head: Head, prompt: str, environment: Mapping[str, str]) -> Event:
    from mcp_server.agents.copilot_session import forgotten

    return Prompted(*head, text=prompt, anew=forgotten(head[0], environment))


def _used(head: Head, payload: Mapping[str, Any], environment: Mapping[str, str], *, helper: bool) -> Event | None:
    tool = _text(payload, "toolName")
    given = payload.get("toolArgs")
    command = ran(tool, given)
    files = () if command else edited(tool, given)
    if files:
        from mcp_server.agents.copilot_session import forgotten

        return Edited(*head, files=files, anew=not helper and forgotten(head[0], environment))
    if not command:
        return None
    output, failed = printed(_result(payload))
    return Ran(*head, command=command, output=output, failed=failed)


def _result(payload: Mapping[str, Any]) -> str:
    result = payload.get("toolResult")
    return _text(cast("Mapping[str, Any]", result), "textResultForLlm") if isinstance(result, Mapping) else ""
