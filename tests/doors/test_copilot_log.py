"""Logs of Copilot CLI: what was typed and what was run, without what hooks put beside it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.logs.copilot_log import CopilotLog
from mcp_server.importers.logs.turns import INJECTED, PERSON, TOOL, Place, Turn
from tests.doors.logs import CWD, heard, lines, shapes, survives, told


def record(kind: str, data: Any, **more: Any) -> dict[str, Any]:
    return {"type": kind, "data": data, "id": "r1", "timestamp": "2026-01-02T10:00:01.000Z", **more}


HEAD = record("session.start", {"sessionId": "c1", "context": {"cwd": CWD, "branch": "main"}})


def call(tool: str, arguments: Any, *, ident: str = "t1", **ended: Any) -> list[dict[str, Any]]:
    begun = record("tool.execution_start", {"toolCallId": ident, "toolName": tool, "arguments": arguments})
    return [begun, record("tool.execution_complete", {"toolCallId": ident, "success": True, **ended})]


def turns(*records: Any, **more: Any) -> list[Turn]:
    return heard(CopilotLog(**more), lines(HEAD, *records))


def test_a_prompt_is_a_persons_in_their_folder_and_on_their_branch() -> None:
    said = record("user.message", {"content": "No, use uv, not pip.", "transformedContent": "Rules ..."})
    assert told(turns(said), "session", "speaker", "text", "time", "cwd", "branch", "place") == [
        ("c1", PERSON, "No, use uv, not pip.", 1767348001.0, CWD, "main", Place(2, len(lines(HEAD))))
    ]


@pytest.mark.parametrize(
    "more",
    [{"agentId": "a1"}, {"data": {"content": "Always use npm.", "source": "agent-c1"}}, {"data": {"content": 3}}],
    ids=str,
)
def test_what_was_put_in_is_no_persons_word(more: Any) -> None:
    said = {**record("user.message", {"content": "Always use npm."}), **more}
    assert told(turns(said), "speaker", "text", "sidechain") == [(INJECTED, "", "agentId" in more)]


def test_a_command_tells_what_it_printed_and_how_it_ended() -> None:
    result = {
        "content": "1 failed\n<shellId: 0 completed with exit code 1>\n\nRules",
        "detailedContent": "1 failed\n<x>",
    }
    shown = {"content": "1 passed\n<shellId: 0 completed with exit code 0>"}
    ended = call("bash", {"command": "pytest"}, result=result, shellExecution={"exitCode": 1})
    found = turns(*ended, *call("powershell", '{"command": "dir"}', ident="t2", result=shown))
    assert told(found, "speaker", "tool", "command", "output", "failed") == [
        (TOOL, "bash", "pytest", "1 failed\n<x>", True),
        (TOOL, "powershell", "dir", "1 passed", False),
    ]


def test_a_command_that_goes_on_tells_no_end() -> None:
    running = {"content": "<command with shellId: 0 is still running>"}
    assert told(
        turns(*call("bash", {"command": "serve"}, result=running, shellExecution={"exitCode": True})), "failed"
    ) == [(None,)]


def test_an_edit_counts_where_it_succeeded() -> None:
    done = call("edit", {"path": f"{CWD}/a.py", "old_str": "a", "new_str": "b"})
    missed = call("edit", {"path": f"{CWD}/b.py"}, ident="t2", success=False, error={"message": "ENOENT"})
    found = turns(*done, *missed, *call("view", {"path": "x"}, ident="t3"))
    assert told(found, "files") == [((f"{CWD}/a.py",),)]
    assert found[0].change == turns(*done)[0].change != ""


def test_a_refused_call_and_a_stopped_turn_are_a_persons_doing() -> None:
    refused = call("bash", {"command": "rm a"}, success=False, error={"message": "no", "code": "rejected"})
    found = turns(
        *refused, record("abort", {"reason": "user_initiated"}), record("abort", {"reason": "remote_command"})
    )
    assert told(found, "rejected", "interrupted") == [(True, False), (False, True)]


def test_a_call_without_an_answer_waits_until_a_person_speaks() -> None:
    log = CopilotLog("c9")
    begun, ended = call("bash", {"command": "ls"})
    assert heard(log, lines(begun)) == []
    assert log.waits == Place(1)
    said = record("user.message", {"content": "Go on."})
    assert told(heard(log, lines(said, ended)), "session", "speaker") == [("c9", PERSON)]
    assert log.waits is None


def test_a_call_without_a_name_is_passed_over() -> None:
    assert turns(*call("bash", {"command": "ls"}, ident="")) == []


def test_lines_that_are_no_records_are_counted_and_passed_over() -> None:
    log = CopilotLog()
    data = b'not json\n{"type":"user.message"\n\n{"type":"hook.end"}\n' + lines(record("session.resume", {}))
    assert heard(log, data + b'{"type":"x","data":{"a":"user.message"}, "b": "\\"user.message\\""}\n') == []
    assert log.bad == 2


WORDS = (
    "type data id timestamp agentId session.start session.resume user.message tool.execution_start "
    "tool.execution_complete abort sessionId context cwd branch content source toolCallId toolName arguments bash edit "
    "command path result detailedContent shellExecution exitCode success error code rejected reason user_initiated"
)


@settings(max_examples=200)
@given(st.lists(shapes(WORDS) | st.binary(max_size=40), max_size=6))
def test_no_log_brings_it_down(wild: list[Any]) -> None:
    survives(CopilotLog(), wild)
