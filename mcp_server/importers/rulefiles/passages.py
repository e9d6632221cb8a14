"""The sentences of a Markdown text that can be rules: bullets and paragraphs, each with the line where it stands.

A bullet that only leads to those below it ("Before a commit:") is said before each of them; any other keeps
those below it as a part of its own. Headings, tables, quotations, code and bare links are none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mcp_server.importers.rulefiles.regions import FENCED

LEAD = 160
"""Characters that a text has at most which is said before others."""
_CODE_LINES, _CODE = 3, 200
"""Lines and characters of code that are kept behind a text that ends in a colon."""

_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t](?P<said>.*))?$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-*+•]|\d{1,4}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?P<said>\S.*)$")
_TABLE = re.compile(r"[ \t]*\|.*|[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+$")
_TAG = re.compile(r"[ \t]*</?[A-Za-z][\w.-]*(?:[ \t][^>]*)?>[ \t]*$")
_REFERENCE = re.compile(r" {0,3}\[[^\]]+\]:[ \t]*\S")
_BARE_LINK = re.compile(r"[*_]*!?\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])[*_]*[.:]?")
_LABEL = re.compile(r"\*\*[^*]+\*\*:?|__[^_]+__:?")
_IMPORT_ONLY = re.compile(r"@[^\s`]+")
_FENCE_MARK = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?(?:`{3,}|~{3,})")
_TAB = 4
_COLONS = (":", "\uff1a")


class Passage(NamedTuple):
    """One sentence, or some that belong together, as one text without line ends."""

    text: str
    line: int
    """Counted from one."""
    under: str
    """The heading above it."""


class Passages(NamedTuple):
    """What a text says, in its order."""

    passages: tuple[Passage, ...]
    left_out: Mapping[str, int]
    """How many lines of what can be no rule."""


@dataclass(slots=True)
class _Piece:
    """A bullet, or a paragraph."""

    indent: int
    line: int
    said: list[str]
    below: list["_Piece"] = field(default_factory=list["_Piece"])

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


@dataclass(slots=True)
class _Reader:
    """Where the reading stands."""

    found: list[Passage] = field(default_factory=list[Passage])
    left: Counter[str] = field(default_factory=Counter[str])
    under: str = ""
    paragraph: _Piece | None = None
    """Text that is being read, or that waits to see whether bullets follow."""
    closed: bool = False
    """A blank line came after the paragraph."""
    items: list[_Piece] = field(default_factory=list[_Piece])
    """The bullets of a list at its outermost level."""
    open: list[_Piece] = field(default_factory=list[_Piece])
    """The bullet that is being read, behind those it stands below."""
    blank: bool = False

    def read(self, number: int, line: str) -> None:
        """Take one line that is no code."""
        if not line.strip():
            self.blank, self.closed = True, True
            return
        item = _ITEM.match(line)
        if _RULE.match(line) and not (self.paragraph and not self.closed and _UNDERLINE.match(line)):
            self.flush()
        elif item:
            self._item(number, _width(item["indent"]), item["said"])
        elif self._set_apart(line):
            pass
        else:
            self._text(number, line)
        self.blank = False

    def code(self, lines: Sequence[str]) -> None:
        """Take a code fence: short code completes a text that ends in a colon."""
        piece = self.open[-1] if self.open else self.paragraph
        inner = [line for each in lines if (line := each.strip()) and not _FENCE_MARK.match(each)]
        said = "; ".join(f"`{line}`" for line in inner)
        fits = bool(inner) and len(inner) <= _CODE_LINES and len(said) <= _CODE and not any("`" in i for i in inner)
        if piece is not None and piece.said[-1].rstrip().endswith(_COLONS) and fits:
            piece.said.append(said)
        self.blank = self.closed = True

    def flush(self) -> None:
        """Let everything that was read be said."""
        lead = ""
        if self.paragraph is not None:
            lead = _lead(self.paragraph.text) if self.items else ""
            if not lead:
                self._say(self.paragraph, ())
        for item in self.items:
            self._say(item, (lead,) if lead else ())
        self.paragraph, self.items, self.open = None, [], []

    def _item(self, number: int, indent: int, said: str) -> None:
        piece = _Piece(indent, number, [said])
        while self.open and self.open[-1].indent >= indent:
            self.open.pop()
        if self.open:
            self.open[-1].below.append(piece)
        else:
            if not self.items and self.paragraph and not _lead(self.paragraph.text):
                self.flush()
            self.items.append(piece)
        self.open.append(piece)

    def _set_apart(self, line: str) -> bool:
        """Is a line a heading, a table, a quotation, a tag, or another that is no text? Then what was read is said."""
        heading = _HEADING.match(line)
        if heading:
            self.flush()
            self.under = (heading["said"] or "").strip(" \t#")
        elif self.paragraph and not self.items and not self.closed and _UNDERLINE.match(line):
            self.under, self.paragraph = self.paragraph.text, None
        elif _TABLE.match(line):
            self._unhead(line)
            self.flush()
            self.left["table"] += 1
        elif line.lstrip().startswith(">"):
            self.flush()
            self.left["quotation"] += 1
        elif _TAG.match(line):
            self.flush()
        elif _REFERENCE.match(line):
            self.left["link"] += 1
        else:
            return False
        return True

    def _unhead(self, line: str) -> None:
        """Take back the line before, where it was the head of the table that begins here."""
        piece = self.open[-1] if self.open else self.paragraph
        if piece is not None and not self.blank and len(piece.said) > 1 and "|" in piece.said[-1] and "-" in line:
            piece.said.pop()
            self.left["table"] += 1

    def _text(self, number: int, line: str) -> None:
        indent = _width(line[: len(line) - len(line.lstrip())])
        if self.open:
            while self.blank and self.open and self.open[-1].indent >= indent:
                self.open.pop()
            if self.open:
                self.open[-1].said.append(line)
                return
            self.flush()
        if self.paragraph is not None and self.closed:
            self.flush()
        if self.paragraph is None and indent >= _TAB:
            self.left["code"] += 1
            return
        if self.paragraph is None:
            self.paragraph = _Piece(0, number, [])
        self.paragraph.said.append(line)
        self.closed = False

    def _say(self, piece: _Piece, leads: tuple[str, ...]) -> None:
        todo = [(piece, leads)]
        while todo:
            each, before = todo.pop()
            lead = _lead(each.text) if each.below else ""
            if lead:
                todo += [(below, (*before, lead)) for below in reversed(each.below)]
            else:
                self._found(": ".join((*before, _folded(each))), each.line)

    def _found(self, text: str, line: int) -> None:
        if _BARE_LINK.fullmatch(text):
            self.left["link"] += 1
        elif _IMPORT_ONLY.fullmatch(text):
            self.left["import"] += 1
        elif _LABEL.fullmatch(text):
            self.left["label"] += 1
        elif not any(letter.isalpha() for letter in text) or (text.isascii() and " " not in text):
            self.left["single word"] += 1
        else:
            self.found.append(Passage(text, line, self.under))


def passages(lines: Sequence[str], *, first: int = 0) -> Passages:
    """What the lines of a text say from `first` on; code in them is marked, see `regions`."""
    reader = _Reader()
    number = first
    while number < len(lines):
        if lines[number].startswith(FENCED):
            start = number
            while number < len(lines) and lines[number].startswith(FENCED):
                number += 1
            reader.code([line[1:] for line in lines[start:number]])
        else:
            reader.read(number + 1, lines[number])
            number += 1
    reader.flush()
    return Passages(tuple(reader.found), +reader.left)


def imports(lines: Sequence[str]) -> Iterator[str]:
    """The files that a text imports as `@path`: outside code, and only what can be a text of rules."""
    for line in lines:
        if not line.startswith(FENCED):
            yield from (each.rstrip(".") for each in _IMPORT.findall(_CODE_SPAN.sub(" ", line)))


_CODE_SPAN = re.compile(r"`[^`]{0,4000}`")
_IMPORT = re.compile(r"(?<![\w.@/])@((?:~/|/|\.{1,2}/)?(?:[\w.-]+/)*[\w.-]+\.(?:mdc?|txt)\b)")


def _folded(piece: _Piece) -> str:
    """A bullet with all that stands below it."""
    parts: list[str] = []
    todo = [piece]
    while todo:
        each = todo.pop()
        parts.append(each.text)
        todo += reversed(each.below)
    return parts[0] + (f" - {'; '.join(parts[1:])}" if parts[1:] else "")


def _lead(text: str) -> str:
    """A text without its colon, if it only leads to what follows it."""
    bare = text.strip().strip("*_").strip()
    bold = text.startswith(("**", "__")) and text.endswith(("**", "__")) and len(text) > 4
    if len(bare) > LEAD or not (bold or bare.endswith(_COLONS)):
        return ""
    return bare.rstrip("".join(_COLONS)).strip().strip("*_").strip()


def _width(blanks: str) -> int:
    return sum(_TAB if blank == "\t" else 1 for blank in blanks)
