"""Which project a folder belongs to: normalised git remote, else root commit, else path."""

import os
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import GLOBAL, Project

EVERYWHERE = Project(GLOBAL, "all projects", "")

_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:@]{2,}):(?P<path>[^:].*)")


class ProjectError(Exception):
    """A folder that cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and the project it belongs to; `note` says why there is no project, where there is none."""

    project: Project
    root: str
    note: str = ""


def git(folder: Path | str, *arguments: str) -> str | None:
    """What a git command prints, stripped; None where it fails or there is no git.

    Nothing that a repository configures is run for the commands used here.
    """
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=20, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def normalised(remote: str, *, base: str = "") -> str:
    """A git remote as one key for all its spellings: `host/owner/name`, without user, port 22 or `.git`.

    A remote that is a folder is taken as a path, relative ones from `base`.
    """
    text = remote.strip()
    scp = None if "://" in text else _SCP.fullmatch(text)
    if scp is not None:
        host, path = scp["host"], scp["path"]
    elif "://" in text and not text.startswith("file:"):
        parts = urlsplit(text)
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in {None, 22, 80, 443} else "")
        path = parts.path
    else:
        folder = Path(text.removeprefix("file://")).expanduser()
        return f"file:{(Path(base) / folder).resolve().as_posix().removesuffix('.git').rstrip('/')}"
    return f"{host.lower()}/{path.strip('/').removesuffix('.git').rstrip('/')}"


def find(folder: str | Path, *, home: Path | None = None) -> Place:
    """The place of a folder.

    A home folder or the root of a drive is no project: only global rules apply there. Raises
    `ProjectError` where the folder does not exist.
    """
    try:
        path = Path(folder).expanduser().resolve()
        exists = path.is_dir()
    except (OSError, RuntimeError, ValueError):
        raise ProjectError(
            f"the project folder {str(folder)[:200]!r} cannot be read; name an existing folder"
        ) from None
    if not exists:
        raise ProjectError(f"the project folder {str(folder)[:200]!r} does not exist; name an existing folder")
    top = git(path, "rev-parse", "--show-toplevel")
    root = Path(top) if top else path
    if root in {Path.home() if home is None else home, Path(root.anchor)}:
        return Place(EVERYWHERE, str(root), f"{root} is not a project, so only rules for all projects apply")
    return Place(Project(_key(root, bool(top)), root.name, str(root)), str(root))


def settled(place: Place, store: Store) -> Place:
    """The place under the name its project was first known by.

    A repository gets its first commit, and later a remote, after its first rules: what was kept under
    the path or the root commit goes on, for this folder and for every clone of the remote.
    """
    project, question = place.project, f"project {place.project.key}"
    known = {each.key: each for each in store.projects()}
    first = store.answer(question)
    if first is None and project.key not in known:
        weak = (
            each for each in known.values() if each.path == project.path and each.key.startswith(("path:", "root:"))
        )
        found = next(weak, None)
        if found is not None and project.key != GLOBAL:
            first = found.key
            with suppress(ReadOnlyError, FullError, BusyError):
                store.keep_answer(question, first, now=0.0)
    return place if first is None else replace(place, project=replace(project, key=first))


def _key(root: Path, repository: bool) -> str:
    if repository:
        remote = git(root, "config", "--get", "remote.origin.url")
        if remote:
            return normalised(remote, base=str(root))
        if git(root, "rev-parse", "--is-shallow-repository") == "false":
            commits = git(root, "rev-list", "--max-parents=0", "HEAD")
            if commits:
                return f"root:{min(commits.split())}"
        common = git(root, "rev-parse", "--path-format=absolute", "--git-common-dir")
        if common:
            return f"path:{Path(common).as_posix()}"
    return f"path:{root.as_posix()}"
