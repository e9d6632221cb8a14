"""Which importer reads these bytes: told by what they hold, or by a name that somebody gave."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import NamedTuple, cast

from mcp_server.importers import document
from mcp_server.importers.found import NotAReport, Reading
from mcp_server.importers.runs import elements
from mcp_server.importers.runs.report import Report

Parsed = Report | Reading

TEXTS: Mapping[str, str] = {
    "go": "runs.gotest",
    "payloads": "forges.payloads",
    "trx": "runs.trx",
    "junit": "runs.junit",
    "gobench": "metrics.gobench",
}
"""Kinds told by the beginning of a text, with their modules, in the order of asking."""

DOCUMENTS: Mapping[str, str] = {
    "sarif": "lint.sarif",
    "ctrf": "runs.ctrf",
    "pytest-benchmark": "metrics.pytest_benchmark",
    "hyperfine": "metrics.hyperfine",
    "gitlab": "forges.gitlab",
    "github": "forges.github",
    "github-action-benchmark": "metrics.github_benchmark",
}
"""Kinds told by the shape of a JSON value; no two claim the same."""

DIRECTED = ("customBiggerIsBetter", "customSmallerIsBetter")
"""Names by which somebody says what the file itself does not: which way a measure is better."""

KINDS = (*TEXTS, *DOCUMENTS, *DIRECTED)
"""All names that `--kind` takes."""

REPORTS = frozenset({".xml", ".trx", ".sarif"})
"""What reports are called: in a folder of them, one that is none is named."""
SUFFIXES = REPORTS | {".json", ".jsonl", ".ndjson", ".txt", ".js", ".out"}
"""What files are called that may hold something, or may be about anything else."""


class Unknown(NotAReport):
    """The bytes claim to be nothing that is read here."""


class Importer(NamedTuple):
    """A kind, and how it is read."""

    kind: str
    parse: Callable[[bytes, str], Parsed]


def parse(data: bytes, origin: str, *, kind: str | None = None) -> Parsed:
    """What the bytes hold, read by the importer whose kind they are or are said to be. Raises NotAReport."""
    if kind in DIRECTED:
        from mcp_server.importers.metrics import github_benchmark

        return github_benchmark.parse(data, origin, kind=kind)
    if kind is not None:
        return _module({**TEXTS, **DOCUMENTS}[kind]).parse(data, origin)
    name = document.named(origin)
    head = elements.head(data)
    for module in map(_module, TEXTS.values()):
        if module.claims(head):
            return module.parse(data, origin)
    if head.lstrip().startswith(("{", "[")):
        return _document(data, name)
    from mcp_server.importers.metrics import github_benchmark

    if github_benchmark.claims_script(data):
        return github_benchmark.parse(data, origin)
    raise Unknown(f"{name}: {_nothing(data)}; known are {', '.join(KINDS[: -len(DIRECTED)])}")


def _document(data: bytes, name: document.CleanText) -> Parsed:
    value = document.load(data, name)
    for module in map(_module, DOCUMENTS.values()):
        if module.claims(value):
            return module.read(value, name, document.digest(data))
    keys = ", ".join(sorted(cast("Mapping[str, object]", value))[:5]) if isinstance(value, dict) else "a list"
    what = document.named(keys)
    raise Unknown(f"{name}: JSON of a shape that is not known here ({what}); name what it is with --kind")


def _nothing(data: bytes) -> str:
    return "a file of another kind" if data.strip() else "the file is empty"


def _module(name: str) -> ModuleType:
    return import_module(f"mcp_server.importers.{name}")
