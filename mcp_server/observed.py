"""What a command of the agent showed: test, lint, type and build results, read off its output."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from mcp_server.agents.events import Ran
from mcp_server.learning.fingerprint import Fingerprint, of_test_failure
from mcp_server.learning.scope import normal
from store.records import Evidence, Kind, Source, Trust
from store.secrets import redact
from store.text import clean_evidence, clean_line

MOST = 50
"""Failures kept of one command; a broken build repeats itself."""

TAIL = 200_000
"""Characters of output that are read, from the end: that is where tools sum up."""


class Tool(NamedTuple):
    """A program whose output we understand."""

    name: str
    sort: str
    """`tests`, `lint`, `types` or `build`."""
    command: str
    """What its command line looks like."""
    finding: str
    """One failure in its output; named groups say what failed."""
    summary: str = ""
    """Its closing line; groups `failed`, `passed` and `skipped` where it counts."""


_RUNNERS = r"(?:uv|poetry|pdm|hatch|pipenv|npx|pnpm|yarn|bunx)\s+(?:run\s+|exec\s+|dlx\s+)?|python[\d.]*\s+-m\s+"
_START = rf"(?:^|[;&|(]\s*|\s)(?:[\w./~-]*/)?(?:{_RUNNERS})?"

_PYTEST = (
    r"^=*\s*(?=.*\b(?:passed|failed|errors?|skipped|no tests ran)\b)(?:(?P<failed>\d+) failed)?[, ]*"
    r"(?:(?P<passed>\d+) passed)?[, ]*(?:(?P<skipped>\d+) skipped)?.*\bin [\d.]+s"
)
_CARGO = r"^test result: (?:ok|FAILED)\. (?P<passed>\d+) passed; (?P<failed>\d+) failed"
_JEST = r"^\s*Tests:?\s+(?:(?P<failed>\d+) failed)?[, |]*(?:(?P<passed>\d+) passed)?"
_CODE = r"^(?P<file>[^\s:]+):\d+:\d+: (?P<code>[A-Z]+\d+)\b"

TOOLS = (
    Tool(
        "pytest",
        "tests",
        r"(?:pytest|py\.test)\b",
        r"^(?:FAILED|ERROR) (?P<test>\S+?)(?: - (?P<exception>[\w.]+)?(?P<message>.*))?$",
        _PYTEST,
    ),
    Tool("go", "tests", r"go test\b", r"^\s*--- FAIL: (?P<test>\S+)", r"^(?:ok|FAIL|PASS)\b"),
    Tool("cargo", "tests", r"cargo (?:test|nextest)\b", r"^test (?P<test>\S+) \.\.\. FAILED$", _CARGO),
    Tool(
        "jest",
        "tests",
        r"(?:jest|vitest)\b",
        r"^\s*(?:\u25cf|\u00d7|FAIL)\s+(?P<test>\S.* [\u203a>] .+?)(?:\s+\d+ ?ms)?$",
        _JEST,
    ),
    Tool("ruff", "lint", r"ruff check\b", _CODE, r"^(?:Found \d+ error|All checks passed)"),
    Tool("flake8", "lint", r"flake8\b", _CODE),
    Tool("eslint", "lint", r"eslint\b", r"^\s+\d+:\d+\s+error\s+.*?\s{2,}(?P<code>[@\w/-]+)$"),
    Tool(
        "mypy",
        "types",
        r"mypy\b",
        r"^(?P<file>[^\s:]+):\d+(?::\d+)?: error: .*?\[(?P<code>[\w-]+)\]$",
        r"^(?:Found \d+ error|Success)",
    ),
    Tool(
        "pyright",
        "types",
        r"(?:based)?pyright\b",
        r"^\s*(?P<file>\S+?):\d+:\d+ - error: .*?\((?P<code>report\w+)\)$",
        r"^\d+ errors?",
    ),
    Tool("tsc", "types", r"tsc\b", r"^(?P<file>[^\s(]+)\(\d+,\d+\): error (?P<code>TS\d+)"),
    Tool("cargo", "build", r"cargo (?:build|check|clippy)\b", r"^error\[(?P<code>E\d+)\]"),
    Tool("make", "build", r"(?:make|ninja|just)\b", r"^(?:make|ninja)\S*: \*\*\* (?:\[(?P<code>[^\]]{1,80})\])?"),
)

_FRAME = re.compile(r"^(?P<file>[\w./\\-]+\.\w{1,4}):\d+: (?P<exception>\w+)$", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def tool_of(command: str) -> Tool | None:
    """The program that a shell command runs, if it is one we understand."""
    return next((tool for tool in TOOLS if re.search(_START + tool.command, command[:4000])), None)


def results(
    event: Ran, *, project: str, root: str, client: str, now: float, known: Iterable[str] = ()
) -> list[Evidence]:
    """The run and its failures as evidence; nothing for a command that shows none.

    A run whose end is not known (cut off, no summary, no exit) is kept as partial and never counts
    as a success. The same output again is the same evidence.
    """
    tool = tool_of(event.command)
    if tool is None:
        return []
    # The project's own folder goes first: what it is called on this machine is nobody's business.
    here = f"{root.rstrip('/')}/" if root.strip("/") else "\0"
    output, _ = redact(_ANSI.sub("", event.output[-TAIL:]).replace(here, ""), known=known)
    targets = dict(_targets(tool, output, root))
    counts = _counted(tool, output)
    failed = max(counts.get("failed", 0), len(targets), 1 if event.failed else 0)
    told = event.failed is not None or bool(counts) or bool(targets)
    seal = sha256("\n".join((project, event.session, event.command, output)).encode("utf-8", "replace")).hexdigest()
    source = Source(f"{tool.name} in {client}", "tests:local", Trust.MACHINE)

    def fact(kind: Kind, text: str, mark: str, target: str, **detail: object) -> Evidence:
        key = sha256(f"{seal} {mark}".encode()).hexdigest()
        cleaned = clean_evidence(text, limit=2000, known=known).text
        return Evidence(
            project, kind, cleaned, source, now, key, fingerprint=target, session=event.session, detail=detail
        )

    words = f"{tool.name}: {failed} failed" + (f", {counts['passed']} passed" if "passed" in counts else "")
    run = fact(
        Kind.RUN,
        words,
        "run",
        "",
        sort=tool.sort,
        tool=tool.name,
        failed=failed,
        passed=counts.get("passed"),
        skipped=counts.get("skipped", 0),
        partial=not told,
    )
    return [
        run,
        *(fact(Kind.FAILURE, line, target, target, test=test) for target, (test, line) in list(targets.items())[:MOST]),
    ]


def _targets(tool: Tool, output: str, root: str) -> Iterable[tuple[str, tuple[str, str]]]:
    frames = {match["exception"]: match["file"] for match in _FRAME.finditer(output)}
    for match in re.finditer(tool.finding, output, re.MULTILINE):
        groups = match.groupdict()
        line = clean_line(match[0], limit=400).text
        if tool.sort == "tests":
            test = clean_line(normal(groups["test"], root=root), limit=200).text
            exception = (groups.get("exception") or "").rsplit(".", maxsplit=1)[-1]
            frame = normal(frames.get(exception, ""), root=root)
            yield str(of_test_failure(test=test, exception=exception, frame=frame)), (test, line)
        else:
            code = clean_line(groups.get("code") or "failed", limit=80).text
            yield str(Fingerprint(tool.sort, tool.name, (code,))), (f"{tool.name} {code}", line)


def _counted(tool: Tool, output: str) -> dict[str, int]:
    """What the closing line counts; empty where there is none."""
    if not tool.summary:
        return {}
    closing = list(re.finditer(tool.summary, output, re.MULTILINE))
    if not closing:
        return {}
    counts = {name: int(value or 0) for name, value in closing[-1].groupdict().items()}
    return counts or {"failed": 0}
