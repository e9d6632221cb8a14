"""The fast door: every era on one pipe, an answer to every request, an error for every broken line."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mcp_server import stdio
from mcp_server.listing import FILE, listing, snapshot
from mcp_server.stdio import HANDSHAKE, Door, RpcError

ROOT = Path(__file__).resolve().parents[2]
SERVE = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py"), "serve"]
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "1"},
}
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}}


class Behind:
    """Tools that answer with what they were asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def call(self, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        self.calls.append((name, client))
        if name == "unknown":
            raise RpcError(stdio.PARAMETERS, "no such tool")
        if name == "broken":
            raise ZeroDivisionError
        return f"{name} {dict(arguments)}", name == "refused"

    def prompt(self, name: str, meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        return "the rules", False


class Wire:
    """A door, and what goes over it."""

    def __init__(self) -> None:
        self.behind = Behind()
        self.door = Door(lambda: self.behind, listing=snapshot)

    def raw(self, line: bytes) -> Any:
        reply = self.door.answer(line)
        assert reply is None or (reply.endswith(b"\n") and reply.count(b"\n") == 1)
        return None if reply is None else json.loads(reply)

    def send(self, method: str, params: Any = None, *, ident: Any = 1, modern: bool = False) -> Any:
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": ident, "method": method}
        if modern:
            params = {**(params or {}), "_meta": META}
        if params is not None:
            message["params"] = params
        return self.raw(json.dumps(message).encode())

    def result(self, method: str, params: Any = None, *, modern: bool = False) -> Any:
        return self.send(method, params, modern=modern)["result"]

    def error(self, method: str, params: Any = None, *, modern: bool = False) -> tuple[int, str]:
        found = self.send(method, params, modern=modern)["error"]
        return found["code"], found["message"]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def greeted(wire: Wire) -> Wire:
    wire.result("initialize", HELLO)
    assert wire.raw(b'{"jsonrpc":"2.0","method":"notifications/initialized"}') is None
    return wire


def test_what_is_listed_is_what_the_models_say() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == listing(), "run `python -m mcp_server.listing`"


@pytest.mark.parametrize("version", HANDSHAKE)
def test_every_era_of_the_handshake_is_spoken(wire: Wire, version: str) -> None:
    answer = wire.result("initialize", HELLO | {"protocolVersion": version})
    assert answer["protocolVersion"] == version
    assert answer["serverInfo"]["name"] == "promptlearn"
    assert answer["instructions"] == snapshot()["instructions"]
    assert set(answer["capabilities"]) == {"tools", "prompts", "resources"}


@pytest.mark.parametrize("version", ["1999-01-01", "2026-07-28", ""])
def test_a_handshake_of_another_version_is_answered_with_our_newest(wire: Wire, version: str) -> None:
    assert wire.result("initialize", HELLO | {"protocolVersion": version})["protocolVersion"] == HANDSHAKE[0]


@pytest.mark.parametrize("missing", ["protocolVersion", "capabilities", "clientInfo"])
def test_a_handshake_that_lacks_something_is_an_error(wire: Wire, missing: str) -> None:
    lacking = {name: value for name, value in HELLO.items() if name != missing}
    assert wire.error("initialize", lacking) == (-32602, "Invalid request parameters")


def test_no_call_is_served_before_a_handshake(wire: Wire) -> None:
    assert wire.error("tools/list") == (-32602, "Invalid request parameters")
    assert wire.result("ping") == {}


def test_a_stateless_client_needs_no_handshake(wire: Wire) -> None:
    found = wire.result("server/discover", modern=True)
    assert (found["supportedVersions"], found["resultType"]) == (["2026-07-28"], "complete")
    assert found["instructions"] == snapshot()["instructions"]
    listed = wire.result("tools/list", modern=True)
    assert [tool["name"] for tool in listed["tools"]] == ["get_rules", "report_outcome", "suggest_rule"]
    assert (listed["ttlMs"], listed["cacheScope"], listed["resultType"]) == (0, "private", "complete")
    called = wire.result("tools/call", {"name": "get_rules", "arguments": {"task": "x"}}, modern=True)
    assert called["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "promptlearn"
    assert called["content"] == [{"type": "text", "text": "get_rules {'task': 'x'}"}]
    assert "ttlMs" not in called


def test_both_eras_may_come_on_one_pipe_in_any_order(wire: Wire) -> None:
    wire.result("server/discover", modern=True)
    assert wire.result("initialize", HELLO)["protocolVersion"] == "2025-11-25"
    assert wire.result("tools/list")["tools"] == wire.result("tools/list", modern=True)["tools"]
    assert "resultType" not in wire.result("tools/list")


def test_a_stateless_request_must_name_version_and_capabilities(wire: Wire) -> None:
    strange = {"_meta": META | {"io.modelcontextprotocol/protocolVersion": "2030-01-01"}}
    found = wire.send("tools/list", strange)["error"]
    assert (found["code"], found["data"]) == (-32022, {"supported": ["2026-07-28"], "requested": "2030-01-01"})
    lacking = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}
    assert wire.error("tools/list", lacking)[0] == -32602
    assert "clientCapabilities" in wire.error("tools/list", lacking)[1]


def test_a_handshake_client_may_name_its_version_in_each_request(greeted: Wire) -> None:
    meta = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2025-11-25"}}
    assert "resultType" not in greeted.result("tools/list", meta)


def test_the_client_is_known_by_its_handshake(greeted: Wire) -> None:
    answer = greeted.result("tools/call", {"name": "get_rules"})
    assert answer == {"content": [{"type": "text", "text": "get_rules {}"}], "isError": False}
    assert greeted.behind.calls == [("get_rules", "old")]


def test_a_refusal_is_text_for_the_agent_and_an_unknown_tool_an_error(greeted: Wire) -> None:
    assert greeted.result("tools/call", {"name": "refused", "arguments": {}})["isError"] is True
    assert greeted.error("tools/call", {"name": "unknown"}) == (-32602, "no such tool")


def test_a_fault_of_ours_does_not_end_the_connection(greeted: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    assert greeted.error("tools/call", {"name": "broken"}) == (-32603, "Internal error")
    assert "unexpected ZeroDivisionError" in capsys.readouterr().err
    assert greeted.result("ping") == {}


@pytest.mark.parametrize(
    "params", [{}, {"name": 5}, {"name": "get_rules", "arguments": []}, {"name": "x", "arguments": "y"}]
)
def test_a_call_that_is_none_is_an_error(greeted: Wire, params: dict[str, Any]) -> None:
    assert greeted.error("tools/call", params) == (-32602, "Invalid request parameters")


@pytest.mark.parametrize("modern", [False, True])
def test_prompt_and_resource_hold_the_rules(greeted: Wire, modern: bool) -> None:
    prompt, _ = greeted.result("prompts/list", modern=modern)["prompts"]
    (message,) = greeted.result("prompts/get", {"name": prompt["name"]}, modern=modern)["messages"]
    assert message == {"role": "user", "content": {"type": "text", "text": "the rules"}}
    (resource,) = greeted.result("resources/list", modern=modern)["resources"]
    (content,) = greeted.result("resources/read", {"uri": resource["uri"]}, modern=modern)["contents"]
    assert content == {"uri": "promptlearn://rules", "mimeType": "text/plain", "text": "the rules"}
    assert greeted.result("resources/templates/list", modern=modern)["resourceTemplates"] == []
    assert greeted.error("prompts/get", {"name": "nope"}, modern=modern) == (-32602, "Unknown prompt: nope")
    assert greeted.error("resources/read", {"uri": "x://y"}, modern=modern) == (-32602, "Resource not found")


@pytest.mark.parametrize(
    "method",
    ["subscriptions/listen", "logging/setLevel", "completion/complete", "roots/list", "tasks/get", "nonsense", ""],
)
def test_what_we_do_not_offer_is_answered_at_once(greeted: Wire, method: str) -> None:
    assert greeted.error(method, {}) == (-32601, "Method not found")
    assert greeted.error(method, {}, modern=True) == (-32601, "Method not found")


def test_what_an_era_does_not_know_is_no_method_in_it(greeted: Wire) -> None:
    assert greeted.error("ping", modern=True) == (-32601, "Method not found")
    assert greeted.error("server/discover") == (-32601, "Method not found")


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"AbortError"}}',
        b'{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}',
        b'{"jsonrpc":"2.0","id":9,"result":{"roots":[]}}',
        b'{"jsonrpc":"2.0","id":9,"error":{"code":1,"message":"no"}}',
        b"",
        b"\r\n",
        b"   ",
    ],
)
def test_notifications_answers_and_empty_lines_are_not_answered(greeted: Wire, line: bytes) -> None:
    assert greeted.raw(line) is None


@pytest.mark.parametrize(
    ("line", "code", "ident"),
    [
        (b"not json", -32700, None),
        (b"\xff\xfe\x00", -32700, None),
        (b"[" * 100_000, -32700, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"', -32700, None),
        (b"[]", -32600, None),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, None),
        (b'"ping"', -32600, None),
        (b"null", -32600, None),
        (b'{"id":3,"method":"ping"}', -32600, 3),
        (b'{"jsonrpc":"1.0","id":3,"method":"ping"}', -32600, 3),
        (b'{"jsonrpc":"2.0","id":4}', -32600, 4),
        (b'{"jsonrpc":"2.0","id":5,"method":7}', -32600, 5),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":[1],"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":6,"method":"ping","params":[1]}', -32602, 6),
        (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":[1]}}', -32602, 7),
    ],
)
def test_a_broken_line_is_answered_with_an_error_and_the_next_works(
    greeted: Wire, line: bytes, code: int, ident: Any
) -> None:
    answer = greeted.raw(line)
    assert (answer["error"]["code"], answer["id"]) == (code, ident)
    assert greeted.result("ping") == {}


def test_half_a_surrogate_pair_is_mended(greeted: Wire) -> None:
    line = (
        b'{"jsonrpc":"2.0","id":"a\\ud83d","method":"tools/call","params":{"name":"t","arguments":{"x":["\\uDc00"]}}}'
    )
    answer = greeted.raw(line)
    assert answer["id"] == "a\ufffd"
    assert "\ufffd" in answer["result"]["content"][0]["text"]


def test_ten_thousand_wild_frames_kill_nothing(greeted: Wire) -> None:
    chance = random.Random(11)
    seeds = [
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"name": "t", "_meta": META}}).encode()
        for method in ("tools/call", "tools/list", "initialize", "server/discover", "prompts/get", "resources/read")
    ]
    for _ in range(10_000):
        frame = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 8)):
            place = chance.randrange(len(frame))
            match chance.randrange(4):
                case 0:
                    frame[place] = chance.randrange(256)
                case 1:
                    del frame[place : place + chance.randrange(1, 20)]
                case 2:
                    frame[place:place] = chance.choice(
                        [b"{", b"]", b'"', b"\\u0000", b"null", b"1e999", b"\xed\xa0\x80"]
                    )
                case _:
                    frame[place:place] = chance.choice(seeds)[: chance.randrange(60)]
            frame = frame or bytearray(b"{")
        greeted.raw(bytes(frame).replace(b"\n", b" "))
    assert greeted.result("ping") == {}


def exchange(data: bytes, *, code: int = 0, options: tuple[str, ...] = ()) -> tuple[list[Any], bytes]:
    """What a real server answers to bytes, until the end of its stdin."""
    command = [SERVE[0], *options, *SERVE[1:]]
    # What measures our tests loads things of its own.
    plain = {name: value for name, value in os.environ.items() if not (options and name.startswith("COVERAGE"))}
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=False, env=plain)
    assert done.returncode == code
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def line(method: str, ident: int, **params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": ident, "method": method, "params": params}).encode() + b"\n"


def test_the_end_of_stdin_ends_the_server_with_everything_answered() -> None:
    data = line("initialize", 1, **HELLO) + line("tools/call", 2, name="get_rules", arguments={}) + line("ping", 3)[:-1]
    answers, errors = exchange(data)
    assert [answer["id"] for answer in answers] == [1, 2, 3]
    assert answers[1]["result"]["content"][0]["text"].startswith("Rules for ")
    assert errors == b""


def test_nothing_heavy_is_loaded_before_the_first_call() -> None:
    data = line("initialize", 1, **HELLO) + line("tools/list", 2) + line("prompts/list", 3)
    answers, loaded = exchange(data, options=("-X", "importtime"))
    assert len(answers) == 3
    names = {row.rpartition(b"|")[2].strip().decode() for row in loaded.splitlines()}
    heavy = {"pydantic", "mcp", "anyio", "sqlite3", "asyncio", "dataclasses", "argparse", "store", "mcp_server.tools"}
    assert names & heavy == set()
    assert "mcp_server.stdio" in names


def test_a_line_that_is_too_long_is_answered_and_the_next_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio, "LINE", 1000)
    read, write = os.pipe()
    wire = Wire()
    with os.fdopen(write, "wb") as feed:
        feed.write(line("initialize", 1, **HELLO))
        feed.write(b"x" * 5000 + b"\n" + line("ping", 2) + b"y" * 1001 + b"\n" + line("ping", 3) + b"z" * 3000)
    answers, target = os.pipe()
    with os.fdopen(read, "rb") as source:
        stdio.serve(wire.door, source, target)
    os.close(target)
    with os.fdopen(answers, "rb") as told:
        found = [json.loads(reply) for reply in told]
    assert [reply["id"] for reply in found] == [1, None, 2, None, 3, None]
    assert "longer than 1000 bytes" in found[1]["error"]["message"]


def test_a_client_that_has_gone_ends_the_server_quietly() -> None:
    wire = Wire()
    answers, target = os.pipe()
    os.close(answers)
    read, write = os.pipe()
    with os.fdopen(write, "wb") as feed:
        feed.write(line("ping", 1) * 3)
    with os.fdopen(read, "rb") as source:
        stdio.serve(wire.door, source, target)
    os.close(target)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_server_and_loses_nothing_acknowledged(name: str, home: Path) -> None:
    if not hasattr(signal, name):
        pytest.skip(f"this system has no {name}")
    with subprocess.Popen(SERVE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(line("initialize", 1, **HELLO))
        report = {"outcome": "failure", "evidence": "the form was stale"}
        server.stdin.write(line("tools/call", 2, name="report_outcome", arguments=report))
        server.stdin.flush()
        server.stdout.readline()
        assert b"Recorded" in server.stdout.readline()
        server.send_signal(getattr(signal, name))
        assert server.wait(30) == -getattr(signal, name)
    with closing(sqlite3.connect(home / "promptlearn.db")) as db:
        assert db.execute("SELECT text FROM evidence WHERE kind = 'report'").fetchall() == [("the form was stale",)]
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_stray_print_cannot_reach_the_protocol() -> None:
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from mcp_server import stdio\n"
        "source, target = stdio.take_streams(); print('stray'); sys.stdout.flush(); os.write(1, b'strayer')\n"
        "os.write(target, source.readline())\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(ROOT)], input=b"wire\n", capture_output=True, check=True)
    assert done.stdout == b"wire\n"
    assert b"stray" in done.stderr
