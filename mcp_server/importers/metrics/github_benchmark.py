"""github-action-benchmark: its plain arrays, and the history that it keeps in `data.js`.

An array says nothing of what is better, so the person who gives it does. The history says which tool
measured, and with it the direction. A history tells its old runs again in every file, so a run is
known by suite, commit and date, not by the file.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport, Reading
from mcp_server.importers.metrics import measures
from mcp_server.importers.metrics.measures import Measure, Run, Unfit
from mcp_server.importers.metrics.units import BIGGER, SMALLER, unit_of
from store.text import CleanText, clean_line

KIND = "github-action-benchmark"

CUSTOM = {"customBiggerIsBetter": BIGGER, "customSmallerIsBetter": SMALLER}
"""What may be said of an array: the tools' own names."""

_TOOLS = CUSTOM | {
    "benchmarkdotnet": SMALLER,
    "benchmarkjs": BIGGER,
    "benchmarkluau": SMALLER,
    "cargo": SMALLER,
    "catch2": SMALLER,
    "googlecpp": SMALLER,
    "julia": SMALLER,
    "pytest": BIGGER,
}
"""Tools that measure one thing. Others (`go`, `jmh`) measure in many units, each with a direction of its own."""

_SCRIPT = re.compile(rb"\s{0,100}+(?:\xef\xbb\xbf)?window\.BENCHMARK_DATA\s{0,10}+=")
_THREADS = re.compile(r"(\d{1,5}) procs")
_BENCHER = {"value", "lower_value", "upper_value"}


def claims(document_: object) -> bool:
    """Is this JSON an array or a history of github-action-benchmark, or Bencher's metric format?"""
    first = document.at(document_, 0)
    if isinstance(first, dict):
        return {"name", "unit", "value"} <= cast("Mapping[str, object]", first).keys()
    return _is_history(document_) or _is_bencher(document_)


def claims_script(data: bytes) -> bool:
    """Are these bytes the `data.js` of github-action-benchmark?"""
    return bool(_SCRIPT.match(data[:200]))


def parse(data: bytes, origin: str, *, kind: str | None = None) -> Reading:
    """What the file tells. `kind` is one of `CUSTOM`, and says of an array what is better. Raises NotAReport."""
    name = document.named(origin)
    plain = _SCRIPT.sub(b"", data, count=1).rstrip(b" \t\r\n;") if claims_script(data) else data
    loaded = document.load(plain, name)
    if not claims(loaded):
        raise NotAReport(f"{name}: no array of name, unit and value, and no `data.js` of github-action-benchmark")
    return read(loaded, name, document.digest(data), kind=kind)


def read(document_: object, origin: CleanText, digest: str, *, kind: str | None = None) -> Reading:
    """What a file that claims to be of this kind tells. Raises NotAReport if no measure of it can be taken."""
    if _is_bencher(document_):
        raise NotAReport(
            f"{origin}: Bencher's metric format tells neither unit nor direction; give what the benchmark itself wrote"
        )
    if _is_history(document_):
        return measures.reading(KIND, origin, digest, list(_history(document_)))
    better = CUSTOM.get(kind or "")
    if better is None:
        names = " or ".join(sorted(CUSTOM))
        raise NotAReport(f"{origin}: the file does not say whether bigger or smaller is better; give --kind {names}")
    taken, left_out = list[Measure](), list[str]()
    for told in document.items(document_):
        _take(told, taken, left_out, prefix="", tool="", better=better)
    return measures.reading(KIND, origin, digest, [Run(KIND, (KIND, digest, better), taken, left_out)])


def _is_history(document_: object) -> bool:
    told = document.at(document_, "lastUpdate") is not None or document.at(document_, "repoUrl") is not None
    return told and isinstance(document.at(document_, "entries"), dict)


def _is_bencher(document_: object) -> bool:
    """`{benchmark: {measure: {value, lower_value, upper_value}}}`, and nothing else."""
    values = [value for each in _inside([document_]) for value in _inside([each])]
    return bool(values) and all(
        document.number(value, "value") is not None and cast("Mapping[str, object]", value).keys() <= _BENCHER
        for value in values
    )


def _inside(many: list[object]) -> list[object]:
    return [value for each in many if isinstance(each, dict) for value in cast("Mapping[str, object]", each).values()]


def _history(document_: object) -> Iterator[Run]:
    suites = cast("Mapping[str, object]", document.at(document_, "entries"))
    for suite in suites:
        for told in document.items(suites, suite):
            tool = clean_line(document.text(told, "tool"), limit=60).text
            date, commit = document.number(told, "date"), measures.commit(document.text(told, "commit", "id"))
            prefix = "" if suite == "Benchmark" else f"{suite}: "
            taken, left_out = list[Measure](), list[str]()
            for bench in document.items(told, "benches"):
                _take(bench, taken, left_out, prefix=prefix, tool=tool, better=_TOOLS.get(tool, ""))
            yield Run(
                tool=KIND,
                key=(KIND, clean_line(suite).text, commit, str(date)),
                measures=taken,
                left_out=left_out,
                time=None if date is None else date / 1000,
                commit=commit,
            )


def _take(told: object, taken: list[Measure], left_out: list[str], *, prefix: str, tool: str, better: str) -> None:
    raw = document.text(told, "name")
    unit = unit_of(document.text(told, "unit"))
    name = measures.named(f"{prefix}{raw or '(no name)'}")
    # `go` and `jmh` measure many things; a person's word on a unit prevails over what is usual
    direction = better or unit.better
    threads = _THREADS.search(document.text(told, "extra")[:1000])
    where = measures.environment({"gomaxprocs": threads[1]} if threads else {})
    if not raw or not direction:
        why = f"nobody says whether more {unit.name} is better" if raw else "it has no name"
        left_out.append(f"{name}: {why}{f' ({tool})' if tool else ''}")
        return
    try:
        sample = measures.sampled([document.at(told, "value")], unit, where)
    except Unfit as unfit:
        left_out.append(f"{name}: {unfit}")
    else:
        taken.append(Measure(name, unit.metric, direction, sample, where))
