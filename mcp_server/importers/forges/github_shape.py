"""Which of the many things that GitHub and `gh` print a JSON object is, told by its keys."""

from collections.abc import Callable

from mcp_server.importers import document
from mcp_server.importers.forges import github_graph, github_hook, objects
from mcp_server.importers.forges import github_rest as rest
from mcp_server.learning.plain import listed

HOOK, GRAPH = "webhook", "answer to a query"
PULL, ISSUE, REVIEW, COMMENT = "pull request", "issue", "review", "comment"
RUN, SUITE, WORKFLOW, STATUS = "check run", "check suite", "workflow run", "status"
GH_PULL, GH_RUN, GH_CHECK = "pull request of gh", "run of gh", "check of gh"

LISTS = {"check_runs": RUN, "check_suites": SUITE, "workflow_runs": WORKFLOW, "jobs": RUN, "statuses": STATUS}
"""Objects that hold a page of others, by the key that holds them."""
SEARCH = "items"

_GH_SHARED = listed(
    """
    assignees author authorAssociation body closed closedAt closingIssuesReferences comments commentsCount createdAt
    id isLocked isPinned isPullRequest labels milestone number projectCards projectItems reactionGroups repository
    state stateReason title updatedAt url
    """
)
"""What `gh` prints of pull requests and of issues alike."""
_GH_PULL = _GH_SHARED | github_graph.PULL_ONLY
_GH_RUN_ONLY = listed("displayTitle headBranch headSha jobs workflowDatabaseId workflowName")
_GH_RUN = _GH_RUN_ONLY | listed(
    "attempt conclusion createdAt databaseId event name number startedAt status updatedAt url"
)
_GH_CHECK = listed("bucket completedAt description event link name startedAt state workflow")
_GH = _GH_PULL | _GH_RUN | _GH_CHECK
_OPEN = listed("OPEN CLOSED MERGED")
_ENDS = listed(
    "SUCCESS FAILURE ERROR CANCELLED SKIPPED NEUTRAL TIMED_OUT ACTION_REQUIRED STALE PENDING IN_PROGRESS QUEUED"
)


def sort_of(value: object) -> str:
    """One of the words above; one of the keys of `LISTS`; `SEARCH`; empty for what is none of it."""
    keys = objects.keys(value)
    if not keys:
        return ""
    return _held(value, keys) or _rest(value, keys) or _gh(value, keys) or (HOOK if github_hook.event(value) else "")


def _held(value: object, keys: frozenset[str]) -> str:
    """Pages, and answers to queries."""
    if "data" in keys:
        return GRAPH if next(github_graph.pull_requests(document.at(value, "data")), None) else ""
    counted = document.whole(value, "total_count") is not None
    for key in LISTS.keys() & keys:
        # `gh run view` has jobs, too, and no count
        if isinstance(document.at(value, key), list) and (counted or (key == "statuses" and "sha" in keys)):
            return key
    paged = counted and isinstance(document.at(value, SEARCH), list) and "incomplete_results" in keys
    return SEARCH if paged else ""


def _rest(value: object, keys: frozenset[str]) -> str:
    """Objects of the REST interface."""
    return next((sort for sort, fits in _SHAPES if fits(value, keys)), "")


def _is_review(value: object, keys: frozenset[str]) -> bool:
    if "context" in keys or not keys & {"submitted_at", "commit_id", "pull_request_url"}:
        return False
    state = document.text(value, "state").lower()
    return state in rest.STATES or state == "pending"


_SHAPES: tuple[tuple[str, Callable[[object, frozenset[str]], object]], ...] = (
    (
        PULL,
        lambda value, keys: (
            {"head", "base"} <= keys and keys & {"number", "title"} and objects.is_one(document.at(value, "head"))
        ),
    ),
    (COMMENT, lambda _, keys: "body" in keys and keys & {"issue_url", "diff_hunk", "pull_request_review_id"}),
    (REVIEW, _is_review),
    (WORKFLOW, lambda _, keys: "head_sha" in keys and keys & {"workflow_id", "run_number", "workflow_url"}),
    (SUITE, lambda _, keys: "head_sha" in keys and keys & {"latest_check_runs_count", "check_runs_url", "before"}),
    (RUN, lambda _, keys: "head_sha" in keys and keys & {"status", "conclusion"}),
    (
        STATUS,
        lambda _, keys: (
            {"context", "state"} <= keys
            and keys & {"target_url", "creator", "avatar_url", "description"}
            and not keys & {"repository", "sender", "commit"}
        ),
    ),
    (ISSUE, lambda _, keys: {"repository_url", "number"} <= keys),
)
"""What tells each, the most telling first."""


def _gh(value: object, keys: frozenset[str]) -> str:
    """Any part of what `gh --json` prints; every key is one of its own."""
    if not keys <= _GH:
        return ""
    state = document.text(value, "state")
    pull = keys & (github_graph.PULL_ONLY | {"number", "isPullRequest"}) or state in _OPEN
    if keys <= _GH_PULL and (pull or "/pull/" in document.text(value, "url")):
        return GH_PULL
    if keys <= _GH_CHECK and ("bucket" in keys or ("name" in keys and state in _ENDS)):
        return GH_CHECK
    if keys <= _GH_RUN and (keys & _GH_RUN_ONLY or {"conclusion", "status"} <= keys):
        return GH_RUN
    return ""
