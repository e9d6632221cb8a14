"""What VS Code's hooks say becomes events: of its own agent as documented, of Copilot's runtime as that was seen to."""

from collections.abc import Mapping

import pytest

from mcp_server.agents.events import Edited, Event, EventError, Finished, Prompted, Ran, Started
from mcp_server.agents.vscode_format import CARRIES, EVENTS, event, sample

COMMON = {"session_id": "s-1", "timestamp": "2026-11-26T09:04:31.638Z", "cwd": "/srv/web"}
HEAD = ("s-1", "/srv/web", ())


def heard(name: str, environment: Mapping[str, str] | None = None, /, **more: object) -> Event | None:
    return event(name, {**COMMON, "hook_event_name": name, **more}, environment or {})


def test_a_chat_begins_is_typed_in_and_its_turn_ends() -> None:
    assert heard("SessionStart", source="new") == Started(*HEAD, first=True)
    assert heard("SessionStart", model="gpt-6") == Started(*HEAD, first=True, model="gpt-6")
    assert heard("SubagentStart", agent_id="a", agent_type="Plan") == Started(*HEAD, first=False)
    assert heard("UserPromptSubmit", prompt="Use tabs.") == Prompted(*HEAD, text="Use tabs.")
    assert heard("UserPromptSubmit") is None
    assert heard("Stop", stop_hook_active=False) == Finished(*HEAD)


def test_older_versions_spell_the_session_otherwise() -> None:
    older = {"sessionId": "s-1", "hookEventName": "SessionStart", "cwd": "/srv/web"}
    assert event("SessionStart", older, {}) == Started(*HEAD, first=True)


@pytest.mark.parametrize(
    ("tool", "given", "files"),
    [
        ("create_file", {"filePath": "/srv/web/a.py"}, ("/srv/web/a.py",)),
        ("replace_string_in_file", {"filePath": "/srv/web/a.py"}, ("/srv/web/a.py",)),
        ("multi_replace_string_in_file", {"replacements": [{"filePath": "a"}, {"filePath": "b"}, 3]}, ("a", "b")),
        ("editFiles", {"files": ["src/main.ts"]}, ("src/main.ts",)),
        ("apply_patch", {"input": "*** Update File: a.py\n"}, ("a.py",)),
    ],
)
def test_an_edit_names_its_files(tool: str, given: object, files: tuple[str, ...]) -> None:
    assert heard("PostToolUse", tool_name=tool, tool_input=given) == Edited(*HEAD, files=files)


def test_a_command_tells_what_it_printed_and_not_how_it_ended() -> None:
    given = {"tool_name": "run_in_terminal", "tool_input": {"command": "pytest"}}
    assert heard("PostToolUse", **given, tool_response="2 failed") == Ran(
        *HEAD, command="pytest", output="2 failed", failed=None
    )
    assert heard("PostToolUse", **given) == Ran(*HEAD, command="pytest", output="", failed=None)


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("read_file", {"filePath": "a"}),
        ("create_file", {"filePath": ""}),
        ("editFiles", {"files": "a"}),
        ("run_in_terminal", {}),
        ("run_in_terminal", None),
        (None, {}),
    ],
)
def test_other_calls_ask_nothing_of_us(tool: object, given: object) -> None:
    assert heard("PostToolUse", tool_name=tool, tool_input=given) is None


def test_where_copilots_runtime_runs_these_hooks_they_keep_quiet() -> None:
    for name in EVENTS:
        assert heard(name, {"COPILOT_HOOK_DIR": "/home/ada/.copilot/hooks"}, prompt="Use tabs.") is None
    assert heard("SessionStart") == Started(*HEAD, first=True)


@pytest.mark.parametrize(
    ("name", "more"),
    [("SessionStart", {"session_id": None}), ("SessionStart", {"cwd": ""}), ("PreToolUse", {})],
)
def test_what_is_no_event_is_refused(name: str, more: Mapping[str, object]) -> None:
    with pytest.raises(EventError):
        heard(name, **more)


def test_every_event_has_a_sample() -> None:
    for name in CARRIES - {"PostToolUse"}:
        assert isinstance(event(name, sample(name, "/srv/web"), {}), Started)
