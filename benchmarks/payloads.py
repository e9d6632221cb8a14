"""Budget: 1,000 payloads of GitHub and GitLab are read in two seconds."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.desk import Desk
from benchmarks.result import Result
from benchmarks.timing import interleaved
from mcp_server.importers.forges import payloads

PAYLOADS = 1_000
SECONDS = 2.0
ROUNDS = 9

Json = dict[str, Any]


def run(desk: Desk) -> list[Result]:
    """Read a thousand different payloads of nine shapes, most of them the long webhooks that services really send."""
    every = [json.dumps(_SHAPES[number % len(_SHAPES)](number)).encode() for number in range(PAYLOADS)]
    size = sum(map(len, every)) / 1e6

    def ours() -> None:
        for data in every:
            assert payloads.parse(data, "payload.json").facts

    def floor() -> None:
        for data in every:
            json.loads(data)

    subjects: Mapping[str, Callable[[], object]] = {"ours": ours, "floor": floor}
    found = interleaved(desk.rounds(ROUNDS), subjects, warm=1)
    return [
        Result(
            f"{PAYLOADS:,} payloads ({size:.0f} MB) read",
            found["ours"],
            found["floor"],
            f"< {SECONDS:g} s",
            found["ours"].p99 < 1000 * SECONDS,
            f"{found['ours'].busy / PAYLOADS:.2f} ms of the processor's time each, at most; "
            "webhooks, REST objects, gh and GitLab mixed; floor: json.loads of the same bytes",
        )
    ]


# --- payloads as long as the services send them

_SHA, _OTHER = "a1" * 20, "b2" * 20
_API, _WEB = "https://api.github.com/repos/acme/shop", "https://github.com/acme/shop"
_NOON = "2026-01-01T12:00:00Z"
_LINKS = tuple(f"some_part_of_it_{number}" for number in range(38))
"""As many addresses as GitHub gives with every repository."""


def _body(number: int) -> str:
    return f"""Please do not use floats for money in cart {number}. We lost cents in March, see the discussion in #41.

> Is a float good enough?

```suggestion
    total = sum((item.price for item in self.items), Money(0))
```
Everything else looks good to me, ada{number % 40}."""


def _user(login: str) -> Json:
    links = {f"{name}_url": f"https://api.github.com/users/{login}/{name}" for name in _LINKS[:12]}
    return {"login": login, "id": 21031067, "node_id": "MDQ6VXNlcjIxMDMxMDY3", "type": "User", **links}


def _repository() -> Json:
    links = {f"{name}_url": f"{_API}/{name}{{/sha}}" for name in _LINKS}
    return {"id": 7, "full_name": "acme/shop", "fork": False, "owner": _user("acme"), "size": 4711, **links}


def _pull(number: int) -> Json:
    side = {"user": _user("acme"), "repo": _repository()}
    return {
        "url": f"{_API}/pulls/{number}",
        "html_url": f"{_WEB}/pull/{number}",
        "number": number + 1,
        "state": "closed",
        "title": f"Add cart {number}",
        "body": _body(number),
        "user": _user(f"ada{number % 40}"),
        "author_association": "MEMBER",
        "updated_at": _NOON,
        "closed_at": _NOON,
        "merged_at": _NOON,
        "merged": True,
        "merged_by": _user(f"rex{number % 40}"),
        "merge_commit_sha": _OTHER,
        "labels": [{"id": 1, "name": "cart", "description": "what is bought"}] * 3,
        "head": {"ref": f"cart-{number}", "sha": _SHA, **side},
        "base": {"ref": "main", "sha": _OTHER, **side},
    }


def _hook(action: str, **parts: object) -> Json:
    return {"action": action, **parts, "repository": _repository(), "sender": _user("rex")}


def _review(number: int) -> Json:
    return {
        "id": 1000 + number,
        "user": _user(f"rex{number % 40}"),
        "body": _body(number),
        "state": "changes_requested",
        "pull_request_url": f"{_API}/pulls/5",
        "author_association": "MEMBER",
        "submitted_at": _NOON,
        "commit_id": _SHA,
    }


def _comment(number: int) -> Json:
    hunk = "@@ -1,20 +1,24 @@ class Cart:\n" + "".join(f"+        item_{line} = {line}\n" for line in range(24))
    return {
        "id": 2000 + number,
        "user": _user(f"rex{number % 40}"),
        "body": _body(number),
        "path": "src/shop/cart.py",
        "diff_hunk": hunk,
        "line": 24,
        "start_line": 23,
        "side": "RIGHT",
        "pull_request_url": f"{_API}/pulls/5",
        "author_association": "MEMBER",
        "created_at": _NOON,
        "updated_at": _NOON,
        "original_commit_id": _SHA,
    }


def _check(number: int) -> Json:
    return {
        "id": 3000 + number,
        "name": "tests",
        "head_sha": _SHA,
        "status": "completed",
        "conclusion": "failure",
        "started_at": _NOON,
        "completed_at": _NOON,
        "output": {"title": "2 tests failed", "summary": "test_total, test_empty"},
        "check_suite": {"id": 1, "head_branch": "cart", "pull_requests": []},
        "app": {"slug": "github-actions", "owner": _user("github")},
    }


def _viewed(number: int) -> Json:
    said = {"author": {"login": "rex"}, "authorAssociation": "MEMBER", "body": _body(number), "submittedAt": _NOON}
    run = {
        "__typename": "CheckRun",
        "name": "tests",
        "status": "COMPLETED",
        "conclusion": "SUCCESS",
        "startedAt": _NOON,
    }
    return {
        "number": number + 1,
        "title": f"Add cart {number}",
        "state": "MERGED",
        "url": f"{_WEB}/pull/{number}",
        "mergedAt": _NOON,
        "headRefName": "cart",
        "headRefOid": _SHA,
        "reviews": [{"id": f"R{place}", "state": "APPROVED", **said} for place in range(3)],
        "statusCheckRollup": [{**run, "workflowName": f"CI {place}"} for place in range(8)],
    }


def _gitlab(number: int) -> Json:
    project = {"id": 3, "path_with_namespace": "acme/web/shop", "visibility_level": 0, "description": "x" * 300}
    request = {
        "iid": number + 1,
        "source_branch": "cart",
        "last_commit": {"id": _SHA},
        "description": _body(number),
        "target": project,
    }
    place = {"new_path": "src/cart.py", "new_line": 12, "head_sha": _SHA}
    note = {
        "id": number,
        "note": _body(number),
        "noteable_type": "MergeRequest",
        "updated_at": _NOON,
        "position": place,
    }
    user = {"id": 8, "username": "rex"}
    return {
        "object_kind": "note",
        "user": user,
        "project": project,
        "object_attributes": note,
        "merge_request": request,
    }


_SHAPES: tuple[Callable[[int], Any], ...] = (
    lambda number: _hook("closed", pull_request=_pull(number)),
    lambda number: _hook("submitted", review=_review(number), pull_request=_pull(number)),
    lambda number: _hook("created", comment=_comment(number), pull_request=_pull(number)),
    lambda number: _hook("completed", check_run=_check(number)),
    lambda number: {
        "headers": {"X-GitHub-Event": "check_run"},
        "payload": _hook("completed", check_run=_check(number)),
    },
    lambda number: [_review(number)],
    _comment,
    _viewed,
    _gitlab,
)
