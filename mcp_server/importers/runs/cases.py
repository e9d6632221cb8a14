"""One test case: how it went, under an identity that is the same in every run and in every format."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from mcp_server.importers.runs import traces
from mcp_server.learning import fingerprint
from store.text import EVIDENCE_LIMIT, LINE_LIMIT, CleanText, clean_evidence, clean_line, trusted_text

READ = 32 * 1024
"""Characters of a failure's text that are looked at; a longer one keeps head and tail."""


class Status(StrEnum):
    """How a case went; the worst comes first."""

    FAILED = "failed"
    ERROR = "error"
    FLAKY = "flaky"
    PASSED = "passed"
    SKIPPED = "skipped"


WELL = frozenset({Status.PASSED, Status.SKIPPED})
"""What leaves nothing to explain."""


class Case(NamedTuple):
    """One test, under an identity that is the same in every run and on every machine."""

    identity: CleanText
    """Class or module, `::`, name; the detector of its fingerprint."""
    status: Status
    exception: CleanText
    """The exception's name; empty where the text names none."""
    message: CleanText
    detail: CleanText
    file: CleanText
    line: int | None
    frame: CleanText
    """`path:function` of the repository's innermost frame; empty where none is known."""
    fingerprint: str
    """The class of the failure; empty for a case that passed or did not run."""


class Told(NamedTuple):
    """What a report says of a failure, as it stands there."""

    message: str = ""
    """The short form."""
    kind: str = ""
    """The exception's name, or a word like `failure`."""
    text: str = ""
    """The whole of it, with its frames."""


NO_WORDS = Told()


class Draft(NamedTuple):
    """A case whose identity has not been through the gate yet; it goes there together with many others."""

    name: str
    """The identity as the report has it."""
    status: Status
    exception: CleanText
    message: CleanText
    detail: CleanText
    file: CleanText
    line: int | None
    frame: CleanText
    words: str = ""
    """The first words of a failure, for one that names no exception."""


Key = tuple[str, ...]
"""What two attempts at one test share to the letter: suites, class, name and file."""


def draft(
    suites: tuple[str, ...],
    owner: str,
    name: str,
    *,
    status: Status,
    told: Told = NO_WORDS,
    file: str = "",
    line: int | None = None,
) -> Draft:
    """A test of this name as it went; `finished` makes cases of drafts.

    `suites` are the names of those it lies in, outermost first, `owner` is its class or module with
    dots, `file` its file.
    """
    full, place, nothing = _full_name(suites, owner, name, file), _line(file), _line("")
    detail = _evidence(told.text)
    kept = detail if len(detail) <= EVIDENCE_LIMIT else clean_evidence(detail).text
    if status in WELL:
        return Draft(full, status, nothing, _line(told.message), kept, place, line, nothing)
    message = _evidence(told.message)
    trace = traces.read(detail, message=message, kind=told.kind[:200], owner=owner, file=file)
    exception, frame, words = _line(trace.exception), _line(trace.frame), _line(trace.words)
    said = _line(message if message.startswith(trace.words) else words)
    return Draft(full, status, exception, said, kept, place, line, frame, words)


def finished(found: Iterable[tuple[Key, Draft]]) -> Iterator[tuple[Key, Case]]:
    """Every draft as a case, in its order."""
    every = list(found)
    for (key, made), identity in zip(every, identities([each.name for _, each in every]), strict=True):
        _, status, exception, message, detail, file, line, frame, words = made
        target = ""
        if status not in WELL:
            target = str(fingerprint.of_test_failure(test=identity, exception=exception or words, frame=frame))
        yield key, Case(identity, status, exception, message, detail, file, line, frame, target)


def passing(identity: CleanText) -> Case:
    """A case that was well."""
    nothing = _line("")
    return Case(identity, Status.PASSED, nothing, nothing, nothing, nothing, None, nothing, "")


def _line(raw: str) -> CleanText:
    return _short_line(raw) if len(raw) <= LINE_LIMIT else clean_line(raw).text


@lru_cache(maxsize=4096)
def _short_line(raw: str) -> CleanText:
    """`raw` through the gate, which takes its time; files, exceptions and reasons repeat, and most fields are empty."""
    return clean_line(raw).text


def _evidence(raw: str) -> CleanText:
    if not raw or raw.isspace():
        return _short_line("")
    return _short_evidence(raw) if len(raw) <= LINE_LIMIT else clean_evidence(raw, limit=READ).text


@lru_cache(maxsize=4096)
def _short_evidence(raw: str) -> CleanText:
    return clean_evidence(raw).text


_SAYS_NOTHING = frozenset({"", "junit", "pytest", "root suite"})
_PLACED = re.compile(r"[./:\\]")
_BLANK = re.compile(r"\s")
_FILE = re.compile(r"(?:[^\s:/\\][^\s:\\/]*[\\/])*[^\s:/\\]+\.\w{1,5}")


def _full_name(suites: tuple[str, ...], owner: str, name: str, file: str) -> str:
    """Class and name; the file, or the suites, only where the class does not say where the test is."""
    known = len(owner) + len(file) + sum(map(len, suites)) <= LINE_LIMIT
    place = _place(suites, owner, file) if known else _place.__wrapped__(suites, owner, file)
    bare = _portable(name.strip())
    return "::".join(place if bare in place or not bare else (*place, bare))


@lru_cache(maxsize=4096)
def _place(suites: tuple[str, ...], owner: str, file: str) -> tuple[str, ...]:
    """What stands before a test's name; it shares that with others."""
    parts = [owner.strip()]
    if not _PLACED.search(parts[0]) or _BLANK.search(parts[0]):  # a bare word, or prose
        place = [file] if _FILE.fullmatch(file) else [suite.strip() for suite in suites]
        parts = [*(part for part in place if part.casefold() not in _SAYS_NOTHING), *parts]
    return tuple(dict.fromkeys(_portable(part) for part in parts if part))


def _portable(part: str) -> str:
    return part.replace("\\", "/") if "\\" in part and _FILE.fullmatch(part) else part


def _identity(full: str) -> CleanText:
    plain = clean_line(full, limit=READ).text
    named = fingerprint.name_of_test(plain)
    return plain if named == plain else clean_line(named).text


# --- many identities at once

_TOGETHER = 400
_SIMPLE = re.compile(r"[A-Za-z0-9_.:\[\](),#+*/ -]{1,150}")
_HEX = re.compile(r"[0-9a-fA-F]{10}|0[xX]")
_LOOSE_SLASH = re.compile(r"(?<![\w.-])/")
_BETWEEN = "\n|\n"
"""No value of a secret reaches over this, so a name is judged by itself."""


def identities(names: Sequence[str]) -> list[CleanText]:
    """For every name what `_identity` gives, in a tenth of its time for simple ones.

    A simple name is one that a fingerprint leaves as it is; if the gate leaves many of them joined
    as they are, it leaves each. Where it does not, each goes through it by itself.
    """
    made = [_identity(name) if not _is_simple(name) else None for name in names]
    simple = [place for place, each in enumerate(made) if each is None]
    for start in range(0, len(simple), _TOGETHER):
        places = simple[start : start + _TOGETHER]
        joined = _BETWEEN.join(names[place] for place in places)
        steady = clean_evidence(joined, limit=len(joined)).text == joined
        for place in places:
            made[place] = trusted_text(names[place]) if steady else _identity(names[place])
    return [each for each in made if each is not None]


def _is_simple(name: str) -> bool:
    """Is it nothing that a fingerprint would change: no folder, address, id, time, or blank that would go?"""
    return (
        _SIMPLE.fullmatch(name) is not None
        and _HEX.search(name) is None
        and not ("/" in name and _LOOSE_SLASH.search(name))
        and not (" " in name and " ".join(name.split()) != name)
    )
