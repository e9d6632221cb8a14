"""Junie: `.junie/AGENTS.md`, and the older `.junie/guidelines.md`."""

from mcp_server.importers.rulefiles.book import Book, book, draft


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    return book(draft(data, path, matter=False))
