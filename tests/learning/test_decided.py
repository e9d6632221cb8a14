"""What was decided is read back as it was; a person is asked only what can still be answered, and not twice."""

import json

import pytest

from mcp_server.learning.decided import Ask, Decided, asks, current, read, verdict, waits_for
from mcp_server.learning.trials.replies import Whole
from mcp_server.learning.trials.verdict import Decision
from store.records import Ending, Rule, State, Trials
from store.values import replace
from tests.learning.decisions import PLAIN, a_rule, kept, made
from tests.store.facts import NOW

WHOLE = Whole(0.04, -0.1, 0.18, 1.3, 0.6, 320, 304, 16)


def decided(decision: Decision = PLAIN, *, time: float = NOW) -> Decided:
    found = read(kept({1: decision}, time=time, whole=WHOLE))
    assert found is not None
    return found


def unanswered(question: str) -> None:
    return None


def test_what_was_decided_is_read_back_as_it_was() -> None:
    found = decided()
    assert (found.time, found.rules, found.looks, found.held, found.set, found.braked) == (
        NOW,
        {1: PLAIN},
        9,
        0,
        WHOLE,
        None,
    )


def test_before_the_first_decisions_there_is_nothing_to_read() -> None:
    assert read(None) is None
    assert read(Trials("{}", "", 3)) is None
    assert current(a_rule(), None) is None


def test_what_an_earlier_version_did_not_tell_is_nothing_and_no_fault() -> None:
    trials = kept({1: PLAIN})
    body = json.loads(trials.decided)
    del body["rules"]["R1"]["e_guard"]
    found = read(trials._replace(decided=json.dumps(body)))
    assert found is not None
    assert found.rules[1] == PLAIN._replace(e_guard=None)  # pyright: ignore[reportArgumentType]
    assert found.set is None


def test_a_wording_that_came_after_the_decision_has_none_yet() -> None:
    assert current(a_rule(), decided()) == PLAIN
    assert current(a_rule(), decided(time=NOW - 1)) is None
    assert current(replace(a_rule(), id=2), decided()) is None


def test_a_rule_that_lives_again_after_it_was_stopped_has_no_decision_yet() -> None:
    stopped = made(state="retired", ending="harmful")
    assert current(a_rule(), decided(stopped)) is None
    assert current(a_rule(state=State.RETIRED, ending=Ending.HARMFUL), decided(stopped)) == stopped


@pytest.mark.parametrize(
    ("rule", "decision", "off", "said"),
    [
        (a_rule(), PLAIN, False, "leaning"),
        (a_rule(), None, False, "too early"),
        (a_rule(), None, True, "not measured"),
        (a_rule(pinned=True), PLAIN, False, "not measured"),
        (a_rule(state=State.CANDIDATE), None, False, "not measured"),
    ],
)
def test_a_verdict_is_that_of_the_evidence_and_too_early_before_any(
    rule: Rule, decision: Decision | None, off: bool, said: str
) -> None:
    assert verdict(rule, decision, off=off) == said


def test_a_near_duplicate_says_which_rule_it_waits_for() -> None:
    from mcp_server.learning.trials.known import Known
    from mcp_server.learning.trials.policy import POLICY
    from mcp_server.learning.trials.trial import Trial
    from mcp_server.learning.trials.words import reason

    trial = Trial("R7", POLICY)
    trial.waits_for = "R3"
    known = Known(1.0, 1.0, 1.0, 0.5, False, "")
    words = reason(trial, known, "too early", "", POLICY, worth=0.01, bar=20.0)
    assert waits_for(made(reason=words)) == "R3"
    assert waits_for(PLAIN) == waits_for(None) == ""


@pytest.mark.parametrize(
    ("asked", "state", "ending"),
    [
        ("approve", State.TRIAL, Ending.NONE),
        ("reject", State.TRIAL, Ending.NONE),
        ("retire", State.ACTIVE, Ending.NONE),
        ("obsolete", State.ACTIVE, Ending.NONE),
        ("obsolete", State.TRIAL, Ending.NONE),
        ("resume", State.RETIRED, Ending.HARMFUL),
        ("resume", State.RETIRED, Ending.GUARDRAIL),
    ],
)
def test_a_person_is_asked_what_the_engine_asks(asked: str, state: State, ending: Ending) -> None:
    decision = made(asks=asked, state=str(state))
    (ask,) = asks([a_rule(state=state, ending=ending)], decided(decision), unanswered)
    assert (ask.rule.name, ask.decision, ask.what) == ("R1", decision, asked)


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (None, a_rule()),
        ("approve", a_rule(state=State.ACTIVE)),
        ("retire", a_rule(state=State.RETIRED, ending=Ending.RETIRED)),
        ("resume", a_rule(state=State.RETIRED, ending=Ending.REJECTED)),
        ("resume", a_rule()),
        ("approve", a_rule(pinned=True)),
        ("approve", replace(a_rule(), current=replace(a_rule().current, text=None))),
    ],
)
def test_nobody_is_asked_what_was_settled_since(asked: str | None, rule: Rule) -> None:
    assert asks([rule], decided(made(asks=asked)), unanswered) == []
    assert asks([rule], None, unanswered) == []


def test_what_was_left_as_it_is_comes_again_when_its_verdict_changed() -> None:
    decision = made(asks="approve")
    answers = {Ask(a_rule(), decision, "approve").question: "leaning"}
    assert asks([a_rule()], decided(decision), answers.get) == []
    assert len(asks([a_rule()], decided(decision._replace(verdict="supported")), answers.get)) == 1
    assert len(asks([a_rule()], decided(decision._replace(asks="reject")), answers.get)) == 1
