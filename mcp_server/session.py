"""Which session a call belongs to: the client's own id where it gives one, else this process."""

from collections.abc import Mapping
from dataclasses import dataclass

from store.text import clean_line


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls a tool."""

    session: str
    client: str


def caller(*, environment: Mapping[str, str], meta: Mapping[str, object], client: str, process: str) -> Caller:
    """The caller of one request.

    `meta` is the request's `_meta`, `client` the name from the handshake ("" if there was none),
    `process` an id that lives as long as this server.
    """
    info = meta.get("io.modelcontextprotocol/clientInfo")
    named = str(info.get("name", "")) if isinstance(info, Mapping) else ""  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    own = meta.get("sessionId") or environment.get("CLAUDE_CODE_SESSION_ID")
    session = clean_line(str(own), limit=120).text if own else process
    return Caller(session or process, clean_line(named or client or "unknown client", limit=60).text)
