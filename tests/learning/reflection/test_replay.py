"""Whole runs against recorded prompts: every word that is sent is pinned, and what came of the answers."""

import pytest

from mcp_server.learning import consolidate, report
from mcp_server.learning.question import COMBINE, SCHEMA, SYSTEM
from store.records import PATH, Kind, Operation, State, Trust, Work
from store.revise import Add, Step
from tests.learning.reflection.replay import ReplayModel, steady, system
from tests.learning.workbench import MACHINE, TARGET, World
from tests.store.facts import HERE, NOW, fact, wording

RAN = {"partial": False, "sort": "tests", "covers": ["*"]}


def shop() -> World:
    """Twelve sessions in which the same test failed, two in which it did not, a repair, and a reviewer's remark."""
    world = World()
    low = Add(wording("Use the old form wrapper for test_fields."), state=State.ACTIVE, target="")
    world.store.revise(HERE, [Step(low, kind="add", actor="person", reason="r")], cause="add", now=NOW)
    for number in range(12):
        name = f"s{number:02}"
        world.now = NOW + 10 * number
        world.fails(TARGET, [name], words="form.py is not what fields.txt asks for", path="src/form/fields.txt")
        world.store.worked([Work(HERE, name, PATH, "src/form/fields.txt", world.now)])
    for number in range(2):
        name = f"p{number}"
        world.store.record(
            [fact(f"412 tests passed {number}", kind=Kind.RUN, session=name, source=MACHINE, time=NOW + 5, **RAN)]
        )
        world.store.worked([Work(HERE, name, PATH, f"src/cart{number}.py", NOW)])
    world.store.record(
        [
            fact(
                "+python make_form.py",
                kind=Kind.CHANGE,
                fingerprint=TARGET,
                session="r",
                source=MACHINE,
                side="passing",
            )
        ]
    )
    return world


def play(world: World, model: ReplayModel):
    return consolidate.run(world.store, HERE, nonce=world.nonce, now=lambda: world.now, model=model)


def test_a_large_cause_is_reflected_on_in_parts_combined_and_tested_on_what_was_kept() -> None:
    world, model = shop(), ReplayModel("large")
    plan, revision, *_ = play(world, model)
    assert revision is not None
    (made,) = plan.proposals
    assert (made.operation, made.wording.paths) == (Operation.ADD, ("src/form/fields.txt",))
    assert made.wording.text == "Run `python make_form.py` after each edit of fields.txt."
    assert made.lowest is made.wording.source.trust is Trust.MACHINE
    assert made.tested is not None
    assert (made.tested.failures, made.tested.addressed, made.tested.verdict) == (4, 4, "held")
    assert "  back-test: held: in view in 4 of 4 later sessions" in report.words(plan)
    assert len(model.seen) == len(model.answers), "no record is left over"
    shown = "\n".join(user for _, user in model.seen)
    assert all(f"(s{number:02})" in shown for number in range(8))
    assert not any(f"(s{number:02})" in shown for number in range(8, 12)), "the newest third is never shown"
    (decision,) = world.store.decisions(HERE, rule=2)
    assert decision.numbers["back-test"] == made.tested.numbers
    assert play(world, model)[1] is None, "and a second run asks nothing"


def test_a_prompt_that_was_never_recorded_fails() -> None:
    world = shop()
    world.fails(TARGET, ["new"])
    with pytest.raises(AssertionError, match="no record of this prompt"):
        play(world, ReplayModel("large"))


def test_a_persons_remark_is_reflected_on_with_one_repair() -> None:
    world, model = World(), ReplayModel("remark")
    world.fails(TARGET, ["a"])
    world.says("After you edit fields.txt, run `python make_form.py`.", session="a")
    plan, *_ = play(world, model)
    assert [each.wording.text for each in plan.proposals] == [
        "Run `python make_form.py` after each edit of fields.txt."
    ]
    assert len(model.seen) == 2
    assert play(world, model)[1] is None


def test_what_is_always_the_same_stands_first() -> None:
    assert (system("reflect"), system("combine")) == (SYSTEM, COMBINE)
    asked = shop().plan(ReplayModel("large"), ask=False).asked  # pyright: ignore[reportArgumentType]
    assert [each.system for each in asked] == [SYSTEM, SYSTEM]
    assert [each.schema for each in asked] == [SCHEMA, SCHEMA]
    assert steady("<<<abc x\nabc\nabc>>>") == "<<<NONCE x\nNONCE\nNONCE>>>"
