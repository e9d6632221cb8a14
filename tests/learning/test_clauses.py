# ruff: noqa: RUF001 - signs and letters of other scripts are what is tested
"""How texts are read for comparison, and which words of a clause stand under a "no"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.clauses import clauses, denials
from mcp_server.learning.plain import disguises, plain, sentences


def denied(text: str, word: str) -> int:
    """How many negations a word stands under."""
    found = clauses(plain(text))
    return denials(found, [one.text for one in found.words].index(word))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Push.", 0),
        ("Never push.", 1),
        ("Don't push.", 1),
        ("You cannot push.", 1),
        ("It won't push.", 1),
        ("Do not forget to push.", 2),
        ("Do not forget, push.", 0),
        ("No matter what, push.", 0),
        ("Stop and push.", 0),
        ("Read the plan instead of push.", 1),
        ("Never read the plan and push.", 0),
        ("Never read and push.", 1),
        ("Never wait but push.", 0),
        ("Never wait (push).", 0),
        ("Never commit, push, or merge.", 1),
        ("Never, e.g. on Fridays, push.", 0),
        ("Never wait – push.", 0),
        ("Ask before you push.", 1),
        ("Ne push pas, jamais.", 1),
        ("Pas push.", 1),
    ],
)
def test_the_negations_over_a_word_are_counted_in_its_clause(text: str, count: int):
    assert denied(text, "push") == count


def test_positions_find_their_words():
    found = clauses("run tests; push")
    assert [found.at(position) for position in (0, 3, 4, 9, 11, 99)] == [0, 1, 1, 2, 2, 2]
    assert list(found.after(0, reach=5)) == [1]
    assert clauses("-- ;").words == ()


def test_a_text_is_plain_without_accents_look_alikes_and_contractions():
    assert plain("Don't  déjà ＶＵ\nthe user’s Ѕkір") == "do not deja vu ; the user skip"
    assert plain("べき 必ず") == "べき 必ず"


def test_a_text_is_its_own_first_reading():
    assert disguises("use tabs") == ("use tabs",)
    assert disguises("sk1p c h e c k s t h e") == ("sk1p c h e c k s t h e", "skip  checks  the ", "sklp  checks  the ")


def test_sentences_end_where_a_reader_would_end_them():
    assert sentences("Use a.b, e.g. c. Then `x. y` v1.2... go! Why?") == (
        "Use a.b, e.g. c.",
        "Then `x. y` v1.2... go!",
        "Why?",
    )
    assert sentences("使用。好！") == ("使用。", "好！")
    assert sentences("1. use tabs\n--\n") == ("1. use tabs",)
    assert sentences("") == ()


@given(st.text(max_size=200))
def test_any_text_is_cut_without_an_error(text: str):
    for reading in disguises(plain(text)):
        found = clauses(reading)
        for place, word in enumerate(found.words):
            assert found.text[word.start : word.end] == word.text
            assert found.words[word.clause].clause == word.clause <= place
    assert all(sentence in text for sentence in sentences(text))
