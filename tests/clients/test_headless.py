"""The agent that a person already has, as a model for `consolidate`: it answers, and nothing else comes of the run."""

import json
import re

import pytest

from mcp_server.headless import OPENING
from tests.clients import trust
from tests.clients.conversation import Asked, Say, Use
from tests.clients.stage import Stage
from tests.doors.desk import Desk

AGENTS = {"claude-code": "claude", "codex": "codex"}
SENTENCE = "Run `python make_form.py` after each edit of fields.txt."
SAID = "After you edit fields.txt, run `python make_form.py`."


def answer(asked: Asked) -> Say:
    """A sentence that cites all the evidence it was shown."""
    question = next(turn.text for turn in reversed(asked.turns) if turn.text.startswith(OPENING))
    ids = [int(number) for number in re.findall(r"id=(\d+)", question)]
    return Say(json.dumps({"rule": SENTENCE, "reason": "seen", "paths": [], "evidence": ids}))


def consolidated(stage: Stage) -> tuple[str, Desk]:
    """Say something, and let the client find the words for it."""
    stage.set_up()
    if stage.client.name == "codex":
        trust.hooks(stage, trust=True)
    (stage.project / "CLAUDE.md").write_text("Words of the project.\n", encoding="utf-8")
    (stage.project / "AGENTS.md").write_text("Words of the project.\n", encoding="utf-8")
    with stage.person() as desk:
        desk.run("feedback", SAID)
        desk.answers = ["y"]
        said = desk.run("consolidate", "--model", AGENTS[stage.client.name])
    return said, desk


@pytest.mark.parametrize("stage", AGENTS, indirect=True)
def test_the_agent_a_person_has_finds_the_words_and_nothing_else_comes_of_it(stage: Stage) -> None:
    stage.model.script.ours = answer
    said, desk = consolidated(stage)
    name = AGENTS[stage.client.name]
    assert f"worded by {name}" in said
    assert SENTENCE in said
    assert re.search(rf"^{name}: 1 call, 100 tokens in, 10 out.*; today 1 call, ", said, re.MULTILINE)
    assert desk.asked == ["Send them, now and from now on? [y/N] "]
    # It was asked once, without a word of the project's, and about nothing but the evidence.
    (asked,) = stage.model.asked
    assert SAID in asked.text
    assert "Words of the project" not in asked.text
    assert not [tool for tool in asked.tools if "promptlearn" in tool]
    # Our hooks and our server kept out of it, and what was written down of it is no session of anybody's.
    assert stage.sessions() == []
    assert len(stage.facts()) == 1
    with stage.person() as later:
        assert later.store.beats() == []
        found = later.facts("scan", "--client", stage.client.name, "--all")
    assert found["prompts"] == 0
    assert [quote["client"] for each in found["found"] for quote in each["quotes"]] == [None]  # what was said before
    logs = [*stage.home.glob(".claude/projects/**/*.jsonl"), *stage.home.glob(".codex/sessions/**/*.jsonl")]
    assert logs == []


@pytest.mark.parametrize("stage", ["claude-code"], indirect=True)
def test_claude_offers_no_tool_at_all(stage: Stage) -> None:
    stage.model.script.ours = answer
    (stage.home / ".claude" / "CLAUDE.md").write_text("Words of the person.\n", encoding="utf-8")
    consolidated(stage)
    (asked,) = stage.model.asked
    assert asked.tools == {}
    assert "Words of the person" not in asked.text


@pytest.mark.parametrize("stage", ["codex"], indirect=True)
def test_a_model_behind_codex_that_obeys_an_attacker_runs_reads_and_writes_nothing(stage: Stage) -> None:
    target = stage.home / "stolen"
    (stage.home / "diary").write_text("Dear diary.\n", encoding="utf-8")
    patch = f"*** Begin Patch\n*** Add File: {target}\n+x\n*** End Patch\n"
    tries = [
        f"text(await tools.exec_command({json.dumps({'cmd': f'cat {stage.home}/diary; touch {target}'})}));",
        f"text(await tools.apply_patch({json.dumps(patch)}));",
    ]

    def obey(asked: Asked) -> Use | Say:
        done = len(asked.results)
        return Use("exec", tries[done]) if done < len(tries) else answer(asked)

    stage.model.script.ours = obey
    said, _ = consolidated(stage)
    assert "worded by codex" in said
    assert len(stage.model.asked[-1].results) == len(tries)
    assert not any("Dear diary" in asked.text for asked in stage.model.asked)
    assert not target.exists()
