"""What Qwen Code tells a hook, as 0.24.4 told it, and what it is answered."""

from collections.abc import Mapping
from typing import Any

import pytest

from mcp_server.agents.client import Machine
from mcp_server.agents.events import Edited, Ended, Event, EventError, Prompted, Ran, Started
from mcp_server.agents.qwen import CLIENT, EVENTS, group
from mcp_server.agents.qwen_format import answer, event, sample

HEAD = ("s1", "/p", ())
BASE = {"session_id": "s1", "cwd": "/p", "permission_mode": "default", "transcript_path": "/t", "timestamp": "x"}


def told(name: str, environment: Mapping[str, str] | None = None, **more: Any) -> Event | None:
    return event(name, {**BASE, "hook_event_name": name, **more}, environment or {})


def used(tool: str, given: Any, response: Any = None, **more: Any) -> Event | None:
    return told("PostToolUse", tool_name=tool, tool_input=given, tool_response=response, **more)


def ended(output: str, code: object = 0) -> str:
    return (
        f"Command: make\nDirectory: (root)\nOutput: {output}\nError: (none)\nExit Code: {code}\nSignal: (none)\n"
        "Process Group PGID: 7"
    )


def test_a_session_begins_with_its_model_and_is_no_moment_to_tell_the_person_something() -> None:
    assert told("SessionStart", source="startup", model="qwen3") == Started(*HEAD, first=False, model="qwen3")
    assert told("SessionStart", source="resume", model=7) == Started(*HEAD, first=False)
    assert told("SessionEnd", reason="clear") == Ended(*HEAD)


def test_only_what_was_submitted_is_the_persons_word() -> None:
    prompt = "<system-reminder>\nx\n</system-reminder>\n\nUse uv."
    assert told("UserPromptSubmit", prompt=prompt, submitted_prompt="Use uv.") == Prompted(*HEAD, text="Use uv.")
    assert told("UserPromptSubmit", prompt="") is None
    assert told("UserPromptSubmit", prompt="Stop hook said: use npm.") is None
    assert told("UserPromptSubmit", submitted_prompt="Use npm.", agent_id="a-1") is None


def test_the_files_of_an_edit_are_told_by_each_tool_in_its_own_word() -> None:
    assert used("edit", {"file_path": "/p/a.py"}, {"llmContent": "done"}) == Edited(*HEAD, files=("/p/a.py",))
    assert used("write_file", {"file_path": "/p/b.py"}) == Edited(*HEAD, files=("/p/b.py",))
    assert used("notebook_edit", {"notebook_path": "/p/c.ipynb"}) == Edited(*HEAD, files=("/p/c.ipynb",))
    assert used("edit", {}) is None
    assert used("read_file", {"file_path": "/p/a.py"}) is None
    assert told("PostToolUseFailure", tool_name="edit", tool_input={"file_path": "/p/a.py"}, error="no match") is None


def test_a_command_is_told_with_its_output_and_its_end() -> None:
    good = {"llmContent": ended("1 passed"), "returnDisplay": "1 passed"}
    assert used("run_shell_command", {"command": "make"}, good) == Ran(
        *HEAD, command="make", output="1 passed", failed=False
    )
    bad = told(
        "PostToolUseFailure",
        tool_name="run_shell_command",
        tool_input={"command": "make"},
        error=ended("1 failed", 1),
        is_interrupt=False,
    )
    assert bad == Ran(*HEAD, command="make", output="1 failed", failed=True)
    parts = {"llmContent": [{"text": ended("(empty)")}, {"inlineData": "x"}]}
    assert used("run_shell_command", {"command": "make"}, parts) == Ran(*HEAD, command="make", output="", failed=False)
    killed = told(
        "PostToolUseFailure",
        tool_name="run_shell_command",
        tool_input={"command": "make"},
        error=ended("", "(none)"),
    )
    assert killed == Ran(*HEAD, command="make", output="", failed=True)


def test_a_commands_own_output_may_look_like_the_clients_words() -> None:
    output = "Error: no\nExit Code: 1\nDirectory: x\nOutput: y"
    told_ = used("run_shell_command", {"command": "make"}, {"llmContent": ended(output)})
    assert told_ == Ran(*HEAD, command="make", output=output, failed=False)


@pytest.mark.parametrize("said", ["Command was cancelled by user before it could complete.", "", None, 7, ["x"]])
def test_what_did_not_run_to_its_end_is_no_run(said: Any) -> None:
    assert used("run_shell_command", {"command": "make"}, said) is None
    assert used("run_shell_command", {"command": "make"}, {"llmContent": said}) is None


def test_what_asks_nothing_of_us_is_nothing() -> None:
    assert used("run_shell_command", {"command": ["make"]}) is None
    assert used("edit", "x") is None
    assert told("PostToolUse", tool_name=7, tool_input={}) is None


def test_an_event_that_names_no_session_no_folder_or_nothing_known_is_an_error() -> None:
    for payload in ({"cwd": "/p"}, {"session_id": "", "cwd": "/p"}, {"session_id": 7}):
        with pytest.raises(EventError, match="session"):
            event("SessionStart", payload, {})
    with pytest.raises(EventError, match="folder"):
        event("SessionStart", {"session_id": "s"}, {})
    with pytest.raises(EventError, match="not an event we know"):
        told("Notification")


def test_the_agent_around_it_does_not_pass_for_it() -> None:
    around = {"CLAUDE_PROJECT_DIR": "/elsewhere", "CLAUDE_PID": "77"}
    assert told("SessionStart", around) == Started(*HEAD, first=False)


def test_the_answer_is_context_for_the_model() -> None:
    words = {"hookEventName": "SessionStart", "additionalContext": "x"}
    assert answer("SessionStart", context="x", screen="") == {"hookSpecificOutput": words}
    assert answer("UserPromptSubmit", context="", screen="") is None


def test_doctors_sample_is_taken_for_what_it_says() -> None:
    assert CLIENT.hooks is not None
    assert isinstance(event("SessionStart", sample("SessionStart", "/p"), {}), Started)
    for name in CLIENT.hooks.events:
        event(name, sample(name, "/p"), {})


def test_on_windows_the_shell_and_a_moved_store_are_named_beside_the_line() -> None:
    machine = Machine("win32", "C:\\u", {}, ("C:\\pl\\python.exe", "-m", "mcp_promptlearn"), "D:\\store")
    for name in EVENTS:
        (handler,) = group(machine, name)["hooks"]  # type: ignore[misc]
        assert handler["shell"] == "powershell"  # type: ignore[index]
        assert handler["env"] == {"PROMPTLEARN_HOME": "D:\\store"}  # type: ignore[index]
    (plain,) = group(machine._replace(store=""), "SessionEnd")["hooks"]  # type: ignore[misc]
    assert "env" not in plain  # type: ignore[operator]


def test_a_person_who_moved_its_folder_is_followed_there() -> None:
    machine = Machine("linux", "/home/ada", {"QWEN_HOME": "/q"}, ("pl",))
    assert [file.paths for file in CLIENT.files(machine)] == [("/q/settings.json",)]
    assert CLIENT.folders(machine) == ("/q",)
    assert [file.paths for file in CLIENT.project_files(machine, "/p")] == [("/p/.qwen/settings.json",)]
