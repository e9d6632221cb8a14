"""What a person takes back at once: revisions, the last change of one rule, or all that came from one source."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning.admit import NO_ROOM, PERSON, STOPPED, AdmissionError, pinnable, room, waiting
from store.contract import Store
from store.records import FORGOTTEN, LIVE, Ending, Entry, Operation, Revision, Rule, Source, State
from store.revise import Restore, Step, undone
from store.values import replace

MADE = frozenset({"add", "propose"})
"""Decisions that make a rule; one without any was suggested by an agent, which is no revision."""


class Change(NamedTuple):
    """What a revision made of one rule."""

    revision: int
    cause: str
    before: Entry
    after: Entry


class Back(NamedTuple):
    """A rule, and the entry that it goes back to."""

    rule: Rule
    entry: Entry
    text: str
    """The sentence that it then has."""

    @property
    def words(self) -> str:
        """What becomes of the rule, for a person who is asked."""
        if self.entry.ending is Ending.UNDONE:
            return "is undone"
        state = "on trial" if self.entry.state is State.TRIAL else str(self.entry.ending or self.entry.state)
        where = f"{state}{', pinned' if self.entry.pinned else ''}"
        return f"is {where} again" if self.text == self.rule.text else f"goes back to: {self.text} ({where})"


def as_of(store: Store, head: Revision, goal: int) -> Revision:
    """The revision to return to, in which what agents suggested since waits for review; 0 is before the first.

    A suggestion is no revision, so no rollback undoes it, only what was decided about it.
    """
    empty = Revision(head.project, 0, "", "", 0.0, "", "", ())
    then = store.revision(head.project, goal) if goal else empty
    known = {entry.rule for entry in then.entries}
    new = [born(store, store.rule(entry.rule)) for entry in head.entries if entry.rule not in known]
    waiting = tuple(entry for entry in new if entry.state is State.CANDIDATE)
    return replace(then, entries=then.entries + waiting)


def of_rule(store: Store, rule: Rule, rules: Mapping[int, Rule]) -> tuple[Change, list[Back]]:
    """A rule's last change, and what has to go back with it: an approved merge, edit or retirement goes as a whole.

    `rules` are all rules of its project and the global ones. Raises `AdmissionError`.
    """
    change = last_change(store, rule)
    if change is None:
        raise AdmissionError(f"nothing was decided about {rule.name} yet, so there is nothing to take back")
    together = {rule.id: change}
    while more := _admitted_with(store, together, rules):
        together |= more
    backs = [_back(store, rules[ident], each.before) for ident, each in sorted(together.items())]
    for back in backs:
        if back.text == FORGOTTEN and back.entry.state is not State.RETIRED:
            raise AdmissionError(f"the wording that {back.rule.name} would go back to was forgotten; `add` it anew")
    _fit(backs, rules)
    return change, backs


def of_source(store: Store, project: str, wanted: str) -> tuple[str, list[Back]]:
    """The name of the source that is meant, and what goes back so that nothing of its words is left in force.

    What another had worded before goes back to that wording, as it stood then; the rest is undone. Rules that its
    own merges and retirements ended come back. What a person rejected or retired stays so. Raises `AdmissionError`.
    """
    rules = {rule.id: rule for rule in store.rules(project)}
    name, sources = _meant([rule.current.source for rule in rules.values()], wanted)
    theirs = [rule for rule in rules.values() if _key(rule.current.source) in sources]
    going = [rule for rule in theirs if rule.state is not State.RETIRED or rule.ending in STOPPED]
    backs = {rule.id: _back(store, rule, _before_them(store, rule, sources)) for rule in going}
    for rule in theirs:
        if rule.id not in backs and (rule.operation, rule.ending) != (Operation.RETIRE, Ending.APPLIED):
            continue
        admitted = {each.revision for each in store.decisions(project, rule=rule.id) if each.kind == "admit"}
        for other in (rules[ident] for ident in rule.replaces if ident in rules):
            change = last_change(store, other) if other.state is State.RETIRED and other not in theirs else None
            if change is not None and change.revision in admitted:
                backs[other.id] = _back(store, other, change.before)
    if not backs:
        raise AdmissionError(f"nothing that came from {name} is left to undo; see `mcp-promptlearn history`")
    return name, [backs[ident] for ident in sorted(backs)]


def steps(backs: Sequence[Back], reason: str, rules: Mapping[int, Rule]) -> list[Step]:
    """Steps that carry it out; what comes back on trial beside one of the `rules` that says the same waits for it."""
    made = [Step(Restore(back.entry), kind="roll back", actor=PERSON, reason=reason) for back in backs]
    others = {ident: rule for ident, rule in rules.items() if ident not in {back.rule.id for back in backs}}
    for rule, entry, text in backs:
        if entry.state is State.TRIAL and not entry.pinned:
            then = replace(rule, state=entry.state, current=replace(rule.current, text=text))
            made += waiting(then, others, "roll back")
    return made


def last_change(store: Store, rule: Rule) -> Change | None:
    """The newest revision that changed a rule, with what it was before and after; None where none did."""
    for number in _revisions(store, rule):
        revision = store.revision(rule.project, number)
        after = _entry(revision, rule)
        before = _entry(store.revision(rule.project, number - 1), rule) if number > 1 else None
        if after is not None and before != after:
            return Change(number, revision.cause, before or born(store, rule), after)
    return None


def born(store: Store, rule: Rule) -> Entry:
    """How a rule stood before the first revision that knows it: a suggestion waited, any other was not there."""
    if any(decision.kind in MADE for decision in store.decisions(rule.project, rule=rule.id)):
        return undone(rule)
    first = store.versions(rule.id)[0]
    return Entry(rule.id, first.number, first.digest, State.CANDIDATE, False, Ending.NONE)


def _revisions(store: Store, rule: Rule) -> list[int]:
    """Numbers of the revisions that decided something about a rule, newest first."""
    return sorted({each.revision for each in store.decisions(rule.project, rule=rule.id)}, reverse=True)


def _entry(revision: Revision, rule: Rule) -> Entry | None:
    return next((entry for entry in revision.entries if entry.rule == rule.id), None)


def _back(store: Store, rule: Rule, entry: Entry) -> Back:
    version = next(each for each in store.versions(rule.id) if each.number == entry.version)
    return Back(rule, entry, FORGOTTEN if version.text is None else version.text)


def _admitted_with(store: Store, known: Mapping[int, Change], rules: Mapping[int, Rule]) -> dict[int, Change]:
    """Rules that the same revision changed because one of them was admitted for others, or that was taken back."""
    found: dict[int, Change] = {}
    for rule in rules.values():
        linked = [ident for ident in known if ident in rule.replaces or rule.id in rules[ident].replaces]
        change = last_change(store, rule) if linked and rule.id not in known else None
        for ident in linked:
            if change is not None and change.revision == known[ident].revision:
                for_others = change if ident in rule.replaces else known[ident]
                if _admission(for_others.before, for_others.after) or _admission(for_others.after, for_others.before):
                    found[rule.id] = change
    return found


def _admission(before: Entry, after: Entry) -> bool:
    return before.state is State.CANDIDATE and (after.state in LIVE or after.ending is Ending.APPLIED)


def _before_them(store: Store, rule: Rule, sources: frozenset[tuple[str, str]]) -> Entry:
    """How a rule stood with the newest wording of anybody else; undone where there is none."""
    older = [
        version
        for version in store.versions(rule.id)
        if version.number < rule.current.number
        and version.text is not None
        and not version.withdrawn
        and _key(version.source) not in sources
    ]
    if not older:
        return undone(rule)
    for number in _revisions(store, rule):
        entry = _entry(store.revision(rule.project, number), rule)
        if entry is not None and entry.version == older[-1].number:
            return entry
    return born(store, rule)


def _meant(known: Iterable[Source], wanted: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """The one source that an origin, an identity, or a piece of either names."""
    pairs = frozenset(map(_key, known))
    names = sorted({name for pair in pairs for name in pair})
    piece = wanted.strip().casefold()
    found = [wanted] if wanted in names else [name for name in names if piece and piece in name.casefold()]
    if not found:
        there = f"; there are {'; '.join(names)}" if names else ", as there is no rule at all"
        raise AdmissionError(f"no rule here came from {wanted[:60]!r}{there}")
    whose = {frozenset(pair for pair in pairs if name in pair) for name in found}
    if len(whose) > 1:
        raise AdmissionError(f"{wanted[:60]!r} may be any of {'; '.join(found)}; name one of them")
    return found[0], whose.pop()


def _key(source: Source) -> tuple[str, str]:
    return source.origin, source.identity


def _fit(backs: Sequence[Back], rules: Mapping[int, Rule]) -> None:
    """Raises `AdmissionError` where there is no room for what would come back."""
    for rule, entry, text in backs:
        live = entry.state in LIVE
        if live and entry.pinned and not (rule.pinned and rule.state in LIVE) and not pinnable(text, rules):
            raise AdmissionError(NO_ROOM)
        if live and not entry.pinned and rule.state not in LIVE:
            freed = sum(back.rule.state in LIVE and back.entry.state not in LIVE for back in backs)
            room(rules, rule.project, freed=freed)
