"""Payloads saved one after another, a line or a page each: whose they are, told by the first."""

import re

from mcp_server.importers import document
from mcp_server.importers.forges import gather, github, gitlab, stream
from mcp_server.importers.found import NotAReport, Reading

KIND = "payloads"

_TELLING = re.compile(
    r'(?<!\\)"(?:pull_request|pull_request_url|pull_request_review_id|diff_hunk|issue_url|merge_commit_sha|check_runs'
    r'|workflow_runs|pullRequests?|statusCheckRollup|object_kind)"\s{0,8}:'
)
"""Keys of pages whose first value is longer than what is looked at. In a text inside a value they are escaped."""


def claims(head: str) -> bool:
    """Does a file that begins like this hold payloads of GitHub or GitLab? Never raises."""
    value = stream.first(head)
    if value is not None:
        return github.claims(value) or gitlab.claims(value)
    return head.lstrip(" \t\r\n\ufeff")[:1] in {"{", "["} and _TELLING.search(head) is not None


def parse(data: bytes, origin: str) -> Reading:
    """What the payloads tell; `kind` says whose they are. Raises NotAReport."""
    name = document.named(origin)
    found = stream.values(data, name)
    value = gather.whole(found.every)
    for importer in (gitlab, github):
        if importer.claims(value):
            return gather.marked(importer.read(value, name, document.digest(data)), found.missing)
    raise NotAReport(f"{name}: its JSON is nothing of GitHub's or GitLab's; give their payloads, or name the kind")
