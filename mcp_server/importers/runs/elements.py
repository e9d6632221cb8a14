"""Foreign XML as a stream of elements: refused by name before parsing, or read as far as it is whole."""

import codecs
import io
import re
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from itertools import chain
from typing import Any, NamedTuple

from mcp_server.importers.found import NotAReport
from store.text import clean_line

LARGEST = 64 * 1024 * 1024
"""Bytes of a report; a larger one is refused."""
DEEPEST = 64
"""Elements inside one another."""

_CHUNK = 64 * 1024


class Form(NamedTuple):
    """A kind of report, by what its first element is called."""

    name: str
    """As it stands after `not a`."""
    roots: Collection[str]
    hints: Mapping[str, str]
    """What to do about other roots."""
    advice: str
    """What to do about any other."""


class Broken(Exception):  # noqa: N818 - it ends a stream, after all that was whole
    """The XML ends or breaks here; every element that ended before was whole."""


def events(data: bytes, name: str, form: Form) -> Iterator[tuple[str, str, Any]]:
    """`start` or `end`, the tag without its namespace, and the lxml element, in the order of the file.

    The consumer frees elements that it is done with. `name` stands before every message. Raises
    NotAReport before the first element, or where elements lie too deep, and Broken after the last
    element that was whole.
    """
    decoder = _decoder(data, name)
    _check_beginning(decoder.decode(data[:_CHUNK]), name, form)
    decoder.reset()
    etree: Any = import_module("lxml.etree")
    parser = etree.XMLPullParser(
        events=("start", "end"), encoding="utf-8", huge_tree=True, resolve_entities=False, load_dtd=False,
        no_network=True, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    depth = 0
    for piece in chain(_legal(data, decoder), [None]):
        broken = ""
        try:
            parser.close() if piece is None else parser.feed(piece)
        except etree.XMLSyntaxError as error:
            broken = clean_line(error.msg, limit=120).text
        for event, element in parser.read_events():
            if event == "end":
                depth -= 1
            elif (depth := depth + 1) > DEEPEST:
                raise NotAReport(f"{name}: elements lie more than {DEEPEST} deep; give a test runner's report")
            yield event, local(element.tag), element
        if broken:
            raise Broken(broken)


def root(head: str) -> str:
    """The name of a document's first element without its namespace; empty where the text is no XML."""
    found = _ROOT.match(_PROLOG.sub("", head.removeprefix("\ufeff"), count=1))
    return found[1] if found else ""


def local(tag: str) -> str:
    """A tag without its namespace."""
    # a prefix that stands for nothing is left as it is written
    return tag.rpartition("}")[2] if tag[0] == "{" else tag.rpartition(":")[2]


def child(element: Any, tag: str) -> Any:
    """The first child of this name, whatever its namespace; None where there is none, or no element."""
    return next((each for each in element if local(each.tag) == tag), None) if element is not None else None


def words(element: Any, tag: str) -> str:
    """The text of the first child of this name; empty where there is none."""
    found = child(element, tag)
    return "" if found is None else found.text or ""


def number(value: str | None) -> int | None:
    """The whole number that an attribute holds, if it holds one."""
    if not value:
        return None
    plain = value.strip().replace(",", "")
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


def head(data: bytes) -> str:
    """The beginning of a document as text, to tell what it is; empty where its encoding is not read. Never raises."""
    try:
        return _decoder(data, "").decode(data[:_CHUNK])
    except NotAReport:
        return ""


def free(element: Any) -> None:
    """Let go of an element that has ended, and of its elder siblings, so memory does not grow with the file."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_ASCII_BASED = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp(?:125\d|437|85\d|86\d|874|932|949|950)|koi8-[rtu]|gb2312|gbk|gb18030|big5"
    r"|shift_jis|euc_(?:jp|kr)|mac-roman|tis-620"
)
"""Encodings in which markup is what it looks like; in others, such as UTF-7, a `<` may hide."""

_PROLOG = re.compile(r"\A\s*(?:(?:<\?(?>.*?\?>)|<!--(?>.*?-->))\s*)*+", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]++)(?=[\s/>]|\Z)")


def _decoder(data: bytes, name: str) -> codecs.IncrementalDecoder:
    """What turns the bytes into text; bytes that do not fit become U+FFFD, so they cost no test."""
    if len(data) > LARGEST:
        raise NotAReport(f"{name}: {len(data):,} bytes, at most {LARGEST:,} are read; split the report")
    if not data[:_CHUNK].strip():
        raise NotAReport(f"{name}: the file is empty; run the tests again and give the report they write")
    encoding = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), "")
    if not encoding:
        declared = _DECLARED.match(data)
        encoding = "utf-8" if declared is None else _known(declared[1].decode("ascii", "replace"), name)
    return codecs.getincrementaldecoder(encoding)("replace")


def _known(declared: str, name: str) -> str:
    if re.match(r"utf-?(?:16|32)|ucs-?[24]", declared, re.IGNORECASE):
        return "utf-8"  # the declaration could be read as ASCII, so it is wrong; .NET writes such files
    try:
        encoding = codecs.lookup(declared).name
    except LookupError:
        encoding = ""
    if not _ASCII_BASED.fullmatch(encoding):
        what = clean_line(declared, limit=40).text
        raise NotAReport(f"{name}: the encoding {what} is not read; write the report in UTF-8")
    return encoding


def _check_beginning(head: str, name: str, form: Form) -> None:
    body = _PROLOG.sub("", head, count=1)
    if body[:10].upper().startswith("<!DOCTYPE"):
        raise NotAReport(f"{name}: it declares a DOCTYPE, which can draw in other files; write it without")
    found = _ROOT.match(body)
    if found is None:
        start = clean_line(body[:20], limit=40).text
        raise NotAReport(f"{name}: not XML, it starts with {start!r}; give the XML report of a test run")
    if found[1] not in form.roots:
        tag = clean_line(found[1], limit=40).text
        raise NotAReport(f"{name}: not a {form.name}, root is <{tag}>; {form.hints.get(found[1], form.advice)}")


_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_COLOUR = re.compile(r"(?:\x1b|&#27;|&#x1b;|#x1b)\[[0-9;?]{0,40}[A-Z]", re.IGNORECASE)
"""What colours a terminal, also as pytest writes it; without its first character it would read as words."""
_COLOURED = ("\x1b[", "#27;[", "1B[", "1b[", "1B;[", "1b;[")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _legal(data: bytes, decoder: codecs.IncrementalDecoder) -> Iterator[bytes]:
    """The file as UTF-8 in pieces, without the characters that XML forbids and tests print all the same."""
    source, kept = io.BytesIO(data), ""
    while piece := source.read(_CHUNK):
        text = kept + decoder.decode(piece)
        text = text if source.tell() > _CHUNK else text.lstrip()
        cut = text.rfind("&", max(0, len(text) - 16))  # a reference is never torn apart
        kept = "" if cut < 0 else text[cut:]
        yield _without_controls(text if cut < 0 else text[:cut])
    yield _without_controls(kept + decoder.decode(b"", final=True))


def _without_controls(text: str) -> bytes:
    text = _COLOUR.sub("", text) if any(mark in text for mark in _COLOURED) else text
    return _CONTROL.sub(" ", _REFERENCE.sub(_reference, text)).encode()


def _reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    legal = code in {9, 10, 13} or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return found[0] if legal else " "
