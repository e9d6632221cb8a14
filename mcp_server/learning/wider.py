"""Rules that proved themselves in several projects: offered for all of them, never made so by the program."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mcp_server.learning.decided import current, read
from mcp_server.learning.likeness import Shelf
from mcp_server.learning.trials.verdict import PROVEN
from store.contract import Store
from store.records import GLOBAL, LIVE, Rule

PROJECTS = 3
"""In so many projects a sentence has to be proven before it is offered for all."""

DECLINED = "declined"


class Offer(NamedTuple):
    """A sentence that was proven in several projects, in its most supported wording."""

    rules: tuple[Rule, ...]
    """One of each project, the most supported first."""

    @property
    def text(self) -> str:
        """The sentence as it would be added."""
        return self.rules[0].text

    @property
    def paths(self) -> tuple[str, ...]:
        """The globs that it would be limited to."""
        return self.rules[0].current.paths

    @property
    def where(self) -> str:
        """In which projects it was proven."""
        where = ", ".join(f"{rule.name} of {rule.project}" for rule in self.rules)
        return f"proven in {len(self.rules)} projects ({where})"

    @property
    def words(self) -> str:
        """One line with what to do."""
        typed = " ".join([_quoted(self.text), *(f"--path {_quoted(path)}" for path in self.paths)])
        return f"{self.where}: {self.text} For all projects: mcp-promptlearn add --global {typed}"

    @property
    def questions(self) -> tuple[str, ...]:
        """What the answer "not for all" is kept under: each of these wordings."""
        return tuple(f"for all projects {rule.name} v{rule.current.number}" for rule in self.rules)


def offers(store: Store) -> list[Offer]:
    """What could be a rule for all projects: proven in enough of them, said by no global rule, live or ended, and not
    declined by a person.
    """
    proven: dict[str, list[Rule]] = {}
    for project in store.projects():
        if project.key != GLOBAL:
            decided = read(store.trials(project.key))
            live = store.rules(project.key, states=LIVE) if decided is not None else []
            proven[project.key] = [
                rule
                for rule in live
                if rule.current.text is not None
                and (made := current(rule, decided)) is not None
                and made.verdict == PROVEN
            ]
    found = alike(proven, store.rules(GLOBAL))
    return [each for each in found if not any(map(store.answer, each.questions))]


def decline(store: Store, offer: Offer, *, now: float) -> None:
    """Keep it that a sentence is not for all projects: it is not offered again in any of these wordings."""
    for question in offer.questions:
        store.keep_answer(question, DECLINED, now=now)


def alike(proven: Mapping[str, Iterable[Rule]], everywhere: Iterable[Rule]) -> list[Offer]:
    """Of proven rules by project, those that say the same in enough projects and that no global rule says."""
    shelf = Shelf()
    groups: list[dict[str, Rule]] = []
    for project, rules in sorted(proven.items()):
        for rule in rules:
            place = shelf.same(rule.text)
            if place is None:
                place = len(groups)
                groups.append({})
                shelf.put(place, rule.text)
            groups[place].setdefault(project, rule)
    known = Shelf((rule.id, rule.text) for rule in everywhere)
    enough = [sorted(group.values(), key=lambda rule: (-rule.supports, rule.id)) for group in groups]
    return [Offer(tuple(rules)) for rules in enough if len(rules) >= PROJECTS and known.nearest(rules[0].text) is None]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
