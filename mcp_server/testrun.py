"""Test reports as evidence: the run, its failures, what went green again, and the change beside it."""

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from mcp_server.importers.runs.cases import Case, Status, passing
from mcp_server.importers.runs.report import Report, one_run
from mcp_server.learning import fingerprint, transition
from mcp_server.learning.transition import Told, Way
from mcp_server.project import git
from store.contract import Store
from store.records import Condition, Evidence, Kind, Source, Trust
from store.text import CleanText, clean_evidence, clean_line, trusted_text

CHANGES = 5
"""Failures of one run that get the code change beside them; a broken build would repeat it for each test."""

LOOKED = 500
"""Detectors of known failures that a run names as looked at."""

LAST = 50
"""Facts of one failure that are read to see whether it is over."""

_VAGUE = 14 * 3600.0
"""Seconds by which a time without a zone may be off."""

_WHOLE = re.compile(r"::\((?:package|suite|unnamed)\)\Z")
_COMMIT = re.compile(r"[0-9a-f]{4,64}")
_FILTER = re.compile(r"filter\.(?P<driver>.+)\.\w+", re.DOTALL)


class Context(NamedTuple):
    """Where a run belongs."""

    project: str
    session: str | None
    commit: str
    named: bool
    """Was session or commit named by somebody? Then the same bytes may count for each of them."""
    now: float
    change: Callable[[str], CleanText | None]
    """The code change since a commit, if there is one to be had; the empty text stands for the one checked out."""
    known: tuple[str, ...] = ()
    """Values of secret variables, to be masked wherever they turn up."""
    suite: str = "tests:local"
    """Which tests, run where; also who is counted once for what they say."""
    branch: str = ""
    pull_request: str = ""


class Kept(NamedTuple):
    """A run that was read, and how many pieces of evidence were new."""

    report: Report
    new: int
    ways: Mapping[Way, int]
    """How many tests stand otherwise than before, in each way."""
    by_origin: Mapping[str, int]
    """How many of the new pieces each report brought, by its origin; the run as a whole is under the empty one."""


class _Known(NamedTuple):
    """A failure that is known."""

    detector: str
    target: str
    newest: int
    """Id of the newest fact of it."""


class _News(NamedTuple):
    """What one report says that was not known."""

    report: Report
    told: Told[Case]


def keep(store: Store, reports: Sequence[Report], *, origin: str, context: Context) -> Kept:
    """Keep what the reports of one run show, in one transaction, against how the suite last stood.

    The same report again changes nothing, alone or among others.
    """
    whole = reports[0] if len(reports) == 1 else one_run(reports, origin)
    before = store.conditions(context.project, context.suite)
    every = ((fingerprint.parse(target), target, newest) for target, newest in _known(store, context))
    known = [_Known(each.detector, target, newest) for each, target, newest in every if each.kind == "test"]
    chosen: dict[str, Case] = {case.identity: case for case in whole.cases}
    failing = {item for item, last in before.items() if last.status != transition.PASSED}
    wholes = _wholes(failing.union(each.detector for each in known), chosen)
    conditions: list[Condition] = []
    news: list[_News] = []
    for report in reports:
        mark = _mark(report, context)
        read = store.conditions(context.project, mark.suite)
        if mark.item in read:
            continue
        own = [case for case in report.cases if chosen[case.identity] is case]
        cases = [*own, *(case for part in own for case in wholes.get(part.identity, ()))]
        told = transition.told(
            before,
            cases,
            suite=context.suite,
            time=_when(report, context),
            now=context.now,
            partial=report.partial,
            read=bool(read),
        )
        news.append(_News(report, told))
        conditions += [mark, *told.conditions]
    facts = [
        _run(whole, [*chosen.values(), *(case for each in wholes.values() for case in each)], known, context),
        *_failures(news, context),
        *_fixes(store, news, before, known, context),
    ]
    ways = Counter(way for each in news for _, way in each.told.changes)
    origins = {_origin(report): report.origin for report in reports}
    brought = Counter[str]()
    for place, (fact, kept) in enumerate(zip(facts, store.record(facts, conditions=conditions), strict=True)):
        brought[origins[fact.source.origin] if place else ""] += kept.new
    return Kept(whole, brought.total(), ways, brought)


def _origin(report: Report) -> str:
    return f"{report.kind} {report.origin}"


def _known(store: Store, context: Context) -> Iterable[tuple[str, int]]:
    return sorted(store.newest_failures(context.project).items(), key=lambda each: each[1])


def _mark(report: Report, context: Context) -> Condition:
    """What stays of a report that was read, for whom it was read included."""
    whom = sha256(json.dumps(_where(context)).encode()).hexdigest() if context.named else ""
    return Condition(f"read:{report.digest}", whom, "read", context.now)


def _wholes(suspects: Iterable[str], cases: Mapping[str, Case]) -> Mapping[str, Sequence[Case]]:
    """Collections, suites and packages that are well again, behind a test in them that shows it by having passed.

    They broke under a name of their own, which no report tells of once it is well.
    """
    passed = sorted(identity for identity, case in cases.items() if case.status is Status.PASSED)
    found: dict[str, list[Case]] = {}
    for suspect in suspects:
        body = _WHOLE.sub("", suspect)
        inside = (passed[(place := bisect_left(passed, f"{body}{end}")) : place + 1] for end in ("::", "."))
        shown = next((one[0] for one in inside if one and one[0].startswith((f"{body}::", f"{body}."))), "")
        if shown and suspect not in cases:
            found.setdefault(shown, []).append(passing(clean_line(suspect).text))
    return found


def change(root: str, since: str, *, known: Iterable[str] = ()) -> CleanText | None:
    """The working tree's difference to a commit, cleaned and cut; None where there is none."""
    if since and not _COMMIT.fullmatch(since):
        return None
    # Filters would run to compare a changed file, and programs of a submodule's own settings to look into it.
    filters = git(root, "config", "--null", "--name-only", "--get-regexp", r"^filter\.") or ""
    drivers = {found["driver"] for name in filters.split("\0") if (found := _FILTER.fullmatch(name))}
    silenced = {f"filter.{driver}.{part}": "" for driver in drivers for part in ("clean", "smudge", "process")}
    text = git(
        root,
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--submodule=short",
        "--ignore-submodules=dirty",
        since or "HEAD",
        "--",
        settings=silenced | {f"filter.{driver}.required": "false" for driver in drivers},
    )
    return clean_evidence(text, known=known).text if text else None


def _where(context: Context) -> Sequence[str | None]:
    """What somebody named of where a run belongs."""
    return [context.session, context.commit] if context.named else []


def _run(whole: Report, cases: Iterable[Case], known: Iterable[_Known], context: Context) -> Evidence:
    failed = whole.failures + whole.errors
    ran: set[str] = {case.identity for case in cases if case.status is not Status.SKIPPED}
    detectors = dict.fromkeys(each.detector for each in known if each.detector in ran)
    detail: dict[str, object] = {
        "tests": whole.tests,
        "passed": max(0, whole.tests - failed - whole.skipped),
        "failed": failed,
        "skipped": whole.skipped,
        "partial": whole.partial,
        "succeeded": whole.succeeded,
        "looked": list(detectors)[:LOOKED],
    }
    words = f"{whole.tests} tests, {failed} failed, {whole.skipped} skipped" + (
        ", partly readable" if whole.partial else ""
    )
    return _fact(Kind.RUN, trusted_text(words), "", detail, whole, ("run",), context)


_KINDS = {Way.STILL: Kind.STILL, Way.FLAKY: Kind.FLAKY}


def _failures(news: Iterable[_News], context: Context) -> Iterable[Evidence]:
    """What failed in this run, as much as it says; what failed already says only that it does so still."""
    failing = [(each.report, case, way) for each in news for case, way in each.told.changes if way is not Way.FIXED]
    fresh = [case for _, case, way in failing if way.fails and way is not Way.UNKNOWN][:CHANGES]
    change_ = context.change("") if fresh else None
    for report, case, way in failing:
        detail: dict[str, object] = {
            "test": case.identity,
            "file": case.file,
            "line": case.line,
            "transition": str(way),
        }
        if way is Way.STILL:
            words = clean_line(f"{case.identity} fails still").text
        else:
            words = clean_evidence(f"{case.message}\n{case.detail}".strip(), known=context.known).text
        target = case.fingerprint
        # the same name for every way, so that a report that is read again for the same session adds nothing
        same = ("flaky" if way is Way.FLAKY else "failure", target, case.identity)
        yield _fact(_KINDS.get(way, Kind.FAILURE), words, target, detail, report, same, context)
        if change_ and any(case is each for each in fresh):
            yield _beside(change_, target, "failing", report, context)


def _fixes(
    store: Store,
    news: Iterable[_News],
    before: Mapping[str, Condition],
    known: Iterable[_Known],
    context: Context,
) -> Iterable[Evidence]:
    """Every way in which a test failed that passes now."""
    passing: dict[str, tuple[Report, Case]] = {
        case.identity: (each.report, case) for each in news for case in each.told.passed
    }
    changes: dict[str, CleanText | None] = {}
    fixed = 0
    maybe = [each for each in known if each.detector in passing]
    last = {fact.id: fact.time for fact in store.evidence(context.project, ids=[each.newest for each in maybe])}
    for detector, target, newest in maybe:
        report, case = passing[detector]
        failure = _open(store, target, last[newest], before.get(case.identity), report, context)
        if failure is None:
            continue
        words = clean_line(f"{case.identity} passes again").text
        yield _fact(Kind.FIXED, words, target, {"test": case.identity}, report, ("fixed", target), context)
        fixed += 1
        if fixed <= CHANGES:
            since = failure.commit
            if since not in changes:
                changes[since] = context.change(since)
            text = changes[since]
            if text:
                yield _beside(text, target, "passing", report, context)


def _open(
    store: Store, target: str, failed: float, last: Condition | None, report: Report, context: Context
) -> Evidence | None:
    """The newest sighting of a failure of this suite, unless it was over before this run.

    Hooks see failures without keeping conditions, so both are asked; a failure that another suite
    saw is not this one's to close.
    """
    well = last is not None and last.status == transition.PASSED
    if last is not None and well and failed < last.time:
        return None
    every = store.evidence(context.project, fingerprint=target, kinds=[Kind.FAILURE, Kind.FIXED], newest=LAST)
    ours = [fact for fact in every if fact.source.identity == context.suite]
    newest = ours[-1] if ours else None
    if newest is None or newest.kind is Kind.FIXED or (last is not None and well and newest.time < last.time):
        return None
    latest = _when(report, context) + (_VAGUE if report.began.vague else 0.0)
    return newest if min(newest.time, context.now) <= latest else None


def _when(report: Report, context: Context) -> float:
    """When the run began; now, where it does not say so, or says what cannot be."""
    return context.now if report.time is None else min(report.time, context.now)


def _beside(text: CleanText, target: str, side: str, report: Report, context: Context) -> Evidence:
    return _fact(Kind.CHANGE, text, target, {"side": side}, report, ("change", side, target), context)


def _fact(
    kind: Kind,
    text: CleanText,
    target: str,
    detail: dict[str, object],
    report: Report,
    same: tuple[str, ...],
    context: Context,
) -> Evidence:
    """A fact of a report; `same` tells it from the others of that report, in every reading of it."""
    hash_ = sha256(json.dumps([context.project, report.digest, *_where(context), *same]).encode()).hexdigest()
    return Evidence(
        project=context.project,
        kind=kind,
        text=text,
        source=Source(_origin(report), context.suite, Trust.MACHINE),
        time=_when(report, context),
        hash=hash_,
        fingerprint=target,
        session=context.session,
        commit=context.commit,
        detail=detail,
        branch=context.branch,
        pull_request=context.pull_request,
    )
