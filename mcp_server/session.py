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

SESSIONS = ("CLAUDE_CODE_SESSION_ID", "COPILOT_AGENT_SESSION_ID")
"""Variables in which clients tell a server the session that they start it for."""

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
    `process` an id that lives as long as this server, `sighted` the session that a hook saw last
    under the client's process: after a client began another session in a living process, its
    environment still names the old one.
    """
    info = meta.get("io.modelcontextprotocol/clientInfo")
    named = info.get("name") if isinstance(info, Mapping) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    own = meta.get("sessionId")
    given = own if isinstance(own, str) else ""
    session = given or sighted or next(filter(None, map(environment.get, SESSIONS)), process)
    name = clean_line(named if isinstance(named, str) and named else client, limit=60).text
    known = "qwen" if name.startswith("qwen-cli-mcp-client") else NAMES.get(name, name)
    return Caller(identity(session), known or "unknown client")


def identity(session: str) -> str:
    """The same id for the same session, and never one for two: so nothing is cut or masked in it."""
    if clean_line(session, limit=LONGEST).text == session:
        return session
    from hashlib import sha256  # it loads OpenSSL, and hardly a client needs it

    return sha256(session.encode("utf-8", "surrogatepass")).hexdigest()
