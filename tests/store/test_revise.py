"""What each change does to a rule, without a store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import chain
from store.errors import NotFoundError
from store.records import FORGOTTEN, Ending, Operation, Rule, Source, State, Trust, Version
from store.revise import (
    Add,
    Move,
    Pin,
    Restore,
    Reword,
    changed,
    concerned,
    created,
    lowest,
    retirement,
    undone,
)
from store.values import replace
from tests.store.facts import HERE, NOW, PERSON, wording


def made(change: Add | None = None) -> Rule:
    return created(change or Add(wording("Use uv.", "src/**")), project=HERE, ident=3, salt="5a17", now=NOW).rule


def after(change: Move | Pin | Reword | Restore, rule: Rule, *, newest: int = 1) -> Rule:
    known = {number: replace(rule.current, number=number) for number in range(1, newest + 1)}
    return changed(change, rule, versions=known.__getitem__, newest=newest, salt="0ff", now=NOW + 1).rule


def test_a_new_rule_has_one_version_with_a_salted_digest() -> None:
    change = Add(
        wording("Use uv."), operation=Operation.MERGE, replaces=(1, 2), target="t", why="w", evidence=(4, 4, 5)
    )
    effect = created(change, project=HERE, ident=3, salt="5a17", now=NOW)
    rule = effect.rule
    assert effect.versions == (rule.current,)
    assert (rule.name, rule.text, rule.state, rule.supports, rule.created) == ("R3", "Use uv.", State.CANDIDATE, 2, NOW)
    assert (rule.operation, rule.replaces, rule.target, rule.why) == (Operation.MERGE, (1, 2), "t", "w")
    assert rule.current.digest == chain.digest("Use uv.", "5a17") != chain.digest("Use uv.")
    assert (rule.current.number, rule.current.rule, rule.current.withdrawn) == (1, 3, False)


def test_a_change_names_the_rule_it_concerns() -> None:
    rule = made()
    assert concerned(Add(wording("Use uv."))) == 0
    for change in (Move(3, State.ACTIVE), Pin(3, True), Reword(3, wording("x y")), Restore(undone(rule))):
        assert concerned(change) == 3


def test_moving_and_pinning_leave_the_wording_alone() -> None:
    rule = made()
    moved = after(Move(3, State.RETIRED, Ending.REJECTED), rule)
    assert moved == replace(rule, state=State.RETIRED, ending=Ending.REJECTED)
    assert after(Move(3, State.TRIAL), moved) == replace(rule, state=State.TRIAL)
    assert after(Pin(3, True), rule) == replace(rule, pinned=True)


def test_a_new_wording_is_a_version_above_all_others() -> None:
    rule = made()
    again = after(Reword(3, wording("Use uv for all.")), rule, newest=4)
    assert (again.current.number, again.text, again.current.paths, again.current.time) == (
        5,
        "Use uv for all.",
        (),
        NOW + 1,
    )
    assert again.current.digest != rule.current.digest


def test_going_back_to_the_current_version_writes_no_version() -> None:
    rule, known = replace(made(), state=State.ACTIVE), dict[int, Version]()
    effect = changed(Restore(undone(rule)), rule, versions=known.__getitem__, newest=1, salt="", now=NOW)
    assert effect.versions == ()
    assert effect.rule == replace(rule, state=State.RETIRED, ending=Ending.UNDONE)


def test_going_back_to_a_version_there_is_not_is_refused() -> None:
    rule = made()
    with pytest.raises(NotFoundError, match="version 9 of R3 does not exist"):
        after(Restore(replace(undone(rule), version=9)), rule)


def test_a_proposal_to_retire_says_the_sentence_that_would_go() -> None:
    rule = made()
    assert retirement(rule, PERSON).text == "Use uv."
    assert retirement(rule, PERSON).paths == ("src/**",)
    forgotten = replace(rule, current=replace(rule.current, text=None))
    assert retirement(forgotten, PERSON).text == FORGOTTEN
    assert not replace(forgotten, state=State.ACTIVE).served


@given(st.lists(st.sampled_from(Trust)))
def test_trust_only_falls(trusts: list[Trust]) -> None:
    assert lowest(*trusts) == min([*trusts, *([] if trusts else [Trust.ANONYMOUS])])
    assert Source("o", "i", lowest(*trusts)).trust <= max([*trusts, Trust.ANONYMOUS])
