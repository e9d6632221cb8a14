"""The sentences of rule files as rules keep them: whole, but through the gate, and without what no rule may say."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.importers.rulefiles.book import BY_HAND, Book
from mcp_server.learning.dangers import NEVER
from mcp_server.learning.imported import Sentence
from mcp_server.learning.screen import Level, screen
from store.text import RAW_LIMIT, Cleaned, clean_line

MOST = 1000
"""Sentences of a project that are kept; nobody's agent reads more."""

_NAMED = re.compile(r"(?:\[R\d{1,20}\]\s*)+")
_FATAL = frozenset(danger.value for danger in NEVER)


class Spoken(NamedTuple):
    """A sentence with what was found in it."""

    sentence: Sentence
    redacted: Mapping[str, int]
    dangers: tuple[str, ...]
    """What a person should know of it, in words."""
    refused: str = ""
    """Why it can be no rule."""


def spoken(
    books: Iterable[Book], also: Mapping[str, Sequence[str]], *, known: Iterable[str] = ()
) -> tuple[list[Spoken], int]:
    """The sentences of all books but those that a person alone asks for, and how many were too many.

    `known` are values of secret variables to mask.
    """
    found: list[Spoken] = []
    masked, over = tuple(known), 0
    for book in books:
        for each in book.passages if book.when != BY_HAND else ():
            cleaned = _cleaned(each.text, masked)
            if not any(letter.isalnum() for letter in cleaned.text):
                continue
            if len(found) == MOST:
                over += 1
                continue
            under = clean_line(each.under, limit=120, known=masked).text
            files = tuple(also.get(book.path, ()))
            sentence = Sentence(cleaned.text, book.paths, book.path, each.line, under, cleaned.removed, files)
            findings = screen(cleaned.text, own_words=True).findings
            grave = [each.words for each in findings if each.level is Level.REFUSE and each.code in _FATAL]
            dangers = tuple(each.words for each in findings if each.level is Level.DANGER)
            found.append(Spoken(sentence, cleaned.redacted, dangers, grave[0] if grave else ""))
    return found, over


def counted(found: Iterable[Spoken]) -> tuple[dict[str, int], dict[str, int]]:
    """What the gate took out of all sentences, and which secrets it masked, by kind."""
    removed, redacted = Counter[str](), Counter[str]()
    for each in found:
        removed.update(each.sentence.removed)
        redacted.update(each.redacted)
    return dict(sorted(removed.items())), dict(sorted(redacted.items()))


def _cleaned(text: str, known: tuple[str, ...]) -> Cleaned:
    """A text through the gate, without a look-alike of our ids before it."""
    cleaned = clean_line(text, limit=RAW_LIMIT, known=known)
    named = _NAMED.match(cleaned.text)
    return clean_line(cleaned.text[named.end() :], limit=RAW_LIMIT, known=known) if named else cleaned
