"""A model's answer is checked to the letter before anything is made of it."""

import json

import pytest

from mcp_server.learning.answer import parse, schema
from mcp_server.learning.model import Answer, ModelError, Question

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


def test_the_schema_is_strict() -> None:
    asked = schema()
    assert asked["additionalProperties"] is False
    assert asked["required"] == ["rule", "reason", "paths", "evidence"]
