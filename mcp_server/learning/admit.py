"""A person's decision about a rule becomes steps to write, or a refusal that says why."""

from collections.abc import Mapping

from mcp_server.learning.likeness import Shelf
from mcp_server.learning.screen import forbids_danger
from mcp_server.learning.select import BUDGET, filed, fits_pinned
from store.records import FORGOTTEN, LIVE, Ending, Operation, Revision, Rule, State, Trust, Wording
from store.revise import Move, Pin, Restore, Reword, Step, undone

LIVE_RULES = 50
"""Learnt rules of one project that may be live at once."""

PERSON = "person"

STOPPED = frozenset({Ending.HARMFUL, Ending.GUARDRAIL, Ending.UNLIKELY, Ending.FUTILE})
"""Why the program itself ends rules, from what sessions told: a person may put such a rule back."""

WAITING = 0.0
"""The chance of a rule on trial that is shown to nobody yet."""

NO_ROOM = (
    f"pinned rules have their own {BUDGET.pinned_rules} places and {BUDGET.pinned_tokens} tokens, which are taken; "
    "unpin one first"
)


class AdmissionError(Exception):
    """What was asked cannot be done to this rule; one line with what to do instead."""


def approve(rule: Rule, rules: Mapping[int, Rule], *, wanted: State | None = None) -> list[Step]:
    """Steps that admit a candidate, make a rule on trial active, or put back one that the program stopped.

    `rules` are all rules of its project and the global ones. A person's own sentence becomes active, and is pinned
    with it where it forbids something dangerous and there is room; machine wording goes on trial. `wanted`, active
    or on trial, says otherwise.
    """
    if rule.state is not State.CANDIDATE:
        return _again(rule, rules, wanted)
    replaced = [rules[ident] for ident in rule.replaces if ident in rules]
    gone = [each for each in replaced if each.state not in LIVE]
    if gone or len(replaced) < len(rule.replaces):
        names = ", ".join(f"R{ident}" for ident in rule.replaces)
        raise AdmissionError(f"{rule.name} would change {names}, which is no longer live; reject {rule.name}")
    if rule.current.text is None:
        raise AdmissionError(f"the text of {rule.name} was forgotten; reject {rule.name}")
    match rule.operation:
        case Operation.EDIT:
            return [
                *_reworded(rule, replaced[0], rules, wanted),
                _step(
                    Move(rule.id, State.RETIRED, Ending.APPLIED), "admit", f"became the wording of {replaced[0].name}"
                ),
            ]
        case Operation.RETIRE:
            if wanted is not None:
                raise AdmissionError(
                    f"{rule.name} proposes to retire a rule, which puts nothing on trial; approve it plainly"
                )
            return [
                *(
                    _step(Move(each.id, State.RETIRED, Ending.RETIRED), "retire", rule.why or "approved")
                    for each in replaced
                ),
                _step(Move(rule.id, State.RETIRED, Ending.APPLIED), "admit", "carried out"),
            ]
        case _:
            room(rules, rule.project, freed=len(replaced))
            goal, kept = becomes(rule, rules, wanted), [each.name for each in replaced if each.pinned]
            if kept and goal is State.TRIAL:
                how = f"`mcp-promptlearn approve {rule.name} --active` does it without a trial"
                raise AdmissionError(f"{rule.name} would take the place of {', '.join(kept)}, which is pinned; {how}")
            first, *pinned = _into(rule, rules, goal)
            merged = [
                _step(Move(each.id, State.RETIRED, Ending.MERGED), "retire", f"merged into {rule.name}")
                for each in replaced
            ]
            return [first, *merged, *pinned]


def becomes(rule: Rule, rules: Mapping[int, Rule], wanted: State | None = None) -> State:
    """Where a sentence goes that is approved; of an edit, where the rule goes that it is for."""
    if wanted is not None:
        return wanted
    own = rule.current.source.trust is Trust.OWNER
    if rule.state is State.CANDIDATE and rule.operation is Operation.EDIT:
        old = rules[rule.replaces[0]]
        return old.state if own or old.pinned else State.TRIAL
    return State.ACTIVE if own or rule.state is not State.CANDIDATE else State.TRIAL


def _again(rule: Rule, rules: Mapping[int, Rule], wanted: State | None) -> list[Step]:
    """Steps that move a rule which was admitted before."""
    goal = becomes(rule, rules, wanted)
    if rule.state not in LIVE and rule.ending not in STOPPED:
        known = rule.ending is Ending.APPLIED
        further = (
            "see `mcp-promptlearn rules --all`" if known else f"`mcp-promptlearn rollback {rule.name}` takes that back"
        )
        raise AdmissionError(f"{rule.name} is {_state(rule)}, not a candidate; {further}")
    if rule.state is goal:
        further = "see `mcp-promptlearn rules --all`" if goal is State.ACTIVE else "without --trial it becomes active"
        raise AdmissionError(f"{rule.name} is {_state(rule)}, not a candidate; {further}")
    if rule.current.text is None:
        raise AdmissionError(f"the text of {rule.name} was forgotten; `add` it anew")
    if rule.pinned and goal is State.TRIAL:
        raise AdmissionError(f"{rule.name} is pinned, so it is always shown; `mcp-promptlearn unpin {rule.name}` first")
    if rule.state not in LIVE:
        room(rules, rule.project)
    return _into(rule, rules, goal)


def _reworded(rule: Rule, old: Rule, rules: Mapping[int, Rule], wanted: State | None) -> list[Step]:
    """Steps that give a rule the wording of an approved edit, and the state that goes with it."""
    goal = becomes(rule, rules, wanted)
    others = {ident: each for ident, each in rules.items() if ident != old.id}
    if old.pinned and goal is State.TRIAL and old.state is not State.TRIAL:
        raise AdmissionError(f"{old.name} is pinned, so it is always shown; `mcp-promptlearn unpin {old.name}` first")
    if old.pinned and not pinnable(rule.text, others):
        raise AdmissionError(f"{old.name} is pinned, and with this wording {NO_ROOM}")
    kept = f"; {old.name} stays pinned" if old.pinned else ""
    steps = [_step(Reword(old.id, wording(rule)), "edit", f"{rule.name} approved as its new wording{kept}")]
    other = None if old.pinned or goal is State.ACTIVE else twin(rule, others)
    if goal is not old.state or other is not None:
        how = "active" if goal is State.ACTIVE else "on trial"
        move = Move(old.id, goal, chance=None if other is None else WAITING)
        steps.append(_step(move, "admit", f"{old.name} is {how} with it{_waits(other)}"))
    return steps


def _into(rule: Rule, rules: Mapping[int, Rule], state: State) -> list[Step]:
    """Steps by which a rule is shown from now on, or waits for one that says the same; the first one moves it."""
    if state is State.TRIAL:
        other = twin(rule, rules)
        move = Move(rule.id, State.TRIAL, chance=None if other is None else WAITING)
        return [_step(move, "admit", f"put on trial by a person{_waits(other)}")]
    steps = [_step(Move(rule.id, State.ACTIVE), "admit", "approved by a person")]
    own = rule.current.source.trust is Trust.OWNER and not rule.pinned
    if own and forbids_danger(rule.text) and pinnable(rule.text, rules):
        steps.append(_step(Pin(rule.id, True), "pin", "it forbids something dangerous"))
    return steps


def twin(rule: Rule, rules: Mapping[int, Rule]) -> Rule | None:
    """The live rule of its project that says the same as a rule, apart from those that it replaces."""
    live = {
        each.id: each.text
        for each in rules.values()
        if each.served and each.project == rule.project and each.id != rule.id and each.id not in rule.replaces
    }
    found = Shelf(live.items()).same(rule.text)
    return None if found is None else rules[found]


def waiting(rule: Rule, rules: Mapping[int, Rule], kind: str) -> list[Step]:
    """The step by which a rule that comes to be on trial in another way waits for one that says the same, if any."""
    other = twin(rule, rules) if rule.state is State.TRIAL else None
    if other is None:
        return []
    return [_step(Move(rule.id, State.TRIAL, chance=WAITING), kind, f"{rule.name} is on trial{_waits(other)}")]


def _waits(other: Rule | None) -> str:
    return "" if other is None else f"; waits, because {other.name} says nearly the same"


def reject(rule: Rule, reason: str) -> list[Step]:
    """Steps that refuse for good a candidate, a rule on trial or one that the program stopped.

    The same wording is neither proposed nor tried again.
    """
    if rule.state not in {State.CANDIDATE, State.TRIAL} and rule.ending not in STOPPED:
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
    if not filed(rule) and not pinnable(rule.text, rules):
        raise AdmissionError(NO_ROOM)
    return [_step(Pin(rule.id, True), "pin", "pinned by a person")]


def unpin(rule: Rule, rules: Mapping[int, Rule]) -> list[Step]:
    """Steps that take the mark away. `rules` as for `approve`."""
    if not rule.pinned:
        raise AdmissionError(f"{rule.name} is not pinned")
    return [_step(Pin(rule.id, False), "unpin", "unpinned by a person"), *waiting(rule, rules, "unpin")]


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
    live = [r for r in rules.values() if r.project == project and r.state in LIVE and not r.pinned and not filed(r)]
    if len(live) - freed >= LIVE_RULES:
        raise AdmissionError(f"this project has {len(live)} live rules, the most there may be; retire one first")


def back_to(goal: Revision | None, head: Revision, rules: Mapping[int, Rule]) -> list[Step]:
    """Steps that bring every rule to where it stood in `goal`; None is the time before the first revision.

    Rules that came after it and that a revision knows are undone. Candidates that agents suggested
    since are left for review: they are shown to nobody. A rule whose words were forgotten stays stopped.
    """
    then = {entry.rule: entry for entry in (goal.entries if goal else ())}
    steps: list[Step] = []
    for entry in head.entries:
        rule = rules[entry.rule]
        wanted = then.get(entry.rule) or undone(rule)
        if rule.text == FORGOTTEN and wanted.version == rule.current.number and wanted.state is not State.RETIRED:
            continue
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
    """Is there room for one more pinned sentence among those that a person pinned here, and the global ones?"""
    own = (rule for rule in rules.values() if rule.pinned and rule.state in LIVE and not filed(rule))
    return fits_pinned(own, text)


def _state(rule: Rule) -> str:
    return "on trial" if rule.state is State.TRIAL else str(rule.ending or rule.state)


def _step(change: Move | Pin | Reword | Restore, kind: str, reason: str) -> Step:
    return Step(change, kind=kind, actor=PERSON, reason=reason)
