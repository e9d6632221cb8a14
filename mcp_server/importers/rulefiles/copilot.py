"""Copilot: `.github/copilot-instructions.md`, and `.github/instructions/*.instructions.md` with `applyTo`."""

from mcp_server.importers.rulefiles.book import ON_REQUEST, Book, book, draft
from mcp_server.importers.rulefiles.forms import INSTRUCTIONS, form
from mcp_server.importers.rulefiles.front import globs


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    each = draft(data, path)
    if form(path) != INSTRUCTIONS:
        return book(each)
    scope = globs(each.field("applyTo"))
    return book(each, globs=scope, when="" if scope else ON_REQUEST)
