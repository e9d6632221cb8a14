"""A month of sessions in a few seconds, for `try`: real coins, evidence and decisions, only the clock runs ahead.

The agent is a chance: without the rule it forgets in seven of ten sessions, with it in one of ten. Its tests are
those of the two sessions that were really played, with another time.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

A_DAY = 8
"""Sessions a day."""
DAYS = 30
HOUR = 3600.0
FORGETS, FORGETS_WITH_IT = 0.7, 0.1

_WHEN = re.compile(rb'timestamp="[^"]*"')


class Reports(NamedTuple):
    """Two reports of tests, as they were written."""

    failed: bytes
    passed: bytes


class Day(NamedTuple):
    """How many sessions there were until the evening of a day, and how many of them came without the rule."""

    number: int
    sessions: int
    withheld: int


def days(
    reports: Reports,
    *,
    serve: Callable[[str], bool],
    ingest: Callable[[bytes, str], None],
    now: Callable[[], float],
    forward: Callable[[float], None],
    chance: Callable[[], float],
) -> Iterator[Day]:
    """Play day after day until the caller has seen enough, `DAYS` at most.

    `serve` begins a session of this name and says whether it was shown the rule, `ingest` reads a report for
    it, `forward` moves the clock that `now` reads by so many seconds, `chance` is a number in [0, 1).
    """
    sessions = withheld = 0
    for number in range(1, DAYS + 1):
        for _ in range(A_DAY):
            sessions += 1
            name = f"rehearsed-{sessions}"
            forward(HOUR)
            shown = serve(name)
            withheld += not shown
            # Every session begins in a fresh copy, in which the test passes.
            forward(60.0)
            ingest(_at(reports.passed, now()), name)
            forward(60.0)
            forgot = chance() < (FORGETS_WITH_IT if shown else FORGETS)
            ingest(_at(reports.failed if forgot else reports.passed, now()), name)
        forward((24 - A_DAY) * HOUR)
        yield Day(number, sessions, withheld)


def _at(report: bytes, now: float) -> bytes:
    """The report as if it had been written now."""
    return _WHEN.sub(b'timestamp="' + datetime.fromtimestamp(now, UTC).isoformat().encode() + b'"', report)
