"""The small language in which tables of what people say are written, and how its phrases are found among words.

A phrase is a line of items: a word, words to choose from (`a|b`), a class (`<name>`), an ending (`~ing`), a gap
(`*` up to three words, `**` up to eight words or marks). `?` behind an item: it may be missing; `\\` before it:
a question mark. First may stand `^`: at the beginning of a clause, `^^` of a sentence, `^^^` of the text; last
`$`: where the clause ends. Words are written as `plain` leaves them, without apostrophes; `,` is any mark.

The time is linear in the words: how far a phrase reaches, and in how many ways, is bounded by its items.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

MARKS = frozenset([",", ".", "!", "?"])
ANYWHERE, CLAUSE, SENTENCE, TEXT = range(4)
"""Where a phrase may begin; every word carries the highest that is true of it."""
_STEM, _WORD = 2, 5
"""Letters that stand before an ending, and that a word with one has: `using` has one, `need` and `this` have none."""
_GAP = 20
_FEW, _MANY = 3, 8
_END = "$"


class Item(NamedTuple):
    """One step of a phrase."""

    words: frozenset[str]
    endings: tuple[str, ...] = ()
    gap: int = 0
    """Up to so many words instead; more than three may be marks as well."""
    optional: bool = False


class Sign(NamedTuple):
    """A way to say something: how much it weighs, and what is said with it."""

    reason: str
    weight: int
    phrases: str
    """One phrase a line."""
    standing: int = 0
    """How much speaks for (or, below zero, against) that it is meant to last."""
    asks: bool = False
    """Whether it weighs as much in a question."""
    you: bool = False
    """Whether it speaks of the one spoken to, so that it weighs as much inside a task or a long text.

    Below zero: whether it speaks against the whole text, not only against the sentence it is in.
    """


class Phrase(NamedTuple):
    """A phrase as it is written, where it may begin, and the sign it belongs to."""

    written: str
    begins: int
    sign: Sign


class Words(NamedTuple):
    """The words and marks of one sentence, and where each stands."""

    texts: Sequence[str]
    places: Sequence[int]


class Table(NamedTuple):
    """Phrases by the words they can begin with. They are read on first need: few of them ever begin in a text."""

    starts: Mapping[str, Sequence[Phrase]]
    classes: Mapping[str, str]
    read: dict[str, tuple[Item, ...]]
    """The phrases that were read, by how they are written."""


def read_table(signs: Sequence[Sign], **classes: str) -> Table:
    """The phrases of signs, made ready to be found. Raises `KeyError` for a first class that is not given."""
    known = {f"<{name}>": words for name, words in classes.items()}
    starts: dict[str, list[Phrase]] = {}
    for sign in signs:
        for line in sign.phrases.splitlines():
            if written := line.strip():
                bare = written.lstrip("^")
                phrase = Phrase(bare, len(written) - len(bare), sign)
                for word in _first_words(bare.split(), known):
                    starts.setdefault(word, []).append(phrase)
    return Table(starts, known, {})


def signs_in(words: Words, table: Table) -> Iterator[Sign]:
    """The signs whose phrases are among the words, each as often as it is found."""
    for at, word in enumerate(words.texts):
        for phrase in table.starts.get(word, ()):
            if words.places[at] >= phrase.begins and _fits(words.texts, at, items(phrase, table), 0):
                yield phrase.sign


def items(phrase: Phrase, table: Table) -> tuple[Item, ...]:
    """The steps of a phrase. Raises `KeyError` for a class that the table does not know."""
    if phrase.written not in table.read:
        table.read[phrase.written] = tuple(_item(part, table.classes) for part in phrase.written.split())
    return table.read[phrase.written]


def signs_within(text: str, signs: Sequence[Sign], leads: Sequence[str]) -> Iterator[Sign]:
    """The signs that are in a sentence written without blanks: runs of letters, `…` for up to twenty others.

    `leads` may stand before a beginning. A sign comes once.
    """
    text = text.strip(" 。、.,!…")
    starts = _starts(text, leads)
    for sign in signs:
        if any(_runs(text, line, starts) for line in sign.phrases.split()):
            yield sign


def _starts(text: str, leads: Sequence[str]) -> frozenset[int]:
    starts = {0}
    at = 0
    while lead := next((lead for lead in leads if text.startswith(lead, at)), ""):
        at += len(lead)
        starts.add(at)
    return frozenset(starts)


def _runs(text: str, phrase: str, starts: frozenset[int]) -> bool:
    first, *rest = phrase.removeprefix("^").removesuffix("$").split("…")
    if phrase[0] == "^":
        ends = [start + len(first) for start in starts if text.startswith(first, start)]
    else:
        ends = [at + len(first)] if (at := text.find(first)) >= 0 else []
    for end in ends:
        at = end
        for run in rest:
            found = text.find(run, at, at + _GAP + len(run))
            if found < 0:
                break
            at = found + len(run)
        else:
            if phrase[-1] != "$" or text.rstrip("?").endswith((first, *rest)[-1]):
                return True
    return False


def _item(part: str, classes: Mapping[str, str]) -> Item:
    if part in {"*", "**"}:
        return Item(frozenset(), gap=_FEW if part == "*" else _MANY)
    bare, optional = _bare(part)
    chosen = _chosen(bare, classes)
    endings = tuple(sorted(word[1:] for word in chosen if word.startswith("~")))
    words = frozenset(word for word in chosen if not word.startswith("~"))
    return Item(words | MARKS if "," in words else words, endings, optional=optional)


def _first_words(parts: Sequence[str], classes: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    for part in parts:
        bare, optional = _bare(part)
        found.update(_chosen(bare, classes))
        if not optional:
            break
    return found | MARKS if "," in found else found


def _bare(part: str) -> tuple[str, bool]:
    if part[0] == "\\":
        return part[1:], False
    return (part[:-1], True) if part[-1] == "?" else (part, False)


def _chosen(bare: str, classes: Mapping[str, str]) -> list[str]:
    if "<" not in bare:
        return bare.split("|")
    return [word for choice in bare.split("|") for word in (classes[choice].split() if choice[0] == "<" else [choice])]


def _fits(texts: Sequence[str], at: int, steps: Sequence[Item], step: int) -> bool:
    """Whether the steps of a phrase, from one of them on, fit the words from a place on."""
    if step == len(steps):
        return True
    over = at >= len(texts) or texts[at] in MARKS
    item = steps[step]
    if item.gap:
        return any(_fits(texts, end, steps, step + 1) for end in _gap(texts, at, item.gap))
    return (
        ((over and _END in item.words) and _fits(texts, at, steps, step + 1))
        or ((at < len(texts) and _is(texts[at], item)) and _fits(texts, at + 1, steps, step + 1))
        or (item.optional and _fits(texts, at, steps, step + 1))
    )


def _gap(texts: Sequence[str], at: int, most: int) -> Iterator[int]:
    """Where a gap may end."""
    for end in range(at, min(at + most, len(texts)) + 1):
        yield end
        if most == _FEW and end < len(texts) and texts[end] in MARKS:
            return


def _is(word: str, item: Item) -> bool:
    if word in item.words:
        return True
    return any(word.endswith(ending) and len(word) >= max(_STEM + len(ending), _WORD) for ending in item.endings)
