"""The plugin for opencode alone, in Node: what it tells, what it adds to a request, and that it is never in the way."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mcp_server.agents import opencode
from mcp_server.agents.client import Machine
from tests.clients import packages

DRIVER = """
import { readFileSync } from "node:fs"
import * as plugin from "./promptlearn.mjs"
const { steps, parents } = JSON.parse(readFileSync(0, "utf8"))
const toasts = []
const client = {
  session: {
    get: async ({ path }) =>
      parents[path.id] === "?" ? { error: {} } : { data: { id: path.id, parentID: parents[path.id] } },
  },
  tui: { showToast: async ({ body }) => toasts.push(body.message) },
}
const [make, ...others] = Object.values(plugin)
const hooks = await make({ client, directory: process.cwd() })
const outputs = []
for (const [name, input, output] of steps) {
  await hooks[name]?.(input, output)
  outputs.push(output)
}
await hooks.dispose?.()
console.log(JSON.stringify({ outputs, toasts, others: others.length }))
"""

PROGRAM = """
import json, sys
event = json.load(sys.stdin)
with open("told.jsonl", "a") as file:
    file.write(json.dumps([sys.argv[-1], event]) + "\\n")
if event.get("source") != "resume" and sys.argv[-1] in ("SessionStart", "SubagentStart", "PostToolUse"):
    rule = "[R1] " + event.get("source", "file")
    print(json.dumps({"hookSpecificOutput": {"additionalContext": rule}, "systemMessage": "1 rule"}))
"""

Step = Sequence[Any]


class Told(NamedTuple):
    """What came of some steps."""

    outputs: list[Any]
    toasts: list[str]
    events: list[tuple[str, Mapping[str, Any]]]

    def names(self) -> list[str]:
        """The events, by name."""
        return [name for name, _ in self.events]


Play = Callable[..., Told]

COMPACTING: Step = ("experimental.session.compacting", {"sessionID": "s"}, {})
CALLS = (("promptlearn_get_rules", "a"), ("promptlearn_report_outcome", "b"), ("bash", "c"))


@pytest.fixture
def play(kept: packages.Shelf, tmp_path: Path) -> Play:
    """Runs steps through the plugin, with a program in the place of ours."""
    node = packages.node(kept) / "node"

    def run(
        *steps: Step,
        program: str = PROGRAM,
        words: Sequence[str] = (),
        parents: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Told:
        (tmp_path / "program.py").write_text(program, encoding="utf-8")
        machine = Machine(sys.platform, "", {}, tuple(words) or (sys.executable, str(tmp_path / "program.py")))
        text = opencode.plugin(machine).replace("const PATIENCE = 10_000", "const PATIENCE = 300")
        (tmp_path / "promptlearn.mjs").write_text(text, encoding="utf-8")
        (tmp_path / "driver.mjs").write_text(DRIVER, encoding="utf-8")
        done = subprocess.run(
            [str(node), "driver.mjs"],
            input=json.dumps({"steps": steps, "parents": parents or {}}),
            cwd=tmp_path,
            env=dict(environment or {}),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        said = json.loads(done.stdout)
        assert said["others"] == 0, "older versions of opencode call every export"
        log = tmp_path / "told.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return Told(said["outputs"], said["toasts"], [(name, event) for name, event in map(json.loads, lines)])

    return run


def created(session: str) -> Step:
    return ("event", {"event": {"type": "session.created", "properties": {"info": {"id": session}}}}, None)


def typed(session: str, *parts: Mapping[str, Any]) -> Step:
    return ("chat.message", {"sessionID": session}, {"message": {}, "parts": list(parts)})


def text(words: str, **more: Any) -> Mapping[str, Any]:
    return {"type": "text", "text": words, **more}


def asks(session: str, system: str = "You are opencode", npm: str = "@ai-sdk/openai-compatible") -> Step:
    model = {"id": "m", "api": {"npm": npm}}
    return ("experimental.chat.system.transform", {"sessionID": session, "model": model}, {"system": [system]})


def systems(told: Told) -> list[list[str]]:
    return [output["system"] for output in told.outputs if output and "system" in output]


def test_the_rules_join_the_one_system_message_and_are_a_piece_of_their_own_where_pieces_are_cached(play: Play) -> None:
    told = play(created("s"), asks("s"), asks("s"), asks("s", npm="@ai-sdk/anthropic"))
    joined = ["You are opencode\n\n[R1] startup"]
    assert systems(told) == [joined, joined, ["You are opencode", "[R1] startup"]]
    assert told.names() == ["SessionStart", "SessionEnd"]
    assert told.toasts == ["1 rule"]


def test_a_request_for_a_title_and_one_for_a_summary_bring_no_rules(play: Play) -> None:
    told = play(created("s"), asks("s", "You are a title generator. x"), COMPACTING, asks("s"))
    assert systems(told) == [["You are a title generator. x"], ["You are opencode"]]
    assert told.names() == []


@pytest.mark.parametrize(
    "after",
    [
        ("experimental.compaction.autocontinue", {"sessionID": "s"}, {"enabled": True}),
        ("event", {"event": {"type": "session.compacted", "properties": {"sessionID": "s"}}}, None),
        typed("s", text("go on")),
    ],
    ids=["auto", "event", "typed"],
)
def test_after_a_compaction_the_rules_are_read_anew_once(play: Play, after: Step) -> None:
    told = play(created("s"), asks("s"), COMPACTING, after, asks("s"), asks("s"))
    assert [each[0].rpartition(" ")[2] for each in systems(told)] == ["startup", "compact", "compact"]
    assert told.names().count("SessionStart") == 2
    assert told.names()[-1] == "SessionEnd"


def test_only_what_a_person_typed_is_told_as_theirs(play: Play) -> None:
    told = play(
        typed("s", text("No, use uv."), text("Called the Read tool", synthetic=True), {"type": "file"}),
        ("command.execute.before", {"sessionID": "s", "arguments": "the form"}, {"parts": []}),
        typed("s", text("Always do as this template says. the form")),
        ("command.execute.before", {"sessionID": "s", "arguments": ""}, {"parts": []}),
        typed("s", text("Never mind.")),
        typed("child", text("Look at a part.")),
        parents={"child": "s"},
    )
    assert [(name, event["prompt"]) for name, event in told.events] == [
        ("UserPromptSubmit", "No, use uv."),
        ("UserPromptSubmit", "the form"),
    ]


def test_a_sub_agent_works_in_the_session_of_the_person_and_its_end_is_not_that_ones(play: Play) -> None:
    deleted = {"event": {"type": "session.deleted", "properties": {"info": {"id": "child"}}}}
    told = play(asks("child"), ("event", deleted, None), parents={"child": "middle", "middle": "s"})
    assert [(name, event["session_id"]) for name, event in told.events] == [("SubagentStart", "s")]


def test_where_opencode_does_not_say_whose_a_session_is_it_gets_rules_and_what_is_asked_in_it_is_nobodys_word(
    play: Play,
) -> None:
    told = play(typed("s", text("Never use pip.")), created("s"), asks("s"), parents={"s": "?"})
    assert systems(told) == [["You are opencode\n\n[R1] startup"]]
    assert told.names() == ["SubagentStart"]
    assert told.events[0][1]["session_id"] == "s"


def test_a_session_in_itself_is_nobodys(play: Play) -> None:
    assert play(typed("a", text("Never use pip.")), parents={"a": "b", "b": "a"}).events == []


def test_a_deleted_session_ends_once(play: Play) -> None:
    deleted = {"event": {"type": "session.deleted", "properties": {"info": {"id": "s"}}}}
    told = play(created("s"), asks("s"), ("event", deleted, None), ("event", deleted, None))
    assert told.names() == ["SessionStart", "SessionEnd"]


def test_our_server_finds_the_session_that_calls_it(play: Play) -> None:
    told = play(*(("tool.execute.before", {"tool": tool, "sessionID": s}, None) for tool, s in CALLS))
    assert [(name, event["session_id"]) for name, event in told.events] == [("PreToolUse", "a"), ("PreToolUse", "b")]


def test_edits_bring_the_rules_of_a_file_and_commands_bring_what_they_printed(play: Play) -> None:
    def used(tool: str, args: Mapping[str, Any], **output: Any) -> Step:
        return ("tool.execute.after", {"tool": tool, "sessionID": "s", "args": args}, {"output": "ok", **output})

    ended = {"exit": 1, "output": "1 failed\n" + "x" * 200_000 + "\nend"}
    told = play(
        used("edit", {"filePath": "/a.py"}),
        used("apply_patch", {"patchText": "*** Update File: b.py"}),
        used("bash", {"command": "pytest"}, metadata=ended),
        used("bash", {"command": "true"}, output="(no output)", metadata={"exit": 0}),
        used("read", {"filePath": "/a.py"}),
        ("tool.execute.after", {"tool": "bash", "sessionID": "s"}, None),
    )
    assert [each and each["output"] for each in told.outputs[:3]] == ["ok\n\n[R1] file", "ok\n\n[R1] file", "ok"]
    given = [(event["tool_name"], event["tool_input"]) for _, event in told.events]
    assert given == [
        ("Edit", {"file_path": "/a.py"}),
        ("apply_patch", {"input": "*** Update File: b.py"}),
        ("Bash", {"command": "pytest"}),
        ("Bash", {"command": "true"}),
    ]
    long, short = (event["tool_response"] for _, event in told.events[2:])
    assert long["exit_code"] == 1
    assert long["output"].startswith("1 failed")
    assert long["output"].endswith("end")
    assert len(long["output"]) < 110_000
    assert short == {"output": "", "exit_code": 0}


@pytest.mark.parametrize(
    "program", ["import sys; sys.stdin.read(); print('no JSON')", "raise SystemExit(3)", "while True: pass"]
)
def test_a_program_of_ours_that_fails_or_hangs_changes_nothing(play: Play, program: str) -> None:
    told = play(created("s"), asks("s"), typed("s", text("Go on.")), program=program)
    assert systems(told) == [["You are opencode"]]
    assert told.outputs[-1]["parts"] == [text("Go on.")]


def test_what_happens_while_a_program_of_ours_hangs_is_not_waited_for_one_by_one(play: Play, tmp_path: Path) -> None:
    hang = "import sys, time\nopen('begun', 'a').write('x')\ntime.sleep(60)"
    command = ("tool.execute.after", {"tool": "bash", "sessionID": "s", "args": {"command": "x"}}, {"output": "ok"})
    play(*[command] * 200, asks("s"), program=hang)
    assert len((tmp_path / "begun").read_text(encoding="utf-8")) < 10


def test_a_program_that_prints_without_end_is_ended(play: Play) -> None:
    told = play(asks("s"), program="while True: print('x' * 1_000_000)")
    assert systems(told) == [["You are opencode"]]


def test_a_command_of_any_length_is_told_in_few_words(play: Play) -> None:
    long = {"command": "cat <<x\n" + "x" * 2_000_000}
    told = play(("tool.execute.after", {"tool": "bash", "sessionID": "s", "args": long}, {"output": "ok"}))
    ((_, event),) = told.events
    assert len(event["tool_input"]["command"]) < 110_000


def test_a_program_that_is_gone_changes_nothing(play: Play) -> None:
    assert systems(play(asks("s"), words=["/does/not/exist"])) == [["You are opencode"]]


def test_in_a_run_that_we_start_ourselves_it_does_nothing(play: Play) -> None:
    told = play(created("s"), asks("s"), environment={"PROMPTLEARN_OWN": "1"})
    assert (systems(told), told.events) == ([["You are opencode"]], [])
