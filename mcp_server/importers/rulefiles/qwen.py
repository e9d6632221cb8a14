"""Qwen Code: `QWEN.md` of a folder, `.qwen/QWEN.local.md`, and `.qwen/rules` with `paths:` seen from the project."""

from mcp_server.importers.rulefiles import forms
from mcp_server.importers.rulefiles.book import Book, book, draft
from mcp_server.importers.rulefiles.front import globs


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    conditional = forms.form(path) == forms.QWEN_RULES
    each = draft(data, path, matter=conditional)
    return book(each, globs=globs(each.field("paths")) if conditional else (), follows=not conditional)
