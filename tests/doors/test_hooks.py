"""Hooks: rules delivered unasked, corrections and results seen, nothing in the agent's way."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mcp_server import hooks
from mcp_server.hooks import respond
from mcp_server.learning.assign import Coins
from mcp_server.learning.render import stopping
from mcp_server.learning.trials.policy import DAY
from mcp_server.lineage import parents
from mcp_server.person import Ancestor
from mcp_server.project import find
from mcp_server.session import Caller
from mcp_server.tools import Tools
from store import open_existing, open_store
from store.errors import BusyError
from store.records import GLOBAL, LIVE, Kind, Project, Session, State, Trust
from store.revise import Move, Pin, Step
from store.sqlite import SqliteStore
from tests.store.facts import NOW, adding

ROOT = Path(__file__).resolve().parents[2]
HOOK = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py"), "hook"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


@pytest.fixture
def store(home: Path, folder: Path, chance: Callable[[int], bytes]) -> SqliteStore:
    opened = open_store(home / "promptlearn.db", chance=chance)
    opened.revise(
        key(folder), [adding("Use uv, not pip."), adding("Never touch the lexer.", "src/**")], cause="a", now=NOW
    )
    return opened


def key(folder: Path) -> str:
    return f"path:{folder}"


def happens(folder: Path, name: str, client: str = "claude-code", session: str = "s1", **more: Any) -> Any:
    """What a hook answers in this process."""
    payload = {"session_id": session, "cwd": str(folder), "hook_event_name": name, **more}
    with closing(opened()) as store:
        told = respond(client, name, json.dumps(payload).encode(), {}, store)
        hooks.beat(store, client, name, told=told)
        return told.answer


def opened() -> SqliteStore:
    """The store as a hook finds it."""
    store = open_existing(Path(os.environ["PROMPTLEARN_HOME"], "promptlearn.db"), wait=hooks.WAIT)
    assert store is not None
    return store


def context(answer: Any) -> str:
    return answer["hookSpecificOutput"]["additionalContext"] if answer and "hookSpecificOutput" in answer else ""


def run(name: str, data: bytes, client: str = "claude-code", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A hook as a client runs it."""
    whole = {**os.environ, **environment}
    done = subprocess.run([*HOOK, client, name], input=data, capture_output=True, env=whole, check=False)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("client", ["claude-code", "codex"])
@pytest.mark.parametrize("source", ["startup", "resume", "clear", "compact"])
def test_rules_arrive_at_every_beginning(folder: Path, store: SqliteStore, client: str, source: str) -> None:
    answer = happens(folder, "SessionStart", client, source=source)
    assert "[R1] Use uv, not pip." in context(answer)
    assert "lexer" not in context(answer), "a rule with paths waits for them"
    assert ("systemMessage" in answer) is (source in {"startup", "clear"}), "once a session"


def test_the_person_sees_one_line_and_the_model_does_not(folder: Path, store: SqliteStore) -> None:
    store.revise(key(folder), [adding("Ask first.", state=State.CANDIDATE)], cause="x", now=NOW)
    answer = happens(folder, "SessionStart", source="startup")
    assert answer["systemMessage"] == "promptlearn: 2 rules active, 1 wait for review (mcp-promptlearn review)"
    assert "promptlearn:" not in context(answer)


def test_a_sub_agent_gets_the_same_rules(folder: Path, store: SqliteStore) -> None:
    first = context(happens(folder, "SessionStart", source="startup"))
    assert context(happens(folder, "SubagentStart", agent_id="a")) == first


def test_the_exposure_is_on_disk_before_the_hook_answers(folder: Path, store: SqliteStore) -> None:
    happens(folder, "SessionStart", source="startup")
    (exposure,) = store.exposures("s1", key(folder))
    assert (exposure.rule, exposure.probability, exposure.assigned, exposure.delivered) == (1, 1.0, True, True)


def test_without_rules_nothing_is_added_to_the_context(folder: Path, store: SqliteStore) -> None:
    for rule in store.rules(key(folder), states=LIVE):
        gone = Step(Move(rule.id, State.RETIRED), kind="x", actor="p", reason="r")
        store.revise(key(folder), [gone], cause="x", now=NOW)
    answer = happens(folder, "SessionStart", source="startup")
    assert answer == {"systemMessage": "promptlearn: 0 rules active"}


def test_an_edit_brings_the_rules_of_its_path_once(folder: Path, store: SqliteStore) -> None:
    happens(folder, "SessionStart", source="startup")
    edit = {"tool_name": "Edit", "tool_input": {"file_path": str(folder / "src" / "lex.py")}}
    assert context(happens(folder, "PostToolUse", **edit)) == (
        "These rules apply to what you just touched:\n[R2] Never touch the lexer."
    )
    assert happens(folder, "PostToolUse", **edit) is None
    assert happens(folder, "PostToolUse", tool_name="Edit", tool_input={"file_path": "README.md"}) is None


def test_a_patch_of_codex_brings_the_rules_of_its_paths(folder: Path, store: SqliteStore) -> None:
    patch = "*** Begin Patch\n*** Update File: src/lex.py\n@@\n-a\n+b\n*** End Patch"
    answer = happens(folder, "PostToolUse", "codex", tool_name="apply_patch", tool_input={"command": patch})
    assert "[R2]" in context(answer)


@pytest.mark.parametrize(
    ("client", "event", "more"),
    [
        (
            "claude-code",
            "PostToolUseFailure",
            {"error": "Exit code 1\nFAILED t.py::test_a - KeyError\n1 failed in 0.1s"},
        ),
        ("codex", "PostToolUse", {"tool_response": "FAILED t.py::test_a - KeyError\n1 failed in 0.1s"}),
        ("codex", "PostToolUse", {"tool_response": {"output": "FAILED t.py::test_a - KeyError\n", "exit_code": 1}}),
    ],
)
def test_failing_tests_of_a_command_become_evidence(
    folder: Path, store: SqliteStore, client: str, event: str, more: dict[str, Any]
) -> None:
    answer = happens(folder, event, client, tool_name="Bash", tool_input={"command": "pytest -q"}, **more)
    assert answer is None
    run_, failure = store.evidence(key(folder))
    assert (run_.kind, run_.detail["failed"], failure.kind, failure.session) == (Kind.RUN, 1, Kind.FAILURE, "s1")


def test_a_command_of_claude_code_that_ended_well_is_known_to(folder: Path, store: SqliteStore) -> None:
    response = {"stdout": "2 passed in 0.10s", "stderr": "", "interrupted": False}
    happens(folder, "PostToolUse", tool_name="Bash", tool_input={"command": "pytest"}, tool_response=response)
    (fact,) = store.evidence(key(folder))
    assert (fact.detail["failed"], fact.detail["partial"]) == (0, False)


def test_a_correction_is_kept_and_any_other_prompt_leaves_no_trace(folder: Path, store: SqliteStore) -> None:
    assert happens(folder, "UserPromptSubmit", prompt="please add a login form") is None
    assert happens(folder, "UserPromptSubmit", prompt="No, never edit form.py by hand.") is None
    (fact,) = store.evidence(key(folder))
    assert (fact.text, fact.session, fact.source.identity) == ("Never edit form.py by hand.", "s1", "person")
    assert happens(folder, "UserPromptSubmit") is None


def test_the_end_of_a_session_starts_consolidate_only_when_it_is_due(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr("mcp_server.detached.begin", started.append)
    assert happens(folder, "SessionEnd", reason="other") is None
    assert started == []
    happens(folder, "UserPromptSubmit", prompt="Never edit form.py by hand.")
    happens(folder, "SessionEnd", reason="other")
    assert started == [str(folder)]


@pytest.mark.parametrize("name", ["Stop", "SessionEnd"])
def test_the_end_of_a_turn_says_nothing_to_the_model(folder: Path, store: SqliteStore, name: str) -> None:
    assert happens(folder, name, last_assistant_message="x") is None


def test_in_a_paused_project_hooks_do_nothing(folder: Path, store: SqliteStore) -> None:
    store.keep_answer(f"paused {key(folder)}", "yes", now=NOW)
    assert happens(folder, "SessionStart", source="startup") is None
    assert store.exposures("s1", key(folder)) == ()


def test_a_hook_of_a_client_whose_process_is_named_is_found_by_the_server(folder: Path, store: SqliteStore) -> None:
    payload = {"session_id": "new", "cwd": str(folder), "source": "clear"}
    respond("claude-code", "SessionStart", json.dumps(payload).encode(), {"CLAUDE_PID": "4242"}, store)
    sighting = store.sighted([1, 4242])
    assert sighting is not None
    assert (sighting.session, sighting.client) == ("new", "claude-code")


def test_the_project_of_a_folder_is_asked_of_git_only_once(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(folder, "SessionStart", source="startup")

    def never(*_: object) -> None:
        raise AssertionError("git was asked again")

    monkeypatch.setattr("mcp_server.project.git", never)
    assert context(happens(folder, "SessionStart", session="s2", source="startup"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        b"[]",
        b"null",
        b"{}",
        b'{"session_id": 5, "cwd": "/x"}',
        b'{"session_id": "s"}',
        b'{"session_id": "s", "cwd": "/does/not/exist/anywhere"}',
        b'{"session_id": "s", "cwd": "\\u0000"}',
        b'{"session_id": "s", "cwd": "relative/../.."}',
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"session_id": "' + b"x" * (hooks.MOST + 10),
    ],
)
def test_an_event_that_makes_no_sense_never_fails_the_agent(store: SqliteStore, data: bytes) -> None:
    done = run("SessionStart", data)
    assert done.stdout in {b"", b'{"systemMessage": "promptlearn: 0 rules active"}\n'} or json.loads(done.stdout)
    assert done.stderr == b""


@pytest.mark.parametrize(("client", "name"), [("vim", "SessionStart"), ("claude-code", "Nonsense")])
def test_an_unknown_client_or_event_is_kept_for_doctor(
    folder: Path, store: SqliteStore, client: str, name: str
) -> None:
    done = run(name, json.dumps({"session_id": "s", "cwd": str(folder)}).encode(), client)
    assert (done.stdout, done.stderr) == (b"", b"")
    (beat,) = store.beats()
    assert (beat.client, beat.event) == (client, name)
    assert "know" in beat.fault


def test_without_a_store_a_hook_does_nothing_and_makes_none(folder: Path, home: Path) -> None:
    done = run("SessionStart", json.dumps({"session_id": "s", "cwd": str(folder)}).encode())
    assert (done.stdout, done.stderr) == (b"", b"")
    assert not home.exists()


def test_a_home_that_cannot_be_used_does_not_fail_the_agent(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    event = json.dumps({"session_id": "s", "cwd": str(folder)}).encode()
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        assert run("SessionStart", event, PROMPTLEARN_HOME=str(home)).stdout == b""


def test_a_newer_store_is_left_alone(folder: Path, store: SqliteStore) -> None:
    path = store.path
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = path.read_bytes()
    assert run("SessionStart", json.dumps({"session_id": "s", "cwd": str(folder)}).encode()).stdout == b""
    assert path.read_bytes() == before


def test_a_locked_store_is_not_waited_for_and_rules_arrive_unrecorded(folder: Path, store: SqliteStore) -> None:
    happens(folder, "SessionStart", session="warm", source="startup")
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        event = {"session_id": "s", "cwd": str(folder), "source": "startup"}
        answer = json.loads(run("SessionStart", json.dumps(event).encode()).stdout)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert "[R1] Use uv, not pip." in context(answer)
    assert "not recorded" in context(answer)
    assert store.exposures("s", key(folder)) == ()


def test_our_own_headless_runs_are_ignored(folder: Path, store: SqliteStore) -> None:
    event = json.dumps({"session_id": "s", "cwd": str(folder), "source": "startup"}).encode()
    assert run("SessionStart", event, PROMPTLEARN_OWN="1").stdout == b""
    assert store.beats() == []


def test_nobody_reading_the_answer_is_a_fault_for_doctor_and_none_for_the_agent(
    folder: Path, store: SqliteStore
) -> None:
    event = json.dumps({"session_id": "s", "cwd": str(folder), "source": "startup"}).encode()
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*HOOK, "claude-code", "SessionStart"], input=event, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    (beat,) = store.beats()
    assert beat.fault.startswith(("BrokenPipeError", "OSError"))


def test_a_hook_that_is_interrupted_ends_well(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=SimpleNamespace(read=interrupted)))
    assert hooks.main("claude-code", "SessionStart") == 0
    assert store.beats() == []


def test_a_heartbeat_says_what_was_done(folder: Path, store: SqliteStore) -> None:
    run("SessionStart", json.dumps({"session_id": "s", "cwd": str(folder), "source": "startup"}).encode())
    (beat,) = store.beats()
    assert (beat.client, beat.event, beat.fault) == ("claude-code", "SessionStart", "")
    assert beat.said.startswith("1 rules, ")


def test_a_hook_loads_nothing_heavy(folder: Path, store: SqliteStore) -> None:
    heavy = [
        "mcp",
        "openai",
        "pydantic",
        "sqlite_utils",
        "rich",
        "click",
        "psutil",
        "anyio",
        "platformdirs",
        "dataclasses",
    ]
    script = (
        "import io, json, sys; from mcp_server import hooks\n"
        "event = json.dumps({'session_id': 's', 'cwd': sys.argv[1], 'source': 'startup'}).encode()\n"
        "sys.stdin = io.TextIOWrapper(io.BytesIO(event)); hooks.main('claude-code', 'SessionStart')\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}
    command = [sys.executable, "-S", "-c", script, str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=environment)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_hostile_repository_runs_no_code_of_its_own(folder: Path, store: SqliteStore, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for name in ("json.py", "sitecustomize.py", "store/__init__.py", "mcp_server/__init__.py"):
        hostile = folder / name
        hostile.parent.mkdir(exist_ok=True)
        hostile.write_text(f"open({str(canary)!r}, 'w').write('ran')", encoding="utf-8")
    event = json.dumps({"session_id": "s", "cwd": str(folder), "source": "startup"}).encode()
    whole = {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run(
        [*HOOK, "claude-code", "SessionStart"], input=event, capture_output=True, cwd=folder, env=whole, check=False
    )
    assert b"Use uv" in done.stdout
    assert not canary.exists()


def test_parents_are_found_from_the_nearest_up() -> None:
    above = os.getppid()  # 1 where whoever started the tests has gone; it is everybody's parent then
    assert parents()[:1] == ((above,) if above > 1 else ())
    assert parents(2**22 + 12345) == (2**22 + 12345,)


def test_an_existing_store_is_opened_as_it_is(home: Path, store: SqliteStore) -> None:
    store.know(Project("k", "n", "/p"))
    again = open_existing(home / "promptlearn.db", wait=1.0)
    assert again is not None
    assert again.projects() == [Project("k", "n", "/p")]
    assert open_existing(home / "nothing.db", wait=1.0) is None
    (home / "empty.db").touch()
    assert open_existing(home / "empty.db", wait=1.0) is None


def test_a_locked_store_is_waited_for_only_once(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = json.dumps({"session_id": "s", "cwd": str(folder), "source": "startup"}).encode()
    happens(folder, "SessionStart", session="warm", source="startup")
    hurried: list[bool] = []
    hurry = SqliteStore.hurry
    monkeypatch.setattr(SqliteStore, "hurry", lambda self: (hurried.append(True), hurry(self)))
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other, closing(opened()) as late:
        other.execute("BEGIN IMMEDIATE")
        answer = respond("claude-code", "SessionStart", payload, {"CLAUDE_PID": "4242"}, late).answer
        other.execute("ROLLBACK")
    assert "not recorded" in context(answer)
    assert hurried == [True]


def test_without_a_store_an_event_is_nothing_to_answer(folder: Path) -> None:
    payload = json.dumps({"session_id": "s", "cwd": str(folder), "source": "startup"}).encode()
    assert respond("claude-code", "SessionStart", payload, {}, None)[:2] == (None, "no store yet")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True, encoding="utf-8")
    return done.stdout


def ran(folder: Path, command: str, output: str, session: str = "s1") -> Any:
    tool = {"tool_name": "Bash", "tool_input": {"command": command}, "tool_response": {"stdout": output}}
    return happens(folder, "PostToolUse", session=session, **tool)


def test_a_commit_and_a_pull_request_are_remembered_as_the_sessions_work(folder: Path, store: SqliteStore) -> None:
    git(folder, "init", "-q")
    git(folder, "switch", "-qc", "fix/cart")
    happens(folder, "SessionStart", source="startup")
    ran(folder, "git commit --allow-empty -m one", git(folder, "commit", "--allow-empty", "-m", "one"))
    git(folder, "commit", "-q", "--allow-empty", "-m", "two")
    ran(folder, "git commit -qam two", "")
    ran(folder, "gh pr create", "https://github.com/o/r/pull/5\n")
    (project,) = [each.key for each in store.projects() if store.works(each.key)]
    commits = git(folder, "log", "--format=%H", "--reverse").split()
    assert [(work.sort, work.how) for work in store.works(project, sort="branch", names=["fix/cart"])] == [
        ("branch", "hook")
    ]
    told = [work.name for work in store.works(project, sort="commit")]
    assert sorted(commits) == sorted(next(c for c in commits if c.startswith(name)) for name in told)
    assert [work.name for work in store.works(project, sort="pull request")] == ["o/r#5"]


def test_the_files_of_an_edit_are_remembered_once_a_session(folder: Path, store: SqliteStore) -> None:
    happens(folder, "SessionStart", source="startup")
    edit = {"tool_name": "Edit", "tool_input": {"file_path": str(folder / "src" / "a.py")}}
    happens(folder, "PostToolUse", **edit)
    (before,) = store.works(key(folder))
    happens(folder, "PostToolUse", **edit)
    assert store.works(key(folder)) == [before]
    assert (before.sort, before.name, before.session) == ("path", "src/a.py", "s1")


def test_what_an_agent_types_to_another_one_in_its_shell_is_not_a_persons_word(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = [("python3", "-m", "x"), ("claude", "-p"), ("bash", "-c", "claude -p x"), ("claude",), ("zsh",)]
    for session, above in (("person", [*chain[:2], chain[4]]), ("nested", chain)):
        found = [Ancestor(words[0], words, {}) for words in above]
        monkeypatch.setattr("mcp_server.person.lineage", lambda found=found: found)
        happens(folder, "UserPromptSubmit", session=session, prompt="No, use uv, not pip.")
    kept = {fact.session: fact.source.trust for fact in store.evidence(key(folder))}
    assert kept == {"person": Trust.OWNER, "nested": Trust.AGENT}


def test_every_prompt_of_a_person_counts_as_a_look_and_leaves_no_word(folder: Path, store: SqliteStore) -> None:
    happens(folder, "SessionStart", source="startup")
    assert [each.spoke for each in store.sessions(key(folder))] == [0.0]
    happens(folder, "UserPromptSubmit", prompt="what does this do?")
    assert all(each.spoke > 0 for each in store.sessions(key(folder)))
    assert store.evidence(key(folder)) == []


FAILED = "FAILED tests/test_a.py::test_b - ValueError: x\n1 failed, 1 passed in 0.10s\n"


def test_a_failure_that_another_session_left_is_still_failing_and_then_fixed(folder: Path, store: SqliteStore) -> None:
    for session in ("s1", "s2"):
        happens(folder, "SessionStart", source="startup", session=session)
        ran(folder, "pytest", FAILED, session)
    ran(folder, "pytest -q", "2 passed in 0.10s\n", "s2")
    ran(folder, "pytest", FAILED.replace("0.10", "0.20"), "s3")
    told = [(fact.kind, fact.session) for fact in store.evidence(key(folder)) if fact.kind is not Kind.RUN]
    assert told == [(Kind.FAILURE, "s1"), (Kind.STILL, "s2"), (Kind.FIXED, "s2"), (Kind.FAILURE, "s3")]


def test_one_command_may_test_and_commit(folder: Path, store: SqliteStore) -> None:
    ran(folder, "pytest && git commit -am x", "2 passed in 0.10s\n[main 1a2b3c4] x\n")
    assert [fact.kind for fact in store.evidence(key(folder))] == [Kind.RUN]
    assert [work.name for work in store.works(key(folder), sort="commit")] == ["1a2b3c4"]


def test_a_locked_store_costs_an_edit_its_memory_and_not_its_rules(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(folder, "SessionStart", source="startup")

    def busy(self: SqliteStore, *arguments: object, **more: object) -> None:
        raise BusyError("the store")

    monkeypatch.setattr(SqliteStore, "beat", busy)
    edit = {"tool_name": "Edit", "tool_input": {"file_path": str(folder / "src" / "a.py")}}
    assert "lexer" in context(happens(folder, "PostToolUse", **edit))
    assert store.works(key(folder)) == []


def test_a_hook_and_the_tool_give_a_session_the_same_rules_and_the_person_the_counts(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMPTLEARN_TRIALS", "on")
    trials = [adding(f"Try thing {n}.", state=State.TRIAL) for n in range(10)]
    store.revise(key(folder), trials, cause="a", now=NOW)
    answer = happens(folder, "SessionStart", source="startup", model="opus")
    hooked = answer["hookSpecificOutput"]["additionalContext"].splitlines()
    given = store.exposures("s1", key(folder))
    withheld = sum(not each.delivered for each in given)
    assert 0 < withheld < 11
    assert answer["systemMessage"] == (
        f"promptlearn: 2 rules active, 10 on trial, {withheld} withheld from this session to compare"
    )
    assert not any("withheld" in line or "trial" in line for line in hooked)
    assert [each.model for each in store.sessions(key(folder))] == ["opus"]
    place = find(str(folder))
    tools = Tools(lambda: store, lambda _: place, lambda: NOW, coins=Coins())
    asked = tools.call("get_rules", {}, Caller("s1", "claude-code")).splitlines()
    assert asked[1:] == hooked[1:]
    assert len(asked) == 2 + len(given) - withheld
    assert happens(folder, "SessionStart", source="clear", session="s1") is not None
    assert store.exposures("s1", key(folder)) == given


def test_what_the_program_stopped_is_told_once_to_the_person_and_never_to_the_agent(
    folder: Path, store: SqliteStore
) -> None:
    store.keep_answer(stopping(key(folder)), "R2 was stopped: sessions end worse with it", now=NOW)
    store.keep_answer(stopping(GLOBAL), "R9 was stopped: it harms", now=NOW)
    first = happens(folder, "SessionStart", source="startup")
    assert first["systemMessage"].splitlines()[1:] == [
        "promptlearn: R2 was stopped: sessions end worse with it (mcp-promptlearn rollback undoes it)",
        "promptlearn: R9 was stopped: it harms (mcp-promptlearn rollback undoes it)",
    ]
    assert "stopped" not in first["hookSpecificOutput"]["additionalContext"]
    second = happens(folder, "SessionStart", source="startup", session="s2")
    assert second["systemMessage"] == "promptlearn: 2 rules active"


def test_the_end_of_a_session_starts_consolidate_when_an_earlier_one_has_settled(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, now = key(folder), time.time()
    started: list[str] = []
    monkeypatch.setattr("mcp_server.detached.begin", started.append)
    store.deliver(Session("old", project, "claude-code", NOW, NOW), task="", shown=[], now=now - 1.5 * DAY)
    store.keep_answer(f"consolidated {project}", f"{now - 1.2 * DAY} 0", now=NOW)
    happens(folder, "SessionEnd", reason="other")
    assert started == [str(folder)]
    store.keep_answer(f"consolidated {project}", f"{now - 3600} 0", now=NOW)
    store.deliver(Session("new", project, "claude-code", NOW, NOW), task="", shown=[], now=now - 600)
    store.revise(project, [Step(Pin(rule, True), "x", "person", "x") for rule in (1, 2)], cause="x", now=NOW)
    happens(folder, "SessionEnd", reason="other")
    assert started == [str(folder)], "pinned rules are not measured"


CHAT = {"conversation_id": "c1", "cursor_version": "3.20.17"}


def cursor(folder: Path, name: str, **more: Any) -> Any:
    """What a hook answers Cursor, which begins its text with a mark of its encoding on Windows."""
    payload = {**CHAT, "workspace_roots": [str(folder)], "hook_event_name": name, **more}
    with closing(opened()) as store:
        return respond("cursor", name, b"\xef\xbb\xbf" + json.dumps(payload).encode(), {}, store).answer


def test_rules_reach_a_chat_of_cursor_at_its_beginning_and_no_edit_claims_to_bring_more(
    folder: Path, store: SqliteStore
) -> None:
    assert "Use uv, not pip." in cursor(folder, "sessionStart")["additional_context"]
    (shown,) = store.exposures("c1", key(folder))
    assert cursor(folder, "afterFileEdit", file_path=str(folder / "src" / "lexer.py")) is None
    assert store.exposures("c1", key(folder)) == (shown,), "what no model sees is not delivered"
    assert cursor(folder, "beforeSubmitPrompt", prompt="No, use uv, not pip.") == {"continue": True}


def test_our_hook_of_claude_code_is_silent_in_cursor_and_leaves_nothing(folder: Path, store: SqliteStore) -> None:
    assert happens(folder, "SessionStart", **CHAT, workspace_roots=[str(folder)]) is None
    assert store.exposures("s1", key(folder)) == ()
    assert [(beat.said, beat.fault) for beat in store.beats()] == [("nothing to do", "")]


def test_of_several_chats_in_one_process_the_tool_belongs_to_the_one_typed_in_last(
    folder: Path, store: SqliteStore
) -> None:
    for chat in ("c1", "c2"):
        cursor(folder, "sessionStart", conversation_id=chat)
    cursor(folder, "beforeSubmitPrompt", conversation_id="c1", prompt="Go on.")
    found = store.sighted(parents())
    assert found is not None
    assert (found.client, found.session) == ("cursor", "c1")


def test_after_another_session_ran_in_its_shell_the_tool_belongs_to_the_outer_one_again(
    folder: Path, store: SqliteStore
) -> None:
    for session in ("outer", "inner"):
        happens(folder, "BeforeAgent", client="gemini", session=session, prompt="Go on.")
    command = {"tool_input": {"command": "gemini -p 'do it'"}, "tool_response": {"llmContent": "Output: done"}}
    happens(folder, "AfterTool", client="gemini", session="outer", tool_name="run_shell_command", **command)
    found = store.sighted(parents(), "gemini")
    assert found is not None
    assert found.session == "outer"


def test_windsurf_is_watched_and_told_nothing(folder: Path, store: SqliteStore) -> None:
    assert happens(folder, "SessionStart", client="windsurf") is None
    assert happens(folder, "UserPromptSubmit", client="windsurf", prompt="No, never use pip here.") is None
    assert store.exposures("s1", key(folder)) == ()
    assert [fact.session for fact in store.evidence(key(folder))] == ["s1"]
