"""What in a person's words is kept: instructions as hooks keep them, else the one sentence that corrects."""

from mcp_server.heard import remarks
from mcp_server.learning.said import said


def test_instructions_are_kept_before_everything_else() -> None:
    words = "You used npm again! Always use pnpm. Never mock the database."
    assert [(each.sentence, each.standing) for each in said(words)] == [
        ("Always use pnpm.", True),
        ("Never mock the database.", True),
    ]


def test_a_hook_and_a_log_keep_the_same_sentences() -> None:
    words = "Please always use pnpm. By the way, never mock the database!"
    kept = remarks(words, project="p", session="s", client="codex", now=1.0)
    assert [fact.text for fact in kept] == [each.sentence for each in said(words)]


def test_without_an_instruction_the_sentence_that_corrects_is_kept() -> None:
    (found,) = said("no, that's the wrong file")
    assert (found.sentence, found.standing) == ("no, that's the wrong file", False)
    assert found.sign


def test_anything_else_is_not_kept() -> None:
    assert said("add a login form") == said("") == []


def test_secrets_are_masked() -> None:
    assert "hunter2" not in said("Always log in with hunter2hunter2.", known=("hunter2hunter2",))[0].sentence
