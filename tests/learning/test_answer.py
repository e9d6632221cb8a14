"""A model's answer is checked to the letter before anything is made of it."""

import json
from typing import Any

import pytest

from mcp_server.learning.answer import Reply, parse
from mcp_server.learning.model import Answer, ModelError, Question
from mcp_server.learning.question import SCHEMA

ASKED = Question("system", "user", frozenset({1, 2}))
GOOD = {"rule": "Run the generator.", "reason": "stale", "paths": ["a/**"], "evidence": [1]}


def test_a_good_answer_is_taken_with_or_without_a_fence() -> None:
    wanted = Answer("Run the generator.", "stale", ("a/**",), (1,))
    text = json.dumps(GOOD)
    assert parse(text, ASKED) == parse(f"```json\n{text}\n```", ASKED) == parse(f" ```\n{text}``` ", ASKED) == wanted
    assert parse(json.dumps(GOOD | {"rule": "", "evidence": []}), ASKED).rule == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "was not JSON"),
        ("Sure! Here is a rule.", "was not JSON"),
        ("[" * 100_000, "was not JSON"),
        ("[]", "did not have the shape asked for"),
        (json.dumps(GOOD | {"approve": True}), "shape asked for .at approve"),
        (json.dumps({key: GOOD[key] for key in ("rule", "reason", "paths")}), "at evidence"),
        (json.dumps(GOOD | {"evidence": ["1"]}), "at evidence.0"),
        (json.dumps(GOOD | {"rule": "x" * 3000}), "at rule"),
        (json.dumps(GOOD | {"evidence": [1, 9]}), "cites evidence 9, which it was not shown"),
        (json.dumps(GOOD | {"evidence": []}), "cites no evidence"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        parse(text, ASKED)


def test_the_schema_that_a_model_is_sent_is_strict_and_is_what_is_checked() -> None:
    checked = Reply.model_json_schema()
    assert SCHEMA["additionalProperties"] is checked["additionalProperties"] is False
    assert SCHEMA["required"] == checked["required"] == list(Reply.model_fields)
    properties: Any = SCHEMA["properties"]
    kinds = {name: each["type"] for name, each in checked["properties"].items()}
    assert {name: each["type"] for name, each in properties.items()} == kinds
