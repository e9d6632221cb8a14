"""What GitHub's REST objects say, which its webhooks carry too: pull requests, reviews, comments, checks."""

from collections.abc import Iterator

from mcp_server.importers import document
from mcp_server.importers.forges import checks, github_ids, objects, pulls, short, voices
from mcp_server.importers.forges.checks import Check
from mcp_server.importers.forges.gather import Item
from mcp_server.importers.forges.pulls import Pull, Said
from mcp_server.importers.forges.voices import Voice
from mcp_server.learning import reviews

STATES = {
    "approved": reviews.APPROVED,
    "changes_requested": reviews.CHANGES,
    "commented": reviews.COMMENTED,
    "dismissed": reviews.DISMISSED,
}
"""The states of a review that was submitted, in lower case."""

UNDECIDED = "an open pull request is no evidence yet"
PENDING_REVIEW = "a review that was not submitted is no evidence yet"
ISSUE = "it is about an issue and no pull request"
DELETED = "what was said was deleted"


def pull(value: object, repository: str = "") -> Pull:
    """A pull request, or an issue that is one."""
    head, base = document.at(value, "head"), document.at(value, "base")
    return Pull(
        provider="github",
        repository=repository or github_ids.repository(value),
        number=github_ids.number(value),
        title=document.text(value, "title"),
        body=document.text(value, "body"),
        author=voices.on_github(document.at(value, "user"), document.at(value, "author_association")),
        branch=github_ids.branch(document.text(head, "ref")),
        base=github_ids.branch(document.text(base, "ref")),
        commit=github_ids.sha(document.text(head, "sha")),
        merge_commit=github_ids.sha(document.text(value, "merge_commit_sha")),
        fork=_elsewhere(head, base),
    )


def from_pull(
    value: object, repository: str = "", *, actor: Voice | None = None, reopened: bool = False
) -> Iterator[Item]:
    """What became of a pull request; `merge_commit_sha` stands in one that was never merged, too."""
    told = pull(value, repository)
    merged_at = _moment(value, "merged_at") or _moment(value, "pull_request", "merged_at")
    merger = document.at(value, "merged_by")
    closer = document.at(value, "closed_by")
    if merged_at is not None or document.at(value, "merged") is True:
        voice = voices.on_github(merger) if objects.is_one(merger) else actor
        time = merged_at or _moment(value, "closed_at") or _moment(value, "updated_at")
        yield from pulls.outcome(told, pulls.MERGED, actor=voice, time=time)
    elif document.text(value, "state").lower() == "closed":
        voice = voices.on_github(closer) if objects.is_one(closer) else actor
        time = _moment(value, "closed_at") or _moment(value, "updated_at")
        yield from pulls.outcome(told, pulls.CLOSED, actor=voice, time=time)
    elif reopened:
        yield from pulls.outcome(told, pulls.REOPENED, actor=actor, time=_moment(value, "updated_at"))
    else:
        yield UNDECIDED


def of(value: object) -> Pull:
    """The pull request that a review or comment found on its own names by its addresses."""
    return Pull("github", github_ids.repository(value), github_ids.number(value))


def from_review(value: object, about: Pull, *, later: float | None = None) -> Iterator[Item]:
    """A submitted review. `later` is when something last changed, if that is when it was dismissed."""
    state = STATES.get(document.text(value, "state").lower())
    if state is None:
        yield PENDING_REVIEW
        return
    time = _moment(value, "submitted_at") or _moment(value, "updated_at")
    said = Said(
        id=github_ids.ident(value),
        voice=_speaker(value),
        body=document.text(value, "body"),
        sort="review",
        state=state,
        time=max(time or 0.0, later) if later is not None and state == reviews.DISMISSED else time,
        commit=github_ids.sha(document.text(value, "commit_id")),
    )
    yield from pulls.review(about, said)


def comment(value: object, *, resolved: bool | None = None) -> Said:
    """A comment on a line or in the conversation."""
    inline = any(document.text(value, key) for key in ("path", "diff_hunk"))
    line = document.whole(value, "line")
    first, last = document.whole(value, "original_line"), line
    start = document.whole(value, "start_line")
    if line is None:  # the code has moved on since
        last, start = first, document.whole(value, "original_start_line")
    reply = document.whole(value, "in_reply_to_id")
    return Said(
        id=github_ids.ident(value),
        voice=_speaker(value),
        body=document.text(value, "body"),
        sort="inline" if inline else "conversation",
        time=_moment(value, "updated_at") or _moment(value, "created_at"),
        commit=github_ids.sha(document.text(value, "original_commit_id") or document.text(value, "commit_id")),
        path=github_ids.path(document.text(value, "path")),
        line=last,
        start=start,
        side=side(document.text(value, "side")),
        hunk=document.text(value, "diff_hunk"),
        reply_to="" if reply is None else str(reply),
        outdated=line is None and first is not None,
        resolved=resolved,
    )


def check_run(value: object, repository: str = "") -> Check:
    """A check run, or a job of GitHub Actions, which is one."""
    suite = document.at(value, "check_suite")
    run, job = github_ids.job(document.text(value, "html_url") or document.text(value, "details_url"))
    told = (document.text(value, "output", "title"), document.text(value, "output", "summary"))
    return _check(
        value,
        sort="check run",
        name=document.text(value, "name"),
        repository=repository,
        suite=suite,
        told="\n".join(filter(None, told)),
        workflow=document.text(value, "workflow_name"),
        run=str(document.whole(value, "run_id") or run),
        identity=github_ids.ident(value) or job,
    )


def check_suite(value: object, repository: str = "") -> Check:
    """A check suite: the sum of one app's checks."""
    app = document.text(value, "app", "name") or document.text(value, "app", "slug")
    made = _check(value, sort="check suite", name=app or "checks", repository=repository, suite=value)
    slug = document.text(value, "app", "slug")
    # A suite of Actions sums up jobs that are told on their own; that of another app is often all it tells.
    return made._replace(whole=slug == "github-actions" or app == "GitHub Actions")


def workflow_run(value: object, repository: str = "", workflow: object = None) -> Check:
    """A run of a workflow. Its own name may be empty, while the workflow's never is."""
    name = document.text(value, "name") or document.text(workflow, "name") or document.text(value, "path")
    made = _check(
        value,
        sort="workflow run",
        name=name,
        repository=repository,
        suite=value,
        workflow=name,
        run=github_ids.ident(value),
    )
    head, own = document.at(value, "head_repository"), document.at(value, "repository")
    elsewhere = objects.is_one(head) and objects.is_one(own) and not _same(head, own)
    return made._replace(fork=True, branch="") if elsewhere else made


def status(value: object, repository: str = "", commit: str = "") -> Check:
    """A commit status; only who may write to the repository can set one."""
    state = document.text(value, "state")
    branches = [each for each in document.items(value, "branches") if document.text(each, "name")]
    return Check(
        provider="github",
        sort="status",
        name=short.name(document.text(value, "context")),
        state=checks.bucket(state),
        conclusion=short.name(state.lower()),
        repository=repository or github_ids.repository(value) or github_ids.named(document.text(value, "name")),
        id=github_ids.ident(value),
        commit=github_ids.sha(document.text(value, "sha")) or commit,
        branch=github_ids.branch(document.text(branches[0], "name")) if len(branches) == 1 else "",
        started=_moment(value, "created_at"),
        completed=_moment(value, "updated_at"),
        told=document.text(value, "description"),
    )


# --- pieces


def _check(
    value: object,
    *,
    sort: str,
    name: str,
    repository: str,
    suite: object,
    told: str = "",
    workflow: str = "",
    run: str = "",
    identity: str = "",
) -> Check:
    state, conclusion = document.text(value, "status"), document.text(value, "conclusion")
    named = document.items(value, "pull_requests") or document.items(suite, "pull_requests")
    numbers = {github_ids.number(each) for each in named} - {""}
    where = repository or github_ids.repository(value)
    branch = document.text(value, "head_branch") or document.text(suite, "head_branch")
    if not branch and len(named) == 1:
        branch = document.text(named[0], "head", "ref")
    # No pull request and no branch: that is how a check of a fork's commit looks.
    nowhere = "head_branch" in objects.keys(suite) and not branch and not named
    fork = nowhere or any(_elsewhere(document.at(each, "head"), document.at(each, "base")) for each in named)
    return Check(
        provider="github",
        sort=sort,
        name=short.name(name),
        state=checks.bucket(state, conclusion),
        conclusion=short.name((conclusion or state).lower()),
        repository=where,
        id=identity or github_ids.ident(value),
        workflow=short.name(workflow),
        event=short.name(document.text(value, "event")),
        run=run,
        attempt=document.whole(value, "run_attempt"),
        commit=github_ids.sha(document.text(value, "head_sha") or document.text(suite, "head_sha")),
        branch="" if fork else github_ids.branch(branch),
        pull_request=f"{where}#{numbers.pop()}" if len(numbers) == 1 else "",
        fork=fork,
        started=_moment(value, "run_started_at") or _moment(value, "started_at") or _moment(value, "created_at"),
        completed=_moment(value, "completed_at") or _moment(value, "updated_at"),
        told=told,
    )


def _elsewhere(head: object, base: object) -> bool:
    """Does the head lie in another repository than the base, or in one that is gone?"""
    if "repo" not in objects.keys(head):
        return False
    theirs, ours = document.at(head, "repo"), document.at(base, "repo")
    return theirs is None or (objects.is_one(ours) and not _same(theirs, ours))


def _same(one: object, other: object) -> bool:
    for key in ("id", "full_name", "url"):
        mine, theirs = document.at(one, key), document.at(other, key)
        if mine is not None and theirs is not None:
            return mine == theirs
    return True


def _speaker(value: object) -> Voice:
    return voices.on_github(
        document.at(value, "user"),
        document.at(value, "author_association"),
        app=document.at(value, "performed_via_github_app"),
    )


def side(told: str) -> str:
    """`LEFT` or `RIGHT` of a diff; empty for any other word."""
    return told.upper() if told.upper() in {"LEFT", "RIGHT"} else ""


def _moment(value: object, *steps: str) -> float | None:
    return document.moment(value, *steps)
