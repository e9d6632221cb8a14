"""How rules change: a few named changes, applied the same way by every backend.

A change is a value. `apply` turns one and the rule it concerns into the rows to write; it knows no
database. Whoever wants rules changed builds `Step`s and hands them to `Store.revise`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from store.chain import digest
from store.errors import NotFoundError
from store.records import (
    Ending,
    Entry,
    Operation,
    Rule,
    Source,
    State,
    Trust,
    Version,
    Wording,
)
from store.text import trusted_text
from store.values import NOTHING, replace


class Add(NamedTuple):
    """A new rule, or a candidate for an edit, a merge or a retirement of the rules it replaces."""

    wording: Wording
    state: State = State.CANDIDATE
    pinned: bool = False
    operation: Operation = Operation.ADD
    replaces: tuple[int, ...] = ()
    target: str = ""
    why: str = ""
    evidence: tuple[int, ...] = ()


class Move(NamedTuple):
    """Another state; `ending` says why when that state is `retired`, `chance` is as in `Rule`."""

    rule: int
    state: State
    ending: Ending = Ending.NONE
    chance: float | None = None


class Pin(NamedTuple):
    """Set or take away a person's mark."""

    rule: int
    pinned: bool


class Reword(NamedTuple):
    """A new version becomes the current one."""

    rule: int
    wording: Wording


class Restore(NamedTuple):
    """Back to an entry of an earlier revision; the version it leaves is withdrawn."""

    entry: Entry


Change = Add | Move | Pin | Reword | Restore


class Step(NamedTuple):
    """A change with the decision behind it."""

    change: Change
    kind: str
    actor: str
    reason: str
    numbers: Mapping[str, object] = NOTHING


class Effect(NamedTuple):
    """Rows to write: the rule as it is now, and versions that are new or changed."""

    rule: Rule
    versions: tuple[Version, ...] = ()


def concerned(change: Change) -> int:
    """The id of the rule that a change concerns; 0 for one that is yet to be made."""
    match change:
        case Add():
            return 0
        case Restore(entry=entry):
            return entry.rule
        case _:
            return change.rule


def created(change: Add, *, project: str, ident: int, salt: str, now: float) -> Effect:
    """The rule that an `Add` makes."""
    first = _version(change.wording, rule=ident, number=1, salt=salt, now=now)
    rule = Rule(
        id=ident,
        project=project,
        state=change.state,
        pinned=change.pinned,
        current=first,
        operation=change.operation,
        replaces=change.replaces,
        ending=Ending.NONE,
        target=change.target,
        why=change.why,
        created=now,
        supports=len(set(change.evidence)),
    )
    return Effect(rule, (first,))


def changed(
    change: Move | Pin | Reword | Restore,
    rule: Rule,
    *,
    versions: Callable[[int], Version],
    newest: int,
    salt: str,
    now: float,
) -> Effect:
    """The rule after any change but `Add`. `versions` looks up by number; `newest` is the highest one.

    Its chance is then what its new state says, until the next decisions.

    Raises `NotFoundError` where `versions` raises `KeyError`.
    """
    match change:
        case Move(state=state, ending=ending, chance=chance):
            return Effect(replace(rule, state=state, ending=ending, chance=chance))
        case Pin(pinned=pinned):
            return Effect(replace(rule, pinned=pinned, chance=None))
        case Reword(wording=wording):
            version = _version(wording, rule=rule.id, number=newest + 1, salt=salt, now=now)
            return Effect(replace(rule, current=version, chance=None), (version,))
        case _:
            entry = change.entry
            back = replace(rule, state=entry.state, pinned=entry.pinned, ending=entry.ending, chance=None)
            if entry.version == rule.current.number:
                return Effect(back)
            left = replace(rule.current, withdrawn=True)
            try:
                again = replace(versions(entry.version), withdrawn=False)
            except KeyError:
                raise NotFoundError("version", f"{entry.version} of {rule.name}") from None
            return Effect(replace(back, current=again), (left, again))


def undone(rule: Rule) -> Entry:
    """The entry of a rule that did not exist yet in the revision gone back to."""
    return Entry(rule.id, rule.current.number, rule.current.digest, State.RETIRED, False, Ending.UNDONE)


def retirement(rule: Rule, source: Source) -> Wording:
    """The wording of a candidate that proposes to retire `rule`: the sentence that would go."""
    return Wording(trusted_text(rule.text), rule.current.paths, source)


def lowest(*trusts: Trust) -> Trust:
    """Trust of a thing derived from others."""
    return min(trusts, default=Trust.ANONYMOUS)


def _version(wording: Wording, *, rule: int, number: int, salt: str, now: float) -> Version:
    return Version(
        rule=rule,
        number=number,
        digest=digest(wording.text, salt),
        salt=salt,
        text=wording.text,
        paths=wording.paths,
        source=wording.source,
        time=now,
        removed=dict(wording.removed),
    )
