"""Which rules a session is given, by independent coins within the context budget.

Fixed numbers of slots are never filled: showing one rule would displace others. Instead all probabilities are
lowered until they fit (`fit.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from mcp_server.learning.trials import coin
from mcp_server.learning.trials.fit import Item, Limits, fitted, load


class Standing(NamedTuple):
    """How a rule may be shown until the next consolidate."""

    probability: float | None
    """None for a rule without a coin."""
    active: bool = False
    version: int = 1
    tokens: float = 0.0
    always: bool = False
    """Shown without a coin: pinned, or active where trials are off."""


class Serving(NamedTuple):
    """All that choosing needs to know, small enough to be read at every session's start."""

    key: bytes
    standings: Mapping[str, Standing]
    holdout: float = 0.0
    deviations: float = 2.0
    trials_share: float = 0.2
    floor: float = 0.03


class Budget(NamedTuple):
    """Rules and tokens that a session has room for beside the pinned ones."""

    rules: float
    tokens: float


class Throw(NamedTuple):
    """A coin: the probability fixed before it, and how it fell."""

    probability: float
    assigned: bool


def whole(serving: Serving, session: str) -> Throw | None:
    """The coin of all learnt rules together, where there is one."""
    if not serving.holdout:
        return None
    p = coin.rounded(1.0 - serving.holdout)
    return Throw(p, coin.throw(serving.key, coin.SET, "set", session) < p)


class Taken(NamedTuple):
    """Room that a coin thrown before in the session may need."""

    probability: float
    rules: float
    tokens: float


def choose(
    serving: Serving, session: str, candidates: Sequence[str], budget: Budget, taken: Sequence[Taken] = ()
) -> dict[str, Throw]:
    """The coin of every candidate that has one, and (1, True) for those that are always shown.

    The same arguments give the same coins. Where the set's coin took all learnt rules away, none is thrown.
    Of coins thrown before in the same session, `taken`, it counts how probable they were, never how they fell:
    what one rule is shown by must not depend on another's coin.
    """
    throws: dict[str, Throw] = {}
    thrown: list[tuple[str, Standing, float]] = []
    together = whole(serving, session)
    on = together is None or together.assigned
    for rule in candidates:
        standing = serving.standings.get(rule)
        if standing is None:
            continue
        if standing.always:
            throws[rule] = Throw(1.0, True)
        elif standing.probability is not None and on:
            thrown.append((rule, standing, standing.probability))
    for (rule, standing, _), p in zip(thrown, _probabilities(serving, thrown, budget, taken), strict=True):
        exact = coin.rounded(p)
        if exact > 0.0:
            throws[rule] = Throw(exact, coin.throw(serving.key, rule, standing.version, session) < exact)
    return throws


def delivered(serving: Serving, session: str, throws: Mapping[str, Throw], budget: Budget) -> list[str]:
    """The rules to show: those that were assigned, or a random part of them where they overflow the budget."""
    assigned = [rule for rule, throw in throws.items() if throw.assigned]
    counted = [rule for rule in assigned if not serving.standings[rule].always]
    lengths = {rule: serving.standings[rule].tokens for rule in counted}
    if len(counted) <= budget.rules and fsum(lengths.values()) <= budget.tokens:
        return assigned
    counted.sort(key=lambda rule: (coin.throw(serving.key, rule, "overflow", session), rule))
    rules, tokens, dropped = 0, 0.0, set[str]()
    for rule in counted:
        if rules + 1 <= budget.rules and tokens + lengths[rule] <= budget.tokens:
            rules, tokens = rules + 1, tokens + lengths[rule]
        else:
            dropped.add(rule)
    return [rule for rule in assigned if rule not in dropped]


def _probabilities(
    serving: Serving, thrown: Sequence[tuple[str, Standing, float]], budget: Budget, before: Sequence[Taken]
) -> list[float]:
    """The probabilities within the budget, in the order of `thrown`: active rules first, trials in what they leave."""
    items = [(p, 1.0, standing.tokens) for _, standing, p in thrown]
    if _never_overflows([*before, *items], budget):
        return [p for p, _, _ in items]
    active = [n for n, (_, standing, _) in enumerate(thrown) if standing.active]
    trials = [n for n, (_, standing, _) in enumerate(thrown) if not standing.active]
    result = [p for p, _, _ in items]
    waiting = [items[n] for n in trials]
    asked = (load(serving.deviations, waiting, 1), load(serving.deviations, waiting, 2))
    kept = Budget(
        budget.rules - min(budget.rules * serving.trials_share, asked[0]),
        budget.tokens - min(budget.tokens * serving.trials_share, asked[1]),
    )
    limits = Limits(serving.deviations, serving.floor)
    taken: list[Item] = [*before]
    for members, room in ((active, kept), (trials, budget)):
        lowered = fitted([items[n] for n in members], taken, (room.rules, room.tokens), limits)
        for n, p in zip(members, lowered, strict=True):
            result[n] = p
        taken += [(result[n], *items[n][1:]) for n in members]
    return result


def _never_overflows(items: Iterable[Item], budget: Budget) -> bool:
    """Would even all of them fit? Then nothing has to be scaled."""
    many = list(items)
    return len(many) <= budget.rules and fsum(tokens for _, _, tokens in many) <= budget.tokens
