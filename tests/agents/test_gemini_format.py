"""What Gemini CLI's hooks say becomes events, as 0.61.0 said it, and no fault of ours stops anybody's work."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from mcp_server.agents import gemini
from mcp_server.agents.client import Machine
from mcp_server.agents.events import Edited, Ended, Event, EventError, Finished, Prompted, Ran
from mcp_server.agents.gemini_format import CARRIES, answer, event, sample
from mcp_server.agents.gemini_session import forgotten, gone, last_typed

COMMON = {"session_id": "g-1", "cwd": "/srv/web", "timestamp": "2026-01-02T10:00:00.000Z", "transcript_path": ""}
HEAD = ("g-1", "/srv/web", ())
RULES = "Rules for web, revision 3, episode E1\n[R1] Use tabs."


def heard(name: str, **more: object) -> Event | None:
    return event(name, {**COMMON, "hook_event_name": name, **more}, {})


def used(tool: str, given: object, **response: object) -> Event | None:
    return heard("AfterTool", tool_name=tool, tool_input=given, tool_response=response)


def said(ident: str, text: str, **more: object) -> Mapping[str, object]:
    return {"id": ident, "timestamp": "x", "type": "user", "content": [{"text": text}], **more}


def written(*records: object) -> bytes:
    return b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records)


BEGUN = {"$set": {"messages": [said("m0", "<session_context>\nThis is the Gemini CLI.\n</session_context>")]}}
TOLD = said("m1", f"Go on.\n<hook_context>{RULES}</hook_context>")


def test_a_session_is_prompted_edits_runs_and_ends() -> None:
    assert heard("BeforeAgent", prompt="Use tabs.") == Prompted(*HEAD, text="")
    assert heard("AfterAgent", prompt="Use tabs.", prompt_response="Yes.") == Finished(*HEAD)
    assert heard("SessionEnd", reason="exit") == Ended(*HEAD)
    assert used("replace", {"file_path": "/srv/web/a.py"}, llmContent="Done.") == Edited(
        *HEAD, files=("/srv/web/a.py",)
    )
    assert used("write_file", {"file_path": "a.py"}, llmContent="Done.") == Edited(*HEAD, files=("a.py",))


@pytest.mark.parametrize(
    ("content", "printed", "failed"),
    [
        ("Output: 1 failed\nExit Code: 1\nProcess Group PGID: 7", "1 failed", True),
        ("Output: 2 passed\nProcess Group PGID: 7", "2 passed", False),
        ("Command moved to background (PID: 7).", "Command moved to background (PID: 7).", None),
        ([{"text": "Output: x"}], "", None),
    ],
)
def test_a_command_tells_what_it_printed_and_how_it_ended(content: object, printed: str, failed: bool | None) -> None:
    found = used("run_shell_command", {"command": "pytest"}, llmContent=content)
    assert found == Ran(*HEAD, command="pytest", output=printed, failed=failed)


@pytest.mark.parametrize(
    ("tool", "given", "response"),
    [
        ("read_file", {"file_path": "a.py"}, {"llmContent": "x"}),
        ("read_file", {"command": "make"}, {"llmContent": "x"}),
        ("replace", {"file_path": "a.py"}, {"error": {"message": "nothing was replaced"}}),
        ("replace", {"file_path": 3}, {"llmContent": "x"}),
        ("run_shell_command", {"command": ["make"]}, {"llmContent": "x"}),
        ("run_shell_command", "make", {"llmContent": "x"}),
        ("run_shell_command", {"command": "make"}, "x"),
    ],
)
def test_what_touched_no_file_and_ran_no_command_asks_nothing_of_us(tool: str, given: object, response: object) -> None:
    assert heard("AfterTool", tool_name=tool, tool_input=given, tool_response=response) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [({"session_id": ""}, "no session"), ({"cwd": None}, "no folder"), ({}, "not an event we know")],
)
def test_an_event_that_lacks_what_all_have_is_refused(more: Mapping[str, object], why: str) -> None:
    with pytest.raises(EventError, match=why):
        heard("BeforeModel", **more)


def test_a_folder_of_an_event_is_the_sessions_own_whatever_the_environment_says() -> None:
    assert event("SessionEnd", COMMON, {"CLAUDE_PROJECT_DIR": "/elsewhere"}) == Ended(*HEAD)


def test_the_model_is_given_context_and_the_person_a_line() -> None:
    assert answer("BeforeAgent", context="", screen="") is None
    assert answer("BeforeAgent", context="c", screen="s") == {
        "hookSpecificOutput": {"hookEventName": "BeforeAgent", "additionalContext": "c"},
        "systemMessage": "s",
    }


@pytest.mark.parametrize("name", gemini.EVENTS)
def test_an_event_of_our_own_making_is_one_that_we_read(name: str) -> None:
    assert name == "AfterTool" or event(name, sample(name, "/srv/web"), {})
    assert set(gemini.EVENTS) >= CARRIES


def test_the_log_tells_what_was_typed_where_something_else_was_sent(tmp_path: Path) -> None:
    log = tmp_path / "session.jsonl"
    answered = said("m4", "", content=[{"functionResponse": {"response": {"output": "Never use tabs."}}}])
    log.write_bytes(written(BEGUN, said("m3", "Always use npm.", displayContent=[{"text": "/tidy"}]), answered))
    assert heard("AfterAgent", transcript_path=str(log)) == Prompted(*HEAD, text="/tidy")


@pytest.mark.parametrize(
    ("records", "typed"),
    [
        ([said("m1", "Use uv.")], "Use uv."),
        ([said("m1", "Use uv.", content="Use pip.")], "Use pip."),
        ([said("m1", "Use uv."), {"id": "m2", "type": "gemini", "content": "Yes."}], "Use uv."),
        ([said("m1", "Use uv."), {"id": "m2", "type": "gemini", "toolCalls": {"type": "user"}}], "Use uv."),
        ([{"id": "m1", "type": "user", "content": 3}, {"id": "m2", "type": "user", "content": [{"text": 3}, 4]}], ""),
        ([BEGUN], ""),
    ],
)
def test_what_was_typed_last_is_found(records: list[object], typed: str) -> None:
    assert last_typed(written(*records) + b'{"id":"m9","type":"user","content":"cut o') == typed


@pytest.mark.parametrize(
    ("records", "lost"),
    [
        ([], False),
        ([BEGUN, said("m1", "Go on.")], False),
        ([BEGUN, TOLD], False),
        ([BEGUN, TOLD, {"$set": {"messages": [TOLD]}}], False),
        ([BEGUN, TOLD, {"$set": {"messages": [said("m2", "<state_snapshot>")]}}], True),
        ([BEGUN, TOLD, {"$set": {"messages": [said("m2", "<state_snapshot>")]}}, {**TOLD, "id": "m3"}], False),
        ([BEGUN, TOLD, said("m2", "More."), {"$rewindTo": "m2"}], False),
        ([BEGUN, TOLD, said("m2", "More."), {"$rewindTo": "m1"}], True),
        ([BEGUN, TOLD, said("m2", "More."), {"$rewindTo": "m1"}, {**TOLD, "id": "m3"}], False),
        ([BEGUN, TOLD, {"$rewindTo": "m7"}], True),
    ],
)
def test_rules_are_gone_where_the_history_was_rewritten_without_them(records: list[object], lost: bool) -> None:
    assert gone(written(*records)) is lost


@pytest.mark.parametrize("revision", ["3", "3 (global 5)"])
@pytest.mark.parametrize("project", ["web", "all projects", "ü-" * 20])
def test_rules_are_known_again_whatever_their_first_line_names(project: str, revision: str) -> None:
    rules = said("m1", f"<hook_context>Rules for {project}, revision {revision}, episode E1\n[R1] Use tabs.")
    assert gone(written(rules, {"$set": {"messages": []}}))
    assert not gone(written(rules, {"$set": {"messages": []}}, rules))


def test_a_log_full_of_what_is_looked_for_is_looked_through_in_one_go() -> None:
    # Either pattern, tried at every place in this, would take more time than there is.
    beginnings = said("m2", "Rules for " * 200_000)
    assert gone(written(TOLD, {"$set": {"messages": []}}, beginnings))
    assert gone(written(TOLD, *[{"$rewindTo": "m7"}] * 100_000))
    assert last_typed(written(said("m1", "No, use uv."), {"id": "m2"}) + b"x\n" * 1_000_000) == "No, use uv."
    assert last_typed(b'{"id":"m1","type":"user","content":' + b"[" * 100_000) == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files")
def test_a_log_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "session.jsonl")
    assert heard("BeforeAgent", transcript_path=str(tmp_path / "session.jsonl")) == Prompted(*HEAD, text="")
    assert heard("AfterAgent", transcript_path="/dev/zero") == Finished(*HEAD)


def test_rules_that_are_gone_come_again_with_a_prompt_and_with_an_edit(tmp_path: Path) -> None:
    log = tmp_path / "session.jsonl"
    log.write_bytes(written(BEGUN, TOLD, {"$set": {"messages": [said("m2", "<state_snapshot>")]}}))
    assert heard("BeforeAgent", transcript_path=str(log)) == Prompted(*HEAD, text="", anew=True)
    given = {"tool_input": {"file_path": "a"}, "tool_response": {}, "transcript_path": str(log)}
    assert heard("AfterTool", tool_name="replace", **given) == Edited(*HEAD, files=("a",), anew=True)


def test_a_log_that_cannot_be_read_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not forgotten("")
    assert not forgotten(str(tmp_path))
    assert not forgotten("\0")
    assert heard("BeforeAgent", transcript_path=3) == Prompted(*HEAD, text="")
    log = tmp_path / "session.jsonl"
    log.write_bytes(written(TOLD, {"$set": {"messages": []}}))
    assert forgotten(str(log))
    monkeypatch.setattr("mcp_server.agents.session_log.MOST", 10)
    assert not forgotten(str(log))


@pytest.mark.skipif(sys.platform == "win32", reason="there it is PowerShell's line")
def test_a_hook_whose_program_is_gone_ends_well_and_silent_and_one_that_is_there_is_the_clients_own_child() -> None:
    gone_line = gemini.line(
        Machine("linux", "/home/ada", {}, ("/opt/pl env/bin/python", "-m", "x")), "gemini", "BeforeAgent"
    )
    done = subprocess.run(["bash", "-c", gone_line], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    asks = (sys.executable, "-c", "import os; print(os.getpid(), os.environ['PROMPTLEARN_HOME'])")
    there = gemini.line(Machine("linux", "/home/ada", {}, asks, "/v/my store"), "gemini", "BeforeAgent")
    with subprocess.Popen(["bash", "-c", there], stdout=subprocess.PIPE, encoding="utf-8") as running:
        out, _ = running.communicate()
    assert out == f"{running.pid} /v/my store\n"


def test_powershell_needs_no_such_care() -> None:
    machine = Machine("win32", "C:\\Users\\ada", {}, ("C:\\pl\\python.exe", "-m", "mcp_promptlearn"))
    assert gemini.line(machine, "gemini", "SessionEnd") == machine.hook_line("gemini", "SessionEnd")


def test_only_tools_that_edit_or_run_start_a_process() -> None:
    (handler,) = gemini.group(Machine("linux", "/h", {}, ("/p",)), "AfterTool")["hooks"]  # type: ignore[misc]
    assert shlex.split(handler["command"])[-3:] == ["hook", "gemini", "AfterTool"]  # type: ignore[index]
    assert gemini.EVENTS["AfterTool"] == "^(edit|replace|run_shell_command|write_file)$"
