"""Measures of benchmarks as evidence: each is kept, and what got worse or well again is told against like runs before.

A run is compared with the level that stands: the like runs since the benchmark last improved. Runs
that are worse are no part of it, so what got worse stays so until it is well again, or until it
stood `SETTLED` times in a row, which is then the level. Alike are runs of one suite, in one
environment and one unit.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple, cast

from mcp_server.importers import document
from mcp_server.importers.found import Found, Reading
from mcp_server.importers.metrics import measures
from mcp_server.importers.metrics.units import shown
from mcp_server.learning import fingerprint, regression
from mcp_server.learning.fingerprint import Fingerprint
from mcp_server.learning.regression import Comparison, Finding, Sample, Verdict
from mcp_server.testrun import Context
from store.contract import Store
from store.records import Condition, Evidence, Kind, Source, Trust
from store.text import clean_line
from store.values import replace

HISTORY = 60
"""Facts of one measure that are read."""
SETTLED = 8
"""So many worse runs in a row are the new level."""
MOST = 50
"""Changes of one run that are facts of their own; of more, the run says how many."""

_DECIDED = frozenset({Verdict.REGRESSED, Verdict.IMPROVED, Verdict.SAME})
_ORDER = {Kind.FAILURE: 0, Kind.FIXED: 1, Kind.STILL: 2}


class Kept(NamedTuple):
    """What was kept of a file, and what it said."""

    new: int
    """Pieces of evidence."""
    findings: tuple[Finding, ...] = ()
    """What became of each measure that was new, in the order of the file."""


class _Run(NamedTuple):
    """One run of a file, and where it belongs."""

    start: Found
    origin: str
    context: Context
    time: float
    tag: str
    """What its facts are known by."""


class _Seen(NamedTuple):
    """A measure that was kept before."""

    time: float
    run: str
    """The tag of its run."""
    suite: str
    sample: Sample
    """Its environment names the suite too."""
    unit: str
    environment: Mapping[str, str]
    verdict: str


class _Past(NamedTuple):
    """What the store knows of measures; each is asked for once, however many runs a file tells."""

    store: Store
    project: str
    known: dict[str, list[_Seen]]

    def of(self, target: str) -> list[_Seen]:
        """The newest facts of one measure, oldest first."""
        if target not in self.known:
            kinds = [Kind.METRIC]
            facts = self.store.evidence(self.project, kinds=kinds, fingerprint=target, newest=HISTORY)
            seen = [each for each in map(_seen, facts) if each is not None]
            self.known[target] = sorted(seen, key=lambda each: each.time)
        return self.known[target]

    def add(self, facts: Iterable[Evidence]) -> None:
        """These are known from now on."""
        for fact in facts:
            seen = _seen(fact)
            known = [*self.of(fact.fingerprint), *([seen] if seen else [])]
            self.known[fact.fingerprint] = sorted(known, key=lambda each: each.time)[-HISTORY:]


def _seen(fact: Evidence) -> _Seen | None:
    """What a fact holds; None where it was forgotten."""
    known = measures.recall(fact.detail)
    if known is None:
        return None
    suite = fact.source.identity
    sample = _suited(known.sample, suite)
    run = document.text(fact.detail, "run")
    return _Seen(fact.time, run, suite, sample, known.sample.unit, known.environment, known.verdict)


class _Level(NamedTuple):
    """How a measure stood before."""

    samples: Sequence[Sample]
    """What a run is compared with, oldest first."""
    worse: bool
    """Did it get worse, and is it not well again?"""
    newest: float
    """When it was last measured alike; 0 where it was not."""
    other: str
    """Where it was measured before, if nowhere alike."""


class _Told(NamedTuple):
    """A measure of the run, and what is said of it."""

    fact: Found
    sample: Sample
    finding: Finding
    kind: Kind | None
    """What sort of change it is, if any."""


def keep(store: Store, reading: Reading, *, context: Context) -> Kept:
    """Keep the measures of a reading, a transaction for each run. The same run again changes nothing.

    Of a file that tells many runs only the newest is the caller's; the others belong to their commits.
    """
    past = _Past(store, context.project, {})
    kept = [_keep(past, run, facts) for run, facts in _runs(reading, context)]
    return Kept(sum(each.new for each in kept), tuple(finding for each in kept for finding in each.findings))


def _runs(reading: Reading, context: Context) -> Iterator[tuple[_Run, Sequence[Found]]]:
    facts = [_masked(fact, context.known) for fact in reading.facts] if context.known else reading.facts
    starts = [place for place, fact in enumerate(facts) if fact.kind is Kind.RUN]
    for start, end in zip(starts, [*starts[1:], len(facts)], strict=False):
        first, mine = facts[start], end == len(facts)
        where = context if mine else replace(context, session=None, commit="", named=False, branch="", pull_request="")
        if first.commit and not where.named:
            where = replace(where, commit=first.commit, branch=where.branch or first.branch)
        time = context.now if first.time is None else min(first.time, context.now)
        origin = f"{reading.kind} {reading.origin}"
        yield _Run(first, origin, where, time, _digest(*first.key)[:12]), facts[start + 1 : end]


def _keep(past: _Past, run: _Run, facts: Sequence[Found]) -> Kept:
    read = f"read:{_digest(*run.start.key)}"
    whom = _digest(*_where(run.context)) if run.context.named else ""
    if whom in past.store.conditions(past.project, read):
        return Kept(0)
    told = _decided(past, run, facts)
    changes = [each for each in told if each.kind is not None]
    changes.sort(key=lambda each: _ORDER[each.kind or Kind.STILL])
    measured = [_measure(run, each) for each in told]
    evidence = [
        _start(run, told, len(changes[MOST:])),
        *measured,
        *(_change(run, each, each.kind or Kind.STILL) for each in changes[:MOST]),
    ]
    kept = past.store.record(evidence, conditions=[Condition(read, whom, "read", run.context.now)])
    past.add(measured)
    return Kept(sum(each.new for each in kept), tuple(each.finding for each in told))


def _decided(past: _Past, run: _Run, facts: Iterable[Found]) -> list[_Told]:
    levels: list[_Level] = []
    samples: list[tuple[Found, Sample]] = []
    comparisons: list[Comparison] = []
    for fact in facts:
        known = measures.recall(fact.detail)
        if known is not None:
            sample = _suited(known.sample, run.context.suite)
            level = _level(past, run, fact, sample, known.environment)
            levels.append(level)
            samples.append((fact, sample))
            comparisons.append(Comparison(_name(fact), known.bigger, sample, level.samples, level.other))
    timely = [each for each, level in zip(comparisons, levels, strict=True) if level.newest <= run.time]
    found = iter(regression.decide(timely))
    told: list[_Told] = []
    for (fact, sample), level in zip(samples, levels, strict=True):
        if level.newest <= run.time:
            finding = next(found)
        else:
            finding = Finding(_name(fact), Verdict.INCOMPARABLE, "a newer run is known already")
        told.append(_Told(fact, sample, finding, _kind(level, finding)))
    return told


def _kind(level: _Level, finding: Finding) -> Kind | None:
    if finding.verdict is Verdict.REGRESSED:
        return Kind.STILL if level.worse else Kind.FAILURE
    return Kind.FIXED if level.worse and finding.verdict in _DECIDED else None


def _level(past: _Past, run: _Run, fact: Found, new: Sample, where: Mapping[str, str]) -> _Level:
    """What is known of this measure from before this run, also where the run is read once more."""
    every = past.of(fact.fingerprint)
    tags = [each.run for each in every]
    samples: list[Sample] = []
    worse: list[Sample] = []
    newest, other = 0.0, ""
    for each in every[: tags.index(run.tag)] if run.tag in tags else every:
        if (each.sample.unit, each.sample.environment) != (new.unit, new.environment):
            other = _difference(each.environment, where) or f"in {each.suite}, in {each.unit}"
            continue
        newest = each.time
        match each.verdict:
            case Verdict.REGRESSED:
                worse.append(each.sample)
                if len(worse) >= SETTLED:
                    samples, worse = worse, []
            case Verdict.IMPROVED:
                samples, worse = [each.sample], []
            case Verdict.SAME:
                samples, worse = [*samples, each.sample], []
            case _ if not worse:
                samples.append(each.sample)
            case _:  # nothing was decided, so it is as bad as before
                pass
    if not samples and other:
        samples = [replace(new, environment="")]
    return _Level(samples, bool(worse), newest, other)


def _suited(sample: Sample, suite: str) -> Sample:
    return replace(sample, environment=f"{suite} {sample.environment}")


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """In words, what was another then; empty where nothing that is told."""
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    words = [f"{name} {before.get(name, 'unknown')} (now {now.get(name, 'unknown')})" for name in names]
    return f"on {', '.join(words)}" if words else ""


def _name(fact: Found) -> str:
    return f"{fact.detail['benchmark']} {fact.detail['metric']}"


def _start(run: _Run, told: Sequence[_Told], left_out: int) -> Evidence:
    decided = [each for each in told if each.finding.verdict in _DECIDED]
    worse = sum(each.finding.verdict is Verdict.REGRESSED for each in told)
    detail = {
        **run.start.detail,
        # one of which nothing can be said yet was not looked at
        "looked": _names(decided),
        "measured": _names(told),
        "failed": worse,
        "undecided": len(told) - len(decided),
        "changes_left_out": left_out,
    }
    words = [str(run.start.text)]
    words += [f"{worse} got worse or still are"] if worse else []
    words += [f"{len(told) - len(decided)} of {len(told)} measures not decided"] if len(decided) < len(told) else []
    words += [f"{left_out} changes left out here"] if left_out else []
    return _fact(run, run.start, Kind.RUN, "; ".join(words), "", detail, ())


def _names(told: Iterable[_Told]) -> list[str]:
    return list(dict.fromkeys(document.text(each.fact.detail, "benchmark") for each in told))


def _measure(run: _Run, each: _Told) -> Evidence:
    finding = each.finding
    detail = {
        **each.fact.detail,
        "run": run.tag,
        "verdict": str(finding.verdict),
        "why": clean_line(finding.why, known=run.context.known).text,
        "change": finding.change,
        "p": finding.p,
    }
    words = f"{each.fact.text}; {finding.verdict}: {finding.why}"
    return _fact(run, each.fact, Kind.METRIC, words, each.fact.fingerprint, detail, ())


def _change(run: _Run, each: _Told, kind: Kind) -> Evidence:
    finding, unit = each.finding, each.sample.unit
    how = {Kind.FAILURE: "got worse", Kind.STILL: "is still worse", Kind.FIXED: "is well again"}[kind]
    old = "" if finding.old is None else f", {shown(finding.old, unit)} before"
    words = f"{_name(each.fact)} {how}: {shown(each.sample.middle, unit)}{old}"
    if finding.low is not None and finding.high is not None:
        words += f", by {finding.low:+.1%} to {finding.high:+.1%}"
    detail = {
        **{name: each.fact.detail[name] for name in ("benchmark", "metric", "better", "unit")},
        "old": finding.old,
        "new": each.sample.middle,
        "change": finding.change,
        "low": finding.low,
        "high": finding.high,
        "p": finding.p,
    }
    return _fact(run, each.fact, kind, f"{words} ({finding.why})", each.fact.fingerprint, detail, ("change",))


def _fact(
    run: _Run, fact: Found, kind: Kind, words: str, target: str, detail: Mapping[str, object], same: tuple[str, ...]
) -> Evidence:
    context = run.context
    return Evidence(
        project=context.project,
        kind=kind,
        text=clean_line(words, known=context.known).text,
        source=Source(run.origin, context.suite, Trust.MACHINE),
        time=run.time,
        # the kind of a change is no part of it: what a second reading finds is the same fact
        hash=_digest(context.project, *fact.key, *_where(context), *same),
        fingerprint=target,
        session=context.session,
        commit=context.commit,
        detail=detail,
        branch=context.branch,
        pull_request=context.pull_request,
    )


def _where(context: Context) -> Sequence[str | None]:
    """What somebody named of where a run belongs."""
    return [context.session, context.commit] if context.named else []


def _digest(*parts: str | None) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()


def _masked(fact: Found, known: Sequence[str]) -> Found:
    """The fact without the values of secret variables, which a measured command may well hold."""
    detail = cast("Mapping[str, object]", _hidden(fact.detail, known))
    target = fingerprint.parse(fact.fingerprint)
    name = clean_line(target.detector, known=known).text
    changed = str(Fingerprint(target.kind, name, target.rest)) if name != target.detector else fact.fingerprint
    return replace(fact, text=clean_line(fact.text, known=known).text, detail=detail, fingerprint=changed)


def _hidden(value: object, known: Sequence[str]) -> object:
    match value:
        case str():
            return clean_line(value, known=known).text if any(secret in value for secret in known) else value
        case list():
            return [_hidden(each, known) for each in cast("list[object]", value)]
        case Mapping():
            told = cast("Mapping[str, object]", value)
            return {str(_hidden(name, known)): _hidden(each, known) for name, each in told.items()}
        case _:
            return value
