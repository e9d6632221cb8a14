"""JUnit XML, in the dialects of some thirty writers, as test cases that can be compared from run to run.

A file that is not what it claims is refused by name; one that breaks off, or holds less than it
claims, is read as `partial`; and a run of which something is not known never looks like a success.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from mcp_server.importers import cases, elements
from mcp_server.importers.cases import WELL, Case, Key, Status
from mcp_server.importers.found import NotAReport
from mcp_server.learning import fingerprint
from store.text import CleanText, clean_line
from store.values import replace

MOST = 200_000
"""Test cases in one report."""

_NAME = 200


class Report(NamedTuple):
    """One run of tests. `cases` holds every identity once."""

    origin: CleanText
    digest: str
    """SHA-256 of the bytes: with the same digest it is the same report."""
    partial: bool
    """Something is missing, so a test that is not listed is not known to be well."""
    cases: tuple[Case, ...]

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


def parse(data: bytes, origin: str) -> Report:
    """The report in `data`; `origin` names it in messages. Raises NotAReport."""
    name = clean_line(origin, limit=200).text
    reading = _Reading(name)
    try:
        for event, tag, element in elements.events(data, name, roots=_SUITES, hints=_HINTS):
            reading.take(event, tag, element)
    except elements.Broken as broken:
        reading.missing = f"breaks off ({broken})"
    reading.check()
    return Report(name, sha256(data).hexdigest(), bool(reading.missing), _settled(reading.found))


def one_run(reports: Iterable[Report], origin: str) -> Report:
    """Several reports of one run, such as a file for each class, as one."""
    parts = sorted(reports, key=lambda report: report.digest)
    digest = sha256("".join(part.digest for part in parts).encode()).hexdigest()
    every = _worst_of_each(case for part in parts for case in part.cases)
    return Report(clean_line(origin, limit=200).text, digest, any(part.partial for part in parts), every)


_SUITES = frozenset({"testsuites", "testsuite"})
_LOOSE = frozenset({"failure", "error"})
_ORDINARY = _SUITES | _LOOSE | {"testcase", "skipped", "properties", "property", "system-out", "system-err"}
_CLAIMS = ("tests", "skipped", "disabled", "failures", "errors")
_HINTS = {
    "TestRun": "that is TRX, run `dotnet test --logger junit`",
    "test-run": "that is NUnit, use a JUnit logger or convert it",
    "test-results": "that is NUnit, use a JUnit logger or convert it",
    "assemblies": "that is xUnit.net, use a JUnit logger or convert it",
    "robot": "that is Robot Framework, run it with `--xunit`",
    "Site": "that is CTest's dashboard, run it with `--output-junit`",
    "coverage": "that is a coverage report, give the report of the tests",
}


@dataclass(slots=True)
class _Suite:
    """A suite that is open: its name, what it claims, and what was found in it so far."""

    name: str
    tests: int
    bad: int
    found: int = 0
    found_bad: int = 0


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    name: str
    found: list[tuple[Key, Case]] = field(default_factory=list[tuple[Key, Case]])
    missing: str = ""
    """Why this is not everything."""
    strange: str = ""
    """A kind of element that no JUnit report has, which explains why there may be no case."""
    suites: list[_Suite] = field(default_factory=list[_Suite])
    within: int = 0
    """How many test cases are open; a case inside a case is a part of it."""

    def take(self, event: str, tag: str, element: Any) -> None:
        """Read on by the start or the end of one element."""
        if event == "start":
            self.within += tag == "testcase"
            if not self.within:
                self._open(tag, element)
            return
        self.within -= tag == "testcase"
        if not self.within:
            self._close(tag, element)
            elements.free(element)

    def check(self) -> None:
        """Refuse what holds nothing although it should. Raises NotAReport."""
        if not self.found and self.missing:
            raise NotAReport(f"{self.name}: it {self.missing} and holds no whole test case; run the tests again")
        if not self.found and self.strange:
            raise NotAReport(f"{self.name}: it holds <{self.strange}> and no <testcase>; give JUnit XML")

    def _open(self, tag: str, element: Any) -> None:
        if tag in _SUITES:
            claim = {name: cases.number(element.get(name)) or 0 for name in _CLAIMS}
            run = claim["tests"] - claim["skipped"] - claim["disabled"]
            # the name of a whole run says nothing, and one that is endless would be read with every case
            name = cases.attribute(element, "name") if tag == "testsuite" else ""
            name = fingerprint.bounded(clean_line(name, limit=4 * _NAME).text, _NAME) if len(name) > _NAME else name
            self.suites.append(_Suite(name, run, claim["failures"] + claim["errors"]))
        elif tag not in _ORDINARY:
            self.strange = self.strange or clean_line(tag, limit=40).text

    def _close(self, tag: str, element: Any) -> None:
        if tag == "testcase" or tag in _LOOSE:
            key, case = cases.read(element, suites=[suite.name for suite in self.suites])
            self.found.append((key, case))
            if len(self.found) > MOST:
                raise NotAReport(f"{self.name}: at most {MOST:,} test cases are read; split the report")
            self.suites[-1].found += 1
            self.suites[-1].found_bad += case.status not in WELL
        elif tag in _SUITES:
            suite = self.suites.pop()
            if (suite.tests > 0 and not suite.found) or (suite.bad and not suite.found_bad):
                self.missing = self.missing or f"claims {suite.tests} tests and {suite.bad} failures"
            for outer in self.suites[-1:]:
                outer.found += suite.found
                outer.found_bad += suite.found_bad


_RANK = {status: rank for rank, status in enumerate(Status)}
_BAD = frozenset({Status.FAILED, Status.ERROR})


def _settled(found: Iterable[tuple[Key, Case]]) -> tuple[Case, ...]:
    """Each identity once. Attempts at one test are told apart by their order, other namesakes by the worst."""
    attempts: dict[Key, list[Case]] = {}
    for key, case in found:
        attempts.setdefault(key, []).append(case)
    return _worst_of_each(map(_verdict, attempts.values()))


def _verdict(attempts: Sequence[Case]) -> Case:
    *before, last = attempts
    if before and last.status is Status.PASSED and all(case.status in _BAD for case in before):
        return replace(before[-1], status=Status.FLAKY)
    return min(attempts, key=lambda case: _RANK[case.status])


def _worst_of_each(every: Iterable[Case]) -> tuple[Case, ...]:
    worst: dict[str, Case] = {}
    for case in every:
        known = worst.get(case.identity, case)
        worst[case.identity] = min(known, case, key=lambda one: _RANK[one.status])
    return tuple(worst.values())
