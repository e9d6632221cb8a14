"""What an import of rule files does to the rules: told from what they say now and what was imported before.

Sentences that were there are left alone; one that changed becomes the new version of its rule; one that is gone is
retired, and comes back when it does. What a person decided about a rule since is never taken back.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from mcp_server.learning.admit import PERSON
from mcp_server.learning.likeness import Shelf
from store.records import LIVE, Ending, Rule, Source, State, Trust, Version, Wording
from store.revise import Add, Move, Pin, Reword, Step
from store.text import CleanText, folded
from store.values import NOTHING

CHANGED = 0.6
"""From this likeness on, a new sentence is an old one that was changed."""

RETURNS = frozenset({Ending.APPLIED, Ending.UNDONE})
"""How a rule ended that may come back with its sentence: the file lost it, or a person took the import back."""


class Sentence(NamedTuple):
    """One sentence of a rule file."""

    text: CleanText
    paths: tuple[str, ...]
    file: str
    line: int
    under: str
    removed: Mapping[str, int] = NOTHING
    also: tuple[str, ...] = ()
    """Other files in which it stands."""

    @property
    def files(self) -> tuple[str, ...]:
        """Every file in which it stands."""
        return (self.file, *self.also)


class Plan(NamedTuple):
    """What an import will do."""

    steps: tuple[Step, ...]
    added: tuple[Sentence, ...]
    """In the order of their steps, which come first."""
    changed: tuple[tuple[Rule, Sentence], ...]
    back: tuple[tuple[Rule, Sentence], ...]
    kept: tuple[tuple[Rule, Sentence], ...]
    """Imported before, and the same."""
    known: tuple[tuple[Rule, Sentence], ...]
    """Said by another rule, or by one that a person changed or stopped."""
    gone: tuple[Rule, ...]
    also: Mapping[int, tuple[str, ...]]
    """By rule that there is already, the files in which its sentence stands beside its own."""


class Wish(NamedTuple):
    """Whose import it is, and how rules are kept."""

    trust: Trust = Trust.OWNER
    mark: str = ""
    """What shows that an agent is at work."""
    opt_in: bool = False
    """Measure them."""

    @property
    def own(self) -> bool:
        """Does a person import?"""
        return self.trust is Trust.OWNER


def merged(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Each sentence once, with all the files in which it stands for the same scope.

    One for the whole project covers those for a part of it.
    """
    found: dict[tuple[str, tuple[str, ...]], Sentence] = {}
    whole: dict[str, Sentence] = {}
    everything = list(sentences)
    for each in everything:
        if not each.paths:
            whole.setdefault(folded(each.text), each)
    for each in everything:
        text = folded(each.text)
        first = whole.get(text, each)
        held = found.setdefault((text, first.paths), first)
        if each.paths == held.paths:
            others = dict.fromkeys((*held.also, *each.files))
            found[text, held.paths] = held._replace(also=tuple(file for file in others if file != held.file))
    return list(found.values())


def plan(
    sentences: Sequence[Sentence],
    rules: Iterable[Rule],
    *,
    project: str,
    covered: Collection[str] | None,
    wish: Wish,
    versions: Callable[[int], Iterable[Version]],
) -> Plan:
    """What to do, so that the rules are what the files say.

    `rules` are all of the project and the global ones; `covered` the files that were asked for, or None for all
    files that there are; `versions` gives those of a rule.
    """
    return _Planner(list(rules), project, covered, wish, versions).run(sentences)


class _Planner:
    def __init__(
        self,
        rules: Sequence[Rule],
        project: str,
        covered: Collection[str] | None,
        wish: Wish,
        versions: Callable[[int], Iterable[Version]],
    ) -> None:
        self.wish, self.covered = wish, covered
        told = [rule for rule in rules if rule.current.text is not None]
        self.imported = [rule for rule in told if rule.current.source.file and rule.project == project]
        self.others = {rule.id: rule for rule in told if not rule.current.source.file and rule.state in LIVE}
        self.shelf = Shelf((rule.id, rule.text) for rule in self.others.values())
        self.reworded = _former(self.others.values(), versions)
        self.moved: dict[int, str] = {}
        """By rule that is reworded, the file that it is from now on."""
        self.steps: list[Step] = []
        self.changes: list[tuple[Rule, Sentence]] = []
        self.back: list[tuple[Rule, Sentence]] = []
        self.kept: list[tuple[Rule, Sentence]] = []
        self.known: list[tuple[Rule, Sentence]] = []

    def run(self, sentences: Sequence[Sentence]) -> Plan:
        """Match every sentence with the rule that it is, most certain matches first."""
        free = {rule.id: rule for rule in self.imported}
        left = self._same(sentences, free)
        live = {ident: rule for ident, rule in free.items() if rule.state in LIVE and self._asked(rule)}
        added = self._changed(left, live) if self.wish.own else left
        gone = list(live.values()) if self.wish.own else []
        if self.wish.own:
            waiting = [rule for rule in free.values() if rule.state is State.CANDIDATE and self._asked(rule)]
            gone += waiting
        steps = [self._add(each) for each in added]
        steps += self.steps
        steps += [
            _step(
                Move(rule.id, State.RETIRED, Ending.APPLIED),
                "retire",
                f"{rule.name} is no longer said in {rule.current.source.file}",
            )
            for rule in gone
        ]
        pairs = (*self.changes, *self.back, *self.kept, *self.known)
        also: dict[int, tuple[str, ...]] = {}
        for rule, each in pairs:
            # A file for a part of the project does not spare a session a rule for all of it.
            wider = rule.current.paths != each.paths and rule.id not in self.moved
            own = self.moved.get(rule.id, rule.current.source.file)
            files = dict.fromkeys((*also.get(rule.id, ()), *(() if wider else each.files)))
            also[rule.id] = tuple(file for file in files if file != own)
        return Plan(
            tuple(steps),
            tuple(added),
            tuple(self.changes),
            tuple(self.back),
            tuple(self.kept),
            tuple(self.known),
            tuple(gone),
            also,
        )

    def _asked(self, rule: Rule) -> bool:
        return self.covered is None or rule.current.source.file in self.covered

    def _same(self, sentences: Sequence[Sentence], free: dict[int, Rule]) -> list[Sentence]:
        """Sentences that no rule says yet; what is matched goes out of `free`."""
        by_text: dict[str, list[Rule]] = {}
        for rule in free.values():
            by_text.setdefault(folded(rule.text), []).append(rule)
        matched: dict[int, tuple[Rule, Sentence]] = {}
        for strict in (
            True,
            False,
        ):  # the same sentence for another part of the project is another rule, if there is one
            for place, each in enumerate(sentences):
                rules = [] if place in matched else by_text.get(folded(each.text), [])
                fit = [
                    rule
                    for rule in rules
                    if rule.id in free and (rule.current.paths == each.paths or (not strict and self._asked(rule)))
                ]
                if fit:
                    best = min(fit, key=lambda rule: _distance(rule, each))
                    matched[place] = free.pop(best.id), each
        left: list[Sentence] = []
        for place, each in enumerate(sentences):
            other = None if place in matched else self._said(each, by_text.get(folded(each.text), []))
            if place in matched:
                self._take(*matched[place])
            elif other is None:
                left.append(each)
            else:
                self.known.append((other, each))
        return left

    def _take(self, rule: Rule, each: Sentence) -> None:
        """Make a rule what its sentence is, as far as a person has not decided otherwise."""
        stopped = rule.state is State.RETIRED
        if stopped and (rule.ending not in RETURNS or not self.wish.own):
            self.known.append((rule, each))
            return
        source = rule.current.source
        weaker = source.trust is not Trust.OWNER
        there = source.file in each.files or not self._asked(rule)
        as_said = there and rule.current.paths == each.paths and rule.text == each.text
        again = self.wish.own and (rule.state not in LIVE or weaker)
        if self.wish.own and (weaker or not as_said):
            self._reword(rule, each)
        if again:
            self.steps.append(_step(Move(rule.id, State.ACTIVE), "admit", f"{rule.name} is said in {each.file}"))
        if self.wish.own and (again or self.wish.opt_in) and rule.pinned is self.wish.opt_in:
            kind = "unpin" if self.wish.opt_in else "pin"
            self.steps.append(_step(Pin(rule.id, not self.wish.opt_in), kind, _HOW[self.wish.opt_in]))
        pairs = self.back if again else self.kept if as_said or not self.wish.own else self.changes
        pairs.append((rule, each))

    def _said(self, each: Sentence, imported: Iterable[Rule]) -> Rule | None:
        """The rule that says a sentence already, though it did not come from there."""
        whole = (rule for rule in imported if rule.state in LIVE and not rule.current.paths and not self._asked(rule))
        return self.reworded.get(folded(each.text)) or next(whole, None) or self._twin(each)

    def _twin(self, each: Sentence) -> Rule | None:
        """A live rule from elsewhere that says the same, wherever the sentence applies."""
        found = self.shelf.same(each.text)
        other = None if found is None else self.others[found]
        covers = other is not None and (not other.current.paths or other.current.paths == each.paths)
        return other if covers else None

    def _changed(self, left: Sequence[Sentence], live: dict[int, Rule]) -> list[Sentence]:
        """Take as changed what is nearly what its file said before; returns what is new."""
        pairs = sorted(
            (
                (-score, place, rule.id)
                for place, each in enumerate(left)
                for rule in live.values()
                if rule.current.source.file in each.files and (score := _alike(rule.text, each.text)) >= CHANGED
            ),
        )
        done: set[int] = set()
        for _, place, ident in pairs:
            if place not in done and ident in live:
                self._reword(live[ident], left[place])
                self.changes.append((live.pop(ident), left[place]))
                done.add(place)
        return [each for place, each in enumerate(left) if place not in done]

    def _reword(self, rule: Rule, each: Sentence) -> None:
        self.moved[rule.id] = each.file
        words = f"{rule.name} as {each.file}, line {each.line}, says it now"
        self.steps.append(_step(Reword(rule.id, self._wording(each)), "edit", words))

    def _add(self, each: Sentence) -> Step:
        where = f"{each.file}, line {each.line}" + (f", under {each.under}" if each.under else "")
        own = self.wish.own
        change = Add(
            self._wording(each),
            state=State.ACTIVE if own else State.CANDIDATE,
            pinned=own and not self.wish.opt_in,
            why=f"imported from {where}",
        )
        return Step(change, kind="add" if own else "propose", actor=PERSON if own else "agent", reason=change.why)

    def _wording(self, each: Sentence) -> Wording:
        origin = f"import {each.file}" + (f", {self.wish.mark}" if self.wish.mark else "")
        return Wording(each.text, each.paths, Source(origin, f"file:{each.file}", self.wish.trust), dict(each.removed))


_HOW = {True: "opted in to be measured", False: "a person's own rule: always shown, never measured"}


def _former(rules: Iterable[Rule], versions: Callable[[int], Iterable[Version]]) -> dict[str, Rule]:
    """By an imported wording that a person has changed since, the rule that has it no more."""
    return {
        folded(version.text): rule
        for rule in rules
        if rule.current.number > 1
        for version in versions(rule.id)
        if version.source.file and version.text is not None
    }


def _distance(rule: Rule, each: Sentence) -> tuple[bool, bool, bool, int]:
    stopped = rule.state is State.RETIRED and rule.ending not in RETURNS
    return stopped, rule.state not in LIVE, rule.current.source.file not in each.files, rule.id


def _alike(old: str, new: str) -> float:
    """How like two sentences are, by their words in order; by their letters, where words are not set apart."""
    one, other = _pieces(old), _pieces(new)
    common = len(set(one) & set(other))
    if common * 2 < CHANGED * len(set(one)):  # most pairs have next to nothing in common, which is cheap to see
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _pieces(text: str) -> list[str]:
    words = text.split()
    return words if len(words) > 3 else list(text)


def _step(change: Move | Pin | Reword, kind: str, reason: str) -> Step:
    return Step(change, kind=kind, actor=PERSON, reason=reason)
