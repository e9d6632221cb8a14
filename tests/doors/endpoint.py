"""A real OpenAI-compatible HTTP server on loopback that answers from a script."""

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Sent(NamedTuple):
    """An answer in every detail."""

    status: int
    text: str
    headers: Mapping[str, str] = {}
    length: int | None = None
    """What it says its length is, where that is not so; the connection ends after the text."""
    dripping: bool = False
    """Blanks go on behind the text until the client has enough of it."""


Reply = str | tuple[int, str] | Sent | Callable[[dict[str, Any]], str]


class Endpoint(ThreadingHTTPServer):
    """Serves chat completions; `script` is used up in order, its last line again and again."""

    daemon_threads = True

    def __init__(self, *script: Reply) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.at_once = 0
        """The most requests that were here at the same time."""
        self._here = 0
        self._lock = threading.Lock()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """What a person would set as base URL."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next(self) -> Reply:
        """The next line of the script."""
        with self._lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    @contextmanager
    def counted(self) -> Generator[None]:
        """A request is here."""
        with self._lock:
            self._here += 1
            self.at_once = max(self.at_once, self._here)
        try:
            yield
        finally:
            with self._lock:
                self._here -= 1


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Endpoint

    def do_POST(self) -> None:
        with self.server.counted(), suppress(ConnectionError):
            self._answer()

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers.get("Authorization", ""))
        line = self.server.next()
        if callable(line):
            line = line(body)
        if not isinstance(line, Sent):
            line = Sent(*line) if isinstance(line, tuple) else Sent(200, completion(line))
        if line.status == 0:
            self.connection.close()
            return
        data = line.text.encode()
        self.send_response(line.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data) if line.length is None else line.length))
        for name, value in line.headers.items():
            self.send_header(name, value)
        if line.status in {301, 302, 307, 308}:
            self.send_header("Location", line.text)
        self.end_headers()
        self.wfile.write(data)
        while line.dripping and not self.server.closing.wait(0.005):
            self.wfile.write(b" ")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Stay silent."""


def completion(content: str, *, finish: str = "stop", usage: object = None) -> str:
    """A chat completion as servers send it."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json.dumps(whole if usage is None else {**whole, "usage": usage})


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
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
