"""Logs of Cline: whole documents, in which a person's words, what came of calls and hooks' context all are messages."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.logs.cline_log import ClineLog
from mcp_server.importers.logs.turns import INJECTED, OURS, PERSON, TOOL, Place, Turn
from tests.doors.logs import CWD, shapes, survives, told

STAMP = 1_767_348_001_000


def said(*texts: str, role: str = "user", **more: Any) -> dict[str, Any]:
    return {"id": "m1", "role": role, "content": [{"type": "text", "text": text} for text in texts], **more}


def typed(text: str) -> dict[str, Any]:
    return said(f'<user_input mode="act">{text}</user_input>', ts=STAMP)


def used(name: str, given: Any, answer: Any, ident: str = "call_1") -> list[dict[str, Any]]:
    call = {"type": "tool_use", "id": ident, "name": name, "input": given}
    result = {"type": "tool_result", "tool_use_id": ident, "name": name, "content": answer}
    return [
        {"id": "m2", "role": "assistant", "content": [call]},
        {"id": "m3", "role": "user", "content": [result], "ts": STAMP},
    ]


def turns(*messages: Any, mode: str = "user", sidechain: bool = False) -> list[Turn]:
    document = {"version": 1, "agent": "lead", "origin": {"source": "cli", "mode": mode}, "messages": messages}
    log = ClineLog("1795_a", cwd=CWD, sidechain=sidechain)
    assert log.waits is None
    return list(log.read(json.dumps(document, indent=2).encode(), Place(1)))


def test_a_prompt_is_a_persons_with_where_and_when_it_was_typed() -> None:
    found = turns(said("Fine.", role="assistant"), typed("No, use uv, not pip."))
    assert told(found, "client", "session", "speaker", "text", "time", "cwd", "place") == [
        ("cline", "1795_a", PERSON, "No, use uv, not pip.", STAMP / 1000, CWD, Place(2))
    ]


def test_what_hooks_schedules_other_agents_and_a_summary_say_is_nobodys_word() -> None:
    context = said('<hook_context source="RunStart">\nUse npm.\n</hook_context>', metadata={"displayRole": "system"})
    summary = said("Context summary:\n\nUse npm.")
    assert told(turns(context, summary), "speaker", "text") == [(INJECTED, "")] * 2
    assert told(turns(typed("Use npm."), mode="automation"), "speaker", "text") == [(INJECTED, "")]
    assert told(turns(typed("Use npm."), sidechain=True), "speaker", "text", "sidechain") == [(INJECTED, "", True)]
    assert told(turns(typed("promptlearn: say it")), "speaker", "text") == [(OURS, "")]


def test_each_command_of_a_call_is_told_with_its_output_and_its_end() -> None:
    ran = [
        {"query": "make", "result": "[Command exited with code 2]\nno rule\n", "error": "code 2", "success": False},
        {"query": "ls", "result": "a\n", "success": True},
        {"query": "top", "result": "asked for more"},
    ]
    found = turns(*used("run_commands", {"commands": ["make", "ls", "top"]}, ran))
    assert told(found, "speaker", "tool", "command", "output", "failed", "ident") == [
        (TOOL, "run_commands", "make", "no rule\n", True, "call_1"),
        (TOOL, "run_commands", "ls", "a\n", False, "call_1.1"),
    ]
    assert turns(*used("run_commands", {"commands": ["make"]}, "was refused")) == []


def test_an_edit_is_told_where_it_was_made() -> None:
    given = {"path": "/work/form/a.txt", "old_text": "a", "new_text": "b"}
    good, bad = json.dumps({"success": True}), json.dumps({"success": False, "error": "no match"})
    (edit,) = turns(*used("editor", given, good))
    (again,) = turns(*used("editor", given, good))
    (other,) = turns(*used("editor", {**given, "new_text": "c"}, good))
    assert (edit.files, edit.change == again.change, edit.change == other.change) == (
        ("/work/form/a.txt",),
        True,
        False,
    )
    assert turns(*used("editor", given, bad)) == []
    assert turns(*used("editor", {}, good)) == []
    patch = "*** Begin Patch\n*** Update File: a.py\n*** Add File: b.py\n*** End Patch"
    assert told(turns(*used("apply_patch", {"input": patch}, good)), "files") == [(("a.py", "b.py"),)]
    assert turns(*used("read_files", {"path": "a"}, good)) == []


@pytest.mark.parametrize("stamp", [None, True, -1, "soon", 10**400])
def test_a_message_without_a_time_has_none(stamp: object) -> None:
    assert told(turns({**typed("Use uv."), "ts": stamp}), "text", "time") == [("Use uv.", None)]


def test_what_is_no_document_is_counted() -> None:
    log = ClineLog("1795_a")
    assert list(log.read(b"[]", Place(1))) == []
    assert list(log.read(b"{", Place(1))) == []
    assert log.bad == 2


@settings(max_examples=60)
@given(
    st.lists(
        shapes("messages role user content type text tool_use tool_result input path commands query id ts"), max_size=3
    )
)
def test_no_shape_of_a_log_breaks_its_reader(wild: list[Any]) -> None:
    survives(ClineLog("1795_a"), [{"messages": wild}, *wild])
