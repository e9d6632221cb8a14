"""Prove which session a call belongs to."""

import pytest

from mcp_server.session import LONGEST, Caller, caller

INFO = "io.modelcontextprotocol/clientInfo"


def of(
    meta: dict[str, object] | None = None,
    *,
    client: str = "",
    process: str = "server-1",
    sighted: str = "",
    **environment: str,
) -> Caller:
    return caller(environment=environment, meta=meta or {}, client=client, process=process, sighted=sighted)


def test_the_client_s_own_session_counts_before_that_of_the_environment_and_the_process() -> None:
    assert of({"sessionId": "thread-7"}, CLAUDE_CODE_SESSION_ID="c1").session == "thread-7"
    assert of(CLAUDE_CODE_SESSION_ID="c1").session == "c1"
    assert of(COPILOT_AGENT_SESSION_ID="p1").session == "p1"
    assert of().session == "server-1"


def test_a_session_that_a_hook_saw_counts_before_what_the_environment_says() -> None:
    assert of(sighted="c2", CLAUDE_CODE_SESSION_ID="c1").session == "c2"
    assert of({"sessionId": "thread-7"}, sighted="c2").session == "thread-7"


def test_a_session_that_is_inherited_from_another_client_is_not_ones_own() -> None:
    around = {"CLAUDE_CODE_SESSION_ID": "c1", "COPILOT_AGENT_SESSION_ID": "p1"}
    named = ("gemini-cli-mcp-client", "opencode", "codex-mcp-client", "copilot-cli", "claude-code", "some-client")
    assert [of(client=name, **around).session for name in named] == ["server-1"] * 3 + ["p1", "c1", "c1"]


def test_the_client_is_named_by_the_request_or_else_by_the_handshake() -> None:
    assert of({INFO: {"name": "claude-code", "version": "2"}}, client="old").client == "claude-code"
    assert of(client="some-client").client == "some-client"
    assert of().client == "unknown client"


@pytest.mark.parametrize("meta", [{"sessionId": ""}, {"sessionId": None}, {"sessionId": 7}, {"sessionId": {"a": 1}}])
def test_a_session_that_is_no_text_is_no_session(meta: dict[str, object]) -> None:
    assert of(meta).session == "server-1"
    assert of(meta, CLAUDE_CODE_SESSION_ID="c1").session == "c1"


@pytest.mark.parametrize("info", ["claude", 7, [], {"name": 7}, {"name": ""}, {}])
def test_a_client_without_a_name_is_called_as_the_handshake_did(info: object) -> None:
    assert of({INFO: info}, client="known").client == "known"


def test_a_client_s_name_is_one_clean_line_of_60_characters() -> None:
    assert of(client="a\nb\u202e" + "c" * 100).client == "a b" + "c" * 56 + "…"
    assert of(client="\u200b").client == "unknown client"


@pytest.mark.parametrize(
    "session",
    ["9d38e5c8-41b8-4600-a068-e2c6f935be65", "019a8f5e7d3c7b219a4e2f1f0b3c5d7e", "conv_ESHaRyZ67NXj-XrLCAbbUQ"],
)
def test_ordinary_ids_stay_as_they_are(session: str) -> None:
    assert of({"sessionId": session}).session == session


def test_two_sessions_are_never_taken_for_one() -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    ids = ["x" * 200 + "1", "x" * 200 + "2", secret, secret[:-1] + "9", "a\nb", "a b", "\u200b", "\ud800", "  "]
    sessions = [of({"sessionId": ident}).session for ident in ids]
    assert len(set(sessions)) == len(ids)
    assert all(len(session) <= LONGEST for session in sessions)
    assert secret not in sessions


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("codex-mcp-client", "codex"),
        ("gemini-cli-mcp-client", "gemini"),
        ("qwen-cli-mcp-client-promptlearn", "qwen"),
        ("@cline/core", "cline"),
        ("claude-code", "claude-code"),
    ],
)
def test_a_client_has_one_name_by_hook_and_by_protocol(told: str, known: str) -> None:
    assert caller(environment={}, meta={}, client=told, process="p").client == known


def test_a_session_that_a_hook_saw_counts_more_than_what_the_process_began_with() -> None:
    environment = {"CLAUDE_CODE_SESSION_ID": "old"}
    assert caller(environment=environment, meta={}, client="c", process="p", sighted="new").session == "new"
    assert (
        caller(environment=environment, meta={"sessionId": "own"}, client="c", process="p", sighted="new").session
        == "own"
    )
