"""Cursor: `.cursor/rules/*.mdc` in four modes that follow from three fields, and the old `.cursorrules`."""

from mcp_server.importers.rulefiles.book import ALWAYS, BY_HAND, BY_PATH, ON_REQUEST, Book, book, draft
from mcp_server.importers.rulefiles.front import flag, globs


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    each = draft(data, path)
    scope = globs(each.field("globs"))
    if flag(each.field("alwaysApply")) or not each.front.fields:
        return book(each, when=ALWAYS)
    if scope:
        return book(each, globs=scope, when=BY_PATH)
    return book(each, when=ON_REQUEST if each.field("description") else BY_HAND)
