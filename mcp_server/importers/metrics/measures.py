"""A measure of a benchmark, as every format is brought to it: one unit, a direction, an environment."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from math import fsum, sqrt
from statistics import fmean, median
from typing import NamedTuple, cast

from mcp_server.importers import document
from mcp_server.importers.found import Found, NotAReport, Reading
from mcp_server.importers.metrics.units import BIGGER, SMALLER, Unit, shown
from mcp_server.learning import fingerprint
from mcp_server.learning.fingerprint import Fingerprint
from mcp_server.learning.regression import Sample, spaced
from store.records import Kind, Trust
from store.text import CleanText, clean_line

KEPT = 200
"""Values of one measure that are kept; of more, evenly spaced ones."""
MOST = 2_000
"""Measures of one run."""
TOTAL = 20_000
"""Measures of one file; those of the newest runs count."""

_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_NAME = 32 * 1024
_LARGEST, _SMALLEST = 1e60, 1e-60
_LINES = 20


class Unfit(ValueError):  # noqa: N818 - reads as what it says
    """Numbers that nobody can have measured; the message says what is wrong with them."""


class Measure(NamedTuple):
    """One metric of one benchmark, as one run gave it."""

    benchmark: str
    """Its name, clean and without what belongs to one machine: the detector of its fingerprint."""
    metric: str
    """Clean."""
    better: str
    """`smaller` or `bigger`."""
    sample: Sample
    environment: Mapping[str, str]
    """What is known of the machine, the runtime and the like; clean."""


class Run(NamedTuple):
    """What one run of a tool measured, and what could not be taken."""

    tool: str
    key: tuple[str, ...]
    """What makes it the same run, whatever file tells it again."""
    measures: Sequence[Measure]
    left_out: Sequence[str] = ()
    """Why, a line for each thing that was left out."""
    time: float | None = None
    commit: str = ""
    branch: str = ""
    dirty: bool | None = None
    """Were there changes that the commit does not hold? None where nobody says."""


class Known(NamedTuple):
    """A measure that was kept, read back."""

    sample: Sample
    bigger: bool
    environment: Mapping[str, str]
    verdict: str
    """What was found then; empty before anything was."""


def named(raw: str) -> str:
    """A benchmark's name, the same on every machine."""
    return _named(raw) if len(raw) < 1000 else _named.__wrapped__(raw)


def commit(raw: str) -> str:
    """The id of a commit in lower case; empty where it is none."""
    return raw.lower() if _COMMIT.fullmatch(raw) else ""


def environment(parts: Mapping[str, object]) -> dict[str, str]:
    """What is known of where something was measured; what is neither text nor number is left out."""
    told = {name: value for name, value in parts.items() if isinstance(value, str | int | float)}
    clean = {name: clean_line(str(value), limit=100).text for name, value in sorted(told.items())}
    return {name: value for name, value in clean.items() if value}


def sampled(values: Sequence[object], unit: Unit, where: Mapping[str, str]) -> Sample:
    """The sample of these values. Raises Unfit if one of them is no measure, or none is given."""
    if not values:
        raise Unfit("no value")
    scaled = [_measured(value, unit) for value in values]
    several, mean = len(scaled) > 1, fmean(scaled)
    squares = fsum((value - mean) ** 2 for value in scaled)
    return Sample(
        unit=unit.name,
        environment=_key(where),
        n=len(scaled),
        mean=_short(mean),
        median=_short(median(scaled)),
        stray=_short(sqrt(squares / (len(scaled) - 1))) if several else None,
        values=tuple(map(_short, spaced(scaled, KEPT))) if several else (),
    )


def summed(
    mean: object, unit: Unit, where: Mapping[str, str], *, n: int, middle: object = None, stray: object = None
) -> Sample:
    """The sample of which no more than its mean, median and standard deviation is told. Raises Unfit."""
    return Sample(
        unit=unit.name,
        environment=_key(where),
        n=max(1, n),
        mean=_short(_measured(mean, unit)),
        median=None if middle is None else _short(_measured(middle, unit)),
        stray=None if stray is None or n < 2 else _short(_measured(stray, unit)),
    )


def reading(kind: str, origin: CleanText, digest: str, runs: Iterable[Run]) -> Reading:
    """The facts of a file's runs, oldest first: for each the run itself, then its measures.

    Raises NotAReport where nothing was measured that can be taken.
    """
    told = sorted(runs, key=lambda run: run.time or 0.0)
    good = [run for run in told if run.measures]
    left_out = [line for run in told for line in run.left_out]
    if not good:
        why = f"nothing in it can be taken: {left_out[0]}" if left_out else "it holds no measure; run the benchmarks"
        raise NotAReport(f"{origin}: {clean_line(why, limit=280).text}")
    taken, count = list[Run](), 0
    for run in reversed(good):
        count += len(run.measures)
        if count <= TOTAL or not taken:
            taken.append(run)
    if len(taken) < len(good):
        left_out.append(f"{len(good) - len(taken)} older runs")
    facts = tuple(fact for run in reversed(taken) for fact in _facts(run))
    return Reading(kind, origin, digest, facts, partial=clean_line("; ".join(left_out[:_LINES])).text)


def recall(detail: Mapping[str, object]) -> Known | None:
    """The measure that a fact holds; None where its detail was forgotten, or is of another making."""
    mean, n = document.number(detail, "mean"), document.whole(detail, "n")
    better, unit = document.text(detail, "better"), document.text(detail, "unit")
    where = detail.get("environment")
    if mean is None or not n or not unit or better not in {SMALLER, BIGGER} or not isinstance(where, dict):
        return None
    # it was cleaned when it was read, and cleaning takes its time
    told = {name: value for name, value in cast("Mapping[str, object]", where).items() if isinstance(value, str)}
    values = document.items(detail, "values")
    sample = Sample(
        unit=unit,
        environment=_key(told),
        n=n,
        mean=mean,
        median=document.number(detail, "median"),
        stray=document.number(detail, "stray"),
        values=tuple(float(value) for value in values if isinstance(value, int | float)),
    )
    return Known(sample, better == BIGGER, told, document.text(detail, "verdict"))


@lru_cache(maxsize=4096)
def _named(raw: str) -> str:
    plain = clean_line(raw, limit=_NAME).text
    steady = fingerprint.name_of_test(plain)
    return plain if steady == plain else clean_line(steady).text


def _facts(run: Run) -> list[Found]:
    each = {(one.benchmark, one.metric, one.sample.environment): one for one in reversed(run.measures)}
    measures = list(reversed(each.values()))[:MOST]
    left_out = list(run.left_out)
    if len(measures) < len(run.measures):
        left_out.append(f"{len(run.measures) - len(measures)} more measures, or such as were told twice")
    looked = list(dict.fromkeys(one.benchmark for one in measures))
    words = f"{run.tool}: {len(looked)} benchmark{'s' * (len(looked) != 1)}"
    detail: dict[str, object] = {
        "sort": "metrics",
        "tool": run.tool,
        "looked": looked,
        "failed": 0,
        "passed": None,
        "skipped": len(left_out),
        "partial": bool(left_out),
        "left_out": [clean_line(line, limit=200).text for line in left_out[:_LINES]],
    }
    start = Found(Kind.RUN, clean_line(words).text, (*run.key, "run"), *_SOURCE, run.time, detail=detail)
    return [
        fact._replace(commit=run.commit, branch=run.branch) for fact in (start, *(_fact(one, run) for one in measures))
    ]


_SOURCE = "metrics", Trust.MACHINE


def _fact(one: Measure, run: Run) -> Found:
    sample = one.sample
    detail: dict[str, object] = {
        "benchmark": one.benchmark,
        "metric": one.metric,
        "better": one.better,
        "unit": sample.unit,
        "n": sample.n,
        "mean": sample.mean,
        "median": sample.median,
        "stray": sample.stray,
        "values": list(sample.values),
        "environment": dict(one.environment),
        "dirty": run.dirty,
    }
    many = f", {sample.n} values" if sample.n > 1 else ""
    metric = "" if one.metric in {sample.unit, "value"} else f"{one.metric} "
    words = clean_line(f"{one.benchmark}: {metric}{shown(sample.middle, sample.unit)}{many}").text
    key = *run.key, one.benchmark, one.metric, sample.environment
    target = str(Fingerprint("metric", one.benchmark, (one.metric, one.better)))
    return Found(Kind.METRIC, words, key, *_SOURCE, run.time, fingerprint=target, detail=detail)


def _measured(raw: object, unit: Unit) -> float:
    value = document.number(raw)
    if value is None:
        raise Unfit(f"a value that is no finite number ({clean_line(str(raw), limit=30).text or 'empty'})")
    scaled = value * unit.factor
    if not 0 <= scaled <= _LARGEST:
        raise Unfit(f"{value:.4g} {unit.name}, which nobody can have measured")
    return scaled if scaled >= _SMALLEST else 0.0


def _short(value: float) -> float:
    return float(f"{value:.8g}")


def _key(where: Mapping[str, str]) -> str:
    return sha256(json.dumps(dict(where), sort_keys=True).encode()).hexdigest()[:12]
