"""`review`: suggested rules one after the other, decided with one key; then the questions that are open."""

import argparse
from dataclasses import replace
from difflib import unified_diff

from mcp_server.commands import count, moment, rule_facts, rules_here, show, write
from mcp_server.learning import admit
from mcp_server.learning.cluster import Cluster
from mcp_server.learning.plan import DISMISSED, make
from mcp_server.learning.screen import Level, screen
from mcp_server.person import Surroundings
from mcp_server.wiring import Wiring
from store.records import GLOBAL, Operation, Rule, Source, State, Trust, Wording
from store.revise import Add, Step
from store.text import UnfitText, clean_rule

AT_ONCE = 5
"""Candidates put to a person in one sitting; more are approved unread."""

QUOTES = 4
"""Pieces of evidence shown with a candidate, people's words first; `why` has them all."""

PERSON = Source("review", "person", Trust.OWNER)


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--list", action="store_true", help="only show what waits")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Show what waits, and where a person is at a terminal, take decisions."""
    candidates = [r for r in rules_here(wiring).values() if r.state is State.CANDIDATE]
    questions = make(wiring.store(), wiring.place().project.key, nonce=wiring.nonce).questions
    if options.json:
        show(
            wiring,
            {
                "candidates": [rule_facts(rule) | {"warnings": _warnings(rule)} for rule in candidates],
                "questions": [{"target": q.target, "failure": q.readable, "sessions": q.occasions} for q in questions],
            },
        )
        return 0
    if not candidates and not questions:
        wiring.say("Nothing waits for you.")
        return 0
    surroundings = wiring.surroundings()
    if options.list or surroundings.mark or not surroundings.terminal:
        return _list(wiring, candidates, questions, surroundings)
    for place, rule in enumerate(candidates[:AT_ONCE], start=1):
        wiring.say(f"\nCandidate {place} of {min(len(candidates), AT_ONCE)}")
        if not decide(wiring, rule.id):
            return 0
    if len(candidates) > AT_ONCE:
        wiring.say(f"\n{len(candidates) - AT_ONCE} more wait; run review again when you are fresh.")
    for cluster in questions[:AT_ONCE]:
        if not _question(wiring, cluster):
            return 0
    return 0


def decide(wiring: Wiring, ident: int) -> bool:
    """Show one candidate and carry out the key a person presses; False where they had enough."""
    rule, rules = wiring.store().rule(ident), rules_here(wiring)
    for line in shown(wiring, rule, rules):
        wiring.say(line)
    while True:
        wiring.say("y admit · n reject · e edit and admit · s skip · q quit")
        match wiring.key().lower():
            case "y":
                return _admit(wiring, rule, rules)
            case "n":
                revision = write(wiring, rule.project, admit.reject(rule, ""), cause=f"reject {rule.name}")
                wiring.say(f"Rejected; it will not be proposed again (revision {revision.number}).")
                return True
            case "e" if rule.operation is not Operation.RETIRE:
                edited = _edited(wiring, rule)
                if edited is not None:
                    return _admit(wiring, edited, rules)
            case "s" | "\r" | "\n":
                return True
            case "q" | "\x03" | "\x04" | "\x1b":
                return False
            case _:
                pass


def shown(wiring: Wiring, rule: Rule, rules: dict[int, Rule]) -> list[str]:
    """Everything a person should see before deciding about a candidate."""
    current = rule.current
    lines = _change(rule, rules)
    if current.paths:
        lines.append(f"  only for {' '.join(current.paths)}")
    if rule.project == GLOBAL:
        lines.append("  for all projects")
    lines.append(f"  origin: {current.source.origin} ({current.source.trust.word}'s word)")
    if rule.why:
        lines.append(f"  why: {rule.why}")
    for what, number in current.removed.items():
        lines.append(f"  removed from the text before you saw it: {number} x {what}")
    lines += [f"  WARNING: {words}" for words in _warnings(rule)]
    quotes = sorted(wiring.store().supports(rule.id), key=lambda fact: -fact.source.trust)
    for fact in quotes[:QUOTES]:
        quote = " ".join(fact.text.split())[:200]
        if quote:
            lines.append(f"  > {quote}")
            lines.append(f"    {fact.kind} by {fact.source.identity} ({fact.source.trust.word}), {moment(fact.time)}")
    return lines


def _change(rule: Rule, rules: dict[int, Rule]) -> list[str]:
    replaced = [rules[ident] for ident in rule.replaces if ident in rules]
    match rule.operation:
        case Operation.ADD:
            return [f"{rule.name}  + {rule.text}"]
        case Operation.RETIRE:
            return [f"{rule.name}  retire"] + [f"  - [{each.name}] {each.text}" for each in replaced]
        case Operation.EDIT | Operation.MERGE:
            old, new = [each.text for each in replaced], [rule.text]
            diff = [
                line for line in unified_diff(old, new, lineterm="", n=0) if not line.startswith(("---", "+++", "@@"))
            ]
            names = ", ".join(f"R{ident}" for ident in rule.replaces)
            return [f"{rule.name}  {rule.operation} {names}", *(f"  {line}" for line in diff)]


def _warnings(rule: Rule) -> list[str]:
    return [finding.words for finding in screen(rule.text).findings if finding.level is not Level.NOTE]


def _admit(wiring: Wiring, rule: Rule, rules: dict[int, Rule]) -> bool:
    try:
        steps = admit.approve(rule, rules)
    except admit.AdmissionError as error:
        wiring.say(str(error))
        return True
    if rule.current.source == PERSON and rule.operation is not Operation.EDIT:
        steps = [*admit.reword(wiring.store().rule(rule.id), admit.wording(rule)), *steps]
    revision = write(wiring, rule.project, steps, cause=f"approve {rule.name}")
    pinned = any(step.kind == "pin" for step in steps)
    wiring.say(
        f"Admitted{' and pinned, as it forbids something dangerous' if pinned else ''} (revision {revision.number})."
    )
    return True


def _edited(wiring: Wiring, rule: Rule) -> Rule | None:
    """The candidate in a person's words, not yet written; None where they cannot stand as a rule."""
    cleaned = _sentence(wiring, "New wording: ")
    if cleaned is None:
        return None
    version = replace(rule.current, text=cleaned.text, source=PERSON, removed=cleaned.removed)
    return replace(rule, current=version)


def _sentence(wiring: Wiring, prompt: str) -> Wording | None:
    try:
        text = wiring.ask(prompt)
    except EOFError:
        return None
    if not text.strip():
        return None
    try:
        cleaned = clean_rule(text)
    except UnfitText as error:
        wiring.say(str(error))
        return None
    finding = screen(cleaned.text, own_words=True).refused
    if finding is not None:
        wiring.say(f"refused: {finding.words}")
        return None
    return Wording(cleaned.text, (), PERSON, dict(cleaned.removed))


def _question(wiring: Wiring, cluster: Cluster) -> bool:
    """Ask for the sentence that would prevent a recurring failure; False where the person had enough."""
    store, project = wiring.store(), wiring.place().project.key
    wiring.say(f"\n{_asked(cluster)}")
    for fact in cluster.facts[-1:]:
        wiring.say(f"  > {' '.join(fact.text.split())[:200]}")
    wiring.say("e say the sentence that prevents it · n not a rule matter · s skip · q quit")
    match wiring.key().lower():
        case "e" | "y":
            wording = _sentence(wiring, "Sentence: ")
            if wording is not None:
                add = Add(
                    wording,
                    state=State.ACTIVE,
                    target=cluster.target,
                    why=f"a person's answer to {cluster.readable}",
                    evidence=cluster.evidence,
                )
                admit.room(rules_here(wiring), project)
                step = Step(add, kind="add", actor="person", reason=add.why)
                revision = write(wiring, project, [step], cause="answer in review")
                wiring.say(f"R{max(e.rule for e in revision.entries)} is active (revision {revision.number}).")
        case "n":
            store.keep_answer(f"{project} {cluster.question}", DISMISSED, now=wiring.now())
            wiring.say("It will not be asked again.")
        case "q" | "\x03" | "\x04" | "\x1b":
            return False
        case _:
            pass
    return True


def _asked(cluster: Cluster) -> str:
    if not cluster.occasions:
        return f"No instruction was found in what was said: {cluster.readable}"
    return f"No remedy known: {cluster.readable}, seen in {count(cluster.occasions, 'session')}."


def _list(wiring: Wiring, candidates: list[Rule], questions: tuple[Cluster, ...], surroundings: Surroundings) -> int:
    rules = rules_here(wiring)
    for rule in candidates:
        for line in shown(wiring, rule, rules):
            wiring.say(line)
    for cluster in questions:
        wiring.say(_asked(cluster))
    if surroundings.mark:
        wiring.say(f"A person decides in a terminal of their own ({surroundings.mark}).")
    else:
        wiring.say("Decide with `mcp-promptlearn review` in a terminal, or approve and reject by id.")
    return 0
