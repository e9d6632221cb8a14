"""What the hooks of Copilot CLI say becomes events, as 1.0.102 says it and its makers document it."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from mcp_server.agents.copilot_format import CARRIES, answer, event, sample
from mcp_server.agents.copilot_session import folder, forgotten, gone
from mcp_server.agents.events import Edited, Ended, Event, EventError, Finished, Prompted, Ran, Started
from mcp_server.agents.session_log import MOST

COMMON = {"sessionId": "s-1", "timestamp": 1795681388879, "cwd": "/srv/web"}
HEAD = ("s-1", "/srv/web", ())
HELPER = {"sessionId": "a-1", "agentId": "a-1", "agentType": "general-purpose", "parentAgentId": "s-1"}


def heard(name: str, environment: Mapping[str, str] | None = None, /, **more: object) -> Event | None:
    return event(name, {**COMMON, **more}, environment or {"COPILOT_HOME": "/nowhere"})


def used(tool: str, given: object, said: str = "", **more: object) -> Event | None:
    result = {"resultType": "success", "textResultForLlm": said}
    return heard("postToolUse", toolName=tool, toolArgs=given, toolResult=result, **more)


def test_a_session_begins_goes_on_is_typed_in_and_ends() -> None:
    assert heard("sessionStart", source="new") == Started(*HEAD, first=True)
    assert heard("sessionStart", source="startup") == Started(*HEAD, first=True)
    assert heard("sessionStart", source="resume") == Started(*HEAD, first=False)
    assert heard("userPromptSubmitted", prompt="Use tabs.") == Prompted(*HEAD, text="Use tabs.")
    assert heard("userPromptSubmitted") is None
    assert heard("agentStop", stopReason="end_turn") == Finished(*HEAD)
    assert heard("sessionEnd", reason="complete") == Ended(*HEAD)


@pytest.mark.parametrize(
    ("tool", "given", "files"),
    [
        ("edit", {"path": "/srv/web/a.py", "old_str": "a", "new_str": "b"}, ("/srv/web/a.py",)),
        ("create", {"path": "/srv/web/b.py", "file_text": "b"}, ("/srv/web/b.py",)),
        ("create", json.dumps({"path": "/srv/web/b.py"}), ("/srv/web/b.py",)),
        ("str_replace_editor", {"command": "create", "path": "/srv/web/c.py"}, ("/srv/web/c.py",)),
        ("apply_patch", "*** Begin Patch\n*** Update File: a.py\n*** Add File: b.py\n", ("a.py", "b.py")),
        ("apply_patch", {"input": "*** Add File: b.py \n*** Add File: b.py\n"}, ("b.py",)),
    ],
)
def test_an_edit_names_its_files(tool: str, given: object, files: tuple[str, ...]) -> None:
    assert used(tool, given) == Edited(*HEAD, files=files)


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("view", {"path": "/srv/web/a.py"}),
        ("str_replace_editor", {"command": "view", "path": "/srv/web/c.py"}),
        ("edit", {"path": ""}),
        ("edit", "{"),
        ("edit", None),
        ("apply_patch", {"input": 3}),
        ("bash", {"command": 3}),
        ("", {"command": "ls"}),
        ("promptlearn-get_rules", {"task": "x"}),
    ],
)
def test_other_calls_ask_nothing_of_us(tool: str, given: object) -> None:
    assert used(tool, given) is None


@pytest.mark.parametrize(
    ("said", "printed", "failed"),
    [
        ("2 failed\n<shellId: 0 completed with exit code 1>", "2 failed", True),
        ("2 passed\n<shellId: 12 completed with exit code 0>\n", "2 passed", False),
        ("<exited with exit code 0>", "", False),
        ("still at it\n<command with shellId: 0 is still running>", None, None),
        ("<shellId: 0 completed with exit code 1>\nsaid the program", None, None),
    ],
)
def test_a_command_tells_what_it_printed_and_how_it_ended(said: str, printed: str | None, failed: bool | None) -> None:
    output = said if printed is None else printed
    found = used("bash", {"command": "pytest", "description": "d"}, said)
    assert found == Ran(*HEAD, command="pytest", output=output, failed=failed)


def test_a_result_of_another_shape_is_no_output() -> None:
    found = heard("postToolUse", toolName="powershell", toolArgs={"command": "dir"}, toolResult="x")
    assert found == Ran(*HEAD, command="dir", output="", failed=None)


def test_what_a_sub_agent_does_is_its_sessions_and_what_it_is_asked_nobodys_word(tmp_path: Path) -> None:
    (tmp_path / "session-state" / "s-1").mkdir(parents=True)
    hooks = {"COPILOT_HOOK_DIR": str(tmp_path / "hooks")}
    helper = {**HELPER, "toolName": "bash", "toolArgs": {"command": "pytest"}}
    assert heard("postToolUse", hooks, **helper) == Ran(*HEAD, command="pytest", output="", failed=None)
    edit = {**HELPER, "toolName": "edit", "toolArgs": {"path": "a.py"}}
    assert heard("postToolUse", hooks, **edit) == Edited(*HEAD, files=("a.py",))
    assert heard("userPromptSubmitted", hooks, **HELPER, prompt="No, use uv, not pip.") is None
    # A sub-agent's own sub-agent: what it names as its parent is no session.
    deeper = {**helper, "sessionId": "a-2", "agentId": "a-2", "parentAgentId": "a-1"}
    assert heard("postToolUse", hooks, **deeper) is None
    assert heard("postToolUse", hooks, **{**helper, "parentAgentId": "../x"}) is None


def test_a_sub_agent_begins_in_the_session_whose_log_it_is_told() -> None:
    log = "/home/ada/.copilot/session-state/s-1/events.jsonl"
    deeper = {**HELPER, "sessionId": "odd", "parentAgentId": "a-1", "transcriptPath": log}
    assert heard("subagentStart", **deeper) == Started(*HEAD, first=False)
    windows = {**deeper, "transcriptPath": "C:\\Users\\ada\\.copilot\\session-state\\s-1\\events.jsonl"}
    assert heard("subagentStart", **windows) == Started(*HEAD, first=False)
    assert heard("subagentStart", **{**deeper, "transcriptPath": "events.jsonl"}) is None


def test_an_event_of_the_editors_own_agent_is_left_to_its_own_hooks() -> None:
    assert heard("sessionStart", hook_event_name="SessionStart") is None
    assert heard("sessionStart", hookEventName="SessionStart") is None


@pytest.mark.parametrize(
    ("name", "more"),
    [("sessionStart", {"sessionId": ""}), ("sessionStart", {"cwd": None}), ("preToolUse", {})],
)
def test_what_is_no_event_is_refused(name: str, more: Mapping[str, object]) -> None:
    with pytest.raises(EventError):
        heard(name, **more)


def test_an_answer_carries_context_and_nothing_for_the_screen() -> None:
    assert answer("sessionStart", context="Rules", screen="1 rule active") == {"additionalContext": "Rules"}
    assert answer("agentStop", context="", screen="1 rule active") is None


def test_every_event_has_a_sample() -> None:
    for name in CARRIES - {"postToolUse"}:
        assert isinstance(event(name, sample(name, "/srv/web"), {}), Started)


def line(kind: str, data: Mapping[str, object], **more: object) -> bytes:
    return json.dumps({"type": kind, "data": data, **more, "id": "x"}, separators=(",", ":")).encode() + b"\n"


RULES = "Rules for web, revision 3, episode E1\n[R1] Use uv."
START = line("hook.end", {"hookType": "sessionStart", "output": {"additionalContext": RULES}})
COMPACTED = line("session.compaction_complete", {"success": True, "summaryContent": RULES})


@pytest.mark.parametrize(
    ("log", "lost"),
    [
        ([], False),
        ([START], False),
        ([START, COMPACTED], True),
        ([START, COMPACTED.rstrip(b"\n")], True),
        ([START, COMPACTED, START], False),
        ([START, COMPACTED, line("session.shutdown", {})], False),
        ([START, COMPACTED, line("session.resume", {}), line("hook.start", {})], False),
        ([START, COMPACTED, line("tool.execution_complete", {"result": {"content": RULES}})], False),
        ([START, COMPACTED, line("model.message", {"content": RULES})], True),
        ([START, COMPACTED, line("hook.end", {"hookType": "subagentStart", "output": RULES})], True),
        ([START, COMPACTED, line("hook.end", {"output": RULES}, agentId="a-1")], True),
        ([START, line("session.compaction_complete", {"success": True}, agentId="a-1")], False),
        ([START, line("session.compaction_complete", {"success": False})], False),
    ],
)
def test_rules_are_gone_after_a_compaction_until_they_are_told_again(log: list[bytes], lost: bool) -> None:
    assert gone(b"".join(log)) is lost


def test_a_log_full_of_what_is_looked_for_is_looked_through_in_one_go() -> None:
    beginnings = line("tool.execution_complete", {"result": "Rules for " * 200_000})
    assert gone(START + COMPACTED + beginnings)
    assert gone(COMPACTED.rstrip(b"\n") * 20_000)


def test_rules_beside_those_of_all_projects_are_known_again() -> None:
    both = RULES.replace("revision 3", "revision 3 (global 5)")
    told = line("hook.end", {"hookType": "sessionStart", "output": {"additionalContext": both}})
    assert not gone(START + COMPACTED + told)


def test_a_prompt_and_an_edit_after_a_compaction_ask_for_the_rules_anew(tmp_path: Path) -> None:
    home = {"COPILOT_HOME": str(tmp_path)}
    log = tmp_path / "session-state" / "s-1" / "events.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(START + COMPACTED)
    assert heard("userPromptSubmitted", home, prompt="Go on.") == Prompted(*HEAD, text="Go on.", anew=True)
    edit = {"toolName": "edit", "toolArgs": {"path": "a.py"}}
    assert heard("postToolUse", home, **edit) == Edited(*HEAD, files=("a.py",), anew=True)
    assert heard("postToolUse", home, **HELPER, **edit) == Edited(*HEAD, files=("a.py",))


def test_a_log_that_is_not_there_or_too_long_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = {"COPILOT_HOME": str(tmp_path)}
    assert not forgotten("s-1", home)
    assert not forgotten("../s-1", home)
    log = tmp_path / "session-state" / "s-1" / "events.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(START + COMPACTED)
    assert forgotten("s-1", home)
    monkeypatch.setattr("mcp_server.agents.session_log.MOST", 10)
    assert not forgotten("s-1", home)
    assert len(COMPACTED) < MOST


def test_a_sessions_folder_lies_where_copilot_was_moved_to() -> None:
    elsewhere = Path("/c/session-state/s-1")
    assert Path(folder("s-1", {"COPILOT_HOOK_DIR": "/c/hooks"})) == elsewhere
    assert Path(folder("s-1", {"COPILOT_HOOK_DIR": "/srv/web/.github/hooks", "COPILOT_HOME": "/c"})) == elsewhere
    usual = Path(folder("s-1", {"COPILOT_HOOK_DIR": "/srv/web/.github/copilot"}))
    assert usual.parts[-3:] == (".copilot", "session-state", "s-1")
