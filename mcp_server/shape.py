"""The shape of an answer: said in words where a schema cannot be handed over, and found in what a model made of it."""

import json
import re
from collections.abc import Mapping
from typing import cast

from mcp_server.learning.model import Question

_THOUGHTS = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n[ \t]*```", re.DOTALL)


def is_strict(schema: Mapping[str, object]) -> bool:
    """Would a strict server take it: is every property of every object required, and no other allowed?"""
    if schema.get("type") == "object":
        named = cast("Mapping[str, object]", schema.get("properties", {}))
        required = cast("list[str]", schema.get("required", []))
        if schema.get("additionalProperties") is not False or set(required) != set(named):
            return False
    parts: list[object] = []
    for value in schema.values():
        parts += cast("list[object]", value) if isinstance(value, list) else [value]
    return all(is_strict(cast("Mapping[str, object]", part)) for part in parts if isinstance(part, dict))


def in_words(question: Question) -> str:
    """The instructions, with the shape of the answer behind them; the same for every question of a kind."""
    if not question.schema:
        return question.system
    schema = json.dumps(dict(question.schema), separators=(",", ":"))
    return f"{question.system}\n\nAnswer with one JSON object that fits this JSON Schema, and nothing else:\n{schema}"


def bare(text: str, question: Question) -> str:
    """The answer without the thoughts, the fence and the pleasantries that models put around it."""
    found = _THOUGHTS.sub("", text).strip()
    if not question.schema or found.startswith("{"):
        return found
    fenced = _FENCE.search(found)
    return fenced[1].strip() if fenced else found
