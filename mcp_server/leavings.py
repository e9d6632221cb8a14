"""What an agent's command or edit leaves behind, by which reviews, checks and reverts find its session later."""

import re
from collections.abc import Iterable

from mcp_server.head import head_of
from store.records import BRANCH, COMMIT, PATH, PULL_REQUEST, Work
from store.secrets import PERSONAL, redact
from store.text import clean_line

# Patterns are compiled where they are first needed: a hook that sees an edit has no time for them.

MOST = 20
"""Things that one command may leave."""

_COMMITS = r"\bgit\b[^|;&\n]{0,300}\b(?:commit|cherry-pick|revert|merge|rebase|am)\b"
"""Commands after which another commit may be checked out that this session made."""

_MADE = r"(?m)^\[(?P<branch>[^\]\s]{1,200})(?: \(root-commit\)| HEAD)? (?P<commit>[0-9a-f]{7,40})\]"
"""How git tells a commit: `[main 1a2b3c4] Subject`, `[detached HEAD 1a2b3c4] Subject`."""

_OPENED = (
    r"https?://[\w.-]{1,100}(?::\d{1,5})?/(?P<project>[\w.-]{1,100}(?:/[\w.-]{1,100}){1,6}?)"
    r"/(?:pull|-/merge_requests)/(?P<number>\d{1,9})\b"
)
_OPENS = r"\b(?:gh\s+pr\s+(?:create|new|edit|merge)|glab\s+mr\s+(?:create|new|update|merge)|git\s+push)\b"


def of_command(command: str, output: str, *, root: str, project: str, session: str, now: float, how: str) -> list[Work]:
    """Commits made, the branch they are on, and pull requests opened. `root` empty: only what was printed counts."""
    left: dict[tuple[str, str], None] = {}
    if re.search(_COMMITS, command[:4000]):
        for made in re.finditer(_MADE, output[:100_000]):
            left[COMMIT, made["commit"]] = None
            if made["branch"] != "detached":
                left[BRANCH, made["branch"]] = None
        if root and not left and re.search(r"\bcommit\b", command[:4000]) and not _refused(output):
            checked_out = head_of(root)
            left |= dict.fromkeys([(COMMIT, checked_out.commit), (BRANCH, checked_out.branch)])
    if re.search(_OPENS, command[:4000]):
        for opened in re.finditer(_OPENED, output[-20_000:]):
            mark = "#" if "/pull/" in opened[0] else "!"
            # cleaned before its case goes, or a secret in it would no longer be known
            name = clean_line(f"{opened['project']}{mark}{opened['number']}", limit=300).text
            left[PULL_REQUEST, name.lower()] = None
    return _works(left, project=project, session=session, now=now, how=how)


def tellable(files: Iterable[str]) -> list[str]:
    """The names without a secret in them: one that has one would be masked, and made normal it may hide it."""
    return [file for file in files if not redact(file)[1].keys() - PERSONAL]


def of_edit(files: Iterable[str], *, branch: str, project: str, session: str, now: float, how: str) -> list[Work]:
    """The files touched, as scopes see them, and the branch they were touched on."""
    left: dict[tuple[str, str], None] = {(PATH, file): None for file in files}
    left[BRANCH, branch] = None
    return _works(left, project=project, session=session, now=now, how=how)


def _refused(output: str) -> bool:
    return "nothing to commit" in output or "no changes added" in output or "error:" in output or "fatal:" in output


def _works(left: Iterable[tuple[str, str]], *, project: str, session: str, now: float, how: str) -> list[Work]:
    clean = [(sort, clean_line(name, limit=300).text) for sort, name in left]
    return [Work(project, session, sort, name, now, how) for sort, name in clean if name][:MOST]
