"""opencode: the OpenAI Chat Completions interface, and `opencode run`."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Turn, Use
from tests.clients.model import Answer, Request, as_events
from tests.clients.packages import OPENCODE

CONFIGURATION = """{
  // my own model, on this machine
  "$schema": "https://opencode.ai/config.json",
  "model": "scripted/play", "autoupdate": false, "share": "disabled",
  "permission": "allow",
  "provider": {
    "scripted": {
      "npm": "@ai-sdk/openai-compatible",
      "options": { "baseURL": "{url}/v1", "apiKey": "dummy" },
      "models": { "play": { "name": "play" } }, // one is enough
    },
  },
}
"""


class OpenCode:
    """How it is furnished, started and spoken to."""

    name = "opencode"
    package = OPENCODE
    sessions = False
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
        if request.path != "/v1/chat/completions":
            return None
        roles = {"tool": "result", "developer": "system"}
        turns = [
            Turn(roles.get(str(message["role"]), str(message["role"])), text)
            for message in request.body["messages"]
            for text in _texts(message.get("content"))
        ]
        tools = {
            tool["function"]["name"]: json.dumps(tool["function"], sort_keys=True)
            for tool in request.body.get("tools", [])
        }
        return Asked(tuple(turns), tools, request.headers.get("x-session-id", ""))

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """One chunk with all of it, one that ends it."""
        delta: dict[str, Any]
        if isinstance(step, Say):
            delta, end = {"role": "assistant", "content": step.text}, "stop"
        else:
            function = {"name": step.tool, "arguments": json.dumps(step.given)}
            call = {"index": 0, "id": f"call_{number}", "type": "function", "function": function}
            delta, end = {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
        head = {"id": f"c{number}", "object": "chat.completion.chunk", "created": 1, "model": request.body["model"]}
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        events: list[dict[str, Any]] = [
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": end}], "usage": usage},
        ]
        return as_events(events, named=False, end="data: [DONE]\n\n")

    def aside(self, request: Request) -> Answer | None:
        """It asks for nothing else that it needs."""
        del request
        return None


def _texts(content: Any) -> list[str]:
    if content is None or isinstance(content, str):
        return [content or ""]
    return [piece.get("text", "") for piece in content]
