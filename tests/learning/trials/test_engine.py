"""The conversation with the engine: what is scored when, what is held, what waits, what is refused."""

import json
from math import sqrt
from typing import Any

import pytest

from mcp_server.learning.trials.coin import key
from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.errors import (
    ClockError,
    DuplicateError,
    MalformedError,
    TrialError,
    UnknownIdError,
)
from mcp_server.learning.trials.events import Exposure
from mcp_server.learning.trials.exposure import expose
from mcp_server.learning.trials.parse import parse
from mcp_server.learning.trials.policy import DAY, POLICY
from mcp_server.learning.trials.posterior import Belief
from mcp_server.learning.trials.replies import Greeting
from tests.learning.trials.history import History


def exposed(history: History, session: str, candidates: list[str] | None, **more: object) -> Exposure:
    """The engine's answer to a session line."""
    fields: dict[str, object] = {"category": "c", "model": "m", "max_rules": 30} | more
    if candidates is not None:
        fields["candidates"] = candidates
    (reply,) = history.tell("session", id=session, **fields)
    assert isinstance(reply, Exposure)
    return reply


def test_a_hello_is_answered_with_the_seed_that_keys_the_coins() -> None:
    named = Engine(seed=3)
    assert named.apply(parse('{"t":"hello","v":1,"seed":9}')) == (Greeting(3),)
    unnamed = Engine()
    assert unnamed.apply(parse('{"t":"hello","v":1,"seed":9}')) == (Greeting(9),)
    assert unnamed.serving().key == key(9)
    assert Engine().apply(parse('{"t":"hello"}')) == (Greeting(0),)
    assert Engine(key=b"secret").serving().key == b"secret"
    assert Engine().apply(parse('{"t":"hello","v":1,"engine":"x"}')) == (), "its own, in a transcript"


def test_a_new_rule_is_shown_as_often_as_its_prior_lets_it_hope() -> None:
    history = History(chooses=True)
    history.rule("tried")
    history.rule("approved", initial="active")
    history.rule("imported", imported=True)
    reply = exposed(history, "s", ["tried", "approved", "imported"])
    assert reply.p == {"tried": 0.579153, "approved": 0.9, "imported": 0.723399}


def test_explore_moves_the_limits_of_trials_towards_one_half() -> None:
    for explore, most, least in ((0.0, 0.9, 0.15), (0.5, 0.75, 0.275), (1.0, 0.6, 0.4)):
        history = History(POLICY._replace(explore=explore))
        for rule, mean in (("good", 0.3), ("bad", -0.3)):
            history.rule(rule)
            history.trial(rule).belief = Belief(mean, 0.05)
        expose(history.engine.books, history.engine.policy)
        assert history.trial("good").probability == pytest.approx(most)
        assert history.trial("bad").probability == pytest.approx(least)


def test_sharpness_1_shows_a_trial_as_often_as_it_probably_helps_and_more_leans_to_where_that_points() -> None:
    shares: dict[float, list[float | None]] = {}
    for sharpness in (1.0, 2.0, 4.0):
        history = History(POLICY._replace(sharpness=sharpness))
        for rule, mean in (("good", 0.02), ("even", 0.0), ("bad", -0.02)):
            history.rule(rule)
            history.trial(rule).belief = Belief(mean, 0.05)
        expose(history.engine.books, history.engine.policy)
        shares[sharpness] = [history.trial(rule).probability for rule in ("good", "even", "bad")]
        assert shares[sharpness][1] == 0.5
    likely = Belief(0.02, 0.05).above()
    assert shares[1.0] == pytest.approx([likely, 0.5, 1 - likely])
    odds = (likely / (1 - likely)) ** 2
    assert shares[2.0] == pytest.approx([odds / (1 + odds), 0.5, 1 / (1 + odds)])
    assert shares[4.0] == [0.9, 0.5, 0.15], "within the limits of trials"


def test_settings_that_a_store_changed_hold_from_the_consolidate_that_names_them() -> None:
    history = History(chooses=True)
    history.rule("good")
    history.trial("good").belief = Belief(0.3, 0.05)
    history.tell("consolidate", settings={"explore": 1})
    assert history.engine.policy.explore == 1.0
    history.consolidate()
    assert history.engine.policy.explore == 1.0


def test_without_candidates_all_rules_of_the_category_are_meant() -> None:
    history = History(chooses=True)
    history.rule("here")
    history.rule("there", scope=["other"])
    assert list(exposed(history, "s", None).p) == ["here"]


def test_pinned_rules_are_shown_without_a_coin_and_retired_ones_not_at_all() -> None:
    history = History(chooses=True)
    for name in ("pinned", "gone"):
        history.rule(name)
    history.tell("human", rule="pinned", act="pin")
    history.tell("human", rule="gone", act="reject")
    assert exposed(history, "s", ["pinned", "gone"]) == Exposure("s", ("pinned",), {})
    made = history.consolidate().rules
    assert made["pinned"].verdict == "not measured"


def test_with_trials_off_active_rules_are_always_shown_and_trials_never() -> None:
    history = History(POLICY._replace(off=True, holdout=0.05), chooses=True)
    history.rule("active", initial="active")
    history.rule("tried")
    assert exposed(history, "s", ["active", "tried"]) == Exposure("s", ("active",), {})
    assert history.consolidate().rules["active"].verdict == "not measured"
    assert "it had no coin yet" in history.known("active").reason


def test_of_near_duplicates_one_is_on_trial_and_the_other_waits_until_it_is_decided() -> None:
    history = History(chooses=True)
    history.rule("first")
    history.rule("second", similar_to="first")
    history.rule("third", similar_to="second")
    assert list(exposed(history, "s1", ["first", "second", "third"]).p) == ["first"]
    made = history.consolidate().rules["second"]
    assert (made.state, made.p, made.needed) == ("trial", None, None)
    assert made.reason.endswith("waits, because first says nearly the same")
    history.trial("first").state, history.trial("first").ending = "retired", "futile"
    history.tell("revision", rules=["first"])
    assert list(exposed(history, "s2", ["first", "second", "third"]).p) == ["second"]
    history.tell("human", rule="third", act="approve")
    assert list(exposed(history, "s3", ["second", "third"]).p) == ["third"]
    assert history.engine.books.tried == 3


def test_what_was_rejected_or_harmed_is_not_tried_again_in_nearly_the_same_words() -> None:
    history = History()
    for name, similar in (("earlier", None), ("first", "earlier"), ("second", "first")):
        history.rule(name, similar_to=similar)
    history.tell("human", rule="first", act="reject")
    history.consolidate()
    assert history.known("earlier").p is not None, "what came before is not blocked by it"
    history.tell("human", rule="earlier", act="retire")
    history.consolidate()
    assert history.trial("second").waits_for == "earlier"
    for ending, renewed, waits in (("harmful", False, True), ("guardrail", False, True), ("harmful", True, False)):
        for name in ("earlier", "first"):
            history.trial(name).ending, history.trial(name).renewed = ending, renewed
        history.trial("earlier").belief = history.trial("first").belief
        expose(history.engine.books, POLICY)
        assert bool(history.trial("second").waits_for) == waits


def test_an_edit_begins_anew_with_half_of_what_was_believed_and_another_coin() -> None:
    history = History()
    history.rule()
    history.run(20, 0.4)
    mean = history.trial().belief.mean
    assert mean > 0.05
    history.rule(version=2)
    trial = history.trial()
    assert (trial.prior, trial.order, trial.triggered, trial.version) == (pytest.approx(mean / 2), 0, 0, 2)
    assert trial.evidence() == (1.0, 1.0)
    assert history.engine.serving().standings["r"].version == 2
    assert history.engine.books.tried == 1
    history.session({"r": (0.5, True)}, True)
    assert history.engine.books.tried == 2, "a new hypothesis"


def test_a_merge_begins_with_half_the_mean_of_its_parents() -> None:
    history = History()
    for name, effect in (("a", 0.4), ("b", 0.1)):
        history.rule(name)
        history.run(20, effect, rule=name)
    means = [history.trial(name).belief.mean for name in ("a", "b")]
    history.rule("both", parent=["a", "b"])
    assert history.trial("both").prior == pytest.approx(sum(means) / 4)


def test_a_session_that_threw_the_coin_of_an_older_version_does_not_count_for_the_new_one() -> None:
    history = History()
    history.rule()
    history.session({"r": (0.5, True)}, True)
    history.rule(version=2)
    history.consolidate()
    assert history.trial().triggered == 0


def test_a_plain_session_is_scored_at_the_first_consolidate_after_its_outcome_and_once() -> None:
    history = History()
    history.rule()
    name = history.session({"r": (0.5, True)}, True)
    history.tell("outcome", session=name, success=False)
    assert history.consolidate().rules["r"].n == 1
    assert history.trial().main.sums.sessions == 1
    history.tell("outcome", session=name, success=False)
    made = history.consolidate()
    assert (made.rules["r"].n, made.late, made.held) == (1, 1, 1)
    assert history.trial().strict.sums.sessions == 0
    made = history.consolidate(1)
    assert (made.rules["r"].n, made.late, made.held) == (1, 1, 0)
    assert history.trial().strict.sums.sessions == 1


def test_what_was_not_reported_counts_as_no_success_when_the_slowest_report_would_have_come() -> None:
    history = History()
    history.rule()
    history.session({"r": (0.5, True)}, report=False)
    history.consolidate(1)
    assert history.trial().strict.sums.sessions == 1, "nobody knows yet that reports take longer here"
    history.tell("outcome", session="s1", success=True, source="ci", ts=history.ts + 2 * DAY)
    history.ts += 2 * DAY
    history.consolidate()
    trial = history.trial()
    assert (trial.main.sums.sessions, trial.strict.sums.sessions) == (1, 1), "it is told all the same, and once"
    assert trial.strict.sums.signal < 0 < trial.main.sums.signal
    history.session({"r": (0.5, True)}, report=False)
    history.consolidate(2)
    assert trial.strict.sums.sessions == 1
    history.tell("outcome", session="s2", success=True, source="ci")
    history.consolidate()
    assert (trial.main.sums.sessions, trial.strict.sums.sessions) == (2, 1)
    made = history.consolidate(1)
    assert (trial.strict.sums.sessions, made.held) == (2, 0)


def test_many_outcomes_of_one_session_weigh_in_the_strict_question_what_they_weighed_before() -> None:
    history = History()
    history.rule()
    for _ in range(3):
        name = history.session({"r": (0.5, True)}, True)
        history.tell("outcome", session=name, success=True)
        history.consolidate(1)
    trial = history.trial()
    two = 2 / 1.3
    assert trial.main.sums.mass == pytest.approx(3 * two / 4, rel=2e-3)
    weights = (1.0, (2 + two) / 3, (2 + 2 * two) / 4)
    assert trial.strict.sums.mass == pytest.approx(sum(weights) / 4, rel=5e-3)


def test_a_session_without_an_outcome_is_held_for_two_weeks_and_then_counts_as_not_reported() -> None:
    history = History()
    history.rule()
    history.session({"r": (0.5, True)}, report=False)
    assert (history.consolidate(13).held, history.trial().triggered) == (1, 0)
    made = history.consolidate(1.01)
    assert (made.held, made.rules["r"].triggered, made.rules["r"].n) == (0, 1, 0)


def test_text_alone_is_no_outcome_but_ends_the_waiting() -> None:
    history = History()
    history.rule()
    history.session({"r": (0.5, True)}, None)
    made = history.consolidate().rules["r"]
    assert (made.triggered, made.n) == (1, 0)


def test_in_a_live_log_success_waits_a_day_after_the_last_activity() -> None:
    history = History()
    history.tell("hello", v=1, settles=True)
    history.rule()
    name = history.session({"r": (0.5, True)}, True)
    assert history.consolidate(0.9).rules["r"].n == 0
    history.tell("outcome", session=name, success=True, source="ci")
    assert history.consolidate(0.2).rules["r"].n == 1, "what others find later does not make it wait"
    name = history.session({"r": (0.5, True)}, True)
    history.ts += DAY / 2
    history.tell("outcome", session=name, success=False)
    assert history.consolidate(0.6).rules["r"].n == 1
    assert history.consolidate(0.5).rules["r"].n == 2
    history.session({"r": (0.5, True)}, report=False)
    assert history.consolidate(1.1).held == 0


@pytest.mark.parametrize(("target", "days"), [("test:t", 1), ("words:w", 1), ("review:x", 14), ("revert:git", 14)])
def test_a_target_settles_when_its_detector_had_its_time_and_never_earlier(target: str, days: int) -> None:
    history = History()
    history.rule(target=target)
    history.session({"r": (0.5, True)}, True, recurred={"r": False})
    assert history.consolidate(days - 0.1).rules["r"].n == 0
    assert history.engine.held
    made = history.consolidate(0.2)
    assert (made.rules["r"].n, made.held) == (1, 0)


def test_targets_of_one_session_settle_each_in_its_time() -> None:
    history = History()
    history.rule("quick", target="test:t")
    history.rule("slow", target="review:x")
    name = history.session({"quick": (0.5, True), "slow": (0.5, True)}, True, recurred={"quick": True})
    made = history.consolidate(1.1)
    assert [made.rules[rule].n for rule in ("quick", "slow")] == [1, 0]
    history.tell("recurrence", session=name, rule="quick", recurred=False)
    history.tell("recurrence", session=name, rule="slow", recurred=False)
    assert history.consolidate(5).late == 1
    made = history.consolidate(8)
    assert [made.rules[rule].n for rule in ("quick", "slow")] == [1, 1]
    assert history.trial("slow").main.sums.signal > 0 > history.trial("quick").main.sums.signal


def test_only_what_happened_after_the_trigger_is_a_recurrence() -> None:
    history = History()
    history.rule(target="test:t")
    name = history.session({"r": (0.5, True)}, True, recurred={"r": True})
    history.ts += 60
    history.tell("trigger", session=name, rule="r")
    history.ts += 60
    history.tell("recurrence", session=name, rule="r", recurred=False)
    history.tell("recurrence", session=name, rule="r", recurred=None)
    history.consolidate(2)
    assert history.trial().main.sums.signal > 0


def test_a_trigger_may_bring_the_coin_of_a_rule_that_came_into_play_later() -> None:
    history = History()
    history.rule(target="test:t")
    name = history.session({}, True)
    history.tell("trigger", session=name, rule="r", p=0.5, assigned=True)
    history.tell("trigger", session=name, rule="r", p=0.5, assigned=True)
    history.ts += 60
    history.tell("recurrence", session=name, rule="r", recurred=True)
    made = history.consolidate(2).rules["r"]
    assert (made.n, made.shown) == (1, 1)


def test_where_nothing_looked_the_target_is_missing_and_the_strict_bets_count_it_as_not_prevented() -> None:
    history = History()
    history.rule(target="test:t")
    history.session({"r": (0.5, True)}, True)
    made = history.consolidate(2).rules["r"]
    assert (made.n, made.triggered) == (0, 1)
    assert history.trial().strict.process.helps.value() < 1.0


def test_rules_with_one_target_expect_each_other_but_never_themselves() -> None:
    history = History()
    for name in ("a", "b"):
        history.rule(name, target="test:t")
    history.rule("other", target="test:u")
    for _ in range(6):
        history.session({"a": (0.5, True), "b": (0.5, True)}, True, recurred={"a": False, "b": False})
        history.session({"a": (0.5, False), "b": (0.5, False)}, True, recurred={"a": True, "b": True})
    history.consolidate(2)
    together = history.trial("a").main.sums.signal
    history.session({"a": (0.5, True), "b": (0.5, True)}, True, recurred={"a": False, "b": False})
    history.session({"a": (0.5, True), "other": (0.5, True)}, True, recurred={"a": False, "other": False})
    before = history.trial("a").belief.mean
    history.consolidate(2)
    assert before > 0.01
    assert history.trial("a").main.sums.signal > together
    assert history.trial("b").main.sums.sessions == 13


@pytest.mark.parametrize("p", [None, 0.0, 1.0])
def test_without_a_real_probability_a_rule_is_only_observed_and_no_e_value_moves(p: float | None) -> None:
    history = History()
    history.rule()
    for number in range(40):
        history.session({"r": (p, number % 2 == 0)}, number % 2 == 0)
    made = history.consolidate().rules["r"]
    assert (made.e_help, made.e_harm, made.n, made.looks) == (1.0, 1.0, 0, 0)
    assert made.observed in {20, 40}
    assert (made.verdict, history.engine.books.tried) == ("not measured", 0)
    assert history.engine.books.overall.weight > 1.0, "it still tells what sessions end like"


def test_an_outcome_without_an_exposure_is_counted_and_moves_nothing() -> None:
    history = History()
    history.rule()
    history.tell("session", id="s", category="c", candidates=["r"])
    history.tell("outcome", session="s", success=True, helpful=["r"])
    made = history.consolidate()
    assert (made.unexposed, made.rules["r"].triggered, made.rules["r"].e_help) == (1, 0, 1.0)


def test_a_judge_steers_exposure_but_proves_nothing() -> None:
    history = History()
    history.rule()
    made = history.run(40, 0.5, source="judge")
    assert made.n == 40
    assert made.e_help <= 1.0
    assert made.p_help > 0.9
    assert history.engine.books.overall.weight == 0.0


def test_a_verified_result_and_a_report_of_one_session_count_as_one_session() -> None:
    history = History()
    history.rule()
    name = history.session({"r": (0.5, True)}, True)
    history.tell("outcome", session=name, success=False, source="ci")
    history.consolidate()
    trial = history.trial()
    assert trial.main.sums.sessions == trial.verified.sums.sessions == trial.said.sessions == 1
    assert trial.main.sums.mass == pytest.approx(2 / 1.3 * 0.25)
    assert trial.verified.sums.signal < 0 < trial.said.signal


def test_a_report_beside_a_verified_result_is_compared_and_does_not_count() -> None:
    history = History()
    history.rule()
    name = history.session({"r": (0.5, True)}, True, beside=True)
    history.tell("outcome", session=name, success=False, source="ci")
    history.consolidate()
    trial = history.trial()
    assert trial.main.sums.sessions == trial.verified.sums.sessions == trial.said.sessions == 1
    assert trial.main.sums.mass == pytest.approx(0.25)
    assert trial.main.sums.signal < 0 < trial.said.signal


@pytest.mark.parametrize("target", ["test:a", "review:a"])
def test_a_log_of_what_has_settled_waits_for_nothing(target: str) -> None:
    history = History(POLICY._replace(settles=True))
    history.tell("hello", v=1, settled=True)
    history.rule("r", target=target)
    history.rule("plain")
    coins: dict[str, tuple[float | None, bool]] = {"r": (0.5, True), "plain": (0.5, False)}
    told = history.session(coins, True, recurred={"r": False})
    silent = history.session(coins, True)
    assert history.consolidate().held == 1, "what became of its target was not said yet"
    assert (history.trial().main.sums.sessions, history.trial("plain").main.sums.sessions) == (1, 2)
    late = history.session(coins, report=False)
    history.consolidate(days=30)
    assert list(history.engine.held) == [silent, late] != [told]
    assert not history.engine.held[late].scored, "nothing is given up that may still be said"
    history.tell("outcome", session=late, success=None)
    history.tell("recurrence", session=late, rule="r", recurred=None)
    history.tell("recurrence", session=silent, rule="r", recurred=True)
    assert history.consolidate().held == 0
    assert history.trial().main.sums.sessions == 2


def test_the_set_is_scored_by_its_own_coin_and_single_rules_only_where_it_is_on() -> None:
    history = History(POLICY._replace(holdout=0.05), chooses=True)
    history.rule()
    off = 0
    for number in range(300):
        history.ts += 3600
        reply = exposed(history, f"s{number}", ["r"])
        assert reply.set is not None
        off += not reply.set[1]
        assert (reply.p == {}) == (not reply.set[1])
        history.tell("outcome", session=f"s{number}", success=True)
    made = history.consolidate()
    assert made.set is not None
    assert (made.set.n, made.set.off, made.set.on) == (300, off, 300 - off)
    assert made.set.lo < made.set.effect < made.set.hi
    assert made.rules["r"].triggered == 300 - off


def test_a_set_coin_with_a_probability_of_one_tells_nothing() -> None:
    history = History()
    history.rule()
    history.tell("session", id="s", category="c", candidates=["r"])
    history.tell("exposure", session="s", shown=[], p={}, set={"p": 1, "on": True})
    history.tell("outcome", session="s", success=True)
    assert history.consolidate().set is None


def test_what_was_assigned_counts_even_where_the_budget_overflowed() -> None:
    history = History()
    history.rule("a")
    history.rule("b")
    history.tell("session", id="s", category="c", candidates=["a", "b"])
    history.tell("exposure", session="s", shown=["a"], p={"a": 0.5, "b": 0.5}, assigned=["a", "b"])
    history.tell("outcome", session="s", success=True)
    made = history.consolidate().rules
    assert (made["a"].shown, made["b"].shown) == (1, 1)


def test_the_engine_says_what_was_assigned_when_it_shows_less() -> None:
    history = History(chooses=True)
    for number in range(12):
        history.rule(f"r{number}", initial="active")
    overflowed = 0
    for number in range(200):
        reply = exposed(history, f"s{number}", [f"r{n}" for n in range(12)], max_rules=6)
        assert len(reply.shown) <= 6
        if reply.assigned is not None:
            overflowed += 1
            assert len(reply.assigned) > 6
            assert set(reply.shown) < set(reply.assigned)
    assert 0 < overflowed < 20


def test_coins_are_honest_over_a_run() -> None:
    history = History(chooses=True)
    for name in ("a", "b", "c"):
        history.rule(name)
    above, variance = dict.fromkeys("abc", 0.0), dict.fromkeys("abc", 0.0)
    for number in range(600):
        history.ts += 600
        reply = exposed(history, f"s{number}", ["a", "b", "c"])
        for rule, p in reply.p.items():
            above[rule] += (rule in reply.shown) - p
            variance[rule] += p * (1 - p)
        history.tell("outcome", session=f"s{number}", success="a" in reply.shown or number % 3 == 0)
        if number % 20 == 0:
            history.consolidate()
    assert all(abs(above[rule]) / sqrt(variance[rule]) < 4 for rule in above)
    made = history.consolidate().rules
    assert {made[rule].frozen for rule in above} == {None}


def test_choosing_never_changes_what_is_known() -> None:
    history = History(chooses=True)
    history.rule()
    before = history.engine.serving()
    exposed(history, "s1", ["r"])
    assert history.engine.serving() is before
    history.consolidate()
    assert history.engine.serving() is not before


def test_sums_keep_their_meaning_when_their_unit_is_brought_back() -> None:
    short, long = History(POLICY._replace(fading=10.0)), History(POLICY._replace(fading=10.0))
    for history in (short, long):
        history.rule()
        history.session({}, True)
        history.consolidate()
    short.engine.books.outcomes = 0.0
    long.engine.books.outcomes = 640.0
    for history in (short, long):
        history.run(40, 0.2)
    assert short.known()._replace(looks=0) == long.known()._replace(looks=0)
    assert long.engine.books.outcomes < 640


@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        (['{"t":"consolidate","ts":5}', '{"t":"consolidate","ts":4}'], ClockError, "4 is before 5"),
        (['{"t":"rule","id":"r","ts":0}'] * 2, DuplicateError, "an edit needs a version above 1"),
        (['{"t":"rule","id":"r","ts":0,"similar_to":"x"}'], UnknownIdError, "rule 'x' was not announced"),
        (['{"t":"rule","id":"r","ts":0,"similar_to":"r"}'], UnknownIdError, "rule 'r' was not announced"),
        (
            [
                '{"t":"rule","id":"a","ts":0}',
                '{"t":"rule","id":"b","ts":0,"similar_to":"a"}',
                '{"t":"rule","id":"a","ts":0,"version":2,"similar_to":"b"}',
            ],
            MalformedError,
            "rule 'a' would be similar to itself",
        ),
        (['{"t":"rule","id":"r","ts":0,"parent":"x"}'], UnknownIdError, "rule 'x' was not announced"),
        (
            ['{"t":"session","id":"s","ts":0,"category":"c","candidates":["x"]}'],
            UnknownIdError,
            "rule 'x' was not announced",
        ),
        (['{"t":"session","id":"s","ts":0,"category":"c"}'] * 2, DuplicateError, "session 's' began already"),
        (['{"t":"exposure","session":"s","shown":[]}'], UnknownIdError, "session 's' has not begun"),
        (
            ['{"t":"session","id":"s","ts":0,"category":"c"}', '{"t":"exposure","session":"s","shown":["x"]}'],
            UnknownIdError,
            "rule 'x' was not announced",
        ),
        (
            ['{"t":"session","id":"s","ts":0,"category":"c"}', '{"t":"exposure","session":"s","p":{"x":0.5}}'],
            UnknownIdError,
            "rule 'x' was not announced",
        ),
        (
            ['{"t":"session","id":"s","ts":0,"category":"c"}', *['{"t":"exposure","session":"s","shown":[]}'] * 2],
            DuplicateError,
            "session 's' was exposed already",
        ),
        (
            [
                '{"t":"session","id":"s","ts":0,"category":"c"}',
                '{"t":"outcome","session":"s","ts":0,"success":true}',
                '{"t":"revision","ts":0,"rules":[]}',
                '{"t":"exposure","session":"s","shown":[]}',
            ],
            MalformedError,
            "had an outcome before its exposure",
        ),
        (['{"t":"outcome","session":"s","ts":0,"helpful":["x"]}'], UnknownIdError, "rule 'x' was not announced"),
        (['{"t":"trigger","session":"s","ts":0,"rule":"x"}'], UnknownIdError, "rule 'x' was not announced"),
        (['{"t":"recurrence","session":"s","ts":0,"rule":"x"}'], UnknownIdError, "rule 'x' was not announced"),
        (['{"t":"human","ts":0,"rule":"x","act":"pin"}'], UnknownIdError, "rule 'x' was not announced"),
        (['{"t":"revision","ts":0,"rules":["x"]}'], UnknownIdError, "rule 'x' was not announced"),
    ],
)
def test_an_event_that_cannot_be_is_refused_by_name_and_changes_nothing(
    lines: list[str], error: type[TrialError], words: str
) -> None:
    history = History()
    *before, last = [parse(line) for line in lines]
    for event in before:
        history.engine.apply(event)
    with pytest.raises(error) as caught:
        history.engine.apply(last)
    assert words in str(caught.value)


def test_an_outcome_and_an_exposure_in_one_breath_are_an_outcome_before_its_exposure() -> None:
    history = History()
    history.tell("session", id="s", category="c")
    history.tell("outcome", session="s", success=True)
    with pytest.raises(MalformedError, match="had an outcome before its exposure"):
        history.tell("exposure", session="s", shown=[])


def test_where_the_engine_chooses_nobody_else_may_expose() -> None:
    history = History(chooses=True)
    exposed(history, "s", [])
    with pytest.raises(MalformedError, match="exposure lines are the engine's answers here"):
        history.tell("exposure", session="s", shown=[])


def test_what_is_said_of_a_session_that_is_not_held_is_counted_as_late() -> None:
    history = History()
    history.rule()
    history.tell("outcome", session="gone", success=True)
    history.tell("trigger", session="gone", rule="r")
    assert history.consolidate().late == 2


def test_the_decisions_hold_every_rule_known_so_far_in_the_order_of_their_announcement() -> None:
    history = History()
    for name in ("b", "a", "c"):
        history.rule(name)
    assert list(history.consolidate().rules) == ["b", "a", "c"]
    fields: dict[str, Any] = history.known("a")._asdict()
    assert json.loads(json.dumps(fields)) == fields
