"""The owner's setting of what becomes of proposals, for each scope. Light: the settings hold it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, cast

from store.records import GLOBAL


class AdmissionError(ValueError):
    """A setting that cannot be; the message names it and what may stand there."""


class Staging(StrEnum):
    """What is done with the proposals of one scope."""

    STAGE = "stage"
    """They wait for a person. The default."""
    AUTO = "auto"
    """What only the owner's word stands behind, and nothing speaks against, is let in; the rest waits."""
    NEVER = "never"
    """None is made; the report says what it would have been."""


class Admission(NamedTuple):
    """The owner's setting for each scope."""

    project: Staging = Staging.STAGE
    everywhere: Staging = Staging.STAGE
    """Of rules for all projects."""

    def of(self, project: str) -> Staging:
        """The setting for the rules of a project."""
        return self.everywhere if project == GLOBAL else self.project


STAGED = Admission()


def admission(table: object) -> Admission:
    """The setting as a table of a settings file has it. Raises `AdmissionError`."""
    if not isinstance(table, Mapping):
        raise AdmissionError("`admission` must be a table")
    kept = cast("Mapping[str, object]", table)
    unknown = sorted(set(kept) - {"project", GLOBAL})
    if unknown:
        raise AdmissionError("`admission` holds what is no setting; known are project and global")
    return Admission(_read(kept, "project"), _read(kept, GLOBAL))


def _read(kept: Mapping[str, object], name: str) -> Staging:
    value = kept.get(name, Staging.STAGE)
    if not isinstance(value, str) or value not in set(Staging):
        raise AdmissionError(f"`{name}` in `admission` must be stage, auto or never")
    return Staging(value)
