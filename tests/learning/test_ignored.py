"""A rule that is shown and not followed: nearer to where it matters, or left to a check, never in louder words."""

import pytest

from mcp_server.learning import admit, report
from mcp_server.learning.ignored import check
from mcp_server.learning.model import Answer
from store.records import PATH, Exposure, Operation, Source, State, Trust, Work
from store.revise import Add, Step
from tests.learning.workbench import TARGET, ScriptedModel, World
from tests.store.facts import HERE, NOW, session, wording

SAID = "After you edit fields.txt, run `python make_form.py`."
SESSIONS = ("a", "b", "c", "d")


def broken(*paths: str, pinned: bool = False, project: str = HERE, again: int = 3, at: str = "") -> World:
    """A world in which a live rule was shown in four sessions, and its failure came back in some."""
    world = World()
    add = Add(wording(SAID, *paths), state=State.ACTIVE, target=TARGET, pinned=pinned)
    world.store.revise(project, [Step(add, kind="add", actor="person", reason="r")], cause="add", now=NOW)
    for name in SESSIONS:
        world.store.deliver(session(name), task="", shown=[Exposure(name, 1, 1, 1.0, True, True, 0)], now=NOW)
    world.now = NOW + 60
    for name in SESSIONS[:again]:
        world.fails(TARGET, [name], path=at)
    return world


def touched(world: World, *names: str) -> None:
    works = [Work(HERE, each, PATH, name, NOW) for each in SESSIONS for name in (*names, f"{each}.md")]
    world.store.worked(works)


def test_a_rule_is_narrowed_to_the_place_where_its_failure_comes_back() -> None:
    world = broken(at="src/form/fields.txt")
    plan, revision = world.consolidate()
    assert revision is not None
    candidate = world.store.rule(2)
    assert (candidate.operation, candidate.replaces, candidate.text) == (Operation.EDIT, (1,), SAID)
    assert candidate.current.paths == ("src/form/fields.txt",)
    assert candidate.current.source == Source("what sessions showed", "program", Trust.MACHINE)
    assert "- proposed to show R1 only for src/form/fields.txt: After you edit" in report.words(plan)
    assert "3 sessions" not in candidate.text
    assert candidate.state is State.CANDIDATE, "a person decides"
    assert not world.plan().changes


def test_the_place_may_be_what_every_such_session_touched() -> None:
    world = broken()
    touched(world, "src/form/fields.txt")
    assert [each.wording.paths for each in world.plan().proposals] == [("src/form/fields.txt",)]
    nowhere = broken()
    touched(nowhere)
    assert nowhere.plan().proposals == ()


@pytest.mark.parametrize("how", [{"pinned": True}, {"again": 2}])
def test_what_a_person_pinned_or_happened_twice_is_left_alone(how: dict[str, object]) -> None:
    assert broken(at="src/x", **how).plan().proposals == ()  # pyright: ignore[reportArgumentType]


def test_a_rule_that_has_paths_is_near_already_and_a_check_is_offered() -> None:
    plan = broken("fields.txt", at="src/x").plan()
    assert plan.proposals == ()
    assert "a check for R1, to copy: a hook before each commit that runs this test" in report.words(plan)


def test_a_rule_for_all_projects_is_not_changed_from_within_one() -> None:
    assert broken(at="src/x", project="global").plan().proposals == ()


def test_a_narrowing_that_was_rejected_is_not_proposed_again() -> None:
    world = broken(at="src/x")
    world.consolidate()
    world.store.revise(HERE, admit.reject(world.store.rule(2), ""), cause="reject", now=NOW)
    assert not world.plan().changes
    world.fails(TARGET, ["d"], path="src/x")
    assert world.plan().proposals == ()


def test_a_narrowing_that_loses_later_failures_is_not_proposed() -> None:
    world = broken(at="src/x", again=4)
    for number, name in enumerate(("m", "n", "o", "p", "q", "r")):
        world.now = NOW + 100 + number
        world.fails(TARGET, [name], path="web/y")
    assert world.plan().proposals == ()


def test_a_model_may_word_a_rule_anew_that_was_wrong_but_not_say_it_louder() -> None:
    world = broken()
    revised = Answer(
        "Run `python make_form.py` whenever fields.txt changed.",
        "stale",
        (),
        (1, 2),
        "rule wrong",
        "revise",
        rules=(1,),
    )
    model = ScriptedModel(revised)
    world.consolidate(model)
    candidate = world.store.rule(2)
    assert (candidate.operation, candidate.replaces, candidate.target) == (Operation.EDIT, (1,), TARGET)
    assert "rule=1 active" in model.asked[0].user
    assert not world.plan(ScriptedModel()).changes, "a change of that rule waits already"
    louder = Answer("Always run the form generator before a commit.", "ignored", (), (1,))
    other = broken()
    plan, revision = other.consolidate(ScriptedModel(louder))
    assert revision is None
    assert [unfit.reason for unfit in plan.refusals] == [
        "R1 is there for that and was not followed; more words are no remedy"
    ]
    assert not other.plan(ScriptedModel()).changes, "it is noted and not asked again"


def test_a_model_that_says_ignored_leaves_what_the_program_would_do() -> None:
    world = broken(at="src/x")
    plan, _ = world.consolidate(ScriptedModel(Answer("", "was not read", (), (), "rule ignored")))
    assert [each.wording.paths for each in plan.proposals] == [("src/x",)]


def test_a_model_may_narrow_or_retire_a_rule_and_its_sentence_stays() -> None:
    world = broken()
    narrow = Answer("LOUDER", "place", ("src/**",), (1,), "rule wrong", "narrow", rules=(1,))
    world.consolidate(ScriptedModel(narrow))
    candidate = world.store.rule(2)
    assert (candidate.text, candidate.current.paths, candidate.operation) == (SAID, ("src/**",), Operation.EDIT)
    other = broken()
    retire = Answer("", "obsolete", (), (1,), "rule wrong", "retire", rules=(1,))
    plan, _ = other.consolidate(ScriptedModel(retire))
    assert (other.store.rule(2).operation, other.store.rule(2).replaces) == (Operation.RETIRE, (1,))
    assert "- proposed to retire R1: " in report.words(plan)
    approved = admit.approve(other.store.rule(2), {rule.id: rule for rule in other.store.rules(HERE)})
    other.store.revise(HERE, approved, cause="approve", now=NOW)
    assert other.store.rule(1).state is State.RETIRED


def rule(target: str, text: str = "Use the house style.", *paths: str):
    world = World()
    add = Add(wording(text, *paths), state=State.ACTIVE, target=target)
    world.store.revise(HERE, [Step(add, kind="add", actor="person", reason="r")], cause="add", now=NOW)
    return world.store.rule(1)


@pytest.mark.parametrize(
    ("target", "text", "wanted"),
    [
        (TARGET, "", "runs this test and refuses where it fails: tests/test_form.py::test_fields"),
        ("lint:ruff|F401", "", "that runs ruff for F401 and refuses what it finds"),
        ("types:pyright|", "", "that runs pyright and refuses what it finds"),
        ("check:build", "", "cannot be merged unless check build passes"),
        ("words:person|x", "Never use npm.", "git grep -nwF -- npm"),
        ("words:person|x", "Use `pathlib` instead of `os.path`.", "git grep -nwF -- os.path"),
        ("words:person|x", "Use the house style.", ""),
        ("metric:bench|time|smaller", "", ""),
        ("lint:$(curl x)|F401", "", ""),
        ("lint:ruff|; rm -rf x", "", "that runs ruff and refuses"),
    ],
)
def test_a_check_is_text_to_copy_and_never_anybody_elses_command(target: str, text: str, wanted: str) -> None:
    found = check(rule(target, text or "Use the house style."))
    assert wanted in found
    assert bool(wanted) == bool(found)
    assert not set("$;&|") & set(found)
