"""Values of secret variables go from every text of what is about to be kept, and nothing else changes."""

from hypothesis import given
from hypothesis import strategies as st

from mcp_server.masks import masked
from store.records import Kind, Work
from store.text import clean_line
from tests.store.facts import fact

MARK = "[redacted: environment secret]"
KNOWN = ("correct horse", "Swordfish9", "short")


def test_every_field_is_masked_but_what_a_fact_is_looked_up_by() -> None:
    plain = fact(
        "uses swordfish9",
        kind=Kind.FAILURE,
        fingerprint="test:a[SWORDFISH9]|E|x.py:f",
        session="swordfish9",
        path="src/correct horse/x.py",
        named={"swordfish9": ["Swordfish9", 3, None, ("correct horse",)]},
    )
    kept = masked(plain, KNOWN)
    assert kept.text == f"uses {MARK}"
    assert kept.fingerprint == f"test:a[{MARK}]|E|x.py:f"
    assert kept.path == f"src/{MARK}/x.py"
    assert kept.detail == {"named": {MARK: [MARK, 3, None, (MARK,)]}}
    assert (kept.session, kept.project, kept.hash, kept.kind) == ("swordfish9", plain.project, plain.hash, Kind.FAILURE)


def test_every_spelling_in_one_text_is_masked() -> None:
    assert masked("Swordfish9 SWORDFISH9 swordfish9", KNOWN) == f"{MARK} {MARK} {MARK}"
    assert masked("\u0130 swordfish9", KNOWN) == f"\u0130 {MARK}"
    assert masked("correct\nhorse", ["correct\nhorse"]) == MARK
    assert masked("a correct horse", ["correct\nhorse"]) == f"a {MARK}"


def test_what_holds_none_is_the_same_object() -> None:
    work = Work("p", "s", "path", "src/a.py", 1.0)
    assert masked(work, KNOWN) is work
    assert masked(work, ()) is work
    assert masked("a short one", KNOWN) == "a short one"


def test_a_value_that_is_a_word_of_our_marks_eats_no_mark() -> None:
    assert masked("[redacted: secret]", ["redacted"]) == "[redacted: secret]"


@given(st.text(), st.lists(st.text(min_size=8), max_size=3))
def test_what_comes_out_is_clean_and_stays(text: str, known: list[str]) -> None:
    clean = clean_line(text).text
    once = masked(clean, known)
    assert masked(once, known) == once
    assert clean_line(once, limit=len(once)).text == once
