# ruff: noqa: RUF001 - signs and letters of other scripts are what is looked for
"""How a sentence falls into clauses and which of its words stand under a "no": the grammar behind the screens.

No parser and no model: lists of words, and the rule that two negations cancel. Everything is linear in the text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_server.learning.plain import listed

VERBS = listed(
    """
    abort access act adapt add address adjust adopt align allow alter amend analyse analyze annotate append
    apply approve archive ask assert assign assume attach audit authenticate automate avoid backup base batch
    begin benchmark bind block boot bootstrap branch break bring build bump bundle bypass cache call cancel
    capture catch change check choose cite clean clear clone close collect combine comment commit compare
    compile compose compress compute configure confirm connect consider consolidate consult contain convert copy
    correct cover create cut debug declare decode decouple default defer define delete deliver deploy deprecate
    derive describe design detect determine develop disable discard discuss dispatch display document download
    draft drop dump duplicate echo edit eliminate email embed emit enable encapsulate encode encrypt end enforce
    ensure enter escape establish evaluate examine exclude execute exit expand explain export expose express
    extend extract fail favor favour feed fetch fill filter find finish fix flag flush focus follow force
    force-push fork format forward generate get give go grant group guard halt handle hardcode hash hide
    highlight hoist hold identify ignore implement import improve include increase indent infer inform
    initialise initialize inject inline insert inspect install instantiate integrate introduce invalidate
    investigate invoke isolate iterate join jump justify keep kill label launch lead learn leave let lift limit
    link list load localise localize locate lock log look loop lower maintain make manage map mark match measure
    memoise memoize mention merge migrate minimise minimize mirror mock modify monitor mount move mute name
    narrow nest normalise normalize notify obey observe obtain omit open optimise optimize order organise
    organize output override overwrite pack parameterise parameterize parse pass paste patch pause perform
    persist pick pin pipe place plan point poll populate post prefer prefix prepare preserve prevent print
    prioritise prioritize probe process produce profile propagate propose protect prove provide prune publish
    pull purge push put query quote raise re-run read rebase rebuild recommend record recover redact redirect
    reduce refactor refer reference reformat refrain refresh regenerate register reject relax release reload
    rely remember remind remove rename render reorder repeat replace reply report reproduce request require
    rerun reserve reset resolve respect respond restart restore restrict retain retire retry return reuse revert
    review rewrite roll rotate round route run sanitise sanitize save scan schedule scope search see seed select
    send separate serialise serialize serve set share ship show sign silence simplify skip snapshot sort source
    specify split squash stage stand start stay step stick stop store stream strip structure stub submit
    subscribe suggest supply support suppress surface swallow swap switch sync tag take target tell terminate
    test throw toggle touch trace track transform translate transmit treat trigger trim truncate trust try tune
    turn type uninstall unify unset update upgrade upload use utilise utilize validate verify version wait walk
    warn watch weaken wipe wrap write yield
    """
)
"""Verbs that open an instruction in English."""

REACH = 60
"""Words; a "no" further off than that does not govern."""

_TOKEN = re.compile(r"[^\s\"'()\[\]{}<>,;!?|`。、–—]+")
_TRIM_LEFT, _TRIM_RIGHT = "*_:=+&/\\", "*_:.=&"
_STOPS = frozenset(".!?;。–—")
_ABBREVIATIONS = listed("e.g i.e eg ie etc vs cf incl approx resp z.b d.h p.ex")
_COLON_HOLDS = listed("following these this things follows never not")
_TURNS = listed("but then instead however otherwise unless except sondern aber mais pero")
_ADDS = listed("just then always simply never do please")
_OPENERS = VERBS | _ADDS | listed("you we directly feel")
_OR_NEXT = re.compile(r"[^.;:]{1,60}, (?:or|nor|oder|ou) |\S{1,30} (?:or|nor) ")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")

_NO = listed(
    "not never no avoid avoids avoiding refrain without prevent prevents prohibit forbid forbids disallow ban cease "
    "neither instead_of rather_than nicht nie niemals kein keine keinen keiner ohne ne n nunca sin nao sem sans "
    "evite evita"
)
_NO_BEFORE_TO = listed("forget hesitate fail neglect afraid refuse decline")
_NEUTRAL = {"no": frozenset(["matter", "doubt"]), "not": frozenset(["only", "just", "merely"])}
_FRENCH = frozenset(["ne", "n"])
_FRENCH_SECOND = listed("pas jamais rien aucun aucune")
_CJK_NO = re.compile("不要|不得|不能|不可|不准|不应|不必|不用|不再|无需|禁止|严禁|切勿|请勿|勿|别")
_SUBORDINATE = listed("if when whenever once because since as while where wenn falls quand lorsque si cuando")
_ADVERBS = listed("ever just simply to be even directly ever been being")
_ASKED = listed("ask asking confirm approval permission confirmation consent consult")
_LEAVE = listed("approval permission confirmation consent review")
_REFUSED = listed("forbidden prohibited banned disallowed unacceptable verboten interdit interdite prohibido")
_GRANTED = listed("allowed acceptable permitted ok okay fine option accepted tolerated allow permit")
_NEEDS = listed("require requires need needs")
_JOINS = (
    (re.compile(r"\binstead of\b|\bin place of\b"), "instead_of"),
    (re.compile(r"\brather than\b"), "rather_than"),
    (re.compile(r"\b(?:never|not),? (?:ever\b,? ?)?under (?:any|no) circumstances,?"), "never"),
    (re.compile(r"\bunder no circumstances\b"), "never"),
    (re.compile(r"\bwhether or not\b|\bif not\b|\(ever\)"), " "),
)


class Word(NamedTuple):
    """One word, with its place in the text and the index of the first word of its clause."""

    text: str
    start: int
    end: int
    clause: int


class Clauses(NamedTuple):
    """A text as words that know their clause."""

    text: str
    words: tuple[Word, ...]

    def at(self, position: int) -> int:
        """The index of the word at, or first after, a position of the text."""
        low, high = 0, len(self.words) - 1
        while low < high:
            middle = (low + high) // 2
            if self.words[middle].end <= position:
                low = middle + 1
            else:
                high = middle
        return low

    def after(self, index: int, *, reach: int) -> Iterator[int]:
        """The indices of the next words of the same clause."""
        clause = self.words[index].clause
        for other in range(index + 1, min(index + 1 + reach, len(self.words))):
            if self.words[other].clause != clause:
                return
            yield other


def clauses(text: str) -> Clauses:
    """Cut a plain text into words and clauses."""
    for pattern, joined in _JOINS:
        text = pattern.sub(joined, text)
    words: list[Word] = []
    clause, no_at = 0, -1
    for start, end in _spans(text):
        word = text[start:end]
        if words and _turns(text, words, start, word, no_at):
            clause, no_at = len(words), -1
        if word in _NO:
            no_at = len(words)
        words.append(Word(word, start, end, clause))
    return Clauses(text, tuple(words))


def denials(found: Clauses, index: int, *, thing: int = -1, named: bool = False) -> int:
    """How many negations the act at a word stands under; two cancel.

    `thing` is the word it acts on, where negations may stand between (`push branches, never main`).
    `named`: the act is spoken of as a thing (`skipping tests`, `tests that are skipped`), so that
    `is forbidden` may follow.
    """
    words = found.words
    first = words[index].clause
    if words[first].text in _SUBORDINATE:
        # "if tests do not pass skip them": that "not" is not about skipping
        first = max(first, index - (2 if words[index - 1].text in _ADVERBS else 1))
    span = [*range(max(first, index - REACH), index), *range(index + 1, thing)]
    start, end = words[words[index].clause].start, words[index].end
    return (
        sum(_is_no(words, place) for place in span)
        + len(_CJK_NO.findall(found.text, max(start, end - 400), end))
        + (named and _refused_after(found, index))
    )


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _TOKEN.finditer(text):
        token = match[0]
        start = match.start() + len(token) - len(token.lstrip(_TRIM_LEFT))
        end = match.end() - len(token) + len(token.rstrip(_TRIM_RIGHT))
        if any(letter.isalnum() for letter in text[start:end]):
            yield start, end


def _turns(text: str, words: list[Word], start: int, word: str, no_at: int) -> bool:
    """Whether a new clause begins at a word."""
    before = words[-1]
    between = text[before.end : start]
    if not _STOPS.isdisjoint(between) or " -" in between or "=>" in between:
        return before.text not in _ABBREVIATIONS
    if ":" in between:
        return before.text not in _COLON_HOLDS
    if "," in between or "(" in between:
        if word in _OPENERS:
            return no_at < 0 or _OR_NEXT.match(text, start) is None
        return word in _TURNS or _CJK.match(word) is not None
    if before.text in {"and", "&", "plus"}:
        # "never commit and push" forbids both; "never read the plan and push it" may be an order after "and"
        return word in _ADDS or (word in VERBS and 0 <= no_at < len(words) - 3)
    return word in _TURNS


def _is_no(words: tuple[Word, ...], place: int) -> bool:
    word = words[place].text
    following = words[place + 1].text if place + 1 < len(words) else ""
    if word in _NO:
        return following not in _NEUTRAL.get(word, ())
    if word in _NO_BEFORE_TO:
        return following == "to"
    if word in {"stop", "quit"}:
        return following.endswith("ing")
    earlier = words[max(words[place].clause, place - 6) : place]
    if word in _FRENCH_SECOND:
        return not any(one.text in _FRENCH for one in earlier)
    if word == "before":
        return any(one.text in _ASKED for one in earlier)
    return word == "over" and words[words[place].clause].text == "prefer"


def _refused_after(found: Clauses, index: int) -> bool:
    words = found.words
    for place in found.after(index, reach=12):
        word = words[place].text
        near = {words[other].text for other in found.after(place, reach=4)}
        if (
            word in _REFUSED
            or (word in {"not", "never"} and not near.isdisjoint(_GRANTED))
            or (word in _NEEDS and not near.isdisjoint(_LEAVE))
        ):
            return True
    return False
