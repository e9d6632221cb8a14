"""JUnit XML, in the dialects of some thirty writers, as test cases that can be compared from run to run.

A file that is not what it claims is refused by name; one that breaks off, or holds less than it
claims, is read as `partial`; and a run of which something is not known never looks like a success.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport
from mcp_server.importers.runs import cases, elements, report
from mcp_server.importers.runs.cases import READ, WELL, Draft, Key, Status, Told
from mcp_server.importers.runs.report import Moment, Report
from mcp_server.learning import fingerprint
from store.text import CleanText, clean_line
from store.values import replace

KIND = "junit"

LARGEST = 100_000
"""Elements in one test case, which are all held until it ends."""

_NAME = 200


def claims(head: str) -> bool:
    """Is this the beginning of XML that no other reader claims? What is no JUnit report is refused by its root."""
    return head.lstrip("\ufeff \t\r\n").startswith("<") and elements.root(head) != "TestRun"


def parse(data: bytes, origin: str) -> Report:
    """The report in `data`; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    reading = _Reading(name)
    try:
        for event, tag, element in elements.events(data, name, _FORM):
            reading.take(event, tag, element)
    except elements.Broken as broken:
        reading.missing = f"breaks off ({broken})"
    reading.check()
    return Report(
        origin=name,
        digest=document.digest(data),
        partial=bool(reading.missing),
        cases=report.settled(cases.finished(reading.found)),
        kind=KIND,
        suite=reading.run,
        began=report.earliest(reading.began),
    )


_SUITES = frozenset({"testsuites", "testsuite"})
_LOOSE = frozenset({"failure", "error"})
_ORDINARY = _SUITES | _LOOSE | {"testcase", "skipped", "properties", "property", "system-out", "system-err"}
_CLAIMS = ("tests", "skipped", "disabled", "failures", "errors")
_HINTS = {
    "TestRun": "that is TRX, which has a reader of its own; leave out --kind",
    "test-run": "that is NUnit, use a JUnit logger or convert it",
    "test-results": "that is NUnit, use a JUnit logger or convert it",
    "assemblies": "that is xUnit.net, use a JUnit logger or convert it",
    "robot": "that is Robot Framework, run it with `--xunit`",
    "Site": "that is CTest's dashboard, run it with `--output-junit`",
    "coverage": "that is a coverage report, give the report of the tests",
}
_FORM = elements.Form("JUnit report", _SUITES, _HINTS, "give the JUnit XML of a test run")


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
    found: list[tuple[Key, Draft]] = field(default_factory=list[tuple[Key, Draft]])
    missing: str = ""
    """Why this is not everything."""
    strange: str = ""
    """A kind of element that no JUnit report has, which explains why there may be no case."""
    suites: list[_Suite] = field(default_factory=list[_Suite])
    names: tuple[str, ...] = ()
    """Of those suites."""
    run: CleanText = clean_line("").text
    """The name of the whole run."""
    began: list[Moment] = field(default_factory=list[Moment])
    """When the run, or parts of it, began."""
    within: int = 0
    """How many test cases are open; a case inside a case is a part of it."""
    inside: int = 0
    """Elements so far in the case that is open."""

    def take(self, event: str, tag: str, element: Any) -> None:
        """Read on by the start or the end of one element."""
        if event == "start":
            self.within += tag == "testcase"
            self.inside = self.inside + 1 if self.within else 0
            if self.inside > LARGEST:
                raise NotAReport(f"{self.name}: more than {LARGEST:,} elements in one test case; no report has that")
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
            claim = {name: elements.number(element.get(name)) or 0 for name in _CLAIMS}
            run = claim["tests"] - claim["skipped"] - claim["disabled"]
            # the name of a whole run says nothing, and one that is endless would be read with every case
            name = _attribute(element, "name") if tag == "testsuite" else ""
            name = fingerprint.bounded(clean_line(name, limit=4 * _NAME).text, _NAME) if len(name) > _NAME else name
            if tag == "testsuites" and not self.suites:
                self.run = clean_line(_attribute(element, "name"), limit=_NAME).text
            if len(self.suites) <= 1 and (stamp := element.get("timestamp")):
                self.began.append(report.moment(stamp))
            self.suites.append(_Suite(name, run, claim["failures"] + claim["errors"]))
            self.names = (*self.names, name)
        elif tag not in _ORDINARY:
            self.strange = self.strange or clean_line(tag, limit=40).text

    def _close(self, tag: str, element: Any) -> None:
        if tag == "testcase" or tag in _LOOSE:
            self.missing = self.missing or _unknown(element)
            key, case = _read(element, suites=self.names)
            # cases without a name are no attempts at one test
            self.found.append((key if element.get("name") else (*key, str(len(self.found))), case))
            if len(self.found) > report.MOST:
                raise NotAReport(f"{self.name}: at most {report.MOST:,} test cases are read; split the report")
            self.suites[-1].found += 1
            self.suites[-1].found_bad += case.status not in WELL
        elif tag in _SUITES:
            suite = self.suites.pop()
            self.names = self.names[:-1]
            # some writers count more tests than there are; elements of an unknown kind may be those that are missing
            fewer = suite.tests > suite.found and (not suite.found or self.strange)
            if fewer or (suite.bad and not suite.found_bad):
                self.missing = self.missing or f"claims {suite.tests} tests and {suite.bad} failures"
            for outer in self.suites[-1:]:
                outer.found += suite.found
                outer.found_bad += suite.found_bad


# --- one case

_NOT_RUN = re.compile(
    r"disabled|ignored|incomplete|inconclusive|notrun|pending|skipped|suppressed|todo|undefined|untested"
)
_WENT_WRONG = re.compile(r"broken|error|errored|fail|failed|failure|timedout")


def _read(element: Any, *, suites: tuple[str, ...]) -> tuple[Key, Draft]:
    """The case that a `testcase` tells of, in suites of these names, outermost first.

    A `failure` or `error` that lies outside all cases is read as a case of the whole suite.
    """
    status, told = _at_a_glance(element) or _outcome(element)
    owner, name, file = _attribute(element, "classname"), _attribute(element, "name"), _attribute(element, "file")
    unnamed = "(unnamed)" if elements.local(element.tag) == "testcase" else "(suite)"
    line = elements.number(element.get("line"))
    case = cases.draft(suites, owner, name or unnamed, status=status, told=told, file=file, line=line)
    return (*suites, owner, name, file), case


_WELL = re.compile(r"completed|done|executed|finished|fixed|ok|pass|passed|run|success|successful|succeeded|true")
_RESULT = re.compile(r"abort|broke|crash|err|fail|time_?out", re.IGNORECASE)


def _unknown(element: Any) -> str:
    """What a case says of its end in a word that is not known here, so that it is not known to be well; else empty."""
    for each in element:
        tag = elements.local(each.tag)
        if tag not in _KNOWN and (each.get("message") or each.get("type") or _RESULT.search(tag)):
            return f"holds a case with <{clean_line(tag, limit=40).text}>"
    for name in ("status", "result"):
        word = (element.get(name) or "").strip().casefold()
        if word and not (_WELL.fullmatch(word) or _NOT_RUN.fullmatch(word) or _WENT_WRONG.fullmatch(word)):
            return f"holds a case whose {name} is {clean_line(word, limit=40).text}"
    return ""


_KNOWN = _ORDINARY | {"rerunFailure", "rerunError", "flakyFailure", "flakyError"}
_QUIET = frozenset({"properties", "system-out", "system-err"})
_RESULTS = {"skipped": Status.SKIPPED, "failure": Status.FAILED, "error": Status.ERROR}


def _at_a_glance(element: Any) -> tuple[Status, Told] | None:
    """What `_outcome` says of the usual case, which has one plain result or none; None for any other."""
    if elements.local(element.tag) != "testcase" or element.get("status") or element.get("result"):
        return None
    status, told = Status.PASSED, cases.NO_WORDS
    for each in element:
        tag = elements.local(each.tag)
        if tag in _QUIET and all(elements.local(one.tag) == "property" and not len(one) for one in each):
            continue
        if status is not Status.PASSED or tag not in _RESULTS or len(each):
            return None
        status = _RESULTS[tag]
        told = Told(each.get("message") or "", each.get("type") or "", each.text or "")
        if status is not Status.SKIPPED and not told.text.strip():
            return None  # what it printed may say more
    return status, told


def _attribute(element: Any, key: str) -> str:
    """The attribute as it stands, or its clean beginning where it is longer than anybody writes."""
    raw = element.get(key) or ""
    return raw if len(raw) <= READ else clean_line(raw, limit=READ).text


def _outcome(element: Any) -> tuple[Status, Told]:
    """How the case went: any failure or error outweighs everything else that is said of it."""
    junitparser: Any = import_module("junitparser")
    xunit2: Any = import_module("junitparser.xunit2")
    _flatten(element, xunit2.TestCase.ITER_TYPES)
    case = xunit2.TestCase.fromelem(element)
    results, interim = case.result, case.interim_result
    failures = [result for result in results if isinstance(result, junitparser.Failure)]
    errors = [result for result in results if isinstance(result, junitparser.Error)]
    flaky = [result for result in interim if isinstance(result, (xunit2.FlakyFailure, xunit2.FlakyError))]
    said = [(element.get(name) or "").strip().casefold() for name in ("status", "result")]
    if failures or errors:
        status, chosen = Status.FAILED if failures else Status.ERROR, [*failures, *errors]
    elif results:
        status, chosen = Status.SKIPPED, results
    elif flaky:
        status, chosen = Status.FLAKY, flaky
    elif interim or any(map(_WENT_WRONG.fullmatch, said)):  # reruns are only written for what never passed
        status, chosen = Status.FAILED, interim
    else:
        return Status.SKIPPED if any(map(_NOT_RUN.fullmatch, said)) else Status.PASSED, cases.NO_WORDS
    texts = (Told(result.message or "", result.type or "", _text(result)) for result in chosen)
    first = max(texts, key=lambda told: bool(told.text.strip()), default=cases.NO_WORDS)
    if status is not Status.SKIPPED and not first.text.strip():
        first = replace(first, text=_printed(case))
    return status, first


def _text(result: Any) -> str:
    return getattr(result, "stack_trace", None) or result.text or ""


def _printed(case: Any) -> str:
    """What the test printed, for writers that put the reason there."""
    return case.system_err or case.system_out or ""


_INSIDE = frozenset({"testcase", "properties", "property", "stackTrace"})


def _flatten(element: Any, known: Iterable[str]) -> None:
    """Bare tags as junitparser looks for them, and the text of markup inside a failure made part of it."""
    for node in element.iter():
        if (tag := elements.local(node.tag)) != node.tag:
            node.tag = tag
    foreign = {node.tag for node in element.iter()}.difference(known, _INSIDE)
    if foreign:
        import_module("lxml.etree").strip_tags(element, *foreign)
