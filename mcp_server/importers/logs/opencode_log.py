"""Sessions of opencode: messages and their parts, as its database holds them, and as older versions kept them in files.

Checked against a database that 1.18.33 wrote. What is handed in are the JSON texts of single rows or
files; where they lie is another file's business.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_server.importers.document import at, number, text, whole
from mcp_server.importers.logs.turns import INJECTED, TOOL, Place, Turn, digest, flag, loads, spoken

CLIENT = "opencode"

SHELL = "bash"
EDITS = frozenset({"edit", "write", "multiedit"})

_ABORTED = "MessageAbortedError"
_REFUSED = "The user rejected permission to use this specific tool call"
_FEEDBACK = re.compile(r"with the following feedback: ?(?P<reason>.{1,20000})", re.DOTALL)
_QUOTED = re.compile(r'"(?P<said>[^"]*+)"', re.DOTALL)
"""`opencode run` puts what was typed into quotes."""
_LONGEST = 20_000


class Row(NamedTuple):
    """One part of a message, or a message of which only its end is told."""

    session: str
    parent: str
    """The session that began this one as a sub-agent; empty for a person's own."""
    directory: str
    place: Place
    ident: str
    message: bytes
    part: bytes = b""


def session_of(data: bytes) -> tuple[str, str, str] | None:
    """Id, parent and folder of a session kept in a file; None for what is none."""
    held = loads(data)
    ident = text(held, "id")
    return (ident, text(held, "parentID"), text(held, "directory")) if ident else None


def turns(row: Row) -> Iterator[Turn] | None:
    """What a row tells; None for one that cannot be read."""
    message, part = loads(row.message), loads(row.part or b"{}")
    return None if message is None or part is None else _turns(row, message, part)


def _turns(row: Row, message: object, part: object) -> Iterator[Turn]:
    turn = Turn(
        CLIENT,
        row.parent or row.session,
        INJECTED,
        row.place,
        ident=row.ident,
        time=_seconds(message, "time", "created"),
        cwd=row.directory,
        sidechain=bool(row.parent),
    )
    if not row.part:
        if text(message, "error", "name") == _ABORTED:
            ended = _seconds(message, "time", "completed") or turn.time
            yield turn._replace(time=ended, interrupted=not turn.sidechain)
    elif text(part, "type") == "text" and text(message, "role") == "user":
        yield _prompt(turn, part)
    elif text(part, "type") == "tool":
        yield from _tool(turn, part)


def _prompt(turn: Turn, part: object) -> Turn:
    typed = not (turn.sidechain or flag(part, "synthetic") or flag(part, "ignored"))
    said = text(part, "text")
    quoted = _QUOTED.fullmatch(said.strip())
    speaker, words = spoken(quoted["said"] if quoted else said, person=typed)
    return turn._replace(speaker=speaker, text=words, headless=quoted is not None)


def _tool(turn: Turn, part: object) -> Iterator[Turn]:
    tool, state = text(part, "tool"), at(part, "state")
    status, file = text(state, "status"), text(state, "input", "filePath")
    turn = turn._replace(speaker=TOOL, tool=tool, time=_seconds(state, "time", "end") or turn.time)
    if tool == SHELL:
        turn = turn._replace(command=text(state, "input", "command")[:_LONGEST])
    if status == "error" and text(state, "error").startswith(_REFUSED):
        reason = _FEEDBACK.search(text(state, "error"))
        yield turn._replace(rejected=True, reason=reason["reason"] if reason else "")
    elif status == "completed" and turn.command:
        code = whole(state, "metadata", "exit")
        output = text(state, "metadata", "output") or text(state, "output")
        printed = "" if output == "(no output)" else output
        yield turn._replace(output=printed, failed=None if code is None else code != 0)
    elif status == "completed" and tool in EDITS and file:
        pieces = (f"{name}={at(state, 'input', name)}" for name in ("oldString", "newString", "content", "edits"))
        yield turn._replace(files=(file,), change=digest(file, *pieces))


def _seconds(value: object, *steps: str) -> float | None:
    """A time in milliseconds, in seconds."""
    found = number(value, *steps)
    return None if found is None else found / 1000
