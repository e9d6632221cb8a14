"""Units of measures: each brought to the one of its sort, with what they tell of better and worse."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from mcp_server.learning import fingerprint
from store.text import clean_line

SMALLER, BIGGER = "smaller", "bigger"
"""Which of two values is the better one."""


class Unit(NamedTuple):
    """A unit as a file names it."""

    name: str
    """The unit of its sort: `s`, `B`, `B/s`, `1/s`, `allocs`; else as it was written, clean."""
    factor: float
    """What turns a value into one of that unit."""
    metric: str
    """What is measured in it: `time`, `size`, `throughput`, `rate`, `allocs`; else the unit."""
    better: str
    """`smaller` or `bigger`; empty where the unit alone does not tell, as nobody should guess."""


def unit_of(raw: str) -> Unit:
    """The unit that a file names."""
    plain = _FOR_EACH.sub("", raw.strip()[:100].replace("\u03bc", "\u00b5"))
    for metric, name, better, signs, words in _SORTS:
        factor = signs.get(plain) or words.get(plain.casefold())
        if factor:
            return Unit(name, factor, metric, better)
    name = fingerprint.bounded(clean_line(raw, limit=60).text, 60)
    return Unit(name or "1", 1.0, name or "value", "")


def shown(value: float, unit: str) -> str:
    """A value as a person writes it: `22.3 µs`, `3.2 MB`, `41,500/s`."""
    sign = unit
    for name, steps in (("s", _TIMES), ("B", _SIZES), ("B/s", _SIZES)):
        if unit == name:
            step, prefix = next((each for each in steps if value >= each[0]), steps[-1])
            value, sign = value / step, prefix + unit
    number = f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
    return f"{number}/s" if unit == "1/s" else number if unit == "1" else f"{number} {sign}"


_TIMES = ((1.0, ""), (1e-3, "m"), (1e-6, "\u00b5"), (1e-9, "n"))
_SIZES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))

_FOR_EACH = re.compile(r"/(?:op|iter|iteration|call|run)$", re.IGNORECASE)
"""What a time or a size is told for; that of one benchmark is always the same."""

_SECONDS = {
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "msec": 1e-3,
    "millisecond": 1e-3,
    "milliseconds": 1e-3,
    "usec": 1e-6,
    "microsecond": 1e-6,
    "microseconds": 1e-6,
    "nsec": 1e-9,
    "nanosecond": 1e-9,
    "nanoseconds": 1e-9,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "hour": 3600.0,
    "hours": 3600.0,
}
_BYTES = {
    "byte": 1.0,
    "bytes": 1.0,
    "kilobyte": 1e3,
    "kilobytes": 1e3,
    "kibibyte": 1024.0,
    "kibibytes": 1024.0,
    "megabyte": 1e6,
    "megabytes": 1e6,
    "mebibyte": 1024.0**2,
    "mebibytes": 1024.0**2,
    "gigabyte": 1e9,
    "gigabytes": 1e9,
    "gibibyte": 1024.0**3,
    "gibibytes": 1024.0**3,
}
_SIGNS = {
    "B": 1.0,
    "kB": 1e3,
    "KB": 1e3,
    "KiB": 1024.0,
    "MB": 1e6,
    "MiB": 1024.0**2,
    "GB": 1e9,
    "GiB": 1024.0**3,
}
_DONE = ("op", "ops", "operations", "iter", "iters", "iterations", "it", "req", "reqs", "requests", "transactions")
_RATES = {f"{done}/{second}": 1.0 for done in _DONE for second in ("s", "sec", "second")}

_SORTS: tuple[tuple[str, str, str, Mapping[str, float], Mapping[str, float]], ...] = (
    ("time", "s", SMALLER, {"ns": 1e-9, "us": 1e-6, "\u00b5s": 1e-6, "ms": 1e-3, "s": 1.0, "h": 3600.0}, _SECONDS),
    ("size", "B", SMALLER, _SIGNS, _BYTES),
    ("throughput", "B/s", BIGGER, {f"{sign}/s": factor for sign, factor in _SIGNS.items()}, {}),
    ("rate", "1/s", BIGGER, {}, _RATES),
    ("allocs", "allocs", SMALLER, {}, {"alloc": 1.0, "allocs": 1.0, "allocations": 1.0}),
)
"""Metric, unit and direction of a sort; then its units, the signs to the letter and the words in any case."""
