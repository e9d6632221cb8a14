"""The kinds of danger a rule may hold, and the tables of tell-tale words read into patterns on first use.

A seat belt, not a wall: words can always be found that no table holds. A person's review is the wall.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import NamedTuple


class Danger(StrEnum):
    """The kinds of danger; the value is the code of a finding."""

    INJECTION = "injection"
    HIDING = "hiding"
    FETCH = "fetch"
    SECRETS = "secrets"
    SENDING = "sending"
    CHECKS = "checks"
    SILENCING = "silencing"
    PERMISSIONS = "permissions"
    DESTROYING = "destroying"
    WEAKENING = "weakening"
    ELSEWHERE = "elsewhere"
    SELF = "self"
    URGENCY = "urgency"


MEANING = {
    Danger.INJECTION: "It speaks to the agent as if it were its master",
    Danger.HIDING: "It hides something from the person",
    Danger.FETCH: "It runs or obeys something that comes from elsewhere",
    Danger.SECRETS: "It reads out or spreads secrets",
    Danger.SENDING: "It sends data out",
    Danger.CHECKS: "It switches off or loosens a check",
    Danger.SILENCING: "It silences a check in one place",
    Danger.PERMISSIONS: "It widens permissions or changes an agent's configuration",
    Danger.DESTROYING: "It destroys or endangers work, data or history",
    Danger.WEAKENING: "It makes what is built less safe",
    Danger.ELSEWHERE: "It acts outside this project",
    Danger.SELF: "It speaks for itself, or makes up results",
    Danger.URGENCY: "It presses for haste",
}
NEVER = frozenset({Danger.INJECTION, Danger.HIDING})
"""What is refused outright; the rest a person may still approve."""
WORTH_FORBIDDING = frozenset(Danger) - {Danger.SILENCING, Danger.SELF, Danger.URGENCY, Danger.INJECTION}
"""Whose prohibition is a safety rule."""


class Pair(NamedTuple):
    """An act on a thing within a few words of one clause."""

    danger: Danger
    acts: re.Pattern[str]
    things: re.Pattern[str]
    reach: int
    across: bool
    """May prepositions stand between? Otherwise `remove prints from tests` is about prints."""
    by: re.Pattern[str] | None
    """A word that must stand between, or within three words after the thing."""
    unless: re.Pattern[str] | None
    """A word between, or within six words after, with which it is harmless."""
    omitted: bool
    """Dangerous when it is *not* done: `do not run tests`."""


class Sign(NamedTuple):
    """A tell-tale piece of text."""

    danger: Danger
    pattern: re.Pattern[str]
    always: bool
    """Even where it is forbidden: no rule has a use for it."""
    omitted: bool


@cache
def pairs() -> tuple[Pair, ...]:
    """The table of acts on things."""
    from mcp_server.learning.danger_acts import GROUPS, PAIRS, PATTERNS

    groups = {name: words for name, _, words in (entry.partition(": ") for entry in _entries(GROUPS))}
    return tuple(_pair(entry, groups | PATTERNS) for entry in _entries(PAIRS))


@cache
def signs() -> tuple[Sign, ...]:
    """The table of tell-tale pieces."""
    from mcp_server.learning.danger_signs import SIGNS

    found: list[Sign] = []
    danger = Danger.INJECTION
    for line in re.sub(r"\n {4}", "", SIGNS.strip("\n")).splitlines():
        mark, _, pattern = line.strip().partition(" ")
        if pattern:
            found.append(Sign(danger, re.compile(pattern), mark == "!", mark == "-"))
        else:
            danger = Danger(mark)
    return tuple(found)


@cache
def terms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Words that are one thing, with the one word they are read as."""
    from mcp_server.learning.danger_signs import TERMS

    found = (line.strip().split(" ", 1) for line in TERMS.strip().splitlines())
    return tuple((re.compile(rf"\b(?:{pattern})\b"), one) for one, pattern in found)


@cache
def any_of(stems: str) -> re.Pattern[str]:
    """A pattern for any of some words; a star stands for an ending."""
    return re.compile("|".join(re.escape(stem).replace(r"\*", r"\w{0,9}") for stem in stems.split()))


def _entries(table: str) -> Iterator[str]:
    """The entries of a table; an indented line continues the one before."""
    return (re.sub(r"\s+", " ", entry).strip() for entry in re.split(r"\n(?=\S)", table.strip()))


def _pair(entry: str, groups: dict[str, str]) -> Pair:
    danger, acts, things, *options = entry.split(" | ")
    marks = {name: words for name, _, words in (option.partition(" ") for option in options)}
    return Pair(
        danger=Danger(danger),
        acts=_pattern(acts, groups),
        things=_pattern(things, groups),
        reach=int(marks.get("reach", "5")),
        across="across" in marks,
        by=_pattern(marks["by"], groups) if "by" in marks else None,
        unless=_pattern(marks["unless"], groups) if "unless" in marks else None,
        omitted="omitted" in marks,
    )


def _pattern(words: str, groups: dict[str, str]) -> re.Pattern[str]:
    """Words, where `@name` stands for a group of words or for a pattern."""
    parts = [groups[word[1:]] if word.startswith("@") else word for word in words.split()]
    plain_words = [part for part in parts if not part.startswith("(?:")]
    patterns = [part for part in parts if part.startswith("(?:")]
    return re.compile("|".join([*patterns, *filter(None, [any_of(" ".join(plain_words)).pattern])]))
