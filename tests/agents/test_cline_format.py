"""What the plugin in Cline tells is read as what happened there, and as nothing of a client around it."""

import json

import pytest

from mcp_server.agents import cline
from mcp_server.agents.client import Machine
from mcp_server.agents.cline_format import CARRIES, LINKED, answer, event, sample
from mcp_server.agents.events import Edited, Ended, EventError, Prompted, Ran, Started

HEAD = ("1795_a", "/srv/web", (41,))


def told(name: str, **more: object) -> object:
    payload = {"session_id": "1795_a", "cwd": "/srv/web", "process": 41, "hook_event_name": name, **more}
    return event(name, payload, {"CLAUDE_PROJECT_DIR": "/other", "CLAUDE_PID": "7"})


def test_a_session_of_cline_is_not_that_of_a_claude_around_it() -> None:
    assert told("SessionStart", source="startup") == Started(*HEAD, first=True)
    assert told("SessionStart", source="compact") == Started(*HEAD, first=False)
    assert told("SubagentStart") == Started(*HEAD, first=False)
    assert told("SessionEnd") == Ended(*HEAD)


def test_the_server_is_found_by_the_process_that_the_plugin_names_else_by_those_above_the_hook() -> None:
    assert LINKED
    assert told("SessionEnd", process="41") == Ended("1795_a", "/srv/web", ())


def test_before_a_tool_of_ours_the_session_is_only_seen() -> None:
    assert told("PreToolUse", tool_name="promptlearn__get_rules") == Started(*HEAD, first=False)
    assert "PreToolUse" not in CARRIES


@pytest.mark.parametrize(
    ("prompt", "heard"),
    [
        ('<user_input mode="act">No, use uv.</user_input>', "No, use uv."),
        ('<user_input mode="plan"><mode_notice>Now act.</mode_notice>No, use uv.</user_input>', "No, use uv."),
        (
            '<user_input mode="act">Look at @a.txt</user_input>\n<file_content path="a.txt">\nx\n</file_content>',
            "Look at @a.txt",
        ),
        ('<user_input mode="act"><user_command slash="x">Use npm.</user_command>now</user_input>', "now"),
    ],
)
def test_what_cline_puts_around_and_into_a_prompt_is_nobodys_word(prompt: str, heard: str) -> None:
    assert told("UserPromptSubmit", prompt=prompt) == Prompted(*HEAD, text=heard)


@pytest.mark.parametrize("prompt", ["Context summary: use npm.", '<user_input mode="act"> </user_input>', ""])
def test_what_nobody_typed_is_not_heard(prompt: str) -> None:
    assert told("UserPromptSubmit", prompt=prompt) is None
    assert told("UserPromptSubmit") is None


def test_a_command_is_told_without_the_line_that_says_how_it_ended() -> None:
    for output, code, failed in (("[Command exited with code 1]\n1 failed", 1, True), ("1 failed", 0, False)):
        response = {"output": output, "exit_code": code}
        ran = told("PostToolUse", tool_name="Bash", tool_input={"command": "pytest"}, tool_response=response)
        assert ran == Ran(*HEAD, command="pytest", output="1 failed", failed=failed)


def test_the_files_of_an_edit_are_told() -> None:
    edit = told("PostToolUse", tool_name="Edit", tool_input={"file_path": "/srv/web/a.py"})
    assert edit == Edited(*HEAD, files=("/srv/web/a.py",))


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(EventError, match="not an event we know"):
        told("Other")
    with pytest.raises(EventError, match="names no session"):
        event("SessionStart", {"cwd": "/srv/web"}, {})


def test_every_event_that_doctor_tries_is_one_that_is_read() -> None:
    for name in cline.EVENTS:
        event(name, sample(name, "/srv/web"), {})
    assert answer("SessionStart", context="Rules", screen="") == {
        "hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": "Rules"}
    }


@pytest.mark.parametrize(
    "machine",
    [
        Machine("linux", "/home/ada", {}, ("/opt/pl env/python", "-m", "mcp_promptlearn")),
        Machine("win32", "C:\\Users\\ada", {}, ("C:\\O'Neil\\python.exe", "-m", "mcp_promptlearn"), store="D:\\é"),
    ],
)
def test_the_plugin_holds_our_command_word_by_word(machine: Machine) -> None:
    (line,) = (line for line in cline.plugin(machine).splitlines() if line.startswith("const RUN = "))
    held = json.loads(line.removeprefix("const RUN = "))
    assert held == {"words": [*machine.program, "hook", "cline"], "store": machine.store}


def test_variables_of_cline_move_its_files() -> None:
    def paths(**environment: str) -> list[str]:
        machine = Machine("linux", "/home/ada", environment, ("python",))
        return [file.paths[0] for file in cline.CLIENT.files(machine)]

    plugin = "/home/ada/.cline/plugins/promptlearn.js"
    assert paths() == ["/home/ada/.cline/data/settings/cline_mcp_settings.json", plugin]
    assert paths(CLINE_DIR="/c") == ["/c/data/settings/cline_mcp_settings.json", "/c/plugins/promptlearn.js"]
    assert paths(CLINE_DATA_DIR="/d") == ["/d/settings/cline_mcp_settings.json", plugin]
    assert paths(CLINE_MCP_SETTINGS_PATH="/m.json") == ["/m.json", plugin]
