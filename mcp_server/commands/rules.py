"""`rules`: what agents are shown in this project, and on request everything else."""

import argparse

from mcp_server.commands import rule_facts, show
from mcp_server.learning import decided
from mcp_server.learning.select import ranked, roomless
from mcp_server.wiring import Wiring
from store.records import GLOBAL, LIVE, Rule, State


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--all", action="store_true", help="candidates and retired rules too")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print the rules, most important first."""
    store, project = wiring.store(), wiring.place().project
    states = None if options.all else LIVE
    rules = [r for key in dict.fromkeys((project.key, GLOBAL)) for r in store.rules(key, states=states)]
    live = ranked(rules)
    ids = {rule.id for rule in live}
    rest = sorted((r for r in rules if r.id not in ids), key=lambda r: (r.state == State.RETIRED, r.id))
    ordered = live + rest if options.all else live  # a live rule whose text was forgotten is not served
    if options.json:
        facts = [rule_facts(rule) for rule in ordered]
        show(wiring, {"project": project.key, "revision": store.head(project.key), "rules": facts})
        return 0
    if wiring.place().note:
        wiring.tell(wiring.place().note)
    aside = {rule.id for rule in roomless(rule for rule in rules if rule.state in LIVE)}
    known = {key: decided.read(store.trials(key)) for key in {rule.project for rule in ordered}}
    for rule in ordered:
        made = decided.current(rule, known[rule.project])
        verdict = made.verdict if made and rule.state in LIVE and not rule.pinned else ""
        wiring.say(line(rule, verdict, aside=rule.id in aside))
    if not ordered:
        waiting = len(store.rules(project.key, states=[State.CANDIDATE]))
        hint = f"; {waiting} wait in `mcp-promptlearn review`" if waiting else "; say one with `mcp-promptlearn add`"
        wiring.say(f"No rules are served in {project.name} yet{hint}.")
    return 0


def line(rule: Rule, verdict: str = "", *, aside: bool = False) -> str:
    """A rule on one line, with its marks; `aside`: it finds no room beside the other pinned ones."""
    marks = [f"{rule.ending or rule.state}{': ' if verdict else ''}{verdict}"]
    if rule.pinned:
        marks.append("pinned, not measured" + (", no room" if aside else ""))
    if rule.project == GLOBAL:
        marks.append("global")
    if rule.current.source.file:
        marks.append(f"from {rule.current.source.file}")
    if rule.current.paths:
        marks.append("only " + " ".join(rule.current.paths))
    marks.append(f"{rule.current.source.trust.word}'s word" if rule.current.source.trust else "unknown origin")
    return f"{rule.name:>5}  {rule.text}  ({', '.join(marks)})"
