"""Do two rules say the same, or the opposite? By their words alone, without a model.

Above the file-length cap because one reading of a sentence serves all that is asked of it here.
A sentence is read as runs of content words, each run with its part: asked for, ruled out, or after a preposition
(`for`, `before`, `when`). The same runs say the same; the same words with a "no" moved say the opposite. Precision
is preferred: a missed duplicate costs a line, a wrong one costs a rule.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from mcp_server.learning.clauses import VERBS
from mcp_server.learning.plain import listed, plain

ALIKE = 0.85
"""From this overlap on, sentences with the same runs say the same: only slight words are more or fewer."""
TURNED = 0.5
"""From this overlap on, two sentences may contradict each other."""
SLIGHT = 0.1
"""What a slight word counts in the overlap; others count 1."""


class Likeness(StrEnum):
    """How two sentences stand to each other."""

    SAME = "same"
    OPPOSITE = "opposite"
    DIFFERENT = "different"


class Comparison(NamedTuple):
    """How two sentences stand to each other, and how far their words overlap, in [0, 1]."""

    likeness: Likeness
    score: float


def compare(a: str, b: str) -> Comparison:
    """How two sentences stand to each other; their order does not matter."""
    return _compare(_read(a), _read(b))


def nearest(text: str, others: Iterable[tuple[int, str]]) -> tuple[int, Comparison] | None:
    """The best match that says the same as a text, or the opposite, with its number; the first of equals."""
    best: tuple[int, Comparison] | None = None
    mine = _read(text)
    beginnings = [word[:3] if len(word) > 4 else word[:2] for word in mine.core if word not in _OTHERWISE_SPELT]
    needed = len(beginnings) - len(mine.core) / 2
    for number, other in others:
        if other.isascii():  # most have too few words in common; to see that is cheaper than to read them
            folded = other.lower()
            if sum(beginning in folded for beginning in beginnings) < needed:
                continue
        found = _compare(mine, _read(other))
        if found.likeness is not Likeness.DIFFERENT and (best is None or _rank(found) > _rank(best[1])):
            best = number, found
    return best


class Shelf:
    """Many sentences, each under a number, to which others are compared without being held against every one.

    Sentences that say the same, or the opposite, have the words that matter in common, or one has all
    of the other's. So only those are looked at that hold a text's rarest word, or whose own rarest word
    it holds.
    """

    def __init__(self, sentences: Iterable[tuple[int, str]] = ()) -> None:
        self._readings: dict[int, _Reading] = {}
        self._places: dict[int, int] = {}
        self._holding: dict[str, set[int]] = {}
        self._known_by: dict[str, set[int]] = {}
        for number, text in sentences:
            self.put(number, text)

    def put(self, number: int, text: str) -> None:
        """Keep a sentence behind all others, or in the place of the one that had its number."""
        reading = _read(text)
        self._readings[number] = reading
        self._places.setdefault(number, len(self._places))
        for word in reading.core:
            self._holding.setdefault(word, set()).add(number)
        # What a number stood for before is still found by its words, and then fails the comparison.
        self._known_by.setdefault(self._rarest(reading), set()).add(number)

    def same(self, text: str) -> int | None:
        """The number of the first sentence that says the same as a text."""
        mine = _read(text)
        for number in self._candidates(mine):
            if _compare(mine, self._readings[number]).likeness is Likeness.SAME:
                return number
        return None

    def nearest(self, text: str) -> tuple[int, Comparison] | None:
        """As the function of that name, among all sentences in their order."""
        mine = _read(text)
        best: tuple[int, Comparison] | None = None
        for number in self._candidates(mine):
            found = _compare(mine, self._readings[number])
            if found.likeness is not Likeness.DIFFERENT and (best is None or _rank(found) > _rank(best[1])):
                best = number, found
        return best

    def _candidates(self, reading: "_Reading") -> list[int]:
        found = set(self._holding.get(self._rarest(reading), ()))
        for word in reading.core or {""}:
            found |= self._known_by.get(word, set())
        return sorted(found, key=self._places.__getitem__)

    def _rarest(self, reading: "_Reading") -> str:
        """The word that the fewest sentences hold; empty for one without words that matter."""
        return min(reading.core, key=lambda word: (len(self._holding.get(word, ())), word), default="")


class Choices(NamedTuple):
    """The single things that a sentence asks for, and those that it rules out."""

    asked: frozenset[str]
    ruled_out: frozenset[str]
    bound: bool
    """It says so for a case (`for`, `in`, `when`), not for everything."""


def choices(text: str) -> Choices:
    """What a sentence like `use pnpm, never npm` chooses between; nothing for one that speaks of more at once."""
    read = _read(text)
    bound = any(part.strip("-") and not _EVERYTHING.issuperset(run) for part, run in read.runs)
    asked = frozenset(run[0] for part, run in read.runs if not part and len(run) == 1)
    ruled_out = frozenset(run[0] for part, run in read.runs if part == "-" and len(run) == 1)
    return Choices(asked, ruled_out, bound)


def words(text: str) -> frozenset[str]:
    """The content words of a text in a plain form, whatever part they play."""
    read = _read(text)
    return read.core | read.slight


# Words and what they do.

_VOWEL = re.compile(r"[aeiouy]")


def _stem(word: str) -> str:
    """A word without its common English endings; code, numbers and other scripts as they are."""
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("ches", "shes", "sses", "xes", "zes")):
        word = word[:-2]
    elif word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and _VOWEL.search(word[: -len(ending)]):
            word = word[: -len(ending)]
            break
    if word[-1] == "e":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls" else word


_STOP = listed(
    """
    a an the and or it its they them their this that these those there is are was were be been being am do does
    did have has had will would shall should must need needs ought you your we our us i me my please always ever
    also as so such make sure ensure remember use uses using used utilise utilize want prefer preferably any all
    every each both favor favour der die das den dem ein eine einen und oder zu es ist sind immer bitte verwende
    verwenden benutze nutze le la les un une des et ou est sont toujours utilise utiliser el los las una y o son
    siempre usa usar sempre 总是 必须 始终 务必 使用 请
    """
)
_EVERYTHING = listed("everything everyth everywher everywhere")
"""After `for`, as they are and as stems: no case of its own."""
_SLIGHT = listed(
    "carefully properly correctly simply just really very explicitly own proper here possible generally usually"
)
"""Words that a sentence may have more or fewer of and still say the same."""
_EQUAL = {
    pair.partition("=")[0]: pair.partition("=")[2]
    for pair in listed(
        """
        repo=repository repos=repository dir=directory dirs=directory folder=directory folders=directory
        docs=documentation config=configuration configs=configuration param=parameter params=parameter arg=argument
        args=argument deps=dependency dep=dependency db=database js=javascript ts=typescript py=python execute=run
        invoke=run delete=remove erase=remove func=function char=character chars=character var=variable
        vars=variable zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11
        twelve=12 fifty=50 hundred=100 thousand=1000
        """
    )
}
_NO = listed(
    "not never no kein keine keinen nicht nie niemals ne pas jamais nunca nao 不要 不得 禁止 切勿 请勿 不能 不可 别 勿 "
    "instead_of statt anstatt"
)
_NO_AFTER_VERB = listed("nicht nie niemals pas jamais kein keine keinen")
_TURNS = listed("avoid refrain without stop forbid prohibit ohne sans sin sem evite evita vermeide")
"""Words that turn what follows round, even under another "no"."""
_TURNED_VERBS = {"disable": "enable", "disallow": "allow", "exclude": "include", "omit": "include"}
_OTHERWISE_SPELT = frozenset(_stem(word) for word in (*_EQUAL.values(), *_TURNED_VERBS.values()))
_PART = {
    word: part
    for part, group in {
        "before": "before vor antes avant until till",
        "after": "after nach despues apres",
        "when": "when whenever if while wenn cuando quand si",
        "unless": "unless except",
        "for": "for fur pour para",
        "in": "in inside within at im en dans",
        "on": "on onto upon",
        "with": "with via by through mit avec con",
        "from": "from aus von desde",
        "to": "to into towards",
        "of": "of",
        "than": "than",
        "over": "above over",
        "below": "below beneath under",
        "between": "between",
        "against": "against",
        "outside": "outside",
        "around": "around",
        "because": "because since",
    }.items()
    for word in group.split()
}
_CHOOSING = listed("prefer favor favour choose use pick")
_RESETS = listed("but instead then sondern mais pero")
_FRONTED = listed("verwende nutze benutze usa utiliza utilise")
"""Verbs behind which a "no" that stood before them is over: `statt npm verwende pnpm`."""
_OPENERS = VERBS | _RESETS | _FRONTED | listed("always never do 使用 请 必须 总是")
_PASSIVE = re.compile(r"^([^,;:.]{1,200}?) (?:is|are) (not |never )?to be ([a-z]{2,20}?)(?:(?<=avoid)ed)?\b")
"""`Vendored code is not to be touched`: the same as not touching it."""
_PHRASES = (
    (
        re.compile(
            r"\b(?:instead of|in place of|rather than|as opposed to|au lieu de|plutot que|en lugar de|en vez de"
            r"|em vez de)\b"
            "|而不是|代替"
        ),
        " instead_of ",
    ),
    (re.compile(r"\bprior to\b"), "before"),
    (re.compile(r"\bnot (?:only|just)\b"), " "),
    (re.compile("(不要|不得|禁止|切勿|请勿|不能|不可|总是|必须|始终|务必|使用|请|别|勿)"), r" \1 "),
)
_TOKEN = re.compile(r"`[^`]{1,400}`|[\u3040-\u30ff\u3400-\u9fff]{1,2}|[\w@$#~*/\\+<>=.:&|^%-]+|[,;!?。、()]")
_FULL_STOPS = frozenset(".;!?。:")
_SIGNS = _FULL_STOPS | frozenset(",、()")


class _Reading(NamedTuple):
    plain: str
    runs: Counter[tuple[str, tuple[str, ...]]]
    """How often each run of words that matter stands in each part; the name of a part ruled out begins with `-`."""
    parts: dict[str, str]
    """The part in which each word that matters first stands."""
    core: frozenset[str]
    slight: frozenset[str]


@dataclass(slots=True)
class _Reader:
    """Where the reading of one sentence stands."""

    opener: str
    part: str = ""
    """The preposition that governs, with a minus if it was ruled out itself; else nothing."""
    no: bool = False
    before: str = ""
    """The part that a "no" interrupted: `with pytest, not unittest`."""
    comma: bool = False
    """A comma was passed: a "no" before it ends if a verb follows."""
    last: str = ""
    run: list[str] = field(default_factory=list[str])
    runs: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter[tuple[str, tuple[str, ...]]])
    parts: dict[str, str] = field(default_factory=dict[str, str])
    slight: set[str] = field(default_factory=set[str])

    def read(self, word: str) -> None:
        """Take one word or sign of the sentence."""
        if word in _FULL_STOPS:
            self._turn("", no=self.no and word == ":")
        elif word in {",", "、", "(", ")"}:
            self.before = self.part
            self._turn("", no=self.no)
            self.comma = True
        else:
            if self.comma and word in _OPENERS:
                self._turn("", no=False)
            self.comma = False
            self._read_word(word)
        self.last = word

    def take(self, word: str) -> None:
        """Take a word that matters, whatever it is."""
        part = self.part or ("-" if self.no else "")
        self.run.append(word)
        self.parts.setdefault(word, part)

    def finish(self, text: str) -> _Reading:
        """What was read."""
        self._turn("", no=False)
        return _Reading(text, self.runs, self.parts, frozenset(self.parts), frozenset(self.slight))

    def _read_word(self, word: str) -> None:
        before, self.before = self.before, ""
        if word in _NO_AFTER_VERB and self.run and not self.part:
            self._deny_run()
        elif word in _FRONTED and self.no and self.run:
            self._turn("", no=False)
        elif word in _NO or self._passes_over(word):
            self.before = (before if self.last == "," else self.part).removeprefix("-")
            self._turn("", no=True)
        elif word in _TURNS:
            self._turn("", no=not self.no)
        elif word in _RESETS:
            self._turn("", no=False)
        elif word in _PART:
            ruled_out = self.last in _NO
            self._turn(("-" if ruled_out else "") + _PART[word], no=self.no and not ruled_out)
        elif word in _SLIGHT:
            self.slight.add(word)
        elif word in _TURNED_VERBS:
            self._turn("", no=not self.no)
            self.take(_stem(_TURNED_VERBS[word]))
        elif word not in _STOP:
            if before and self.last != "," and word not in VERBS:
                self._turn("-" + before, no=False)
            self.take(_stem(_EQUAL.get(word, word)))

    def _deny_run(self) -> None:
        """`Pushe nie auf main`: the "no" after the verb is about the verb too."""
        self.no = True
        for word in self.run:
            self.parts[word] = "-"

    def _passes_over(self, word: str) -> bool:
        """`prefer tabs over spaces`, `prefer tabs to spaces`."""
        if word == "over":
            return self.opener in _CHOOSING
        return word == "to" and self.opener == "prefer" and self.last != "prefer"

    def _turn(self, part: str, *, no: bool) -> None:
        if self.run:
            self.runs[self.part or ("-" if self.no else ""), tuple(self.run)] += 1
            self.run = []
        self.part, self.no = part, no


@lru_cache(maxsize=8192)
def _read(text: str) -> _Reading:
    said = plain(text)
    joined = _PASSIVE.sub(lambda found: f"{found[2] or ''}{found[3]} {found[1]}", said)
    for pattern, one_word in _PHRASES:
        joined = pattern.sub(one_word, joined)
    tokens = _TOKEN.findall(joined)
    reader = _Reader(tokens[0] if tokens else "")
    for token in tokens:
        if token[0] == "`":
            for word in token[1:-1].split():
                reader.take(_stem(word))
            reader.last = token
        else:
            for word in _parts_of(token):
                reader.read(word)
    return reader.finish(said)


def _parts_of(token: str) -> Iterator[str]:
    """A token without what ends it, and the sign that does."""
    if any(letter.isalnum() for letter in token):
        yield token.rstrip(".:&|^*-").lstrip("*:|&^=")
    if token[-1] in _SIGNS:
        yield token[-1]


def _compare(a: _Reading, b: _Reading) -> Comparison:
    if a.plain == b.plain and a.plain:
        return Comparison(Likeness.SAME, 1.0)
    score = _overlap(a, b)
    if a.core and a.runs == b.runs and score >= ALIKE:
        return Comparison(Likeness.SAME, score)
    if score >= TURNED and (a.core <= b.core or b.core <= a.core) and _turned(a, b):
        return Comparison(Likeness.OPPOSITE, score)
    return Comparison(Likeness.DIFFERENT, score)


def _overlap(a: _Reading, b: _Reading) -> float:
    """The words in common as a share of all, slight words counted little."""
    common = len(a.core & b.core) + SLIGHT * len(a.slight & b.slight)
    total = len(a.core | b.core) + SLIGHT * len(a.slight | b.slight)
    return common / total if total else 0.0


def _turned(a: _Reading, b: _Reading) -> bool:
    """Whether most words in common that are asked for in one sentence are ruled out in the other."""
    turned = kept = moved = 0
    for word in a.core & b.core:
        one, other = a.parts[word], b.parts[word]
        if one == other:
            kept += one in {"", "-"}
        elif one.removeprefix("-") == other.removeprefix("-"):
            turned += 1
        else:
            moved += 1
    return turned >= max(kept, 1) and turned > moved


def _rank(found: Comparison) -> tuple[float, bool]:
    return found.score, found.likeness is Likeness.SAME
