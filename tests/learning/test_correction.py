"""Which prompts tell an agent that it did wrong or has to work another way, and how well that is told."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.corrections import lasting, lines, main, score
from mcp_server.learning.corrections.correction import LONGEST, MOST_CHARACTERS, correction
from mcp_server.learning.plain import sentences
from store.text import clean_line

LINES = Path(__file__).resolve().parent.parent / "corrections"
FLOORS = {  # a little below what was reached on lines that the tables were written with: a fall is a fault
    "en": (0.95, 0.90),
    "de": (0.95, 0.90),
    "fr": (0.95, 0.90),
    "es": (0.95, 0.90),
    "ja": (0.95, 0.90),
}


@pytest.mark.parametrize("language", sorted(FLOORS))
def test_corrections_are_told_as_well_as_they_were(language: str) -> None:
    told = score(row for row in lines(LINES / "dev.jsonl") if row["lang"] == language)
    assert (told.precision, told.recall) >= FLOORS[language]
    assert told.recall >= FLOORS[language][1]


def test_ordinary_prompts_are_left_alone() -> None:
    told = score(lines(LINES / "ordinary_dev.jsonl"))
    assert told.false + told.quiet >= 250
    assert told.alarms <= 0.01


def test_lines_of_another_style_are_told_nearly_as_well() -> None:
    told = score(lines(LINES / "second.jsonl"))
    assert told.precision >= 0.94
    assert told.recall >= 0.88
    assert told.alarms <= 0.02


def test_it_is_told_whether_a_correction_is_meant_to_last() -> None:
    right, known = lasting(lines(LINES / "dev.jsonl"))
    assert right / known >= 0.90


@pytest.mark.parametrize("name", ["dev", "ordinary_dev", "second"])
def test_every_labelled_line_has_what_is_measured(name: str) -> None:
    rows = lines(LINES / f"{name}.jsonl")
    assert {row["lang"] for row in rows} == set(FLOORS)
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(isinstance(row["text"], str) for row in rows)


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("You deleted my tests again.", False),
        ("No, that's not what I asked for", False),
        ("why did you rename the public class?", False),
        ("from now on, ask before you install anything", True),
        ("stop adding comments", True),
        ("stop editing that file", False),
        ("youre still looking at the wrong branch", False),
        ("Du hast schon wieder die Tests gelöscht.", False),
        ("Frag in Zukunft, bevor du etwas installierst", True),
        ("pourquoi tu as supprimé mes tests ?", False),
        ("Désormais, demande avant d'installer", True),
        ("¿por qué has borrado mis tests?", False),
        ("de ahora en adelante pregunta antes", True),
        ("元に戻してください", False),
        ("今後は先に確認して", True),
    ],
)
def test_a_correction_is_kept_in_the_persons_own_words(text: str, standing: bool) -> None:
    found = correction(text)
    assert found is not None
    assert (found.sentence, found.standing) == (text, standing)
    assert found.sign
    assert found.sign[0].islower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "yes go ahead",
        "Add an undo button that never loses the selection",
        "what did you change in the last commit?",
        "no, not yet",
        "You nailed it, that's exactly what I wanted",
        "my bad, I deleted the wrong file",
        "the stop button does not stop the timer",
        "TypeError: you broke it again",
        "2024-03-11 08:14:02 you broke it again",
        "> you broke it again",
        "$ revert that",
        "```\nyou broke it again\nno, that's wrong\n```",
        "~~~\nyou broke it again",
        'show "you deleted my file again" in the dialog',
        "打扰一下",
        "please don't commit yet",
    ],
)
def test_other_prompts_are_no_corrections(text: str) -> None:
    assert correction(text) is None


def test_what_follows_a_fence_is_the_persons_again() -> None:
    found = correction("```\nmake test\n```\n- you broke it again")
    assert found is not None
    assert found.sentence == "you broke it again"


def test_a_short_sentence_is_kept_with_the_one_after_it() -> None:
    found = correction("nope. still the old one. I want a single query.")
    assert found is not None
    assert found.sentence == "nope. still the old one." or "still the old one. I want a single query." in found.sentence
    assert correction("undo that") is not None


def test_praise_before_it_does_not_hide_a_correction() -> None:
    found = correction("Great job on the parser. But you deleted my tests again, put them back.")
    assert found is not None
    assert "deleted my tests" in found.sentence


def test_a_task_is_only_a_correction_where_it_speaks_of_the_agent() -> None:
    assert correction("Write the release notes, and why did you delete the old ones") is not None
    assert correction("Write the release notes, never mention the beta") is None


def test_a_long_description_is_only_a_correction_where_it_speaks_of_the_agent() -> None:
    text = "The shop sells books and records to people in four countries. " * 10
    assert correction(text + "Never overwrite a file. It should not be too long.") is None
    assert correction(text + "And you deleted my tests again.") is not None


def test_a_long_japanese_description_is_read_the_same_way() -> None:
    text = "店では本とレコードを四つの国で売っています。" * 10
    assert correction(text + "もっとシンプルに。") is None


def test_one_way_to_say_it_counts_once_however_often_it_is_said() -> None:
    assert correction("hmm. ugh. meh. wait, what time is it") is None


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert correction("word " * MOST_CHARACTERS + "you broke it again") is None


def test_a_long_sentence_is_cut() -> None:
    found = correction("you deleted my tests again and " + "much else " * 60)
    assert found is not None
    assert len(found.sentence) <= LONGEST


CLAUSES = st.sampled_from(
    [
        *(
            "you",
            "broke",
            "it",
            "again",
            "no",
            ",",
            "not",
            "that",
            "stop",
            "adding",
            "undo",
            ".",
            "?",
            "??",
            "?!",
            "\n",
        ),
        *(
            "schon wieder",
            "du hast",
            "nein",
            "tu as",
            "encore",
            "no es lo que",
            "違う",
            "じゃなくて",
            "```",
            "> ",
            '"',
            "—",
        ),
        *("use", "instead", "always", "never", "from now on", "ghp_" + "a" * 36, "\u202e", "<b>", "https://x.y/z"),
    ]
)


@given(st.one_of(st.text(max_size=300), st.lists(CLAUSES, max_size=40).map(" ".join)))
def test_any_text_is_read_without_a_fault_and_what_is_kept_is_clean(text: str) -> None:
    found = correction(text)
    assert found == correction(text)
    if found is not None:
        assert 0 < len(found.sentence) <= LONGEST
        assert clean_line(found.sentence).text == found.sentence


@given(
    st.lists(st.text(alphabet="abcdefghij klmnop.,!?\n'", max_size=40), max_size=10).map("you broke it again. ".join)
)
def test_every_sentence_that_is_kept_of_clean_words_is_a_piece_of_them(text: str) -> None:
    found = correction(text)
    if found is not None and len(found.sentence) < LONGEST:
        assert all(one in " ".join(text.split()) for one in sentences(found.sentence))


def test_the_work_does_not_grow_with_a_hostile_text() -> None:
    # each is as long as a prompt may be; a repeat that backtracks would not come back
    for piece in ("you just ", "no, ", "違う", "a", "?!", "not * , ", "why did you ", "use use ", "いや、", "“", "`"):
        correction(piece * (20_000 // len(piece)))


def test_the_figures_are_printed_by_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"lang": "en", "text": "you broke it again", "correction": True, "standing": False},
        {"lang": "en", "text": "four hundred lines of XLSX", "correction": True, "standing": True},
        {"lang": "de", "text": "ja", "correction": False},
    ]
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert main([str(path)]) == 0
    printed = capsys.readouterr().out
    assert "| de | 1 | 1.00 | 1.00 | 0 of 1 |" in printed
    assert "| en | 2 | 1.00 | 0.50 | 0 of 0 |" in printed
    assert "told rightly: 1 of 1" in printed
    assert score([]).alarms == 0.0


def test_a_file_that_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.jsonl")]) == 2
    assert "there is no file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "precision", "recall", "alarms"), [("held", 0.85, 0.58, 8 / 93), ("ordinary_held", 0.0, 0.0, 2 / 281)]
)
def test_what_was_kept_aside_is_told_as_the_docs_say(name: str, precision: float, recall: float, alarms: float) -> None:
    told = score(lines(LINES / f"{name}.jsonl"))
    assert told.precision >= precision
    assert told.recall >= recall
    assert told.alarms <= alarms
