"""Claude Code: `CLAUDE.md` of a folder, `CLAUDE.local.md`, and `.claude/rules` with `paths:`."""

from mcp_server.importers.rulefiles.book import Book, book, draft
from mcp_server.importers.rulefiles.front import globs


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    each = draft(data, path)
    return book(each, globs=globs(each.field("paths")), follows=True)
