"""Prove that what `setup` wrote works: the server answers, and each hook runs as its client would run it.

Everything runs in a store of its own in a temporary folder, so that no session of anybody is made up.
"""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from mcp_server.agents.client import Client, Hooks, Machine
from store import open_store
from store.records import Source, State, Trust, Wording
from store.revise import Add, Step
from store.text import clean_rule

PATIENCE = 20.0
"""Seconds after which a server or hook that does not answer is taken for broken."""

SENTENCE = "Say so when doctor is at work."


class Proof(NamedTuple):
    """One thing that was tried."""

    name: str
    seconds: float
    fault: str
    """Empty where it worked."""
    told: bool = False
    """Did a rule come through it?"""


def server(machine: Machine) -> Proof:
    """Start the server as a client would, shake hands, ask for its tools, and let it go."""
    with TemporaryDirectory(prefix="promptlearn-doctor-") as scratch:
        asked = [
            _request(1, "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=_ME),
            _request(2, "tools/list"),
        ]
        environment = {**os.environ, "PROMPTLEARN_HOME": scratch}
        done = _run([*machine.program, "serve"], "".join(asked), environment, cwd=scratch)
    if done.fault:
        return done._replace(name="server")
    try:
        tools = json.loads(done.name.splitlines()[-1])["result"]["tools"]
    except (ValueError, KeyError, IndexError, TypeError):
        return Proof("server", done.seconds, f"it answered {done.name[:80]!r}")
    return Proof("server", done.seconds, "" if len(tools) == 3 else f"it has {len(tools)} tools and not 3")


def hooks(client: Client, machine: Machine) -> list[Proof]:
    """Run each hook of a client with an event of our own making."""
    if client.hooks is None:
        return []
    with TemporaryDirectory(prefix="promptlearn-doctor-") as scratch:
        folder, home = Path(scratch, "project"), Path(scratch, "home")
        folder.mkdir()
        _prepare(home)
        there = machine._replace(store=str(home))
        return [_hook(client.name, client.hooks, event, there, folder) for event in client.hooks.events]


def _prepare(home: Path) -> None:
    store = open_store(home / "promptlearn.db")
    wording = Wording(clean_rule(SENTENCE).text, (), Source("doctor", "program", Trust.OWNER))
    # Pinned, as a coin would withhold it in one proof of ten.
    add = Add(wording, state=State.ACTIVE, pinned=True, why="a trial of doctor")
    store.revise("global", [Step(add, kind="add", actor="program", reason="doctor")], cause="doctor", now=time.time())
    store.close()


def _hook(client: str, hooks: Hooks, event: str, machine: Machine, folder: Path) -> Proof:
    payload = hooks.sample(event, str(folder))
    environment = {
        name: value for name, value in os.environ.items() if name not in {"CLAUDE_PROJECT_DIR", "CLAUDE_PID"}
    }
    environment["PROMPTLEARN_HOME"] = machine.store
    line: str | list[str] = hooks.line(machine, client, event)
    if machine.system == "win32":
        line = machine.hook_words(client, event)
    done = _run(line, json.dumps(payload), environment, cwd=str(folder))
    if done.fault or event not in hooks.told:
        return done._replace(name=event)
    told = SENTENCE in done.name
    return Proof(event, done.seconds, "" if told else "no rule came through it", told)


def _run(command: str | list[str], data: str, environment: Mapping[str, str], *, cwd: str) -> Proof:
    """What a command prints, as the name of the proof, until it is looked into."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            input=data,
            shell=isinstance(command, str),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            encoding="utf-8",
            env=dict(environment),
            cwd=cwd,
        )
    except OSError as error:
        return Proof("", 0.0, f"it could not be started ({error.strerror or error})")
    except subprocess.TimeoutExpired:
        return Proof("", PATIENCE, f"it did not answer within {PATIENCE:g} s")
    seconds = time.monotonic() - started
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing on stderr"])[-1][:200]
        return Proof("", seconds, f"it ended with {done.returncode}: {last}")
    return Proof(done.stdout, seconds, "")


_ME = {"name": "doctor", "version": "1"}


def _request(ident: int, method: str, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": ident, "method": method, "params": params}) + "\n"
