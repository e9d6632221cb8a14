"""Foreign JSON is refused by name before it costs anything, and looked into without trusting its shape."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.importers import document
from mcp_server.importers.document import at, digest, items, load, moment, named, number, text, whole
from mcp_server.importers.found import NotAReport

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b'{"a": ', "not whole JSON"),
        (b'{"a": NaN}', "NaN is no number in JSON"),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        (b"[" * 101 + b"]" * 101, "more than 100 deep"),
        (b'{"a": "x"}' + b"\n{}", "not whole JSON"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line_by_name(data: bytes, why: str) -> None:
    with pytest.raises(NotAReport) as refusal:
        load(data, "a.json")
    assert str(refusal.value).startswith("a.json: ")
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_document_that_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "LARGEST", 10)
    with pytest.raises(NotAReport, match="at most 10 are read"):
        load(b"[1, 2, 3, 4]", "a.json")


def test_nesting_is_counted_outside_texts_only() -> None:
    deep = "[" * 99 + '"' + "[" * 500 + '\\"{"' + "]" * 99
    assert load(deep.encode(), "a") is not None
    wide = json.dumps([[1]] * 200)
    assert len(load(wide.encode(), "a")) == 200


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_document_is_read_in_the_encoding_that_its_bytes_tell(encoding: str) -> None:
    assert load('{"a": "ä"}'.encode(encoding), "a") == {"a": "ä"}


@given(VALUES, st.lists(st.text(max_size=4) | st.integers(-3, 3), max_size=3))
def test_looking_into_any_shape_never_fails(value: Any, steps: list[str | int]) -> None:
    assert load(json.dumps(value).encode(), "a") == value
    assert isinstance(text(value, *steps), str)
    assert isinstance(items(value, *steps), list)
    assert whole(value, *steps) is None or isinstance(whole(value, *steps), int)
    assert number(value, *steps) is None or isinstance(number(value, *steps), float)
    moment(value, *steps)


def test_values_are_found_by_keys_and_places() -> None:
    value = {"a": [{"b": 1}, True], "t": "x", "big": 10**400, "inf": 1e999}
    assert (at(value, "a", 0, "b"), at(value, "a", -1), at(value, "a", 2), at(value, "a", -3)) == (1, True, None, None)
    assert (whole(value, "a", 1), number(value, "a", 1), number(value, "a", 0, "b")) == (None, None, 1.0)
    assert (number(value, "big"), number(value, "inf"), whole(value, "t"), number(value, "t")) == (
        None,
        None,
        None,
        None,
    )
    assert (text(value, "t"), text(value, "a"), items(value, "t")) == ("x", "", [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2026-01-01T00:00:00Z", 1_767_225_600.0),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600.0),
        ("2026-01-01 00:00:00 UTC", 1_767_225_600.0),
        ("2026-01-01T00:00:00", 1_767_225_600.0),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_a_moment_is_told_with_and_without_a_zone(words: str, expected: float | None) -> None:
    assert moment({"at": words}, "at") == expected


def test_the_same_bytes_have_the_same_digest_and_a_name_is_clean() -> None:
    assert digest(b"x") == digest(b"x") != digest(b"y")
    assert named("a\u202eb\n") == "ab"


def test_a_text_that_never_ends_is_passed_over_once() -> None:
    hostile = "[" * 101 + '"' + '\\"' * 200_000
    with pytest.raises(NotAReport, match="more than 100 deep"):
        load(hostile.encode(), "a")
    unclosed = "[[" * 40 + '"' + '\\"' * 500_000 + "[" * 200
    with pytest.raises(NotAReport, match="not whole JSON"):
        load(unclosed.encode(), "a")
    assert load(("[" * 60 + "1" + "]" * 60).encode(), "a") is not None
    assert load(("[" + "[1]," * 200 + "1]").encode(), "a") is not None
