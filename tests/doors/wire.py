"""A stdio server of our own making at the other end of two pipes, spoken to in bytes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any

SERVE = ("-E", "-P", "-m", "mcp_promptlearn", "serve", "--sdk")
"""What starts the SDK's door, behind the interpreter."""

PATIENCE = 60.0
"""Seconds after which a server that does not answer is killed, so that a fault ends in a failure and not in a wait."""

HANDSHAKE = "2025-11-25"
STATELESS = "2026-07-28"
ERAS = (HANDSHAKE, STATELESS)

_NEEDED = ("COVERAGE", "LANG", "LC_", "PATH", "SYSTEMROOT", "TEMP", "TMP", "GIT_")


def environment(home: Path, folder: Path, **more: str) -> dict[str, str]:
    """What a server is started with: an empty home, and nothing of an agent around the tests."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_NEEDED)}
    return {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PROMPTLEARN_HOME": str(home / "promptlearn"),
        # A coin of chance would withhold a rule in one test of ten.
        "PROMPTLEARN_TRIALS": "off",
        "CLAUDE_PROJECT_DIR": str(folder),
        **more,
    }


def frame(method: str, ident: object = None, **parameters: Any) -> bytes:
    """One message on its line; without an id it is a notification."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    if ident is not None:
        message["id"] = ident
    if parameters:
        message["params"] = parameters
    return json.dumps(message).encode() + b"\n"


def calling(tool: str, ident: object = 1, /, **arguments: Any) -> bytes:
    """A call of a tool."""
    return frame("tools/call", ident, name=tool, arguments=arguments)


def text(answer: Mapping[str, Any]) -> str:
    """What a tool said."""
    (block,) = answer["result"]["content"]
    assert block["type"] == "text"
    return block["text"]


class Server:
    """A server process. It is killed when the block ends."""

    def __init__(self, environment: Mapping[str, str], folder: Path, *, program: Sequence[str] = SERVE) -> None:
        self.errors = folder / "stderr.txt"
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *program],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what was left in our buffer has nobody to go to
                pipe.close()

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def send(self, *frames: bytes) -> None:
        """Write bytes, whatever they are."""
        self.stdin.write(b"".join(frames))
        self.stdin.flush()

    def line(self) -> dict[str, Any]:
        """The next message of the server."""
        watch = Timer(PATIENCE, self.process.kill)
        watch.start()
        try:
            line = self.stdout.readline()
        finally:
            watch.cancel()
        assert line, f"the server left: {self.errors.read_text(encoding='utf-8', errors='replace')}"
        return json.loads(line)

    def ask(self, *frames: bytes) -> dict[str, Any]:
        """The next message after some bytes."""
        self.send(*frames)
        return self.line()

    def shake(self, name: str = "test client") -> dict[str, Any]:
        """The handshake of 2025-11-25."""
        info = {"name": name, "version": "1"}
        answer = self.ask(frame("initialize", 0, protocolVersion=HANDSHAKE, capabilities={}, clientInfo=info))
        self.send(frame("notifications/initialized"))
        return answer["result"]

    def rest(self) -> list[dict[str, Any]]:
        """All that the server still says, up to its end."""
        watch = Timer(PATIENCE, self.process.kill)
        watch.start()
        try:
            return [json.loads(line) for line in self.stdout.read().splitlines()]
        finally:
            watch.cancel()

    def leave(self) -> tuple[int, list[dict[str, Any]]]:
        """Close the server's stdin; its exit code and what it said last."""
        self.stdin.close()
        said = self.rest()
        return self.process.wait(PATIENCE), said

    def kill(self) -> int:
        """Kill it in the middle of whatever it does."""
        self.process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        return self.process.wait(PATIENCE)
