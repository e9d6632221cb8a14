"""A real OpenAI-compatible HTTP server on loopback that answers from a script."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = str | tuple[int, str] | Callable[[dict[str, Any]], str]


class Endpoint(ThreadingHTTPServer):
    """Serves chat completions; `script` is used up in order, its last line again and again."""

    daemon_threads = True

    def __init__(self, *script: Reply) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []

    @property
    def url(self) -> str:
        """What a person would set as base URL."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next(self) -> Reply:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers.get("Authorization", ""))
        line = self.server.next()
        if callable(line):
            line = line(body)
        status, text = line if isinstance(line, tuple) else (200, completion(line))
        if status == 0:
            self.connection.close()
            return
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if status in {301, 302, 307, 308}:
            self.send_header("Location", text)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Stay silent."""


def completion(content: str, *, finish: str = "stop") -> str:
    """A chat completion as servers send it."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


def cited(sentence: str) -> Callable[[dict[str, Any]], str]:
    """Answer with a sentence that cites everything it was shown."""

    def answer(body: dict[str, Any]) -> str:
        words = body["messages"][1]["content"].split()
        ids = [int(word.removeprefix("id=")) for word in words if word.startswith("id=")]
        return json.dumps({"rule": sentence, "reason": "seen", "paths": [], "evidence": ids})

    return answer


@contextmanager
def endpoint(*script: Reply) -> Generator[Endpoint]:
    """Serve a script for the length of a block."""
    server = Endpoint(*script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
