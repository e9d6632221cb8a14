"""A rule file as it was read: whose it is, where it applies, and what it says."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcp_server.importers.rulefiles.forms import form, place
from mcp_server.importers.rulefiles.front import Front, front
from mcp_server.importers.rulefiles.letters import letters
from mcp_server.importers.rulefiles.passages import Passage, imports, passages
from mcp_server.importers.rulefiles.placed import placed
from mcp_server.importers.rulefiles.regions import regions
from mcp_server.learning.exported import ABOUT
from mcp_server.learning.fences import lines_of
from mcp_server.learning.select import tokens

ALWAYS, BY_PATH, ON_REQUEST, BY_HAND = "always", "by path", "on request", "by hand"
"""When a client reads a file: in every session, with files of its scope, when the model asks, when a person does."""

OURS = "left of our own block"
_NAMED = re.compile(r"For `[^\n]*`: \[R\d+\] ")


class Book(NamedTuple):
    """One rule file, read."""

    path: str
    form: str
    paths: tuple[str, ...]
    """Globs of its scope; none are the whole project."""
    when: str
    passages: tuple[Passage, ...]
    imports: tuple[str, ...]
    """Files that it imports, as it names them."""
    left_out: Mapping[str, int]
    """How many lines of what were left out."""
    notes: tuple[str, ...]
    tokens: int
    """Of the whole file: what it costs a session that reads it."""


class Draft(NamedTuple):
    """A file whose front matter was told from its text."""

    path: str
    text: str
    lines: tuple[str, ...]
    front: Front
    notes: tuple[str, ...]

    def field(self, name: str) -> tuple[str, ...]:
        """A field of its front matter; empty where it has none of that name."""
        return self.front.fields.get(name.lower(), ())


def draft(data: bytes, path: str, *, matter: bool = True) -> Draft:
    """The lines of a file, and its front matter where its form has any. Raises `UnreadableError`."""
    text, note = letters(data)
    lines = lines_of(text)
    found = front(lines) if matter else Front({}, 0)
    return Draft(path, text, tuple(lines), found, tuple(each for each in (note, found.note) if each))


def _ours(text: str) -> bool:
    """Was it left of a block of ours whose markers are gone, and would it be another rule than the one it was?"""
    return text.startswith(ABOUT) or _NAMED.match(text) is not None


def book(each: Draft, *, globs: Sequence[str] = (), when: str = "", follows: bool = False) -> Book:
    """The book of a file; `globs` are its own, and `follows` says that `@path` in its text is an import."""
    scope = placed(place(each.path), globs)
    own = regions(["\n"] * each.front.length + list(each.lines[each.front.length :]))
    said = passages(own.lines, first=each.front.length)
    left = Counter(own.left_out)
    left.update(said.left_out)
    kept = tuple(passage for passage in said.passages if not _ours(passage.text))
    left.update({OURS: len(said.passages) - len(kept)} if len(kept) < len(said.passages) else {})
    return Book(
        path=each.path,
        form=form(each.path),
        paths=scope.paths,
        when=when or (BY_PATH if scope.paths else ALWAYS),
        passages=kept,
        imports=tuple(dict.fromkeys(imports(own.lines))) if follows else (),
        left_out=dict(left),
        notes=(*each.notes, *scope.notes, *own.notes),
        tokens=tokens(each.text),
    )
