"""Which rules come into play in a session now, and how their coins fall: independent, sticky, logged beforehand.

Pinned rules are always shown. Every other one has a coin of known probability for each session that it applies to;
only that lets an effect be told from everything else that differs between sessions. What a coin decided is never
asked again: exposures that a session has are handed in, and only what is new comes out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning import scope
from mcp_server.learning.select import BUDGET, Budget, Room, filed, line_of, tokens
from mcp_server.learning.trials import allot
from store.records import WHOLE, Exposure, Rule, State, Version

ACTIVE, TRIAL = 0.9, 0.5
"""How probably a rule is shown before the first decisions about it."""


class Coins(NamedTuple):
    """How the coins of sessions are thrown."""

    off: bool = False
    """None are: active rules are always shown, rules on trial never."""
    holdout: float = 0.0
    """Share of sessions that get no learnt rule at all, by a coin of their own: does all of it help?"""


def assign(
    rules: Sequence[Rule],
    *,
    session: str,
    files: Sequence[str],
    triggered: Sequence[Exposure],
    versions: Mapping[tuple[int, int], Version],
    key: Callable[[], bytes],
    coins: Coins,
    budget: Budget = BUDGET,
) -> list[Exposure]:
    """An exposure for every rule that has come into play since, in the order of showing.

    `rules` are ranked, `triggered` what this session has, `versions` those of them that are no longer their
    rule's current one; `key` gives the secret of the coins, or nothing where there is none, and
    then none are thrown. Whether a rule is shown never changes what triggers it or another. Of a rule whose
    version was withdrawn or forgotten since, the one that took its place may follow.
    """
    known = {each.rule for each in triggered if not _gone(versions.get((each.rule, each.version)))}
    new = [rule for rule in rules if rule.id not in known and scope.covers(rule.current.paths, files)]
    if not new:
        return []
    room = _left(rules, triggered, budget)
    always = [_always(session, rule, room) for rule in new if rule.pinned]
    # What a person's files say and finds no room is known all the same: no session is told apart by it.
    fromfile = {rule.id for rule in new if filed(rule)}
    pinned = [each for each in always if each.delivered or each.rule not in fromfile]
    learnt = [rule for rule in new if not rule.pinned]
    secret = b"" if coins.off or not learnt else key()
    if not secret:
        return [*pinned, *(_always(session, rule, room) for rule in learnt if rule.state is State.ACTIVE)]
    together = [each for each in triggered if each.rule == WHOLE]
    made = [] if triggered else _whole(session, secret, coins)
    if not all(each.assigned for each in (*together, *made)):
        return [*made, *pinned]
    return [*made, *pinned, *_thrown(learnt, rules, session, triggered, secret, room, budget)]


def _gone(version: Version | None) -> bool:
    return version is not None and (version.withdrawn or version.text is None)


def chance(rule: Rule) -> float:
    """How probably a session that it applies to is shown a rule; 0 for one that waits."""
    if rule.chance is not None:
        return rule.chance
    return ACTIVE if rule.state is State.ACTIVE else TRIAL


def _thrown(
    learnt: Sequence[Rule],
    rules: Iterable[Rule],
    session: str,
    triggered: Iterable[Exposure],
    secret: bytes,
    room: Room,
    budget: Budget,
) -> list[Exposure]:
    lengths = {rule.id: tokens(str(line_of(rule))) for rule in rules if not rule.pinned}
    serving = allot.Serving(
        secret,
        {
            rule.name: allot.Standing(
                chance(rule) or None, rule.state is State.ACTIVE, rule.current.number, lengths[rule.id]
            )
            for rule in learnt
        },
    )
    taken = [
        allot.Taken(each.probability, 1, lengths[each.rule])
        for each in triggered
        if each.rule in lengths and each.probability < 1.0
    ]
    space = allot.Budget(budget.rules, budget.tokens)
    throws = allot.choose(serving, session, [rule.name for rule in learnt], space, taken)
    left = allot.Budget(room.rules, room.tokens)
    given = set(allot.delivered(serving, session, throws, left))
    return [_fallen(session, rule, throws, given, room) for rule in learnt if rule.name in throws]


def _fallen(session: str, rule: Rule, throws: Mapping[str, allot.Throw], given: Iterable[str], room: Room) -> Exposure:
    p, assigned = throws[rule.name]
    shown = rule.name in given and room.fits(line_of(rule))
    if shown:
        room.take(line_of(rule))
    return Exposure(session, rule.id, rule.current.number, p, assigned, shown, 0)


def _always(session: str, rule: Rule, room: Room) -> Exposure:
    """The exposure of a rule without a coin: assigned, and shown where there is room."""
    fits = room.fits(line_of(rule))
    if fits:
        room.take(line_of(rule))
    return Exposure(session, rule.id, rule.current.number, 1.0, True, fits, 0)


def _whole(session: str, secret: bytes, coins: Coins) -> list[Exposure]:
    thrown = allot.whole(allot.Serving(secret, {}, coins.holdout), session)
    return [Exposure(session, WHOLE, 0, *thrown, thrown.assigned, 0)] if thrown else []


def _left(rules: Iterable[Rule], triggered: Iterable[Exposure], budget: Budget) -> Room:
    """What the rules that a session was shown have left of the budget."""
    room = Room(budget)
    shown = {exposure.rule for exposure in triggered if exposure.delivered}
    for rule in rules:
        if rule.id in shown:
            room.take(line_of(rule))
    return room
