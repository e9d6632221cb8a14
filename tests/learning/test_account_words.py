"""What is known is said in words that a person reads without statistics, and a success rate is never among them."""

import re

import pytest

from mcp_server.learning import account_words as words
from mcp_server.learning.account import Account, Exposed, Need, Pace, Seen, accounts
from mcp_server.learning.decided import read
from mcp_server.learning.outlook import outlook
from mcp_server.learning.trials.policy import PER_RULE, POLICY, Policy
from mcp_server.learning.trials.replies import Whole
from mcp_server.learning.trials.verdict import Decision
from store.records import Ending, Rule, State
from tests.learning.decisions import PLAIN, a_rule, kept, made

PACE = Pace(20, 10.0)
LATELY = Seen(PACE, 10, 20)
EARLY = made(verdict="too early", n=3, reason="3 of the 15 sessions before which nothing is said; on trial")


def account(
    rule: Rule, decision: Decision | None = PLAIN, *, lately: Seen | None = LATELY, policy: Policy = POLICY
) -> Account:
    decided = read(kept({rule.id: decision})) if decision else None
    (found,) = accounts([rule], decided, {rule.id: lately} if lately else {}, {}, policy)
    return found


# --- numbers


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (43, "43"), (99, "99"), (104, "100"), (386, "390"), (2558, "2,600"), (14960, "15,000")],
)
def test_a_planning_figure_has_two_digits(number: int, said: str) -> None:
    assert words.about(number) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "1 day"), (13, "13 days"), (14, "2 weeks"), (70, "10 weeks"), (190, "6 months"), (800, "about 2 years")],
)
def test_a_wait_is_said_as_people_say_it(days: int, said: str) -> None:
    assert words.lasting(days) == said


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "over 99 %"), (0.0, "under 1 %"), (0.83, "83 %"), (0.999999, "over 99 %")]
)
def test_nothing_is_ever_certain(share: float, said: str) -> None:
    assert words.likely(share) == said


@pytest.mark.parametrize(
    ("e", "said"), [(0.814, "0.814"), (33.333, "33.3"), (45635.7, "46,000"), (float("inf"), "1,000,000,000,000,000")]
)
def test_an_e_value_has_no_more_digits_than_it_is_worth(e: float, said: str) -> None:
    assert words.wealth(e) == said


def test_the_pace_says_what_it_rests_on() -> None:
    assert words.speed(PACE) == "2 a day (20 in 10 days)"
    assert words.speed(Pace(1, 1.0)) == "1 a day (1 in 1 day)"
    assert words.speed(Pace(900, 30.0)) == "30 a day (900 in the last 30 days)"
    assert words.speed(Pace(0, 1.0)) == "no session in the last 30 days"


def test_an_effect_is_said_in_points_with_its_interval() -> None:
    assert words.effect(PLAIN) == "+6 [-3, +15]"


# --- one rule


def test_the_numbers_of_a_rule_on_trial_name_both_hurdles() -> None:
    found = account(a_rule())
    shown = "shown in 64 sessions, withheld in 38"
    assert words.numbers(found, 20.0, POLICY) == f"83 % likely to help; e-value of help 3.1, needs 20; {shown}"
    assert "e-value of help 3.1, needs 20, and 50 to be promoted;" in words.numbers(found, 50.0, POLICY)
    active = account(a_rule(state=State.ACTIVE), made(state="active", shown=1))
    assert words.numbers(active, 50.0, POLICY).endswith("needs 20; shown in 1 session, withheld in 38")


def test_what_looks_bad_is_told_by_the_evidence_of_harm() -> None:
    bad = account(a_rule(), made(p_help=0.1, e_harm=7.25))
    assert "10 % likely to help; e-value of harm 7.25, needs 20;" in words.numbers(bad, 20.0, POLICY)


def test_of_a_few_sessions_no_numbers_are_told() -> None:
    assert words.numbers(account(a_rule(), EARLY), 20.0, POLICY) == ""
    assert words.standing(account(a_rule(), EARLY), off=False) == EARLY.reason


def test_a_cost_is_counted_or_expected() -> None:
    assert words.cost(account(a_rule())) == "3 tokens where it is shown, about 2 a session"
    assert words.cost(account(a_rule(), lately=None)) == "3 tokens where it is shown, expect about 2 a session"


def test_what_is_needed_is_said_in_sessions_and_days() -> None:
    said = "about 380 more sessions (6 months) would settle 5 points, 43 (3 weeks) if it is really 15"
    assert words.needed(account(a_rule()), PACE) == said
    assert words.needed(account(a_rule()), Pace(90, 10.0)) == f"{said}; it comes into play 2 a day (20 in 10 days)"
    idle = words.needed(account(a_rule(), lately=None), PACE)
    assert (
        idle
        == "about 380 more sessions would settle 5 points, 43 if it is really 15; it came into play in none of late"
    )
    assert words.needed(account(a_rule(), made(needed=0)), PACE) == words.needed(account(a_rule(), None), PACE) == ""


@pytest.mark.parametrize(
    ("rule", "off", "said"),
    [
        (a_rule(pinned=True), False, "pinned by a person: always shown, so there is nothing to compare it with"),
        (a_rule(state=State.CANDIDATE), False, "a candidate, shown to nobody until a person admits it"),
        (a_rule(state=State.RETIRED), False, "retired; no session of it was ever scored"),
        (a_rule(state=State.RETIRED, ending=Ending.REJECTED), False, "rejected; no session of it was ever scored"),
        (a_rule(), False, "on trial; nothing was decided about this wording yet"),
        (a_rule(chance=0.0), False, "on trial; waits, because another rule says nearly the same"),
        (a_rule(), True, "on trial, so never shown, as coins are off; nothing is measured"),
        (a_rule(state=State.ACTIVE), True, "active, so always shown, as coins are off; nothing is measured"),
    ],
)
def test_a_rule_without_a_decision_says_why(rule: Rule, off: bool, said: str) -> None:
    assert words.standing(account(rule, None), off=off) == said


def test_what_ended_since_the_last_decision_is_not_told_by_the_reason_it_lived_by() -> None:
    ended = account(a_rule(state=State.RETIRED, ending=Ending.UNDONE), made(reason="on trial"))
    assert words.standing(ended, off=False) == "undone since the last consolidate"


def test_a_reason_does_not_repeat_the_numbers_beside_it() -> None:
    reason = f"{PLAIN.reason}; it looks good: approve it?"
    assert words.standing(account(a_rule(), made(reason=reason)), off=False) == "on trial; it looks good: approve it?"


def test_every_check_that_freezes_a_promotion_says_which_one_it_is_and_what_that_means() -> None:
    from mcp_server.learning.trials.known import COINS, DETECTOR, REPORTS

    assert "sample-ratio check failed" in words.FROZEN[COINS]
    assert "detector-rate check failed" in words.FROZEN[DETECTOR]
    assert "report-rate check failed" in words.FROZEN[REPORTS]
    assert all("not promoted" in said for said in words.FROZEN.values())


def test_exposures_are_told_by_what_became_of_them() -> None:
    assert words.exposure(Exposed(0, 0, 0, 0, 0, 0)) == "it came into play in no session yet"
    assert words.exposure(Exposed(61, 40, 20, 39, 1, 1)) == (
        "it came into play in 61 sessions: its coin fell for it in 40, against it in 20 (withheld), "
        "it was shown in 39, found no room in 1, 1 without a coin"
    )


# --- what would change it


def changes(rule: Rule, decision: Decision | None, policy: Policy = POLICY, needs: float = 20.0) -> str:
    return "\n".join(words.changes(account(rule, decision), needs, policy))


def test_a_rule_on_trial_is_promoted_retired_or_asked_about() -> None:
    said = changes(a_rule(), EARLY, needs=50.0)
    assert "promoted at an e-value of help of 50 (now 3.1) and 15 scored sessions (3 now), as it has to stand" in said
    assert "retired when it is less than 5 % likely to help (now 83 %) and 15 scored sessions" in said
    assert "asked to approve it above 80 %, to reject it below 20 %" in said
    assert "at an e-value of harm of 20 (now 0.4), or of a guardrail" in said
    alone = changes(a_rule(), PLAIN, POLICY._replace(guard=PER_RULE))
    assert "scored sessions" not in alone
    assert "has to stand" not in alone


def test_a_near_duplicate_is_tried_when_the_other_is_gone() -> None:
    waits = made(reason="0 of the 15 sessions before which nothing is said; waits, because R3 says nearly the same")
    assert changes(a_rule(), waits).startswith("it is tried when R3, which says nearly the same, is retired")


def test_a_persons_word_is_taken_back_by_a_person_and_evidences_by_evidence() -> None:
    active = a_rule(state=State.ACTIVE)
    approved = changes(active, made(state="active", reason="it helps: e-value 30; active by a person's word"))
    assert "you are asked to retire it when it is less than 20 % likely" in approved
    assert "only you can take back your word" in approved
    promoted = changes(active, made(state="active", reason="it helps: e-value 30; active by evidence"))
    assert "back on trial when it is less than 20 % likely to help" in promoted


def test_a_frozen_promotion_needs_its_check_mended_first() -> None:
    assert "first of all: the detector-rate check failed" in changes(a_rule(), made(frozen="detector"))


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("unlikely", "tried again when what is known has faded and it is more than 30 % likely to help (now 83 %)"),
        ("futile", "tried again when what is known has faded"),
        ("harmful", "tried again only under another model, or by a person's word"),
        ("guardrail", "tried again only under another model"),
        ("rejected", "what a person stopped never returns by itself"),
    ],
)
def test_a_retired_rule_says_whether_it_can_return(ending: str, said: str) -> None:
    assert said in changes(a_rule(state=State.RETIRED, ending=Ending(ending)), made(state="retired", ending=ending))


def test_what_nobody_measures_says_what_would_make_it_measured() -> None:
    assert changes(a_rule(pinned=True), PLAIN) == "only a person, with `unpin`: then coins are thrown for it"
    assert changes(a_rule(), None) == "the next consolidate that hears of it"
    assert changes(a_rule(state=State.RETIRED), None) == "only a person: `mcp-promptlearn rollback R1`"
    assert changes(a_rule(), PLAIN, POLICY._replace(off=True)) == "coins are off: `off = false` under `[trials]`"


# --- all of them together


def test_all_rules_together_are_told_by_their_own_coin() -> None:
    assert words.whole(Whole(0.04, -0.1, 0.18, 1.3, 0.6, 320, 304, 16), POLICY) == (
        "+4 [-10, +18] points on the success of sessions (90 %, however often one looks); e-value of help 1.3, "
        "20 is enough; 304 sessions with them, 16 without"
    )
    assert "e-value of harm 9, 20 is enough" in words.whole(Whole(-0.04, -0.1, 0.18, 1.3, 9.0, 320, 304, 16), POLICY)


def test_all_rules_together_are_not_told_by_a_few_sessions() -> None:
    assert words.whole(Whole(0.5, 0.11, 0.88, 3.9, 0.6, 150, 141, 9), POLICY) == (
        "too early: 141 sessions with them, 9 without; nothing is said before 15 sessions of both kinds were scored"
    )
    assert (
        words.holdout(Need(0.15, 1496, None), 0.05, begun=True) == "it takes about 1,500 sessions to settle 15 points"
    )


def test_without_that_coin_it_is_said_how_it_is_turned_on_and_what_it_would_tell() -> None:
    need = Need(0.15, 1496, 748)
    assert "`holdout = 0.05` under `[trials]`" in words.holdout(need, 0.0)
    assert words.holdout(need, 0.0).endswith("about 1,500 sessions (about 2 years) to settle 15 points")
    assert words.holdout(need, 0.05).startswith("nothing is known yet; 5 % of sessions go without them")


def test_costs_are_summed_with_the_pinned_ones_named() -> None:
    plain, pinned = account(a_rule()), account(a_rule(pinned=True), lately=None)
    assert words.sums([plain, pinned]) == "about 4 tokens a session, 3 of them pinned ones"
    assert words.sums([plain]) == "about 2 tokens a session"


# --- too early


def test_a_person_with_ten_sessions_is_told_what_can_be_known_and_when() -> None:
    pace = Pace(10, 5.0)
    told = words.early(outlook(pace, most=10, rules=1, policy=POLICY), pace, POLICY)
    assert told[0].startswith("Too early to say anything: nothing is said of a rule before 15 sessions")
    assert told[1] == "The first can have come to that after 5 more sessions (3 days), at 2 a day (10 in 5 days)."
    strong = (
        r"- a failure that comes back in 50 % of sessions, and in 10 % with its rule: half of 20 .* after \d+ sessions"
    )
    assert re.match(strong, told[3])
    assert told[4].startswith("- 15 points more sessions that succeed")
    assert "`explore = 1`" in told[-1]


def test_what_hardly_any_project_came_to_know_is_said_so() -> None:
    pace = Pace(10, 5.0)
    found = outlook(pace, most=14, rules=1, policy=POLICY)
    wait = found.strong.promoted._replace(runs=4, half=None)
    told = words.early(found._replace(strong=found.strong._replace(promoted=wait)), pace, POLICY._replace(explore=1.0))
    assert "after 1 more session (" in told[1]
    assert told[3].endswith("4 of 20 simulated projects like this one knew within 300 sessions")
    assert "explore" not in told[-1]


def test_where_enough_sessions_were_scored_by_now_only_the_consolidate_is_missing() -> None:
    pace = Pace(10, 5.0)
    told = words.early(outlook(pace, most=15, rules=1, policy=POLICY), pace, POLICY)
    assert told[1] == "What can be known, and when, at this pace:"
