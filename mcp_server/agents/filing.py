"""Which rule files a project has, and in which of them rules stand, as the last import found them.

Hooks read it, so nothing heavy is imported.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from mcp_server.importers.rulefiles.forms import form, place
from store.records import Rule


class Filing(NamedTuple):
    """The rule files of a project."""

    files: tuple[str, ...]
    also: Mapping[int, tuple[str, ...]]
    """By rule, the files in which its sentence stands beside the one that it came from."""

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
        return json.dumps({"files": sorted(self.files), "also": also}, separators=(",", ":"))

    @classmethod
    def load(cls, kept: str | None) -> "Filing":
        """What `dump` gave; nothing where nothing was kept."""
        if not kept:
            return cls((), {})
        read = json.loads(kept)
        return cls(tuple(read["files"]), {int(rule): tuple(files) for rule, files in read["also"].items()})
