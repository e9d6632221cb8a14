"""What Cursor's hooks say becomes events, as its makers document it and people saw it."""

import json
from collections.abc import Mapping

import pytest

from mcp_server.agents.cursor_format import CARRIES, answer, event, sample
from mcp_server.agents.events import Edited, Ended, Event, EventError, Prompted, Ran, Started

COMMON = {
    "conversation_id": "c-1",
    "generation_id": "g-1",
    "model": "gpt-5.5-medium",
    "cursor_version": "3.20.17",
    "workspace_roots": ["/srv/web", "/srv/api"],
    "user_email": "ada@example.com",
}
HEAD = ("c-1", "/srv/web", ())


def heard(name: str, environment: Mapping[str, str] | None = None, **more: object) -> Event | None:
    return event(name, {**COMMON, "hook_event_name": name, **more}, environment or {})


def test_a_chat_begins_is_typed_in_is_edited_in_and_ends() -> None:
    assert heard("sessionStart") == Started(*HEAD, first=False, model="gpt-5.5-medium")
    assert heard("sessionStart", model_id="gpt-5.5") == Started(*HEAD, first=False, model="gpt-5.5")
    assert heard("sessionStart", model=None) == Started(*HEAD, first=False)
    assert heard("beforeSubmitPrompt", prompt="Use tabs.") == Prompted(*HEAD, text="Use tabs.")
    assert heard("beforeSubmitPrompt") is None
    assert heard("afterFileEdit", file_path="/srv/web/a.py") == Edited(*HEAD, files=("/srv/web/a.py",))
    assert heard("afterFileEdit", file_path="") is None
    assert heard("sessionEnd", reason="completed") == Ended(*HEAD)


@pytest.mark.parametrize(
    ("output", "printed", "failed"),
    [
        (json.dumps({"output": "2 failed", "exitCode": 1}), "2 failed", True),
        (json.dumps({"stdout": "ok", "stderr": "slow", "exitCode": 0}), "ok\nslow", False),
        ({"output": "ok"}, "ok", None),
        (json.dumps({"output": "ok", "exit_code": True}), "ok", None),
        ("2 passed", "2 passed", None),
        ("17", "17", None),
        (None, "", None),
    ],
)
def test_a_command_tells_what_it_printed_and_how_it_ended(output: object, printed: str, failed: bool | None) -> None:
    found = heard("postToolUse", tool_name="Shell", tool_input={"command": "pytest"}, tool_output=output)
    assert found == Ran(*HEAD, command="pytest", output=printed, failed=failed)


def test_a_command_that_failed_comes_as_an_event_of_its_own_and_one_that_was_refused_did_not_run() -> None:
    def failed(kind: str, said: object = "exit 1") -> Event | None:
        given = {"command": "make"}
        name = "postToolUseFailure"
        return heard(name, tool_name="Shell", tool_input=given, failure_type=kind, error_message=said)

    assert failed("error") == Ran(*HEAD, command="make", output="exit 1", failed=True)
    assert failed("error", None) == Ran(*HEAD, command="make", output="", failed=True)
    assert failed("permission_denied") is None
    assert failed("timeout") is None


def test_other_tools_and_other_shapes_ask_nothing_of_us() -> None:
    assert heard("postToolUse", tool_name="Read", tool_input={"command": "x"}) is None
    assert heard("postToolUse", tool_name="Shell", tool_input="x") is None
    assert heard("postToolUse", tool_name="Shell", tool_input={}) is None


def test_the_folder_is_the_windows_first_else_what_else_is_told_else_the_home() -> None:
    def folder(roots: object, environment: Mapping[str, str], cwd: str = "") -> str:
        found = heard("sessionEnd", environment, workspace_roots=roots, cwd=cwd)
        assert found is not None
        return found.folder

    assert folder(["/c:/Users/ada/web"], {}) == "c:/Users/ada/web"
    assert folder(["/D:"], {}) == "D:"
    assert folder([], {"CURSOR_PROJECT_DIR": "/p", "HOME": "/home/ada"}) == "/p"
    assert folder([3], {"HOME": "/home/ada"}, cwd="/here") == "/here"
    assert folder(None, {"HOME": "/home/ada"}) == "/home/ada"
    assert folder([], {"USERPROFILE": "C:\\Users\\ada"}) == "C:\\Users\\ada"
    with pytest.raises(EventError, match="names no folder"):
        folder([], {})


def test_a_chat_goes_by_the_session_where_no_conversation_is_named_and_never_by_nothing() -> None:
    assert event("sessionEnd", {"session_id": "s", "cwd": "/web"}, {}) == Ended("s", "/web", ())
    with pytest.raises(EventError, match="names no conversation"):
        event("sessionEnd", {"cwd": "/web"}, {})
    with pytest.raises(EventError, match="'preCompact' is not an event we know"):
        heard("preCompact")


def test_context_goes_out_by_the_one_event_that_carries_it_and_no_prompt_is_held_up() -> None:
    assert frozenset({"sessionStart"}) == CARRIES
    assert answer("sessionStart", context="- R1 Use tabs.", screen="1 rule") == {"additional_context": "- R1 Use tabs."}
    assert answer("sessionStart", context="", screen="1 rule") is None
    assert answer("beforeSubmitPrompt", context="", screen="") == {"continue": True}
    assert isinstance(event("sessionStart", sample("sessionStart", "/web"), {}), Started)
