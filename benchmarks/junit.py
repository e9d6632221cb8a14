"""Budget: a JUnit report of 10,000 cases becomes evidence in one second, and in 100 MB beyond its size.

Run as a program it is one of the processes that are measured: it does what it is told, and says how
long that took and what it held at most.
"""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.desk import Desk, python
from benchmarks.floors import connected
from benchmarks.result import Result
from benchmarks.timing import Spread
from benchmarks.weighed import peak
from benchmarks.worlds import PROJECT, World

CASES = 10_000
SECONDS = 1.0
MEGABYTES = 100.0
ROUNDS = 7

NEW = World(live=0, pinned=0, rules=0, evidence=0, sessions=0)
NOW = 1_800_000_000.0
TABLES = ("evidence", "conditions")


def run(desk: Desk) -> list[Result]:
    """Time and weigh parsing and keeping: a first report, the next of its suite, and one beside years of evidence."""
    first, second = desk.folder / "first.xml", desk.folder / "second.xml"
    first.write_bytes(report(hour=10, failing=100))
    second.write_bytes(report(hour=11, failing=90))
    return [
        _measured(desk, "the first of a suite", first, NEW),
        _measured(desk, "the next one, most of its failures fixed", second, NEW, before=first),
        _measured(desk, "beside 100,000 pieces of evidence", first, World()),
    ]


def report(*, hour: int, failing: int) -> bytes:
    """A report of pytest: one case in `failing` fails, one in twenty is skipped, one in five printed something."""
    cases = "".join(_case(number, failing) for number in range(CASES))
    stamp = f"2026-01-01T{hour}:00:00+00:00"
    return (
        f'<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" '
        f'tests="{CASES}" timestamp="{stamp}">{cases}</testsuite></testsuites>'
    ).encode()


def _case(number: int, failing: int) -> str:
    module, line = number // 40, number % 300
    head = (
        f'<testcase classname="tests.unit.test_module_{module}.TestThing" '
        f'name="test_that_thing_{number}_works[param-{number % 7}]" time="0.00{number % 10}"'
    )
    if number % failing == 5:
        trace = (
            f"def test_that_thing_{number}_works():\n    cart = Cart(items={number})\n&gt;   assert cart.total() == 2\n"
            f"E   AssertionError: assert {number} == 2\nE    +  where {number} = total()\n\n"
            f"tests/unit/test_module_{module}.py:{line}: in test_that_thing_{number}_works\n"
            f"src/shop/cart_{number % 13}.py:{line}: in total\n    raise AssertionError\nE   AssertionError"
        )
        return f'{head}><failure message="AssertionError: assert {number} == 2">{trace}</failure></testcase>'
    if number % 20 == 7:
        return (
            f'{head}><skipped type="pytest.skip" message="needs a database">x.py:{line}: skipped</skipped></testcase>'
        )
    if number % 5 == 3:
        return f"{head}><system-out>made a cart\nwith {number} things\n</system-out></testcase>"
    return f"{head}/>"


def _measured(desk: Desk, name: str, path: Path, world: World, *, before: Path | None = None) -> Result:
    took: list[float] = []
    busy: list[float] = []
    floor: list[float] = []
    peaks: list[float] = []
    size = path.stat().st_size / 1e6
    known = desk.store(world)
    if before:
        _process(desk, "ours", before, known)
    for _ in range(desk.rounds(ROUNDS)):
        store = Path(shutil.copy(known, desk.home() / "promptlearn.db"))
        seconds, worked, held = _process(desk, "ours", path, store)
        took.append(seconds)
        busy.append(worked)
        peaks.append(held / 1e6 - size)
        floor.append(_process(desk, "floor", path, known, store)[0])
        store.unlink()
    known.unlink()
    return Result(
        f"a JUnit report of {CASES:,} cases read and kept, {name}",
        Spread.of(took, busy),
        Spread.of(floor),
        f"< {SECONDS:g} s, < {MEGABYTES:g} MB beyond its size",
        max(took) < SECONDS and max(peaks) < MEGABYTES,
        f"{size:.1f} MB; {max(peaks):.0f} MB beyond that at most, the interpreter included; {max(busy):.2f} s of them "
        "busy; floor: lxml parses the same bytes, and bare sqlite3 keeps the same rows in one commit",
    )


def _process(desk: Desk, *words: str | Path) -> tuple[float, float, int]:
    """Do it in a process of its own; the seconds it took, those it was busy, and the bytes it held at most."""
    done = subprocess.run(
        python("-m", "benchmarks.junit", *map(str, words)),
        env=desk.environment(desk.folder),
        cwd=desk.sources,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    seconds, worked, held = done.stdout.split()
    return float(seconds), float(worked), int(held)


def _ours(path: Path, store: Path) -> tuple[float, float]:
    from mcp_server import testrun
    from mcp_server.importers.runs import junit
    from store import open_store

    with closing(open_store(store)) as kept:
        context = testrun.Context(PROJECT, "s1", "", False, NOW, lambda _: None)
        begun, idle = perf_counter(), process_time()
        read = junit.parse(path.read_bytes(), path.name)
        testrun.keep(kept, [read], origin=path.name, context=context)
        return perf_counter() - begun, process_time() - idle


def _floor(path: Path, before: Path, after: Path) -> tuple[float, float]:
    """What is in one store and not in the other, written to a copy of that other."""
    from lxml import etree

    rows = {table: _rows(after, table) for table in TABLES}
    known = {table: set(_rows(before, table)) for table in TABLES}
    target = Path(shutil.copy(before, after.with_name("floor.db")))
    with closing(connected(target)) as db:
        begun, idle = perf_counter(), process_time()
        etree.fromstring(path.read_bytes())
        db.execute("BEGIN IMMEDIATE")
        for table, every in rows.items():
            new = [row for row in every if row not in known[table]]
            marks = ", ".join("?" * len(every[0]))
            db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", new)
        db.execute("COMMIT")
        took = perf_counter() - begun, process_time() - idle
    target.unlink()
    return took


def _rows(path: Path, table: str) -> Sequence[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(f"SELECT * FROM {table}").fetchall()


if __name__ == "__main__":
    does = {"ours": _ours, "floor": _floor}[sys.argv[1]]
    print(*does(*map(Path, sys.argv[2:])), peak())
