"""`ingest`: test reports become evidence, each once, with the session they belong to."""

import argparse
import sys
from pathlib import Path

from mcp_server import testrun
from mcp_server.attribution import session_for
from mcp_server.commands import CommandError, count, show
from mcp_server.project import git
from mcp_server.wiring import Wiring
from store.text import clean_line

MOST = 64 * 1024 * 1024
"""Bytes of one report; larger ones are refused before they are read."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("files", nargs="+", metavar="FILE", help="JUnit XML, a folder of it, or - for stdin")
    parser.add_argument(
        "--session", help="the session they belong to; else the one of the last half hour, if it is only one"
    )
    parser.add_argument("--commit", help="the commit they belong to; else the one checked out")
    parser.add_argument("--no-diff", action="store_true", help="do not keep the code change that goes with them")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Read every file; one that is refused does not keep the others from being read."""
    store, place = wiring.store(), wiring.place()
    session, how = session_for(store, place.project.key, named=options.session, now=wiring.now())
    commit = clean_line(options.commit or git(place.root, "rev-parse", "HEAD") or "", limit=64).text
    context = testrun.Context(
        project=place.project.key,
        session=session,
        commit=commit,
        named=bool(options.session or options.commit),
        now=wiring.now(),
        change=lambda since: None if options.no_diff else testrun.change(place.root, since),
    )
    store.know(place.project)
    results = [_one(path, context, wiring) for path in _expanded(options.files)]
    if options.json:
        show(wiring, {"project": place.project.key, "session": session, "commit": commit, "files": results})
    else:
        for result in results:
            wiring.say(_line(result))
        wiring.say(how)
    return 1 if any(result["refused"] for result in results) else 0


def _expanded(names: list[str]) -> list[str]:
    """The files behind the names; a folder stands for the XML files in it."""
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            inside = sorted(str(each) for each in path.rglob("*.xml") if each.is_file())
            if not inside:
                raise CommandError(f"there is no .xml file in {clean_line(name, limit=200).text}; name a report")
            found += inside
        else:
            found.append(name)
    return list(dict.fromkeys(found))


def _one(name: str, context: testrun.Context, wiring: Wiring) -> dict[str, object]:
    from mcp_server.importers.junit import NotAReport

    shown = clean_line(name, limit=300).text
    result: dict[str, object] = {"path": shown, "kind": None, "refused": None}
    result |= dict.fromkeys(("tests", "failures", "errors", "skipped", "evidence"), 0)
    try:
        kept = testrun.keep(wiring.store(), _read(name), origin=shown, context=context)
    except (OSError, NotAReport, CommandError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return result | {"refused": clean_line(reason, limit=300).text}
    report = kept.report
    return result | {
        "kind": "junit",
        "tests": report.tests,
        "failures": report.failures,
        "errors": report.errors,
        "skipped": report.skipped,
        "evidence": kept.new,
        "partial": report.partial,
    }


def _read(name: str) -> bytes:
    if name == "-":
        data = sys.stdin.buffer.read(MOST + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(MOST + 1)
    if len(data) > MOST:
        raise CommandError(f"it is larger than {MOST // 1024 // 1024} MiB; split the report")
    return data


def _line(result: dict[str, object]) -> str:
    if result["refused"]:
        return f"{result['path']}: refused, {result['refused']}"
    number = _number(result["evidence"])
    new = f"{count(number, 'new piece', 'new pieces')} of evidence" if number else "nothing new"
    partial = ", partly readable" if result["partial"] else ""
    return (
        f"{result['path']}: {count(_number(result['tests']), 'test')}, {result['failures']} failed, {result['errors']} errors, "
        f"{result['skipped']} skipped{partial}; {new}"
    )


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
