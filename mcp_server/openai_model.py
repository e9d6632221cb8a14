"""`learning.model` by the `openai` package: any endpoint that speaks its chat completions."""

from collections.abc import Sequence

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    DefaultHttpxClient,
    OpenAI,
    OpenAIError,
)
from pydantic import BaseModel, Field, ValidationError

from mcp_server.learning.model import ModelError, Question

TOKENS = 2000
"""Most tokens of one answer; reasoning models spend most of it before the first word."""


class OpenAIModel:
    """A model at an OpenAI-compatible endpoint. No tools, no redirects, one question after the other."""

    def __init__(self, name: str, *, base_url: str, key: str, timeout: float, retries: int = 2) -> None:
        self.name = name
        self._where = base_url
        # Where evidence may go was asked for one host: a redirect must not carry it to another.
        http = DefaultHttpxClient(follow_redirects=False)
        # Local servers ask for no key, but the package insists on a word.
        self._client = OpenAI(
            base_url=base_url, api_key=key or "none", timeout=timeout, max_retries=retries, http_client=http
        )

    def ask(self, questions: Sequence[Question]) -> list[str | ModelError]:
        """See `Model.ask`. After an endpoint could not be reached at all, it is not tried again."""
        answers: list[str | ModelError] = []
        gone: ModelError | None = None
        for question in questions:
            if gone is None:
                try:
                    answers.append(self._ask(question))
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
            text = self._send(question, structured=True)
        except BadRequestError:
            # Some servers know no schemas; the system text asks for the same JSON.
            text = self._send(question, structured=False)
        try:
            reply = _Completion.model_validate_json(text)
        except ValidationError:
            raise ModelError(f"{self._where} answered with something that is no chat completion") from None
        if reply.choices[0].finish_reason == "length":
            raise ModelError("the answer was cut off")
        return reply.choices[0].message.content or ""

    def _send(self, question: Question, *, structured: bool) -> str:
        shape = {"name": "answer", "strict": True, "schema": dict(question.schema)}
        asked = {"response_format": {"type": "json_schema", "json_schema": shape}}
        extra = asked if structured and question.schema else {}
        # The raw text: the package takes any answer for a completion, and we do not.
        reply = self._client.chat.completions.with_raw_response.create(
            model=self.name,
            messages=[{"role": "system", "content": question.system}, {"role": "user", "content": question.user}],
            max_completion_tokens=TOKENS,
            extra_body=extra,
        )
        return reply.text


class _Message(BaseModel):
    content: str | None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message


class _Completion(BaseModel):
    """What we read of a chat completion."""

    choices: list[_Choice] = Field(min_length=1)
