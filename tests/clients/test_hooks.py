"""Where our hooks run, rules arrive unasked and what a person and the tests said is heard."""

import json
import sys

import pytest

from mcp_server.agents.client import Seen
from store.records import Kind, Trust
from tests.clients import trust
from tests.clients.conversation import Say
from tests.clients.journeys import CORRECTION, FILE_RULE, GET, LATER, NEXT, PART, RULE, TASK, Journey
from tests.clients.stage import Stage


def test_the_rules_are_in_the_models_first_request(told: Journey) -> None:
    first = told.task.first
    assert first.text.count(RULE) == 1
    assert first.results == []


def test_the_next_session_finds_the_changed_rules_in_its_first_request(told: Journey) -> None:
    assert told.learnt not in told.task.first.text
    assert told.next.first.text.count(told.learnt) == 1
    assert told.next.first.text.count(RULE) == 1


def test_a_rule_for_a_file_arrives_with_the_first_edit_of_it_and_once(editing: Journey) -> None:
    seen = [asked.text.count(FILE_RULE) for asked in editing.task.asked]
    assert seen[0] == 0
    assert set(seen) == {0, 1}
    assert seen == sorted(seen)


def test_a_correction_that_was_typed_is_the_persons_word(heard: Journey) -> None:
    (word,) = heard.stage.facts(Kind.FEEDBACK)
    assert heard.correction is not None
    assert word.text.casefold() in CORRECTION.casefold()
    assert (word.session, word.source.identity, word.source.trust) == (heard.task.session, "person", Trust.OWNER)


def test_a_prompt_that_corrects_nothing_leaves_no_trace(hooked: Journey) -> None:
    texts = " ".join(fact.text for fact in hooked.stage.facts())
    for prompt in (TASK, NEXT, PART, LATER):
        assert prompt not in texts


def test_what_the_tests_said_is_evidence_of_the_session(observed: Journey) -> None:
    (run,) = observed.stage.facts(Kind.RUN)
    (failure,) = observed.stage.facts(Kind.FAILURE)
    assert (run.session, run.source.trust, run.detail["failed"]) == (observed.task.session, Trust.MACHINE, 1)
    assert failure.session == observed.task.session
    assert "test_the_form_has_every_field" in failure.text


def test_what_the_hooks_and_the_server_write_is_one_session(hooked: Journey) -> None:
    writers = {fact.source.origin for fact in hooked.stage.facts() if fact.session == hooked.task.session}
    # The tests and the prompt by hook, where they are seen; the report by the server.
    assert len(writers) == 1 + len(hooked.stage.seen & {Seen.PROMPTS, Seen.COMMANDS})
    assert len({session.client for session in hooked.stage.sessions()}) == 1


def test_the_files_of_an_edit_are_the_sessions_work(followed: Journey) -> None:
    with followed.stage.person() as desk:
        works = desk.store.works(followed.stage.key(desk), session=followed.task.session)
    assert "fields.txt" in {work.name for work in works}


def test_the_end_of_a_session_is_told(ended: Journey) -> None:
    with ended.stage.person() as desk:
        said = {beat.said for beat in desk.store.beats() if beat.client == ended.stage.client.name}
    assert said & {"nothing due", "consolidate begun"}


def test_no_hook_had_a_fault(hooked: Journey) -> None:
    assert hooked.stage.faults() == []


def test_going_on_with_a_session_brings_the_rules_again(heard: Journey) -> None:
    assert heard.correction is not None
    assert heard.correction.session == heard.task.session
    first, before = heard.correction.first, heard.task.asked[-1].text.count(RULE)
    if heard.stage.client.name in {"opencode", "qwen"}:
        # There they stand before the conversation, anew in each process.
        assert [turn.role for turn in first.turns if RULE in turn.text and turn.role != "result"] == ["system"]
        before -= 1
    if heard.stage.client.name == "gemini":
        # There they stand in the history, with the prompt that they came with. What tools answered it tells twice.
        assert [turn.role for turn in first.turns if RULE in turn.text and turn.role != "result"] == ["user"]
        return
    if heard.stage.client.name == "copilot":
        # There they stand before the conversation, anew in each process.
        assert [turn.role for turn in first.turns if RULE in turn.text and turn.role != "result"] == ["user"]
        before -= 1
    assert first.text.count(RULE) == before + 1


def test_the_rules_are_there_after_compaction(compacting: Journey) -> None:
    assert compacting.compacted is not None
    after = compacting.compacted.asked[-1]
    if compacting.stage.client.name not in {"gemini", "qwen", "cline"}:  # they keep what came last
        assert after.results == []
    if compacting.stage.client.name == "cline":  # it keeps what our tools have answered, too
        after = after._replace(turns=tuple(turn for turn in after.turns if turn.role != "result"))
    assert all(RULE not in result for result in after.results)
    assert "steps are done" in after.text
    assert (after.text.count(RULE), after.text.count(compacting.learnt)) == (1, 1)


def test_a_sub_agent_is_given_the_rules_at_its_start(delegating: Journey) -> None:
    first = delegating.next.of(PART)
    assert first.results == []
    assert (first.text.count(RULE), first.text.count(delegating.learnt)) == (1, 1)


def test_the_end_of_a_sub_agent_is_nobodys_prompt(hooked: Journey) -> None:
    assert all("task-notification" not in fact.text for fact in hooked.stage.facts())


@pytest.mark.parametrize("journey", ["claude-code"], indirect=True)
def test_after_clear_the_living_server_follows_to_the_new_session(journey: Journey) -> None:
    assert journey.cleared is not None
    old, new = dict.fromkeys(asked.session for asked in journey.cleared.asked)
    assert journey.stage.shown(new) == journey.stage.shown(old) != []
    with journey.stage.person() as desk:
        episode = desk.store.current_episode(new, journey.stage.key(desk))
    assert episode is not None
    assert episode.task == GET.arguments["task"]


@pytest.mark.parametrize("journey", ["claude-code"], indirect=True)
def test_the_person_is_shown_one_line_at_the_beginning_and_the_model_is_not(journey: Journey) -> None:
    (transcript,) = journey.stage.home.glob(f".claude/projects/*/{journey.next.session}.jsonl")
    kept = [json.loads(line).get("attachment", {}) for line in transcript.read_text(encoding="utf-8").splitlines()]
    shown = [each["content"] for each in kept if each.get("type") == "hook_system_message"]
    assert shown[:1] == ["promptlearn: 3 rules active"]
    assert "rules active" not in journey.next.asked[-1].text


@pytest.mark.parametrize("stage", ["codex"], indirect=True)
def test_codex_runs_our_hooks_once_a_person_trusted_them(stage: Stage) -> None:
    stage.set_up()
    with stage.person() as desk:
        desk.run("add", RULE)
    assert {hook.status for hook in trust.hooks(stage)} == {"untrusted"}
    assert RULE not in stage.play(TASK, Say("Fine.")).first.text
    assert {hook.status for hook in trust.hooks(stage, trust=True)} == {"trusted"}
    assert RULE in stage.play(NEXT, Say("Fine.")).first.text


@pytest.mark.parametrize("stage", ["gemini"], indirect=True)
def test_gemini_is_given_the_rules_with_a_command_of_a_persons_file_and_its_text_is_nobodys_word(stage: Stage) -> None:
    stage.set_up()
    with stage.person() as desk:
        desk.run("add", RULE)
    commands = stage.home / ".gemini" / "commands"
    commands.mkdir()
    (commands / "tidy.toml").write_text('prompt = "No, use npm, not pip."\n', encoding="utf-8")
    stage.model.script.plays["No, use npm, not pip."] = [Say("Tidy.")]
    first = stage.run(stage.client.command("/tidy")).first
    assert "No, use npm, not pip." in first.text
    assert first.text.count(RULE) == 1
    assert stage.facts(Kind.FEEDBACK) == []
    assert stage.faults() == []


@pytest.mark.parametrize("stage", ["gemini"], indirect=True)
def test_gemini_works_on_after_our_program_is_gone(stage: Stage) -> None:
    stage.set_up()
    settings = stage.home / ".gemini" / "settings.json"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(sys.executable, "/does/not/exist/python"), encoding="utf-8")
    first = stage.play(TASK, Say("Fine.")).first
    assert [TASK in turn.text for turn in first.turns if turn.role == "user"][-1]


@pytest.mark.parametrize("stage", ["gemini"], indirect=True)
def test_gemini_shows_the_person_one_line_that_the_model_does_not_see(stage: Stage) -> None:
    stage.set_up()
    with stage.person() as desk:
        desk.run("add", RULE)
    begun = len(stage.model.asked)
    shown = stage.command(stage.client.command(TASK)).err
    assert shown.count("promptlearn: 1 rule active\n") == 1
    assert all("rule active" not in asked.text for asked in stage.model.asked[begun:])


@pytest.mark.parametrize("stage", ["cline"], indirect=True)
def test_cline_is_given_the_rules_again_where_a_compaction_took_them_from_a_living_session(stage: Stage) -> None:
    stage.set_up()
    with stage.person() as desk:
        desk.run("add", RULE)
    begun = stage.play(TASK, Say("Fine."))
    stage.model.script.plays |= {NEXT: [Say("Added.")], LATER: [Say("It stands.")]}
    typed = "\n".join((NEXT, "/compact", LATER))
    went_on = stage.run(stage.client.command(typed, session=begun.session))
    first, summary, after = went_on.asked
    assert (first.text.count(RULE), summary.tools, after.text.count(RULE)) == (1, {}, 1)
    assert "steps are done" in after.text
    assert TASK not in after.text
    assert stage.faults() == []
