"""What of a project's rules stands in a file that clients read by themselves: pinned and active ones, no trials."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mcp_server.learning.select import BUDGET, Budget, Room, line_of, ranked
from store.records import Rule, State

TITLE = "## Rules of this project"
ABOUT = "Learned from earlier sessions. Change them with `mcp-promptlearn edit`, not here."
NONE = "There are none now."

_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_CALL = re.compile(r"(?<![\w`])@[^\s`]+")
_AFTER = ".,;:!?)]}'\""


class Sheet(NamedTuple):
    """The rules of one file."""

    body: str
    rules: tuple[Rule, ...]
    left_out: tuple[Rule, ...]
    """Those that found no room."""


def exportable(rules: Iterable[Rule]) -> list[Rule]:
    """Rules that may stand in a file, most important first: a rule on trial has a coin, and a file has none."""
    return [rule for rule in ranked(rules) if rule.pinned or rule.state is State.ACTIVE]


def own_file(rule: Rule) -> tuple[str, ...]:
    """The rule file that a rule came from, if any."""
    return (rule.current.source.file,) if rule.current.source.file else ()


def sheet(
    rules: Iterable[Rule],
    *,
    reads: Callable[[str], bool],
    files: Callable[[Rule], Iterable[str]] = own_file,
    budget: Budget = BUDGET,
) -> Sheet:
    """The rules as a file says them: those for every path first, pinned ones first, then by age.

    What fits is what a session would get at most. `files` are a person's rule files that a rule stands in, and `reads`
    says of one whether who reads this file reads that by itself: what stands there is not said to them again.
    """
    room, taken, left = Room(budget), list[Rule](), list[Rule]()
    for rule in exportable(rules):
        if any(map(reads, files(rule))):
            continue
        fits = room.fits(line_of(rule))
        (taken if fits else left).append(rule)
        if fits:
            room.take(line_of(rule))
    ordered = sorted(taken, key=lambda rule: (rule.current.paths, not rule.pinned, rule.id))
    return Sheet(_body(ordered), tuple(ordered), tuple(sorted(left, key=lambda rule: rule.id)))


def stamp(rules: Iterable[Rule]) -> str:
    """Another text whenever files have to say something else; of rules from a person's files only each file knows."""
    return " ".join(
        f"{rule.name}.{rule.current.number}{'!' if rule.pinned else ''}"
        for rule in sorted(exportable(rules), key=lambda rule: rule.id)
        if not rule.current.source.file
    )


def plain(text: str) -> str:
    """A rule's text in which no `@name` makes a client read the file of that name: it stands there as code."""
    spans = [found.span() for found in _CODE.finditer(text)]
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * (longest + 1)

    def quoted(found: re.Match[str]) -> str:
        if any(begin <= found.start() < end for begin, end in spans):
            return found[0]
        called = found[0].rstrip(_AFTER)
        return f"{marks}{called}{marks}{found[0][len(called) :]}" if len(called) > 1 else found[0]

    return _CALL.sub(quoted, text)


def _body(rules: Iterable[Rule]) -> str:
    lines, paths = [TITLE, "", ABOUT, ""], ()
    for rule in rules:
        if rule.current.paths != paths:
            paths = rule.current.paths
            lines += [*([""] if lines[-1] else []), f"For {', '.join(f'`{path}`' for path in paths)}:", ""]
        first, *more = plain(str(line_of(rule))).splitlines()
        lines += [f"- {first}", *(f"  {line}".rstrip() for line in more)]
    return "\n".join(lines if lines[-1] else [*lines, NONE])
