"""Causes: failures that recur and instructions that people gave, each with whatever speaks of a remedy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning import fingerprint
from mcp_server.learning.directive import directives
from mcp_server.learning.likeness import Shelf
from store.records import FORGOTTEN, Evidence, Kind, Tally
from store.values import replace

OCCASIONS = 3
"""Distinct sessions after which a failure is a cause; one is enough where a person spoke of it."""


class Remark(NamedTuple):
    """One instruction that people gave, in its newest wording, with everything that said the same."""

    sentence: str
    wordings: frozenset[str]
    """Fingerprints of every way it was said."""
    facts: tuple[Evidence, ...]
    target: str


class Cluster(NamedTuple):
    """One cause. Without a target it is only a person's word; without a remark nobody named a remedy."""

    target: str = ""
    occasions: int = 0
    facts: tuple[Evidence, ...] = ()
    """Failures, and the changes seen with them and with their repair, newest last."""
    remark: Remark | None = None

    @property
    def readable(self) -> str:
        """The failure in plain words, or what was said where no failure is known."""
        if self.target and self.occasions:
            return fingerprint.parse(self.target).readable()
        return (
            f'a person said: "{" ".join(self.facts[-1].text.split())[:200]}"' if self.facts else "no failure is known"
        )

    @property
    def question(self) -> str:
        """What a person's answer to its question is kept under: the failure, or the one remark."""
        remarked = [fact for fact in self.facts if fact.kind is Kind.FEEDBACK]
        return f"remark {remarked[0].hash}" if remarked else self.target

    @property
    def repaired(self) -> bool:
        """Was a change seen with which the failure went away?"""
        return any(fact.kind is Kind.CHANGE and fact.detail.get("side") == "passing" for fact in self.facts)

    @property
    def evidence(self) -> tuple[int, ...]:
        """Ids of everything that speaks for this cause or its remedy."""
        said = () if self.remark is None else self.remark.facts
        return tuple(sorted({fact.id for fact in (*said, *self.facts)}))


def remarks(feedback: Iterable[Evidence], *, failed: Mapping[str, Iterable[str]]) -> list[Remark]:
    """What people asked for, things that say the same together.

    `failed` maps a session to the fingerprints that failed in it. A remark's target is the failure
    it was said about, else the only one of its session; where there are several it has none.
    """
    found: list[Remark] = []
    shelf = Shelf()
    for fact in feedback:
        for directive in directives(fact.text):
            target = fact.fingerprint or _only(failed.get(fact.session or "", ()))
            place = shelf.same(directive.sentence)
            if place is None:
                place = len(found)
                found.append(Remark(directive.sentence, frozenset({_print(directive.sentence)}), (fact,), target))
            else:
                known = found[place]
                facts = known.facts if known.facts[-1] == fact else (*known.facts, fact)
                ways = known.wordings | {_print(directive.sentence)}
                found[place] = Remark(directive.sentence, ways, facts, known.target or target)
            shelf.put(place, directive.sentence)
    return found


def unclear(feedback: Iterable[Evidence]) -> list[Cluster]:
    """What people told us in which no instruction could be found; `review` asks for one.

    What was overheard, in prompts or in reviews, was meant for the moment: it asks for nothing.
    """
    return [
        Cluster(fact.fingerprint, facts=(fact,))
        for fact in feedback
        if fact.text != FORGOTTEN
        and fact.kind is Kind.FEEDBACK
        and "sign" not in fact.detail
        and not directives(fact.text)
    ]


def causes(tallies: Iterable[Tally], said: Sequence[Remark]) -> list[Cluster]:
    """Every cause, those a person spoke of first, then by how often they recurred."""
    by_target = {tally.fingerprint: tally for tally in tallies}
    spoken = [
        Cluster(remark.target if remark.target in by_target else "", _count(by_target, remark.target), (), remark)
        for remark in said
    ]
    heard = {cluster.target for cluster in spoken}
    recurring = [
        Cluster(tally.fingerprint, tally.occasions)
        for tally in by_target.values()
        if tally.occasions >= OCCASIONS and tally.fingerprint not in heard
    ]
    return spoken + sorted(recurring, key=lambda cluster: (-cluster.occasions, cluster.target))


def filled(cluster: Cluster, facts: Iterable[Evidence]) -> Cluster:
    """The cause with its facts."""
    return replace(cluster, facts=tuple(sorted(facts, key=lambda fact: fact.id)))


def _print(sentence: str) -> str:
    return str(fingerprint.of_sentence(sentence))


def _count(tallies: Mapping[str, Tally], target: str) -> int:
    return tallies[target].occasions if target in tallies else 0


def _only(fingerprints: Iterable[str]) -> str:
    distinct = set(fingerprints)
    return distinct.pop() if len(distinct) == 1 else ""
