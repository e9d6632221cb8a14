"""`rollback`: undo the last revision, or return to an earlier one, as a new revision."""

import argparse

from mcp_server.commands import CommandError, confirm, number, show, undo, write
from mcp_server.commands.history import changed
from mcp_server.learning import admit
from mcp_server.person import demand
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import GLOBAL, Ending, Entry, Revision, State
from store.values import replace


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("number", type=number, nargs="?", help="the revision to return to; else the last one is undone")
    parser.add_argument("--to", type=number, metavar="N", help="the same as N; 0 is the time before the first")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="the rules for all projects")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Write the revision that goes back."""
    if options.number is not None and options.to is not None and options.number != options.to:
        raise CommandError(f"return to revision {options.number} or to {options.to}? name one")
    demand(wiring.surroundings(), yes=options.yes, what="rollback")
    store = wiring.store()
    key = GLOBAL if options.everywhere else wiring.place().project.key
    head = store.head(key)
    if head == 0:
        raise CommandError("there is no revision yet, so nothing to undo; see `mcp-promptlearn status`")
    named = options.to if options.number is None else options.number
    goal = head - 1 if named is None else named
    if goal >= head:
        raise CommandError(f"revision {goal} is not an earlier one; name one from 0 to {head - 1}")
    now_ = store.revision(key, head)
    then = _then(store, key, goal, now_)
    steps = admit.back_to(then, now_, {rule.id: rule for rule in store.rules(key)})
    if not steps:
        raise CommandError(f"the rules are as they were in revision {goal} already, so there is nothing to undo")
    if not options.yes:
        wiring.tell(f"Going back to revision {goal} undoes {', '.join(_undone(store, key, goal, head))}.")
        if not confirm(wiring, "Go on?"):
            raise CommandError("nothing was changed, as the answer was not yes")
    revision = write(wiring, key, steps, cause=f"rollback to {goal}", expected=head)
    changes = changed(now_, revision)
    if options.json:
        show(wiring, {"revision": revision.number, "to": goal, "changes": changes})
        return 0
    wiring.say(f"Revision {revision.number} has the rules of revision {goal}: {', '.join(changes)}")
    wiring.say(f"Running sessions drop what was rolled back at their next get_rules; {undo(key)} undoes this.")
    return 0


def _then(store: Store, project: str, goal: int, head: Revision) -> Revision:
    """The revision to return to, in which what agents suggested since waits for review.

    A suggestion is no revision, so no rollback undoes it, only what was decided about it.
    """
    then = store.revision(project, goal) if goal else Revision(project, 0, "", "", 0.0, "", "", ())
    known = {entry.rule for entry in then.entries}
    suggested = [
        entry.rule for entry in head.entries if entry.rule not in known and not _made(store, project, entry.rule)
    ]
    first = [store.versions(ident)[0] for ident in suggested]
    waiting = tuple(Entry(v.rule, v.number, v.digest, State.CANDIDATE, False, Ending.NONE) for v in first)
    return replace(then, entries=then.entries + waiting)


def _made(store: Store, project: str, rule: int) -> bool:
    """Did a revision make this rule? Else an agent suggested it."""
    return any(decision.kind in {"add", "propose"} for decision in store.decisions(project, rule=rule))


def _undone(store: Store, project: str, goal: int, head: int) -> list[str]:
    return [f"revision {each.number} ({each.cause})" for each in store.revisions(project) if goal < each.number <= head]
