"""What a suggestion amounts to: a new rule, an edit, a merge, a retirement, or what some rule says already."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mcp_server.learning import scope
from mcp_server.learning.likeness import Likeness, nearest
from mcp_server.learning.screen import screen
from store.records import LIVE, Ending, Operation, Rule, Source, State, Wording
from store.revise import retirement
from store.text import clean_line, clean_rule

CANDIDATES = 40
"""Open candidates of one project; more would never be read, so an agent is told to stop."""


class SuggestionError(Exception):
    """A suggestion that cannot be kept; one line with what to do instead."""


class Suggestion(NamedTuple):
    """A suggestion as a reviewer will see it."""

    operation: Operation
    wording: Wording
    replaced: tuple[Rule, ...]

    @property
    def replaces(self) -> tuple[int, ...]:
        """The ids of the rules that it would change."""
        return tuple(rule.id for rule in self.replaced)

    @property
    def words(self) -> str:
        """What it proposes, for a sentence."""
        names = ", ".join(rule.name for rule in self.replaced)
        return {
            Operation.ADD: "a new rule",
            Operation.EDIT: f"a new wording of {names}",
            Operation.MERGE: f"a merge of {names}",
            Operation.RETIRE: f"retiring {names}",
        }[self.operation]


class Match(NamedTuple):
    """The rule that says the same already, if any, or else one that says the opposite."""

    same: Rule | None = None
    contrary: Rule | None = None


def read(
    text: str, *, paths: Iterable[str], replaces: Iterable[int], rules: Iterable[Rule], project: str, source: Source
) -> Suggestion:
    """A suggestion from what an agent gave. An empty text retires; without paths an edit keeps the old ones.

    `rules` are all rules of the project and the global ones. Raises `SuggestionError` and `UnfitText`.
    """
    replaced = _replaced(rules, replaces, project)
    globs = tuple(dict.fromkeys(map(_glob, paths)))
    if not text.strip():
        if not replaced:
            raise SuggestionError("`rule` is empty and `replaces` names nothing; give a sentence, or ids to retire")
        if globs:
            raise SuggestionError("`rule` is empty, which retires; to change `paths` give the sentence again")
        return Suggestion(Operation.RETIRE, retirement(replaced[0], source), replaced)
    cleaned = clean_rule(text)
    finding = screen(cleaned.text).refused
    if finding is not None:
        raise SuggestionError(f"refused. {finding.words} Say it otherwise, or leave it to the user")
    wording = Wording(cleaned.text, globs or _inherited(replaced), source, dict(cleaned.removed))
    return Suggestion({0: Operation.ADD, 1: Operation.EDIT}.get(len(replaced), Operation.MERGE), wording, replaced)


def match(suggestion: Suggestion, rules: Sequence[Rule]) -> Match:
    """What the rules say to it already: live ones first, then candidates, then what was learnt and ended."""
    wording, replaced = suggestion.wording, suggestion.replaced
    if suggestion.operation is Operation.RETIRE:
        waiting = (rule for rule in rules if rule.state is State.CANDIDATE and rule.operation is Operation.RETIRE)
        return Match(next((rule for rule in waiting if set(rule.replaces) == set(suggestion.replaces)), None))
    if suggestion.operation is Operation.EDIT:
        current = replaced[0].current
        if (wording.text, wording.paths) == (current.text, current.paths):
            return Match(replaced[0])
    contrary: Rule | None = None
    for states in (LIVE, {State.CANDIDATE}, {State.RETIRED}):
        group = {rule.id: rule for rule in rules if rule.state in states and _speaks(rule) and rule not in replaced}
        found = nearest(wording.text, [(ident, rule.text) for ident, rule in group.items()])
        if found is None:
            continue
        if found[1].likeness is Likeness.SAME:
            return Match(group[found[0]])
        if State.RETIRED not in states and contrary is None:
            contrary = group[found[0]]
    return Match(contrary=contrary)


def room(rules: Iterable[Rule], project: str) -> None:
    """Raises `SuggestionError` where as many candidates wait as anybody would read."""
    waiting = sum(rule.state is State.CANDIDATE and rule.project == project for rule in rules)
    if waiting >= CANDIDATES:
        raise SuggestionError(
            f"{waiting} candidates wait for the user already; ask them to run `mcp-promptlearn review` first"
        )


def _replaced(rules: Iterable[Rule], idents: Iterable[int], project: str) -> tuple[Rule, ...]:
    live = {rule.id: rule for rule in rules if rule.served}
    found: list[Rule] = []
    for ident in dict.fromkeys(idents):
        rule = live.get(ident)
        if rule is None:
            raise SuggestionError(f"R{ident} is no live rule of this project; use ids as get_rules shows them")
        if rule.project != project:
            raise SuggestionError(f"{rule.name} holds for all projects; ask the user to change it")
        if rule.pinned:
            raise SuggestionError(f"{rule.name} is pinned by a person; ask the user to change it")
        found.append(rule)
    return tuple(found)


def _glob(path: str) -> str:
    cleaned = clean_line(path, limit=200)
    text = scope.normal(cleaned.text)
    plain = not (cleaned.redacted or cleaned.removed or any(c.isspace() or c == ":" for c in text))
    if not text or text.startswith(("/", "~")) or ".." in text.split("/") or not plain:
        raise SuggestionError(f"{text[:60]!r} is no glob inside the project; use one like `src/**/*.py`")
    return text


def _inherited(replaced: Sequence[Rule]) -> tuple[str, ...]:
    """The paths of all; none, where one of them holds everywhere."""
    scopes = [rule.current.paths for rule in replaced]
    return tuple(dict.fromkeys(path for paths in scopes for path in paths)) if all(scopes) else ()


def _speaks(rule: Rule) -> bool:
    """Has it a sentence of its own? That of a candidate to retire a rule is the rule's."""
    return (
        rule.current.text is not None and rule.operation is not Operation.RETIRE and rule.ending is not Ending.APPLIED
    )
