"""What is exported where, for `status`."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mcp_server import byfile
from mcp_server.agents import manifest, targets
from mcp_server.agents.exporting import GUIDE, File, Root, reads, standing
from mcp_server.agents.files import UnfitError
from mcp_server.agents.filing import Filing
from mcp_server.agents.manifest import Entry
from mcp_server.commands import rules_here
from mcp_server.delivery import filing
from mcp_server.learning.exported import sheet
from mcp_server.wiring import Wiring


def exported(wiring: Wiring) -> list[dict[str, object]]:
    """Each file that our rules were written to in this project, who reads it, and how it stands in this folder."""
    place = wiring.place()
    known = byfile.told(wiring.store(), place.project.key)
    if place.note:
        return []
    by_path: dict[str, list[str]] = {}
    for name, paths in known.clients.items():
        for path in paths:
            by_path.setdefault(path, []).append(name)
    root, rules, entries = Root(place.root), list(rules_here(wiring).values()), _entries(wiring)
    filed = Filing.load(wiring.store().answer(filing(place.project.key)))
    found: list[dict[str, object]] = []
    for path, names in sorted(by_path.items()):
        entry, state = entries.get(str((root.path / path).resolve())), "not readable"
        with suppress(UnfitError):
            # What it says depends on those that it was written for, not on all that read it.
            clients = tuple(targets.named(entry.client.split() if entry else names))
            read = reads(File(path, root.look(path), clients, clients), root)
            body = sheet(rules, reads=read, files=filed.of).body
            state = standing(root.path / path, body)
            if state == "up to date" and set(names) != _readers(root, path):
                state = "out of date"  # as a file that names it, or hides it, came or went
        if entry is not None or state != "gone":  # else it was taken out, or is another folder's of this project
            found.append({"path": path, "clients": names, "state": state})
    return [*found, *_guides(root, entries)]


def _readers(root: Root, path: str) -> set[str]:
    """The clients that read a file by themselves now."""
    real = (root.path / path).resolve()
    return {each.name for each in targets.TARGETS if real in root.reals(each)}


def _guides(root: Root, entries: Mapping[str, Entry]) -> list[dict[str, object]]:
    """The files that a guide was written into; whether it says what holds now only `guide` can tell."""
    found: list[dict[str, object]] = []
    for entry in entries.values():
        path = Path(entry.path)
        if entry.client == GUIDE and path.is_relative_to(root.path):
            state = standing(path, "")
            name = path.relative_to(root.path).as_posix()
            found.append({"path": name, "clients": [GUIDE], "state": "written" if state == "out of date" else state})
    return found


def _entries(wiring: Wiring) -> Mapping[str, Entry]:
    try:
        return manifest.load(wiring.settings.home, folder=manifest.EXPORTS)
    except (manifest.ManifestError, OSError):
        return {}
