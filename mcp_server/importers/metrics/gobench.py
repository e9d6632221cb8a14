"""The text of `go test -bench`, in the grammar that benchstat reads: the lines of one benchmark are its values.

The number behind the last hyphen of a name is how many threads it ran on (`-cpu`); it belongs to
the environment. Whether more is better is known of Go's own units, of plain times and sizes, and of
those that a line like `Unit frames/s better=higher` tells of. All others are left out by name.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport, Reading
from mcp_server.importers.metrics import measures
from mcp_server.importers.metrics.measures import Measure, Run, Unfit
from mcp_server.importers.metrics.units import BIGGER, SMALLER, unit_of
from store.text import clean_line

KIND = "gobench"

LONGEST = 10_000
"""Characters of a line; what is longer is no benchmark's."""

_RESULT = re.compile(r"^Benchmark\S{0,2000}+[ \t]++\d{1,18}+[ \t]++[-+.\w]{1,40}+[ \t]++\S", re.MULTILINE)
_BEGUN = re.compile(r"Benchmark\S{0,2000}+\s++\d{1,18}+(?:\s|$)")
_CONFIG = re.compile(r"([a-z][^\sA-Z:]{0,99}+):(?:[ \t]++(.*+))?")
_FAILED = re.compile(r"(?:--- FAIL: (\S{1,500}+)|FAIL\b.*+|panic: .*+)")
_THREADS = re.compile(r"(.+)-(\d{1,5})")
_OWN = {"ns/op": "time", "B/op": "size", "allocs/op": "allocs", "MB/s": "throughput"}
_BETTER = {"lower": SMALLER, "higher": BIGGER}
_PLACE = ("cpu", "go", "goarch", "goos", "toolchain")


class _Series(NamedTuple):
    """What the values belong to."""

    package: str
    name: str
    threads: str
    unit: str
    place: tuple[tuple[str, str], ...]


class _Text(NamedTuple):
    """What was read."""

    values: dict[_Series, list[object]]
    better: dict[str, str]
    """What a unit's own line says of it."""
    settings: dict[str, str]
    wrong: list[str]


def claims(head: str) -> bool:
    """Does a text that begins like this hold a result of a Go benchmark?"""
    return bool(_RESULT.search(head))


def parse(data: bytes, origin: str) -> Reading:
    """What the text tells; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    if len(data) > document.LARGEST:
        raise NotAReport(f"{name}: {len(data):,} bytes, at most {document.LARGEST:,} are read; split it")
    text = document.decoded(data, name)
    if not claims(text):
        raise NotAReport(f"{name}: it holds no result of a Go benchmark; write it with `go test -bench . > FILE`")
    read = _read(text)
    taken, left_out = list[Measure](), list(read.wrong)
    vague: dict[str, list[str]] = {}
    for series, values in read.values.items():
        unit = unit_of(series.unit)
        title = measures.named(f"{series.package}.{series.name}" if series.package else series.name)
        better = read.better.get(series.unit, unit.better)
        if not better:
            vague.setdefault(unit.name, []).append(title)
            continue
        where = measures.environment({**dict(series.place), "gomaxprocs": series.threads})
        try:
            sample = measures.sampled(values, unit, where)
        except Unfit as unfit:
            left_out.append(f"{title}: {unfit}")
        else:
            metric = _OWN.get(series.unit) or clean_line(series.unit, limit=60).text or "value"
            taken.append(Measure(title, metric, better, sample, where))
    left_out += [_vague(unit, titles) for unit, titles in vague.items()]
    run = Run(
        tool="go",
        key=(KIND, document.digest(data)),
        measures=taken,
        left_out=left_out,
        commit=measures.commit(read.settings.get("commit", "")),
        branch=clean_line(read.settings.get("branch", ""), limit=200).text,
    )
    return measures.reading(KIND, name, document.digest(data), [run])


def _vague(unit: str, titles: list[str]) -> str:
    many = len(set(titles)) - 1
    others = f" and {many} other{'s' * (many != 1)}" if many else ""
    advice = f"print `Unit {unit} better=lower` or `better=higher`"
    return f"`{unit}` of {titles[0]}{others}: nobody says what is better; {advice}"


def _read(text: str) -> _Text:
    found = _Text({}, {}, {}, [])
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST:
            continue
        if line.startswith("Benchmark"):
            _take(line, number, found)
        elif line.startswith("Unit "):
            _, unit, *pairs = [*line.split(), ""]
            found.better.update((unit, _BETTER[value]) for value in _told(pairs, "better") if value in _BETTER)
        elif failed := _FAILED.fullmatch(line):
            found.wrong.append(f"{failed[1]}: it failed" if failed[1] else f"line {number}: {line}")
        elif config := _CONFIG.fullmatch(line):
            found.settings[config[1]] = (config[2] or "").strip()
    return found


def _take(line: str, number: int, found: _Text) -> None:
    if not _BEGUN.match(line):  # `-v` writes the name before the result
        return
    name, _, *pairs = line.split()
    threads = _THREADS.fullmatch(name)
    package = found.settings.get("pkg", "")
    place = tuple((key, found.settings[key]) for key in _PLACE if found.settings.get(key))
    if not pairs or len(pairs) % 2:
        found.wrong.append(f"{name}: line {number} breaks off")
    for value, unit in zip(pairs[::2], pairs[1::2], strict=False):
        series = _Series(package, threads[1] if threads else name, threads[2] if threads else "1", unit, place)
        found.values.setdefault(series, []).append(_number(value))


def _number(raw: str) -> object:
    """The number, or what stands in its place."""
    try:
        return float(raw)
    except ValueError:
        return raw


def _told(pairs: list[str], key: str) -> Iterator[str]:
    return (value for name, _, value in (pair.partition("=") for pair in pairs) if name == key)
