"""What only Copilot CLI does: it hides a server's instructions, compacts within a run, runs another client's hooks."""

import json

import pytest

from tests.clients.conversation import Edit, Say, Shell
from tests.clients.copilot import INSTRUCTIONS
from tests.clients.journeys import NEXT, RULE, TASK
from tests.clients.stage import TESTS, Stage

copilot = pytest.mark.parametrize("stage", ["copilot"], indirect=True)


@copilot
def test_rules_arrive_where_a_servers_instructions_do_not(stage: Stage) -> None:
    stage.set_up()
    with stage.person() as desk:
        desk.run("add", RULE)
    stage.model.script.plays[TASK] = [Say("Fine.")]
    words = [word for word in stage.client.command(TASK) if word != INSTRUCTIONS]
    first = stage.run(words).first
    assert stage.client.instructions.search(first.text) is None
    assert "promptlearn-get_rules" in first.tools
    assert first.text.count(RULE) == 1


@copilot
def test_rules_that_a_compaction_took_away_come_again_with_an_edit(stage: Stage) -> None:
    stage.set_up()
    with stage.person() as desk:
        desk.run("add", RULE)
    edit = Edit("fields.txt", "name\n", "name\nemail\n")
    # Copilot writes down what happened a moment later, so something that takes its time stands between.
    played = stage.play(TASK, Shell("git status", full=True), Shell(TESTS), Shell(TESTS), edit, Say("It stands."))
    shown = [asked.text.count(RULE) for asked in played.asked]
    assert "steps are done" in played.asked[-1].text
    assert shown[0] == shown[-1] == 1
    assert 0 in shown, shown
    assert stage.faults() == []


@copilot
def test_hooks_of_claude_code_in_the_same_project_keep_quiet(stage: Stage) -> None:
    stage.set_up()
    with stage.person() as desk:
        desk.run("add", RULE)
        desk.run("setup", "--client", "claude-code", "--project", "--yes")
    settings = json.loads(stage.file(".claude/settings.local.json"))
    assert "SessionStart" in settings["hooks"]
    stage.model.script.plays[NEXT] = [Say("Fine.")]
    stage.environment["COPILOT_ALLOW_ALL"] = "true"  # a person trusts the folder, so its hooks run too
    assert stage.run(stage.client.command(NEXT)).first.text.count(RULE) == 1
    with stage.person() as desk:
        ran = {beat.client for beat in desk.store.beats()}
    assert ran == {"copilot", "claude-code"}
    assert len(stage.sessions()) == 1
    assert stage.faults() == []


@copilot
def test_a_projects_own_files_serve_it_where_the_folder_is_trusted(stage: Stage) -> None:
    with stage.person() as desk:
        desk.run("setup", "--client", "copilot", "--project", "--yes")
        desk.run("add", RULE)
    stage.model.script.plays[NEXT] = [Say("Fine.")]
    assert RULE not in stage.run(stage.client.command(NEXT)).first.text
    stage.environment["COPILOT_ALLOW_ALL"] = "true"
    first = stage.run(stage.client.command(NEXT)).first
    assert first.text.count(RULE) == 1
    assert "promptlearn-get_rules" in first.tools
    assert stage.faults() == []
