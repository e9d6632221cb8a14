"""`learning.model` by the `openai` package: any endpoint that speaks its chat completions."""

from collections.abc import Sequence

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    OpenAI,
    OpenAIError,
)
from openai.types.chat import ChatCompletion

from mcp_server.learning.answer import parse, schema
from mcp_server.learning.model import Answer, ModelError, Question

TOKENS = 2000
"""Most tokens of one answer; reasoning models spend most of it before the first word."""


class OpenAIModel:
    """A model at an OpenAI-compatible endpoint. No tools, no redirects, one question after the other."""

    def __init__(self, name: str, *, base_url: str, key: str, timeout: float) -> None:
        self.name = name
        self._where = base_url
        # Local servers ask for no key, but the package insists on a word.
        self._client = OpenAI(base_url=base_url, api_key=key or "none", timeout=timeout, max_retries=2)

    def answer(self, questions: Sequence[Question]) -> list[Answer | ModelError]:
        """See `Model.answer`. After an endpoint could not be reached at all, it is not tried again."""
        answers: list[Answer | ModelError] = []
        gone: ModelError | None = None
        for question in questions:
            if gone is None:
                try:
                    answers.append(parse(self._ask(question), question))
                except ModelError as error:
                    answers.append(error)
                except APIConnectionError as error:
                    slow = isinstance(error, APITimeoutError)
                    gone = ModelError(
                        f"{self._where} " + ("did not answer in time" if slow else "could not be reached")
                    )
                    answers.append(gone)
                except APIStatusError as error:
                    answers.append(ModelError(f"{self._where} answered with status {error.status_code}"))
                except (APIError, OpenAIError) as error:
                    answers.append(ModelError(f"{self._where} failed ({type(error).__name__})"))
            else:
                answers.append(gone)
        return answers

    def _ask(self, question: Question) -> str:
        try:
            reply = self._send(question, structured=True)
        except BadRequestError:
            # Some servers know no schemas; the system text asks for the same JSON.
            reply = self._send(question, structured=False)
        if not reply.choices:
            raise ModelError(f"{self._where} answered without a choice")
        choice = reply.choices[0]
        if choice.finish_reason == "length":
            raise ModelError("the answer was cut off")
        return choice.message.content or ""

    def _send(self, question: Question, *, structured: bool) -> ChatCompletion:
        shape = {"name": "rule", "strict": True, "schema": dict(schema())}
        extra = {"response_format": {"type": "json_schema", "json_schema": shape}} if structured else {}
        return self._client.chat.completions.create(
            model=self.name,
            messages=[
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
            max_completion_tokens=TOKENS,
            extra_body=extra,
        )
