"""Claude Code: the Anthropic Messages interface, and `claude -p`."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Turn, Use
from tests.clients.model import Answer, Request, as_events, as_json
from tests.clients.packages import CLAUDE_CODE

USAGE = {"input_tokens": 100, "output_tokens": 10, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
SETTINGS = """{
\t"cleanupPeriodDays": 30,
\t"permissions": { "allow": ["Bash(git status)"],   "deny": [] }
}
"""
STATE = '{ "hasCompletedOnboarding": true, "theme": "dark" }'


class ClaudeCode:
    """How it is furnished, started and spoken to."""

    name = "claude-code"
    package = CLAUDE_CODE
    sessions = True
    instructions = re.compile(r"(?m)^## promptlearn\n(?:.|\n)*?(?=\n## |\n# |\n\n[A-Z<]|\Z)")
    listing = ("claude", "mcp", "list")
    works = "✔ Connected"
    mark = "CLAUDECODE"

    def furnish(self, home: Path, url: str) -> None:
        """Settings in a person's own formatting, and the state that a first start leaves."""
        del url
        (home / ".claude").mkdir()
        (home / ".claude" / "settings.json").write_text(SETTINGS, encoding="utf-8")
        (home / ".claude.json").write_text(STATE, encoding="utf-8")

    def environment(self, url: str) -> Mapping[str, str]:
        """The model by its address, everything else off."""
        return {
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "dummy",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_TELEMETRY": "1",
        }

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """Our tools are not named here: `setup` has allowed them."""
        resumed = ["--resume", session] if session else []
        shown = ["--output-format", "stream-json", "--verbose"]
        return ["claude", "-p", prompt, *resumed, *shown, "--allowedTools", "Read", "Edit", "Bash", "Agent"]

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
                return [Use("Read", {"file_path": path}), Use("Edit", change)]
            case Shell(command, full):
                return [Use("Bash", {"command": command, "description": "run it"}, full)]
            case Delegate(prompt):
                task = {"description": "a part", "prompt": prompt, "subagent_type": "general-purpose"}
                return [Use("Agent", {**task, "run_in_background": False})]

    def read(self, request: Request) -> Asked | None:
        """A message to the model."""
        if request.path.partition("?")[0] != "/v1/messages":
            return None
        body = request.body
        turns = [Turn("system", text) for text in _texts(body.get("system", ""))]
        for message in body["messages"]:
            turns += _turns(message["role"], message["content"])
        tools = {tool["name"]: json.dumps(tool, sort_keys=True) for tool in body.get("tools", [])}
        return Asked(tuple(turns), tools, request.headers.get("X-Claude-Code-Session-Id", ""))

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """A message of the model, streamed where that was asked for."""
        model, ident = request.body["model"], f"msg_{number}"
        block: dict[str, Any]
        if isinstance(step, Say):
            block, stop = {"type": "text", "text": step.text}, "end_turn"
        else:
            block, stop = (
                {"type": "tool_use", "id": f"toolu_{number}", "name": step.tool, "input": step.given},
                "tool_use",
            )
        message = {"id": ident, "type": "message", "role": "assistant", "model": model, "stop_sequence": None}
        if not request.body.get("stream"):
            return as_json({**message, "content": [block], "stop_reason": stop, "usage": USAGE})
        start: dict[str, Any]
        delta: dict[str, Any]
        if isinstance(step, Say):
            start, delta = {**block, "text": ""}, {"type": "text_delta", "text": step.text}
        else:
            start, delta = {**block, "input": {}}, {"type": "input_json_delta", "partial_json": json.dumps(step.given)}
        begun: dict[str, Any] = {**message, "content": [], "stop_reason": None, "usage": USAGE}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": begun},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": stop, "stop_sequence": None},
                "usage": {"output_tokens": 10},
            },
            {"type": "message_stop"},
        ]
        return as_events(events, named=True)

    def aside(self, request: Request) -> Answer | None:
        """Tokens are counted for nothing."""
        return as_json({"input_tokens": 100}) if "count_tokens" in request.path else None


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content] if content else []
    return [block["text"] for block in content if block["type"] == "text"]


def _turns(role: str, content: Any) -> list[Turn]:
    if isinstance(content, str):
        return [Turn(role, content)]
    found: list[Turn] = []
    for block in content:
        if block["type"] == "text":
            found.append(Turn(role, block["text"]))
        elif block["type"] == "tool_result":
            found.append(Turn("result", "\n".join(_texts(block.get("content", "")))))
    return found
