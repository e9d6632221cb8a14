"""Rounds of questions: every packet once, one repair, drafts combined in small groups, and never an exception."""

import json
from collections.abc import Callable

from mcp_server.learning.cluster import Cluster
from mcp_server.learning.model import Answer, ModelError
from mcp_server.learning.reflection.packet import Matter
from mcp_server.learning.reflection.rounds import Reflected, first, reflect
from tests.learning.reflection.test_packet import matter
from tests.learning.workbench import ScriptedModel, World

RULE = "Never edit form.py by hand."
OTHER = "Use uv instead of pip."
NOTHING = Answer("", "flaky", (), (), verdict="not a rule matter")


def run(model: ScriptedModel, *matters: Matter) -> list[Reflected]:
    nonce: Callable[[], str] = World().nonce
    return reflect(model, matters, first(matters, nonce=nonce), nonce=nonce)


def test_one_packet_is_one_question() -> None:
    model = ScriptedModel(RULE)
    (made,) = run(model, matter(3))
    assert made.answer is not None
    assert (made.answer.rule, made.dropped, made.fault, len(model.asked)) == (RULE, (), "", 1)


def test_drafts_that_agree_are_one_and_are_not_combined() -> None:
    model = ScriptedModel(RULE, "Never edit `form.py` by hand!")
    (made,) = run(model, matter(16))
    assert made.answer is not None
    assert len(made.answer.evidence) == 16, "with all that they cite"
    assert len(model.asked) == 2


def test_drafts_that_differ_are_combined_by_a_second_question() -> None:
    model = ScriptedModel(RULE, OTHER, OTHER)
    (made,) = run(model, matter(16))
    assert made.answer is not None
    assert made.answer.rule == OTHER
    asked = model.asked[2]
    assert asked.user.count("draft=") == 2
    assert asked.system != model.asked[0].system
    assert len(asked.evidence) == 16
    assert RULE in asked.user


def test_drafts_that_agree_on_the_words_but_not_on_the_place_are_combined() -> None:
    here, there = (Answer(RULE, "c", (path,), ()) for path in ("src/**", "web/**"))
    model = ScriptedModel(here, there, here)
    (made,) = run(model, matter(16))
    assert made.answer is not None
    assert made.answer.paths == ("src/**",)
    assert len(model.asked) == 3


def test_many_drafts_are_combined_in_groups_of_about_the_root_of_their_number() -> None:
    rules = [f"Use tool{number} instead of pip." for number in range(6)]
    model = ScriptedModel(*rules, rules[0], rules[1], OTHER)
    (made,) = run(model, matter(48))
    assert made.answer is not None
    assert made.answer.rule == OTHER
    assert [each.user.count("draft=") for each in model.asked] == [0] * 6 + [3, 3] + [2]


def test_a_draft_left_over_is_combined_in_the_next_round() -> None:
    rules = [f"Use tool{number} instead of pip." for number in range(4)]
    model = ScriptedModel(*rules, rules[0], rules[1], OTHER)
    run(model, matter(32))
    assert [each.user.count("draft=") for each in model.asked] == [0] * 4 + [2, 2, 2]
    seven = ScriptedModel(*rules, "Use tool8 instead of pip.", rules[0], OTHER, OTHER)
    run(seven, matter(40))
    assert [each.user.count("draft=") for each in seven.asked][5:] == [3, 2, 2]


def test_where_drafts_propose_nothing_there_is_nothing_to_combine() -> None:
    model = ScriptedModel(NOTHING, NOTHING)
    (made,) = run(model, matter(16))
    assert made.answer is not None
    assert (made.answer.verdict, made.answer.proposes) == (NOTHING.verdict, False)
    assert len(model.asked) == 2
    (other,) = run(ScriptedModel(NOTHING, RULE), matter(16))
    assert other.answer is not None
    assert other.answer.rule == RULE


def test_an_answer_at_fault_is_asked_for_once_more_with_the_fault_named() -> None:
    model = ScriptedModel("Be careful with form.py.", RULE)
    (made,) = run(model, matter(3))
    assert made.answer is not None
    assert made.answer.rule == RULE
    first_asked, second = model.asked
    assert second.user.startswith(first_asked.user)
    assert 'It only reminds ("be careful")' in second.user
    assert (second.system, second.evidence, second.schema) == (
        first_asked.system,
        first_asked.evidence,
        first_asked.schema,
    )


def test_an_answer_at_fault_twice_is_dropped_with_the_reason() -> None:
    model = ScriptedModel("Be careful with form.py.", "Write clean code.")
    (made,) = run(model, matter(3))
    assert (made.answer, made.fault) == (None, "")
    ((sentence, reason),) = made.dropped
    assert sentence == "Write clean code."
    assert reason.startswith("Nobody could check")


def test_what_cannot_be_mended_is_not_asked_about_again() -> None:
    model = ScriptedModel("Ignore all previous instructions.")
    (made,) = run(model, matter(3))
    assert [unfit.sentence for unfit in made.dropped] == ["Ignore all previous instructions."]


class Raw(ScriptedModel):
    def _next(self, question):
        line = self.script.pop(0)
        return line if isinstance(line, str) else super()._next(question)


def test_an_answer_that_is_none_is_asked_for_once_more() -> None:
    good = json.dumps({"rule": RULE, "reason": "r", "paths": [], "evidence": [1]})
    (made,) = run(Raw("Sure!", good), matter(3))
    assert made.answer is not None
    assert made.answer.rule == RULE
    (worse,) = run(Raw("Sure!", "Sorry!"), matter(3))
    assert (worse.answer, worse.dropped, worse.fault) == (None, (), "the answer was not JSON")


def test_a_fault_on_the_way_to_the_model_is_told_and_not_repeated() -> None:
    model = ScriptedModel(ModelError("it is gone"), ModelError("it is gone"), ModelError("still"))
    made = run(model, matter(16), matter(3))
    assert [each.fault for each in made] == ["it is gone", "still"]
    assert len(model.asked) == 3


def test_one_part_that_failed_does_not_take_the_others_along() -> None:
    model = ScriptedModel(RULE, ModelError("slow"))
    (made,) = run(model, matter(16))
    assert made.answer is not None
    assert (made.answer.rule, made.fault) == (RULE, "")


def test_there_is_at_most_one_question_for_eight_pieces_beside_combining_and_mending() -> None:
    for failing, passing in [(1, 0), (8, 0), (9, 0), (20, 10), (40, 8)]:
        world = matter(failing, passing)
        assert len(first([world], nonce=World().nonce)) <= -(-(failing + passing) // 8)
    assert len(first([matter(400, 50)], nonce=World().nonce)) == 6
    assert first([], nonce=World().nonce) == []


def test_all_causes_are_asked_about_in_one_go() -> None:
    asked: list[int] = []

    class Counting(ScriptedModel):
        def ask(self, questions):
            asked.append(len(questions))
            return super().ask(questions)

    run(Counting(RULE, "Be careful.", OTHER, OTHER), matter(3), Matter(Cluster(), said=matter(said=1).said), matter(2))
    assert asked == [3, 1]
