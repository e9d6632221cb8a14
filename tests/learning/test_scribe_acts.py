"""What a person decides reaches the engine as what they did, and the engine never decides against it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from mcp_server.delivery import deliver
from mcp_server.learning import admit, consolidate, takeback
from mcp_server.learning.assign import Coins
from mcp_server.learning.trials.policy import DAY, POLICY
from store.memory import MemoryStore
from store.records import Ending, Kind, Operation, Rule, Session, Source, State, Trust
from store.revise import Add, Step, concerned
from tests.doors.agent import DEMO
from tests.learning.workbench import MACHINE, TARGET, World
from tests.store.facts import HERE, NOW, PERSON, adding, fact, wording

AGENT = Source("MCP tool", "agent:x", Trust.AGENT)
EAGER = POLICY._replace(explore=1.0, min_sessions=4, unlikely=0.5, futile=0.6, retry_above=0.05, retry_faded=1.0)
"""Ends a rule on next to nothing, and is as quick to try it again."""


class Desk:
    """A store in memory with a person who decides, and sessions that fail or do not."""

    def __init__(self) -> None:
        self.store: MemoryStore = World().store
        self.now, self.sessions = NOW, 0

    @property
    def rules(self) -> dict[int, Rule]:
        return {rule.id: rule for rule in self.store.rules(HERE)}

    def do(self, steps: Sequence[Step]) -> None:
        self.now += 60
        self.store.revise(HERE, steps, cause="decision", now=self.now)

    def add(self, text: str, state: State = State.TRIAL, target: str = "") -> None:
        self.do([adding(text, state=state, target=target)])

    def suggest(self, text: str, operation: Operation = Operation.ADD, *replaces: int, source: Source = AGENT) -> None:
        add = Add(wording(text, source=source), operation=operation, replaces=replaces)
        self.store.suggest(add, fact(text, kind=Kind.SUGGESTION, source=source), now=self.now)

    def approve(self, ident: int, wanted: State | None = None) -> None:
        self.do(admit.approve(self.rules[ident], self.rules, wanted=wanted))

    def back(self, ident: int) -> None:
        _, backs = takeback.of_rule(self.store, self.rules[ident], self.rules)
        self.do(takeback.steps(backs, "no", self.rules))

    def head_back(self) -> None:
        """What `rollback` does."""
        head = self.store.head(HERE)
        goal, now = self.store.revision(HERE, head - 1), self.store.revision(HERE, head)
        self.do(admit.back_to(goal, now, self.rules))

    def consolidate(self) -> list[Step]:
        """A run, and the moves that it made."""
        self.now += 60
        done = consolidate.run(self.store, HERE, nonce=lambda: "n", now=lambda: self.now, policy=EAGER)
        return list(done.ruling.steps) if done.ruling else []

    def told(self) -> list[str]:
        """What the log says of rules and people since the last look, in short."""
        before = len(list(self.store.log(HERE)))
        self.consolidate()
        lines: list[dict[str, Any]] = [json.loads(line) for line in list(self.store.log(HERE))[before:]]
        return [
            f"{line['act']} {line['rule']}" if line["t"] == "human" else f"{line['initial']} {line['id']}"
            for line in lines
            if line["t"] in {"human", "rule"}
        ]

    def rule_lines(self) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.store.log(HERE)) if line["t"] == "rule"]

    def play(self, sessions: int, *, helps: bool) -> list[Step]:
        """Sessions in which a failure comes back where rules are withheld, or where they are shown; then a look."""
        moves: list[Step] = []
        for _ in range(sessions):
            self.sessions += 1
            name = f"s{self.sessions}"
            session = Session(name, HERE, "claude-code", self.now, self.now, model="opus")
            deliver(self.store, DEMO, session, files=(), task="", now=self.now, coins=Coins())
            shown = any(each.assigned and each.rule for each in self.store.exposures(name, HERE))
            fails = shown != helps
            more: dict[str, Any] = {"session": name, "source": MACHINE, "time": self.now + 60}
            facts = [fact(f"ran {name}", kind=Kind.RUN, sort="tests", tool="pytest", passed=3, failed=int(fails),
                          partial=False, covers=["*"], **more)]  # fmt: skip
            if fails:
                facts.append(fact(f"broke {name}", kind=Kind.FAILURE, fingerprint=TARGET, **more))
            self.store.record(facts)
            self.now += 2 * DAY
            moves += self.consolidate()
        return moves

    def decided(self, name: str = "R1") -> dict[str, Any]:
        trials = self.store.trials(HERE)
        assert trials is not None
        return json.loads(trials.decided)["rules"][name]


# --- what reaches the engine


def test_a_candidate_is_told_of_when_it_is_admitted_and_as_what() -> None:
    desk = Desk()
    desk.suggest("Use uv.")
    desk.suggest("Never use tabs.", source=PERSON)
    desk.suggest("Keep lines short.")
    assert desk.told() == []
    desk.approve(1)
    desk.approve(2)
    desk.approve(3, State.ACTIVE)
    assert desk.told() == ["trial R1", "active R2", "active R3"]


def test_a_persons_own_prohibition_of_something_dangerous_is_told_of_as_pinned() -> None:
    desk = Desk()
    desk.suggest("Never push to main.", source=PERSON)
    desk.approve(1)
    assert desk.told() == ["active R1", "pin R1"]


def test_approving_putting_on_trial_pinning_rejecting_and_retiring_are_told_as_what_was_done() -> None:
    desk = Desk()
    desk.add("Use uv.")
    desk.add("Use nox.")
    assert desk.told() == ["trial R1", "trial R2"]
    desk.approve(1)
    assert desk.told() == ["approve R1"]
    desk.approve(1, State.TRIAL)
    assert desk.told() == ["trial R1"]
    desk.do(admit.pin(desk.rules[1], desk.rules))
    assert desk.told() == ["pin R1"]
    desk.do(admit.unpin(desk.rules[1], desk.rules))
    desk.do(admit.retire(desk.rules[1], ""))
    desk.do(admit.reject(desk.rules[2], ""))
    assert desk.told() == ["unpin R1", "retire R1", "reject R2"]


def test_an_edit_is_another_version_on_trial_or_as_the_rule_stood() -> None:
    desk = Desk()
    desk.add("Use pip.", State.ACTIVE)
    desk.add("Use npm.", State.ACTIVE)
    desk.suggest("Use uv.", Operation.EDIT, 1)
    desk.suggest("Use yarn.", Operation.EDIT, 2, source=PERSON)
    desk.told()
    desk.approve(3)
    desk.approve(4)
    assert desk.told() == ["trial R1", "active R2"]
    assert [(line["id"], line["version"], line["parent"]) for line in desk.rule_lines()[2:]] == [
        ("R1", 2, ["R1"]),
        ("R2", 2, ["R2"]),
    ]


def test_a_merge_is_a_rule_with_parents_and_these_are_retired() -> None:
    desk = Desk()
    desk.add("Use uv for tests.", State.ACTIVE)
    desk.add("Use uv for builds.")
    desk.suggest("Use uv for tests and builds.", Operation.MERGE, 1, 2)
    desk.told()
    desk.approve(3)
    assert sorted(desk.told()) == ["retire R1", "retire R2", "trial R3"]
    assert desk.rule_lines()[-1]["parent"] == ["R1", "R2"]
    desk.back(3)
    assert sorted(desk.told()) == ["approve R1", "retire R3", "trial R2"]


def test_rolling_back_is_told_as_what_it_amounts_to() -> None:
    desk = Desk()
    desk.add("Use pip.", State.ACTIVE)
    desk.told()
    desk.do(admit.retire(desk.rules[1], ""))
    desk.told()
    desk.head_back()
    assert desk.told() == ["approve R1"]
    desk.suggest("Use uv.", Operation.EDIT, 1)
    desk.approve(2)
    desk.told()
    desk.back(1)
    assert desk.told() == ["active R1"], "the wording of before, as another hypothesis"
    assert desk.rule_lines()[-1]["version"] == 3
    desk.do(admit.reject(desk.rules[2], ""))
    assert desk.told() == [], "of what was never on trial there is nothing to tell"


def test_all_that_a_source_brought_is_told_as_retired() -> None:
    desk = Desk()
    desk.add("Use pip.", State.ACTIVE)
    desk.suggest("Use uv.", Operation.EDIT, 1)
    desk.suggest("Keep lines short.")
    desk.approve(2)
    desk.approve(3)
    desk.told()
    _, backs = takeback.of_source(desk.store, HERE, "agent:x")
    desk.do(takeback.steps(backs, "gone", desk.rules))
    assert desk.told() == ["active R1", "retire R3"]


# --- what the engine never decides


def test_a_rule_that_looks_bad_is_ended_where_nobody_approved_it_and_a_persons_approval_stands() -> None:
    tried, approved = Desk(), Desk()
    tried.add("Use uv.", State.TRIAL, TARGET)
    approved.add("Use uv.", State.TRIAL, TARGET)
    approved.approve(1)
    assert [step.kind for step in tried.play(12, helps=False)][:1] == ["retire"]
    assert approved.play(12, helps=False) == []
    assert approved.rules[1].state is State.ACTIVE
    assert approved.decided()["p_help"] < EAGER.unlikely
    assert approved.rules[1].chance == 0.5, "shown less, and the person is asked"
    assert approved.decided()["asks"] == "retire"


@pytest.mark.parametrize("act", ["reject", "retire"])
def test_what_a_person_ends_never_comes_back_by_itself(act: str) -> None:
    desk = Desk()
    desk.add("Use uv.", State.TRIAL, TARGET)
    desk.add("Use nox.", State.TRIAL)
    desk.play(3, helps=True)
    desk.do(admit.reject(desk.rules[1], "") if act == "reject" else admit.retire(desk.rules[1], ""))
    moves = desk.play(12, helps=True)
    assert 1 not in [concerned(step.change) for step in moves]
    assert desk.rules[1].ending in {Ending.REJECTED, Ending.RETIRED}
    assert not [each for each in desk.store.exposures(f"s{desk.sessions}", HERE) if each.rule == 1]


@pytest.mark.parametrize("how", ["reject", "source"])
def test_what_the_program_stopped_and_a_person_then_ended_is_not_tried_again(how: str) -> None:
    free, ended = Desk(), Desk()
    for desk in (free, ended):
        desk.add("Use uv.", State.TRIAL, TARGET)
        desk.add("Use nox.", State.TRIAL)
        _ended_by_the_program(desk)
    if how == "reject":
        ended.do(admit.reject(ended.rules[1], ""))
    else:
        ended.do(takeback.steps(takeback.of_source(ended.store, HERE, "person")[1][:1], "gone", {}))
    assert 1 in [concerned(step.change) for step in free.play(12, helps=True)]
    assert 1 not in [concerned(step.change) for step in ended.play(12, helps=True)]
    assert ended.rules[1].ending in {Ending.REJECTED, Ending.UNDONE}


def _ended_by_the_program(desk: Desk) -> None:
    while desk.rules[1].state is not State.RETIRED:
        desk.play(1, helps=False)


def test_what_the_program_stopped_a_person_puts_back_and_it_is_told_so() -> None:
    for wanted, told in ((None, "approve R1"), (State.TRIAL, "trial R1")):
        desk = Desk()
        desk.add("Use uv.", State.TRIAL, TARGET)
        _ended_by_the_program(desk)
        desk.approve(1, wanted)
        assert desk.told() == [told]
        assert desk.rules[1].state is (wanted or State.ACTIVE)


def test_a_stop_that_is_rolled_back_is_an_approval_and_rolled_back_again_a_retirement() -> None:
    desk = Desk()
    desk.add("Use uv.", State.TRIAL, TARGET)
    _ended_by_the_program(desk)
    stopped = desk.store.revision(HERE, desk.store.head(HERE))
    desk.head_back()
    assert desk.told() == ["trial R1"]
    desk.head_back()
    assert desk.told() == ["retire R1"]
    assert desk.store.revision(HERE, desk.store.head(HERE)).entries == stopped.entries


def test_of_two_that_say_the_same_one_is_tried_and_the_other_waits_for_it() -> None:
    desk = Desk()
    desk.suggest("Keep functions short.")
    desk.suggest("Keep the functions short.")
    desk.approve(1)
    desk.approve(2)
    assert desk.rules[2].chance == 0.0
    desk.play(3, helps=True)
    assert desk.rules[2].chance == 0.0
    assert {each.rule for n in range(1, 4) for each in desk.store.exposures(f"s{n}", HERE)} == {1}
    desk.do(admit.retire(desk.rules[1], ""))
    desk.play(1, helps=True)
    assert (desk.rules[2].state, desk.rules[2].chance) == (State.TRIAL, 0.0), (
        "what a person retired is not tried as another"
    )
