"""What the plugin in opencode tells is read as what happened there, and as nothing of a client around it."""

import pytest

from mcp_server.agents import opencode, opencode_format
from mcp_server.agents.client import Machine
from mcp_server.agents.events import Edited, Ended, EventError, Prompted, Ran, Started
from mcp_server.agents.opencode_format import CARRIES, LINKED, answer, event, sample

HEAD = ("ses_1", "/srv/web", ())


def told(name: str, **more: object) -> object:
    payload = {"session_id": "ses_1", "cwd": "/srv/web", "hook_event_name": name, **more}
    return event(name, payload, {"CLAUDE_PROJECT_DIR": "/other", "CLAUDE_PID": "7"})


def test_a_session_of_opencode_is_not_that_of_a_claude_around_it() -> None:
    assert told("SessionStart", source="startup", model="play") == Started(*HEAD, first=True, model="play")
    assert told("SessionStart", source="resume") == Started(*HEAD, first=False)
    assert told("SubagentStart") == Started(*HEAD, first=False)
    assert told("SessionEnd") == Ended(*HEAD)


def test_before_a_tool_of_ours_the_session_is_only_seen() -> None:
    assert told("PreToolUse", tool_name="promptlearn_get_rules") == Started(*HEAD, first=False)
    assert "PreToolUse" not in CARRIES
    assert LINKED


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("No, use uv.", "No, use uv."),
        ('"No, use uv."', "No, use uv."),
        ('"a" and "b"', '"a" and "b"'),
    ],
)
def test_the_quotes_that_a_run_puts_around_a_prompt_are_nobodys_word(typed: str, heard: str) -> None:
    assert told("UserPromptSubmit", prompt=typed) == Prompted(*HEAD, text=heard)


def test_a_command_ends_as_its_exit_code_says_and_is_not_known_where_there_is_none() -> None:
    for code, failed in ((0, False), (1, True), (None, None)):
        response = {"output": "1 failed", "exit_code": code}
        ran = told("PostToolUse", tool_name="Bash", tool_input={"command": "pytest"}, tool_response=response)
        assert ran == Ran(*HEAD, command="pytest", output="1 failed", failed=failed)


def test_a_patch_touches_the_files_that_it_names() -> None:
    patch = "*** Begin Patch\n*** Update File: a.py\n*** Add File: b.py\n*** End Patch"
    assert told("PostToolUse", tool_name="apply_patch", tool_input={"input": patch}) == Edited(
        *HEAD, files=("a.py", "b.py")
    )


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(EventError, match="not an event we know"):
        told("Other")
    with pytest.raises(EventError, match="names no session"):
        event("PreToolUse", {"cwd": "/srv/web"}, {})


def test_each_event_has_a_sample_and_rules_come_back_in_claudes_form() -> None:
    for name in opencode.EVENTS:
        event(name, sample(name, "/srv/web"), {})
    assert answer("SessionStart", context="[R1] x", screen="") == {
        "hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": "[R1] x"}
    }
    assert {"SessionStart", "SubagentStart", "PostToolUse"} == opencode_format.CARRIES


def test_the_plugin_holds_our_command_word_by_word_and_our_mark_first() -> None:
    machine = Machine("win32", "C:\\u", {}, ("C:\\a b\\O'Neil\\python.exe", "-m", "mcp_promptlearn"), "D:\\store")
    text = opencode.plugin(machine)
    assert "__RUN__" not in text
    assert r'["C:\\a b\\O' in text
    assert r'"store": "D:\\store"' in text
    assert "Written by `mcp-promptlearn setup`" in text[:200]
