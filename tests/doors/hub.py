"""Payloads of GitHub and GitLab as tests need them: small, in the services' own shapes, changed by a keyword."""

from typing import Any

JSON = dict[str, Any]

HEAD = "a1" * 20
MERGE = "b2" * 20
OLD = "c3" * 20
NOON = "2026-01-01T12:00:00Z"
LATER = "2026-01-01T13:00:00Z"
API = "https://api.github.com/repos/acme/shop"
WEB = "https://github.com/acme/shop"
REPOSITORY: JSON = {"id": 7, "full_name": "acme/shop", "name": "shop", "owner": {"login": "acme"}}


def user(login: str = "ada", sort: str = "User") -> JSON:
    return {"login": login, "id": 1, "type": sort}


def pull(**changes: Any) -> JSON:
    """`GET pulls/5`, open."""
    return {
        "url": f"{API}/pulls/5",
        "html_url": f"{WEB}/pull/5",
        "id": 279147437,
        "node_id": "PR_kwDOABCDEc5AAAAA",
        "number": 5,
        "state": "open",
        "title": "Add a cart",
        "body": "It holds what somebody wants to buy.",
        "user": user("agent-owner"),
        "author_association": "COLLABORATOR",
        "created_at": NOON,
        "updated_at": NOON,
        "closed_at": None,
        "merged_at": None,
        "merge_commit_sha": MERGE,
        "merged": False,
        "merged_by": None,
        "head": {"ref": "cart", "sha": HEAD, "repo": REPOSITORY},
        "base": {"ref": "main", "sha": OLD, "repo": REPOSITORY},
        **changes,
    }


MERGED: JSON = {"state": "closed", "merged": True, "merged_at": LATER, "closed_at": LATER, "merged_by": user("ada")}
CLOSED: JSON = {"state": "closed", "closed_at": LATER}


def review(**changes: Any) -> JSON:
    """`GET pulls/5/reviews`, one of them."""
    return {
        "id": 830092384,
        "node_id": "PRR_kwDOAKIEpc4xejRg",
        "user": user("rex"),
        "body": "Please use the money type here. It keeps the cents.",
        "state": "CHANGES_REQUESTED",
        "html_url": f"{WEB}/pull/5#pullrequestreview-830092384",
        "pull_request_url": f"{API}/pulls/5",
        "author_association": "MEMBER",
        "submitted_at": NOON,
        "commit_id": HEAD,
        **changes,
    }


HUNK = """@@ -10,3 +10,4 @@ class Cart:
     def total(self):
-        return 0
+        total = 0.0
+        return total"""
"""Ends in line 12 of the new file."""


def comment(**changes: Any) -> JSON:
    """`GET pulls/5/comments`, one of them."""
    return {
        "id": 900,
        "node_id": "PRRC_kwDOAKIEpc4AAAOE",
        "url": f"{API}/pulls/comments/900",
        "html_url": f"{WEB}/pull/5#discussion_r900",
        "pull_request_url": f"{API}/pulls/5",
        "pull_request_review_id": 830092384,
        "user": user("rex"),
        "author_association": "MEMBER",
        "body": "Use Decimal for money.",
        "path": "src/cart.py",
        "diff_hunk": HUNK,
        "commit_id": HEAD,
        "original_commit_id": HEAD,
        "line": 12,
        "original_line": 12,
        "start_line": None,
        "original_start_line": None,
        "side": "RIGHT",
        "created_at": NOON,
        "updated_at": NOON,
        **changes,
    }


def remark(**changes: Any) -> JSON:
    """`GET issues/5/comments`, one of them, in a pull request."""
    return {
        "id": 700,
        "node_id": "IC_kwDOAKIEpc4AAAK8",
        "url": f"{API}/issues/comments/700",
        "html_url": f"{WEB}/pull/5#issuecomment-700",
        "issue_url": f"{API}/issues/5",
        "user": user("rex"),
        "author_association": "MEMBER",
        "body": "We never put prices in floats.",
        "created_at": NOON,
        "updated_at": NOON,
        "performed_via_github_app": None,
        **changes,
    }


def issue(**changes: Any) -> JSON:
    """An issue, which is a pull request if it says so."""
    return {
        "url": f"{API}/issues/5",
        "repository_url": API,
        "html_url": f"{WEB}/pull/5",
        "number": 5,
        "title": "Add a cart",
        "user": user("agent-owner"),
        "state": "open",
        "author_association": "COLLABORATOR",
        "pull_request": {"url": f"{API}/pulls/5", "merged_at": None},
        **changes,
    }


def check_run(**changes: Any) -> JSON:
    """`GET check-runs/41`."""
    return {
        "id": 41,
        "node_id": "CR_kwDOAKIEpc4AAAAp",
        "name": "tests",
        "url": f"{API}/check-runs/41",
        "html_url": f"{WEB}/actions/runs/9/job/41",
        "head_sha": HEAD,
        "status": "completed",
        "conclusion": "failure",
        "started_at": NOON,
        "completed_at": LATER,
        "output": {"title": "2 failed", "summary": "test_total, test_empty", "annotations_count": 0},
        "check_suite": {"id": 3},
        "app": {"slug": "github-actions", "name": "GitHub Actions"},
        "pull_requests": [linked()],
        **changes,
    }


def linked(**changes: Any) -> JSON:
    """A pull request as checks name it."""
    where = {"id": 7, "url": API, "name": "shop"}
    return {
        "id": 279147437,
        "number": 5,
        "url": f"{API}/pulls/5",
        "head": {"ref": "cart", "sha": HEAD, "repo": where},
        "base": {"ref": "main", "sha": OLD, "repo": where},
        **changes,
    }


def workflow_run(**changes: Any) -> JSON:
    """`GET actions/runs/9`."""
    return {
        "id": 9,
        "name": "CI",
        "node_id": "WFR_x",
        "head_branch": "cart",
        "head_sha": HEAD,
        "path": ".github/workflows/ci.yml",
        "run_number": 12,
        "run_attempt": 1,
        "event": "pull_request",
        "status": "completed",
        "conclusion": "success",
        "workflow_id": 2,
        "url": f"{API}/actions/runs/9",
        "html_url": f"{WEB}/actions/runs/9",
        "pull_requests": [],
        "created_at": NOON,
        "run_started_at": NOON,
        "updated_at": LATER,
        "repository": REPOSITORY,
        "head_repository": REPOSITORY,
        **changes,
    }


def status(**changes: Any) -> JSON:
    """`GET commits/SHA/statuses`, one of them."""
    return {
        "url": f"{API}/statuses/{HEAD}",
        "id": 77,
        "state": "success",
        "description": "Deployed",
        "target_url": "https://ci.example/77",
        "context": "deploy/preview",
        "created_at": NOON,
        "updated_at": LATER,
        "creator": user("deployer"),
        **changes,
    }


def hook(action: str, **parts: Any) -> JSON:
    """The payload of a webhook."""
    return {"action": action, **parts, "repository": REPOSITORY, "sender": user("ada")}


def delivery(payload: JSON, event: str, number: str = "d-1") -> JSON:
    """A payload with its headers."""
    headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": number, "Content-Type": "application/json"}
    return {"headers": headers, "payload": payload}


def query(**repository: Any) -> JSON:
    return {"data": {"repository": {"nameWithOwner": "acme/shop", **repository}}}


def thread_hook(action: str, **changes: Any) -> JSON:
    thread = {"node_id": "PRRT_x", "comments": [comment()]}
    return {**hook(action, thread=thread, pull_request=pull()), "updated_at": LATER, **changes}


# --- gh


def viewed(**changes: Any) -> JSON:
    """`gh pr view 5 --json` with most of its fields."""
    return {
        "number": 5,
        "title": "Add a cart",
        "body": "It holds what somebody wants to buy.",
        "state": "MERGED",
        "url": f"{WEB}/pull/5",
        "author": {"login": "agent-owner", "is_bot": False, "id": "U_1", "name": "Owner"},
        "headRefName": "cart",
        "headRefOid": HEAD,
        "baseRefName": "main",
        "isCrossRepository": False,
        "headRepositoryOwner": {"login": "acme"},
        "mergedAt": LATER,
        "closedAt": LATER,
        "updatedAt": LATER,
        "mergedBy": {"login": "ada", "is_bot": False},
        "mergeCommit": {"oid": MERGE},
        "reviewDecision": "APPROVED",
        "reviews": [
            {
                "id": "PRR_kwDOAKIEpc4xejRg",
                "author": {"login": "rex"},
                "authorAssociation": "MEMBER",
                "body": "Please use the money type here. It keeps the cents.",
                "submittedAt": NOON,
                "state": "CHANGES_REQUESTED",
                "commit": {"oid": HEAD},
            }
        ],
        "comments": [
            {
                "id": "IC_kwDOAKIEpc4AAAK8",
                "author": {"login": "rex"},
                "authorAssociation": "MEMBER",
                "body": "We never put prices in floats.",
                "createdAt": NOON,
                "isMinimized": False,
                "minimizedReason": "",
                "url": f"{WEB}/pull/5#issuecomment-700",
            }
        ],
        "statusCheckRollup": [
            {
                "__typename": "CheckRun",
                "name": "tests",
                "workflowName": "CI",
                "status": "COMPLETED",
                "conclusion": "FAILURE",
                "startedAt": NOON,
                "completedAt": LATER,
                "detailsUrl": f"{WEB}/actions/runs/9/job/41",
            },
            {
                "__typename": "StatusContext",
                "context": "deploy/preview",
                "state": "SUCCESS",
                "startedAt": NOON,
                "targetUrl": "https://ci.example/77",
            },
        ],
        **changes,
    }


# --- GitLab


def project(**changes: Any) -> JSON:
    return {"id": 3, "path_with_namespace": "acme/web/shop", "visibility_level": 20, **changes}


def request(**changes: Any) -> JSON:
    """A merge request as hooks carry it."""
    return {
        "id": 99,
        "iid": 5,
        "title": "Add a cart",
        "description": "It holds what somebody wants to buy.",
        "author_id": 51,
        "source_branch": "cart",
        "target_branch": "main",
        "source_project_id": 3,
        "target_project_id": 3,
        "state": "opened",
        "created_at": "2026-01-01 12:00:00 UTC",
        "updated_at": "2026-01-01 13:00:00 UTC",
        "merge_commit_sha": None,
        "last_commit": {"id": HEAD, "message": "Add a cart"},
        **changes,
    }


def merge_hook(
    *, by: JSON | None = None, changed: JSON | None = None, where: JSON | None = None, **changes: Any
) -> JSON:
    """A `merge_request` hook."""
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": by or {"id": 8, "username": "ada", "name": "Ada"},
        "project": where or project(),
        "object_attributes": request(**changes),
        "changes": changed or {},
    }


def note_hook(*, by: JSON | None = None, where: JSON | None = None, of: JSON | None = None, **changes: Any) -> JSON:
    """A `note` hook, of a note on a line."""
    return {
        "object_kind": "note",
        "event_type": "note",
        "user": by or {"id": 8, "username": "rex", "name": "Rex"},
        "project": where or project(),
        "object_attributes": {
            "id": 1241,
            "note": "Use Decimal for money.",
            "noteable_type": "MergeRequest",
            "author_id": 8,
            "created_at": "2026-01-01 12:00:00 UTC",
            "updated_at": "2026-01-01 12:00:00 UTC",
            "system": False,
            "position": {
                "new_path": "src/cart.py",
                "old_path": "src/cart.py",
                "new_line": 12,
                "old_line": None,
                "head_sha": HEAD,
            },
            **changes,
        },
        "merge_request": of or request(),
    }
