"""Test reports as evidence: the run, its failures, what went green again, and the change beside it."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from mcp_server.importers.cases import Case, Status
from mcp_server.importers.report import BAD, Report, one_run
from mcp_server.learning import fingerprint
from mcp_server.project import git
from store.contract import Store
from store.records import Evidence, Kind, Source, Trust
from store.text import CleanText, clean_evidence, clean_line, trusted_text

CHANGES = 5
"""Failures of one run that get the code change beside them; a broken build would repeat it for each test."""

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


class Kept(NamedTuple):
    """A run that was read, and how many pieces of evidence were new."""

    report: Report
    new: int


def keep(store: Store, reports: Sequence[Report], *, origin: str, context: Context) -> Kept:
    """Keep what the reports of one run show, in one transaction.

    The same report again changes nothing, alone or among others.
    """
    whole = reports[0] if len(reports) == 1 else one_run(reports, origin)
    facts = [
        _run(whole, context),
        *_failures(reports, context),
        *_fixes(store, whole, context),
    ]
    return Kept(whole, sum(kept.new for kept in store.record(facts)))


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


def _run(report: Report, context: Context) -> Evidence:
    failed = report.failures + report.errors
    detail: dict[str, object] = {
        "tests": report.tests,
        "passed": max(0, report.tests - failed - report.skipped),
        "failed": failed,
        "skipped": report.skipped,
        "partial": report.partial,
    }
    words = f"{report.tests} tests, {failed} failed, {report.skipped} skipped" + (
        ", partly readable" if report.partial else ""
    )
    return _fact(Kind.RUN, trusted_text(words), "", detail, report, ("run",), context)


def _failures(reports: Sequence[Report], context: Context) -> Iterable[Evidence]:
    failing = [(report, case) for report in reports for case in report.cases if case.status in BAD]
    change_ = context.change("") if failing else None
    for place, (report, case) in enumerate(failing):
        detail: dict[str, object] = {"test": case.identity, "file": case.file, "line": case.line}
        words = clean_evidence(f"{case.message}\n{case.detail}".strip(), known=context.known).text
        target = case.fingerprint
        yield _fact(Kind.FAILURE, words, target, detail, report, ("failure", target, case.identity), context)
        if change_ and place < CHANGES:
            yield _beside(change_, target, "failing", report, context)


def _fixes(store: Store, report: Report, context: Context) -> Iterable[Evidence]:
    """Tests that failed when last seen and pass now."""
    passing = {fingerprint.name_of_test(case.identity): case for case in report.cases if case.status is Status.PASSED}
    changes: dict[str, CleanText | None] = {}
    for place, (case, failure) in enumerate(_open(store, context.project, passing)):
        target = failure.fingerprint
        words = clean_line(f"{case.identity} passes again").text
        yield _fact(Kind.FIXED, words, target, {"test": case.identity}, report, ("fixed", target), context)
        if place < CHANGES:
            since = failure.commit
            if since not in changes:
                changes[since] = context.change(since)
            found = changes[since]
            if found:
                yield _beside(found, target, "passing", report, context)


def _open(store: Store, project: str, passing: dict[str, Case]) -> Iterable[tuple[Case, Evidence]]:
    for tally in store.tallies(project):
        case = passing.get(fingerprint.parse(tally.fingerprint).detector)
        if case is not None:
            newest = store.evidence(project, fingerprint=tally.fingerprint, kinds=[Kind.FAILURE, Kind.FIXED], newest=1)
            if newest and newest[0].kind is Kind.FAILURE:
                yield case, newest[0]


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
    where = [context.session, context.commit] if context.named else []
    hash_ = sha256(json.dumps([context.project, report.digest, *where, *same]).encode()).hexdigest()
    return Evidence(
        project=context.project,
        kind=kind,
        text=text,
        source=Source(f"junit {report.origin}", "tests:local", Trust.MACHINE),
        time=context.now,
        hash=hash_,
        fingerprint=target,
        session=context.session,
        commit=context.commit,
        detail=detail,
    )
