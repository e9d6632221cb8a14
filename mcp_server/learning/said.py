"""What in a person's words is worth keeping: that they correct or direct their agent, and in which sentence."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mcp_server.learning.corrections.correction import correction
from store.text import CleanText, clean_evidence

SENTENCE = 400
"""Characters kept of one sentence."""


DIRECTIONS = frozenset(
    {"you are told how to work from now on", "you are told what to do always or never", "you are told what not to do"}
)
"""Signs by which a person directs without saying that anything went wrong."""


class Said(NamedTuple):
    """One sentence of a person's, and why it was kept."""

    sentence: CleanText
    standing: bool
    """Is it meant to last, not only for the thing at hand?"""
    sign: str
    """What gave it away, in words."""

    @property
    def detail(self) -> Mapping[str, object]:
        """What evidence keeps of it beside the sentence: whether it says that something went wrong, among others."""
        return {"sign": self.sign, "standing": self.standing, "corrects": self.sign not in DIRECTIONS}


def said(words: str, *, known: Iterable[str] = ()) -> list[Said]:
    """What a person's own words ask of the agent; nothing for tasks, questions and talk.

    Of words meant to last the sentences that can stand as rules are kept, in their own words; of others
    the one that corrects. `known` are values to mask.
    """
    cleaned = clean_evidence(words, known=known).text
    found = correction(cleaned)
    if found is None:
        return []
    sentences = [found.sentence]
    if found.standing:
        from mcp_server.learning.directive import directives

        sentences = [each.sentence for each in directives(cleaned)] or sentences
    return [
        Said(clean_evidence(each, limit=SENTENCE, known=known).text, found.standing, found.sign) for each in sentences
    ]
