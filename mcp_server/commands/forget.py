"""`forget`: take a text out of the store, its write-ahead log and our backups, for good."""

import argparse

from mcp_server.commands import CommandError, count, rule_id, show, write
from mcp_server.person import demand
from mcp_server.wiring import Wiring
from store import upkeep
from store.records import Ending, State
from store.revise import Move, Step

SHORT = 4
"""A needle shorter than this would take out half the store."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", nargs="?", help="a rule's id, like R12: all its wordings, wherever they stand")
    parser.add_argument("--text", metavar="TEXT", help="everything that holds this text")
    parser.add_argument("--evidence", type=int, metavar="ID", help="one piece of evidence (ids: `why RULE --json`)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Forget, and say what is left to a person."""
    if not (options.rule or options.text or options.evidence):
        raise CommandError("name a rule, --text or --evidence to forget")
    if options.text is not None and len(options.text.strip()) < SHORT:
        raise CommandError(f"--text needs at least {SHORT} characters, or it would take out far more than you mean")
    demand(wiring.surroundings(), yes=options.yes, what="forget")
    rule = rule_id(options.rule) if options.rule else None
    store, path = wiring.store(), wiring.settings.store
    needles = [options.text.strip()] if options.text else []
    if rule is not None:
        needles += [version.text for version in store.versions(rule) if version.text]
    if not options.yes and wiring.ask("This cannot be undone. Forget it? [y/N] ").strip().lower() != "y":
        raise CommandError("nothing was forgotten")
    evidence = [options.evidence] if options.evidence else []
    if rule is not None and (kept := store.rule(rule)).state is not State.RETIRED:
        move = Move(rule, State.RETIRED, Ending.RETIRED)
        write(wiring, kept.project, [Step(move, kind="retire", actor="person", reason="forgotten")], cause="forget")
    counts = store.forget(needles=needles, rule=rule, evidence=evidence)
    scrubbed = upkeep.scrub(path, needles=needles, rule=rule, evidence=evidence)
    if options.json:
        facts = {
            "versions": counts.versions,
            "evidence": counts.evidence,
            "others": counts.others,
            "emptied": counts.emptied,
            "backups": scrubbed.cleaned,
            "backups_deleted": [str(each) for each in scrubbed.dropped],
            "left": [str(each) for each in scrubbed.left],
        }
        show(wiring, facts)
    else:
        wiring.say(
            f"Forgotten: {count(counts.versions, 'wording')}, {count(counts.evidence, 'piece')} of evidence, "
            f"{count(counts.others, 'other mention')}; {count(scrubbed.cleaned, 'backup')} cleaned."
        )
        for each in scrubbed.dropped:
            wiring.say(f"Deleted a backup that could not be cleaned: {each}")
        for each in scrubbed.left:
            wiring.say(f"Left for you to delete, it may hold the text: {each}")
    if not counts.emptied:
        raise CommandError(
            "the text is gone, but another process keeps old bytes of it in the store's log; "
            "close running agents and forget it again"
        )
    return 0
