"""The branch and commit that are checked out, read from git's own files: a hook has no time to ask git."""

import os
import re
from typing import NamedTuple

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST = 1 << 20
"""Bytes of one of git's files that are read."""


class Head(NamedTuple):
    """What is checked out; empty where it is not known, or there is none yet."""

    branch: str
    commit: str


def head_of(root: str) -> Head:
    """The branch and commit checked out in a folder. Never raises."""
    folder = _git_folder(root)
    said = _read(os.path.join(folder, "HEAD")).strip()
    if not said.startswith("ref: "):
        return Head("", said if _SHA.fullmatch(said) else "")
    ref = said.removeprefix("ref: ").strip()
    if not ref.startswith("refs/") or ".." in ref.split("/"):
        return Head("", "")
    common = _read(os.path.join(folder, "commondir")).strip()
    shared = os.path.join(folder, common) if common else folder
    commit = (
        _read(os.path.join(folder, *ref.split("/"))).strip() or _read(os.path.join(shared, *ref.split("/"))).strip()
    )
    if not _SHA.fullmatch(commit):
        commit = _packed(_read(os.path.join(shared, "packed-refs")), ref)
    return Head(ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else "", commit)


def _git_folder(root: str) -> str:
    """Where git keeps its files: `.git`, or where a file of that name points (worktrees, submodules)."""
    inside = os.path.join(root, ".git")
    if os.path.isdir(inside):
        return inside
    pointed = _read(inside).strip()
    return os.path.join(root, pointed.removeprefix("gitdir: ")) if pointed.startswith("gitdir: ") else root


def _packed(text: str, ref: str) -> str:
    for line in text.splitlines():
        commit, _, name = line.partition(" ")
        if name == ref and _SHA.fullmatch(commit):
            return commit
    return ""


def _read(path: str) -> str:
    if not os.path.isfile(path):  # opening a pipe would wait for somebody who writes to it
        return ""
    try:
        with open(path, "rb") as file:
            return file.read(_MOST).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
