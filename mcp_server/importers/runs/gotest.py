"""The events of `go test -json`, as test cases that can be compared from run to run.

One event a line, those of several packages mixed. What the go command prints between them is
tolerated and counted; the errors of a compiler among it are kept for the package that they broke.
The format has no end mark: a file that was cut between two packages cannot be told from a whole one.
"""

import io
import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport
from mcp_server.importers.runs import cases, report
from mcp_server.importers.runs.cases import Draft, Key, Status, Told
from mcp_server.importers.runs.report import BAD, UNTOLD, Moment, Report
from store.text import clean_line

KIND = "go"
PACKAGE = "(package)"
"""The name under which a package fails that cannot be built, or dies beside its tests."""

LONGEST = 1024 * 1024
"""Characters of a line; go's own are a few thousand."""

_ENDS = {"pass": Status.PASSED, "bench": Status.PASSED, "fail": Status.FAILED, "skip": Status.SKIPPED}
_ACTIONS = frozenset({"start", "run", "pause", "cont", "output", "attr", "artifacts", *_ENDS})
_BUILDS = frozenset({"build-output", "build-fail"})
_HALF = cases.READ // 2

_FRAMING = re.compile(
    r"\s*+(?:=== (?:RUN|PAUSE|CONT|NAME)\b.*|--- (?:FAIL|PASS|SKIP|BENCH): .*|FAIL|PASS"
    r"|(?:FAIL|ok)\s++\S++\s++(?:\d[\d.]*+s|\[|\(cached\)).*)?"
)
"""What the runner itself prints around a test's own words."""
_PANIC = re.compile(r"(?:panic|fatal error): .*")
_ASSERTED = re.compile(r"\s++Error:\s++(\S.*)")
"""How testify, the commonest library of assertions, begins its reason; the place stands before it."""
_TRACED = re.compile(r"\s++Error Trace:.*")
_COMPILED = re.compile(r"# (?!\[)(\S+(?: \[\S+\])?)\s*")
_FOR_TEST = re.compile(r"\S+ \[(\S+)\.test\]")


def claims(head: str) -> bool:
    """Is there an event of `go test -json` in the beginning of this text?"""
    return any(_is_event(_event(line)) for line in head.removeprefix("\ufeff").split("\n"))


def parse(data: bytes, origin: str) -> Report:
    """The report in `data`; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    if len(data) > document.LARGEST:
        raise NotAReport(f"{name}: {len(data):,} bytes, at most {document.LARGEST:,} are read; split it by packages")
    reading = _Reading(name)
    for line in _lines(data):
        reading.take(line)
    found = reading.end()
    return Report(
        origin=name,
        digest=document.digest(data),
        partial=bool(reading.missing),
        cases=report.settled(cases.finished(found)),
        kind=KIND,
        suite=clean_line("").text,
        began=reading.began,
        foreign=reading.foreign,
    )


def _lines(data: bytes) -> Iterator[str]:
    """The lines one by one; a longer one comes in pieces, which are no events. PowerShell writes UTF-16."""
    encoding = json.detect_encoding(data)
    source = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="replace", newline="\n")
    while line := source.readline(LONGEST):
        yield line


def _event(line: str) -> dict[str, Any]:
    """The JSON object in a line; empty where there is none."""
    if not line.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found)


def _word(event: Mapping[str, Any], key: str) -> str:
    found = event.get(key)
    return found if isinstance(found, str) else ""


def _is_event(event: Mapping[str, Any]) -> bool:
    action = _word(event, "Action")
    if action in _ACTIONS:
        return isinstance(event.get("Package"), str) or isinstance(event.get("Test"), str)
    return action in _BUILDS


@dataclass(slots=True)
class _Output:
    """What something printed: the beginning and the end, as much as is ever looked at."""

    head: list[str] = field(default_factory=list[str])
    tail: list[str] = field(default_factory=list[str])
    room: int = _HALF
    held: int = 0

    def add(self, line: str) -> None:
        """Keep a line."""
        if self.room > 0:
            self.head.append(line)
            self.room -= len(line)
            return
        self.tail.append(line)
        self.held += len(line)
        if self.held > 2 * _HALF:
            # never a torn line: half a secret is no longer known as one
            kept = "".join(self.tail)[-_HALF:].partition("\n")[2]
            self.tail, self.held = ["...\n", kept], len(kept)

    def words(self) -> str:
        """The text without what the runner frames it with."""
        lines = "".join([*self.head, *self.tail]).splitlines()
        return "\n".join(line for line in lines if not _FRAMING.fullmatch(line))


class _Ended(NamedTuple):
    """A test that ended."""

    test: str
    case: Draft
    panicked: bool = False


@dataclass(slots=True)
class _Package:
    """One run of a package, as far as it was read."""

    output: _Output = field(default_factory=_Output)
    open: dict[str, _Output] = field(default_factory=dict[str, _Output])
    """Tests that began and did not end."""
    ended: list[_Ended] = field(default_factory=list[_Ended])

    def test(self, package: str, name: str, action: str, output: str) -> None:
        """Read on by an event of a test."""
        if action not in _ENDS:
            said = self.open.get(name) or self.open.setdefault(name, _Output())
            if action == "output":
                said.add(output)
            return
        status = _ENDS[action]
        said = self.open.pop(name, None)
        words = said.words() if said and status is not Status.PASSED else ""
        self.ended.append(_Ended(name, _case(package, name, status, words), _panicked(words)))

    def speaking(self) -> Iterator[_Ended]:
        """The tests that ended, but for those that failed only because one inside them did."""
        failed = sorted(each.test for each in self.ended if each.case.status in BAD)
        for each in self.ended:
            inside = f"{each.test}/"
            first = failed[(place := bisect_left(failed, inside)) : place + 1] if each.case.status in BAD else []
            if each.panicked or not any(name.startswith(inside) for name in first):
                yield each


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    name: str
    found: list[tuple[Key, Draft]] = field(default_factory=list[tuple[Key, Draft]])
    running: dict[str, _Package] = field(default_factory=dict[str, _Package])
    builds: dict[str, _Output] = field(default_factory=dict[str, _Output])
    """What the compiler said, by package."""
    broken: set[str] = field(default_factory=set[str])
    """Packages that did not build, while no package that was to be tested has failed for it."""
    sick: set[str] = field(default_factory=set[str])
    """Packages that were broken themselves, in any run of theirs."""
    compiling: str = ""
    """The package whose errors the compiler is printing as plain lines."""
    missing: str = ""
    """Why this is not everything."""
    began: Moment = UNTOLD
    foreign: int = 0
    events: int = 0

    def take(self, line: str) -> None:
        """Read on by one line."""
        event = _event(line)
        if not _is_event(event):
            self._between(line, event)
            return
        self.events += 1
        self.compiling = ""
        if self.began.time is None and "Time" in event:
            self.began = report.moment(_word(event, "Time"))
        action, output = _word(event, "Action"), _word(event, "Output")
        if action in _BUILDS:
            self._build(_tested(_word(event, "ImportPath")), action, output)
            return
        package, test = _word(event, "Package"), _word(event, "Test")
        known = self.running.get(package) or self.running.setdefault(package, _Package())
        if test:
            known.test(package, test, action, output)
        elif action == "output":
            known.output.add(output)
        elif action in _ENDS:
            self._end(package, _ENDS[action], _tested(_word(event, "FailedBuild")) or package)

    def end(self) -> list[tuple[Key, Draft]]:
        """All cases. Raises NotAReport where there is nothing to read."""
        if not self.events:
            raise NotAReport(f"{self.name}: it holds no event of `go test -json`; give what that command prints")
        for path in sorted(self.broken):
            self._whole(path, Status.ERROR, self.builds[path].words())
        if self.running:
            self.missing = self.missing or f"ends before {len(self.running)} packages did"
        for package in list(self.running):
            self._flush(package)
        if not self.found and self.missing:
            raise NotAReport(f"{self.name}: it {self.missing} and holds no whole test case; run the tests again")
        return self.found

    def _between(self, line: str, event: Mapping[str, Any]) -> None:
        """A line that is no event: a part of one, or what the go command printed itself."""
        begun = line.startswith('{"') or (line.startswith("{") and not line.endswith("\n"))
        if begun and not event:
            self.missing = self.missing or "holds a broken event"
        if not line.strip():
            return
        self.foreign += 1
        if heading := _COMPILED.fullmatch(line):
            self.compiling = _tested(heading[1])
        elif self.compiling:
            self.builds.setdefault(self.compiling, _Output()).add(line)

    def _build(self, path: str, action: str, output: str) -> None:
        said = self.builds.setdefault(path, _Output())
        if action == "build-fail":
            self.broken.add(path)
        elif not _COMPILED.fullmatch(output):
            said.add(output)

    def _end(self, package: str, status: Status, build: str) -> None:
        """A package ended. One that failed without a test that did was broken itself."""
        known = self.running[package]
        if status in BAD:
            others = [known.output.words(), *(each.words() for each in known.open.values())]
            spoken = any(each.case.status in BAD for each in known.ended)
            if not spoken or any(map(_panicked, others)):
                compiled = self.builds[build].words() if build in self.builds else ""
                self._whole(package, Status.ERROR, "\n".join(filter(None, [compiled, *others])))
        elif status is Status.PASSED and package in self.sick:
            self._whole(package, status, "")
        self.broken.discard(build)
        for name in known.open:  # what became of a test is not known; benchmarks have no end of their own
            well = status is Status.PASSED and name.startswith("Benchmark")
            case = _case(package, name, Status.PASSED if well else Status.SKIPPED, "")
            known.ended.append(_Ended(name, case))
        self._flush(package)

    def _flush(self, package: str) -> None:
        """The package may run once more in the same file, and be well then."""
        self.found += [((package, each.test), each.case) for each in self.running.pop(package).speaking()]
        if len(self.found) > report.MOST:
            raise NotAReport(f"{self.name}: at most {report.MOST:,} test cases are read; split it by packages")

    def _whole(self, package: str, status: Status, words: str) -> None:
        self.sick.add(package)
        self.found.append(((package, PACKAGE), _case(package, PACKAGE, status, words)))


def _tested(path: str) -> str:
    """The package that is tested where this one, or its tests, were built for it."""
    found = _FOR_TEST.fullmatch(path)
    return found[1] if found else path


def _panicked(words: str) -> bool:
    return any(map(_PANIC.fullmatch, words.splitlines()))


def _case(package: str, test: str, status: Status, words: str) -> Draft:
    told = Told(text=words) if words else cases.NO_WORDS
    told = _told(words.splitlines()) if status in BAD else told
    return cases.draft((), _cut(package), _cut(test), status=status, told=told)


def _told(lines: Iterable[str]) -> Told:
    kept = [line for line in lines if not _TRACED.fullmatch(line)]
    asserted = next((found[1] for line in kept if (found := _ASSERTED.fullmatch(line))), "")
    return Told(message=asserted, text="\n".join(kept))


def _cut(raw: str) -> str:
    """A name as it stands, or its clean beginning where it is longer than anybody writes."""
    return raw if len(raw) <= cases.READ else clean_line(raw, limit=cases.READ).text
