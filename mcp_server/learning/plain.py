# ruff: noqa: RUF001 - signs and letters of other scripts are what is looked for
"""How a text is read for comparison only: without case, accents, look-alike letters or disguises, and in sentences.

Nothing made here is ever stored or shown as a rule. Every function is linear in the text.
"""

import re
import unicodedata

from store.text import folded

_TWINS = (
    "аa еe оo рp сc хx уy іi їi јj ѕs һh ԁd ԛq ԝw ɡg кk мm тt вb нh αa οo ρp εe ιi κk νv τt υu χx ηn ωw ϲc ϳj "
    "օo սu հh ոn ıi ɑa ’' ‘' ´' ʼ'"
)
_LOOKALIKES = str.maketrans({twin[0]: twin[1] for twin in _TWINS.split()})
_LAST_WITH_ACCENTS = "\u058f"  # Latin, Greek, Cyrillic, Armenian; in later scripts a mark makes another letter
_CONTRACTION = re.compile(r"\b(do|does|did|is|are|was|were|should|would|could|must|has|have|had|need)n'?t\b")
_CAN = re.compile(r"\b(?:cannot|can't|cant)\b")
_WILL = re.compile(r"\b(?:won't|wont)\b")
_OWNER = re.compile(r"(?<=\w)'s\b")

_LEET_WORD = re.compile(r"[a-z0-9@$]{2,40}")
_LEET = str.maketrans("034579@$", "oeastgas")
_SPLIT_WORD = re.compile(r"(?<=[a-z])[-._*~^/\\+](?=[a-z])")
_SPACED = re.compile(r"(?<!\S)[a-z0-9](?: [a-z0-9]){2,400}(?![^\s.,;:!?)])")
_SEGMENTS = re.compile(
    r"(disable|skip|delete|remove|ignore|bypass|previous|instructions?|tests?|checks?|linter|review|push|force"
    r"|upload|send|secrets?|passwords?|tokens?|without|telling|tell|users?|curl|bash|sudo|main|all|the|not|do)"
)

_END = re.compile(r"[.!?]{1,9}[\"')\]*_`]{0,4}(?=\s)|[。！？]|\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|eg|ie|etc|vs|cf|incl|approx|resp|fig|no|nr|z\.b|d\.h|bzw|p\.ex|ca|mr|dr))\.$",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"^\s*\d{1,3}\.$")


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as one text, as every table here is."""
    return frozenset(words.split())


def plain(text: str) -> str:
    """A text folded once more: no accents, look-alike letters or contractions; a line break is a full stop."""
    text = folded(text.replace("\n", " ; ")).translate(_LOOKALIKES)
    if not text.isascii():
        text = "".join(_bare(letter) for letter in text)
    text = _CONTRACTION.sub(r"\1 not", _CAN.sub("can not", _WILL.sub("will not", text)))
    return _OWNER.sub("", text)


def disguises(text: str) -> tuple[str, ...]:
    """What a plain text may be read as, itself first: letters spaced out, split by signs, or written as digits."""
    readings = {text: None}
    for one in "il":
        read = _LEET_WORD.sub(lambda match, one=one: _unleet(match[0], one), text)
        read = _SPLIT_WORD.sub("", read)
        readings[_SPACED.sub(_joined, read)] = None
    return tuple(readings)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences and lines of a text, trimmed; abbreviations, versions and code in backticks end none."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if _is_end(text[start : match.end()], match[0]):
            found.append(text[start : match.end()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return tuple(sentence for sentence in found if any(letter.isalnum() for letter in sentence))


def _is_end(sentence: str, sign: str) -> bool:
    if sign == "\n":
        return True
    if sentence[: -len(sign)].count("`") % 2 or sign.startswith(".."):  # inside code: `println!`
        return False
    return not (_ABBREVIATION.search(sentence[-8:]) or _LIST_NUMBER.search(sentence[-8:]))


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0] if "\x7f" < letter <= _LAST_WITH_ACCENTS else letter


def _unleet(word: str, one: str) -> str:
    if word.isalpha() or not any("a" <= letter <= "z" for letter in word):
        return word
    return word.translate(_LEET).replace("1", one)


def _joined(match: re.Match[str]) -> str:
    return _SEGMENTS.sub(r" \1 ", match[0].replace(" ", ""))
