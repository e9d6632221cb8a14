"""What a model may cost is looked at before each call, and what it did cost is kept by day."""

import pytest

from mcp_server.learning.model import ModelError, Question
from mcp_server.spending import (
    ANSWER,
    NO_USAGE,
    LimitError,
    Limits,
    Meter,
    Usage,
    day,
    estimate,
    limits,
    priced,
    read,
    tokens,
    told,
    whole,
    written,
)

ASKED = Question("abc" * 100, "abc" * 200, frozenset())


def refusal(rates: Limits, expected: Usage, *, today: Usage = NO_USAGE) -> str:
    try:
        with Meter(rates, today=today).call(expected):
            return ""
    except ModelError as error:
        return str(error)


def test_without_a_word_there_are_ceilings_in_tokens_and_none_in_money() -> None:
    assert limits({}) == Limits(500_000, 2_000_000, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (3, "`spending` must be a table"),
        ({"cents": 3}, "`spending.cents` is not a setting; known are tokens_per_run"),
        ({"price_in": -1}, "`price_in` must be a number, 0 or more"),
        ({"price_in": True}, "`price_in` must be a number"),
        ({"money_per_day": "5"}, "`money_per_day` must be a number"),
        ({"money_per_day": float("nan")}, "`money_per_day` must be a number"),
        ({"money_per_day": float("inf")}, "`money_per_day` must be a number"),
    ],
)
def test_every_ceiling_that_cannot_be_is_named(kept: object, words: str) -> None:
    with pytest.raises(LimitError) as refused:
        limits(kept)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (Limits(99, 0), "the ceiling of 99 tokens a run is reached; `tokens_per_run` in [spending] of config.toml"),
        (Limits(0, 1099), "the ceiling of 1,099 tokens a day is reached; `tokens_per_day` in"),
        (Limits(0, 0, 0.4, 0), "the ceiling of 0.4 in money a run is reached; `money_per_run` in"),
        (Limits(0, 0, 0, 1.4), "the ceiling of 1.4 in money a day is reached; `money_per_day` in"),
    ],
)
def test_a_call_that_would_pass_a_ceiling_is_not_made_and_says_which(rates: Limits, words: str) -> None:
    call, today = Usage(1, 60, 40, 0, 0.5), Usage(3, 600, 400, 0, 1.0)
    assert words in refusal(rates, call, today=today)
    enough = rates._replace(**{name: value * 1.3 for name, value in rates._asdict().items()})
    assert refusal(enough, call, today=today) == ""


def test_calls_on_their_way_count_until_they_are_paid() -> None:
    meter = Meter(Limits(100, 0))
    call = Usage(1, 30, 30)
    with meter.call(call) as pay:
        with pytest.raises(ModelError), meter.call(call):
            raise AssertionError
        pay(Usage(1, 10, 5))
    with meter.call(call):
        pass
    assert meter.spent == Usage(1, 10, 5)


def test_a_call_that_fails_is_given_back() -> None:
    meter = Meter(Limits(100, 0))
    for _ in range(3):
        with pytest.raises(OSError, match="gone"), meter.call(Usage(1, 60, 30)):
            raise OSError("gone")
    assert meter.spent == NO_USAGE


def test_money_is_counted_only_where_there_are_prices() -> None:
    used = Usage(1, 1_000_000, 500_000, 400_000)
    assert priced(used, Limits()).money == 0
    assert priced(used, Limits(price_in=2, price_out=8)).money == 2 + 4
    assert priced(used, Limits(price_in=2, price_cached=0.5, price_out=8)).money == 1.2 + 0.2 + 4


def test_what_a_models_owner_says_it_cost_counts_before_our_own_reckoning() -> None:
    meter = Meter(Limits(price_in=1000))
    with meter.call(NO_USAGE) as pay:
        pay(Usage(1, 1000, 0, 0, 0.25))
    assert meter.spent.money == 0.25


def test_an_estimate_counts_every_question_with_a_whole_answer() -> None:
    assert tokens("") == 0
    assert tokens("日本") == 2
    assert estimate([ASKED] * 2) == Usage(2, 600, 2 * ANSWER)
    assert estimate([ASKED] * 2, beside=50) == Usage(2, 700, 2 * ANSWER)
    assert estimate([ASKED], Limits(price_out=1)).money == pytest.approx(ANSWER / 1e6)
    assert estimate([]) == NO_USAGE


def test_what_may_be_spent_is_said_before_and_what_was_spent_is_kept_after() -> None:
    said: list[str] = []
    kept: list[Usage] = []
    meter = Meter(tell=said.append, keep=kept.append)
    with meter.batch("tiny", estimate([ASKED])), meter.call(estimate([ASKED])) as pay:
        pay(Usage(1, 7, 3))
    assert said == ["asking tiny: 1 question, 300 tokens in, 4,000 out at most"]
    assert kept == [Usage(1, 7, 3)]


def test_what_was_spent_is_kept_also_where_the_asking_is_broken_off() -> None:
    kept: list[Usage] = []
    meter = Meter(keep=kept.append)

    def broken() -> None:
        with meter.batch("tiny", NO_USAGE):
            with meter.call(NO_USAGE) as pay:
                pay(Usage(1, 7, 3))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert kept == [Usage(1, 7, 3)]


def test_a_days_usage_is_kept_by_model_and_read_again() -> None:
    spent = {"tiny": Usage(1, 2, 3, 1, 0.5), "claude": Usage(2, 20, 30)}
    assert read(written(spent)) == spent
    assert whole(spent) == Usage(3, 22, 33, 1, 0.5)
    assert day(1_767_225_599.0) == "model usage 2025-12-31"
    assert day(1_767_225_600.0) == "model usage 2026-01-01"


@pytest.mark.parametrize("kept", [None, "", "{", "[1]", "3", '{"tiny": 3}', '{"tiny": {"calls": 1, "cost": 2}}', "{}"])
def test_a_days_usage_that_cannot_be_read_is_none(kept: str | None) -> None:
    assert read(kept) == {}


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (Usage(1, 1200, 30), "1 call, 1,200 tokens in, 30 out"),
        (Usage(2, 1200, 30, 900, 0.0123), "2 calls, 1,200 tokens in (900 of them cached), 30 out, 0.0123 in money"),
        (Usage(2, 0, 0, 0, 12.5), "2 calls, 0 tokens in, 0 out, 12.50 in money"),
    ],
)
def test_usage_is_said_in_words(usage: Usage, words: str) -> None:
    assert told(usage) == words
