"""In which order rules are shown to a session, and what fits the budget."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning.render import Line
from store.records import Exposure, Rule, Version


class Budget(NamedTuple):
    """How much an agent is given to read. Tokens are characters / 4."""

    rules: int = 12
    tokens: int = 600
    pinned_rules: int = 12
    pinned_tokens: int = 600
    size: int = 8000
    """Bytes of UTF-8 of all rule lines together, as some clients that cut long texts count bytes; with
    its first and last line an answer stays below 9,000 characters."""


BUDGET = Budget()


def tokens(text: str) -> int:
    """An estimate of the tokens in a text: characters / 4, rounded up."""
    return -(-len(text) // 4)


def ranked(rules: Iterable[Rule]) -> list[Rule]:
    """Rules that may be served, most important first: pinned, then by trust, support and age.

    Pinned ones from a person's rule files come behind those that a person pinned here, nearest scope first.
    """
    return sorted((rule for rule in rules if rule.served), key=_importance)


def _importance(rule: Rule) -> tuple[bool, int, int, int, int]:
    near = -nearness(rule.current.paths) if filed(rule) else -FARTHEST - 1
    return not rule.pinned, near if rule.pinned else 0, -rule.current.source.trust, -rule.supports, rule.id


FARTHEST = 1000
"""More than the folders that the globs of any rule name."""


def filed(rule: Rule) -> bool:
    """Does a rule's sentence come from a person's rule file?"""
    return bool(rule.current.source.file)


def nearness(paths: Iterable[str]) -> int:
    """How many folders a scope names before its first star, at the least; 0 for the whole project."""
    return min((_named(glob) for glob in paths), default=0)


def _named(glob: str) -> int:
    names = glob.split("/")[:-1] if glob.count("/") else []
    plain = next((place for place, name in enumerate(names) if "*" in name or "?" in name), len(names))
    return min(plain, FARTHEST) + 1


def roomless(rules: Iterable[Rule], *, budget: Budget = BUDGET) -> list[Rule]:
    """The pinned rules from files for which there is no room in a session that all of them apply to."""
    room, left = Room(budget), list[Rule]()
    for rule in ranked(rule for rule in rules if rule.pinned):
        if room.fits(line_of(rule)):
            room.take(line_of(rule))
        elif filed(rule):
            left.append(rule)
    return left


def shown(
    rules: Iterable[Rule],
    *,
    seen: Sequence[Exposure],
    versions: Mapping[tuple[int, int], Version],
    budget: Budget = BUDGET,
) -> list[Line]:
    """The lines that a session has seen and still may see, in the order of showing.

    `versions` holds every seen version that is no longer its rule's current one. A seen line keeps its
    bytes and place, also when its rule was edited or unpinned meanwhile. A line whose version was
    withdrawn or forgotten, or whose rule is no longer served, drops. Only the budget of pinned and learnt
    rules together binds here: what an agent has read already is not taken back for a change of class.
    """
    by_id = {rule.id: rule for rule in rules if rule.served}
    lines: dict[int, Line] = {}
    room = Room(budget)
    for exposure in seen:
        rule = by_id.get(exposure.rule)
        if rule is None or rule.id in lines:
            continue
        current = exposure.version == rule.current.number
        version = rule.current if current else versions.get((rule.id, exposure.version))
        if version is None or version.text is None or version.withdrawn:
            continue
        line = Line(rule.id, version.number, version.text, rule.pinned)
        if room.fits(line, shared=True):
            lines[rule.id] = line
            room.take(line)
    return list(lines.values())


class Room:
    """What is left of a budget while lines are taken."""

    def __init__(self, budget: Budget) -> None:
        self._rules = {True: budget.pinned_rules, False: budget.rules}
        self._tokens = {True: budget.pinned_tokens, False: budget.tokens}
        self._size = budget.size

    @property
    def rules(self) -> int:
        """How many more learnt rules fit."""
        return max(0, self._rules[False])

    @property
    def tokens(self) -> int:
        """How many more tokens of them."""
        return max(0, self._tokens[False])

    def fits(self, line: Line, *, shared: bool = False) -> bool:
        """Is there room for a line in its class, or with `shared` in both classes together?"""
        text = str(line)
        rules = sum(self._rules.values()) if shared else self._rules[line.pinned]
        left = sum(self._tokens.values()) if shared else self._tokens[line.pinned]
        return rules > 0 and left >= tokens(text) and self._size > len(text.encode())

    def take(self, line: Line) -> None:
        """Put a line into it."""
        self._rules[line.pinned] -= 1
        self._tokens[line.pinned] -= tokens(str(line))
        self._size -= len(str(line).encode()) + 1


def line_of(rule: Rule) -> Line:
    """A rule's current version as a line."""
    return Line(rule.id, rule.current.number, rule.text, rule.pinned)


def fits_pinned(pinned: Iterable[Rule], added: str, *, budget: Budget = BUDGET) -> bool:
    """Is there room among the pinned rules for one more sentence?"""
    lines = [*(str(line_of(rule)) for rule in pinned), str(Line(9999, 1, added, True))]
    return len(lines) <= budget.pinned_rules and sum(map(tokens, lines)) <= budget.pinned_tokens
