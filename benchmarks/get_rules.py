"""Budget: `get_rules` inside the server, p99 below 10 ms at 1,000 rules and 100,000 pieces of evidence."""

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count

from benchmarks.desk import Desk, tools
from benchmarks.floors import Floor
from benchmarks.result import Result
from benchmarks.timing import Spread, interleaved
from benchmarks.worlds import World
from mcp_server.session import Caller
from store import open_store

MOST = 10.0
"""Milliseconds at p99."""
FLAT = 1.3
"""Most that 100,000 pieces of evidence may cost over 100."""

FEW = World()
MANY = World(live=1000, pinned=500)
MIXES = {"50 of 1,000 rules live": FEW, "1,000 live, half of them pinned": MANY}
ARGUMENTS = {"task": "mend a test", "files": ["src/part4/cart.py", "tests/test_cart.py"]}


def run(desk: Desk) -> list[Result]:
    """Measure each mix of rules: another call of a session, and the first call of a new one."""
    return [result for name, world in MIXES.items() for result in _mix(desk, name, world)]


def _mix(desk: Desk, name: str, world: World) -> list[Result]:
    big = desk.store(world)
    small = desk.store(replace(world, evidence=100, sessions=5))
    with closing(open_store(big)) as store, closing(open_store(small)) as other, closing(Floor(big)) as floor:
        server = tools(store)
        answer = server.call("get_rules", ARGUMENTS, Caller("again", "bench"))
        shown = [int(rule) for rule in re.findall(r"^\[R(\d+)\]", answer, re.MULTILINE)]
        subjects: dict[str, Callable[[], object]] = {
            "ours": lambda: server.call("get_rules", ARGUMENTS, Caller("again", "bench")),
            "small": lambda: tools(other).call("get_rules", ARGUMENTS, Caller("again", "bench")),
            "floor": lambda: floor.read("again"),
        }
        reads = interleaved(desk.rounds(2000), subjects)
        number = count()
        firsts = interleaved(
            desk.rounds(500),
            {
                "ours": lambda: server.call("get_rules", ARGUMENTS, Caller(f"first-{next(number)}", "bench")),
                "floor": lambda: floor.show(shown),
            },
        )
    growth = reads["ours"].p50 / reads["small"].p50
    lines = f"{len(shown)} lines shown"
    return [
        _result(f"get_rules again, {name}", reads["ours"], reads["floor"], f"floor: the same bare read; {lines}"),
        Result(
            f"get_rules again, {name}: 100,000 pieces of evidence against 100",
            reads["ours"],
            reads["small"],
            f"p50 <= {FLAT} x",
            growth <= FLAT,
            "the floor is the same call on the small store",
        ),
        _result(f"get_rules first, {name}", firsts["ours"], firsts["floor"], f"floor: one bare commit; {lines}"),
    ]


def _result(what: str, ours: Spread, floor: Spread, note: str) -> Result:
    note += f"; of the processor's time alone p99 is {ours.busy:.2f} ms"
    return Result(what, ours, floor, f"p99 < {MOST:g} ms", ours.p99 < MOST, note)
