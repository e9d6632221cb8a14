"""Which files a rule file names with an `@`, so that its client reads them too."""

import re
from collections.abc import Iterator

from mcp_server.learning.fences import fenced, lines_of

_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_CALL = re.compile(r"(?:^|(?<=\s))@((?:[^\s\\]|\\ )+)")


def called(text: str) -> Iterator[str]:
    """The names behind an `@`, outside of code, as they stand there."""
    lines = lines_of(text)
    for line, quoted in zip(lines, fenced(lines), strict=True):
        if not quoted:
            yield from (found[1].replace("\\ ", " ") for found in _CALL.finditer(_CODE.sub("", line)))
