"""Roo: `.roo/rules` and `.roo/rules-MODE`, in Markdown, plain text or XML; a rule is then what one element says."""

import re
from html import unescape

from mcp_server.importers.rulefiles.book import Book, book, draft

_ELEMENT = "\x02"
_PART = re.compile(r"[\0\r\u2028\u2029]+")
_TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[?/!]?[A-Za-z][^<>]{0,1000}>")


def parse(data: bytes, path: str) -> Book:
    """Read one. Raises `UnreadableError`."""
    each = draft(data, path, matter=False)
    if path.lower().endswith(".xml"):
        each = each._replace(lines=tuple(f"{_said(line)}\n" for line in _TAG.sub(_mark, each.text).split("\n")))
    return book(each)


def _mark(tag: re.Match[str]) -> str:
    """A mark in the place of a tag, over as many lines, so that they keep their numbers."""
    return _ELEMENT + "\n" * tag[0].count("\n")


def _said(line: str) -> str:
    """What a line says, as a bullet where an element begins with it."""
    text = _PART.sub(" ", unescape(line.replace(_ELEMENT, " "))).strip()
    return f"- {text}" if text and line.lstrip().startswith(_ELEMENT) else text
