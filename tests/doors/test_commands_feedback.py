"""One sentence of a person is kept word for word, with its session and the failure it is about."""

import pytest

from store.records import Kind, Trust
from tests.doors.desk import Desk
from tests.store.facts import fact

CART = "test:tests.test_cart::test_total|KeyError|cart.py:total"
FORM = "test:tests.test_form::test_fields|AssertionError|form.py:make"


def failures(desk: Desk) -> None:
    desk.keep(*[fact(f"{t} broke", kind=Kind.FAILURE, fingerprint=t, project=desk.project) for t in (CART, FORM)])


def test_a_sentence_is_kept_as_the_persons_word(desk: Desk) -> None:
    desk.session("s1")
    assert desk.run("feedback", "Never", "use", "tabs.") == (
        "Kept: Never use tabs.\n"
        "  session s1, the only one of the last half hour\n"
        "  `mcp-promptlearn consolidate` makes a candidate of it, `review` admits it"
    )
    (kept,) = desk.store.evidence(desk.project)
    assert (kept.kind, kept.text, kept.session) == (Kind.FEEDBACK, "Never use tabs.", "s1")
    assert (kept.source.identity, kept.source.trust) == ("person", Trust.OWNER)


def test_the_same_sentence_about_the_same_thing_is_known_already(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    assert desk.run("feedback", "Never use tabs.").startswith("Known already: Never use tabs.")
    desk.run("feedback", "Never use tabs.", "--session", "s2")
    assert len(desk.store.evidence(desk.project)) == 2


def test_a_sentence_without_an_instruction_is_kept_and_asked_about_later(desk: Desk) -> None:
    said = desk.run("feedback", "That was quite something.")
    assert said.endswith("no instruction was found in it; `mcp-promptlearn review` asks you for one")
    assert len(desk.facts("review")["questions"]) == 1


def test_the_failure_it_is_about_is_found_by_a_piece_of_its_name(desk: Desk) -> None:
    failures(desk)
    said = desk.run("feedback", "Always look prices up with get.", "--about", "CART")
    assert "; about test tests.test_cart::test_total fails with KeyError in cart.py:total" in said
    assert desk.store.evidence(desk.project, kinds=[Kind.FEEDBACK])[0].fingerprint == CART
    desk.run("consolidate")
    assert desk.rules()["R1"].target == CART


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("nowhere", "no failure matches 'nowhere'; name a test that failed, or leave --about out"),
        ("tests", "2 failures match 'tests'; name more of one of them: tests.test_cart::test_total; tests.test_form"),
    ],
)
def test_a_failure_that_is_not_known_or_not_the_only_one_is_refused(desk: Desk, about: str, said: str) -> None:
    failures(desk)
    assert desk.refused("feedback", "Use uv.", "--about", about).startswith(said)
    assert desk.store.evidence(desk.project, kinds=[Kind.FEEDBACK]) == []


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "<!-- hidden -->"])
def test_a_sentence_that_says_nothing_is_refused(desk: Desk, text: str) -> None:
    assert desk.refused("feedback", text) == "the sentence is empty; say what the agent should do differently"


def test_secrets_and_what_nobody_sees_are_taken_out_and_told(desk: Desk) -> None:
    desk.environment = {"MY_TOKEN": "verysecretword"}
    token = "ghp_" + "a1B2" * 9
    said = desk.run("feedback", f"Never print {token} or verysecretword\u200b.")
    assert token not in said
    assert "verysecretword" not in said
    assert "  1 x zero width was taken out before it was kept" in said
    assert "  1 x GitHub token was taken out before it was kept" in said
    assert "  1 x environment secret was taken out before it was kept" in said


def test_a_long_remark_is_cut_and_not_refused(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs. " + "Really not. " * 10_000)
    assert len(desk.store.evidence(desk.project)[0].text) <= 4000
