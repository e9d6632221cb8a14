"""What of a rule file a person wrote: not our block, not another tool's part, no comment, no fenced code."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning.block import BlockError, blocks
from mcp_server.learning.fences import fenced

FENCED = "\0"
"""Stands for a line of fenced code, so that a text is known to go on behind it."""

_ONLY_COMMENT = re.compile(r"[ \t]*<!--(?P<said>.*?)-->[ \t]*$")
_ELEMENT = re.compile(r"[ \t]*<(?P<close>/?)(?P<name>claude-mem-context)\b[^>]*>[ \t]*$")
_WORD = re.compile(r"[A-Za-z0-9]+")
_BEGINS, _ENDS = frozenset({"start", "begin"}), frozenset({"end", "stop"})
_HARMLESS = frozenset({"ignore", "prettier", "markdownlint", "lint", "spell", "vale", "disable"})
"""Words of remarks to a formatter or linter: what stands between two of them is a person's."""
_MARKER = re.compile(r"[ \t]*<!-- promptlearn:(?:begin|end)\b[^>]*-->")


class Regions(NamedTuple):
    """The lines of a file as a person wrote them; what they did not write is empty, so that numbers stay."""

    lines: tuple[str, ...]
    left_out: Mapping[str, int]
    """How many lines of what were left out."""
    notes: tuple[str, ...]


def regions(lines: Sequence[str]) -> Regions:
    """Tell a person's lines from all others."""
    out = [line.rstrip("\r\n") for line in lines]
    quoted = fenced(lines)
    left: Counter[str] = Counter()
    notes: list[str] = []
    for number in _ours(lines, notes):
        out[number] = ""
        left["our own block"] += 1
    for number in _others(out, quoted):
        out[number] = ""
        left["another tool's part"] += 1
    inside = False
    last = max((number for number, line in enumerate(out) if "-->" in line), default=0)
    for number, line in enumerate(out):
        if not line:
            continue
        if quoted[number]:
            out[number] = FENCED + line
            left["code"] += 1
            continue
        rest = line
        if inside:
            inside, rest = "-->" not in line, line.partition("-->")[2]
        shown = _uncommented(rest)
        left["comment"] += shown != line
        opened = shown.find("<!--")
        if opened >= 0 and number < last:
            shown, inside = shown[:opened], True
        out[number] = "" if _MARKER.match(line) else shown
    return Regions(tuple(out), +left, tuple(notes))


def _uncommented(line: str) -> str:
    """A line without the comments that begin and end in it."""
    kept, place = "", 0
    while (start := line.find("<!--", place)) >= 0 and (end := line.find("-->", start)) >= 0:
        kept, place = kept + line[place:start], end + 3
    return kept + line[place:]


def _ours(lines: Sequence[str], notes: list[str]) -> list[int]:
    """The numbers of the lines of our blocks. Markers that do not fit together enclose nothing."""
    try:
        found = blocks("".join(lines))
    except BlockError as error:
        notes.append(f"{error}; until then its lines are read as yours")
        return []
    numbers: list[int] = []
    place = 0
    for number, line in enumerate(lines):
        if found and place >= found[0].end:
            del found[0]
        if found and place >= found[0].start:
            numbers.append(number)
        place += len(line)
    return numbers


def _others(lines: Sequence[str], quoted: Sequence[bool]) -> list[int]:
    """The numbers of lines between another tool's markers, with these."""
    numbers: list[int] = []
    opened: tuple[int, tuple[str, ...]] | None = None
    for number, line in enumerate(lines):
        if quoted[number] or "<" not in line:
            continue
        begins, ends, name = _marker(line)
        if opened is None and begins:
            opened = number, name
        elif opened is not None and ends and name == opened[1][: len(name)]:
            numbers += range(opened[0], number + 1)
            opened = None
        elif opened is not None and begins:
            opened = number, name  # the one before was never closed
    return numbers


def _marker(line: str) -> tuple[bool, bool, tuple[str, ...]]:
    element = _ELEMENT.match(line)
    if element:
        return not element["close"], bool(element["close"]), (element["name"],)
    comment = _ONLY_COMMENT.match(line)
    if comment is None or _MARKER.match(line):
        return False, False, ()
    words = [word.lower() for word in _WORD.findall(comment["said"])]
    if len(words) > 12 or _HARMLESS.intersection(words):
        return False, False, ()
    name = tuple(word for word in words if word not in _BEGINS and word not in _ENDS)
    begins = bool(_BEGINS.intersection(words[:4])) and bool(name)
    return begins, not begins and bool(_ENDS.intersection(words[:4])) and bool(name), name
