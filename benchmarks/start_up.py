"""For information: how long the server takes from its start to its first answer, and how much memory it then holds."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.desk import Desk
from benchmarks.door import Door, bare, ours
from benchmarks.result import Result
from benchmarks.timing import interleaved
from benchmarks.worlds import World

WORLD = World(rules=20, live=10, pinned=2, evidence=100, sessions=5)


def run(desk: Desk) -> list[Result]:
    """Start servers and list their tools, ours and the least one in turns; then weigh one of each."""
    home = desk.store(WORLD).parent
    commands = {"ours": ours(), "bare": bare(desk)}
    spreads = interleaved(
        desk.rounds(20), {name: _started(desk, each, home) for name, each in commands.items()}, warm=1
    )
    weights = {name: _weighed(desk, each, home) for name, each in commands.items()}
    note = "floor: a standard-library stdio server that does nothing"
    if all(weights.values()):
        note += f"; {weights['ours']:.1f} MiB resident against {weights['bare']:.1f}"
    return [Result("server start to `tools/list` answered", spreads["ours"], spreads["bare"], note=note)]


def _started(desk: Desk, command: Sequence[str], home: Path) -> Callable[[], object]:
    def start() -> None:
        with closing(Door(desk, command, home=home)) as door:
            door.ask("tools/list", {})

    return start


def _weighed(desk: Desk, command: Sequence[str], home: Path) -> float:
    """Resident MiB of a server that has listed its tools; 0 where the system does not tell."""
    with closing(Door(desk, command, home=home)) as door:
        door.ask("tools/list", {})
        status = Path(f"/proc/{door.pid}/status")
        if not status.exists():
            return 0.0
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
