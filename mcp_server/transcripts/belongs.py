"""To which project a log belongs: told by the folder that its session worked in."""

import os
import re
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mcp_server.importers.logs.turns import loads
from mcp_server.places import place_of
from mcp_server.project import Place, ProjectError, git
from mcp_server.transcripts.marks import Count
from mcp_server.transcripts.whereabouts import slug
from store.contract import Store

HEAD = 256 * 1024
"""Bytes at the beginning of a log in which the folder must stand."""
_STEP = 8 * 1024

_CWD = re.compile(rb'"cwd": ?("(?:[^"\\]|\\.){1,4000}+")')


class Home(NamedTuple):
    """The project that a folder belongs to, and where its files lie."""

    key: str
    root: str


class Belonging:
    """Answers for each folder once. Without `everywhere` all projects but the one of `here` are somebody else's."""

    def __init__(self, store: Store, here: Place, *, everywhere: bool) -> None:
        self._store, self._here, self._everywhere = store, here, everywhere
        self._roots = () if here.note else roots(here.root)
        self._known: dict[str, Home | None] = {}

    @property
    def here(self) -> Home:
        """The project in whose folder we are."""
        return Home(self._here.project.key, self._here.root)

    def of(self, folder: str) -> Home | None:
        """The project of a folder; None where that is another one, or cannot be told any more."""
        if folder not in self._known:
            self._known[folder] = self._find(folder)
        return self._known[folder]

    def called(self, name: str) -> Home | None:
        """This project, if Claude Code calls one of its folders so: for what no session's log tells."""
        return next((Home(self._here.project.key, str(root)) for root in self._roots if slug(str(root)) == name), None)

    def _find(self, folder: str) -> Home | None:
        try:
            path = Path(folder)
            if not path.is_absolute():
                return None
            path = Path(os.path.realpath(path))
            root = next((root for root in self._roots if _inside(path, root)), None)
            if root is not None:
                return Home(self._here.project.key, str(root))
            place = place_of(self._store, str(path)) if path.is_dir() else None
        except (ProjectError, OSError, ValueError):
            return None
        if place is None or place.note:
            return None
        same = place.project.key == self._here.project.key
        return Home(place.project.key, place.root) if same or self._everywhere else None


def roots(root: str) -> tuple[Path, ...]:
    """A repository's folder and those of its worktrees, also of ones that are gone but not forgotten."""
    said = git(root, "worktree", "list", "--porcelain") or ""
    trees = [line.removeprefix("worktree ") for line in said.splitlines() if line.startswith("worktree ")]
    return tuple(dict.fromkeys(Path(os.path.realpath(each)) for each in (root, *trees)))


def folder_in(file: BinaryIO, count: Count) -> str:
    """The folder that the beginning of a log names first; empty where it names none."""
    file.seek(0)
    head = b""
    while len(head) < HEAD:
        piece = file.read(_STEP)
        count.bytes += len(piece)
        found = _CWD.search(head + piece, max(0, len(head) - _STEP))
        if found:
            held = loads(b'{"cwd":' + found[1] + b"}")
            folder = held["cwd"] if held else ""
            return folder if isinstance(folder, str) else ""
        if not piece:
            break
        head += piece
    return ""


def _inside(path: Path, root: Path) -> bool:
    """Does a folder lie in a project, and not in another repository inside it?"""
    if path != root and root not in path.parents:
        return False
    between = [each for each in (path, *path.parents) if root in each.parents]
    return not any((each / ".git").exists() for each in between)
