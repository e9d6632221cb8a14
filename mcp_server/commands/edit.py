"""`edit`: another wording or scope for a rule, as a new version."""

import argparse

from mcp_server.commands import CommandError, one_rule, show, undo, write
from mcp_server.commands.add import fit, globs, refuse_twin, suggested, tell_removed, warn
from mcp_server.learning import admit, suggest
from mcp_server.person import Surroundings, demand, source
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.records import Operation, Rule, Wording
from store.revise import Add
from store.text import clean_rule
from store.values import replace


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", help="the rule's id, like R12")
    parser.add_argument("text", nargs="*", help="the new sentence; without it only the paths change")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--path", action="append", metavar="GLOB", help="only for these paths; repeatable")
    where.add_argument("--no-paths", action="store_true", help="for the whole project again")
    parser.add_argument("--yes", action="store_true", help="without a terminal, or in spite of a warning")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Write the new version, or where an agent asks, a candidate that proposes it."""
    store, surroundings = wiring.store(), wiring.surroundings()
    head = store.head(one_rule(wiring, options.rule)[0].project)
    rule, rules = one_rule(wiring, options.rule)
    wording = _wording(options, wiring, rule, surroundings)
    if surroundings.mark:
        return _propose(options, wiring, rule, rules, wording)
    demand(surroundings, yes=options.yes, what="edit")
    steps = admit.reword(rule, wording)
    if wording.text != rule.current.text:
        refuse_twin(wording.text, rules.values(), but=rule.id)
        warn(wiring, wording.text, yes=options.yes)
    elif not rule.pinned:
        steps += admit.waiting(rule, rules, "edit")
    others = {ident: each for ident, each in rules.items() if ident != rule.id}
    if rule.pinned and not admit.pinnable(wording.text, others):
        raise CommandError(f"{rule.name} is pinned and this is too long beside the other pinned rules; unpin one first")
    revision = write(wiring, rule.project, steps, cause=f"edit {rule.name}", expected=head)
    after = store.rule(rule.id)
    if options.json:
        facts = {"id": rule.name, "version": after.current.number, "candidate": None, "revision": revision.number}
        show(wiring, facts)
        return 0
    paths = f" (only {' '.join(after.current.paths)})" if after.current.paths else ""
    wiring.say(f"{rule.name} is now version {after.current.number}: {after.text}{paths}")
    wiring.say(f"  revision {revision.number}; {undo(rule.project)} undoes it")
    return 0


def _wording(options: argparse.Namespace, wiring: Wiring, rule: Rule, surroundings: Surroundings) -> Wording:
    """The rule's wording with what is to change; a text that stays keeps its origin and its trust."""
    text = " ".join(options.text)
    if not text and options.path is None and not options.no_paths:
        raise CommandError("nothing to change; give a sentence, --path GLOB or --no-paths")
    if rule.current.text is None:
        raise CommandError(f"the text of {rule.name} was forgotten; `add` a new rule instead")
    paths = () if options.no_paths else rule.current.paths if options.path is None else globs(options.path)
    if not text:
        return replace(admit.wording(rule), paths=paths)
    cleaned = clean_rule(text, known=secrets(wiring.environment))
    fit(cleaned.text)
    wording = Wording(cleaned.text, paths, source(surroundings), dict(cleaned.removed))
    tell_removed(wiring, wording)
    return wording


def _propose(options: argparse.Namespace, wiring: Wiring, rule: Rule, rules: dict[int, Rule], wording: Wording) -> int:
    """Keep an agent's edit as a candidate."""
    surroundings = wiring.surroundings()
    mark = surroundings.mark
    if not rule.served:
        raise CommandError(f"{rule.name} is no live rule and {mark}; a person rewords it in `review`")
    if rule.pinned:
        raise CommandError(f"{rule.name} is pinned by a person and {mark}; ask the user to change it")
    mine = replace(wording, source=source(surroundings))
    same = suggest.match(suggest.Suggestion(Operation.EDIT, mine, (rule,)), list(rules.values())).same
    why = "typed where an agent was seen"
    change = Add(mine, operation=Operation.EDIT, replaces=(rule.id,), why=why)
    made, revision = suggested(wiring, change, rule.project, same, rules)
    if options.json:
        version = rule.current.number
        show(wiring, {"id": rule.name, "version": version, "candidate": made.name, "revision": revision})
    else:
        wiring.say(f"{rule.name} is as it was; {mark}, so {made.name} with the new wording waits in `review`")
    return 0
