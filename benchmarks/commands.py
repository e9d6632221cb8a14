"""Budget: a command that only reads costs at most four times an interpreter that imports `sqlite3` and `json`."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.desk import Desk, python
from benchmarks.result import Result
from benchmarks.timing import interleaved
from benchmarks.worlds import World

MOST = 4.0
FLOOR = python("-c", "import sqlite3, json")
COMMANDS = (["rules"], ["status"], ["history"], ["why", "R1"], ["report"], ["rules", "--json"])
WORLDS = {
    "1,000 rules and 100,000 pieces of evidence": World(),
    "20 rules and 100 pieces of evidence": World(rules=20, live=10, pinned=2, evidence=100, sessions=5),
}


def run(desk: Desk) -> list[Result]:
    """Time whole processes, from their start to their end."""
    return [result for name, world in WORLDS.items() for result in _world(desk, name, world)]


def _world(desk: Desk, name: str, world: World) -> list[Result]:
    home = desk.store(world).parent
    subjects = {"floor": _process(desk, FLOOR, home)}
    for words in COMMANDS:
        subjects[" ".join(words)] = _process(desk, python("-m", "mcp_promptlearn", *words), home)
    spreads = interleaved(desk.rounds(40), subjects, warm=2)
    floor = spreads.pop("floor")
    return [
        Result(f"`{command}`, {name}", ours, floor, f"p50 <= {MOST:g} x", ours.p50 <= MOST * floor.p50)
        for command, ours in spreads.items()
    ]


def _process(desk: Desk, command: Sequence[str], home: Path) -> Callable[[], object]:
    environment: Mapping[str, str] = desk.environment(home)
    return lambda: subprocess.run(command, env=environment, cwd=desk.project, stdout=subprocess.DEVNULL, check=True)
