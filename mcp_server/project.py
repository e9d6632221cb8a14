"""Which project a folder belongs to: normalised git remote, else root commit, else path."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import GLOBAL, Project
from store.text import clean_line
from store.values import replace

EVERYWHERE = Project(GLOBAL, "all projects", "")

MOST = 4 * 1024 * 1024
"""Bytes read of what git prints; the rest is not waited for."""

PATIENCE = 20.0
"""Seconds that a git command may take."""

_ELSEWHERE = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
"""Set inside git's own hooks, where they would turn every folder into that one repository."""

HOPS = 3
"""Clones of clones on this machine that are followed to the remote they come from."""

_DRIVE = re.compile(r"\A/(?=[A-Za-z]:)")
_TRANSPORT = re.compile(r"\A[a-z][\w+.-]*::", re.IGNORECASE)
_SCP = re.compile(r"(?:[^/]*@)?(?P<host>[^/:@]{2,}):(?P<path>[^:].*)", re.DOTALL)
_SAME_IN_ANY_CASE = frozenset({"github.com", "gitlab.com", "bitbucket.org"})
_OTHER_DOORS = {
    "altssh.bitbucket.org": "bitbucket.org",
    "altssh.gitlab.com": "gitlab.com",
    "ssh.github.com": "github.com",
}
"""Hosts that serve the same repositories where port 22 is closed."""


class ProjectError(Exception):
    """A folder that cannot be used; the message says why and what to do."""


class Place(NamedTuple):
    """A folder and the project it belongs to; `note` says why there is no project, where there is none."""

    project: Project
    root: str
    note: str = ""


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a git command: of the folder it is given, silent, offline, with `settings` over all else."""
    found = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    # An empty list of protocols: a partial clone must not fetch, by whatever program its settings name.
    found |= {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_ALLOW_PROTOCOL": "", "LC_ALL": "C"}
    first = int(found["GIT_CONFIG_COUNT"]) if found.get("GIT_CONFIG_COUNT", "").isdecimal() else 0
    for place, (name, value) in enumerate({"core.fsmonitor": "false", **(settings or {})}.items(), start=first):
        found |= {f"GIT_CONFIG_KEY_{place}": name, f"GIT_CONFIG_VALUE_{place}": value}
        found["GIT_CONFIG_COUNT"] = str(place + 1)
    return found


def git(folder: Path | str, *arguments: str, settings: Mapping[str, str] | None = None) -> str | None:
    """What a git command prints, without the last line break; None where it fails or there is no git.

    Nothing that a repository configures is run for the commands used here. Bytes that are no UTF-8
    become lone surrogates.
    """
    import subprocess  # most hooks know the folder already, and have no time for what starts programs
    from threading import Timer

    from mcp_server.offspring import apart, end

    command = ["git", "--no-pager", "-C", str(folder), *arguments]
    try:
        running = subprocess.Popen(
            command,
            # Our own stdin may be the protocol's.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(settings),
            **apart(),
        )
    except (OSError, ValueError):
        return None
    with running:
        assert running.stdout is not None
        too_long = Timer(PATIENCE, end, [running.pid])
        too_long.start()
        try:
            printed = running.stdout.read(MOST + 1)
        except BaseException:
            end(running.pid)
            raise
        finally:
            too_long.cancel()
        if len(printed) > MOST:
            end(running.pid)
    if running.returncode != 0 and len(printed) <= MOST:
        return None
    return printed[:MOST].decode("utf-8", "surrogateescape").rstrip("\r\n")


def normalised(remote: str, *, base: str = "") -> str:
    """A git remote as one key for all its spellings: `host/owner/name`, without user, secrets or `.git`.

    The port goes where it is the scheme's own, and always with ssh, which has it for transport only. A
    remote that is a folder is taken as a path, relative ones from `base`.
    """
    text = _TRANSPORT.sub("", remote.strip())
    host, path = _host_and_path(text)
    if not host:
        return f"file:{_folder(text, base).as_posix().removesuffix('.git').rstrip('/')}"
    host = _OTHER_DOORS.get(host, host)
    path = "/".join(piece for piece in path.split("/") if piece).removesuffix(".git").rstrip("/")
    return f"{host}/{path.lower() if host in _SAME_IN_ANY_CASE else path}".rstrip("/")


def _host_and_path(remote: str) -> tuple[str, str]:
    """Host with its port, and path; no host for a folder."""
    if "://" not in remote:
        scp = _SCP.fullmatch(remote)
        return (scp["host"].lower(), scp["path"]) if scp else ("", "")
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(remote)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        # Not an address anybody could clone from; whatever else it is, what stands before @ is nobody's business.
        return remote.partition("://")[2].rpartition("@")[2].lower(), ""
    if parts.scheme.lower() in {"ssh", "git+ssh", "ssh+git"} or port in {None, 80, 443}:
        return host, parts.path
    return f"{host}:{port}", parts.path


def _folder(remote: str, base: str) -> Path:
    if remote.lower().startswith("file://"):
        from urllib.parse import unquote, urlsplit

        remote = _DRIVE.sub("", unquote(urlsplit(remote).path))
    with suppress(OSError, RuntimeError, ValueError):
        return (Path(base) / Path(remote).expanduser()).resolve()
    return Path(base) / remote


def find(folder: str | Path, *, home: Path | None = None) -> Place:
    """The place of a folder.

    A home folder or the root of a drive is no project: only global rules apply there. Raises
    `ProjectError` where the folder does not exist.
    """
    path = _existing(folder)
    nobodys = {_home() if home is None else home.resolve(), Path(path.anchor)}
    repository = _repository(path)
    if repository in nobodys and path not in nobodys:
        repository = None  # a home folder under version control does not make one project of all in it
    root = repository or path
    if root in nobodys:
        return Place(EVERYWHERE, str(root), f"{_text(root)} is not a project, so only rules for all projects apply")
    key = _key(repository) if repository else f"path:{root.as_posix()}"
    name = clean_line(root.name.removesuffix(".git"), limit=80).text or "project"
    return Place(Project(_text(key), name, _text(root)), str(root))


def settled(place: Place, store: Store) -> Place:
    """The place under the name its project was first known by.

    A repository gets its first commit, and later a remote, after its first rules: what was kept under
    the path or the root commit goes on, for this folder and for every clone of the remote.
    """
    project, question = place.project, f"project {place.project.key}"
    first = store.answer(question)
    if first is not None and not first.startswith("root:"):
        # A folder that had no history yet proves nothing about other clones of what it names as its remote.
        mine = any(each.key == first and each.path == project.path for each in store.projects())
        first = first if mine else None
        if first is None:
            return place
    if first is None and project.key != GLOBAL:
        known = store.projects()
        weak = (each.key for each in known if each.path == project.path and _continues(place, each.key))
        first = None if any(each.key == project.key for each in known) else next(weak, None)
        if first is not None:
            with suppress(ReadOnlyError, FullError, BusyError):
                store.keep_answer(question, first, now=0.0)
    return place if first is None else replace(place, project=replace(project, key=first))


def _continues(place: Place, key: str) -> bool:
    """Can the project known by `key` be this one? Not where another repository took its folder."""
    if key.startswith("root:"):
        return git(place.root, "cat-file", "-e", f"{key.removeprefix('root:')}^{{commit}}") is not None
    return key.startswith(("path:", "file:"))


def _existing(folder: str | Path) -> Path:
    if not str(folder):
        raise ProjectError("the working folder does not exist any more; change to one that does")
    try:
        path = Path(folder).expanduser().resolve()
        if path.is_dir():
            return path
        why = "is not a folder" if path.exists() else "does not exist"
    except (OSError, RuntimeError, ValueError):
        why = "cannot be read"
    raise ProjectError(f"the project folder {_text(folder)[:200]!r} {why}; name an existing folder")


def _home() -> Path | None:
    with suppress(OSError, RuntimeError):
        return Path.home().resolve()
    return None


def _repository(path: Path) -> Path | None:
    """The top of the repository around a folder, or the bare repository it is in."""
    top = git(path, "rev-parse", "--show-toplevel")
    if top:
        return Path(top)
    inside = git(path, "rev-parse", "--absolute-git-dir")
    if not inside:
        return None
    return Path(inside).parent if Path(inside).name == ".git" else Path(inside)


def _key(root: Path) -> str:
    remote = _remote(root, HOPS)
    if remote and not remote.startswith("file:"):
        return remote
    if git(root, "rev-parse", "--is-shallow-repository") == "false":
        commits = git(root, "rev-list", "--max-parents=0", "HEAD")
        if commits:
            return f"root:{min(commits.split())}"
    common = git(root, "rev-parse", "--path-format=absolute", "--git-common-dir")
    return remote or f"path:{Path(common or root).as_posix()}"


def _remote(root: Path, hops: int) -> str:
    """The key of `origin`, or of the only remote; empty without one."""
    url = git(root, "remote", "get-url", "origin")
    if not url:
        names = (git(root, "remote") or "").split()
        url = git(root, "remote", "get-url", "--", names[0]) if len(names) == 1 else ""
    if not url:
        return ""
    named = normalised(url, base=str(root))
    there = named.removeprefix("file:")
    for folder in (Path(there), Path(f"{there}.git")) if there != named and hops else ():
        with suppress(OSError):
            if (folder / ".git").exists() or (folder / "HEAD").is_file():
                beyond = _remote(folder, hops - 1)
                return beyond if beyond and not beyond.startswith("file:") else named
    return named


def _text(path: str | Path) -> str:
    """A path or key for eyes and store: what cannot be seen, or is no text, is written as an escape."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(path))
