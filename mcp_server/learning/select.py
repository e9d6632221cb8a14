"""Which rules a session gets, in which order, within the budget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mcp_server.learning import scope
from mcp_server.learning.render import Line
from store.records import Exposure, Rule, Version


@dataclass(frozen=True, slots=True)
class Budget:
    """How much an agent is given to read. Tokens are characters / 4."""

    rules: int = 12
    tokens: int = 600
    pinned_rules: int = 12
    pinned_tokens: int = 600
    characters: int = 9000


BUDGET = Budget()


def tokens(text: str) -> int:
    """An estimate of the tokens in a text: characters / 4, rounded up."""
    return -(-len(text) // 4)


def ranked(rules: Iterable[Rule]) -> list[Rule]:
    """Rules that may be served, most important first: pinned, then by trust, support and age."""
    return sorted(
        (rule for rule in rules if rule.served),
        key=lambda rule: (not rule.pinned, -rule.current.source.trust, -rule.supports, rule.id),
    )


def select(
    rules: Sequence[Rule],
    *,
    files: Sequence[str],
    seen: Sequence[Exposure],
    versions: Mapping[tuple[int, int], Version],
    budget: Budget = BUDGET,
) -> list[Line]:
    """The lines to show now: those this session has seen and still may, then what fits of the rest.

    `rules` are ranked; `versions` holds every seen version that is no longer its rule's current
    one. A seen line keeps its bytes and place, also when its rule was edited meanwhile. A line whose
    version was withdrawn or forgotten, or whose rule is no longer served, drops; its rule's current
    version may then follow at the end.
    """
    by_id = {rule.id: rule for rule in rules}
    lines: list[Line] = []
    for exposure in seen:
        rule = by_id.get(exposure.rule)
        if rule is None:
            continue
        current = exposure.version == rule.current.number
        version = rule.current if current else versions.get((exposure.rule, exposure.version))
        if version is not None and version.text is not None and not version.withdrawn:
            lines.append(Line(rule.id, version.number, version.text, rule.pinned))
    held = {line.rule for line in lines}
    lines += [line_of(rule) for rule in rules if rule.id not in held and scope.covers(rule.current.paths, files)]
    return _within(lines, budget)


def line_of(rule: Rule) -> Line:
    """A rule's current version as a line."""
    return Line(rule.id, rule.current.number, rule.text, rule.pinned)


def fits_pinned(pinned: Iterable[Rule], added: str, *, budget: Budget = BUDGET) -> bool:
    """Is there room among the pinned rules for one more sentence?"""
    lines = [*(str(line_of(rule)) for rule in pinned), str(Line(9999, 1, added, True))]
    return len(lines) <= budget.pinned_rules and sum(map(tokens, lines)) <= budget.pinned_tokens


def _within(lines: Iterable[Line], budget: Budget) -> list[Line]:
    kept: list[Line] = []
    most = {True: budget.pinned_rules, False: budget.rules}
    room = {True: budget.pinned_tokens, False: budget.tokens}
    characters = budget.characters
    for line in lines:
        text = str(line)
        if most[line.pinned] > 0 and room[line.pinned] >= tokens(text) and characters > len(text):
            kept.append(line)
            most[line.pinned] -= 1
            room[line.pinned] -= tokens(text)
            characters -= len(text) + 1
    return kept
