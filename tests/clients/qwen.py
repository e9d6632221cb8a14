"""Qwen Code: the OpenAI Chat Completions interface, and `qwen -p`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from tests.clients import completions
from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Use
from tests.clients.model import Answer, Request
from tests.clients.packages import QWEN

SETTINGS = """{
    // signed in with a key
    "security": {"auth": {"selectedType": "openai"}},
    "memory": {"enableManagedAutoMemory": false, "enableManagedAutoDream": false}, /* I keep my own notes */
    "general": {"enableAutoUpdate": false}, "telemetry": {"enabled": false},
    "privacy": {"usageStatisticsEnabled": false}
}
"""
SHOWN, FULL = 1_000, 190_000
"""Tokens that a request is said to have. The second number is too much for its model, which takes 200,000: it
compacts, and believes that it gained by it where the request for a summary had as many."""


class Qwen:
    """How it is furnished, started and spoken to."""

    name = "qwen"
    package = QWEN
    sessions = True
    instructions = re.compile(r"(?s)### promptlearn\n.*?</system-reminder>")
    listing = ("qwen", "mcp", "list")
    works = "Connected"
    mark = "QWEN_CODE"

    def __init__(self) -> None:
        self._session = ""
        """Of the run that goes on: its requests to the model do not tell it."""

    def furnish(self, home: Path, url: str) -> None:
        """Settings with comments."""
        del url
        (home / ".qwen").mkdir()
        (home / ".qwen" / "settings.json").write_text(SETTINGS, encoding="utf-8")

    def environment(self, url: str) -> Mapping[str, str]:
        """The model by its address."""
        return {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "dummy", "OPENAI_MODEL": "play"}

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """Every tool is allowed; a new session gets its id from us."""
        self._session = session or str(uuid4())
        return ["qwen", "--yolo", "--resume" if session else "--session-id", self._session, "-p", prompt]

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """An edit needs a reading first."""
        match step:
            case Say():
                return [step]
            case Call(tool, arguments):
                return [Use(f"mcp__promptlearn__{tool}", arguments)]
            case Edit(file, old, new):
                path = str(folder / file)
                change = {"file_path": path, "old_string": old, "new_string": new}
                return [Use("read_file", {"file_path": path}), Use("edit", change)]
            case Shell(command, full):
                given = {"command": command, "description": "run it", "is_background": False}
                return [Use("run_shell_command", given, full)]
            case Delegate(prompt):
                return [Use("agent", {"description": "a part", "prompt": prompt, "subagent_type": "general-purpose"})]

    def read(self, request: Request) -> Asked | None:
        """A request with everything said so far."""
        asked = completions.read(request)
        return asked and asked._replace(session=self._session)

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """One chunk with all of it, one that ends it."""
        full = step.full if isinstance(step, Use) else "<summary>" in step.text
        return completions.write(step, request, number, shown=FULL if full else SHOWN)

    def aside(self, request: Request) -> Answer | None:
        """It asks for nothing else that it needs."""
        del request
        return None
