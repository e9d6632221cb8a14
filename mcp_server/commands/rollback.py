"""`rollback`: go back, as a new revision: by one, to an earlier one, in one rule, or in all that a source brought."""

import argparse

from mcp_server.commands import CommandError, confirm, number, one_rule, rules_here, show, undo, write
from mcp_server.commands.history import changed
from mcp_server.learning import admit, takeback
from mcp_server.person import demand
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import GLOBAL
from store.revise import Move, Step


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument(
        "goal",
        type=_goal,
        nargs="?",
        metavar="N|RULE",
        help="the revision to return to, or a rule like R12 whose last change goes; else the last revision is undone",
    )
    parser.add_argument("--to", type=number, metavar="N", help="the same as N; 0 is the time before the first")
    parser.add_argument(
        "--source", metavar="X", help="undo all that came from X: an origin, an identity, or a piece of one"
    )
    parser.add_argument("--global", action="store_true", dest="everywhere", help="the rules for all projects")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def _goal(text: str) -> int | str:
    """A revision as a number, a rule as it was named."""
    goal = text.strip()
    if goal[:1] in {"R", "r"}:
        return goal
    if not (goal.isascii() and goal.isdigit()):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is neither a revision, like 4, nor a rule, like R12")
    return number(goal)


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Write the revision that goes back."""
    named = [each for each in (options.goal, options.to) if each is not None]
    if len(set(named)) > 1:
        kind = "" if isinstance(named[0], str) else "revision "
        raise CommandError(f"return to {kind}{named[0]} or to {named[1]}? name one")
    if named and options.source is not None:
        raise CommandError(f"return to {named[0]}, or undo what came from {options.source[:60]!r}? name one")
    demand(wiring.surroundings(), yes=options.yes, what="rollback")
    key = GLOBAL if options.everywhere else wiring.place().project.key
    if options.source is not None:
        return _source(options, wiring, key)
    if named and isinstance(named[0], str):
        return _rule(options, wiring, named[0])
    return _revision(options, wiring, key, named[0] if named else None)


def _revision(options: argparse.Namespace, wiring: Wiring, key: str, named: int | None) -> int:
    """Return to an earlier revision, or undo the last one."""
    store = wiring.store()
    head = store.head(key)
    if head == 0:
        raise CommandError("there is no revision yet, so nothing to undo; see `mcp-promptlearn status`")
    goal = head - 1 if named is None else named
    if goal >= head:
        raise CommandError(f"revision {goal} is not an earlier one; name one from 0 to {head - 1}")
    now_ = store.revision(key, head)
    then = takeback.as_of(store, now_, goal)
    steps = admit.back_to(then, now_, {rule.id: rule for rule in store.rules(key)})
    if not steps:
        raise CommandError(f"the rules are as they were in revision {goal} already, so there is nothing to undo")
    _ask(options, wiring, [f"Going back to revision {goal} undoes {', '.join(_undone(store, key, goal, head))}."])
    revision = write(wiring, key, steps, cause=f"rollback to {goal}", expected=head)
    changes = changed(now_, revision)
    if options.json:
        show(wiring, {"revision": revision.number, "to": goal, "changes": changes})
        return 0
    wiring.say(f"Revision {revision.number} has the rules of revision {goal}: {', '.join(changes)}")
    return _end(wiring, key)


def _rule(options: argparse.Namespace, wiring: Wiring, name: str) -> int:
    """Bring one rule to how it stood before its last change."""
    store = wiring.store()
    head = store.head(one_rule(wiring, name)[0].project)
    rule, rules = one_rule(wiring, name)
    change, backs = takeback.of_rule(store, rule, rules)
    before = f"as before revision {change.revision} ({change.cause})"
    _ask(
        options,
        wiring,
        [f"{rule.name} goes back to how it stood before revision {change.revision} ({change.cause}):", *_told(backs)],
    )
    steps = takeback.steps(backs, before, rules)
    revision = write(wiring, rule.project, steps, cause=f"rollback {rule.name}", expected=head)
    if options.json:
        changes = changed(store.revision(rule.project, head), revision)
        show(wiring, {"revision": revision.number, "rule": rule.name, "before": change.revision, "changes": changes})
        return 0
    wiring.say(f"Revision {revision.number} has {rule.name} {before}:")
    return _came(wiring, rule.project, backs, steps)


def _source(options: argparse.Namespace, wiring: Wiring, key: str) -> int:
    """Undo all that came from one source."""
    store = wiring.store()
    head = store.head(key)
    source, backs = takeback.of_source(store, key, options.source)
    _ask(options, wiring, [f"From {source} came, and would go:", *_told(backs)])
    steps = takeback.steps(backs, f"all that came from {source} is undone", rules_here(wiring))
    revision = write(wiring, key, steps, cause=f"rollback of {source}", expected=head)
    if options.json:
        then = store.revision(key, head) if head else None
        show(wiring, {"revision": revision.number, "source": source, "changes": changed(then, revision)})
        return 0
    wiring.say(f"Revision {revision.number} is without what came from {source}:")
    return _came(wiring, key, backs, steps)


def _told(backs: list[takeback.Back]) -> list[str]:
    """What becomes of each rule, with its sentence."""
    return [
        f"  {back.rule.name} {back.words}: {back.rule.text}"
        if back.text == back.rule.text
        else f"  {back.rule.name} {back.words}"
        for back in backs
    ]


def _ask(options: argparse.Namespace, wiring: Wiring, lines: list[str]) -> None:
    """Show a person what would go, and go on where they say yes. Raises `CommandError`."""
    if options.yes:
        return
    for line in lines:
        wiring.tell(line)
    if not confirm(wiring, "Go on?"):
        raise CommandError("nothing was changed, as the answer was not yes")


def _came(wiring: Wiring, project: str, backs: list[takeback.Back], steps: list[Step]) -> int:
    """Say what became of each rule, and which wait."""
    waits = [f"  {step.reason}" for step in steps if isinstance(step.change, Move)]
    for line in [*_told(backs), *waits]:
        wiring.say(line)
    return _end(wiring, project)


def _end(wiring: Wiring, project: str) -> int:
    wiring.say(f"Running sessions follow at their next get_rules; {undo(project)} undoes this.")
    return 0


def _undone(store: Store, project: str, goal: int, head: int) -> list[str]:
    return [f"revision {each.number} ({each.cause})" for each in store.revisions(project) if goal < each.number <= head]
