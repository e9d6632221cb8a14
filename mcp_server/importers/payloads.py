"""Payloads saved one after another, a line or a page each: whose they are, told by the first."""

from mcp_server.importers import document, gather, github, gitlab, stream
from mcp_server.importers.found import NotAReport, Reading

KIND = "payloads"

_BEGINNINGS = ('"pull_request', '"diff_hunk"', '"issue_url"', '"merge_commit_sha"', '"check_runs"', '"workflow_runs"')
"""Parts of GitHub's pages, of which the first may be longer than what is looked at."""


def claims(head: str) -> bool:
    """Does a file that begins like this hold payloads of GitHub or GitLab? Never raises."""
    value = stream.first(head)
    if value is not None:
        return github.claims(value) or gitlab.claims(value)
    return head.lstrip(" \t\r\n\ufeff")[:1] in {"{", "["} and any(part in head for part in _BEGINNINGS)


def parse(data: bytes, origin: str) -> Reading:
    """What the payloads tell; `kind` says whose they are. Raises NotAReport."""
    name = document.named(origin)
    found = stream.values(data, name)
    value = gather.whole(found.every)
    for importer in (gitlab, github):
        if importer.claims(value):
            return gather.marked(importer.read(value, name, document.digest(data)), found.missing)
    raise NotAReport(f"{name}: its JSON is nothing of GitHub's or GitLab's; give their payloads, or name the kind")
