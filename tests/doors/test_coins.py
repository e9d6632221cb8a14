"""Prove what a session's coins decide: independent, sticky, logged before any outcome, the same through every door."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcp_server.delivery import deliver
from mcp_server.knobs import MOST, KnobError, Knobs, knobs, read
from mcp_server.learning.assign import ACTIVE, TRIAL, Coins
from mcp_server.learning.trials import coin
from mcp_server.settings import SettingsError
from mcp_server.settings import read as settings
from store import open_store
from store.contract import Store
from store.errors import BusyError
from store.memory import MemoryStore
from store.records import GLOBAL, WHOLE, Exposure, Session, State, Trials
from store.revise import Move
from tests.conftest import Clock
from tests.doors.agent import DEMO, Agent, Failing, Person, at
from tests.store.facts import HERE

ON = Coins()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, chance: Callable[[int], bytes]) -> Iterator[Store]:
    opened: Store = (
        MemoryStore(chance=chance) if request.param == "memory" else open_store(tmp_path / "s.db", chance=chance)
    )
    yield opened
    opened.close()


@pytest.fixture
def person(store: Store, clock: Clock) -> Person:
    return Person(store, clock)


def session(store: Store, ident: str, *files: str, coins: Coins = ON, now: float = 0.0) -> list[Exposure]:
    """What a session is given, by what was recorded."""
    who = Session(ident, HERE, "test client", now, now)
    deliver(store, DEMO, who, files=files, task="", now=now, coins=coins)
    return list(store.exposures(ident, HERE))


def shown(store: Store, ident: str) -> set[int]:
    return {each.rule for each in store.exposures(ident, HERE) if each.delivered}


def served(answer: str) -> set[str]:
    return {line.split("]")[0] + "]" for line in answer.splitlines() if line.startswith("[R")}


def test_every_rule_but_a_pinned_one_has_its_own_coin_and_its_probability_is_logged_before_any_outcome(
    store: Store, person: Person
) -> None:
    person.adds("Keep secrets out.", pinned=True)
    person.adds("Use uv.")
    person.adds("Try this.", state=State.TRIAL)
    found = session(store, "s1")
    assert [(each.rule, each.probability) for each in found] == [(1, 1.0), (2, ACTIVE), (3, TRIAL)]
    key = store.coin_key()
    for each in found[1:]:
        assert each.assigned == (coin.throw(key, f"R{each.rule}", 1, "s1") < each.probability)
        assert each.delivered == each.assigned
    assert store.evidence(HERE) == []


def test_coins_fall_as_often_as_their_probabilities_say_and_apart_from_each_other(store: Store, person: Person) -> None:
    rules = [person.adds(f"Do thing {n}.", state=State.TRIAL) for n in range(3)]
    chances = {rules[0].id: 0.2, rules[1].id: 0.5, rules[2].id: 0.8}
    trials = Trials("{}", "", 0)
    store.decide(HERE, trials, log=[], chances=chances, steps=[], cause="x", now=0, expected=store.head(HERE))
    found = [{each.rule: each for each in session(store, f"s{n}")} for n in range(600)]
    for rule, p in chances.items():
        assert all(each[rule].probability == p for each in found)
        above = sum(each[rule].assigned - p for each in found)
        assert abs(above) / math.sqrt(600 * p * (1 - p)) < 4
    together = sum((each[1].assigned - 0.2) * (each[2].assigned - 0.5) for each in found)
    assert abs(together) / math.sqrt(600 * 0.16 * 0.25) < 4


def test_what_a_coin_decided_is_kept_for_the_session_whatever_changes_meanwhile(store: Store, person: Person) -> None:
    rules = [person.adds(f"Do thing {n}.", state=State.TRIAL) for n in range(8)]
    before = session(store, "s1")
    assert 0 < sum(each.assigned for each in before) < 8
    for rule in rules:
        person.moves(rule, State.ACTIVE)
    person.adds("Something new.")
    after = session(store, "s1", now=7200)
    assert after[: len(before)] == before
    assert [each.rule for each in after[len(before) :]] == [9]


def test_a_hook_and_the_tool_give_a_session_the_same_rules(store: Store, person: Person, clock: Clock) -> None:
    for n in range(12):
        person.adds(f"Do thing {n}.", state=State.TRIAL if n % 2 else State.ACTIVE)
    session(store, "s1")
    asked = served(at(store, now=clock, coins=ON).rules())
    key = store.coin_key()
    other = MemoryStore(chance=lambda length: key if length == len(key) else bytes(length))
    again = Person(other, clock)
    for n in range(12):
        again.adds(f"Do thing {n}.", state=State.TRIAL if n % 2 else State.ACTIVE)
    assert served(at(other, now=clock, coins=ON).rules()) == asked == {f"[R{rule}]" for rule in shown(store, "s1")}
    assert 0 < len(asked) < 12


def test_a_session_never_sees_its_assignment(store: Store, person: Person, clock: Clock) -> None:
    for n in range(12):
        person.adds(f"Do thing {n}.", state=State.TRIAL)
    text = at(store, now=clock, coins=ON).rules()
    assert not any(word in text for word in ("trial", "withheld", "0.5", "probability", "coin"))
    assert len(served(text)) == len(shown(store, "s1")) < 12


def test_with_trials_off_active_rules_are_always_shown_and_trials_never(store: Store, person: Person) -> None:
    person.adds("Use uv.")
    person.adds("Try this.", state=State.TRIAL)
    for n in range(20):
        found = session(store, f"s{n}", coins=Coins(off=True))
        assert [(each.rule, each.probability, each.delivered) for each in found] == [(1, 1.0, True)]


def test_a_rule_that_waits_for_another_has_no_coin(store: Store, person: Person) -> None:
    rule = person.adds("Use uv.", state=State.TRIAL)
    person.does(Move(rule.id, State.TRIAL, chance=0.0))
    assert session(store, "s1") == []


def test_any_number_of_rules_competes_and_no_more_are_shown_than_there_is_room_for(
    store: Store, person: Person
) -> None:
    for n in range(40):
        person.adds(f"Do thing {n} in the way that was agreed upon.", state=State.TRIAL if n % 2 else State.ACTIVE)
    overflown = 0
    for n in range(60):
        found = session(store, f"s{n}")
        assert len(found) == 40, "each has its row in both arms"
        assert all(0.0 < each.probability < 0.5 for each in found)
        assert sum(each.delivered for each in found) <= 12
        assert all(each.assigned for each in found if each.delivered)
        overflown += any(each.assigned and not each.delivered for each in found)
    assert overflown < 12


def test_a_rule_that_comes_into_play_later_has_a_coin_that_earlier_ones_do_not_move(
    store: Store, person: Person
) -> None:
    for n in range(10):
        person.adds(f"Do thing {n}.", state=State.TRIAL)
    for n in range(10):
        person.adds(f"Format {n}.", "*.py")
    probabilities: set[float] = set()
    for n in range(30):
        first = session(store, f"s{n}")
        assert [each.rule for each in first] == list(range(1, 11)), "what is not touched yet triggers nothing"
        later = session(store, f"s{n}", "src/a.py", now=60.0)
        assert later[:10] == first
        assert [each.rule for each in later[10:]] == list(range(11, 21))
        assert sum(each.delivered for each in later) <= 12
        probabilities |= {each.probability for each in later[10:]}
    assert len(probabilities) == 1, "how earlier coins fell says nothing"
    assert probabilities.pop() < ACTIVE


def test_the_sets_own_coin_takes_all_learnt_rules_away_and_no_pinned_one(store: Store, person: Person) -> None:
    person.adds("Keep secrets out.", pinned=True)
    person.adds("Use uv.")
    person.adds("Try this.", state=State.TRIAL)
    Person(store, person.now, project=GLOBAL).adds("Be brief.", state=State.TRIAL)
    held = Coins(holdout=0.05)
    off = 0
    for n in range(200):
        found = session(store, f"s{n}", coins=held)
        assert (found[0].rule, found[0].probability) == (WHOLE, 0.95)
        rules = [each.rule for each in found[1:]]
        assert rules == ([1, 2, 3, 4] if found[0].assigned else [1])
        off += not found[0].assigned
        assert session(store, f"s{n}", coins=ON, now=60.0) == found, "it falls once"
    assert 2 <= off <= 25


def test_a_session_that_began_without_the_sets_coin_never_gets_one(store: Store, person: Person) -> None:
    person.adds("Use uv.")
    session(store, "s1")
    person.adds("Try this.", state=State.TRIAL)
    assert [each.rule for each in session(store, "s1", coins=Coins(holdout=0.05), now=60.0)] == [1, 2]


def test_where_nothing_can_be_recorded_only_pinned_and_active_rules_are_shown(
    store: Store, person: Person, clock: Clock
) -> None:
    person.adds("Keep secrets out.", pinned=True)
    for n in range(4):
        person.adds(f"Do thing {n}.")
    for n in range(4):
        person.adds(f"Try thing {n}.", state=State.TRIAL)
    failing = Failing(store)
    failing.fault = BusyError("store")
    agent: Agent = at(failing, now=clock, coins=ON)  # pyright: ignore[reportArgumentType]
    text = agent.rules()
    assert "not recorded" in text.splitlines()[0]
    assert served(text) == {"[R1]", "[R2]", "[R3]", "[R4]", "[R5]"}
    assert store.exposures("s1", HERE) == ()


def test_a_withheld_rule_stays_withheld_where_nothing_more_can_be_recorded(
    store: Store, person: Person, clock: Clock
) -> None:
    for n in range(12):
        person.adds(f"Do thing {n}.", state=State.TRIAL)
    before = served(at(store, now=clock, coins=ON).rules())
    failing = Failing(store)
    failing.fault = BusyError("store")
    clock.forward(7200)
    assert served(at(failing, now=clock, coins=ON).rules()) == before  # pyright: ignore[reportArgumentType]


def test_a_person_is_told_how_many_rules_are_active_on_trial_and_withheld(store: Store, person: Person) -> None:
    person.adds("Keep secrets out.", pinned=True)
    for n in range(5):
        person.adds(f"Do thing {n}.")
        person.adds(f"Try thing {n}.", state=State.TRIAL)
    given = deliver(store, DEMO, Session("s1", HERE, "c", 0, 0), files=(), task="", now=0.0, coins=ON)
    assert (given.active, given.trial) == (6, 5)
    assert given.withheld == 11 - len(given.lines) > 0


@pytest.mark.parametrize(
    ("kept", "environment", "expected"),
    [
        ({}, {}, Knobs()),
        ({"explore": 1, "holdout": 0.05, "off": True, "guard": "per_rule"}, {}, Knobs(1.0, 0.05, True, "per_rule")),
        ({"explore": 1, "off": True}, {"PROMPTLEARN_EXPLORE": "0.5", "PROMPTLEARN_TRIALS": "on"}, Knobs(0.5)),
        ({}, {"PROMPTLEARN_HOLDOUT": "0.02", "PROMPTLEARN_TRIALS": "off"}, Knobs(0.0, 0.02, True)),
    ],
)
def test_settings_of_trials_come_from_the_file_and_the_environment_over_it(
    kept: dict[str, object], environment: dict[str, str], expected: Knobs
) -> None:
    assert knobs(kept, environment) == expected


@pytest.mark.parametrize(
    ("kept", "environment", "words"),
    [
        ([], {}, "`trials` must be a table"),
        ({"explor": 1}, {}, "`trials.explor` is not a setting; known are explore, holdout, off, guard"),
        ({"explore": 1.1}, {}, "`explore` must be a number from 0 to 1"),
        ({"explore": True}, {}, "`explore` must be"),
        ({"explore": "1"}, {}, "`explore` must be"),
        ({}, {"PROMPTLEARN_EXPLORE": "much"}, "`explore` must be"),
        ({}, {"PROMPTLEARN_EXPLORE": "nan"}, "`explore` must be"),
        ({"holdout": MOST + 0.001}, {}, "`holdout` must be a number from 0 to 0.05"),
        ({"off": 1}, {}, "`trials.off` must be true or false"),
        ({"guard": "none"}, {}, "`trials.guard` must be fdr or per_rule"),
        ({}, {"PROMPTLEARN_TRIALS": "maybe"}, "PROMPTLEARN_TRIALS must be on or off"),
    ],
)
def test_a_setting_out_of_range_is_named_with_what_would_be_right(
    kept: object, environment: dict[str, str], words: str
) -> None:
    with pytest.raises(KnobError) as refusal:
        knobs(kept, environment)
    assert str(refusal.value).startswith(words)


def test_commands_refuse_a_broken_setting_and_hooks_go_on_without_coins(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[trials]\nexplore = 3\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"config\.toml or the environment: `explore` must be a number from 0 to 1"):
        settings({"PROMPTLEARN_HOME": str(tmp_path)})
    assert read(str(tmp_path), {}) == Knobs(off=True)
    (tmp_path / "config.toml").write_text("[trials\n", encoding="utf-8")
    assert read(str(tmp_path), {}) == Knobs(off=True)
    (tmp_path / "config.toml").write_text("[trials]\nexplore = 1\n", encoding="utf-8")
    assert read(str(tmp_path), {}) == settings({"PROMPTLEARN_HOME": str(tmp_path)}).trials == Knobs(explore=1.0)
    assert read(str(tmp_path / "none"), {}) == Knobs()


def test_a_store_whose_key_is_gone_makes_another_and_sessions_keep_their_coins(
    tmp_path: Path, chance: Callable[[int], bytes], clock: Clock
) -> None:
    import sqlite3

    path = tmp_path / "s.db"
    with_key = open_store(path, chance=chance)
    person = Person(with_key, clock)
    for n in range(12):
        person.adds(f"Do thing {n}.", state=State.TRIAL)
    before, key = session(with_key, "s1"), with_key.coin_key()
    with_key.close()
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM keys")
    db.close()
    without = open_store(path, chance=chance)
    assert session(without, "s1", now=7200.0) == before
    assert len(session(without, "s2")) == 12
    assert without.coin_key() != key
    without.close()


def test_assignment_probability_and_delivery_are_three_facts(store: Store, person: Person) -> None:
    long = "word " * 28
    for n in range(12):
        person.adds(f"Do {n} {long}.")
    fields = {json.dumps([e.probability, e.assigned, e.delivered]) for n in range(40) for e in session(store, f"s{n}")}
    assert len({json.loads(each)[0] for each in fields}) == 1
    assert {tuple(json.loads(each)[1:]) for each in fields} >= {(True, True), (False, False)}
