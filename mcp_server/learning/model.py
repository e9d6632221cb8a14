"""What a language model must be able to do for us: answer questions with text. It proposes, it never decides."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from store.values import NOTHING

MISSING, IGNORED, WRONG, NEITHER = "rule missing", "rule ignored", "rule wrong", "not a rule matter"
"""What a model may say of a cause."""
ADD, REVISE, MERGE, NARROW, RETIRE = "add", "revise", "merge", "narrow", "retire"
"""What it may propose to do; a narrowing keeps the sentence and only limits its paths."""


class ModelError(Exception):
    """The model gave no usable answer; one line why. The deterministic result stands."""

    mendable = False
    """Did an answer come, so that asking once more may help?"""


class Question(NamedTuple):
    """One question to a model."""

    system: str
    """The same for every question of a kind, and first, so that it may be cached."""
    user: str
    evidence: frozenset[int]
    """The ids it may cite."""
    schema: Mapping[str, object] = NOTHING
    """JSON Schema of the answer, strict; nothing where any text will do."""
    rules: frozenset[int] = frozenset()
    """The ids of rules that it may propose to change."""
    targets: frozenset[str] = frozenset()
    """The short names of failures that its sentence may be meant for."""


class Answer(NamedTuple):
    """What a model may say of a cause: what is wrong, and one operation on the rules, or none."""

    rule: str
    """The sentence; empty where it proposes none."""
    reason: str
    """The root cause."""
    paths: tuple[str, ...]
    evidence: tuple[int, ...]
    verdict: str = MISSING
    operation: str = ADD
    remedy: str = ""
    target: str = ""
    rules: tuple[int, ...] = ()

    @property
    def proposes(self) -> bool:
        """Would it change any rule?"""
        return self.verdict not in {NEITHER, IGNORED} and (bool(self.rule) or self.operation in {NARROW, RETIRE})


class Model(Protocol):
    """A model behind one method."""

    name: str

    def ask(self, questions: Sequence[Question]) -> list[str | ModelError]:
        """The text of one answer, or one error, for each question, in order. Never raises for a model's fault."""
        ...
