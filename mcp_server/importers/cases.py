"""One test case: how it went, under an identity that is the same in every run and in every format."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from mcp_server.importers import traces
from mcp_server.learning import fingerprint
from store.text import EVIDENCE_LIMIT, CleanText, clean_evidence, clean_line

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


Key = tuple[str, ...]
"""What two attempts at one test share to the letter: suites, class, name and file."""


class Told(NamedTuple):
    """What a report says of a failure, as it stands there."""

    message: str = ""
    """The short form."""
    kind: str = ""
    """The exception's name, or a word like `failure`."""
    text: str = ""
    """The whole of it, with its frames."""


NO_WORDS = Told()


def made(
    identity: CleanText,
    status: Status,
    told: Told = NO_WORDS,
    *,
    owner: str = "",
    file: str = "",
    line: int | None = None,
) -> Case:
    """The case of this identity. `owner` is the test's class or module with dots, `file` the test's file."""
    message, detail = _evidence(told.message), _evidence(told.text)
    exception = frame = _line("")
    failed = ""
    if status not in WELL:
        trace = traces.read(detail, message=message, kind=told.kind[:200], owner=owner, file=file)
        exception, frame, words = _line(trace.exception), _line(trace.frame), _line(trace.words)
        failed = str(fingerprint.of_test_failure(test=identity, exception=exception or words, frame=frame))
        message = message if message.startswith(trace.words) else words
    return Case(
        identity=identity,
        status=status,
        exception=exception,
        message=_line(message),
        detail=detail if len(detail) <= EVIDENCE_LIMIT else clean_evidence(detail).text,
        file=_line(file),
        line=line,
        frame=frame,
        fingerprint=failed,
    )


@cache
def _nothing() -> CleanText:
    return clean_line("").text


def _line(raw: str) -> CleanText:
    """`raw` through the gate; most fields of a report are empty, and the gate takes its time."""
    return clean_line(raw).text if raw else _nothing()


def _evidence(raw: str) -> CleanText:
    return clean_evidence(raw, limit=READ).text if raw.strip() else _nothing()


_SAYS_NOTHING = frozenset({"", "junit", "pytest", "root suite"})
_FILE = re.compile(r"(?:[^\s:/\\][^\s:\\/]*[\\/])*[^\s:/\\]+\.\w{1,5}")


def identity(suites: Sequence[str], owner: str, name: str, file: str) -> CleanText:
    """Class and name; the file, or the suites, only where the class does not say where the test is."""
    parts = [owner.strip(), name.strip()]
    if re.search(r"\s", parts[0]) or not re.search(r"[./:\\]", parts[0]):  # prose, or a bare word
        place = [file] if _FILE.fullmatch(file) else [suite.strip() for suite in suites]
        parts = [*(part for part in place if part.casefold() not in _SAYS_NOTHING), *parts]
    portable = (part.replace("\\", "/") if _FILE.fullmatch(part) else part for part in parts if part)
    plain = clean_line("::".join(dict.fromkeys(portable)), limit=READ).text
    named = fingerprint.name_of_test(plain)
    return plain if named == plain else clean_line(named).text
