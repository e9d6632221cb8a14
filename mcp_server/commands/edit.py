"""`edit`: another wording or scope for a rule, as a new version."""

import argparse

from mcp_server.commands import CommandError, one_rule, show, write
from mcp_server.commands.add import globs
from mcp_server.learning import admit
from mcp_server.learning.screen import screen
from mcp_server.person import demand, source
from mcp_server.wiring import Wiring
from store.records import LIVE, Operation, Wording
from store.revise import Add, Step
from store.text import clean_rule


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", help="the rule's id, like R12")
    parser.add_argument("text", nargs="?", default="", help="the new sentence; without it only the paths change")
    parser.add_argument("--path", action="append", metavar="GLOB", help="only for these paths; repeatable")
    parser.add_argument("--no-paths", action="store_true", help="for the whole project again")
    parser.add_argument("--yes", action="store_true", help="without a terminal")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Write the new version, or where an agent asks, a candidate that proposes it."""
    rule, _ = one_rule(wiring, options.rule)
    surroundings = wiring.surroundings()
    if not options.text and options.path is None and not options.no_paths:
        raise CommandError("nothing to change; give a sentence, --path GLOB or --no-paths")
    cleaned = clean_rule(options.text or rule.text)
    paths = () if options.no_paths else rule.current.paths if options.path is None else globs(options.path)
    wording = Wording(cleaned.text, paths, source(surroundings), dict(cleaned.removed))
    screening = screen(cleaned.text, own_words=True)
    if screening.refused is not None:
        raise CommandError(f"refused: {screening.refused.words}")
    steps = admit.reword(rule, wording)
    if surroundings.mark:
        if rule.state not in LIVE:
            raise CommandError(f"{rule.name} is a candidate and {surroundings.mark}; a person edits it in `review`")
        why = "typed where an agent was seen"
        proposal = Add(wording, operation=Operation.EDIT, replaces=(rule.id,), why=why)
        steps = [Step(proposal, kind="propose", actor="agent", reason=why)]
    else:
        demand(surroundings, yes=options.yes, what="edit")
        if screening.dangerous and not options.yes:
            words = "; ".join(finding.words for finding in screening.findings)
            if wiring.ask(f"This wording is dangerous: {words}. Keep it all the same? [y/N] ").strip().lower() != "y":
                raise CommandError("not changed")
    revision = write(wiring, rule.project, steps, cause=f"edit {rule.name}")
    after = wiring.store().rule(rule.id)
    if options.json:
        show(wiring, {"id": rule.name, "version": after.current.number, "revision": revision.number})
    elif surroundings.mark:
        wiring.say(
            f"{rule.name} is as it was; {surroundings.mark}, so the new wording waits in `mcp-promptlearn review`"
        )
    else:
        wiring.say(f"{rule.name} is now version {after.current.number} (revision {revision.number}): {after.text}")
    return 0
