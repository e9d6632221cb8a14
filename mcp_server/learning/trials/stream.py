"""Lines in, lines out: the contract's conversation around an engine, for a log and for a program at the other end."""

import json
from collections.abc import Iterable, Iterator

from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.errors import DuplicateError, TrialError, UnknownIdError
from mcp_server.learning.trials.events import End, Event, Exposure, Outcome, Recurrence, Session, Trigger
from mcp_server.learning.trials.parse import parse
from mcp_server.learning.trials.replies import Decisions, Greeting, Reply

NAME = "mcp-promptlearn"
"""How the engine greets."""

BOM = b"\xef\xbb\xbf"
"""What some editors put before the first line."""


def converse(lines: Iterable[bytes], engine: Engine, *, decisions_only: bool = False) -> Iterator[str]:
    """The replies to the lines, one by one; nothing is read after `end`. Raises `TrialError` with the line's number."""
    sessions: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = parse(line.removeprefix(BOM) if number == 1 else line)
            _check(event, sessions)
            replies = engine.apply(event)
        except TrialError as error:
            raise error.at(number) from error
        for reply in replies:
            if not decisions_only or isinstance(reply, Decisions):
                yield written(reply)
        if isinstance(event, End):
            return


def _check(event: Event, sessions: set[str]) -> None:
    """The engine forgets a session when it was scored; a log may not use its id again all the same."""
    match event:
        case Session():
            if event.session in sessions:
                raise DuplicateError(f"session {event.session[:60]!r} began already; give each its own id")
            sessions.add(event.session)
        case Outcome() | Trigger() | Recurrence():
            if event.session not in sessions:
                raise UnknownIdError(f"session {event.session[:60]!r} has not begun; put its session line before")
        case _:
            pass


def written(reply: Reply) -> str:
    """A reply as a line, in characters that every console and pipe carries."""
    match reply:
        case Greeting():
            body: dict[str, object] = {"t": "hello", "v": 1, "engine": NAME, "seed": reply.seed}
        case Exposure():
            body = {"t": "exposure", "session": reply.session, "shown": reply.shown, "p": reply.p}
            if reply.assigned is not None:
                body["assigned"] = reply.assigned
            if reply.set is not None:
                body["set"] = {"p": reply.set[0], "on": reply.set[1]}
        case _:
            rules = {rule: made._asdict() for rule, made in reply.rules.items()}
            body = {"t": "decisions", "ts": _whole(reply.ts), "rules": rules, "looks": reply.looks, "held": reply.held}
            body |= {"late": reply.late, "unexposed": reply.unexposed}
            if reply.set is not None:
                body["set"] = reply.set._asdict()
            if reply.braked is not None:
                body["braked"] = _whole(reply.braked)
    return json.dumps(body, separators=(",", ":"))


def _whole(ts: float) -> float:
    """A time as it was probably written."""
    return int(ts) if ts == int(ts) else ts
