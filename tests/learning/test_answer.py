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
    assert SCHEMA["required"] == list(Reply.model_fields)
    assert checked["required"] == ["reason", "rule", "paths", "evidence"], "servers without schemas leave keys away"
    properties: Any = SCHEMA["properties"]
    for name, each in checked["properties"].items():
        asked, wanted = properties[name], each["anyOf"][0] if "anyOf" in each else each
        assert (asked["type"], asked.get("enum")) == (wanted["type"], wanted.get("enum")), name


FULL = GOOD | {"verdict": "rule wrong", "operation": "revise", "remedy": "r", "target": "t1", "rules": [7]}
KNOWN = ASKED._replace(rules=frozenset({7, 8}), targets=frozenset({"t1"}))


def test_an_answer_may_change_rules_that_it_was_shown() -> None:
    made = parse(json.dumps(FULL), KNOWN)
    assert (made.verdict, made.operation, made.rules, made.target) == ("rule wrong", "revise", (7,), "t1")
    assert made.proposes
    retired = parse(json.dumps(FULL | {"operation": "retire", "rule": ""}), KNOWN)
    assert retired.proposes
    assert parse(json.dumps(GOOD | {"operation": "retire", "rule": "", "rules": [7]}), KNOWN).verdict == "rule missing"


def test_a_cause_that_is_no_rule_matter_or_was_ignored_proposes_nothing() -> None:
    for verdict in ("not a rule matter", "rule ignored"):
        assert not parse(json.dumps(FULL | {"verdict": verdict, "evidence": [], "rules": []}), KNOWN).proposes
    assert not parse(json.dumps(FULL | {"rule": ""}), KNOWN).proposes, "nor one without a sentence"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rules": [9]}, "names rule 9, which it may not change"),
        ({"target": "t2"}, "a failure that it was not shown"),
        ({"rules": []}, "must name one rule to change"),
        ({"rules": [7, 8]}, "must name one rule to change"),
        ({"operation": "merge"}, "must name two rules or more"),
        ({"operation": "retire", "rules": []}, "must name a rule to retire"),
        ({"operation": "rewrite"}, "shape asked for .at operation"),
        ({"verdict": "fine"}, "shape asked for .at verdict"),
    ],
)
def test_an_operation_on_what_it_was_not_shown_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        parse(json.dumps(FULL | changed), KNOWN)
