"""What somebody wrote in a review, without the words of others: their own sentences and the changes they suggest."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from mcp_server.learning import fingerprint as classes
from mcp_server.learning.plain import listed, sentences
from store.text import EVIDENCE_LIMIT, CleanText, clean_evidence

LONGEST = 1 << 16
"""Characters of a body that are looked at: GitHub's own limit."""


class Suggestion(NamedTuple):
    """A change that a reviewer wrote out."""

    text: CleanText
    """What should stand there; empty where the lines should go."""
    above: int = 0
    below: int = 0
    """How many lines above and below the one commented on it replaces, where the fence itself says so (GitLab)."""


class Remark(NamedTuple):
    """What one comment says."""

    text: CleanText
    """The author's own words; empty where there are none."""
    suggestions: tuple[Suggestion, ...] = ()


_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}+|~{3,}+)[ \t]*+(?P<info>[^\n]*+)")
_SUGGESTION = re.compile(r"suggestion(?::-(?P<above>\d{1,4})\+(?P<below>\d{1,4}))?(?:[ \t].*+)?", re.DOTALL)
_QUOTE = re.compile(r" {0,3}>")
_ALERT = re.compile(r" {0,3}> ?\[!(?:note|tip|important|warning|caution)\]\s*+", re.IGNORECASE)
_WROTE = re.compile(
    r"(?=\D*+\d).{4,300}\b(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto)\b.{0,80}:", re.IGNORECASE | re.DOTALL
)
_FOOTER = re.compile(
    r"Reply to this email directly|You are receiving this because|-{2,10} ?Original Message ?-{2,10}"
    r"|Message ID: ?<|Sent from my \w|Get Outlook for ",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-\u2013\u2014_]{1,40}")
_SIGNATURE = 8
"""Lines after `--` that may be a signature; more are a text with a line drawn through it."""


def read(body: str) -> Remark:
    """The comment without quoted lines, mail footers and suggestions; hidden markup went first."""
    whole = clean_evidence(body, limit=LONGEST).text
    lines = whole.split("\n")
    kept: list[str] = []
    suggestions: list[Suggestion] = []
    end = _end(lines)
    place = 0
    while place < end:
        opening = _opening(lines[place])
        if opening is None:
            place = _prose(lines, place, end, kept)
            continue
        closing = _closing(lines, place + 1, end, opening["mark"])
        told = _SUGGESTION.fullmatch(opening["info"].strip())
        if told:
            inner = clean_evidence("\n".join(lines[place + 1 : closing])).text
            suggestions.append(Suggestion(inner, int(told["above"] or 0), int(told["below"] or 0)))
        else:
            kept += lines[place : closing + 1]
        place = closing + 1
    own = "\n".join(kept)
    if not own.startswith("    "):  # that is code; fewer are left of a comment that stood there
        own = own.lstrip(" ")
    # cleaning a clean text changes nothing, and takes its time
    text = whole if own == whole and len(whole) <= EVIDENCE_LIMIT else clean_evidence(own).text
    if not text and suggestions:
        text = clean_evidence(f"suggested change:\n{suggestions[0].text or '(these lines should go)'}").text
    return Remark(text, tuple(suggestions))


def _opening(line: str) -> re.Match[str] | None:
    found = _FENCE.fullmatch(line)
    # ```inline``` is code in a sentence
    return None if found is None or (found["mark"][0] == "`" and "`" in found["info"]) else found


def _closing(lines: Sequence[str], place: int, end: int, mark: str) -> int:
    """The line that closes a fence; one that is never closed goes to the end."""
    while place < end:
        line = lines[place].strip()
        if len(line) >= len(mark) and not line.strip(mark[0]):
            return place
        place += 1
    return end


def _prose(lines: Sequence[str], place: int, end: int, kept: list[str]) -> int:
    """Take over one line, or a block of quoted ones, and say where to go on."""
    if not _QUOTE.match(lines[place]):
        if not _attributes(lines, place, end):
            kept.append(lines[place])
        return place + 1
    alert = _ALERT.match(lines[place])  # written as a quote, and the author's own
    if alert:
        kept.append(lines[place][alert.end() :])
        place += 1
    while place < end and (quoted := _QUOTE.match(lines[place])):
        if alert:
            kept.append(lines[place][quoted.end() :].removeprefix(" "))
        place += 1
    return place


def _attributes(lines: Sequence[str], place: int, end: int) -> bool:
    """Is this the line by which a mail program says whose words follow?"""
    if not _WROTE.fullmatch(lines[place].strip()):
        return False
    place += 1
    while place < end and not lines[place].strip():
        place += 1
    return place == end or bool(_QUOTE.match(lines[place]))


def _end(lines: Sequence[str]) -> int:
    """Where the author's own text ends, before what their mail program put under it."""
    for place, line in enumerate(lines):
        if line == "--" and place and not lines[place - 1] and len(lines) - place <= _SIGNATURE:
            return place
        if _FOOTER.match(line.lstrip()):
            above = place - 1
            while above >= 0 and (not lines[above].strip() or _RULE.fullmatch(lines[above].strip())):
                above -= 1
            return above + 1
    return len(lines)


# --- its class

_LEAD = re.compile(
    r"(?:@[\w-]{1,60}[,:]? "
    r"|[*_(\[]{0,3}(?:nit(?:pick)?|minor|suggestion|question|issue|todo|chore|style|praise|thought)[*_)\]]{0,3}"
    r"(?: ?\([^()\n]{1,40}\))?[*_]{0,3} ?[:\u2013\u2014-][*_]{0,2} )",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"(?:@[\w-]{1,60} )?/\w[\w-]{0,40}(?: [^\n]{0,200})?")
_WORD = re.compile(r"[^\W_]++(?:['\u2019][^\W_]++)?")
_ASSENT = listed(
    """
    a addressed again all and approve approved approving awesome catch cool day do done everything excellent fine
    fixed for good great i it job lgtm looking looks love me merge nice now of ok okay perfect please point resolved
    sgtm ship so sounds super thank thanks thankyou that the this to too updated very well will work yep yes you
    """
)
_ENOUGH_WORDS, _ENOUGH_SIGNS = 2, 6
_SENTENCES = 20
"""Sentences that are looked at for one that asks for something."""


def fingerprint(text: str, identity: str) -> str:
    """The class of what a reviewer asked for, noticed where the same reviewer looks again; empty where it has none.

    It is the first whole sentence. Assent, slash commands and single words tell of no failure.
    """
    for sentence in islice(_asked(text), _SENTENCES):
        words = _LEAD.sub("", sentence, count=2)
        (steady,) = classes.of_sentence(words).rest
        if _tells(steady):
            return str(classes.Fingerprint("review", classes.bounded(identity, 160), (steady,)))
    return ""


def _asked(text: str) -> Iterator[str]:
    """The sentences that stand neither in code nor for a command."""
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        opening = _opening(lines[place])
        if opening is not None:
            place = _closing(lines, place + 1, len(lines), opening["mark"])
        elif not _COMMAND.fullmatch(lines[place].strip()):
            yield from sentences(lines[place])
        place += 1


def _tells(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    enough = len(words) >= _ENOUGH_WORDS or any(len(word) >= _ENOUGH_SIGNS and not word.isascii() for word in words)
    return enough and not all(word in _ASSENT for word in words)
