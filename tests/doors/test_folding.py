"""A terminal shows whole words; what has to stay as it is stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server import folding
from mcp_server.folding import columns, folded


def test_a_line_is_broken_between_words_and_goes_on_under_its_text() -> None:
    assert folded("  R12  Use uv, not pip, for packages.", 24) == "  R12  Use uv, not pip,\n       for packages."
    assert folded("- one two three four", 12) == "- one two\n  three four"
    assert folded("one two three", 7) == "one two\nthree"
    assert folded("short", 80) == "short"


def test_each_line_of_several_is_looked_at() -> None:
    assert folded("one two three\n  a b\n", 8) == "one two\nthree\n  a b\n"


def test_a_word_that_is_longer_than_the_terminal_stays_whole() -> None:
    assert folded("see https://example.org/a/very/long/way now", 12) == "see\nhttps://example.org/a/very/long/way\nnow"
    assert folded("https://example.org/a/very/long/way now", 12) == "https://example.org/a/very/long/way\nnow"


@pytest.mark.parametrize(
    "line",
    [
        '  "text": "Use uv, not pip, for every package of this project."',
        "+    a line that was added to a file of somebody's",
        "-{ a line that was taken out of a file of somebody's }",
        "--- a/file with a long name of many words in it",
        "| a | table | with | many | cells | in | one | row |",
        "$ mcp-promptlearn add a rule with many words in it",
    ],
)
def test_what_a_break_would_change_is_not_broken(line: str) -> None:
    assert folded(line, 20) == line


def test_wide_characters_count_twice_and_combining_ones_not_at_all() -> None:
    assert columns("日本語") == 6
    assert columns("e\u0301") == 1
    assert columns("\x1b[1mbold\x1b[0m") == 4
    assert folded("日本 日本 日本", 9) == "日本 日本\n日本"


def test_an_indentation_leaves_half_of_a_small_terminal() -> None:
    assert folded(" " * 30 + "one two three four", 20).splitlines()[1:] == [
        " " * 10 + "two three",
        " " * 10 + "four",
    ]


@given(st.text(st.sampled_from("ab 日-R1.\n"), max_size=80), st.integers(8, 40))
def test_no_word_is_lost_and_no_line_that_could_be_broken_is_too_long(text: str, width: int) -> None:
    found = folded(text, width)
    assert found.split() == text.split()
    for line in found.split("\n"):
        assert columns(line) <= width or len(line.split()) <= 2 or line in text.split("\n")


def test_only_a_terminal_gets_broken_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    long = "word " * 40 + "end"
    folding.say(long)
    assert capsys.readouterr().out == long + "\n"
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    folding.say(long)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 60
    assert said.split() == long.split()
