"""What is exported where, for `status`."""

from collections.abc import Mapping
from contextlib import suppress

from mcp_server import byfile
from mcp_server.agents import manifest, targets
from mcp_server.agents.exporting import File, Root, reads, standing
from mcp_server.agents.files import UnfitError
from mcp_server.agents.manifest import Entry
from mcp_server.commands import rules_here
from mcp_server.learning.exported import sheet
from mcp_server.wiring import Wiring


def exported(wiring: Wiring) -> list[dict[str, object]]:
    """Each file that our rules were written to in this project, who reads it, and how it stands in this folder."""
    place = wiring.place()
    known = byfile.told(wiring.store(), place.project.key)
    if place.note or not known.clients:
        return []
    by_path: dict[str, list[str]] = {}
    for name, paths in known.clients.items():
        for path in paths:
            by_path.setdefault(path, []).append(name)
    root, rules, entries = Root(place.root), list(rules_here(wiring).values()), _entries(wiring)
    found: list[dict[str, object]] = []
    for path, names in sorted(by_path.items()):
        entry, state = entries.get(str((root.path / path).resolve())), "not readable"
        with suppress(UnfitError):
            # What it says depends on those that it was written for, not on all that read it.
            clients = tuple(targets.named(entry.client.split() if entry else names))
            body = sheet(rules, reads=reads(File(path, root.look(path), clients, clients), root)).body
            state = standing(root.path / path, body)
        if entry is not None or state != "gone":  # else it was taken out, or is another folder's of this project
            found.append({"path": path, "clients": names, "state": state})
    return found


def _entries(wiring: Wiring) -> Mapping[str, Entry]:
    try:
        return manifest.load(wiring.settings.home, folder=manifest.EXPORTS)
    except (manifest.ManifestError, OSError):
        return {}
