"""Any rule file, by the parser of its form."""

from mcp_server.importers.rulefiles import (
    agents_md,
    claude,
    cline,
    copilot,
    cursor,
    forms,
    gemini,
    junie,
    qwen,
    roo,
    windsurf,
)
from mcp_server.importers.rulefiles.book import Book

_PARSERS = {
    forms.CLAUDE: claude.parse,
    forms.CLAUDE_INSIDE: claude.parse,
    forms.CLAUDE_LOCAL: claude.parse,
    forms.CLAUDE_RULES: claude.parse,
    forms.AGENTS: agents_md.parse,
    forms.AGENTS_OVERRIDE: agents_md.parse,
    forms.AGENT: agents_md.parse,
    forms.ZED: agents_md.parse,
    forms.CURSOR: cursor.parse,
    forms.CURSOR_OLD: cursor.parse,
    forms.COPILOT: copilot.parse,
    forms.INSTRUCTIONS: copilot.parse,
    forms.WINDSURF: windsurf.parse,
    forms.WINDSURF_OLD: windsurf.parse,
    forms.CLINE: cline.parse,
    forms.ROO: roo.parse,
    forms.GEMINI: gemini.parse,
    forms.QWEN: qwen.parse,
    forms.QWEN_LOCAL: qwen.parse,
    forms.QWEN_RULES: qwen.parse,
    forms.JUNIE_AGENTS: junie.parse,
    forms.JUNIE: junie.parse,
}


def read(data: bytes, path: str) -> Book:
    """The book of a file by its path relative to the project; any other is plain Markdown that may import.

    Raises `UnreadableError`.
    """
    return _PARSERS.get(forms.form(path), gemini.parse)(data, path)
