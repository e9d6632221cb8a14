"""Whose is a fact that names no session? Told by what sessions left behind, with the confidence stated.

A commit is somebody's; a pull request or a branch may be several people's, and then the file a fact
is about decides, if it can. What stays ambiguous stays without a session, and says why.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from store.records import BRANCH, COMMIT, PATH, PULL_REQUEST, Episode, Evidence, Kind, Work
from store.values import replace

SHARED = frozenset({"main", "master", "trunk", "develop", "dev", "head"})
"""Branches on which everybody works: they tell nothing."""

SHORTEST = 7
"""Characters of a commit's id by which it is told; git itself writes no fewer."""

RECENT = 14 * 86_400.0
"""Seconds after which a touched file no longer tells that a fact about it is meant for whoever touched it."""

CONFIDENCE: Mapping[str, float] = {COMMIT: 0.95, PULL_REQUEST: 0.9, BRANCH: 0.7, PATH: 0.5}
"""How sure each sort is, by design and not by measurement; one that a file had to decide is 0.1 less sure."""


_ADDRESS = (
    r"(?:https?://[^/\s]{1,200}/)?(?P<project>[\w.-]{1,100}(?:/[\w.-]{1,100}){1,6}?)"
    r"(?:(?P<mark>[#!])|/pull/|/-/merge_requests/)(?P<number>\d{1,9})(?:[/?#].{0,200})?"
)


def pull_request(text: str, project: str) -> str:
    """A pull request as evidence names it, `owner/repo#5` or `group/project!5`; empty where it cannot be told.

    An address, or only a number, which is meant in the repository of the project. In lower case, as the
    services do not tell names by their case.
    """
    plain = text.strip().lower()
    if found := re.fullmatch(_ADDRESS, plain):
        mark = found["mark"] or ("#" if "/pull/" in plain else "!")
        return f"{found['project']}{mark}{found['number']}"
    number = plain.removeprefix("pr").strip().lstrip("#!")
    own = "" if project.startswith(("path:", "root:", "file:")) else project.partition("/")[2]
    if not (number.isascii() and number.isdigit() and len(number) < 10 and "/" in own):
        return ""
    return f"{own}{'!' if 'gitlab' in project.partition('/')[0] else '#'}{number}"


class Claim(NamedTuple):
    """The session a fact belongs to, how that is known, and how surely."""

    session: str
    how: str
    confidence: float
    time: float
    """When the session touched what the fact names."""


class Index:
    """What sessions left behind, to be asked about many facts."""

    def __init__(self, works: Iterable[Work]) -> None:
        self._by_name: dict[tuple[str, str], list[Work]] = {}
        for work in works:
            name = work.name[:SHORTEST].lower() if work.sort == COMMIT else work.name
            self._by_name.setdefault((work.sort, name), []).append(work)

    def commits(self, commit: str) -> list[Work]:
        """The works of a commit, of which either side may know the beginning only."""
        near = self._by_name.get((COMMIT, commit[:SHORTEST].lower()), []) if len(commit) >= SHORTEST else []
        wanted = commit.lower()
        return [work for work in near if wanted.startswith(work.name.lower()) or work.name.lower().startswith(wanted)]

    def named(self, sort: str, name: str) -> list[Work]:
        """The works of one sort under one name."""
        return self._by_name.get((sort, name), []) if name else []


def names(facts: Iterable[Evidence]) -> dict[str, set[str]]:
    """The names by sort that works of these facts may go by; of commits none, as they are told by beginnings."""
    found: dict[str, set[str]] = {PULL_REQUEST: set(), BRANCH: set(), PATH: set()}
    for fact in facts:
        for sort, name in ((PULL_REQUEST, fact.pull_request), (BRANCH, fact.branch), (PATH, fact.path)):
            if name:
                found[sort].add(name)
    return found


def claim(fact: Evidence, index: Index) -> Claim | str:
    """The session of a fact, or in words why none can be told."""
    unclear = ""
    for sort, found, needed in _candidates(fact, index):
        sessions = {work.session for work in found}
        if len(sessions) == 1:
            newest = max(found, key=lambda work: work.time)
            return Claim(newest.session, f"by its {sort}", CONFIDENCE[sort], newest.time)
        if len(sessions) > 1:
            touched = [work for work in _touched(fact, index) if work.session in sessions]
            if needed and len({work.session for work in touched}) == 1:
                confidence = round(CONFIDENCE[sort] - 0.1, 2)
                return Claim(touched[0].session, f"by its {sort} and file", confidence, touched[0].time)
            unclear = unclear or f"{len(sessions)} sessions have its {sort}"
    return unclear or "no session is known to have left what it names"


def beside(fact: Evidence) -> list[Work]:
    """What else a fact with a session tells of it: its pull request, and what that was merged as."""
    if not fact.session or fact.confidence < CONFIDENCE[PULL_REQUEST]:
        return []
    told = Work(fact.project, fact.session, PULL_REQUEST, fact.pull_request, fact.time, "evidence")
    works = [told] if fact.pull_request and fact.kind is not Kind.REVERT else []
    merged = str(fact.detail.get("merge_commit") or "")
    if fact.kind is Kind.PULL_REQUEST and fact.detail.get("state") == "merged" and len(merged) >= SHORTEST:
        works.append(replace(told, sort=COMMIT, name=merged))
    return works


def episode_at(episodes: Sequence[Episode], time: float) -> Episode | None:
    """The episode in which something happened: the last one begun by then, else the first."""
    begun = [episode for episode in episodes if episode.started <= time]
    return begun[-1] if begun else next(iter(episodes), None)


def _candidates(fact: Evidence, index: Index) -> Iterable[tuple[str, list[Work], bool]]:
    """What names sessions, most telling first, and whether a file may decide between several."""
    yield COMMIT, index.commits(fact.commit), True
    yield PULL_REQUEST, index.named(PULL_REQUEST, fact.pull_request), True
    if fact.branch.lower() not in SHARED:
        # A branch may have had the same name before; who came after the fact cannot be meant.
        yield BRANCH, [work for work in index.named(BRANCH, fact.branch) if _near(work, fact)], True
    if not (fact.commit or fact.pull_request or fact.branch):
        yield PATH, _touched(fact, index), False


def _touched(fact: Evidence, index: Index) -> list[Work]:
    return [work for work in index.named(PATH, fact.path) if _near(work, fact)]


def _near(work: Work, fact: Evidence) -> bool:
    return abs(fact.time - work.time) <= RECENT
