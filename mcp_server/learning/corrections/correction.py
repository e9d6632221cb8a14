# ruff: noqa: RUF001 - signs and letters of other scripts are what is looked for
"""Does a person, talking to their agent, say that it did wrong or has to work another way, and in which words?

No model: tables of what people say when they push back (a file per language, `correction_english.py` and its
neighbours), each sign with a weight. What speaks against it (praise, an answer, one's own mistake) weighs below
zero. When in doubt the answer is no: what is missed can be said again. The work per text is bounded.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import NamedTuple, cast

from mcp_server.learning.corrections.phrases import (
    ANYWHERE,
    CLAUSE,
    MARKS,
    SENTENCE,
    TEXT,
    Sign,
    Table,
    Words,
    signs_in,
    signs_within,
)
from mcp_server.learning.plain import listed, plain, sentences
from store.text import clean_line

ENOUGH = 4
"""The weight from which a text is a correction."""
LONGEST = 400
"""Characters of the sentence that is kept."""
MOST_CHARACTERS, MOST_SENTENCES, MOST_SENTENCE = 4000, 12, 600
"""How much of a text is read: so many characters, of so many sentences, and of each so many characters."""
_LONG = 75
"""Words from which a text is a description, in which only what speaks of the agent weighs fully."""
_LONG_JAPANESE = 200
_SHORT = 30
"""Characters below which a sentence is kept together with the one after it."""


class Correction(NamedTuple):
    """That a person corrected their agent, and how."""

    sentence: str
    """The person's own words that carry it, clean, on one line."""
    standing: bool
    """Whether it is meant to last, not only for the thing at hand."""
    sign: str
    """What gave it away, in words for a person."""


class _Hit(NamedTuple):
    sign: Sign
    weight: int
    sentence: int


_NOT_SAID = re.compile(
    r"""[ \t]{0,40}(?:
    [>|$<\#]  # other people's words, tables, shells, markup
    | (?:[\w.$/-]{1,80}:[ ]?)?(?:[\w.]{0,60}(?:error|exception|warning|fehler)|fatal|traceback|panic|npm[ ]err!?)
      (?:\[\w{1,20}\])?\s?[:(\[]
    | \d{4}-\d\d-\d\d[T ]\d\d:\d\d | \[?\d\d:\d\d:\d\d | at[ ][\w.$]{1,80}\( | File[ ]"
    | (?:[+-]{3}|@@|diff[ ]--git)[ ]
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED = re.compile(
    r"`[^`\n]{1,300}`|\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»"
    r"|「[^」\n]{1,300}」|『[^』\n]{1,300}』"
)
_QUOTE = " quoted "
_BULLET = re.compile(r"[ \t]{0,20}(?:[-*+•]|\d{1,3}[.)])[ \t]{1,8}")
_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_](?:\w|[./\\@:](?=\w)){0,80}+|[.,;:!?…]++|\s[-–—]{1,3}\s|[–—]")
_TOLD = 2
"""Such words that are needed to tell."""
_SHORTENED = {
    "youre": ("you", "re"),
    "youve": ("you", "ve"),
    "youd": ("you", "d"),
    "u": ("you",),
    "ur": ("your",),
    "ive": ("i", "ve"),
    "thats": ("that",),
    "whats": ("what",),
    "lets": ("let",),
}
"""What is written together for want of an apostrophe."""

_LEADS = listed(
    """
    and but so because then also please pls plz ok okay hmm hm well now just yes yeah yep no nope nah hey hi wait sorry
    actually again look listen oh ah um uh er eh ugh argh right claude codex cursor seriously thanks great
    und aber also dann bitte ja nein ne nee hmm naja ach och jetzt danke weil denn super gut
    et mais alors donc stp svp oui non ouais euh bon ben enfin merci puis hein car la
    y pero entonces pues si ya oye mira bueno ay porque gracias vale che ojo
    """
)
"""What may stand before the words that matter."""
_LANGUAGES = {
    "english": listed(
        """
        the you that is this it i and not of to my do did was what why we in with for are be your have please use can
        should still again stop don just only now wrong but use used all there they he by from which how then when if
        fix add make write run go back instead yes worries good great too much very never always does has will would
        """
    ),
    "german": listed(
        """
        das die der du nicht ich ist und ein eine den wir war so zu mit auf es hast bitte wieder doch noch nein ja
        kein keine im dem fur aber wie was warum schon mal immer nur auch nie ab mach lass zuruck falsch statt
        """
    ),
    "french": listed(
        """
        le la les tu je pas c est un une des de et ce que qui pour dans on as ai ne en du il y non ca j l d
        mais au aux sur sans ton ta tes mon ma mes toujours encore pourquoi trop arrete
        """
    ),
    "spanish": listed(
        """
        el la los las no que de es un una lo y en te has eso esta para con por se yo mi al del
        sin pero como otra vez ya mas muy esto ese esa tu tus siempre nunca porque demasiado
        """
    ),
}
"""Words that tell a language."""


def correction(text: str) -> Correction | None:
    """The correction that a person's own words hold, or None.

    None for tasks, questions, answers, praise, reports of faults in what is being built, and pasted logs.
    Deterministic; never raises.
    """
    said = _said(text[:MOST_CHARACTERS])
    narrow, hits = _hits(said)
    weights = [_weight(hits, number) for number in range(len(said))]
    against = sum(hit.weight for hit in hits if hit.weight < 0 and hit.sign.you)
    if (max(weights, default=0) if narrow else sum(weights)) + against < ENOUGH:
        return None
    heaviest = weights.index(max(weights))
    kept = said[heaviest]
    if len(kept) < _SHORT and heaviest + 1 < len(said):
        kept += " " + said[heaviest + 1]
    sign = max((hit for hit in hits if hit.sentence == heaviest), key=lambda hit: hit.weight).sign
    return Correction(clean_line(kept, limit=LONGEST).text, sum(hit.sign.standing for hit in hits) > 0, sign.reason)


def _weight(hits: Sequence[_Hit], sentence: int) -> int:
    here = sum(hit.weight for hit in hits if hit.sentence == sentence and (hit.weight > 0 or not hit.sign.you))
    return max(here, 0)


def _said(text: str) -> list[str]:
    """The sentences that the person said themselves, in their order."""
    kept: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = line.lstrip()[:3]
        if fence:
            fence = "" if mark == fence else fence
        elif mark in {"```", "~~~"}:
            fence = mark
        elif not _NOT_SAID.match(line):
            kept.append(_BULLET.sub("", line, count=1) if _BULLET.match(line) else line)
    return list(sentences("\n".join(kept))[:MOST_SENTENCES])


def _hits(said: list[str]) -> tuple[bool, list[_Hit]]:
    """Whether the text is a task or a description, and the signs found, each once, where it weighs most."""
    read = [plain(_QUOTED.sub(_QUOTE, sentence[:MOST_SENTENCE])) for sentence in said]
    if any(_JAPANESE.search(sentence) for sentence in read):
        table = import_module("mcp_server.learning.corrections.correction_japanese")
        signs = [dict.fromkeys(signs_within(sentence, table.SIGNS, table.LEADS)) for sentence in read]
        long = sum(map(len, read)) > _LONG_JAPANESE
    else:
        found = [_words(sentence, first=number == 0) for number, sentence in enumerate(read)]
        tables = [_table(name) for name in _languages(found)]
        signs = [dict.fromkeys(sign for table in tables for sign in signs_in(words, table)) for words in found]
        long = sum(len(words.texts) for words in found) > _LONG
    task = any(_is_task(sign) for sign in (signs[0] if signs else ()))
    hits: dict[tuple[str, int], _Hit] = {}
    for number, sentence in enumerate(read):
        asks = sentence.rstrip("\"' )").endswith("?")
        for sign in signs[number]:
            weight = sign.weight
            if weight > 0 and ((asks and not sign.asks) or ((task or long) and not sign.you)):
                weight = 0 if long else weight // 2
            # What speaks against it does so in each sentence; what speaks for it is worth no more by repeating.
            key = (sign.reason, number if weight < 0 else 0)
            if key not in hits or hits[key].weight < weight:
                hits[key] = _Hit(sign, weight, number)
    return task or long, list(hits.values())


def _is_task(sign: Sign) -> bool:
    return sign.weight == 0 and sign.standing == 0


def _words(sentence: str, *, first: bool) -> Words:
    """The words of a plain sentence, and of each whether a clause, the sentence or the text begins there."""
    texts: list[str] = []
    places: list[int] = []
    place = TEXT if first else SENTENCE
    for word in _tokens(sentence):
        texts.append(word)
        places.append(place)
        if word in MARKS:
            place = place if place >= SENTENCE and word == "," else SENTENCE if word in ".!?" else CLAUSE
        elif word in _LEADS:
            place = max(place, CLAUSE)
        else:
            place = ANYWHERE
    return Words(texts, places)


def _tokens(sentence: str) -> Iterator[str]:
    for match in _WORD.finditer(sentence):
        token = match[0]
        if token in _SHORTENED:
            yield from _SHORTENED[token]
        elif token[0].isalnum():
            yield token
        elif len(token) > 1 and "?" in token:
            yield "?!" if "!" in token else "??"
            yield "?"
        else:
            yield token[-1] if token[-1] in MARKS else ","


def _languages(found: Sequence[Words]) -> list[str]:
    """The languages that the words may be in; all where they do not tell."""
    words = [word for sentence in found for word in sentence.texts[:60]]
    counts = {name: sum(word in told for word in words) for name, told in _LANGUAGES.items()}
    most = max(counts.values())
    return [name for name, count in counts.items() if most < _TOLD or count * 4 >= most * 3]


@cache
def _table(name: str) -> Table:
    """The signs of a language, read on first need: a hook needs one or two of them."""
    return cast("Table", import_module(f"mcp_server.learning.corrections.correction_{name}").TABLE)
