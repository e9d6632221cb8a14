"""`diff`: the rules of two revisions beside each other, as text."""

import argparse
from difflib import unified_diff

from mcp_server.commands import CommandError, show
from mcp_server.wiring import Wiring
from store.records import FORGOTTEN, Entry, State


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("old", type=int, nargs="?", help="a revision; else the one before the newest")
    parser.add_argument("new", type=int, nargs="?", help="a revision; else the newest")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print what was added, changed and taken away."""
    store, key = wiring.store(), wiring.place().project.key
    head = store.head(key)
    if not head:
        raise CommandError("there is no revision yet, so nothing to compare")
    new = head if options.new is None else options.new
    old = max(0, new - 1) if options.old is None else options.old
    before, after = (lines(wiring, number) for number in (old, new))
    found = list(unified_diff(before, after, f"revision {old}", f"revision {new}", lineterm="", n=0))
    if options.json:
        changes = [line for line in found[2:] if not line.startswith("@@")]
        show(wiring, {"project": key, "old": old, "new": new, "lines": changes})
        return 0
    for line in found or [f"Revisions {old} and {new} show the same rules."]:
        wiring.say(line)
    return 0


def lines(wiring: Wiring, number: int) -> list[str]:
    """The rules of a revision, one line each; none for revision 0."""
    if number == 0:
        return []
    store = wiring.store()
    return [
        _line(wiring, e) for e in store.revision(wiring.place().project.key, number).entries if e.state != State.RETIRED
    ]


def _line(wiring: Wiring, entry: Entry) -> str:
    version = next(v for v in wiring.store().versions(entry.rule) if v.number == entry.version)
    marks = f"{entry.state}{', pinned' if entry.pinned else ''}"
    scope = f" (only {' '.join(version.paths)})" if version.paths else ""
    return f"[R{entry.rule}] {version.text or FORGOTTEN}{scope}  ({marks})"
