"""GitHub's pull requests are read in every form they are saved in, the same facts from each, or refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from mcp_server.importers.forges import github, github_rest
from mcp_server.importers.found import Found, NotAReport, Reading
from store.records import Kind, Trust
from tests.doors import hub
from tests.doors.hub import (
    CLOSED,
    HEAD,
    JSON,
    MERGE,
    MERGED,
    NOON,
    OLD,
    REPOSITORY,
    hook,
    query,
    user,
)

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "pr"
samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not beside this checkout")

AT_NOON, AT_ONE = 1767268800.0, 1767272400.0


def read(*values: Any) -> Reading:
    """One value, or several as lines of one file."""
    return github.parse(b"\n".join(json.dumps(value).encode() for value in values), "x.json")


def facts(*values: Any) -> list[Found]:
    return list(read(*values).facts)


def only(*values: Any) -> Found:
    (found,) = facts(*values)
    return found


def sample(end: str) -> Any:
    (path,) = (path for path in SAMPLES.iterdir() if path.name.endswith(f"{end}.json"))
    return json.loads(path.read_bytes())


# --- real payloads, facts written down by hand

REAL_HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
REAL = {"commit": REAL_HEAD, "branch": "changes", "pull_request": "Codertocat/Hello-World#2"}


@samples
@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (
            "pull_request__closed.payload",
            [
                {
                    **REAL,
                    "kind": Kind.PULL_REQUEST,
                    "text": "Codertocat/Hello-World#2 was closed without being merged",
                    "identity": "github:Codertocat",
                    "trust": Trust.MEMBER,
                    "time": 1557933678.0,
                    "detail": {
                        "state": "closed",
                        "title": "Update the README with new information.",
                        "number": 2,
                        "head": "changes",
                        "base": "master",
                        "author": "github:Codertocat",
                    },
                }
            ],
        ),
        (
            "pull_request_review__submitted.payload",
            [
                {
                    **REAL,
                    "kind": Kind.REVIEW,
                    "text": "Codertocat reviewed Codertocat/Hello-World#2 without a verdict",
                    "key": ("github", "codertocat/hello-world", "review", "237895671", "commented", ""),
                    "identity": "github:Codertocat",
                    "trust": Trust.MEMBER,
                    "time": 1557933638.0,
                    "detail": {"state": "commented", "id": "237895671", "number": 2, "author_of_pull_request": True},
                }
            ],
        ),
        (
            "pull_request_review_comment__created.payload",
            [
                {
                    **REAL,
                    "kind": Kind.COMMENT,
                    "text": "Maybe you should use more emoji on this line.",
                    "identity": "github:Codertocat",
                    "trust": Trust.MEMBER,
                    "time": 1557933638.0,
                    "path": "README.md",
                    "fingerprint": "review:github:Codertocat|maybe you should use more emoji on this line",
                    "detail": {
                        "sort": "inline",
                        "id": "284312630",
                        "number": 2,
                        "line": 265,
                        "side": "RIGHT",
                        "hunk": "@@ -1 +1 @@\n-# Hello-World",
                        "author_of_pull_request": True,
                    },
                }
            ],
        ),
        (
            "check_run__completed.payload",
            [
                {
                    **REAL,
                    "kind": Kind.CHECK,
                    "text": 'check run "Octocoders-linter" passed',
                    "identity": "ci:github",
                    "trust": Trust.MACHINE,
                    "time": 1557933672.0,
                    "detail": {
                        "bucket": "pass",
                        "conclusion": "success",
                        "name": "Octocoders-linter",
                        "sort": "check run",
                        "started": 1557933672.0,
                        "completed": 1557933672.0,
                    },
                }
            ],
        ),
        (
            "check_suite__completed.payload",
            [
                {
                    **REAL,
                    "kind": Kind.CHECK,
                    "text": 'check suite "octocoders-linter" passed',
                    "trust": Trust.MACHINE,
                    "time": 1557933674.0,
                }
            ],
        ),
        (
            "workflow_run__completed.payload",
            [
                {
                    "kind": Kind.CHECK,
                    "text": 'workflow run "test" passed',
                    "commit": "3484a3fb816e0859fd6e1cea078d76385ff50625",
                    "branch": "master",
                    "pull_request": "",
                    "trust": Trust.MACHINE,
                    "time": 1601915629.0,
                    "detail": {
                        "bucket": "pass",
                        "conclusion": "success",
                        "name": "test",
                        "sort": "workflow run",
                        "workflow": "test",
                        "event": "repository_dispatch",
                        "run": "289782451",
                        "attempt": 1,
                        "started": 1601915629.0,
                        "completed": 1601915629.0,
                    },
                }
            ],
        ),
        ("issue_comment__created.payload", []),
    ],
)
def test_a_real_payload_tells_what_a_person_reads_in_it(end: str, expected: list[JSON]):
    found = [each._asdict() for each in facts(sample(end))]
    assert [{name: one[name] for name in wanted} for one, wanted in zip(found, expected, strict=True)] == expected


@samples
def test_a_comment_on_an_issue_is_said_to_be_none_of_a_pull_request():
    assert read(sample("issue_comment__created.payload")).nothing == "it is about an issue and no pull request"


@samples
def test_the_reviews_of_a_query_are_those_that_were_submitted():
    found = facts(sample("prViewPreviewReviews"))
    verdicts = [(each.identity, each.trust, each.detail["state"]) for each in found if each.kind is Kind.REVIEW]
    assert verdicts == [
        ("github:sam", Trust.ANONYMOUS, "commented"),
        ("github:matt", Trust.MEMBER, "changes requested"),
        ("github:leah", Trust.MEMBER, "approved"),
        ("github:louise", Trust.ANONYMOUS, "dismissed"),
    ]
    assert [each.text for each in found if each.kind is Kind.COMMENT] == ["Review 1", "Review 2", "Review 3"]
    assert [each.time for each in found if each.kind is Kind.REVIEW] == [1577966400, 1578139200, 1578312000, 1578484800]


@samples
def test_a_real_payload_with_one_field_changed_is_merged():
    """No public example is merged: one field of a real one is changed."""
    payload = sample("pull_request__closed.payload")
    payload["pull_request"]["merged"] = True
    found = only(payload)
    assert (found.detail["state"], found.trust) == ("merged", Trust.MEMBER)
    assert found.detail["merge_commit"] == "c4295bd74fb0f4fda03689c3df3f2803b658fd85"


@samples
@pytest.mark.parametrize(
    ("state", "expected"),
    [("approved", "approved"), ("changes_requested", "changes requested"), ("dismissed", "dismissed")],
)
def test_a_real_review_with_one_field_changed_is_that_verdict(state: str, expected: str):
    """No public example approves, requests changes or was dismissed: one field of a real one is changed."""
    payload = sample("pull_request_review__submitted.payload")
    payload["review"]["state"] = state
    assert only(payload).detail["state"] == expected


# --- what became of it


def test_a_merged_pull_request_is_told_by_whoever_merged_it():
    found = only(hook("closed", pull_request=hub.pull(**MERGED)))
    assert found.text == "acme/shop#5 was merged"
    assert (found.identity, found.trust, found.time) == ("github:ada", Trust.MEMBER, AT_ONE)
    assert (found.commit, found.branch, found.pull_request) == (HEAD, "cart", "acme/shop#5")
    assert found.detail == {
        "state": "merged",
        "title": "Add a cart",
        "number": 5,
        "head": "cart",
        "base": "main",
        "merge_commit": MERGE,
        "author": "github:agent-owner",
    }


def test_a_merge_commit_alone_merges_nothing():
    found = only(hook("closed", pull_request=hub.pull(**CLOSED)))
    assert (found.text, "merge_commit" in found.detail) == ("acme/shop#5 was closed without being merged", False)
    assert read(hub.pull()).nothing == github_rest.UNDECIDED


@pytest.mark.parametrize("changes", [{"merged": True, "merged_at": None}, {"merged": None, "merged_at": NOON}])
def test_either_sign_of_a_merge_is_enough(changes: JSON):
    assert only(hub.pull(**{**MERGED, **changes})).detail["state"] == "merged"


def test_a_reopened_pull_request_is_a_fact_and_an_opened_one_is_none():
    found = only(hook("reopened", pull_request=hub.pull()))
    assert (found.text, found.identity, found.key[-2:]) == (
        "acme/shop#5 was reopened",
        "github:ada",
        ("reopened", "1767268800"),
    )
    for action in ("opened", "synchronize", "edited"):
        assert read(hook(action, pull_request=hub.pull())).nothing == github_rest.UNDECIDED


def test_the_same_end_has_the_same_key_in_every_form():
    listed = {name: value for name, value in hub.pull(**MERGED).items() if name not in {"merged", "merged_by"}}
    searched = hub.issue(state="closed", closed_at=hub.LATER, pull_request={"merged_at": hub.LATER})
    forms: list[Any] = [
        hook("closed", pull_request=hub.pull(**MERGED)),
        hub.pull(**MERGED),
        [listed],
        searched,
        {"total_count": 1, "incomplete_results": False, "items": [searched]},
        hub.viewed(reviews=[], comments=[], statusCheckRollup=[]),
        [hub.viewed(reviews=[], comments=[], statusCheckRollup=None)],
        {"number": 5, "url": f"{hub.WEB}/pull/5", "state": "MERGED"},
        query(pullRequests={"nodes": [{"number": 5, "state": "MERGED"}]}),
        {"number": 5, "state": "merged", "isPullRequest": True, "repository": {"nameWithOwner": "acme/shop"}},
    ]
    assert {only(form).key for form in forms} == {("github", "acme/shop", "pull request", "5", "merged", "")}


def test_closing_twice_is_two_facts_and_a_redelivery_none():
    first, again = hub.pull(**CLOSED), hub.pull(**CLOSED, updated_at="2026-03-01T00:00:00Z")
    later = hub.pull(**{**CLOSED, "closed_at": "2026-02-01T00:00:00Z"})
    assert only(hook("closed", pull_request=first)).key == only(hook("labeled", pull_request=again)).key
    assert len(facts(first, later)) == 2


@pytest.mark.parametrize(
    ("changes", "identity", "trust"),
    [
        ({"merged_by": user("queue[bot]", "Bot")}, "bot:github:queue", Trust.AGENT),
        ({"merged_by": None}, "github:ada", Trust.MEMBER),
        ({"user": user("eve"), "author_association": "NONE"}, "github:ada", Trust.MEMBER),
        ({"user": user("ada"), "author_association": "NONE"}, "github:ada", Trust.MEMBER),
    ],
)
def test_who_merges_has_write_access(changes: JSON, identity: str, trust: Trust):
    found = only(hook("closed", pull_request=hub.pull(**{**MERGED, **changes})))
    assert (found.identity, found.trust) == (identity, trust)


@pytest.mark.parametrize(
    ("author", "association", "identity", "trust"),
    [
        ("ada", "NONE", "github:ada", Trust.ANONYMOUS),
        ("ada", "OWNER", "github:ada", Trust.MEMBER),
        ("eve", "NONE", "github:ada", Trust.MEMBER),
    ],
)
def test_who_closes_their_own_has_an_authors_trust(author: str, association: str, identity: str, trust: Trust):
    closed = hub.pull(**CLOSED, user=user(author), author_association=association)
    found = only(hook("closed", pull_request=closed))
    assert (found.identity, found.trust) == (identity, trust)


def test_who_closed_an_issue_that_is_a_pull_request_is_told():
    assert only(hub.issue(state="closed", closed_at=NOON, closed_by=user("rex"))).identity == "github:rex"


def test_nobody_known_is_nobody_trusted():
    found = only({"number": 5, "state": "MERGED", "url": f"{hub.WEB}/pull/5"})
    assert (found.identity, found.trust) == ("github:unknown", Trust.ANONYMOUS)
    closed = hook("closed", pull_request=hub.pull(**CLOSED, user=None))
    assert only(closed).trust is Trust.ANONYMOUS


def test_a_closed_thing_of_gh_that_may_be_an_issue_is_no_verdict():
    reading = read([{"number": 5, "state": "CLOSED", "title": "x"}])
    assert (reading.facts, reading.nothing) == ((), "it does not say that the pull request was merged or closed")
    assert read([{"number": 5, "state": "CLOSED", "url": f"{hub.WEB}/issues/5"}]).facts == ()
    assert only([{"number": 5, "state": "CLOSED", "headRefName": "cart"}]).detail["state"] == "closed"
    assert only([{"number": 5, "state": "CLOSED", "url": f"{hub.WEB}/pull/5"}]).detail["state"] == "closed"


def test_without_a_repository_the_number_stands_alone():
    found = only({"number": 5, "mergedAt": NOON, "state": "MERGED"})
    assert (found.pull_request, found.text) == ("#5", "#5 was merged")
    assert only({"mergedAt": NOON, "headRefName": "cart"}).text == "a pull request was merged"


def test_a_forks_main_is_not_our_main():
    fork = {"id": 8, "full_name": "eve/shop"}
    found = only(hub.pull(**MERGED, head={"ref": "main", "sha": HEAD, "repo": fork}))
    assert (found.branch, found.detail["head"], found.detail["fork"]) == ("", "main", True)
    assert only(hub.pull(**MERGED, head={"ref": "cart", "sha": HEAD, "repo": fork})).branch == "cart"
    same = hub.pull(**MERGED, head={"ref": "main", "sha": HEAD, "repo": {"name": "shop"}})
    assert only(same).branch == "main"


# --- reverts


def test_a_merged_revert_names_what_it_took_back_and_not_itself():
    body = f"Reverts acme/shop#4\n\nPrices were wrong.\n\nThis reverts commit {OLD}."
    _, found = facts(hook("closed", pull_request=hub.pull(**MERGED, title='Revert "Add prices"', body=body)))
    assert (found.kind, found.pull_request, found.commit, found.branch) == (Kind.REVERT, "acme/shop#4", OLD, "")
    assert found.detail == {
        "title": "Add prices",
        "pull_request": "acme/shop#4",
        "commit": OLD,
        "by": "acme/shop#5",
        "by_commit": MERGE,
    }
    assert (found.identity, found.trust) == ("github:agent-owner", Trust.MEMBER)
    assert "Prices were wrong." in found.text


@pytest.mark.parametrize("changes", [{}, CLOSED])
def test_a_revert_that_was_not_merged_took_nothing_back(changes: JSON):
    payload = hub.pull(**changes, title='Revert "Add prices"', body="Reverts acme/shop#4")
    assert all(found.kind is not Kind.REVERT for found in facts(payload))


def test_a_revert_is_told_by_the_commits_of_a_pull_request_too():
    commits = [{"oid": HEAD, "messageHeadline": "Take prices back", "messageBody": f"This reverts commit {OLD}."}]
    gh = hub.viewed(commits=commits, reviews=[], comments=[], statusCheckRollup=[])
    assert facts(gh)[1].commit == OLD
    nodes = {"nodes": [{"commit": {"message": f"x\n\nThis reverts commit {OLD}."}}, {"commit": {"oid": HEAD}}]}
    found = facts(query(pullRequest={"number": 5, "state": "MERGED", "commits": nodes}))
    assert found[1].commit == OLD


def test_a_revert_without_a_target_says_its_title_only():
    found = facts(hub.pull(**MERGED, title='Revert "Add prices"', body=None))[1]
    assert (found.pull_request, found.commit, found.detail["title"]) == ("", "", "Add prices")
    assert found.text == 'a change was taken back by acme/shop#5: Revert "Add prices"'


def test_a_hidden_revert_takes_nothing_back():
    assert len(facts(hub.pull(**MERGED, body="<!-- Reverts acme/shop#4 -->Add it"))) == 1


# --- events


@pytest.mark.parametrize(
    "payload",
    [
        {"ref": "refs/heads/main", "commits": [], "repository": REPOSITORY, "sender": user()},
        {"action": "opened", "issue": {"number": 3}, "repository": REPOSITORY, "sender": user()},
        {"zen": "Keep it simple.", "hook_id": 1},
        hub.delivery({"something": "new"}, "sponsorship"),
        {"x-github-event": "push", "body": {"ref": "x"}},
    ],
)
def test_an_event_about_something_else_is_understood_and_tells_nothing(payload: JSON):
    reading = read(payload)
    assert (reading.kind, reading.facts) == ("github", ())
    assert reading.nothing == "its event tells of no pull request, review, comment or check"


def test_an_event_without_its_pull_request_goes_by_the_addresses_in_it():
    review, comment = (
        hook("submitted", review=hub.review(body="")),
        hook("created", comment=hub.comment(), pull_request={}),
    )
    assert only(review).pull_request == only(comment).pull_request == "acme/shop#5"
    bare = {"review": hub.review(body=""), "sender": user()}
    assert only(bare).pull_request == "acme/shop#5"


def test_the_delivery_is_kept():
    payload = hook("closed", pull_request=hub.pull(**MERGED))
    assert only(hub.delivery(payload, "pull_request")).detail["delivery"] == "d-1"
    once, again = hub.delivery(payload, "pull_request"), hub.delivery(payload, "pull_request", "d-2")
    assert len(facts(once, again)) == 1


# --- a list, a stream, and what is neither


def test_a_list_is_read_whole_and_says_what_it_does_not_know():
    reading = read([hub.review(), {"what": "is this"}, hub.comment(), 7])
    assert len(reading.facts) == 3
    assert reading.partial == "2 of 4 entries are nothing that is known here"


def test_pages_in_a_row_are_one_reading():
    data = json.dumps([hub.review()]).encode() + json.dumps([hub.comment()]).encode()
    assert len(github.parse(data, "x.json").facts) == 3
    assert len(github.parse(b'{"total_count": 0, "check_runs": []}\n' * 2, "x.json").facts) == 0
    assert github.parse(b'{"total_count": 0, "check_runs": []}', "x.json").nothing.startswith("it holds no fact yet")


def test_a_stream_that_breaks_off_is_partial():
    data = json.dumps(hub.comment()).encode() + b"\n" + json.dumps(hub.review()).encode()[:-9]
    reading = github.parse(data, "x.json")
    assert (len(reading.facts), reading.partial) == (1, "what stands in line 2 and after it is not whole JSON")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b"{}", "nothing of GitHub's"),
        (b"[]", "nothing of GitHub's"),
        (b"null", "nothing of GitHub's"),
        (b'{"title": "x"}', "nothing of GitHub's"),
        (b'{"object_kind": "merge_request", "project": {}}', "nothing of GitHub's"),
        (b'{"runs": [], "version": "2.1.0"}', "nothing of GitHub's"),
        (b'[{"name": "x", "unit": "s", "value": 1}]', "nothing of GitHub's"),
        (b'{"results": {"tests": []}}', "nothing of GitHub's"),
        (b'{"data": {"repository": null}, "errors": []}', "nothing of GitHub's"),
        (b'{"message": "Not Found", "status": "404"}', "nothing of GitHub's"),
        (b'{"headers": {"X-Gitlab-Event": "Push Hook"}, "body": {"object_kind": "push"}}', "nothing of GitHub's"),
        (b'{"headers": {}, "body": "not json"}', "nothing of GitHub's"),
        (b'{"number": 5', "not whole JSON"),
        (b"[" * 200, "values lie more than 100 deep"),
        (b'{"number": NaN}', "not whole JSON"),
        (b"\xff\xfe\xfd", "is not"),
        (b"<html>502 Bad Gateway</html>", "not whole JSON"),
    ],
)
def test_what_is_not_githubs_is_refused_by_name(data: bytes, why: str):
    with pytest.raises(NotAReport) as refused:
        github.parse(data, "x.json")
    line = str(refused.value)
    assert line.startswith("x.json: ")
    assert why in line
    assert len(line.splitlines()) == 1
