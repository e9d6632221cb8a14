"""A person's decisions as steps: what may be admitted, pinned, reworded, taken back."""

import pytest

from mcp_server.learning import admit
from mcp_server.learning.admit import LIVE_RULES, AdmissionError
from store.memory import MemoryStore
from store.records import GLOBAL, Ending, Kind, Operation, Revision, Rule, Source, State, Trust
from store.revise import Add, Move, Step
from tests.learning.workbench import World
from tests.store.facts import HERE, NOW, PERSON, adding, fact, wording

AGENT = Source("MCP tool", "agent:x", Trust.AGENT)


class Board:
    """A store with short words for deciding."""

    def __init__(self) -> None:
        self.store: MemoryStore = World().store

    @property
    def rules(self) -> dict[int, Rule]:
        return {rule.id: rule for key in (HERE, GLOBAL) for rule in self.store.rules(key)}

    def add(self, *texts: str) -> None:
        self.store.revise(HERE, [adding(text) for text in texts], cause="add", now=NOW)

    def suggest(self, text: str, operation: Operation = Operation.ADD, *replaces: int, source: Source = AGENT) -> Rule:
        add = Add(wording(text, source=source), operation=operation, replaces=replaces, why="seen")
        return self.store.suggest(add, fact(text, kind=Kind.SUGGESTION, source=source), now=NOW)

    def do(self, steps: list[Step]) -> Revision:
        return self.store.revise(HERE, steps, cause="decision", now=NOW)

    def approve(self, ident: int) -> Revision:
        return self.do(admit.approve(self.rules[ident], self.rules))

    def state(self, ident: int) -> tuple[State, Ending]:
        return self.rules[ident].state, self.rules[ident].ending


def test_a_suggestion_is_never_served_before_admission() -> None:
    board = Board()
    board.suggest("Use uv.")
    assert not board.rules[1].served
    board.approve(1)
    assert board.rules[1].served
    assert board.rules[1].current.source.trust is Trust.AGENT, "approval does not raise trust"


def test_an_approved_edit_becomes_the_next_version_and_closes_its_candidate() -> None:
    board = Board()
    board.add("Use pip.")
    board.suggest("Use uv.", Operation.EDIT, 1)
    board.approve(2)
    assert (board.rules[1].text, board.rules[1].current.number) == ("Use uv.", 2)
    assert board.state(2) == (State.RETIRED, Ending.APPLIED)


def test_an_approved_merge_retires_what_it_merges() -> None:
    board = Board()
    board.add("Use uv.", "Lock with uv.")
    board.suggest("Use uv and lock with it.", Operation.MERGE, 1, 2)
    board.approve(3)
    assert [board.state(n) for n in (1, 2, 3)] == [
        (State.RETIRED, Ending.MERGED),
        (State.RETIRED, Ending.MERGED),
        (State.TRIAL, Ending.NONE),
    ]


def test_an_approved_retirement_retires() -> None:
    board = Board()
    board.add("Use uv.")
    board.suggest("Use uv.", Operation.RETIRE, 1)
    board.approve(2)
    assert [board.state(n) for n in (1, 2)] == [(State.RETIRED, Ending.RETIRED), (State.RETIRED, Ending.APPLIED)]


def test_a_persons_own_prohibition_of_something_dangerous_is_pinned() -> None:
    board = Board()
    board.suggest("Never push to main.", source=Source("feedback", "person", Trust.OWNER))
    board.suggest("Never force-push to main.")
    board.approve(1)
    board.approve(2)
    assert [board.rules[n].pinned for n in (1, 2)] == [True, False]


def test_where_there_is_no_room_to_pin_it_is_admitted_unpinned() -> None:
    board = Board()
    pinned = [
        Step(Add(wording(f"Never skip check {n}."), state=State.ACTIVE, pinned=True), kind="add", actor="p", reason="r")
        for n in range(12)
    ]
    board.do(pinned)
    board.suggest("Never push to main.", source=Source("feedback", "person", Trust.OWNER))
    board.approve(13)
    assert (board.rules[13].state, board.rules[13].pinned) == (State.ACTIVE, False)
    board.add("Use uv.")
    with pytest.raises(AdmissionError, match="12 places and 600 tokens, which are taken; unpin one first"):
        admit.pin(board.rules[14], board.rules)


def test_what_is_no_candidate_cannot_be_approved_or_rejected() -> None:
    board = Board()
    board.add("Use uv.")
    with pytest.raises(AdmissionError, match="R1 is active, not a candidate"):
        board.approve(1)
    with pytest.raises(AdmissionError, match="use `mcp-promptlearn retire R1`"):
        admit.reject(board.rules[1], "")


def test_a_candidate_whose_rule_is_gone_cannot_be_approved() -> None:
    board = Board()
    board.add("Use pip.")
    board.suggest("Use uv.", Operation.EDIT, 1)
    board.suggest("Use uv now.", Operation.EDIT, 99)
    board.do(admit.retire(board.rules[1], ""))
    for ident, names in ((2, "R1"), (3, "R99")):
        with pytest.raises(AdmissionError, match=f"would change {names}, which is no longer live; reject R{ident}"):
            board.approve(ident)


def test_a_forgotten_candidate_cannot_be_approved() -> None:
    board = Board()
    board.suggest("Use uv.")
    board.store.forget(needles=[], rule=1)
    with pytest.raises(AdmissionError, match="the text of R1 was forgotten"):
        board.approve(1)


def test_a_rejection_keeps_its_reason_and_stays() -> None:
    board = Board()
    board.suggest("Use uv.")
    board.do(admit.reject(board.rules[1], "we use pip"))
    assert board.state(1) == (State.RETIRED, Ending.REJECTED)
    assert board.store.decisions(HERE)[0].reason == "we use pip"
    with pytest.raises(AdmissionError, match="R1 is rejected, not a candidate"):
        board.approve(1)


def test_only_live_rules_can_be_retired_pinned_and_unpinned() -> None:
    board = Board()
    board.suggest("Use uv.")
    with pytest.raises(AdmissionError, match="R1 is candidate, so it is not shown to anybody"):
        admit.retire(board.rules[1], "")
    with pytest.raises(AdmissionError, match="only a live rule can be pinned"):
        admit.pin(board.rules[1], board.rules)
    with pytest.raises(AdmissionError, match="R1 is not pinned"):
        admit.unpin(board.rules[1], board.rules)
    board.approve(1)
    board.do(admit.pin(board.rules[1], board.rules))
    with pytest.raises(AdmissionError, match="R1 is pinned already"):
        admit.pin(board.rules[1], board.rules)
    board.do(admit.unpin(board.rules[1], board.rules))
    assert not board.rules[1].pinned


def test_rewording_needs_something_new_and_something_alive() -> None:
    board = Board()
    board.add("Use uv.")
    board.suggest("Use uv.", Operation.RETIRE, 1)
    with pytest.raises(AdmissionError, match="R1 says that already"):
        admit.reword(board.rules[1], wording("Use uv."))
    with pytest.raises(AdmissionError, match="R2 proposes to retire a rule; approve or reject it"):
        admit.reword(board.rules[2], wording("Use pip."))
    board.do(admit.reword(board.rules[1], wording("Use uv.", "src/**")))
    assert board.rules[1].current.paths == ("src/**",)
    board.do(admit.retire(board.rules[1], ""))
    with pytest.raises(AdmissionError, match="R1 is retired; `add` a new rule instead"):
        admit.reword(board.rules[1], wording("Use pip."))


def test_a_project_has_room_for_fifty_live_learnt_rules() -> None:
    board = Board()
    board.add(*(f"Use tool number {n}." for n in range(LIVE_RULES)))
    board.suggest("Use uv.")
    board.suggest("Use tool zero and one.", Operation.MERGE, 1, 2)
    with pytest.raises(AdmissionError, match="has 50 live rules, the most there may be; retire one first"):
        board.approve(51)
    admit.room(board.rules, "another project")
    board.approve(52)
    board.approve(51)


def test_going_back_restores_every_rule_byte_for_byte() -> None:
    board = Board()
    board.add("Use pip.")
    first = board.store.revision(HERE, 1)
    board.do(
        [*admit.reword(board.rules[1], wording("Use uv.")), *admit.pin(board.rules[1], board.rules), adding("No tabs.")]
    )
    second = board.store.revision(HERE, 2)
    board.suggest("Use nix.")
    third = board.do(admit.back_to(first, second, board.rules))
    assert third.entries[0] == first.entries[0]
    assert board.state(2) == (State.RETIRED, Ending.UNDONE)
    assert board.state(3) == (State.CANDIDATE, Ending.NONE), "what agents suggested since waits on"
    fourth = board.do(admit.back_to(second, third, board.rules))
    assert fourth.entries[:2] == second.entries
    assert admit.back_to(second, fourth, board.rules) == []
    nothing = board.do(admit.back_to(None, fourth, board.rules))
    assert [entry.ending for entry in nothing.entries[:2]] == [Ending.UNDONE, Ending.UNDONE]


# --- on trial


def test_a_persons_own_sentence_becomes_active_and_machine_wording_goes_on_trial() -> None:
    board = Board()
    board.suggest("Use uv.", source=Source("feedback", "person", Trust.OWNER))
    for ident, trust in enumerate((Trust.ANONYMOUS, Trust.AGENT, Trust.MACHINE, Trust.MEMBER), start=2):
        board.suggest(f"Read page{ident}.", source=Source("elsewhere", "x", trust))
        board.approve(ident)
    board.approve(1)
    assert [rule.state for rule in board.rules.values()] == [State.ACTIVE, *[State.TRIAL] * 4]


def test_either_state_can_be_forced_and_only_what_becomes_active_is_pinned() -> None:
    board = Board()
    owner = Source("feedback", "person", Trust.OWNER)
    board.suggest("Never push to main.", source=owner)
    board.suggest("Never force-push to main.")
    board.do(admit.approve(board.rules[1], board.rules, wanted=State.TRIAL))
    board.do(admit.approve(board.rules[2], board.rules, wanted=State.ACTIVE))
    assert [(board.rules[n].state, board.rules[n].pinned) for n in (1, 2)] == [
        (State.TRIAL, False),
        (State.ACTIVE, False),
    ]
    board.approve(1)
    assert (board.rules[1].state, board.rules[1].pinned) == (State.ACTIVE, True)
    with pytest.raises(AdmissionError, match="R1 is pinned, so it is always shown; `mcp-promptlearn unpin R1` first"):
        admit.approve(board.rules[1], board.rules, wanted=State.TRIAL)


@pytest.mark.parametrize(
    ("state", "source", "wanted", "after"),
    [
        (State.ACTIVE, AGENT, None, State.TRIAL),
        (State.TRIAL, AGENT, None, State.TRIAL),
        (State.ACTIVE, PERSON, None, State.ACTIVE),
        (State.TRIAL, PERSON, None, State.TRIAL),
        (State.ACTIVE, AGENT, State.ACTIVE, State.ACTIVE),
        (State.TRIAL, AGENT, State.ACTIVE, State.ACTIVE),
        (State.ACTIVE, PERSON, State.TRIAL, State.TRIAL),
    ],
)
def test_an_edit_in_machine_words_is_tried_and_one_in_a_persons_words_leaves_the_state(
    state: State, source: Source, wanted: State | None, after: State
) -> None:
    board = Board()
    board.do([adding("Use pip.", state=state)])
    board.suggest("Use uv.", Operation.EDIT, 1, source=source)
    board.do(admit.approve(board.rules[2], board.rules, wanted=wanted))
    assert (board.rules[1].text, board.rules[1].state) == ("Use uv.", after)
    assert board.state(2) == (State.RETIRED, Ending.APPLIED)


def test_an_edit_of_a_pinned_rule_leaves_it_pinned_where_there_is_room() -> None:
    board = Board()
    board.add("Use pip.")
    board.do(admit.pin(board.rules[1], board.rules))
    board.suggest("Use uv.", Operation.EDIT, 1)
    with pytest.raises(AdmissionError, match="R1 is pinned, so it is always shown"):
        admit.approve(board.rules[2], board.rules, wanted=State.TRIAL)
    steps = admit.approve(board.rules[2], board.rules)
    assert steps[0].reason == "R2 approved as its new wording; R1 stays pinned"
    full = [
        Step(
            Add(wording("elaborate " * 30 + f"{n}."), state=State.ACTIVE, pinned=True),
            kind="add",
            actor="p",
            reason="r",
        )
        for n in range(11)
    ]
    board.do(full)
    with pytest.raises(
        AdmissionError, match="R1 is pinned, and with this wording pinned rules have their own 12 places"
    ):
        admit.approve(board.rules[2], board.rules)


def test_of_two_that_say_the_same_one_waits_unless_it_is_active() -> None:
    board = Board()
    board.suggest("Keep the functions short.")
    board.add("Keep functions short.")
    board.store.revise(GLOBAL, [adding("Use uv.")], cause="add", now=NOW)
    board.suggest("Use uv.")
    for ident in (1, 4):
        board.approve(ident)
    assert [board.rules[n].chance for n in (1, 4)] == [0.0, None], "rules for all projects are tried apart"
    assert board.store.decisions(HERE, rule=1)[-1].reason.endswith("; waits, because R2 says nearly the same")
    board.do(admit.approve(board.rules[1], board.rules, wanted=State.ACTIVE))
    assert board.rules[1].chance is None


def test_an_edit_to_what_another_rule_says_waits_for_it() -> None:
    board = Board()
    board.do([adding("Keep functions short."), adding("Use pip.", state=State.TRIAL)])
    board.suggest("Keep the functions short.", Operation.EDIT, 2)
    board.approve(3)
    assert (board.rules[2].state, board.rules[2].chance) == (State.TRIAL, 0.0)


def test_a_merge_does_not_wait_for_what_it_merges() -> None:
    board = Board()
    board.add("Keep functions short.", "Keep the functions short.")
    board.suggest("Keep functions short.", Operation.MERGE, 1, 2)
    board.approve(3)
    assert (board.rules[3].state, board.rules[3].chance) == (State.TRIAL, None)


@pytest.mark.parametrize("ending", sorted(admit.STOPPED))
def test_what_the_program_stopped_is_put_back_or_rejected_for_good(ending: Ending) -> None:
    board = Board()
    board.add("Use uv.", *(f"Read page{n} of book{n} before chapter{n}." for n in range(LIVE_RULES - 1)))
    board.do([Step(Move(1, State.RETIRED, ending), kind="retire", actor="program", reason="so it is")])
    board.do(admit.approve(board.rules[1], board.rules, wanted=State.TRIAL))
    assert board.state(1) == (State.TRIAL, Ending.NONE)
    board.do([Step(Move(1, State.RETIRED, ending), kind="retire", actor="program", reason="so it is")])
    board.approve(1)
    assert board.state(1) == (State.ACTIVE, Ending.NONE)
    board.do([Step(Move(1, State.RETIRED, ending), kind="retire", actor="program", reason="so it is")])
    board.add("Use nox.")
    with pytest.raises(AdmissionError, match="has 50 live rules"):
        board.approve(1)
    board.do(admit.reject(board.rules[1], ""))
    assert board.state(1) == (State.RETIRED, Ending.REJECTED)
    with pytest.raises(AdmissionError, match="R1 is rejected, not a candidate; there is nothing to reject"):
        admit.reject(board.rules[1], "")


def test_what_was_forgotten_or_applied_or_only_retires_is_not_tried() -> None:
    board = Board()
    board.add("Use uv.")
    board.suggest("Use uv.", Operation.RETIRE, 1)
    with pytest.raises(AdmissionError, match="R2 proposes to retire a rule, which puts nothing on trial"):
        admit.approve(board.rules[2], board.rules, wanted=State.TRIAL)
    board.approve(2)
    with pytest.raises(AdmissionError, match="R2 is applied, not a candidate; see `mcp-promptlearn rules --all`"):
        board.approve(2)
    board.do([adding("Use nox.", state=State.TRIAL)])
    board.store.forget(needles=[], rule=3)
    with pytest.raises(AdmissionError, match="the text of R3 was forgotten; `add` it anew"):
        board.approve(3)
    board.do(admit.reject(board.rules[3], ""))
    assert board.state(3) == (State.RETIRED, Ending.REJECTED)


def test_what_waits_goes_on_waiting_when_its_pin_is_taken_away() -> None:
    board = Board()
    board.do([adding("Keep functions short."), adding("Keep the functions short.", state=State.TRIAL)])
    board.do(admit.pin(board.rules[2], board.rules))
    board.do(admit.unpin(board.rules[2], board.rules))
    assert (board.rules[2].state, board.rules[2].chance) == (State.TRIAL, 0.0)
    board.do(admit.pin(board.rules[1], board.rules))
    board.do(admit.unpin(board.rules[1], board.rules))
    assert board.rules[1].chance is None


def test_what_is_pinned_does_not_give_way_to_a_trial() -> None:
    board = Board()
    board.add("Use uv for tests.", "Use uv for builds.")
    board.suggest("Use uv for tests and builds.", Operation.MERGE, 1, 2)
    board.do(admit.pin(board.rules[1], board.rules))
    with pytest.raises(AdmissionError, match=r"R3 would take the place of R1, which is pinned; .*approve R3 --active"):
        board.approve(3)
    board.do(admit.approve(board.rules[3], board.rules, wanted=State.ACTIVE))
    assert [board.rules[n].state for n in (1, 2, 3)] == [State.RETIRED, State.RETIRED, State.ACTIVE]
