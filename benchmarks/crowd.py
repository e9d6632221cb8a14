"""Budget: eight servers on one store lose nothing, refuse nothing, and take at most twice as long as bare `sqlite3`."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter

from benchmarks.desk import Desk
from benchmarks.door import Door, fast, sdk
from benchmarks.report_outcome import report
from benchmarks.result import Result
from benchmarks.timing import Spread
from benchmarks.worlds import World

MOST = 2.0
SERVERS = 8
WRITES = 200
ROUNDS = 5
WORLD = World()


def run(desk: Desk) -> list[Result]:
    """Let eight processes write, ours and bare ones in turns; then eight real servers behind each door."""
    paths = {"ours": desk.store(WORLD), "bare": desk.store(WORLD)}
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    each: dict[str, list[float]] = {"ours": [], "bare": []}
    errors = lost = 0
    for turn in range(desk.rounds(ROUNDS)):
        for kind in ("ours", "bare") if turn % 2 else ("bare", "ours"):
            before = _rows(paths[kind])
            seconds, answers = _round(desk, kind, paths[kind], turn)
            took[kind].append(seconds)
            kept = [second for answer in answers for second in answer["seconds"]]
            each[kind] += kept
            if kind == "ours":
                errors += sum(len(answer["errors"]) for answer in answers)
                lost += len(kept) - (_rows(paths[kind]) - before)
    whole, floor = Spread.of(took["ours"]), Spread.of(took["bare"])
    good = not errors and not lost and whole.p50 <= MOST * floor.p50
    what = f"{SERVERS} servers, {WRITES} writes each"
    return [
        Result(
            what, whole, floor, f"p50 <= {MOST:g} x, 0 errors, 0 lost", good,
            f"{errors} errors, {lost} lost; floor: as many processes with bare sqlite3",
        ),
        Result(f"{what}: one write among them", Spread.of(each["ours"]), Spread.of(each["bare"]), note="same run"),
        _doors(desk, "the fast door", fast(), floor),
        _doors(desk, "the SDK's door", sdk(), floor),
    ]  # fmt: skip


def _round(desk: Desk, kind: str, path: Path, turn: int) -> tuple[float, list[dict[str, list[float]]]]:
    """Seconds from the word to begin until the last process has done, and what each of them said."""
    with ExitStack() as stack:
        writers: list[subprocess.Popen[str]] = []
        for number in range(SERVERS):
            command = [sys.executable, "-m", "benchmarks.writer", kind, str(path), f"{turn}-{number}", str(WRITES)]
            writer = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", cwd=desk.sources
            )
            writers.append(stack.enter_context(writer))
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        begun = perf_counter()
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        answers = [json.loads(writer.stdout.readline()) for writer in writers if writer.stdout is not None]
        return perf_counter() - begun, answers


def _rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM evidence").fetchone()[0])


def _doors(desk: Desk, name: str, command: Sequence[str], floor: Spread) -> Result:
    """Eight real servers behind a stdio door, each with a client of its own."""
    path = desk.store(WORLD)
    before = _rows(path)
    with ExitStack() as stack:
        doors = [stack.enter_context(closing(Door(desk, command, home=path.parent))) for _ in range(SERVERS)]
        for door in doors:
            door.call("get_rules", {})
        with ThreadPoolExecutor(SERVERS) as pool:
            begun = perf_counter()
            errors = sum(pool.map(_client, doors))
            took = perf_counter() - begun
    lost = SERVERS * WRITES - errors - (_rows(path) - before)
    return Result(
        f"{SERVERS} servers behind {name}, {WRITES} writes each", Spread.of([took]), floor,
        note=f"for information, once: {errors} errors, {lost} lost",
    )  # fmt: skip


def _client(door: Door) -> int:
    errors = 0
    for number in range(WRITES):
        try:
            door.call("report_outcome", report(number))
        except RuntimeError:
            errors += 1
    return errors
