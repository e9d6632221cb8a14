"""Our part of a person's file: found, proved, replaced and taken out without a trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.block import Block, BlockError, block, blocks, checksum, put, without
from mcp_server.learning.fences import fenced, lines_of

BODY = "- R1 Use pnpm.\n- R2 Say why."
_PIECES = st.sampled_from(["a", "# b", "\n", "\r\n", "\r", "```", "~~~", " ", "- ```sh", "\u2028", "é", "<!-- x -->"])
TEXTS = st.lists(_PIECES, max_size=12).map("".join)


def test_a_block_reads_as_pinned_here():
    assert put("# Mine\n", BODY) == (
        "# Mine\n\n<!-- promptlearn:begin v1 sha256=0e0a -->\n".replace("0e0a -->", f"{checksum(BODY)} gap=1 -->")
        + "- R1 Use pnpm.\n- R2 Say why.\n<!-- promptlearn:end -->\n"
    )


@pytest.mark.parametrize("text", ["", "x", "x\n", "x\r\n", "x\r\ny", "x\n\n", "\n", "x\r", "\n\r", "x\r\n\r"])
def test_taking_the_block_out_gives_the_text_back(text: str):
    whole = put(text, BODY)
    assert without(whole) == text
    assert put(whole, BODY) == whole
    assert put(whole, "other") != whole
    assert without(put(whole, "other")) == text


@given(TEXTS, st.lists(_PIECES, max_size=6).map("".join))
def test_in_any_text_the_block_is_found_again_or_refused(text: str, body: str):
    try:
        whole = put(text, body)
    except BlockError:
        return
    found = block(whole)
    assert found is not None
    assert found.intact
    assert put(whole, body) == whole
    assert without(whole) == text


def test_text_after_the_block_stays_where_it_is():
    whole = put("a\n", BODY) + "after"
    assert without(whole) == "a\nafter"
    assert put(whole, "new").endswith("<!-- promptlearn:end -->\nafter")


def test_line_ends_do_not_break_the_checksum_and_words_do():
    whole = put("a\n", BODY)
    turned = block(whole.replace("\n", "\r\n"))
    edited = block(whole.replace("pnpm", "npm"))
    assert turned is not None
    assert turned.intact
    assert edited is not None
    assert not edited.intact


def test_an_empty_body_is_a_block_too():
    assert block(put("", "")) == Block(0, len(put("", "")), "", checksum(""), 0)


def test_markers_inside_a_fence_are_text():
    quoted = "```\n" + put("", BODY) + "```\n"
    assert blocks(quoted) == []
    assert without(quoted) == quoted
    assert len(blocks(put(quoted, BODY))) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<!-- promptlearn:begin v1 sha256=0123456789abcdef -->\nx", "does not end"),
        ("x\n<!-- promptlearn:end -->", "does not begin"),
        ("<!-- promptlearn:begin v1 sha256=0123456789abcdef -->\n" * 2, "begins our block again"),
        ("<!-- promptlearn:begin v2 sha256=0123456789abcdef -->\n<!-- promptlearn:end -->", "newer mcp-promptlearn"),
        (put("", "a") + put("", "b"), "2 times"),
    ],
)
def test_markers_that_do_not_fit_are_refused_in_a_line(text: str, why: str):
    with pytest.raises(BlockError, match=why):
        put(text, BODY)


def test_a_block_that_would_be_read_as_code_is_refused():
    with pytest.raises(BlockError, match="never closed"):
        put("```\nopen", "a\n```\nb")


def test_a_fence_that_is_never_closed_hides_no_block():
    whole = put("```\nopen\n", BODY)
    assert without(whole) == "```\nopen\n"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("a\n```py\n# b\n```\nc", [0, 1, 1, 1, 0]),
        ("- ```\n  # b\n  ```\nc", [1, 1, 1, 0]),
        ("````\n```\n# b\n```\n````\n", [1, 1, 1, 1, 1]),
        ("~~~\n```\n~~~\n```", [1, 1, 1, 0]),
        ("``` a`b\n# x\n```", [0, 0, 0]),
        ("> ```\n> # b\n> ```\nc", [1, 1, 1, 0]),
        ("~~~a\n~~~b\n```x\n```", [0, 0, 1, 1]),
        ("", []),
    ],
)
def test_fences_are_told_from_what_only_looks_like_them(text: str, inside: list[int]):
    assert [int(each) for each in fenced(lines_of(text))] == inside


@given(TEXTS)
def test_lines_joined_are_the_text(text: str):
    assert "".join(lines_of(text)) == text
