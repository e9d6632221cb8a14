"""What was said more than once: sentences that say the same, with everybody and every time that said them."""

from collections.abc import Iterable
from typing import NamedTuple

from mcp_server.learning.directive import directives
from mcp_server.learning.likeness import Shelf
from store.records import FORGOTTEN, Evidence, Kind, Trust


class Group(NamedTuple):
    """One thing that was said, in its newest wording, with every time it was."""

    sentence: str
    facts: tuple[Evidence, ...]
    """Oldest first."""
    instructs: bool = True
    """Is the sentence an instruction, which could stand as a rule?"""

    @property
    def sessions(self) -> int:
        """In how many sessions it was said; what no session is known of counts as one."""
        return len({fact.session for fact in self.facts})

    @property
    def last(self) -> float:
        """When it was said last."""
        return self.facts[-1].time

    @property
    def persons(self) -> bool:
        """Did a person say it, at least once, as far as that can be told?"""
        return any(fact.source.trust >= Trust.MEMBER for fact in self.facts)

    @property
    def standing(self) -> bool:
        """Is it meant to last, in one of its wordings?"""
        return self.instructs or any(fact.detail.get("standing") is True for fact in self.facts)

    @property
    def remembered(self) -> bool:
        """Is it only what an agent wrote down for itself?"""
        return all(fact.kind is Kind.SUGGESTION for fact in self.facts)


def grouped(facts: Iterable[Evidence]) -> list[Group]:
    """What was said, what says the same together: what most sessions heard first, then by times and date."""
    groups: list[tuple[str, list[Evidence], bool]] = []
    shelf = Shelf()
    for fact in sorted(facts, key=lambda fact: fact.time):
        if fact.text == FORGOTTEN:
            continue
        found = [each.sentence for each in directives(fact.text)]
        for sentence in found or [" ".join(fact.text.split())]:
            place = shelf.same(sentence)
            if place is None:
                place = len(groups)
                groups.append((sentence, [], False))
            _, said, instructs = groups[place]
            if not said or said[-1] is not fact:
                said.append(fact)
            groups[place] = sentence, said, instructs or bool(found)
            shelf.put(place, sentence)
    made = [Group(sentence, tuple(said), instructs) for sentence, said, instructs in groups]
    return sorted(made, key=lambda group: (-group.sessions, -len(group.facts), -group.last))
