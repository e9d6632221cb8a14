"""What GitHub's webhook payloads say: which object an event is about, and in which pull request."""

from collections.abc import Callable, Iterator

from mcp_server.importers import document
from mcp_server.importers.forges import github_ids, objects, pulls, voices
from mcp_server.importers.forges import github_rest as rest
from mcp_server.importers.forges.gather import Item
from mcp_server.importers.forges.pulls import Pull, Said
from mcp_server.learning import reviews

OTHER = "other"
"""An event that tells of no pull request and no check."""


def event(value: object) -> str:
    """Which event a payload reports, by its shape; empty for what is no payload."""
    keys = objects.keys(value)
    if _framed(value, keys):
        for name, parts in _PARTS.items():
            if keys.issuperset(parts) and all(objects.is_one(document.at(value, part)) for part in parts):
                return name
        if all(document.text(value, key) for key in ("sha", "state", "context")):
            return "status"
    sent = document.text(value, "sender", "login") and document.text(value, "repository", "full_name")
    return OTHER if sent or document.text(value, "zen") else ""


def items(value: object) -> Iterator[Item]:
    """What the payload of an event tells."""
    name = event(value)
    yield from _EVENTS.get(name, _other)(value)


def _framed(value: object, keys: frozenset[str]) -> bool:
    """Does something say that this is an event, and not an object with such a part?"""
    object_ = any(document.at(value, key) is not None for key in keys & _OBJECTS)
    return not object_ and any(document.at(value, key) is not None for key in keys & _FRAME)


def _about(value: object, key: str, part: str) -> Pull:
    """The pull request of an event; where it is missing, the one that the part's addresses name."""
    told = rest.pull(document.at(value, key), github_ids.repository(value))
    if told.number:
        return told
    named = rest.of(document.at(value, part))
    return told._replace(number=named.number, repository=told.repository or named.repository)


def _pull_request(value: object) -> Iterator[Item]:
    sender = document.at(value, "sender")
    yield from rest.from_pull(
        document.at(value, "pull_request"),
        github_ids.repository(value),
        actor=voices.on_github(sender) if objects.is_one(sender) else None,
        reopened=document.text(value, "action") == "reopened",
    )


def _review(value: object) -> Iterator[Item]:
    changed = document.moment(value, "pull_request", "updated_at")
    dismissed = document.text(value, "action") == "dismissed"
    about = _about(value, "pull_request", "review")
    yield from rest.from_review(document.at(value, "review"), about, later=changed if dismissed else None)


def _review_comment(value: object) -> Iterator[Item]:
    if document.text(value, "action") == "deleted":
        yield rest.DELETED
        return
    about = _about(value, "pull_request", "comment")
    yield from pulls.comment(about, rest.comment(document.at(value, "comment")))


def _issue_comment(value: object) -> Iterator[Item]:
    issue = document.at(value, "issue")
    if document.at(issue, "pull_request") is None:
        yield rest.ISSUE
    elif document.text(value, "action") == "deleted":
        yield rest.DELETED
    else:
        about = _about(value, "issue", "comment")
        yield from pulls.comment(about, rest.comment(document.at(value, "comment")))


def _thread(value: object) -> Iterator[Item]:
    about = rest.pull(document.at(value, "pull_request"), github_ids.repository(value))
    resolved = {"resolved": True, "unresolved": False}.get(document.text(value, "action"))
    said = [rest.comment(each, resolved=resolved) for each in document.items(value, "thread", "comments")]
    for each in said:
        yield from pulls.comment(about, each)
    if resolved is not None:
        when = document.text(value, "updated_at")
        yield thread(
            about,
            resolved=resolved,
            first=said[0] if said else None,
            id=github_ids.ident(document.at(value, "thread")),
            by=document.at(value, "sender"),
            time=document.moment(value, "updated_at") or document.moment(value, "pull_request", "updated_at"),
            stamp=when,
        )


def thread(
    about: Pull,
    *,
    resolved: bool,
    first: Said | None,
    id: str,  # noqa: A002 - what every record here calls it
    by: object,
    time: float | None = None,
    stamp: str = "",
) -> Item:
    """That a thread was resolved or opened again; it goes by the id of its first comment."""
    return pulls.judged(
        about,
        Said(
            id=first.id if first is not None else id,
            voice=voices.on_github(by),
            state=reviews.RESOLVED if resolved else reviews.UNRESOLVED,
            time=time,
            commit=about.commit,
            path=first.path if first is not None else "",
        ),
        stamp=stamp,
    )


def _check_run(value: object) -> Iterator[Item]:
    yield rest.check_run(document.at(value, "check_run"), github_ids.repository(value))


def _check_suite(value: object) -> Iterator[Item]:
    yield rest.check_suite(document.at(value, "check_suite"), github_ids.repository(value))


def _workflow_run(value: object) -> Iterator[Item]:
    run, workflow = document.at(value, "workflow_run"), document.at(value, "workflow")
    yield rest.workflow_run(run, github_ids.repository(value), workflow)


def _workflow_job(value: object) -> Iterator[Item]:
    yield rest.check_run(document.at(value, "workflow_job"), github_ids.repository(value))


def _status(value: object) -> Iterator[Item]:
    yield rest.status(value, github_ids.repository(value))


def _other(_: object) -> Iterator[Item]:
    yield "its event tells of no pull request, review, comment or check"


_OBJECTS = frozenset({"head_sha", "node_id"})
_FRAME = frozenset({"action", "repository", "sender"})

_PARTS: dict[str, tuple[str, ...]] = {
    "pull_request_review": ("review",),
    "pull_request_review_comment": ("comment", "pull_request"),
    "pull_request_review_thread": ("thread",),
    "issue_comment": ("comment", "issue"),
    "check_run": ("check_run",),
    "check_suite": ("check_suite",),
    "workflow_run": ("workflow_run",),
    "workflow_job": ("workflow_job",),
    "pull_request": ("pull_request",),
}
"""The parts by which an event is known, the most telling first."""

_EVENTS: dict[str, Callable[[object], Iterator[Item]]] = {
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "pull_request_review_comment": _review_comment,
    "pull_request_review_thread": _thread,
    "issue_comment": _issue_comment,
    "check_run": _check_run,
    "check_suite": _check_suite,
    "workflow_run": _workflow_run,
    "workflow_job": _workflow_job,
    "status": _status,
}
