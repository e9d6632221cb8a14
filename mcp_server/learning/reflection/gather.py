"""What a model is shown of one cause: both sides of it, rules that may concern it, and what was refused before."""

import re
from collections.abc import Iterable, Mapping, Sequence

from mcp_server.learning.cluster import Cluster
from mcp_server.learning.past import FILES, Past
from mcp_server.learning.plain import listed, plain
from mcp_server.learning.reflection.notes import REFUSED, Note
from mcp_server.learning.reflection.packet import FAILING, ITEMS, PACKETS, PASSING, Matter, side_of
from store.contract import Store
from store.records import LIVE, Ending, Evidence, Kind, Rule, State
from store.values import replace

RULES = 4
"""Rules that are shown beside a cause."""
SHARED = 2
"""Words in common from which on a rule may concern a cause."""
_COMMON = listed("test tests fails failed with the and for not use never always run error assertionerror before after")
MOST = ITEMS * PACKETS


def gathered(
    cluster: Cluster, past: Past, rules: Iterable[Rule], *, project: str, store: Store, note: Note | None = None
) -> Matter:
    """The matter of a cause: nothing of the sessions that are kept for the back-test is in it."""
    said = () if cluster.remark is None else cluster.remark.facts
    parts = past.split(cluster.target, spoken={fact.occasion for fact in said})
    beside = _beside(store, project, cluster.target, parts.reserved)
    failing = [*parts.shown, *(fact for fact in beside if side_of(fact) == FAILING)] if cluster.target else []
    passing = [fact for fact in beside if side_of(fact) == PASSING]
    if cluster.target:
        passing += [
            fact
            for fact in past.passing(cluster.target, most=ITEMS)
            if fact.occasion not in parts.reserved and fact.time < parts.since
        ]
    mine = [rule for rule in rules if rule.project == project and rule.current.text is not None]
    about = " ".join((cluster.readable, *(fact.text[:400] for fact in (*said[-1:], *parts.shown[-1:]))))
    near = _near(cluster.target, _pieces(about), mine)
    refused = [rule.text for rule in near if rule.ending is Ending.REJECTED]
    refused += [sentence for sentence, _ in note.dropped] if note else []
    shown = _varied(failing)[-MOST:]
    files = {fact.session: past.files(fact.session)[:FILES] for fact in (*shown, *passing) if fact.session}
    return Matter(
        replace(cluster, facts=tuple(sorted((*shown, *passing), key=lambda fact: fact.id))),
        tuple(said),
        tuple(shown),
        tuple(passing[-ITEMS * 2 :]),
        tuple(rule for rule in near if rule.state in LIVE and not rule.pinned)[:RULES],
        tuple(dict.fromkeys(refused))[-REFUSED:],
        files,
    )


def _beside(store: Store, project: str, target: str, reserved: frozenset[str]) -> list[Evidence]:
    """Changes seen with a failure, and with its repair, outside of the sessions that are kept."""
    found = store.evidence(project, fingerprint=target, kinds=[Kind.CHANGE, Kind.FIXED], newest=MOST) if target else []
    return [fact for fact in found if fact.occasion not in reserved]


def _varied(facts: Iterable[Evidence]) -> list[Evidence]:
    """One fact of each session, in their order: the same failure twice in one tells nothing more."""
    seen: Mapping[tuple[str, Kind], Evidence] = {(fact.occasion, fact.kind): fact for fact in facts}
    return sorted(seen.values(), key=lambda fact: fact.id)


def _near(target: str, about: frozenset[str], rules: Sequence[Rule]) -> list[Rule]:
    """Rules about the same failure, then those with the most words in common with it."""

    def shared(rule: Rule) -> int:
        return 1000 if target and rule.target == target else len(about & _pieces(rule.text))

    told = [
        (shared(rule), rule)
        for rule in rules
        if rule.state in LIVE or (rule.state is State.RETIRED and rule.ending is Ending.REJECTED)
    ]
    return [rule for count, rule in sorted(told, key=lambda each: (-each[0], each[1].id)) if count >= SHARED]


def _pieces(text: str) -> frozenset[str]:
    """The words of a text and the parts of its names, without those that tell nothing."""
    return frozenset(re.findall(r"[^\W_]{3,40}", plain(text))) - _COMMON
