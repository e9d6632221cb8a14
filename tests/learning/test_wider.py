"""What was proven in three projects is offered for all, and what to type is said; nothing is done."""

from mcp_server.learning.wider import PROJECTS, Offer, alike, decline, offers
from store.records import GLOBAL, Project, Rule, State
from tests.learning.decisions import decide, made
from tests.learning.workbench import World
from tests.store.facts import NOW, adding

TEXT = "Don't use npm; use pnpm."
SAME = "Use pnpm, never npm."


def rules(world: World, project: str, *texts: str) -> list[Rule]:
    world.store.revise(project, [adding(text) for text in texts], cause="add", now=NOW)
    return world.store.rules(project)


def test_a_sentence_proven_in_three_projects_is_offered_once() -> None:
    world = World()
    proven = {name: rules(world, name, SAME if name == "b" else TEXT, f"Use tool {name}.") for name in "abc"}
    (offer,) = alike(proven, [])
    assert len(offer.rules) == PROJECTS
    assert offer.text == TEXT
    assert offer.words == (
        "proven in 3 projects (R1 of a, R3 of b, R5 of c): Don't use npm; use pnpm. "
        "For all projects: mcp-promptlearn add --global 'Don'\\''t use npm; use pnpm.'"
    )


def test_what_to_type_holds_the_scope() -> None:
    world = World()
    for name in "abc":
        world.store.revise(name, [adding(TEXT, "web/**", "*.ts")], cause="add", now=NOW)
    (offer,) = alike({name: world.store.rules(name) for name in "abc"}, [])
    assert offer.words.endswith("; use pnpm.' --path 'web/**' --path '*.ts'")


def test_what_a_person_declined_comes_again_only_in_other_words() -> None:
    world = World()
    for name in "abcd":
        world.store.know(Project(name, name, ""))
        (rule,) = rules(world, name, TEXT)
        if name != "d":
            decide(world.store, name, {rule.id: made(verdict="proven", state="active")})
    (offer,) = offers(world.store)
    decline(world.store, offer, now=NOW)
    assert offers(world.store) == []
    decide(world.store, "d", {4: made(verdict="proven", state="active")})
    assert offers(world.store) == [], "also where one more project proves it"


def test_two_projects_are_not_enough_nor_one_that_says_it_three_times() -> None:
    world = World()
    proven = {name: rules(world, name, TEXT, SAME, "Use pnpm, not npm.") for name in "ab"}
    assert alike(proven, []) == []


def test_what_a_global_rule_says_or_said_or_contradicts_is_not_offered() -> None:
    world = World()
    proven = {name: rules(world, name, TEXT) for name in "abc"}
    assert alike(proven, rules(world, GLOBAL, SAME)) == []
    other = World()
    assert alike(proven, rules(other, GLOBAL, "Use npm, not pnpm.")) == []


def test_only_what_the_engine_calls_proven_counts() -> None:
    world = World()
    for name in ("a", "b", "c", "d", GLOBAL):
        world.store.know(Project(name, name, ""))
    for name in "abc":
        (rule,) = rules(world, name, TEXT)
        decide(world.store, name, {rule.id: made(verdict="proven", state="active")})
    (offer,) = offers(world.store)
    assert isinstance(offer, Offer)
    assert [rule.state for rule in offer.rules] == [State.ACTIVE] * 3
    decide(world.store, "c", {3: made(verdict="leaning", state="active")}, lines=0)
    assert offers(world.store) == []
