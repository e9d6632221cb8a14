"""A scripted model on loopback: the HTTP that clients expect of their vendor, and a proxy that lets nothing out."""

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Protocol

from tests.clients.conversation import Asked, Say, Script, Use


class Request(NamedTuple):
    """What came over the wire."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Answer(NamedTuple):
    """What goes back."""

    kind: str
    """The content type."""
    data: bytes


class Dialect(Protocol):
    """How one vendor's interface says it."""

    def read(self, request: Request) -> Asked | None:
        """The request as a turn of a conversation, or None where it is something else."""
        ...

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """The model's answer; `number` makes its ids unique."""
        ...

    def aside(self, request: Request) -> Answer | None:
        """The answer to what is no turn of a conversation, or None for what the vendor does not know."""
        ...


class Model(ThreadingHTTPServer):
    """Answers by the script, and keeps every request."""

    daemon_threads = True

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dialect, self.script = dialect, Script()
        self.asked: list[Asked] = []
        self.outside: set[str] = set()
        """Hosts that a client tried to reach through the proxy."""
        self.faults: list[str] = []
        self._lock, self._number = threading.Lock(), 0

    @property
    def url(self) -> str:
        """Where a client finds it, as model and as proxy."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, request: Request) -> Answer | None:
        """The answer to one request; None where there is none."""
        asked = self.dialect.read(request)
        if asked is None:
            return self.dialect.aside(request)
        with self._lock:
            self._number += 1
            number = self._number
            self.asked.append(asked)
        return self.dialect.write(self.script.next(asked), request, number)


class _Handler(BaseHTTPRequestHandler):
    server: Model  # pyright: ignore[reportIncompatibleVariableOverride] - no other server uses it
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        try:
            body: Any = json.loads(self._body() or b"{}")
            found = self.server.answer(Request(self.path, dict(self.headers), body if isinstance(body, dict) else {}))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
            # A client may retry what failed for minutes; the test must learn the reason, not only that time ran out.
            self.server.faults.append(f"{self.path}: {fault!r}")
            found = None
        self._send(404 if found is None else 200, found or Answer("application/json", b'{"error":{"message":"no"}}'))

    def do_GET(self) -> None:
        """Answer a question."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a turn of a conversation, or a question."""
        self._serve()

    def do_CONNECT(self) -> None:
        """Refuse a way out."""
        self.server.outside.add(self.path)
        self._send(403, Answer("text/plain", b""))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def _send(self, status: int, answer: Answer) -> None:
        self.send_response(status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        self.wfile.write(answer.data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Stay silent."""


def as_json(value: object) -> Answer:
    """A plain JSON answer."""
    return Answer("application/json", json.dumps(value).encode())


def as_events(events: list[dict[str, Any]], *, named: bool, end: str = "") -> Answer:
    """Server-sent events; `named` where each begins with its type."""
    lines = "".join((f"event: {e['type']}\n" if named else "") + f"data: {json.dumps(e)}\n\n" for e in events)
    return Answer("text/event-stream", (lines + end).encode())


@contextmanager
def serving(dialect: Dialect) -> Generator[Model]:
    """A model for the length of a block."""
    model = Model(dialect)
    thread = threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.shutdown()
        model.server_close()
        thread.join()
