"""What a language model must be able to do for us: answer questions with text. It proposes, it never decides."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from store.values import NOTHING


class ModelError(Exception):
    """The model gave no usable answer; one line why. The deterministic result stands."""


class Question(NamedTuple):
    """One question to a model."""

    system: str
    """The same for every question of a kind, and first, so that it may be cached."""
    user: str
    evidence: frozenset[int]
    """The ids it may cite."""
    schema: Mapping[str, object] = NOTHING
    """JSON Schema of the answer, strict; nothing where any text will do."""


class Answer(NamedTuple):
    """What a model may say: a sentence for the cluster, or none."""

    rule: str
    reason: str
    paths: tuple[str, ...]
    evidence: tuple[int, ...]


class Model(Protocol):
    """A model behind one method."""

    name: str

    def ask(self, questions: Sequence[Question]) -> list[str | ModelError]:
        """The text of one answer, or one error, for each question, in order. Never raises for a model's fault."""
        ...
