"""GitLab's webhooks: merge requests, notes on them, pipelines and builds, by their shape."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from mcp_server.importers import document
from mcp_server.importers.forges import checks, envelope, gather, github_ids, objects, pulls, short, stream, voices
from mcp_server.importers.forges.checks import Check
from mcp_server.importers.forges.gather import Item
from mcp_server.importers.forges.pulls import Pull, Said
from mcp_server.importers.found import NotAReport, Reading
from mcp_server.learning import reviews
from store.text import CleanText, clean_line

KIND = "gitlab"

_BECAME = {"merge": pulls.MERGED, "close": pulls.CLOSED, "reopen": pulls.REOPENED}
_STATES = {"merged": pulls.MERGED, "closed": pulls.CLOSED}
_JUDGED = {
    "approved": reviews.APPROVED,
    "approval": reviews.APPROVED,
    "unapproved": reviews.DISMISSED,
    "unapproval": reviews.DISMISSED,
}
"""What an action says of the one who did it. `approval` is one of several that are needed."""
_REVIEWERS = {
    "requested_changes": reviews.CHANGES,
    "reviewed": reviews.COMMENTED,
    "unapproved": reviews.DISMISSED,
    "approved": reviews.APPROVED,
}
"""What the state of a reviewer says, since GitLab 16."""
_PATH = re.compile(r"[\w.-]{1,255}(?:/[\w.-]{1,255}){1,20}", re.ASCII)
_OPEN = "a merge request that is neither merged nor closed nor reviewed is no evidence yet"
_PARTS = frozenset({"object_attributes", "project", "build_id", "commits", "user", "user_id"})
"""What stands beside the kind in one payload or another."""


def claims(document_: object) -> bool:
    """Is this a payload of GitLab's? A list is what its first member is. Never raises."""
    return any(_items(value) is not None for value in islice(gather.members(document_), 1))


def parse(data: bytes, origin: str) -> Reading:
    """What the file tells, be it one payload or several in a row. Raises NotAReport."""
    name = document.named(origin)
    found = stream.values(data, name)
    value = gather.whole(found.every)
    if not claims(value):
        raise NotAReport(f"{name}: it is no webhook payload of GitLab's; give one with its `object_kind`")
    return gather.marked(read(value, name, document.digest(data)), found.missing)


def read(document_: object, origin: CleanText, digest: str) -> Reading:
    """What claimed payloads tell. Members of a list that are none make it partial."""
    return gather.reading(document_, _items, kind=KIND, origin=origin, digest=digest)


def _items(value: object) -> Iterator[Item] | None:
    """What one payload tells, in its envelope or not; None for what is none."""
    outer = envelope.opened(value)
    payload = value if outer is None else outer.payload
    kind = document.text(payload, "object_kind")
    if not kind or not objects.keys(payload) & _PARTS:
        return None
    return gather.delivered(_EVENTS.get(kind, _other)(payload), "" if outer is None else outer.delivery)


# --- events


def _merge_request(value: object) -> Iterator[Item]:
    attributes = document.at(value, "object_attributes")
    told = _pull(value, attributes)
    action, time = document.text(attributes, "action"), document.moment(attributes, "updated_at")
    # A closed one that changes is not closed a second time; a merge is one whatever tells of it.
    before = _STATES.get(document.text(attributes, "state"))
    became = _BECAME.get(action) or (before if before == pulls.MERGED or not action else None)
    user, project = document.at(value, "user"), document.at(value, "project")
    # No action means that nobody did anything just now; who merged it once is not told.
    acted = action in _BECAME
    if became is not None:
        actor = voices.on_gitlab(user, project, decided=became == pulls.MERGED) if acted else None
        at = document.moment(attributes, "merged_at" if became == pulls.MERGED else "closed_at") or time
        yield from pulls.outcome(told, became, actor=actor, time=at)
    judged = _JUDGED.get(action)
    if judged is not None:
        voice = voices.on_gitlab(user, project, decided=True)
        yield pulls.judged(told, _said(told, voice, judged, time), stamp=_stamp(time))
    yield from _changed_reviewers(value, told, time)
    yield _OPEN


def _changed_reviewers(value: object, told: Pull, time: float | None) -> Iterator[Item]:
    """Verdicts that the event itself brings; a state that stood before is no news."""
    before = {document.text(each, "username"): each for each in _flat(value, "previous")}
    for each in _flat(value, "current"):
        state = document.text(each, "state")
        judged = _REVIEWERS.get(state)
        if judged is None or document.text(before.get(document.text(each, "username")), "state") == state:
            continue
        voice = voices.on_gitlab(each, document.at(value, "project"))
        yield pulls.judged(told, _said(told, voice, judged, time), stamp=_stamp(time))


def _flat(value: object, when: str) -> list[object]:
    """The reviewers before or after; some versions put the list into another one."""
    found = document.items(value, "changes", "reviewers", when)
    return [one for each in found for one in (document.items(each) or [each])]


def _note(value: object) -> Iterator[Item]:
    attributes, request = document.at(value, "object_attributes"), document.at(value, "merge_request")
    if document.text(attributes, "noteable_type") not in {"MergeRequest", ""} or not objects.is_one(request):
        yield "it is a note on something that is no merge request"
        return
    if document.at(attributes, "system") is True:
        yield "GitLab itself wrote the note"
        return
    told = _pull(value, request)
    position = document.at(attributes, "position")
    new, old = document.whole(position, "new_line"), document.whole(position, "old_line")
    path = document.text(position, "new_path") or document.text(position, "old_path")
    start = document.whole(position, "line_range", "start", "new_line")
    said = Said(
        id=github_ids.ident(attributes),
        voice=voices.on_gitlab(document.at(value, "user"), document.at(value, "project")),
        body=document.text(attributes, "note") or document.text(attributes, "description"),
        sort="inline" if path else "conversation",
        time=document.moment(attributes, "updated_at") or document.moment(attributes, "created_at"),
        commit=github_ids.sha(document.text(position, "head_sha")),
        path=github_ids.path(path),
        line=new if new is not None else old,
        start=start if start != new else None,
        side="" if not path else "LEFT" if new is None and old is not None else "RIGHT",
        resolved=True if document.text(attributes, "resolved_at") else None,
    )
    yield from pulls.comment(told, said)


def _pipeline(value: object) -> Iterator[Item]:
    attributes = document.at(value, "object_attributes")
    about = _about_checks(value, document.at(value, "merge_request"))
    run = github_ids.ident(attributes)
    name = short.name(document.text(attributes, "name")) or "pipeline"
    pipeline = about._replace(
        sort="pipeline",
        name=name,
        state=checks.bucket(document.text(attributes, "status")),
        conclusion=short.name(document.text(attributes, "status")),
        id=run,
        run=run,
        event=short.name(document.text(attributes, "source")),
        commit=github_ids.sha(document.text(attributes, "sha")),
        branch="" if about.fork else github_ids.branch(document.text(attributes, "ref")),
        started=document.moment(attributes, "created_at"),
        completed=document.moment(attributes, "finished_at"),
    )
    builds = document.items(value, "builds")
    yield pipeline._replace(whole=bool(builds))
    for each in builds:
        yield _job(
            each,
            pipeline._replace(workflow=name if name != "pipeline" else ""),
            name=document.text(each, "name"),
            prefix="",
        )


def _build(value: object) -> Iterator[Item]:
    about = _about_checks(value, None)
    run = document.whole(value, "pipeline_id")
    made = about._replace(
        run="" if run is None else str(run),
        commit=github_ids.sha(document.text(value, "sha")),
        branch=github_ids.branch(document.text(value, "ref")),
    )
    yield _job(value, made, name=document.text(value, "build_name"), prefix="build_")


def _job(value: object, around: Check, *, name: str, prefix: str) -> Check:
    """A job; one that may fail says nothing when it does."""
    status = document.text(value, f"{prefix}status")
    state = checks.bucket(status)
    allowed = state == checks.FAIL and document.at(value, f"{prefix}allow_failure") is True
    number = document.whole(value, f"{prefix}id")
    return around._replace(
        sort="job",
        name=short.name(name),
        state=checks.SKIP if allowed else state,
        conclusion="allowed to fail" if allowed else short.name(status),
        id="" if number is None else str(number),
        started=document.moment(value, f"{prefix}started_at") or document.moment(value, f"{prefix}created_at"),
        completed=document.moment(value, f"{prefix}finished_at"),
        told=document.text(value, f"{prefix}failure_reason"),
        whole=False,
    )


def _other(_: object) -> Iterator[Item]:
    yield "its event tells of no merge request, note, pipeline or build"


_EVENTS: dict[str, Callable[[object], Iterator[Item]]] = {
    "merge_request": _merge_request,
    "note": _note,
    "pipeline": _pipeline,
    "build": _build,
}


# --- pieces


def _pull(value: object, request: object) -> Pull:
    """The merge request. Its author is told by a number, of which only the event's own user has a name."""
    user = document.at(value, "user")
    own = document.whole(request, "author_id")
    mine = own is not None and own == document.whole(user, "id")
    number = document.whole(request, "iid")
    source, target = document.whole(request, "source_project_id"), document.whole(request, "target_project_id")
    return Pull(
        provider="gitlab",
        repository=_project(value),
        number=str(number) if number is not None and 0 < number < 10**10 else "",
        title=document.text(request, "title"),
        body=document.text(request, "description"),
        author=voices.on_gitlab(user if mine else None, document.at(value, "project")),
        branch=github_ids.branch(document.text(request, "source_branch")),
        base=github_ids.branch(document.text(request, "target_branch")),
        commit=github_ids.sha(document.text(request, "last_commit", "id")),
        merge_commit=github_ids.sha(document.text(request, "merge_commit_sha")),
        fork=source is not None and target is not None and source != target,
    )


def _project(value: object) -> str:
    path = document.text(value, "project", "path_with_namespace")
    return clean_line(path).text if _PATH.fullmatch(path) else ""


def _said(told: Pull, voice: voices.Voice, state: str, time: float | None) -> Said:
    # GitLab gives an approval no id: it is one person's, of one merge request.
    return Said(f"{told.number} {voice.identity}", voice, state=state, time=time)


def _stamp(time: float | None) -> str:
    return "" if time is None else f"{time:.0f}"


def _about_checks(value: object, request: object) -> Check:
    """What all checks of one event share."""
    told = _pull(value, request)
    return Check(
        provider="gitlab",
        sort="",
        name="",
        state=checks.PENDING,
        repository=told.repository,
        pull_request=told.name,
        fork=told.fork,
    )
