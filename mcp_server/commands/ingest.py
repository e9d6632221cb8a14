"""`ingest`: reports, payloads, git's history and pull requests become evidence, each fact once, with its session."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mcp_server import intake, lintrun, metricrun, testrun
from mcp_server.attribution import session_for
from mcp_server.commands import CommandError, count, moment_of, show
from mcp_server.importers import detect
from mcp_server.importers.found import NotAReport, Reading
from mcp_server.importers.runs.report import Report
from mcp_server.learning.attribute import pull_request
from mcp_server.learning.regression import Finding, Verdict
from mcp_server.masks import masked
from mcp_server.project import Place, git
from mcp_server.resolve import resolve
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.records import Trust
from store.text import CleanText, clean_line

MOST = 64 * 1024 * 1024
"""Bytes of one file; larger ones are refused before they are read."""

FILES = 5000
"""Files in one folder."""

AT_ONCE = 250
"""Files after which a person is told how far it is."""

_CHANGED = frozenset({Verdict.REGRESSED, Verdict.IMPROVED})

METRICS = frozenset({"pytest-benchmark", "hyperfine", "gobench", "github-action-benchmark"})


class Result(NamedTuple):
    """What became of one file, folder or other source; its fields are those of `--json`."""

    path: str
    kind: str | None = None
    reports: int = 0
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    partial: bool = False
    evidence: int = 0
    refused: str | None = None
    note: str = ""

    def line(self) -> str:
        """The result in words."""
        if self.refused:
            return f"{self.path}: refused, {self.refused}"
        many = f" ({self.reports} files)" if self.reports > 1 else ""
        new = f"{count(self.evidence, 'new piece')} of evidence" if self.evidence else "nothing new"
        partly = ", partly readable" if self.partial else ""
        told = "" if self.kind == self.path else f"{self.kind}{partly}; "
        if self.kind in {"junit", "trx", "ctrf", "go", "tests"}:
            told = (
                f"{count(self.tests, 'test')}, {self.failures} failed, "
                f"{count(self.errors, 'error')}, {self.skipped} skipped{partly}; "
            )
        if self.note.startswith("nothing new") and not self.evidence:
            return f"{self.path}{many}: {told}{self.note}"
        return f"{self.path}{many}: {told}{new}" + (f" ({self.note})" if self.note else "")


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="reports, payloads, logs; a folder of them; or - for stdin. All tests named together are one run. "
        "Without any, what is new in git's history",
    )
    parser.add_argument(
        "--kind", choices=detect.KINDS, metavar="KIND", help="what the files are, where it is not plain"
    )
    parser.add_argument(
        "--session", help="the session they belong to; else the one of the last half hour, if it is only one"
    )
    parser.add_argument("--commit", help="the commit they belong to; else the one checked out")
    parser.add_argument("--branch", help="the branch they belong to")
    parser.add_argument("--pr", help="the pull request they belong to: its number or address")
    parser.add_argument("--origin", help="where the tests ran, as in `ci`: results of one place are compared")
    parser.add_argument("--github", metavar="OWNER/REPO", help="pull requests, reviews and checks, by your own `gh`")
    parser.add_argument(
        "--since", metavar="DAYS", help="with --github, only what changed in so many days or since a date"
    )
    parser.add_argument("--no-diff", action="store_true", help="do not keep the code change that goes with tests")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Read every source; one that is refused does not keep the others from being read."""
    store, place = wiring.store(), wiring.place()
    if place.note:
        raise CommandError(f"{place.note} and no evidence belongs here; run this in the project's folder")
    since = moment_of(options.since, now=wiring.now()) if options.since else None
    session, how = session_for(store, place.project.key, named=options.session, now=wiring.now())
    desk = _Desk(wiring, place, options, session)
    results: list[Result] = []
    if options.files:
        results += desk.files(list(dict.fromkeys(options.files)))
    if options.github:
        results.append(desk.github(options.github, since))
    if not options.files and not options.github:
        results.append(desk.history())
    resolve(store, place.project.key)
    if options.json:
        facts = {
            "project": place.project.key,
            "session": session,
            "commit": desk.commit,
            "files": [each._asdict() for each in results],
        }
        show(wiring, facts)
    else:
        for each in (each for each in results if not each.refused):
            wiring.say(each.line())
        if desk.ran:
            wiring.say(how)
    refused = [each for each in results if each.refused]
    for each in refused:
        wiring.tell(each.line())
    return 1 if refused else 0


class _Desk:
    """One run of the command: where things belong, and what was read so far."""

    def __init__(self, wiring: Wiring, place: Place, options: argparse.Namespace, session: str | None) -> None:
        self._wiring, self._place, self._options = wiring, place, options
        self._known = secrets(wiring.environment)
        self.commit = _commit(options.commit, place)
        self.ran = False
        """Was anything read that belongs to a session because it ran in it?"""
        request = pull_request(options.pr, place.project.key) if options.pr else ""
        if options.pr and not request:
            raise CommandError(f"{options.pr[:60]!r} is no pull request here; give its address or OWNER/REPO#NUMBER")
        branch = clean_line(options.branch or "", limit=300, known=self._known).text
        suite = clean_line(options.origin or "local", limit=80, known=self._known).text
        self._run = testrun.Context(
            project=place.project.key,
            session=session,
            commit=self.commit,
            named=bool(options.session or options.commit),
            now=wiring.now(),
            change=self._change,
            known=self._known,
            suite=f"tests:{suite}",
            branch=branch,
            pull_request=request,
        )
        self._said = intake.Context(
            project=place.project.key,
            now=wiring.now(),
            session=session if options.session else None,
            commit=self.commit if options.commit else "",
            branch=branch,
            pull_request=request,
            most=Trust.AGENT if wiring.surroundings().mark else Trust.OWNER,
            known=self._known,
        )

    def files(self, names: Sequence[str]) -> Iterator[Result]:
        """Every file and folder; the tests of all of them are one run."""
        tests: dict[str, list[Report]] = {}
        read = 0
        for name in names:
            shown = clean_line(name, limit=300).text
            try:
                folder = name != "-" and Path(name).is_dir()
                paths = _inside(Path(name)) if folder else [name]
            except (OSError, ValueError, CommandError) as error:
                yield Result(shown, refused=_reason(error, shown))
                continue
            for path in paths:
                found = self._file(path, tests.setdefault(shown, []), within=folder)
                read += 1
                if read % AT_ONCE == 0:
                    self._wiring.tell(f"{read} files read")
                if found is not None:
                    yield found
        yield from self._tests({shown: reports for shown, reports in tests.items() if reports})

    def _file(self, path: str, tests: list[Report], *, within: bool) -> Result | None:
        """What one file comes to; tests wait for those of the other files. `within`: a folder was named, not it."""
        origin = clean_line(path, limit=300).text
        try:
            found = masked(detect.parse(_read(path), origin, kind=self._options.kind), self._known)
            if isinstance(found, Report):
                tests.append(found)
                return None
            return self._keep(found, origin)
        except detect.Unknown as error:
            beside = within and Path(path).suffix.lower() not in detect.REPORTS
            return None if beside else Result(origin, refused=_reason(error, origin))
        except (OSError, ValueError, CommandError) as error:
            return Result(origin, refused=_reason(error, origin))

    def github(self, repository: str, since: float | None) -> Result:
        """What a repository's pull requests tell, page by page: what came before a fault is kept."""
        from mcp_server import github_cli
        from mcp_server.importers.forges import github

        shown = clean_line(repository, limit=120).text
        pages = new = 0
        refused = None

        def progress(read: int, total: int) -> None:
            self._wiring.tell(f"{read} of {total} pull requests read")

        try:
            for page in github_cli.pull(repository, since=since, progress=progress):
                read = github.parse(page, shown)
                new += self._found(read, shown, checked=False).evidence
                pages += 1
        except (github_cli.GitHubError, NotAReport) as error:
            refused = clean_line(str(error), limit=400).text
        return Result(shown, kind="github", reports=pages, evidence=new, refused=refused)

    def history(self) -> Result:
        """What is new in the repository's history."""
        from mcp_server import gitlog

        if git(self._place.root, "rev-parse", "--git-dir") is None:
            return Result("git", refused="there is no git repository here, or no git; name files to read")
        store, now = self._wiring.store(), self._wiring.now()
        seen = gitlog.observe(store, self._place, now=now, say=self._wiring.tell)
        new = intake.keep(store, seen.facts, works=seen.works, origin="git", context=self._said, settle=False)
        gitlog.keep_mark(store, self._place, seen, now=now)
        return Result("git", kind="git", evidence=new, note=seen.note)

    def _keep(self, read: Reading, origin: str) -> Result:
        """What one reading comes to: problems and measures are compared with earlier ones, the rest is kept."""
        store, partial = self._wiring.store(), bool(read.partial)
        if read.kind == "sarif":
            self.ran = True
            lint = lintrun.keep(store, read, context=self._run, root=self._place.root)
            note = f"{count(lint.problems, 'problem')}, {lint.introduced} new" if not read.nothing else read.nothing
            return Result(origin, read.kind, 1, partial=partial, evidence=lint.new, note=note)
        if read.kind in METRICS:
            self.ran = True
            measured = metricrun.keep(store, read, context=self._run)
            return Result(
                origin, read.kind, 1, partial=partial, evidence=measured.new, note=_decided(measured.findings)
            )
        return self._found(read, origin, checked=True)

    def _found(self, read: Reading, origin: str, *, checked: bool) -> Result:
        if checked:
            intake.check_repository(read.facts, self._place.project.key, origin=origin)
        store = self._wiring.store()
        whole = f"{read.kind} {origin}"
        new = intake.keep(store, read.facts, works=read.works, origin=whole, context=self._said, settle=False)
        return Result(origin, read.kind, 1, partial=bool(read.partial), evidence=new, note=read.partial or read.nothing)

    def _tests(self, tests: dict[str, list[Report]]) -> Iterator[Result]:
        if not tests:
            return
        self.ran = True
        every = [report for reports in tests.values() for report in reports]
        names = list(tests)
        origin = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        kept = testrun.keep(self._wiring.store(), every, origin=origin, context=self._run)
        for place, (shown, reports) in enumerate(tests.items()):
            kinds = {report.kind for report in reports}
            whole = testrun.one_run(reports, shown) if len(reports) > 1 else reports[0]
            new = sum(kept.by_origin.get(report.origin, 0) for report in reports)
            yield Result(
                shown,
                kind=kinds.pop() if len(kinds) == 1 else "tests",
                reports=len(reports),
                tests=whole.tests,
                failures=whole.failures,
                errors=whole.errors,
                skipped=whole.skipped,
                partial=whole.partial,
                evidence=new + (kept.by_origin.get("", 0) if place == 0 else 0),
                note=", ".join(f"{number} {way}" for way, number in kept.ways.items()) if place == 0 else "",
            )

    def _change(self, since: str) -> CleanText | None:
        return None if self._options.no_diff else testrun.change(self._place.root, since, known=self._known)


def _decided(findings: Sequence[Finding]) -> str:
    """What became of benchmarks: those that changed by name, the others by number."""
    told = [f"{each.name} {each.verdict}: {each.why}" for each in findings if each.verdict in _CHANGED][:3]
    others = Counter(str(each.verdict) for each in findings if each.verdict not in _CHANGED)
    return clean_line("; ".join([*told, *(f"{number} {word}" for word, number in others.items())])).text


def _commit(named: str | None, place: Place) -> str:
    """The full id of a commit where the repository knows it. Raises `CommandError` for what can be none."""
    if not named:
        return git(place.root, "rev-parse", "--verify", "--quiet", "HEAD") or ""
    found = git(place.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    if found is None and not re.fullmatch(r"[0-9a-fA-F]{7,64}", named):
        raise CommandError(f"{named[:60]!r} is no commit here; give the hash of one")
    return found or named.lower()


def _inside(folder: Path) -> list[str]:
    inside = sorted(
        str(each) for each in folder.rglob("*") if each.suffix.lower() in detect.SUFFIXES and each.is_file()
    )
    if not inside:
        raise CommandError("there is no file in it that may be a report; name one")
    if len(inside) > FILES:
        raise CommandError(f"there are {len(inside)} files in it, {FILES} at most; name the folder of the reports")
    return inside


def _read(name: str) -> bytes:
    if name == "-":
        data = sys.stdin.buffer.read(MOST + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(MOST + 1)
    if len(data) > MOST:
        raise CommandError(f"it is larger than {MOST // 1024 // 1024} MiB; split the report")
    return data


def _reason(error: Exception, name: str) -> str:
    """Why, without the name that stands before it already."""
    why = error.strerror if isinstance(error, OSError) else str(error)
    if isinstance(error, NotAReport):
        why = str(error).removeprefix(f"{clean_line(name, limit=200).text}: ")
    return clean_line(why or type(error).__name__, limit=300).text
