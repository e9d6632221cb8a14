"""Budget: `get_rules` inside the server, p99 below 10 ms at 1,000 rules and 100,000 pieces of evidence."""

import re
from contextlib import closing
from dataclasses import replace
from itertools import count

from benchmarks.desk import Desk, tools
from benchmarks.floors import Floor
from benchmarks.result import Result
from benchmarks.timing import Spread, interleaved
from benchmarks.worlds import World
from mcp_server.session import Caller
from mcp_server.tools import Tools
from store import open_store

MOST = 10.0
"""Milliseconds at p99."""
FLAT = 1.3
"""Most that 100,000 pieces of evidence may cost over 100."""

MIXES = {
    "50 of 1,000 rules live": World(),
    # 50 learnt and 12 pinned ones of the project, and as many for all projects
    "124 of 1,000 live, the most that admission lets through": World(live=124, pinned=24),
    "1,000 live, half of them pinned": World(live=1000, pinned=500),
}
ARGUMENTS = {"task": "mend a test", "files": ["src/part4/cart.py", "tests/test_cart.py"]}


def run(desk: Desk) -> list[Result]:
    """Measure each mix of rules: another call of a session, and the first call of a new one."""
    return [result for name, world in MIXES.items() for result in _mix(desk, name, world)]


def _mix(desk: Desk, name: str, world: World) -> list[Result]:
    big, small = desk.store(world), desk.store(replace(world, evidence=100, sessions=5))
    with (
        closing(open_store(big)) as store,
        closing(open_store(small)) as other,
        closing(Floor(big)) as reader,
        closing(Floor(desk.store(world))) as writer,
    ):
        server, tiny = tools(store), tools(other)
        answer = _again(server)
        shown = [int(rule) for rule in re.findall(r"^\[R(\d+)\]", answer, re.MULTILINE)]
        reads = interleaved(
            desk.rounds(2000),
            {"ours": lambda: _again(server), "small": lambda: _again(tiny), "floor": lambda: reader.read("again")},
        )
        number = count()
        firsts = interleaved(
            desk.rounds(500),
            {
                "ours": lambda: server.call("get_rules", ARGUMENTS, Caller(f"first-{next(number)}", "bench")),
                "floor": lambda: writer.show(shown),
            },
        )
        beside = interleaved(desk.rounds(500), {"write": reader.report, "ours": lambda: _again(server)})
    lines = f"{len(shown)} lines shown"
    return [
        _result(f"get_rules again, {name}", reads["ours"], reads["floor"], f"floor: the same bare read; {lines}"),
        Result(
            f"get_rules again, {name}: 100,000 pieces of evidence against 100",
            reads["ours"],
            reads["small"],
            f"p50 <= {FLAT} x",
            reads["ours"].p50 <= FLAT * reads["small"].p50,
            "the floor is the same call on the small store",
        ),
        _result(f"get_rules first, {name}", firsts["ours"], firsts["floor"], f"floor: one bare commit; {lines}"),
        Result(
            f"get_rules again after another process wrote, {name}",
            beside["ours"],
            reads["ours"],
            note="for information: SQLite reads its pages anew then; the floor is the same call without",
        ),
    ]


def _again(server: Tools) -> str:
    """Another call of one session."""
    return server.call("get_rules", ARGUMENTS, Caller("again", "bench"))


def _result(what: str, ours: Spread, floor: Spread, note: str) -> Result:
    note += f"; of the processor's time alone p99 is {ours.busy:.2f} ms"
    return Result(what, ours, floor, f"p99 < {MOST:g} ms", ours.p99 < MOST, note)
