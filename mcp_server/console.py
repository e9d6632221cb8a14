"""What the output of test runners, linters, type checkers and builds says: which failed, how, and what was run."""

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcp_server.learning.fingerprint import Fingerprint, of_test_failure
from mcp_server.learning.scope import normal
from store.text import clean_line


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


class Finding(NamedTuple):
    """One failure that output tells of."""

    target: str
    """Its fingerprint."""
    name: str
    line: str


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


def tool_of(command: str) -> Tool | None:
    """The program that a shell command runs, if it is one we understand."""
    return next((tool for tool in TOOLS if re.search(_START + tool.command, command[:4000])), None)


def findings(tool: Tool, output: str, *, root: str) -> Iterator[Finding]:
    """The failures in an output, in its order."""
    blocks = _blocks(output) if tool.name == "pytest" else {}
    frames = {match["exception"]: match["file"] for match in _FRAME.finditer(output)}
    for match in re.finditer(tool.finding, output, re.MULTILINE):
        groups = match.groupdict()
        line = clean_line(match[0], limit=400).text
        if tool.sort != "tests":
            code = clean_line(groups.get("code") or "failed", limit=80).text
            yield Finding(str(Fingerprint(tool.sort, tool.name, (code,))), f"{tool.name} {code}", line)
            continue
        place = normal(groups["test"], root=root)
        exception = (groups.get("exception") or "").rsplit(".", maxsplit=1)[-1]
        frame = normal(frames.get(exception, ""), root=root)
        if tool.name == "pytest":
            place, heading = _as_reported(place)
            if blocks.get(heading):
                exception, frame = _traced(blocks[heading].pop(0), place, groups.get("message") or "")
        test = clean_line(place, limit=400).text
        yield Finding(str(of_test_failure(test=test, exception=exception, frame=frame)), test, line)


def counted(tool: Tool, output: str) -> dict[str, int]:
    """What the closing line counts; empty where there is none."""
    if not tool.summary:
        return {}
    closing = list(re.finditer(tool.summary, output, re.MULTILINE))
    if not closing:
        return {}
    counts = {name: int(value or 0) for name, value in closing[-1].groupdict().items()}
    return counts or {"failed": 0}


def covered(tool: Tool, command: str) -> list[str]:
    """What a command ran: `*` for everything, beginnings of detectors, or nothing where that cannot be told."""
    found = re.search(_START + tool.command, command[:4000])
    if found is None:
        return []
    rest = re.split(r"[|;&<>\n]|\d>", command[found.end() : found.end() + 4000], maxsplit=1)[0]
    try:
        words = shlex.split(rest)
    except ValueError:
        return []
    if any(word.startswith(_CHOOSES.get(tool.name, _CHOOSES[""])) for word in words):
        return []
    plain = [word for word in words if not word.startswith("-")]
    if not plain or plain in ([word] for word in _EVERYTHING):
        return ["*"]
    if tool.name != "pytest" or any(word.startswith("-") and "=" not in word and len(word) > 3 for word in words):
        # An option that takes a word of its own would make that word look like a path.
        return []
    return [_as_reported(normal(word.rstrip("/")))[0] for word in plain]


_CHOOSES = {
    "pytest": ("-k", "-m", "--lf", "--last-failed", "--ff", "--deselect", "--ignore", "-x", "--maxfail", "--sw", "-p"),
    "go": ("-run", "-short", "-list", "-skip"),
    "": ("-k", "-t", "--filter", "--testNamePattern", "--select", "--ignore", "--exclude", "--skip", "-p", "--lib"),
}
"""Options after which not everything runs."""

_EVERYTHING = (".", "./", "./...", "run", "all", "test", "check", "build")

_FRAME = re.compile(r"^(?P<file>[\w./\\-]+\.\w{1,4}):\d+: (?P<exception>\w+)$", re.MULTILINE)
_HEADING = re.compile(r"^_{3,200} (?:ERROR (?:collecting|at setup of|at teardown of) )?(?P<name>\S.{0,300}?) _{3,200}$")
_SECTION = re.compile(r"^(?:={5,200}|-{5,200} Captured )")


def _blocks(output: str) -> dict[str, list[str]]:
    """The text under each of pytest's headings, by the name of the test: what its JUnit report holds too."""
    found: dict[str, list[list[str]]] = {}
    current: list[str] | None = None
    for line in output.splitlines():
        if heading := _HEADING.match(line):
            current = []
            found.setdefault(heading["name"], []).append(current)
        elif _SECTION.match(line):
            current = None
        elif current is not None:
            current.append(line)
    return {name: ["\n".join(lines) for lines in many] for name, many in found.items()}


def _as_reported(node: str) -> tuple[str, str]:
    """A node of pytest as its JUnit report names the test, and as its heading does."""
    plain, bracket, parameters = node.partition("[")
    file, *inside = plain.split("::")
    module = file.removesuffix(".py").replace("/", ".")
    if not inside:
        return module, file
    name = inside[-1] + bracket + parameters
    return f"{'.'.join([module, *inside[:-1]])}::{name}", ".".join([*inside[:-1], name])


def _traced(block: str, test: str, message: str) -> tuple[str, str]:
    """Exception and frame of a failure, read as from its JUnit report."""
    from mcp_server.importers.runs import traces

    trace = traces.read(block, message=message.strip(), owner=test.partition("::")[0])
    return clean_line(trace.exception or trace.words).text, clean_line(trace.frame).text


def every_line(lines: Iterable[Finding]) -> dict[str, Finding]:
    """One finding of each class, the first."""
    found: dict[str, Finding] = {}
    for finding in lines:
        found.setdefault(finding.target, finding)
    return found
