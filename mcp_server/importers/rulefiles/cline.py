"""Cline: the file `.clinerules`, or the folder of that name, with `paths:` in newer ones."""

from mcp_server.importers.rulefiles.book import Book, book, draft
from mcp_server.importers.rulefiles.front import globs


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    each = draft(data, path)
    return book(each, globs=globs(each.field("paths")))
