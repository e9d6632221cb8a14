"""Which lines of a Markdown text stand in code fences, where a hash is no heading and a marker is only quoted."""

import re
from collections.abc import Sequence

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_OPENS = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_CLOSES = re.compile(r"[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*$")


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends, so that joined they are the text: only CR, LF and both end a line."""
    return _LINE.findall(text)


def fenced(lines: Sequence[str]) -> list[bool]:
    """For each line, does it belong to a code fence? One that is never closed is none, or it would hide all the rest.

    A fence may stand as deep in a list or a quotation as it likes.
    """
    inside = [False] * len(lines)
    fences = [_CLOSES.match(line.rstrip("\r\n")) for line in lines]
    unclosed: dict[str, int] = {}  # of each sort the length from which on none is closed any more: looked for once
    number = 0
    while number < len(lines):
        opening = _OPENS.match(lines[number].rstrip("\r\n"))
        fence = "" if opening is None else opening["fence"]
        closing = None
        if fence and len(fence) < unclosed.get(fence[0], len(fence) + 1):
            closing = _closing(fences, number + 1, fence)
            if closing is None:
                unclosed[fence[0]] = len(fence)
        if closing is not None:
            inside[number : closing + 1] = [True] * (closing + 1 - number)
            number = closing
        number += 1
    return inside


def _closing(fences: Sequence[re.Match[str] | None], start: int, fence: str) -> int | None:
    for number in range(start, len(fences)):
        found = fences[number]
        if found is not None and found["fence"].startswith(fence):
            return number
    return None
