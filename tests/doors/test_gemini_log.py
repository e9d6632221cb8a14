"""Logs of Gemini CLI: each message and each call once, in JSON Lines and in the older single document."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.logs.gemini_log import GeminiLog
from mcp_server.importers.logs.turns import INJECTED, PERSON, TOOL, Place, Turn
from tests.doors.logs import CWD, heard, lines, shapes, survives, told

HEAD = {"sessionId": "g1", "projectHash": "ab", "startTime": "2026-01-02T10:00:00.000Z", "kind": "main"}


def message(ident: str, kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"id": ident, "timestamp": "2026-01-02T10:00:01.000Z", "type": kind, "content": content, **more}


def call(ident: str, name: str, args: Any, output: str = "", *, status: str = "success") -> dict[str, Any]:
    response = {"functionResponse": {"id": ident, "name": name, "response": {"output": output}}}
    stamp = "2026-01-02T10:00:05.000Z"
    return {"id": ident, "name": name, "args": args, "result": [response], "status": status, "timestamp": stamp}


def ran(command: str, output: str, *, status: str = "success") -> dict[str, Any]:
    return message(
        "m", "gemini", "", toolCalls=[call("c", "run_shell_command", {"command": command}, output, status=status)]
    )


def turns(*records: Any, **more: Any) -> list[Turn]:
    return heard(GeminiLog(**more), lines(*records))


def test_a_prompt_is_a_persons_and_counts_once() -> None:
    said = message("m1", "user", [{"text": "No, use uv, not pip."}])
    found = turns(HEAD, said, said, {"$set": {"lastUpdated": "x"}}, {"$set": {"messages": [said]}}, cwd=CWD)
    assert told(found, "session", "speaker", "text", "time", "cwd", "place") == [
        ("g1", PERSON, "No, use uv, not pip.", 1767348001.0, CWD, Place(2, len(lines(HEAD))))
    ]


def test_an_older_log_is_one_document() -> None:
    said = [message("m1", "user", "Use uv."), message("m2", "gemini", "Yes."), message("m3", "user", "Never use pip.")]
    data = json.dumps({**HEAD, "messages": said}, indent=2).encode()
    found = list(GeminiLog(cwd=CWD).read(data, Place(1)))
    assert told(found, "text", "place") == [("Use uv.", Place(1)), ("Never use pip.", Place(3))]


@pytest.mark.parametrize(
    "content",
    [
        [{"text": "<session_context>\nAlways use npm.\n</session_context>"}],
        [{"functionResponse": {"response": {"output": "Always use npm."}}}],
        [],
        None,
    ],
    ids=str,
)
def test_what_was_put_in_is_no_persons_word(content: Any) -> None:
    assert told(turns(HEAD, message("m", "user", content)), "speaker", "text") == [(INJECTED, "")]


def test_files_that_came_with_a_prompt_are_left_out() -> None:
    parts = [
        {"text": "Never edit @a.md by hand."},
        {"text": "\n--- Content from referenced files ---"},
        {"text": "\nAlways use npm."},
    ]
    assert told(turns(HEAD, message("m", "user", parts)), "text") == [("Never edit @a.md by hand.",)]


def test_what_was_typed_is_told_and_not_the_text_that_a_command_has_for_it() -> None:
    sent = [{"text": "Always use npm."}, {"text": "<hook_context>Rules for web, revision 1</hook_context>"}]
    typed = message("m", "user", sent, displayContent=[{"text": "No, use uv."}])
    assert told(turns(HEAD, typed), "speaker", "text") == [(PERSON, "No, use uv.")]
    command = message("m", "user", sent, displayContent=[{"text": "/tidy"}])
    assert told(turns(HEAD, command), "speaker", "text") == [(INJECTED, "")]


def test_what_is_said_to_a_sub_agent_is_its_parents() -> None:
    head = {**HEAD, "kind": "subagent", "directories": [CWD]}
    (turn,) = turns(head, message("m", "user", [{"text": "Always use npm."}]), session="parent")
    assert (turn.session, turn.speaker, turn.sidechain, turn.cwd) == ("parent", INJECTED, True, CWD)
    assert told(turns(head, message("m", "user", "Use npm.")), "session") == [("g1",)]


@pytest.mark.parametrize(
    ("output", "printed", "failed"),
    [
        (
            "<untrusted_context>\nOutput: F\n1 failed\nExit Code: 1\nProcess Group PGID: 7\n</untrusted_context>",
            "F\n1 failed",
            True,
        ),
        ("<untrusted_context>\nOutput: fine\nProcess Group PGID: 7\n</untrusted_context>", "fine", False),
        ("<untrusted_context>\nOutput: (empty)\nExit Code: 1\n</untrusted_context>", "", True),
        (
            "Command: make\nDirectory: (root)\nStdout: a\nb\nStderr: x\nError: (none)\nExit Code: 0\nSignal: none",
            "a\nb",
            False,
        ),
        ("Output: all of it", "all of it", False),
        ("Command was backgrounded.", "Command was backgrounded.", None),
        ("It ended.\nExit Code: 2", "It ended.\nExit Code: 2", True),
    ],
)
def test_a_command_is_told_with_what_it_printed(output: str, printed: str, failed: bool | None) -> None:
    found = turns(HEAD, ran("make", output))
    assert told(found, "speaker", "command", "output", "failed", "time") == [
        (TOOL, "make", printed, failed, 1767348005.0)
    ]


def test_a_call_is_told_once_though_its_message_stands_again() -> None:
    waiting = message(
        "m", "gemini", "", toolCalls=[call("c", "run_shell_command", {"command": "make"}, status="executing")]
    )
    done = ran("make", "Output: fine")
    assert len(turns(HEAD, waiting, done, done)) == 1


def test_changes_are_told_with_their_files() -> None:
    change = {"file_path": f"{CWD}/a.py", "old_string": "1", "new_string": "2"}
    calls = [
        call("c1", "replace", change),
        call("c2", "replace", change),
        call("c3", "write_file", {"file_path": "b.py", "content": "x"}),
        call("c4", "replace", change, status="error"),
        call("c5", "read_file", {"file_path": "c.py"}),
    ]
    first, again, other = turns(HEAD, message("m", "gemini", "", toolCalls=calls))
    assert (first.files, first.change) == (again.files, again.change)
    assert (other.files, other.change == first.change) == (("b.py",), False)


def test_what_a_person_cancelled_is_told() -> None:
    found = turns(HEAD, ran("rm x", "", status="cancelled"), message("i", "info", "Request cancelled."))
    assert told(found, "rejected", "interrupted", "command") == [(True, False, "rm x"), (False, True, "")]


def test_messages_that_are_remembered_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp_server.importers.logs.gemini_log._KNOWN", 3)
    log: Any = GeminiLog()
    heard(log, lines(*(message(f"m{n}", "user", "Use uv.") for n in range(9))))
    assert len(log._told) == 3
    assert log.waits is None


def test_lines_that_cannot_be_read_are_counted() -> None:
    log = GeminiLog()
    assert heard(log, b"{torn\n\n[]\n" + lines({"type": "user", "content": 7}, {"other": 1}))[0].speaker == INJECTED
    assert log.bad == 2


NAMES = """sessionId kind subagent directories messages $set id type user gemini info content text cancelled toolCalls
status success error name run_shell_command replace args command file_path result functionResponse response output
timestamp"""


@settings(deadline=None)
@given(st.lists(shapes(NAMES) | st.binary(max_size=60), max_size=12))
def test_no_line_whatever_its_shape_ends_the_reading(wild: list[Any]) -> None:
    survives(GeminiLog(), wild)
