"""pytest-benchmark's JSON: the time of each benchmark, with the machine and the commit it belongs to."""

from collections.abc import Mapping

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport, Reading
from mcp_server.importers.metrics import measures
from mcp_server.importers.metrics.measures import Measure, Run, Unfit
from mcp_server.importers.metrics.units import unit_of
from mcp_server.learning.regression import Sample
from store.text import CleanText, clean_line

KIND = "pytest-benchmark"

_SECONDS = unit_of("s")


def claims(document_: object) -> bool:
    """Does this JSON say that pytest-benchmark wrote it?"""
    told = isinstance(document.at(document_, "machine_info"), dict)
    return told and isinstance(document.at(document_, "benchmarks"), list)


def parse(data: bytes, origin: str) -> Reading:
    """What the file tells; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    loaded = document.load(data, name)
    if not claims(loaded):
        raise NotAReport(f"{name}: not pytest-benchmark's JSON; write it with `pytest --benchmark-json=FILE`")
    return read(loaded, name, document.digest(data))


def read(document_: object, origin: CleanText, digest: str) -> Reading:
    """What a file that claims to be of this kind tells. Raises NotAReport if no measure of it can be taken."""
    where, commit = _environment(document_), document.at(document_, "commit_info")
    taken, left_out = list[Measure](), list[str]()
    for place, told in enumerate(document.items(document_, "benchmarks")):
        raw = document.text(told, "fullname") or document.text(told, "name")
        name = measures.named(raw) or f"benchmark {place + 1}"
        try:
            sample = _sample(told, where)
        except Unfit as unfit:
            left_out.append(f"{name}: {unfit}")
        else:
            taken.append(Measure(name, _SECONDS.metric, _SECONDS.better, sample, where))
    dirty = document.at(commit, "dirty")
    run = Run(
        tool=KIND,
        key=(KIND, digest),
        measures=taken,
        left_out=left_out,
        time=document.moment(document_, "datetime"),
        commit=measures.commit(document.text(commit, "id")),
        branch=clean_line(document.text(commit, "branch"), limit=200).text,
        dirty=dirty if isinstance(dirty, bool) else None,
    )
    return measures.reading(KIND, origin, digest, [run])


def _environment(told: object) -> dict[str, str]:
    """The machine, but not its name: a runner's differs every time, and a person's is nobody's business."""
    machine = document.at(told, "machine_info")
    version = document.text(machine, "python_version") or document.text(machine, "python_implementation_version")
    return measures.environment(
        {
            "cpu": _cpu(machine),
            "machine": document.text(machine, "machine"),
            "python": f"{document.text(machine, 'python_implementation')} {'.'.join(version.split('.')[:2])}".strip(),
            "system": document.text(machine, "system"),
        }
    )


def _cpu(machine: object) -> str:
    cpu = document.at(machine, "cpu")
    names = (document.text(cpu, "brand_raw"), document.text(cpu, "brand"), document.text(machine, "processor"))
    return next(filter(None, names), "")


def _sample(told: object, where: Mapping[str, str]) -> Sample:
    """The raw values where all of them are told, else their summary."""
    stats = document.at(told, "stats")
    rounds = document.whole(stats, "rounds") or 0
    values = document.items(stats, "data")
    if values and len(values) == max(rounds, 1):
        return measures.sampled(values, _SECONDS, where)
    return measures.summed(
        document.at(stats, "mean"),
        _SECONDS,
        where,
        n=rounds,
        middle=document.at(stats, "median"),
        stray=document.at(stats, "stddev"),
    )
