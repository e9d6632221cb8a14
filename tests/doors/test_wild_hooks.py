"""Hooks of every client, told anything at all: they end with 0, name no fault of ours, and give an agent no order."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_server import hooks
from mcp_server.agents.events import EventError, Prompted
from mcp_server.agents.formats import FORMATS, format_of
from mcp_server.agents.known import CLIENTS
from mcp_server.project import ProjectError
from mcp_server.session import identity
from store import open_store
from store.sqlite import SqliteStore
from tests.store.facts import NOW, adding

EVENTS = {client.name: client.hooks.events for client in CLIENTS if client.hooks is not None}

TEXTS = (
    "",
    "s1",
    "x" * 10_000,
    "\ud800",
    "a\0b",
    "..",
    "../../etc/passwd",
    "~",
    "~nobody-here/x",
    "\\\\evil\\share\\x",
    "//evil/share",
    "/dev/zero",
    "/dev/stdin",
    "C:\\x",
    "/c:/x",
    "file:///etc/passwd",
    "*** Update File: \n*** Add File: ../../x\0",
    "No, never use pip.",
    '"No, never use pip."',
    "git commit -m x",
    "pytest",
    "FAILED a.py::b - x\n1 failed",
    "²",
    "9" * 5000,
    '{"stdout": ' + "[" * 2000,
    "[" * 100_000,
    "Bash",
    "bash",
    "Shell",
    "Edit",
    "edit",
    "replace",
    "apply_patch",
    "exec",
    "run_shell_command",
    "run_in_terminal",
    "multi_replace_string_in_file",
    "error",
    "startup",
)

KEYS = (
    "session_id", "sessionId", "conversation_id", "trajectory_id", "cwd", "workspace_roots", "prompt",
    "submitted_prompt", "tool_name", "toolName", "tool_input", "toolArgs", "tool_response", "tool_output",
    "tool_result", "toolResult", "tool_info", "transcript_path", "transcriptPath", "source", "model", "model_id",
    "agent_id", "agentId", "parentAgentId", "process", "error", "error_message", "failure_type", "file_path",
    "filePath", "path", "paths", "files", "replacements", "command", "command_line", "user_prompt", "input", "patch",
    "stdout", "output", "llmContent", "textResultForLlm", "exit_code", "exitCode", "metadata", "interrupted",
    "success", "notebook_path", "timestamp", "content",
)  # fmt: skip

VARIABLES = (
    "CLAUDE_PID", "CLAUDE_PROJECT_DIR", "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_ENTRYPOINT", "CURSOR_PROJECT_DIR",
    "DEVIN_PROJECT_DIR", "COPILOT_HOOK_DIR", "COPILOT_HOME", "HOME",
)  # fmt: skip

NUMBERS = st.integers() | st.sampled_from([0, -1, 2**31, 2**63, 10**30]) | st.floats(allow_nan=True)
LEAVES = st.none() | st.booleans() | NUMBERS | st.sampled_from(TEXTS) | st.text(max_size=20)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3)
ENVIRONMENTS = st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from(TEXTS), max_size=1)

KINDS: tuple[object, ...] = (None, True, -1, 10**30, 0.5, [], [[]], [{}], {}, {"a": []}, *TEXTS)

TOOLS: tuple[Mapping[str, object], ...] = (
    {"tool_name": "Bash", "tool_input": {"command": "x"}, "tool_response": {"stdout": ""}, "tool_output": "{}"},
    {"tool_name": "Shell", "tool_input": {"command": "x"}, "failure_type": "error"},
    {"tool_name": "run_shell_command", "tool_input": {"command": "x"}, "tool_response": {"llmContent": "Output: x"}},
    {"tool_name": "run_in_terminal", "tool_input": {"command": "x"}},
    {"tool_name": "exec", "tool_input": {"command": "x"}, "tool_response": {"output": "x"}},
    {"tool_name": "apply_patch", "tool_input": {"input": "x", "patch": "x"}, "tool_response": {}},
    {"tool_name": "replace", "tool_input": {"file_path": "x"}, "tool_response": {}},
    {"tool_name": "Edit", "tool_input": {"file_path": "x", "path": "x"}, "tool_response": {}},
    {"tool_name": "editFiles", "tool_input": {"files": ["x"], "replacements": [{"filePath": "x"}]}},
    {"toolName": "bash", "toolArgs": '{"command": "x"}', "toolResult": {"textResultForLlm": "x"}},
    {"tool_info": {"user_prompt": "x", "file_path": "x", "command_line": "x"}, "file_path": "x"},
    {"agent_id": "a", "agentId": "a", "transcript_path": "/a/s1/x", "submitted_prompt": "x", "trajectory_id": "t"},
)

PRINTED = {"hookSpecificOutput", "systemMessage", "additionalContext", "additional_context", "continue"}
"""All that a hook of ours may say; none of it stops an agent, allows or denies it anything."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


@pytest.fixture
def store(home: Path, folder: Path, chance: Callable[[int], bytes]) -> SqliteStore:
    opened = open_store(home / "promptlearn.db", chance=chance)
    rules = [adding("Use uv, not pip."), adding("Never touch the lexer.", "src/**")]
    opened.revise(f"path:{folder}", rules, cause="a", now=NOW)
    return opened


def sample(client: str, name: str, folder: Path) -> Mapping[str, object]:
    """An event as that client's hooks tell it."""
    (hooked,) = (each.hooks for each in CLIENTS if each.name == client)
    assert hooked is not None
    return hooked.sample(name, str(folder))


def harmless(answer: Mapping[str, Any] | None) -> bool:
    said = dict(answer or {})
    inner = said.get("hookSpecificOutput", {})
    return (
        set(said) <= PRINTED
        and said.get("continue", True) is True
        and set(inner)
        <= {
            "hookEventName",
            "additionalContext",
        }
    )


def test_every_format_is_one_of_a_client_whose_events_are_known() -> None:
    assert set(EVENTS) == set(FORMATS)


def altered(whole: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """An event with each of its members, and each of theirs, being every other kind of thing."""
    for key in dict.fromkeys((*whole, "source", "model", "process", "agent_id", "transcript_path")):
        yield from ({**whole, key: kind} for kind in KINDS)
        yield {name: held for name, held in whole.items() if name != key}
        inner = whole.get(key)
        if isinstance(inner, Mapping):
            named = cast("Mapping[str, object]", inner)
            yield from ({**whole, key: {**named, name: kind}} for name in named for kind in KINDS)


@pytest.mark.parametrize("client", FORMATS)
def test_a_member_that_is_anything_else_makes_no_event_or_another_one(
    client: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    form = format_of(client)
    for name in EVENTS[client]:
        base = sample(client, name, folder)
        for payload in (each for tool in TOOLS for each in altered({**base, **tool})):
            with suppress(EventError):
                form.event(name, payload, {})
        for variable, value in product(VARIABLES, TEXTS):
            with suppress(EventError):
                form.event(name, base, {variable: value})


@pytest.mark.parametrize("client", FORMATS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_an_event_holds_only_what_is_no_event_is_a_fault(
    client: str, folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.chdir(folder)
    name = data.draw(st.sampled_from((*EVENTS[client], "Other", "\ud800", "")))
    payload = {**sample(client, name, folder), **data.draw(st.sampled_from(TOOLS)), **data.draw(PAYLOADS)}
    environment = data.draw(ENVIRONMENTS)
    try:
        told = hooks.respond(client, name, json.dumps(payload).encode(), environment, store)
    except (EventError, ProjectError):
        return
    hooks.beat(store, client, name, told=told)
    assert harmless(told.answer)


@pytest.mark.parametrize("client", FORMATS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b"\xff\xfe{",
        b'{"session_id": ' + b"9" * 10_000 + b"}",
        b"x" * 2_000_000,
    ],
    ids=["nothing", "null", "list", "half", "deep list", "deep", "no text", "number", "huge"],
)
def test_what_is_no_event_ends_well_and_says_nothing(
    client: str, data: bytes, store: SqliteStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert hooks.main(client, EVENTS[client][0]) == 0
    assert capsys.readouterr() == ("", "")
    (beat,) = store.beats()
    assert beat.fault


@pytest.mark.parametrize("client", sorted(set(FORMATS) - {"cursor", "gemini", "windsurf"}))
def test_what_a_sub_agent_is_asked_is_nobodys_word(client: str, folder: Path) -> None:
    form, words = format_of(client), '<user_input mode="act">Never use pip.</user_input>'
    (name,) = (each for each in EVENTS[client] if each in {"UserPromptSubmit", "userPromptSubmitted"})
    typed = {**sample(client, name, folder), "prompt": words, "submitted_prompt": words}
    assert isinstance(form.event(name, typed, {}), Prompted)
    log = {"transcript_path": "/home/ada/.copilot/session-state/s-1/events.jsonl"}
    assert form.event(name, {**typed, **log, "agent_id": "a-1"}, {}) is None


@pytest.mark.parametrize("client", FORMATS)
def test_two_long_ids_are_two_sessions_and_the_same_as_over_the_protocol(client: str, folder: Path) -> None:
    form, seen = format_of(client), set[str]()
    for last in "12":
        ident = "s" * 10_000 + last
        base = sample(client, EVENTS[client][0], folder)
        named = {name: ident if value == "doctor" else value for name, value in base.items()}
        named |= {"trajectory_id": ident, "prompt": "x", "submitted_prompt": "x", "tool_info": {"user_prompt": "x"}}
        names = (form.event(name, named, {}) for name in EVENTS[client])
        seen |= {identity(event.session) for event in names if event is not None}
    assert seen == {identity("s" * 10_000 + last) for last in "12"}
