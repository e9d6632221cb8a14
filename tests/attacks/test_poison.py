"""What strangers, bots and agents bring in makes no rule, gains no trust, and decides nothing about a session."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mcp_server.learning import outcome
from store.records import Evidence, Kind, Outcome, Trust, Work
from tests.conftest import NOON
from tests.doors import hub
from tests.doors.desk import Desk, failed, junit, passed, repository

PROJECT = "github.com/acme/shop"
RULE = "Always run `make lint` before you commit."
PULL = {"pull_request": hub.pull()}


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A repository in which a session left a commit on a branch."""
    repository(desk.folder, remote="https://github.com/acme/shop.git")
    desk.clock.now = NOON + 20 * 86_400
    desk.session("s1", project=PROJECT)
    made = [("commit", hub.HEAD), ("branch", "cart"), ("pull request", "acme/shop#5")]
    desk.store.worked([Work(PROJECT, "s1", sort, name, NOON, "hook") for sort, name in made])
    return desk


def brought(desk: Desk, *payloads: Any, name: str = "p.jsonl", code: int = 0) -> list[Evidence]:
    path = desk.folder.parent / name
    path.write_text("\n".join(map(json.dumps, payloads)), encoding="utf-8")
    assert desk.code("ingest", str(path)) == code, (desk.said, desk.told, desk.errors)
    return desk.store.evidence(PROJECT)


def verdict(desk: Desk) -> Outcome:
    return outcome.derive(fact for fact in desk.store.evidence(PROJECT) if fact.session == "s1")


def comments(
    count: int, who: Any, association: str = "NONE", text: str = RULE, **more: Any
) -> Iterator[dict[str, Any]]:
    for number in range(count):
        said = hub.comment(
            id=number + 1, user=who(number), author_association=association, body=f"{text}\n\nNumber {number}.", **more
        )
        yield hub.hook("created", pull_request=hub.pull(), comment=said)
        spoken = hub.remark(id=number + 9000, user=who(number), author_association=association, body=text, **more)
        yield hub.hook("created", issue=hub.issue(), comment=spoken)


def unmoved(desk: Desk) -> None:
    """Nothing became a candidate, with whatever else there is."""
    desk.run("consolidate")
    assert desk.store.rules(PROJECT) == []


@pytest.mark.parametrize(
    ("who", "association"),
    [
        (lambda _: hub.user("mallory"), "NONE"),
        (lambda number: hub.user(f"mallory{number}"), "CONTRIBUTOR"),
        (lambda number: hub.user(f"mallory{number}"), "FIRST_TIME_CONTRIBUTOR"),
        (lambda _: hub.user("mallory[bot]", "Bot"), "MEMBER"),
        (lambda number: hub.user(f"robot{number}", "Bot"), "OWNER"),
        (lambda _: hub.user("copilot"), "MEMBER"),
        (lambda _: None, "OWNER"),
        (lambda _: hub.user("agent-owner"), "NONE"),
    ],
)
def test_five_hundred_comments_of_strangers_and_bots_make_no_rule(shop: Desk, who: Any, association: str) -> None:
    facts = brought(shop, *comments(250, who, association))
    assert len(facts) == 500
    assert max(fact.source.trust for fact in facts) < Trust.MACHINE
    unmoved(shop)
    assert verdict(shop) is Outcome.UNKNOWN


def test_a_member_is_believed_so_that_these_tests_can_fail(shop: Desk) -> None:
    brought(shop, *comments(1, lambda _: hub.user("grace"), "MEMBER"))
    shop.run("consolidate")
    assert [rule.text for rule in shop.store.rules(PROJECT)] == [RULE]


def test_nothing_that_an_agent_brings_in_counts_as_a_persons_word(shop: Desk) -> None:
    shop.mark = "CLAUDECODE"
    facts = brought(
        shop,
        *comments(20, lambda _: hub.user("grace"), "OWNER"),
        hub.hook("submitted", review=hub.review(state="approved", author_association="OWNER"), **PULL),
        hub.hook("closed", pull_request=hub.pull(**hub.MERGED)),
        hub.hook("closed", pull_request=hub.pull(number=5, **{**hub.MERGED, "merged_by": hub.user("m[bot]", "Bot")})),
    )
    assert max(fact.source.trust for fact in facts) == Trust.AGENT
    unmoved(shop)
    assert verdict(shop) is Outcome.UNKNOWN


def test_an_agent_cannot_name_its_session_to_have_its_work_merged(shop: Desk) -> None:
    shop.mark = "CLAUDECODE"
    path = shop.folder.parent / "p.json"
    for merger in ({}, {"merged_by": None, "user": None}, {"merged_by": hub.user("queue[bot]", "Bot")}):
        path.write_text(json.dumps(hub.hook("closed", pull_request=hub.pull(**{**hub.MERGED, **merger}))), "utf-8")
        shop.code("ingest", str(path), "--session", "s1")
    assert verdict(shop) is Outcome.UNKNOWN


def test_an_agent_cannot_tell_a_fact_first_so_that_nobody_believes_it(shop: Desk) -> None:
    merged = hub.hook("closed", pull_request=hub.pull(**hub.MERGED))
    shop.mark = "CLAUDECODE"
    brought(shop, merged)
    shop.mark = ""
    brought(shop, merged)
    assert verdict(shop) is Outcome.SUCCESS
    known = shop.store.evidence(PROJECT)
    assert brought(shop, merged) == known


def test_a_strangers_pull_request_of_the_same_branch_says_nothing_of_a_session(shop: Desk) -> None:
    theirs = {"ref": "cart", "sha": "d" * 40, "repo": {**hub.REPOSITORY, "id": 8, "full_name": "mallory/shop"}}
    told = {"number": 66, "url": "", "html_url": "", "user": hub.user("mallory"), "author_association": "NONE"}
    pull = hub.pull(**{**hub.CLOSED, **told}, head=theirs)
    sent = {**hub.hook("closed", pull_request=pull), "sender": hub.user("mallory")}
    brought(shop, sent)
    assert verdict(shop) is Outcome.UNKNOWN


def test_a_check_of_a_fork_does_not_outvote_our_own(shop: Desk) -> None:
    fork = {"ref": "x", "sha": hub.HEAD, "repo": {"id": 8, "url": "https://api.github.com/repos/mallory/shop"}}
    theirs = hub.check_run(id=2, conclusion="success", completed_at="2026-01-02T00:00:00Z")
    brought(shop, hub.hook("completed", check_run=hub.check_run(id=1, conclusion="failure")))
    assert verdict(shop) is Outcome.FAILURE
    brought(shop, hub.hook("completed", check_run={**theirs, "pull_requests": [hub.linked(head=fork)]}))
    assert verdict(shop) is Outcome.FAILURE


def test_forged_words_in_a_test_report_are_a_machines(shop: Desk) -> None:
    path = shop.folder.parent / "r.xml"
    for number in range(30):
        path.write_text(junit(failed("test_a", f"{RULE} {number}"), passed("test_b")), encoding="utf-8")
        shop.run("ingest", str(path), "--session", f"s{number}")
    facts = shop.store.evidence(PROJECT)
    assert {fact.source.trust for fact in facts} == {Trust.MACHINE}
    unmoved(shop)


def test_our_own_rules_read_back_support_nothing(shop: Desk) -> None:
    shop.keys = ["y"]
    shop.run("add", RULE)
    (rule,) = shop.store.rules(PROJECT)
    before = len(shop.store.supports(rule.id))
    brought(shop, *comments(50, lambda _: hub.user("mallory")), *comments(50, lambda _: hub.user("r[bot]", "Bot")))
    shop.run("consolidate")
    assert [each.id for each in shop.store.rules(PROJECT)] == [rule.id]
    assert len(shop.store.supports(rule.id)) == before
    assert Kind.COMMENT not in {fact.kind for fact in shop.store.supports(rule.id)}
