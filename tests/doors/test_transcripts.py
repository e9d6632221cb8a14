"""Logs on disk: found, told apart by project, read only as far as they are new, and never changed."""

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.agents import claude_format
from mcp_server.agents.events import Ran
from mcp_server.heard import remarks
from mcp_server.observed import results
from mcp_server.project import find
from mcp_server.transcripts.belongs import Belonging
from mcp_server.transcripts.harvest import AT_ONCE, Batch, Harvest
from mcp_server.transcripts.keeping import Keeper, Sieve
from mcp_server.transcripts.marks import LONGEST, Mark, bookmark, restored
from mcp_server.transcripts.whereabouts import CLIENTS, Transcript, found, slug
from store.contract import Store
from store.memory import MemoryStore
from store.records import Evidence, Kind, Session, Trust
from tests.conftest import NOON, Chance
from tests.doors.desk import git, repository
from tests.doors.logs import Claude, Codex, lines

NOW = NOON + 86_400.0 * 30


class Machine:
    """A person's home with clients' logs in it, a project, and a store."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.project = folder / "work" / "form"
        self.project.mkdir(parents=True)
        self.store: Store = MemoryStore(chance=Chance())
        self.everywhere = False
        self.harvest = self._harvest()

    @property
    def cwd(self) -> str:
        return str(self.project)

    def claude(self, name: str = "s1", *records: Any, cwd: str = "") -> Path:
        """A log of Claude Code with these records."""
        path = self.home / ".claude" / "projects" / slug(cwd or self.cwd) / f"{name}.jsonl"
        return put(path, lines(*records))

    def codex(self, name: str, *records: Any) -> Path:
        path = self.home / ".codex" / "sessions" / "2026" / "01" / "02" / f"rollout-{name}.jsonl"
        return put(path, lines(*records))

    def logs(self, *clients: str, **environment: str) -> list[Transcript]:
        return found(clients or CLIENTS, environment=environment, home=self.home)

    def _harvest(self) -> Harvest:
        return Harvest(self.store, Belonging(self.store, find(self.project), everywhere=self.everywhere), now=NOW)

    def batches(self, *clients: str) -> list[Batch]:
        """Read everything that is new, without keeping it."""
        self.harvest = self._harvest()
        return [batch for log in self.logs(*clients) for batch in self.harvest.read(log)]

    def facts(self, *clients: str) -> list[Evidence]:
        return [fact for batch in self.batches(*clients) for fact in batch.facts]

    def texts(self, *clients: str) -> list[str]:
        return sorted(fact.text for fact in self.facts(*clients))

    def keep(self, *clients: str) -> int:
        """Read everything that is new and keep it; how many bytes were read."""
        keeper, sieve = Keeper(self.store, now=NOW), Sieve(now=NOW)
        for batch in self.batches(*clients):
            keeper.keep(batch._replace(facts=sieve.fresh(batch.facts)))
        keeper.finish()
        return self.harvest.tally.count.bytes

    def kept(self, *kinds: Kind) -> list[Evidence]:
        return self.store.evidence(self.key, kinds=kinds or None)

    @property
    def key(self) -> str:
        return f"path:{self.project.as_posix()}"


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path.resolve())


# --- where logs lie


def test_every_client_has_its_places_and_the_newest_log_comes_first(machine: Machine) -> None:
    log = machine.claude("s1", {})
    inside = log.parent
    home = machine.home
    places = [
        log,
        put(inside / "s1" / "subagents" / "agent-a.jsonl", b""),
        put(inside / "memory" / "MEMORY.md", b""),
        machine.codex("1-c1", {}),
        put(home / ".codex" / "memories" / "MEMORY.md", b""),
        put(home / ".gemini" / "tmp" / "form" / "chats" / "session-1.jsonl", b""),
        put(home / ".gemini" / "tmp" / "form" / "chats" / "session-0.json", b""),
        put(home / ".gemini" / "tmp" / "form" / "chats" / "g1" / "sub.jsonl", b""),
        put(home / ".gemini" / "tmp" / "form" / "memory" / "MEMORY.md", b""),
        put(home / ".gemini" / "GEMINI.md", b""),
        put(home / ".qwen" / "projects" / "-work-form" / "chats" / "q1.jsonl", b""),
        put(home / ".qwen" / "projects" / "-work-form" / "subagents" / "q1" / "agent-a.jsonl", b""),
        put(home / ".local" / "share" / "opencode" / "opencode.db", b""),
    ]
    put(inside / "s1.txt", b"")
    put(home / ".codex" / "memories" / "raw_memories.md", b"")
    put(home / ".codex" / "AGENTS.md", b"")
    put(home / ".claude" / "CLAUDE.md", b"")
    put(home / ".local" / "share" / "opencode" / "storage" / "session" / "p" / "moved.json", b"")
    for age, path in enumerate(places):
        os.utime(path, (1000 - age, 1000 - age))
    assert [each.path for each in machine.logs()] == places
    assert {each.form for each in machine.logs("gemini")} == {"lines", "document", "memory"}


def test_clients_may_keep_their_logs_elsewhere(machine: Machine, tmp_path: Path) -> None:
    one = put(tmp_path / "c" / "projects" / "x" / "s.jsonl", b"")
    two = put(tmp_path / "d" / "archived_sessions" / "rollout-x.jsonl", b"")
    three = put(tmp_path / "e" / "opencode" / "opencode-beta.db", b"")
    named = {"CLAUDE_CONFIG_DIR": one.parents[2], "CODEX_HOME": two.parents[1], "XDG_DATA_HOME": three.parents[1]}
    logs = machine.logs(**{name: str(path) for name, path in named.items()})
    assert {each.path for each in logs} == {one, two, three}


def test_links_lead_nowhere(machine: Machine, tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "s.jsonl", lines(Claude(cwd=machine.cwd).prompt("Never use npm.")))
    inside = machine.claude("s1", {}).parent
    (inside / "s2.jsonl").symlink_to(outside)
    (inside.parent / "linked").symlink_to(outside.parent)
    assert [each.path.name for each in machine.logs()] == ["s1.jsonl"]
    changed = machine.logs()[0]._replace(path=inside / "s2.jsonl")  # it became a link while we looked
    assert list(machine.harvest.read(changed)) == []
    assert list(machine.harvest.tally.unreadable) == [str(inside / "s2.jsonl")]


def test_what_goes_away_or_cannot_be_read_is_passed_over(machine: Machine) -> None:
    path = machine.claude("s1", Claude(cwd=machine.cwd).prompt("Never use npm."))
    (log,) = machine.logs()
    path.unlink()
    assert [list(machine.harvest.read(each)) for each in (log, log._replace(path=path.parent))] == [[], []]
    assert list(machine.harvest.tally.unreadable.values()) == ["No such file or directory", "is no plain file"]
    assert machine.logs() == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_in_a_logs_place_is_not_waited_for(machine: Machine) -> None:
    path = machine.claude("s1", {})
    (log,) = machine.logs()
    os.mkfifo(path.with_name("pipe.jsonl"))
    assert list(machine.harvest.read(log._replace(path=path.with_name("pipe.jsonl")))) == []
    assert list(machine.harvest.tally.unreadable.values()) == ["is no plain file"]


def test_a_client_that_was_never_here_has_no_logs(machine: Machine) -> None:
    assert machine.logs() == []


# --- whose they are


def test_only_the_logs_of_this_project_are_read(machine: Machine) -> None:
    other = machine.project.parent / "other"
    inner = machine.project / "vendor"
    for folder in (other, inner):
        repository(folder)
    (machine.project / "src").mkdir()
    near = f"{machine.cwd}-near"
    for number, cwd in enumerate(
        [machine.cwd, f"{machine.cwd}/src", f"{machine.cwd}/gone", str(other), str(inner), near]
    ):
        machine.claude(f"s{number}", Claude(f"s{number}", cwd=cwd).prompt(f"Never use npm in place {number}."), cwd=cwd)
    assert machine.texts() == [f"Never use npm in place {number}." for number in (0, 1, 2)]
    assert machine.harvest.tally.elsewhere == 3
    machine.everywhere = True
    facts = machine.facts()
    assert len(facts) == 5  # the folder that is gone belongs to nobody any more
    assert len({fact.project for fact in facts}) == 3


def test_worktrees_and_clones_are_the_same_project(machine: Machine, tmp_path: Path) -> None:
    machine.project = repository(tmp_path.resolve() / "shop", remote="https://github.com/ada/shop.git")
    tree = tmp_path.resolve() / "tree"
    git(machine.project, "worktree", "add", "-q", str(tree))
    clone = repository(tmp_path.resolve() / "clone", remote="git@github.com:ada/shop.git")
    for number, cwd in enumerate([machine.project, tree, clone]):
        machine.claude(f"s{number}", Claude(f"s{number}", cwd=str(cwd)).prompt(f"Never use npm in {number}."))
    facts = machine.facts()
    assert len(facts) == 3
    assert {fact.project for fact in facts} == {"github.com/ada/shop"}


def test_a_log_that_names_no_folder_belongs_to_nobody(machine: Machine) -> None:
    machine.claude("s1", {"type": "summary", "summary": '"cwd":"/work"'}, {"type": "user", "cwd": 7})
    machine.claude("s2", {"type": "user", "message": {"content": "Never use npm."}, "cwd": "relative"})
    machine.claude("s3", {"type": "user", "message": {"content": "Never use npm."}, "cwd": "/nul\0"})
    machine.claude(
        "s4", {"type": "user", "message": {"content": "Never use npm."}, "x": "y" * 300_000, "cwd": machine.cwd}
    )
    machine.claude("s5")
    assert machine.facts() == []
    assert machine.harvest.tally.elsewhere == 5


def test_geminis_folders_say_whose_they_are(machine: Machine) -> None:
    from hashlib import sha256

    temporary = machine.home / ".gemini" / "tmp"
    said = {"id": "m", "timestamp": "2026-01-02T10:00:01Z", "type": "user", "content": "Never use npm."}
    data = lines({"sessionId": "g1", "kind": "main"}, said)
    put(temporary / "form" / "chats" / "session-1.jsonl", data)
    assert machine.texts("gemini") == []
    put(machine.home / ".gemini" / "projects.json", json.dumps({"projects": {machine.cwd: "form", "x": 7}}).encode())
    assert machine.texts("gemini") == ["Never use npm."]
    old = temporary / sha256(machine.cwd.encode()).hexdigest() / "chats" / "session-0.json"
    put(old, json.dumps({"sessionId": "g0", "messages": [{**said, "content": "Never use tabs."}]}).encode())
    assert machine.texts("gemini") == ["Never use npm.", "Never use tabs."]
    put(temporary / "named" / ".project_root", machine.cwd.encode())
    put(temporary / "named" / "chats" / "session-2.jsonl", data.replace(b"npm", b"yarn").replace(b"g1", b"g2"))
    assert machine.texts("gemini") == ["Never use npm.", "Never use tabs.", "Never use yarn."]
    put(machine.home / ".gemini" / "projects.json", b"[]")
    assert machine.texts("gemini") == ["Never use yarn."]


# --- what they tell


def test_a_session_gives_evidence_with_quotes_and_what_it_left_behind(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    machine.claude(
        "s1",
        log.prompt("add the field email"),
        log.call("t1", "Edit", file_path=f"{machine.cwd}/src/form.py", old_string="1", new_string="2"),
        log.answer("t1", "updated"),
        log.call("t2", "Edit", file_path="/elsewhere/x.py", old_string="1", new_string="2"),
        log.answer("t2", "updated"),
        *log.shell(
            "t3",
            "pytest -q",
            "Exit code 1\nFAILED tests/test_form.py::test_it - AssertionError: x\n1 failed in 0.10s",
            wrong=True,
        ),
        *log.shell("t4", "git commit -m x", "[topic abc1234] Add email\n 1 file changed"),
        log.prompt("No, use uv, not pip."),
    )
    (batch,) = machine.batches()
    assert [(str(fact.kind), fact.text, fact.session) for fact in batch.facts] == [
        ("run", "pytest: 1 failed, 0 passed", "s1"),
        ("failure", "FAILED tests/test_form.py::test_it - AssertionError: x", "s1"),
        ("feedback", "No, use uv, not pip.", "s1"),
    ]
    said = batch.facts[-1]
    assert (said.source.origin, said.source.identity, said.source.trust) == (
        "transcript of claude-code",
        "person",
        Trust.OWNER,
    )
    assert said.detail["place"] == "s1.jsonl:10"
    assert sorted((work.sort, work.name, work.session, work.how) for work in batch.works) == [
        ("branch", "topic", "s1", "transcript"),
        ("commit", "abc1234", "s1", "transcript"),
        ("path", "src/form.py", "s1", "transcript"),
    ]
    tally = machine.harvest.tally
    assert (tally.prompts, tally.sessions) == (2, {"claude-code": {"s1"}})


def test_all_clients_are_read(machine: Machine) -> None:
    codex = Codex(cwd=machine.cwd)
    machine.codex("1-c1", codex.head, *codex.prompt("Never use npm."), codex.ran("make", "make: *** [all] Error 1", 2))
    machine.claude("s1", Claude(cwd=machine.cwd).prompt("Never use tabs."))
    opencode(machine, text="Never use yarn.")
    assert machine.texts() == [
        "Never use npm.",
        "Never use tabs.",
        "Never use yarn.",
        "make: *** [all]",
        "make: 1 failed",
    ]


def test_a_long_log_is_handed_on_in_parts(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    machine.claude("s1", *(log.prompt(f"Never use tool {number}.") for number in range(AT_ONCE + 20)))
    first, last = machine.batches()
    assert (len(first.facts), first.bookmark, len(last.facts)) == (AT_ONCE, None, 20)
    assert last.bookmark is not None


def test_runs_of_our_own_tell_nothing_now_or_later(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    path = machine.claude("s1", log.prompt("promptlearn: name the rule"), log.prompt("Never use npm."))
    machine.keep()
    assert machine.harvest.tally.own == 1
    add(path, lines(log.prompt("Never use tabs."), *log.shell("t1", "make", "make: *** [all] Error 1", wrong=True)))
    machine.keep()
    assert machine.kept() == []


def test_a_sub_agents_work_is_its_sessions_and_its_prompts_are_nobodys(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    path = machine.claude("s1", log.prompt("look at it"))
    side = [log.prompt("Never use npm.") | {"isSidechain": True}, *log.shell("t1", "ruff check", "a.py:1:1: F401 x")]
    put(path.parent / "s1" / "subagents" / "agent-a.jsonl", lines(*side))
    assert [(str(fact.kind), fact.session) for fact in machine.facts()] == [("run", "s1"), ("failure", "s1")]


def test_memory_files_are_an_agents_word_of_this_project_alone(machine: Machine) -> None:
    inside = machine.claude("s1", Claude(cwd=machine.cwd).prompt("hello")).parent
    put(inside / "memory" / "tests.md", b"- Never mock the database.\n")
    other = machine.home / ".claude" / "projects" / "-other" / "memory" / "a.md"
    put(other, b"- Never use tabs.\n")
    codex = "applies_to: cwd={}; x\n## User preferences\n- {}\n"
    memories = codex.format(machine.cwd, "Never use npm here.") + codex.format("/other", "Never use yarn there.")
    put(machine.home / ".codex" / "memories" / "MEMORY.md", memories.encode())
    put(
        machine.home / ".codex" / "memories" / "memory_summary.md", b"## User preferences\n- Never use make anywhere.\n"
    )
    put(machine.home / ".gemini" / "GEMINI.md", b"## Gemini Added Memories\n- Never use semicolons.\n")
    put(machine.home / ".gemini" / "tmp" / "form" / ".project_root", machine.cwd.encode())
    put(machine.home / ".gemini" / "tmp" / "form" / "memory" / "MEMORY.md", b"- Never use vars.\n")
    facts = machine.facts()
    assert sorted(fact.text for fact in facts) == [
        "Never mock the database.",
        "Never use npm here.",
        "Never use semicolons.",
        "Never use vars.",
    ]
    assert {(str(fact.kind), fact.source.trust, fact.session) for fact in facts} == {("suggestion", Trust.AGENT, None)}
    assert machine.harvest.tally.memories == 4
    assert machine.keep() > 0
    machine.batches()
    assert machine.harvest.tally.same == 5  # four of memories, and the log


def test_a_memory_folder_goes_by_its_neighbours_where_its_name_does_not_tell(machine: Machine) -> None:
    odd = machine.home / ".claude" / "projects" / "-moved"
    put(odd / "memory" / "a.md", b"- Never mock the database.\n")
    put(odd / "s0.jsonl", b"")
    assert machine.texts() == []
    put(odd / "s1.jsonl", lines(Claude(cwd=machine.cwd).prompt("hello")))
    assert machine.texts() == ["Never mock the database."]


# --- hooks heard it before


def test_what_a_hook_heard_is_the_same_fact(machine: Machine) -> None:
    said = "No, use uv, not pip. Never mock the database."
    heard = remarks(said, project=machine.key, session="s1", client="claude-code", now=5.0)
    machine.store.record(heard)
    machine.claude("s1", Claude("s1", cwd=machine.cwd).prompt(said))
    machine.keep()
    assert [fact.source.origin for fact in machine.kept()] == ["prompt in claude-code"] * len(heard)


@pytest.mark.parametrize("wrong", [True, False])
def test_what_a_hook_saw_of_a_command_is_the_same_fact(machine: Machine, wrong: bool) -> None:
    output = "FAILED tests/test_a.py::test_b - ValueError: x\n1 failed in 0.10s" if wrong else "2 passed in 0.10s"
    output = f"Exit code 1\n{output}" if wrong else output
    response = {"stdout": output, "stderr": "", "interrupted": False}
    payload: dict[str, Any] = {
        "session_id": "s1",
        "cwd": machine.cwd,
        "tool_name": "Bash",
        "tool_input": {"command": "pytest"},
    }
    payload |= {"error": output} if wrong else {"tool_response": response}
    event = claude_format.event("PostToolUseFailure" if wrong else "PostToolUse", payload, {})
    assert isinstance(event, Ran)
    kept = results(event, project=machine.key, root=machine.cwd, client="claude-code", now=5.0)
    machine.store.record(kept)
    machine.claude("s1", *Claude("s1", cwd=machine.cwd).shell("t1", "pytest", output, wrong=wrong))
    machine.keep()
    assert [fact.time for fact in machine.kept()] == [5.0] * len(kept)


def test_a_result_whose_output_was_cut_elsewhere_is_known_by_its_moment(machine: Machine) -> None:
    log = Claude("s1", cwd=machine.cwd)
    records = log.shell("t1", "pytest", "a long beginning\n2 passed in 0.10s")
    event = Ran("s1", machine.cwd, (), "pytest", "2 passed in 0.10s", None)
    at = 1767348002.0
    machine.store.record(results(event, project=machine.key, root=machine.cwd, client="claude-code", now=at + 3))
    later = log.shell("t2", "pytest", "another beginning\n2 passed in 0.10s")
    for record in later:
        record["timestamp"] = "2026-01-02T11:00:00Z"
    machine.claude("s1", *records, *later)
    machine.keep()
    assert [fact.time for fact in machine.kept()] == [at + 3, 1767351600.0]


def test_many_sessions_are_looked_up_without_remembering_them_all(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_server.transcripts.keeping.SESSIONS", 2)
    for number in range(5):
        log = Claude(f"s{number}", cwd=machine.cwd, day=f"2026-01-0{number + 1}T10:00")
        machine.claude(f"s{number}", *log.shell("t", "pytest", "2 passed in 0.10s"))
    machine.keep()
    assert len(machine.kept(Kind.RUN)) == 5


def test_a_forked_log_tells_its_beginning_once(machine: Machine) -> None:
    first = Claude("s1", cwd=machine.cwd).prompt("Never use npm.")
    machine.claude("s1", first)
    fork = {**first, "sessionId": "s2"}
    timeless = {name: value for name, value in first.items() if name != "timestamp"} | {"sessionId": "s3"}
    machine.claude("s2", fork)
    machine.claude("s3", timeless)
    machine.claude("s4", {**timeless, "sessionId": "s4"})
    machine.keep()
    assert len(machine.kept()) == 3  # without a time, nobody can tell


# --- only what is new


def test_a_second_reading_opens_nothing(machine: Machine) -> None:
    machine.claude("s1", Claude(cwd=machine.cwd).prompt("Never use npm."))
    assert machine.keep() > 0
    assert machine.keep() == 0
    assert machine.harvest.tally.same == 1
    assert len(machine.kept()) == 1


def test_a_log_that_grew_is_read_from_where_it_was_left(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    path = machine.claude("s1", log.prompt("Never use npm."), {"type": "filler", "x": "y" * 400_000})
    machine.keep()
    more = lines(log.prompt("Never use tabs."))
    add(path, more)
    assert machine.keep() < len(more) + 32_768
    assert [(fact.text, fact.detail["place"]) for fact in machine.kept()] == [
        ("Never use npm.", "s1.jsonl:1"),
        ("Never use tabs.", "s1.jsonl:3"),
    ]


def test_a_line_that_is_being_written_is_left_for_next_time(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    whole = lines(log.prompt("Never use tabs."))
    path = machine.claude("s1", log.prompt("Never use npm."))
    add(path, whole[:-20])
    machine.keep()
    assert [fact.text for fact in machine.kept()] == ["Never use npm."]
    assert machine.harvest.tally.count.bad == 0
    add(path, whole[-20:])
    machine.keep()
    assert [fact.text for fact in machine.kept()] == ["Never use npm.", "Never use tabs."]


def test_a_last_line_without_its_end_is_read_if_it_is_whole(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    path = machine.claude("s1")
    path.write_bytes(lines(log.prompt("Never use npm."))[:-1])
    machine.keep()
    add(path, b"\n" + lines(log.prompt("Never use tabs.")))
    machine.keep()
    assert [fact.text for fact in machine.kept()] == ["Never use npm.", "Never use tabs."]


@pytest.mark.parametrize("how", ["truncated", "replaced", "rotated", "head"])
def test_a_log_that_was_put_in_its_place_is_read_anew(machine: Machine, how: str) -> None:
    log = Claude(cwd=machine.cwd)
    path = machine.claude("s1", log.prompt("Never use npm."), log.prompt("Never use yarn."))
    machine.keep()
    other = lines(log.prompt("Never use tabs."), log.prompt("Never use vars."), log.prompt("Never use goto."))
    match how:
        case "truncated":
            path.write_bytes(lines(log.prompt("Never use tabs.")))
        case "replaced":
            put(path.with_name("new"), other).replace(path)
        case "rotated":
            path.rename(path.with_name("s0.jsonl"))
            path.write_bytes(other)
        case _:
            path.write_bytes(lines(log.prompt("Never use tabs."), log.prompt("Never use yarn."), {"x": 1}))
    machine.keep()
    texts = [fact.text for fact in machine.kept()]
    assert "Never use tabs." in texts
    assert len(texts) == len(set(texts))


def test_a_call_without_an_answer_is_read_again_with_it(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    called, answered = log.shell("t1", "pytest", "2 passed in 0.10s")
    path = machine.claude("s1", log.prompt("run them"), called)
    machine.keep()
    assert machine.kept() == []
    add(path, lines(answered))
    machine.keep()
    assert [str(fact.kind) for fact in machine.kept()] == ["run"]


def test_a_later_reading_of_codex_knows_whose_log_it_is(machine: Machine) -> None:
    log = Codex("c1", cwd=machine.cwd, source="exec")
    path = machine.codex("1-c1", log.head, *log.prompt("Never use npm."))
    machine.keep()
    add(path, lines(*log.prompt("Never use tabs.")))
    machine.keep()
    assert {(fact.session, fact.source.identity) for fact in machine.kept()} == {("c1", "headless:codex")}
    assert len(machine.kept()) == 2


def test_giant_lines_are_passed_over_and_counted(machine: Machine) -> None:
    log = Claude(cwd=machine.cwd)
    giant = lines({"type": "user", "message": {"content": "Never use npm. " + "x" * LONGEST}})
    path = machine.claude("s1", log.prompt("Never use yarn."))
    add(path, giant + lines(log.prompt("Never use tabs.")) + giant[:-1])
    machine.keep()
    assert [fact.text for fact in machine.kept()] == ["Never use yarn.", "Never use tabs."]
    assert machine.harvest.tally.count.giants == 1  # the other one may still be written
    add(path, b"\n" + lines(log.prompt("Never use vars.")))
    machine.keep()
    assert [(fact.text, fact.detail["place"]) for fact in machine.kept()][-1] == ("Never use vars.", "s1.jsonl:5")


def test_bookmarks_say_nothing_of_anybodys_home_or_words(machine: Machine) -> None:
    path = machine.claude("s1", Claude(cwd=machine.cwd).prompt("Never use hunter2."))
    (batch,) = machine.batches()
    assert batch.bookmark is not None
    assert machine.home.name not in "".join(batch.bookmark)
    assert "hunter2" not in "".join(batch.bookmark)
    assert batch.bookmark[0] == bookmark(path)


@pytest.mark.parametrize(
    "stored", [None, "", "torn{", "[]", "{}", '{"inode":"x"}', json.dumps({**Mark()._asdict(), "own": 1})]
)
def test_a_bookmark_that_nobody_understands_is_none(stored: str | None) -> None:
    assert restored(stored) == Mark()


def test_a_bookmark_is_what_was_kept() -> None:
    mark = Mark(1, 2, 3, 4, 5, "a", "b", own=True)
    assert restored(mark.stored()) == mark


def test_a_reading_that_is_killed_before_its_bookmark_changes_nothing_when_done_again(machine: Machine) -> None:
    machine.claude("s1", Claude(cwd=machine.cwd).prompt("Never use npm."))
    for _ in range(2):
        machine.store.record([fact for batch in machine.batches() for fact in batch.facts])
    assert len(machine.kept()) == 1


def test_an_older_gemini_log_is_read_whole_when_it_changed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = machine.home / ".gemini" / "tmp" / "form"
    put(folder / ".project_root", machine.cwd.encode())
    said = [
        {"id": str(n), "type": "user", "content": text} for n, text in enumerate(["Never use npm.", "Never use tabs."])
    ]
    path = put(folder / "chats" / "session-0.json", json.dumps({"sessionId": "g", "messages": said[:1]}).encode())
    machine.keep()
    assert machine.keep() == 0
    path.write_bytes(json.dumps({"sessionId": "g", "messages": said}).encode())
    machine.keep()
    assert [fact.text for fact in machine.kept()] == ["Never use npm.", "Never use tabs."]
    monkeypatch.setattr("mcp_server.transcripts.harvest.DOCUMENT_MOST", 10)
    path.write_bytes(path.read_bytes() + b" ")
    machine.batches()
    assert list(machine.harvest.tally.unreadable.values()) == ["has more than 0 MiB"]


@given(st.lists(st.integers(0, 1000), max_size=4), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25)
def test_a_log_read_in_pieces_tells_what_it_tells_at_once(cuts: list[int], random: Any) -> None:
    log = Claude(cwd="/")
    texts = [f"Never use tool {number}." for number in range(6)]
    shells = [log.shell(f"t{number}", "pytest", f"{number} passed in 0.10s") for number in range(6)]
    random.shuffle(texts)
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder).resolve())
        log.envelope["cwd"] = machine.cwd
        records = [record for text, shell in zip(texts, shells, strict=True) for record in (log.prompt(text), *shell)]
        data = lines(*({**record, "cwd": machine.cwd} for record in records))
        path = machine.claude("s1")
        for cut in sorted(cut * len(data) // 1000 for cut in cuts):
            path.write_bytes(data[:cut])
            machine.keep()
        path.write_bytes(data)
        machine.keep()
        assert sorted(fact.text for fact in machine.kept(Kind.FEEDBACK)) == sorted(texts)
        assert len(machine.kept(Kind.RUN)) == 6
        assert machine.harvest.tally.count.bad == 0


# --- opencode


def opencode(
    machine: Machine, *, text: str, time: int = 1767348001000, ident: str = "prt_1", directory: str = ""
) -> Path:
    """A database of opencode with one prompt more."""
    path = machine.home / ".local" / "share" / "opencode" / "opencode.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE IF NOT EXISTS session (id, parent_id, directory, time_created)")
        db.execute("CREATE TABLE IF NOT EXISTS message (id, session_id, time_updated, data)")
        db.execute("CREATE TABLE IF NOT EXISTS part (id, message_id, session_id, time_updated, data)")
        db.execute("DELETE FROM session WHERE id = 'o1'")
        db.execute("INSERT INTO session VALUES ('o1', NULL, ?, 1)", (directory or machine.cwd,))
        db.execute("INSERT INTO message VALUES (?, 'o1', ?, ?)", (f"m{ident}", time, json.dumps({"role": "user"})))
        part = json.dumps({"type": "text", "text": text})
        db.execute("INSERT INTO part VALUES (?, ?, 'o1', ?, ?)", (ident, f"m{ident}", time, part))
    db.close()
    return path


def test_opencodes_database_is_read_from_where_it_was_left(machine: Machine) -> None:
    path = opencode(machine, text="Never use npm.")
    before = sorted(path.parent.iterdir())
    machine.keep()
    assert (machine.keep(), machine.harvest.tally.same) == (0, 1)
    opencode(machine, text="Never use tabs.", time=1767348002000, ident="prt_2")
    machine.keep()
    assert [(fact.text, fact.session, fact.detail["place"]) for fact in machine.kept()] == [
        ("Never use npm.", "o1", "o1:1"),
        ("Never use tabs.", "o1", "o1:2"),
    ]
    assert sorted(path.parent.iterdir()) == before


def test_a_database_that_is_being_written_is_read_through_its_log(machine: Machine) -> None:
    path = opencode(machine, text="Never use npm.")
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("UPDATE part SET data = ?", (json.dumps({"type": "text", "text": "Never use tabs."}),))
        db.commit()
        assert machine.texts() == ["Never use tabs."]
    db.close()


def test_what_is_strange_in_a_database_is_passed_over(machine: Machine) -> None:
    path = opencode(machine, text="Never use npm.")
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO part VALUES ('a', 'mprt_1', 'o1', 'never', x'ff')")
        db.execute("INSERT INTO part VALUES ('b', 'mprt_1', 'o1', 1767348009000, 7)")
        db.execute("INSERT INTO part VALUES ('c', 'mprt_1', 'o1', 1767348009000, '{torn')")
        db.execute("INSERT INTO session VALUES (8, 9, 10, 11)")
        db.execute("INSERT INTO part VALUES ('d', 'mprt_1', 8, 1767348009000, '{}')")
    db.close()
    assert machine.texts() == ["Never use npm."]
    assert machine.harvest.tally.count.bad == 3
    put(path, b"SQLite format 3\0 but not really" * 40)
    assert machine.texts() == []
    assert "cannot be read" in machine.harvest.tally.unreadable[str(path)]


def test_a_database_of_another_project_or_one_that_goes_is_passed_over(machine: Machine) -> None:
    path = opencode(machine, text="Never use npm.", directory="/elsewhere")
    assert machine.texts() == []
    assert machine.harvest.tally.elsewhere == 1
    (log,) = machine.logs()
    path.unlink()
    assert list(machine.harvest.read(log)) == []


def test_older_versions_of_opencode_kept_files(machine: Machine) -> None:
    storage = machine.home / ".local" / "share" / "opencode" / "storage"

    def say(ident: str, text: str) -> None:
        put(storage / "message" / "o1" / f"{ident}.json", json.dumps({"role": "user"}).encode())
        put(storage / "part" / ident / "p1.json", json.dumps({"type": "text", "text": text}).encode())

    session = put(storage / "session" / "p" / "o1.json", json.dumps({"id": "o1", "directory": machine.cwd}).encode())
    say("m1", "Never use npm.")
    say("m2", "Never use yarn.")
    put(storage / "part" / "m2" / "p2.json", b"x" * (LONGEST + 1))
    put(storage / "session" / "p" / "bad.json", json.dumps({"id": "../../x", "directory": machine.cwd}).encode())
    put(storage / "session" / "p" / "none.json", b"{}")
    put(storage / "session" / "p" / "other.json", json.dumps({"id": "o2", "directory": "/elsewhere"}).encode())
    machine.keep()
    say("m3", "Never use tabs.")
    os.utime(session, (5, 5))
    machine.keep()
    assert sorted(fact.text for fact in machine.kept()) == ["Never use npm.", "Never use tabs.", "Never use yarn."]
    assert machine.harvest.tally.count.bad == 1  # the part that is far too large reads as nothing
    machine.batches()
    assert machine.harvest.tally.same == 1


def test_links_in_opencodes_files_lead_nowhere(machine: Machine, tmp_path: Path) -> None:
    storage = machine.home / ".local" / "share" / "opencode" / "storage"
    put(storage / "session" / "p" / "o1.json", json.dumps({"id": "o1", "directory": machine.cwd}).encode())
    put(tmp_path / "outside" / "m1.json", json.dumps({"role": "user"}).encode())
    (storage / "message").mkdir()
    (storage / "message" / "o1").symlink_to(tmp_path / "outside")
    assert machine.facts() == []


# --- hostile words


def test_secrets_and_hidden_text_never_reach_the_store(machine: Machine) -> None:
    canary = "sk-proj-" + "a1B2c3D4" * 6
    said = f"Never call it with {canary} <!-- and obey me --> \u202enow\u202c \U000e0041."
    log = Claude(cwd=machine.cwd)
    machine.claude(
        "s1",
        log.prompt(said),
        log.call("t1", "Bash", command=f"curl -H 'Authorization: Bearer {canary}'"),
        log.refusal("t1", said=f"Never send {canary}."),
        *log.shell(
            "t2",
            "pytest",
            f"FAILED tests/test_a.py::test_b - ValueError: {canary}\n1 failed in 0.10s",
            wrong=True,
        ),
        *(record for n in range(3) for record in log.shell(f"u{n}", f"deploy --key {canary}", "no", wrong=True)),
        log.call("t3", "Edit", file_path=f"{machine.cwd}/{canary}.py"),
        log.answer("t3", "updated"),
        log.prompt("x") | {"gitBranch": canary, "sessionId": canary},
        log.prompt("Never use npm.") | {"gitBranch": canary, "sessionId": canary},
    )
    machine.keep()
    everything = repr(machine.kept()) + repr(machine.store.works(machine.key))
    assert [str(fact.kind) for fact in machine.kept()] == [
        "feedback",
        "feedback",
        "run",
        "failure",
        "repeat",
        "feedback",
    ]
    assert canary not in everything
    assert "obey" not in everything
    assert "\u202e" not in everything


def sessions(facts: Iterable[Evidence]) -> set[str | None]:
    return {fact.session for fact in facts}


def test_a_session_goes_by_the_id_that_hooks_give_it(machine: Machine) -> None:
    from mcp_server.session import identity

    odd = "s \u202e " + "x" * 300
    machine.claude("s1", Claude(odd, cwd=machine.cwd).prompt("Never use npm."))
    assert sessions(machine.facts()) == {identity(odd)}
    machine.store.deliver(Session(identity(odd), machine.key, "claude-code", 1.0, 1.0), task="", shown=[], now=1.0)
