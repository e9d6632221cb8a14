"""Points a reviewer to words whose letters are not what they look like."""

from bisect import bisect_right

from store.patterns import compiled

# First, last, name; in order. Only alphabets that hold doubles of Latin letters matter here.
_SCRIPTS = (
    (0x41, 0x5A, "Latin"),
    (0x61, 0x7A, "Latin"),
    (0xC0, 0x24F, "Latin"),
    (0x400, 0x52F, "Cyrillic"),
    (0x531, 0x587, "Armenian"),
    (0x13A0, 0x13FD, "Cherokee"),
    (0x1E00, 0x1EFF, "Latin"),
    (0x2C80, 0x2CFF, "Coptic"),
    (0x2DE0, 0x2DFF, "Cyrillic"),
    (0xA4D0, 0xA4F7, "Lisu"),
    (0xA640, 0xA69F, "Cyrillic"),
    (0xAB70, 0xABBF, "Cherokee"),
    (0xFF21, 0xFF5A, "full-width"),
    (0x1D400, 0x1D7FF, "mathematical"),
)
_FIRSTS = tuple(first for first, _, _ in _SCRIPTS)

# The letters A B E S I J K M H O P C T Y X, a e o p c y x s i j h d q w, and their like in Greek.
_CYRILLIC_DOUBLES = frozenset(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d"
)
# Of Greek only the doubles count: a plain delta or lambda beside Latin letters is everyday science.
_GREEK_DOUBLES = frozenset(
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03b1"
    "\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
)

_WORD = r"[^\W\d_]{1,4000}+"
_SHOWN = 5


def strange_words(text: str) -> tuple[str, ...]:
    """One remark for each of the first few words that mix alphabets or are foreign doubles of Latin."""
    if text.isascii():
        return ()
    words = dict.fromkeys(compiled(_WORD).findall(text))
    cyrillic = {c for c in set(text) if _script(c) == "Cyrillic"}
    posing = bool(cyrillic) and cyrillic <= _CYRILLIC_DOUBLES and any(word.isascii() for word in words)
    remarks: list[str] = []
    for word in words:
        if not word.isascii():
            scripts = {_script(c) for c in word} - {""}
            if len(scripts) > 1:
                remarks.append(f"mixed scripts in '{word[:40]}'")
            elif posing and len(word) > 1 and cyrillic.issuperset(word):
                remarks.append(f"Cyrillic that looks Latin in '{word[:40]}'")
    return tuple(remarks[:_SHOWN])


def _script(character: str) -> str:
    if character in _GREEK_DOUBLES:
        return "Greek"
    first, last, name = _SCRIPTS[bisect_right(_FIRSTS, ord(character)) - 1]
    return name if first <= ord(character) <= last else ""
