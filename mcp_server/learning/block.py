"""The one part of a person's file that is ours: found by its markers, proved by its checksum, put in and taken out.

Everything outside the markers is the person's and survives to the last character, also how the text before ends:
the first marker says how many line ends were put in front of it, so that taking the block out gives the text back.
A marker inside a code fence is only quoted.
"""

import re
from hashlib import sha256
from typing import NamedTuple

from mcp_server.learning.fences import fenced, lines_of

_BEGIN = re.compile(r"<!-- promptlearn:begin v(\d{1,4}) sha256=([0-9a-f]{16})(?: gap=([0-2]))? -->[ \t]*$")
_END = re.compile(r"<!-- promptlearn:end -->[ \t]*$")
VERSION = 1


class BlockError(ValueError):
    """A text whose markers do not fit together; the message is one line that says what to do."""


class Block(NamedTuple):
    """Our part of a text."""

    start: int
    """Where its first marker begins, in characters; what `gap` counts stands before it."""
    end: int
    """Where the line of its last marker ends."""
    body: str
    """What stands between the markers, with plain line ends and without the last of them."""
    checksum: str
    """What the first marker says of the body."""
    gap: int
    """How many line ends before it are ours."""

    @property
    def intact(self) -> bool:
        """Is the body as we wrote it?"""
        return checksum(self.body) == self.checksum


def checksum(body: str) -> str:
    """What a marker says of a body, however its lines end."""
    return sha256(_plain(body).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def blocks(text: str) -> list[Block]:
    """Every block of ours in a text, in order.

    Raises `BlockError` where one begins or ends without the other, or is of a version that is newer than we know.
    """
    lines = lines_of(text)
    quoted = fenced(lines)
    found: list[Block] = []
    opened: tuple[int, int, re.Match[str]] | None = None
    place = 0
    for number, line in enumerate(lines):
        bare = line.rstrip("\r\n")
        begins = None if quoted[number] else _BEGIN.match(bare)
        if begins is not None:
            if opened is not None:
                raise BlockError(f"line {number + 1} begins our block again before it ended; {_MEND}")
            if int(begins[1]) > VERSION:
                raise BlockError(f"line {number + 1} is of a newer mcp-promptlearn; update it here too")
            opened = (place, number, begins)
        elif not quoted[number] and _END.match(bare):
            if opened is None:
                raise BlockError(f"line {number + 1} ends our block, which does not begin; {_MEND}")
            start, first, marker = opened
            body = _plain("".join(lines[first + 1 : number]))
            found.append(Block(start, place + len(line), body, marker[2], int(marker[3] or 0)))
            opened = None
        place += len(line)
    if opened is not None:
        raise BlockError(f"line {opened[1] + 1} begins our block, which does not end; {_MEND}")
    return found


def block(text: str) -> Block | None:
    """Our block, if the text has one. Raises `BlockError`, also for more than one."""
    found = blocks(text)
    if len(found) > 1:
        raise BlockError(f"our block stands there {len(found)} times; take all but one out")
    return found[0] if found else None


def put(text: str, body: str) -> str:
    """The text with a body as our block: in the place of the old one, else at its end, with the text's own line ends.

    An old block is replaced whether it is intact or not: ask `Block.intact` before. Raises `BlockError`, also for
    a text or body in which the block would not be found again.
    """
    old = block(text)
    ends = _line_end(text if old is None else text[: old.start], otherwise=text)
    if old is None:
        gap = 0 if not text else 1 if text.endswith(("\n", "\r")) else 2
        before, after = text + ends * gap, ""
    else:
        gap, before, after = old.gap, text[: old.start], text[old.end :]
    body = _plain(body)
    says = f" gap={gap}" if gap else ""
    first = f"<!-- promptlearn:begin v{VERSION} sha256={checksum(body)}{says} -->"
    ours = ends.join([first, *([*body.split("\n")] if body else []), "<!-- promptlearn:end -->", ""])
    whole = before + ours + after
    wanted = Block(len(before), len(before) + len(ours), body, checksum(body), gap)
    try:
        readable = blocks(whole) == [wanted]
    except BlockError:
        readable = False
    if not readable:
        raise BlockError("a code fence in it is never closed, so our block would be read as code; close that first")
    return whole


def without(text: str) -> str:
    """The text without our blocks and the line ends that were put before them. Raises `BlockError`."""
    for each in reversed(blocks(text)):
        before = text[: each.start]
        for _ in range(each.gap):
            before = re.sub(r"(?:\r\n|\r|\n)\Z", "", before)
        text = before + text[each.end :]
    return text


def _plain(body: str) -> str:
    return re.sub(r"\r\n|\r", "\n", body).removesuffix("\n")


def _line_end(before: str, *, otherwise: str) -> str:
    """How the lines before our block end, as the last of them does: what is put behind it must not join it."""
    found = re.findall(r"\r\n|\r|\n", before)[-1:] or re.findall(r"\r\n|\r|\n", otherwise)[:1]
    return found[0] if found else "\n"


_MEND = "put the marker back, or take the whole block out"
