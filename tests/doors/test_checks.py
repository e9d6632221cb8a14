"""Checks end in five ways, count in their newest run only, and are a stranger's word where a fork's code ran."""

import json
from typing import Any

import pytest

from mcp_server.importers.forges import checks, github
from mcp_server.importers.forges.checks import CANCEL, FAIL, PASS, PENDING, SKIP, Check, bucket
from mcp_server.importers.found import Found
from mcp_server.learning import fingerprint
from store.records import Kind, Trust
from store.text import clean_evidence, clean_line
from tests.doors.hub import (
    API,
    HEAD,
    JSON,
    LATER,
    NOON,
    OLD,
    REPOSITORY,
    WEB,
    check_run,
    delivery,
    hook,
    linked,
    status,
    viewed,
    workflow_run,
)


def facts(*values: Any) -> list[Found]:
    data = b"\n".join(json.dumps(value).encode() for value in values)
    return [found for found in github.parse(data, "x.json").facts if found.kind is Kind.CHECK]


def only(*values: Any) -> Found:
    (found,) = facts(*values)
    return found


# --- buckets


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("success", PASS),
        ("SUCCESS", PASS),
        ("skipped", SKIP),
        ("neutral", SKIP),
        ("error", FAIL),
        ("failure", FAIL),
        ("timed_out", FAIL),
        ("action_required", FAIL),
        ("cancelled", CANCEL),
        ("stale", PENDING),
        ("expected", PENDING),
        ("startup_failure", PENDING),
        ("pending", PENDING),
        ("queued", PENDING),
        ("in_progress", PENDING),
        ("waiting", PENDING),
        ("requested", PENDING),
        ("a new word", PENDING),
        ("", PENDING),
    ],
)
def test_every_conclusion_falls_into_its_bucket(word: str, expected: str):
    assert bucket("completed", word) == bucket("", word) == bucket(word) == expected


def test_a_conclusion_says_nothing_while_the_check_runs():
    assert bucket("in_progress", "success") == PENDING
    assert bucket("completed") == PENDING


@pytest.mark.parametrize(
    ("conclusion", "state", "words"),
    [
        ("success", PASS, 'check run "tests" passed'),
        ("skipped", SKIP, 'check run "tests" was skipped'),
        ("cancelled", CANCEL, 'check run "tests" was cancelled'),
        ("failure", FAIL, 'check run "tests" failed: 2 failed\ntest_total, test_empty'),
    ],
)
def test_a_check_that_ended_is_a_fact(conclusion: str, state: str, words: str):
    found = only(check_run(conclusion=conclusion))
    assert (found.text, found.detail["bucket"], found.detail["conclusion"]) == (words, state, conclusion)
    assert (found.identity, found.trust) == ("ci:github", Trust.MACHINE)
    assert (found.commit, found.branch, found.pull_request) == (HEAD, "cart", "acme/shop#5")
    assert found.time == 1767272400.0
    assert found.fingerprint == ("check:tests" if state == FAIL else "")


@pytest.mark.parametrize("conclusion", [None, "stale", "startup_failure"])
def test_a_check_that_has_not_ended_is_no_fact(conclusion: str | None):
    reading = github.parse(json.dumps(check_run(conclusion=conclusion)).encode(), "x.json")
    assert (reading.facts, reading.nothing) == ((), "no check has ended")


# --- one check, told by each who knows of it


def test_the_same_run_has_the_same_key_whoever_tells_of_it():
    job = check_run(run_id=9, run_attempt=2, workflow_name="CI", head_branch="cart", steps=[])
    told = [
        only(check_run()),
        only(hook("completed", check_run=check_run())),
        only(delivery(hook("completed", check_run=check_run()), "check_run")),
        only(hook("completed", workflow_job=job)),
        only({"total_count": 1, "check_runs": [check_run()]}),
        only({"total_count": 1, "jobs": [job]}),
        *[found for found in facts(viewed()) if found.detail["sort"] == "check run"],
    ]
    assert len({found.key for found in told}) == 1
    assert told[3].detail["workflow"] == "CI"
    assert told[2].detail["delivery"] == "d-1"


def test_a_workflow_run_a_suite_and_a_status_are_facts():
    suite = {"id": 3, "head_branch": "cart", "head_sha": HEAD, "status": "completed", "conclusion": "failure"}
    suite |= {
        "app": {"slug": "linter", "name": "Linter"},
        "before": OLD,
        "pull_requests": [],
        "url": f"{API}/check-suites/3",
    }
    run, found, sent = facts(hook("completed", workflow_run=workflow_run()), suite, status())
    assert (run.text, run.detail["event"], run.detail["run"], run.detail["attempt"]) == (
        'workflow run "CI" passed',
        "pull_request",
        "9",
        1,
    )
    assert (found.text, found.fingerprint, found.branch) == ('check suite "Linter" failed', "check:Linter", "cart")
    assert (sent.text, sent.key[1]) == ('status "deploy/preview" passed', "acme/shop")


def test_a_suite_of_actions_only_sums_up_jobs():
    suite = {"id": 3, "head_branch": "cart", "head_sha": HEAD, "status": "completed", "conclusion": "failure"}
    found = only(hook("completed", check_suite={**suite, "app": {"slug": "github-actions", "name": "GitHub Actions"}}))
    assert (found.detail["bucket"], found.fingerprint) == (FAIL, "")


def test_a_run_without_a_name_goes_by_its_workflows():
    assert only(hook("completed", workflow_run=workflow_run(name=""), workflow={"name": "CI"})).detail["name"] == "CI"
    assert only(workflow_run(name="")).detail["name"] == ".github/workflows/ci.yml"


def test_a_status_event_and_a_combined_status_are_read():
    event = {"id": 77, "sha": HEAD, "name": "acme/shop", "context": "deploy/preview", "state": "failure"}
    event |= {"description": "no room", "branches": [{"name": "cart"}], "created_at": NOON, "updated_at": LATER}
    found = only({**event, "repository": REPOSITORY, "sender": {"login": "ada"}})
    assert (found.commit, found.branch, found.text) == (HEAD, "cart", 'status "deploy/preview" failed: no room')
    two = {**event, "branches": [{"name": "cart"}, {"name": "main"}], "repository": REPOSITORY}
    assert only(two).branch == ""
    combined = {"state": "success", "sha": HEAD, "total_count": 1, "repository": REPOSITORY, "statuses": [status()]}
    found = only(combined)
    assert (found.commit, found.key[1]) == (HEAD, "acme/shop")
    del combined["total_count"]
    assert only(combined) == found


def test_what_gh_says_of_runs_is_read():
    run: JSON = {"attempt": 2, "conclusion": "failure", "databaseId": 9, "displayTitle": "Add", "event": "push"}
    run |= {"headBranch": "cart", "headSha": HEAD, "name": "CI", "status": "completed", "workflowName": "CI"}
    run |= {"startedAt": NOON, "updatedAt": LATER, "url": f"{WEB}/actions/runs/9"}
    job = {"databaseId": 41, "name": "tests", "status": "completed", "conclusion": "failure", "startedAt": NOON}
    one, other = facts([{**run, "jobs": [job]}])
    assert (one.text, one.fingerprint, one.commit, one.branch) == ('workflow run "CI" failed', "check:CI", HEAD, "cart")
    assert other.key == ("github", "acme/shop", "check run", "tests", "41", "", "failure")
    assert only({"name": "CI", "status": "completed", "conclusion": "success"}).text == 'workflow run "CI" passed'
    assert only({"jobs": [job], "workflowName": "CI"}).detail["name"] == "tests"


@pytest.mark.parametrize(
    ("told", "state", "sort"),
    [
        ({"bucket": "fail", "state": "FAILURE", "name": "tests", "workflow": "CI"}, FAIL, "check run"),
        ({"bucket": "pass", "name": "tests"}, PASS, "status"),
        ({"bucket": "skipping", "name": "tests"}, SKIP, "status"),
        ({"state": "CANCELLED", "name": "tests"}, CANCEL, "status"),
        ({"bucket": "fail", "name": "tests", "link": f"{WEB}/actions/runs/9/job/41"}, FAIL, "check run"),
    ],
)
def test_what_gh_pr_checks_says_is_read(told: JSON, state: str, sort: str):
    found = only([{"startedAt": NOON, "completedAt": LATER, "event": "push", "description": "", **told}])
    assert (found.detail["bucket"], found.detail["sort"]) == (state, sort)


@pytest.mark.parametrize("told", [{"bucket": "pending", "name": "t"}, {"bucket": "a new word", "name": "t"}])
def test_a_pending_bucket_is_no_fact(told: JSON):
    assert facts([told]) == []


def test_a_time_in_the_year_one_has_not_come():
    found = only([{"bucket": "fail", "name": "tests", "startedAt": NOON, "completedAt": "0001-01-01T00:00:00Z"}])
    assert found.time == 1767268800.0


# --- reruns


def test_of_several_runs_of_a_check_only_the_newest_counts():
    first = check_run(id=41, conclusion="failure", started_at=NOON)
    second = check_run(id=42, conclusion="success", started_at=LATER)
    for order in ([first, second], [second, first]):
        assert only({"total_count": 2, "check_runs": order}).detail["bucket"] == PASS


def test_a_rerun_that_is_not_over_takes_the_failure_back():
    first = check_run(id=41, conclusion="failure", started_at=NOON)
    second = check_run(id=42, conclusion=None, status="in_progress", started_at=LATER)
    assert facts([first, second]) == []


def test_attempts_of_one_run_are_numbered():
    again = workflow_run(run_attempt=2, conclusion="success")
    found = only([workflow_run(run_attempt=1, conclusion="failure"), again])
    assert (found.detail["bucket"], found.detail["attempt"]) == (PASS, 2)


@pytest.mark.parametrize(
    "other", [{"name": "lint"}, {"head_sha": OLD}, {"url": "https://api.github.com/repos/acme/toys/check-runs/42"}]
)
def test_other_checks_and_other_commits_are_no_reruns(other: JSON):
    assert len(facts([check_run(), check_run(id=42, started_at=LATER, **other)])) == 2


def test_the_same_job_of_two_events_is_no_rerun():
    runs = [workflow_run(event="push"), workflow_run(id=10, event="pull_request")]
    assert len(facts(runs)) == 2


def test_a_check_without_any_id_is_told_by_what_it_is():
    base = Check("github", "check run", "tests", FAIL, "failure", commit=HEAD, run="9", started=1.0)
    different = [
        base,
        base._replace(workflow="CI"),
        base._replace(event="push"),
        base._replace(commit=OLD),
        base._replace(run="10"),
        base._replace(run="", attempt=2),
        base._replace(name="lint"),
        base._replace(repository="acme/shop"),
    ]
    keys = {checks.facts([each])[0].key for each in different}
    assert len(keys) == len(different)
    assert checks.facts([base._replace(run="")])[0].key[-3] == "1"


def test_checks_without_a_commit_are_compared_within_their_pull_request():
    one = Check("github", "check run", "tests", FAIL, "failure", pull_request="a/b#1", started=1.0)
    assert len(checks.facts([one, one._replace(pull_request="a/b#2")])) == 2
    assert len(checks.facts([one, one._replace(started=2.0)])) == 1
    loose = one._replace(pull_request="", started=None)
    assert len(checks.facts([loose, loose._replace(branch="x")])) == 2


# --- forks


FORK = linked(head={"ref": "main", "sha": HEAD, "repo": {"id": 8, "url": "u"}})
GONE = linked(head={"ref": "main", "sha": HEAD, "repo": None})


@pytest.mark.parametrize(
    "payload",
    [
        hook("completed", check_run=check_run(pull_requests=[FORK])),
        hook("completed", check_run=check_run(pull_requests=[GONE])),
        hook("completed", check_run=check_run(pull_requests=[], check_suite={"id": 3, "head_branch": None})),
        workflow_run(head_repository={"id": 8, "full_name": "eve/shop"}),
        viewed(isCrossRepository=True),
        viewed(isCrossRepository=None, headRepositoryOwner={"login": "eve"}),
    ],
)
def test_a_forks_checks_are_a_strangers_word(payload: JSON):
    for found in facts(payload):
        assert (found.trust, found.commit, found.branch) == (Trust.ANONYMOUS, HEAD, "")
        assert found.detail["fork"] is True


@pytest.mark.parametrize(
    "payload",
    [
        check_run(pull_requests=[]),
        hook("completed", check_run=check_run(pull_requests=[], check_suite={"id": 3, "head_branch": "main"})),
        workflow_run(head_repository=None),
        viewed(headRepositoryOwner={"login": "ACME"}),
    ],
)
def test_a_branch_of_the_repository_itself_is_a_machines_word(payload: JSON):
    assert {found.trust for found in facts(payload)} == {Trust.MACHINE}


def test_a_check_of_several_pull_requests_goes_by_its_commit():
    found = only(check_run(pull_requests=[linked(), linked(number=6)]))
    assert (found.pull_request, found.commit) == ("", HEAD)
    assert only(check_run(pull_requests=[{"number": 5}])).pull_request == "acme/shop#5"


# --- hostile


def test_names_and_words_of_a_check_are_clean():
    key = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB"
    nasty = f"tests\u202e\U000e0041 <!-- x --> {key}"
    found = only(check_run(name=nasty, output={"title": nasty, "summary": nasty}))
    assert key not in str(found)
    assert clean_evidence(found.text).text == found.text
    assert all(clean_line(value).text == value for value in found.detail.values() if isinstance(value, str))
    assert fingerprint.parse(found.fingerprint).kind == "check"


def test_an_endless_name_keeps_its_class():
    names = ["x" * 500 + "a", "x" * 500 + "b"]
    assert all(len(only(check_run(name=name)).fingerprint) <= 170 for name in names)
