"""What `gh --json` and GraphQL say: the same objects in camel case, whole or any part of them."""

from collections.abc import Iterator

from mcp_server.importers import document
from mcp_server.importers.forges import checks, github_ids, objects, pulls, short, voices
from mcp_server.importers.forges import github_rest as rest
from mcp_server.importers.forges.checks import Check
from mcp_server.importers.forges.gather import Item
from mcp_server.importers.forges.github_hook import thread
from mcp_server.importers.forges.pulls import Pull, Said
from mcp_server.learning.plain import listed
from store.records import Trust

_UNSEEN = frozenset({"spam", "abuse", "off-topic", "off_topic"})
"""Reasons for which GitHub folds a comment away and nobody should learn from it."""

_OPEN = "it does not say that the pull request was merged or closed"


def from_pull(value: object, repository: str = "") -> Iterator[Item]:
    """All that one pull request holds: what became of it, reviews, threads, comments, checks."""
    told = _pull(value, repository)
    yield from _outcome(value, told)
    yield from _reviews(value, told)
    for each in nodes(document.at(value, "reviewThreads")):
        yield from _thread(each, told)
    for each in nodes(document.at(value, "comments")):
        if document.text(each, "minimizedReason").lower() not in _UNSEEN:
            yield from pulls.comment(told, _comment(each))
    yield from _rollup(value, told)


def from_run(value: object, repository: str = "") -> Iterator[Item]:
    """A run of a workflow as `gh run` tells it, with its jobs where it has them."""
    repository = repository or github_ids.repository(value)
    name = short.name(document.text(value, "workflowName") or document.text(value, "name"))
    run = github_ids.job(document.text(value, "url"))[0] or github_ids.ident(value)
    made = _check(value, name=name, workflow=name, sort="workflow run")._replace(
        repository=repository,
        id=run,
        run=run,
        event=short.name(document.text(value, "event")),
        attempt=document.whole(value, "attempt"),
        commit=github_ids.sha(document.text(value, "headSha")),
        branch=github_ids.branch(document.text(value, "headBranch")),
    )
    if document.at(value, "status") is not None or document.at(value, "conclusion") is not None:
        yield made
    for each in document.items(value, "jobs"):
        job = _check(each, name=short.name(document.text(each, "name")), workflow=name, sort="check run")
        yield job._replace(
            repository=repository,
            id=github_ids.ident(each),
            run=run,
            event=made.event,
            attempt=made.attempt,
            commit=made.commit,
            branch=made.branch,
        )


def from_check(value: object) -> Iterator[Item]:
    """A check as `gh pr checks` tells it: without the commit it was made for."""
    run, job = github_ids.job(document.text(value, "link"))
    made = _check(
        value,
        name=short.name(document.text(value, "name")),
        workflow=short.name(document.text(value, "workflow")),
        sort="check run" if job or document.text(value, "workflow") else "status",
    )
    event = short.name(document.text(value, "event"))
    told = document.text(value, "description")
    yield made._replace(repository=github_ids.repository(value), id=job, run=run, event=event, told=told)


def pull_requests(value: object, repository: str = "") -> Iterator[tuple[object, str]]:
    """Every pull request in the answer to a query, with the repository around it."""
    repository = github_ids.named(document.text(value, "nameWithOwner")) or repository
    for key in ("pullRequest", "node", "resource"):
        found = document.at(value, key)
        if objects.is_one(found) and (key == "pullRequest" or document.text(found, "__typename") == "PullRequest"):
            yield found, repository
    for key in ("pullRequests", "search"):
        for each in nodes(document.at(value, key)):
            yield each, repository
    for key in ("repository", "viewer", "user", "organization"):
        if document.at(value, key) is not None:
            yield from pull_requests(document.at(value, key), repository)


def nodes(value: object) -> list[object]:
    """The members of a connection, or of the list that `gh` makes of one."""
    edges = [document.at(each, "node") for each in document.items(value, "edges")]
    return document.items(value) or document.items(value, "nodes") or edges


# --- parts of a pull request


def _pull(value: object, repository: str) -> Pull:
    where = repository or github_ids.repository(value)
    owner = where.partition("/")[0]
    whose = document.text(value, "headRepositoryOwner", "login")
    return Pull(
        provider="github",
        repository=where,
        number=github_ids.number(value),
        title=document.text(value, "title"),
        body=document.text(value, "body"),
        author=voices.on_github(document.at(value, "author"), document.at(value, "authorAssociation")),
        branch=github_ids.branch(document.text(value, "headRefName")),
        base=github_ids.branch(document.text(value, "baseRefName")),
        commit=github_ids.sha(document.text(value, "headRefOid")),
        merge_commit=github_ids.sha(document.text(value, "mergeCommit", "oid")),
        fork=document.at(value, "isCrossRepository") is True
        or bool(owner and whose and owner.lower() != whose.lower()),
        commits=tuple(_messages(value)),
    )


def _messages(value: object) -> Iterator[str]:
    for each in nodes(document.at(value, "commits")):
        commit = document.at(each, "commit") or each
        parts = (document.text(commit, key) for key in ("message", "messageHeadline", "messageBody"))
        told = "\n\n".join(filter(None, parts))
        if told:
            yield told


def _outcome(value: object, told: Pull) -> Iterator[Item]:
    state = document.text(value, "state").upper()
    merged_at, closed_at = document.moment(value, "mergedAt"), document.moment(value, "closedAt")
    updated = document.moment(value, "updatedAt")
    merger = document.at(value, "mergedBy")
    if state == "MERGED" or merged_at is not None or document.at(value, "merged") is True:
        actor = voices.on_github(merger) if objects.is_one(merger) else None
        yield from pulls.outcome(told, pulls.MERGED, actor=actor, time=merged_at or closed_at or updated)
    elif state == "CLOSED" and _is_pull(value):
        yield from pulls.outcome(told, pulls.CLOSED, actor=None, time=closed_at or updated)
    else:
        yield _OPEN


def _is_pull(value: object) -> bool:
    """Does more than a number say that it is no issue? Closing one of those is no verdict on anybody's work."""
    address = document.text(value, "url")
    if address or document.at(value, "isPullRequest") is not None:
        return "/pull/" in address or document.at(value, "isPullRequest") is True
    return not PULL_ONLY.isdisjoint(objects.keys(value))


def _reviews(value: object, told: Pull) -> Iterator[Item]:
    listed = False
    for key in ("reviews", "latestReviews", "latestOpinionatedReviews"):
        listed = listed or document.at(value, key) is not None
        for each in nodes(document.at(value, key)):
            yield from _review(each, told)
    decision = rest.STATES.get(document.text(value, "reviewDecision").lower())
    if decision is not None and not listed:
        # It sums up the reviews of those whose reviews count, without saying who they are.
        voice = voices.Voice("github:review decision", Trust.MEMBER)
        said = Said(f"decision {told.number}", voice, state=decision, time=document.moment(value, "updatedAt"))
        yield pulls.judged(told, said)


def _review(value: object, told: Pull) -> Iterator[Item]:
    state = rest.STATES.get(document.text(value, "state").lower())
    if state is None:
        yield rest.PENDING_REVIEW
        return
    said = Said(
        id=github_ids.ident(value),
        voice=_speaker(value),
        body=document.text(value, "body"),
        sort="review",
        state=state,
        time=document.moment(value, "submittedAt") or document.moment(value, "updatedAt"),
        commit=github_ids.sha(document.text(value, "commit", "oid")),
    )
    yield from pulls.review(told, said)
    for each in nodes(document.at(value, "comments")):
        yield from pulls.comment(told, _comment(each))


def _thread(value: object, told: Pull) -> Iterator[Item]:
    resolved = document.at(value, "isResolved")
    said = [_in_thread(each, value) for each in nodes(document.at(value, "comments"))]
    for each in said:
        yield from pulls.comment(told, each)
    if resolved is True:
        first = said[0] if said else None
        identity = github_ids.ident(value)
        yield thread(told, resolved=True, first=first, id=identity, by=document.at(value, "resolvedBy"))


def _in_thread(value: object, around: object) -> Said:
    """A comment with what only its thread knows of where it stands."""
    resolved = document.at(around, "isResolved")
    said = _comment(value)
    line, start = _line(around, "line", "originalLine"), _line(around, "startLine", "originalStartLine")
    return said._replace(
        sort="inline",
        resolved=resolved if isinstance(resolved, bool) else None,
        path=said.path or github_ids.path(document.text(around, "path")),
        line=said.line if said.line is not None else line,
        start=said.start if said.start is not None else start,
        side=said.side or rest.side(document.text(around, "diffSide")),
        outdated=said.outdated or document.at(around, "isOutdated") is True,
    )


def _comment(value: object) -> Said:
    inline = any(document.text(value, key) for key in ("path", "diffHunk"))
    commit = document.text(value, "originalCommit", "oid") or document.text(value, "commit", "oid")
    return Said(
        id=github_ids.ident(value),
        voice=_speaker(value),
        body=document.text(value, "body"),
        sort="inline" if inline else "conversation",
        time=document.moment(value, "updatedAt") or document.moment(value, "createdAt"),
        commit=github_ids.sha(commit),
        path=github_ids.path(document.text(value, "path")),
        line=_line(value, "line", "originalLine"),
        start=_line(value, "startLine", "originalStartLine"),
        hunk=document.text(value, "diffHunk"),
        reply_to=github_ids.ident(document.at(value, "replyTo")),
        outdated=document.at(value, "outdated") is True,
    )


def _line(value: object, now: str, then: str) -> int | None:
    """The line; where the code has moved on since, the one it was."""
    found = document.whole(value, now)
    return document.whole(value, then) if found is None else found


def _speaker(value: object) -> voices.Voice:
    return voices.on_github(document.at(value, "author"), document.at(value, "authorAssociation"))


# --- checks


def _rollup(value: object, told: Pull) -> Iterator[Item]:
    """The checks of the head, wherever they stand: as `gh` lists them, or below the last commit."""
    yield from _contexts(document.at(value, "statusCheckRollup"), told)
    for each in nodes(document.at(value, "commits")):
        commit = document.at(each, "commit")
        sha = github_ids.sha(document.text(commit, "oid"))
        yield from _contexts(document.at(commit, "statusCheckRollup"), told._replace(commit=sha or told.commit))


def _contexts(value: object, told: Pull) -> Iterator[Item]:
    for each in nodes(document.at(value, "contexts")) or nodes(value):
        yield from (
            _contexts(document.at(each, "commit", "statusCheckRollup"), told) if "commit" in objects.keys(each) else ()
        )
        if "name" in objects.keys(each) or "context" in objects.keys(each):
            yield _context(each, told)


def _context(value: object, told: Pull) -> Check:
    run, job = github_ids.job(document.text(value, "detailsUrl"))
    workflow = document.at(value, "checkSuite", "workflowRun")
    name = document.text(value, "context") or document.text(value, "name")
    made = _check(
        value,
        name=short.name(name),
        workflow=short.name(document.text(value, "workflowName") or document.text(workflow, "workflow", "name")),
        sort="status" if document.text(value, "context") else "check run",
    )
    known = document.whole(value, "databaseId")
    output = (document.text(value, "title"), document.text(value, "summary"))
    return made._replace(
        repository=told.repository,
        id=str(known) if known is not None else job,
        run=run,
        event=short.name(document.text(workflow, "event")),
        commit=told.commit,
        branch="" if told.fork else told.head,
        pull_request=told.name,
        fork=told.fork,
        told=document.text(value, "description") or "\n".join(filter(None, output)),
    )


def _check(value: object, *, name: str, workflow: str, sort: str) -> Check:
    status, conclusion = document.text(value, "status"), document.text(value, "conclusion")
    state = document.text(value, "state")
    named = {"skipping": checks.SKIP}.get(document.text(value, "bucket"), document.text(value, "bucket"))
    found = checks.bucket(status or state, conclusion)
    return Check(
        provider="github",
        sort=sort,
        name=name,
        state=named if named in checks.STATES and not (status or state or conclusion) else found,
        conclusion=short.name((conclusion or state or status or named).lower()),
        workflow=workflow,
        started=_time(value, "startedAt") or _time(value, "createdAt"),
        completed=_time(value, "completedAt") or _time(value, "updatedAt"),
    )


def _time(value: object, key: str) -> float | None:
    """A moment; the year 1 stands for one that has not come."""
    found = document.moment(value, key)
    return found if found is not None and found > 0 else None


PULL_ONLY = listed(
    """
    additions autoMergeRequest baseRefName baseRefOid changedFiles commits deletions files fullDatabaseId headRefName
    headRefOid headRepository headRepositoryOwner isCrossRepository isDraft latestReviews maintainerCanModify
    mergeCommit mergeStateStatus mergeable merged mergedAt mergedBy potentialMergeCommit reviewDecision
    reviewRequests reviewThreads reviews statusCheckRollup
    """
)
"""What only a pull request has."""
