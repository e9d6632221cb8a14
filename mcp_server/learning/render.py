"""Rules as the text an agent reads: the same bytes everywhere, ids short, nothing but the sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

LAST = (
    "When the task ends, call report_outcome with this episode and what really happened "
    "(tests, review, the user's words); `unknown` is a good answer."
)
NO_RULES = "No rules apply here yet."


@dataclass(frozen=True, slots=True)
class Line:
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
    if note:
        first += f" ({note})"
    return "\n".join((first, *(map(str, lines) or ()), *(() if lines else (NO_RULES,)), LAST))
