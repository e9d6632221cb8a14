"""Budget: 100,000 pieces of evidence are consolidated without a model in 10 seconds and 300 MB."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

from benchmarks.desk import Desk, python
from benchmarks.result import Result
from benchmarks.timing import Spread
from benchmarks.worlds import PROJECT, World
from mcp_server.learning import consolidate, plan
from store import open_store

SECONDS = 10.0
MEGABYTES = 300.0
ROUNDS = 5

USUAL = World()
ADVERSE = World(said=0.2, alike=True)
FLOOR = """import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("SELECT id, kind, text, fingerprint, session, time, detail FROM evidence")
print(sum(1 for row in rows))"""


def run(desk: Desk) -> list[Result]:
    """Time and weigh the whole command on each mix, and once more where nothing is new."""
    return [
        _measured(desk, "1,000 distinct remarks", USUAL),
        _measured(desk, "20,000 distinct remarks, nearly alike, three instructions each", ADVERSE),
        _measured(desk, "nothing new", USUAL, settled=True),
    ]


def _measured(desk: Desk, name: str, world: World, *, settled: bool = False) -> Result:
    took: list[float] = []
    floor: list[float] = []
    peaks: list[float] = []
    for _ in range(desk.rounds(ROUNDS)):
        path = desk.store(world)
        if settled:
            _settle(path)
        seconds, said = _process(desk, python("-m", "benchmarks.weighed", "consolidate", "--json"), path)
        took.append(seconds)
        peaks.append(int(said.split()[-1]) / 1e6)
        floor.append(_process(desk, [sys.executable, "-c", FLOOR, str(path)], path)[0])
        path.unlink()
    most = max(peaks)
    return Result(
        f"consolidate 100,000 pieces of evidence, {name}",
        Spread.of(took),
        Spread.of(floor),
        f"< {SECONDS:g} s, < {MEGABYTES:g} MB",
        max(took) < SECONDS and most < MEGABYTES,
        f"{most:.0f} MB at most; floor: a process that reads every row with bare sqlite3",
    )


def _process(desk: Desk, command: Sequence[str], path: Path) -> tuple[float, str]:
    begun = perf_counter()
    done = subprocess.run(
        command, env=desk.environment(path.parent), cwd=desk.project, capture_output=True, encoding="utf-8", check=True
    )
    return perf_counter() - begun, done.stderr


def _settle(path: Path) -> None:
    """As after so many runs that every remark has its candidate."""
    usual, plan.OPERATIONS = plan.OPERATIONS, 10_000
    try:
        with closing(open_store(path)) as store:
            consolidate.run(store, PROJECT, nonce=lambda: "nonce", now=lambda: 1_800_000_000.0)
    finally:
        plan.OPERATIONS = usual
