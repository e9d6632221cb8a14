"""One run of tests, whatever format told it: each test once, and never a success of which something is unknown."""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from mcp_server.importers import document
from mcp_server.importers.runs.cases import Case, Key, Status
from store.text import CleanText, clean_line
from store.values import replace

MOST = 200_000
"""Test cases in one report."""

BAD = frozenset({Status.FAILED, Status.ERROR})

_SINCE = 946_684_800.0
"""The year 2000: an earlier time is a clock that nobody set."""
_ZONE = re.compile(r".*(?:Z|UTC|[+-]\d\d:?\d\d)\s*", re.IGNORECASE | re.DOTALL)


class Moment(NamedTuple):
    """When a run began."""

    time: float | None = None
    """None where it is not told, or cannot be."""
    vague: bool = False
    """It was told without a zone and read as UTC, so it may be off by half a day."""


UNTOLD = Moment()


class Report(NamedTuple):
    """One run of tests. `cases` holds every identity once."""

    origin: CleanText
    digest: str
    """SHA-256 of the bytes: with the same digest it is the same report."""
    partial: bool
    """Something is missing, so a test that is not listed is not known to be well."""
    cases: tuple[Case, ...]
    kind: str
    """The format: `junit`, `trx`, `ctrf`, `go`."""
    suite: CleanText
    """The run's own name; empty where it has none."""
    began: Moment = UNTOLD
    foreign: int = 0
    """Lines between events that are none."""

    @property
    def time(self) -> float | None:
        """When the run began, in seconds since the epoch, where the report says so."""
        return self.began.time

    @property
    def tests(self) -> int:
        """All cases, however they went."""
        return len(self.cases)

    @property
    def failures(self) -> int:
        """Cases that failed."""
        return self._count(Status.FAILED)

    @property
    def errors(self) -> int:
        """Cases, collections and suites that broke."""
        return self._count(Status.ERROR)

    @property
    def skipped(self) -> int:
        """Cases that did not run."""
        return self._count(Status.SKIPPED)

    @property
    def flaky(self) -> int:
        """Cases that failed and then passed."""
        return self._count(Status.FLAKY)

    @property
    def succeeded(self) -> bool:
        """The report is whole, something ran, nothing failed; skipping everything is no success."""
        return not (self.partial or self.failures or self.errors) and self.tests > self.skipped

    def _count(self, status: Status) -> int:
        return sum(case.status is status for case in self.cases)


def one_run(reports: Iterable[Report], origin: str) -> Report:
    """Several reports of one run, such as a file for each class, as one; there is at least one."""
    parts = sorted(reports, key=lambda report: report.digest)
    suites = {part.suite for part in parts}
    return Report(
        origin=clean_line(origin, limit=200).text,
        digest=sha256("".join(part.digest for part in parts).encode()).hexdigest(),
        partial=any(part.partial for part in parts),
        cases=_worst_of_each(case for part in parts for case in part.cases),
        kind=", ".join(sorted({part.kind for part in parts})),
        suite=suites.pop() if len(suites) == 1 else clean_line("").text,
        began=earliest(part.began for part in parts),
        foreign=sum(part.foreign for part in parts),
    )


def settled(found: Iterable[tuple[Key, Case]]) -> tuple[Case, ...]:
    """Each identity once. Attempts at one test are told apart by their order, other namesakes by the worst."""
    attempts: dict[Key, list[Case]] = {}
    for key, case in found:
        attempts.setdefault(key, []).append(case)
    return _worst_of_each(map(_verdict, attempts.values()))


def moment(stamp: str) -> Moment:
    """The time that a stamp in ISO 8601 tells, where it can be the time of a run."""
    found = plausible(document.moment(stamp))
    return Moment(found, found is not None and not _ZONE.fullmatch(stamp))


def plausible(seconds: float | None) -> float | None:
    """A time since the epoch that a clock can have shown; a future one is for those to judge who know the time."""
    return seconds if seconds is not None and seconds >= _SINCE else None


def earliest(moments: Iterable[Moment]) -> Moment:
    """When a run began whose parts began at these times."""
    return min((each for each in moments if each.time is not None), default=UNTOLD)


_RANK = {status: rank for rank, status in enumerate(Status)}


def _verdict(attempts: Sequence[Case]) -> Case:
    *before, last = attempts
    if before and last.status is Status.PASSED and all(case.status in BAD for case in before):
        return replace(before[-1], status=Status.FLAKY)
    return min(attempts, key=lambda case: _RANK[case.status])


def _worst_of_each(every: Iterable[Case]) -> tuple[Case, ...]:
    worst: dict[str, Case] = {}
    for case in every:
        known = worst.get(case.identity, case)
        worst[case.identity] = min(known, case, key=lambda one: _RANK[one.status])
    return tuple(worst.values())
