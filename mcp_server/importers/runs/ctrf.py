"""CTRF, the JSON that reporters of many test runners share, as test cases that can be compared from run to run."""

import json
import re
from collections import Counter
from collections.abc import Iterable

from mcp_server.importers import document
from mcp_server.importers.document import at, items, text, whole
from mcp_server.importers.found import NotAReport
from mcp_server.importers.runs import cases, report
from mcp_server.importers.runs.cases import Draft, Key, Status, Told
from mcp_server.importers.runs.report import Moment, Report
from store.text import CleanText, clean_line

KIND = "ctrf"

_STATUS = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "skipped": Status.SKIPPED,
    "pending": Status.SKIPPED,
}
_COUNTED = ("passed", "failed", "skipped", "pending", "other")
_WENT_WRONG = re.compile(r"broken|crashed|error|errored|fail|failed|failure|timed[ _-]?out")
_NOT_RUN = re.compile(r"disabled|ignored|pending|skipped|todo|undefined")
_DEEP = 20
"""Suites inside one another."""
_EARLIEST_MILLISECONDS = 100_000_000_000


def claims(told: object) -> bool:
    """Is this JSON value a CTRF report, or meant to be one?"""
    if not isinstance(at(told, "results", "tests"), list):
        return False
    return at(told, "reportFormat") == "CTRF" or all(
        isinstance(at(told, "results", part), dict) for part in ("tool", "summary")
    )


def parse(data: bytes, origin: str) -> Report:
    """The report in `data`; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    return read(document.load(data, name), name, document.digest(data))


def read(told: object, origin: CleanText, digest: str) -> Report:
    """The report in a JSON value whose bytes have this digest. Raises NotAReport."""
    if not claims(told):
        raise NotAReport(f"{origin}: not a CTRF report, it has no results with a tool, a summary and tests")
    every = items(told, "results", "tests")
    if len(every) > report.MOST:
        raise NotAReport(f"{origin}: at most {report.MOST:,} test cases are read; split the report")
    named = [each for each in every if text(each, "name").strip()]
    found = [_case(each) for each in named]
    missing = _disagreement(told, every)
    if not found and missing:
        raise NotAReport(f"{origin}: {missing}, and it holds no whole test case; run the tests again")
    environment = at(told, "results", "environment")
    return Report(
        origin=origin,
        digest=digest,
        partial=bool(missing) or any(_unknown(each) for each in named),
        cases=report.settled(cases.finished(found)),
        kind=KIND,
        suite=clean_line(text(environment, "reportName") or text(environment, "appName"), limit=200).text,
        began=_began(told),
    )


def _case(told: object) -> tuple[Key, Draft]:
    suites, file = _suites(told), _cut(text(told, "filePath"))
    name = _cut(text(told, "name")).removeprefix(f"{file}::")
    owner = " > ".join(suites)
    status = _status(told)
    words = cases.NO_WORDS if status is Status.PASSED else _told(told)
    case = cases.draft((), owner, name, status=status, told=words, file=file, line=_line(told))
    # the same test in another browser, or with other parameters, is no second attempt at it
    apart = json.dumps([at(told, key) for key in ("browser", "device", "parameters")], sort_keys=True)
    return (*suites, name, file, apart), case


def _suites(told: object) -> list[str]:
    """The suites that a test lies in, outermost first; older reports write them as one text."""
    found = at(told, "suite")
    parts = [found] if isinstance(found, str) else items(told, "suite")
    return [_cut(part) for part in parts[:_DEEP] if isinstance(part, str) and part.strip()]


def _status(told: object) -> Status:
    """How the test went; for one that went otherwise, what its own runner calls it."""
    stated = text(told, "status")
    status = _STATUS.get(stated)
    if status is None:
        raw = text(told, "rawStatus")[:100].strip().casefold()
        return Status.ERROR if _WENT_WRONG.fullmatch(raw) else Status.SKIPPED
    again = at(told, "flaky") is True or (whole(told, "retries") or 0) > 0
    return Status.FLAKY if status is Status.PASSED and again else status


def _unknown(told: object) -> bool:
    """Did this test end in a way that neither it nor its runner has a known word for?"""
    raw = text(told, "rawStatus")[:100].strip().casefold()
    known = _WENT_WRONG.fullmatch(raw) or _NOT_RUN.fullmatch(raw)
    return text(told, "status") not in _STATUS and not known


def _told(told: object) -> Told:
    """What a test says of its failure; a flaky one may say it only of the attempts that failed."""
    for each in (told, *items(told, "retryAttempts")):
        message, trace = text(each, "message"), text(each, "trace")
        if message or trace:
            return Told(message=message, text=trace or text(each, "snippet"))
    printed = (_printed(told, key) for key in ("stderr", "stdout"))
    return Told(text=next(filter(None, printed), ""))


def _printed(told: object, key: str) -> str:
    return "\n".join(line for line in items(told, key) if isinstance(line, str)).strip()


def _disagreement(told: object, every: Iterable[object]) -> str:
    """Where the summary says something else than the tests, or cannot be compared with them; empty where it agrees."""
    counts = Counter(text(each, "status") for each in every if text(each, "name").strip())
    shown = {"tests": counts.total(), **{key: counts[key] for key in _COUNTED}}
    if not isinstance(at(told, "results", "summary"), dict):
        return "it has no summary"
    for key, count in shown.items():
        claimed = whole(told, "results", "summary", key)
        if (claimed or 0) != count:
            return f"it claims {claimed or 0} {key} and shows {count}"
    return ""


def _began(told: object) -> Moment:
    """When the run began; some reporters write seconds instead of milliseconds, and some write nothing but 0."""
    start = document.number(told, "results", "summary", "start") or 0.0
    seconds = report.plausible(start / 1000 if start >= _EARLIEST_MILLISECONDS else start)
    return report.moment(text(told, "timestamp")) if seconds is None else Moment(seconds)


def _line(told: object) -> int | None:
    line = whole(told, "line")
    return line if line is not None and 0 < line < 1_000_000_000 else None


def _cut(raw: str) -> str:
    """A name as it stands, or its clean beginning where it is longer than anybody writes."""
    return raw if len(raw) <= cases.READ else clean_line(raw, limit=cases.READ).text
