"""`rollback`: undo the last revision, or return to an earlier one, as a new revision."""

import argparse

from mcp_server.commands import CommandError, count, show, write
from mcp_server.commands.history import changed
from mcp_server.learning import admit
from mcp_server.person import demand
from mcp_server.wiring import Wiring
from store.records import GLOBAL


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("number", type=int, nargs="?", help="the revision to return to; else the last one is undone")
    parser.add_argument("--to", type=int, metavar="N", help="the same as N")
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
        raise CommandError("there is no revision yet, so nothing to undo")
    named = options.to if options.number is None else options.number
    goal = head - 1 if named is None else named
    if not 0 <= goal < head:
        raise CommandError(f"revision {goal} is not an earlier one; name one from 0 to {head - 1}")
    now_ = store.revision(key, head)
    then = store.revision(key, goal) if goal else None
    steps = admit.back_to(then, now_, {rule.id: rule for rule in store.rules(key)})
    if not steps:
        raise CommandError(f"the rules are as they were in revision {goal} already")
    cause = f"rollback to {goal}"
    if not options.yes:
        said = f"Going back from revision {head} to {goal} changes {count(len(steps), 'rule')}. Go on? [y/N] "
        if wiring.ask(said).strip().lower() != "y":
            raise CommandError("nothing was changed")
    revision = write(wiring, key, steps, cause=cause)
    changes = changed(now_, revision)
    if options.json:
        show(wiring, {"revision": revision.number, "to": goal, "changes": changes})
        return 0
    wiring.say(f"Revision {revision.number} has the rules of revision {goal}: {', '.join(changes)}")
    wiring.say("Running sessions drop what was rolled back at their next get_rules; `rollback` again undoes this.")
    return 0
