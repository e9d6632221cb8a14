"""A person sees all there is to a candidate and decides with one key; what was decided stays decided."""

import os
import re
import select
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_server.commands.review import AT_ONCE
from mcp_server.knobs import Knobs
from mcp_server.learning.backtest import NUMBERS
from mcp_server.learning.trials.verdict import Decision
from mcp_server.wiring import Wiring
from store.records import GLOBAL, Ending, Kind, Operation, Project, Source, State, Trust, Wording
from store.revise import Add, Move, Step
from store.text import clean_rule
from tests.doors.desk import AGENT, SAFETY, Desk
from tests.learning.decisions import decide, made
from tests.store.facts import adding, fact, wording

KEYS = "y admit (on trial), t on trial, a active, n reject, e edit, s skip, q quit"
OWN = KEYS.replace("(on trial)", "(active)")
TARGET = "test:tests.test_form::test_fields|AssertionError|form.py:make"


def fails(desk: Desk, target: str = TARGET, sessions: str = "abc", words: str = "form.py is stale") -> None:
    """A test that failed in several sessions, without any known remedy."""
    desk.keep(
        *[
            fact(f"{words} in {each}", kind=Kind.FAILURE, fingerprint=target, project=desk.project, session=each)
            for each in sessions
        ]
    )


# --- one key each


def test_nothing_waits_where_nothing_was_suggested(desk: Desk) -> None:
    assert desk.run("review") == "Nothing waits for you."


def test_y_admits_machine_wording_on_trial(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.keys, desk.trials = ["y"], Knobs()
    assert desk.run("review").endswith(f"{KEYS}\nAdmitted on trial (revision 1).")
    assert desk.state("R1") == ("trial", "", False)
    assert desk.store.revision(desk.project, 1).cause == "approve R1"


def test_y_admits_a_persons_own_sentence_as_active(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    desk.run("consolidate")
    desk.keys = ["y"]
    assert desk.run("review").endswith(f"{OWN}\nAdmitted as active (revision 2).")
    assert desk.state("R1") == ("active", "", False)


def test_t_and_a_say_otherwise(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    desk.run("consolidate")
    desk.suggest("Keep functions short.")
    desk.keys = ["t", "a"]
    text = desk.run("review")
    assert "Admitted on trial (revision 2)." in text
    assert text.endswith("Admitted as active (revision 3).")
    assert (desk.state("R1")[0], desk.state("R2")[0]) == ("trial", "active")


def test_where_trials_are_off_it_says_that_nobody_is_shown_what_is_on_trial(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.keys, desk.trials = ["y"], Knobs(off=True)
    assert desk.run("review").endswith(
        "  trials are off in the settings, so nobody is shown it; `mcp-promptlearn approve R1` makes it active"
    )


def test_what_waits_for_one_that_says_the_same_is_said(desk: Desk) -> None:
    desk.suggest("Keep the functions short.")
    desk.store.revise(desk.project, [adding("Keep functions short.")], cause="add", now=desk.clock())
    desk.keys = ["y"]
    assert desk.run("review").endswith("  put on trial by a person; waits, because R2 says nearly the same")
    assert desk.rules()["R1"].chance == 0.0
    assert desk.rules()["R2"].chance is None


def test_an_edit_of_a_pinned_rule_leaves_it_pinned_and_says_so(desk: Desk) -> None:
    desk.run("add", "Use pip for everything.", "--pin")
    desk.suggest("Use uv for everything.", 1, operation=Operation.EDIT)
    desk.keys = ["t", "y"]
    text = desk.run("review")
    assert "y admit (stays pinned), t on trial" in text
    assert "R1 is pinned, so it is always shown; `mcp-promptlearn unpin R1` first." in text
    assert desk.state("R2")[0] == "candidate"
    text = desk.run("review")
    assert text.endswith("Admitted; R1 stays pinned (revision 2).")
    assert desk.state("R1") == ("active", "", True)


def test_n_rejects_for_good(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.keys = ["n"]
    assert desk.run("review").endswith("Rejected; it will not be proposed again (revision 1).")
    assert desk.state("R1") == ("retired", "rejected", False)
    assert desk.run("review") == "Nothing waits for you."


def test_e_takes_the_persons_words_and_admits_them(desk: Desk) -> None:
    desk.suggest("Keep functions short.", paths=("src/**",))
    desk.keys, desk.answers = ["e"], ["Keep functions under 40 lines."]
    desk.run("review")
    rule = desk.rules()["R1"]
    assert (rule.text, rule.state, rule.current.paths) == ("Keep functions under 40 lines.", "active", ("src/**",))
    assert rule.current.source.trust.word == "owner"
    assert desk.store.versions(1)[0].text == "Keep functions short."


def test_e_with_a_persons_prohibition_of_something_dangerous_pins_it(desk: Desk) -> None:
    desk.suggest("Be careful with main.")
    desk.keys, desk.answers = ["e"], [SAFETY]
    assert "Admitted and pinned, as it forbids something dangerous" in desk.run("review")
    assert desk.state("R1") == ("active", "", True)


def test_e_with_the_same_words_admits_them_as_they_are(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.suggest("Keep lines short.")
    desk.keys, desk.answers = ["e", "y"], ["Keep functions short."]
    desk.run("review")
    assert desk.state("R1")[0] == desk.state("R2")[0] == "trial"
    assert desk.rules()["R1"].current.source.trust.word == "agent", "the words are still the agent's"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", None),
        ("Use uv. " * 100, "the rule has "),
        ("See https://example.org/rules for the rules.", "the rule holds a link"),
        ("Do you like tabs?", "refused."),
    ],
)
def test_words_that_cannot_be_a_rule_are_asked_for_again(desk: Desk, typed: str, said: str | None) -> None:
    desk.suggest("Keep functions short.")
    desk.keys, desk.answers = ["e", "e", "q"], [typed]
    text = desk.run("review")
    assert text.count(KEYS) == 3, "also where nobody is there to type"
    if said is not None:
        assert said in text
    assert desk.state("R1")[0] == "candidate"


def test_a_persons_own_dangerous_words_are_asked_about(desk: Desk) -> None:
    desk.suggest("Run the tests.")
    desk.keys, desk.answers = ["e", "e"], ["Skip the failing tests.", "n", "Skip the failing tests.", "y"]
    text = desk.run("review")
    assert "nothing was changed, as the answer was not yes" in text
    assert desk.told[0].startswith("WARNING: ")
    assert desk.asked.count("Keep it all the same? [y/N] ") == 2
    assert desk.rules()["R1"].text == "Skip the failing tests."


@pytest.mark.parametrize("key", ["s", "\r", "\n", "S"])
def test_s_or_enter_leaves_it_for_another_time(desk: Desk, key: str) -> None:
    desk.suggest("Keep functions short.")
    desk.suggest("Keep lines short.")
    desk.keys = [key, "y"]
    desk.run("review")
    assert (desk.state("R1")[0], desk.state("R2")[0]) == ("candidate", "trial")


@pytest.mark.parametrize("key", ["q", "\x1b", "\x04", ""])
def test_q_or_escape_or_the_end_of_input_leaves(desk: Desk, key: str) -> None:
    desk.suggest("Keep functions short.")
    desk.suggest("Keep lines short.")
    fails(desk)
    desk.keys = ["y", key, "y"]
    text = desk.run("review")
    assert "No remedy known" not in text
    assert (desk.state("R1")[0], desk.state("R2")[0]) == ("trial", "candidate")


def test_any_other_key_asks_again(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.keys = ["x", "\x1b[A", "ü", "y"]
    assert desk.run("review").count(KEYS) == 4
    assert desk.state("R1")[0] == "trial"


def test_an_interruption_keeps_what_was_decided_before(desk: Desk) -> None:
    for text in ("Keep functions short.", "Keep lines short."):
        desk.suggest(text)
    desk.keys = ["y", "\x03"]
    assert desk.code("review") == 130
    assert desk.errors == "mcp-promptlearn: interrupted; what was done before is kept\n"
    assert (desk.state("R1")[0], desk.state("R2")[0]) == ("trial", "candidate")


def test_at_most_five_are_put_to_a_person_at_a_time(desk: Desk) -> None:
    for number in range(AT_ONCE + 2):
        desk.suggest(f"Read page{number} of book{number} before chapter{number}.")
    desk.keys = ["y"] * (AT_ONCE + 2)
    text = desk.run("review")
    assert f"Candidate {AT_ONCE} of {AT_ONCE}" in text
    assert text.endswith("2 more wait; run review again when you are fresh.")
    assert len(desk.keys) == 2
    assert desk.run("review").count("Admitted") == 2


# --- what is shown


def test_a_candidate_is_shown_with_all_that_speaks_for_and_against_it(desk: Desk) -> None:
    name = desk.suggest("Skip the failing\u200b tests.", paths=("src/**", "*.py"))
    said = fact("the tests take too long and nobody reads them " * 9, project=desk.project)
    desk.store.record([said, *[fact(f"more {n}", kind=Kind.REPORT, project=desk.project) for n in range(9)]], rule=1)
    desk.keys = ["q"]
    lines = desk.run("review").splitlines()
    assert lines[:8] == [
        "",
        "Candidate 1 of 1",
        f"{name}  + Skip the failing tests.",
        "  only for `src/**`, `*.py`",
        "  origin: MCP tool (agent's word)",
        "  why: seen in a task",
        "  removed from the text before you saw it: 1 x zero width",
        "  costs about 7 tokens in a session that is shown it",
    ]
    assert lines[8].startswith("  WARNING: ")
    assert lines[9].startswith("  > the tests take too long")
    assert lines[9].endswith("...")
    assert lines[10] == "    feedback by person (owner), 2026-01-01 00:00 UTC"
    assert sum(line.startswith("  > ") for line in lines) == 4, "people's words first, and no more than can be read"


def test_a_candidate_is_shown_with_how_it_fared_in_later_sessions(desk: Desk) -> None:
    tested: dict[str, object] = {
        "verdict": "held",
        "failures": 3,
        "addressed": 2,
        "others": 9,
        "disturbed": 4,
        "lost": [],
    }
    change = Add(wording("Run make form after each change.", source=AGENT))
    step = Step(change, kind="propose", actor="program", reason="seen", numbers={NUMBERS: tested})
    desk.store.revise(desk.project, [step], cause="consolidate", now=desk.clock())
    text = desk.run("review", "--list")
    assert desk.facts("review")["candidates"][0]["back_test"].startswith("held: in view in 2 of 3 later sessions")
    assert "  back-test: held: in view in 2 of 3 later sessions in which it failed again, and in 4 of 9 in" in text


def test_what_a_change_costs_or_saves_is_shown(desk: Desk) -> None:
    desk.run("add", "Never use tabs anywhere in this project.")
    desk.suggest("Never use tabs in Python.", 1, operation=Operation.EDIT)
    desk.suggest("Never use tabs anywhere in this project.", 1, operation=Operation.RETIRE)
    text = desk.run("review", "--list")
    assert "  costs about 8 tokens in a session that is shown it, in place of 12" in text
    assert "  saves about 12 tokens a session" in text
    candidates = desk.facts("review")["candidates"]
    assert [(each["tokens"], each["back_test"]) for each in candidates] == [(8 - 12, None), (-12, None)]


def test_an_edit_is_shown_as_a_difference(desk: Desk) -> None:
    desk.run("add", "Use pip for everything.")
    desk.suggest("Use uv for everything.", 1, operation=Operation.EDIT)
    desk.keys = ["y"]
    text = desk.run("review")
    assert "R2  new wording of R1\n  - Use pip for everything.\n  + Use uv for everything.\n" in text
    assert desk.rules()["R1"].text == "Use uv for everything."


def test_an_edit_in_the_persons_words_changes_the_rule_to_them(desk: Desk) -> None:
    desk.run("add", "Use pip for everything.")
    desk.suggest("Use uv for everything.", 1, operation=Operation.EDIT)
    desk.keys, desk.answers = ["e"], ["Use uv for the tests."]
    desk.run("review")
    assert (desk.rules()["R1"].text, desk.state("R2")) == ("Use uv for the tests.", ("retired", "applied", False))
    assert desk.rules()["R1"].current.source.origin == "review"


def test_a_merge_shows_what_would_go(desk: Desk) -> None:
    desk.run("add", "Use uv for tests.")
    desk.run("add", "Use uv for builds.")
    desk.suggest("Use uv for tests and builds.", 1, 2, operation=Operation.MERGE)
    desk.keys, desk.answers = ["e"], ["Use uv for all tests and builds."]
    text = desk.run("review")
    assert (
        "R3  merge of R1, R2\n  - Use uv for tests.\n  - Use uv for builds.\n  + Use uv for tests and builds.\n" in text
    )
    assert [desk.state(name)[1] for name in ("R1", "R2", "R3")] == ["merged", "merged", ""]


def test_a_retirement_is_shown_and_cannot_be_reworded(desk: Desk) -> None:
    desk.run("add", "Use pip for everything.")
    desk.suggest("Use pip for everything.", 1, operation=Operation.RETIRE)
    desk.keys = ["e", "y"]
    text = desk.run("review")
    assert "R2  retire\n  - R1  Use pip for everything.\n" in text
    assert text.count("y admit, n reject, s skip, q quit") == 2
    assert desk.state("R1") == ("retired", "retired", False)


def test_what_would_take_a_safety_rule_away_is_warned_of(desk: Desk) -> None:
    desk.run("add", SAFETY)
    desk.suggest(SAFETY, 1, operation=Operation.RETIRE)
    desk.suggest("Never push to main on Fridays.", 1, operation=Operation.EDIT)
    desk.keys = ["q"]
    assert "  WARNING: R1 forbids something dangerous and would go or change.\n" in desk.run("review")
    assert all(each["warnings"] for each in desk.facts("review")["candidates"])


def test_a_candidate_for_all_projects_says_so(desk: Desk) -> None:
    desk.suggest("Be brief.", project="global")
    desk.keys = ["y"]
    assert "\n  for all projects\n" in desk.run("review")
    assert desk.store.head("global") == 1


def test_the_list_shows_everything_and_decides_nothing(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    fails(desk)
    desk.keys = ["y"]
    for words in (["review", "--list"], ["review"]):
        text = desk.run(*words)
        assert "R1  + Keep functions short." in text
        assert "No remedy known: test tests.test_form::test_fields fails with AssertionError" in text
        assert text.endswith("Decide with `mcp-promptlearn review` in a terminal, or approve and reject by id.")
        desk.terminal = False
    assert desk.keys == ["y"]


def test_a_candidate_that_came_without_words_is_shown_without_them(desk: Desk) -> None:
    change = Add(wording("Keep functions short.", source=AGENT))
    desk.store.suggest(change, fact("  ", kind=Kind.SUGGESTION, source=AGENT, project=desk.project), now=desk.clock())
    desk.keys = ["q"]
    assert desk.run("review").splitlines()[2:-1] == [
        "R1  + Keep functions short.",
        "  origin: MCP tool (agent's word)",
        "  costs about 7 tokens in a session that is shown it",
    ]


# --- what happens meanwhile


def test_a_decision_is_about_what_was_shown(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    text = _reviewed(desk, [lambda: desk.run("edit", "R1", "Skip the tests.", "--yes")], "yq")
    assert "The rules changed while you looked. As it stands now:" in text
    assert "R1  + Skip the tests." in text
    assert desk.state("R1")[0] == "candidate"


def test_what_another_review_decided_is_not_decided_again(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    text = _reviewed(desk, [lambda: desk.run("reject", "R1")], "y")
    assert "R1 was decided about meanwhile, it is rejected." in text
    assert desk.state("R1") == ("retired", "rejected", False)


def _reviewed(desk: Desk, meanwhile: list[Callable[[], str]], keys: str) -> str:
    """What a review says while other commands run before its first keys."""
    from mcp_server.cli import main

    wiring: Wiring = desk.wiring()
    said: list[str] = []
    pressed = list(keys)

    def key() -> str:
        if meanwhile:
            meanwhile.pop(0)()
        return pressed.pop(0)

    wiring.key, wiring.say = key, said.append
    assert main(["review"], wiring) == 0
    return "\n".join(said)


def test_a_candidate_that_cannot_be_admitted_says_why_and_the_review_goes_on(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    desk.suggest("Use uv.", 1, operation=Operation.EDIT)
    desk.suggest("Keep lines short.")
    desk.run("retire", "R1")
    desk.keys = ["y", "y"]
    assert "R2 would change R1, which is no longer live; reject R2." in desk.run("review")
    assert desk.state("R3")[0] == "trial"


# --- what trials ask


def on_trial(desk: Desk, *texts: str) -> None:
    """Rules on trial, from R1 on."""
    steps = [adding(text, state=State.TRIAL) for text in texts]
    desk.store.revise(desk.project, steps, cause="add", now=desk.clock())


def tried(desk: Desk, *decisions: Decision) -> None:
    """What a consolidate decided about R1, R2 and so on."""
    decide(desk.store, desk.project, dict(enumerate(decisions, start=1)), time=desk.clock())


GOOD = made(asks="approve", reason="83 % likely to help; on trial; it looks good: approve it?")


def test_what_looks_good_on_trial_is_approved_with_one_key(desk: Desk) -> None:
    on_trial(desk, "Use uv.")
    tried(desk, GOOD)
    desk.keys = ["y"]
    assert desk.run("review").splitlines() == [
        "",
        "Decision 1 of 1",
        "R1  Use uv.",
        "  on trial, leaning: +6 [-3, +15] points (90 %), 83 % likely to help",
        "  83 % likely to help; on trial; it looks good: approve it?",
        "y approve it, n leave it as it is, s skip, q quit",
        "R1 is active (revision 2).",
    ]
    assert desk.state("R1") == ("active", "", False)
    assert desk.store.decisions(desk.project)[-1].actor == "person"
    assert desk.run("review") == "Nothing waits for you."


@pytest.mark.parametrize(
    ("asked", "state", "became"),
    [
        ("reject", State.TRIAL, ("retired", "rejected", False)),
        ("retire", State.ACTIVE, ("retired", "retired", False)),
        ("obsolete", State.TRIAL, ("retired", "retired", False)),
    ],
)
def test_what_looks_bad_or_useless_goes_with_one_key(
    desk: Desk, asked: str, state: State, became: tuple[str, str, bool]
) -> None:
    desk.store.revise(desk.project, [adding("Use uv.", state=state)], cause="add", now=desk.clock())
    tried(desk, made(asks=asked, state=str(state), reason="8 % likely to help"))
    desk.keys = ["y"]
    desk.run("review")
    assert desk.state("R1") == became
    assert desk.store.decisions(desk.project)[-1].reason == "a person's answer: 8 % likely to help"


def test_what_was_stopped_may_be_approved_again(desk: Desk) -> None:
    on_trial(desk, "Use uv.")
    stop = Step(Move(1, State.RETIRED, Ending.HARMFUL), "roll back", "program", "it harms")
    desk.store.revise(desk.project, [stop], cause="consolidate", now=desk.clock())
    tried(desk, made(asks="resume", state="retired", ending="harmful", verdict="harmful"))
    desk.keys = ["y"]
    assert "  harmful, harmful: +6" in desk.run("review")
    assert desk.state("R1") == ("active", "", False)


def test_what_is_left_as_it_is_comes_again_when_its_verdict_changes(desk: Desk) -> None:
    on_trial(desk, "Use uv.")
    tried(desk, GOOD)
    desk.keys = ["n"]
    assert desk.run("review").endswith("It stays as it is, and is not asked again until its verdict changes.")
    assert desk.state("R1")[0] == "trial"
    assert desk.run("review") == "Nothing waits for you."
    assert desk.facts("status")["decisions"] == 0
    tried(desk, GOOD._replace(verdict="supported"))
    assert len(desk.facts("review")["asks"]) == 1


@pytest.mark.parametrize(("keys", "asked"), [(["s", "s"], 2), (["q"], 1), ([], 1)])
def test_decisions_may_be_skipped_or_left(desk: Desk, keys: list[str], asked: int) -> None:
    on_trial(desk, "Use uv.", "Sort imports.")
    tried(desk, GOOD, GOOD)
    fails(desk)
    desk.keys = keys
    text = desk.run("review")
    assert text.count("it looks good") == asked
    assert ("No remedy known" in text) == (asked == 2)
    assert {desk.state(name)[0] for name in ("R1", "R2")} == {"trial"}


def test_candidates_and_decisions_are_at_most_five_together(desk: Desk) -> None:
    on_trial(desk, *[f"Read page{n} of book{n} before chapter{n}." for n in range(3)])
    tried(desk, GOOD, GOOD, GOOD)
    for number in range(AT_ONCE - 1):
        desk.suggest(f"Say hello{number} to world{number} after night{number}.")
    desk.keys = ["s"] * 9
    text = desk.run("review")
    assert f"Candidate {AT_ONCE - 1} of {AT_ONCE - 1}" in text
    assert "Decision 1 of 1" in text
    assert text.endswith("2 more decisions wait; run review again when you are fresh.")
    desk.suggest("Keep answers short.")
    desk.suggest("Keep lines short.")
    desk.keys = ["s"] * 9
    text = desk.run("review")
    assert "Decision" not in text
    assert text.endswith("3 more decisions wait; run review again when you are fresh.")


def test_the_list_shows_what_trials_ask(desk: Desk) -> None:
    on_trial(desk, "Use uv.")
    tried(desk, GOOD)
    desk.terminal = False
    assert "  83 % likely to help; on trial; it looks good: approve it?" in desk.run("review")
    (ask,) = desk.facts("review")["asks"]
    assert (ask["id"], ask["asks"], ask["effect"]) == ("R1", "approve", 0.06)


def test_a_decision_about_a_rule_for_all_projects_is_asked_here_too(desk: Desk) -> None:
    desk.store.revise("global", [adding("Be brief.", state=State.TRIAL)], cause="add", now=desk.clock())
    decide(desk.store, "global", {1: GOOD}, time=desk.clock())
    desk.keys = ["y"]
    assert desk.run("review").endswith("R1 is active (revision 2).")


def test_what_was_decided_while_it_was_shown_is_not_decided_again(desk: Desk) -> None:
    on_trial(desk, "Use uv.")
    tried(desk, GOOD)
    text = _reviewed(desk, [lambda: desk.run("retire", "R1")], "y")
    assert "The rules changed while you looked. As it stands now:" in text
    assert text.endswith("R1 was decided about meanwhile.")
    assert desk.state("R1") == ("retired", "retired", False)


def test_a_decision_that_cannot_be_carried_out_says_why(desk: Desk) -> None:
    on_trial(desk, "Use uv.")
    stop = Step(Move(1, State.RETIRED, Ending.HARMFUL), "roll back", "program", "it harms")
    desk.store.revise(desk.project, [stop], cause="consolidate", now=desk.clock())
    steps = [adding(f"Read page{n} of book{n} before chapter{n}.") for n in range(50)]
    desk.store.revise(desk.project, steps, cause="add", now=desk.clock())
    tried(desk, made(asks="resume", state="retired", ending="harmful"))
    desk.keys = ["y"]
    assert "this project has 50 live rules, the most there may be; retire one first." in desk.run("review")
    assert desk.state("R1")[0] == "retired"


# --- what is offered for all projects


def proven(desk: Desk, text: str = "Use pnpm, not npm.", *, own: bool = False, paths: tuple[str, ...] = ()) -> None:
    """A sentence that was proven in this project and two others, in a machine's words or a person's."""
    for name in (desk.project, "b", "c"):
        desk.store.know(Project(name, name, ""))
        source = Source("file CLAUDE.md", "file:CLAUDE.md", Trust.OWNER) if own else AGENT
        change = Add(Wording(clean_rule(text).text, paths, source), state=State.ACTIVE)
        step = Step(change, kind="add", actor="person", reason="a test")
        desk.store.revise(name, [step], cause="add", now=desk.clock())
        live = {rule.id: made(verdict="proven", state="active") for rule in desk.store.rules(name)}
        decide(desk.store, name, live, time=desk.clock())


def test_machine_wording_that_is_added_for_all_goes_on_trial_there(desk: Desk) -> None:
    proven(desk, paths=("web/**",))
    desk.keys, desk.trials = ["y"], Knobs()
    assert desk.run("review").splitlines() == [
        "",
        "Offer 1 of 1",
        "for all projects  + Use pnpm, not npm.",
        "  only for `web/**`",
        "  origin: MCP tool (agent's word)",
        f"  proven in 3 projects (R1 of {desk.project}, R2 of b, R3 of c)",
        "y add it for all projects (on trial), n never for all, s skip, q quit",
        "R4 is on trial in all projects (revision 1 of the global rules).",
    ]
    assert desk.told == ["R1 of this project says it too; `mcp-promptlearn retire R1` leaves one of them"]
    (rule,) = desk.store.rules(GLOBAL)
    assert (rule.current.source, rule.current.paths, rule.text) == (AGENT, ("web/**",), "Use pnpm, not npm.")
    assert rule.why == f"proven in 3 projects (R1 of {desk.project}, R2 of b, R3 of c)"
    assert desk.store.decisions(GLOBAL)[-1].actor == "person"
    assert desk.run("review") == "Nothing waits for you."


def test_a_persons_own_sentence_holds_for_all_at_once_and_is_from_no_file_then(desk: Desk) -> None:
    proven(desk, own=True)
    desk.keys = ["y"]
    assert desk.run("review").endswith("R4 is active in all projects (revision 1 of the global rules).")
    source = desk.store.rules(GLOBAL)[0].current.source
    assert (source.identity, source.trust, source.file) == ("person", Trust.OWNER, "")


def test_a_prohibition_of_something_dangerous_is_pinned_for_all(desk: Desk) -> None:
    proven(desk, SAFETY, own=True)
    desk.keys = ["y"]
    assert "R4 is active and pinned in all projects" in desk.run("review")


def test_where_trials_are_off_an_offer_says_that_nobody_is_shown_it(desk: Desk) -> None:
    proven(desk)
    desk.keys = ["y"]
    assert "  trials are off in the settings, so nobody is shown it" in desk.run("review")


def test_what_is_not_for_all_is_not_offered_again_anywhere(desk: Desk) -> None:
    proven(desk)
    desk.keys = ["n"]
    assert desk.run("review").endswith("It stays a rule of these projects, and is not offered again in these words.")
    assert desk.run("review") == "Nothing waits for you."
    assert desk.facts("consolidate", "--all", "--dry-run")["offers"] == []
    assert desk.store.rules(GLOBAL) == []


@pytest.mark.parametrize(("keys", "asked"), [(["s", "s"], 2), (["q"], 1), ([], 1)])
def test_offers_may_be_skipped_or_left(desk: Desk, keys: list[str], asked: int) -> None:
    proven(desk)
    proven(desk, "Run the linter before each commit.")
    fails(desk)
    desk.keys = keys
    text = desk.run("review")
    assert text.count("proven in 3 projects") == asked
    assert ("No remedy known" in text) == (asked == 2)
    assert len(desk.facts("review")["offers"]) == 2


def test_offers_come_after_the_decisions_and_count_among_the_five(desk: Desk) -> None:
    proven(desk)
    for number in range(AT_ONCE):
        desk.suggest(f"Say hello{number} to world{number} after night{number}.")
    desk.keys = ["s"] * 9
    text = desk.run("review")
    assert "Offer" not in text
    assert text.endswith("1 more offer waits; run review again when you are fresh.")


def test_an_offer_that_cannot_be_carried_out_says_why(desk: Desk) -> None:
    proven(desk, own=True)
    steps = [adding(f"Read page{n} of book{n} before chapter{n}.") for n in range(50)]
    desk.store.revise(GLOBAL, steps, cause="add", now=desk.clock())
    desk.keys = ["y"]
    assert "has 50 live rules, the most there may be; retire one first." in desk.run("review")


def test_the_list_and_the_facts_hold_what_is_offered(desk: Desk) -> None:
    proven(desk)
    desk.terminal = False
    assert "for all projects  + Use pnpm, not npm." in desk.run("review")
    assert desk.facts("review")["offers"] == [
        {
            "text": "Use pnpm, not npm.",
            "paths": [],
            "trust": "agent",
            "becomes": "trial",
            "rules": [{"id": f"R{n}", "project": name} for n, name in enumerate((desk.project, "b", "c"), start=1)],
        }
    ]


# --- questions


def test_a_failure_without_a_remedy_asks_for_the_sentence(desk: Desk) -> None:
    fails(desk)
    desk.keys, desk.answers = ["e"], ["Run `python make_form.py` after you edit fields.txt."]
    text = desk.run("review")
    known = "test tests.test_form::test_fields fails with AssertionError in form.py:make"
    assert f"No remedy known: {known}, seen in 3 sessions." in text
    assert "  > form.py is stale in c" in text
    assert "e say the sentence that prevents it, n not a rule matter, s skip, q quit" in text
    assert text.endswith("R1 is active (revision 1).")
    rule = desk.rules()["R1"]
    assert (rule.target, rule.current.source.trust.word, rule.supports) == (TARGET, "owner", 3)
    assert rule.why.startswith("a person's answer to test tests.test_form::test_fields fails")
    assert desk.run("review") == "Nothing waits for you."


def test_an_answer_that_forbids_something_dangerous_is_pinned(desk: Desk) -> None:
    fails(desk)
    desk.keys, desk.answers = ["e"], [SAFETY]
    assert "R1 is active and pinned, as it forbids something dangerous" in desk.run("review")


def test_a_failure_that_is_no_rule_matter_is_dismissed_for_good(desk: Desk) -> None:
    fails(desk)
    desk.keys = ["n"]
    assert desk.run("review").endswith("It will not be asked again.")
    assert desk.run("review") == "Nothing waits for you."
    fails(desk, sessions="defg")
    assert desk.run("review") == "Nothing waits for you."


def test_a_question_may_be_skipped_answered_again_or_left(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    fails(desk)
    fails(desk, "test:tests.test_cart::test_total|KeyError|cart.py:total")
    desk.keys, desk.answers = ["s", "e", "e", "e", "q"], ["", "Use uv.", "Do you?"]
    text = desk.run("review")
    assert "R1 says this already (active): Use uv." in text
    assert "refused." in text
    assert len(desk.rules()) == 1
    assert len(desk.facts("review")["questions"]) == 2


def test_at_most_five_questions_are_asked_at_a_time(desk: Desk) -> None:
    for number in range(AT_ONCE + 1):
        fails(desk, f"test:t{number}::x|E|f.py")
    desk.keys = ["s"] * 9
    text = desk.run("review")
    assert text.count("No remedy known") == AT_ONCE
    assert text.endswith("1 more question; run review again when you are fresh.")


def test_a_remark_without_an_instruction_is_asked_about(desk: Desk) -> None:
    desk.run("feedback", "That was quite something.")
    desk.keys, desk.answers = ["e"], ["Keep answers short."]
    text = desk.run("review")
    assert 'No instruction was found in what was said: a person said: "That was quite something."' in text
    assert "e say it as an instruction, n not a rule matter, s skip, q quit" in text
    assert "  > " not in text
    assert desk.run("review") == "Nothing waits for you."
    assert desk.rules()["R1"].supports == 1


def test_an_answer_is_refused_where_there_is_no_room(desk: Desk) -> None:
    fails(desk)
    steps = [adding(f"Read page{n} of book{n} before chapter{n}.") for n in range(50)]
    desk.store.revise(desk.project, steps, cause="add", now=desk.clock())
    desk.keys, desk.answers = ["e", "q"], ["Keep answers short."]
    assert "this project has 50 live rules, the most there may be; retire one first." in desk.run("review")


# --- for real


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminals")
def test_a_real_terminal_takes_real_keys(desk: Desk, tmp_path: Path) -> None:
    for text in ("Keep functions short.", "Keep lines short.", "Keep files short."):
        desk.suggest(text)
    desk.store.close()
    desk.opened.clear()
    out = _at_a_terminal(
        desk.folder,
        ["review"],
        [
            ("Candidate 1 of 3", KEYS, "yy"),  # the second one was typed ahead, before anything was seen
            ("Candidate 2 of 3", KEYS, "e"),
            # The old wording stands there: its first two words stay, the rest is typed anew.
            ("", "New wording: Keep lines short.", "\x17under 100 columns.\r"),
            ("Candidate 3 of 3", KEYS, "\x03"),
        ],
    )
    assert "interrupted; what was done before is kept" in out
    assert "Traceback" not in out
    assert [desk.state(name)[0] for name in ("R1", "R2", "R3")] == ["trial", "active", "candidate"]
    assert desk.rules()["R2"].text == "Keep lines under 100 columns."


def test_the_old_wording_is_offered_and_none_at_all_changes_nothing(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.suggest("Keep lines short.")
    desk.keys, desk.answers = ["e", "q"], [" "]
    said = desk.run("review")
    assert desk.offered == ["Keep functions short."]
    assert "Nothing was typed, so nothing is changed." in said
    assert said.splitlines()[-1] == "1 more candidate waits."


def test_where_a_terminal_cannot_offer_the_old_wording_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    from mcp_server import wiring

    asked: list[str] = []
    monkeypatch.setitem(sys.modules, "readline", None)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "New.")
    assert wiring._reword("New wording: ", "Old.") == "New."  # pyright: ignore[reportPrivateUsage]
    assert asked == ["  Old.\nNew wording: "]


def _at_a_terminal(folder: Path, words: list[str], script: list[tuple[str, str, str]]) -> str:
    """Run the program at a terminal of its own; each line waits for two texts to be shown, then types."""
    import pty
    import termios

    def takes_keys() -> bool:
        return not termios.tcgetattr(terminal)[3] & termios.ICANON

    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-E", "-P", str(root / "mcp_promptlearn.py"), *words]
    child, terminal = pty.fork()
    if not child:  # pragma: no cover - another process
        os.chdir(folder)
        os.execvp(command[0], command)
    shown, seen = "", 0
    for first, then, keys in script:
        while not re.search(f"{re.escape(first)}.*{re.escape(then)}", shown[seen:], re.DOTALL):
            shown += _read(terminal, shown)
        seen = len(shown)
        while takes_keys() != (not keys.endswith("\n")):
            pass  # what is typed before it listens is thrown away, as nobody meant it
        os.write(terminal, keys.encode())
    while piece := _read(terminal, shown, end=True):
        shown += piece
    os.waitpid(child, 0)
    os.close(terminal)
    return shown


def _read(terminal: int, shown: str, *, end: bool = False) -> str:
    ready, _, _ = select.select([terminal], [], [], 60)
    assert ready, f"nothing came after: {shlex.quote(shown)}"
    try:
        piece = os.read(terminal, 4096).decode()
    except OSError:  # Linux says so where the other side is closed
        piece = ""
    assert piece or end, f"it ended after: {shown}"
    return piece


# --- what was once hidden from a reviewer


def test_a_new_wording_that_looks_like_a_diff_header_is_shown(desk: Desk) -> None:
    old = desk.run("add", "-- Run the linter first.", "--yes").split()[0]
    desk.suggest("++ Run the deploy script first.", int(old[1:]), operation=Operation.EDIT)
    shown = desk.run("review", "--list")
    assert "  - -- Run the linter first." in shown
    assert "  + ++ Run the deploy script first." in shown


def test_a_wider_scope_is_shown_beside_the_old_one(desk: Desk) -> None:
    desk.run("add", "Keep functions short.", "--path", "src/generated/**", "--yes")
    desk.suggest("Keep all functions short.", 1, operation=Operation.EDIT)
    shown = desk.run("review", "--list")
    assert "  - Keep functions short.  (only for `src/generated/**`)" in shown
    assert "  + Keep all functions short.  (the whole project)" in shown


def test_letters_of_another_alphabet_are_warned_of(desk: Desk) -> None:
    desk.suggest("Use the \u0430dmin tool for releases.")
    assert "WARNING: This is not what it looks like" in desk.run("review", "--list")
