"""What became of commits, told from other commits: which are undone or back again, which only moved on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning.history import Commit, is_of_pull, is_target, plain
from mcp_server.learning.marks import fits
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
        self._last = ("", frozenset[str](), frozenset[str]())

    def behind(self, sha: str) -> tuple[frozenset[str], frozenset[str]]:
        """The commits behind one as far as they were read, and those at which reading ended."""
        if self._last[0] != sha:
            seen: set[str] = set()
            edge: set[str] = set()
            waiting = [sha]
            while waiting:
                parents = self._parents.get(waiting.pop(), ())
                for parent in parents:
                    if parent not in self._parents:
                        edge.add(parent)
                    elif parent not in seen:
                        seen.add(parent)
                        waiting.append(parent)
            self._last = (sha, frozenset(seen), frozenset(edge))
        return self._last[1:]

    def knows(self, sha: str) -> bool:
        """Was it read?"""
        return sha in self._parents


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


def titled(wanted: Commit, among: Iterable[tuple[str, str]]) -> list[str]:
    """The commits, of ids with their subjects, that a revert without an id may mean: by its title or pull request."""
    others = [(sha, subject) for sha, subject in among if sha != wanted.sha]
    exact = [sha for sha, subject in others if wanted.undone and subject == wanted.undone]
    alike = [sha for sha, subject in others if wanted.undone and plain(subject) == plain(wanted.undone)]
    merged = [sha for sha, subject in others if wanted.pull and is_of_pull(subject, wanted.pull)]
    return merged or exact or alike


def folded_into(mending: Commit, among: Iterable[Commit]) -> Commit | None:
    """The commit that a fixup is meant for: the first of `among`, the newest first, that autosquash would choose."""
    others = [each for each in among if each.sha != mending.sha and is_target(each, mending.target)]
    exact = (each for each in others if each.subject == mending.target)
    return next(exact, None) or next(iter(others), None)


def session_of(agent: str, written: float, sessions: Iterable[Session]) -> str:
    """The only session that was alive when an agent's commit was written, and may be that agent's; else empty."""
    alive = [each.id for each in sessions if each.started <= written <= each.seen and fits(agent, each.client)]
    return alive[0] if len(alive) == 1 else ""


def alive(spans: Iterable[tuple[float, float]], time: float) -> bool:
    """Did one of these sessions live at that time, or just before?"""
    return any(first <= time <= last + SLACK for first, last in spans)
