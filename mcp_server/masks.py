"""Takes the values of secret variables out of whatever is about to be kept: names, paths and fingerprints too.

The gate masks them in texts that it is handed with them; what importers and hooks make of a name has
been through it without, as they know no environment.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

from store.secrets import KNOWN_LENGTH, redact
from store.text import clean_evidence

Kept = TypeVar("Kept")

_OURS = frozenset({"project", "session", "hash", "digest"})
"""Fields that hold what we made or are looked up by; a value in them is nobody's text."""


def masked(value: Kept, known: Iterable[str]) -> Kept:
    """The same value, records and JSON of any depth, with every text in it masked in whatever case it stands."""
    forms = {form for each in known for form in (each.strip(), " ".join(each.split())) if len(form) >= KNOWN_LENGTH}
    return _masked(value, {form.lower() for form in forms}) if forms else value


def _masked(value: Kept, lowered: Iterable[str]) -> Kept:
    if type(value) is str:  # not a word of an enumeration, which is one too
        return cast("Kept", _text(value, lowered))
    if isinstance(value, tuple):
        each = cast("tuple[object, ...]", value)
        names = cast("tuple[str, ...]", getattr(each, "_fields", ()))
        inside = [
            part if name in _OURS else _masked(part, lowered)
            for name, part in zip(names or ("",) * len(each), each, strict=True)
        ]
        if all(new is old for new, old in zip(inside, each, strict=True)):
            return cast("Kept", each)
        return cast("Kept", cast("Any", type(each))(*inside) if names else tuple(inside))
    if isinstance(value, Mapping):
        told = cast("Mapping[str, object]", value)
        changed = {_masked(key, lowered): _masked(part, lowered) for key, part in told.items()}
        return cast("Kept", changed if changed != told else value)
    if isinstance(value, list):
        return cast("Kept", [_masked(part, lowered) for part in cast("list[object]", value)])
    return value


def _text(text: str, lowered: Iterable[str]) -> str:
    plain = text.lower()
    found = [form for form in lowered if form in plain]
    if not found:
        return text
    if len(plain) == len(text):  # else a letter has another length in the other case, and places would not be the same
        places = [(plain.index(form), len(form)) for form in found]
        found = [text[place : place + length] for place, length in places]
    now = redact(text, known=found)[0]
    if now == text:  # a value that is a word of our own marks stays, as in the gate
        return text
    # it may stand there in another spelling as well
    return _text(clean_evidence(now, limit=len(now)).text, lowered)
