"""Sessions of opencode, row by row: prompts, commands, changes, refusals and interruptions."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.logs.opencode_log import Row, session_of, turns
from mcp_server.importers.logs.turns import INJECTED, PERSON, TOOL, Place, Turn
from tests.doors.logs import CWD, shapes, told

USER = {"role": "user", "time": {"created": 1767348001000}}
AGENT = {"role": "assistant", "time": {"created": 1767348002000, "completed": 1767348003000}}


def read(message: Any, part: Any = None, *, parent: str = "") -> list[Turn]:
    data = b"" if part is None else json.dumps(part).encode()
    found = turns(Row("o1", parent, CWD, Place(3), "prt_1", json.dumps(message).encode(), data))
    assert found is not None
    return list(found)


def tool(name: str, given: Any, **state: Any) -> dict[str, Any]:
    return {"type": "tool", "tool": name, "state": {"status": "completed", "input": given, **state}}


def test_a_prompt_is_a_persons() -> None:
    (turn,) = read(USER, {"type": "text", "text": "No, use uv, not pip."})
    assert (turn.session, turn.speaker, turn.text, turn.time, turn.cwd, turn.headless) == (
        "o1",
        PERSON,
        "No, use uv, not pip.",
        1767348001.0,
        CWD,
        False,
    )


def test_a_prompt_of_its_command_line_is_freed_of_its_quotes_and_may_be_a_programs() -> None:
    assert told(read(USER, {"type": "text", "text": '"Use uv."'}), "text", "headless") == [("Use uv.", True)]


@pytest.mark.parametrize("mark", [{"synthetic": True}, {"ignored": True}])
def test_what_was_put_in_is_no_persons_word(mark: Any) -> None:
    assert told(read(USER, {"type": "text", "text": "Use npm.", **mark}), "speaker") == [(INJECTED,)]


def test_what_is_said_to_a_sub_agent_is_its_parents() -> None:
    (turn,) = read(USER, {"type": "text", "text": "Use npm."}, parent="o0")
    assert (turn.session, turn.speaker, turn.sidechain) == ("o0", INJECTED, True)


def test_a_command_is_told_with_its_output_and_end() -> None:
    ended = {"metadata": {"output": "broken\n", "exit": 1}, "time": {"end": 1767348009000}}
    assert told(
        read(AGENT, tool("bash", {"command": "make"}, **ended)), "speaker", "command", "output", "failed", "time"
    ) == [(TOOL, "make", "broken\n", True, 1767348009.0)]
    silent = tool("bash", {"command": "true"}, output="(no output)", metadata={"output": "(no output)", "exit": 0})
    assert told(read(AGENT, silent), "output", "failed") == [("", False)]
    assert told(read(AGENT, tool("bash", {"command": "x"}, output="y")), "output", "failed") == [("y", None)]


def test_a_change_is_told_with_its_file() -> None:
    change = {"filePath": f"{CWD}/a.py", "oldString": "1", "newString": "2"}
    (first,), (again,) = read(AGENT, tool("edit", change)), read(AGENT, tool("edit", change))
    assert (first.files, first.change) == ((f"{CWD}/a.py",), again.change)
    assert read(AGENT, tool("edit", change, status="error", error="not found")) == []
    assert read(AGENT, tool("edit", {})) == read(AGENT, tool("read", {"filePath": "a"})) == []


def test_a_refusal_is_told_with_what_was_said() -> None:
    words = "The user rejected permission to use this specific tool call"
    said = tool("bash", {"command": "npm i"}, status="error", error=f"{words} with the following feedback: use pnpm")
    silent = tool("bash", {"command": "npm i"}, status="error", error=f"{words}.")
    assert told(read(AGENT, said), "rejected", "reason", "command") == [(True, "use pnpm", "npm i")]
    assert told(read(AGENT, silent), "rejected", "reason") == [(True, "")]


def test_a_message_that_a_person_stopped_is_told() -> None:
    stopped = {**AGENT, "error": {"name": "MessageAbortedError"}}
    assert told(read(stopped), "interrupted", "time") == [(True, 1767348003.0)]
    assert told(read(stopped, parent="o0"), "interrupted") == [(False,)]
    assert told(read({"role": "assistant", "error": {"name": "MessageAbortedError"}}), "time") == [(None,)]
    assert read(AGENT) == read({**AGENT, "error": {"name": "APIError"}}) == []


def test_other_parts_tell_nothing() -> None:
    assert read(AGENT, {"type": "text", "text": "Always use npm."}) == []
    assert read(AGENT, {"type": "step-start"}) == read(AGENT, {}) == []


@pytest.mark.parametrize(("message", "part"), [(b"{torn", b""), (b"[]", b"{}"), (b"{}", b"{torn")])
def test_a_row_that_cannot_be_read_says_so(message: bytes, part: bytes) -> None:
    assert turns(Row("o1", "", CWD, Place(1), "p", message, part)) is None


def test_a_session_file_tells_id_parent_and_folder() -> None:
    held = {"id": "ses_1", "parentID": "ses_0", "directory": CWD}
    assert session_of(json.dumps(held).encode()) == ("ses_1", "ses_0", CWD)
    assert session_of(b"{}") is session_of(b"torn") is None


NAMES = """type text tool state status completed error input command filePath metadata exit output role user assistant
synthetic name MessageAbortedError time created end bash edit"""


@settings(deadline=None)
@given(shapes(NAMES), shapes(NAMES), st.booleans())
def test_no_row_whatever_its_shape_ends_the_reading(message: Any, part: Any, alone: bool) -> None:
    data = b"" if alone else json.dumps(part).encode()
    for turn in turns(Row("o1", "", CWD, Place(1), "p", json.dumps(message).encode(), data)) or ():
        assert turn.speaker in {PERSON, INJECTED, TOOL}
        assert all(isinstance(value, str) for value in (turn.text, turn.command, turn.output, turn.reason, *turn.files))
