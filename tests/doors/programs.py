"""Programs that play an agent's client, each a few lines of Python in a folder that stands first on PATH."""

import json
import os
import sys
from pathlib import Path
from typing import Any

KEEPING = """
import json, os, sys
typed = sys.stdin.read()
folder = os.getcwd()
beside = {{name: open(os.path.join(folder, "..", name)).read() for name in os.listdir("..") if name != "work"}}
with open({log!r}, "a") as log:
    seen = {{"argv": sys.argv[1:], "typed": typed, "env": dict(os.environ), "files": os.listdir("."), "beside": beside}}
    log.write(json.dumps({{**seen, "folder": folder}}) + "\\n")
"""


class Programs:
    """A folder of programs and what each of their runs was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()
        self._log = folder / "runs.jsonl"
        self.environment = {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}

    def put(self, name: str, code: str, *, keeping: bool = True) -> Path:
        """Put a program there, which first writes down what it was given."""
        path = self.folder / name
        kept = KEEPING.format(log=str(self._log)) if keeping else ""
        path.write_text(f"#!{sys.executable}\n{kept}{code}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    @property
    def runs(self) -> list[dict[str, Any]]:
        """What each run was given, in order."""
        if not self._log.exists():
            return []
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]


def as_claude(answer: str, **more: Any) -> str:
    """Code that prints what `claude -p --output-format json` prints."""
    usage = {
        "input_tokens": 100,
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 300,
        "output_tokens": 10,
    }
    told = {"type": "result", "subtype": "success", "is_error": False, "result": answer, "usage": usage}
    return f"print({json.dumps({**told, 'total_cost_usd': 0.25, **more})!r})"


def as_codex(answer: str, *events: Any) -> str:
    """Code that prints what `codex exec --json` prints."""
    told = [
        {"type": "thread.started", "thread_id": "t"},
        {"type": "item.completed", "item": {"type": "reasoning", "text": "hm"}},
        {"type": "item.completed", "item": {"type": "agent_message", "text": answer}},
        {"type": "turn.completed", "usage": {"input_tokens": 500, "cached_input_tokens": 200, "output_tokens": 9}},
        *events,
    ]
    lines = "\n".join(json.dumps(event) for event in told)
    return f"print({lines!r})"
