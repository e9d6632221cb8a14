"""`approve`, `reject`, `retire`, `pin`, `unpin`: a person's decisions about single rules."""

import argparse

from mcp_server.commands import CommandError, confirm, one_rule, show, undo, write
from mcp_server.commands.candidate import unseen, warnings
from mcp_server.learning import admit
from mcp_server.person import demand
from mcp_server.wiring import Wiring
from store.records import Ending, Rule, State
from store.revise import Step
from store.text import clean_line


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the commands take."""
    parser.add_argument("rule", help="the rule's id, like R12")
    if command == "approve":
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--trial", action="store_true", help="try it on a share of sessions, whoever worded it")
        where.add_argument("--active", action="store_true", help="show it without a trial, whoever worded it")
    if command in {"reject", "retire"}:
        parser.add_argument("--why", default="", help="the reason, kept with the decision")
    sure = "without a terminal, or in spite of a warning" if command == "approve" else "without a terminal"
    parser.add_argument("--yes", action="store_true", help=sure)
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Carry out the decision as one revision."""
    demand(wiring.surroundings(), yes=options.yes, what=options.command)
    store = wiring.store()
    head = store.head(one_rule(wiring, options.rule)[0].project)
    rule, rules = one_rule(wiring, options.rule)
    steps = _steps(options, wiring, rule, rules)
    cause = f"{options.command} {rule.name}"
    revision = write(wiring, rule.project, steps, cause=cause, expected=head)
    after = store.rule(rule.id)
    if options.json:
        facts = {
            "id": rule.name,
            "state": str(after.state),
            "ending": str(after.ending),
            "pinned": after.pinned,
            "waits": after.chance == admit.WAITING,
            "revision": revision.number,
        }
        show(wiring, facts)
        return 0
    reasons = "; ".join(dict.fromkeys(step.reason for step in steps))
    word = "on trial" if after.state is State.TRIAL else after.ending or after.state
    wiring.say(f"{rule.name} is {word}{' and pinned' if after.pinned else ''}: {after.text}")
    wiring.say(f"  {reasons} (revision {revision.number}; {undo(rule.project)} undoes it)")
    shown = store.rule(rule.replaces[0]) if rule.replaces and after.ending is Ending.APPLIED else after
    if unseen(wiring, shown, ()):
        wiring.say(f"  {unseen(wiring, shown, ())}")
    older = [each.text for each in store.versions(rule.id)[:-1] if each.text is not None and not each.withdrawn]
    if options.command == "reject" and rule.state is State.TRIAL and older:
        wiring.say(f"  it said before, and no longer does: {older[-1]} (`mcp-promptlearn add` says that again)")
    return 0


def _steps(options: argparse.Namespace, wiring: Wiring, rule: Rule, rules: dict[int, Rule]) -> list[Step]:
    match options.command:
        case "approve":
            wanted = State.TRIAL if options.trial else State.ACTIVE if options.active else None
            steps = admit.approve(rule, rules, wanted=wanted)
            _warn(options, wiring, rule, rules)
            return steps
        case "reject":
            return admit.reject(rule, clean_line(options.why).text)
        case "retire":
            return admit.retire(rule, clean_line(options.why).text)
        case "pin":
            return admit.pin(rule, rules)
        case _:
            return admit.unpin(rule, rules)


def _warn(options: argparse.Namespace, wiring: Wiring, rule: Rule, rules: dict[int, Rule]) -> None:
    """What a review would have shown; a person who names the id may not have seen it."""
    found = warnings(rule, rules)
    for words in found:
        wiring.tell(f"WARNING: {words}")
    if found and not options.yes and not confirm(wiring, f"Admit all the same: {rule.text}"):
        raise CommandError(f"{rule.name} was not approved")
