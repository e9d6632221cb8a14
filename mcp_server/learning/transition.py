"""How tests stand against the last time their suite ran: a change is news, and a test that is as bad as before is none.

Kept for each test of a suite is a `Condition`: `passed`, or `failed|` and a digest of the failure's
fingerprint (never its words, so that a forgotten text is in no condition), with the time of the
newest run in which it stood so. A run that began before that knows nothing newer: what fails in it
is told, but nobody knows who broke it, and it leaves the condition as it is.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Generic, NamedTuple, Protocol, TypeVar

from store.records import Condition

PASSED = "passed"
_FAILED = "failed"
_BAD = frozenset({_FAILED, "error"})
_FLAKY = "flaky"


class Way(StrEnum):
    """What happened to a test between two runs."""

    FIRST = "first seen failing"
    NEW = "newly failing"
    OTHER = "failing in another way"
    STILL = "still failing"
    FIXED = "fixed"
    FLAKY = "flaky"
    UNKNOWN = "unknown"
    """It failed in a run older than what is known, or in one that was read before."""

    @property
    def fails(self) -> bool:
        """Is it a failure, and not the one that was there the last time?"""
        return self in {Way.FIRST, Way.NEW, Way.OTHER, Way.UNKNOWN}


class Tested(Protocol):
    """A test in one run; `importers.cases.Case` is one."""

    @property
    def identity(self) -> str:
        """The same in every run."""
        ...

    @property
    def status(self) -> str:
        """`passed`, `failed`, `error` or `flaky`; anything else says nothing."""
        ...

    @property
    def fingerprint(self) -> str:
        """The class of its failure, where it failed."""
        ...


Test = TypeVar("Test", bound=Tested)


class Told(NamedTuple, Generic[Test]):
    """What one run says that was not known."""

    changes: tuple[tuple[Test, Way], ...]
    """In the order of the cases; a test that is as it was, and well, is not in it."""
    passed: tuple[Test, ...]
    """What is well, and nothing newer says otherwise."""
    conditions: tuple[Condition, ...]
    """To be kept in the place of the earlier ones."""


def told(
    before: Mapping[str, Condition],
    cases: Iterable[Test],
    *,
    suite: str,
    time: float,
    now: float,
    partial: bool = False,
    read: bool = False,
) -> Told[Test]:
    """What the cases of a run that began at `time` say, where the suite last stood as in `before`, by identity.

    Each identity stands in `cases` once. A time in the future is read as `now`. In a run of which
    something is missing (`partial`) what passed is not believed; one that was `read` before is no
    news. Skipped tests change nothing, and flaky ones stay what they were.
    """
    began = min(time, now)
    changes: list[tuple[Test, Way]] = []
    passed: list[Test] = []
    conditions: list[Condition] = []
    for case in cases:
        last = before.get(case.identity)
        # a time in the future was never a time at all: it would call every run old until it comes
        late = read or (last is not None and began < last.time <= now)
        if case.status in _BAD:
            way = Way.UNKNOWN if late else _failing(last, case.fingerprint)
            changes.append((case, way))
            if not late:
                conditions.append(Condition(suite, case.identity, failing(case.fingerprint), began))
        elif case.status == _FLAKY:
            changes.append((case, Way.FLAKY))
        elif case.status == PASSED and not (late or partial):
            passed.append(case)
            conditions.append(Condition(suite, case.identity, PASSED, began))
            if last is not None and last.status != PASSED:
                changes.append((case, Way.FIXED))
    return Told(tuple(changes), tuple(passed), tuple(conditions))


def failing(fingerprint: str) -> str:
    """The status of a test that fails in this way."""
    return f"{_FAILED}|{sha256(fingerprint.encode()).hexdigest()[:16]}"


def _failing(last: Condition | None, fingerprint: str) -> Way:
    if last is None:
        return Way.FIRST
    if last.status == PASSED:
        return Way.NEW
    return Way.STILL if last.status == failing(fingerprint) else Way.OTHER
