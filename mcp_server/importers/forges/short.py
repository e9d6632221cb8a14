"""Names that stand in one payload after the other, and need not go through the gate each time."""

from functools import lru_cache

from store.text import CleanText, clean_line

REMEMBERED = 2048
LONGEST = 250
"""Characters of a name that is remembered; longer ones do not come again."""


def name(told: str, *, limit: int = 160) -> CleanText:
    """The text as one clean line."""
    return _clean(told, limit) if len(told) <= LONGEST else clean_line(told, limit=limit).text


@lru_cache(maxsize=REMEMBERED)
def _clean(told: str, limit: int) -> CleanText:
    return clean_line(told, limit=limit).text
