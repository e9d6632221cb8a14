"""Gemini CLI: the Gemini interface, and `gemini -p`."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Turn, Use
from tests.clients.model import Answer, Request, as_events, as_json
from tests.clients.packages import GEMINI

FULL = 900_000
"""Tokens of a million; at half of them it compacts."""
SNAPSHOT = "<state_snapshot>Of this task 1 steps are done.</state_snapshot>"
"""What it makes of a conversation that is compacted."""
SETTINGS = """{
    // signed in with a key
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "general": {
        "enableAutoUpdate": false, "enableAutoUpdateNotification": false,
        // 0.61 takes a session that it is just going on with for a broken one now and then, and deletes its log
        "sessionRetention": {"enabled": false}
    },
    "privacy": {"usageStatisticsEnabled": false}, /* and no telemetry */ "telemetry": {"enabled": false}
}
"""


class Gemini:
    """How it is furnished, started and spoken to."""

    name = "gemini"
    package = GEMINI
    sessions = True
    instructions = re.compile(r"(?s)tool server 'promptlearn':.*?end of server instructions")
    listing = ("gemini", "mcp", "list")
    works = "Connected"
    mark = "GEMINI_CLI"

    def __init__(self) -> None:
        self._session = ""

    def furnish(self, home: Path, url: str) -> None:
        """Settings with comments."""
        del url
        (home / ".gemini").mkdir()
        (home / ".gemini" / "settings.json").write_text(SETTINGS, encoding="utf-8")

    def environment(self, url: str) -> Mapping[str, str]:
        """The model by its address, in a folder that is trusted. It would start itself again for more memory."""
        own = {"GEMINI_CLI_NO_RELAUNCH": "true", "GEMINI_CLI_TRUST_WORKSPACE": "true"}
        return {"GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": "dummy", **own}

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """Every tool is allowed. No request tells the session, so its id is ours."""
        self._session = session or str(uuid4())
        return ["gemini", "--yolo", "--resume" if session else "--session-id", self._session, "-p", prompt]

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """Its tools take plain arguments."""
        match step:
            case Say():
                return [step]
            case Call(tool, arguments):
                return [Use(f"mcp_promptlearn_{tool}", arguments)]
            case Edit(file, old, new):
                change = {"file_path": str(folder / file), "old_string": old, "new_string": new}
                return [Use("replace", {**change, "instruction": "make this change"})]
            case Shell(command, full):
                return [Use("run_shell_command", {"command": command, "description": "run it"}, full)]
            case Delegate(prompt):
                return [Use("invoke_agent", {"agent_name": "generalist", "prompt": prompt})]

    def read(self, request: Request) -> Asked | None:
        """A streamed request with everything said so far; others are for a title or a route."""
        if ":streamGenerateContent" not in request.path:
            return None
        turns = [Turn("system", part.get("text", "")) for part in request.body["systemInstruction"]["parts"]]
        for content in request.body["contents"]:
            role = "assistant" if content.get("role") == "model" else "user"
            for part in content["parts"]:
                if "functionResponse" in part:
                    turns.append(Turn("result", "\n".join(map(str, part["functionResponse"]["response"].values()))))
                elif "text" in part:
                    turns.append(Turn(role, part["text"]))
        tools = {
            function["name"]: json.dumps(function, sort_keys=True)
            for tool in request.body.get("tools", [])
            for function in tool.get("functionDeclarations", [])
        }
        return Asked(tuple(turns), tools, self._session)

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """One chunk."""
        del request
        if isinstance(step, Say):
            return as_events([_candidate({"text": step.text}, number)], named=False)
        call = {"functionCall": {"name": step.tool, "args": step.given}}
        return as_events([_candidate(call, number, read=FULL if step.full else 100)], named=False)

    def aside(self, request: Request) -> Answer | None:
        """Count tokens, and fill in whatever form a side question wants."""
        if ":countTokens" in request.path:
            return as_json({"totalTokens": 100})
        if ":generateContent" not in request.path:
            return None
        if "<state_snapshot>" in json.dumps(request.body.get("systemInstruction", "")):
            return as_json(_candidate({"text": SNAPSHOT}, 0))
        wanted: Mapping[str, Any] = request.body.get("generationConfig", {}).get("responseJsonSchema", {})
        form = {
            name: next(iter(kind.get("enum", ["fine"]))) if kind["type"].upper() == "STRING" else 10
            for name, kind in wanted.get("properties", {}).items()
        }
        return as_json(_candidate({"text": json.dumps(form) if wanted else "A form"}, 0))


def _candidate(part: Mapping[str, Any], number: int, *, read: int = 100) -> dict[str, Any]:
    content = {"role": "model", "parts": [part]}
    usage = {"promptTokenCount": read, "candidatesTokenCount": 10, "totalTokenCount": read + 10}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "play", "responseId": f"r{number}"}
