"""Budget: one acknowledged write is one commit and one sync, inside the server barely dearer than a bare one."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path

from benchmarks.desk import Desk, tools
from benchmarks.door import Door, bare, fast, sdk
from benchmarks.floors import Floor
from benchmarks.result import Result
from benchmarks.timing import interleaved
from benchmarks.worlds import World
from mcp_server.session import Caller
from store import open_store

MOST = 1.2
SYNCS = 1.05
WRITES = 500

CALLER = Caller("writer", "bench")
WORLD = World()


def run(desk: Desk) -> list[Result]:
    """Time writes inside the server and through its doors against bare ones, and count syncs."""
    homes, number = [desk.store(WORLD).parent for _ in range(3)], count()
    with (
        closing(open_store(desk.store(WORLD))) as store,
        closing(Floor(desk.store(WORLD))) as floor,
        closing(Door(desk, fast(), home=homes[0])) as door,
        closing(Door(desk, sdk(), home=homes[1])) as package,
        closing(Door(desk, bare(desk, desk.store(WORLD)), home=homes[2])) as least,
    ):
        server = tools(store)
        spreads = interleaved(
            desk.rounds(2000),
            {
                "inside": lambda: server.call("report_outcome", report(next(number)), CALLER),
                "commit": floor.report,
                "door": lambda: door.call("report_outcome", report(next(number))),
                "sdk": lambda: package.call("report_outcome", report(next(number))),
                "bare door": lambda: least.call("report_outcome", report(next(number))),
            },
            warm=20,
        )
    inside, commit, door_, behind = (spreads[name] for name in ("inside", "commit", "door", "bare door"))
    budget = f"p50 <= {MOST} x"
    return [
        Result(
            "report_outcome inside the server", inside, commit, budget, inside.p50 <= MOST * commit.p50,
            "floor: the same row committed by bare sqlite3",
        ),
        Result(
            "report_outcome through the fast door", door_, behind, budget, door_.p50 <= MOST * behind.p50,
            "floor: a standard-library stdio server that commits the same row",
        ),
        Result("report_outcome through the SDK's door", spreads["sdk"], behind, note="for information; same floor"),
        _syncs(desk),
    ]  # fmt: skip


def report(number: int) -> dict[str, object]:
    """Arguments of a report that nobody made before."""
    return {"outcome": "success", "evidence": f"all tests pass, run {number}"}


def writes(path: Path, number: int) -> None:
    """So many acknowledged writes to a store, by this process."""
    with closing(open_store(path)) as store:
        server = tools(store)
        server.call("get_rules", {}, CALLER)
        for each in range(number):
            server.call("report_outcome", report(each), CALLER)


def _syncs(desk: Desk) -> Result:
    """Syncs of a process with many writes, less those of one without any."""
    what = f"syncs per write over {WRITES} writes"
    strace = shutil.which("strace")
    if strace is None:
        return Result(what, note="not measured: there is no strace on this system")
    counted = [_traced(desk, strace, number) for number in (0, WRITES)]
    each = (counted[1] - counted[0]) / WRITES
    return Result(what, budget=f"<= {SYNCS}", met=each <= SYNCS, note=f"{each:.3f} syncs a write")


def _traced(desk: Desk, strace: str, number: int) -> int:
    path, log = desk.store(WORLD), desk.home() / "strace.log"
    code = (
        f"from pathlib import Path; from benchmarks.report_outcome import writes; writes(Path({str(path)!r}), {number})"
    )
    command = [strace, "-f", "-o", str(log), "-e", "trace=fsync,fdatasync,sync_file_range,msync,sync,syncfs"]
    subprocess.run([*command, sys.executable, "-c", code], cwd=desk.sources, check=True)
    calls = re.findall(r"^\d+ +(\w+)\(", log.read_text(encoding="utf-8"), re.MULTILINE)
    return Counter(calls).total()
