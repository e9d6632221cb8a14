"""Which session a call belongs to: the client's own id where it gives one, else this process."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from store.text import clean_line

NAMES = {
    "codex-mcp-client": "codex",
    "gemini-cli-mcp-client": "gemini",
    "@cline/core": "cline",
    "Cline": "cline",
    "Roo Code": "roo",
    "Visual Studio Code": "vscode",
    "Visual Studio Code - Insiders": "vscode",
    "copilot-cli": "copilot",
    "claude-ai": "claude-desktop",
    "Zed": "zed",
    "cursor-vscode": "cursor",
    "windsurf-client": "windsurf",
    "Windsurf": "windsurf",
}
"""What clients call themselves over MCP, and what everything else calls them: one client is one category."""

SESSIONS = {
    "CLAUDE_CODE_SESSION_ID": frozenset({"claude-code"}),
    "COPILOT_AGENT_SESSION_ID": frozenset({"copilot", "vscode"}),
}
"""Variables in which clients tell a server the session that they start it for. Whatever runs in one inherits it."""

KNOWN = frozenset({*NAMES.values(), "claude-code", "opencode", "qwen"})
"""Clients whose name over MCP is known, so that another one's session is not theirs."""

LONGEST = 120
"""Characters of a session's id; what is longer, or no clean text, goes by its digest."""


class Caller(NamedTuple):
    """Who calls a tool."""

    session: str
    client: str


def caller(
    *, environment: Mapping[str, str], meta: Mapping[str, Any], client: str, process: str, sighted: str = ""
) -> Caller:
    """The caller of one request.

    `meta` is the request's `_meta`, `client` the name from the handshake ("" if there was none),
    `process` an id that lives as long as this server, `sighted` the session of this client that a hook
    saw last under its process: after a client began another session in a living process, its
    environment still names the old one.
    """
    own = meta.get("sessionId")
    given, name = own if isinstance(own, str) else "", named(meta, client)
    mine = (variable for variable, whose in SESSIONS.items() if name in whose or name not in KNOWN)
    inherited = (environment.get(variable) for variable in mine)
    return Caller(identity(given or sighted or next(filter(None, inherited), process)), name or "unknown client")


def named(meta: Mapping[str, Any], client: str) -> str:
    """The client of one request by our name for it, where we have one; empty where it gives none."""
    info = meta.get("io.modelcontextprotocol/clientInfo")
    told = info.get("name") if isinstance(info, Mapping) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    name = clean_line(told if isinstance(told, str) and told else client, limit=60).text
    return "qwen" if name.startswith("qwen-cli-mcp-client") else NAMES.get(name, name)


def identity(session: str) -> str:
    """The same id for the same session, and never one for two: so nothing is cut or masked in it."""
    if clean_line(session, limit=LONGEST).text == session:
        return session
    from hashlib import sha256  # it loads OpenSSL, and hardly a client needs it

    return sha256(session.encode("utf-8", "surrogatepass")).hexdigest()
