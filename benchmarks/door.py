"""A server behind its stdio door, driven by the least client: lines of JSON over pipes."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.desk import Desk, python

HANDSHAKE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}


def fast() -> Sequence[str]:
    """The command that clients start."""
    return python("-m", "mcp_promptlearn", "serve")


def sdk() -> Sequence[str]:
    """The same server behind the door of the official package."""
    return python("-m", "mcp_promptlearn", "serve", "--sdk")


def bare(desk: Desk, path: Path | None = None) -> Sequence[str]:
    """The least server, with a store to write to or without."""
    program = str(desk.sources / "benchmarks" / "bare_server.py")
    return python(program) if path is None else [sys.executable, "-m", "benchmarks.bare_server", str(path)]


class Door:
    """A server process that has answered the handshake."""

    def __init__(self, desk: Desk, command: Sequence[str], *, home: Path) -> None:
        self._server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(desk.environment(home)),
            cwd=desk.project,
        )
        self._number = 0
        self.ask("initialize", HANDSHAKE)
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    @property
    def pid(self) -> int:
        """The process."""
        return self._server.pid

    def ask(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The result of one request. Raises `RuntimeError` for an error or a server that went away."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": parameters})
        assert self._server.stdout is not None
        while line := self._server.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(str(answer["error"]))
                return answer["result"]
        raise RuntimeError("the server went away")

    def call(self, tool: str, arguments: dict[str, Any]) -> str:
        """The text a tool answers. Raises `RuntimeError` where it refuses."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        text = str(result["content"][0]["text"])
        if result.get("isError"):
            raise RuntimeError(text)
        return text

    def close(self) -> None:
        """End of input; the server leaves by itself."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(timeout=30)
        self._server.stdout.close()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(message).encode() + b"\n")
        self._server.stdin.flush()
