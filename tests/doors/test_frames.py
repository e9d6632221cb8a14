"""Prove that no bytes on stdin end the server, and that the next good request is answered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doors.wire import STATELESS, Server, calling, environment, frame, text

DISCOVER = {
    "_meta": {
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test client", "version": "1"},
    }
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "work").mkdir()
    return folder


@pytest.fixture(scope="module")
def shared(place: Path) -> Iterator[Server]:
    """One server for all bytes that it is to live through."""
    with Server(environment(place, place / "work"), place / "work") as server:
        server.shake()
        yield server
        assert server.leave() == (0, [])


@pytest.fixture
def server(shared: Server) -> Iterator[Server]:
    yield shared
    assert shared.ask(frame("ping", "alive")) == {"jsonrpc": "2.0", "id": "alive", "result": {}}


def error(answer: dict[str, Any]) -> tuple[object, int]:
    return answer["id"], answer["error"]["code"]


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n",
        b"{\n",
        b'{"jsonrpc": "2.0", "id": 1, "method": "ping"} trailing\n',
        b"Content-Length: 80\r\n",
        b"\x00\x01\x02\n",
        b"\xef\xbb\xbf" + frame("ping", 1),
        b'{"jsonrpc": "2.0", "id": ' + b"[" * 100_000 + b"]" * 100_000 + b', "method": "ping"}\n',
        b"[" * 100_000 + b"\n",
        b'{"jsonrpc": "2.0", "id": 1, "method": "pi\x01ng"}\n',
    ],
    ids=range(9),
)
def test_a_line_that_is_no_json_is_answered_as_such(server: Server, line: bytes) -> None:
    assert error(server.ask(line)) == (None, -32700)


@pytest.mark.parametrize(
    ("line", "ident"),
    [
        (b"[]\n", None),
        (b"[" + frame("ping", 1).strip() + b"]\n", None),
        (b"1\n", None),
        (b'"ping"\n', None),
        (b"null\n", None),
        (b"{}\n", None),
        (b'{"jsonrpc": "2.0", "id": 5}\n', 5),
        (b'{"jsonrpc": "1.0", "id": 5, "method": "ping"}\n', 5),
        (b'{"id": "five", "method": "ping"}\n', "five"),
        (b'{"jsonrpc": "2.0", "id": 5, "method": 7}\n', 5),
        (b'{"jsonrpc": "2.0", "id": 5, "method": "ping", "params": []}\n', 5),
        (b'{"jsonrpc": "2.0", "id": 5, "method": "ping", "params": "x"}\n', 5),
        (b'{"jsonrpc": "2.0", "id": true}\n', None),
        (b'{"jsonrpc": "2.0", "id": 5, "method": 7, "params": {"a": "\\ud800"}}\n', 5),
    ],
    ids=range(14),
)
def test_json_that_is_no_message_is_answered_under_its_id_where_it_has_one(
    server: Server, line: bytes, ident: object
) -> None:
    assert error(server.ask(line)) == (ident, -32600)


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"\r\n",
        b"   \t \n",
        frame("ping"),
        frame("notifications/unknown"),
        frame("notifications/cancelled", requestId="never sent"),
        frame("notifications/cancelled", requestId={"a": 1}),
        frame("tools/call", name="report_outcome", arguments={"outcome": "success"}),
        b'{"jsonrpc": "2.0", "id": 1, "result": {}}\n',
        b'{"jsonrpc": "2.0", "id": 1, "result": 5}\n',
        b'{"jsonrpc": "2.0", "id": 1, "error": "bad"}\n',
        # The SDK takes a request whose id is null, a fraction or a boolean for a notification.
        b'{"jsonrpc": "2.0", "id": null, "method": "ping"}\n',
        b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}\n',
        b'{"jsonrpc": "2.0", "id": true, "method": "ping"}\n',
        b'{"jsonrpc": "2.0", "id": {"a": 1}, "method": "ping"}\n',
    ],
    ids=range(15),
)
def test_what_wants_no_answer_gets_none(server: Server, line: bytes) -> None:
    # The fixture asks for a ping afterwards, and the first line that comes back is its answer.
    server.send(line)


def test_a_notification_never_calls_a_tool(server: Server) -> None:
    server.send(frame("tools/call", name="suggest_rule", arguments={"rule": "Write the test first, always."}))
    assert "Kept as candidate" in text(server.ask(calling("suggest_rule", 1, rule="Write the test first, always.")))


@pytest.mark.parametrize("method", ["nope", "tools/destroy", "server/discover", "prompts/forget", ""])
def test_an_unknown_method_is_answered_with_an_error(server: Server, method: str) -> None:
    assert error(server.ask(frame(method, 9))) == (9, -32601)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"name": 7},
        {"name": "get_rules", "arguments": []},
        {"name": "get_rules", "arguments": "x"},
        {"arguments": {}},
    ],
    ids=str,
)
def test_a_call_that_is_not_of_the_protocol_s_shape_is_an_error(server: Server, parameters: dict[str, Any]) -> None:
    assert error(server.ask(frame("tools/call", 9, **parameters))) == (9, -32602)


def test_a_tool_that_does_not_exist_is_an_error_of_the_protocol(server: Server) -> None:
    answer = server.ask(calling("approve_rule", 9))
    assert error(answer) == (9, -32602)
    assert answer["error"]["message"].endswith("known are get_rules, report_outcome, suggest_rule")


def test_bytes_that_are_no_utf8_arrive_as_marks(server: Server) -> None:
    said = text(
        server.ask(calling("report_outcome", 1, outcome="mixed", evidence="??").replace(b"??", b"\xff\xfe\xc3"))
    )
    assert said.startswith("Recorded for")


@pytest.mark.parametrize("torn", ['"\\ud800"', '"\\udfff then text"', '"a\\ud83d", "feedback": "\\ud83d"'])
def test_half_a_character_from_javascript_is_mended_and_the_call_is_served(server: Server, torn: str) -> None:
    line = calling("report_outcome", 1, outcome="mixed", evidence="??").replace(b'"??"', torn.encode())
    said = text(server.ask(line))
    assert said.startswith(("Recorded for", "Already recorded for"))


def test_tag_characters_and_nul_and_bidi_marks_are_served_clean(server: Server) -> None:
    hidden = "task\x00\u202e\U000e0041\U000e0042\u200b"
    said = text(server.ask(calling("get_rules", 1, task=hidden, files=[hidden])))
    assert said.startswith("Rules for work, revision 0, episode E")
    assert said.isascii()


@pytest.mark.parametrize("depth", [50, 150, 300, 400])
def test_deep_nesting_is_refused_in_one_line(server: Server, depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    answer = server.ask(calling("get_rules", 1, task="??").replace(b'"??"', deep))
    assert answer["result"]["isError"] is True
    assert text(answer).startswith("get_rules: `task`: it is of the wrong type")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"task": "x" * 10_000_000}, "`task`: it is too long"),
        ({"files": ["a.py"] * 100_000}, "`files`: these are too many"),
        ({"x" * 1_000_000: 1}, "is not an argument"),
        ({"files": {"a": 1}}, "`files`: it is of the wrong type"),
        ({"taks": "x"}, "`taks` is not an argument; known are task, files, project"),
        ({"project": "/no/such/folder"}, "does not exist; name an existing folder"),
        ({"project": "a\x00b"}, "name an existing folder"),
    ],
    ids=range(7),
)
def test_arguments_that_do_not_fit_are_refused_in_one_line(
    server: Server, arguments: dict[str, Any], words: str
) -> None:
    answer = server.ask(calling("get_rules", 1, **arguments))
    assert answer["result"]["isError"] is True
    assert words in text(answer)
    assert len(text(answer)) < 400
    assert text(answer).isprintable()


def test_two_frames_in_one_write_get_two_answers(server: Server) -> None:
    server.send(frame("ping", 1) + frame("ping", 2))
    assert [server.line()["id"], server.line()["id"]] == [1, 2]


def test_a_frame_that_comes_byte_by_byte_is_one_frame(server: Server) -> None:
    for byte in frame("ping", "slow"):
        server.send(bytes([byte]))
    assert server.line()["id"] == "slow"


def test_lines_may_end_as_on_windows_and_be_empty_in_between(server: Server) -> None:
    assert server.ask(b"\r\n\n" + frame("ping", 1).replace(b"\n", b"\r\n"))["id"] == 1


def test_ids_come_back_as_they_were_sent(server: Server) -> None:
    for ident in ("", "7", 7, 0, -1, 2**53, "é\u2028"):
        assert server.ask(frame("ping", ident))["id"] == ident


def test_a_cancelled_call_is_done_all_the_same_and_a_late_cancel_hurts_nobody(server: Server) -> None:
    said = text(server.ask(calling("report_outcome", "c", outcome="failure", evidence="late cancel")))
    server.send(frame("notifications/cancelled", requestId="c", reason="AbortError"))
    assert text(server.ask(calling("report_outcome", "d", outcome="failure", evidence="late cancel"))) == (
        said.replace("Recorded", "Already recorded").split(", as the")[0] + ". Nothing was changed."
    )


# Servers of their own


def test_a_call_before_the_handshake_is_an_error_and_the_handshake_still_works(tmp_path: Path) -> None:
    with Server(environment(tmp_path, tmp_path), tmp_path) as server:
        assert server.ask(frame("ping", 1)) == {"jsonrpc": "2.0", "id": 1, "result": {}}
        assert error(server.ask(calling("get_rules", 2))) == (2, -32602)
        assert error(server.ask(frame("tools/list", 3))) == (3, -32602)
        assert error(server.ask(b"garbage\n")) == (None, -32700)
        assert server.shake()["serverInfo"]["name"] == "promptlearn"
        assert "episode E1" in text(server.ask(calling("get_rules", 4)))
        assert server.leave() == (0, [])


def test_a_connection_keeps_the_era_that_it_began_with(tmp_path: Path) -> None:
    with Server(environment(tmp_path, tmp_path), tmp_path) as server:
        discovered = server.ask(frame("server/discover", 1, **DISCOVER))["result"]
        assert discovered["supportedVersions"] == [STATELESS]
        assert "get_rules" in discovered["instructions"]
        old = frame(
            "initialize", 2, protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "x", "version": "1"}
        )
        assert error(server.ask(old)) == (2, -32022)
        assert error(server.ask(frame("tools/list", 3))) == (3, -32602)
        assert len(server.ask(frame("tools/list", 4, **DISCOVER))["result"]["tools"]) == 3
        answer = server.ask(frame("tools/call", 5, name="get_rules", arguments={}, **DISCOVER))
        assert "episode E1" in text(answer)
        assert server.leave() == (0, [])


def test_half_a_frame_at_the_end_is_no_frame_and_the_server_leaves_in_peace(tmp_path: Path) -> None:
    with Server(environment(tmp_path, tmp_path), tmp_path) as server:
        server.shake()
        server.send(frame("ping", 1), frame("ping", 2)[:20])
        assert server.line()["id"] == 1
        code, said = server.leave()
        assert code == 0
        assert [error(answer) for answer in said] == [(None, -32700)]


def test_a_stdin_that_ends_at_once_ends_the_server(tmp_path: Path) -> None:
    with Server(environment(tmp_path, tmp_path), tmp_path) as server:
        assert server.leave() == (0, [])
