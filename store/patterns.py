"""Compiles regular expressions on first need, so that importing the gate costs a hook nothing.

The gate reads what strangers wrote, so its patterns keep one law, which a test reads from their
source: a repeat without a bound is possessive (`*+`), and no bound is above a few thousand. A match
can then not be tried in exponentially many ways.
"""

import re
from functools import cache


@cache
def compiled(source: str) -> re.Pattern[str]:
    """The pattern of a source that is a constant of this program (the cache never forgets)."""
    return re.compile(source)
