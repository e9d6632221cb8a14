"""An edit of somebody's TOML changes what it is for, and not one byte beside it."""

import tomllib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mcp_server.agents.sheet import SpliceError
from mcp_server.agents.tables import drop, put, read

WAY = ("mcp_servers", "promptlearn")
OURS: dict[str, object] = {"command": "/opt/my tools/python", "args": ["-E", 'a"b'], "on": True, "env": {"A b": "1"}}

WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5)
KEYS = st.sampled_from(["a", "b-1", '"c d"', "'e.f'", '"g\\"#"', "x.y", "z . w"])
VALUES = st.one_of(
    st.sampled_from(
        ["1", "true", "1979-05-27T07:32:00Z", '"""a\n# no comment "quoted" \\" [x]\n"""', "'''\n[no]\n'''"]
    ),
    st.sampled_from(['""', "''", '"""a"""""', "'''a'''''", '"\\"#]"', "'[#'", "{ a = 1, b = '}' }"]),
    st.sampled_from(["[]", "[ 1,\n # in the list ]\n 2, ]", '["a", [ "]" ] ]', "[ { a = '#' } ]"]),
    WORDS.map(lambda word: "'" + word.replace("'", "") + "'"),
)
BLANKS = st.sampled_from(["", "\n", "# words [not.a.table]\n", "  \n", "\t# x = 1\n"])


@st.composite
def files(draw: st.DrawFn) -> str:
    """TOML as people and programs leave it: tables, comments, strings that look like both, several line breaks."""
    parts: list[str] = []
    headers = [
        "",
        "[a]",
        "[ mcp_servers . other ]",
        "[\"quoted\".'too']",
        "[[list]]",
        "[[list]]",
        "[z]",
        "[mcp_servers]",
    ]
    for header in ["", *draw(st.lists(st.sampled_from(headers[1:]), max_size=4))]:
        if header:
            parts.append(f"{draw(st.sampled_from(['', ' ']))}{header}{draw(st.sampled_from(['', ' # why']))}\n")
        for key in draw(st.lists(KEYS, max_size=3, unique=True)):
            line = f"{key} = {draw(VALUES)}{draw(st.sampled_from(['', '  # so']))}\n"
            parts += [draw(BLANKS), line]
        parts.append(draw(BLANKS))
    text = "".join(parts)
    return draw(st.sampled_from([text, text.rstrip("\n"), text.replace("\n", "\r\n"), "\ufeff" + text]))


def valid(text: str) -> bool:
    try:
        tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(files().filter(valid))
@example("")
@example("\ufeff")
@example("\n")
@example("\r\n")
@example("a = 1")
@example("a = 1\n\n")
@example("a = 1\r\n# end")
def test_a_table_that_was_put_into_any_document_comes_out_to_the_byte(text: str) -> None:
    before = read(text)
    after = put(text, WAY, OURS)
    assert read(after) == {**before, "mcp_servers": {**before.get("mcp_servers", {}), "promptlearn": OURS}}
    assert after.startswith(text)
    assert drop(after, WAY) == text


@settings(max_examples=100, deadline=None)
@given(files().filter(valid), files().filter(valid))
def test_a_table_in_the_middle_goes_and_what_others_wrote_behind_it_stays(first: str, second: str) -> None:
    behind = second.removeprefix("\ufeff")
    start = behind.find("[")
    text = put(first + ("" if first.endswith("\n") or not first.removeprefix("\ufeff") else "\n"), WAY, OURS)
    if behind.startswith(("#", "[")) and valid(text + "\n" + behind[start:]):
        text += "\n" + behind[start:]
    wanted = read(text)
    del wanted["mcp_servers"]["promptlearn"]
    left = read(drop(text, WAY))
    assert {name: value for name, value in left.items() if value} == {n: v for n, v in wanted.items() if v}


MANY = """\
# mine
model = "gpt-5"   # the good one

[mcp_servers.promptlearn] # an older one
command = "old"   # by hand
args = [
  "a", # first
  "b",
]

[mcp_servers.promptlearn.env]
OTHER = "x"

# about the terminal
[tui]
theme = "dark"
"""


def test_comments_of_others_survive_when_ours_goes() -> None:
    assert drop(MANY, WAY) == (
        '# mine\nmodel = "gpt-5"   # the good one\n\n# about the terminal\n[tui]\ntheme = "dark"\n'
    )


def test_one_key_of_an_older_entry_is_replaced_in_its_place() -> None:
    after = put(put(put(MANY, (*WAY, "command"), "new"), (*WAY, "args"), ["c"]), (*WAY, "env", "NEW"), "y")
    assert after == MANY.replace('"old"', '"new"').replace('[\n  "a", # first\n  "b",\n]', '["c"]').replace(
        'OTHER = "x"\n', 'OTHER = "x"\nNEW = "y"\n'
    )
    assert drop(after, (*WAY, "env", "NEW")) == after.replace('NEW = "y"\n', "")


def test_a_key_inside_an_inline_table_is_changed_with_it() -> None:
    text = '[mcp_servers.promptlearn]\nenv = { "A B" = 1, C = [true, { d = 2.5 }] }\n'
    with pytest.raises(SpliceError, match="by hand"):
        put(text, (*WAY, "env", "X"), "y")  # a number with a point is nothing that we write
    text = text.replace("2.5", "2")
    after = put(text, (*WAY, "env", "X"), "y")
    assert after == '[mcp_servers.promptlearn]\nenv = { "A B" = 1, C = [true, { d = 2 }], X = "y" }\n'
    assert drop(after, (*WAY, "env", "X")) == text


def test_a_table_within_an_entry_is_begun_where_there_was_none() -> None:
    text = '[mcp_servers.promptlearn]\ncommand = "x"\n\n[z]\nnumber = nan\n'
    assert put(text, (*WAY, "env", "A"), "1") == text.replace('"x"\n', '"x"\nenv = { A = "1" }\n')


def test_a_dotted_key_is_found_and_a_new_one_follows_the_last() -> None:
    text = '[mcp_servers.promptlearn]\r\nenv.A = "1"\r\ncommand = "x"\r\n[z]\r\n'
    assert put(text, (*WAY, "env", "A"), "2") == text.replace('"1"', '"2"')
    assert put(text, (*WAY, "on"), True) == text.replace('"x"\r\n', '"x"\r\non = true\r\n')


@pytest.mark.parametrize(
    "text",
    [
        "mcp_servers = {}\n",
        'mcp_servers = { promptlearn = { command = "x" } }\n',
        "mcp_servers = 3\n",
        "[[mcp_servers]]\n",
    ],
)
def test_a_form_that_cannot_be_added_to_is_left_for_a_person(text: str) -> None:
    with pytest.raises(SpliceError, match="by hand"):
        put(text, WAY, OURS)


def test_what_is_not_there_or_not_reached_is_left_for_a_person() -> None:
    for text in ('mcp_servers.promptlearn = { command = "x" }\n', '[mcp_servers]\npromptlearn.command = "x"\n'):
        with pytest.raises(SpliceError, match="by hand"):
            drop("a = 1\n", WAY)
        with pytest.raises(SpliceError, match="by hand"):
            drop("[mcp_servers]\n", WAY)
        with pytest.raises(SpliceError, match="by hand"):
            put("a = 1\n", (*WAY, "command"), "y")
        assert read(drop('[mcp_servers]\npromptlearn = { command = "x" }\n[z]\n', WAY)) == {"mcp_servers": {}, "z": {}}
        assert read(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = ", "end of document"),
        ("[a\n", "line 1"),
        ("a = 1\na = 2\n", "line 2"),
        ("a = " + "[" * 100_000, "nested too deeply"),
    ],
)
def test_a_text_that_is_not_toml_is_refused_and_says_where(text: str, why: str) -> None:
    for attempt in (lambda: put(text, WAY, OURS), lambda: drop(text, WAY)):
        with pytest.raises(SpliceError, match=why):
            attempt()


def test_paths_of_every_kind_are_written_so_that_they_are_read_the_same() -> None:
    for path in ("C:\\Users\\Ä ö\\python.exe", 'a"b', "tab\there", "\x7f", "\u2028", "it's"):
        value: dict[str, Any] = {"command": path, "args": [path], "env": {path: path}}
        assert read(put("", WAY, value)) == {"mcp_servers": {"promptlearn": value}}
