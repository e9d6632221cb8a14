"""Budget: the server lists its tools within 1.8 times the start of one that does nothing, in at most 18 MiB."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

from benchmarks.desk import Desk
from benchmarks.door import Door, bare, fast, sdk
from benchmarks.result import Result
from benchmarks.timing import Spread
from benchmarks.worlds import World

MOST = 1.8
MEBIBYTES = 18.0

WORLD = World(rules=20, live=10, pinned=2, evidence=100, sessions=5)


def run(desk: Desk) -> list[Result]:
    """Start servers and list their tools, ours behind both doors and the least one in turns; then weigh them."""
    home = desk.store(WORLD).parent
    commands = {"fast": fast(), "sdk": sdk(), "bare": bare(desk)}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(desk.rounds(20)):
        for name, command in commands.items():
            seconds[name].append(_started(desk, command, home))
    spreads = {name: Spread.of(each) for name, each in seconds.items()}
    weight = {name: _weighed(desk, each, home) for name, each in commands.items()}
    floor = spreads["bare"]
    good = spreads["fast"].p50 <= MOST * floor.p50 and weight["fast"] <= MEBIBYTES
    return [
        Result(
            "start of the fast door until `tools/list` is answered", spreads["fast"], floor,
            f"p50 <= {MOST} x, <= {MEBIBYTES:g} MiB", good,
            f"{weight['fast']:.1f} MiB resident against {weight['bare']:.1f}; floor: a server that does nothing",
        ),
        Result(
            "start of the SDK's door until `tools/list` is answered", spreads["sdk"], floor,
            note=f"for information: {weight['sdk']:.1f} MiB resident; same floor",
        ),
    ]  # fmt: skip


def _started(desk: Desk, command: Sequence[str], home: Path) -> float:
    """Seconds from the start of a process until it has listed its tools; what it takes to leave is not counted."""
    begun = perf_counter()
    with closing(Door(desk, command, home=home)) as door:
        door.ask("tools/list", {})
        return perf_counter() - begun


def _weighed(desk: Desk, command: Sequence[str], home: Path) -> float:
    """Resident MiB of a server that has listed its tools; 0 where the system does not tell."""
    with closing(Door(desk, command, home=home)) as door:
        door.ask("tools/list", {})
        status = Path(f"/proc/{door.pid}/status")
        if not status.exists():
            return 0.0
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
