"""A look back at sessions that a proposal was not drawn from: what it says, and what it does not claim."""

from mcp_server.learning.backtest import HELD, NEGATIVE, UNVERIFIED, BackTest, Case, Change, backtest, in_words

FAILED = (Case("a", ("src/a.py",)), Case("b", ("src/b.py", "x.md")), Case("c", ("docs/x.md",)))
OTHERS = (Case("d", ("src/z.py",)), Case("e", ()))


def test_a_rule_for_everything_is_in_view_everywhere() -> None:
    made = backtest(paths=(), failures=FAILED, others=OTHERS)
    assert made == BackTest(3, 3, 2, 2)
    assert made.verdict == HELD
    assert (
        made.words
        == "held: in view in 3 of 3 later sessions in which it failed again, and in 2 of 2 in which it did not"
    )


def test_a_scope_counts_only_where_it_covers_what_was_touched() -> None:
    made = backtest(paths=("src/**",), failures=FAILED, others=OTHERS)
    assert (made.addressed, made.disturbed, made.verdict) == (2, 1, HELD)


def test_a_scope_that_would_have_met_no_later_failure_is_negative() -> None:
    assert backtest(paths=("web/**",), failures=FAILED, others=()).verdict == NEGATIVE


def test_too_little_says_nothing_and_says_how_little() -> None:
    thin = backtest(paths=("web/**",), failures=FAILED[:1], others=OTHERS)
    assert (thin.verdict, thin.words) == (UNVERIFIED, "unverified: only 1 later session in which it failed")
    assert backtest(paths=(), failures=(), others=()).words.startswith(
        "unverified: no later session in which it failed"
    )


def test_a_narrowing_that_loses_later_failures_is_negative_however_it_fares_else() -> None:
    change = Change("R1", (), FAILED)
    made = backtest(paths=("src/**",), failures=FAILED, others=(), changes=[change])
    assert (made.lost, made.verdict) == (("R1: 1 of 3",), NEGATIVE)
    assert made.words.endswith("; less covered than before: R1: 1 of 3")
    kept = backtest(paths=("src/**", "docs/**"), failures=FAILED, others=(), changes=[change])
    assert (kept.lost, kept.verdict) == ((), HELD)
    scoped = Change("R1", ("docs/**",), FAILED)
    assert backtest(paths=("docs/**",), failures=FAILED, others=(), changes=[scoped]).lost == ()


def test_what_retiring_loses_cannot_be_seen_and_is_said_to_be_unverified() -> None:
    made = backtest(paths=(), failures=FAILED, others=(), changes=[Change("R1", (), FAILED)], retires=True)
    assert (made.addressed, made.verdict) == (0, UNVERIFIED)
    assert made.words.startswith("unverified: what would fail without a rule cannot be seen")


def test_the_words_are_made_of_the_numbers_that_a_decision_keeps() -> None:
    made = backtest(paths=(), failures=FAILED, others=OTHERS)
    assert in_words(made.numbers) == made.words
    assert list(made.numbers) == ["verdict", "failures", "addressed", "others", "disturbed", "lost", "retires"]
