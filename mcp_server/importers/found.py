"""What an importer gives: the facts a file tells, before anybody knows whose session they belong to."""

from collections.abc import Mapping
from typing import NamedTuple

from store.records import Kind, Trust, Work
from store.text import CleanText
from store.values import NOTHING


class NotAReport(ValueError):  # noqa: N818 - reads as what it says
    """The bytes are nothing that can be read; one line says what, why, and what to do."""


class Found(NamedTuple):
    """One fact as a file tells it."""

    kind: Kind
    text: CleanText
    key: tuple[str, ...]
    """What makes it the same fact, whatever file or delivery tells it again."""
    identity: str
    """Who is counted once: `github:alice`, `bot:github:copilot`, `tests:ci`, `person`."""
    trust: Trust
    time: float | None = None
    """When it happened; None where the file does not say."""
    fingerprint: str = ""
    commit: str = ""
    branch: str = ""
    pull_request: str = ""
    """`owner/repo#5` (GitHub) or `group/project!5` (GitLab)."""
    path: str = ""
    """The file it is about, relative to the project."""
    session: str = ""
    """Where the file names the session itself."""
    detail: Mapping[str, object] = NOTHING
    """JSON values only; texts in it are clean."""


class Reading(NamedTuple):
    """All that one file told."""

    kind: str
    """What the file is: `github`, `sarif`, `pytest-benchmark`."""
    origin: CleanText
    """The file's name, for a reader."""
    digest: str
    """SHA-256 of the bytes."""
    facts: tuple[Found, ...]
    works: tuple[Work, ...] = ()
    """What sessions left behind, as far as the file tells; `project` is empty."""
    partial: str = ""
    """Why this is not everything; empty where it is."""
    nothing: str = ""
    """In words, why a file that was understood holds no fact."""
