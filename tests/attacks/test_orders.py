"""Deliveries in any order, twice, by another road, or with a clock that is wrong come to the same end."""

import json
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_server import intake
from mcp_server.importers.forges import github
from mcp_server.learning import outcome
from store.memory import MemoryStore
from store.records import Kind, Outcome, Work
from tests.conftest import NOON
from tests.doors import hub

PROJECT = "github.com/acme/shop"
REVIEW = hub.review()
LATE = "2026-01-01T14:00:00Z"
APPROVED = hub.review(id=830092999, state="APPROVED", submitted_at=LATE, body="", html_url="")
MERGED = hub.pull(**hub.MERGED)
DELIVERIES: list[Any] = [
    hub.hook("submitted", review=REVIEW, pull_request=hub.pull()),
    hub.hook("created", comment=hub.comment(), pull_request=hub.pull()),
    hub.hook("created", comment=hub.remark(), issue=hub.issue()),
    hub.hook("submitted", review=APPROVED, pull_request=hub.pull()),
    hub.hook("closed", pull_request=MERGED),
    hub.hook("completed", check_run=hub.check_run(pull_requests=[])),
    hub.hook("completed", check_run=hub.check_run(id=42, conclusion="success", started_at=LATE, completed_at=LATE)),
]
BY_REST: list[Any] = [REVIEW, hub.comment(), hub.remark(), APPROVED, MERGED]


def state(payloads: Sequence[Any], *, together: bool = False, works_last: bool = False) -> Any:
    """What is known at the end: every fact with its session, but for the number it got, and the outcome."""
    store = MemoryStore(chance=lambda length: b"0" * length)
    context = intake.Context(PROJECT, NOON + 30 * 86_400)
    works = [Work(PROJECT, "s1", "commit", hub.HEAD, NOON, "hook")]
    if not works_last:
        store.worked(works)
    for part in [payloads] if together else [[each] for each in payloads]:
        found = github.parse("\n".join(map(json.dumps, part)).encode(), "p.json")
        intake.keep(store, found.facts, works=found.works, origin="github p.json", context=context)
    if works_last:
        intake.keep(store, (), works=works, origin="late", context=context)
    facts = store.evidence(PROJECT)
    known = {
        (f.hash, f.kind, f.text, f.source, f.time, f.fingerprint, f.session, f.how, f.confidence, f.commit, f.path)
        for f in facts
    }
    return known, outcome.verdict(fact for fact in facts if fact.session == "s1")


@pytest.fixture(scope="module")
def settled() -> Any:
    return state(DELIVERIES)


def test_the_end_is_what_a_person_would_say(settled: Any) -> None:
    known, verdict = settled
    assert verdict.outcome is Outcome.SUCCESS
    assert {fact[6] for fact in known} == {"s1"}
    assert {fact[1] for fact in known} == {Kind.REVIEW, Kind.COMMENT, Kind.PULL_REQUEST, Kind.CHECK}


@given(order=st.permutations(DELIVERIES), again=st.lists(st.sampled_from(DELIVERIES), max_size=4), late=st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_repetition_comes_to_the_same_end(
    settled: Any, order: list[Any], again: list[Any], late: bool
) -> None:
    assert state([*order, *again], works_last=late) == settled


def test_one_file_of_all_is_the_same_as_each_by_itself() -> None:
    reviews = DELIVERIES[:5]
    assert state(reviews, together=True) == state(reviews)
    assert state(list(reversed(reviews)), together=True) == state(reviews)


def test_rest_objects_add_nothing_to_webhooks() -> None:
    both = {fact[0] for fact in state([*DELIVERIES[:5], *BY_REST])[0]}
    assert both == {fact[0] for fact in state(DELIVERIES[:5])[0]}
    assert both == {fact[0] for fact in state([*BY_REST, *DELIVERIES[:5]])[0]}


def test_what_gh_shows_of_the_same_pull_request_adds_no_fact_about_it() -> None:
    shown = hub.viewed(statusCheckRollup=[])
    first = [hub.hook("submitted", review=REVIEW, pull_request=hub.pull()), DELIVERIES[2], DELIVERIES[4]]
    hooks = {(fact[0], fact[1]) for fact in state(first)[0]}
    for order in permutations([*first, shown]):
        assert {(fact[0], fact[1]) for fact in state(order)[0]} == hooks


@pytest.mark.parametrize("stamp", ["2999-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-01-01T12:00:00", "soon", ""])
def test_a_wrong_clock_moves_nothing_into_the_future_and_loses_no_fact(stamp: str) -> None:
    told = hub.hook("submitted", review=hub.review(submitted_at=stamp), pull_request=hub.pull())
    known, verdict = state([told])
    assert {fact[1] for fact in known} == {Kind.REVIEW, Kind.COMMENT}
    assert all(0 <= fact[4] <= NOON + 30 * 86_400 for fact in known)
    assert verdict.outcome is Outcome.FAILURE
