"""What a failure's text tells of its class: the exception, and the innermost frame of the repository.

Understood are the texts of pytest, unittest, JavaScript runners, the JVM, .NET, PHPUnit, go test,
Rust, Ruby and googletest. Lines are read one by one and cut, so no text can make reading slow.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_LINES, _WIDTH = 400, 400


class Trace(NamedTuple):
    """What could be told; empty where nothing was."""

    exception: str
    """The exception's name as its language writes it."""
    frame: str
    """`path:function`, or `path` where no function is known; the path is relative wherever it can be."""
    words: str
    """The first words of the failure, for texts that name no exception."""


class _Frame(NamedTuple):
    path: str
    function: str


def read(text: str, *, message: str = "", kind: str = "", owner: str = "", file: str = "") -> Trace:
    """The class of the failure that `text` tells of.

    `message` and `kind` are the short forms a report may carry, `owner` is the test's class or
    module with dots, `file` the test's file. Where an absolute path ends in one of these two, the
    folder before it is the repository's.
    """
    lines, said = _cut(text), _cut(message)
    frames, located = _frames([*said, *lines])
    exception = _named(kind) or located or _raised([*said, *lines]) or _first_named([*said[:1], *lines])
    return Trace(exception, _innermost(frames, owner, file), _words(said, lines))


def _cut(text: str) -> list[str]:
    """The lines worth reading: the first and the last, where exceptions and frames stand."""
    lines = text.splitlines()
    if len(lines) > _LINES:
        lines = lines[: _LINES // 2] + lines[-_LINES // 2 :]
    return [line[:_WIDTH].rstrip() for line in lines]


# --- the exception ---

_KIND = re.compile(r"(?:[A-Za-z_$][\w$]*(?:\.|::|\\))*[A-Z_$][\w$]*")
_GENERIC = frozenset({"", "assertion", "error", "errors", "fail", "failed", "failure", "junit", "test", "unknown"})
_PYTEST = re.compile(r"\s*E\s+(.*)")
_PYTHON = re.compile(r"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::\s.*|:)?")
_ANYWHERE = re.compile(
    r"\s*(?:Uncaught |Unhandled |cause: )?"
    r"((?:[\w$]+(?:\.|::|\\))*[\w$]*(?:Error|Exception|Failure|Throwable|Fault)[\w$]*)"
    r"(?: \[\w+\])?\s*(?::.*|\(.*)?"
)
_PANIC = re.compile(r"(?:.*\bpanicked at |\s*panic: )")


def _named(kind: str) -> str:
    """The report's own type, where it is the name of a class and not a word like `failure`."""
    plain = kind.strip()
    return plain if _KIND.fullmatch(plain) and plain.casefold() not in _GENERIC else ""


def _marked(lines: Iterable[str]) -> str:
    """What the last block of pytest's `E` lines begins with."""
    words, inside = "", False
    for line in lines:
        found = _PYTEST.fullmatch(line)
        words = found[1] if found and not inside else words
        inside = found is not None
    return words


def _concluded(lines: Iterable[str]) -> str:
    """The line with which the last Python traceback ends."""
    words, inside = "", False
    for line in lines:
        if line.lstrip().startswith("Traceback (most recent call last)"):
            inside = True
        elif inside and line and not line.startswith((" ", "\t")):
            words, inside = line, False
    return words


def _raised(lines: Sequence[str]) -> str:
    """The last exception of a Python traceback or of pytest's `E` lines."""
    marked = _marked(lines)
    if marked.startswith("assert "):
        return "AssertionError"
    return _python_name(_concluded(lines)) or _python_name(marked)


def _python_name(line: str) -> str:
    """The exception's own name, for pytest leaves its module out in some styles and not in others."""
    found = _PYTHON.fullmatch(line)
    return found[1].rpartition(".")[2] if found else ""


def _first_named(lines: Iterable[str]) -> str:
    """The first line that begins with the name of an exception, or a panic."""
    for line in lines:
        # node's runner wraps what a test threw in an error of its own, and names it as the cause
        if (found := _ANYWHERE.fullmatch(line)) and found[1] != "Failure" and "[ERR_TEST_FAILURE]" not in line:
            return found[1]
        if _PANIC.match(line):
            return "panic"
    return ""


def _words(message: Sequence[str], lines: Sequence[str]) -> str:
    """The first words that say something: marked by pytest, of the message, at a place, of the text."""
    every = [*message, *lines]
    located = [found["said"] or found["raised"] or "" for line in lines if (found := _FRAME.fullmatch(line))]
    for words in (_marked(every), *_plain(message), _concluded(lines), *located, *_plain(lines)):
        if words.casefold() not in _GENERIC:
            return words.strip(" :")
    return ""


def _plain(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        bare = line.strip(" \t:.")
        if bare.casefold().removeprefix("test ") not in _GENERIC and not _FRAME.fullmatch(line):
            yield line


# --- the frames ---

_SOURCE = (
    r"(?:[A-Za-z]:[\\/])?[^\s:()\"'`]+\.(?:pyx?|[cm]?[jt]sx?|vue|svelte|phpt?|go|rs|rb|erb|java|kts?|scala|groovy"
    r"|csx?|fsx?|vb|cc|cpp|cxx|c|hh?|hpp|mm?|swift|dart|exs?|erl|hs|clj|lua|p[lm]|t|r|jl|sh|bats|zig|nim|ml|feature)"
)
_FRAME = re.compile(
    rf"""
    \s*(?:
      File\ "(?P<python>[^"]+)",\ line\ \d+(?:,\ in\ (?P<python_in>.+))?
    | (?:at|\u276f)\ (?:async\ )?(?:(?P<script_in>.+?)\ \(?)?
      (?P<script>(?:\w+://+|node:|[A-Za-z]:[\\/])?[^\s:()]+):\d+:\d+\)?
    | at\ (?:[\w.$@-]*/)*(?P<jvm_in>[\w.$<>-]+)\((?P<jvm>[\w$-]+\.\w+):\d+\).*
    | at\ (?P<net_in>.+)\(.*\)\ in\ (?P<net>.+):line\ \d+
    | .*panicked\ at\ (?:'.*',\ )?(?P<rust>[^\s:']+):\d+:\d+:?
    | (?:\#\ |from\ |\[)?(?P<place>{_SOURCE}):\d+(?::\d+)?
      (?: :?\ ?in\ (?:`|'|)(?P<place_in>[^'`]+)'?
        | :\ (?P<raised>[A-Za-z_][\w.]*)
        | (?::|\ -|\]:)\ (?P<said>.+)
        | \ \+0x[0-9a-f]+
        | :|\]:?|)
    )\s*""",
    re.VERBOSE,
)
_SHOWN = re.compile(r"[>\s]*(?:async )?def (\w+)\(.*")
_GO_CALL = re.compile(r"(?:[\w.-]+/)*[\w-]+\.((?:\(\*?\w+\)\.)?\w+)(?:\(.*\)|\[.*)")


def _frames(lines: Iterable[str]) -> tuple[list[_Frame], str]:
    """All frames in the order of the text, and the exception pytest names beside the last place."""
    frames: list[_Frame] = []
    located = shown = called = ""
    for line in lines:
        if found := _SHOWN.fullmatch(line):
            shown = shown or found[1]  # pytest shows a function from its first line on, the place comes below
        elif found := _FRAME.fullmatch(line):
            frame = _frame(found)
            if frame.path.endswith(".py"):
                frame = _Frame(frame.path, frame.function or shown)
                located = found["raised"] or located
            elif frame.path.endswith(".go"):
                frame = _Frame(frame.path, called)
            frames.append(frame)
            shown = called = ""
        elif found := _GO_CALL.fullmatch(line):
            called = found[1]
    return frames, "" if located.casefold() in _GENERIC else located


def _frame(found: re.Match[str]) -> _Frame:
    group = found.groupdict("")
    if group["jvm"]:
        *package, _unit, function = group["jvm_in"].split(".") if "." in group["jvm_in"] else ("", group["jvm_in"])
        return _Frame("/".join([*filter(None, package), group["jvm"]]), re.sub(r"\$\d+", "", function))
    path = group["python"] or group["script"] or group["net"] or group["rust"] or group["place"]
    if group["python"] or group["place"]:
        function = re.sub(r"^.*\bin ", "", group["python_in"] or group["place_in"])
    else:
        function = (group["script_in"] or group["net_in"]).rpartition(".")[2]
    plain = re.sub(r"^(?:file://(?=/)|webpack://[^/]*/+|\./|/_/)+", "", path).replace("\\", "/").removeprefix("./")
    return _Frame(plain, "" if function.startswith("<anonymous") else function.strip("`' "))


_OUTSIDE = re.compile(
    r"(?:.*/)?(?:site-packages|dist-packages|node_modules|vendor|rustc|\.cargo|pkg/mod|\.venv|\.tox|\.nox"
    r"|lib(?:64)?/python\d[^/]*|python\d+/lib|gems/[\w-]+-\d[^/]*|(?:local/go|go[-/]?\d[\w.]*(?:/x64)?)/src)/.*"
    r"|(?:node:|<).*|internal/.*\.js"
    r"|(?:javax?|jdk|sun|com/sun|junit|kotlinx?|scala|groovy|org/(?:junit|hamcrest|mockito|assertj|testng|gradle"
    r"|apache/maven|codehaus|scalatest|scalactic|springframework))/.*\.(?:java|kts?|scala|groovy)",
    re.IGNORECASE,
)
"""What somebody else wrote: installed packages, the language's own library, the test runner."""

_ROOT = re.compile(r"(.*?/)(?:node_modules|vendor|\.venv|venv|\.tox|\.nox)/.*")
"""Folders of installed packages that lie in the root of a repository."""


def _innermost(frames: Sequence[_Frame], owner: str, file: str) -> str:
    """The frame of the repository nearest to the failure; Python puts it last, all others first."""
    own = [frame for frame in frames if not _OUTSIDE.fullmatch(frame.path)]
    if not own:
        return ""
    # the first two names of a package tell one organisation's code from another's
    family = "/".join([*owner.split(".")[:2], ""]) if "." in owner else ""
    kin = [frame for frame in own if frame.path.startswith(family)] or own
    chosen = own[-1] if own[-1].path.endswith(".py") else kin[0]
    path = _relative(chosen.path, frames, owner, file)
    return f"{path}:{chosen.function}" if chosen.function else path


def _relative(path: str, frames: Sequence[_Frame], owner: str, file: str) -> str:
    """`path` without the folder in which the repository lies on this machine, where that can be told."""
    if not _ABSOLUTE.match(path):
        return path
    root = next((root for root in _roots(frames, owner, file) if path.startswith(root)), None)
    return f".../{path.rpartition('/')[2]}" if root is None else path[len(root) :]


_ABSOLUTE = re.compile(r"/|~/|[A-Za-z]:/")


def _roots(frames: Sequence[_Frame], owner: str, file: str) -> Iterator[str]:
    names = owner.split(".")
    modules = ["/".join(names[:count]) + ".py" for count in range(len(names), 0, -1)]
    plain = file.replace("\\", "/").removeprefix("./")
    known = modules if not plain or _ABSOLUTE.match(plain) else [plain, *modules]
    for frame in frames:
        for hint in known:
            if frame.path.endswith(f"/{hint}"):
                yield frame.path[: -len(hint)]
    for frame in frames:
        if found := _ROOT.fullmatch(frame.path):
            yield found[1]
