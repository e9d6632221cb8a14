"""One test case of a JUnit report: how it went, under an identity that is the same in every run."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from mcp_server.importers import elements, traces
from mcp_server.learning import fingerprint
from store.text import EVIDENCE_LIMIT, CleanText, clean_evidence, clean_line
from store.values import replace

_READ = 32 * 1024
"""Characters of a failure's text that are looked at; a longer one keeps head and tail."""


class Status(StrEnum):
    """How a case went; the worst comes first."""

    FAILED = "failed"
    ERROR = "error"
    FLAKY = "flaky"
    PASSED = "passed"
    SKIPPED = "skipped"


WELL = frozenset({Status.PASSED, Status.SKIPPED})
"""What leaves nothing to explain."""


class Case(NamedTuple):
    """One test, under an identity that is the same in every run and on every machine."""

    identity: CleanText
    """Class or module, `::`, name; the detector of its fingerprint."""
    status: Status
    exception: CleanText
    """The exception's name; empty where the text names none."""
    message: CleanText
    detail: CleanText
    file: CleanText
    line: int | None
    frame: CleanText
    """`path:function` of the repository's innermost frame; empty where none is known."""
    fingerprint: str
    """The class of the failure; empty for a case that passed or did not run."""


Key = tuple[str, ...]
"""What two attempts at one test share to the letter: suites, class, name and file."""

_NOT_RUN = re.compile(
    r"disabled|ignored|incomplete|inconclusive|notrun|pending|skipped|suppressed|todo|undefined|untested"
)
_WENT_WRONG = re.compile(r"broken|error|errored|fail|failed|failure|timedout")


def read(element: Any, *, suites: Sequence[str]) -> tuple[Key, Case]:
    """The case that a `testcase` tells of, in suites of these names, outermost first.

    A `failure` or `error` that lies outside all cases is read as a case of the whole suite.
    """
    unnamed = "(unnamed)" if elements.local(element.tag) == "testcase" else "(suite)"
    status, told = _outcome(element)
    owner, name, file = (attribute(element, key) for key in ("classname", "name", "file"))
    identity = _identity(suites, owner, name or unnamed, file)
    message, detail = _evidence(told.message), _evidence(told.text)
    exception = frame = _line("")
    failed = ""
    if status not in WELL:
        trace = traces.read(detail, message=message, kind=told.type[:200], owner=owner, file=file)
        exception, frame, words = _line(trace.exception), _line(trace.frame), _line(trace.words)
        failed = str(fingerprint.of_test_failure(test=identity, exception=exception or words, frame=frame))
        message = message if message.startswith(trace.words) else words
    case = Case(
        identity=identity,
        status=status,
        exception=exception,
        message=_line(message),
        detail=detail if len(detail) <= EVIDENCE_LIMIT else clean_evidence(detail).text,
        file=_line(file),
        line=number(element.get("line")),
        frame=frame,
        fingerprint=failed,
    )
    return (*suites, owner, name, file), case


def attribute(element: Any, key: str) -> str:
    """The attribute as it stands, or its clean beginning where it is longer than anybody writes."""
    raw = element.get(key) or ""
    return raw if len(raw) <= _READ else clean_line(raw, limit=_READ).text


def number(value: str | None) -> int | None:
    """The whole number that an attribute holds, if it holds one."""
    plain = (value or "").strip().replace(",", "")
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


@cache
def _nothing() -> CleanText:
    return clean_line("").text


def _line(raw: str) -> CleanText:
    """`raw` through the gate; most fields of a report are empty, and the gate takes its time."""
    return clean_line(raw).text if raw else _nothing()


def _evidence(raw: str) -> CleanText:
    return clean_evidence(raw, limit=_READ).text if raw.strip() else _nothing()


class _Told(NamedTuple):
    """What a result element says."""

    message: str = ""
    type: str = ""
    text: str = ""


def _outcome(element: Any) -> tuple[Status, _Told]:
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
        return Status.SKIPPED if any(map(_NOT_RUN.fullmatch, said)) else Status.PASSED, _Told()
    texts = (_Told(result.message or "", result.type or "", _text(result)) for result in chosen)
    first = max(texts, key=lambda told: bool(told.text.strip()), default=_Told())
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
        if "}" in node.tag:
            node.tag = elements.local(node.tag)
    foreign = {node.tag for node in element.iter()}.difference(known, _INSIDE)
    if foreign:
        import_module("lxml.etree").strip_tags(element, *foreign)


_SAYS_NOTHING = frozenset({"", "junit", "pytest", "root suite"})
_FILE = re.compile(r"(?:[^\s:/\\][^\s:\\/]*[\\/])*[^\s:/\\]+\.\w{1,5}")


def _identity(suites: Sequence[str], owner: str, name: str, file: str) -> CleanText:
    """Class and name; the file, or the suites, only where the class does not say where the test is."""
    parts = [owner.strip(), name.strip()]
    if re.search(r"\s", parts[0]) or not re.search(r"[./:\\]", parts[0]):  # prose, or a bare word
        place = [file] if _FILE.fullmatch(file) else [suite.strip() for suite in suites]
        parts = [*(part for part in place if part.casefold() not in _SAYS_NOTHING), *parts]
    portable = (part.replace("\\", "/") if _FILE.fullmatch(part) else part for part in parts if part)
    plain = clean_line("::".join(dict.fromkeys(portable)), limit=_READ).text
    named = fingerprint.name_of_test(plain)
    return plain if named == plain else clean_line(named).text
