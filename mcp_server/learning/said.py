"""What in a person's words is worth keeping: the sentences that instruct, else the one that corrects."""

from collections.abc import Iterable

from mcp_server.learning.directive import directives
from store.text import CleanText, clean_evidence

SENTENCE = 400
"""Characters kept of one sentence."""


def instructions(words: str, *, known: Iterable[str] = ()) -> list[CleanText]:
    """The sentences that can stand as rules, redacted and cut; `known` are values to mask."""
    cleaned = clean_evidence(words, known=known).text
    return [clean_evidence(each.sentence, limit=SENTENCE).text for each in directives(cleaned)]
