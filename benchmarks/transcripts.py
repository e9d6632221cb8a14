"""Budget: 1 GB of session logs in bounded memory, and the second scan reads only what is new."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.desk import Desk, python
from benchmarks.result import Result
from benchmarks.timing import Spread

GIGABYTE = 1_000_000_000
ORDINARY = 30_000_000
"""Bytes of what a person's last month may come to: what `scan` must read in seconds."""
SECONDS = 5.0
MEGABYTES = 150.0
TASKS = 40
"""Prompts of one session."""
SPREAD = 16
"""Sessions that differ in what is said; the others say it again."""

ASKED = (
    "add a field for the phone number to the form",
    "why does the second test fail on Mondays?",
    "look at the last commit and tell me what it changes",
    "make the list of orders load faster, it takes seconds now",
    "thanks, that looks good, now do the same for invoices",
    "rename total to amount everywhere in the cart",
    "the build is red, can you see why?",
    "write a migration for the new column",
)
CORRECTED = (
    "No, use pnpm, not npm.",
    "Never mock the database in integration tests.",
    "You changed the generated file again. Edit the template instead.",
    "Always run the linter before you commit.",
    "stop adding comments that repeat the code",
    "that is the wrong file, I said cart.py",
)

FLOOR = """import json, sys
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*.jsonl"):
    with path.open("rb") as file:
        for line in file:
            json.loads(line)"""
LINES = """import sys
from pathlib import Path
print(sum(len(line) for path in Path(sys.argv[1]).rglob("*.jsonl") for line in path.open("rb")))"""


def run(desk: Desk) -> list[Result]:
    """Time and weigh the whole command on much and on little, then once more where nothing and where little is new."""
    much = int(GIGABYTE * desk.share)
    return [*_measured(desk, "much", much), *_measured(desk, "a month", ORDINARY)[:1]]


def _measured(desk: Desk, name: str, size: int) -> list[Result]:
    logs = desk.folder / name.replace(" ", "-")
    total = make(logs / "projects", size, cwd=str(desk.project))
    home = desk.home()
    floor, lines = (_timed(desk, [sys.executable, "-c", code, str(logs)], home, logs)[0] for code in (FLOOR, LINES))
    took, first, peak = _scan(desk, home, logs)
    again, second, _ = _scan(desk, home, logs)
    grown = _grow(logs)
    third_took, third, _ = _scan(desk, home, logs)
    less, fewer = second["bytes"], third["bytes"]
    what = f"scan --keep of {total / 1e6:,.0f} MB of session logs"
    small = size <= ORDINARY
    speed = f"{total / took / 1e6:,.0f} MB/s, {total / floor / 1e6:,.0f} MB/s for json.loads of every line"
    beside = (
        f"{total / lines / 1e6:,.0f} MB/s for reading lines; {first['kept']:,} pieces of evidence, {peak:.0f} MB held"
    )
    budget = f"< {SECONDS:g} s" if small else f"< {MEGABYTES:g} MB held"
    return [
        Result(
            what,
            Spread.of([took]),
            Spread.of([floor]),
            budget,
            took < SECONDS if small else peak < MEGABYTES,
            f"{speed}, {beside}; floor: a process that reads every line and parses it",
        ),
        Result(f"{what}, nothing new", Spread.of([again]), None, "0 bytes read", less == 0, f"{less:,} bytes read"),
        Result(
            f"{what}, {grown:,} bytes new in 3 logs",
            Spread.of([third_took]),
            None,
            "< new + 32 KiB a log read",
            fewer < grown + 3 * 32_768,
            f"{fewer:,} bytes read",
        ),
    ]


def _scan(desk: Desk, home: Path, logs: Path) -> tuple[float, Mapping[str, Any], float]:
    words = python("-m", "benchmarks.weighed", "scan", "--client", "claude-code", "--keep", "--json")
    seconds, said, told = _timed(desk, words, home, logs)
    return seconds, json.loads(said), int(told.split()[-1]) / 1e6


def _timed(desk: Desk, command: Any, home: Path, logs: Path) -> tuple[float, str, str]:
    environment = {**desk.environment(home), "CLAUDE_CONFIG_DIR": str(logs)}
    begun = perf_counter()
    done = subprocess.run(command, env=environment, cwd=desk.project, capture_output=True, encoding="utf-8", check=True)
    return perf_counter() - begun, done.stdout, done.stderr


def make(folder: Path, size: int, *, cwd: str) -> int:
    """Logs of Claude Code of about so many bytes, as big as its own lines are; how many bytes they came to."""
    inside = folder / "-shop"
    inside.mkdir(parents=True)
    kinds = [b"".join(_session(number, cwd)) for number in range(SPREAD)]
    total = number = 0
    while total < size:
        moved = b"%04d-%02d-" % (2000 + number // 12, 1 + number % 12)  # no two sessions at one moment: forks are one
        data = kinds[number % SPREAD].replace(b"SESSION0", b"%08x" % number).replace(b"2026-01-", moved)
        (inside / f"{number:08x}-0000-4000-8000-000000000000.jsonl").write_bytes(data)
        total += len(data)
        number += 1
    return total


def _grow(logs: Path) -> int:
    """Let three sessions go on for one task each; how many bytes that is."""
    grown = 0
    for path in sorted(logs.rglob("*.jsonl"))[:3]:
        more = b"".join(_task(TASKS + 1, 0, str(logs))).replace(b"SESSION0", path.name[:8].encode())
        with path.open("ab") as file:
            file.write(more)
        grown += len(more)
    return grown


def _session(number: int, cwd: str) -> Iterator[bytes]:
    for task in range(TASKS):
        yield from _task(task, number, cwd)


def _task(task: int, number: int, cwd: str) -> Iterator[bytes]:
    """What one prompt leaves: reminders, requests, the agent's steps with what they showed, and its answer."""
    said = CORRECTED[(task + number) % len(CORRECTED)] if task % 8 == 5 else ASKED[(task + number) % len(ASKED)]
    clock = f"2026-01-{1 + number % 28:02}T{task % 24:02}:{number % 60:02}"
    envelope: dict[str, Any] = {"sessionId": "SESSION0-0000-4000-8000-000000000000", "cwd": cwd, "gitBranch": "main"}

    def line(kind: str, second: int, **more: Any) -> bytes:
        held = {"type": kind, **more, "timestamp": f"{clock}:{second:02}.000Z", "uuid": f"u{task}-{second}", **envelope}
        return json.dumps(held, separators=(",", ":")).encode() + b"\n"

    def step(second: int, tool: str, given: Any, answer: str, result: Any, *, wrong: bool = False) -> Iterator[bytes]:
        ident = f"toolu_{task}_{second}"
        use = {"type": "tool_use", "id": ident, "name": tool, "input": given}
        yield line("assistant", second, message={"role": "assistant", "content": [use], "usage": {"output_tokens": 9}})
        block = {
            "tool_use_id": ident,
            "type": "tool_result",
            "content": answer,
            **({"is_error": True} if wrong else {}),
        }
        yield line("user", second + 1, message={"role": "user", "content": [block]}, toolUseResult=result)

    source = "".join(f"def price_{n}(cart):\n    return cart.total * {n}\n\n" for n in range(200))
    yield line("user", 0, message={"role": "user", "content": said}, promptSource="typed", origin={"kind": "human"})
    yield line("attachment", 1, attachment={"type": "skill_listing", "content": "- a skill, used when\n" * 500})
    yield line("api-request-shape", 2, shape={"system": ["You are an agent. " * 1000]})
    for place in range(4):
        path = f"{cwd}/src/part{(task + place) % 9}.py"
        file = {"type": "text", "file": {"filePath": path, "content": source, "numLines": 600}}
        yield from step(3 + 6 * place, "Read", {"file_path": path}, source, file)
        change = {"file_path": path, "old_string": f"price_{task}", "new_string": f"cost_{task}"}
        done = {"filePath": path, "originalFile": source, "structuredPatch": []}
        yield from step(5 + 6 * place, "Edit", change, "The file was updated.", done)
        listed = "".join(f"{path}:{n}: return cart.total * {n}\n" for n in range(40))
        shell = {"stdout": listed, "stderr": "", "interrupted": False}
        yield from step(7 + 6 * place, "Bash", {"command": f"grep -n total {path}"}, listed, shell)
    fails = task % 4 == 1
    shown = f"FAILED tests/test_cart.py::test_{task} - AssertionError: {task}\n1 failed, 39 passed in 1.2s"
    output = "tests/test_cart.py ....\n" * 60 + (shown if fails else "40 passed in 1.2s")
    told = f"Exit code 1\n{output}"
    result = f"Error: {told}" if fails else {"stdout": output, "stderr": "", "interrupted": False}
    yield from step(40, "Bash", {"command": "uv run pytest -q"}, told if fails else output, result, wrong=fails)
    yield line(
        "assistant", 42, message={"role": "assistant", "content": [{"type": "text", "text": "It is done. " * 200}]}
    )
