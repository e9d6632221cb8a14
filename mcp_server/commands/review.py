"""`review`: suggestions, what trials ask and what is offered for all projects, one key each; open questions."""

import argparse

from mcp_server.commands import CommandError, count, rule_facts, rules_here, show, verdicts, wider, write
from mcp_server.commands.add import fit, own_rule, warn
from mcp_server.commands.candidate import adds, back_test, short, shown, unseen, warnings
from mcp_server.commands.keys import pressed
from mcp_server.learning import admit
from mcp_server.learning.cluster import Cluster
from mcp_server.learning.decided import Ask
from mcp_server.learning.plan import DISMISSED, make
from mcp_server.learning.wider import Offer, offers
from mcp_server.person import Surroundings
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.errors import ConflictError
from store.records import Kind, Operation, Rule, Source, State, Trust, Wording
from store.revise import Add, Step
from store.text import UnfitText, clean_rule
from store.values import replace

AT_ONCE = 5
"""Decisions about rules put to a person in one sitting; more are approved unread."""

PERSON = Source("review", "person", Trust.OWNER)


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--list", action="store_true", help="only show what waits")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Show what waits, and where a person is at a terminal, take decisions."""
    rules = rules_here(wiring)
    candidates = [rule for rule in rules.values() if rule.state is State.CANDIDATE]
    asked = verdicts.waiting(wiring)
    questions = make(wiring.store(), wiring.place().project.key, nonce=wiring.nonce).questions
    offered = offers(wiring.store())
    if options.json:
        facts: dict[str, object] = {
            "candidates": [_facts(wiring, rule, rules) for rule in candidates],
            "questions": [{"target": q.target, "failure": q.readable, "sessions": q.occasions} for q in questions],
            "asks": [verdicts.facts(ask) for ask in asked],
            "offers": [wider.facts(offer) for offer in offered],
        }
        show(wiring, facts)
        return 0
    if not (candidates or asked or offered or questions):
        wiring.say("Nothing waits for you.")
        return 0
    surroundings = wiring.surroundings()
    if options.list or surroundings.mark or not surroundings.terminal:
        return _list(wiring, candidates, asked, offered, questions, surroundings)
    room = AT_ONCE - len(candidates)
    if not (
        _candidates(wiring, candidates)
        and _asked_by_trials(wiring, asked, room)
        and _offered(wiring, offered, room - len(asked))
    ):
        return 0
    for cluster in questions[:AT_ONCE]:
        if not _question(wiring, cluster):
            return 0
    if len(questions) > AT_ONCE:
        wiring.say(f"\n{count(len(questions) - AT_ONCE, 'more question')}; run review again when you are fresh.")
    return 0


def _candidates(wiring: Wiring, candidates: list[Rule]) -> bool:
    """Put the first few to a person; False where they had enough."""
    for place, rule in enumerate(candidates[:AT_ONCE], start=1):
        wiring.say(f"\nCandidate {place} of {min(len(candidates), AT_ONCE)}")
        if not decide(wiring, rule.id):
            left = len(candidates) - place
            if left:
                wiring.say(f"{count(left, 'more candidate waits', 'more candidates wait')}.")
            return False
    if len(candidates) > AT_ONCE:
        wiring.say(f"\n{len(candidates) - AT_ONCE} more wait; run review again when you are fresh.")
    return True


def _asked_by_trials(wiring: Wiring, asked: list[Ask], room: int) -> bool:
    """Put what trials ask to a person, as far as candidates left room for it; False where they had enough."""
    first = asked[: max(0, room)]
    if not verdicts.put(wiring, first):
        return False
    if len(asked) > len(first):
        more = count(len(asked) - len(first), "more decision waits", "more decisions wait")
        wiring.say(f"\n{more}; run review again when you are fresh.")
    return True


def _offered(wiring: Wiring, offered: list[Offer], room: int) -> bool:
    """Put what could be for all projects to a person, as far as there is room left; False where they had enough."""
    first = offered[: max(0, room)]
    if not wider.put(wiring, first):
        return False
    if len(offered) > len(first):
        more = count(len(offered) - len(first), "more offer waits", "more offers wait")
        wiring.say(f"\n{more}; run review again when you are fresh.")
    return True


def _facts(wiring: Wiring, rule: Rule, rules: dict[int, Rule]) -> dict[str, object]:
    """A candidate as `--json` prints it."""
    more = {"back_test": back_test(wiring, rule), "tokens": adds(rule, rules), "warnings": warnings(rule, rules)}
    return rule_facts(rule) | more


def decide(wiring: Wiring, ident: int) -> bool:
    """Show one candidate and carry out the key a person presses; False where they had enough.

    A decision is about what was shown: where the rules changed meanwhile, it is shown again.
    """
    store = wiring.store()
    while True:
        head = store.head(store.rule(ident).project)
        rule, rules = store.rule(ident), rules_here(wiring)
        if rule.state is not State.CANDIDATE:
            wiring.say(f"{rule.name} was decided about meanwhile, it is {rule.ending or rule.state}.")
            return True
        for line in shown(wiring, rule, rules):
            wiring.say(line)
        try:
            return _decided(wiring, rule, rules, head)
        except ConflictError:
            wiring.say("The rules changed while you looked. As it stands now:")


def _decided(wiring: Wiring, rule: Rule, rules: dict[int, Rule], head: int) -> bool:
    keys = {"y": f"admit{_usually(rule, rules)}", "t": "on trial", "a": "active", "n": "reject"}
    keys |= {"e": "edit", "s": "skip", "q": "quit"}
    if rule.operation is Operation.RETIRE:
        keys = {key: words for key, words in keys.items() if key not in {"t", "a", "e"}}
    while True:
        match pressed(wiring, keys):
            case "y":
                return _admit(wiring, rule, rules, head)
            case "t" | "a" as key:
                return _admit(wiring, rule, rules, head, State.TRIAL if key == "t" else State.ACTIVE)
            case "n":
                cause = f"reject {rule.name}"
                revision = write(wiring, rule.project, admit.reject(rule, ""), cause=cause, expected=head)
                wiring.say(f"Rejected; it will not be proposed again (revision {revision.number}).")
                return True
            case "e":
                said = _sentence(wiring, "New wording: ", old=rule.current.text or "")
                if said is not None:
                    return _admit(wiring, _reworded(rule, said), rules, head)
            case "s":
                return True
            case _:
                return False


def _usually(rule: Rule, rules: dict[int, Rule]) -> str:
    """What `y` comes to, for the line of keys."""
    if rule.operation is Operation.RETIRE or not all(ident in rules for ident in rule.replaces):
        return ""
    if rule.operation is Operation.EDIT and rules[rule.replaces[0]].pinned:
        return " (stays pinned)"
    return " (on trial)" if admit.becomes(rule, rules) is State.TRIAL else " (active)"


def _admit(wiring: Wiring, rule: Rule, rules: dict[int, Rule], head: int, wanted: State | None = None) -> bool:
    try:
        steps = admit.approve(rule, rules, wanted=wanted)
    except admit.AdmissionError as error:
        wiring.say(f"{error}.")
        return True
    if rule.current.source == PERSON and rule.operation is not Operation.EDIT:
        steps = [*admit.reword(wiring.store().rule(rule.id), admit.wording(rule)), *steps]
    revision = write(wiring, rule.project, steps, cause=f"approve {rule.name}", expected=head)
    after = wiring.store().rule(rule.replaces[0] if rule.operation is Operation.EDIT else rule.id)
    wiring.say(f"Admitted{_how(after, steps)} (revision {revision.number}).")
    if unseen(wiring, after, steps):
        wiring.say(f"  {unseen(wiring, after, steps)}")
    return True


def _how(after: Rule, steps: list[Step]) -> str:
    """As what a candidate was admitted, for the sentence that says so."""
    if any(step.kind == "pin" for step in steps):
        return " and pinned, as it forbids something dangerous"
    if after.pinned:
        return f"; {after.name} stays pinned"
    return {State.TRIAL: " on trial", State.ACTIVE: " as active"}.get(after.state, "")


def _reworded(rule: Rule, said: Wording) -> Rule:
    """The candidate in a person's words, not yet written; as it was where they are the same."""
    if said.text == rule.current.text:
        return rule
    version = replace(rule.current, text=said.text, source=said.source, removed=said.removed)
    return replace(rule, current=version)


def _sentence(wiring: Wiring, prompt: str, *, old: str = "") -> Wording | None:
    """A person's sentence, maybe made from an old one; None where there is none, or none that can stand as a rule."""
    try:
        text = wiring.reword(prompt, old) if old else wiring.ask(prompt)
        if not text.strip():
            wiring.say("Nothing was typed, so nothing is changed.")
            return None
        cleaned = clean_rule(text, known=secrets(wiring.environment))
        fit(cleaned.text)
        warn(wiring, cleaned.text, yes=False)
    except EOFError:
        return None
    except (CommandError, UnfitText) as error:
        wiring.say(f"{error}.")
        return None
    return Wording(cleaned.text, (), PERSON, dict(cleaned.removed))


def _question(wiring: Wiring, cluster: Cluster) -> bool:
    """Ask for the sentence that would prevent a recurring failure; False where the person had enough."""
    wiring.say(f"\n{_asked(cluster)}")
    for fact in [fact for fact in cluster.facts if fact.kind is Kind.FAILURE][-1:]:
        wiring.say(f"  > {short(fact.text)}")
    answer = "say the sentence that prevents it" if cluster.occasions else "say it as an instruction"
    keys = {"e": answer, "n": "not a rule matter", "s": "skip", "q": "quit"}
    while True:
        match pressed(wiring, keys):
            case "e":
                if _answered(wiring, cluster):
                    return True
            case "n":
                question = f"{wiring.place().project.key} {cluster.question}"
                wiring.store().keep_answer(question, DISMISSED, now=wiring.now())
                wiring.say("It will not be asked again.")
                return True
            case "s":
                return True
            case _:
                return False


def _answered(wiring: Wiring, cluster: Cluster) -> bool:
    """Make a rule of the person's answer; False where it came to nothing and they are asked again."""
    wording = _sentence(wiring, "Sentence: ")
    if wording is None:
        return False
    why = f"a person's answer to {cluster.readable}"
    change = Add(wording, target=cluster.target, why=why, evidence=cluster.evidence)
    try:
        made, revision = own_rule(wiring, change, wiring.place().project.key, rules_here(wiring))
    except (CommandError, admit.AdmissionError) as error:
        wiring.say(f"{error}.")
        return False
    pinned = " and pinned, as it forbids something dangerous" if made.pinned else ""
    wiring.say(f"{made.name} is active{pinned} (revision {revision}).")
    return True


def _asked(cluster: Cluster) -> str:
    if not cluster.occasions:
        return f"No instruction was found in what was said: {cluster.readable}"
    return f"No remedy known: {cluster.readable}, seen in {count(cluster.occasions, 'session')}."


def _list(
    wiring: Wiring,
    candidates: list[Rule],
    asked: list[Ask],
    offered: list[Offer],
    questions: tuple[Cluster, ...],
    surroundings: Surroundings,
) -> int:
    rules = rules_here(wiring)
    for rule in candidates:
        for line in shown(wiring, rule, rules):
            wiring.say(line)
    for ask in asked:
        for line in verdicts.shown(ask):
            wiring.say(line)
    for offer in offered:
        for line in wider.shown(offer):
            wiring.say(line)
    for cluster in questions:
        wiring.say(_asked(cluster))
    if surroundings.mark:
        wiring.say(f"A person decides in a terminal of their own ({surroundings.mark}).")
    else:
        wiring.say("Decide with `mcp-promptlearn review` in a terminal, or approve and reject by id.")
    return 0
