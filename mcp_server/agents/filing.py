"""Which rule files a project has, and in which of them rules stand, as the last import found them.

Hooks read it, so nothing heavy is imported.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from mcp_server.importers.rulefiles.forms import form, place
from store.records import Rule
from store.values import NOTHING


class Filing(NamedTuple):
    """The rule files of a project."""

    files: tuple[str, ...]
    also: Mapping[int, tuple[str, ...]]
    """By rule, the files in which its sentence stands beside the one that it came from."""
    sums: Mapping[str, int] = NOTHING
    """By file, a checksum of its bytes: a rule from elsewhere stands in a file only while that is as it was."""

    @property
    def forms(self) -> frozenset[str]:
        """The forms of those in the project's first folder."""
        return frozenset(form(file) for file in self.files if not place(file))

    def of(self, rule: Rule) -> tuple[str, ...]:
        """The files in which a rule's sentence stands."""
        own = rule.current.source.file
        return (*([own] if own else ()), *self.also.get(rule.id, ()))

    def dump(self) -> str:
        """As a store keeps it."""
        also = {str(rule): list(files) for rule, files in sorted(self.also.items()) if files}
        kept = {"files": sorted(self.files), "also": also, "sums": dict(sorted(self.sums.items()))}
        return json.dumps(kept, separators=(",", ":"))

    @classmethod
    def load(cls, kept: str | None) -> "Filing":
        """What `dump` gave; nothing where nothing was kept."""
        if not kept:
            return cls((), {})
        read = json.loads(kept)
        also = {int(rule): tuple(files) for rule, files in read["also"].items()}
        return cls(tuple(read["files"]), also, read["sums"])
