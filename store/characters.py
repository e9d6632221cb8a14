"""Takes out of a text the characters that a reader cannot see or that deceive the eye."""

import re
from bisect import bisect_right
from collections import Counter

from store.patterns import compiled

CONTROLS = "controls"
FILLERS = "fillers"
FORMATS = "format characters"
NONCHARACTERS = "noncharacters"
PRIVATE = "private use"
SELECTORS = "variation selectors"
ZERO_WIDTH = "zero width"

# First, last, kind; in order. Categories Cf and Cc alone would miss selectors, fillers and blanks.
# ZWNJ and ZWJ (200C, 200D) are not here: scripts and emoji that need them are looked at in context.
FORBIDDEN = (
    (0x00, 0x08, CONTROLS),
    (0x0B, 0x1F, CONTROLS),
    (0x7F, 0x9F, CONTROLS),
    (0xAD, 0xAD, ZERO_WIDTH),
    (0x34F, 0x34F, FILLERS),
    (0x61C, 0x61C, "bidirectional controls"),
    (0x115F, 0x1160, FILLERS),
    (0x17B4, 0x17B5, FILLERS),
    (0x180B, 0x180F, SELECTORS),
    (0x200B, 0x200B, ZERO_WIDTH),
    (0x200E, 0x200F, ZERO_WIDTH),
    (0x202A, 0x202E, "bidirectional controls"),
    (0x2060, 0x2065, ZERO_WIDTH),
    (0x2066, 0x2069, "bidirectional controls"),
    (0x206A, 0x206F, FORMATS),
    (0x2800, 0x2800, FILLERS),
    (0x3164, 0x3164, FILLERS),
    (0xD800, 0xDFFF, "surrogates"),
    (0xE000, 0xF8FF, PRIVATE),
    (0xFDD0, 0xFDEF, NONCHARACTERS),
    (0xFE00, 0xFE0F, SELECTORS),
    (0xFEFF, 0xFEFF, ZERO_WIDTH),
    (0xFFA0, 0xFFA0, FILLERS),
    (0xFFF0, 0xFFFB, FORMATS),
    (0xFFFE, 0xFFFF, NONCHARACTERS),
    (0x13430, 0x1343F, FORMATS),
    (0x1BCA0, 0x1BCA3, FORMATS),
    (0x1D173, 0x1D17A, FORMATS),
    *((plane | 0xFFFE, plane | 0xFFFF, NONCHARACTERS) for plane in range(0x10000, 0xE0000, 0x10000)),
    (0xE0000, 0xE00FF, "tag characters"),
    (0xE0100, 0xE01EF, SELECTORS),
    (0xE01F0, 0xE0FFF, FORMATS),
    (0xEFFFE, 0xEFFFF, NONCHARACTERS),
    (0xF0000, 0x10FFFF, PRIVATE),
)

_ASCII = r"[\x00-\x08\x0b-\x1f\x7f]"
_SPACES = frozenset("\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000")

# A terminal swallows these whole: strings up to their end mark, control sequences, short escapes.
_ESCAPES = (
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*+(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    r"|\x1b[ -/]*+[0-~]"
)

# Letters and signs of Arabic, Syriac, the Indic scripts, Myanmar, Khmer and Mongolian.
_JOINING = (
    r"\u0620-\u065f\u066e-\u06ef\u06fa-\u06ff\u0710-\u074f\u0750-\u077f\u0840-\u085f\u08a0-\u08e1\u08e3-\u08ff"
    r"\u0900-\u0963\u0971-\u09e5\u09f0-\u0dff\u1000-\u109f\u1780-\u17dd\u1820-\u18aa\ua8e0-\ua8ff"
    r"\ufb50-\ufdcf\ufdf0-\ufdfb\ufe70-\ufefc"
)
_EMOJI = r"\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINERS = rf"((?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}]))|[\u200c\u200d]"

_INTRODUCERS = frozenset("\x1b\x90\x98\x9b\x9d\x9e\x9f")
_LINE_ENDS = frozenset("\x0b\x0c\x85\u2028\u2029")
_STACK = 8
_FIRSTS = tuple(first for first, _, _ in FORBIDDEN)


def kind_of(character: str) -> str:
    """What sort of forbidden character this is, or "" for one that may stay."""
    first, last, kind = FORBIDDEN[bisect_right(_FIRSTS, ord(character)) - 1]
    return kind if first <= ord(character) <= last and character not in "\t\n" else ""


def without_hidden(text: str, *, joiners: bool) -> tuple[str, Counter[str]]:
    """The text in NFC without forbidden characters, and how many of each kind went.

    Line ends of every sort become newlines, blanks of every sort become spaces. With `joiners`,
    ZWJ and ZWNJ stay where a script or an emoji sequence needs them.
    """
    taken = Counter[str]()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and not compiled(_ASCII).search(text):
        return text, taken
    distinct = set(text)
    if distinct & _INTRODUCERS:
        text, taken["escape sequences"] = compiled(_ESCAPES).subn("", text)
    for end in distinct & _LINE_ENDS:
        taken["line separators"] += text.count(end)
        text = text.replace(end, "\n")
    table: dict[int, str | None] = dict.fromkeys(map(ord, distinct & _SPACES), " ")
    forbidden = [character for character in distinct if kind_of(character)]
    if forbidden:
        counts = Counter(text)
        for character in forbidden:
            table[ord(character)] = None
            taken[kind_of(character)] += counts[character]
    if table:
        text = text.translate(table)
    text = _joined(text, taken, joiners=joiners)
    return composed(text, "NFC", taken), +taken


def _joined(text: str, taken: Counter[str], *, joiners: bool) -> str:
    if "\u200c" not in text and "\u200d" not in text:
        return text
    kept = compiled(_JOINERS).sub(r"\1", text) if joiners else text.replace("\u200c", "").replace("\u200d", "")
    taken["joiners"] += len(text) - len(kept)
    return kept


def composed(text: str, form: str, taken: Counter[str]) -> str:
    """The text in a Unicode normal form, with piles of combining marks cut to eight.

    Normalising takes time with the square of a pile's height (measured: 0.8 s for 32,000 marks),
    which a hostile text could use, and nobody reads such piles.
    """
    if text.isascii():
        return text
    import unicodedata

    # The two half-width Japanese voicing marks are letters that turn into marks in NFKC.
    marks = "".join(sorted(c for c in set(text) if unicodedata.category(c)[0] == "M" or c in "\uff9e\uff9f"))
    if marks:
        flat = re.sub(f"([{marks}]{{{_STACK}}})[{marks}]++", r"\1", text)
        taken["stacked marks"] += len(text) - len(flat)
        text = flat
    return unicodedata.normalize(form, text)  # pyright: ignore[reportArgumentType]
