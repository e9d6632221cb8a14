"""The small language of the tables of signs, and that every table is written in it."""

from importlib import import_module

import pytest

from mcp_server.learning.corrections.phrases import MARKS, Sign, Words, items, read_table, signs_in, signs_within
from mcp_server.learning.plain import plain

TABLES = ("english", "german", "french", "spanish")


def fits(phrase: str, words: str, *, places: str = "", **classes: str) -> bool:
    """Whether a phrase is found among words, of which each stands where a digit says (nowhere special without)."""
    texts = words.split()
    stand = [int(place) for place in places] if places else [0] * len(texts)
    return any(signs_in(Words(texts, stand), read_table([Sign("a sign", 1, phrase)], **classes)))


@pytest.mark.parametrize(
    ("phrase", "words", "found"),
    [
        ("you broke", "then you broke it", True),
        ("you broke", "you never broke it", False),
        ("you broke|lost it", "you lost it", True),
        ("you just? broke", "you broke it", True),
        ("you just? broke", "you just broke it", True),
        ("just? you", "you", True),
        ("just? you?", "you", True),
        ("just? you?", "them", False),
        ("stop ~ing", "stop guessing", True),
        ("stop ~ing", "stop ing", False),
        ("stop ~ing", "stop", False),
        ("use * not", "use the new one not", True),
        ("use * not", "use the very new one not", False),
        ("use * not", "use it , not", False),
        ("use ** not", "use it , please , not that", True),
        ("use ** not", "use not", True),
        ("no , that", "no ! that", True),
        ("really \\?", "really ?", True),
        ("really \\?", "really", False),
        ("undo $", "please undo", True),
        ("undo $", "undo , please", True),
        ("undo $", "undo it", False),
        ("undo it|$", "undo ! now", True),
        ("undo it|$", "undo", True),
        ("undo it|$", "undo them", False),
    ],
)
def test_a_phrase_is_found_where_its_items_fit(phrase: str, words: str, found: bool) -> None:
    assert fits(phrase, words) is found


def test_a_class_stands_for_its_words_alone_and_among_others() -> None:
    assert fits("you <did>|made", "you made", did="broke ~ed")
    assert fits("you <did>", "you deleted", did="broke ~ed")
    assert not fits("you <did>", "you make", did="broke ~ed")


def test_a_class_that_is_not_given_is_a_fault_of_the_table() -> None:
    with pytest.raises(KeyError):
        read_table([Sign("a sign", 1, "<did> it")])
    with pytest.raises(KeyError):
        fits("you <did>", "you made")


@pytest.mark.parametrize(("phrase", "least"), [("no", 0), ("^ no", 1), ("^^ no", 2), ("^^^ no", 3)])
def test_a_phrase_may_ask_where_it_begins(phrase: str, least: int) -> None:
    assert [place for place in range(4) if fits(phrase, "no", places=str(place))] == list(range(least, 4))


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("違う", "それは違うよ", True),
        ("違う", "そのまま", False),
        ("^違う", "違う。", True),
        ("^違う", "いや、違う", True),
        ("^違う", "何が違う", False),
        ("だけ$", "これだけ?", True),
        ("だけ$", "だけど", False),
        ("なんで…消し", "なんでテストを消したの", True),
        ("なんで…消し", "なんでテスト", False),
        ("なんで…消し", "なんで" + "あ" * 21 + "消した", False),
    ],
)
def test_runs_of_letters_are_found_where_words_have_no_blanks(phrase: str, text: str, found: bool) -> None:
    assert any(signs_within(text, [Sign("a sign", 1, phrase)], ["いや、"])) is found


@pytest.mark.parametrize("name", TABLES)
def test_every_word_of_a_table_is_written_as_texts_are_read(name: str) -> None:
    table = import_module(f"mcp_server.learning.corrections.correction_{name}").TABLE
    phrases = {phrase for found in table.starts.values() for phrase in found}
    words = {word for phrase in phrases for item in items(phrase, table) for word in (*item.words, *item.endings)}
    assert {word for word in words - MARKS - {"$", "??", "?!"} if plain(word) != word or not word.isalnum()} == set()


@pytest.mark.parametrize("name", TABLES)
def test_every_phrase_of_a_table_can_be_found(name: str) -> None:
    module = import_module(f"mcp_server.learning.corrections.correction_{name}")
    written = [line for sign in module.SIGNS for line in sign.phrases.splitlines() if line.strip()]
    assert len({id(phrase) for found in module.TABLE.starts.values() for phrase in found}) == len(written)


def test_every_run_of_the_japanese_table_is_written_as_texts_are_read() -> None:
    module = import_module("mcp_server.learning.corrections.correction_japanese")
    runs = {
        run
        for sign in module.SIGNS
        for line in sign.phrases.split()
        for run in line.removeprefix("^").removesuffix("$").split("…")
    }
    assert {run for run in runs if plain(run) != run or not run} == set()
