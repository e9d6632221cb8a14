"""`history`: the revisions of this project, why each was made and what it changed."""

import argparse
from typing import NamedTuple

from mcp_server.commands import moment, number, show
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import GLOBAL, Revision, State

MOVES = {
    "promote": "made {} active",
    "demote": "put {} back on trial",
    "retry": "put {} on trial again",
    "retire": "retired {}",
    "roll back": "stopped {}",
}
"""What the program does with rules by what sessions told, by the kind of the decision."""

SHOWN = 30
"""Newest revisions that a person is shown without `--all`; `--json` has all."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--all", action="store_true", help=f"all revisions, not only the newest {SHOWN}")
    parser.add_argument("--report", type=number, metavar="N", help="the whole report of revision N")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="of the rules for all projects")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print the revisions, newest last."""
    store = wiring.store()
    key = GLOBAL if options.everywhere else wiring.place().project.key
    if options.report is not None:
        return _report(options, wiring, store.revision(key, options.report))
    head = store.head(key)
    first = 1 if options.all or options.json else max(1, head + 1 - SHOWN)
    before = store.revision(key, first - 1) if first > 1 else None
    revisions = [store.revision(key, n) for n in range(first, head + 1)] if before else store.revisions(key)
    changes = {r.number: changed(was, r) for was, r in zip([before, *revisions], revisions, strict=False)}
    moves = moved(store, key, first - 1, head)
    if options.json:
        facts = [
            {
                "number": r.number,
                "hash": r.hash,
                "time": r.time,
                "cause": r.cause,
                "changes": changes[r.number],
                "moves": [move.facts for move in moves if move.revision == r.number],
            }
            for r in revisions
        ]
        show(wiring, {"project": key, "revisions": facts})
        return 0
    if first > 1:
        wiring.say(f"{first - 1} earlier; `mcp-promptlearn history --all` shows them.")
    for revision in revisions:
        said = ", ".join(changes[revision.number]) or "nothing"
        wiring.say(f"{revision.number:>4}  {moment(revision.time)}  {revision.hash[:10]}  {revision.cause}: {said}")
        for move in moves:
            if move.revision == revision.number:
                wiring.say(f"      {move.words}")
    if not revisions:
        wiring.say("No revision yet: nothing has changed any rule.")
    return 0


class Moved(NamedTuple):
    """What the program did with one rule, and why."""

    revision: int
    rule: str
    kind: str
    reason: str

    @property
    def words(self) -> str:
        """The move as a sentence."""
        return f"the program {MOVES[self.kind].format(self.rule)}: {self.reason}"

    @property
    def facts(self) -> dict[str, object]:
        """The move as `--json` prints it."""
        return {"id": self.rule, "decision": self.kind, "reason": self.reason}


def moved(store: Store, project: str, after: int, last: int) -> list[Moved]:
    """The program's own moves in the revisions behind `after`, up to `last`, in their order."""
    return [
        Moved(each.revision, f"R{each.rule}", each.kind, each.reason)
        for each in store.decisions(project)
        if each.actor == "program" and each.kind in MOVES and after < each.revision <= last
    ]


def _report(options: argparse.Namespace, wiring: Wiring, revision: Revision) -> int:
    if options.json:
        facts = {"project": revision.project, "number": revision.number, "report": revision.report}
        show(wiring, facts)
    else:
        wiring.say(revision.report or "Nothing was noted with this revision.")
    return 0


def changed(before: Revision | None, after: Revision) -> list[str]:
    """What a revision changed, rule by rule."""
    old = {entry.rule: entry for entry in (before.entries if before else ())}
    said: list[str] = []
    for entry in after.entries:
        was = old.get(entry.rule)
        if was is entry or was == entry:  # most are the same object, which is quicker to see
            continue
        parts: list[str] = []
        if was is None or (was.state, was.ending) != (entry.state, entry.ending):
            parts.append("on trial" if entry.state is State.TRIAL else str(entry.ending or entry.state))
        if was is not None and was.version != entry.version:
            parts.append(f"version {was.version} -> {entry.version}")
        if entry.pinned != (was.pinned if was else False):
            parts.append("pinned" if entry.pinned else "unpinned")
        said.append(f"R{entry.rule} {' and '.join(parts) or 'changed'}")
    return said
