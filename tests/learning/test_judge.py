"""Prove when a session is scored, what of, and how a decision becomes steps, with its reason and its numbers."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from mcp_server.learning import consolidate, judge, recall
from mcp_server.learning.assign import Coins
from mcp_server.learning.consolidate import carry_out
from mcp_server.learning.plan import make
from mcp_server.learning.recall import LogError
from mcp_server.learning.render import stopping
from mcp_server.learning.trials import state as states
from mcp_server.learning.trials.events import Outcome, Recurrence
from mcp_server.learning.trials.policy import POLICY
from store.errors import FullError
from store.records import GLOBAL, Ending, Kind, State
from store.revise import Move, Pin, Restore, Reword, Step
from tests.doors.agent import OTHER, Failing
from tests.learning.days import STILL, Days, replayed
from tests.learning.workbench import TARGET
from tests.store.facts import HERE, PERSON, wording

REVIEW = "review:reviewer|say why"
REVERT = "revert:git"
BREACH = STILL._replace(min_sessions=1, guardrail_e=0.0)
"""Stops whatever was scored once."""


@pytest.fixture
def days() -> Days:
    return Days(policy=STILL)


def outcomes(days: Days, project: str = HERE) -> list[tuple[str, str, float | None]]:
    told = days.told("outcome", project=project)
    return [(each.session, each.source, each.score) for each in told if isinstance(each, Outcome)]


def recurrences(days: Days) -> list[tuple[str, bool | None]]:
    return [(each.session, each.recurred) for each in days.told("recurrence") if isinstance(each, Recurrence)]


def test_a_session_is_scored_a_day_after_its_last_sign_of_life_and_not_before(days: Days) -> None:
    days.tries("Use uv.")
    days.lives("s1")
    days.passes(0.6)
    days.begins("s1")
    days.passes(0.6)
    days.decides()
    assert outcomes(days) == [], "it lived for longer than its beginning says"
    days.ran("s1", failed=False)
    days.passes(0.999)
    days.decides()
    assert outcomes(days) == [], "its tests ran less than a day ago"
    days.passes(0.002)
    days.decides()
    assert outcomes(days) == [("s1", "ci", 1.0), ("s1", "ci", 1.0)], "it had two tasks"


def test_nothing_that_happened_elsewhere_scores_a_session_earlier(days: Days) -> None:
    """A clock that was ahead of all others, in a session or in a run, moves the time of the log, and nothing else."""
    days.tries("Use uv.")
    days.lives("s1")
    days.passes(400)
    days.lives("ahead")
    days.passes(-399.5)
    days.decides()
    assert outcomes(days) == []
    days.passes(0.6)
    days.decides()
    assert outcomes(days) == [("s1", "ci", 1.0)]
    days.passes(13.5)
    days.decides()
    assert outcomes(days)[1:] == [("ahead", "ci", 1.0)], "two weeks after it was told of"


def test_a_run_by_a_clock_that_was_ahead_scores_later_sessions_no_earlier(days: Days) -> None:
    days.tries("Use uv.")
    days.passes(40)
    days.decides()
    days.passes(-40)
    days.lives("s1")
    days.passes(0.9)
    days.decides()
    assert outcomes(days) == []
    days.passes(0.2)
    days.decides()
    assert outcomes(days) == [("s1", "ci", 1.0)]


def test_a_session_that_never_ends_is_scored_after_two_weeks(days: Days) -> None:
    days.tries("Use uv.")
    for day in range(14):
        days.lives("s1") if not day else days.begins("s1")
        days.decides()
        assert outcomes(days) == []
        days.passes(1)
    days.begins("s1")
    made = days.decides().ruling
    assert outcomes(days) == [("s1", "ci", 1.0)]
    assert made is not None
    assert made.decided[1].n == 1
    assert json.loads(made.trials.decided)["late"] == 0


def test_what_becomes_known_later_changes_nothing_of_what_was_decided(days: Days) -> None:
    days.tries("Use uv.", target=TARGET)
    days.tries("No tabs.")
    days.lives("s1")
    days.passes(1.1)
    days.decides()
    decided, lines = days.trials().decided, days.log()
    days.ran("s1", failed=True)
    days.corrects("s1")
    days.begins("s1")
    days.passes(20)
    made = days.decides()
    assert made.ruling is None
    assert (days.trials().decided, days.log()) == (decided, lines)


@pytest.mark.parametrize(("target", "fact"), [(REVIEW, {"kind": Kind.REVIEW, "state": "approved"}), (REVERT, {})])
def test_what_reviewers_and_reverts_say_is_waited_for_for_two_weeks(
    days: Days, target: str, fact: dict[str, Any]
) -> None:
    days.tries("Say why.", target=target)
    days.lives("s1")
    days.passes(1.1)
    days.decides()
    assert (len(outcomes(days)), recurrences(days)) == (1, [])
    days.passes(12.8)
    if fact:
        kind = fact.pop("kind")
        days.store.record([days.fact(kind, "s1", source=PERSON, how="by its pull request", **fact)])
    days.decides()
    assert recurrences(days) == []
    days.passes(0.2)
    made = days.decides().ruling
    assert recurrences(days) == [("s1", False)]
    assert made is not None
    assert made.decided[1].n == 1
    assert len(outcomes(days)) == 1


def test_a_rule_with_a_target_is_judged_by_its_recurrence_where_somebody_looked_and_others_by_the_outcome(
    days: Days,
) -> None:
    days.tries("Run make gen.", target=TARGET)
    days.tries("No tabs.")
    days.lives("s1", failed=True)
    days.lives("s2", failed=False)
    days.begins("s3")
    days.corrects("s3")
    days.passes(2)
    made = days.decides().ruling
    assert recurrences(days) == [("s1", True), ("s2", False), ("s3", None)]
    assert made is not None
    assert (made.decided[1].n, made.decided[1].triggered) == (2, 3)
    assert made.decided[2].n == 3


def test_what_failed_before_a_rule_came_into_play_is_not_its_recurrence(days: Days) -> None:
    days.tries("Run make gen.", "*.py", target=TARGET)
    days.lives("s1", failed=True)
    days.passes(0.1)
    days.begins("s1", "a.py")
    days.passes(0.1)
    days.ran("s1", failed=False)
    days.passes(2)
    days.decides()
    assert recurrences(days) == [("s1", False)]


def test_a_coin_and_the_end_of_its_session_may_be_told_in_one_run(days: Days) -> None:
    days.tries("No tabs.")
    days.tries("Run make gen.", "*.py", target=TARGET)
    days.begins("s1")
    days.decides()
    days.passes(0.1)
    given = days.begins("s1", "a.py")
    days.ran("s1", failed=False)
    days.reports("s1", helpful=[each.rule for each in given])
    days.passes(2)
    made = days.decides().ruling
    assert recurrences(days) == [("s1", False)]
    (said,) = (each for each in days.told("outcome") if isinstance(each, Outcome) and each.source == "self")
    assert said.helpful == tuple(f"R{each.rule}" for each in given if each.assigned)
    assert made is not None
    assert made.decided[2].n == 1


def test_recurrences_count_from_the_moment_at_which_the_wording_came_into_play(days: Days) -> None:
    """An earlier wording that the session saw, by a clock that was ahead, and that is gone is no such moment."""
    rule = days.tries("Run make gen.", target=TARGET)
    days.passes(0.2)
    days.lives("s1", failed=True)
    days.passes(-0.1)
    days.person.edits(rule, "Run make gen first.")
    days.store.forget(needles=["Run make gen."])
    days.passes(0.2)
    assert [each.version for each in days.begins("s1")] == [1, 2]
    days.ran("s1", failed=False)
    days.passes(2)
    days.decides()
    assert recurrences(days) == [("s1", False)]


def test_of_a_target_that_was_forgotten_nothing_is_said(days: Days) -> None:
    days.tries("Run make gen.", target=TARGET)
    days.begins("s1")
    days.decides()
    days.ran("s1", failed=True)
    days.store.forget(needles=[], rule=1)
    days.store.forget(needles=[TARGET])
    days.passes(2)
    days.decides()
    assert recurrences(days) == [("s1", None)]


def test_verified_and_reported_are_apart_and_a_report_does_not_count_beside_a_verified_result(days: Days) -> None:
    days.tries("No tabs.")
    for n in range(2):
        days.lives(f"s{n}", failed=False)
        days.reports(f"s{n}", "failure")
    days.begins("s2")
    days.reports("s2", "success")
    days.passes(2)
    days.decides()
    assert outcomes(days) == [
        *(("s0", "ci", 1.0), ("s0", "self", 0.0), ("s1", "ci", 1.0), ("s1", "self", 0.0)),
        ("s2", "self", 1.0),
    ]
    books = json.loads(days.trials().state)["engine"]["books"]
    category = books["categories"]["claude-code"]
    assert category["success"]["total"] == pytest.approx(category["success"]["weight"]), "all of the three went well"
    assert category["verified"]["total"] == pytest.approx(category["verified"]["weight"])
    assert category["said"]["total"] < category["said"]["weight"]


def test_a_session_whose_rules_were_served_unrecorded_is_not_scored(days: Days) -> None:
    days.tries("Use uv.")
    store = days.store
    days.store = Failing(store)
    days.store.fault = FullError("store")
    assert days.begins("s1") == []
    days.store = store
    days.passes(2)
    days.decides()
    assert days.log() == [] or days.told("session") == []


def test_a_rule_that_a_person_retired_is_still_scored_by_the_sessions_that_were_open_then(days: Days) -> None:
    rule = days.tries("Use uv.", target=TARGET)
    days.lives("s1")
    days.passes(0.1)
    days.person.moves(rule, State.RETIRED, ending=Ending.RETIRED)
    days.passes(2)
    made = days.decides().ruling
    assert made is not None
    assert (made.decided[rule.id].n, made.decided[rule.id].state, made.steps) == (1, "retired", ())


def test_consolidating_twice_changes_nothing_the_second_time(days: Days) -> None:
    days.tries("Use uv.")
    for n in range(3):
        days.lives(f"s{n}")
        days.passes(0.7)
    assert days.decides().ruling is not None
    kept = days.trials(), days.log(), days.store.rules(HERE), days.store.head(HERE)
    done = days.decides()
    assert (done.ruling, done.revision) == (None, None)
    assert kept == (days.trials(), days.log(), days.store.rules(HERE), days.store.head(HERE))


def test_a_store_in_which_nothing_ever_happened_is_left_alone(days: Days) -> None:
    assert judge.make(days.store, HERE, now=days.now, policy=POLICY) is None
    days.decides()
    assert days.store.trials(HERE) is None


def test_a_run_that_has_nothing_to_tell_only_keeps_how_far_it_read(days: Days) -> None:
    days.tries("Use uv.")
    days.lives("s1")
    days.passes(2)
    days.decides()
    days.tries("A candidate.", state=State.CANDIDATE)
    decided, lines = days.trials().decided, days.log()
    made = days.decides().ruling
    assert made is not None
    assert (made.log, made.chances, made.steps, made.trials.decided) == ((), {}, (), decided)
    assert days.log() == lines
    assert days.decides().ruling is None


@pytest.mark.parametrize("often", [1, 5, 30])
def test_consolidating_after_every_session_or_once_at_the_end_tells_and_scores_the_same(often: int) -> None:
    def played(each: int) -> Days:
        # What is believed of all rules together is learnt anew at each run, and moves the size of bets.
        days = Days(7, STILL._replace(votes_level_deviation=1e-9, votes_slope_deviation=1e-9))
        days.tries("Use uv.")
        for n in range(30):
            given = days.lives(f"s{n}", failed=n % 3 == 0, client=("codex", "claude-code")[n % 2])
            assert [exposure.probability for exposure in given] == [0.5]
            days.passes(1.5)
            if n % each == each - 1:
                days.decides()
        return days

    def told(days: Days) -> list[Any]:
        lines = [json.loads(line) for line in days.log()]
        body = [{k: v for k, v in line.items() if k != "ts"} for line in lines if line["t"] != "consolidate"]
        return sorted(body, key=lambda line: (line["t"] == "outcome", line.get("session", line.get("id", ""))))

    some, once = played(often), played(30)
    assert told(some) == told(once)
    one, other = (json.loads(days.trials().decided)["rules"]["R1"] for days in (some, once))
    for name in ("n", "shown", "withheld", "effect", "e_help", "e_harm", "e_guard", "triggered"):
        assert one[name] == other[name]


def breach(days: Days) -> Any:
    """Sessions after which the policy of a breach stops every rule that was scored."""
    days.policy = STILL
    days.lives(f"breach{days.now}")
    days.passes(2)
    days.policy = BREACH
    return days.decides()


def test_a_move_is_a_step_of_the_program_with_its_reason_and_numbers(days: Days) -> None:
    days.tries("Use uv.")
    days.policy = STILL._replace(min_sessions=1, promote_e=1.0, promote_rate=0.999)
    for n in range(20):
        given = days.begins(f"s{n}")
        days.ran(f"s{n}", failed=not given[0].assigned)
    days.passes(2)
    done = days.decides()
    (step,) = done.ruling.steps if done.ruling else ()
    assert (step.change, step.kind, step.actor) == (Move(1, State.ACTIVE), "promote", "program")
    assert step.reason.startswith("it helps: e-value")
    assert step.numbers.keys() == {
        *("effect", "lo", "hi", "p_help", "e_help", "e_harm", "e_guard", "n", "shown", "withheld"),
    }
    (decision,) = days.store.decisions(HERE, revision=2)
    assert (decision.kind, decision.reason, decision.numbers["n"]) == ("promote", step.reason, 20)
    assert days.store.revision(HERE, 2).report.startswith(f"- R1 promoted: Use uv.\n  because {step.reason}\n")
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.9]


def test_a_promoted_rule_that_is_no_longer_believed_in_goes_back_on_trial(days: Days) -> None:
    days.tries("Use uv.")
    days.policy = STILL._replace(min_sessions=1, promote_e=1.0, promote_rate=0.999)
    for n in range(20):
        given = days.begins(f"s{n}")
        days.ran(f"s{n}", failed=not given[0].assigned)
    days.passes(2)
    days.decides()
    days.lives("next")
    days.policy = STILL._replace(min_sessions=1, demote=1.0)
    days.passes(2)
    done = days.decides()
    assert [(step.change, step.kind) for step in done.ruling.steps] == [(Move(1, State.TRIAL), "demote")]  # pyright: ignore[reportOptionalMemberAccess]
    assert days.states() == {"R1": "trial"}
    assert "- R1 back on trial: Use uv." in days.store.revision(HERE, 3).report


def test_what_hardly_helps_is_retired_with_its_ending(days: Days) -> None:
    days.tries("Use uv.")
    days.lives("s1")
    days.policy = STILL._replace(min_sessions=1, unlikely=0.99)
    days.passes(2)
    done = days.decides()
    assert done.ruling is not None
    assert [step.kind for step in done.ruling.steps] == ["retire"]
    assert done.ruling.stopped == ()
    assert days.states() == {"R1": "unlikely"}
    assert days.store.answer(stopping(HERE)) is None


def test_a_breach_stops_a_rule_and_a_person_is_told(days: Days) -> None:
    days.tries("Use uv.", state=State.ACTIVE)
    done = breach(days)
    assert [(step.kind, step.actor) for step in done.ruling.steps] == [("roll back", "program")]
    assert days.states() == {"R1": "guardrail"}
    assert days.store.answer(stopping(HERE)) == done.ruling.stopped[0]
    assert done.ruling.stopped[0].startswith("R1 was stopped: ")
    assert "- R1 stopped: Use uv." in days.store.revision(HERE, 2).report


def test_evidence_of_harm_stops_a_rule_that_a_person_approved_and_a_posterior_alone_does_not(days: Days) -> None:
    days.tries("Use pip.")
    for n in range(40):
        given = days.begins(f"s{n}")
        days.ran(f"s{n}", failed=given[0].assigned)
    days.person.moves(days.store.rule(1), State.ACTIVE)
    days.passes(2)
    days.policy = STILL._replace(min_sessions=1, demote=1.0)
    made = days.decides().ruling
    assert made is not None
    assert (made.decided[1].state, made.decided[1].asks) == ("active", "retire")
    assert made.decided[1].p_help < 0.05
    days.policy = STILL._replace(min_sessions=1, explore=0.0, harm_e=20.0)
    (step,) = days.decides().ruling.steps  # pyright: ignore[reportOptionalMemberAccess]
    assert (step.change, step.kind) == (Move(1, State.RETIRED, Ending.HARMFUL), "roll back")
    assert days.states() == {"R1": "harmful"}


def test_stops_that_nobody_was_told_of_yet_are_told_with_later_ones(days: Days) -> None:
    days.tries("Use uv.", state=State.ACTIVE)
    breach(days)
    days.tries("No tabs.", state=State.ACTIVE)
    breach(days)
    told = days.store.answer(stopping(HERE)) or ""
    assert ("R1 was stopped" in told, "R2 was stopped" in told) == (True, True)
    days.store.keep_answer(stopping(HERE), "", now=days.now)
    days.tries("Be brief.", state=State.ACTIVE)
    breach(days)
    assert (days.store.answer(stopping(HERE)) or "").startswith("R3 was stopped")


def test_a_breach_by_an_edit_puts_the_earlier_wording_back_in_force(days: Days) -> None:
    rule = days.tries("Use uv.", state=State.ACTIVE)
    days.decides()
    days.person.edits(rule, "Use pip.")
    done = breach(days)
    (step,) = done.ruling.steps
    assert isinstance(step.change, Restore)
    assert step.kind == "roll back"
    assert step.reason.endswith("; version 1 is in force again")
    now = days.store.rule(rule.id)
    assert (now.text, now.state, now.chance) == ("Use uv.", State.ACTIVE, None)
    assert days.store.versions(rule.id)[1].withdrawn
    assert days.store.answer(stopping(HERE)), "a person is told"
    days.policy = STILL
    days.begins("s2")
    days.decides()
    assert [each.version for each in days.told("announcement")] == [1, 2, 3]
    assert days.store.problems() == []


def test_an_earlier_wording_that_was_not_in_force_any_more_stays_out_of_force(days: Days) -> None:
    rule = days.tries("Use uv.")
    breach(days)
    assert days.states() == {"R1": "guardrail"}
    days.person.edits(rule, "Use uv, please.")
    days.person.moves(rule, State.TRIAL)
    done = breach(days)
    assert [type(step.change) for step in done.ruling.steps] == [Move]
    assert days.states() == {"R1": "guardrail"}


def test_a_candidate_that_was_reworded_before_it_was_admitted_has_no_earlier_wording_in_force(days: Days) -> None:
    rule = days.tries("Use uv.", state=State.CANDIDATE)
    days.tries("Another one.", state=State.CANDIDATE)
    days.person.edits(rule, "Use uv, please.")
    days.person.moves(rule, State.TRIAL)
    assert [type(step.change) for step in breach(days).ruling.steps] == [Move]


def test_a_wording_that_is_put_back_is_as_unpinned_as_the_one_that_is_stopped(days: Days) -> None:
    rule = days.tries("Use uv.", state=State.ACTIVE, pinned=True)
    edit, unpin = Reword(rule.id, wording("Use pip.")), Pin(rule.id, False)
    steps = [Step(each, "edit", "person", "so") for each in (edit, unpin)]
    days.store.revise(HERE, steps, cause="edit", now=days.now)
    breach(days)
    assert (days.store.rule(rule.id).text, days.store.rule(rule.id).pinned) == ("Use uv.", False)


def test_the_program_never_moves_what_a_person_rejected_or_pinned(days: Days) -> None:
    rejected, pinned = days.tries("Use uv."), days.tries("No tabs.", pinned=True)
    days.lives("s1")
    days.passes(0.1)
    days.person.moves(rejected, State.RETIRED, ending=Ending.REJECTED)
    days.policy = BREACH._replace(retry_above=0.0, retry_faded=1.0)
    days.passes(2)
    for n in range(3):
        days.begins(f"t{n}", model=f"model {n}")
        days.passes(2)
        days.decides()
    assert days.states() == {"R1": "rejected", "R2": "trial"}
    assert days.store.rule(pinned.id).pinned


def test_with_trials_off_no_chance_is_touched(days: Days) -> None:
    days.tries("Use uv.", state=State.ACTIVE)
    days.policy = STILL._replace(off=True)
    days.begins("s1", coins=Coins(off=True))
    made = days.decides().ruling
    assert made is not None
    assert (made.chances, made.decided[1].p) == ({}, None)


def test_a_brake_says_what_it_does(days: Days) -> None:
    days.tries("Use uv.", state=State.ACTIVE)
    days.policy = STILL._replace(brake_ratio=1.0)
    for n in range(6):
        days.lives(f"s{n}", failed=n > 2)
    days.passes(2)
    made = days.decides().ruling
    assert made is not None
    assert made.words == (
        "- verified results fell: what the newest revision changed is shown in half of the sessions for a while",
    )
    assert made.chances == {1: 0.5}


def test_a_persons_decision_in_between_makes_the_run_decide_again(days: Days) -> None:
    rule = days.tries("Use uv.")
    days.lives("s1")
    days.passes(2)
    days.policy = BREACH
    decide: Callable[..., Any] = days.store.decide
    calls: list[int] = []

    def decides(project: str, *args: Any, **more: Any) -> Any:
        if project == HERE:
            if not calls:
                days.person.moves(rule, State.RETIRED, ending=Ending.REJECTED)
            calls.append(more["expected"])
        return decide(project, *args, **more)

    days.store.decide = decides
    done = days.decides()
    assert calls == [1, 2]
    assert done.ruling is not None
    assert done.ruling.steps == ()
    assert days.states() == {"R1": "rejected"}


def test_a_persons_decision_on_global_rules_in_between_makes_the_run_decide_again(days: Days) -> None:
    rule = days.tries("Use uv.", project=GLOBAL)
    days.lives("s1")
    days.passes(2)
    decide: Callable[..., Any] = days.store.decide
    calls: list[int] = []

    def decides(project: str, *args: Any, **more: Any) -> Any:
        if not calls:
            days.store.revise(GLOBAL, [], cause="test", now=days.now)
        calls.append(more["expected"])
        return decide(project, *args, **more)

    days.store.decide = decides
    done = days.decides()
    assert calls[:2] == [1, 2]
    assert done.everywhere is not None
    assert done.everywhere.decided[rule.id].n == 1


def test_a_run_that_dies_between_planning_and_writing_leaves_everything_as_before(days: Days) -> None:
    days.tries("Use uv.")
    days.lives("s1")
    days.decides()
    days.passes(2)
    days.policy = BREACH
    kept = days.trials(), days.log(), days.store.rules(HERE), days.store.head(HERE), days.store.decisions(HERE)
    decide = days.store.decide

    def dies(*_args: Any, **_more: Any) -> Any:
        raise MemoryError

    days.store.decide = dies
    with pytest.raises(MemoryError):
        days.decides()
    days.store.decide = decide
    assert kept == (
        days.trials(),
        days.log(),
        days.store.rules(HERE),
        days.store.head(HERE),
        days.store.decisions(HERE),
    )
    days.decides()
    assert outcomes(days) == [("s1", "ci", 1.0)]
    assert days.states() == {"R1": "guardrail"}


def test_a_plan_and_a_ruling_of_two_moments_are_not_written_together(days: Days) -> None:
    days.tries("Use uv.")
    days.begins("s1")
    plan = make(days.store, HERE, nonce=lambda: "nonce")
    days.tries("No tabs.")
    ruling = judge.make(days.store, HERE, now=days.now, policy=POLICY)
    with pytest.raises(consolidate.ConflictError):
        carry_out(days.store, plan, ruling, now=days.now)
    assert days.store.trials(HERE) is None


class Counting:
    """A store that counts what is read from it, and how much."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.reads: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        def counted(*args: Any, **more: Any) -> Any:
            found = call(*args, **more)
            self.reads[name] += 1
            self.rows[name] += len(found) if isinstance(found, list | tuple) else 1
            return found

        return counted


def test_a_decision_costs_the_same_after_ten_sessions_and_a_thousand(days: Days) -> None:
    days.tries("Use uv.", target=TARGET)
    days.tries("No tabs.", project=GLOBAL)
    cost: list[Any] = []
    for n in range(1, 1001):
        days.lives(f"s{n}", failed=n % 3 == 0)
        days.passes(0.5)
        if n in {10, 1000} or n % 100 == 0:
            for project in (HERE, GLOBAL):
                days.decides(project)
        if n in {10, 1000}:
            days.lives(f"next{n}")
            days.passes(3)
            for project in (HERE, GLOBAL):
                counting = Counting(days.store)
                made = judge.make(counting, project, now=days.now, policy=days.policy)
                assert made is not None
                assert len([line for line in made.log if '"outcome"' in line]) == 2
                cost.append((project, counting.reads, counting.rows, len(made.log)))
    assert cost[:2] == cost[2:]
    assert "log" not in cost[0][1]


def test_a_state_does_not_grow_with_the_number_of_settled_sessions(days: Days) -> None:
    days.tries("Use uv.", target=TARGET)
    sizes: list[int] = []
    for n in range(300):
        days.lives(f"s{n}")
        days.passes(2)
        days.decides()
        sizes.append(len(days.trials().state))
    assert max(sizes[150:]) < max(sizes[:150]) + 500


def lived(days: Days) -> None:
    """A history with something open, something settled, edits and a change of settings."""
    rule = days.tries("Use uv.", target=TARGET)
    days.tries("No tabs.", pinned=True)
    days.tries("Say why.", target=REVIEW)
    for n in range(8):
        days.lives(f"s{n}", failed=n % 2 == 0)
        days.passes(0.7)
        days.decides()
    days.policy = STILL._replace(explore=0.0, guard="per_rule")
    days.person.edits(rule, "Use uv, never pip.")
    days.lives("last", place=OTHER)
    days.lives("last")
    days.decides()


@pytest.mark.parametrize("project", [HERE, GLOBAL])
@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda _: "{",
        lambda _: "[1]",
        lambda _: "[" * 100_000,
        lambda state: json.dumps(json.loads(state) | {"format": 99}),
        lambda state: json.dumps(json.loads(state) | {"engine": {"format": 0}}),
        lambda state: json.dumps(json.loads(state) | {"engine": {"format": 1}}),
        lambda state: json.dumps(json.loads(state) | {"engine": []}),
        lambda state: json.dumps(json.loads(state) | {"notes": {"mark": 1}}),
        lambda state: json.dumps(json.loads(state) | {"notes": None}),
        lambda state: state.replace('"guard"', '"garde"'),
    ],
)
def test_a_state_that_cannot_be_read_is_had_anew_from_the_log(
    days: Days, project: str, damage: Callable[[str], str]
) -> None:
    days.tries("Be brief.", project=GLOBAL)
    lived(days)
    before = days.trials(project)
    engine, notes = recall.standing(days.store, project, before, days.policy)
    anew, found = recall.standing(days.store, project, before._replace(state=damage(before.state)), days.policy)
    assert states.dump(anew) == states.dump(engine)
    assert notes.revision - 1 <= found.revision <= notes.revision
    found.revision = notes.revision
    assert found == notes
    if project == GLOBAL:
        assert len({each.project for each in notes.open.values()}) == 2


def test_after_a_state_was_lost_the_next_run_decides_as_if_it_had_not_been(days: Days) -> None:
    other = Days(policy=STILL)
    for each, lose in ((days, False), (other, True)):
        lived(each)
        if lose:
            lost = each.trials()._replace(state="lost")
            head = each.store.head(HERE)
            each.store.decide(HERE, lost, log=[], chances={}, steps=[], cause="", now=each.now, expected=head)
        each.lives("after", failed=True)
        each.passes(20)
        each.decides()
    assert days.trials() == other.trials()
    assert days.log() == other.log()


def test_a_state_is_had_anew_also_where_no_session_is_open(days: Days) -> None:
    days.tries("Use uv.")
    days.lives("s1")
    days.passes(2)
    days.decides()
    before = days.trials()
    kept, lost = (recall.standing(days.store, HERE, each, STILL) for each in (before, before._replace(state="")))
    lost[1].revision = kept[1].revision
    assert (states.dump(kept[0]), kept[1]) == (states.dump(lost[0]), lost[1])
    assert kept[1].open == {}


def lost(days: Days) -> None:
    """The state is written by a version whose engine decided otherwise."""
    gone, head = days.trials()._replace(state="{}"), days.store.head(HERE)
    days.store.decide(HERE, gone, log=[], chances={}, steps=[], cause="", now=days.now, expected=head)


def helped(days: Days) -> None:
    """Sessions that do well with the rule and badly without it."""
    for n in range(20):
        given = days.begins(f"{days.now} {n}")
        days.ran(f"{days.now} {n}", failed=not given[0].assigned)
    days.passes(2)


def test_an_engine_that_decides_otherwise_than_that_of_then_moves_live_rules_once_more_with_its_reasons(
    days: Days,
) -> None:
    days.tries("Use uv.")
    helped(days)
    eager, strict = (STILL._replace(min_sessions=1, promote_e=e, promote_rate=0.999) for e in (1.0, 1e9))
    moves: list[str] = []
    for policy in (eager, strict, eager):
        days.policy = policy
        days.lives(f"next {len(moves)}")
        moves += [step.kind for step in days.decides().ruling.steps]  # pyright: ignore[reportOptionalMemberAccess]
        lost(days)
    assert moves == ["promote", "demote", "promote"]
    assert days.told("human") == []
    assert days.states() == {"R1": "active"}


def test_what_the_program_had_ended_stays_ended_by_an_engine_that_would_not_have_ended_it(days: Days) -> None:
    days.tries("Use uv.")
    breach(days)
    assert days.states() == {"R1": "guardrail"}
    lost(days)
    days.policy = STILL
    days.tries("No tabs.")
    for _ in range(2):
        days.passes(2)
        days.lives(f"{days.now}")
        days.decides()
        assert days.states() == {"R1": "guardrail", "R2": "trial"}
    assert [(each.rule, each.act) for each in days.told("human")] == [("R1", "retire")]
    decisions, engine = replayed(days.log(), STILL)
    assert decisions[-1] == days.trials().decided
    assert states.dump(engine) == json.loads(days.trials().state)["engine"]


def test_a_rule_that_was_rolled_back_just_before_the_state_was_lost_is_announced_all_the_same(days: Days) -> None:
    rule = days.tries("Use uv.", state=State.ACTIVE)
    days.decides()
    days.person.edits(rule, "Use pip.")
    breach(days)
    lost(days)
    days.policy = STILL
    days.begins("next")
    days.decides()
    assert [each.version for each in days.told("announcement")] == [1, 2, 3]
    assert (days.store.rule(1).text, days.states()) == ("Use uv.", {"R1": "active"})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"t":"dream","ts":1e12}', "line 2: unknown event: 'dream' is none of"),
        ('{"t":"consolidate","ts":1e12,"settings":{"dreams":1}}', "line 2: setting: there is no setting 'dreams'"),
        ('{"t":"consolidate","ts":1e12}', "line 2 lacks what a store's own log has"),
        ('{"t":"rule","id":"uv","ts":1e12,"wording":1}', "line 2 lacks what a store's own log has"),
    ],
)
def test_a_log_of_a_newer_grammar_is_refused_only_where_the_state_is_lost(days: Days, line: str, why: str) -> None:
    days.tries("Use uv.")
    hello = '{"t":"hello","v":1,"settled":true}'
    lost = recall.Trials("", "", 2)
    days.store.decide(HERE, lost, log=[hello, line], chances={}, steps=[], cause="", now=days.now, expected=1)
    with pytest.raises(LogError, match=r"the trials of example\.org/demo cannot be read") as refusal:
        days.decides()
    assert why in str(refusal.value)
    assert str(refusal.value).endswith("; nothing was changed, upgrade mcp-promptlearn")
    assert days.trials() == lost


@pytest.mark.parametrize(("before", "after", "state"), [(True, False, "trial"), (None, True, "futile")])
def test_settings_hold_from_the_consolidate_on_that_names_them_also_for_the_store_itself(
    days: Days, before: bool | None, after: bool, state: str
) -> None:
    """What a person does before it is weighed by the settings of then, as in a replay: room is dear, or it is not."""
    eager = POLICY._replace(min_sessions=1, futile=0.3, futile_least=0.0, futile_most=1.0, futile_step=0.5)
    days.tries("Use uv.")
    for n in range(4):
        days.tries(f"Do thing {n}.", state=State.ACTIVE)
    if before is not None:
        days.policy = eager._replace(off=before)
        days.begins("s0", coins=Coins(off=True))
        days.decides()
    days.policy = eager._replace(off=after)
    for n in range(3):
        days.lives(f"t{n}")
    days.tries("Another one.")
    days.passes(2)
    days.decides()
    decisions, engine = replayed(days.log(), eager)
    assert decisions[-1] == days.trials().decided
    assert states.dump(engine) == json.loads(days.trials().state)["engine"]
    assert days.states()["R1"] == state


def test_a_full_replay_decides_the_same_each_time_also_after_rollbacks_and_other_models(days: Days) -> None:
    decided: list[str] = []
    rule = days.tries("Use uv.", target=TARGET)
    for n in range(12):
        given = days.begins(f"s{n}", model=f"model {n // 5}", client=("codex", "claude-code")[n % 2])
        days.ran(f"s{n}", failed=not given[0].assigned)
        days.passes(1.3)
        days.policy = STILL._replace(explore=n / 12, min_sessions=3, promote_e=1.0, harm_e=1e9)
        if n == 7:
            days.person.edits(rule, "Use uv, never pip.")
        if n == 9:
            days.person.does(Restore(days.store.revision(HERE, 1).entries[0]))
        if days.decides().ruling is not None:
            decided.append(days.trials().decided)
    decisions, engine = replayed(days.log(), days.policy)
    assert decisions == decided
    assert len(decided) == 12
    assert states.dump(engine) == json.loads(days.trials().state)["engine"]


@pytest.mark.parametrize("late", [True, False])
def test_what_happens_after_a_session_has_settled_counts_no_more_for_a_run_that_comes_by_later(
    days: Days, late: bool
) -> None:
    days.tries("Use uv.", target=TARGET)
    days.tries("Say why.", target=REVIEW)
    days.lives("s1")
    days.passes(1.1)
    if not late:
        days.decides()
    days.ran("s1", failed=True, how="by its commit")
    days.corrects("s1")
    said = days.fact(Kind.COMMENT, "s1", source=PERSON, fingerprint=REVIEW, how="by its pull request")
    days.store.record([said])
    days.passes(13.9)
    days.decides()
    assert outcomes(days) == [("s1", "ci", 1.0)]
    assert [(each.rule, each.recurred) for each in days.told("recurrence")] == [("R1", False), ("R2", True)]


def test_a_change_of_settings_is_enough_to_decide_again_once(days: Days) -> None:
    days.tries("Run the tests before you commit.")
    days.tries("Before you commit, run the tests.")
    days.policy = STILL._replace(off=True)
    days.decides()
    assert [rule.chance for rule in days.store.rules(HERE)] == [None, None]
    days.policy = STILL
    made = days.decides().ruling
    assert made is not None
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.5, 0.0]
    assert days.decides().ruling is None


def test_a_change_that_is_no_news_leaves_each_rule_the_chance_it_had(days: Days) -> None:
    days.tries("Run the tests before you commit.")
    waiting = days.tries("Before you commit, run the tests.")
    days.decides()
    days.person.pins(waiting, pinned=False)
    assert days.store.rule(waiting.id).chance is None
    lines = days.log()
    made = days.decides().ruling
    assert made is not None
    assert (made.log, made.chances) == ((), {waiting.id: 0.0})
    assert days.log() == lines
    assert [rule.chance for rule in days.store.rules(HERE)] == [0.5, 0.0]
    assert days.decides().ruling is None
