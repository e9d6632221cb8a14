"""How `scan` shows what it found: sentences with their quotes, for a person in a terminal and for programs."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from shutil import get_terminal_size
from typing import NamedTuple

from mcp_server.commands import count
from mcp_server.learning.repeats import Group
from store.records import Evidence, Rule

QUOTES = 3
"""Quotes shown with one sentence, the newest first; `--json` has them all."""
TITLES = {
    "claude-code": "Claude Code",
    "cline": "Cline",
    "codex": "Codex",
    "copilot": "Copilot CLI",
    "gemini": "Gemini CLI",
    "qwen": "Qwen Code",
    "opencode": "opencode",
}

_WIDEST = 100
_ID = re.compile(r"^(?:(?P<head>[0-9a-f]{8})-[0-9a-f-]{27}|rollout-[0-9T-]{19}-[0-9a-f-]{28}(?P<tail>[0-9a-f]{8}))")


class Finding(NamedTuple):
    """One sentence that could become a rule."""

    group: Group
    rule: Rule | None = None
    """The rule that says it already."""
    kept: bool = False
    """Are all of its quotes evidence already?"""
    declined: bool = False
    """Did a person say that it is not a rule matter?"""

    @property
    def open(self) -> bool:
        """Is it still to be decided about?"""
        return not (self.rule or self.kept or self.declined)


class Paper:
    """Lines for a person: bold and dim where a terminal shows them, plain everywhere else."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        shown = sys.stdout.isatty() and sys.platform != "win32" and environment.get("TERM") != "dumb"
        self._styled = shown and not (environment.get("NO_COLOR") or os.environ.get("NO_COLOR"))
        self.width = min(_WIDEST, get_terminal_size((_WIDEST, 24)).columns)

    def bold(self, words: str) -> str:
        """What matters most on a line."""
        return f"\x1b[1m{words}\x1b[0m" if self._styled else words

    def dim(self, words: str) -> str:
        """What stands beside it."""
        return f"\x1b[2m{words}\x1b[0m" if self._styled else words

    def sentence(self, finding: Finding, number: int, *, now: float) -> list[str]:
        """A sentence with how often it was said and the newest quotes of it."""
        return [f"{number:>3}. {self.bold(finding.group.sentence)}", *self.beside(finding, now=now)]

    def beside(self, finding: Finding, *, now: float) -> list[str]:
        """How often a sentence was said, and the newest quotes of it."""
        group = finding.group
        lines = [f"     {self.dim(_times(group, now=now))}"]
        for fact in reversed(group.facts[-QUOTES:]):
            where = self.dim(f"{_date(fact.time)}  {_title(fact)}  {_place(fact)}")
            if fact.text == group.sentence:
                lines.append(f"     > {where}")
            else:
                lines += [f'     > "{_cut(fact.text, self.width - 10)}"', f"       {where}"]
        more = len(group.facts) - QUOTES
        return [*lines, "       " + self.dim(f"and {count(more, 'more quote')}")] if more > 0 else lines


def facts_of(finding: Finding) -> dict[str, object]:
    """A sentence as `--json` prints it."""
    group = finding.group
    return {
        "sentence": group.sentence,
        "times": len(group.facts),
        "sessions": group.sessions,
        "last": group.last,
        "standing": group.standing,
        "said_by": _speaker(group),
        "rule": finding.rule.name if finding.rule else None,
        "kept": finding.kept,
        "declined": finding.declined,
        "quotes": [_quote(fact) for fact in group.facts],
    }


def _quote(fact: Evidence) -> dict[str, object]:
    return {
        "text": fact.text,
        "client": fact.detail.get("client"),
        "place": fact.detail.get("place"),
        "session": fact.session,
        "time": fact.time,
        "sign": fact.detail.get("sign"),
        "refused": fact.detail.get("rejected"),
    }


def chapters(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """The open sentences under headings, those that were said again and again first."""
    left = [each for each in findings if each.open]
    persons = [each for each in left if each.group.persons]
    again = [each for each in persons if len(each.group.facts) > 1]
    once = [each for each in persons if len(each.group.facts) == 1 and each.group.standing]
    others = [each for each in left if not each.group.persons and each.group.standing]
    memories = [each for each in others if each.group.remembered]
    headless = [each for each in others if not each.group.remembered]
    yield "You corrected this more than once", again
    yield "You said this once, and for good", once
    yield "Said in runs that a program may have started", headless
    yield "Your agents wrote this down for themselves", memories


def passing(findings: Iterable[Finding]) -> int:
    """How many corrections are bound to their moment: no rule can be made of them, and they were made once."""
    return sum(each.open and len(each.group.facts) == 1 and not each.group.standing for each in findings)


def _speaker(group: Group) -> str:
    if group.persons:
        return "person"
    return "memory" if group.remembered else "headless"


def _times(group: Group, *, now: float) -> str:
    times, sessions = len(group.facts), group.sessions
    often = f"{times} times" if times > 1 else "once"
    inside = f" in {count(sessions, 'session')}" if times > 1 else ""
    return f"{often}{inside}, {'last time ' if times > 1 else ''}{_ago(group.last, now)}"


def _ago(time: float, now: float) -> str:
    """How many days ago something was, as the calendar counts them."""
    said, today = _day(time), _day(now)
    if said is None or today is None:
        return "on an impossible day"
    days = (today - said).days
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"


def _date(time: float) -> str:
    said = _day(time)
    return said.isoformat() if said else "an impossible day"


def _day(time: float) -> date | None:
    try:
        return datetime.fromtimestamp(time, UTC).date()
    except (OverflowError, OSError, ValueError):
        return None


def _title(fact: Evidence) -> str:
    client = str(fact.detail.get("client", ""))
    title = TITLES.get(client, client or fact.source.origin)
    refused = fact.detail.get("rejected")
    return f"{title}, refusing {refused}" if refused else title


def _place(fact: Evidence) -> str:
    """The place with long ids cut short; `--json` has it whole."""
    place = str(fact.detail.get("place", ""))
    return _ID.sub(lambda found: f"{found['head']}…" if found["head"] else f"rollout-…{found['tail']}", place)


def _cut(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: max(width - 1, 1)]}…"
