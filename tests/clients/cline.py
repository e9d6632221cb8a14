"""Cline: the OpenAI Chat Completions interface, and `cline PROMPT`."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.clients import completions, screen
from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Turn, Use
from tests.clients.model import Answer, Request
from tests.clients.packages import CLINE

PROVIDER = "openai-compatible"
ACCOUNT = {"provider": PROVIDER, "apiKey": "dummy", "model": "play"}
"""What `cline auth` keeps of a person's model."""

SERVERS = """{
  "mcpServers": {
    "mine": { "command": "none-of-yours", "disabled": true }
  }
}
"""


class Cline:
    """How it is furnished, started and spoken to."""

    name = "cline"
    package = CLINE
    sessions = True
    instructions = re.compile(r"(?!)")
    """It shows a server's instructions to no model."""
    listing = ("cline", "config", "mcp", "--json")
    works = '"name":"promptlearn","transportType":"stdio","disabled":false'
    mark = "cline"

    def __init__(self) -> None:
        self._sessions = Path()
        self._known: set[str] = set()
        self._session = ""

    def furnish(self, home: Path, url: str) -> None:
        """Signed in to a model, with a server of the person's own, and without news of use."""
        data = home / ".cline" / "data"
        (data / "settings").mkdir(parents=True)
        account = {"settings": {**ACCOUNT, "baseUrl": f"{url}/v1"}, "updatedAt": "2026-01-01T00:00:00.000Z"}
        providers = {"version": 1, "lastUsedProvider": PROVIDER, "modes": {}, "providers": {PROVIDER: account}}
        for name, text in (
            ("providers.json", json.dumps(providers, indent=2) + "\n"),
            ("global-settings.json", '{"telemetryOptOut": true}\n'),
            ("cline_mcp_settings.json", SERVERS),
        ):
            (data / "settings" / name).write_text(text, encoding="utf-8")
        self._sessions = data / "sessions"

    def environment(self, url: str) -> Mapping[str, str]:
        """Its model stands in its configuration. Else a process of all its sessions would live on."""
        del url
        return {"CLINE_NO_AUTO_UPDATE": "1", "CLINE_SESSION_BACKEND_MODE": "local"}

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """Without a screen it asks about no tool, and begins anew each time."""
        self._session, self._known = session, set(self._there())
        if not session:
            return ["cline", prompt]
        # Its screen begins a process of all sessions, which would live on.
        go_on = ["sh", "-c", 'trap "" INT; cline --id "$0"; cline hub stop', session]
        return [sys.executable, screen.__file__, "Ask anything", *prompt.split("\n"), "--", *go_on]

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """Its tools take plain arguments."""
        match step:
            case Say():
                return [step]
            case Call(tool, arguments):
                return [Use(f"promptlearn__{tool}", arguments)]
            case Edit(file, old, new):
                return [Use("editor", {"path": str(folder / file), "old_text": old, "new_text": new})]
            case Shell(command, full):
                return [Use("run_commands", {"commands": [command]}, full)]
            case Delegate(prompt):
                # A sub-agent has no tool of any server, so the one above it asks.
                get = Use("promptlearn__get_rules", {"task": prompt})
                return [get, Use("spawn_agent", {"systemPrompt": "You help.", "task": prompt})]

    def read(self, request: Request) -> Asked | None:
        """A request with everything said so far. No request tells the session, but a folder is called after it."""
        asked = completions.read(request, session="")
        if asked is None:
            return None
        self._session = self._session or next((name for name in self._there() if name not in self._known), "")
        turns: list[Turn] = []
        for turn in asked.turns:
            # What a hook adds to a prompt comes as a message behind it.
            if turn.role == "user" and turn.text.startswith("<hook_context") and turns and turns[-1].role == "user":
                turns.append(Turn("user", f"{turns.pop().text}\n{turn.text}"))
            else:
                turns.append(turn)
        return asked._replace(turns=tuple(turns), session=self._session)

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """One chunk with all of it, one that ends it."""
        return completions.write(step, request, number)

    def aside(self, request: Request) -> Answer | None:
        """It asks for nothing else that it needs."""
        del request
        return None

    def _there(self) -> list[str]:
        return sorted(path.name for path in self._sessions.iterdir()) if self._sessions.is_dir() else []
