"""Room for new rules: where a project is full, one is proposed only together with what would have to go first."""

from collections.abc import Iterable, Mapping, Sequence

from mcp_server.learning.admit import LIVE_RULES
from mcp_server.learning.propose import Proposal, retiring
from mcp_server.learning.screen import forbids_danger
from store.records import LIVE, Operation, Rule, State
from store.values import replace

Unit = tuple[Proposal, ...]
"""Proposals that only make sense together, in the order of deciding."""


def with_room(proposals: Sequence[Proposal], rules: Mapping[int, Rule], project: str) -> tuple[list[Unit], int]:
    """Proposals, each with the retirement that makes room for it where there is none, and how many found no room.

    What narrows or retires comes before what adds; else the order stays.
    """
    live = [rule for rule in rules.values() if rule.project == project and rule.state in LIVE and not rule.pinned]
    full = len(live) >= LIVE_RULES
    going = {ident for each in _retiring(rules.values()) for ident in each.replaces}
    going |= {ident for made in proposals for ident in made.replaces}
    victims = iter(sorted((rule for rule in live if rule.id not in going and _may_go(rule)), key=_worth))
    units: list[Unit] = []
    homeless = 0
    for made in sorted(proposals, key=lambda each: not (each.narrows or each.operation is Operation.RETIRE)):
        if not full or made.operation is not Operation.ADD:
            units.append((made,))
            continue
        victim = next(victims, None)
        if victim is None:
            homeless += 1
            continue
        first = retiring(
            victim, why=f"{LIVE_RULES} live rules are the most, and it would make room for: {made.wording.text}"
        )
        units.append((first, replace(made, why=f"{made.why}; {victim.name} has to go first")))
    return units, homeless


def within(units: Iterable[Unit], most: int) -> tuple[list[Proposal], int]:
    """As many proposals as may be made at once, none of them without what belongs to it, and how many wait."""
    taken: list[Proposal] = []
    waiting = 0
    for unit in units:
        if waiting or len(taken) + len(unit) > most:
            waiting += len(unit)
        else:
            taken += unit
    return taken, waiting


def _retiring(rules: Iterable[Rule]) -> Iterable[Rule]:
    return (rule for rule in rules if rule.state is State.CANDIDATE and rule.operation is Operation.RETIRE)


def _may_go(rule: Rule) -> bool:
    return rule.current.text is not None and not forbids_danger(rule.text)


def _worth(rule: Rule) -> tuple[int, int, float]:
    """The least trusted goes first, then what the fewest voices stand behind, then the oldest."""
    return rule.current.source.trust, rule.supports, rule.created
