"""The piece of a diff that a comment hangs on: which line is meant, and what stands there."""

import re

from store.text import CleanText, clean_evidence

LINES = 12
"""Lines that are kept, the last of them being the one commented on."""

_HEAD = re.compile(r"@@ -(?P<old>\d{1,9})(?:,\d{1,9})? \+(?P<new>\d{1,9})(?:,\d{1,9})? @@")
_SIDES = {"LEFT": ("old", " -"), "RIGHT": ("new", " +")}


def shown(hunk: str) -> CleanText:
    """The end of the hunk, clean, with its first line where it was cut."""
    lines = hunk.rstrip("\n").split("\n")
    kept = lines if len(lines) <= LINES + 1 else [lines[0], "...", *lines[-LINES:]]
    return clean_evidence("\n".join(kept), limit=1500).text


def line(hunk: str, side: str = "RIGHT") -> int | None:
    """The number of the line the hunk ends at, which older payloads do not give; None where it is on no such side."""
    head = _HEAD.match(hunk)
    if head is None or side not in _SIDES:
        return None
    name, _ = _SIDES[side]
    many = len(_on(hunk, side))
    return int(head[name]) + many - 1 if many else None


def last(hunk: str, many: int) -> str | None:
    """The last lines on the new side, which a suggestion for so many would replace; None where some are missing."""
    lines = _on(hunk, "RIGHT")
    return "\n".join(lines[-many:]) if 0 < many <= len(lines) else None


def _on(hunk: str, side: str) -> list[str]:
    """The lines on one side, without their marks."""
    marks = _SIDES[side][1]
    return [each[1:] for each in hunk.rstrip("\n").split("\n")[1:] if each[:1] and each[0] in marks]
