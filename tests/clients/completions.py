"""OpenAI's Chat Completions, which several clients speak."""

import json
from typing import Any

from tests.clients.conversation import Asked, Say, Turn, Use
from tests.clients.model import Answer, Request, as_events

_ROLES = {"tool": "result", "developer": "system"}


def read(request: Request, *, session: str = "") -> Asked | None:
    """A request with everything said so far; `session` names the header that tells the client's own id."""
    if request.path != "/v1/chat/completions":
        return None
    turns = [
        Turn(_ROLES.get(str(message["role"]), str(message["role"])), text)
        for message in request.body["messages"]
        for text in _texts(message.get("content"))
    ]
    tools = {
        tool["function"]["name"]: json.dumps(tool["function"], sort_keys=True) for tool in request.body.get("tools", [])
    }
    return Asked(tuple(turns), tools, request.headers.get(session, ""))


def write(step: Use | Say, request: Request, number: int, *, shown: int = 100) -> Answer:
    """One chunk with all of it, one that ends it; `shown` tokens are said to have been read."""
    delta: dict[str, Any]
    if isinstance(step, Say):
        delta, end = {"role": "assistant", "content": step.text}, "stop"
    else:
        function = {"name": step.tool, "arguments": json.dumps(step.given)}
        call = {"index": 0, "id": f"call_{number}", "type": "function", "function": function}
        delta, end = {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
    head = {"id": f"c{number}", "object": "chat.completion.chunk", "created": 1, "model": request.body["model"]}
    usage = {"prompt_tokens": shown, "completion_tokens": 10, "total_tokens": shown + 10}
    events: list[dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": end}], "usage": usage},
    ]
    return as_events(events, named=False, end="data: [DONE]\n\n")


def _texts(content: Any) -> list[str]:
    if content is None or isinstance(content, str):
        return [content or ""]
    return [piece.get("text", "") for piece in content]
