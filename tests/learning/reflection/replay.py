"""A model that answers from records of prompts, word for word, and fails on one that it was never asked."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from mcp_server.learning.model import ModelError, Question

RECORDS = Path(__file__).with_name("records")


def steady(text: str) -> str:
    """A prompt without the unguessable words of its fences."""
    nonces = dict.fromkeys(re.findall(r"^<<<(\S+)", text, re.MULTILINE))
    for nonce in nonces:
        text = text.replace(nonce, "NONCE")
    return text


def system(name: str) -> str:
    """The recorded words that stand before every question of a kind."""
    return (RECORDS / f"{name}.txt").read_text(encoding="utf-8").removesuffix("\n")


class ReplayModel:
    """Records are a list of prompts, each with what was answered; a prompt that changed is an unseen one."""

    name = "recorded"

    def __init__(self, record: str) -> None:
        kept = json.loads((RECORDS / f"{record}.json").read_text(encoding="utf-8"))
        self.answers = {(system(each["system"]), "\n".join(each["user"])): each["answer"] for each in kept}
        self.seen: list[tuple[str, str]] = []

    def ask(self, questions: Sequence[Question]) -> list[str | ModelError]:
        """What was answered then. Raises `AssertionError` with the prompt where there is no record."""
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> str:
        prompt = question.system, steady(question.user)
        assert prompt in self.answers, f"no record of this prompt:\n{prompt[0]}\n\n{prompt[1]}"
        self.seen.append(prompt)
        return json.dumps(self.answers[prompt])
