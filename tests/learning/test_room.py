"""Where a project is full, a new rule is proposed only with what would have to go first."""

from mcp_server.learning import report, room
from mcp_server.learning.admit import LIVE_RULES
from mcp_server.learning.plan import OPERATIONS
from mcp_server.learning.propose import Proposal
from store.records import Operation, Source, State, Trust
from store.revise import Add, Pin, Step
from store.values import replace
from tests.learning.workbench import World
from tests.store.facts import HERE, NOW, adding, wording

AGENT = Source("tool", "agent:x", Trust.AGENT)
TOOLS = [f"tool{number}" for number in range(LIVE_RULES)]


def full(world: World, *, source: Source | None = None) -> World:
    steps = [adding(f"Always use {tool} for job {tool}.") for tool in TOOLS]
    if source:
        low = Add(wording("Use the old wrapper.", source=source), state=State.ACTIVE)
        steps[-1] = Step(low, kind="add", actor="person", reason="r")
    world.store.revise(HERE, steps, cause="add", now=NOW)
    return world


def test_a_new_rule_comes_with_the_retirement_of_what_is_worth_least() -> None:
    world = full(World(), source=AGENT)
    world.says("Never edit form.py by hand.")
    plan, _ = world.consolidate()
    first, second = plan.proposals
    assert (first.operation, first.replaces) == (Operation.RETIRE, (LIVE_RULES,)), "the least trusted goes first"
    assert first.why == f"{LIVE_RULES} live rules are the most, and it would make room for: Never edit form.py by hand."
    assert (second.operation, second.wording.text) == (Operation.ADD, "Never edit form.py by hand.")
    assert second.why.endswith(f"; R{LIVE_RULES} has to go first")
    assert not world.plan().changes
    assert f"- proposed to retire R{LIVE_RULES}: Use the old wrapper." in report.words(plan)


def test_what_belongs_together_is_not_torn_by_the_limit() -> None:
    world = full(World())
    world.says("Never edit form.py by hand.", "Never use tabs.", "Never commit dist/.")
    plan, _ = world.consolidate()
    assert [each.operation for each in plan.proposals] == [Operation.RETIRE, Operation.ADD] * 2
    assert (len(plan.proposals), plan.waiting) == (OPERATIONS, 2)
    assert plan.proposals[0].replaces != plan.proposals[2].replaces
    later, _ = world.consolidate()
    assert [each.replaces for each in later.proposals] == [(3,), ()], "what is to go already is not named again"


def test_pinned_rules_take_no_room_and_safety_rules_never_go() -> None:
    world = World()
    guards = [adding(f"Never force-push to branch{number}.") for number in range(LIVE_RULES)]
    world.store.revise(HERE, guards, cause="add", now=NOW)
    world.says("Never use tabs.")
    plan = world.plan()
    assert (plan.proposals, plan.homeless) == ((), 1)
    assert "1 more rule has no room: 50 are live, and none of them may go; retire one first" in report.words(plan)
    pin = Step(Pin(1, True), kind="pin", actor="person", reason="r")
    world.store.revise(HERE, [pin], cause="pin", now=NOW)
    assert [each.operation for each in world.plan().proposals] == [Operation.ADD]


def test_what_narrows_or_retires_comes_before_what_adds() -> None:
    add = Proposal(wording("Never use tabs."), "said", "", (1,), (), True)
    narrow = replace(add, operation=Operation.EDIT, replaces=(1,), narrows=True)
    retire = replace(add, operation=Operation.RETIRE, replaces=(2,))
    edit = replace(add, operation=Operation.EDIT, replaces=(3,))
    units, homeless = room.with_room([add, edit, retire, narrow], {}, HERE)
    assert (units, homeless) == ([(retire,), (narrow,), (add,), (edit,)], 0)
