"""The bytes of a person's rule file as text and back: whatever its encoding, not one of them is lost."""

from typing import NamedTuple

from mcp_server.agents.files import UnfitError
from mcp_server.learning.block import BlockError, block, put, without

_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Text(NamedTuple):
    """A file's text, and how its bytes were read."""

    text: str
    encoding: str
    whole: bool = True
    """Every byte is a character of that encoding."""


def read(data: bytes) -> Text:
    """The text of a file. Raises `UnfitError` for what is none."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return Text(data.decode(encoding), encoding)
            except UnicodeDecodeError:
                raise UnfitError("begins as UTF-16 and is not; save it as UTF-8, then run this again") from None
    if b"\0" in data:
        raise UnfitError("is no text; move it away, then run this again")
    try:
        return Text(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return Text(data.decode("utf-8", "surrogateescape"), "utf-8", whole=False)


def bytes_of(text: str, like: Text) -> bytes:
    """The bytes of a text, as the file had them."""
    return text.encode(like.encoding, "strict" if like.whole else "surrogateescape")


def with_block(data: bytes, body: str) -> bytes:
    """The file with a body as our block, every other byte as it was. Raises `UnfitError`."""
    found = read(data)
    if not (found.whole or body.isascii()):
        raise UnfitError("is not UTF-8 text, and our rules are not plain ASCII; save it as UTF-8, then run this again")
    try:
        return bytes_of(put(found.text, body), found)
    except BlockError as error:
        raise UnfitError(f"cannot hold our block: {error}") from error


def without_block(data: bytes) -> bytes:
    """The file without our block, every other byte as it was. Raises `UnfitError`."""
    found = read(data)
    try:
        return bytes_of(without(found.text), found)
    except BlockError as error:
        raise UnfitError(f"holds markers of ours that do not fit: {error}") from error


def without_markers(data: bytes) -> bytes:
    """The file with the text of our block, without its markers: for one that somebody edited. Raises `UnfitError`."""
    found = read(data)
    try:
        ours = block(found.text)
    except BlockError as error:
        raise UnfitError(f"holds markers of ours that do not fit: {error}") from error
    if ours is None:
        return data
    lines = found.text[ours.start : ours.end].splitlines(keepends=True)
    inner = "".join(lines[1:-1])
    return bytes_of(found.text[: ours.start] + inner + found.text[ours.end :], found)


def body_of(data: bytes) -> tuple[str, bool] | None:
    """What our block in a file says, and whether it is as we wrote it; None without one. Raises `UnfitError`."""
    try:
        ours = block(read(data).text)
    except BlockError as error:
        raise UnfitError(f"holds markers of ours that do not fit: {error}") from error
    return None if ours is None else (ours.body, ours.intact)
