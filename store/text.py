"""The gate: cleans every text once, at intake, so that a reviewer sees byte for byte what an agent gets.

Order: a limit on the raw size, strict UTF-8, characters nobody can see, normal form C, markup,
blanks, secrets, the limit on the clean size. This is repeated until a round changes nothing, so
that cleaning a clean text again never alters it, whatever one step makes another find.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, NewType

from store.characters import composed, without_hidden
from store.markup import without_markup
from store.patterns import compiled
from store.scripts import strange_words
from store.secrets import PERSONAL, marked, redact

CleanText = NewType("CleanText", str)
"""A text that went through the gate. Only this file makes one."""

EVIDENCE_LIMIT = 4000
LINE_LIMIT = 400
RULE_LIMIT = 400
RULE_WORDS = 32
RAW_LIMIT = 1 << 20
"""Bytes, or characters, of which a longer raw text keeps head and tail before anything reads it."""

_TORN = 8192
_ROUNDS = 4


class UnfitText(ValueError):  # noqa: N818 - the word that doors show; it names the text, not an accident
    """A text that cannot be a rule; the message is one line that says why and what to do."""


class Cleaned(NamedTuple):
    """A clean text, and an account of what it cost."""

    text: CleanText
    removed: Mapping[str, int]
    """What was taken out, by kind: `{"tag characters": 12}`."""
    redacted: Mapping[str, int]
    """How many secrets of each type stand behind marks."""
    cut: int
    """Characters dropped by a limit; bytes, where they were dropped before they were read."""
    marks: tuple[str, ...]
    """Remarks for a reviewer's eye."""


NOTHING = Cleaned(CleanText(""), {}, {}, 0, ())
"""What an empty text comes to; most optional fields are empty, and rounds over nothing take time."""


def trusted_text(text: str) -> CleanText:
    """A text as clean, unseen: for a backend that reads its own rows, and for what came out of the gate unchanged."""
    return CleanText(text)


def clean_evidence(raw: str | bytes, *, limit: int = EVIDENCE_LIMIT, known: Iterable[str] = ()) -> Cleaned:
    """A quote, log or diff: lines and tabs stay; too long, it keeps head and tail around a visible mark.

    `known` are values of secret variables to mask. Never raises.
    """
    return _settled(raw, shape=_lines, cut=_middle_cut, limit=limit, joiners=True, known=known)


def clean_line(raw: str | bytes, *, limit: int = LINE_LIMIT, known: Iterable[str] = ()) -> Cleaned:
    """One line, such as a name, reason or path: blanks collapsed; too long, its end goes. Never raises."""
    return _settled(raw, shape=_one_line, cut=_end_cut, limit=limit, joiners=True, known=known)


def clean_rule(raw: str | bytes, *, limit: int = RULE_LIMIT, known: Iterable[str] = ()) -> Cleaned:
    """One plain paragraph that an agent may be given as a rule, never cut.

    Raises `UnfitText` for what cannot be a rule: nothing, too much, a secret, a link, an import, a
    heading or code fence, or a look-alike of our own marks.
    """
    text, _, dropped = _decoded(raw)
    if dropped:
        raise UnfitText(f"the rule is far longer than {limit} characters; say it in one short sentence")
    _refuse_structure(without_hidden(text, joiners=False)[0])
    rule = _settled(raw, shape=_one_line, cut=_uncut, limit=limit, joiners=False, known=known)
    _refuse_content(rule, limit=limit)
    return rule


def folded(text: str) -> str:
    """The text as duplicates and screens compare it: NFKC, one case, single blanks. Never stored."""
    text = composed(text, "NFKC", Counter()).casefold()
    return " ".join(composed(text, "NFKC", Counter()).split())


# --- raw bytes to text


def _decoded(raw: str | bytes) -> tuple[str, Counter[str], int]:
    removed = Counter[str]()
    dropped = len(raw) - RAW_LIMIT
    if dropped <= 0:
        text = _text(raw)
    else:
        half = RAW_LIMIT // 2
        head, tail = _text(raw[:half]), _text(raw[-half:])
        # A secret torn in two is no longer recognised, so the torn lines go as well.
        end = head.rfind("\n", len(head) - _TORN)
        start = tail.find("\n", 0, _TORN)
        kept = head[: end if end >= 0 else len(head) - _TORN], tail[start + 1 if start >= 0 else _TORN :]
        dropped += len(head) + len(tail) - len(kept[0]) - len(kept[1])
        text = _cut_mark(dropped).join(kept)
    if isinstance(raw, bytes) and not text.isascii():
        text, removed["undecodable bytes"] = compiled(r"[\udc80-\udcff]++").subn("\ufffd", text)
    return text, removed, max(dropped, 0)


def _text(raw: str | bytes) -> str:
    # Bytes that are no UTF-8 become lone surrogates, which no valid text holds, and can be counted.
    return raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape")


# --- rounds


def _settled(
    raw: str | bytes,
    *,
    shape: Callable[[str], str],
    cut: Callable[[str, int, int], tuple[str, int]],
    limit: int,
    joiners: bool,
    known: Iterable[str],
) -> Cleaned:
    if not raw:
        return NOTHING
    known = tuple(known)
    text, removed, dropped = _decoded(raw)
    text = text.strip("\r\n")  # or the commonest text of all, with one newline at its end, needs two rounds
    redacted = Counter[str]()
    before = None
    rounds = 0
    # It ends: a round that changes anything leaves fewer of the original characters.
    while text != before:
        before = text
        rounds += 1
        if rounds > _ROUNDS:
            # Only markup wrapped in markup, layer in layer, needs this many.
            text = text.replace("<", " ").replace("![", "[")
        text, hidden = without_hidden(text, joiners=joiners)
        text, markup = without_markup(text)
        text, secrets = redact(shape(text), known=known)
        text, dropped = cut(text, max(limit, 0), dropped)
        removed.update(hidden)
        removed.update(markup)
        redacted.update(secrets)
    return Cleaned(
        text=CleanText(text),
        removed=dict(sorted((+removed).items())),
        redacted=dict(sorted(redacted.items())),
        cut=dropped,
        marks=strange_words(text),
    )


# --- blanks


def _lines(text: str) -> str:
    # A long run of blanks pushes what follows out of a reviewer's sight.
    text = compiled(r"[ \t]{41,}+").sub(" " * 40, text)
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return compiled(r"\n{3,}+").sub("\n\n", text).strip("\n")


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- limits


def _cut_mark(dropped: int) -> str:
    return f"\n[... {dropped} characters cut ...]\n"


def _middle_cut(text: str, limit: int, dropped: int) -> tuple[str, int]:
    if len(text) <= limit:
        return text, dropped
    room = limit - len(_cut_mark(dropped + len(text)))
    if room < limit // 2:
        return _end_cut(text, limit, dropped)
    end = _line_end(text, room // 2)
    start = _line_start(text, len(text) - (room - room // 2))
    dropped += start - end
    return text[:end].rstrip() + _cut_mark(dropped) + text[start:].lstrip("\n"), dropped


def _end_cut(text: str, limit: int, dropped: int) -> tuple[str, int]:
    if len(text) <= limit:
        return text, dropped
    end = _mark_around(text, max(limit - 1, 0))[0]
    return (text[:end].rstrip() + "…")[:limit], dropped + len(text) - end


def _uncut(text: str, _limit: int, dropped: int) -> tuple[str, int]:
    return text, dropped


def _line_end(text: str, end: int) -> int:
    newline = text.rfind("\n", end - end // 8, end)
    return newline if newline >= 0 else _mark_around(text, end)[0]


def _line_start(text: str, start: int) -> int:
    newline = text.find("\n", start, start + (len(text) - start) // 8)
    return newline if newline >= 0 else _mark_around(text, start)[1]


def _mark_around(text: str, place: int) -> tuple[int, int]:
    """Where the mark of a secret around `place` begins and ends; twice `place` if none is there."""
    beginning = marked("")[:-1]
    opening = text.rfind(beginning, max(place - 60, 0), place + len(beginning) - 1)
    closing = text.find("]", opening, place + 60) + 1 if opening >= 0 else 0
    return (opening, closing) if closing > place else (place, place)


# --- what cannot be a rule


def _refuse_structure(text: str) -> None:
    lowered = text.lower()
    if "<!-- mcp-promptlearn" in lowered or "mcp-promptlearn:begin" in lowered or "mcp-promptlearn:end" in lowered:
        raise UnfitText("the rule holds a block marker of mcp-promptlearn; leave the marker out")
    if compiled(r"(?m)^ {0,3}#{1,6}[ \t]").search(text):
        raise UnfitText("the rule holds a Markdown heading; write one plain sentence")
    if "```" in text or "~~~" in text:
        raise UnfitText("the rule holds a code fence; write one plain sentence, with `code` in single backticks")


def _refuse_content(rule: Cleaned, *, limit: int) -> None:
    text = rule.text
    secrets = sorted(rule.redacted.keys() - PERSONAL)
    if secrets:
        raise UnfitText(f"the rule holds a secret ({', '.join(secrets)}); say where to find it, not what it is")
    if not text:
        raise UnfitText("the rule is empty after cleaning; write one plain sentence")
    if len(text) > limit:
        raise UnfitText(f"the rule has {len(text)} characters, {limit} at most; say it in one short sentence")
    words = len(text.split())
    if words > RULE_WORDS:
        raise UnfitText(f"the rule has {words} words, {RULE_WORDS} at most; shorten it or split it in two")
    if compiled(r"\[R\d{1,20}\]").match(text):
        raise UnfitText("the rule begins with a rule id like [R12]; leave the id out, it is given by itself")
    if compiled(_LINK).search(folded(text)):
        raise UnfitText("the rule holds a link; say in words what the page asks for")
    if compiled(_IMPORT).search(compiled(r"(?<!\\)`[^`]{0,4000}+`").sub("``", text)):
        raise UnfitText("the rule holds an import like @path/file.md; put it in backticks or name the file without @")


_LINK = (
    r"(?:https?|ftps?) ?: ?//|(?<![a-z0-9])www\.[a-z0-9]|(?<![a-z0-9])(?:javascript|vbscript):[^\s]"
    r"|(?<![a-z0-9])data:(?:[a-z]{1,20}/[a-z]|[;,])"
)
# Agent files expand these, though not inside backticks; `@dataclass` and `@app.route` are plain code.
_IMPORT = r"(?<![A-Za-z0-9_.])@[^\s@`]{0,400}(?:/|\.(?:mdc?|txt)(?![A-Za-z0-9]))"
