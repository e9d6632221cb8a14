"""Keeps what logs told: each thing once, also where a hook heard it or another log tells it again."""

from collections.abc import Iterable

from mcp_server.transcripts.harvest import Batch
from store.contract import Store
from store.records import Evidence, Kind, Work

AT_ONCE = 500
"""Facts in one transaction: a hook that waits for the store gets in between."""

NEAR = 10.0
"""Seconds between a hook's look at a command and the client's line about it."""

SESSIONS = 200
"""Sessions whose facts are remembered at once."""

_RESULTS = (Kind.RUN, Kind.FAILURE)


Result = tuple[Kind, str, str]
"""What a command showed: the kind of fact, the failure and the words."""


class Sieve:
    """Lets each thing through once. A log that was forked or resumed elsewhere tells its beginning again."""

    def __init__(self, *, now: float) -> None:
        self._now = now
        self._seen: set[int] = set()

    def fresh(self, facts: Iterable[Evidence]) -> list[Evidence]:
        """The facts that were not told before with the same words at the same moment."""
        return [each for each in facts if each.time >= self._now or self._first(each)]

    def _first(self, fact: Evidence) -> bool:
        name = hash((fact.project, fact.kind, fact.text, fact.time))
        first = name not in self._seen
        self._seen.add(name)
        return first


class Keeper:
    """Puts what was read into the store, in transactions of a good size, and then the bookmarks behind it."""

    def __init__(self, store: Store, *, now: float) -> None:
        self.new = 0
        """Facts that were not known before."""
        self._store, self._now = store, now
        self._facts: list[Evidence] = []
        self._works: list[Work] = []
        self._marks: list[tuple[str, str]] = []
        self._results: dict[tuple[str, str], dict[Result, list[tuple[float, str]]]] = {}

    def keep(self, batch: Batch) -> None:
        """Take a batch; it is kept when there is enough, or at the end."""
        self._facts += [fact for fact in batch.facts if not self._seen_by_a_hook(fact)]
        self._works += batch.works
        self._marks += [batch.bookmark] if batch.bookmark else []
        if len(self._facts) + len(self._works) >= AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Keep everything that was taken."""
        for place in range(0, len(self._facts), AT_ONCE):
            self.new += sum(kept.new for kept in self._store.record(self._facts[place : place + AT_ONCE]))
        if self._works:
            self._store.worked(self._works)
        for name, mark in self._marks:
            self._store.keep_bookmark(name, mark, now=self._now)
        self._facts, self._works, self._marks = [], [], []

    def _seen_by_a_hook(self, fact: Evidence) -> bool:
        """Was this result of a command kept already, though of an output that was cut elsewhere?"""
        if fact.kind not in _RESULTS or not fact.session:
            return False
        key = fact.project, fact.session
        if key not in self._results:
            if len(self._results) >= SESSIONS:
                del self._results[next(iter(self._results))]
            known = self._store.evidence(fact.project, session=fact.session, kinds=_RESULTS)
            held: dict[Result, list[tuple[float, str]]] = {}
            self._results[key] = held
            for each in known:
                held.setdefault((each.kind, each.fingerprint, each.text), []).append((each.time, each.hash))
        near = self._results[key].get((fact.kind, fact.fingerprint, fact.text), [])
        return any(abs(time - fact.time) <= NEAR and name != fact.hash for time, name in near)
