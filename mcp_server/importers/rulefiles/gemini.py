"""Gemini CLI: `GEMINI.md` of a folder, with `@file.md` imports."""

from mcp_server.importers.rulefiles.book import Book, book, draft


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    return book(draft(data, path, matter=False), follows=True)
