"""What a language model must be able to do for us: answer one question. It proposes, it never decides."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class ModelError(Exception):
    """The model gave no usable answer; one line why. The deterministic result stands."""


class Question(NamedTuple):
    """One cluster put to a model."""

    system: str
    user: str
    evidence: frozenset[int]
    """The ids it may cite."""


class Answer(NamedTuple):
    """What a model may say: a sentence for the cluster, or none."""

    rule: str
    reason: str
    paths: tuple[str, ...]
    evidence: tuple[int, ...]


class Model(Protocol):
    """A model behind one method."""

    name: str

    def answer(self, questions: Sequence[Question]) -> list[Answer | ModelError]:
        """One answer or one error for each question, in order. Never raises for a model's fault."""
        ...
