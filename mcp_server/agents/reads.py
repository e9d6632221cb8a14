"""Which rule files each client reads by itself, so that no session is given twice what stands in them.

As the clients' makers document it; a client that is not here reads none that we know of. Hooks ask this.
"""

from collections.abc import Collection, Iterable

from mcp_server.importers.rulefiles import forms

Group = tuple[str, ...]
"""Forms of which a client reads the first that the project has."""

READS: dict[str, tuple[Group, ...]] = {
    "claude-code": ((forms.CLAUDE,), (forms.CLAUDE_INSIDE,), (forms.CLAUDE_LOCAL,), (forms.CLAUDE_RULES,)),
    "codex": ((forms.AGENTS_OVERRIDE,), (forms.AGENTS,)),
    "cursor": ((forms.CURSOR,), (forms.CURSOR_OLD,), (forms.AGENTS,)),
    "vscode": ((forms.COPILOT,), (forms.INSTRUCTIONS,), (forms.AGENTS,)),
    "copilot": (
        (forms.COPILOT,),
        (forms.INSTRUCTIONS,),
        (forms.AGENTS,),
        (forms.CLAUDE,),
        (forms.CLAUDE_RULES,),
        (forms.GEMINI,),
    ),
    "gemini": ((forms.GEMINI,),),
    "qwen": ((forms.QWEN,), (forms.AGENTS,), (forms.QWEN_LOCAL,), (forms.QWEN_RULES,)),
    "opencode": ((forms.AGENTS, forms.CLAUDE),),
    "windsurf": ((forms.WINDSURF,), (forms.WINDSURF_OLD,), (forms.AGENTS,), (forms.CLAUDE,)),
    "cline": ((forms.CLINE,), (forms.AGENTS,)),
    "roo": ((forms.ROO,), (forms.AGENTS,)),
    "zed": (
        (
            forms.ZED,
            forms.CURSOR_OLD,
            forms.WINDSURF_OLD,
            forms.CLINE,
            forms.COPILOT,
            forms.AGENT,
            forms.AGENTS,
            forms.CLAUDE,
            forms.GEMINI,
        ),
    ),
    "junie": ((forms.JUNIE_AGENTS, forms.AGENTS, forms.JUNIE),),
}
"""By client, the groups of forms that it reads."""

_CALLED = (
    ("visual studio code", "vscode"),
    ("github-copilot", "copilot"),
    ("copilot", "copilot"),
    ("vscode", "vscode"),
    ("cursor", "cursor"),
    ("windsurf", "windsurf"),
    ("opencode", "opencode"),
    ("roo", "roo"),
    ("zed", "zed"),
    ("junie", "junie"),
)
"""How clients begin to call themselves over MCP."""


def read_by(client: str, present: Collection[str]) -> frozenset[str]:
    """The forms that a client reads in a project that has rule files of the forms `present` in its first folder."""
    groups = READS.get(_named(client), ())
    firsts = (next((one for one in group if one in present or len(group) == 1), "") for group in groups)
    return frozenset(firsts) - {""}


def reads(client: str, files: Iterable[str], present: Collection[str]) -> bool:
    """Does a client read one of these files by itself, where those of the forms `present` are in the first folder?"""
    return not read_by(client, present).isdisjoint(forms.form(file) for file in files)


def _named(client: str) -> str:
    if client in READS:
        return client
    name = client.lower()
    return next((known for beginning, known in _CALLED if name.startswith(beginning)), name)
