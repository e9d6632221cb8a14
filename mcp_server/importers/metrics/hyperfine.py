"""hyperfine's JSON: the time of each command, unless it failed, for then nothing was measured."""

from collections.abc import Mapping
from typing import cast

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport, Reading
from mcp_server.importers.metrics import measures
from mcp_server.importers.metrics.measures import Measure, Run, Unfit
from mcp_server.importers.metrics.units import SMALLER, unit_of
from mcp_server.learning.regression import Sample
from store.text import CleanText

KIND = "hyperfine"

_SECONDS = unit_of("s")
_BYTES = unit_of("B")
_NOWHERE: Mapping[str, str] = {}


def claims(document_: object) -> bool:
    """Does this JSON say that hyperfine wrote it?"""
    first = document.at(document_, "results", 0)
    timed = document.number(first, "mean") is not None or bool(document.items(first, "times"))
    return timed and isinstance(document.at(first, "command"), str)


def parse(data: bytes, origin: str) -> Reading:
    """What the file tells; `origin` names it in messages. Raises NotAReport."""
    name = document.named(origin)
    loaded = document.load(data, name)
    if not claims(loaded):
        raise NotAReport(f"{name}: not hyperfine's JSON; write it with `hyperfine --export-json FILE`")
    return read(loaded, name, document.digest(data))


def read(document_: object, origin: CleanText, digest: str) -> Reading:
    """What a file that claims to be of this kind tells. Raises NotAReport if no command of it was measured."""
    taken, left_out = list[Measure](), list[str]()
    for told in document.items(document_, "results"):
        name = _name(told)
        try:
            _check(told)
            taken.append(Measure(name, "time", SMALLER, _times(told), _NOWHERE))
            memory = document.items(told, "memory_usage_byte")
            if memory:
                taken.append(Measure(name, "memory", SMALLER, measures.sampled(memory, _BYTES, _NOWHERE), _NOWHERE))
        except Unfit as unfit:
            left_out.append(f"{name}: {unfit}")
    return measures.reading(KIND, origin, digest, [Run(KIND, (KIND, digest), taken, left_out)])


def _name(told: object) -> str:
    """The command, and the parameters that it does not show."""
    command = document.text(told, "command")
    parameters = document.at(told, "parameters")
    pairs = cast("Mapping[str, object]", parameters).items() if isinstance(parameters, dict) else ()
    hidden = [f"{key}={value}" for key, value in pairs if str(value) not in command]
    return measures.named(f"{command} ({', '.join(hidden)})" if hidden else command or "(no command)")


def _check(told: object) -> None:
    """Raises Unfit for a command that failed; null stands for one that a signal ended."""
    for code in document.items(told, "exit_codes"):
        if code != 0:
            how = f"exit code {code}" if isinstance(code, int) else "a signal"
            raise Unfit(f"it ended with {how}, and a command that fails measures nothing")


def _times(told: object) -> Sample:
    values = document.items(told, "times")
    if values:
        return measures.sampled(values, _SECONDS, _NOWHERE)
    return measures.summed(
        document.at(told, "mean"),
        _SECONDS,
        _NOWHERE,
        n=len(document.items(told, "exit_codes")),
        middle=document.at(told, "median"),
        stray=document.at(told, "stddev"),
    )
