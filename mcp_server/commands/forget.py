"""`forget`: take a text out of the store, its write-ahead log and our backups, for good."""

import argparse

from mcp_server.commands import CommandError, confirm, count, number, rule_id, show, write
from mcp_server.person import demand
from mcp_server.wiring import Wiring
from store import upkeep
from store.contract import Forgotten
from store.records import Ending, Rule, State
from store.revise import Move, Step
from store.upkeep import Scrubbed

SHORT = 4
"""A needle shorter than this would take out half the store."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", nargs="?", help="a rule's id, like R12: all its wordings, wherever they stand")
    parser.add_argument("--text", metavar="TEXT", help="everything that holds this text")
    parser.add_argument("--evidence", type=number, metavar="ID", help="one piece of evidence (ids: `why RULE --json`)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Forget, and say what is left to a person."""
    if options.rule is None and options.text is None and options.evidence is None:
        raise CommandError("name a rule like R12, --text TEXT or --evidence ID to forget")
    if options.text is not None and len(options.text.strip()) < SHORT:
        raise CommandError(f"--text needs at least {SHORT} characters, or it would take out far more than you mean")
    demand(wiring.surroundings(), yes=options.yes, what="forget")
    store, path = wiring.store(), wiring.settings.store
    rule = None if options.rule is None else store.rule(_named(options.rule))
    needles = [] if options.text is None else [options.text.strip()]
    if rule is not None:
        needles += [version.text for version in store.versions(rule.id) if version.text]
    asked = f"Forget {_what(options, rule)} for good? This cannot be undone."
    if not options.yes and not confirm(wiring, asked):
        raise CommandError("nothing was forgotten, as the answer was not yes")
    evidence = [] if options.evidence is None else [options.evidence]
    if rule is not None and rule.state is not State.RETIRED:
        move = Move(rule.id, State.RETIRED, Ending.RETIRED)
        write(wiring, rule.project, [Step(move, kind="retire", actor="person", reason="forgotten")], cause="forget")
    ident = None if rule is None else rule.id
    counts = store.forget(needles=needles, rule=ident, evidence=evidence)
    scrubbed = upkeep.scrub(path, needles=needles, rule=ident, evidence=evidence)
    if options.json:
        show(wiring, _facts(counts, scrubbed))
    else:
        _print(wiring, counts, scrubbed)
    if not counts.emptied:
        raise CommandError(
            "the text is gone, but another process keeps old bytes of it in the store's log; "
            "close running agents and forget it again"
        )
    if not (counts.versions or counts.evidence or counts.others):
        raise CommandError(
            "nothing in the store holds that (any more); its log and the backups were cleaned all the same"
        )
    return 0


def _named(text: str) -> int:
    """The rule that is meant; who wrote a text is told how a text is forgotten. Raises `CommandError`."""
    try:
        return rule_id(text)
    except CommandError as error:
        raise CommandError(f"{error}; a text is forgotten with --text") from error


def _what(options: argparse.Namespace, rule: Rule | None) -> str:
    parts = [] if rule is None else [f"{rule.name} ({rule.text}) and all that holds its words"]
    parts += [] if options.text is None else [f"all that holds {options.text.strip()[:60]!r}"]
    parts += [] if options.evidence is None else [f"evidence {options.evidence}"]
    return " and ".join(parts)


def _facts(counts: Forgotten, scrubbed: Scrubbed) -> dict[str, object]:
    return {
        "versions": counts.versions,
        "evidence": counts.evidence,
        "others": counts.others,
        "emptied": counts.emptied,
        "backups": scrubbed.cleaned,
        "backups_deleted": [str(each) for each in scrubbed.dropped],
        "left": [str(each) for each in scrubbed.left],
    }


def _print(wiring: Wiring, counts: Forgotten, scrubbed: Scrubbed) -> None:
    wiring.say(
        f"Forgotten: {count(counts.versions, 'wording')}, {count(counts.evidence, 'piece')} of evidence, "
        f"{count(counts.others, 'other mention')}; {count(scrubbed.cleaned, 'backup')} cleaned."
    )
    for each in scrubbed.dropped:
        wiring.say(f"Deleted a backup that could not be cleaned: {each}")
    for each in scrubbed.left:
        wiring.say(f"Left for you to delete, it may hold the text: {each}")
