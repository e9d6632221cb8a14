"""Codex's own list of hooks, and the word of a person who trusts them, as its screen would write it."""

import json
import subprocess
from threading import Timer
from typing import Any, NamedTuple

from tests.clients.process import LIMIT
from tests.clients.stage import Stage


class Hook(NamedTuple):
    """A hook as Codex knows it."""

    event: str
    command: str
    status: str
    """`untrusted`, `trusted`, ..."""


def hooks(stage: Stage, *, trust: bool = False) -> list[Hook]:
    """The hooks that Codex finds; with `trust` the person first agrees to all of them."""
    serving = subprocess.Popen(
        ["codex", "app-server"],
        cwd=stage.project,
        env=stage.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,
    )
    too_long = Timer(LIMIT, serving.kill)
    too_long.start()
    try:
        _ask(serving, "initialize", {"clientInfo": {"name": "tests", "version": "1"}})
        found = _listed(serving, stage)
        if trust:
            agreed = {hook["key"]: {"trusted_hash": hook["currentHash"]} for hook in found}
            edit = {"keyPath": "hooks.state", "mergeStrategy": "upsert", "value": agreed}
            _ask(serving, "config/batchWrite", {"edits": [edit]})
            found = _listed(serving, stage)
    finally:
        too_long.cancel()
        serving.kill()
        serving.communicate()
    return [Hook(hook["eventName"], hook["command"], hook["trustStatus"]) for hook in found]


def _listed(serving: subprocess.Popen[str], stage: Stage) -> list[dict[str, Any]]:
    (found,) = _ask(serving, "hooks/list", {"cwds": [str(stage.project)]})["data"]
    return found["hooks"]


def _ask(serving: subprocess.Popen[str], method: str, parameters: dict[str, Any]) -> Any:
    assert serving.stdin is not None
    assert serving.stdout is not None
    request = {"jsonrpc": "2.0", "id": method, "method": method, "params": parameters}
    serving.stdin.write(json.dumps(request) + "\n")
    serving.stdin.flush()
    for line in serving.stdout:
        answer = json.loads(line)
        if answer.get("id") == method:
            assert "result" in answer, answer
            return answer["result"]
    raise AssertionError(f"codex left without an answer to {method}")
