"""What a report tells of a rule follows from decisions, from the sessions of late, and from nothing else."""

import pytest

from mcp_server.learning.account import (
    WINDOW,
    Account,
    Exposed,
    Pace,
    Seen,
    accounts,
    bar,
    early,
    exposed,
    pace,
    seen,
)
from mcp_server.learning.decided import read
from mcp_server.learning.trials.policy import DAY, PER_RULE, POLICY, Policy
from mcp_server.learning.trials.verdict import Decision
from store.records import WHOLE, Exposure, Rule, State
from tests.learning.decisions import PLAIN, a_rule, kept, made
from tests.store.facts import NOW

LENGTHY = (
    "Write a long docstring for every function of the package, also for the private ones, "
    "and explain in it what they take and give."
)


def account(
    rule: Rule,
    decision: Decision | None = PLAIN,
    *,
    lately: Seen | None = None,
    again: int = 0,
    policy: Policy = POLICY,
) -> Account:
    decided = read(kept({rule.id: decision})) if decision else None
    (found,) = accounts([rule], decided, {rule.id: lately} if lately else {}, {rule.id: again}, policy)
    return found


def exposure(
    rule: int = 1, *, session: str = "s1", p: float = 0.5, assigned: bool = True, delivered: bool | None = None
) -> Exposure:
    return Exposure(session, rule, 1, p, assigned, assigned if delivered is None else delivered, 0)


# --- the pace of sessions


def test_the_pace_is_that_of_the_last_thirty_days_or_since_the_first_session() -> None:
    assert pace([NOW - 10 * DAY, NOW - 5 * DAY, NOW], NOW) == Pace(3, 10.0)
    assert pace([NOW - WINDOW] * 60, NOW).per_day == 2.0


def test_many_sessions_in_an_hour_are_those_of_one_day() -> None:
    assert pace([NOW - 3600, NOW], NOW) == Pace(2, 1.0)


def test_where_no_session_comes_nothing_is_promised() -> None:
    assert pace([], NOW).wait(10) is None
    assert Pace(10, 4.0).wait(11) == 5


def test_each_rule_is_seen_from_the_first_session_it_came_into_play_in() -> None:
    sessions = [
        (NOW - 4 * DAY, [exposure(1), exposure(2, assigned=False), exposure(WHOLE)]),
        (NOW - 2 * DAY, [exposure(2), exposure(3, assigned=True, delivered=False)]),
        (NOW, [exposure(2)]),
    ]
    assert seen(sessions, NOW) == {
        1: Seen(Pace(1, 4.0), 1, 3),
        2: Seen(Pace(3, 4.0), 2, 3),
        3: Seen(Pace(1, 2.0), 0, 2),
    }


# --- what it costs


def test_the_cost_is_the_length_times_how_often_it_is_shown() -> None:
    found = account(a_rule(), lately=Seen(Pace(8, 4.0), 5, 10))
    assert (found.tokens, found.cost, found.counted) == (3, 1.5, True)


@pytest.mark.parametrize(
    ("rule", "cost"),
    [
        (a_rule(), 1.5),
        (a_rule(state=State.ACTIVE), 2.7),
        (a_rule(chance=0.25), 0.75),
        (a_rule(pinned=True), 3.0),
        (a_rule(state=State.RETIRED), 0.0),
    ],
)
def test_before_any_session_the_cost_is_expected_from_its_coin(rule: Rule, cost: float) -> None:
    found = account(rule)
    assert (found.counted, found.cost) == (False, pytest.approx(cost))


# --- what is still needed


def test_what_is_needed_is_the_engines_figure_and_that_of_a_larger_effect() -> None:
    found = account(a_rule(), lately=Seen(Pace(20, 10.0), 10, 20))
    assert [(each.effect, each.sessions, each.days) for each in found.needs] == [
        (0.05, 380, 190),
        (pytest.approx(0.15), 43, 22),
    ]


def test_where_a_large_effect_is_believed_no_larger_one_is_planned_with() -> None:
    (need,) = account(a_rule(), made(mean=-0.2, needed=60)).needs
    assert (need.effect, need.sessions, need.days) == (0.2, 60, None)


def test_a_rule_with_a_target_is_planned_with_larger_effects() -> None:
    found = account(a_rule(target="test:t|E|f"), made(mean=0.0, needed=90))
    assert [(each.effect, each.sessions) for each in found.needs] == [(0.15, 90), (pytest.approx(0.45), 10)]


@pytest.mark.parametrize(
    ("rule", "decision"),
    [
        (a_rule(), None),
        (a_rule(), made(needed=None)),
        (a_rule(pinned=True), PLAIN),
        (a_rule(state=State.RETIRED), PLAIN),
    ],
)
def test_nothing_is_needed_of_a_rule_without_a_coin(rule: Rule, decision: Decision | None) -> None:
    assert account(rule, decision).needs == ()


def test_of_a_rule_that_is_supported_nothing_more_is_needed() -> None:
    assert [each.sessions for each in account(a_rule(), made(needed=0)).needs] == [0]


# --- what is shown of an effect


def test_an_effect_is_told_only_where_it_is_no_noise() -> None:
    assert account(a_rule()).told == account(a_rule()).measured == PLAIN
    few = account(a_rule(), made(verdict="too early", n=3))
    assert (few.measured is None, few.told) == (False, None)
    assert account(a_rule(), made(n=0)).measured is None
    assert account(a_rule(pinned=True)).measured is None
    assert account(a_rule(), None).measured is None


# --- what could be done


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("retire", "you approved it, but it looks bad"),
        ("reject", "it looks bad on trial"),
        ("obsolete", "what it prevents is seen neither with it nor without it"),
    ],
)
def test_what_looks_bad_or_has_nothing_to_prevent_should_go(asked: str, why: str) -> None:
    assert account(a_rule(), made(asks=asked)).suggestions == (("retire", why),)


def test_what_looks_good_needs_no_suggestion() -> None:
    assert account(a_rule(), made(asks="approve")).suggestions == ()


def test_a_long_sentence_that_nothing_supports_should_be_shorter() -> None:
    often = Seen(Pace(20, 10.0), 9, 10)
    (found,) = account(a_rule(LENGTHY), lately=often).suggestions
    assert (found.what, found.why.split(",")[0]) == ("shorten", "it takes about 30 tokens of every session")
    assert account(a_rule(LENGTHY), made(verdict="supported"), lately=often).suggestions == ()
    assert account(a_rule(LENGTHY), made(verdict="too early"), lately=often).suggestions == ()
    assert account(a_rule(LENGTHY), lately=often._replace(delivered=1)).suggestions == ()
    assert account(a_rule(), lately=often).suggestions == ()


def test_a_failure_that_came_back_under_its_rule_calls_for_the_moment_of_use_or_a_check() -> None:
    assert [each.what for each in account(a_rule(), again=2).suggestions] == ["move", "enforce"]
    assert [each.what for each in account(a_rule("Use uv.", "src/**"), again=2).suggestions] == ["enforce"]
    assert account(a_rule(), again=1).suggestions == ()


def test_of_a_rule_that_helps_it_is_not_said_that_nobody_follows_it() -> None:
    (found,) = account(a_rule(), made(verdict="proven"), again=5).suggestions
    assert found.what == "enforce"
    assert found.why.startswith("it helps, but in the last 30 days its failure came back in 5 sessions")


@pytest.mark.parametrize("rule", [a_rule(pinned=True), a_rule(state=State.RETIRED)])
def test_what_a_person_pinned_or_stopped_is_left_alone(rule: Rule) -> None:
    assert account(rule, made(asks="obsolete"), again=9).suggestions == ()


# --- all of them together


def test_the_more_rules_were_tried_the_more_a_promotion_needs() -> None:
    tried = dict.fromkeys(range(1, 11), PLAIN)
    assert bar(read(kept(tried)), POLICY) == 50.0
    assert bar(read(kept(tried | {1: made(verdict="supported")})), POLICY) == 25.0
    assert bar(read(kept(tried | {1: made(triggered=0)})), POLICY) == 45.0
    assert bar(read(kept(tried)), POLICY._replace(guard=PER_RULE)) == 20.0
    assert bar(read(kept({1: PLAIN})), POLICY) == bar(None, POLICY) == 20.0


def test_it_is_early_until_one_rule_has_enough_sessions() -> None:
    assert early([account(a_rule(), None), account(a_rule(), made(n=14))], POLICY)
    assert not early([account(a_rule(), None), account(a_rule(), made(n=15))], POLICY)


def test_exposures_are_counted_by_sessions() -> None:
    found = exposed(
        [
            exposure(session="given"),
            exposure(session="withheld", assigned=False),
            exposure(session="crowded", delivered=False),
            exposure(session="always", p=1.0),
            exposure(session="edited", p=1.0),
            exposure(session="edited", assigned=False),
            exposure(session="edited"),
        ]
    )
    assert found == Exposed(sessions=5, assigned=2, withheld=2, shown=3, no_room=1, without_coin=1)
    assert exposed([]) == Exposed(0, 0, 0, 0, 0, 0)
