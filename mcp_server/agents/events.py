"""What a client's hook may tell us, in one shape for all clients. Light: hooks load it."""

from typing import NamedTuple


class EventError(ValueError):
    """An event that is not what its name says."""


Head = tuple[str, str, tuple[int, ...]]
"""What every event begins with: the session, the folder, and ids of processes that both it and our server run under."""


def head(session: object, folder: object) -> Head:
    """The beginning of an event whose processes nobody tells. Raises `EventError`."""
    if not isinstance(session, str) or not session:
        raise EventError("the event names no session")
    if not isinstance(folder, str) or not folder:
        raise EventError("the event names no folder")
    return session, folder, ()


class Started(NamedTuple):
    """A session begins, goes on after resume, clear or compaction, or a sub-agent begins in it."""

    session: str
    folder: str
    parents: tuple[int, ...]
    first: bool
    """Is this the one moment to tell the person something?"""
    model: str = ""
    """The model that works, where the client says so."""


class Prompted(NamedTuple):
    """A person typed something."""

    session: str
    folder: str
    parents: tuple[int, ...]
    text: str
    anew: bool = False
    """Are the rules that came before gone from what the model is shown?"""


class Edited(NamedTuple):
    """The agent touched files."""

    session: str
    folder: str
    parents: tuple[int, ...]
    files: tuple[str, ...]
    anew: bool = False
    """As of a prompt."""


class Ran(NamedTuple):
    """The agent ran a command; `failed` is None where the client does not say how it ended."""

    session: str
    folder: str
    parents: tuple[int, ...]
    command: str
    output: str
    failed: bool | None


class Finished(NamedTuple):
    """A turn ended; the task may go on."""

    session: str
    folder: str
    parents: tuple[int, ...]


class Ended(NamedTuple):
    """The session ended."""

    session: str
    folder: str
    parents: tuple[int, ...]


Event = Started | Prompted | Edited | Ran | Finished | Ended
