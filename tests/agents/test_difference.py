"""What is shown of a change is what changes, and nothing that a terminal would obey."""

from difflib import unified_diff

from hypothesis import given
from hypothesis import strategies as st

from mcp_server.agents.difference import LONGEST, difference, visible

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=12).map("".join)


def patched(before: str, shown: list[str]) -> str:
    """The text that a person would have who carried out what is shown."""
    old, new, place = before.splitlines(), list[str](), 0
    for line in shown:
        if line.startswith("@@"):
            first, _, length = line.split()[1].removeprefix("-").partition(",")
            start = int(first) - (length != "0")
            new += old[place:start]
            place = start
        elif line[0] == "+":
            new.append(line[1:])
        else:
            assert old[place] == line[1:]
            place += 1
            new += [line[1:]] if line[0] == " " else []
    return "".join(f"{line}\n" for line in [*new, *old[place:]])


@given(LINES, LINES)
def test_what_is_shown_turns_the_old_text_into_the_new_one(before: str, after: str) -> None:
    shown = difference(before, after)
    assert patched(before, shown) == after
    assert (before == after) == (shown == [])


@given(st.integers(0, 30), st.integers(0, 30), LINES)
def test_one_insertion_looks_as_every_diff_shows_it(length: int, place: int, inserted: str) -> None:
    lines = [f"{number}\n" for number in range(length)]
    before = "".join(lines)
    after = "".join([*lines[:place], "new\n", inserted, "new\n", *lines[place:]])
    usual = list(unified_diff(lines, after.splitlines(keepends=True)))[2:]
    assert difference(before, after) == [line.rstrip("\n") for line in usual]


def test_a_missing_end_of_line_and_a_foreign_one_are_told_apart() -> None:
    assert difference("a", "a\r\nb\n") == ["@@ -1 +1,2 @@", "-a", "\\ No newline at end of file", "+a", "+b"]


def test_nothing_in_a_file_speaks_to_the_terminal() -> None:
    assert difference("", "\x1b[2Jgone\u202e\tx\n") == ["@@ -0,0 +1 @@", "+\\x1b[2Jgone\\u202e\tx"]
    assert visible("plain \u00e9 \x07") == "plain é \\x07"


def test_a_line_of_a_megabyte_is_shown_by_its_ends() -> None:
    (_, line) = difference("", "x" * 1_000_000 + "\n")
    assert len(line) < LONGEST + 100
    assert "[... 998000 characters ...]" in line
