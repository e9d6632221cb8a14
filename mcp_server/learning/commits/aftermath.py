"""What became of commits, told from other commits: which are undone or back again, which only moved on."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning.commits.history import Commit, is_target, plain, pull_of
from mcp_server.learning.commits.marks import fits
from store.records import Session

DEEPEST = 16
"""Reverts of reverts that are followed."""

SLACK = 60.0
"""Seconds by which the last sign of life of a session may lag behind what it did."""


class Undoing(NamedTuple):
    """One commit that another one undid, or brought back by undoing what had undone it."""

    sha: str
    by: Commit
    reinstated: bool
    side: str = ""
    """Of a merge that was undone, the side that stayed."""


class Graph:
    """Which of the commits that were read stands behind which; what was not read has to be asked for."""

    def __init__(self, commits: Iterable[Commit]) -> None:
        self._parents = {commit.sha: commit.parents for commit in commits}
        self._edges: dict[str, frozenset[str]] = {}

    def knows(self, sha: str) -> bool:
        """Was it read?"""
        return sha in self._parents

    def is_behind(self, old: str, young: str) -> bool:
        """Does a commit that was read stand behind another one?"""
        return any(sha == old for sha in self._behind(young))

    def edge(self, young: str) -> frozenset[str]:
        """Where reading ended behind a commit: what was not read stands behind these, if at all."""
        if young not in self._edges:
            self._edges[young] = frozenset(sha for sha in self._behind(young) if sha not in self._parents)
        return self._edges[young]

    def _behind(self, young: str) -> Iterator[str]:
        """Everything behind a commit, the nearest first, to where reading ended."""
        seen = {young}
        waiting = deque([young])
        while waiting:
            for parent in self._parents.get(waiting.popleft(), ()):
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
                    yield parent


def undoings(
    by: Commit, targets: Callable[[Commit], Sequence[str]], known: Mapping[str, Commit], watched: Callable[[str], bool]
) -> list[Undoing]:
    """What a revert undoes. Of a revert of a revert the commit at the end of the chain is back again.

    A revert in between is told of as well where it is `watched`: somebody's own work.
    """
    found: dict[str, Undoing] = {}
    waiting = [(sha, False, by.kept, 1) for sha in targets(by)]
    while waiting:
        sha, back, side, depth = waiting.pop(0)
        if sha in found or sha == by.sha:
            continue
        target = known.get(sha)
        deeper = list(targets(target)) if target and target.reverts and depth < DEEPEST else []
        if not deeper or watched(sha):
            found[sha] = Undoing(sha, by, back, side)
        waiting += [(each, not back, target.kept if target else "", depth + 1) for each in deeper]
    return list(found.values())


class Titles:
    """Commits by their subjects, for reverts that name no commit."""

    def __init__(self, among: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, list[str]] = {}
        self._alike: dict[str, list[str]] = {}
        self._pulls: dict[str, list[str]] = {}
        for sha, subject in among:
            self._exact.setdefault(subject, []).append(sha)
            self._alike.setdefault(plain(subject), []).append(sha)
            self._pulls.setdefault(pull_of(subject), []).append(sha)

    def meant(self, by: Commit) -> list[str]:
        """The commits that a revert may mean: merged as the pull request it names, or called what its title quotes."""
        merged = self._pulls.get(by.pull.rpartition("/")[2].rpartition("#")[2], []) if by.pull else []
        titled = (self._exact.get(by.undone) or self._alike.get(plain(by.undone), [])) if by.undone else []
        return [sha for sha in merged or titled if sha != by.sha]


def folded_into(
    mending: Iterable[Commit], known: Collection[Commit], behind: Callable[[str, str], bool]
) -> dict[str, Commit]:
    """The commits that fixups are meant for, by the fixups' ids: of those behind each the one autosquash takes."""
    named: dict[str, list[Commit]] = {}
    found: dict[str, Commit] = {}
    for commit in mending:
        if not named:
            for each in known:
                named.setdefault(each.subject, []).append(each)
        for near in (named.get(commit.target, []), known):
            before = [each for each in near if is_target(each, commit.target) and behind(each.sha, commit.sha)]
            if before:
                found[commit.sha] = max(before, key=lambda each: each.time)
                break
    return found


def session_of(agent: str, written: float, sessions: Iterable[Session]) -> str:
    """The only session that was alive when an agent's commit was written, and may be that agent's; else empty."""
    alive = [each.id for each in sessions if each.started <= written <= each.seen and fits(agent, each.client)]
    return alive[0] if len(alive) == 1 else ""


def alive(spans: Iterable[tuple[float, float]], time: float) -> bool:
    """Did one of these sessions live at that time, or just before?"""
    return any(first <= time <= last + SLACK for first, last in spans)
