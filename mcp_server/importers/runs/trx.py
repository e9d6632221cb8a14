"""TRX, the results of `dotnet test` and of MSTest, as test cases that can be compared from run to run.

Results come before the definitions that say whose they are, so cases are made at the end. In a file
that breaks off, a result whose class is not known is left out: a test is never known under half its name.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport
from mcp_server.importers.runs import cases, elements, report
from mcp_server.importers.runs.cases import WELL, Draft, Key, Status, Told
from mcp_server.importers.runs.report import Moment, Report
from store.text import CleanText, clean_line

KIND = "trx"

_ROOT = "TestRun"
_FORM = elements.Form(
    "TRX report",
    frozenset({_ROOT}),
    {"testsuites": "that is JUnit XML; leave out --kind", "testsuite": "that is JUnit XML; leave out --kind"},
    "give the .trx of a test run",
)
_RESULTS = frozenset(
    {
        "UnitTestResult",
        "TestResult",
        "TestResultAggregation",
        "GenericTestResult",
        "ManualTestResult",
        "WebTestResult",
        "LoadTestResult",
    }
)
_KEPT = _RESULTS | {"UnitTest", "ResultSummary"}
_STATUS = {
    "Passed": Status.PASSED,
    "PassedButRunAborted": Status.PASSED,
    "Warning": Status.PASSED,
    "Failed": Status.FAILED,
    "Error": Status.ERROR,
    "Timeout": Status.ERROR,
    "Aborted": Status.ERROR,
    "NotRunnable": Status.ERROR,
    "Disconnected": Status.ERROR,
    "NotExecuted": Status.SKIPPED,
    "Inconclusive": Status.SKIPPED,
    "Completed": Status.SKIPPED,  # it ran, and nobody looked at how it went
    "InProgress": Status.SKIPPED,
    "Pending": Status.SKIPPED,
}
"""The default of the format, which writers leave out, is `Error`; so is what we do not know."""
_UNFINISHED = frozenset({"InProgress", "Pending"})
_STOPPED = frozenset({"Aborted", "PassedButRunAborted", "Disconnected", "Timeout", *_UNFINISHED})
_WENT_WRONG = frozenset({"Failed", "Error"})
_BAD_COUNTERS = ("failed", "error", "timeout", "aborted")

_FULL_NAME = re.compile(r"((?:[\w+`]+\.)++)[\w+`]+(?:\((?:(?!\)\.).)*+(?<=\)))?", re.DOTALL)
"""Namespace and class before a method, perhaps with its arguments; nothing that a person made up to be shown."""
_USUAL_NAME = re.compile(r".*@.* \d{4}-\d\d-\d\d[ T].*", re.DOTALL)
"""Who ran it, where and when: no name that lasts, and nobody's business."""
_THREW = re.compile(r"\s*Test method \S++ threw exception: *\n")


def claims(head: str) -> bool:
    """Is this the beginning of a TRX file?"""
    return elements.root(head) == _ROOT


def parse(data: bytes, origin: str) -> Report:
    """The report in `data`; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    reading = _Reading(name)
    try:
        for event, tag, element in elements.events(data, name, _FORM):
            reading.take(event, tag, element)
    except elements.Broken as broken:
        reading.missing = f"breaks off ({broken})"
        reading.whole = False
    found = reading.cases()
    return Report(
        origin=name,
        digest=document.digest(data),
        partial=bool(reading.missing),
        cases=report.settled(cases.finished(found)),
        kind=KIND,
        suite=reading.run,
        began=reading.began,
    )


class _Result(NamedTuple):
    """One result as it stands."""

    test: str
    """The id of its definition."""
    name: str
    status: Status
    told: Told


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    name: str
    results: list[_Result] = field(default_factory=list[_Result])
    classes: dict[str, str] = field(default_factory=dict[str, str])
    """By the id of a definition; empty where it names no class."""
    tried: set[str] = field(default_factory=set[str])
    """The ids of the tests of which there is a result."""
    missing: str = ""
    """Why this is not everything."""
    whole: bool = True
    outcome: str = ""
    """How the whole run went, as the file says."""
    count: dict[str, int] = field(default_factory=dict[str, int])
    run: CleanText = clean_line("").text
    began: Moment = report.UNTOLD
    open: list[int] = field(default_factory=list[int])
    """For every result that is open, how many results there were before it."""
    kept: int = 0
    """Elements that are open and still needed with all that is in them."""

    def take(self, event: str, tag: str, element: Any) -> None:
        """Read on by the start or the end of one element."""
        if event == "start":
            self.kept += tag in _KEPT
            self._begin(tag, element)
            return
        self.kept -= tag in _KEPT
        if tag in _RESULTS:
            self._result(element, before=self.open.pop())
        elif tag == "UnitTest":
            self._definition(element)
        elif tag == "ResultSummary":
            self._sum_up(element)
        if not self.kept or tag in _RESULTS:
            elements.free(element)

    def cases(self) -> list[tuple[Key, Draft]]:
        """Every result under the name of its test. Raises NotAReport where there is none and should be."""
        self._compare()
        found: list[tuple[Key, Draft]] = []
        for result in self.results:
            owner = self.classes.get(result.test, "")
            full = _FULL_NAME.fullmatch(result.name)
            if not owner and full:
                owner = full[1].removesuffix(".")
            elif result.test not in self.classes and not self.whole:
                continue
            name = result.name.removeprefix(f"{owner}.") or "(unnamed)"
            case = cases.draft((), owner, name, status=result.status, told=result.told)
            apart = result.test if result.name else str(len(found))  # those without a name are no attempts at one test
            found.append(((apart, owner, name), case))
        if not found and self.missing:
            raise NotAReport(f"{self.name}: it {self.missing} and holds no whole test case; run the tests again")
        return found

    def _begin(self, tag: str, element: Any) -> None:
        if tag in _RESULTS:
            self.open.append(len(self.results))
            self.tried.add(element.get("testId") or "")
        elif tag == "Times":
            self.began = report.moment(element.get("start") or element.get("creation") or "")
        elif tag == _ROOT:
            named = clean_line(element.get("name") or "", limit=200).text
            self.run = named if not _USUAL_NAME.fullmatch(named) else self.run

    def _result(self, element: Any, *, before: int) -> None:
        outcome = element.get("outcome") or "Error"
        status = _STATUS.get(outcome, Status.ERROR)
        inner = self.results[before:]
        if any(each.status not in WELL for each in inner) or (inner and status in WELL):
            return  # the rows of a test with data speak for it
        if outcome in _UNFINISHED:
            self.missing = self.missing or "ends before the tests did"
        told = cases.NO_WORDS if status is Status.PASSED else _told(element)
        name = (element.get("testName") or "").strip()[: cases.READ]
        self.results.append(_Result(element.get("testId") or "", name, status, told))
        if len(self.results) > report.MOST:
            raise NotAReport(f"{self.name}: at most {report.MOST:,} test cases are read; split the report")

    def _definition(self, element: Any) -> None:
        method = elements.child(element, "TestMethod")
        owner = "" if method is None else (method.get("className") or "")[: cases.READ]
        # MSTest names the assembly behind the class, other assemblies stand in the brackets of generics
        self.classes[element.get("id") or ""] = owner if "[" in owner else owner.partition(",")[0].strip()

    def _sum_up(self, element: Any) -> None:
        counters = elements.child(element, "Counters")
        self.outcome = (element.get("outcome") or "")[:40]
        self.count = {} if counters is None else {key: elements.number(each) or 0 for key, each in counters.items()}

    def _compare(self) -> None:
        """What the file says of the whole run may be more than it shows."""
        claimed = sum(self.count.get(key, 0) for key in _BAD_COUNTERS) or self.outcome in _WENT_WRONG
        bad = any(each.status not in WELL for each in self.results)
        tests = self.count.get("total", 0)
        if self.outcome in _STOPPED:
            self.missing = self.missing or f"was stopped ({self.outcome})"
        elif self.classes.keys() - self.tried:
            self.missing = self.missing or "defines tests of which it holds no result"
        elif (claimed and not bad) or (tests and not self.results):
            said = clean_line(self.outcome).text or "unknown"
            self.missing = self.missing or f"claims {tests} tests and the outcome {said}"


def _told(element: Any) -> Told:
    """What a result says of itself; what the test printed, where it says nothing."""
    output = elements.child(element, "Output")
    error = elements.child(output, "ErrorInfo")
    message, trace = elements.words(error, "Message"), elements.words(error, "StackTrace")
    printed = "" if message or trace else elements.words(output, "StdErr") or elements.words(output, "StdOut")
    return Told(message=_THREW.sub("", message, count=1), text=trace or printed)
