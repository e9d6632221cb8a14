"""Sessions whose client reads our rules in a file: nothing is given to them a second time, and nothing is measured.

Such a session is kept like any other, with no exposure: no coin was thrown for it, so its log says that nothing was
randomised, and it is scored for no rule. The word of a person alone makes it so (`export --client`), and only while
our block stands in the file: without it, rules come by hooks and tools as ever.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mcp_server import delivery
from mcp_server.delivery import Delivered, keys
from mcp_server.learning import render
from mcp_server.learning.assign import Coins
from mcp_server.learning.exported import exportable, stamp
from mcp_server.project import Place
from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import LIVE, Session
from store.text import clean_line

MOST = 4 * 1024 * 1024
"""Bytes of a file that are looked through."""
_MARKS = tuple("promptlearn:begin v".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


class Told(NamedTuple):
    """What a person exported in a project."""

    clients: Mapping[str, Sequence[str]]
    """By client, the files that it reads and our rules stand in, relative to the project."""
    stamp: str
    """What the rules were then."""


class Given(NamedTuple):
    """What a session is shown now, and the files that show it instead."""

    delivered: Delivered
    files: tuple[str, ...] = ()
    old: bool = False
    """The files were written before the rules became what they are."""


def question(project: str) -> str:
    """What the exports of a project are kept under."""
    return f"exported {project}"


def told(store: Store, project: str) -> Told:
    """What a person exported in a project."""
    kept = store.answer(question(project))
    return Told(**json.loads(kept)) if kept else Told({}, "")


def keep(store: Store, project: str, known: Told, *, now: float) -> None:
    """Keep what a person exported in a project."""
    store.keep_answer(question(project), json.dumps(known._asdict()) if known.clients else "", now=now)


def deliver(
    store: Store, place: Place, session: Session, *, files: Sequence[str], task: str, now: float, coins: Coins
) -> Given:
    """As `delivery.deliver`; to a client that reads the rules in a file, no rules, and no exposure is written."""
    known = told(store, place.project.key)
    held = tuple(name for name in known.clients.get(session.client, ()) if holds(place.root, name))
    if not held:
        return Given(delivery.deliver(store, place, session, files=files, task=task, now=now, coins=coins))
    rules = [rule for key in keys(place.project.key) for rule in store.rules(key, states=LIVE)]
    try:
        if place.project.path:
            store.know(place.project)
        words = clean_line(task, limit=400).text
        episode = store.deliver(session, task=words, shown=[], now=now).episode.name
    except (BusyError, FullError, ReadOnlyError):
        episode = "none"
    # The names of files are from our own list, so none of them says anything to an agent.
    first = f"The rules of this project stand in {' and '.join(held)}, which you have read; episode {episode}"
    given = Delivered(f"{first}\n{render.LAST}", (), (), len(exportable(rules)), 0, 0)
    return Given(given, held, stamp(rules) != known.stamp)


def holds(root: str, name: str) -> bool:
    """Does our block stand in a file?"""
    path = Path(root, name)
    try:
        data = path.read_bytes() if path.is_file() and path.stat().st_size <= MOST else b""
    except (OSError, ValueError):
        return False
    return any(mark in data for mark in _MARKS)
