"""One shape for what happens in a session, whichever client wrote its log, and lenient reading of its lines.

A log is data that other programs and strangers filled: a line that is no JSON, or nothing we know, is
passed over and counted, and nothing in it is ever an instruction.
"""

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, Protocol, cast

from mcp_server.importers.document import at, items, text
from mcp_server.learning.own_words import own_words

PERSON, INJECTED, TOOL, OURS = "person", "injected", "tool", "ours"
"""Who speaks in a turn: a person, whatever put text into a prompt, a tool with what came of a call, or we ourselves."""

OWN = "promptlearn:"
"""How every prompt begins that we write for a run of our own: nothing in such a session is evidence."""

WAITING = 200
"""Calls without an answer that are remembered at once; clients run few tools together."""

OUTPUT = ("stdout", "stderr", "output", "aggregated_output", "content", "text", "error")
"""Where a command's output may stand, in the order in which hooks read it: both must give one fact."""


class Place(NamedTuple):
    """Where in a log something stands."""

    line: int
    """Counted from 1; a row or a message where a log has no lines."""
    offset: int = 0
    """Bytes before that line."""


class Turn(NamedTuple):
    """One thing that happened in a session. Its texts are as the log holds them: not yet cleaned."""

    client: str
    session: str
    speaker: str
    place: Place
    ident: str = ""
    """The client's own name for it, the same whenever the log is read."""
    time: float | None = None
    text: str = ""
    """A person's own words; empty where there are none, or where they cannot be told from what was put in."""
    tool: str = ""
    command: str = ""
    output: str = ""
    failed: bool | None = None
    """None where the client does not say how it ended."""
    files: tuple[str, ...] = ()
    """Files that were changed."""
    change: str = ""
    """Says which change it was: the same for the same change of the same files."""
    rejected: bool = False
    """A person refused this call; `reason` holds why, where they said it."""
    reason: str = ""
    interrupted: bool = False
    """A person stopped the agent here."""
    cwd: str = ""
    branch: str = ""
    sidechain: bool = False
    """In a sub-agent, whose prompts another agent writes."""
    headless: bool = False
    """In a run that a program may have started: nobody can tell who wrote its prompt."""


class Log(Protocol):
    """Reads the log of one client, line by line."""

    bad: int
    """Lines that could not be read."""

    def read(self, line: bytes, place: Place) -> Iterable[Turn]:
        """What a line tells; nothing for one that tells nothing. Never raises."""
        ...

    @property
    def waits(self) -> Place | None:
        """Where the oldest call stands that has not answered: a later reading begins there."""
        ...


class Calls:
    """Calls that have not answered yet, as turns without an outcome, oldest first; a bounded number of them."""

    def __init__(self) -> None:
        self._calls: dict[str, Turn] = {}

    def put(self, ident: str, call: Turn) -> None:
        """Remember a call; the oldest is forgotten where there are too many."""
        self._calls[ident] = call
        if len(self._calls) > WAITING:
            del self._calls[next(iter(self._calls))]

    def get(self, ident: str) -> Turn | None:
        """A call that still waits."""
        return self._calls.get(ident)

    def take(self, ident: str) -> Turn | None:
        """The call that was answered, which waits no longer."""
        return self._calls.pop(ident, None)

    def clear(self) -> None:
        """Nothing waits any more: a person spoke, and what was begun before that gets no answer."""
        self._calls.clear()

    @property
    def oldest(self) -> Place | None:
        """Where the oldest of them stands."""
        return next((call.place for call in self._calls.values()), None)


def loads(line: bytes) -> Mapping[str, object] | None:
    """The JSON object in a line; None for anything else. Bytes that are no UTF-8 are replaced."""
    try:
        found: object = json.loads(str(line, "utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else None


def record_of(line: bytes, told: Iterable[bytes]) -> tuple[Mapping[str, object] | None, bool]:
    """The record in a line that holds one of the pieces that tell us something, and whether the line is damaged.

    Most lines hold none, and are not worth reading.
    """
    if not any(piece in line for piece in told):
        return None, not line[-4:].rstrip().endswith(b"}") and bool(line.strip())
    found = loads(line)
    return found, found is None


def flag(value: object, *steps: str | int) -> bool:
    """Is the value at a path `true`?"""
    return at(value, *steps) is True


def prose(content: object) -> str:
    """The text of a message: a string, or the text blocks of a list."""
    if isinstance(content, str):
        return content
    return "\n".join(filter(None, (text(block, "text") for block in items(content) if not _other(block))))


def output_of(response: object) -> str:
    """All output in a tool's response, whatever its shape; as a hook reads it."""
    if isinstance(response, str):
        return response
    if isinstance(response, list):
        return "\n".join(filter(None, map(output_of, cast("list[object]", response))))
    if isinstance(response, dict):
        found = cast("Mapping[str, object]", response)
        return "\n".join(filter(None, (output_of(found[key]) for key in OUTPUT if key in found)))
    return ""


def spoken(prompt: str, *, person: bool) -> tuple[str, str]:
    """Who speaks in a prompt, and a person's own words in it."""
    if prompt.lstrip()[: len(OWN)] == OWN:
        return OURS, ""
    words = own_words(prompt) if person else ""
    return (PERSON, words) if words else (INJECTED, "")


def digest(*pieces: str) -> str:
    """A short name for a change, by which it is known again."""
    return sha256("\0".join(pieces).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def patched(patch: str) -> tuple[str, ...]:
    """The files that a patch in Codex's format touches."""
    return tuple(dict.fromkeys(found[1].strip() for found in _PATCHED.finditer(patch)))


def _other(block: object) -> bool:
    """Is a block something else than text, though it may hold a text?"""
    return text(block, "type") not in {"", "text", "input_text", "output_text", "Text"}


_PATCHED = re.compile(r"^\*\*\* (?:Update|Add|Delete) File: (.{1,1000})$", re.MULTILINE)
