"""Rules as the text an agent reads: the same bytes everywhere, ids short, nothing but the sentence."""

from collections.abc import Sequence
from typing import NamedTuple

LAST = (
    "When the task ends, call report_outcome with this episode and what really happened "
    "(tests, review, the user's words); `unknown` is a good answer."
)
"""The last line, which never changes."""

FIRST = 900
"""Characters that the first line has at most."""


class Line(NamedTuple):
    """One rule version as it is shown."""

    rule: int
    version: int
    text: str
    pinned: bool

    def __str__(self) -> str:
        return f"[R{self.rule}] {self.text}"


def answer(lines: Sequence[Line], *, project: str, revision: str, episode: str, note: str = "") -> str:
    """The answer of `get_rules`: a first line that may change, the rule lines, a last line that never does."""
    first = f"Rules for {project}, revision {revision}, episode {episode}"
    first += f" ({note})" if note else ""
    first += "" if lines else ": none yet"
    return "\n".join((first if len(first) <= FIRST else first[: FIRST - 1] + "…", *map(str, lines), LAST))


def added(lines: Sequence[Line]) -> str:
    """Rules that came into play in the middle of a session, for the moment of use."""
    return "\n".join(("These rules apply to what you just touched:", *map(str, lines)))


def stopping(project: str) -> str:
    """What the program's newest stops are kept under until a person was told of them, on their screen only."""
    return f"stopped {project}"
