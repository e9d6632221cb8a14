"""The project of a folder without asking git each time: hooks have no time for it."""

import json
import os

from mcp_server.project import Place, find, settled
from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import Project

KNOWN = "folder "


def place_of(store: Store, folder: str) -> Place:
    """The place of a folder, from what the store remembers while its repository is the same, else from git."""
    question = KNOWN + folder.encode("utf-8", "replace").decode()
    kept = store.answer(question)
    if kept is not None:
        key, name, path, root, note, seal = json.loads(kept)
        if seal == stamp(root):
            return Place(Project(key, name, path), root, note)
    place = settled(find(folder), store)
    project = place.project
    text = json.dumps([project.key, project.name, project.path, place.root, place.note, stamp(place.root)])
    try:
        store.keep_answer(question, text, now=0.0)
    except (BusyError, FullError, ReadOnlyError):
        # It is asked of git again next time.
        pass
    return place


def stamp(root: str) -> str:
    """Changes whenever a folder's repository, or the configuration that names its remote, is another."""
    said: list[str] = []
    for name in (".git", os.path.join(".git", "config"), os.path.join(".git", "HEAD")):
        try:
            found = os.stat(os.path.join(root, name))
        except (OSError, ValueError):
            said.append("-")
        else:
            changes = name.endswith("config") or not os.path.isdir(os.path.join(root, name))
            said.append(f"{found.st_ino}:{found.st_mtime_ns}:{found.st_size}" if changes else f"{found.st_ino}")
    return " ".join(said)
