"""A person with few sessions is told what can be known and when, by the engine and at their own pace."""

from mcp_server.learning.account import Pace
from mcp_server.learning.outlook import EFFECTS, RUNS, holdout, imagined, outlook
from mcp_server.learning.trials.policy import POLICY

SLOW, FAST = Pace(10, 5.0), Pace(40, 4.0)


def test_the_first_word_comes_when_enough_sessions_were_scored() -> None:
    assert outlook(SLOW, most=10, rules=1, policy=POLICY).first == (0.0, 5, 3)
    assert outlook(SLOW, most=99, rules=1, policy=POLICY).first.sessions == 0


def test_what_can_be_known_was_played_at_the_persons_pace() -> None:
    slow = outlook(SLOW, most=3, rules=2, policy=POLICY)
    assert (slow.strong.runs, slow.strong.scenario.per_day, slow.strong.scenario.rules) == (RUNS, 2.0, 2)
    half = slow.strong.known.half
    assert half is not None
    assert 20 < half < 200
    fast = outlook(FAST, most=3, rules=2, policy=POLICY)
    assert [each.effect for each in fast.success] == list(EFFECTS)
    assert [each.sessions for each in fast.success] == [each.sessions for each in slow.success]
    assert all((each.days or 0) * 4 < (other.days or 0) for each, other in zip(fast.success, slow.success, strict=True))


def test_an_effect_of_a_third_takes_nine_times_as_long() -> None:
    large, small = imagined(0.5, 0.15, POLICY), imagined(0.5, 0.05, POLICY)
    assert 8.9 < small / large < 9.1


def test_a_coin_that_seldom_falls_takes_longer() -> None:
    need = holdout(FAST, 0.05, POLICY)
    assert need.sessions > 5 * imagined(0.5, need.effect, POLICY)
    assert need.days == FAST.wait(need.sessions)
