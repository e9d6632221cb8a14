"""What could be better in the rules a person has: said twice, said against each other, about paths that are gone."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from mcp_server.learning.imported import Sentence
from mcp_server.learning.likeness import Likeness, Shelf, choices
from mcp_server.learning.scope import apart, covers

_SPAN = re.compile(r"`([^`\s]{3,200})`")
_BARE = re.compile(r"(?<![\w/:.@`<~$*\\-])(?:\./)?[\w.-]+(?:/[\w.-]+)*/[\w-][\w.-]*\.[a-z]{1,5}(?![\w/`*:(-])")
"""A path without code signs: at least one folder and an ending, and no part of an address."""
_FOLDER = re.compile(r"[\w.@-]+(?:/[\w.@-]+)+")
_PATH = re.compile(r"(?:\./)?[\w.@-]+(?:/[\w.@-]+)*/[\w.@-]+\.[A-Za-z]\w{0,9}|(?:\./)?[\w.@-]+(?:/[\w.@-]+)+/")


class Pair(NamedTuple):
    """Two sentences that should not both be there."""

    first: Sentence
    second: Sentence


class Dead(NamedTuple):
    """A path or glob that names nothing in the project."""

    file: str
    line: int
    """0 for the scope of the whole file."""
    path: str


class Checkup(NamedTuple):
    """All that was found."""

    duplicates: tuple[Pair, ...]
    contradictions: tuple[Pair, ...]
    dead: tuple[Dead, ...]


def checkup(sentences: Sequence[Sentence], files: Sequence[str], *, there: Callable[[str], bool]) -> Checkup:
    """Look through the sentences of all rule files.

    `files` are those of the project; `there` says whether a path of it exists.
    """
    duplicates, contradictions = _pairs(sentences)
    return Checkup(tuple(duplicates), tuple(contradictions), (*_scopes(sentences, files), *_named(sentences, there)))


def _pairs(sentences: Sequence[Sentence]) -> tuple[list[Pair], list[Pair]]:
    shelf, same, opposite = Shelf(), list[Pair](), list[Pair]()
    asking, ruling = dict[str, list[Sentence]](), dict[str, list[Sentence]]()
    for number, each in enumerate(sentences):
        found = shelf.nearest(each.text)
        other = None if found is None else sentences[found[0]]
        if found is not None and other is not None and not apart(other.paths, each.paths):
            (same if found[1].likeness is Likeness.SAME else opposite).append(Pair(other, each))
        # What is said twice is held against another once.
        twins = [pair.second for pair in same]
        opposite += [
            pair for pair in _at_odds(each, asking, ruling) if pair not in opposite and pair.first not in twins
        ]
        shelf.put(number, each.text)
    return same, opposite


def _at_odds(each: Sentence, asking: dict[str, list[Sentence]], ruling: dict[str, list[Sentence]]) -> list[Pair]:
    """Those before it that ask for what it rules out, or the other way round; then it is one of those before."""
    mine = choices(each.text)
    pairs = [(asking, mine.ruled_out), (ruling, mine.asked)]
    before = {id(other): other for held, words in pairs for word in words for other in held.get(word, ())}
    for held, words in ((asking, mine.asked), (ruling, mine.ruled_out)):
        for word in words:
            held.setdefault(word, []).append(each)
    return [
        Pair(other, each)
        for other in before.values()
        if not (mine.bound and choices(other.text).bound) and not apart(other.paths, each.paths)
    ]


def _scopes(sentences: Iterable[Sentence], files: Sequence[str]) -> list[Dead]:
    globs = dict.fromkeys((each.file, glob) for each in sentences for glob in each.paths)
    alive = {glob: any(covers((glob,), (file,)) for file in files) for _, glob in globs}
    return [Dead(file, 0, glob) for file, glob in globs if not alive[glob]]


def _named(sentences: Iterable[Sentence], there: Callable[[str], bool]) -> list[Dead]:
    found: list[Dead] = []
    for each in sentences:
        place = each.file.rpartition("/")[0]
        for path in dict.fromkeys((*_SPAN.findall(each.text), *_BARE.findall(each.text))):
            beside = f"{place}/{path}" if place else path
            # A folder without a slash behind it is told from two words by the first folder, which has to be there.
            known = _PATH.fullmatch(path) or (_FOLDER.fullmatch(path) and there(path.partition("/")[0]))
            if known and not there(path) and not there(beside):
                found.append(Dead(each.file, each.line, path))
    return found
