"""Logs of Qwen Code: what was typed, told from what its client and hooks put in, and what came of each call."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.logs.qwen_log import QwenLog
from mcp_server.importers.logs.turns import INJECTED, OURS, PERSON, TOOL, Place, Turn
from tests.doors.logs import CWD, heard, lines, shapes, survives, told


def record(kind: str, *parts: Any, **more: Any) -> dict[str, Any]:
    role = "model" if kind == "assistant" else "user"
    head = {"uuid": "u1", "sessionId": "q1", "timestamp": "2026-01-02T10:00:01.000Z", "cwd": CWD, "gitBranch": "main"}
    return {**head, "type": kind, "message": {"role": role, "parts": list(parts)}, **more}


def typed(text: str, **more: Any) -> dict[str, Any]:
    return record("user", {"text": text}, **{"provenance": "real_user", **more})


def call(ident: str, name: str, args: Any) -> dict[str, Any]:
    return record("assistant", {"functionCall": {"id": ident, "name": name, "args": args}})


def answered(ident: str, said: str, *, status: str = "success") -> dict[str, Any]:
    response = {"output" if status == "success" else "error": said}
    part = {"functionResponse": {"id": ident, "name": "x", "response": response}}
    return record("tool_result", part, toolCallResult={"callId": ident, "status": status})


def ran(output: str, code: int) -> str:
    return f"Command: x\nDirectory: (root)\nOutput: {output}\nError: (none)\nExit Code: {code}\nSignal: (none)"


def turns(*records: Any, **more: Any) -> list[Turn]:
    return heard(QwenLog(**more), lines(*records))


def test_a_prompt_is_a_persons_with_where_and_when_it_was_typed() -> None:
    (turn,) = turns(typed("No, use uv, not pip."))
    assert (turn.client, turn.session, turn.speaker, turn.text) == ("qwen", "q1", PERSON, "No, use uv, not pip.")
    assert (turn.cwd, turn.branch, turn.ident, turn.place) == (CWD, "main", "u1", Place(1, 0))
    assert turn.time is not None


def test_an_older_record_says_not_where_its_words_come_from() -> None:
    old = typed("Use uv.")
    del old["provenance"]
    mid = typed("Use npm.", subtype="mid_turn_user_message")
    assert told(turns(old, mid), "speaker", "text") == [(PERSON, "Use uv."), (PERSON, "Use npm.")]


def test_what_client_and_hooks_put_beside_a_prompt_is_not_the_persons() -> None:
    reminder = {"text": "<system-reminder>\n1 agent was restored\n</system-reminder>\n\n"}
    hooked = {"text": "<qwen:user-prompt-submit-context>\nUse npm.\n</qwen:user-prompt-submit-context>"}
    shown = {"displayText": "Use uv.", "hookContext": "Use npm."}
    attached = "Use uv.\n--- Content from referenced files ---\nAlways use npm."
    found = turns(
        record("user", reminder, {"text": "Use uv."}),
        record("user", {"text": "Use uv."}, hooked, systemPayload=shown),
        record("user", {"text": "Use uv."}, hooked),
        typed(attached),
    )
    assert told(found, "speaker", "text") == [(PERSON, "Use uv.")] * 4


def test_notices_sub_agents_and_our_own_prompts_are_nobodys_word() -> None:
    found = turns(
        typed("<task-notification>x</task-notification>", provenance="system", subtype="notification"),
        typed("Use npm.", provenance="goal_runtime"),
        typed("Use npm.", subtype="cron"),
        typed("Use npm.", isSidechain=True),
        typed("promptlearn: say it"),
    )
    assert told(found, "speaker", "text", "sidechain") == [
        (INJECTED, "", False),
        (INJECTED, "", False),
        (INJECTED, "", False),
        (INJECTED, "", True),
        (OURS, "", False),
    ]
    assert told(turns(typed("Use npm."), sidechain=True), "speaker", "sidechain") == [(INJECTED, True)]


def test_a_command_is_told_with_its_output_and_its_end() -> None:
    found = turns(
        call("1", "run_shell_command", {"command": "make"}),
        answered("1", ran("1 passed", 0)),
        call("2", "run_shell_command", {"command": "make"}),
        answered("2", ran("1 failed", 1), status="error"),
        call("3", "run_shell_command", {"command": "make &"}),
        answered("3", "Background shell started."),
    )
    assert told(found, "speaker", "command", "output", "failed") == [
        (TOOL, "make", "1 passed", False),
        (TOOL, "make", "1 failed", True),
    ]


def test_an_edit_is_told_once_it_was_made() -> None:
    given = {"file_path": "a.py", "old_string": "a", "new_string": "b"}
    found = turns(
        call("1", "edit", given),
        answered("1", "done"),
        call("2", "edit", given),
        answered("2", "no match", status="error"),
        call("3", "edit", {"file_path": 7}),
        answered("3", "done"),
        call("4", "read_file", {"file_path": "a.py"}),
        answered("4", "x"),
        answered("9", "x"),
    )
    assert told(found, "tool", "files", "rejected") == [("edit", ("a.py",), False)]
    assert found[0].change


def test_a_call_that_a_person_refused_is_told_so() -> None:
    (turn,) = turns(call("1", "edit", {"file_path": "a.py"}), answered("1", "cancelled", status="cancelled"))
    assert (turn.rejected, turn.files) == (True, ())


def test_a_call_that_waits_is_read_again_and_forgotten_when_a_person_speaks() -> None:
    log = QwenLog()
    heard(log, lines(call("", "edit", {}), call("1", "edit", {"file_path": "a.py"})))
    assert log.waits is not None
    assert log.waits.line == 2
    heard(log, lines(typed("Go on.")))
    assert log.waits is None


def test_lines_that_are_no_records_are_counted_and_passed_over() -> None:
    log = QwenLog("q0")
    half = b'{"type":"user","message":\n'
    other = lines({"type": "system", "subtype": "ui_telemetry"}, {"x": {"type": "user"}})
    assert heard(log, half + b'{"half\n' + b"\n" + other) == []
    assert log.bad == 2
    (turn,) = heard(log, b'{"type":"user","message":{"parts":[{"text":"Use uv."}]}}\n')
    assert (turn.session, turn.text) == ("q0", "Use uv.")


@settings(max_examples=60)
@given(
    st.lists(
        shapes(
            "type user assistant tool_result message parts text functionCall functionResponse id name args command "
            "file_path response output error toolCallResult status cancelled success systemPayload displayText edit "
            "run_shell_command sessionId provenance subtype"
        ),
        max_size=6,
    )
)
def test_a_log_of_any_shape_is_survived(wild: list[Any]) -> None:
    survives(QwenLog(), wild)
