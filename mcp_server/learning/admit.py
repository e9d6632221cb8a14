"""A person's decision about a rule becomes steps to write, or a refusal that says why."""

from collections.abc import Mapping

from mcp_server.learning.screen import forbids_danger
from mcp_server.learning.select import BUDGET, fits_pinned
from store.records import LIVE, Ending, Operation, Revision, Rule, State, Trust, Wording
from store.revise import Move, Pin, Restore, Reword, Step, undone

LIVE_RULES = 50
"""Learnt rules of one project that may be live at once."""

PERSON = "person"

NO_ROOM = (
    f"pinned rules have their own {BUDGET.pinned_rules} places and {BUDGET.pinned_tokens} tokens, which are taken; "
    "unpin one first"
)


class AdmissionError(Exception):
    """What was asked cannot be done to this rule; one line with what to do instead."""


def approve(rule: Rule, rules: Mapping[int, Rule]) -> list[Step]:
    """Steps that admit a candidate. `rules` are all rules of its project and the global ones.

    A person's own sentence that forbids something dangerous is pinned with it, where there is room.
    """
    if rule.state is not State.CANDIDATE:
        raise AdmissionError(f"{rule.name} is {_state(rule)}, not a candidate; see `mcp-promptlearn rules --all`")
    replaced = [rules[ident] for ident in rule.replaces if ident in rules]
    gone = [each for each in replaced if each.state not in LIVE]
    if gone or len(replaced) < len(rule.replaces):
        names = ", ".join(f"R{ident}" for ident in rule.replaces)
        raise AdmissionError(f"{rule.name} would change {names}, which is no longer live; reject {rule.name}")
    if rule.current.text is None:
        raise AdmissionError(f"the text of {rule.name} was forgotten; reject {rule.name}")
    match rule.operation:
        case Operation.EDIT:
            old = replaced[0]
            return [
                _step(Reword(old.id, wording(rule)), "edit", f"{rule.name} approved as its new wording"),
                _step(Move(rule.id, State.RETIRED, Ending.APPLIED), "admit", f"became the wording of {old.name}"),
            ]
        case Operation.RETIRE:
            return [
                *(
                    _step(Move(each.id, State.RETIRED, Ending.RETIRED), "retire", rule.why or "approved")
                    for each in replaced
                ),
                _step(Move(rule.id, State.RETIRED, Ending.APPLIED), "admit", "carried out"),
            ]
        case _:
            room(rules, rule.project, freed=len(replaced))
            steps = [_step(Move(rule.id, State.ACTIVE), "admit", "approved by a person")]
            steps += [
                _step(Move(each.id, State.RETIRED, Ending.MERGED), "retire", f"merged into {rule.name}")
                for each in replaced
            ]
            if rule.current.source.trust is Trust.OWNER and forbids_danger(rule.text) and pinnable(rule.text, rules):
                steps.append(_step(Pin(rule.id, True), "pin", "it forbids something dangerous"))
            return steps


def reject(rule: Rule, reason: str) -> list[Step]:
    """Steps that refuse a candidate for good; the same wording is not proposed again."""
    if rule.state is not State.CANDIDATE:
        further = f"use `mcp-promptlearn retire {rule.name}`" if rule.state in LIVE else "there is nothing to reject"
        raise AdmissionError(f"{rule.name} is {_state(rule)}, not a candidate; {further}")
    return [_step(Move(rule.id, State.RETIRED, Ending.REJECTED), "reject", reason or "rejected by a person")]


def retire(rule: Rule, reason: str) -> list[Step]:
    """Steps that stop a live rule."""
    if rule.state not in LIVE:
        raise AdmissionError(f"{rule.name} is {_state(rule)}, so it is not shown to anybody")
    return [_step(Move(rule.id, State.RETIRED, Ending.RETIRED), "retire", reason or "retired by a person")]


def pin(rule: Rule, rules: Mapping[int, Rule]) -> list[Step]:
    """Steps that set a person's mark: always shown, never measured."""
    if rule.state not in LIVE:
        raise AdmissionError(f"{rule.name} is {_state(rule)}; only a live rule can be pinned")
    if rule.pinned:
        raise AdmissionError(f"{rule.name} is pinned already")
    if not pinnable(rule.text, rules):
        raise AdmissionError(NO_ROOM)
    return [_step(Pin(rule.id, True), "pin", "pinned by a person")]


def unpin(rule: Rule) -> list[Step]:
    """Steps that take the mark away."""
    if not rule.pinned:
        raise AdmissionError(f"{rule.name} is not pinned")
    return [_step(Pin(rule.id, False), "unpin", "unpinned by a person")]


def reword(rule: Rule, text: Wording) -> list[Step]:
    """Steps that give a live rule or a candidate a person's wording."""
    if rule.state is State.RETIRED:
        raise AdmissionError(f"{rule.name} is {_state(rule)}; `add` a new rule instead")
    if rule.operation is Operation.RETIRE and rule.state is State.CANDIDATE:
        raise AdmissionError(f"{rule.name} proposes to retire a rule; approve or reject it")
    if text.text == rule.current.text and text.paths == rule.current.paths:
        raise AdmissionError(f"{rule.name} says that already")
    return [_step(Reword(rule.id, text), "edit", "reworded by a person")]


def room(rules: Mapping[int, Rule], project: str, *, freed: int = 0) -> None:
    """Raises `AdmissionError` where a project has as many live learnt rules as it may."""
    live = [r for r in rules.values() if r.project == project and r.state in LIVE and not r.pinned]
    if len(live) - freed >= LIVE_RULES:
        raise AdmissionError(f"this project has {len(live)} live rules, the most there may be; retire one first")


def back_to(goal: Revision | None, head: Revision, rules: Mapping[int, Rule]) -> list[Step]:
    """Steps that bring every rule to where it stood in `goal`; None is the time before the first revision.

    Rules that came after it and that a revision knows are undone. Candidates that agents suggested
    since are left for review: they are shown to nobody.
    """
    then = {entry.rule: entry for entry in (goal.entries if goal else ())}
    steps: list[Step] = []
    for entry in head.entries:
        rule = rules[entry.rule]
        wanted = then.get(entry.rule) or undone(rule)
        if (rule.current.number, rule.state, rule.pinned, rule.ending) != (
            wanted.version,
            wanted.state,
            wanted.pinned,
            wanted.ending,
        ):
            number = goal.number if goal else 0
            steps.append(_step(Restore(wanted), "roll back", f"as in revision {number}"))
    return steps


def wording(rule: Rule) -> Wording:
    """A rule's current version as a wording for another one."""
    current = rule.current
    assert current.text is not None
    return Wording(current.text, current.paths, current.source, current.removed)


def pinnable(text: str, rules: Mapping[int, Rule]) -> bool:
    """Is there room for one more pinned sentence among those of the project and the global ones?"""
    return fits_pinned((rule for rule in rules.values() if rule.pinned and rule.state in LIVE), text)


def _state(rule: Rule) -> str:
    return str(rule.ending or rule.state)


def _step(change: Move | Pin | Reword | Restore, kind: str, reason: str) -> Step:
    return Step(change, kind=kind, actor=PERSON, reason=reason)
