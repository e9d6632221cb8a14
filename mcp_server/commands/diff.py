"""`diff`: the rules of two revisions beside each other, as text."""

import argparse
from difflib import unified_diff

from mcp_server.commands import CommandError, number, show
from mcp_server.commands.history import moved
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import FORGOTTEN, GLOBAL, Entry, State


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("old", type=number, nargs="?", help="a revision; else the one before the newest")
    parser.add_argument("new", type=number, nargs="?", help="a revision; else the newest")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="of the rules for all projects")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print what was added, changed and taken away."""
    store = wiring.store()
    key = GLOBAL if options.everywhere else wiring.place().project.key
    head = store.head(key)
    if not head:
        raise CommandError("there is no revision yet, so nothing to compare; see `mcp-promptlearn status`")
    new = head if options.new is None else options.new
    old = max(0, new - 1) if options.old is None else options.old
    before, after = (_lines(store, key, each) for each in (old, new))
    found = list(unified_diff(before, after, lineterm="", n=0))[2:]
    changes = [line for line in found if not line.startswith("@@")]
    moves = moved(store, key, old, new)
    if options.json:
        facts = {"project": key, "old": old, "new": new, "lines": changes, "moves": [move.facts for move in moves]}
        show(wiring, facts)
        return 0
    wiring.say(f"Revision {old} -> {new}" if changes else f"Revisions {old} and {new} show the same rules.")
    for line in changes:
        wiring.say(line)
    for move in moves:
        wiring.say(f"Revision {move.revision}: {move.words}")
    return 0


def _lines(store: Store, project: str, which: int) -> list[str]:
    """The rules of a revision that are not retired, one line each; none for revision 0."""
    if which == 0:
        return []
    return [_line(store, entry) for entry in store.revision(project, which).entries if entry.state != State.RETIRED]


def _line(store: Store, entry: Entry) -> str:
    version = next(version for version in store.versions(entry.rule) if version.number == entry.version)
    marks = f"{'on trial' if entry.state is State.TRIAL else entry.state}{', pinned' if entry.pinned else ''}"
    scope = f" (only {' '.join(version.paths)})" if version.paths else ""
    return f"[R{entry.rule}] {version.text or FORGOTTEN}{scope}  ({marks})"
