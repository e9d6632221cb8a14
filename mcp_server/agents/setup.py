"""Find the clients of a machine, say what would be written for each, and write what a person agreed to.

Nothing is written through a client's own command; `claude_code` and `codex` say why.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mcp_server.agents import manifest, plugin
from mcp_server.agents.client import Client, File, Machine
from mcp_server.agents.files import Seen, UnfitError, look, missing_folders, read_bytes, replace, text_of
from mcp_server.agents.manifest import Entry
from mcp_server.agents.parts import ForeignError, Kept, apply, is_shell, merged, read, remove
from mcp_server.agents.sheet import SpliceError, is_plain
from mcp_server.agents.whole import aside, mine


class Change(NamedTuple):
    """What would be written to one file."""

    client: Client
    project: str
    words: str
    seen: Seen
    before: str
    after: str
    kept: tuple[Kept, ...]
    runs: bool = False
    """Is it a program?"""


class Refusal(NamedTuple):
    """A file that is left alone, and why."""

    path: str
    why: str


class Outlook(NamedTuple):
    """What there is to do for one client."""

    client: Client
    changes: tuple[Change, ...] = ()
    settled: tuple[Path, ...] = ()
    """Files that hold our part already."""
    refusals: tuple[Refusal, ...] = ()


def is_toml(path: Path | str) -> bool:
    """Is a file TOML? All others are JSON."""
    return str(path).endswith(".toml")


def found(client: Client, machine: Machine) -> bool:
    """Is the client on this machine?"""
    search = machine.environment.get("PATH", os.defpath)
    return any(shutil.which(name, path=search) for name in client.programs) or any(
        Path(folder).is_dir() for folder in client.folders(machine)
    )


def outlook(client: Client, machine: Machine, project: str, *, entries: Mapping[str, Entry]) -> Outlook:
    """What would be written for a client: in a person's own files, or those of a project where one is named."""
    elsewhere = next((e for e in entries.values() if e.client == client.name and _clash(e.project, project)), None)
    if elsewhere is not None:
        where = f"for the project {elsewhere.project}" if elsewhere.project else "for all your projects"
        why = (
            f"{client.title} is set up {where} already, and twice would run every hook twice; "
            f"`mcp-promptlearn uninstall --client {client.name}` first"
        )
        return Outlook(client, refusals=(Refusal(elsewhere.path, why),))
    plugged = client.plugin(machine.environment, machine.home, project)
    if plugged:
        why = (
            f"{plugged} switches our plugin on, which does the same for {client.title}; keep it, or `claude plugin "
            f"uninstall {plugin.PLUGIN}` first"
        )
        return Outlook(client, refusals=(Refusal(plugged, why),))
    changes: list[Change] = []
    settled: list[Path] = []
    refusals: list[Refusal] = []
    for file in client.project_files(machine, project) if project else client.files(machine):
        path = chosen(file)
        try:
            change = _change(client, project, file, look(path, root=root_of(path, machine, project)))
        except (UnfitError, SpliceError) as error:
            refusals.append(Refusal(str(path), f"{path} {error}"))
        except ForeignError as error:
            why = (
                f"{path} names another server `{error}`, which is not ours; give it another name or take it out, "
                f"then run this again (nothing is written for {client.title})"
            )
            return Outlook(client, refusals=(Refusal(str(path), why),))
        else:
            if change.after == change.before:
                settled.append(path)
            else:
                changes.append(change)
    return Outlook(client, tuple(changes), tuple(settled), tuple(refusals))


def chosen(file: File) -> Path:
    """The name that is in use, else the one for a new file."""
    paths = [Path(path) for path in file.paths]
    return next((path for path in paths if os.path.lexists(path)), paths[-1])


def root_of(path: Path, machine: Machine, project: str) -> Path:
    """The folder that a link must not lead out of."""
    roots = [Path(folder) for folder in (project, machine.home) if folder]
    return next((root for root in roots if path.is_relative_to(root)), path.parent)


def write(change: Change, home: Path, entries: dict[str, Entry]) -> None:
    """Write a change that was agreed to, having recorded it; `entries` then holds it. Raises `UnfitError`."""
    real, key = change.seen.real, str(change.seen.real)
    data = change.after.encode("utf-8")
    old = entries.get(key)
    try:
        if read_bytes(real) != change.seen.data:
            raise UnfitError("was changed meanwhile by somebody else; run this again to see it as it is now")
        entries[key] = _entry(change, data, old, home)
        manifest.save(home, entries)
        for folder in missing_folders(real):
            folder.mkdir(mode=0o755 if change.project else 0o700)
        replace(real, data, mode=_mode(change))
    except OSError as error:
        entries.pop(key, None)
        entries |= {key: old} if old is not None else {}
        raise UnfitError(f"could not be written ({error.strerror or error}); mend that, then run this again") from error


def _mode(change: Change) -> int:
    """Of a new file: a project's may be read by everybody, and a program has to be allowed to run."""
    shared = 0o755 if change.runs else 0o644
    return shared if change.project else shared & 0o700


def _clash(one: str, other: str) -> bool:
    """Would a setup there and one here both be in effect? Not in two projects."""
    return bool(one) != bool(other)


def _change(client: Client, project: str, file: File, seen: Seen) -> Change:
    before, toml = text_of(seen.data), is_toml(seen.path)
    if file.whole:
        if before and not mine(before):
            raise UnfitError("is not ours; give it another name or take it away, then run this again")
        return Change(client, project, file.words, seen, before, file.whole, (), runs=file.runs)
    try:
        after, kept = apply(before or file.seed, file.part, toml=toml)
        after.encode("utf-8")
    except UnicodeEncodeError:
        raise UnfitError("would have to hold a path that is not UTF-8; install this program elsewhere") from None
    if not (file.comments or toml or read(before, toml=toml) is None or is_plain(before)):
        raise UnfitError(
            f"has comments or commas too many, for which {client.title} passes over the whole of it; take them out, "
            "then run this again"
        )
    return Change(client, project, file.words, seen, before, after, kept)


def _entry(change: Change, data: bytes, old: Entry | None, home: Path) -> Entry:
    """The record of a change; what was there before the first of several stays what it was."""
    seen, now = change.seen, manifest.fingerprint(data)
    found = "" if seen.data is None else manifest.fingerprint(seen.data)
    folders = tuple(map(str, missing_folders(seen.real)))
    name, path, real = change.client.name, str(seen.path), str(seen.real)
    if old is None or found == old.before:
        folders = (*(old.folders if old else ()), *folders)
        if seen.data is not None:
            manifest.keep(home, seen.data)
        return Entry(name, change.project, path, real, found, (now,), folders, change.kept)
    folders, kept = (*old.folders, *folders), merged(old.kept, change.kept)
    if found in old.after:
        return Entry(name, change.project, path, real, old.before, (*old.after, now), folders, kept)
    if not change.kept:
        # All of it is ours and was edited since: what somebody made of it is not lost.
        aside(seen.real, seen.data or b"")
        return Entry(name, change.project, path, real, old.before, (now,), folders, ())
    # Edited since: what is to come back is the edited file without our part.
    bare = remove(change.before, old.kept, toml=is_toml(path))
    gone = not old.before and is_shell(bare, toml=is_toml(path))
    before = "" if gone else manifest.keep(home, bare.encode("utf-8"))
    return Entry(name, change.project, path, real, before, (now,), folders, kept)
