"""GitHub's pull requests, reviews and checks, in whatever form they were saved: webhook, REST, `gh`, GraphQL."""

from collections.abc import Callable, Iterator
from itertools import islice

from mcp_server.importers import document
from mcp_server.importers.forges import envelope, gather, github_graph, github_hook, github_ids, objects, pulls, stream
from mcp_server.importers.forges import github_rest as rest
from mcp_server.importers.forges import github_shape as shape
from mcp_server.importers.forges.checks import Check
from mcp_server.importers.forges.gather import Item
from mcp_server.importers.found import NotAReport, Reading
from store.text import CleanText

KIND = "github"
_LOOKED_AT = 5
"""Members of a list that are asked what it is."""


def claims(document_: object) -> bool:
    """Is this something of GitHub's? A list is what its first members are. Never raises."""
    return any(_items(value) is not None for value in islice(gather.members(document_), _LOOKED_AT))


def parse(data: bytes, origin: str) -> Reading:
    """What the file tells, be it one JSON value or several in a row. Raises NotAReport."""
    name = document.named(origin)
    found = stream.values(data, name)
    value = gather.whole(found.every)
    if not claims(value):
        raise NotAReport(
            f"{name}: it is nothing of GitHub's that is known here; give a webhook payload, the answer of "
            "`gh api repos/OWNER/REPO/...`, or `gh pr view --json`"
        )
    return gather.marked(read(value, name, document.digest(data)), found.missing)


def read(document_: object, origin: CleanText, digest: str) -> Reading:
    """What a claimed value tells. Members of a list that nobody knows make it partial."""
    return gather.reading(document_, _items, kind=KIND, origin=origin, digest=digest)


def _items(value: object) -> Iterator[Item] | None:
    """What one value tells; None for what is nothing of GitHub's."""
    outer = envelope.opened(value)
    sort = shape.sort_of(value if outer is None else outer.payload)
    if outer is None:
        return _READERS[sort](value) if sort else None
    if outer.provider == KIND or (not outer.provider and sort == shape.HOOK):
        return gather.delivered(_READERS.get(sort, github_hook.items)(outer.payload), outer.delivery)
    return None


# --- one reader for each shape


def _comment(value: object) -> Iterator[Item]:
    about = rest.of(value)
    conversation = document.text(value, "issue_url")
    if conversation and "/issues/" in document.text(value, "html_url"):
        yield rest.ISSUE
    else:
        yield from pulls.comment(about, rest.comment(value))


def _issue(value: object) -> Iterator[Item]:
    if objects.is_one(document.at(value, "pull_request")):
        yield from rest.from_pull(value)
    else:
        yield rest.ISSUE


def _page(value: object, key: str, reader: Callable[[object, str], Check]) -> Iterator[Item]:
    repository = github_ids.repository(value)
    for each in document.items(value, key):
        yield reader(each, repository)


def _statuses(value: object) -> Iterator[Item]:
    repository, commit = github_ids.repository(value), github_ids.sha(document.text(value, "sha"))
    for each in document.items(value, "statuses"):
        yield rest.status(each, repository, commit)


def _search(value: object) -> Iterator[Item]:
    for each in document.items(value, shape.SEARCH):
        yield from _issue(each)


def _graph(value: object) -> Iterator[Item]:
    for each, repository in github_graph.pull_requests(document.at(value, "data")):
        yield from github_graph.from_pull(each, repository)


def _one(made: Check) -> Iterator[Item]:
    yield made


_READERS: dict[str, Callable[[object], Iterator[Item]]] = {
    shape.HOOK: github_hook.items,
    shape.GRAPH: _graph,
    shape.PULL: rest.from_pull,
    shape.ISSUE: _issue,
    shape.REVIEW: lambda value: rest.from_review(value, rest.of(value)),
    shape.COMMENT: _comment,
    shape.RUN: lambda value: _one(rest.check_run(value)),
    shape.SUITE: lambda value: _one(rest.check_suite(value)),
    shape.WORKFLOW: lambda value: _one(rest.workflow_run(value)),
    shape.STATUS: lambda value: _one(rest.status(value)),
    shape.GH_PULL: github_graph.from_pull,
    shape.GH_RUN: github_graph.from_run,
    shape.GH_CHECK: github_graph.from_check,
    shape.SEARCH: _search,
    "check_runs": lambda value: _page(value, "check_runs", rest.check_run),
    "check_suites": lambda value: _page(value, "check_suites", rest.check_suite),
    "workflow_runs": lambda value: _page(value, "workflow_runs", rest.workflow_run),
    "jobs": lambda value: _page(value, "jobs", rest.check_run),
    "statuses": _statuses,
}
