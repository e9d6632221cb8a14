"""The project of a folder without asking git each time: hooks have no time for it."""

import json

from mcp_server.project import Place, find, settled
from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import Project

KNOWN = "folder "


def place_of(store: Store, folder: str) -> Place:
    """The place of a folder, from what the store remembers, else from git.

    Commands and servers ask git themselves and correct what is remembered here (`remember`).
    """
    kept = store.answer(KNOWN + folder)
    if kept is not None:
        key, name, path, root, note = json.loads(kept)
        return Place(Project(key, name, path), root, note)
    place = settled(find(folder), store)
    remember(store, folder, place, now=0.0)
    return place


def remember(store: Store, folder: str, place: Place, *, now: float) -> None:
    """Keep the place of a folder; a store that cannot be written just asks git again."""
    text = json.dumps([place.project.key, place.project.name, place.project.path, place.root, place.note])
    if store.answer(KNOWN + folder) == text:
        return
    try:
        store.keep_answer(KNOWN + folder, text, now=now)
    except (BusyError, FullError, ReadOnlyError):
        return
