"""Which file of a project is a rule file, by its path alone: its form, and the folder that it speaks for.

Hooks ask this too, so nothing heavy is imported.
"""

import re
from functools import cache, lru_cache

CLAUDE, CLAUDE_INSIDE, CLAUDE_LOCAL, CLAUDE_RULES = "CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md", ".claude/rules"
AGENTS, AGENTS_OVERRIDE, AGENT, ZED = "AGENTS.md", "AGENTS.override.md", "AGENT.md", ".rules"
CURSOR, CURSOR_OLD = ".cursor/rules", ".cursorrules"
COPILOT, INSTRUCTIONS = ".github/copilot-instructions.md", ".github/instructions"
WINDSURF, WINDSURF_OLD = ".windsurf/rules", ".windsurfrules"
CLINE, ROO, GEMINI = ".clinerules", ".roo/rules", "GEMINI.md"
QWEN, QWEN_LOCAL, QWEN_RULES = "QWEN.md", ".qwen/QWEN.local.md", ".qwen/rules"
JUNIE_AGENTS, JUNIE = ".junie/AGENTS.md", ".junie/guidelines.md"

_PLACES = (
    (JUNIE_AGENTS, r"\.junie/AGENTS\.md"),
    (JUNIE, r"\.junie/guidelines\.md"),
    (CLAUDE_RULES, r"\.claude/rules/.+\.md"),
    (CURSOR, r"\.cursor/rules/.+\.mdc"),
    (INSTRUCTIONS, r"\.github/instructions/.+\.instructions\.md"),
    (WINDSURF, r"\.windsurf/rules/.+\.md"),
    (CLINE, r"\.clinerules(?:/.+\.(?:md|txt))?"),
    (ROO, r"(?:\.roo/rules(?:-[\w-]+)?/.+\.(?:md|txt|xml)|\.roorules(?:-[\w-]+)?)"),
    (CLAUDE_INSIDE, r"\.claude/CLAUDE\.md"),
    (CLAUDE, r"CLAUDE\.md"),
    (CLAUDE_LOCAL, r"CLAUDE\.local\.md"),
    (AGENTS, r"AGENTS\.md"),
    (AGENTS_OVERRIDE, r"AGENTS\.override\.md"),
    (AGENT, r"AGENT\.md"),
    (ZED, r"\.rules"),
    (GEMINI, r"GEMINI\.md"),
    (QWEN, r"QWEN\.md"),
    (QWEN_LOCAL, r"\.qwen/QWEN\.local\.md"),
    (QWEN_RULES, r"\.qwen/rules/.+\.md"),
    (COPILOT, r"\.github/copilot-instructions\.md"),
    (CURSOR_OLD, r"\.cursorrules"),
    (WINDSURF_OLD, r"\.windsurfrules"),
)
FORMS = tuple(dict.fromkeys(form for form, _ in _PLACES))
"""Every form, by the name of its file or folder."""


@cache
def _known() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((form, re.compile(rf"(?:(?P<place>.+?)/)?{names}", re.DOTALL)) for form, names in _PLACES)


@lru_cache(maxsize=1024)
def form(path: str) -> str:
    """The form of a file by its path relative to the project; empty for a file that is no rule file."""
    return next((name for name, pattern in _known() if pattern.fullmatch(path)), "")


def place(path: str) -> str:
    """The folder that a rule file speaks for, relative to the project; empty for all of it."""
    found = next((match for _, pattern in _known() if (match := pattern.fullmatch(path))), None)
    return (found["place"] or "") if found else ""
