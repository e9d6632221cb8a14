"""opencode: the OpenAI Chat Completions interface, and `opencode run`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.clients import completions
from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Use
from tests.clients.model import Answer, Request
from tests.clients.packages import OPENCODE

FULL = 95_000
CONFIGURATION = """{
  // my own model, on this machine
  "$schema": "https://opencode.ai/config.json",
  "model": "scripted/play", "autoupdate": false, "share": "disabled",
  "permission": "allow", "compaction": { "tail_turns": 0 },
  "provider": {
    "scripted": {
      "npm": "@ai-sdk/openai-compatible",
      "options": { "baseURL": "{url}/v1", "apiKey": "dummy" },
      "models": { "play": { "name": "play", "limit": { "context": 100000, "output": 8000 } } }, // one is enough
    },
  },
}
"""


class OpenCode:
    """How it is furnished, started and spoken to."""

    name = "opencode"
    package = OPENCODE
    sessions = True
    instructions = re.compile(r'(?s)<server name="promptlearn">.*?</server>')
    listing = ("opencode", "mcp", "list")
    works = "connected"
    mark = "OPENCODE"

    def furnish(self, home: Path, url: str) -> None:
        """A configuration with comments and trailing commas."""
        folder = home / ".config" / "opencode"
        folder.mkdir(parents=True)
        (folder / "opencode.json").write_text(CONFIGURATION.replace("{url}", url), encoding="utf-8")

    def environment(self, url: str) -> Mapping[str, str]:
        """Its model stands in its configuration."""
        del url
        off = ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS", "SHARE")
        return {f"OPENCODE_DISABLE_{name}": "1" for name in off}

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """Its configuration allows every tool."""
        return ["opencode", "run", *(["--session", session] if session else []), prompt]

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """An edit needs a reading first."""
        match step:
            case Say():
                return [step]
            case Call(tool, arguments):
                return [Use(f"promptlearn_{tool}", arguments)]
            case Edit(file, old, new):
                path = str(folder / file)
                change = {"filePath": path, "oldString": old, "newString": new}
                return [Use("read", {"filePath": path}), Use("edit", change)]
            case Shell(command, full):
                return [Use("bash", {"command": command, "description": "run it"}, full)]
            case Delegate(prompt):
                return [Use("task", {"description": "a part", "prompt": prompt, "subagent_type": "general"})]

    def read(self, request: Request) -> Asked | None:
        """A request with everything said so far."""
        return completions.read(request, session="x-session-id")

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """One chunk with all of it, one that ends it."""
        full = isinstance(step, Use) and step.full
        return completions.write(step, request, number, shown=FULL if full else 100)

    def aside(self, request: Request) -> Answer | None:
        """It asks for nothing else that it needs."""
        del request
        return None
