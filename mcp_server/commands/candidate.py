"""What a person sees of a candidate before they decide about it: all of it, and what speaks against it."""

from collections.abc import Iterable, Mapping
from typing import cast

from mcp_server.commands import moment
from mcp_server.learning.admit import WAITING
from mcp_server.learning.backtest import NUMBERS, in_words
from mcp_server.learning.render import Line
from mcp_server.learning.screen import Level, forbids_danger, screen
from mcp_server.learning.select import tokens
from mcp_server.wiring import Wiring
from store.records import GLOBAL, Operation, Rule, State
from store.revise import Move, Step
from store.scripts import strange_words

QUOTES = 4
"""Pieces of evidence shown with a candidate, people's words first; `why` has them all."""


def shown(wiring: Wiring, rule: Rule, rules: Mapping[int, Rule]) -> list[str]:
    """Everything a person should see before deciding about a candidate."""
    current = rule.current
    lines = _change(rule, rules)
    if current.paths:
        lines.append(f"  {_paths(rule)}")
    if rule.project == GLOBAL:
        lines.append("  for all projects")
    lines.append(f"  origin: {current.source.origin} ({current.source.trust.word}'s word)")
    if rule.why:
        lines.append(f"  why: {rule.why}")
    for what, number in current.removed.items():
        lines.append(f"  removed from the text before you saw it: {number} x {what}")
    tested = back_test(wiring, rule)
    if tested is not None:
        lines.append(f"  back-test: {tested}")
    lines += _costs(rule, rules)
    lines += [f"  WARNING: {words}" for words in warnings(rule, rules)]
    quotes = sorted(wiring.store().supports(rule.id), key=lambda fact: -fact.source.trust)
    for fact in quotes[:QUOTES]:
        if fact.text.strip():
            lines.append(f"  > {short(fact.text)}")
            lines.append(f"    {fact.kind} by {fact.source.identity} ({fact.source.trust.word}), {moment(fact.time)}")
    return lines


def back_test(wiring: Wiring, rule: Rule) -> str | None:
    """How it fared in later sessions it was not drawn from, where that was looked at when it was proposed."""
    made = [each for each in wiring.store().decisions(rule.project, rule=rule.id) if each.kind == "propose"]
    found = made[-1].numbers.get(NUMBERS) if made else None
    return in_words(cast("Mapping[str, object]", found)) if isinstance(found, dict) else None


def adds(rule: Rule, rules: Mapping[int, Rule]) -> int:
    """About how many tokens it would add to a session that is shown it; below 0 what it would save."""
    less = sum(_tokens(rules[ident]) for ident in rule.replaces if ident in rules)
    return (0 if rule.operation is Operation.RETIRE else _tokens(rule)) - less


def _costs(rule: Rule, rules: Mapping[int, Rule]) -> list[str]:
    """What it would cost in every session that is shown it."""
    if rule.operation is Operation.RETIRE:
        return [f"  saves about {_tokens(rules[ident])} tokens a session" for ident in rule.replaces if ident in rules]
    less = _tokens(rule) - adds(rule, rules)
    told = f", in place of {less}" if less else ""
    return [f"  costs about {_tokens(rule)} tokens in a session that is shown it{told}"]


def _tokens(rule: Rule) -> int:
    return tokens(str(Line(rule.id, rule.current.number, rule.text, rule.pinned)))


def _change(rule: Rule, rules: Mapping[int, Rule]) -> list[str]:
    replaced = [rules[ident] for ident in rule.replaces if ident in rules]
    match rule.operation:
        case Operation.ADD:
            return [f"{rule.name}  + {rule.text}"]
        case Operation.RETIRE:
            return [f"{rule.name}  retire"] + [f"  - {each.name}  {each.text}" for each in replaced]
        case _:
            scopes = {each.current.paths for each in (*replaced, rule)}
            names = ", ".join(f"R{ident}" for ident in rule.replaces)
            what = f"new wording of {names}" if rule.operation is Operation.EDIT else f"merge of {names}"
            old = [f"  - {each.text}{_scope(each, told=len(scopes) > 1)}" for each in replaced]
            return [f"{rule.name}  {what}", *old, f"  + {rule.text}{_scope(rule, told=len(scopes) > 1)}"]


def _scope(rule: Rule, *, told: bool) -> str:
    """Where a wording applies, where that is one of the things that would change."""
    return f"  ({_paths(rule) or 'the whole project'})" if told else ""


def _paths(rule: Rule) -> str:
    return "only for " + ", ".join(f"`{path}`" for path in rule.current.paths) if rule.current.paths else ""


def warnings(rule: Rule, rules: Mapping[int, Rule]) -> list[str]:
    """What a person should think twice about before they admit a candidate."""
    found = [finding.words for finding in screen(rule.text).findings if finding.level is not Level.NOTE]
    guards = [rules[ident] for ident in rule.replaces if ident in rules and forbids_danger(rules[ident].text)]
    if rule.operation is Operation.RETIRE:
        found = []  # the sentence that would go
    found += [f"This is not what it looks like: {words}." for words in strange_words(rule.text)]
    return found + [f"{each.name} forbids something dangerous and would go or change." for each in guards]


def unseen(wiring: Wiring, after: Rule, steps: Iterable[Step]) -> str:
    """Why nobody is shown a rule that was just put on trial; empty where it has its coin."""
    waits = [step.reason for step in steps if isinstance(step.change, Move) and step.change.chance == WAITING]
    if waits or after.state is not State.TRIAL or after.pinned or not wiring.settings.trials.off:
        return "; ".join(waits)
    return (
        f"trials are off in the settings, so nobody is shown it; `mcp-promptlearn approve {after.name}` makes it active"
    )


def short(text: str) -> str:
    """A quote on one line of at most 200 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:197]}..."
