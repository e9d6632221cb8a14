"""Bytes of a rule file as text, whatever their encoding, or the reason why they are none."""

import codecs
from typing import NamedTuple

MOST = 1 << 20
"""Bytes that a rule file may have; no client reads as many."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096


class UnreadableError(ValueError):
    """Bytes that are no rule file; the message is a few words that say why."""


class Letters(NamedTuple):
    """A text, and how it was read where that was not plain."""

    text: str
    note: str = ""


def letters(data: bytes) -> Letters:
    """The text of a file: by its mark, else UTF-8, else Latin-1, which reads every byte. Raises `UnreadableError`."""
    if len(data) > MOST:
        raise UnreadableError(f"has more than the {MOST} bytes that a rule file may have; split it")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return Letters(text, "" if encoding == "utf-8" else f"read as {encoding}, as its mark says")
    if b"\0" in data:
        raise UnreadableError("is not text, or UTF-16 without its mark; save it as UTF-8")
    try:
        return Letters(data.decode("utf-8"))
    except UnicodeDecodeError:
        sample = data[:_SAMPLE]
        if sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample) * 20 > len(sample):
            raise UnreadableError("is not text") from None
        return Letters(data.decode("latin-1"), "not UTF-8, so read as Latin-1")
