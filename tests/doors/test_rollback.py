"""Every state can be returned to, byte for byte, and what agents suggest is never lost on the way."""

import pytest

from mcp_server.learning.select import ranked
from store.errors import ConflictError
from store.records import Ending, Entry, Kind, Operation, State
from store.revise import Add, Change, Move, Restore, Step
from tests.doors.desk import SAFETY, Desk
from tests.store.facts import adding, fact, wording


def entries(desk: Desk, number: int) -> tuple[Entry, ...]:
    return desk.store.revision(desk.project, number).entries


def served(desk: Desk) -> list[str]:
    return [rule.text for rule in ranked(desk.store.rules(desk.project))]


def test_the_last_revision_is_undone(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("add", "Use nox.")
    assert desk.run("rollback", "--yes") == (
        "Revision 3 has the rules of revision 1: R2 undone\n"
        "Running sessions follow at their next get_rules; `mcp-promptlearn rollback` undoes this."
    )
    assert served(desk) == ["Use uv."]
    assert desk.state("R2") == ("retired", "undone", False)


def test_a_rollback_of_a_rollback_restores_byte_for_byte(desk: Desk) -> None:
    desk.run("add", "Use uv.", "--path", "src/**")
    desk.run("add", SAFETY)
    desk.run("edit", "R1", "Use uv, not pip.")
    desk.run("unpin", "R2")
    for goal in (3, 4, 3, 4):
        number = desk.facts("rollback", "--yes")["revision"]
        assert entries(desk, number) == entries(desk, goal)
    assert served(desk) == ["Use uv, not pip.", SAFETY]
    assert desk.run("doctor").count("ok") >= 5


@pytest.mark.parametrize("words", [["1"], ["--to", "1"], ["1", "--to", "1"]])
def test_any_earlier_revision_can_be_returned_to(desk: Desk, words: list[str]) -> None:
    desk.run("add", "Use uv.")
    desk.run("edit", "R1", "Use nox.")
    desk.run("add", "Use tox.")
    desk.run("retire", "R1")
    facts = desk.facts("rollback", *words, "--yes")
    assert facts == {"revision": 5, "to": 1, "changes": ["R1 active and version 2 -> 1", "R2 undone"]}
    assert served(desk) == ["Use uv."]


def test_zero_is_the_time_before_the_first(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("pin", "R1")
    assert desk.facts("rollback", "0", "--yes")["to"] == 0
    assert served(desk) == []
    desk.run("rollback", "--yes")
    assert desk.state("R1") == ("active", "", True)


# --- what agents suggested


def test_undoing_an_approval_or_a_rejection_puts_the_suggestion_back_into_review(desk: Desk) -> None:
    for command in ("approve", "reject"):
        name = desk.suggest(f"Run {command} first.")
        desk.run(command, name)
        desk.run("rollback", "--yes")
        assert desk.state(name) == ("candidate", "", False)


def test_suggestions_stay_when_something_else_is_undone(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    waiting = desk.suggest("Keep functions short.")
    desk.run("add", "Use nox.")
    assert [entry.rule for entry in entries(desk, 2)] == [1, 2, 3], "a revision knows the suggestion"
    later = desk.suggest("Keep lines short.")
    desk.run("rollback", "1", "--yes")
    assert desk.state(waiting) == desk.state(later) == ("candidate", "", False)
    desk.run("rollback", "0", "--yes")
    assert desk.state(waiting) == desk.state(later) == ("candidate", "", False)


def test_a_suggestion_that_was_reworded_goes_back_to_the_agents_words(desk: Desk) -> None:
    name = desk.suggest("Keep functions short.")
    desk.run("edit", name, "Keep functions under 40 lines.")
    desk.run("approve", name)
    desk.run("rollback", "0", "--yes")
    assert desk.rules()[name].text == "Keep functions short."
    assert desk.state(name) == ("candidate", "", False)


def test_an_approved_edit_is_undone_with_its_candidate(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    name = desk.suggest("Use uv.", 1, operation=Operation.EDIT)
    desk.run("approve", name)
    assert served(desk) == ["Use uv."]
    desk.run("rollback", "--yes")
    assert served(desk) == ["Use pip."]
    assert desk.state(name) == ("candidate", "", False)


def test_what_consolidation_proposed_is_undone_with_its_revision(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    desk.run("consolidate")
    assert desk.state("R1") == ("candidate", "", False)
    desk.run("rollback", "--yes")
    assert desk.state("R1") == ("retired", "undone", False)


# --- asking and refusing


def test_a_person_is_told_what_would_be_undone_and_asked(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("pin", "R1")
    desk.answers = ["n"]
    assert desk.refused("rollback", "0") == "nothing was changed, as the answer was not yes"
    assert desk.told == ["Going back to revision 0 undoes revision 1 (add), revision 2 (pin R1)."]
    assert desk.asked == ["Go on? [y/N] "]
    desk.answers = ["YES"]
    desk.run("rollback", "0")
    assert served(desk) == []


def test_what_changed_while_the_person_thought_is_not_overwritten(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("add", "Use nox.")
    wiring = desk.wiring()

    def ask(question: str) -> str:
        desk.store.revise(desk.project, [], cause="meanwhile", now=desk.clock())
        return "y"

    wiring.ask = ask
    from mcp_server.cli import main

    assert main(["rollback"], wiring) == 1
    assert served(desk) == ["Use uv.", "Use nox."]
    with pytest.raises(ConflictError, match="the rules are at revision 3, not 2"):
        desk.store.revise(desk.project, [], cause="x", now=desk.clock(), expected=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2"], "revision 2 is not an earlier one; name one from 0 to 1"),
        (["7"], "revision 7 is not an earlier one; name one from 0 to 1"),
        (["0", "--to", "1"], "return to revision 0 or to 1? name one"),
        (["--global"], "there is no revision yet, so nothing to undo; see `mcp-promptlearn status`"),
    ],
)
def test_what_cannot_be_returned_to_is_refused(desk: Desk, words: list[str], said: str) -> None:
    desk.run("add", "Use uv.")
    desk.run("pin", "R1")
    assert desk.refused("rollback", *words, "--yes") == said


def test_where_nothing_differs_there_is_nothing_to_undo(desk: Desk) -> None:
    assert "there is no revision yet" in desk.refused("rollback", "--yes")
    desk.run("add", "Use uv.")
    desk.run("pin", "R1")
    desk.run("unpin", "R1")
    assert desk.refused("rollback", "1", "--yes") == (
        "the rules are as they were in revision 1 already, so there is nothing to undo"
    )


def test_the_rules_for_all_projects_are_rolled_back_by_themselves(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    assert "undoes it" not in desk.run("add", "Be brief.", "--global")
    assert "`mcp-promptlearn rollback --global` undoes it" in desk.run("pin", "R2")
    assert "`mcp-promptlearn rollback --global` undoes this" in desk.run("rollback", "--global", "--yes")
    assert desk.state("R2") == ("active", "", False)
    assert desk.facts("history", "--global")["revisions"][-1]["cause"] == "rollback to 1"
    assert desk.facts("diff", "1", "2", "--global")["lines"] == [
        "-[R2] Be brief.  (active)",
        "+[R2] Be brief.  (active, pinned)",
    ]


def test_evidence_survives_every_rollback(desk: Desk) -> None:
    desk.keep(fact("broke", kind=Kind.FAILURE, fingerprint="test:a|b|c", project=desk.project))
    desk.run("add", "Use uv.")
    desk.run("rollback", "--yes")
    assert len(desk.store.evidence(desk.project)) == 1


# --- one rule


@pytest.mark.parametrize("command", ["reject", "retire"])
def test_what_a_person_ended_is_not_approved_again_but_taken_back_by_its_name(desk: Desk, command: str) -> None:
    name = desk.suggest("Keep functions short.")
    desk.run("approve", name)
    desk.run(command, name)
    said = desk.refused("approve", name)
    assert said.startswith("R1 is re")
    assert said.endswith("not a candidate; `mcp-promptlearn rollback R1` takes that back")
    assert desk.run("rollback", name, "--yes") == (
        f"Revision 3 has R1 as before revision 2 ({command} R1):\n"
        "  R1 is on trial again: Keep functions short.\n"
        "Running sessions follow at their next get_rules; `mcp-promptlearn rollback` undoes this."
    )
    assert desk.state(name) == ("trial", "", False)


def test_one_rule_goes_back_and_the_others_stay(desk: Desk) -> None:
    desk.run("add", "Use pip.", "--path", "src/**")
    desk.run("edit", "R1", "Use uv.", "--no-paths")
    desk.run("add", "Use nox.")
    desk.run("pin", "R2")
    assert desk.facts("rollback", "r1", "--yes") == {
        "revision": 5,
        "rule": "R1",
        "before": 2,
        "changes": ["R1 version 2 -> 1"],
    }
    assert sorted(served(desk)) == ["Use nox.", "Use pip."]
    assert desk.rules()["R1"].current.paths == ("src/**",)
    assert desk.state("R2") == ("active", "", True)


def test_taking_back_what_was_taken_back_restores_byte_for_byte(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    desk.run("edit", "R1", "Use uv.")
    desk.run("pin", "R1")
    for goal in (2, 3, 2, 3):
        number = desk.facts("rollback", "R1", "--yes")["revision"]
        assert entries(desk, number) == entries(desk, goal)
    desk.run("add", "Use nox.")
    desk.run("rollback", "R2", "--yes")
    assert desk.state("R2") == ("retired", "undone", False)
    desk.run("rollback", "R2", "--yes")
    assert desk.state("R2") == ("active", "", False)


@pytest.mark.parametrize("which", ["R1", "R2", "R3"])
def test_an_approved_merge_goes_back_as_a_whole_whichever_rule_is_named(desk: Desk, which: str) -> None:
    desk.run("add", "Use uv for tests.")
    desk.run("add", "Use uv for builds.")
    desk.run("add", "Use nox.")
    desk.suggest("Use uv for tests and builds.", 1, 2, operation=Operation.MERGE)
    desk.suggest("Use nox for all.", 3, operation=Operation.EDIT)
    desk.run("approve", "R4")
    desk.run("approve", "R5")
    name = {"R3": "R5"}.get(which, which)
    desk.run("rollback", name, "--yes")
    if which == "R3":
        assert (desk.rules()["R3"].text, desk.state("R3")[0]) == ("Use nox.", "active")
        assert (desk.state("R5")[0], desk.state("R4")[0]) == ("candidate", "trial")
        return
    assert [desk.state(f"R{n}")[0] for n in (1, 2, 4, 5)] == ["active", "active", "candidate", "retired"]
    desk.run("rollback", "R4", "--yes")
    assert [desk.state(f"R{n}")[1] for n in (1, 2, 4)] == ["merged", "merged", ""]


def test_a_proposal_of_the_same_revision_does_not_go_back_with_the_rule_it_is_for(desk: Desk) -> None:
    desk.run("add", "Use pip.", "--trial")
    proposal = Add(wording("Use uv."), operation=Operation.EDIT, replaces=(1,))
    steps = [
        Step(proposal, kind="propose", actor="program", reason="seen"),
        Step(Move(1, State.ACTIVE), kind="promote", actor="program", reason="it helps"),
    ]
    desk.store.revise(desk.project, steps, cause="consolidate", now=desk.clock())
    desk.run("rollback", "R1", "--yes")
    assert (desk.state("R1")[0], desk.state("R2")[0]) == ("trial", "candidate")


def test_a_person_is_told_what_becomes_of_the_rule_and_asked(desk: Desk) -> None:
    desk.run("add", "Use pip.", "--pin")
    desk.run("edit", "R1", "Use uv.")
    desk.answers = ["n"]
    assert desk.refused("rollback", "R1") == "nothing was changed, as the answer was not yes"
    assert desk.told == [
        "R1 goes back to how it stood before revision 2 (edit R1):",
        "  R1 goes back to: Use pip. (active, pinned)",
    ]


def test_what_one_rule_cannot_go_back_to_is_refused(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    assert desk.refused("rollback", "R1", "--yes") == (
        "nothing was decided about R1 yet, so there is nothing to take back"
    )
    assert desk.refused("rollback", "R1", "--to", "0", "--yes") == "return to R1 or to 0? name one"
    assert desk.refused("rollback", "R9", "--yes").startswith("rule R9 does not exist")
    assert desk.refused("rollback", "Rx", "--yes").startswith("'Rx' is not a rule")
    assert desk.code("rollback", "x", "--yes") == 2
    desk.run("approve", "R1")
    desk.run("edit", "R1", "Keep all functions short.")
    desk.run("forget", "R1", "--yes")
    assert "was forgotten; `add` it anew" in desk.refused("rollback", "R1", "--yes")


def test_one_rule_comes_back_only_where_there_is_room(desk: Desk) -> None:
    desk.run("add", "Use uv.", "--pin")
    desk.run("add", "Use nox.")
    desk.run("unpin", "R1")
    desk.run("retire", "R2")
    more = [
        Step(Add(wording(f"Never skip check {n}."), state=State.ACTIVE, pinned=True), "add", "p", "r")
        for n in range(12)
    ]
    more += [adding(f"Read page{n} of book{n} before chapter{n}.") for n in range(49)]
    desk.store.revise(desk.project, more, cause="add", now=desk.clock())
    assert desk.refused("rollback", "R1", "--yes").startswith("pinned rules have their own 12 places")
    assert desk.refused("rollback", "R2", "--yes").startswith("this project has 50 live rules")


def test_a_rule_for_all_projects_goes_back_among_those(desk: Desk) -> None:
    desk.run("add", "Be brief.", "--global")
    desk.run("pin", "R1")
    assert desk.run("rollback", "R1", "--yes").endswith("`mcp-promptlearn rollback --global` undoes this.")
    assert desk.state("R1") == ("active", "", False)


def test_what_comes_back_on_trial_beside_one_that_says_the_same_waits(desk: Desk) -> None:
    desk.run("add", "Keep functions short.", "--trial")
    desk.run("retire", "R1")
    desk.run("add", "Keep the functions short.", "--trial")
    assert "  R1 is on trial; waits, because R2 says nearly the same\n" in desk.run("rollback", "R1", "--yes")
    assert (desk.state("R1")[0], desk.rules()["R1"].chance, desk.rules()["R2"].chance) == ("trial", 0.0, None)
    desk.run("edit", "R1", "--path", "src/**")
    assert desk.rules()["R1"].chance == 0.0


# --- what the program did


def _program(desk: Desk, *changes: tuple[str, Change]) -> int:
    steps = [Step(change, kind=kind, actor="program", reason="the sessions say so") for kind, change in changes]
    return desk.store.revise(desk.project, steps, cause="consolidate", now=desk.clock()).number


def test_what_the_program_stopped_or_promoted_is_taken_back_and_back_again_byte_for_byte(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    first = entries(desk, 1)[0]
    desk.run("edit", "R1", "Use uv.")
    desk.run("add", "Use nox.", "--trial")
    desk.run("add", "Use tox.", "--trial")
    stopped = _program(
        desk,
        ("roll back", Restore(first)),
        ("roll back", Move(2, State.RETIRED, Ending.HARMFUL)),
        ("promote", Move(3, State.ACTIVE)),
    )
    for goal in (stopped - 1, stopped, stopped - 1, stopped):
        number = desk.facts("rollback", "--yes")["revision"]
        assert entries(desk, number) == entries(desk, goal)
    assert desk.state("R2") == ("retired", "harmful", False)
    desk.run("rollback", "R2", "--yes")
    desk.run("rollback", "R1", "--yes")
    desk.run("rollback", "R3", "--yes")
    assert entries(desk, stopped + 7) == entries(desk, stopped - 1)
    assert desk.run("doctor").count("ok") >= 5


def test_history_and_diff_tell_what_the_program_did_and_why(desk: Desk) -> None:
    desk.run("add", "Use uv.", "--trial")
    desk.run("add", "Use nox.")
    for kind, change in [
        ("promote", Move(1, State.ACTIVE)),
        ("demote", Move(1, State.TRIAL)),
        ("retire", Move(1, State.RETIRED, Ending.UNLIKELY)),
        ("retry", Move(1, State.TRIAL)),
        ("roll back", Move(2, State.RETIRED, Ending.HARMFUL)),
    ]:
        _program(desk, (kind, change))
    told = [line for line in desk.run("history").splitlines() if "consolidate" in line or "the program" in line]
    assert [line.partition("consolidate: ")[2] or line.strip() for line in told] == [
        "R1 active",
        "the program made R1 active: the sessions say so",
        "R1 on trial",
        "the program put R1 back on trial: the sessions say so",
        "R1 unlikely",
        "the program retired R1: the sessions say so",
        "R1 on trial",
        "the program put R1 on trial again: the sessions say so",
        "R2 harmful",
        "the program stopped R2: the sessions say so",
    ]
    move = {"id": "R2", "decision": "roll back", "reason": "the sessions say so"}
    assert desk.facts("history")["revisions"][-1]["moves"] == [move]
    assert desk.run("diff").splitlines() == [
        "Revision 6 -> 7",
        "-[R2] Use nox.  (active)",
        "Revision 7: the program stopped R2: the sessions say so",
    ]
    assert "+[R1] Use uv.  (on trial)" in desk.run("diff", "5", "6")
    assert desk.facts("diff", "6", "7")["moves"] == [move]
    assert desk.facts("diff", "7", "6")["moves"] == []


# --- all that a source brought


def test_all_that_came_from_a_source_is_undone_in_one_revision(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    desk.run("add", "Keep lines short.")
    desk.suggest("Use uv.", 1, operation=Operation.EDIT)
    desk.suggest("Use tabs.")
    desk.suggest("Skip docs.")
    desk.suggest("Use make.")
    desk.run("approve", "R3")
    desk.run("approve", "R4", "--active")
    desk.run("reject", "R5")
    desk.answers = ["y"]
    assert desk.run("rollback", "--source", "agent:test") == (
        "Revision 6 is without what came from agent:test:\n"
        "  R1 goes back to: Use pip. (active)\n"
        "  R4 is undone: Use tabs.\n"
        "  R6 is undone: Use make.\n"
        "Running sessions follow at their next get_rules; `mcp-promptlearn rollback` undoes this."
    )
    assert desk.told[0] == "From agent:test came, and would go:"
    assert sorted(served(desk)) == ["Keep lines short.", "Use pip."]
    assert [desk.state(f"R{n}")[1] for n in (3, 4, 5, 6)] == ["applied", "undone", "rejected", "undone"]
    assert desk.store.revision(desk.project, 6).cause == "rollback of agent:test"
    assert "nothing that came from agent:test is left to undo" in desk.refused(
        "rollback", "--source", "agent:test", "--yes"
    )
    number = desk.facts("rollback", "--yes")["revision"]
    assert entries(desk, number) == entries(desk, 5)


def test_a_piece_of_an_origin_or_identity_is_enough_where_only_one_has_it(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.suggest("Use tabs.")
    facts = desk.facts("rollback", "--source", "mcp", "--yes")
    assert facts == {"revision": 2, "source": "MCP tool", "changes": ["R2 undone"]}
    desk.suggest("Use nox.")
    assert desk.refused("rollback", "--source", "o", "--yes") == (
        "'o' may be any of MCP tool; command line; person; name one of them"
    )
    there = "there are MCP tool; agent:test; command line; person"
    assert desk.refused("rollback", "--source", "nobody", "--yes") == f"no rule here came from 'nobody'; {there}"
    assert desk.refused("rollback", "--source", " ", "--yes") == f"no rule here came from ' '; {there}"
    assert desk.refused("rollback", "--source", "mcp", "--global", "--yes") == (
        "no rule here came from 'mcp', as there is no rule at all"
    )
    assert desk.refused("rollback", "R1", "--source", "mcp", "--yes") == (
        "return to R1, or undo what came from 'mcp'? name one"
    )


def test_what_a_persons_words_took_over_is_no_longer_the_sources(desk: Desk) -> None:
    desk.suggest("Use tabs.")
    desk.run("edit", "R1", "Use four spaces.")
    desk.run("approve", "R1")
    desk.suggest("Use make.")
    desk.run("rollback", "--source", "agent:test", "--yes")
    assert (desk.state("R1")[0], desk.rules()["R1"].text) == ("active", "Use four spaces.")
    desk.run("rollback", "--source", "person", "--yes")
    assert (desk.state("R1")[0], desk.rules()["R1"].text) == ("candidate", "Use tabs.")


def test_what_a_sources_merges_and_retirements_ended_comes_back(desk: Desk) -> None:
    for text in ("Use uv for tests.", "Use uv for builds.", "Use nox.", "Use tox."):
        desk.run("add", text)
    desk.suggest("Use uv for tests and builds.", 1, 2, operation=Operation.MERGE)
    desk.suggest("Use nox.", 3, operation=Operation.RETIRE)
    desk.suggest("Use tox.", 4, operation=Operation.RETIRE)
    desk.run("approve", "R5")
    desk.run("approve", "R6")
    desk.run("retire", "R4")
    desk.run("rollback", "--source", "agent:test", "--yes")
    assert [desk.state(f"R{n}")[1] for n in range(1, 8)] == ["", "", "", "retired", "undone", "applied", "undone"]


def test_what_the_program_stopped_is_undone_so_that_it_is_never_tried_again(desk: Desk) -> None:
    desk.suggest("Use tabs.")
    desk.run("approve", "R1")
    _program(desk, ("roll back", Move(1, State.RETIRED, Ending.HARMFUL)))
    desk.run("rollback", "--source", "agent:test", "--yes")
    assert desk.state("R1") == ("retired", "undone", False)


def test_an_agent_undoes_nothing(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.mark = "CLAUDECODE is set"
    for words in (["R1"], ["--source", "person"], []):
        assert "rollback is for a person" in desk.refused("rollback", *words, "--yes")
    for words in (["approve", "R1", "--trial"], ["reject", "R1"]):
        assert f"{words[0]} is for a person" in desk.refused(*words, "--yes")
    assert desk.run("add", "Use nox.", "--trial").startswith("R2 is candidate")
    assert desk.state("R1") == ("active", "", False)


def test_a_word_that_is_neither_a_revision_nor_a_rule_is_told_so(desk: Desk) -> None:
    assert desk.code("rollback", "last", "--yes") == 2
    assert "'last' is neither a revision, like 4, nor a rule, like R12" in desk.errors


def test_going_back_to_before_a_text_was_forgotten_serves_no_empty_rule(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("add", "Use the word Canary in tests.")
    desk.run("forget", "R2", "--yes")
    desk.run("add", "Sort imports.")
    desk.run("rollback", "2", "--yes")
    assert {rule.name: str(rule.ending or rule.state) for rule in desk.rules().values()} == {
        "R1": "active",
        "R2": "retired",
        "R3": "undone",
    }


def test_a_retired_rule_that_is_undone_is_said_to_be_that(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("add", "Sort imports.")
    desk.run("retire", "R2", "--yes")
    assert "R2 undone" in desk.run("rollback", "1", "--yes")
