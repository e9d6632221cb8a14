"""SARIF 2.1.0: what a linter or type checker found in one run, each finding under a name that no line number is in.

Level, suppressions and baseline are as the specification says. A run without results did not look,
which is not the same as one that found nothing.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, cast

from mcp_server.importers import document
from mcp_server.importers.found import Found, NotAReport, Reading
from mcp_server.importers.lint import sarif_places, sarif_rules
from mcp_server.importers.lint.sarif_places import NOWHERE, Place, Places
from mcp_server.importers.lint.sarif_rules import PROBLEMS, Rules
from mcp_server.learning import fingerprint
from mcp_server.learning.fingerprint import Fingerprint
from store.records import Kind, Trust
from store.text import CleanText, clean_line

KIND = "sarif"

MOST = 100_000
"""Results in one file."""
LOOKED = 100_000
"""Files that a run says it looked at."""

TYPES = frozenset({"flow", "mypy", "pyre", "pyrefly", "pyright", "pytype", "sorbet", "tsc", "ty"})
"""Tools that check types; all others are linters."""

_ALIASES = {
    "basedpyright": "pyright",
    "codeql command-line toolchain": "codeql",
    "pyre-check": "pyre",
    "semgrep oss": "semgrep",
    "semgrep pro": "semgrep",
    "typescript": "tsc",
    "vue-tsc": "tsc",
}
"""Names by which a tool's console and others know it."""

_VERSION = re.compile(r"[12]\.\d")
_FOLDER = re.compile(r"[/\\~]|0x|[0-9a-f]{12}")
_NUMBER = re.compile(r"(?<![\w.])\d++(?:[.,]\d++)*+(?!\w)")
_KINDS = {"new": Kind.FAILURE, "unchanged": Kind.STILL, "updated": Kind.STILL, "absent": Kind.FIXED}
_LINE_HASH = "primaryLocationLineHash"


@dataclass(slots=True)
class _Run:
    """One tool's run, or all that it made in one file under one name."""

    sort: str
    tool: str
    category: str
    """What the runs of one tool are told apart by; empty for most."""
    findings: list[Found] = field(default_factory=list[Found])
    counts: Counter[str] = field(default_factory=Counter[str])
    """Problems, notes, suppressed results."""
    hushed: set[str] = field(default_factory=set[str])
    """Classes of which a result was suppressed."""
    missing: list[str] = field(default_factory=list[str])
    """Why this is not everything."""
    looked: set[Place] | None = None
    """The files it looked at, where it says more than those in which it found something."""
    time: float | None = None
    commit: str = ""
    branch: str = ""


def claims(document_: object) -> bool:
    """Does this JSON say that it is SARIF, of whatever version?"""
    schema, version = document.text(document_, "$schema"), document.text(document_, "version")
    if "sarif" in schema.casefold():
        return True
    return bool(_VERSION.match(version)) and isinstance(document_, dict) and "runs" in document_


def parse(data: bytes, origin: str) -> Reading:
    """What the file tells; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    loaded = document.load(data, name)
    if not claims(loaded):
        raise NotAReport(f"{name}: not SARIF; write it with the tool's own option, such as `--output-format sarif`")
    return read(loaded, name, document.digest(data))


def read(document_: object, origin: CleanText, digest: str) -> Reading:
    """What a file that claims to be SARIF tells: for each tool its run, then what it found. Raises NotAReport."""
    version = document.text(document_, "version")
    if version != "2.1.0":
        told = clean_line(version or "without a version", limit=30).text
        raise NotAReport(
            f"{origin}: SARIF {told}, only 2.1.0 is read; write it anew, or convert it with sarif-multitool"
        )
    runs = document.at(document_, "runs")
    if not isinstance(runs, list):
        raise NotAReport(f"{origin}: SARIF without runs, so nothing looked at anything; run the tool again")
    found: dict[tuple[str, str, str], _Run] = {}
    idle: list[str] = []
    count = 0
    for told in cast("list[object]", runs):
        tool = _tool(document.text(told, "tool", "driver", "name"))
        results = document.at(told, "results")
        if not tool or not isinstance(results, list):
            idle.append(f"{tool} did not look, it has no results" if tool else "a run names no tool")
            continue
        key = "types" if tool in TYPES else "lint", tool, _category(told)
        run = found.setdefault(key, _Run(*key))
        many = cast("list[object]", results)
        count += len(many)
        if count > MOST:
            raise NotAReport(f"{origin}: more than {MOST:,} results; write a file for each tool or folder")
        _take(run, told, many, digest)
    if document.items(document_, "inlineExternalProperties"):
        for run in found.values():
            run.missing.append("a part lies in external properties, which are not read")
    facts = tuple(fact for run in found.values() for fact in _facts(run, digest))
    missing = [*idle, *(f"{run.tool}: {why}" for run in found.values() for why in run.missing)]
    partial = clean_line("; ".join(missing[:20])).text
    if not facts:
        return Reading(KIND, origin, digest, (), nothing=partial or clean_line("it holds no run of any tool").text)
    return Reading(KIND, origin, digest, facts, partial=partial)


def _tool(raw: str) -> str:
    """The name under which the tool's output on a console is known too."""
    plain = fingerprint.bounded(clean_line(raw).text.casefold(), 60)
    return _ALIASES.get(plain, plain)


def _category(run: object) -> str:
    """All but the last part of the name that the run was given: what later runs of the same kind share."""
    return clean_line(document.text(run, "automationDetails", "id").rpartition("/")[0], limit=120).text


def _take(run: _Run, told: object, results: Sequence[object], digest: str) -> None:
    """Read one `run` object into what is known of its tool."""
    cache = _Cache(sarif_rules.of(told), sarif_places.of(told), {}, {})
    touched: set[Place] = set()
    for result in results:
        if not isinstance(result, dict):
            run.missing.append("a result that is none")
            continue
        found = cast("Mapping[str, object]", result)
        place = cache.place(document.at(found, "locations", 0, "physicalLocation", "artifactLocation"))
        touched.add(place)
        rule = sarif_rules.rule_of(cache.rules, found)
        level = sarif_rules.level_of(cache.rules, found, rule)
        gone = document.text(found, "baselineState") == "absent"
        if level == "none" or (level == "note" and gone):
            continue
        target = _target(run, sarif_rules.code_of(found, rule))
        if _suppressed(found):
            run.counts["suppressed"] += not gone
            run.hushed.add(target)
        elif level not in PROBLEMS:
            run.counts["notes"] += 1
        else:
            run.counts["problems"] += not gone
            message = cache.text(sarif_rules.message_of(cache.rules, found, rule))
            run.findings.append(_finding(run, found, target, level, message, place, digest))
    run.missing += _missing(told)
    files = document.items(told, "artifacts")[:LOOKED]
    listed = {cache.place(document.at(each, "location")) for each in files} - {NOWHERE}
    # a list of none but those in which something was found says nothing of the others
    looked = listed if listed - touched else None
    first = not run.counts["runs"]
    run.looked = looked if first else run.looked | looked if run.looked is not None and looked is not None else None
    run.counts["runs"] += 1
    _date(run, told)


class _Cache(NamedTuple):
    """A run's rules and places, and what was made of its texts: they repeat, and cleaning takes time."""

    rules: Rules
    places: Places
    known: dict[tuple[str, str, int | None], Place]
    texts: dict[str, CleanText]

    def place(self, location: object) -> Place:
        """Where this is."""
        key = document.text(location, "uri"), document.text(location, "uriBaseId"), document.whole(location, "index")
        if key not in self.known:
            self.known[key] = sarif_places.place(self.places, location)
        return self.known[key]

    def text(self, raw: str) -> CleanText:
        """The text, clean."""
        if raw not in self.texts:
            self.texts[raw] = clean_line(raw).text
        return self.texts[raw]


def _suppressed(result: object) -> bool:
    """Somebody took it back, and nobody is still considering that or said no."""
    told = document.items(result, "suppressions")
    return bool(told) and all(document.text(each, "status") in {"", "accepted"} for each in told)


def _finding(
    run: _Run,
    result: Mapping[str, object],
    target: str,
    level: str,
    message: CleanText,
    place: Place,
    digest: str,
) -> Found:
    region = document.at(result, "locations", 0, "physicalLocation", "region")
    baseline = document.text(result, "baselineState")
    return Found(
        kind=_KINDS.get(baseline, Kind.FAILURE),
        text=message,
        key=(KIND, digest, run.tool, run.category, str(len(run.findings))),
        identity=f"{run.sort}:{run.tool}",
        trust=Trust.MACHINE,
        fingerprint=target,
        path=place.path,
        detail={
            "level": level,
            "line": document.whole(region, "startLine"),
            "mark": _mark(result, message, document.text(region, "snippet", "text")),
            "whole": place.whole,
            "baseline": baseline if baseline in _KINDS else "",
        },
    )


def _target(run: _Run, raw: str) -> str:
    """The class of failure, as the same tool's output on a console has it."""
    return str(Fingerprint(run.sort, run.tool, (_code(run.tool, raw),)))


@lru_cache(maxsize=4096)
def _code(tool: str, raw: str) -> str:
    code = clean_line(fingerprint.bounded(clean_line(raw).text, 120)).text or "unnamed"
    return f"TS{code}" if tool == "tsc" and code.isdecimal() else code


def _mark(result: Mapping[str, object], message: CleanText, snippet: str) -> str:
    """What tells a finding from others of its rule and file, whatever line it has moved to."""
    partial = _named(result.get("partialFingerprints"))
    hashed = {name: value for name, value in partial.items() if name.startswith(_LINE_HASH)}
    told = _named(result.get("fingerprints")) or hashed or partial
    if not told:
        logical = document.text(result, "locations", 0, "logicalLocations", 0, "fullyQualifiedName")
        # a secret that was found is not to be guessed from a digest, so the snippet is cleaned before
        words = clean_line(snippet).text or _steady(message)
        told = {"": f"{logical} {words}"}
    return sha256(json.dumps(told, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:16]


@lru_cache(maxsize=4096)
def _steady(message: CleanText) -> str:
    """The message without its numbers, and without what belongs to one machine where it may hold such."""
    return fingerprint.normalised(message) if _FOLDER.search(message) else _NUMBER.sub("<n>", message)


def _named(told: object) -> dict[str, str]:
    values = cast("Mapping[str, object]", told).items() if isinstance(told, dict) else ()
    return {name: value for name, value in values if isinstance(value, str) and value}


def _missing(told: object) -> Iterator[str]:
    """Why a run did not see everything."""
    for invocation in document.items(told, "invocations"):
        if document.at(invocation, "executionSuccessful") is False:
            yield "it did not end well"
        for name in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            errors = [each for each in document.items(invocation, name) if document.text(each, "level") == "error"]
            if errors:
                words = clean_line(document.text(errors[0], "message", "text") or "an error", limit=120).text
                yield f"it reports {len(errors)} errors of its own, such as: {words}"
    if document.at(told, "externalPropertyFileReferences"):
        yield "a part lies in files of its own, which are not read"


def _date(run: _Run, told: object) -> None:
    calls = document.items(told, "invocations")
    times = [document.moment(call, "endTimeUtc") or document.moment(call, "startTimeUtc") for call in calls]
    known = [time for time in (run.time, *times) if time is not None]
    run.time = max(known, default=None)
    source = document.at(told, "versionControlProvenance", 0)
    commit = document.text(source, "revisionId").lower()
    run.commit = run.commit or (commit if re.fullmatch(r"[0-9a-f]{7,64}", commit) else "")
    run.branch = run.branch or clean_line(document.text(source, "branch"), limit=200).text


def _facts(run: _Run, digest: str) -> Iterator[Found]:
    problems, notes, suppressed = (run.counts[name] for name in ("problems", "notes", "suppressed"))
    words = f"{run.tool}: {problems} problem{'s' * (problems != 1)}"
    words += f", {notes} note{'s' * (notes != 1)}" if notes else ""
    words += f", {suppressed} suppressed" if suppressed else ""
    words += f", not everything: {run.missing[0]}" if run.missing else ""
    detail: dict[str, object] = {
        "sort": run.sort,
        "tool": run.tool,
        "category": run.category,
        "failed": problems,
        "notes": notes,
        "suppressed": suppressed,
        "passed": None,
        "skipped": 0,
        "partial": bool(run.missing),
        "files": None if run.looked is None else [list(place) for place in sorted(run.looked)],
        "hushed": sorted(run.hushed),
    }
    common = f"{run.sort}:{run.tool}", Trust.MACHINE, run.time
    key = KIND, digest, run.tool, run.category, "run"
    yield Found(Kind.RUN, clean_line(words).text, key, *common, commit=run.commit, branch=run.branch, detail=detail)
    for finding in run.findings:
        yield finding._replace(time=run.time, commit=run.commit, branch=run.branch)
