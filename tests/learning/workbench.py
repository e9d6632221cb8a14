"""A small world for tests of the loop: a store in memory, people and tests that speak, a model with a script."""

import json
from collections.abc import Iterable, Sequence
from random import Random

from mcp_server.learning import consolidate, fingerprint
from mcp_server.learning.model import Answer, ModelError, Question
from mcp_server.learning.plan import Plan, make
from store.memory import MemoryStore
from store.records import Evidence, Kind, Revision, Source, Trust
from tests.store.facts import HERE, NOW, PERSON, fact

MACHINE = Source("junit report.xml", "tests:local", Trust.MACHINE)
TARGET = str(
    fingerprint.of_test_failure(
        test="tests/test_form.py::test_fields", exception="AssertionError", frame="form.py:make"
    )
)
OTHER = str(
    fingerprint.of_test_failure(test="tests/test_cart.py::test_total", exception="KeyError", frame="cart.py:total")
)


class ScriptedModel:
    """A model that answers from a list, and remembers what it was asked. An empty list is a fault of the test."""

    name = "scripted"

    def __init__(self, *answers: Answer | ModelError | str) -> None:
        self.script = list(answers)
        self.asked: list[Question] = []

    def ask(self, questions: Sequence[Question]) -> list[str | ModelError]:
        """The next lines of the script; a text becomes an answer, and one that cites nothing cites all it was shown."""
        self.asked += questions
        return [self._next(question) for question in questions]

    def _next(self, question: Question) -> str | ModelError:
        line = self.script.pop(0)
        if isinstance(line, ModelError):
            return line
        answer = Answer(line, "because", (), ()) if isinstance(line, str) else line
        answer = answer if answer.evidence else answer._replace(evidence=tuple(sorted(question.evidence)))
        return json.dumps(answer._asdict())


class World:
    """A store and what happens around it."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)
        self.store = MemoryStore(chance=self._random.randbytes)
        self.now = NOW

    def nonce(self) -> str:
        return self._random.randbytes(9).hex()

    def says(
        self, *sentences: str, session: str | None = None, about: str = "", source: Source = PERSON
    ) -> list[Evidence]:
        facts = [fact(text, session=session, fingerprint=about, source=source) for text in sentences]
        return self._kept(facts)

    def fails(
        self,
        target: str,
        sessions: Iterable[str],
        words: str = "form.py is not what fields.txt asks for",
        *,
        path: str = "",
    ) -> list[Evidence]:
        return self._kept(
            fact(
                f"{words} ({session})",
                kind=Kind.FAILURE,
                fingerprint=target,
                session=session,
                source=MACHINE,
                time=self.now,
                path=path,
            )
            for session in sessions
        )

    def repaired(self, target: str, diff: str = "+python make_form.py") -> list[Evidence]:
        return self._kept(
            [fact(diff, kind=Kind.CHANGE, fingerprint=target, session="r", source=MACHINE, side="passing")]
        )

    def _kept(self, facts: Iterable[Evidence]) -> list[Evidence]:
        made = list(facts)
        kept = self.store.record(made)
        return [self.store.evidence(HERE, ids=[each.id])[0] for each in kept]

    def plan(self, model: ScriptedModel | None = None, *, ask: bool = True) -> Plan:
        return make(self.store, HERE, nonce=self.nonce, model=model, ask=ask)

    def consolidate(self, model: ScriptedModel | None = None) -> tuple[Plan, Revision | None]:
        return consolidate.run(self.store, HERE, nonce=self.nonce, now=lambda: self.now, model=model)[:2]

    def texts(self, *states: str) -> list[str]:
        return [rule.text for rule in self.store.rules(HERE) if not states or rule.state in states]
