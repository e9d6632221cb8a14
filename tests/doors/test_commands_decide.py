"""Decisions about single rules, by id: each is one revision, with its reason, and can be undone."""

import pytest

from mcp_server.knobs import Knobs
from mcp_server.learning import admit
from store.records import Ending, Operation, State
from store.revise import Move, Step
from tests.doors.desk import SAFETY, Desk
from tests.store.facts import adding


def test_machine_wording_goes_on_trial_and_a_second_approval_makes_it_active(desk: Desk) -> None:
    desk.trials = Knobs()
    desk.suggest("Keep functions short.")
    assert desk.run("approve", "R1") == (
        "R1 is on trial: Keep functions short.\n"
        "  put on trial by a person (revision 1; `mcp-promptlearn rollback` undoes it)"
    )
    assert desk.rules()["R1"].current.source.trust.word == "agent", "approval raises nobody's trust"
    assert desk.refused("approve", "R1", "--trial") == (
        "R1 is on trial, not a candidate; without --trial it becomes active"
    )
    assert desk.run("approve", "R1") == (
        "R1 is active: Keep functions short.\n  approved by a person (revision 2; `mcp-promptlearn rollback` undoes it)"
    )
    assert desk.run("approve", "R1", "--trial").startswith("R1 is on trial: Keep functions short.")


def test_either_can_be_asked_for_but_not_both(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    assert desk.run("approve", "R1", "--active").startswith("R1 is active: ")
    desk.run("feedback", "Never use tabs.")
    desk.run("consolidate")
    assert desk.run("approve", "R2", "--trial").startswith("R2 is on trial: ")
    assert desk.code("approve", "R2", "--trial", "--active") == 2


def test_where_trials_are_off_approving_says_that_nobody_is_shown_it(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    assert desk.run("approve", "R1").endswith(
        "\n  trials are off in the settings, so nobody is shown it; `mcp-promptlearn approve R1` makes it active"
    )
    desk.run("add", "Use pip.")
    desk.suggest("Use uv.", 2, operation=Operation.EDIT)
    assert desk.run("approve", "R3").endswith("so nobody is shown it; `mcp-promptlearn approve R2` makes it active")
    assert "trials are off in the settings" in desk.run("add", "Use nox.", "--trial")


def test_of_two_that_say_the_same_one_waits_and_approving_says_so(desk: Desk) -> None:
    desk.suggest("Keep the functions short.")
    desk.store.revise(desk.project, [adding("Keep functions short.")], cause="add", now=desk.clock())
    assert "  put on trial by a person; waits, because R2 says nearly the same (revision 2; " in desk.run(
        "approve", "R1"
    )
    assert desk.rules()["R1"].chance == 0.0
    assert desk.facts("approve", "R1")["waits"] is False, "what is active never waits"


def test_what_the_program_stopped_can_be_put_back(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    for ending in admit.STOPPED:
        _stop(desk, 1, ending)
        assert desk.state("R1") == ("retired", str(ending), False)
        assert desk.run("approve", "R1").startswith("R1 is active: Use uv.\n  approved by a person")
    _stop(desk, 1, Ending.HARMFUL)
    assert desk.run("approve", "R1", "--trial").startswith("R1 is on trial: Use uv.")


def _stop(desk: Desk, rule: int, ending: Ending) -> None:
    step = Step(Move(rule, State.RETIRED, ending), kind="roll back", actor="program", reason="it harms")
    desk.store.revise(desk.project, [step], cause="consolidate", now=desk.clock())


def test_a_rule_on_trial_or_stopped_can_be_rejected_for_good(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.run("approve", "R1")
    assert desk.run("reject", "R1", "--why", "no").startswith("R1 is rejected: Keep functions short.\n  no (revision 2")
    desk.run("add", "Use uv.")
    _stop(desk, 2, Ending.UNLIKELY)
    assert desk.run("reject", "R2").startswith("R2 is rejected: Use uv.")


def test_a_persons_own_prohibition_of_something_dangerous_is_pinned_on_approval(desk: Desk) -> None:
    desk.run("feedback", SAFETY)
    desk.run("consolidate")
    assert desk.state("R1") == ("candidate", "", False)
    assert desk.run("approve", "R1").startswith(f"R1 is active and pinned: {SAFETY}")


def test_a_dangerous_candidate_is_warned_of_before_it_is_approved(desk: Desk) -> None:
    desk.suggest("Skip the failing tests.")
    assert desk.refused("approve", "R1") == "R1 was not approved"
    assert desk.told[0].startswith("WARNING: ")
    assert desk.asked == ["Admit all the same: Skip the failing tests. [y/N] "]
    desk.answers = ["y"]
    desk.run("approve", "R1")
    desk.suggest("Disable the linter before each commit.")
    desk.run("approve", "R2", "--yes")
    assert desk.asked == []
    assert desk.told


def test_approving_an_edit_a_merge_and_a_retirement_carries_them_out(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    desk.run("add", "Use uv for tests.")
    desk.suggest("Use uv.", 1, operation=Operation.EDIT)
    desk.trials = Knobs()
    assert desk.run("approve", "R3") == (
        "R3 is applied: Use uv.\n"
        "  R3 approved as its new wording; R1 is on trial with it; became the wording of R1 "
        "(revision 3; `mcp-promptlearn rollback` undoes it)"
    )
    desk.suggest("Use uv for all.", 1, 2, operation=Operation.MERGE)
    desk.run("approve", "R4")
    desk.suggest("Use uv for all.", 4, operation=Operation.RETIRE)
    desk.run("approve", "R5")
    states = [desk.state(f"R{number}")[1] for number in range(1, 6)]
    assert states == ["merged", "merged", "applied", "retired", "applied"]


def test_rejecting_and_retiring_keep_the_reason(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.run("add", "Use pip.")
    assert desk.run("reject", "R1", "--why", "too\u200b vague\n").startswith("R1 is rejected: Keep functions short.")
    assert desk.run("retire", "R2", "--why", "we use uv").startswith("R2 is retired: Use pip.")
    assert [each.reason for each in desk.store.decisions(desk.project) if each.kind != "add"] == [
        "too vague",
        "we use uv",
    ]
    assert "R1 said this and was rejected" in _as_agent(desk, "add", "Keep functions short.")


def _as_agent(desk: Desk, *words: str) -> str:
    desk.mark = "CLAUDECODE is set"
    line = desk.refused(*words)
    desk.mark = ""
    return line


def test_rejecting_what_an_edit_put_on_trial_says_what_goes_with_it(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    desk.suggest("Use uv.", 1, operation=Operation.EDIT)
    desk.run("approve", "R2")
    assert desk.run("reject", "R1").endswith(
        "  it said before, and no longer does: Use pip. (`mcp-promptlearn add` says that again)"
    )
    assert desk.run("add", "Use pip.").startswith("R3 is active")


def test_pinning_and_unpinning(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    assert desk.run("pin", "R1").startswith("R1 is active and pinned: Use uv.")
    assert desk.refused("pin", "R1") == "R1 is pinned already"
    assert desk.run("unpin", "R1").startswith("R1 is active: Use uv.")
    assert desk.refused("unpin", "R1") == "R1 is not pinned"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("approve R1", "R1 is active, not a candidate; see `mcp-promptlearn rules --all`"),
        ("reject R1", "R1 is active, not a candidate; use `mcp-promptlearn retire R1`"),
        ("retire R2", "R2 is candidate, so it is not shown to anybody"),
        ("pin R2", "R2 is candidate; only a live rule can be pinned"),
        ("approve R3", "R3 would change R1, which is no longer live; reject R3"),
        ("approve R7", "rule R7 does not exist; see `mcp-promptlearn rules`"),
        ("approve seven", "'seven' is not a rule; name one like R12"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_what_to_do_instead(desk: Desk, line: str, said: str) -> None:
    desk.run("add", "Use pip.")
    desk.suggest("Keep functions short.")
    desk.suggest("Use uv.", 1, operation=Operation.EDIT)
    if line == "approve R3":
        desk.run("retire", "R1")
    assert desk.refused(*line.split()).startswith(said)


def test_a_rule_of_another_project_is_decided_there(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    other = desk.folder.parent / "other"
    other.mkdir()
    desk.folder = other
    assert desk.refused("retire", "R1") == "R1 belongs to another project; run this in that project's folder"


def test_a_decision_is_not_made_about_what_changed_meanwhile(desk: Desk) -> None:
    desk.suggest("Skip the failing tests.")
    wiring = desk.wiring()

    def ask(question: str) -> str:
        desk.run("edit", "R1", "Skip all tests and all checks.", "--yes")
        return "y"

    wiring.ask = ask
    from mcp_server.cli import main

    assert main(["approve", "R1"], wiring) == 1
    assert desk.state("R1") == ("candidate", "", False)


def test_pausing_needs_a_person_too(desk: Desk) -> None:
    desk.mark = "CLAUDECODE is set"
    for command in ("pause", "resume"):
        assert f"{command} is for a person" in desk.refused(command, "--yes")
    desk.mark = ""
    assert desk.run("pause").startswith("project is paused: agents are served nothing and leave no trace")
    assert desk.run("resume").startswith("project goes on")
    assert desk.run("resume") == "project was not paused: rules are served here."
