"""What a change takes back, as its title, its description or its commits say: never the change itself."""

import re
from collections.abc import Iterable
from typing import NamedTuple

MOST = 20
"""Changes that one change may take back; what names more is a list."""


class Reverted(NamedTuple):
    """One change that was taken back, by whatever name it was called."""

    pull_request: str = ""
    """`owner/repo#5` or `group/project!5`; `#5` alone where the repository is not known."""
    commit: str = ""


class Revert(NamedTuple):
    """That something was taken back."""

    title: str = ""
    """The title of what was taken back, where the revert quotes it."""
    targets: tuple[Reverted, ...] = ()
    """Empty where nothing but the title tells what it was."""


_TITLE = re.compile(r'\s{0,8}Revert(?:s|ed)?:? ["\u201c](?P<title>[^\n]*)["\u201d]', re.IGNORECASE)
_PREFIX = re.compile(r"\s{0,8}revert(?:\([^()\n]{1,60}\))?!?: ?(?P<title>[^\n]+)", re.IGNORECASE)
_PULL = re.compile(
    r"^[ \t]{0,8}(?:This )?reverts (?:(?:merge request|pull request|PR|MR) ?)?"
    r"(?:https?://[^\s/]{1,200}/(?P<path>[\w./-]{3,200}?)/(?:-/)?(?:pull|merge_requests)/"
    r"|(?P<owner>[\w./-]{3,200})?(?P<sign>[#!]))(?P<number>\d{1,9})\b",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)
_COMMITS = re.compile(r"^[ \t]{0,8}(?:This )?reverts commits? (?P<list>[^\n]{7,2000})", re.IGNORECASE | re.MULTILINE)
_BETWEEN = re.compile(r"[\s,&`]*+(?:and\b[\s`]*+)?(?P<sha>[0-9a-f]{7,64})\b`?(?: ?\([^()\n]{1,300}\))?")


def read(title: str, texts: Iterable[str] = (), *, repository: str = "", sign: str = "#") -> Revert | None:
    """What a change with this title, description and commits takes back; None where it is no revert.

    `repository` is the one the change is in, which a bare number means; `sign` stands before numbers there.
    """
    named = _TITLE.match(title) or _PREFIX.match(title)
    pulls: dict[str, None] = {}
    commits: dict[str, None] = {}
    for text in texts:
        for found in _PULL.finditer(text):
            where = (found["path"] or found["owner"] or "").strip("/") or repository
            pulls[f"{where}{found['sign'] or sign}{found['number']}"] = None
        for found in _COMMITS.finditer(text):
            commits |= dict.fromkeys(_shas(found["list"].lower()))
    if not (named or pulls or commits):
        return None
    return Revert(named["title"].strip() if named else "", _targets(list(pulls)[:MOST], list(commits)[:MOST]))


def _targets(pulls: list[str], commits: list[str]) -> tuple[Reverted, ...]:
    if len(pulls) == 1 and len(commits) == 1:
        return (Reverted(pulls[0], commits[0]),)
    # Where pull requests are named, the commits are theirs, and would say the same a second time.
    return tuple(Reverted(pull) for pull in pulls) or tuple(Reverted(commit=commit) for commit in commits)


def _shas(words: str) -> list[str]:
    """The hashes at the beginning of a list; what stands behind them is a sentence."""
    found: list[str] = []
    place = 0
    while (each := _BETWEEN.match(words, place)) and len(found) < MOST:
        found.append(each["sha"])
        place = each.end()
    return found
