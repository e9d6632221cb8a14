"""What a command of the agent showed: test, lint, type and build results as evidence."""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import cast

from mcp_server import console
from mcp_server.agents.events import Ran
from mcp_server.learning import fingerprint
from mcp_server.masks import masked
from store.records import Evidence, Kind, Source, Trust
from store.secrets import redact
from store.text import clean_evidence, clean_line
from store.values import replace

MOST = 50
"""Failures kept of one command; a broken build repeats itself."""

TAIL = 200_000
"""Characters of output that are read, from the end: that is where tools sum up."""

KNOWN = (Kind.FAILURE, Kind.STILL, Kind.FIXED)
"""What tells how a failure stood before."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def results(
    event: Ran, *, project: str, root: str, client: str, now: float, known: Iterable[str] = ()
) -> list[Evidence]:
    """The run and its failures as evidence; nothing for a command that shows none.

    A run whose end is not known (cut off, no summary, no exit) is kept as partial and never counts
    as a success. The same output again is the same evidence.
    """
    tool = console.tool_of(event.command)
    if tool is None:
        return []
    # The project's own folder goes first: what it is called on this machine is nobody's business.
    here = f"{root.rstrip('/')}/" if root.strip("/") else "\0"
    output, _ = redact(_ANSI.sub("", event.output[-TAIL:]).replace(here, ""), known=known)
    command, _ = redact(event.command.replace(here, ""), known=known)
    found = console.every_line(console.findings(tool, output, root=root))
    counts = console.counted(tool, output)
    failed = max(counts.get("failed", 0), len(found), 1 if event.failed else 0)
    told = event.failed is not None or bool(counts) or bool(found)
    seal = sha256("\n".join((project, event.session, event.command, output)).encode("utf-8", "replace")).hexdigest()
    known = tuple(known)
    source = Source(f"{tool.name} in {client}", "tests:local", Trust.MACHINE)

    def fact(kind: Kind, text: str, mark: str, target: str, **detail: object) -> Evidence:
        key = sha256(f"{seal} {mark}".encode()).hexdigest()
        cleaned = clean_evidence(text, limit=2000, known=known).text
        made = Evidence(
            project, kind, cleaned, source, now, key, fingerprint=target, session=event.session, detail=detail
        )
        return masked(made, known)

    words = f"{tool.name}: {failed} failed" + (f", {counts['passed']} passed" if "passed" in counts else "")
    run = fact(
        Kind.RUN,
        words,
        "run",
        "",
        sort=tool.sort,
        tool=tool.name,
        failed=failed,
        passed=counts.get("passed"),
        skipped=counts.get("skipped", 0),
        partial=not told,
        covers=[clean_line(each).text for each in console.covered(tool, command)],
    )
    return [
        run,
        *(
            fact(Kind.FAILURE, each.line, each.target, each.target, test=each.name)
            for each in list(found.values())[:MOST]
        ),
    ]


def settled(facts: Sequence[Evidence], before: Iterable[Evidence]) -> list[Evidence]:
    """The facts of one command, told against how failures stood before, oldest first.

    What another session left failing is still failing; what failed when last seen and was among what a
    passing run covered is fixed.
    """
    newest = {fact.fingerprint: fact for fact in before if fact.kind in KNOWN}
    run = facts[0]
    told = [run, *(_still(fact, newest.get(fact.fingerprint)) for fact in facts[1:])]
    whole = run.detail["failed"] == 0 and run.detail["partial"] is False
    if not whole or (run.detail["sort"] == "tests" and not run.detail["passed"]):
        return told
    return told + [_fixed(run, old) for old in newest.values() if old.kind is not Kind.FIXED and _covered(run, old)]


def _still(fact: Evidence, old: Evidence | None) -> Evidence:
    inherited = old is not None and old.kind is not Kind.FIXED and old.session != fact.session
    return replace(fact, kind=Kind.STILL) if inherited else fact


def _covered(run: Evidence, old: Evidence) -> bool:
    """Was what failed among what the run looked at? Only runs of the same tool are compared."""
    if old.source.origin.partition(" in ")[0] != run.source.origin.partition(" in ")[0]:
        return False
    ran = cast("list[str]", run.detail["covers"])
    detector = fingerprint.parse(old.fingerprint).detector
    return fingerprint.covers(ran, detector) if run.detail["sort"] == "tests" else ran == [fingerprint.ALL]


def _fixed(run: Evidence, old: Evidence) -> Evidence:
    words = clean_line(f"{fingerprint.parse(old.fingerprint).detector} passes again").text
    key = sha256(f"{run.hash} fixed {old.fingerprint}".encode()).hexdigest()
    return replace(run, kind=Kind.FIXED, text=words, fingerprint=old.fingerprint, hash=key, detail={})
