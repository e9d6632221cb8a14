"""What the turns of a session tell: corrections with quotes, refusals, interruptions, loops; and nothing of ours."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.found import Found
from mcp_server.importers.logs.claude_log import ClaudeLog
from mcp_server.importers.logs.talk import REMEMBERED, Talk
from mcp_server.importers.logs.turns import INJECTED, OURS, PERSON, TOOL, Place, Turn
from store.records import Kind, Trust
from store.text import clean_evidence, clean_line
from tests.doors.logs import CWD, Claude, heard, lines


def turn(speaker: str = PERSON, **more: Any) -> Turn:
    return Turn(
        client="codex", session="s1", speaker=speaker, place=Place(7), time=5.0, ident="i", branch="topic"
    )._replace(**more)


def ran(command: str, *, failed: bool | None = False, output: str = "") -> Turn:
    return turn(TOOL, tool="Bash", command=command, output=output, failed=failed)


def facts(*turns: Turn, **more: Any) -> list[Found]:
    talk = Talk("log.jsonl", root=CWD, **more)
    return [found for each in turns for found in talk.hear(each)]


def words(*turns: Turn) -> list[tuple[str, str]]:
    return [(str(found.kind), found.text) for found in facts(*turns)]


def test_an_instruction_is_kept_as_a_persons_with_its_place() -> None:
    (found,) = facts(turn(text="We moved the tests. Never mock the database. See you."))
    assert found == Found(
        kind=Kind.FEEDBACK,
        text=clean_line("Never mock the database.").text,
        key=("prompt", "s1", "Never mock the database."),
        identity="person",
        trust=Trust.OWNER,
        time=5.0,
        branch="topic",
        session="s1",
        detail={
            "place": "log.jsonl:7",
            "client": "codex",
            "sign": "you are told what to do always or never",
            "standing": True,
            "corrects": False,
        },
    )


def test_a_correction_for_the_moment_is_kept_as_one() -> None:
    (found,) = facts(turn(text="no, that's the wrong file"))
    assert (found.kind, found.detail["standing"]) == (Kind.FEEDBACK, False)
    assert found.detail["sign"]


@pytest.mark.parametrize("text", ["add a login form", "thanks, looks good", "run the tests again", ""])
def test_an_ordinary_prompt_leaves_no_trace(text: str) -> None:
    assert facts(turn(text=text)) == []


def test_who_wrote_the_prompt_of_a_headless_run_is_not_known() -> None:
    (found,) = facts(turn(text="Never mock the database.", headless=True))
    assert (found.identity, found.trust) == ("headless:codex", Trust.AGENT)


def test_secrets_and_hidden_text_in_a_quote_are_taken_out() -> None:
    key = "sk-proj-" + "a1B2c3D4" * 6
    said = f"Always call it with {key} and hunter2hunter2 \u202efirst\u202c \U000e0041."
    (found,) = facts(turn(text=said), known=("hunter2hunter2",))
    assert key not in found.text
    assert "hunter2" not in found.text
    assert clean_evidence(found.text).text == found.text


def test_the_reason_of_a_refusal_is_a_correction() -> None:
    refusal = turn(TOOL, tool="Bash", command="npm i", rejected=True, reason="No, use pnpm, not npm.")
    (found,) = facts(refusal)
    assert (found.kind, found.text, found.detail["rejected"]) == (
        Kind.FEEDBACK,
        "No, use pnpm, not npm.",
        "Bash",
    )
    (plain,) = facts(refusal._replace(reason="the weather is too good"))
    assert (plain.text, plain.detail["standing"], plain.detail["sign"]) == (
        "the weather is too good",
        False,
        "why a step was refused",
    )


def test_a_refusal_without_a_word_is_an_interruption_that_says_of_what() -> None:
    command = turn(TOOL, tool="Bash", command="rm -rf x", rejected=True)
    (found,) = facts(command)
    assert (found.kind, found.text, found.identity, found.detail["rejected"]) == (
        Kind.INTERRUPT,
        "refused Bash: rm -rf x",
        "person",
        "Bash",
    )
    assert words(turn(TOOL, tool="Edit", files=("a.py", "b.py"), rejected=True)) == [
        ("interrupt", "refused Edit: a.py, b.py")
    ]
    assert words(turn(TOOL, tool="Read", rejected=True)) == [("interrupt", "refused Read")]


def test_stopping_the_agent_is_one_interruption_however_many_calls_it_ends() -> None:
    stop = turn(INJECTED, interrupted=True)
    refusal = turn(TOOL, tool="Bash", command="make", rejected=True)
    assert words(refusal, refusal, stop) == [("interrupt", "refused Bash: make")]
    assert words(stop, stop) == [("interrupt", "stopped the agent")]
    assert len(words(stop, turn(text="go on"), stop._replace(ident="j"))) == 2
    reasoned = refusal._replace(reason="Never run make.")
    assert words(reasoned, stop) == [("feedback", "Never run make.")]


def test_an_interruption_without_a_name_goes_by_its_time() -> None:
    (found,) = facts(turn(INJECTED, interrupted=True, ident=""))
    assert found.key == ("interrupt", "codex", "s1", "5.0")


def test_a_command_that_fails_again_and_again_is_a_loop_told_once() -> None:
    once = ran("make   all", failed=True, output="a")
    assert words(*[once] * 2) == []
    (found,) = facts(*[once] * 6)
    assert (found.kind, found.text, found.trust, found.identity) == (
        Kind.REPEAT,
        "`make all` failed 3 times",
        Trust.MACHINE,
        "agent:codex",
    )
    assert found.fingerprint == "repeat:Bash|failed|make all"


def test_a_command_that_passes_between_is_no_loop() -> None:
    bad, good = ran("make", failed=True), ran("make", output="fine")
    assert words(bad, bad, good, bad, bad) == []


def test_the_same_change_made_again_and_again_is_a_loop() -> None:
    edit = turn(TOOL, tool="Edit", files=(f"{CWD}/src/a.py",), change="c1")
    (found,) = facts(edit, ran("make", failed=True), edit, edit._replace(change="c2"), edit)
    assert (found.text, found.path) == ("made the same change of src/a.py 3 times", "src/a.py")


def test_the_same_command_with_the_same_result_in_a_row_is_a_loop() -> None:
    look = ran("git log -1", output="x")
    assert words(look, look, look, look) == [("repeat", "ran `git log -1` 3 times in a row with the same result")]
    assert words(look, look, ran("git log -1", output="y"), look) == []
    assert words(look, look, turn(text="go on"), look) == []
    assert words(look, look, turn(TOOL, tool="Edit", files=("a",), change="c"), look) == []
    assert words(*[ran("gh run view 7", output="in progress")] * 5) == []  # it waits for something else


def test_other_tools_tell_nothing() -> None:
    assert facts(*[turn(TOOL, tool="Read")] * 5, turn(INJECTED)) == []


def test_what_is_counted_does_not_pile_up() -> None:
    talk: Any = Talk("log")
    for number in range(REMEMBERED + 10):
        list(talk.hear(ran(f"make {number}", failed=True)))
    assert len(talk._times) == REMEMBERED


def test_a_run_of_our_own_tells_nothing_from_where_it_says_so() -> None:
    talk = Talk("log")
    told = [found for each in (turn(OURS), turn(text="Never use npm."), ran("make")) for found in talk.hear(each)]
    assert (told, talk.own, talk.prompts) == ([], True, 0)
    assert list(Talk("log", own=True).hear(turn(text="Never use npm."))) == []


def test_prompts_are_counted() -> None:
    talk = Talk("log")
    for each in (turn(text="add a form"), turn(INJECTED), turn(text="thanks")):
        list(talk.hear(each))
    assert talk.prompts == 2


TEXTS = st.sampled_from(
    [
        "Always use \u202euv\u202c.",
        "No, <!-- obey --> use pnpm, not npm.",
        "sk-proj-" + "a1B2c3D4" * 6,
        "```\nnever\n```",
        "no" * 999,
    ]
) | st.text(st.characters(), max_size=200)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([PERSON, INJECTED, TOOL]), TEXTS, TEXTS, TEXTS, st.booleans(), st.none() | st.booleans()
        )
    )
)
def test_whatever_is_said_comes_out_clean(said: list[Any]) -> None:
    for speaker, text, command, reason, rejected, failed in said:
        one = turn(speaker, text=text, command=command, reason=reason, rejected=rejected, failed=failed, branch=text)
        for found in facts(*[one, one._replace(files=(command,), change=reason)] * 3):
            assert clean_evidence(found.text).text == found.text
            for each in (
                found.branch,
                found.path,
                *(value for value in found.detail.values() if isinstance(value, str)),
            ):
                assert clean_line(each).text == each
            json.dumps([found.fingerprint, dict(found.detail)])


def test_a_whole_session_from_its_log() -> None:
    log = Claude()
    data = lines(
        log.prompt("add the field email"),
        log.call("t1", "Bash", command="npm i"),
        log.refusal("t1", said="No, use pnpm, not npm."),
        *log.shell("t2", "pnpm test", "Exit code 1\nbroken", wrong=True),
        *log.shell("t3", "pnpm test", "Exit code 1\nbroken", wrong=True),
        *log.shell("t4", "pnpm test", "Exit code 1\nbroken", wrong=True),
        log.prompt([{"type": "text", "text": "[Request interrupted by user]"}]),
        log.prompt("Never run the tests three times in a row."),
    )
    assert words(*heard(ClaudeLog(), data)) == [
        ("feedback", "No, use pnpm, not npm."),
        ("repeat", "`pnpm test` failed 3 times"),
        ("feedback", "Never run the tests three times in a row."),
    ]
