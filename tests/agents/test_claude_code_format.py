"""Claude Code's hooks answer Claude Code only, whoever else reads the settings they stand in."""

from collections.abc import Mapping

import pytest

from mcp_server.agents.claude_code_format import event
from mcp_server.agents.events import EventError, Ran, Started

OWN = {"session_id": "s", "cwd": "/web", "hook_event_name": "SessionStart", "source": "startup"}


@pytest.mark.parametrize(
    ("more", "environment"),
    [
        ({"cursor_version": "3.20.17", "conversation_id": "s", "workspace_roots": ["/web"]}, {}),
        ({"timestamp": "2026-02-09T10:30:00.000Z", "sessionId": "s", "hookEventName": "SessionStart"}, {}),
        ({"timestamp": "2026-02-09T10:30:00.000Z"}, {}),
        ({"timestamp": 1704614400000}, {"CLAUDE_CODE_SESSION_ID": "another"}),
        ({}, {"DEVIN_PROJECT_DIR": "/web"}),
    ],
    ids=["Cursor", "VS Code", "Copilot", "VS Code out of Claude Code", "Devin"],
)
def test_another_client_that_runs_our_hook_gets_nothing(
    more: Mapping[str, object], environment: Mapping[str, str]
) -> None:
    assert event("SessionStart", {**OWN, **more}, environment) is None


def test_what_names_no_session_is_no_fault_where_another_client_runs_our_hook() -> None:
    assert event("SessionStart", {"hookEventName": "SessionStart", "sessionId": "s"}, {}) is None
    with pytest.raises(EventError, match="names no session"):
        event("SessionStart", {"cwd": "/web"}, {})


def test_claude_code_itself_is_answered_even_if_it_tells_the_time_one_day() -> None:
    started = Started("s", "/web", (), first=True)
    assert event("SessionStart", OWN, {}) == started
    assert event("SessionStart", {**OWN, "timestamp": 1}, {"CLAUDE_CODE_SESSION_ID": "s"}) == started


@pytest.mark.parametrize(
    ("response", "failed"),
    [
        ({"exit_code": 2}, True),
        ({"metadata": {"exit_code": 0}}, False),
        ({"metadata": {"exit_code": True}}, None),
        ({"isError": True}, True),
        ({"interrupted": False}, False),
        ("plain text", None),
    ],
)
def test_how_a_command_ended_is_read_wherever_a_client_says_it(response: object, failed: bool | None) -> None:
    payload = {"session_id": "s", "cwd": "/srv/web", "tool_name": "Bash", "tool_input": {"command": "make"}}
    told = event("PostToolUse", {**payload, "tool_response": response}, {})
    assert isinstance(told, Ran)
    assert told.failed is failed
