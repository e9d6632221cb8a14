"""GitLab's hooks are told by their shape, and nobody is a member because they say so."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.forges import gitlab
from mcp_server.importers.found import Found, NotAReport, Reading
from store.records import Kind, Trust
from store.text import clean_evidence, clean_line
from tests.doors.hub import HEAD, JSON, MERGE, OLD, merge_hook, note_hook, project, request
from tests.doors.test_github_wild import VALUES, WRONG, changed, paths

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "pr"
samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not beside this checkout")

PRIVATE = project(visibility_level=0)


def read(*values: Any) -> Reading:
    return gitlab.parse(b"\n".join(json.dumps(value).encode() for value in values), "x.json")


def facts(*values: Any) -> list[Found]:
    return list(read(*values).facts)


def only(*values: Any) -> Found:
    (found,) = facts(*values)
    return found


def sample() -> Any:
    (path,) = SAMPLES.glob("xanzy*merge_request.json")
    return json.loads(path.read_bytes())


@samples
def test_a_real_merge_request_that_was_opened_is_no_evidence():
    reading = read(sample())
    assert (reading.kind, reading.facts, reading.partial) == ("gitlab", (), "")
    assert reading.nothing == "a merge request that is neither merged nor closed nor reviewed is no evidence yet"


@samples
def test_a_real_merge_request_with_its_action_changed_is_merged():
    """The public example is opened: its action and state are changed."""
    payload = sample()
    payload["object_attributes"] |= {"action": "merge", "state": "merged"}
    found = only(payload)
    assert (found.text, found.branch) == ("gitlabhq/gitlab-test!1 was merged", "ms-viewport")
    assert (found.identity, found.trust) == ("gitlab:user1", Trust.MEMBER)
    assert found.commit == "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"


# --- what became of it


def test_a_merge_is_told_by_who_did_it_and_takes_a_developers_rights():
    found = only(merge_hook(action="merge", state="merged", merge_commit_sha=MERGE))
    assert (found.kind, found.text) == (Kind.PULL_REQUEST, "acme/web/shop!5 was merged")
    assert (found.identity, found.trust, found.time) == ("gitlab:ada", Trust.MEMBER, 1767272400.0)
    assert (found.commit, found.branch, found.pull_request) == (HEAD, "cart", "acme/web/shop!5")
    assert found.detail == {
        "state": "merged",
        "title": "Add a cart",
        "number": 5,
        "head": "cart",
        "base": "main",
        "merge_commit": MERGE,
    }


def test_a_merge_is_one_fact_however_often_it_is_told():
    merged = merge_hook(action="merge", state="merged")
    later = merge_hook(action="update", state="merged", updated_at="2026-02-01 00:00:00 UTC")
    assert len(facts(merged, later, merged)) == 1
    assert only(later).trust is Trust.ANONYMOUS  # who merged it is not told


@pytest.mark.parametrize(
    ("action", "state", "expected"),
    [
        ("close", "closed", "closed"),
        ("reopen", "opened", "reopened"),
        ("merge", "merged", "merged"),
        (None, "closed", "closed"),
    ],
)
def test_what_became_of_it_is_told_by_action_and_state(action: str | None, state: str, expected: str):
    assert only(merge_hook(action=action, state=state)).detail["state"] == expected


@pytest.mark.parametrize(
    ("action", "state"), [("open", "opened"), ("update", "opened"), ("update", "closed"), ("update", "locked")]
)
def test_all_else_that_happens_to_it_is_no_evidence(action: str, state: str):
    assert facts(merge_hook(action=action, state=state)) == []


def test_who_closes_their_own_is_a_stranger_still():
    own = merge_hook(action="close", state="closed", author_id=8)
    assert (only(own).identity, only(own).trust, only(own).detail["author"]) == (
        "gitlab:ada",
        Trust.ANONYMOUS,
        "gitlab:ada",
    )
    assert only(merge_hook(action="close", state="closed")).trust is Trust.ANONYMOUS
    assert only(merge_hook(action="close", state="closed", where=PRIVATE)).trust is Trust.MEMBER


def test_a_merged_revert_names_what_it_took_back():
    body = "This reverts merge request !4\n\nPrices were wrong."
    _, found = facts(merge_hook(action="merge", state="merged", title='Revert "Add prices"', description=body))
    assert (found.kind, found.pull_request, found.branch) == (Kind.REVERT, "acme/web/shop!4", "")
    assert found.detail["by"] == "acme/web/shop!5"


def test_a_request_from_another_project_is_a_forks():
    found = only(merge_hook(action="merge", state="merged", source_project_id=4, source_branch="main"))
    assert (found.branch, found.detail["fork"]) == ("", True)


# --- verdicts


@pytest.mark.parametrize(
    ("action", "state"),
    [("approved", "approved"), ("approval", "approved"), ("unapproved", "dismissed"), ("unapproval", "dismissed")],
)
def test_an_approval_is_a_review_and_taking_it_back_dismisses_it(action: str, state: str):
    found = only(merge_hook(action=action))
    assert (found.kind, found.detail["state"]) == (Kind.REVIEW, state)
    assert (found.identity, found.trust, found.pull_request) == ("gitlab:ada", Trust.MEMBER, "acme/web/shop!5")
    assert only(merge_hook(action=action), merge_hook(action=action)) == found


def test_approving_again_later_is_another_fact():
    again = merge_hook(action="approved", updated_at="2026-02-01 00:00:00 UTC")
    assert len(facts(merge_hook(action="approved"), again)) == 2


def reviewer(state: str, name: str = "rex") -> JSON:
    return {"id": 9, "username": name, "state": state}


def test_a_reviewers_new_state_is_a_verdict():
    changes = {"reviewers": {"previous": [reviewer("unreviewed")], "current": [reviewer("requested_changes")]}}
    found = only(merge_hook(action="update", changed=changes))
    assert (found.identity, found.trust, found.detail["state"]) == ("gitlab:rex", Trust.ANONYMOUS, "changes requested")
    nested = {"reviewers": {"previous": [[]], "current": [[reviewer("reviewed")]]}}
    assert only(merge_hook(action="update", changed=nested, where=PRIVATE)).trust is Trust.MEMBER


@pytest.mark.parametrize(
    ("before", "after"), [("approved", "approved"), ("approved", "unreviewed"), ("", "review_started")]
)
def test_a_state_that_stood_before_or_says_nothing_is_no_news(before: str, after: str):
    changes = {"reviewers": {"previous": [reviewer(before)], "current": [reviewer(after)]}}
    assert facts(merge_hook(action="update", changed=changes)) == []


# --- notes


def test_a_note_on_a_line_is_a_comment_with_its_place_and_class():
    found = only(note_hook())
    assert (found.kind, found.text, found.path) == (Kind.COMMENT, "Use Decimal for money.", "src/cart.py")
    assert (found.identity, found.trust, found.commit) == ("gitlab:rex", Trust.ANONYMOUS, HEAD)
    assert (found.detail["line"], found.detail["side"], found.detail["sort"]) == (12, "RIGHT", "inline")
    assert found.fingerprint == "review:gitlab:rex|use decimal for money"
    assert found.key[:3] == ("gitlab", "acme/web/shop", "inline comment")


@pytest.mark.parametrize(
    ("position", "line", "side", "path"),
    [
        ({"old_path": "a.py", "old_line": 3, "new_line": None}, 3, "LEFT", "a.py"),
        ({"new_path": "a.py"}, None, "RIGHT", "a.py"),
        ({"new_path": "a.py", "new_line": 9, "line_range": {"start": {"new_line": 7}}}, 9, "RIGHT", "a.py"),
        (None, None, None, ""),
    ],
)
def test_a_note_stands_where_its_position_says(position: JSON | None, line: int | None, side: str | None, path: str):
    found = only(note_hook(position=position))
    assert (found.detail.get("line"), found.detail.get("side"), found.path) == (line, side, path)
    assert found.detail.get("start_line") == (7 if line == 9 else None)


def test_a_suggestion_of_gitlabs_is_kept():
    found = only(note_hook(note="```suggestion:-1+0\ntotal = Decimal(0)\n```", resolved_at="2026-01-02 00:00:00 UTC"))
    assert (found.detail["suggestion"], found.detail["resolved"]) == ("total = Decimal(0)", True)


def test_the_authors_own_notes_are_marked():
    assert only(note_hook(of=request(author_id=8))).detail["author_of_pull_request"] is True
    assert "author_of_pull_request" not in only(note_hook()).detail


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (note_hook(noteable_type="Issue"), "it is a note on something that is no merge request"),
        ({**note_hook(), "merge_request": None}, "it is a note on something that is no merge request"),
        (note_hook(system=True), "GitLab itself wrote the note"),
        ({"object_kind": "push", "project": project()}, "its event tells of no merge request, note, pipeline or build"),
        (note_hook(note="> quoted"), "it holds no fact yet: nothing was merged, closed, reviewed, said or checked"),
    ],
)
def test_what_tells_nothing_says_why(payload: JSON, why: str):
    assert read(payload).nothing == why


# --- checks


def pipeline(*, of: JSON | None = None, builds: list[JSON] | None = None, **changes: Any) -> JSON:
    attributes = {"id": 31, "iid": 3, "ref": "cart", "sha": HEAD, "status": "failed", "source": "merge_request_event"}
    attributes |= {"created_at": "2026-01-01 12:00:00 UTC", "finished_at": "2026-01-01 13:00:00 UTC", **changes}
    return {
        "object_kind": "pipeline",
        "object_attributes": attributes,
        "merge_request": of if of is not None else request(),
        "project": project(),
        "builds": builds if builds is not None else [],
    }


def job(**changes: Any) -> JSON:
    times = {"created_at": "2026-01-01 12:00:00 UTC", "started_at": None, "finished_at": "2026-01-01 12:30:00 UTC"}
    return {"id": 380, "stage": "test", "name": "tests", "status": "failed", "allow_failure": False, **times, **changes}


def test_a_pipeline_without_jobs_is_the_check():
    found = only(pipeline())
    assert (found.text, found.fingerprint) == ('pipeline "pipeline" failed', "check:pipeline")
    assert (found.identity, found.trust, found.time) == ("ci:gitlab", Trust.MACHINE, 1767272400.0)
    assert (found.commit, found.branch, found.pull_request) == (HEAD, "cart", "acme/web/shop!5")


def test_a_pipelines_jobs_are_checks_of_their_own():
    whole, tests = facts(pipeline(name="CI", builds=[job(failure_reason="script_failure")]))
    assert (whole.detail["name"], whole.fingerprint) == ("CI", "")
    assert (tests.text, tests.fingerprint) == ('job "tests" failed: script_failure', "check:tests")
    assert (tests.detail["workflow"], tests.detail["run"], tests.detail["event"]) == ("CI", "31", "merge_request_event")


def test_a_job_that_was_retried_counts_once():
    again = job(id=381, status="success", started_at="2026-01-01 12:40:00 UTC")
    _, tests = facts(pipeline(builds=[job(started_at="2026-01-01 12:10:00 UTC"), again]))
    assert tests.detail["bucket"] == "pass"


@pytest.mark.parametrize(
    ("status", "state"), [("success", "pass"), ("failed", "fail"), ("canceled", "cancel"), ("skipped", "skip")]
)
def test_gitlabs_words_fall_into_the_same_buckets(status: str, state: str):
    assert only(pipeline(status=status)).detail["bucket"] == state


@pytest.mark.parametrize("status", ["created", "pending", "running", "manual", "scheduled", "preparing", "canceling"])
def test_what_has_not_ended_is_no_fact(status: str):
    assert read(pipeline(status=status)).nothing == "no check has ended"


def test_a_job_that_may_fail_fails_nothing():
    _, found = facts(pipeline(builds=[job(allow_failure=True)]))
    assert (found.detail["bucket"], found.detail["conclusion"], found.fingerprint) == ("skip", "allowed to fail", "")


def test_a_pipeline_of_a_fork_is_a_strangers_word():
    for found in facts(pipeline(of=request(source_project_id=4), builds=[job()])):
        assert (found.trust, found.branch) == (Trust.ANONYMOUS, "")


def test_a_build_is_the_same_fact_as_the_job_of_its_pipeline():
    build = {
        "object_kind": "build",
        "ref": "cart",
        "sha": HEAD,
        "build_id": 380,
        "build_name": "tests",
        "pipeline_id": 31,
    }
    build |= {"build_status": "failed", "build_started_at": "2026-01-01 12:00:00 UTC", "build_failure_reason": "x"}
    build |= {"build_finished_at": "2026-01-01 12:30:00 UTC", "build_allow_failure": False, "project": project()}
    found = only(build)
    assert found.key == facts(pipeline(builds=[job()]))[1].key
    assert (found.commit, found.branch, found.detail["run"], found.pull_request) == (HEAD, "cart", "31", "")
    del build["pipeline_id"], build["project"]
    assert only(build).key[1] == ""


# --- who


@pytest.mark.parametrize(
    "name", ["project_3_bot", "group_17_bot_ab12", "service_account_x", "renovate-bot", "GitLabDuo"]
)
def test_a_bot_is_an_agent(name: str):
    found = only(note_hook(by={"id": 8, "username": name}, where=PRIVATE))
    assert (found.identity, found.trust) == (f"bot:gitlab:{name}", Trust.AGENT)
    assert only(merge_hook(by={"id": 8, "username": name}, action="merge", state="merged")).trust is Trust.AGENT


def test_in_a_private_project_only_members_can_write():
    assert only(note_hook(where=PRIVATE)).trust is Trust.MEMBER
    assert only(note_hook(where=project(visibility_level=10))).trust is Trust.ANONYMOUS
    assert only(note_hook(by={"name": "Rex Lee"}, where=PRIVATE)).identity == "gitlab:Rex-Lee"
    nobody = only(note_hook(by={"id": 1}, where=PRIVATE))
    assert (nobody.identity, nobody.trust) == ("gitlab:unknown", Trust.ANONYMOUS)


# --- form


def test_a_delivery_a_list_and_lines_are_read():
    envelope = {"headers": {"X-Gitlab-Event": ["Note Hook"], "X-Gitlab-Event-UUID": "u-1"}, "body": note_hook()}
    assert only(envelope).detail["delivery"] == "u-1"
    reading = read([note_hook(), note_hook(id=1242), {"x": 1}])
    assert (len(reading.facts), reading.partial) == (2, "1 of 3 entries are nothing that is known here")
    cut = gitlab.parse(json.dumps(note_hook()).encode() + b"\n{", "x.json")
    assert cut.partial == "what stands in line 2 and after it is not whole JSON"


@pytest.mark.parametrize("project_path", ["shop", "../x", "a/b#c", "", "a b/c"])
def test_a_project_that_can_be_none_is_none(project_path: str):
    found = only(merge_hook(action="merge", state="merged", where=project(path_with_namespace=project_path)))
    assert found.pull_request == ("../x!5" if project_path == "../x" else "!5")


@pytest.mark.parametrize(
    "data",
    [b"{}", b"[]", b'{"object_kind": "merge_request"}', b'{"object_kind": 7, "project": {}}', b'{"pull_request": {}}'],
)
def test_what_is_not_gitlabs_is_refused_by_name(data: bytes):
    with pytest.raises(NotAReport, match=r"^x\.json: it is no webhook payload of GitLab's"):
        gitlab.parse(data, "x.json")


EVERY: dict[str, JSON] = {
    "merged": merge_hook(action="merge", state="merged", title='Revert "x"', description=f"This reverts commit {OLD}"),
    "approved": merge_hook(action="approved", changed={"reviewers": {"current": [reviewer("reviewed")]}}),
    "note": note_hook(note="a\n```suggestion\nb\n```"),
    "pipeline": pipeline(builds=[job()]),
    "build": {
        "object_kind": "build",
        "build_id": 1,
        "build_name": "x",
        "build_status": "failed",
        "sha": HEAD,
        "ref": "x",
    },
}


def refused(error: NotAReport) -> None:
    assert str(error).startswith("x.json: ")
    assert len(str(error).splitlines()) == 1


def check(value: Any) -> None:
    try:
        reading = read(value)
    except NotAReport as error:
        refused(error)
        return
    assert bool(reading.facts) is not bool(reading.nothing)
    for found in reading.facts:
        assert clean_evidence(found.text).text == found.text
        for name in (found.identity, found.commit, found.branch, found.pull_request, found.path):
            assert clean_line(name).text == name
        json.dumps(found.detail)
        texts = [text for text in found.detail.values() if isinstance(text, str)]
        assert all(clean_evidence(text).text == text for text in texts)


@pytest.mark.parametrize("name", EVERY)
def test_a_payload_with_anything_missing_or_wrong_is_read_or_refused(name: str):
    whole = EVERY[name]
    for place, path in enumerate(paths(whole)):
        check(changed(whole, path))
        for turn in range(3):
            check(changed(whole, path, WRONG[(place + 3 * turn) % len(WRONG)]))


@settings(max_examples=150)
@given(VALUES, st.data())
def test_no_shape_breaks_the_reader(value: Any, data: st.DataObject):
    gitlab.claims(value)
    whole = copy.deepcopy(EVERY[data.draw(st.sampled_from(sorted(EVERY)))])
    check(changed(whole, data.draw(st.sampled_from(list(paths(whole)))), value))
    check(value)
