"""Windsurf: `.windsurf/rules/*.md` with a trigger, and the old `.windsurfrules`."""

from mcp_server.importers.rulefiles.book import ALWAYS, BY_HAND, ON_REQUEST, Book, book, draft
from mcp_server.importers.rulefiles.front import globs

_WHEN = {"always_on": ALWAYS, "model_decision": ON_REQUEST, "manual": BY_HAND}


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    each = draft(data, path)
    when = _WHEN.get("".join(each.field("trigger")), "")
    return book(each, globs=() if when else globs(each.field("globs")), when=when)
