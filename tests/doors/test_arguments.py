"""Prove what the tools accept, and that every refusal is one line that says what to do."""

import json
from typing import Any

import pytest
from inline_snapshot import snapshot
from pydantic import BaseModel

from mcp_server.arguments import WANTED, ArgumentError, GetRules, ReportOutcome, SuggestRule, check, schema

MODELS: tuple[type[BaseModel], ...] = (GetRules, ReportOutcome, SuggestRule)


def short(value: object) -> str:
    """A name for a case whose value may be enormous."""
    return ascii(value)[:20] if isinstance(value, str | float | bool) else type(value).__name__


def refusal(model: type[BaseModel], **arguments: object) -> str:
    with pytest.raises(ArgumentError) as refused:
        check(model, arguments)
    words = str(refused.value)
    assert len(words) < 400
    assert words.isprintable()
    return words


def report(**arguments: object) -> ReportOutcome:
    return check(ReportOutcome, {"outcome": "success", **arguments})


def test_every_tool_can_be_called_with_nothing_but_what_is_required() -> None:
    assert check(GetRules, {}).model_dump() == {"task": "", "files": [], "project": None}
    assert check(SuggestRule, {}).replaces == []
    assert report().model_dump() == {
        "outcome": "success",
        "episode": None,
        "evidence": "",
        "feedback": "",
        "score": None,
        "helpful": [],
        "harmful": [],
        "commit": None,
        "pull_request": None,
    }


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_a_client_fills_in_with_nothing_counts_as_left_out(nothing: str | None) -> None:
    names = ("episode", "score", "commit", "pull_request", "evidence", "feedback")
    assert report(**dict.fromkeys(names, nothing)) == report()
    assert check(GetRules, {"task": nothing, "project": nothing}) == check(GetRules, {})
    assert check(GetRules, {"files": None}) == check(GetRules, {})


@pytest.mark.parametrize("given", ["E12", "e12", " E12", "12", 12])
def test_an_episode_is_named_as_agents_name_it(given: object) -> None:
    assert str(report(episode=given).episode).removeprefix("E") == "12"


@pytest.mark.parametrize("given", ["none", "None", " NONE "])
def test_the_episode_none_is_what_get_rules_said_where_it_could_not_record(given: str) -> None:
    assert report(episode=given).episode is None


@pytest.mark.parametrize("given", ["R12", "r12", "[R12]", "12", 12])
def test_a_rule_is_named_as_agents_name_it(given: object) -> None:
    assert [name.removeprefix("R") for name in report(helpful=[given]).helpful] == ["12"]
    assert [name.removeprefix("R") for name in check(SuggestRule, {"replaces": [given]}).replaces] == ["12"]


@pytest.mark.parametrize("score", [0, 1, 0.5, "0.25"])
def test_a_score_is_a_number_from_0_to_1(score: object) -> None:
    assert report(score=score).score == float(score)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", ["12", "#12", 12, "owner/name#12", "group/sub/name!12", "https://example.org/pull/1"])
def test_a_pull_request_is_a_number_or_a_name_or_an_address(name: object) -> None:
    assert report(pull_request=name).pull_request == str(name)


@pytest.mark.parametrize("commit", ["abcd", "ABCDEF0123", "0" * 64])
def test_a_commit_is_hexadecimal(commit: str) -> None:
    assert report(commit=commit).commit == commit


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outcome", "done"),
        ("outcome", 1),
        ("outcome", ["success"]),
        ("episode", "bogus"),
        ("episode", "E1 E2"),
        ("episode", "E" + "9" * 19),
        ("episode", True),
        ("episode", 1.5),
        ("episode", []),
        ("episode", -1),
        ("episode", 10**5000),
        ("evidence", "x" * 20_001),
        ("evidence", 7),
        ("evidence", "\ud800"),
        ("feedback", "x" * 4001),
        ("score", 1.01),
        ("score", -0.01),
        ("score", 85),
        ("score", True),
        ("score", "high"),
        ("score", float("nan")),
        ("score", float("inf")),
        ("score", {}),
        ("helpful", "R1"),
        ("helpful", {"R1": 1}),
        ("helpful", ["R1"] * 51),
        ("helpful", ["first"]),
        ("helpful", [True]),
        ("helpful", [["R1"]]),
        ("helpful", [None]),
        ("harmful", ["R" + "1" * 10]),
        ("commit", "abc"),
        ("commit", "abcg"),
        ("commit", "a" * 65),
        ("commit", 12345),
        ("pull_request", "the second"),
        ("pull_request", -3),
        ("pull_request", "javascript:alert(1)"),
        ("pull_request", "https://x/" + "y" * 300),
        ("pull_request", ["12"]),
    ],
    ids=short,
)
def test_an_outcome_that_does_not_fit_is_refused_with_its_field_and_what_to_do(name: str, value: object) -> None:
    words = refusal(ReportOutcome, **{"outcome": "success", name: value})
    assert words.startswith(f"`{name}")
    assert words.endswith(WANTED[name])


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (GetRules, "task", "x" * 2001),
        (GetRules, "task", "x" * 10_000_000),
        (GetRules, "task", {"line": 1}),
        (GetRules, "files", "a.py"),
        (GetRules, "files", ["a.py"] * 100_000),
        (GetRules, "files", [1] * 100_000),
        (GetRules, "files", ["x" * 1001]),
        (GetRules, "files", [["a.py"]]),
        (GetRules, "project", 7),
        (SuggestRule, "rule", "x" * 2001),
        (SuggestRule, "why", ["because"]),
        (SuggestRule, "paths", ["*.py"] * 9),
        (SuggestRule, "paths", ["x" * 201]),
        (SuggestRule, "paths", "*.py"),
        (SuggestRule, "replaces", ["R1"] * 9),
        (SuggestRule, "episode", "last"),
    ],
    ids=short,
)
def test_arguments_of_the_wrong_type_or_size_are_refused_with_the_limit(
    model: type[BaseModel], name: str, value: object
) -> None:
    words = refusal(model, **{name: value})
    assert words.startswith(f"`{name}")
    assert words.endswith(WANTED[name])


def test_a_refusal_reads_like_this() -> None:
    said = [
        refusal(ReportOutcome),
        refusal(ReportOutcome, outcome="ok"),
        refusal(ReportOutcome, outcome="success", score=85),
        refusal(ReportOutcome, outcome="success", helpful=["R1", "no"]),
        refusal(GetRules, task="x" * 3000),
        refusal(GetRules, path="src"),
    ]
    assert said == snapshot(
        [
            "`outcome` is missing; use success, failure, mixed or unknown",
            "`outcome`: it is none of the four words; use success, failure, mixed or unknown",
            "`score`: it is too high; give a number from 0 to 1, or leave it out",
            "`helpful.1`: it is not of the right form; list at most 50 ids like R12, as get_rules shows them",
            "`task`: it is too long; say in one line, at most 2000 characters, what you are about to do",
            "`path` is not an argument; known are task, files, project",
        ]
    )


def test_deep_nesting_is_refused_and_hurts_nobody() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert refusal(GetRules, files=deep).startswith("`files.0`")
    assert refusal(GetRules, task=deep).startswith("`task`")
    assert refusal(ReportOutcome, outcome=deep).startswith("`outcome`")
    while deep:  # or the interpreter takes it apart one in the other
        deep = deep[0]


@pytest.mark.parametrize("name", ["a\nb", "\u202eevil", "\u200b", "x" * 10_000_000, "", "\U000e0041"], ids=short)
def test_an_argument_that_does_not_exist_is_named_in_clean_words(name: str) -> None:
    words = refusal(GetRules, **{name: 1})
    assert words.endswith("is not an argument; known are task, files, project")


def test_a_hundred_thousand_unknown_arguments_are_one_line() -> None:
    words = refusal(GetRules, **{f"name{n}": n for n in range(100_000)})
    assert words == "`name0` is not an argument; known are task, files, project"


def test_every_argument_has_words_for_what_is_wanted() -> None:
    assert set(WANTED) == {name for model in MODELS for name in model.model_fields}


def test_schemas_hold_no_noise_and_stay_what_a_client_may_send() -> None:
    for model in MODELS:
        shown = schema(model)
        text = json.dumps(shown)
        assert not any(noise in text for noise in ("title", "default", "anyOf", "null", "maxLength", "pattern"))
        assert set(shown["properties"]) == set(model.model_fields)
        assert set(shown) <= {"type", "properties", "required"}
        assert all("type" in each for each in shown["properties"].values())
        assert all(each["items"] == {"type": "string"} for each in shown["properties"].values() if "items" in each)
