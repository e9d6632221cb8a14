"""Every state can be returned to, byte for byte, and what agents suggest is never lost on the way."""

import pytest

from mcp_server.learning.select import ranked
from store.errors import ConflictError
from store.records import Entry, Kind, Operation
from tests.doors.desk import SAFETY, Desk
from tests.store.facts import fact


def entries(desk: Desk, number: int) -> tuple[Entry, ...]:
    return desk.store.revision(desk.project, number).entries


def served(desk: Desk) -> list[str]:
    return [rule.text for rule in ranked(desk.store.rules(desk.project))]


def test_the_last_revision_is_undone(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("add", "Use nox.")
    assert desk.run("rollback", "--yes") == (
        "Revision 3 has the rules of revision 1: R2 undone\n"
        "Running sessions drop what was rolled back at their next get_rules; `mcp-promptlearn rollback` undoes this."
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
