"""Where each client keeps its session logs and its own memory files."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from mcp_server.importers.document import at, text
from mcp_server.importers.logs.turns import loads

CLIENTS = ("claude-code", "cline", "codex", "copilot", "gemini", "qwen", "opencode")
"""The clients whose logs are read, as `setup` names them."""

LINES, DOCUMENT, DATABASE, FILES, MEMORY = "lines", "document", "database", "files", "memory"
"""How a log is kept: JSON Lines, one JSON document, a database, a tree of small files; or a memory file."""

SMALL = 1 << 20
"""Bytes of a file that says where something belongs."""

_SLUG = re.compile(r"[^A-Za-z0-9]")


class Transcript(NamedTuple):
    """One log, and what its name and its place tell of it."""

    client: str
    path: Path
    form: str
    size: int
    changed: float
    """When it was last written."""
    session: str = ""
    cwd: str = ""
    sidechain: bool = False


def found(clients: Iterable[str], *, environment: Mapping[str, str], home: Path) -> list[Transcript]:
    """Every log of these clients, the one written last first. Links are not followed out of a client's own folder."""
    looks = {
        "claude-code": _claude,
        "cline": _cline,
        "codex": _codex,
        "copilot": _copilot,
        "gemini": _gemini,
        "qwen": _qwen,
        "opencode": _opencode,
    }
    every = [each for client in clients for each in looks[client](environment, home)]
    return sorted(every, key=lambda each: (-each.changed, str(each.path)))


def slug(folder: str) -> str:
    """What Claude Code calls the folder of a project's logs. Other folders may be called the same."""
    return _SLUG.sub("-", folder)


def _claude(environment: Mapping[str, str], home: Path) -> Iterator[Transcript]:
    projects = Path(environment.get("CLAUDE_CONFIG_DIR") or home / ".claude") / "projects"
    for project in _folders(projects):
        for log in _files(project, ".jsonl"):
            yield _transcript("claude-code", log, LINES, session=log.name.removesuffix(".jsonl"))
        for session in _folders(project):
            if session.name == "memory":
                for file in _files(session, ".md"):
                    yield _transcript("claude-code", file, MEMORY)
            for log in _files(session / "subagents", ".jsonl"):
                yield _transcript("claude-code", log, LINES, session=session.name, sidechain=True)


def _cline(environment: Mapping[str, str], home: Path) -> Iterator[Transcript]:
    folder = Path(environment.get("CLINE_DIR") or home / ".cline")
    data = Path(environment.get("CLINE_DATA_DIR") or folder / "data")
    for session in _folders(Path(environment.get("CLINE_SESSION_DATA_DIR") or data / "sessions")):
        cwd = text(loads(_small(session / f"{session.name}.json").encode()), "cwd")
        for log in _files(session, ".messages.json"):
            side = log.name != f"{session.name}.messages.json"
            yield _transcript("cline", log, DOCUMENT, session=session.name, cwd=cwd, sidechain=side)


def _codex(environment: Mapping[str, str], home: Path) -> Iterator[Transcript]:
    folder = Path(environment.get("CODEX_HOME") or home / ".codex")
    for name in ("sessions", "archived_sessions"):
        for log in _below(folder / name, ".jsonl", depth=3):
            yield _transcript("codex", log, LINES)
    for file in _files(folder / "memories", ".md"):
        if file.name in {"MEMORY.md", "memory_summary.md"}:
            yield _transcript("codex", file, MEMORY)


def _copilot(environment: Mapping[str, str], home: Path) -> Iterator[Transcript]:
    folder = Path(environment.get("COPILOT_HOME") or home / ".copilot")
    for session in _folders(folder / "session-state"):
        for log in _files(session, ".jsonl"):
            if log.name == "events.jsonl":
                yield _transcript("copilot", log, LINES, session=session.name)


def _gemini(environment: Mapping[str, str], home: Path) -> Iterator[Transcript]:
    del environment
    folder = home / ".gemini"
    named = _projects(folder / "projects.json")
    for project in _folders(folder / "tmp"):
        cwd = _small(project / ".project_root").strip() or named.get(project.name, "")
        for log in _files(project / "chats", ".jsonl"):
            yield _transcript("gemini", log, LINES, cwd=cwd)
        for log in _files(project / "chats", ".json"):
            yield _transcript("gemini", log, DOCUMENT, cwd=cwd)
        for session in _folders(project / "chats"):
            for log in _files(session, ".jsonl"):
                yield _transcript("gemini", log, LINES, session=session.name, cwd=cwd, sidechain=True)
        for file in _files(project / "memory", ".md"):
            yield _transcript("gemini", file, MEMORY, cwd=cwd)
    for file in _files(folder, ".md"):
        if file.name == "GEMINI.md":
            yield _transcript("gemini", file, MEMORY)


def _qwen(environment: Mapping[str, str], home: Path) -> Iterator[Transcript]:
    folder = Path(environment.get("QWEN_RUNTIME_DIR") or environment.get("QWEN_HOME") or home / ".qwen")
    for project in _folders(folder / "projects"):
        for log in _files(project / "chats", ".jsonl"):
            yield _transcript("qwen", log, LINES, session=log.name.removesuffix(".jsonl"))
        for session in _folders(project / "subagents"):
            for log in _files(session, ".jsonl"):
                yield _transcript("qwen", log, LINES, session=session.name, sidechain=True)


def _opencode(environment: Mapping[str, str], home: Path) -> Iterator[Transcript]:
    folder = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "opencode"
    databases = [file for file in _files(folder, ".db") if file.name.startswith("opencode")]
    for file in databases:
        yield _transcript("opencode", file, DATABASE)
    if not databases:  # else they were moved into it
        for file in _below(folder / "storage" / "session", ".json", depth=1):
            yield _transcript("opencode", file, FILES)


def _transcript(client: str, path: Path, form: str, **more: object) -> Transcript:
    try:
        seen = path.stat()
    except OSError:  # it went while we looked
        return Transcript(client, path, form, 0, 0.0)
    return Transcript(client, path, form, seen.st_size, seen.st_mtime)._replace(**more)


def _projects(path: Path) -> Mapping[str, str]:
    """Gemini's list of projects, by the name it gave their folder; older folders go by a digest of the path."""
    listed = at(loads(_small(path).encode()), "projects")
    if not isinstance(listed, dict):
        return {}
    names: dict[str, str] = {}
    for folder, name in listed.items():  # pyright: ignore[reportUnknownVariableType]
        if isinstance(folder, str):
            names[sha256(folder.encode("utf-8", "surrogatepass")).hexdigest()] = folder
            names |= {name: folder} if isinstance(name, str) else {}
    return names


def _small(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(SMALL).decode("utf-8", "replace")
    except OSError:
        return ""


def _folders(folder: Path) -> Iterator[Path]:
    return (Path(entry.path) for entry in _inside(folder) if entry.is_dir(follow_symlinks=False))


def _files(folder: Path, ending: str) -> Iterator[Path]:
    inside = (entry for entry in _inside(folder) if entry.name.endswith(ending))
    return (Path(entry.path) for entry in inside if entry.is_file(follow_symlinks=False))


def _below(folder: Path, ending: str, *, depth: int) -> Iterator[Path]:
    yield from _files(folder, ending)
    for inner in _folders(folder) if depth else ():
        yield from _below(inner, ending, depth=depth - 1)


def _inside(folder: Path) -> list[os.DirEntry[str]]:
    """What a folder holds, by name; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
