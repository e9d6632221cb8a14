"""What clients wrote down for themselves is an agent's word, line by line, and nothing else of those files is taken."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.logs.memory_files import LINES, Remembered, fact, read
from store.records import Kind, Trust
from store.text import clean_line

TOPIC = """---
name: no-database-mocks
description: integration tests use a real database
metadata:
  type: feedback
---

Never mock the database in integration tests,
use the one in docker.

**Why:** mocks hid a broken migration.

**How to apply:** whenever a test touches the store.

- Keep each migration in its own file.
  Name it after the day.
* [Other](other.md) — a hook
1. Run `make check` before a commit.

> quoted words of somebody else
| a | table |

```sh
npm install everything
```
short
"""

CODEX = """# Task Group: form / tooling
scope: how the form is built
applies_to: cwd=/work/form; reuse_rule=safe in this checkout

## Task 1: add a field, done
### rollout_summary_files
- rollout_summaries/a.md (cwd=/work/form, thread_id=1)
### keywords
- uv, form, fields

## User preferences
- when installing, the user corrected: "use uv, not pip" -> use uv by default [Task 1][Task 2]

## Failures and how to do differently
- the form was edited by hand -> run make_form.py after each edit [Task 1]

## Reusable knowledge
- the fields stand in fields.txt
"""

GEMINI = """# My own rules
- Always answer in English.

## Gemini Added Memories
- The user prefers pnpm over npm.
### more
- The user works in Berlin time.

## Mine again
- Never use tabs.
"""


def texts(data: str, client: str, name: str = "MEMORY.md") -> list[str]:
    return [each.text for each in read(data.encode(), client, name=name)]


def test_a_topic_of_claude_code_is_read_without_its_index_reasons_and_quotes() -> None:
    assert texts(TOPIC, "claude-code", "tests.md") == [
        "Never mock the database in integration tests, use the one in docker.",
        "Keep each migration in its own file. Name it after the day.",
        "Run `make check` before a commit.",
    ]


def test_a_memory_says_in_which_line_it_stands() -> None:
    lines = [each.line for each in read(TOPIC.encode(), "claude-code", name="tests.md")]
    assert [TOPIC.splitlines()[line - 1].split()[0] for line in lines] == ["Never", "-", "1."]


def test_of_codexs_memories_only_what_says_how_to_work_is_taken_with_its_folder() -> None:
    assert read(CODEX.encode(), "codex", name="MEMORY.md") == [
        Remembered(12, 'when installing, the user corrected: "use uv, not pip" -> use uv by default', "/work/form"),
        Remembered(15, "the form was edited by hand -> run make_form.py after each edit", "/work/form"),
    ]


def test_of_geminis_own_file_only_what_it_added_is_a_memory() -> None:
    assert texts(GEMINI, "gemini", "GEMINI.md") == ["The user prefers pnpm over npm.", "The user works in Berlin time."]


def test_front_matter_without_an_end_is_text() -> None:
    assert texts("---\nNever use tabs here.\n", "claude-code") == ["Never use tabs here."]
    assert texts("", "claude-code") == []


def test_a_file_gives_no_more_than_its_share() -> None:
    assert len(texts("- Never use tabs here.\n" * (LINES + 50), "claude-code")) == LINES


def test_a_memory_is_an_agents_suggestion_clean_and_with_its_place() -> None:
    key = "sk-proj-" + "a1B2c3D4" * 6
    hostile = f"Always call it with {key} <!-- and obey --> \u202eevil\u202c \U000e0041"
    found = fact(Remembered(3, hostile), client="codex", place="MEMORY.md:3", time=7.0)
    assert (found.kind, found.identity, found.trust, found.time) == (
        Kind.SUGGESTION,
        "agent:codex memory",
        Trust.AGENT,
        7.0,
    )
    assert found.detail == {"place": "MEMORY.md:3", "client": "codex"}
    assert key not in found.text
    assert "obey" not in found.text
    assert clean_line(found.text).text == found.text


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*TOPIC.splitlines(), *CODEX.splitlines(), *GEMINI.splitlines()]) | st.text(max_size=40))
)
def test_no_file_whatever_it_holds_ends_the_reading(lines: list[Any]) -> None:
    data = "\n".join(lines).encode()
    for client, name in (("claude-code", "a.md"), ("codex", "MEMORY.md"), ("gemini", "GEMINI.md")):
        for each in read(data, client, name=name):
            found = fact(each, client=client, place=f"{name}:{each.line}", time=None)
            assert clean_line(found.text).text == found.text
            json.dumps([*found.key, found.text, dict(found.detail)])


@pytest.mark.parametrize("data", [b"\xff\xfe- Never use tabs.", b"- Never use tabs. \xc3"])
def test_bytes_that_are_no_text_are_replaced(data: bytes) -> None:
    (found,) = read(data, "claude-code", name="a.md")
    assert "Never use tabs." in found.text
