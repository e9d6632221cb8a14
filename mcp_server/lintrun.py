"""Findings of linters and type checkers as evidence: which classes are new, which are old, which went away.

The first run of a tool is a baseline: what it finds was there before anybody looked, and is nobody's
failure. From then on a finding is told apart from others by rule, file and content, never by its
line. Where the tool itself compared with a baseline, its word is taken, but what was told once
already is not told as new again.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import NamedTuple, cast

from mcp_server.importers.found import Found, Reading
from mcp_server.learning import fingerprint
from mcp_server.learning.scope import normal
from mcp_server.testrun import Context
from store.contract import Store
from store.records import Condition, Evidence, Kind, Source, Trust
from store.text import CleanText, clean_evidence, clean_line

MOST = 50
"""Classes of one run that are kept as facts; of more, the run says how many."""

PLACES = 5
"""Places of one class that are shown."""

LAST = 50
"""Facts of one class that are read to see whether it is over."""

_RAN = "*"
_OPEN, _GONE = "open", "gone"


class Kept(NamedTuple):
    """What was kept of a file, and what it said that was not known."""

    new: int
    """Pieces of evidence."""
    problems: int = 0
    """Findings, old ones included."""
    introduced: int = 0
    """Findings that are new."""
    fixed: int = 0
    """Classes that went away."""
    left_out: int = 0
    """Classes of which only the number is kept."""


class _Finding(NamedTuple):
    """One finding of a run, with what it is known by."""

    item: str
    found: Found
    path: str

    @property
    def moved(self) -> tuple[str, str]:
        """What it keeps when its file is renamed."""
        return self.found.fingerprint, str(self.found.detail["mark"])


class _Told(NamedTuple):
    """What one run says against what was known before."""

    introduced: Sequence[_Finding]
    fixed: frozenset[str]
    """Classes that went away."""
    conditions: Sequence[Condition]


class _Run(NamedTuple):
    """One tool's run, and where it belongs."""

    start: Found
    findings: Sequence[_Finding]
    suite: str
    tag: str
    """What marks the conditions that it was the first to tell."""
    time: float
    late: bool
    """Is more known already than it could know?"""
    first: bool
    """Is it the first of its suite?"""
    files: frozenset[str] | None
    """Those it looked at, where it tells."""


def keep(store: Store, reading: Reading, *, context: Context, root: str = "") -> Kept:
    """Keep what a reading of SARIF shows, a transaction for each tool. The same bytes again change nothing.

    `root` is the project's folder; absolute paths inside it become paths of the project.
    """
    kept = [_keep(store, reading, run, context, root) for run in _runs(reading.facts)]
    return Kept(*(sum(each) for each in zip(*kept, strict=True))) if kept else Kept(0)


def _runs(facts: Sequence[Found]) -> Iterator[Sequence[Found]]:
    starts = [place for place, fact in enumerate(facts) if fact.kind is Kind.RUN]
    return (facts[start:end] for start, end in zip(starts, [*starts[1:], len(facts)], strict=False))


def _keep(store: Store, reading: Reading, facts: Sequence[Found], context: Context, root: str) -> Kept:
    start = facts[0]
    suite = f"{start.identity}:{start.detail['category']}@{context.suite}"
    read_ = f"read:{_digest(*start.key)}"
    whom = _digest(*_where(context)) if context.named else ""
    readers = store.conditions(context.project, read_)
    if whom in readers:
        return Kept(0, problems=cast("int", start.detail["failed"]))
    before = store.conditions(context.project, suite)
    time = context.now if start.time is None else min(start.time, context.now)
    last = before.get(_RAN)
    # a time in the future was never a time at all: it would call every run old until it comes
    late = bool(readers) or (last is not None and time < last.time <= context.now)
    name = _namer(clean_line(root).text, context.known)
    findings = list(_findings(facts[1:], name))
    listed = cast("list[list[str]] | None", start.detail["files"])
    files = None if listed is None else frozenset(name(path, whole)[1] for path, whole in listed)
    run = _Run(start, findings, suite, _digest(*start.key)[:12], time, late, first=last is None, files=files)
    told = _told(run, before, _seen(store, run, context))
    every = _by_class(each for each in findings if each.found.kind is not Kind.FIXED)
    fresh = _by_class(told.introduced)
    counts = {target: len(many) for target, many in every.items()}
    news = {target: len(many) for target, many in fresh.items()}
    order = [*sorted(news, key=lambda target: (-news[target], target)), *sorted(told.fixed)]
    order += sorted(counts.keys() - news.keys(), key=lambda target: (-counts[target], target))
    left_out = len(order[MOST:])
    evidence = [
        _run_fact(run, told, reading, context, left_out),
        *(
            _class_fact(target, run, every.get(target, []), fresh.get(target, []), reading, context)
            for target in order[:MOST]
        ),
    ]
    conditions = [*told.conditions, Condition(read_, whom, "read", context.now)]
    new = sum(each.new for each in store.record(evidence, conditions=conditions))
    return Kept(new, sum(counts.values()), len(told.introduced), len(told.fixed), left_out)


def _findings(facts: Iterable[Found], name: Callable[[str, str], tuple[str, str]]) -> Iterator[_Finding]:
    """Each finding under its own name: several that are alike in one file are numbered."""
    numbers = Counter[tuple[str, str, object]]()
    for found in facts:
        path, file = name(found.path, str(found.detail["whole"]))
        key = found.fingerprint, file, found.detail["mark"]
        numbers[key] += 1
        yield _Finding("\t".join(map(str, (*key, numbers[key]))), found, path)


def _namer(root: str, known: Sequence[str]) -> Callable[[str, str], tuple[str, str]]:
    """What tells a file's path in the project, empty where none is known, and the name to know it again by."""

    @cache
    def name(path: str, whole: str) -> tuple[str, str]:
        within = normal(whole, root=root) if root and whole else ""
        plain = clean_line(within if within and within != normal(whole) else path, known=known).text
        # where no folder of the project is known, the last name is all that another machine shares
        return plain, plain or clean_line(f".../{whole.rpartition('/')[2]}", known=known).text

    return name


def _told(run: _Run, before: Mapping[str, Condition], seen: frozenset[str]) -> _Told:
    detail = run.start.detail
    whole = detail["partial"] is False and not run.late
    present = [each for each in run.findings if each.found.kind is not Kind.FIXED]
    items = {each.item for each in present}
    introduced = [each for each in present if _is_new(each, before.get(each.item), run)]
    absent = {each.item for each in run.findings if each.found.kind is Kind.FIXED} - items
    gone = {item for item in before if item not in items and _gone(item, before[item], run, whole, absent)}
    left = Counter(_moved(item) for item in gone - absent)
    moved = set[str]()
    for each in introduced:
        if not each.found.detail["baseline"] and left[each.moved] > 0 and not run.late:
            left[each.moved] -= 1
            moved.add(each.item)
    introduced = [each for each in introduced if each.item not in moved]
    targets = {each.found.fingerprint for each in present} | set(cast("list[str]", detail["hushed"]))
    lost = {_moved(item)[0] for item in gone | absent} | (seen if whole else frozenset[str]())
    if run.late:
        return _Told(introduced, frozenset(lost - targets), ())
    fresh = {each.item for each in introduced}
    opened = [item for item in items if not _is(before.get(item), _OPEN)]
    conditions = [
        Condition(run.suite, _RAN, "ran", run.time),
        *(
            Condition(run.suite, item, f"{_OPEN}|{run.tag if item in fresh else ''}", run.time)
            for item in sorted(opened)
        ),
        *(Condition(run.suite, item, f"{_GONE}|{run.tag}", run.time) for item in sorted(gone | absent)),
    ]
    return _Told(introduced, frozenset(lost - targets), conditions)


def _is_new(each: _Finding, last: Condition | None, run: _Run) -> bool:
    """Did nobody know of it before this run?"""
    if last is not None and last.status == f"{_OPEN}|{run.tag}":
        return True
    match each.found.detail["baseline"]:
        case "new":
            return not _is(last, _OPEN)
        case "":
            return not (_is(last, _OPEN) or run.first or run.late)
        case _:
            return False


def _gone(item: str, last: Condition, run: _Run, whole: bool, absent: set[str]) -> bool:
    """Is it over, as far as this run can tell?"""
    if run.late:
        return last.status == f"{_GONE}|{run.tag}"
    if not _is(last, _OPEN):
        return False
    return item in absent or (whole and (run.files is None or item.split("\t")[1] in run.files))


def _is(last: Condition | None, status: str) -> bool:
    return last is not None and last.status.startswith(status)


def _moved(item: str) -> tuple[str, str]:
    target, _, mark, _ = item.split("\t")
    return target, mark


def _seen(store: Store, run: _Run, context: Context) -> frozenset[str]:
    """Classes that this tool was seen failing with and that are not over: hooks see them without keeping conditions."""
    if run.files is not None:
        return frozenset()
    mine = set[str]()
    for target in store.newest_failures(context.project):
        told = fingerprint.parse(target)
        if (told.kind, told.detector) == (run.start.detail["sort"], run.start.detail["tool"]):
            facts = store.evidence(context.project, fingerprint=target, kinds=[Kind.FAILURE, Kind.FIXED], newest=LAST)
            ours = [fact for fact in facts if fact.source.identity == context.suite and fact.time <= run.time]
            if ours and ours[-1].kind is Kind.FAILURE:
                mine.add(target)
    return frozenset(mine)


def _run_fact(run: _Run, told: _Told, reading: Reading, context: Context, left_out: int) -> Evidence:
    news, fixed = len(told.introduced), len(told.fixed)
    words = [str(run.start.text)]
    words += ["the first run, so a baseline"] if run.first and not news else []
    words += [f"{news} new"] if news else []
    words += [f"{fixed} class{'es' * (fixed != 1)} gone"] if fixed else []
    words += [f"{left_out} classes left out here"] if left_out else []
    detail = {key: value for key, value in run.start.detail.items() if key not in {"files", "hushed"}}
    detail |= {"introduced": news, "fixed": fixed, "left_out": left_out}
    text = clean_line("; ".join(words), known=context.known).text
    return _fact(Kind.RUN, text, "", detail, run, reading, context)


def _class_fact(
    target: str, run: _Run, every: Sequence[_Finding], fresh: Sequence[_Finding], reading: Reading, context: Context
) -> Evidence:
    name = fingerprint.parse(target)
    code = ", ".join(name.rest)
    detail: dict[str, object] = {"sort": name.kind, "tool": name.detector, "code": code}
    if not every:
        words = clean_line(f"{name.detector} {code}: none is left", known=context.known).text
        return _fact(Kind.FIXED, words, target, detail, run, reading, context)
    shown = (fresh or every)[:PLACES]
    places = [_place(each, context) for each in shown]
    count = f"{len(fresh)} new, {len(every)} in all" if fresh else f"{len(every)}, none of them new"
    level = str(shown[0].found.detail["level"])
    detail |= {"problems": len(every), "new": len(fresh), "level": level, "places": places}
    lines = "\n".join([f"{name.detector} {code}: {count}", *places])
    words = clean_evidence(lines, limit=2000, known=context.known).text
    kind = Kind.FAILURE if fresh else Kind.STILL
    return _fact(kind, words, target, detail, run, reading, context, path=shown[0].path)


def _place(each: _Finding, context: Context) -> str:
    line = each.found.detail["line"]
    where = f"{each.path}:{line}: " if each.path and line else f"{each.path}: " if each.path else ""
    return clean_line(f"{where}{each.found.text}", limit=300, known=context.known).text


def _fact(
    kind: Kind,
    text: CleanText,
    target: str,
    detail: Mapping[str, object],
    run: _Run,
    reading: Reading,
    context: Context,
    *,
    path: str = "",
) -> Evidence:
    commit = context.commit if context.named else run.start.commit or context.commit
    return Evidence(
        project=context.project,
        kind=kind,
        text=text,
        source=Source(f"{reading.kind} {reading.origin}", context.suite, Trust.MACHINE),
        time=run.time,
        # the kind is not part of it: what a second reading calls old is the same fact
        hash=_digest(context.project, *run.start.key, *_where(context), target),
        fingerprint=target,
        session=context.session,
        commit=commit,
        detail=detail,
        branch=context.branch or run.start.branch,
        pull_request=context.pull_request,
        path=path,
    )


def _where(context: Context) -> Sequence[str | None]:
    """What somebody named of where a run belongs."""
    return [context.session, context.commit] if context.named else []


def _by_class(findings: Iterable[_Finding]) -> dict[str, list[_Finding]]:
    classes: dict[str, list[_Finding]] = {}
    for each in findings:
        classes.setdefault(each.found.fingerprint, []).append(each)
    return classes


def _digest(*parts: str | None) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
