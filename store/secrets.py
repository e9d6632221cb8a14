"""Masks secrets and personal names in a text, so that none is ever stored, served or sent.

A value goes, its surroundings and a mark that names its type stay. Formats that vendors publish are
data in `credentials`; here are the secrets that only their place gives away: key blocks, headers,
assignments, addresses, home folders and the process's own variables.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import log2

from store.credentials import FORMATS
from store.patterns import compiled

HOME = "home directory"
EMAIL = "e-mail address"
PERSONAL = frozenset((HOME, EMAIL))
"""The types that say who somebody is, and open no door."""

KNOWN_LENGTH = 8
"""Shorter values of variables are too likely to be ordinary words."""


def marked(kind: str) -> str:
    """What stands in a text where a secret stood."""
    return f"[redacted: {kind}]"


def redact(text: str, *, known: Iterable[str] = ()) -> tuple[str, Mapping[str, int]]:
    """The text with every secret behind a typed mark, and how many of each type there were.

    `known` are values of the process's own secret variables; those of eight characters and more
    are masked wherever they stand. Home folders become `~`. Never raises.
    """
    found = Counter[str]()
    text = _without_known(text, found, known=known)
    if "-----" in text and "PRIVATE KEY" in text:
        text = _without_key_blocks(text, found)
    for kind, needles, source in FORMATS:
        for needle in needles:
            if needle in text:
                pattern = compiled(source)
                kept = r"\1" if pattern.groups else ""
                text, count = pattern.subn(kept + marked(kind), text)
                found[kind] += count
                break
    lowered = text.lower()
    for needles, source, kind_of in _PLACES:
        for needle in needles:
            if needle in lowered:
                text = _without_values(text, found, source=source, kind_of=kind_of)
                break
    if "@" in text:
        text, count = compiled(_EMAIL).subn(marked(EMAIL), text)
        found[EMAIL] += count
    for needle, source in _HOMES:
        if needle in lowered:
            text, count = compiled(source).subn("~", text)
            found[HOME] += count
    return text, +found


# --- the process's own variables

_VARIABLE = "environment secret"


def _without_known(text: str, found: Counter[str], *, known: Iterable[str]) -> str:
    values = {form for value in known for form in (value.strip(), " ".join(value.split()))}
    for value in sorted(values, key=lambda v: (-len(v), v)):
        # A value that is a word of our own marks (`redacted`) would eat them, and is no secret.
        if len(value) >= KNOWN_LENGTH and value in text and not any(value in mark for mark in _marks()):
            found[_VARIABLE] += text.count(value)
            text = text.replace(value, marked(_VARIABLE))
    return text


def _marks() -> set[str]:
    kinds = {kind for kind, _, _ in FORMATS}
    kinds.update((_VARIABLE, _KEY, _PGP, EMAIL, "authorization header", "cookie", "password", "secret"))
    return {marked(kind) for kind in kinds}


# --- private key blocks, whole, or cut at either end

_KEY = "private key"
_PGP = "PGP private key"
_REACH = 16_384
_LABEL = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_BASE64 = r"[A-Za-z0-9+/=]"
_REST = (
    r"(?:\s{0,4}+(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\n]{0,200}+){0,6}"
    rf"(?:[^A-Za-z0-9+/=]{{0,12}}+{_BASE64}{{16,}}+)++(?:[^A-Za-z0-9+/=]{{0,12}}+{_BASE64}{{1,15}}+\Z)?"
)
# Read from the end backwards: a short last line, then full ones.
_TAIL = rf"(?:[^A-Za-z0-9+/=]{{0,12}}+{_BASE64}{{1,15}}+)?(?:[^A-Za-z0-9+/=]{{0,12}}+{_BASE64}{{16,}}+)++"


def _without_key_blocks(text: str, found: Counter[str]) -> str:
    ends = [(m.start(), m.end()) for m in compiled(rf"-----END {_LABEL}").finditer(text)]
    parts: list[str] = []
    done = 0
    for begin in compiled(rf"-----BEGIN {_LABEL}").finditer(text):
        if begin.start() < done:
            continue
        kind = _PGP if "PGP" in begin[0] else _KEY
        index = bisect_left(ends, (begin.end(), 0))
        stop = ends[index][1] if index < len(ends) and ends[index][0] - begin.end() <= _REACH else 0
        if not stop:
            rest = compiled(_REST).match(text, begin.end())
            if rest is None:
                continue
            stop = rest.end()
        parts.extend((_headless(text[done : begin.start()], found), marked(kind)))
        found[kind] += 1
        done = stop
    return "".join((*parts, _headless(text[done:], found)))


def _headless(text: str, found: Counter[str]) -> str:
    """The text without blocks whose beginning was cut away."""
    parts: list[str] = []
    done = 0
    for end in compiled(rf"-----END {_LABEL}").finditer(text):
        body = text[max(done, end.start() - _REACH) : end.start()][::-1]
        tail = compiled(_TAIL).match(body)
        if tail is not None:
            kind = _PGP if "PGP" in end[0] else _KEY
            parts.extend((text[done : end.start() - tail.end()], marked(kind)))
            found[kind] += 1
            done = end.end()
    return "".join((*parts, text[done:]))


# --- values that only the word before them gives away

_KEY_WORD = (
    r"(?i:password|passwd|passphrase|pwd|secret|token|(?:api|access|private|secret|auth|signing|encryption|master)"
    r"[_-]?key|authorization)"
)
# What follows the word: `tokens`, `SECRET_KEY`, `tokenValue`; not `tokenizer` or `secretary`.
_ENDING = r"(?:s|[A-Z0-9_-][A-Za-z0-9_-]{0,30}+)?(?![A-Za-z0-9_])"
# `go test` writes the blanks of a name as underscores.
_EQUALS = r"(?:\\{0,3}[\"']\]?)?\s{0,8}(?::=|=>|[:>]|={1,3})[\s_]{0,8}\\{0,3}"
_PLAIN = r"\s\"'`\\,;<>(){}\[\]|"
_VALUE = rf"(?:\"([^\"\s\\]{{8,}}+)|'([^'\s\\]{{8,}}+)|([^{_PLAIN}=](?:(?!::)[^{_PLAIN}]){{7,}}+)(?![(\[]))"
_ASSIGNMENT = rf"({_KEY_WORD})({_ENDING})({_EQUALS}){_VALUE}"
_FLAG = (
    r"(--[a-z-]{0,30}(?:password|passphrase|secret|token|api-?key))([a-z-]{0,20}+)( {1,2})"
    r"(?:\"([^\"\s]{8,}+)|'([^'\s]{8,}+)|([^\s\"'`-][^\s\"'`]{7,}+))"
)
_HEADER = (
    r"((?i:authorization)\\{0,3}[\"']?\]?)(\s{0,4}[:=,]\s{0,4}\\{0,3}[\"']?)"
    r"((?i:bearer|basic|token|digest|apikey|negotiate) {1,4})([^\s\"'`\\,;<>\[\]]{4,}+)"
)
_BEARER = r"((?<![A-Za-z0-9])(?i:bearer))( {1,4})()([A-Za-z0-9._~+/=-]{16,}+)"
_COOKIE = (
    r"((?i:(?:set-)?cookie))([\"']?)(: {0,4}[\"']?)([^\s=;\"'\[]{1,64}=[^\s;\"']{4,}+"
    r"(?:; {0,2}+(?![^\s;\"']{0,200}(?i:cookie)[\"']?:)[^\s;\"']++)*+)"
)

# A name of something that stands beside a secret, and is none.
_HARMLESS = (
    r"(?i)(?:expir\w{0,9}|ttl|count|limit|file|path|dir|url|uri|endpoint|name|type|kind|len|length|size|max|min|usage|used|"
    r"budget|version|format|field|header|class|arn|id|ids|at)\Z"
)
# Words and short numbers joined by dots, slashes and dashes, or a type such as `OAuth2Token`: code, a
# path, a sentence; no key.
_PIECE = r"[A-Za-z]*+(?:\d{1,5}(?:[A-Z][a-z]{2,15}+){1,6}+|\d{0,2}+)"
_WORDLIKE = rf"(?:{_PIECE}[._/:@-])*+{_PIECE}\Z"
_PLACEHOLDER = (
    r"(?i)[$%<{*\[~]|.{0,40}?(?:x{4}|\*{3}|\.{3}|\$\{|\{\{|redacted|example|your[-_ ]?|change[-_]?me|"
    r"placeholder|dummy|sample|insert[-_]|replace[-_])"
)


def _assigned(found: re.Match[str]) -> str:
    word, ending, _, *values = found.groups()
    value = next(v for v in values if v)
    if compiled(_HARMLESS).search(ending) or not _looks_random(value):
        return ""
    return "password" if "pass" in word.lower() or word.lower() == "pwd" else "secret"


def _authorized(found: re.Match[str]) -> str:
    value = found[4]
    # "Authorization: token required" is a sentence.
    plain = value.isalpha() and value.islower()
    return "" if plain or compiled(_PLACEHOLDER).match(value) else "authorization header"


def _borne(found: re.Match[str]) -> str:
    return "authorization header" if _looks_random(found[4]) else ""


def _baked(_: re.Match[str]) -> str:
    return "cookie"


def _looks_random(value: str) -> bool:
    if compiled(_PLACEHOLDER).match(value) or compiled(_WORDLIKE).match(value):
        return False
    if value.isdigit() or not any(c.isdigit() for c in value):
        return False
    counts = Counter(value[:256]).values()
    total = sum(counts)
    bits = -sum(n / total * log2(n / total) for n in counts)
    # A key of 16 random hexadecimal digits has 3 bits a character or more; a repeated word has fewer.
    return bits >= (3.0 if total >= 16 else 2.7)


def _without_values(text: str, found: Counter[str], *, source: str, kind_of: Callable[[re.Match[str]], str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        kind = kind_of(match)
        if not kind:
            return match[0]
        found[kind] += 1
        return match[0][: match.start(match.lastindex or 0) - match.start()] + marked(kind)

    return compiled(source).sub(replaced, text)


_WORDS = ("passw", "passphrase", "pwd", "secret", "token", "key", "authorization")
_PLACES: tuple[tuple[tuple[str, ...], str, Callable[[re.Match[str]], str]], ...] = (
    (("authorization",), _HEADER, _authorized),
    (("bearer",), _BEARER, _borne),
    (("cookie",), _COOKIE, _baked),
    (_WORDS, _ASSIGNMENT, _assigned),
    (("--",), _FLAG, _assigned),
)

# --- addresses and home folders

# `git@host` names no person; `name@1.2.3-beta.x` and `icon@2x.png` are a package and a file.
_EMAIL = (
    r"(?<![A-Za-z0-9._%+-])(?!git@)[A-Za-z0-9._%+-]{1,64}+@(?!\d{1,9}\.\d|\d{1,9}x\.)(?:[A-Za-z0-9-]{1,63}+\.){1,8}"
    r"(?!(?:png|jpe?g|gif|svg|webp|service|socket|timer|target)\b)[A-Za-z]{2,24}+(?![A-Za-z0-9(_-])"
)
_NAME = r"[^\s/\\:;,'\"`<>|()\[\]{}*?$~]{1,64}+"
_BARE = r"(?<![\w.~%-])"
_HOMES = (
    (
        "users",
        (
            r"(?<![A-Za-z0-9])[A-Za-z]:(?:\\{1,4}|/)(?i:users)(?:\\{1,4}|/)(?!Public\b)"
            rf"(?:{_NAME}(?: [^\s/\\:;,'\"`<>|]{{1,64}}+){{1,3}}(?=[\\/])|{_NAME})"
        ),
    ),
    ("/users/", rf"{_BARE}(?:(?:/mnt)?/[a-z])?/Users/(?!Shared\b){_NAME}"),
    ("/home/", rf"{_BARE}(?:/(?:var|usr|export))?/home/{_NAME}(?=/)"),
    # Without a slash after it, a quoted or requested `/home/settings` is more likely a web route.
    ("/home/", rf"(?<![\w.~%\"'`(-])(?<!GET )(?<!POST )/home/{_NAME}"),
)
