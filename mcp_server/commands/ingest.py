"""`ingest`: test reports become evidence, each once, with the session they belong to."""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mcp_server import testrun
from mcp_server.attribution import session_for
from mcp_server.commands import CommandError, count, show
from mcp_server.importers import junit
from mcp_server.importers.found import NotAReport
from mcp_server.importers.report import Report
from mcp_server.project import Place, git
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.text import CleanText, clean_line

MOST = 64 * 1024 * 1024
"""Bytes of one report; larger ones are refused before they are read."""

FILES = 5000
"""Reports in one folder."""


class Result(NamedTuple):
    """What became of one report, or of all reports of a folder; its fields are those of `--json`."""

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

    def line(self) -> str:
        """The result in words."""
        if self.refused:
            return f"{self.path}: refused, {self.refused}"
        many = f" ({self.reports} files)" if self.reports > 1 else ""
        new = f"{count(self.evidence, 'new piece')} of evidence" if self.evidence else "nothing new"
        return (
            f"{self.path}{many}: {count(self.tests, 'test')}, {self.failures} failed, "
            f"{count(self.errors, 'error')}, {self.skipped} skipped{', partly readable' if self.partial else ''}; {new}"
        )


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="JUnit XML; a folder, whose reports are one run; or - for stdin"
    )
    parser.add_argument(
        "--session", help="the session they belong to; else the one of the last half hour, if it is only one"
    )
    parser.add_argument("--commit", help="the commit they belong to; else the one checked out")
    parser.add_argument("--no-diff", action="store_true", help="do not keep the code change that goes with them")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Read every file; one that is refused does not keep the others from being read."""
    store, place = wiring.store(), wiring.place()
    if place.note:
        raise CommandError(f"{place.note} and no test belongs here; run this in the project's folder")
    session, how = session_for(store, place.project.key, named=options.session, now=wiring.now())
    commit = _commit(options.commit, place)
    known = secrets(wiring.environment)

    def change(since: str) -> CleanText | None:
        return None if options.no_diff else testrun.change(place.root, since, known=known)

    context = testrun.Context(
        project=place.project.key,
        session=session,
        commit=commit,
        named=bool(options.session or options.commit),
        now=wiring.now(),
        change=change,
        known=known,
    )
    results = [each for name in dict.fromkeys(options.files) for each in _run(name, context, wiring)]
    if options.json:
        files = [each._asdict() for each in results]
        show(wiring, {"project": place.project.key, "session": session, "commit": commit, "files": files})
    else:
        for each in (each for each in results if not each.refused):
            wiring.say(each.line())
        if any(not each.refused for each in results):
            wiring.say(how)
    refused = [each for each in results if each.refused]
    for each in refused:
        wiring.tell(each.line())
    return 1 if refused else 0


def _commit(named: str | None, place: Place) -> str:
    """The full id of a commit where the repository knows it. Raises `CommandError` for what can be none."""
    if not named:
        return git(place.root, "rev-parse", "--verify", "--quiet", "HEAD") or ""
    found = git(place.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    if found is None and not re.fullmatch(r"[0-9a-fA-F]{7,64}", named):
        raise CommandError(f"{named[:60]!r} is no commit here; give the hash of one")
    return found or named.lower()


def _run(name: str, context: testrun.Context, wiring: Wiring) -> Iterable[Result]:
    """One run of tests: a file, or all reports in a folder."""
    shown = clean_line(name, limit=300).text
    try:
        paths = [name] if name == "-" or not Path(name).is_dir() else _inside(Path(name))
    except (OSError, ValueError, CommandError) as error:
        yield Result(shown, refused=_reason(error, shown))
        return
    reports: list[Report] = []
    for path in paths:
        origin = clean_line(path, limit=300).text
        try:
            reports.append(junit.parse(_read(path), origin))
        except (OSError, ValueError, CommandError) as error:
            yield Result(origin, refused=_reason(error, origin))
    if reports:
        kept = testrun.keep(wiring.store(), reports, origin=shown, context=context)
        whole = kept.report
        yield Result(
            shown,
            kind="junit",
            reports=len(reports),
            tests=whole.tests,
            failures=whole.failures,
            errors=whole.errors,
            skipped=whole.skipped,
            partial=whole.partial,
            evidence=kept.new,
        )


def _inside(folder: Path) -> list[str]:
    inside = sorted(str(each) for each in folder.rglob("*.xml") if each.is_file())
    if not inside:
        raise CommandError("there is no .xml file in it; name a report")
    if len(inside) > FILES:
        raise CommandError(f"there are {len(inside)} .xml files in it, {FILES} at most; name the folder of the reports")
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
