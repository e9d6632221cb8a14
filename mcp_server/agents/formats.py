"""In which format each client's hooks speak. Light: hooks load it, and then the one format they need."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from mcp_server.agents.events import Event

FORMATS = {
    "claude-code": "claude_code_format",
    "codex": "claude_format",
    "opencode": "opencode_format",
    "cursor": "cursor_format",
    "vscode": "vscode_format",
    "copilot": "copilot_format",
    "gemini": "gemini_format",
    "qwen": "qwen_format",
    "windsurf": "windsurf_format",
    "cline": "cline_format",
}
"""By client, the file here that reads its events and writes its answers."""


class Format(Protocol):
    """What a format's file holds."""

    @property
    def CARRIES(self) -> frozenset[str]:  # noqa: N802 - a module keeps this promise, with a constant
        """Events whose answer reaches the model, and which bring it rules."""
        ...

    @property
    def LINKED(self) -> bool:  # noqa: N802 - as above
        """Does our server learn a session's id only from the process ids that a hook sees above itself?"""
        ...

    def event(self, name: str, payload: Mapping[str, Any], environment: Mapping[str, str]) -> Event | None:
        """The event in our shape, or None for one that asks nothing of us. Raises `EventError`."""
        ...

    def answer(self, name: str, *, context: str, screen: str) -> Mapping[str, Any] | None:
        """What to print: `context` goes to the model, `screen` to the person only."""
        ...


def format_of(client: str) -> Format:
    """The format of a client's hooks. Raises ValueError for a client that has none."""
    if client not in FORMATS:
        raise ValueError(f"no hooks are known for {client[:40]!r}; known are {', '.join(FORMATS)}")
    return cast("Format", import_module(f"mcp_server.agents.{FORMATS[client]}"))
