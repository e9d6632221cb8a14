"""Takes out of a text the HTML and Markdown that a rendered page would hide from its reader."""

import re
from collections import Counter

from store.patterns import compiled

COMMENT = "html comment"

_TAG = r"<(/?)([A-Za-z][A-Za-z0-9]{0,14}+)(\s[^<>]*+)?(/?)>"
_IMAGE = r"(?<!\w)!\[[^\[\]\n]*+\](?:\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)?\)|\[[^\[\]\n]*+\])"

# Names between blanks, looked up as `" name "`.
_INLINE = (
    " a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup tt u var "
)
_ELEMENTS = (
    f"{_INLINE}"
    "address applet area article aside audio base blink blockquote body br button canvas caption "
    "center col colgroup data datalist dd details dialog dir div dl dt embed fieldset figcaption "
    "figure footer form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe img "
    "input label legend li link main map marquee math menu meta meter nav nobr noframes noscript "
    "object ol optgroup option output p param path picture plaintext pre progress rp rt ruby script "
    "search section select slot source style summary svg table tbody td template textarea tfoot th "
    "thead time title tr track ul video wbr xmp "
)
_VOID = ("br", "hr", "img", "wbr")


def without_markup(text: str) -> tuple[str, Counter[str]]:
    """The text without comments, images and raw tags, and how many of each went.

    Only names of HTML elements count, and a bare `<name>` only where the same text closes it: so
    `List<object>`, `a < b`, `<T>` and a sentence about `<button>` survive. A tag right after a
    quote or backtick is a mention, unless it carries attributes.
    """
    taken = Counter[str]()
    if "<!--" in text:
        text, taken[COMMENT] = _without_comments(text)
    if "![" in text:
        text, taken["markdown image"] = compiled(_IMAGE).subn(" ", text)
    if "<" in text:
        text = _without_tags(text, taken)
    return text, +taken


def _without_comments(text: str) -> tuple[str, int]:
    parts: list[str] = []
    start = 0
    closed = True
    while (opening := text.find("<!--", start)) >= 0:
        parts.append(text[start:opening])
        # From the dashes of the opening, as browsers do: `<!-->` is a whole comment.
        closing = text.find("-->", opening + 2) if closed else -1
        closed = closing >= 0
        # One that never ends (half a diff, a cut log) loses its mark only, or all after it would go.
        start = closing + 3 if closed else opening + 4
    return " ".join((*parts, text[start:])), len(parts)


def _without_tags(text: str, taken: Counter[str]) -> str:
    closed = {tag[2].lower() for tag in compiled(_TAG).finditer(text) if tag[1] and not _mentioned(tag)}

    def replaced(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        # `List<Object>` and `<P>` are types; HTML is written in one case, and not as one capital.
        known = f" {name} " in _ELEMENTS and (tag[2] == name or (tag[2].isupper() and len(name) > 1))
        bare = "=" not in (tag[3] or "")
        if not known or (bare and (_mentioned(tag) or not (tag[1] or name in _VOID or name in closed))):
            return tag[0]
        taken["html image" if name == "img" else "html tag"] += 1
        return "" if f" {name} " in _INLINE else " "

    return compiled(_TAG).sub(replaced, text)


def _mentioned(tag: re.Match[str]) -> bool:
    return tag.start() > 0 and tag.string[tag.start() - 1] in "\"'`"
