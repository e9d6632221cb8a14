"""Prove the SDK's door with the official client, in both protocol eras, and that what it acknowledged is kept."""

import json
import re
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest
from inline_snapshot import snapshot
from mcp import Client, MCPError, StdioServerParameters
from mcp_types import TextContent, TextResourceContents

from mcp_server.learning.render import LAST
from mcp_server.server import build
from mcp_server.tools import INSTRUCTIONS, TOOLS, Tools
from store import open_store
from store.connection import Connection
from store.contract import Store
from store.memory import MemoryStore
from store.records import Evidence, Kind
from store.sqlite import SqliteStore
from tests.conftest import Clock
from tests.doors.agent import DEMO, Failing, Person, always
from tests.doors.wire import ERAS, HANDSHAKE, SERVE, STATELESS, Server, calling, environment, frame, text
from tests.store.facts import HERE

MODES = {HANDSHAKE: "legacy", STATELESS: STATELESS}
KILLS = 20
STREAM = 700
"""Reports that a client sends without waiting: more than a pipe holds answers to, so that none is ever finished."""

Scene = Callable[[Client], Awaitable[None]]


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The empty home of a person, as a server in a process of its own finds it."""
    folder = tmp_path / "person"
    folder.mkdir()
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder of a project."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def store(chance: Callable[[int], bytes]) -> MemoryStore:
    return MemoryStore(chance=chance)


def play(scene: Scene, store: Store | Callable[[], Store], *, era: str) -> None:
    """Play a scene between the official client and our server in this process."""
    opened = store if callable(store) else lambda: store
    tools = Tools(store=opened, place=always(DEMO), now=Clock())
    server = build(tools, version="1.2.3", environment={}, process="process-1")

    async def played() -> None:
        async with Client(server, mode=MODES[era]) as client:
            await scene(client)

    anyio.run(played)


async def asked(client: Client, tool: str, /, *, session: str = "s1", **arguments: Any) -> tuple[str, bool]:
    """What a tool said, and whether it is an error."""
    result = await client.call_tool(tool, arguments, meta={"sessionId": session})
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert result.structured_content is None
    return block.text, result.is_error


def reports(store: Store, project: str = HERE) -> list[Evidence]:
    return store.evidence(project, kinds=[Kind.REPORT])


# What a client is shown


@pytest.fixture(scope="module", params=ERAS)
def listed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a real server tells a client about itself, as it stands on the wire, asked twice."""
    folder = tmp_path_factory.mktemp("listed")
    with Server(environment(folder, folder), folder) as server:
        if request.param == HANDSHAKE:
            told = server.shake()
            lists = [server.ask(frame("tools/list", n))["result"]["tools"] for n in (1, 2)]
        else:
            told = server.ask(frame("server/discover", 0, **stateless()))["result"]
            lists = [server.ask(frame("tools/list", n, **stateless()))["result"]["tools"] for n in (1, 2)]
        assert server.leave() == (0, [])
    assert json.dumps(lists[0]) == json.dumps(lists[1])
    return {"told": told, "tools": lists[0]}


def stateless(**more: Any) -> dict[str, Any]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test client", "version": "1"},
        **more,
    }
    return {"_meta": meta}


def test_the_tools_are_listed_like_this_in_both_eras(listed: dict[str, Any]) -> None:
    assert listed["tools"] == snapshot(
        [
            {
                "_meta": {"anthropic/alwaysLoad": True},
                "annotations": {
                    "destructiveHint": False,
                    "idempotentHint": True,
                    "openWorldHint": False,
                    "readOnlyHint": True,
                },
                "description": "Call at the start of every task: the rules that apply here, and the episode to report on.",  # noqa: E501
                "inputSchema": {
                    "properties": {
                        "task": {"description": "what you are about to do, in one line", "type": "string"},
                        "files": {
                            "description": "paths you will touch; brings the rules for them",
                            "items": {"type": "string"},
                            "type": "array",
                        },
                        "project": {"description": "absolute folder, if not the working folder", "type": "string"},
                    },
                    "type": "object",
                },
                "name": "get_rules",
            },
            {
                "_meta": {"anthropic/alwaysLoad": True},
                "annotations": {
                    "destructiveHint": False,
                    "idempotentHint": True,
                    "openWorldHint": False,
                    "readOnlyHint": False,
                },
                "description": "Call at the end of every task: records what really happened, which rules are judged by.",  # noqa: E501
                "inputSchema": {
                    "properties": {
                        "outcome": {"enum": ["success", "failure", "mixed", "unknown"], "type": "string"},
                        "episode": {"description": "as get_rules named it", "type": "string"},
                        "evidence": {"description": "what shows it: command, test, error", "type": "string"},
                        "feedback": {"description": "the user's own words", "type": "string"},
                        "score": {"maximum": 1, "minimum": 0, "type": "number"},
                        "helpful": {
                            "description": "ids of rules that helped",
                            "items": {"type": "string"},
                            "type": "array",
                        },
                        "harmful": {"items": {"type": "string"}, "type": "array"},
                        "commit": {"type": "string"},
                        "pull_request": {"type": "string"},
                    },
                    "required": ["outcome"],
                    "type": "object",
                },
                "name": "report_outcome",
            },
            {
                "annotations": {
                    "destructiveHint": False,
                    "idempotentHint": True,
                    "openWorldHint": False,
                    "readOnlyHint": False,
                },
                "description": "Propose a rule, a better wording, a merge or a retirement. A person decides.",
                "inputSchema": {
                    "properties": {
                        "rule": {
                            "description": "one imperative sentence, at most 32 words; empty: retire",
                            "type": "string",
                        },
                        "why": {"description": "what happened that shows the need", "type": "string"},
                        "paths": {
                            "description": "globs it is limited to",
                            "items": {"type": "string"},
                            "type": "array",
                        },
                        "replaces": {
                            "description": "one id: edit; several: merge",
                            "items": {"type": "string"},
                            "type": "array",
                        },
                        "episode": {"type": "string"},
                    },
                    "type": "object",
                },
                "name": "suggest_rule",
            },
        ]
    )


def test_the_schemas_of_all_tools_are_below_700_tokens(listed: dict[str, Any]) -> None:
    whole = len(json.dumps(listed["tools"], separators=(",", ":"))) / 4
    read = [{key: tool[key] for key in ("name", "description", "inputSchema")} for tool in listed["tools"]]
    seen_by_a_model = len(json.dumps(read, separators=(",", ":"))) / 4
    assert whole < 560
    assert seen_by_a_model < 450


def test_the_instructions_are_short_and_name_the_tools_and_hold_nothing_learnt(listed: dict[str, Any]) -> None:
    instructions = listed["told"]["instructions"]
    assert instructions == INSTRUCTIONS
    assert len(instructions) < 1000
    assert all(f"`{tool.name}`" in instructions for tool in TOOLS)
    assert not re.search(r"\bR\d", instructions)


def test_no_changes_are_announced_so_that_nobody_waits_for_them(listed: dict[str, Any]) -> None:
    capabilities = listed["told"]["capabilities"]
    assert "tools" in capabilities
    assert not any(promised for each in capabilities.values() for promised in each.values())


def test_the_list_is_the_same_whatever_the_store_holds(era: str, store: MemoryStore, clock: Clock) -> None:
    lists: list[str] = []

    async def scene(client: Client) -> None:
        shown = await client.list_tools()
        lists.append(shown.model_dump_json(by_alias=True) + str(client.instructions))

    play(scene, store, era=era)
    Person(store, clock).adds("Use uv, not pip.")
    play(scene, store, era=era)
    assert lists[0] == lists[1]
    assert "uv" not in lists[1]


# The tools in both eras


def test_a_session_goes_the_same_way_in_both_eras(era: str, store: MemoryStore, clock: Clock) -> None:
    Person(store, clock).adds("Use uv, not pip.")

    async def scene(client: Client) -> None:
        rules, _ = await asked(client, "get_rules", task="add a field")
        assert rules == f"Rules for demo, revision 1, episode E1\n[R1] Use uv, not pip.\n{LAST}"
        assert await asked(client, "report_outcome", outcome="failure", episode="E1", evidence="1 failed") == (
            "Recorded for E1: failure, as the agent's own report.",
            False,
        )
        kept, failed = await asked(client, "suggest_rule", rule="Write the test first.", why="it failed")
        assert kept.startswith("Kept as candidate R2")
        assert not failed

    play(scene, store, era=era)
    (report,) = reports(store)
    assert (report.session, report.source.identity) == ("s1", "agent:mcp")


def test_a_refusal_is_an_error_result_that_the_model_reads(era: str, store: MemoryStore) -> None:
    async def scene(client: Client) -> None:
        cases: tuple[tuple[str, dict[str, Any], str], ...] = (
            ("report_outcome", {}, "`outcome` is missing; use success, failure, mixed or unknown"),
            ("report_outcome", {"outcome": "success", "episode": "E9"}, "episode E9 does not exist"),
            ("get_rules", {"task": "x" * 10_000_000}, "`task`: it is too long"),
            ("get_rules", {"files": ["a"] * 100_000}, "`files`: these are too many"),
            ("get_rules", {"limit": 3}, "`limit` is not an argument"),
            ("suggest_rule", {}, "give a sentence, or ids to retire"),
        )
        for tool, arguments, words in cases:
            said, failed = await asked(client, tool, **arguments)
            assert failed
            assert words in said
        assert (await asked(client, "get_rules"))[1] is False

    play(scene, store, era=era)


def test_an_unknown_tool_is_an_error_of_the_protocol(era: str, store: MemoryStore) -> None:
    async def scene(client: Client) -> None:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("approve", {})
        assert refused.value.error.code == -32602
        assert refused.value.error.message.endswith("known are get_rules, report_outcome, suggest_rule")
        assert (await asked(client, "get_rules"))[1] is False

    play(scene, store, era=era)


def test_a_session_is_the_client_s_own_where_it_names_one_and_this_process_otherwise(
    era: str, store: MemoryStore
) -> None:
    async def scene(client: Client) -> None:
        await client.call_tool("get_rules", {})
        await client.call_tool("get_rules", {}, meta={"sessionId": "thread-7"})

    play(scene, store, era=era)
    assert [session.id for session in store.sessions(HERE)] == ["process-1", "thread-7"]


def test_a_fault_of_ours_is_one_line_and_the_server_lives_on(
    era: str, store: MemoryStore, capsys: pytest.CaptureFixture[str]
) -> None:
    faults: list[Exception] = [KeyError("secret detail")]

    def opened() -> Store:
        if faults:
            raise faults.pop()
        return store

    async def scene(client: Client) -> None:
        said, failed = await asked(client, "get_rules")
        assert failed
        assert said == "get_rules: unexpected KeyError; this is a fault of promptlearn, go on without it"
        assert (await asked(client, "get_rules"))[1] is False

    play(scene, opened, era=era)
    assert "secret detail" in capsys.readouterr().err


def test_the_rules_are_also_a_prompt_and_a_resource(era: str, store: MemoryStore, clock: Clock) -> None:
    Person(store, clock).adds("Use uv, not pip.")

    async def scene(client: Client) -> None:
        prompt, other = (await client.list_prompts()).prompts
        assert (prompt.name, other.name) == ("rules", "consolidate")
        (resource,) = (await client.list_resources()).resources
        assert (await client.list_resource_templates()).resource_templates == []
        (message,) = (await client.get_prompt(prompt.name)).messages
        assert isinstance(message.content, TextContent)
        (contents,) = (await client.read_resource(resource.uri)).contents
        assert isinstance(contents, TextResourceContents)
        assert message.content.text == contents.text == (await asked(client, "get_rules", session="process-1"))[0]
        assert "[R1] Use uv, not pip." in contents.text
        for wrong in (client.get_prompt("x" * 1000), client.read_resource("promptlearn://nothing")):
            with pytest.raises(MCPError) as refused:
                await wrong
            assert refused.value.error.code == -32602

    play(scene, store, era=era)


def test_many_calls_at_once_are_answered_each_and_served_one_by_one(era: str, store: MemoryStore) -> None:
    inside: list[int] = []

    class Narrow(Failing):
        def record(self, facts: Any, **more: Any) -> Any:
            inside.append(1)
            assert len(inside) == 1
            kept = super().record(facts, **more)
            inside.pop()
            return kept

    async def scene(client: Client) -> None:
        await asked(client, "get_rules")
        said: list[str] = []

        async def report(number: int) -> None:
            said.append((await asked(client, "report_outcome", outcome="mixed", evidence=f"try {number}"))[0])

        async with anyio.create_task_group() as tasks:
            for number in range(30):
                tasks.start_soon(report, number)
        assert len(said) == 30

    play(scene, Narrow(store), era=era)  # pyright: ignore[reportArgumentType]
    assert sorted(report.text for report in reports(store)) == sorted(f"try {number}" for number in range(30))


def test_the_official_client_and_a_real_server_process_agree(era: str, home: Path, work: Path) -> None:
    seen: list[str] = []

    async def played() -> None:
        parameters = StdioServerParameters(
            command=sys.executable, args=list(SERVE), env=environment(home, work), cwd=work
        )
        async with Client(parameters, mode="legacy" if era == HANDSHAKE else "auto") as client:
            assert client.protocol_version == era
            assert client.server_info is not None
            assert client.server_info.name == "promptlearn"
            assert [tool.name for tool in (await client.list_tools()).tools] == [tool.name for tool in TOOLS]
            said, failed = await asked(client, "get_rules", task="add a field", project=str(work))
            assert not failed
            seen.append(said)
            seen.append((await asked(client, "report_outcome", outcome="success", score=1))[0])

    anyio.run(played)
    assert seen[0].startswith("Rules for work, revision 0, episode E1: none yet\n")
    assert seen[1] == "Recorded for E1: success, score 1, as the agent's own report."


# A store that fails while the server runs


@pytest.fixture
def real(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = open_store(tmp_path / "store.db", wait=0.0)
    Person(store, clock).adds("Use uv, not pip.")
    yield store
    store.close()


def test_a_locked_store_serves_rules_refuses_reports_and_works_when_it_is_free(
    era: str, real: SqliteStore, tmp_path: Path
) -> None:
    holder = Connection(tmp_path / "store.db")
    holder.raw.execute("BEGIN IMMEDIATE")

    async def scene(client: Client) -> None:
        said, failed = await asked(client, "get_rules")
        assert not failed
        assert said.splitlines()[0].startswith("Rules for demo, revision 1, episode none (not recorded: the store is")
        assert said.splitlines()[1:] == ["[R1] Use uv, not pip.", LAST]
        said, failed = await asked(client, "report_outcome", outcome="success")
        assert failed
        assert "try again in a moment" in said
        holder.raw.execute("ROLLBACK")
        assert "episode E1" in (await asked(client, "get_rules"))[0]
        assert (await asked(client, "report_outcome", outcome="success"))[0].startswith("Recorded for E1")

    play(scene, real, era=era)
    holder.close()


@pytest.mark.parametrize("spoilt", ["PRAGMA user_version = 999", "PRAGMA application_id = 7"])
def test_a_newer_store_or_a_strange_one_is_an_error_is_not_touched_and_works_when_it_is_mended(
    era: str, tmp_path: Path, clock: Clock, spoilt: str
) -> None:
    path = tmp_path / "store.db"
    made = open_store(path)
    Person(made, clock).adds("Use uv, not pip.")
    made.close()
    good = path.read_bytes()
    other = sqlite3.connect(path)
    other.execute(spoilt)
    other.close()
    left = path.read_bytes()
    opened: list[SqliteStore] = []

    def store() -> Store:
        if not opened:
            opened.append(open_store(path, wait=0.0))
        return opened[0]

    async def scene(client: Client) -> None:
        for tool, arguments in (("get_rules", {}), ("report_outcome", {"outcome": "success"})):
            said, failed = await asked(client, tool, **arguments)
            assert failed
            assert said.startswith(f"{tool}: ")
            assert "it was not touched" in said
        assert path.read_bytes() == left
        path.write_bytes(good)
        assert "[R1] Use uv, not pip." in (await asked(client, "get_rules"))[0]

    play(scene, store, era=era)
    opened[0].close()


def test_a_store_that_is_damaged_while_it_is_used_is_an_error_and_works_when_it_is_mended(
    era: str, tmp_path: Path, clock: Clock
) -> None:
    path, spare = tmp_path / "store.db", tmp_path / "spare.db"
    made = open_store(path)
    Person(made, clock).adds("Use uv, not pip.")
    made.close()
    good = path.read_bytes()
    connection = Connection(path)
    store = SqliteStore(connection, chance=bytes)

    async def scene(client: Client) -> None:
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (len(good) - 4096))
        for tool, arguments in (("get_rules", {}), ("report_outcome", {"outcome": "success"})):
            said, failed = await asked(client, tool, **arguments)
            assert failed
            assert "is damaged" in said
            assert "doctor" in said
        spare.write_bytes(good)
        spare.replace(path)
        assert "[R1] Use uv, not pip." in (await asked(client, "get_rules"))[0]

    play(scene, store, era=era)
    store.close()


def test_a_full_store_serves_rules_refuses_reports_and_works_when_there_is_room(era: str, real: SqliteStore) -> None:
    from store.errors import FullError

    failing = Failing(real)

    async def scene(client: Client) -> None:
        failing.fault = FullError("store.db")
        assert "not recorded: no space left" in (await asked(client, "get_rules"))[0]
        said, failed = await asked(client, "report_outcome", outcome="success")
        assert failed
        assert "free some space" in said
        failing.fault = None
        assert "episode E1" in (await asked(client, "get_rules"))[0]

    play(scene, failing, era=era)  # pyright: ignore[reportArgumentType]


def test_a_store_that_is_set_aside_under_a_running_server_is_not_written_any_more(home: Path, work: Path) -> None:
    with Server(environment(home, work), work) as server:
        server.shake()
        assert "episode E1" in text(server.ask(calling("get_rules", 1)))
        path = home / "promptlearn" / "promptlearn.db"
        aside = path.with_name("aside.db")
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        open_store(path).close()
        assert text(server.ask(calling("report_outcome", 2, outcome="success"))).startswith("Recorded for E1")
        assert server.leave() == (0, [])
    store = open_store(path)
    assert len([fact for project in store.projects() for fact in reports(store, project.key)]) == 1
    store.close()


# The end


def kept(home: Path) -> set[str]:
    store = open_store(home / "promptlearn" / "promptlearn.db")
    texts: set[str] = {fact.text for project in store.projects() for fact in reports(store, project.key)}
    assert store.problems() == []
    store.close()
    return texts


def test_whatever_was_acknowledged_before_a_kill_is_there(tmp_path: Path) -> None:
    """Servers are killed in the middle of a stream of reports, a few at a time."""

    def killed(number: int) -> tuple[set[str], set[str], int]:
        folder = tmp_path / f"work{number % 4}" / str(number)
        folder.mkdir(parents=True)
        home = tmp_path / f"home{number % 4}"
        home.mkdir(exist_ok=True)
        stop = Random(number).randrange(1, 60)
        with Server(environment(home, folder, CLAUDE_CODE_SESSION_ID=f"s{number}"), folder) as server:
            server.shake()
            server.ask(calling("get_rules", 0, task=f"task {number}"))
            server.send(
                *(calling("report_outcome", n, outcome="mixed", evidence=f"{number}:{n}") for n in range(1, STREAM))
            )
            acknowledged = [server.line() for _ in range(stop)]
            server.kill()
            # What it wrote into the pipe before it died was said, too.
            rest = server.stdout.read().splitlines()
            acknowledged += [json.loads(line) for line in rest if line.endswith(b"}")]
        said = {f"{number}:{answer['id']}" for answer in acknowledged if text(answer).startswith("Recorded")}
        return said, {f"{number}:{n}" for n in range(1, STREAM)}, number % 4

    with ThreadPoolExecutor(2) as two:
        ends = list(two.map(killed, range(KILLS)))
    assert len(ends) == KILLS
    for group in range(4):
        found = kept(tmp_path / f"home{group}")
        acknowledged = set[str]().union(*(said for said, _, g in ends if g == group))
        sent = set[str]().union(*(all_ for _, all_, g in ends if g == group))
        assert acknowledged <= found <= sent
        assert acknowledged
    assert all(len(said) < STREAM - 1 for said, _, _ in ends)


def test_the_exposure_is_on_disk_when_the_server_is_killed_right_after_its_answer(home: Path, work: Path) -> None:
    with Server(environment(home, work, CLAUDE_CODE_SESSION_ID="s1"), work) as server:
        server.shake()
        server.ask(calling("get_rules", 1))
        store = open_store(home / "promptlearn" / "promptlearn.db")
        (project,) = store.projects()
        rule = Person(store, Clock(), project.key).adds("Use uv, not pip.")
        assert "[R1] Use uv, not pip." in text(server.ask(calling("get_rules", 2, task="add a field")))
        server.kill()
    assert [(e.session, e.version, e.delivered) for e in store.exposures_of(rule.id)] == [("s1", 1, True)]
    assert store.episode(1).task == "add a field"
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_server_at_once_and_loses_nothing_acknowledged(
    home: Path, work: Path, number: signal.Signals
) -> None:
    with Server(environment(home, work), work) as server:
        server.shake()
        server.ask(calling("get_rules", 0))
        server.send(*(calling("report_outcome", n, outcome="mixed", evidence=f"try {n}") for n in range(1, 100)))
        acknowledged = [server.line() for _ in range(10)]
        server.process.send_signal(number)
        acknowledged += [answer for answer in server.rest() if "result" in answer]
        assert server.process.wait(60) in {128 + number, -number}
    assert {f"try {answer['id']}" for answer in acknowledged} <= kept(home)
    assert len(acknowledged) < 99


def test_what_was_asked_before_stdin_ended_is_done(home: Path, work: Path) -> None:
    with Server(environment(home, work), work) as server:
        server.shake()
        server.ask(calling("get_rules", 0))
        server.send(*(calling("report_outcome", n, outcome="mixed", evidence=f"try {n}") for n in range(1, 30)))
        code, said = server.leave()
    assert code == 0
    acknowledged = {f"try {answer['id']}" for answer in said if "result" in answer}
    assert acknowledged <= {f"try {n}" for n in range(1, 30)} == kept(home)


def test_a_client_that_listens_no_more_is_no_fault_of_the_server(home: Path, work: Path) -> None:
    with Server(environment(home, work), work) as server:
        server.shake()
        server.stdout.close()
        server.send(calling("report_outcome", 1, outcome="success", evidence="last words"))
        server.send(*(frame("ping", number) for number in range(2, 200)))
        server.stdin.close()
        assert server.process.wait(60) == 0
        assert server.errors.read_text(encoding="utf-8") == ""
    assert kept(home) == {"last words"}


PRINTING = """
import os, sys
from mcp_server.server import run
from mcp_server.tools import Tools
from mcp_server.wiring import real

wiring = real()

def place(folder):
    print("a stray print")
    os.write(1, b"stray bytes")
    os.system("echo a stray child")
    print("swallowed?", sys.stdin.buffer.read())
    return wiring.place()

sys.exit(run(Tools(store=wiring.store, place=place, now=wiring.now), version="0", process="p"))
"""


def test_nothing_that_is_printed_or_read_beside_reaches_the_wire(home: Path, work: Path) -> None:
    root = str(Path(__file__).resolve().parents[2])
    program = ("-c", f"import sys; sys.path.insert(0, {root!r})\n{PRINTING}")
    with Server(environment(home, work), work, program=program) as server:
        server.shake()
        server.send(calling("get_rules", 1), frame("ping", 2))
        assert sorted(server.line()["id"] for _ in range(2)) == [1, 2]
        assert server.leave() == (0, [])
        aside = server.errors.read_text(encoding="utf-8")
    assert all(word in aside for word in ("a stray print", "stray bytes", "a stray child", "swallowed? b''"))


def test_a_server_without_a_project_folder_still_answers(home: Path, work: Path) -> None:
    with Server(environment(home, work / "gone"), work) as server:
        server.shake()
        answer = server.ask(calling("get_rules", 1))
        assert answer["result"]["isError"] is True
        assert "does not exist; name an existing folder" in text(answer)
        assert "episode E1" in text(server.ask(calling("get_rules", 2, project=str(work))))
        assert text(server.ask(calling("report_outcome", 3, outcome="success", episode="E1"))).startswith("Recorded")
        assert server.leave() == (0, [])
