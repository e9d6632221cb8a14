"""Codex: the OpenAI Responses interface, and `codex exec` with its default model, which calls tools in JavaScript."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.clients.conversation import Asked, Call, Delegate, Edit, Say, Shell, Step, Turn, Use
from tests.clients.model import Answer, Request, as_events
from tests.clients.packages import CODEX

FULL = 30_000
CONFIGURATION = """\
# my own model
model_provider = "scripted"      # not the usual one
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
model_auto_compact_token_limit = 20_000

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
env_key = "SCRIPTED_KEY"
wire_api = "responses"

[analytics]
enabled = false

[features]
daemon_auto_start = false # it would outlive us
"""


class Codex:
    """How it is furnished, started and spoken to."""

    name = "codex"
    package = CODEX
    sessions = True
    instructions = re.compile(r"(?m)^- mcp__promptlearn: .*$")
    listing = ("codex", "mcp", "list")
    works = "enabled"
    mark = "CODEX_THREAD_ID"

    def furnish(self, home: Path, url: str) -> None:
        """A configuration with remarks and odd spacing."""
        (home / ".codex").mkdir()
        (home / ".codex" / "config.toml").write_text(CONFIGURATION.replace("{url}", url), encoding="utf-8")

    def environment(self, url: str) -> Mapping[str, str]:
        """Its model stands in its configuration."""
        del url
        return {"SCRIPTED_KEY": "dummy"}

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """Nothing is bypassed here: the hooks run because a person trusted them."""
        resumed = ["resume", session] if session else []
        return ["codex", "exec", *resumed, "--skip-git-repo-check", "--json", prompt]

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """Its model writes a line of JavaScript for each."""
        del folder
        match step:
            case Say():
                return [step]
            case Call(tool, arguments):
                return [_line(f"mcp__promptlearn__{tool}", arguments)]
            case Edit(file, old, new):
                less = [f"-{line}" for line in old.splitlines()]
                more = [f"+{line}" for line in new.splitlines()]
                patch = ["*** Begin Patch", f"*** Update File: {file}", "@@", *less, *more, "*** End Patch", ""]
                return [_line("apply_patch", "\n".join(patch))]
            case Shell(command, full):
                return [_line("exec_command", {"cmd": command}, full=full)]
            case Delegate(prompt):
                task = {"task_name": "part", "message": prompt, "fork_turns": "none"}
                return [Use("collaboration/spawn_agent", task), Use("collaboration/wait_agent", {"timeout_ms": 20_000})]

    def read(self, request: Request) -> Asked | None:
        """A request with everything said so far."""
        if request.path != "/v1/responses":
            return None
        tools = _named(request.body.get("tools", []))
        turns = [Turn("system", request.body.get("instructions", ""))]
        for item in request.body["input"]:
            kind = item.get("type", "message")
            if kind == "additional_tools":
                tools |= _named(item["tools"])
            elif kind == "message":
                role = "system" if item["role"] == "developer" else item["role"]
                turns += [Turn(role, text) for text in _texts(item["content"])]
            elif kind == "agent_message":
                turns.append(Turn("user", "".join(_texts(item["content"]))))
            elif kind.endswith("_output"):
                turns.append(Turn("result", "\n".join(_texts(item["output"]))))
        return Asked(tuple(turns), tools, request.headers.get("session-id", ""))

    def write(self, step: Use | Say, request: Request, number: int) -> Answer:
        """A response of one item."""
        item: dict[str, Any] = {"id": f"item_{number}", "status": "completed"}
        call = f"call_{number}"
        if isinstance(step, Say):
            words: dict[str, Any] = {"type": "output_text", "text": step.text, "annotations": []}
            item |= {"type": "message", "role": "assistant", "content": [words]}
        elif isinstance(step.given, str):
            item |= {"type": "custom_tool_call", "call_id": call, "name": step.tool, "input": step.given}
        else:
            space, _, name = step.tool.rpartition("/")
            item |= {"type": "function_call", "call_id": call, "name": name, "arguments": json.dumps(step.given)}
            item |= {"namespace": space} if space else {}
        read = FULL if isinstance(step, Use) and step.full else 100
        usage = {"input_tokens": read, "output_tokens": 10, "total_tokens": read + 10}
        details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
        whole = {"id": f"resp_{number}", "object": "response", "created_at": 1, "model": request.body["model"]}
        done = {**whole, "status": "completed", "output": [item], "usage": {**usage, **details}}
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": done},
        ]
        return as_events(events, named=True)

    def aside(self, request: Request) -> Answer | None:
        """It asks for nothing else that it needs."""
        del request
        return None


def _line(tool: str, given: Mapping[str, Any] | str, *, full: bool = False) -> Use:
    return Use("exec", f"text(await tools.{tool}({json.dumps(given)}));", full)


def _named(tools: list[dict[str, Any]], space: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for tool in tools:
        name = f"{space}{tool.get('name', tool['type'])}"
        if tool["type"] == "namespace":
            found |= _named(tool["tools"], f"{name}/")
        else:
            found[name] = json.dumps(tool, sort_keys=True)
    return found


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    # What one agent tells another comes as "encrypted", and is plain where the model gave it plainly.
    return [str(piece.get("text") or piece.get("encrypted_content") or "") for piece in content]
