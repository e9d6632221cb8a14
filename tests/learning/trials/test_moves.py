"""Each move between states by a small hand-made history: promoted, retired, demoted, tried again, frozen, stopped."""

import pytest

from mcp_server.learning.trials.policy import DAY, PER_RULE, POLICY
from tests.learning.trials.history import History

LEARN = POLICY._replace(explore=1.0)


def test_a_rule_that_helps_is_promoted_by_evidence_and_its_e_value_is_kept() -> None:
    history = History()
    history.rule()
    early = history.run(14, 0.6)
    assert (early.state, early.verdict, early.reason) == (
        "trial",
        "too early",
        "14 of the 15 sessions before which nothing is said; on trial",
    )
    made = history.run(60, 0.6)
    assert (made.state, made.asks, made.frozen, made.ending) == ("active", None, None, None)
    assert made.verdict == "proven", "the only rule ever tried has no others to be told apart from"
    claimed = history.trial().promoted_e
    history.run(20, 0.0)
    assert history.trial().promoted_e == claimed
    assert history.trial().approved is False


def test_among_many_rules_the_false_discovery_guard_asks_for_more_than_each_rule_alone() -> None:
    states: dict[str, str] = {}
    for guard in ("fdr", PER_RULE):
        history = History(POLICY._replace(guard=guard))
        for number in range(60):
            history.rule(f"idle{number}")
        history.rule()
        history.session({f"idle{number}": (0.5, False) for number in range(60)}, True)
        while history.run(2, 0.6).e_help < 20 or history.known().n < 15:
            assert history.number < 200
        states[guard] = history.known().state
        assert history.known().verdict == "supported"
        waits = "not promoted yet, as chance alone brings some so far among many: it needs 305"
        assert (waits in history.known().reason) == (guard == "fdr")
    assert states == {"fdr": "trial", PER_RULE: "active"}


def test_a_proof_may_come_long_after_the_promotion_and_is_kept_too() -> None:
    history = History()
    for number in range(9):
        history.rule(f"idle{number}")
        history.session({f"idle{number}": (0.5, False)}, True)
    history.rule()
    while history.run(2, 0.6).state == "trial":
        assert history.number < 200
    assert history.known().verdict == "supported"
    promoted = history.trial().promoted_e
    while history.run(2, 0.6).verdict == "supported":
        assert history.number < 300
    proven = history.trial().proven_e
    assert history.known().verdict == "proven"
    assert proven is not None
    assert promoted is not None
    assert proven >= 200 > promoted >= 50


def test_with_weights_for_rules_that_keep_coming_the_first_ones_need_less() -> None:
    history = History(POLICY._replace(growing=True))
    history.rule("first")
    for number in range(30):
        history.rule(f"idle{number}")
        history.session({"first": (0.5, True), f"idle{number}": (0.5, False)}, True)
    history.rule("last")
    history.run(80, 0.6, rule="last")
    history.run(40, 0.6, rule="first")
    assert history.known("first").state == "active"
    assert history.known("last").state == "trial"
    assert history.known("last").e_help > 20


def test_a_rule_that_hardly_helps_is_retired_after_fifteen_sessions_and_not_before() -> None:
    history = History()
    history.rule()
    assert history.run(14, -0.4).state == "trial"
    made = history.run(30, -0.4)
    assert (made.state, made.ending, made.p, made.needed) == ("retired", "unlikely", None, None)
    assert made.reason.endswith("retired, as it hardly helps at all")


def test_a_rule_that_is_not_worth_its_room_is_retired_on_trial_only() -> None:
    crowd = History()
    for number in range(60):
        crowd.rule(f"idle{number}")
    crowd.rule()
    crowd.rule("approved", initial="active")
    for rule in ("r", "approved"):
        crowd.run(500, -0.001, rule=rule)
    made = crowd.known()
    assert 0.05 < made.p_help < 0.5
    assert (made.state, made.ending) == ("retired", "futile")
    assert made.reason.endswith("retired, as it hardly helps by the 3 points that its room is worth")
    assert crowd.known("approved").state == "active"


def test_evidence_of_harm_stops_even_a_rule_that_a_person_approved_and_asks_the_person() -> None:
    history = History()
    history.rule(initial="active")
    made = history.run(80, -0.8)
    assert (made.state, made.ending, made.verdict, made.asks) == ("retired", "harmful", "harmful", "resume")
    assert made.e_harm >= 20
    assert made.reason.endswith(
        "stopped; it is not tried again before another model comes; "
        "you approved it, and it was stopped: approve it again, or reject it?"
    )


def test_a_persons_approval_is_not_undone_by_a_posterior_but_shown_less_and_asked_about() -> None:
    history = History()
    history.rule(initial="active")
    assert history.consolidate().rules["r"].p == 0.9
    made = history.run(40, -0.3)
    assert made.p_help < 0.05
    assert (made.state, made.p, made.asks, made.verdict) == ("active", 0.5, "retire", "leaning")
    assert "active by a person's word, at 50 % because it is in doubt" in made.reason


def test_a_promoted_rule_that_no_longer_helps_goes_back_on_trial_as_a_new_hypothesis() -> None:
    history = History()
    history.rule()
    assert history.run(60, 0.6).state == "active"
    tried = history.engine.books.tried
    while history.run(4, -0.4).state == "active":
        assert history.number < 400
    made = history.known()
    assert (made.state, made.e_help) == ("trial", 1.0)
    assert 0.05 < made.p_help < 0.2
    assert history.engine.books.tried == tried + 1
    assert (history.trial().promoted_e, history.trial().proven_e) == (None, None)


def test_bad_press_lowers_exposure_and_nothing_else() -> None:
    history = History()
    history.rule(initial="active")
    history.rule("other", initial="active")
    for _ in range(20):
        history.session({"r": (0.9, True), "other": (0.9, True)}, True, helpful=["other"], harmful=["r"])
    history.consolidate()
    assert (history.known().p, history.known("other").p) == (0.5, 0.9)
    assert history.known().state == "active"


def test_votes_for_a_rule_that_the_session_was_not_given_are_not_counted() -> None:
    history = History()
    history.rule()
    history.session({"r": (0.5, False)}, True, helpful=["r"])
    history.consolidate()
    assert history.trial().helpful == 0


def test_a_retired_rule_is_tried_again_when_what_was_known_has_faded_and_at_most_twice() -> None:
    history = History(POLICY._replace(fading=50.0))
    history.rule()
    returned = 0
    for _ in range(5):
        while history.run(4, -0.3).state == "trial":
            assert history.number < 5000
        wealth = history.known().e_help
        for _ in range(300):
            history.session({}, 0.5)
        if history.consolidate().rules["r"].state == "trial":
            returned += 1
            assert history.known().e_help == wealth, "no second chance to be promoted is given away"
    assert returned == 2
    assert history.known().ending in {"unlikely", "futile"}


def test_a_futile_rule_does_not_return_before_half_of_what_is_known_has_faded() -> None:
    history = History(POLICY._replace(fading=2000.0))
    for number in range(60):
        history.rule(f"idle{number}")
    history.rule()
    assert history.run(500, -0.001).ending == "futile"
    for _ in range(1000):
        history.session({}, True)
    history.consolidate()
    assert history.known().p_help > 0.3
    assert history.known().state == "retired"
    for _ in range(1001):
        history.session({}, True)
    assert history.consolidate().rules["r"].state == "trial"


def test_a_new_model_fades_what_is_known_and_lets_harmful_rules_return_once_more() -> None:
    history = History()
    history.rule()
    assert history.run(80, -0.8).ending == "harmful"
    helps = history.known().e_help
    history.trial().fade(0.03)
    made = history.consolidate().rules["r"]
    assert made.p_help > 0.3
    assert (made.state, made.ending) == ("retired", "harmful"), "fading alone brings no harmful rule back"
    mass = history.trial().main.sums.mass
    history.session({"r": (None, False)}, True, model="another")
    assert history.trial().main.sums.mass == pytest.approx(mass / 10)
    made = history.consolidate().rules["r"]
    assert (made.state, made.e_harm, made.e_help) == ("trial", 1.0, helps)
    history.session({"r": (None, False)}, True, model="another")
    history.session({"r": (None, False)}, True, model="m")
    assert history.trial().models == ["m", "another"], "a model that is known fades nothing"


def test_a_model_is_new_once_and_the_first_of_a_category_is_no_change() -> None:
    history = History()
    history.session({}, True, model="m")
    history.rule(scope=["c", "d"])
    history.rule("anywhere", scope=[])
    assert history.trial().models == history.trial("anywhere").models == ["m"]

    def kept(category: str, model: str) -> float:
        before = history.trial().main.sums.mass
        history.session({"r": (None, True)}, True, category=category, model=model)
        return history.trial().main.sums.mass / before

    history.run(20, 0.1)
    assert kept("d", "n") == 1.0, "another client with another model is no change of the first"
    assert kept("d", "m") == 1.0, "it is known from the other"
    assert kept("c", "o") == pytest.approx(0.1)
    assert kept("d", "o") == 1.0, "once is enough"
    assert kept("c", "n") == 1.0
    assert kept("c", "") == 1.0, "no label says nothing of a model"
    assert history.trial().models == ["m", "n", "o"]
    assert history.trial("anywhere").models == ["m"], "it was no candidate"


def test_what_a_person_rejected_or_retired_never_returns_by_itself() -> None:
    for act, words in (("reject", "rejected by a person, for good"), ("retire", "retired by a person")):
        history = History(POLICY._replace(fading=10.0))
        history.rule()
        history.run(20, 0.2)
        history.tell("human", rule="r", act=act)
        history.session({"r": (None, False)}, True, model="another")
        for _ in range(100):
            history.session({}, True)
        made = history.consolidate().rules["r"]
        assert made.p_help > 0.5
        assert (made.state, made.p, made.asks) == ("retired", None, None)
        assert made.reason.endswith(words)


def test_a_rule_that_a_person_puts_on_trial_again_has_its_fifteen_sessions() -> None:
    history = History()
    history.rule()
    assert history.run(20, -0.4).state == "retired"
    history.tell("human", rule="r", act="trial")
    assert history.run(14, -0.4).state == "trial"
    assert history.run(1, -0.4).state == "retired"


def test_a_person_may_put_on_trial_approve_pin_and_unpin() -> None:
    history = History()
    history.rule()
    history.run(20, -0.5)
    for act, state, pinned in (
        ("reject", "retired", False),
        ("approve", "active", False),
        ("pin", "active", True),
        ("unpin", "active", False),
        ("trial", "trial", False),
    ):
        history.tell("human", rule="r", act=act)
        assert (history.trial().state, history.trial().pinned) == (state, pinned)
    history.tell("human", rule="r", act="pin")
    made = history.consolidate().rules["r"]
    assert (made.state, made.verdict, made.p, made.asks) == ("trial", "not measured", None, None)
    assert made.reason == "not measured, because it is always shown; pinned by a person"


def test_where_the_detector_always_runs_the_stricter_bets_cost_nothing() -> None:
    history = History(LEARN)
    history.rule(target="test:t")
    made = history.targets(30, shown=[False, False, True], withheld=[True, False])
    trial = history.trial()
    assert trial.main.process.helps.value() == trial.strict.process.helps.value() == pytest.approx(made.e_help, 1e-5)


def test_evidence_confirms_what_a_person_approved_without_moving_it() -> None:
    history = History()
    history.rule(initial="active")
    made = history.run(60, 0.6)
    assert (made.state, made.verdict, history.trial().approved) == ("active", "proven", True)
    assert "active by a person's word" in made.reason


def test_coins_that_do_not_fall_as_their_probabilities_say_freeze_a_promotion() -> None:
    history = History()
    history.rule()
    for number in range(60):
        history.session({"r": (0.2, number % 3 > 0)}, 0.9 if number % 3 else 0.1)
    made = history.consolidate(1).rules["r"]
    assert made.e_help >= 20
    assert (made.state, made.frozen) == ("trial", "coins")
    assert "its coins do not fall as often as their probabilities say" in made.reason


def test_filtered_reports_freeze_a_promotion_too() -> None:
    history = History()
    history.rule()
    for number in range(100):
        shown = number % 2 == 0
        history.session({"r": (0.5, shown)}, 0.95 if shown else 0.05, report=shown or number % 20 == 1)
    made = history.consolidate(15).rules["r"]
    assert (made.triggered, made.n, made.shown) == (100, 55, 50)
    assert abs(history.trial().coins.deviations()) < 4 < history.trial().scored_coins.deviations()
    assert (made.state, made.frozen) == ("trial", "coins")


def test_a_rule_that_silences_reports_is_frozen_and_not_supported() -> None:
    history = History()
    history.rule()
    for number in range(60):
        shown = number % 2 == 0
        silent = shown and number % 4 == 0
        history.session({"r": (0.5, shown)}, None if silent else 0.9 if shown else 0.1)
    made = history.consolidate(1).rules["r"]
    assert history.trial().main.process.helps.value() > 20 > made.e_help
    assert (made.state, made.frozen) == ("trial", "reports")
    assert "sessions are reported more or less often with it" in made.reason


def test_a_rule_that_makes_an_agent_skip_its_tests_is_frozen_and_not_supported() -> None:
    history = History(LEARN)
    history.rule(target="test:t")
    made = history.targets(80, shown=[False, None, None, False], withheld=[True, False])
    assert made.frozen == "detector"
    assert "what would notice its failure runs more or less often with it" in made.reason
    assert history.trial().main.process.helps.value() > 20 > made.e_help
    assert made.state == "trial"


def test_a_rule_with_a_target_is_promoted_by_recurrence_whatever_sessions_end_like() -> None:
    history = History(LEARN)
    history.rule(target="test:t")
    made = history.targets(50, shown=[False] * 9 + [True], withheld=[True, False])
    assert (made.state, made.verdict) == ("active", "proven")
    assert made.effect == pytest.approx(0.4, abs=0.1)
    assert made.lo < 0.4 < made.hi
    assert made.n == 50


def test_a_guardrail_stops_a_rule_that_prevents_its_target_at_too_high_a_price() -> None:
    history = History(LEARN)
    history.rule(target="test:t")
    for number in range(200):
        shown = number % 2 == 0
        history.session(
            {"r": (0.5, shown)}, True, recurred={"r": not shown and number % 4 == 1}, cost=9 if shown else number % 3
        )
    made = history.consolidate(2).rules["r"]
    assert made.e_guard >= 20
    assert (made.state, made.ending, made.asks) == ("retired", "guardrail", None)
    assert made.reason.endswith("stopped, because sessions cost more with it")
    assert made.e_help > 20, "guardrails stop, whatever helps"


def test_success_is_a_guardrail_of_a_rule_with_a_target() -> None:
    history = History(LEARN)
    history.rule(target="test:t", initial="active")
    for number in range(60):
        shown = number % 2 == 0
        history.session({"r": (0.5, shown)}, not shown, recurred={"r": False})
    made = history.consolidate(2).rules["r"]
    assert (made.ending, made.asks) == ("guardrail", "resume")
    assert "stopped, because sessions end worse with it" in made.reason


def test_verified_results_alone_count_when_a_rule_changes_only_the_reports() -> None:
    history = History()
    history.rule()
    for number in range(140):
        shown = number % 2 == 0
        history.session({"r": (0.5, shown)}, 0.9 if shown else 0.5, source="self")
        history.session({"r": (0.5, shown)}, 0.7, source="ci")
    made = history.consolidate().rules["r"]
    assert history.trial().verified_only
    assert (made.n, made.effect) == (140, pytest.approx(0.0, abs=0.01))
    assert history.trial().main.process.helps.value() > 5
    assert made.e_help < 2
    assert made.state == "trial"
    assert "changes the report, not the result: only verified results count" in made.reason


def test_reports_and_results_that_agree_are_both_kept() -> None:
    history = History()
    history.rule()
    for number in range(60):
        shown = number % 2 == 0
        for source in ("self", "ci"):
            history.session({"r": (0.5, shown)}, 0.6 if shown else 0.5, source=source)
    history.consolidate()
    assert not history.trial().verified_only
    assert history.known().n == 120
    only = History()
    only.rule()
    only.run(60, 0.1, source="ci")
    assert not only.trial().verified_only, "there are no reports to hold against"


def test_the_brake_sends_the_newest_revisions_rules_to_one_half_and_says_when() -> None:
    history = History()
    history.rule("old", initial="active")
    history.rule("pinned")
    history.tell("human", rule="pinned", act="pin")
    for _ in range(40):
        history.session({"old": (0.9, True)}, True, source="ci")
    assert history.consolidate().braked is None
    history.rule("new", initial="active")
    for _ in range(30):
        history.session({"old": (0.9, True), "new": (0.9, True)}, False, source="ci")
    made = history.consolidate()
    assert made.braked == history.ts
    assert (made.rules["new"].p, made.rules["old"].state) == (0.5, "active")
    assert "at one half for 60 more sessions, because verified results fell" in made.rules["new"].reason
    assert history.trial("old").braked == 0
    for number in range(60):
        history.session({"new": (0.5, number % 2 == 0)}, 0.9 if number % 2 == 0 else 0.5, source="ci")
    history.consolidate()
    assert history.known("new").p == 0.9


def test_a_log_that_names_its_revisions_says_itself_what_is_newest() -> None:
    history = History()
    for name in ("a", "b", "gone"):
        history.rule(name, initial="active")
    history.tell("human", rule="gone", act="retire")
    history.tell("revision", rules=["b", "gone"])
    for success in (True, False):
        for _ in range(40):
            history.session({"a": (0.9, True)}, success, source="ci")
        history.consolidate()
    assert [history.trial(name).braked for name in ("a", "b", "gone")] == [0, 60, 0]
    assert history.known("b").p == 0.5


def test_self_reports_never_pull_the_brake() -> None:
    history = History()
    history.rule(initial="active")
    for success in (True, False):
        for _ in range(40):
            history.session({"r": (0.9, True)}, success)
    assert history.consolidate().braked is None


def test_a_target_seen_in_neither_arm_is_proposed_for_retirement_but_not_one_that_the_rule_keeps_away() -> None:
    history = History(LEARN)
    history.rule(target="test:t")
    assert history.targets(28, shown=[False], withheld=[False]).asks is None
    made = history.targets(4, shown=[False], withheld=[False])
    assert made.asks == "obsolete"
    assert made.reason.endswith("what it prevents is seen neither with it nor without it: retire it?")
    working = History()
    working.rule(target="test:t", initial="active")
    for _ in range(60):
        working.session({"r": (0.9, True)}, True, recurred={"r": False})
    assert working.consolidate(2).rules["r"].asks is None
    again = history.targets(2, shown=[False], withheld=[True])
    assert again.asks != "obsolete"


def test_a_person_is_asked_about_trials_that_look_good_or_bad() -> None:
    good, bad = History(), History()
    good.rule()
    bad.rule()
    assert good.run(24, 0.2).asks == "approve"
    assert good.known().verdict == "leaning"
    assert "likely to help, but no proof" in good.known().reason
    assert bad.run(24, -0.06).asks == "reject"
    assert "likely to harm, but no proof" in bad.known().reason
    plain = History()
    plain.rule()
    made = plain.run(24, 0.0)
    assert (made.asks, made.verdict) == (None, "no measurable effect")
    assert made.reason.startswith("no effect that can be told from chance")


def test_a_person_may_change_their_mind_about_a_rule_that_was_stopped() -> None:
    history = History()
    history.rule(initial="active")
    assert history.run(80, -0.8).asks == "resume"
    history.tell("human", rule="r", act="approve")
    made = history.consolidate().rules["r"]
    assert (made.state, made.e_harm) == ("active", 1.0), "what the person decided stands until there is new evidence"
    history.tell("human", rule="r", act="reject")
    assert history.consolidate(1).rules["r"].asks is None
    assert history.ts == pytest.approx(80 * 3600 + 2 * DAY)
