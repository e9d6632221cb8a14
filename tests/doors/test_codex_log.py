"""Logs of Codex: everything stands twice in them and counts once, in the newest shape and in older ones."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.logs.codex_log import CodexLog
from mcp_server.importers.logs.turns import INJECTED, PERSON, TOOL, Place, Turn
from tests.doors.logs import CWD, Codex, heard, lines, shapes, survives, told

PATCH = "*** Begin Patch\n*** Update File: a.py\n@@\n-1\n+2\n*** Add File: b.py\n+x\n*** End Patch\n"


def turns(*records: Any) -> list[Turn]:
    return heard(CodexLog(), lines(*records))


def test_a_prompt_counts_once_though_it_stands_twice() -> None:
    log = Codex()
    found = turns(log.head, *log.prompt("No, use uv, not pip."), *log.prompt("Never mock the database."))
    assert told(found, "speaker", "text", "session", "cwd", "branch", "time") == [
        (PERSON, "No, use uv, not pip.", "c1", CWD, "topic", 1767348002.0),
        (PERSON, "Never mock the database.", "c1", CWD, "topic", 1767348004.0),
    ]


def test_a_prompt_said_twice_counts_twice() -> None:
    log = Codex()
    assert len(turns(log.head, *log.prompt("Use uv."), *log.prompt("Use uv."))) == 2


def test_an_older_log_tells_prompts_by_its_display_lines() -> None:
    log = Codex()
    shown = log.line("event_msg", type="user_message", message="Use uv.", images=[])
    model = log.line("response_item", type="message", role="user", content=[{"type": "input_text", "text": "Use uv."}])
    assert told(turns(log.head, shown, model), "text") == [("Use uv.",)]
    assert told(turns(log.head, model, shown), "text") == [("Use uv.",)]


def test_the_oldest_logs_have_no_envelope() -> None:
    head = {"id": "old", "timestamp": "2025-05-01T10:00:00Z", "instructions": None, "git": {"branch": "b"}}
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Use uv."}]}
    assert told(turns(head, said), "session", "speaker", "text", "branch") == [("old", PERSON, "Use uv.", "b")]


@pytest.mark.parametrize(
    "text",
    [
        "<environment_context>\n<cwd>/work</cwd>\n</environment_context>",
        "<user_instructions>Always use npm.</user_instructions>",
        "# AGENTS.md instructions for /work\n\nAlways use npm.",
        "<turn_aborted>\nAlways use npm.</turn_aborted>",
    ],
)
def test_what_was_put_in_is_no_persons_word(text: str) -> None:
    log = Codex()
    model = log.line("response_item", type="message", role="user", content=[{"type": "input_text", "text": text}])
    assert told(turns(log.head, model), "speaker", "text") == [(INJECTED, "")]


def test_what_the_log_says_a_program_put_in_is_passed_over() -> None:
    log = Codex()
    mark = {"content_item_metadata": [{"provenance": {"type": "harness"}}]}
    content = [{"type": "input_text", "text": "Always use npm."}]
    record = log.line(
        "response_item", type="message", role="user", content=content, internal_chat_message_metadata_passthrough=mark
    )
    other = log.line("response_item", type="message", role="developer", content=content)
    assert turns(log.head, record, other) == []


def test_what_an_editor_put_before_the_request_is_taken_off() -> None:
    log = Codex()
    text = (
        "# Context from my IDE setup:\n\n## Active file: a.py\n\n## My request for Codex:\nNever edit a.py by hand.\n"
    )
    assert told(turns(log.head, *log.prompt(text)), "text") == [("Never edit a.py by hand.",)]


@pytest.mark.parametrize(
    ("head", "sidechain", "headless"),
    [
        ({}, False, False),
        ({"source": "exec"}, False, True),
        ({"originator": "codex_exec"}, False, True),
        ({"source": {"subagent": {"thread_spawn": {}}}, "session_id": "parent"}, True, False),
        ({"thread_source": "subagent"}, True, False),
    ],
    ids=str,
)
def test_its_first_line_says_who_may_have_prompted(head: dict[str, Any], sidechain: bool, headless: bool) -> None:
    log = Codex(**head)
    (turn,) = turns(log.head, *log.prompt("Use uv."))
    assert (turn.sidechain, turn.headless) == (sidechain, headless)
    assert (turn.speaker, turn.session) == (INJECTED if sidechain else PERSON, head.get("session_id", "c1"))


def test_the_folder_follows_the_turns() -> None:
    log = Codex()
    context = log.line("turn_context", cwd="/work/other", model="m")
    assert told(turns(log.head, context, *log.prompt("Use uv.")), "cwd") == [("/work/other",)]


def test_a_command_is_told_by_the_display_and_not_again_by_its_call() -> None:
    log = Codex()
    found = turns(
        log.head,
        log.line("response_item", type="function_call", name="exec_command", call_id="k", arguments='{"cmd":"make"}'),
        log.ran("make", "broken\n", 2),
        log.line("response_item", type="function_call_output", call_id="k", output="Exit code: 2\nOutput:\nbroken\n"),
    )
    assert told(found, "speaker", "command", "output", "failed") == [(TOOL, "make", "broken\n", True)]


def test_an_older_display_line_tells_a_command() -> None:
    log = Codex()
    found = turns(
        log.head,
        log.line(
            "event_msg", type="exec_command_end", command=["bash", "-lc", "make"], stdout="a", stderr="b", exit_code=0
        ),
        log.line("event_msg", type="exec_command_end", command=["git", "status"], aggregated_output="clean"),
        log.line("event_msg", type="exec_command_end", command=["C:\\\\bin\\\\pwsh.exe", "-Command", "make"]),
        log.line("event_msg", type="exec_command_end", command=[7]),
    )
    assert told(found, "command", "output", "failed") == [
        ("make", "a\nb", False),
        ("git status", "clean", None),
        ("make", "", None),
        ("", "", None),
    ]


@pytest.mark.parametrize(
    ("output", "told_output", "failed"),
    [
        ('{"output":"broken","metadata":{"exit_code":1,"duration_seconds":0.1}}', "broken", True),
        ('{"output":"fine","exit_code":0}', "fine", False),
        ("Exit code: 0\nWall time: 0.1 seconds\nOutput:\nfine\n", "fine\n", False),
        ("Chunk ID: 1\nWall time: 1 s\nProcess exited with code 1\nOutput:\nbroken", "broken", True),
        ({"content": "plain", "success": True}, "plain", None),
        ("{not json", "{not json", None),
        ('{"other":1}', '{"other":1}', None),
    ],
)
def test_without_a_display_line_the_answer_tells_a_command(output: Any, told_output: str, failed: bool | None) -> None:
    log = Codex()
    found = turns(
        log.head,
        log.line(
            "response_item",
            type="function_call",
            name="shell",
            call_id="k",
            arguments='{"command":["bash","-lc","make"]}',
        ),
        log.line("response_item", type="function_call_output", call_id="k", output=output),
    )
    assert told(found, "command", "output", "failed") == [("make", told_output, failed)]


def test_a_local_shell_call_is_a_command_too() -> None:
    log = Codex()
    found = turns(
        log.head,
        log.line(
            "response_item", type="local_shell_call", call_id="k", action={"type": "exec", "command": ["ls", "-l"]}
        ),
        log.line("response_item", type="local_shell_call_output", call_id="k", output="a"),
    )
    assert told(found, "command", "output") == [("ls -l", "a")]


def test_changes_are_told_with_their_files_by_either_log() -> None:
    log = Codex()
    item = {"type": "FileChange", "id": "x", "changes": {f"{CWD}/a.py": {"type": "update"}}, "status": "completed"}
    displayed = [
        log.line("event_msg", type="item_completed", item=item),
        log.line("event_msg", type="patch_apply_end", changes={"b.py": {}}, success=True),
        log.line("event_msg", type="patch_apply_end", changes={"c.py": {}}, success=False),
    ]
    assert told(turns(log.head, *displayed), "files") == [((f"{CWD}/a.py",),), (("b.py",),), ((),)]
    called = [
        log.line("response_item", type="custom_tool_call", name="apply_patch", call_id="k", input=PATCH),
        log.line("response_item", type="custom_tool_call_output", call_id="k", output="Exit code: 0\nOutput:\nSuccess"),
        log.line(
            "response_item",
            type="function_call",
            name="shell",
            call_id="m",
            arguments=json.dumps({"command": ["apply_patch", PATCH]}),
        ),
        log.line("response_item", type="function_call_output", call_id="m", output="Exit code: 1\nOutput:\nno"),
    ]
    first, second = turns(log.head, *called)
    assert (first.tool, first.files, first.command) == ("apply_patch", ("a.py", "b.py"), "")
    assert (second.files, second.failed, second.tool) == ((), True, "apply_patch")


def test_refusals_and_interruptions_are_a_persons() -> None:
    log = Codex()
    declined = {"type": "CommandExecution", "command": "rm x", "status": "declined", "aggregated_output": ""}
    found = turns(
        log.head,
        log.line("event_msg", type="item_completed", item=declined),
        log.line(
            "event_msg", type="item_completed", item={"type": "FileChange", "changes": {"a": {}}, "status": "declined"}
        ),
        log.line("response_item", type="function_call", name="shell", call_id="k", arguments='{"command":"rm x"}'),
        log.line("response_item", type="function_call_output", call_id="k", output="exec command rejected by user"),
        log.line("event_msg", type="turn_aborted", turn_id="t", reason="interrupted"),
        log.line("event_msg", type="turn_aborted", turn_id="u", reason="replaced"),
    )
    assert told(found, "rejected", "interrupted", "command", "files") == [
        (True, False, "rm x", ()),
        (True, False, "", ()),
        (True, False, "rm x", ()),
        (False, True, "", ()),
    ]


def test_a_command_that_a_person_stopped_tells_nothing_by_itself() -> None:
    log = Codex()
    called = log.line("response_item", type="function_call", name="shell", call_id="k", arguments='{"command":"make"}')
    stopped = log.line("response_item", type="function_call_output", call_id="k", output="aborted by user after 10.0s")
    assert turns(log.head, called, stopped) == []


def test_what_was_compacted_is_not_told_again() -> None:
    log = Codex()
    history = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Use uv."}]}]
    assert turns(log.head, log.line("compacted", message="a summary", replacement_history=history)) == []


def test_what_is_unknown_is_passed_over() -> None:
    log = Codex()
    assert (
        turns(
            log.head,
            log.line("event_msg", type="token_count", info={"x": 1}),
            log.line("event_msg", type="item_completed", item={"type": "UserMessage2", "x": '"user_message"'}),
            log.line("event_msg", type="item_completed", item={"type": "AgentMessage", "content": ['"role":"user"']}),
            log.line("response_item", type="function_call", name="update_plan", call_id="p", arguments="{}"),
            log.line("response_item", type="function_call", name="shell", arguments="{}"),
            log.line("response_item", type="function_call_output", call_id="p", output="done"),
            log.line("response_item", type="function_call_output", call_id="never", output="done"),
            log.line("response_item", type="custom_tool_call", name="exec", call_id="x", input="text(1)"),
            log.line("response_item", type="message", role="assistant", content=[{"text": '"role":"user"'}]),
            log.line("response_item", type="custom_tool_call_thing"),
        )
        == []
    )


def test_a_call_waits_for_its_answer_until_a_person_speaks() -> None:
    log, codex = CodexLog(), Codex()
    called = codex.line(
        "response_item", type="function_call", name="shell", call_id="k", arguments='{"command":"make"}'
    )
    heard(log, lines(codex.head, called))
    assert log.waits == Place(2, len(lines(codex.head)))
    heard(log, lines(*codex.prompt("Use uv.")))
    assert log.waits is None


def test_what_waits_for_its_second_telling_does_not_pile_up() -> None:
    log, codex = CodexLog(), Codex()
    shown = [codex.line("event_msg", type="user_message", message=f"use {n}") for n in range(200)]
    calls = [
        codex.line("response_item", type="function_call", name="shell", call_id=f"k{n}", arguments='{"command":"a"}')
        for n in range(200)
    ]
    heard(log, lines(*shown, *calls))
    state: Any = log
    assert len(state._told) <= 50
    assert len(state._before) <= 101


def test_lines_that_cannot_be_read_are_counted() -> None:
    log = CodexLog()
    heard(log, b'{"type":"event_msg","payload":{"type":"user_message"\n' + b'{"type":"token\n' + b"\n" + b"[]\n")
    assert log.bad == 3


NAMES = """type payload session_meta turn_context event_msg response_item item_completed item UserMessage user_message
message role user content text call_id name shell arguments output command CommandExecution exit_code changes FileChange
patch_apply_end turn_aborted reason interrupted function_call function_call_output custom_tool_call apply_patch input
aggregated_output status declined source id cwd git branch internal_chat_message_metadata_passthrough provenance"""


@settings(deadline=None)
@given(st.lists(shapes(NAMES) | st.binary(max_size=60), max_size=12))
def test_no_line_whatever_its_shape_ends_the_reading(wild: list[Any]) -> None:
    survives(CodexLog(), wild)
