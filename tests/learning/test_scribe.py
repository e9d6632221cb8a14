"""Prove what a log holds: what was known when it was known, ids and numbers, and each thing once."""

import json
from random import Random
from typing import Any

import pytest

from mcp_server.learning import judge
from mcp_server.learning.assign import Coins
from mcp_server.learning.consolidate import carry_out
from mcp_server.learning.plan import make
from mcp_server.learning.scribe import Notes, Open, Told
from mcp_server.learning.trials.events import Announcement, Human
from mcp_server.learning.trials.policy import POLICY
from store.errors import ConflictError
from store.memory import MemoryStore
from store.records import FILE, GLOBAL, Ending, Operation, State
from store.revise import Add, Move, Pin, Restore, Step
from tests.doors.agent import DEMO, OTHER
from tests.learning.days import STILL, Days
from tests.store.facts import HERE, NOW, PERSON, wording

OFF = Coins(off=True)


def said(days: Days, kind: str, project: str = HERE) -> list[dict[str, Any]]:
    return [each for each in map(json.loads, days.log(project)) if each["t"] == kind]


@pytest.fixture
def days() -> Days:
    return Days(policy=STILL)


def test_notes_are_the_same_after_they_went_through_json() -> None:
    notes = Notes(3, 4, 5.5, {1: Told(2, 3, "trial", True)}, {"s": Open("s", HERE, True)}, {"explore": 1.0})
    assert Notes.load(json.loads(json.dumps(notes.dump()))) == notes


def test_no_word_of_a_rule_a_target_a_fact_or_a_task_is_in_the_log(days: Days) -> None:
    for project in (HERE, GLOBAL):
        days.tries("Never tell hunter2.", "hunter2/*", target="words:person|hunter2", project=project)
        days.tries("Say hunter2 always.", target="hunter2 and nothing else", project=project)
        days.tries("Say hunter2 twice.", target="Hunter2 said: no", project=project)
    days.begins("s1", "hunter2/a.py")
    days.corrects("s1")
    days.reports("s1", feedback="hunter2")
    days.passes(15)
    days.decides()
    for project in (HERE, GLOBAL):
        assert said(days, "outcome", project)
        assert not any("hunter2" in line.lower() or HERE in line for line in days.log(project))
        assert [each["target"].partition(":")[0] for each in said(days, "rule", project)] == ["words", "", ""]


def test_a_probability_of_one_is_only_observed(days: Days) -> None:
    pinned = days.tries("Keep secrets out.", state=State.ACTIVE, pinned=True)
    days.tries("Use uv.", state=State.ACTIVE)
    days.lives("before", coins=OFF)
    days.lives("after")
    days.passes(2)
    made = days.decides().ruling
    assert made is not None
    assert [each["p"] for each in said(days, "exposure")] == [{}, {"R2": 0.9}]
    assert (made.decided[pinned.id].observed, made.decided[pinned.id].n) == (2, 0)
    assert (made.decided[2].observed, made.decided[2].n) == (1, 1)


def test_a_session_is_told_once_however_often_it_comes_back(days: Days) -> None:
    days.tries("Use uv.")
    for _ in range(3):
        days.begins("s1")
        days.decides()
        days.passes(0.5)
    assert [each["id"] for each in said(days, "session")] == ["s1"]


def test_sessions_that_were_kept_late_or_began_by_a_clock_that_stepped_back_are_told_all_the_same(days: Days) -> None:
    days.tries("Use uv.")
    days.begins("s1")
    days.passes(3)
    days.decides()
    days.passes(-2)
    days.begins("s2")
    days.passes(4)
    days.decides()
    assert [each["id"] for each in said(days, "session")] == ["s1", "s2"]
    assert [each["session"] for each in said(days, "outcome")] == ["s1", "s2"]
    times = [each["ts"] for each in map(json.loads, days.log()) if "ts" in each]
    assert times == sorted(times)


def test_a_clock_that_was_ahead_does_not_take_the_log_with_it(days: Days) -> None:
    days.tries("Use uv.")
    days.passes(400)
    days.begins("ahead")
    days.passes(-399.5)
    days.begins("right")
    days.decides()
    assert max(each.get("ts", 0) for each in map(json.loads, days.log())) == days.now


def test_coins_of_a_rule_whose_revision_has_a_later_time_by_a_wrong_clock_are_told(days: Days) -> None:
    days.tries("Use uv.")
    days.passes(1)
    days.tries("Run make gen.")
    days.passes(-0.5)
    days.begins("s1")
    days.passes(1)
    days.decides()
    assert list(said(days, "exposure")[0]["p"]) == ["R1"]
    assert [(each["rule"], each["p"]) for each in said(days, "trigger")] == [("R2", 0.5)]


def test_of_two_decisions_the_later_one_holds_whatever_the_clock_said(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.passes(1)
    days.person.moves(rule, State.ACTIVE)
    days.passes(-0.5)
    days.person.moves(rule, State.RETIRED, ending=Ending.REJECTED)
    days.begins("s1")
    days.passes(3)
    made = days.decides().ruling
    assert [each["act"] for each in said(days, "human")] == ["approve", "reject"]
    assert made is not None
    assert (made.decided[rule.id].state, made.steps) == ("retired", ())


def test_a_rule_that_comes_into_play_later_is_told_with_the_coin_of_that_moment(days: Days) -> None:
    days.tries("Use uv.")
    days.tries("Format it.", "*.py")
    days.tries("Never delete it.", "*.py", pinned=True)
    days.begins("s1")
    days.begins("s2")
    days.decides()
    days.passes(0.1)
    days.begins("s1", "a.py")
    days.decides()
    days.passes(0.1)
    days.begins("s2", "a.py")
    days.begins("s3", "a.py")
    days.decides()
    days.decides()
    assert [(each["session"], each["rule"], each["p"]) for each in said(days, "trigger")] == [
        ("s1", "R2", 0.5),
        ("s2", "R2", 0.5),
    ]
    assert [list(each["p"]) for each in said(days, "exposure")] == [["R1"], ["R1"], ["R1", "R2"]]


def test_coins_thrown_later_in_a_session_that_is_new_are_told_in_their_order(days: Days) -> None:
    days.tries("Use uv.")
    days.tries("Format it.", "*.py")
    days.begins("s1")
    days.passes(0.1)
    days.begins("s1", "a.py")
    days.passes(0.1)
    days.begins("s2")
    days.decides()
    assert [each["t"] for each in map(json.loads, days.log())][-6:] == [
        *("session", "exposure", "trigger", "session", "exposure", "consolidate"),
    ]


def test_the_wording_that_was_in_force_when_the_coin_was_thrown_is_the_one_that_is_told(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.lives("s1")
    days.passes(0.1)
    days.person.edits(rule, "Use uv, never pip.")
    days.passes(0.1)
    days.lives("s2")
    days.passes(2)
    made = days.decides().ruling
    kinds = [each["t"] for each in map(json.loads, days.log()) if each["t"] != "outcome"]
    assert kinds == [*("hello", "rule", "session", "exposure", "rule", "session", "exposure", "consolidate")]
    assert made is not None
    assert made.decided[rule.id].n == 1, "the first wording's session says nothing of the second"


def test_a_wording_that_came_back_is_announced_again_as_another_hypothesis(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.lives("s1")
    days.passes(2)
    days.decides()
    days.person.edits(rule, "Use uv, never pip.")
    back = days.store.revision(HERE, 1).entries[0]
    days.passes(0.1)
    days.person.does(Restore(back))
    days.lives("s2")
    days.passes(2)
    made = days.decides().ruling
    told = [each for each in days.told("announcement") if isinstance(each, Announcement)]
    assert [(each.version, each.parents) for each in told] == [(1, ()), (2, ("R1",)), (3, ("R1",))]
    assert [each["wording"] for each in said(days, "rule")] == [1, 2, 1]
    assert made is not None
    assert made.decided[rule.id].n == 1


def test_a_merge_is_announced_with_what_it_was_made_of(days: Days) -> None:
    one, two = days.tries("Use uv."), days.tries("Never use pip.")
    days.begins("s1")
    days.decides()
    days.passes(0.1)
    into = days.tries("Use uv, never pip.", state=State.CANDIDATE, operation=Operation.MERGE, replaces=(one.id, two.id))
    days.decides()
    steps = [Move(into.id, State.ACTIVE), *(Move(each.id, State.RETIRED, Ending.MERGED) for each in (one, two))]
    days.store.revise(HERE, [Step(each, "admit", "person", "so") for each in steps], cause="admit", now=days.now)
    days.passes(0.1)
    days.begins("s2")
    days.decides()
    (made,) = (each for each in days.told("announcement") if each.rule == into.name)
    assert (made.parents, made.initial, made.similar_to) == (("R1", "R2"), "active", None)
    assert days.states() == {"R1": "merged", "R2": "merged", "R3": "active"}


def test_what_persons_do_is_told_by_its_name(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.tries("A candidate that nobody is shown.", state=State.CANDIDATE)
    acts = [
        *(Move(rule.id, State.ACTIVE), Pin(rule.id, True), Pin(rule.id, False), Move(rule.id, State.TRIAL)),
        *(Move(rule.id, State.CANDIDATE), Move(rule.id, State.TRIAL), Move(rule.id, State.RETIRED, Ending.RETIRED)),
        *(Move(rule.id, State.ACTIVE), Move(rule.id, State.RETIRED, Ending.REJECTED)),
    ]
    for each in acts:
        days.person.does(each)
    days.tries("Pinned at once.", pinned=True)
    days.decides()
    told = [(each.rule, each.act) for each in days.told("human") if isinstance(each, Human)]
    assert told == [
        *(
            ("R1", act)
            for act in ("approve", "pin", "unpin", "trial", "retire", "trial", "retire", "approve", "reject")
        ),
        ("R3", "pin"),
    ]
    assert {each.rule for each in days.told("announcement")} == {"R1", "R3"}


def test_a_person_who_rejects_what_the_program_had_ended_ends_it_for_good(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.policy = STILL._replace(min_sessions=1, unlikely=0.99)
    days.lives("s1")
    days.passes(2)
    days.decides()
    assert days.states() == {"R1": "unlikely"}
    days.person.moves(rule, State.RETIRED, ending=Ending.REJECTED)
    days.policy = STILL._replace(min_sessions=1, retry_above=0.0, retry_faded=1.0)
    days.lives("s2")
    days.passes(2)
    days.decides()
    assert [each["act"] for each in said(days, "human")] == ["reject"]
    assert days.states() == {"R1": "rejected"}


def test_a_person_who_lets_stand_what_the_program_had_ended_says_nothing(days: Days) -> None:
    days.tries("Use uv.")
    days.policy = STILL._replace(min_sessions=1, unlikely=0.99)
    days.lives("s1")
    days.passes(2)
    days.decides()
    days.tries("Another one.", state=State.ACTIVE)
    days.decides()
    assert days.states() == {"R1": "unlikely", "R2": "active"}
    assert said(days, "human") == []


def test_another_model_is_news_to_every_rule_also_to_one_that_was_stopped(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.lives("s1", model="")
    days.lives("s2", model="opus")
    days.lives("s3", model="opus")
    days.policy = STILL._replace(min_sessions=1, guardrail_e=0.0)
    days.passes(2)
    days.decides()
    assert days.states() == {"R1": "guardrail"}
    days.policy = STILL._replace(retry_above=0.0)
    days.lives("s4", model="haiku")
    days.passes(2)
    days.decides()
    assert [each.get("candidates") for each in said(days, "session")] == [None, ["R1"], None, ["R1"]]
    assert days.states() == {"R1": "trial"}
    assert days.store.decisions(HERE, rule=rule.id)[-1].kind == "retry"


def test_the_first_sessions_of_a_project_without_rules_are_not_told(days: Days) -> None:
    days.begins("s1")
    assert days.decides().ruling is not None
    assert days.log() == []
    assert days.decides().ruling is None
    days.tries("Use uv.")
    days.begins("s2")
    days.decides()
    assert [each["id"] for each in said(days, "session")] == ["s2"]


def test_the_coin_of_all_learnt_rules_is_told_with_the_session(days: Days) -> None:
    days.tries("Use uv.")
    for n in range(60):
        days.lives(f"s{n}", coins=Coins(holdout=0.05))
    days.passes(2)
    made = days.decides().ruling
    told = said(days, "exposure")
    assert {each["set"]["p"] for each in told} == {0.95}
    assert all(each["p"] == ({"R1": 0.5} if each["set"]["on"] else {}) for each in told)
    off = sum(not each["set"]["on"] for each in told)
    assert 0 < off < 15
    assert made is not None
    assert made.decided[1].n == 60 - off
    whole = json.loads(made.trials.decided)["set"]
    assert (whole["n"], whole["off"]) == (60, off)


def test_global_rules_are_told_of_sessions_of_all_projects_and_one_id_may_be_two_sessions(days: Days) -> None:
    days.tries("Be brief.", project=GLOBAL)
    days.tries("Use uv.")
    days.lives("s1", place=DEMO)
    days.lives("s1", place=OTHER)
    days.lives("s2", place=OTHER)
    days.passes(2)
    days.decides()
    done = days.decides(OTHER.project.key)
    names = [each["id"] for each in said(days, "session", GLOBAL)]
    assert len(set(names)) == 3
    assert [name.partition("/")[2] for name in names] == ["s1", "s1", "s2"]
    assert {each["category"].partition("@")[0] for each in said(days, "session", GLOBAL)} == {"claude-code"}
    assert len({each["category"] for each in said(days, "session", GLOBAL)}) == 2
    assert done.everywhere is None, "all of them were told with the first project"
    assert json.loads(days.trials(GLOBAL).decided)["rules"]["R1"]["n"] == 3
    assert [each["id"] for each in said(days, "session")] == ["s1"]
    assert [list(each["p"]) for each in said(days, "exposure")] == [["R2"]]


def test_sessions_that_global_rules_never_reached_are_not_in_their_log(days: Days) -> None:
    days.tries("Be brief.", "*.md", project=GLOBAL)
    days.begins("s1")
    days.begins("s2", "README.md")
    days.decides()
    assert [each["id"].partition("/")[2] for each in said(days, "session", GLOBAL)] == ["s2"]


def test_of_near_duplicates_one_is_tried_and_the_other_waits(days: Days) -> None:
    days.tries("Run the tests before you commit.")
    days.tries("Before you commit, run the tests.")
    days.begins("s1")
    days.decides()
    assert [each.get("similar_to") for each in said(days, "rule")] == [None, "R1"]
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.5, 0.0]
    assert [each.rule for each in days.begins("s2")] == [1]


def test_an_edit_may_make_a_rule_wait_for_a_later_one_that_says_the_same(days: Days) -> None:
    first = days.tries("Use tabs.")
    days.tries("Run the tests before you commit.")
    days.decides()
    days.person.edits(first, "Before you commit, run the tests.")
    days.decides()
    assert [each.get("similar_to") for each in said(days, "rule")] == [None, None, "R2"]
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.5, 0.0]


def test_a_rule_that_waits_is_tried_once_the_other_says_something_else(days: Days) -> None:
    first = days.tries("Run the tests before you commit.")
    days.tries("Before you commit, run the tests.")
    days.tries("Before you commit: run the tests.")
    days.decides()
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.5, 0.0, 0.0]
    days.person.edits(first, "Run tests before a commit, please run the tests.")
    days.person.edits(first, "Prefer tabs.")
    days.decides()
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.5, 0.5, 0.0]


def test_a_forgotten_rule_is_told_without_its_text_and_others_are_not_held_against_it(days: Days) -> None:
    days.tries("Run the tests before you commit.")
    days.store.forget(needles=[], rule=1)
    days.tries("Before you commit, run the tests.")
    days.begins("s1")
    days.decides()
    assert [each.get("similar_to") for each in said(days, "rule")] == [None, None]
    assert [list(each["p"]) for each in said(days, "exposure")] == [["R2"]]


def test_settings_are_told_when_they_changed(days: Days) -> None:
    days.tries("Use uv.")
    for n, explore in enumerate((1.0, 1.0, 0.0)):
        days.policy = STILL._replace(explore=explore)
        days.begins(f"s{n}")
        days.decides()
    usual = {"explore": 1.0, "holdout": 0.0, "off": False, "guard": "fdr"}
    assert [each.get("settings") for each in said(days, "consolidate")] == [usual, None, usual | {"explore": 0.0}]
    assert [each["told"] for each in said(days, "consolidate")] == [{"sessions": n, "revisions": 1} for n in (1, 2, 3)]


def test_a_rule_that_is_added_while_a_run_reads_makes_it_decide_again_and_breaks_nothing(days: Days) -> None:
    days.tries("Use uv.")
    days.begins("s1")
    before = days.store.rules
    plain = make(days.store, HERE, nonce=lambda: "nonce")

    def rules(project: str, **more: Any) -> Any:
        days.store.rules = before
        found = before(project, **more)
        days.tries("Added meanwhile.")
        days.begins("s1")
        return found

    days.store.rules = rules
    ruling = judge.make(days.store, HERE, now=days.now, policy=days.policy)
    with pytest.raises(ConflictError):
        carry_out(days.store, plain, ruling, now=days.now)
    days.decides()
    assert [each["id"] for each in said(days, "rule")] == ["R1", "R2"]


def test_the_first_coin_of_a_rule_is_the_one_that_counts_in_a_session(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.person.edits(rule, "Use uv, never pip.")
    days.passes(0.1)
    days.begins("s1")
    days.passes(0.1)
    days.person.does(Restore(days.store.revision(HERE, 1).entries[0]))
    days.passes(0.1)
    assert [each.version for each in days.begins("s1")] == [2, 1]
    days.decides()
    assert len(said(days, "exposure")[0]["p"]) == 1
    assert said(days, "trigger") == []


def test_a_rule_that_waits_goes_on_waiting_while_the_other_says_the_same_in_other_words(days: Days) -> None:
    first = days.tries("Run the tests before you commit.")
    days.tries("Before you commit, run the tests.")
    days.decides()
    days.person.edits(first, "Before you commit: run the tests.")
    days.decides()
    assert [each["id"] for each in said(days, "rule")] == ["R1", "R2", "R1"]
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.5, 0.0]


def test_an_imported_rule_is_told_as_one_and_a_pinned_one_is_compared_with_none() -> None:
    store = MemoryStore(chance=Random(1).randbytes)
    source = PERSON._replace(identity=f"{FILE}CLAUDE.md")
    same = [Add(wording("Use uv, not pip.", source=source), state=State.ACTIVE, pinned=True) for _ in range(2)]
    store.revise(HERE, [Step(rule, "import", "person", "x") for rule in same], cause="import", now=NOW)
    ruling = judge.make(store, HERE, now=NOW, policy=POLICY)
    assert ruling is not None
    told = [line for line in map(json.loads, ruling.log) if line["t"] == "rule"]
    assert [(line["id"], line.get("imported"), line.get("similar_to")) for line in told] == [
        ("R1", True, None),
        ("R2", True, None),
    ]
