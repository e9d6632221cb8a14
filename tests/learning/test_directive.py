# ruff: noqa: RUF001 - signs and letters of other scripts are what is tested
"""Which of a person's sentences hold an instruction that can stand as a rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.directive import LONGEST, LONGEST_WORDS, MOST, Directive, directives, instructs
from mcp_server.learning.plain import listed


def said(text: str) -> list[str]:
    """The sentences taken from a text."""
    return [directive.sentence for directive in directives(text)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("No, use pnpm, not npm.", "Use pnpm, not npm."),
        ("Please always run mypy before you commit", "Always run mypy before you commit."),
        ("I told you to run the linter before committing!", "Run the linter before committing."),
        ("I told you not to mock the database", "Do not mock the database."),
        ("I've already told you three times to use uv", "Use uv."),
        ("I said use pnpm", "Use pnpm."),
        ("As I said, keep functions short", "Keep functions short."),
        ("from now on use tabs", "Use tabs."),
        ("Going forward, name branches after the ticket", "Name branches after the ticket."),
        ("hey, don't add comments that repeat the code", "Don't add comments that repeat the code."),
        ("We use pnpm here, not npm.", "We use pnpm here, not npm."),
        ("This repo uses tabs.", "This repo uses tabs."),
        ("You used npm again, always use pnpm.", "Always use pnpm."),
        ("That's wrong, use the logger instead of print", "Use the logger instead of print."),
        ("never edit files under gen/ by hand, run `make gen`", "Never edit files under gen/ by hand, run `make gen`."),
        ("stop using default exports", "Stop using default exports."),
        ("Prefer composition over inheritance, please", "Prefer composition over inheritance."),
        ("I prefer tabs over spaces", "Prefer tabs over spaces."),
        ("You should never commit secrets", "Never commit secrets."),
        ("you must not change the API without asking", "Do not change the API without asking."),
        ("Every endpoint must return JSON", "Every endpoint must return JSON."),
        ("Tests should not touch the network", "Tests should not touch the network."),
        ("The linter must pass before you commit", "The linter must pass before you commit."),
        ("Write commit messages in English", "Write commit messages in English."),
        ("when you change the schema, run make migrate", "When you change the schema, run make migrate."),
        ("Before committing, run the tests.", "Before committing, run the tests."),
        ("Put tests in tests/, not next to the code", "Put tests in tests/, not next to the code."),
        ("Make sure to run prettier before you push", "Make sure to run prettier before you push."),
        ("Use e.g. `ruff` rather than flake8, ok?", "Use e.g. `ruff` rather than flake8."),
        ("No mocks in integration tests please", "No mocks in integration tests."),
        ("use pnpm from now on, please", "Use pnpm."),
        ("run the linter first going forward", "Run the linter first."),
        ("nit: prefer `const` over `let`", "Prefer `const` over `let`."),
        ("Let's use pnpm instead of npm", "Use pnpm instead of npm."),
        ("let's not mock the database", "Do not mock the database."),
        ("- use conventional commits", "Use conventional commits."),
        ("1. Avoid nested ternaries", "Avoid nested ternaries."),
        ("remember: avoid `any` in TypeScript…", "Avoid `any` in TypeScript."),
        ("I want you to always ask before deleting files", "Always ask before deleting files."),
        ("npm.cmd must never be called", "npm.cmd must never be called."),
        ("Nein, verwende pnpm statt npm", "Verwende pnpm statt npm."),
        ("Immer zuerst die Tests laufen lassen", "Immer zuerst die Tests laufen lassen."),
        ("N'utilise jamais npm", "N'utilise jamais npm."),
        ("Toujours lancer les tests avant de commiter", "Toujours lancer les tests avant de commiter."),
        ("No uses npm, usa pnpm", "No uses npm, usa pnpm."),
        ("Siempre escribe las pruebas primero", "Siempre escribe las pruebas primero."),
        ("Sempre use pnpm", "Sempre use pnpm."),
        ("不要使用 npm，使用 pnpm", "不要使用 npm，使用 pnpm。"),
        ("以后，提交前必须运行测试", "提交前必须运行测试。"),
        ("必ずテストを実行してからコミットする", "必ずテストを実行してからコミットする。"),
    ],
)
def test_a_standing_instruction_is_taken_in_the_persons_words(text: str, rule: str):
    assert said(text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "no",
        "Why did you use npm?",
        "What should I always do",
        "can you use pnpm?",
        "Great work, thanks!",
        "I like this much better",
        "You used npm again",
        "You never run the tests",
        "That is wrong.",
        "It always fails on CI",
        "Always fails on CI",
        "The tests fail",
        "now run the tests again",
        "fix line 12",
        "fix the failing test",
        "Run the tests",
        "Add a login page",
        "Rename foo to bar in utils.py",
        "Delete the old file instead of renaming it",
        "Delete all the debug prints",
        "don't do that",
        "don't commit yet",
        "Don't touch this file",
        "Don't worry about it",
        "don't forget the tests",
        "Use it instead",
        "use pnpm for this",
        "Let's merge",
        "Use the second option",
        "never mind",
        "Never again!",
        "keep going",
        "go ahead",
        "it should return 404",
        "The button should be blue",
        "you should have run the tests",
        "Error: you must use Python 3.11",
        "AssertionError: x must be positive",
        "> never use tabs",
        "$ always use tabs",
        "The linter says: use const",
        "Use cases are missing",
        "Warum hast du npm benutzt?",
        "Verwende das jetzt",
        "tu as encore utilisé npm, jamais vu",
        "ejecuta siempre las pruebas ahora",
        "你又用了 npm",
        "现在必须运行测试",
        "必须用吗？",
        "天气好",
        "Use " + "tabs and " * LONGEST_WORDS + "spaces",
        "Use " + "t" * LONGEST,
    ],
)
def test_complaints_praise_questions_and_requests_of_the_moment_are_not(text: str):
    assert said(text) == []


def test_code_fences_are_not_read():
    text = "```\nalways use tabs\n```\nNever use spaces.\n~~~\nalways use npm\n```\nprefer yarn\n"
    assert said(text) == ["Never use spaces."]


def test_filler_is_cut_off_up_to_a_point():
    assert said("no, no, no, please use tabs") == ["Use tabs."]
    assert said("hey " * 12 + "use tabs") == []
    assert said("no, " * 12 + "use tabs") == ["Use tabs."]


def test_at_most_three_are_taken_in_their_order_and_each_once():
    text = "Thanks. Use tabs. Never use var! use tabs. What is this? Avoid any. Prefer pnpm."
    assert said(text) == ["Use tabs.", "Never use var.", "Avoid any."]
    assert len(said(text)) == MOST
    assert directives("Use tabs.") == (Directive("Use tabs."),)


def test_a_sentence_may_run_over_two_lines():
    text = "Never change the public interface of this package without asking,\nplease, and use tabs.\n"
    assert len(said(text)) == 1
    wrapped = "Never change the schema of the database that the storage package keeps\nwithout a migration test."
    assert said(wrapped) == [wrapped.replace("\n", " ")]
    assert said("Use tabs\nnever use spaces") == ["Use tabs.", "Never use spaces."]


@pytest.mark.parametrize(
    ("sentence", "does"),
    [
        ("Fix line 12.", True),
        ("Use tabs.", True),
        ("When you push, run the tests.", True),
        ("Tests must be fast.", True),
        ("Do not guess.", True),
        ("No mocks in tests.", True),
        ("Verwende nie npm.", True),
        ("必须运行测试。", True),
        ("When it rains", False),
        ("The sky is blue.", False),
        ("", False),
    ],
)
def test_an_instruction_is_told_from_a_statement(sentence: str, does: bool):
    assert instructs(sentence) is does


WORDS = sorted(
    listed("""
    no, please always never use do not don't avoid tabs it that when you push , . ! ? ; : - ``` ~~~ > the test now i
    told to said should must 不要 使用 immer jamais ok
    """)
    | {"\n"}
)
texts = st.text(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=50).map(" ".join)


@given(texts)
def test_any_text_is_read_without_an_error_and_what_is_taken_is_fit_to_stand(text: str):
    found = said(text)
    assert len(found) <= MOST
    for sentence in found:
        assert sentence == sentence.strip()
        assert sentence[-1] in ".。"
        assert "\n" not in sentence
        assert len(sentence.split()) <= LONGEST_WORDS + 2


@given(st.sampled_from(["Use tabs.", "Never push to main.", "Don't mock the database.", "使用制表符，不要使用空格。"]))
def test_what_was_taken_is_taken_again_unchanged(rule: str):
    assert said(rule) == [rule]


@pytest.mark.parametrize("verb", ["check", "verify", "ensure", "assume"])
def test_what_shall_be_checked_is_part_of_the_instruction(verb: str) -> None:
    (found,) = directives(f"Always {verb} that `prices` is not empty before you divide.")
    assert found.sentence == f"Always {verb} that `prices` is not empty before you divide."
    assert directives("Always do that before you divide.") == ()
