"""Copilot CLI: the OpenAI Chat Completions interface with a model of one's own, and `copilot -p`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from tests.clients import completions
from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Use
from tests.clients.model import Answer, Request
from tests.clients.packages import COPILOT

SERVERS = """{
  // none of mine yet
  "mcpServers": {},
}
"""
SETTINGS = '{\n  "banner": "never", // no picture\n  "autoUpdate": false\n}\n'
HOOKS = '{"version": 1, "hooks": {"agentStop": [{"type": "command", "bash": "true", "powershell": "exit 0"}]}}\n'
"""Of the person, in the same folder as ours."""
SHOWN, FULL, LIMIT = 1_000, 99_000, 100_000
"""Tokens that a request is said to have; near the limit it compacts."""
INSTRUCTIONS = "--allow-all-mcp-server-instructions"
"""Without it, it shows the model the instructions of servers that its makers chose, and of no others."""


class Copilot:
    """How it is furnished, started and spoken to."""

    name = "copilot"
    package = COPILOT
    sessions = True
    instructions = re.compile(r"(?s)Call `get_rules` when a task begins.*?a person decides about it\.")
    listing = ("copilot", "mcp", "list")
    works = "(local)"
    mark = "COPILOT_AGENT_SESSION_ID"

    def __init__(self) -> None:
        self._session = ""
        """Of the run that goes on: its requests to the model do not tell it."""

    def furnish(self, home: Path, url: str) -> None:
        """A server list and settings with comments, and a hook."""
        del url
        folder = home / ".copilot"
        (folder / "hooks").mkdir(parents=True)
        for name, text in (("mcp-config.json", SERVERS), ("settings.json", SETTINGS), ("hooks/mine.json", HOOKS)):
            (folder / name).write_text(text, encoding="utf-8")

    def environment(self, url: str) -> Mapping[str, str]:
        """The model by its address, and no word to anybody else."""
        own = {"BASE_URL": f"{url}/v1", "API_KEY": "dummy", "MAX_PROMPT_TOKENS": str(LIMIT), "MAX_OUTPUT_TOKENS": "99"}
        alone = {"COPILOT_OFFLINE": "true", "COPILOT_AUTO_UPDATE": "false", "COPILOT_MODEL": "play"}
        return {**alone, **{f"COPILOT_PROVIDER_{name}": value for name, value in own.items()}}

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """Every tool is allowed; a new session gets its id from us."""
        self._session = session or str(uuid4())
        return ["copilot", "--allow-all", INSTRUCTIONS, "--session-id", self._session, "-p", prompt]

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """Its tools take plain arguments."""
        match step:
            case Say():
                return [step]
            case Call(tool, arguments):
                return [Use(f"promptlearn-{tool}", arguments)]
            case Edit(file, old, new):
                return [Use("edit", {"path": str(folder / file), "old_str": old, "new_str": new})]
            case Shell(command, full):
                return [Use("bash", {"command": command, "description": "run it", "initial_wait": 60}, full)]
            case Delegate(prompt):
                given = {"description": "a part", "prompt": prompt, "agent_type": "general-purpose", "name": "part"}
                return [Use("task", {**given, "mode": "sync"})]

    def read(self, request: Request) -> Asked | None:
        """A request with everything said so far."""
        asked = completions.read(request)
        return asked and asked._replace(session=self._session)

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """One chunk with all of it, one that ends it."""
        full = isinstance(step, Use) and step.full
        return completions.write(step, request, number, shown=FULL if full else SHOWN)

    def aside(self, request: Request) -> Answer | None:
        """It asks for nothing else that it needs."""
        del request
        return None
