"""Coins within the context budget: independent, sticky, honest, and never a fixed number of slots."""

import hmac
from math import fsum, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.trials import coin
from mcp_server.learning.trials.allot import Budget, Serving, Standing, Taken, choose, delivered, whole
from mcp_server.learning.trials.policy import HOLDOUT

ROOMY = Budget(30.0, 600.0)
KEY = coin.key(5)


def serving(standings: dict[str, Standing], **more: float) -> Serving:
    return Serving(KEY, standings, **more)


def named(*standings: Standing) -> dict[str, Standing]:
    return {f"r{number}": standing for number, standing in enumerate(standings)}


def load(chances: list[float], lengths: list[float]) -> float:
    return fsum(p * n for p, n in zip(chances, lengths, strict=True)) + 2 * sqrt(
        fsum(p * (1 - p) * n * n for p, n in zip(chances, lengths, strict=True))
    )


def test_the_coin_is_the_first_53_bits_of_a_keyed_hash_of_rule_version_and_session() -> None:
    digest = hmac.new(b"5", b"r1|2|s7", "sha256").digest()
    assert coin.throw(KEY, "r1", 2, "s7") == (int.from_bytes(digest, "big") >> (256 - 53)) / 2**53
    for key in (b"", b"k" * 32, b"k" * 64, b"k" * 65):
        digest = hmac.new(key, b"r1|2|s7", "sha256").digest()
        assert coin.throw(key, "r1", 2, "s7") == (int.from_bytes(digest, "big") >> (256 - 53)) / 2**53
    assert coin.throw(KEY, "r1", 3, "s7") != coin.throw(KEY, "r1", 2, "s7")
    assert 0.0 <= coin.throw(KEY, "\ud800", 1, "s") < 1.0


def test_a_coin_is_sticky_and_falls_the_same_whoever_else_is_there() -> None:
    state = serving(named(*[Standing(0.5)] * 6))
    alone = choose(state, "s1", ["r3"], ROOMY)
    assert choose(state, "s1", ["r5", "r3", "r0"], ROOMY)["r3"] == alone["r3"]


def test_over_many_sessions_each_coin_falls_as_often_as_its_probability_says_and_apart_from_the_others() -> None:
    state = serving(named(*(Standing(p) for p in (0.15, 0.5, 0.9))))
    fallen = [choose(state, f"s{n}", ["r0", "r1", "r2"], ROOMY) for n in range(4000)]
    for rule, p in (("r0", 0.15), ("r1", 0.5), ("r2", 0.9)):
        above = sum(throws[rule].assigned - p for throws in fallen)
        assert abs(above) / sqrt(4000 * p * (1 - p)) < 4
    together = sum(throws["r0"].assigned and throws["r1"].assigned for throws in fallen)
    assert abs(together - 4000 * 0.075) / sqrt(4000 * 0.075 * 0.925) < 4


def test_rules_without_a_coin_have_none_and_pinned_ones_are_always_shown() -> None:
    state = serving({"pinned": Standing(None, always=True), "waits": Standing(None), "tried": Standing(0.5)})
    throws = choose(state, "s", ["pinned", "waits", "tried", "unknown"], ROOMY)
    assert list(throws) == ["pinned", "tried"]
    assert throws["pinned"] == (1.0, True)
    assert throws["tried"].probability == 0.5


def test_what_can_never_overflow_is_not_scaled() -> None:
    state = serving(named(*[Standing(0.9, active=True)] * 3))
    assert [throw.probability for throw in choose(state, "s", list(state.standings), Budget(3, 0)).values()] == [
        0.9
    ] * 3


def test_the_budget_holds_with_two_deviations_and_active_rules_go_first() -> None:
    state = serving(named(*[Standing(0.9, active=True)] * 9, *[Standing(0.6)] * 20))
    throws = choose(state, "s", list(state.standings), Budget(12, 600))
    chances = [throw.probability for throw in throws.values()]
    active, trials = chances[:9], chances[9:]
    assert load(chances, [1.0] * 29) == pytest.approx(12, abs=1e-3)
    assert load(active, [1.0] * 9) <= 12 * 0.8 + 1e-3
    assert len(set(active)) == len(set(trials)) == 1
    assert min(trials) > 0.03


def test_where_room_is_scarce_what_is_promising_gives_way_least() -> None:
    state = serving(named(*[Standing(0.9)] * 8, *[Standing(0.5)] * 16, *[Standing(0.15)] * 16))
    throws = choose(state, "s", list(state.standings), Budget(12, 600))
    chances = [throw.probability for throw in throws.values()]
    assert load(chances, [1.0] * 40) == pytest.approx(12, abs=1e-3)
    good, even, bad = chances[0], chances[8], chances[24]
    assert (bad, bad / 0.15) < (0.04, even / 0.5), "only the floor keeps it"
    assert good / 0.9 > 1.4 * even / 0.5


def test_active_rules_leave_a_fifth_of_the_budget_to_waiting_trials_and_all_of_it_without_them() -> None:
    crowd = [Standing(0.9, active=True)] * 40
    alone = choose(serving(named(*crowd)), "s", [f"r{n}" for n in range(40)], Budget(12, 600))
    assert load([throw.probability for throw in alone.values()], [1.0] * 40) == pytest.approx(12, abs=1e-3)
    both = serving(named(*crowd, *[Standing(0.6)] * 40))
    throws = choose(both, "s", list(both.standings), Budget(12, 600))
    chances = [throw.probability for throw in throws.values()]
    assert load(chances[:40], [1.0] * 40) == pytest.approx(12 * 0.8, abs=1e-3)
    assert sum(chances[40:]) > 1.0


def test_any_number_can_be_on_trial_at_once_down_to_the_floor_and_below_where_even_that_is_too_much() -> None:
    few = serving(named(*[Standing(0.6)] * 100, Standing(0.04)))
    chances = [throw.probability for throw in choose(few, "s", list(few.standings), Budget(12, 600)).values()]
    assert chances[-1] == 0.03
    assert load(chances, [1.0] * 101) == pytest.approx(12, abs=1e-3)
    many = serving(named(*[Standing(0.6)] * 1000))
    chances = [throw.probability for throw in choose(many, "s", list(many.standings), Budget(12, 600)).values()]
    assert 0.0 < max(chances) < 0.03
    assert load(chances, [1.0] * 1000) == pytest.approx(12, abs=1e-2)
    assert choose(many, "s", list(many.standings), Budget(0, 600)) == {}


def test_tokens_are_a_budget_as_well() -> None:
    state = serving(named(*[Standing(0.9, active=True, tokens=90.0)] * 8, *[Standing(0.5, tokens=30.0)] * 4))
    throws = choose(state, "s", list(state.standings), Budget(12, 300))
    chances = [throw.probability for throw in throws.values()]
    assert load(chances, [90.0] * 8 + [30.0] * 4) == pytest.approx(300, abs=0.1)


def test_a_coin_thrown_later_in_a_session_leaves_room_for_earlier_ones_however_they_fell() -> None:
    rules = named(*[Standing(0.9, True)] * 8, *[Standing(0.9, False)] * 4)
    early, late = list(rules)[:8], list(rules)[8:]
    made = serving(rules)
    first = choose(made, "s", early, Budget(10, 600))
    taken = [Taken(throw.probability, 1, 0) for throw in first.values()]
    later = choose(made, "s", late, Budget(10, 600), taken)
    assert all(throw.probability == 0.9 for throw in first.values())
    assert all(0.0 < throw.probability < 0.6 for throw in later.values())
    assert later == choose(made, "s", late, Budget(10, 600), taken), "the same whatever was shown"
    chances = [*first.values(), *later.values()]
    assert load([throw.probability for throw in chances], [1.0] * 12) <= 10 + 1e-4


def test_on_overflow_a_random_part_is_shown_that_fits_and_the_coins_stay_as_they_fell() -> None:
    state = serving(named(*[Standing(0.9, tokens=30.0)] * 8, Standing(None, always=True, tokens=500.0)))
    seen: set[tuple[str, ...]] = set()
    for number in range(60):
        session = f"s{number}"
        throws = choose(state, session, list(state.standings), Budget(8, 600))
        shown = delivered(state, session, throws, Budget(3, 600))
        assert shown == [rule for rule in throws if rule in shown], "in the order of the candidates"
        assert "r8" in shown, "what is pinned has its own room"
        assert len(shown) == 4
        assert set(shown) <= {rule for rule, throw in throws.items() if throw.assigned}
        assert len(delivered(state, session, throws, Budget(8, 65))) == 3
        seen.add(tuple(shown))
    assert len(seen) > 20


def test_the_sets_coin_takes_all_learnt_rules_away_together_and_throws_none_of_theirs() -> None:
    state = serving({"r": Standing(0.5), "pinned": Standing(None, always=True)}, holdout=HOLDOUT)
    off = 0
    for number in range(2000):
        session = f"s{number}"
        together = whole(state, session)
        assert together is not None
        assert together.probability == 0.95
        throws = choose(state, session, ["r", "pinned"], ROOMY)
        assert ("r" in throws) == together.assigned
        assert throws["pinned"].assigned
        off += not together.assigned
    assert abs(off - 100) < 4 * sqrt(2000 * 0.05 * 0.95)
    assert whole(serving({}), "s") is None


@given(
    st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans(), st.integers(0, 120)), max_size=70),
    st.integers(0, 30),
    st.integers(0, 900),
)
def test_whatever_competes_the_budget_holds_and_no_probability_rises(
    rules: list[tuple[float, bool, int]], room: int, tokens: int
) -> None:
    state = serving(named(*(Standing(p, active=active, tokens=float(n)) for p, active, n in rules)))
    throws = choose(state, "s", list(state.standings), Budget(room, tokens))
    chances = [throws[rule].probability if rule in throws else 0.0 for rule in state.standings]
    assert all(chance <= coin.rounded(p) for chance, (p, _, _) in zip(chances, rules, strict=True))
    for lengths, limit in (([1.0] * len(rules), room), ([float(n) for _, _, n in rules], tokens)):
        assert sum(lengths) <= limit or load(chances, lengths) <= limit + 1e-3 * (1 + limit)
    shown = delivered(state, "s", throws, Budget(room, tokens))
    assert len(shown) <= room
    assert sum(state.standings[rule].tokens for rule in shown) <= tokens
