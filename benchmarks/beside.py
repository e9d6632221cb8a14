"""Budget: while 100,000 rows are ingested by another process, `get_rules` and hooks stay within theirs."""

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from benchmarks.desk import Desk, python, tools
from benchmarks.get_rules import ARGUMENTS
from benchmarks.get_rules import MOST as PROMPTLY
from benchmarks.hook import EVENTS, FLOOR, LOCKED
from benchmarks.result import Result
from benchmarks.timing import Spread
from benchmarks.worlds import PROJECT, World
from mcp_server.session import Caller
from store import open_store

OWN = PROJECT.partition("/")[2]

ROWS = 100_000
FILES = 20
"""Payloads with many comments: rows that each make a piece of evidence."""

_SESSIONS = count()


def run(desk: Desk) -> list[Result]:
    """Calls while `ingest` is at work, beside the same calls before it began."""
    store = desk.store(World())
    folder = store.parent / "payloads"
    folder.mkdir(exist_ok=True)
    rows = max(1000, int(ROWS * desk.share))
    for number in range(FILES):
        _payload(folder / f"{number}.json", number, rows // FILES)
    with closing(open_store(store)) as opened:
        server = tools(opened)
        subjects: dict[str, Callable[[], object]] = {
            "get_rules again": lambda: server.call("get_rules", ARGUMENTS, Caller("again", "bench")),
            "get_rules first": lambda: server.call("get_rules", ARGUMENTS, Caller(f"b-{next(_SESSIONS)}", "bench")),
            "hook SessionStart": lambda: _hook(desk, "SessionStart", store.parent),
            "hook PostToolUse": lambda: _hook(desk, "PostToolUse", store.parent),
            "floor": lambda: subprocess.run(FLOOR, check=True),
        }
        quiet = _measured(subjects, lambda turns: turns < 20)
        command = python("-m", "mcp_promptlearn", "ingest", "--json", *map(str, sorted(folder.iterdir())))
        environment = desk.environment(store.parent)
        begun = time.perf_counter()
        with subprocess.Popen(
            command, cwd=desk.project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as ingest:
            during = _measured(subjects, lambda turns: ingest.poll() is None or turns < 3)
            answer = json.loads(ingest.communicate()[0])
    took = time.perf_counter() - begun
    kept = sum(each["evidence"] for each in answer["files"])
    note = f"{kept:,} rows in {took:.1f} s; the floor is the same call while nothing is ingested"
    results = [
        Result(f"{name} while 100,000 rows are ingested", during[name], quiet[name], *_budget(name, during), note)
        for name in subjects
        if name != "floor"
    ]
    return [*results, Result("an interpreter with sqlite3 and json meanwhile", during["floor"], quiet["floor"])]


def _budget(name: str, during: dict[str, Spread]) -> tuple[str, bool]:
    if name.startswith("get_rules"):
        return f"p99 < {PROMPTLY:g} ms", during[name].p99 < PROMPTLY
    most = LOCKED
    return f"p99 <= {most:g} ms", during[name].p99 <= most


def _measured(subjects: dict[str, Callable[[], object]], goes_on: Callable[[int], bool]) -> dict[str, Spread]:
    """Every subject once a turn, as long as something goes on."""
    seconds: dict[str, list[float]] = {name: [] for name in subjects}
    turns = 0
    while goes_on(turns):
        for name, call in subjects.items():
            # A call inside the server takes a thousandth of a hook: it is made more often, for its p99.
            for _ in range(20 if name.startswith("get_rules again") else 5 if name.startswith("get_rules") else 1):
                begun = time.perf_counter()
                call()
                seconds[name].append(time.perf_counter() - begun)
        turns += 1
    return {name: Spread.of(each) for name, each in seconds.items()}


def _hook(desk: Desk, name: str, home: Path) -> None:
    event = {"session_id": f"bench-{next(_SESSIONS)}", "cwd": str(desk.project), **EVENTS[name]}
    subprocess.run(
        python("-m", "mcp_promptlearn", "hook", "claude-code", name),
        env=desk.environment(home),
        cwd=desk.project,
        input=json.dumps(event),
        encoding="utf-8",
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _payload(path: Path, number: int, comments: int) -> None:
    """Review comments of one pull request, as GitHub lists them."""
    user = {"login": f"person{number}", "type": "User"}
    listed = [
        {
            "id": number * 1_000_000 + place,
            "user": user,
            "body": f"Why is part {place} not done as in module {number}? It reads the file twice.",
            "path": f"src/part{place % 50}.py",
            "line": place % 300 + 1,
            "diff_hunk": "@@ -1 +1 @@\n-old\n+new",
            "commit_id": f"{number * 1_000_000 + place:040x}",
            "created_at": "2026-01-02T03:04:05Z",
            "updated_at": "2026-01-02T03:04:05Z",
            "author_association": "NONE",
            "pull_request_url": f"https://api.github.com/repos/{OWN}/pulls/{number}",
            "html_url": f"https://github.com/{OWN}/pull/{number}#discussion_r{place}",
        }
        for place in range(comments)
    ]
    path.write_text(json.dumps(listed), encoding="utf-8")
