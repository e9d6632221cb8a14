"""`approve`, `reject`, `retire`, `pin`, `unpin`: a person's decisions about single rules."""

import argparse

from mcp_server.commands import one_rule, show, write
from mcp_server.learning import admit
from mcp_server.person import demand
from mcp_server.wiring import Wiring


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the commands take."""
    parser.add_argument("rule", help="the rule's id, like R12")
    if command in {"reject", "retire"}:
        parser.add_argument("--why", default="", help="the reason, kept with the decision")
    parser.add_argument("--yes", action="store_true", help="without a terminal")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Carry out the decision as one revision."""
    from store.text import clean_line

    demand(wiring.surroundings(), yes=options.yes, what=options.command)
    rule, rules = one_rule(wiring, options.rule)
    match options.command:
        case "approve":
            steps = admit.approve(rule, rules)
        case "reject":
            steps = admit.reject(rule, clean_line(options.why).text)
        case "retire":
            steps = admit.retire(rule, clean_line(options.why).text)
        case "pin":
            steps = admit.pin(rule, rules)
        case _:
            steps = admit.unpin(rule)
    revision = write(wiring, rule.project, steps, cause=f"{options.command} {rule.name}")
    after = wiring.store().rule(rule.id)
    if options.json:
        facts = {
            "id": rule.name,
            "state": str(after.state),
            "pinned": after.pinned,
            "revision": revision.number,
        }
        show(wiring, facts)
        return 0
    reasons = "; ".join(dict.fromkeys(step.reason for step in steps))
    wiring.say(f"{rule.name} is {after.ending or after.state}{' and pinned' if after.pinned else ''}: {reasons}")
    wiring.say(f"revision {revision.number}; `mcp-promptlearn rollback` undoes it")
    return 0
