"""An edit of somebody's JSON changes what it is for, and not one byte beside it."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mcp_server.agents.parts import Part, apply, remove
from mcp_server.agents.sheet import SpliceError, is_plain, read
from mcp_server.agents.splice import add, drop, put

SPACES = st.text(alphabet=" \t\n\r", max_size=4)
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=6)
COMMENTS = st.one_of(
    WORDS.map(lambda words: f"//{words}\n"),
    WORDS.filter(lambda words: "*/" not in words and not words.endswith("*")).map(lambda words: f"/*{words}*/"),
    st.just("/*\n*/"),
)
GAPS = st.lists(st.one_of(SPACES, COMMENTS), max_size=3).map("".join)
NAMES = st.sampled_from(["a", "b", "c", "d\n", 'e"', "servers", "é", "//", "/*", "}", "\\"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just("// no /* comment */ , ]"))


@st.composite
def documents(draw: st.DrawFn, *, depth: int = 2, object_: bool = False) -> str:
    """JSONC as people, formatters and quarrels between them leave it."""
    kind = "object" if object_ else draw(st.sampled_from(["object", "array", "scalar"] if depth else ["scalar"]))
    if kind == "scalar":
        return json.dumps(draw(SCALARS), ensure_ascii=draw(st.booleans()))
    names = draw(st.lists(NAMES, max_size=4, unique=True)) if kind == "object" else [""] * draw(st.integers(0, 3))
    parts: list[str] = []
    for name in names:
        value = draw(documents(depth=depth - 1))
        key = f"{json.dumps(name)}{draw(GAPS)}:{draw(GAPS)}" if kind == "object" else ""
        parts.append(f"{draw(GAPS)}{key}{value}{draw(GAPS)}")
    body = ",".join(parts) + (f",{draw(GAPS)}" if parts and draw(st.booleans()) else "" if parts else draw(GAPS))
    return "{" + body + "}" if kind == "object" else "[" + body + "]"


@st.composite
def files(draw: st.DrawFn) -> str:
    text = f"{draw(GAPS)}{draw(documents(depth=3, object_=True))}{draw(GAPS)}"
    text = draw(st.sampled_from([text, text.replace("\n", "\r\n"), text.replace("\n", "\r")]))
    return draw(st.sampled_from(["", "\ufeff"])) + text


OURS = {"command": "/opt/my tools/python", "args": ["-E", 'a"b'], "deep": {"on": True, "none": {}}}


def value_of(text: str) -> Any:
    return read(text)


@settings(max_examples=150, deadline=None)
@given(files(), st.sampled_from([OURS, "word", [], [1]]))
@example("{\r}\n", OURS)
@example('{"x":{\r},\n"b":1}', OURS)
@example('{"a": 1 // c\n}', OURS)
@example("{ /* c */ }", OURS)
def test_what_was_put_into_any_document_comes_out_to_the_byte(text: str, value: Any) -> None:
    after = put(text, ["ours"], value)
    assert value_of(after) == {**value_of(text), "ours": value}
    assert drop(after, ["ours"]) == text


@settings(max_examples=150, deadline=None)
@given(files(), NAMES, st.sampled_from([OURS, "word"]))
@example('{"a":{"x":[]}}', "a", OURS)
def test_what_was_put_deeper_comes_out_to_the_byte(text: str, name: str, value: Any) -> None:
    before = value_of(text)
    inner = before.get(name, {})
    if not isinstance(inner, dict):
        with pytest.raises(SpliceError, match="is not an object"):
            put(text, [name, "ours"], value)
        return
    after = put(text, [name, "ours"], value)
    assert value_of(after) == {**before, name: {**inner, "ours": value}}
    assert drop(after, [name, "ours"] if name in before else [name]) == text


@settings(max_examples=150, deadline=None)
@given(files(), NAMES, st.sampled_from([OURS, "word"]))
def test_what_was_added_to_any_list_comes_out_to_the_byte(text: str, name: str, value: Any) -> None:
    before = value_of(text)
    inner = before.get(name, [])
    if not isinstance(inner, list):
        with pytest.raises(SpliceError, match="is not a list"):
            add(text, [name], value)
        return
    after = add(text, [name], value)
    assert value_of(after) == {**before, name: [*inner, value]}
    assert drop(after, [name, len(inner)] if name in before else [name]) == text


PART: Part = {
    ("servers", "promptlearn"): {"command": "/py", "args": ["-m", "mcp_promptlearn", "serve"]},
    ("a",): ["mcp__promptlearn"],
    ("b", "c"): [{"hooks": [{"type": "command", "command": "mcp-promptlearn hook claude-code Stop"}]}],
    ("b", "d\n"): [{"hooks": [{"type": "command", "command": "mcp-promptlearn hook claude-code Stop"}]}],
}


@settings(max_examples=150, deadline=None)
@given(files())
@example('{"b": {\r}}')
def test_all_that_is_ours_goes_from_any_document_to_the_byte(text: str) -> None:
    try:
        after, kept = apply(text, PART, toml=False)
    except SpliceError as error:
        assert "is not a" in str(error)  # noqa: PT017 - a document with something else in our places
        return
    assert apply(after, PART, toml=False)[0] == after
    assert remove(after, kept, toml=False) == text


@settings(max_examples=100, deadline=None)
@given(files(), st.data())
def test_taking_out_any_member_leaves_the_rest_as_it_was_meant(text: str, data: st.DataObject) -> None:
    before = value_of(text)
    if not before:
        return
    name = data.draw(st.sampled_from(sorted(before)))
    expected = {other: value for other, value in before.items() if other != name}
    assert value_of(drop(text, [name])) == expected
    if isinstance(before[name], list) and before[name]:
        place = data.draw(st.integers(0, len(before[name]) - 1))
        rest = [*before[name][:place], *before[name][place + 1 :]]
        assert value_of(drop(text, [name, place])) == {**before, name: rest}


@settings(max_examples=100, deadline=None)
@given(files(), st.data())
def test_a_value_is_replaced_in_its_place_and_can_be_put_back(text: str, data: st.DataObject) -> None:
    before = value_of(text)
    if not before:
        return
    name = data.draw(st.sampled_from(sorted(before)))
    after = put(text, [name], OURS)
    assert list(value_of(after)) == list(before)
    assert value_of(after) == {**before, name: OURS}
    assert value_of(put(after, [name], before[name])) == before


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='{}[]",:/*\\ \n\r\tab1', max_size=30))
def test_no_text_is_taken_for_valid_that_a_plain_reader_refuses_for_more_than_comments_and_commas(text: str) -> None:
    plain = is_plain(text)
    try:
        value = read(text)
    except SpliceError:
        assert not plain
    else:
        assert not plain or json.loads(text) == value


def test_habits_of_the_owner_are_kept() -> None:
    tabs = '{\n\t"a": {\n\t\t"x": 1\n\t}\n}\n'
    assert put(tabs, ["a", "y"], {"k": [1]}) == (
        '{\n\t"a": {\n\t\t"x": 1,\n\t\t"y": {\n\t\t\t"k": [\n\t\t\t\t1\n\t\t\t]\n\t\t}\n\t}\n}\n'
    )
    assert put('{"a":1}', ["b", "c"], {"d": [1, 2]}) == '{"a":1,"b":{"c":{"d":[1,2]}}}'
    assert put('{"a": 1}\n', ["b"], [1, 2]) == '{"a": 1, "b": [1, 2]}\n'
    assert put('{\r\n    "a": 1\r\n}\r\n', ["b"], {"c": 1}) == (
        '{\r\n    "a": 1,\r\n    "b": {\r\n        "c": 1\r\n    }\r\n}\r\n'
    )
    assert add('{\n  "allow": ["A", "B"]\n}', ["allow"], "C") == '{\n  "allow": ["A", "B", "C"]\n}'
    assert add('{\n  "allow": [\n    "A",\n  ]\n}', ["allow"], "C") == '{\n  "allow": [\n    "A",\n    "C",\n  ]\n}'


def test_comments_stay_with_what_they_speak_of() -> None:
    text = '{\n  // first\n  "a": 1 // about a\n  // the end\n}\n'
    after = put(text, ["b"], 2)
    assert after == '{\n  // first\n  "a": 1, // about a\n  "b": 2\n  // the end\n}\n'
    assert put("{\n  // nothing yet\n}\n", ["b"], 2) == '{\n  // nothing yet\n  "b": 2\n}\n'


def test_what_a_person_wrote_behind_ours_survives_its_going() -> None:
    text = '{\n  // note\n  "ours": 1, "b": 2\n}'
    assert drop(text, ["ours"]) == '{\n  // note\n "b": 2\n}'
    assert drop('{ // note\n "ours": 1 }', ["ours"]) == "{ // note\n }"
    assert drop('{"ours": 1}', ["ours"]) == "{}"
    assert drop('{\n  "ours": 1,\n}', ["ours"]) == "{}"


def test_an_empty_file_is_filled_and_keeps_its_byte_order_mark() -> None:
    assert put("", ["a", "b"], 1) == '{\n  "a": {\n    "b": 1\n  }\n}\n'
    assert put("\ufeff \n", ["a"], 1) == '\ufeff{\n  "a": 1\n}\n'
    assert add("", ["a", "b"], 1) == '{\n  "a": {\n    "b": [\n      1\n    ]\n  }\n}\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "line 1"),
        ('{"a": }', "line 1"),
        ('{"a": 01}', "line 1"),
        ("{'a': 1}", "line 1"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": ' + "1" * 5000 + "}", "not valid JSON"),
        ('{"a": "\n"}', "line 1"),
        ('{"a": 1} // fine\n /* never ends', "a comment has no end"),
        ('{"a": 1} /*/', "a comment has no end"),
        ("[,]", "line 1"),
        ('{"a": [1,,]}', "line 1"),
        (",", "line 1"),
        ("[" * 100_000, "nested too deeply"),
        ("// only a comment\n", "line 2"),
        ('"' + '\\"' * 50_000, "line 1"),
    ],
)
def test_a_text_that_is_not_json_is_refused_and_says_where(text: str, why: str) -> None:
    for attempt in (lambda: put(text, ["x"], 1), lambda: add(text, ["x"], 1), lambda: drop(text, ["x"])):
        with pytest.raises(SpliceError, match=why):
            attempt()


def test_a_place_that_cannot_be_meant_is_refused() -> None:
    with pytest.raises(SpliceError, match="`the whole` is not an object"):
        put("[]", ["a"], 1)
    with pytest.raises(SpliceError, match="`the whole` is not an object"):
        put("3", ["a"], 1)
    with pytest.raises(SpliceError, match=r"`a\.b` is not an object"):
        put('{"a": {"b": 1}}', ["a", "b", "c"], 1)
    with pytest.raises(SpliceError, match="`a` stands there twice"):
        put('{"a": {}, "b": 1, "\\u0061": {}}', ["a", "c"], 1)
    for way in (["a", 3], ["b"], ["b", "c"], ["a", 0, "c", 1]):
        with pytest.raises(SpliceError, match="is not there"):
            drop('{"a": [{}]}', way)
    with pytest.raises(SpliceError, match=r"`a\.3` is not there"):
        put('{"a": [{}]}', ["a", 3], 1)
    with pytest.raises(SpliceError, match="is not there"):
        put('{"a": [{}]}', ["a", 0, "x", 1], 1)


def test_the_same_name_twice_elsewhere_is_nobodys_business() -> None:
    assert put('{"a": {"x": 1, "x": 2}}', ["b"], 1) == '{"a": {"x": 1, "x": 2}, "b": 1}'


def test_an_element_of_a_list_can_be_reached_through() -> None:
    text = '{"hooks": [{"command": "old"}, {"command": "other"}]}'
    assert put(text, ["hooks", 0, "command"], "new") == '{"hooks": [{"command": "new"}, {"command": "other"}]}'
