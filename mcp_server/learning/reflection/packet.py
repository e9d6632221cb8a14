"""The evidence of one cause in small packets, sessions with the failure beside sessions without it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning.cluster import Cluster
from store.records import Evidence, Kind, Rule
from store.values import NOTHING

ITEMS = 8
"""Pieces of evidence in one question; more of them make worse sentences."""
PACKETS = 6
"""Questions about one cause; of more evidence the newest is taken."""
LARGE = 6
"""From so many sessions on, the newest third is kept from the model, for the back-test."""
OCCASIONS_IN_ONE_PLACE = 3
"""After so many sessions in one place, that place is plain."""
SAID, FAILING, PASSING = "said", "failing", "passing"


class Split(NamedTuple):
    """Failures told apart by their sessions: those that a model may be shown, and those kept to test its answer."""

    shown: tuple[Evidence, ...]
    kept: tuple[Evidence, ...]

    @property
    def since(self) -> float:
        """When the first of the kept failures happened; never, where none is kept."""
        return min((fact.time for fact in self.kept), default=float("inf"))

    @property
    def reserved(self) -> frozenset[str]:
        """The sessions of which a model is shown nothing."""
        return frozenset(fact.occasion for fact in self.kept)


class Item(NamedTuple):
    """One piece of evidence on its side of the contrast, with files that its session touched."""

    fact: Evidence
    side: str
    files: tuple[str, ...] = ()


class Matter(NamedTuple):
    """One cause that a model is asked about, with all that it may be shown of it."""

    cluster: Cluster
    """With the facts of the shown part only."""
    said: tuple[Evidence, ...] = ()
    failing: tuple[Evidence, ...] = ()
    passing: tuple[Evidence, ...] = ()
    rules: tuple[Rule, ...] = ()
    """Those that it may propose to change."""
    refused: tuple[str, ...] = ()
    files: Mapping[str, tuple[str, ...]] = NOTHING
    """By session: what it touched."""

    @property
    def facts(self) -> tuple[Evidence, ...]:
        """All that a model may be shown."""
        return (*self.said, *self.failing, *self.passing)


class Packet(NamedTuple):
    """A part of a matter, small enough for one question."""

    matter: Matter
    items: tuple[Item, ...]
    number: int = 1
    parts: int = 1


def split(failures: Iterable[Evidence], *, spoken: Collection[str] = ()) -> Split:
    """Keep the newest third of the sessions where there are enough of them.

    A session in which something was said that a model is shown, see `spoken`, is never among those kept.
    """
    ordered = sorted(failures, key=lambda fact: (fact.time, fact.id))
    occasions = list(dict.fromkeys(fact.occasion for fact in ordered))
    third = len(occasions) // 3 if len(occasions) >= LARGE else 0
    kept = set(occasions[len(occasions) - third :]) - set(spoken)
    return Split(
        tuple(fact for fact in ordered if fact.occasion not in kept),
        tuple(fact for fact in ordered if fact.occasion in kept),
    )


def packets(matter: Matter) -> list[Packet]:
    """A matter dealt into packets of at most `ITEMS`: what people said in each, and both sides in turns.

    There is one packet for each `ITEMS` pieces of evidence, or part of them. A side too scarce for all packets
    is repeated, at the cost of the other.
    """
    said = matter.said[-(ITEMS // 2) :] if matter.failing or matter.passing else matter.said[-ITEMS:]
    distinct = len(said) + len(matter.failing) + len(matter.passing)
    parts = min(PACKETS, max(1, -(-distinct // ITEMS)))
    room = ITEMS - len(said)
    found: list[Packet] = []
    for part in range(parts):
        failing, passing = _dealt(matter.failing, part, parts), _dealt(matter.passing, part, parts)
        some = passing[-max(room // 2, room - len(failing)) :]
        others = failing[-(room - len(some)) :] if room > len(some) else ()
        items = (
            *(Item(fact, SAID) for fact in said),
            *(Item(fact, FAILING, _files(fact, matter)) for fact in others),
            *(Item(fact, PASSING, _files(fact, matter)) for fact in some),
        )
        found.append(Packet(matter, items, part + 1, parts))
    return found


def side_of(fact: Evidence) -> str:
    """On which side of the contrast something stands that was seen with a failure, or with its repair."""
    return PASSING if fact.kind in {Kind.FIXED, Kind.RUN} or fact.detail.get("side") == PASSING else FAILING


def _dealt(facts: Sequence[Evidence], part: int, parts: int) -> Sequence[Evidence]:
    """Every so manieth fact; where there are too few for every part, one of them again."""
    mine = facts[part::parts]
    return mine or (facts[part % len(facts) :][:1] if facts else ())


def _files(fact: Evidence, matter: Matter) -> tuple[str, ...]:
    own = (fact.path,) if fact.path else ()
    return tuple(dict.fromkeys((*own, *matter.files.get(fact.session or "", ()))))
