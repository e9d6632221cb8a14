"""Checks of continuous integration as facts: how each ended, the newest of every one."""

from collections.abc import Iterable
from typing import NamedTuple

from mcp_server.importers.forges.voices import CI
from mcp_server.importers.found import Found
from mcp_server.learning.fingerprint import Fingerprint, bounded
from store.records import Kind, Trust
from store.text import clean_evidence, clean_line

PASS, SKIP, FAIL, CANCEL, PENDING = "pass", "skip", "fail", "cancel", "pending"
"""How a check stands; one that is pending is no evidence yet."""
STATES = frozenset({PASS, SKIP, FAIL, CANCEL, PENDING})

_BUCKETS = {
    "success": PASS,
    "skipped": SKIP,
    "neutral": SKIP,
    "error": FAIL,
    "failure": FAIL,
    "timed_out": FAIL,
    "action_required": FAIL,
    "cancelled": CANCEL,
    # GitLab's words
    "failed": FAIL,
    "canceled": CANCEL,
}
_ENDED = {PASS: "passed", SKIP: "was skipped", FAIL: "failed", CANCEL: "was cancelled"}


class Check(NamedTuple):
    """One run of one check, clean but for `told`."""

    provider: str
    sort: str
    """`check run`, `check suite`, `workflow run`, `status`, `job` or `pipeline`."""
    name: str
    state: str
    """One of the five words above."""
    conclusion: str = ""
    """The service's own word."""
    repository: str = ""
    id: str = ""
    workflow: str = ""
    event: str = ""
    run: str = ""
    """The run of the workflow, or the pipeline, that it belongs to."""
    attempt: int | None = None
    commit: str = ""
    branch: str = ""
    pull_request: str = ""
    fork: bool = False
    """Did code of another repository run? Then what it says is a stranger's word."""
    started: float | None = None
    completed: float | None = None
    told: str = ""
    """What the check itself says of its end."""
    whole: bool = False
    """Does it only sum up other checks, so that its failure is theirs?"""
    delivery: str = ""


def bucket(status: str, conclusion: str = "") -> str:
    """Pass, skip, fail, cancel or pending, from the words of either service in any case.

    A conclusion says nothing while the status is another than completed; words that nobody knows,
    and `stale`, `expected` and `startup_failure`, are pending as they are to `gh`, so that they never
    pass for an end.
    """
    if status and status.lower() != "completed" and conclusion:
        return PENDING
    return _BUCKETS.get((conclusion or status).lower(), PENDING)


def newest(checks: Iterable[Check]) -> list[Check]:
    """The last of all runs of the same check on the same commit; it may be one that is pending."""
    last: dict[tuple[str, ...], Check] = {}
    for check in checks:
        about = check.commit or check.pull_request or check.branch or check.id
        same = (check.provider, check.repository.lower(), check.sort, about, check.name, check.workflow, check.event)
        known = last.get(same)
        if known is None or _order(check) >= _order(known):
            last[same] = check
    return list(last.values())


def facts(checks: Iterable[Check]) -> list[Found]:
    """What the newest of every check tells, where it has ended."""
    return [_fact(check) for check in newest(checks) if check.state != PENDING]


def _order(check: Check) -> tuple[float, int, float]:
    """Later runs start later; attempts of one run are numbered."""
    return (
        check.started or check.completed or 0.0,
        check.attempt or 0,
        check.completed or 0.0,
    )


def _which(check: Check) -> tuple[str, ...]:
    """What tells one run from every other of the same check, however little of it a file tells."""
    attempt = str(check.attempt or "")
    if check.id:  # only a workflow keeps its id when it is run again
        return (check.id, attempt if check.sort == "workflow run" else "")
    started = "" if check.started is None else f"{check.started:.0f}"
    return (check.workflow, check.event, check.commit or check.pull_request, check.run or started, attempt)


def _fact(check: Check) -> Found:
    failed = check.state == FAIL
    said = f": {check.told}" if failed and check.told else ""
    detail: dict[str, object] = {
        "bucket": check.state,
        "conclusion": check.conclusion,
        "name": check.name,
        "sort": check.sort,
        "workflow": check.workflow,
        "event": check.event,
        "run": check.run,
        "attempt": check.attempt,
        "started": check.started,
        "completed": check.completed,
        "fork": check.fork or None,
        "delivery": check.delivery,
    }
    return Found(
        kind=Kind.CHECK,
        text=clean_evidence(f'{check.sort} "{check.name}" {_ENDED[check.state]}{said}', limit=2000).text,
        key=(check.provider, check.repository.lower(), check.sort, check.name, *_which(check), check.conclusion),
        identity=CI[check.provider],
        trust=Trust.ANONYMOUS if check.fork else Trust.MACHINE,
        time=check.completed or check.started,
        fingerprint=str(Fingerprint("check", bounded(clean_line(check.name).text, 160)))
        if failed and not check.whole
        else "",
        commit=check.commit,
        branch=check.branch,
        pull_request=check.pull_request,
        detail={name: value for name, value in detail.items() if value is not None and value != ""},
    )
