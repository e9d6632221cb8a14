"""What each client goes through once, for many tests to look at: a task, a correction, and the sessions after it."""

import json
import shlex
import sys
from dataclasses import dataclass

from mcp_server.agents.client import Moment, Seen
from mcp_server.settings import interpreter
from tests.clients import screen, trust
from tests.clients.conversation import Call, Delegate, Edit, Say, Shell
from tests.clients.stage import TESTS, Played, Stage

RULE = "Run `python make_form.py` after each edit of fields.txt."
"""The person's own rule, from before the first session."""
FILE_RULE = "Keep one field on each line of this file."
"""Another of theirs, for one file only."""
TASK = "Add the field email to the form."
CORRECTION = "No, use uv, not pip."
NEXT = "Add the field phone to the form."
PART = "Look at the generated part of the form."
LATER = "Say where we stand with the form."
AFTER_CLEAR = "Begin something new with the form."

DECIDE = Shell(shlex.join([*interpreter(), "pin", "R1"]))
"""Something that only a person may do, typed by the agent."""

GET = Call("get_rules", {"task": "work on the form"})
REPORT = Call("report_outcome", {"outcome": "failure", "evidence": "the form's test failed"})


@dataclass(frozen=True)
class Journey:
    """The runs of one client. What our hooks do not see or do in a client is None."""

    stage: Stage
    task: Played
    next: Played
    correction: Played | None = None
    compacted: Played | None = None
    cleared: Played | None = None
    learnt: str = ""
    """The rule that became of the correction."""


def travel(stage: Stage) -> Journey:
    """Set up, work, be corrected, learn, work again."""
    stage.set_up()
    if stage.client.name == "codex":
        trust.hooks(stage, trust=True)
    with stage.person() as desk:
        desk.run("add", RULE)
        desk.run("add", FILE_RULE, "--path", "fields.txt")
    line = "name\n"
    changes = [Edit("fields.txt", line, f"{line}email\n"), Edit("fields.txt", "email\n", "email\nfax\n")]
    task = stage.play(TASK, GET, *changes, Shell(TESTS), REPORT)
    correction = None
    if Seen.PROMPTS in stage.seen:
        correction = stage.play(CORRECTION, Say("Understood."), session=task.session)
    learnt = _learn(stage, corrected=correction is not None)
    if Moment.HELPER in stage.arrives:
        stage.model.script.plays[PART] = [*stage.client.uses(GET, stage.project), Say("The part is fine.")]
        later = stage.play(NEXT, Delegate(PART), DECIDE, REPORT)
    else:
        later = stage.play(NEXT, GET, DECIDE, REPORT)
    compacted = _compact(stage, later.session) if Moment.COMPACTION in stage.arrives else None
    cleared = _clear(stage) if stage.client.name == "claude-code" else None
    if stage.client.name == "qwen":
        _leave(stage, later.session)
    return Journey(stage, task, later, correction, compacted, cleared, learnt)


def _learn(stage: Stage, *, corrected: bool) -> str:
    """Between sessions: the correction becomes a rule, or the person writes one."""
    with stage.person() as desk:
        if not corrected:
            desk.run("add", "Use uv, not pip.")
        else:
            desk.run("consolidate", "--no-model")
            desk.keys = ["y"]
            desk.run("review")
        newest = max(desk.facts("rules")["rules"], key=lambda rule: int(rule["id"].removeprefix("R")))
        return newest["text"]


def _compact(stage: Stage, session: str) -> Played:
    """Compact a session, as each client is made to, and go on with it."""
    if stage.client.name in {"codex", "opencode", "qwen"}:
        return stage.play(LATER, Shell("git status", full=True), Say("It stands."), session=session)
    stage.run(stage.client.command("/compact", session=session))
    return stage.play(LATER, Say("It stands."), session=session)


def _leave(stage: Stage, session: str) -> None:
    """Open a session at the screen and leave it: Qwen Code tells nobody of an end without a screen."""
    stage.run([sys.executable, screen.__file__, "Type your message", "/quit", "--", "qwen", "--resume", session])


def _clear(stage: Stage) -> Played:
    """Two sessions in one process of Claude Code, with /clear between them."""
    stage.model.script.plays[AFTER_CLEAR] = [*stage.client.uses(GET, stage.project), Say("Begun.")]
    lines = [{"type": "user", "message": {"role": "user", "content": text}} for text in (LATER, "/clear", AFTER_CLEAR)]
    words = [word for word in stage.client.command("") if word]
    typed = "".join(json.dumps(line) + "\n" for line in lines)
    return stage.run([*words, "--input-format", "stream-json"], typed=typed)
