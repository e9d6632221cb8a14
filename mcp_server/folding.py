"""Break a long line between words where a terminal would break it inside of one."""

import re
import sys
from collections.abc import Iterator
from typing import TextIO

_START = re.compile(r"\s*(?:[-*•] (?=\S)|R\d+\s+|\d+[.)] )?")
"""What begins a line; the lines after it stand under what follows."""
_AS_IT_IS = re.compile(r"\s*(?:[-+](?! \S)|[-+@]{2}|[{}\[\]\"|<$>])|```")
"""Differences, JSON, tables and commands to copy: a break would change what they say."""
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_WIDE = frozenset("WF")
_DEEPEST = 24
"""Columns of indentation; deeper, too little room is left beside it."""


def folded(text: str, width: int) -> str:
    """The text in lines of at most `width` columns, but for words that are longer and lines that must stay whole."""
    return "\n".join(each for line in text.split("\n") for each in _lines(line, width))


def columns(text: str) -> int:
    """How many columns a terminal needs for a text, whose colours need none."""
    from unicodedata import combining, east_asian_width

    return sum(2 if east_asian_width(each) in _WIDE else 1 for each in _COLOUR.sub("", text) if not combining(each))


def say(text: str) -> None:
    """Print a line of an answer: broken between words on a terminal, as it is for a program."""
    _print(text, sys.stdout)


def tell(text: str) -> None:
    """As `say`, beside the answer, at once. Raises `OSError` where nobody is left to read it."""
    _print(text, sys.stderr)
    sys.stderr.flush()


def _print(text: str, stream: TextIO) -> None:
    if stream.isatty():
        from shutil import get_terminal_size

        text = folded(text, get_terminal_size().columns)
    stream.write(f"{text}\n")


def _lines(line: str, width: int) -> Iterator[str]:
    if len(line) * 2 <= width or columns(line) <= width or _AS_IT_IS.match(line):
        yield line
        return
    start = _START.match(line)
    assert start is not None  # it matches the empty beginning too
    indent = " " * min(columns(start[0]), _DEEPEST, width // 2)
    built, bare = start[0], True
    for space, word in re.findall(r"(\s*)(\S+)", line[start.end() :]):
        if bare or columns(built) + columns(space) + columns(word) <= width:
            built += space + word
        else:
            yield built
            built = indent + word
        bare = False
    yield built
