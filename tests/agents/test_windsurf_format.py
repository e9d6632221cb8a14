"""What the hooks of Cascade and of Devin Local say becomes events; neither is told anything back."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mcp_server.agents.events import Edited, Ended, Event, EventError, Prompted, Ran, Started
from mcp_server.agents.windsurf_format import CARRIES, answer, event, sample

HEAD = ("t-1", "/srv/web", ())
DEVIN = {"DEVIN_PROJECT_DIR": "/srv/web"}


def cascade(name: str, **told: object) -> Event | None:
    action = {"agent_action_name": name, "trajectory_id": "t-1", "execution_id": "e", "cwd": "/srv/web"}
    return event(name, {**action, "timestamp": "2026-01-01T00:00:00Z", "tool_info": told}, {})


def devin(name: str, **told: object) -> Event | None:
    return event(name, {"hook_event_name": name, "session_id": "t-1", "prompt_id": "p", **told}, DEVIN)


def used(tool: str, given: object, response: object = None) -> Event | None:
    return devin("PostToolUse", tool_name=tool, tool_input=given, tool_response=response)


def test_cascade_tells_what_is_typed_written_and_run() -> None:
    assert cascade("pre_user_prompt", user_prompt="Use tabs.") == Prompted(*HEAD, text="Use tabs.")
    assert cascade("pre_user_prompt") is None
    assert cascade("post_write_code", file_path="/srv/web/a.py", edits=[]) == Edited(*HEAD, files=("/srv/web/a.py",))
    assert cascade("post_write_code") is None
    assert cascade("post_run_command", command_line="make") == Ran(*HEAD, command="make", output="", failed=None)
    assert cascade("post_run_command") is None


def test_devin_local_tells_of_a_whole_session() -> None:
    assert devin("SessionStart") == Started(*HEAD, first=False)
    assert devin("UserPromptSubmit", prompt="Use tabs.") == Prompted(*HEAD, text="Use tabs.")
    assert devin("SessionEnd", reason="exit") == Ended(*HEAD)


@pytest.mark.parametrize(
    ("given", "files"),
    [
        ({"file_path": "/srv/web/a.py"}, ("/srv/web/a.py",)),
        ({"path": "b.py"}, ("b.py",)),
        ({"patch": "*** Begin Patch\n*** Update File: a.py\n@@\n*** Add File: b.py\n"}, ("a.py", "b.py")),
    ],
)
def test_devin_local_tells_which_files_it_touched(given: Mapping[str, object], files: tuple[str, ...]) -> None:
    assert used("edit", given) == Edited(*HEAD, files=files)


def test_a_command_that_worked_as_a_tool_may_still_have_failed() -> None:
    good, bad = {"success": True, "output": "2 failed", "error": None}, {"success": False, "error": "exit 1"}
    assert used("exec", {"command": "pytest"}, good) == Ran(*HEAD, command="pytest", output="2 failed", failed=None)
    assert used("exec", {"command": "make"}, bad) == Ran(*HEAD, command="make", output="exit 1", failed=True)


def test_other_tools_and_other_shapes_ask_nothing_of_us() -> None:
    assert used("read", {"file_path": "a.py"}) is None
    assert used("edit", {}) is None
    assert used("exec", "pytest") is None


def test_where_no_folder_is_named_it_is_the_one_the_hook_runs_in() -> None:
    found = event("pre_user_prompt", {"trajectory_id": "t", "tool_info": {"user_prompt": "x"}}, {})
    assert found == Prompted("t", str(Path.cwd()), (), text="x")


def test_an_event_without_a_session_or_of_another_name_is_a_fault() -> None:
    with pytest.raises(EventError, match="names no session"):
        event("SessionStart", {}, DEVIN)
    with pytest.raises(EventError, match="'Stop' is not an event we know"):
        devin("Stop")


def test_nothing_is_said_back_so_no_rule_counts_as_delivered() -> None:
    assert frozenset() == CARRIES
    assert answer("SessionStart", context="- R1 Use tabs.", screen="1 rule") is None
    assert isinstance(event("SessionStart", sample("SessionStart", "/web"), {}), Started)
