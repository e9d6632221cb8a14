"""`AGENTS.md` of a folder, the standard of many agents, and `AGENTS.override.md` of Codex: plain Markdown."""

from mcp_server.importers.rulefiles.book import Book, book, draft


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    return book(draft(data, path, matter=False))
