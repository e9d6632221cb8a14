"""Replays: a prefix is the prefix, shuffled lines give the same bytes, a kept state goes on to the same bytes."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.errors import DuplicateError, StateError, TrialError, UnknownIdError
from mcp_server.learning.trials.parse import parse
from mcp_server.learning.trials.policy import POLICY
from mcp_server.learning.trials.state import dump, load
from mcp_server.learning.trials.stream import converse, written
from tests.learning.trials.history import History, events, played, replayed

SEEDS = st.integers(0, 10_000)
SLOW = settings(deadline=None, max_examples=15)
SPOKEN = {"outcome", "recurrence", "trigger"}


@SLOW
@given(SEEDS)
def test_replaying_what_was_played_decides_the_same(seed: int) -> None:
    log, decisions = played(seed)
    assert decisions
    assert replayed(log) == decisions


@SLOW
@given(SEEDS)
def test_with_other_settings_the_same_log_may_be_decided_anew(seed: int) -> None:
    policy = POLICY._replace(holdout=0.05, explore=0.5, growing=True, settles=True, max_tokens=100.0)
    log, decisions = played(seed, policy=policy)
    assert replayed(log, policy) == decisions


@SLOW
@given(SEEDS, st.integers(0, 200))
def test_the_decisions_of_a_prefix_are_a_prefix_of_the_decisions(seed: int, end: int) -> None:
    log, decisions = played(seed)
    found = replayed(log[:end])
    assert found == decisions[: len(found)]
    assert len(found) == sum('"consolidate"' in line for line in log[:end])


@SLOW
@given(SEEDS, SEEDS)
def test_the_order_of_outcomes_recurrences_and_triggers_between_two_other_lines_says_nothing(
    seed: int, other: int
) -> None:
    log, decisions = played(seed)
    chance, shuffled, run = Random(other), list[str](), list[str]()
    for line in [*log, '{"t":"end"}']:
        if json.loads(line)["t"] in SPOKEN:
            run.append(line)
            continue
        chance.shuffle(run)  # all lines of a run have the same time here
        shuffled += [*run, line]
        run.clear()
    assert replayed(shuffled) == decisions


@SLOW
@given(SEEDS)
def test_a_state_that_was_kept_after_any_event_goes_on_to_the_same_bytes(seed: int) -> None:
    log, decisions = played(seed, sessions=15)
    engine = Engine(POLICY, 7)
    found: list[str] = []
    for event in events(log):
        kept = json.dumps(dump(engine), allow_nan=False)
        engine = load(json.loads(kept), Engine(POLICY, 7))
        assert json.dumps(dump(engine)) == kept
        found += [written(reply) for reply in engine.apply(event) if reply and "rules" in written(reply)]
    assert found == decisions


@SLOW
@given(SEEDS)
def test_a_transcript_of_both_sides_is_a_log_too(seed: int) -> None:
    log, decisions = played(seed, sessions=10)
    transcript = [*log[:1], '{"t":"hello","v":1,"engine":"x","seed":1}', *log[1:], *decisions]
    assert replayed(transcript) == decisions


def test_a_conversation_answers_hello_session_and_consolidate_and_nothing_else() -> None:
    lines = [
        b'\xef\xbb\xbf{"t":"hello","v":1,"seed":3}\n',
        b"\n",
        b'{"t":"rule","id":"r001","scope":["c1"],"initial":"trial","ts":0,"similar_to":null}\n',
        b'{"t":"session","id":"s7","ts":86400,"category":"c1","model":"m1","max_rules":30,"candidates":["r001"]}',
        b'{"t":"outcome","session":"s7","ts":86400,"category":"c1","success":true,"source":"self","helpful":["r001"]}',
        b'{"t":"consolidate","ts":172800.5}',
        b'{"t":"end"}',
        b"never read",
    ]
    hello, exposure, decisions = converse(lines, Engine(seed=3, chooses=True))
    assert hello == '{"t":"hello","v":1,"engine":"mcp-promptlearn","seed":3}'
    assert exposure == '{"t":"exposure","session":"s7","shown":[],"p":{"r001":0.579153}}'
    made = json.loads(decisions)
    assert (made["ts"], list(made["rules"])) == (172800.5, ["r001"])
    assert made["rules"]["r001"] == {
        "state": "trial",
        "verdict": "too early",
        "effect": -0.86333,
        "lo": -1.0,
        "hi": 1.0,
        "p_help": 0.48196,
        "e_help": 0.920366,
        "e_harm": 1.07601,
        "n": 1,
        "shown": 0,
        "withheld": 1,
        "needed": 2734,
        "reason": "1 of the 15 sessions before which nothing is said; on trial",
        "asks": None,
        "frozen": None,
        "looks": 1,
        "mean": -0.004489,
        "p": 0.463966,
        "e_guard": 1.0,
        "triggered": 1,
        "observed": 0,
        "ending": None,
    }


def test_what_overflowed_the_set_and_the_brake_are_said_where_they_are_and_only_there() -> None:
    history = History(POLICY._replace(holdout=0.05, max_rules=1), chooses=True)
    for name in ("a", "b", "c", "d", "e", "f"):
        history.rule(name, initial="active")
    said: list[str] = []
    for number in range(300):
        said += map(written, history.tell("session", id=f"s{number}", category="c", candidates=list("abcdef")))
        history.tell("outcome", session=f"s{number}", success=number < 100, source="ci")
    said.append(written(history.consolidate()))
    assert all('"set":{"p":0.95,"on":' in line for line in said[:-1])
    assert any('"assigned":[' in line for line in said)
    made = json.loads(said[-1])
    assert set(made["set"]) == {"effect", "lo", "hi", "e_help", "e_harm", "n", "on", "off"}
    assert made["braked"] == 0


@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        (["x"], TrialError, "line 1: malformed line: it is not JSON"),
        (["", "", '{"t":"x"}'], TrialError, "line 3: unknown event: 'x' is none of"),
        (
            ['{"t":"outcome","session":"s","ts":0,"success":true}'],
            UnknownIdError,
            "line 1: unknown id: session 's' has not begun",
        ),
        (['{"t":"consolidate","ts":1}', '{"t":"consolidate","ts":0}'], TrialError, "line 2: time steps back: 0 is"),
        (
            [
                '{"t":"session","id":"s","ts":0,"category":"c"}',
                '{"t":"outcome","session":"s","ts":0,"success":true}',
                '{"t":"consolidate","ts":0}',
                '{"t":"session","id":"s","ts":0,"category":"c"}',
            ],
            DuplicateError,
            "line 4: duplicated id: session 's' began already",
        ),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_number(
    lines: list[str], error: type[TrialError], words: str
) -> None:
    with pytest.raises(error) as caught:
        replayed(lines)
    assert str(caught.value).startswith(words)


def test_what_was_decided_before_a_bad_line_is_said_before_it_is_refused() -> None:
    found = converse([b'{"t":"consolidate","ts":1}', b"x"], Engine())
    assert next(found).startswith('{"t":"decisions","ts":1')
    with pytest.raises(TrialError, match="line 2"):
        next(found)


@pytest.mark.parametrize("change", [{"format": 0}, {"books": {}}, {"held": [{}]}, {"waiting": [["x"]]}, {"now": ...}])
def test_a_state_that_is_none_is_refused_by_name(change: dict[str, object]) -> None:
    state = dump(Engine()) | change
    if change.get("now") is ...:
        del state["now"]
    with pytest.raises(StateError, match=r"^state: it .*; replay the log instead$"):
        load(state, Engine())


def test_a_state_holds_neither_key_nor_settings_and_hello_s_seed_comes_back() -> None:
    engine = Engine(key=b"secret", seed=None)
    engine.apply(parse('{"t":"hello","v":1,"seed":5}'))
    kept = dump(engine)
    assert set(kept) == {"format", "now", "seed", "books", "held", "waiting"}
    assert "secret" not in json.dumps(kept)
    assert load(kept, Engine()).seed == 5
    assert load(kept, Engine(seed=6)).seed == 6


def test_what_is_kept_does_not_grow_with_the_number_of_sessions() -> None:
    def leaves(value: object) -> int:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 1 if inside is None else sum(map(leaves, inside))

    history = History()
    history.rule("plain")
    history.rule("aimed", target="test:t")
    sizes: list[int] = []
    for _ in range(3):
        for number in range(120):
            coins = {"plain": (0.5, number % 2 == 0), "aimed": (0.5, number % 3 == 0)}
            history.session(coins, number % 5 > 0, recurred={"aimed": False}, cost=number, duration=1, feedback="neg")
        history.consolidate(2)
        sizes.append(leaves(dump(history.engine)))
    assert sizes[0] >= sizes[1] == sizes[2]
    assert history.engine.held == {}


def test_choosing_at_the_start_of_a_session_loads_nothing_of_the_engine() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import mcp_server.learning.trials.allot\n"
        "heavy = {'json', 'dataclasses', 'inspect'}\n"
        "print(*sorted(name for name in {*sys.modules} - before if 'trials.' in name or name in heavy))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == [f"mcp_server.learning.trials.{name}" for name in ("allot", "coin", "fit")]


def test_the_bytes_do_not_depend_on_the_order_of_hashes() -> None:
    code = (
        "from tests.learning.trials.history import played\n"
        "from hashlib import sha256\n"
        "print(sha256(repr([played(seed) for seed in range(4)]).encode()).hexdigest())"
    )
    root = Path(__file__).resolve().parents[3]
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(found) == 1
