"""Budget: a hook costs at most 2.5 times an interpreter with `sqlite3` and `json`; 400 ms where the store is locked."""

import json
import sqlite3
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

from benchmarks.desk import Desk, python
from benchmarks.result import Result
from benchmarks.timing import Spread, interleaved
from benchmarks.worlds import World
from mcp_server.agents.claude_code import NAME as CLAUDE_CODE
from mcp_server.agents.client import Client
from mcp_server.agents.known import CLIENTS

MOST = 2.5
LOCKED = 400.0
FLOOR = python("-c", "import sqlite3, json")

EVENTS: Mapping[str, Mapping[str, object]] = {
    "SessionStart": {"source": "startup"},
    "UserPromptSubmit": {"prompt": "please add a login form"},
    "PostToolUse": {"tool_name": "Edit", "tool_input": {"file_path": "src/a.py"}},
    "Stop": {},
}

OTHERS = [client for client in CLIENTS if client.hooks is not None and client.name != CLAUDE_CODE]
"""Each by the one event at which it is brought rules, or else the first that it tells of."""

_SESSIONS = count()


def run(desk: Desk) -> list[Result]:
    """Whole processes: each hook of a session beside the floor, then the first of a session with the store held."""
    store = desk.store(World())
    home = store.parent
    subjects: dict[str, Callable[[], object]] = {"floor": _process(desk, FLOOR, home, "")}
    subjects |= {name: _hook(desk, name, home) for name in EVENTS}
    subjects |= {f"{client.name} {_first(client)}": _begins(desk, client, home) for client in OTHERS}
    spreads = interleaved(desk.rounds(30), subjects, warm=2)
    floor = spreads.pop("floor")
    free = [
        Result(f"hook {name}", ours, floor, f"p50 <= {MOST:g} x", ours.p50 <= MOST * floor.p50)
        for name, ours in spreads.items()
    ]
    return [*free, _locked(desk, store, floor)]


def _locked(desk: Desk, store: Path, floor: Spread) -> Result:
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        held = interleaved(desk.rounds(10), {"hook": _hook(desk, "SessionStart", store.parent)}, warm=0)["hook"]
        other.execute("ROLLBACK")
    what = "hook SessionStart, store locked"
    return Result(what, held, floor, f"p50 <= {LOCKED:g} ms", held.p50 <= LOCKED, "it serves, and says `not recorded`")


def _hook(desk: Desk, name: str, home: Path) -> Callable[[], object]:
    """A hook of a session of its own, so that each delivery has something to write."""

    def start() -> None:
        event = {"session_id": f"bench-{next(_SESSIONS)}", "cwd": str(desk.project), **EVENTS[name]}
        _process(desk, python("-m", "mcp_promptlearn", "hook", "claude-code", name), home, json.dumps(event))()

    return start


def _first(client: Client) -> str:
    assert client.hooks is not None
    return next((name for name in client.hooks.events if name in client.hooks.told), client.hooks.events[0])


def _begins(desk: Desk, client: Client, home: Path) -> Callable[[], object]:
    """What another client's hook does at the beginning of a session of its own."""
    name, hooks = _first(client), client.hooks
    assert hooks is not None

    def start() -> None:
        session = f"bench-{next(_SESSIONS)}"
        said = {
            key: session if value == "doctor" else value for key, value in hooks.sample(name, str(desk.project)).items()
        }
        _process(desk, python("-m", "mcp_promptlearn", "hook", client.name, name), home, json.dumps(said))()

    return start


def _process(desk: Desk, command: Sequence[str], home: Path, data: str) -> Callable[[], object]:
    environment = desk.environment(home)
    return lambda: subprocess.run(
        command, env=environment, cwd=desk.project, input=data, encoding="utf-8", stdout=subprocess.DEVNULL, check=True
    )
