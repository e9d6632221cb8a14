"""The rules of a project as somebody new reads them: by theme and path, each with its reason and what taught it."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from mcp_server.learning import fingerprint
from mcp_server.learning.screen import forbids_danger
from mcp_server.learning.trials.verdict import (
    EARLY,
    HARM,
    LEANING,
    NOTHING,
    PROVEN,
    SUPPORTED,
    UNMEASURED,
    Decision,
)
from store.records import FORGOTTEN, Evidence, Kind, Rule, Trust
from store.text import clean_line

LONGEST = 180
"""Characters of what taught a rule."""

SAFETY, TESTS, STYLE, SPEED, OTHER = (
    "What must not happen",
    "Tests",
    "Style and types",
    "Speed and size",
    "Everything else",
)

_WORDS = (
    (TESTS, r"tests?|testing|pytest|unittest|fixtures?|mocks?|coverage|asserts?|assertions?|flaky|snapshots?|specs?"),
    (STYLE, r"lint\w*|format\w*|ruff|eslint|prettier|types?|typed|typing|names?|naming|comments?|docstrings?|style"),
    (SPEED, r"benchmarks?|performance|slow\w*|fast\w*|speed|memory|cach\w+|latency|allocations?"),
    (
        "Tools and dependencies",
        r"uv|pip|npm|pnpm|yarn|cargo|make|docker|install\w*|dependenc\w+|packages?|lockfiles?|versions?|venv|node|go",
    ),
    (
        "Commits and reviews",
        r"git|commits?|committ\w+|branch\w*|rebas\w+|merg\w+|pull requests?|reviews?|changelogs?|push\w*|release\w*",
    ),
    (
        "Data and interfaces",
        r"sql|quer(?:y|ies)|migrations?|schemas?|databases?|tables?|apis?|endpoints?|json|requests?|responses?",
    ),
    ("Documentation", r"readme|docs?|documentation|documents?|guides?"),
)
_SIGNS = tuple((theme, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)) for theme, words in _WORDS)
_OF_KIND = {"test": TESTS, "lint": STYLE, "types": STYLE, "metric": SPEED}
THEMES = (SAFETY, *(theme for theme, _ in _WORDS), OTHER)
"""In the order of the guide."""

_SURE = {
    EARLY: "too early to say: too few sessions were looked at yet",
    SUPPORTED: "supported: sessions that were given it did better than sessions that were not",
    PROVEN: "proven: sessions that were given it did better, by more than chance could explain",
    HARM: "it seems to do harm: sessions that were given it did worse",
    NOTHING: "no effect could be measured, so it is held because somebody said so",
    UNMEASURED: "not measured: it is held because somebody said so",
}
_PINNED = "not measured: a person wants it always followed"

_TELLING = (Kind.FAILURE, Kind.METRIC, Kind.REVERT, Kind.CHECK, Kind.FEEDBACK, Kind.REVIEW, Kind.COMMENT)
"""What teaches a rule, most telling first."""
_SAID = {
    Kind.FEEDBACK: "a person said",
    Kind.REVIEW: "a reviewer said",
    Kind.COMMENT: "a reviewer said",
    Kind.REVERT: "work was reverted",
    Kind.REWORK: "work was done over",
    Kind.SUGGESTION: "an agent suggested it",
    Kind.REPORT: "an agent reported",
    Kind.CHECK: "a check failed",
}


class Page(NamedTuple):
    """One rule as the guide tells it; empty where nothing is known."""

    name: str
    text: str
    paths: tuple[str, ...]
    theme: str
    why: str
    learned: str
    verdict: str
    sure: str
    everywhere: bool = False
    """It is for all projects."""


def page(
    rule: Rule,
    facts: Sequence[Evidence],
    made: Decision | None,
    verdict: str,
    *,
    known: Iterable[str],
    everywhere: bool,
) -> Page:
    """What is told of one rule. `facts` support it; `known` are secrets of this machine, which nobody is told."""
    secrets = tuple(known)
    return Page(
        rule.name,
        clean_line(rule.text, limit=len(rule.text) + LONGEST, known=secrets).text,
        rule.current.paths,
        theme_of(rule),
        _sentence(clean_line(rule.why, limit=2 * LONGEST, known=secrets).text),
        _sentence(incident(rule, facts, known=secrets)),
        verdict,
        _sentence(sureness(rule, made, verdict)),
        everywhere,
    )


def ordered(pages: Iterable[Page]) -> list[tuple[str, list[tuple[tuple[str, ...], list[Page]]]]]:
    """The pages by theme, then by path, then by number: the same order however often it is asked for."""
    found: dict[str, dict[tuple[str, ...], list[Page]]] = {}
    for each in sorted(pages, key=lambda each: (THEMES.index(each.theme), each.paths, int(each.name[1:]))):
        found.setdefault(each.theme, {}).setdefault(each.paths, []).append(each)
    return [(theme, list(by_path.items())) for theme, by_path in found.items()]


def theme_of(rule: Rule) -> str:
    """What a rule is about: by the failure that it prevents, else by its words."""
    if forbids_danger(rule.text):
        return SAFETY
    kind = fingerprint.parse(rule.target).kind if rule.target else ""
    if kind in _OF_KIND:
        return _OF_KIND[kind]
    named = {theme: len(sign.findall(rule.text)) for theme, sign in _SIGNS}
    best = max(named.values())
    return next(theme for theme, times in named.items() if times == best) if best else OTHER


def sureness(rule: Rule, made: Decision | None, verdict: str) -> str:
    """How sure one can be that a rule helps, without a number: these change with every session."""
    if rule.pinned:
        return _PINNED
    if verdict == LEANING and made is not None:
        way = "better" if made.effect >= 0.0 else "worse"
        return f"leaning: sessions that were given it did {way} so far, which may still be chance"
    return _SURE.get(verdict, _SURE[EARLY])


def incident(rule: Rule, facts: Sequence[Evidence], *, known: Iterable[str]) -> str:
    """What taught a rule, in a line: the first of the most telling facts behind it."""
    told = [fact for fact in facts if fact.text and fact.text != FORGOTTEN]
    if not told:
        return ""
    fact = min(told, key=lambda fact: (_weight(fact.kind), fact.time, fact.id))
    words = _told(rule, fact, tuple(known))
    try:
        day = datetime.fromtimestamp(fact.time, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return words
    return f"{words} ({day})"


def _weight(kind: Kind) -> int:
    return _TELLING.index(kind) if kind in _TELLING else len(_TELLING)


def _told(rule: Rule, fact: Evidence, known: tuple[str, ...]) -> str:
    if fact.kind in {Kind.FAILURE, Kind.STILL, Kind.FLAKY, Kind.METRIC} and fact.fingerprint:
        return clean_line(fingerprint.parse(fact.fingerprint).readable(), limit=LONGEST, known=known).text
    said = _SAID.get(fact.kind, str(fact.kind))
    if fact.kind is Kind.FEEDBACK and fact.source.trust < Trust.MEMBER:
        said = "an agent said"
    quote = clean_line(fact.text, limit=LONGEST, known=known).text
    same = quote.strip(" .").casefold() == rule.text.strip(" .").casefold()
    return f"{said} so" if same and said.endswith("said") else said if same else f"{said}: {quote}"


def _sentence(words: str) -> str:
    """A beginning in upper case and a full stop, unless a name or code begins it."""
    if not words:
        return ""
    first = words[0].upper() + words[1:]
    return first if first.endswith((".", "!", "?", "…")) else f"{first}."
