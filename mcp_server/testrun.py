"""A test report as evidence: the run, its failures, what went green again, and the change beside it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from mcp_server.importers import junit
from mcp_server.importers.junit import Case, Report
from mcp_server.learning import fingerprint
from mcp_server.project import git
from store.contract import Store
from store.records import Evidence, Kind, Source, Trust
from store.text import CleanText, clean_evidence, clean_line, trusted_text

CHANGES = 5
"""Failures of one run that get the code change beside them; a broken build would repeat it for each test."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a report belongs."""

    project: str
    session: str | None
    commit: str
    named: bool
    """Was session or commit named by somebody? Then the same bytes may count for each of them."""
    now: float
    change: Callable[[str], CleanText | None]
    """The code change since a commit, if there is one to be had."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that was read, and how many pieces of evidence were new."""

    report: Report
    new: int


def keep(store: Store, data: bytes, *, origin: str, context: Context) -> Kept:
    """Read a report and keep what it shows, in one transaction. Raises `junit.NotAReport`.

    The same report again changes nothing.
    """
    report = junit.parse(data, origin)
    where = [context.session, context.commit] if context.named else []
    run = sha256(json.dumps([context.project, sha256(data).hexdigest(), *where]).encode()).hexdigest()
    facts = [
        _run(report, run, context),
        *_failures(report, run, context),
        *_fixes(store, report, run, context),
    ]
    return Kept(report, sum(kept.new for kept in store.record(facts)))


def change(root: str, since: str) -> CleanText | None:
    """The working tree's difference to a commit, cleaned and cut; None where there is none."""
    text = git(root, "diff", "--no-ext-diff", "--no-textconv", "--no-color", since or "HEAD", "--")
    return clean_evidence(text).text if text else None


def _run(report: Report, run: str, context: Context) -> Evidence:
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
    return _fact(Kind.RUN, trusted_text(words), "", detail, report, _hash(run, "run"), context)


def _failures(report: Report, run: str, context: Context) -> Iterable[Evidence]:
    failing = [case for case in report.cases if case.status in {"failed", "error"}]
    change_ = context.change("") if failing else None
    for place, case in enumerate(failing):
        detail: dict[str, object] = {"test": case.identity, "file": case.file, "line": case.line}
        words = clean_evidence(f"{case.message}\n{case.detail}".strip()).text
        target = str(case.fingerprint)
        yield _fact(Kind.FAILURE, words, target, detail, report, _hash(run, "failure", target, case.identity), context)
        if change_ and place < CHANGES:
            yield _beside(change_, target, "failing", report, run, context)


def _fixes(store: Store, report: Report, run: str, context: Context) -> Iterable[Evidence]:
    """Tests that failed when last seen and pass now."""
    passing: dict[str, Case] = {case.identity: case for case in report.cases if case.status == "passed"}
    open_ = {fact.fingerprint: fact for fact in _open(store, context.project, passing)}
    changes: dict[str, CleanText | None] = {}
    for place, (target, failure) in enumerate(sorted(open_.items())):
        case = passing[str(failure.detail["test"])]
        yield _fact(
            Kind.FIXED,
            _name(case),
            target,
            {"test": case.identity},
            report,
            _hash(run, "fixed", target),
            context,
        )
        if place < CHANGES:
            since = failure.commit
            if since not in changes:
                changes[since] = context.change(since)
            found = changes[since]
            if found:
                yield _beside(found, target, "passing", report, run, context)


def _open(store: Store, project: str, passing: dict[str, Case]) -> Iterable[Evidence]:
    for tally in store.tallies(project):
        if fingerprint.parse(tally.fingerprint).detector in passing:
            newest = store.evidence(project, fingerprint=tally.fingerprint, kinds=[Kind.FAILURE, Kind.FIXED], newest=1)
            if newest[0].kind is Kind.FAILURE and newest[0].detail.get("test") in passing:
                yield newest[0]


def _beside(text: CleanText, target: str, side: str, report: Report, run: str, context: Context) -> Evidence:
    return _fact(Kind.CHANGE, text, target, {"side": side}, report, _hash(run, "change", side, target), context)


def _name(case: Case) -> CleanText:
    return clean_line(f"{case.identity} passes again").text


def _fact(
    kind: Kind,
    text: CleanText,
    target: str,
    detail: dict[str, object],
    report: Report,
    hash_: str,
    context: Context,
) -> Evidence:
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


def _hash(*parts: str) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
