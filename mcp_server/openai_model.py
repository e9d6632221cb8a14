"""`learning.model` by the `openai` package: any endpoint that speaks its chat completions."""

from collections.abc import Mapping, Sequence
from typing import Any

import anyio
from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AsyncOpenAI,
    DefaultAsyncHttpxClient,
    OpenAIError,
)
from pydantic import BaseModel, Field, ValidationError

from mcp_server.learning.model import ModelError, Question
from mcp_server.settings import nameless
from mcp_server.shape import bare, in_words, is_strict
from mcp_server.spending import ANSWER, Meter, Usage, estimate, number, table, tokens

MOST = 1024 * 1024
"""Bytes of one reply that are read; no sentence needs more."""

STRICT, LOOSE, JSON, PLAIN = range(4)
"""How an answer's shape is asked for: by a schema that is kept to, by a schema, as any JSON, or in words alone."""

UNKNOWN = frozenset({400, 415, 422, 501})
"""What servers answer to a request that asks for what they do not know."""

KEPT_OUT = {
    401: "refused the key (status 401); set OPENAI_API_KEY",
    403: "gives this key no access (status 403)",
    404: "has no such model or no such address (status 404); see to the name, and to /v1 at the end of the address",
}


class OpenAIModel:
    """A model at an OpenAI-compatible endpoint. No tools, no redirects, so many questions at a time.

    The `openai` package tries again by itself, `retries` times: after a lost connection and the statuses 408, 409,
    429 and 5xx, waiting as long as the endpoint asks (two minutes at most) or longer from try to try. Each try ends
    after `timeout` seconds, and is the last one then.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        key: str,
        timeout: float,
        retries: int = 2,
        parallel: int = 4,
        meter: Meter | None = None,
    ) -> None:
        self.name = name
        self._meter = meter or Meter()
        self._url, self._key = base_url, key.strip()
        self._where = nameless(base_url)
        self._timeout, self._retries, self._parallel = timeout, retries, parallel
        self._mode = STRICT
        """The most that the endpoint is known not to have refused."""
        self._limit = "max_completion_tokens"
        self._left: ModelError | None = None
        """Why the endpoint is left alone for the rest of the run."""
        if not (self._key.isascii() and self._key.isprintable()):
            self._left = ModelError("OPENAI_API_KEY holds characters that no key has; set it anew")

    def ask(self, questions: Sequence[Question]) -> list[str | ModelError]:
        """See `Model.ask`. After an endpoint could not be reached, or let nobody in, it is not tried again."""
        if not questions:
            return []
        with self._meter.batch(self.name, estimate(questions, self._meter.rates)):
            return anyio.run(self._all, questions)

    async def _all(self, questions: Sequence[Question]) -> list[str | ModelError]:
        answers: list[str | ModelError] = [ModelError("was not asked")] * len(questions)
        places = anyio.Semaphore(self._parallel)

        async def answer(client: AsyncOpenAI, place: int) -> None:
            async with places:
                answers[place] = await self._answer(client, questions[place])

        # Where evidence may go was asked for one host: a redirect must not carry it to another.
        http = _Bounded(self._timeout, follow_redirects=False)
        # Local servers ask for no key, but the package insists on a word.
        client = AsyncOpenAI(
            base_url=self._url,
            api_key=self._key or "none",
            timeout=2 * self._timeout,  # its own clocks begin anew with every byte
            max_retries=self._retries,
            http_client=http,
        )
        async with client:
            # The first goes alone: it finds out what the endpoint can do, and leaves its beginning in the cache there.
            await answer(client, 0)
            async with anyio.create_task_group() as group:
                for place in range(1, len(questions)):
                    group.start_soon(answer, client, place)
        return answers

    async def _answer(self, client: AsyncOpenAI, question: Question) -> str | ModelError:
        if self._left is not None:
            return self._left
        try:
            return await self._shaped(client, question)
        except ModelError as error:
            return error
        except (APIConnectionError, TimeoutError) as error:
            self._left = ModelError(f"{self._where} {_lost(error)}")
            return self._left
        except APIStatusError as error:
            return self._refused(error)
        except (APIError, OpenAIError, ValueError) as error:  # or what cannot be put into a request
            return ModelError(f"{self._where} failed ({type(error).__name__})")

    def _refused(self, error: APIStatusError) -> ModelError:
        status = error.status_code
        if status in KEPT_OUT or "insufficient_quota" in str(error.code):
            self._left = ModelError(f"{self._where} {KEPT_OUT.get(status, 'says that its quota is used up')}")
            return self._left
        if 300 <= status < 400:
            return ModelError(f"{self._where} redirects elsewhere (status {status}), which is not followed")
        return ModelError(f"{self._where} answered with status {status}")

    async def _shaped(self, client: AsyncOpenAI, question: Question) -> str:
        """The answer in the best shape the endpoint knows. What it did not know is remembered once less works."""
        least = PLAIN if not question.schema else STRICT if is_strict(question.schema) else LOOSE
        mode, limit = max(self._mode, least), self._limit
        while True:
            try:
                with self._meter.call(estimate([question], self._meter.rates)) as pay:
                    reply = await self._send(client, question, mode=mode, limit=limit)
                    content = self._read(reply, question, pay)
            except APIStatusError as error:
                if error.status_code not in UNKNOWN or error.code == "context_length_exceeded":
                    raise
                if limit == "max_completion_tokens" and limit in error.message:
                    limit = "max_tokens"  # its older name
                elif mode < PLAIN:
                    mode += 1
                else:
                    raise
            else:
                self._mode = max(self._mode, mode) if question.schema else self._mode
                self._limit = limit
                return bare(content, question)

    async def _send(self, client: AsyncOpenAI, question: Question, *, mode: int, limit: str) -> str:
        shape = {"name": "answer", "schema": dict(question.schema)}
        asked: Mapping[int, Mapping[str, object]] = {
            STRICT: {"type": "json_schema", "json_schema": {**shape, "strict": True}},
            LOOSE: {"type": "json_schema", "json_schema": shape},
            JSON: {"type": "json_object"},
        }
        extra: dict[str, object] = {limit: ANSWER}
        if mode in asked:
            extra["response_format"] = asked[mode]
        system = question.system if mode in {STRICT, LOOSE} else in_words(question)
        # The raw text: the package takes any answer for a completion, and we do not.
        reply = await client.chat.completions.with_raw_response.create(
            model=self.name,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": question.user}],
            extra_body=extra,
        )
        return reply.text

    def _read(self, reply: str, question: Question, pay: Any) -> str:
        """The text in a reply, after its price was paid."""
        try:
            whole = _Completion.model_validate_json(reply)
        except ValidationError:
            pay(Usage(1, tokens(question.system + question.user)))
            if len(reply) >= MOST:
                raise ModelError(f"{self._where} answered with more than {MOST} bytes") from None
            raise ModelError(f"{self._where} answered with something that is no chat completion") from None
        content = whole.choices[0].message.content or ""
        pay(_usage(whole.usage, question, content))
        if whole.choices[0].finish_reason == "length":
            raise ModelError("the answer was cut off")
        return content


class _Bounded(DefaultAsyncHttpxClient):
    """Reads a reply whole, within a time and a size, before anybody looks at it: a slow or endless one is a fault."""

    def __init__(self, seconds: float, **options: Any) -> None:
        super().__init__(**options)
        self._seconds = seconds

    async def send(self, request: Any, **options: Any) -> Any:
        """One try."""
        with anyio.fail_after(self._seconds):
            options["stream"] = True
            reply: Any = await super().send(request, **options)
            data = bytearray()
            try:
                async for piece in reply.aiter_bytes():
                    data += piece
                    if len(data) >= MOST:
                        break
            finally:
                await reply.aclose()
        # It is decoded, and no longer as long as it was said to be.
        gone = {"content-encoding", "content-length", "transfer-encoding"}
        headers = [(name, value) for name, value in reply.headers.multi_items() if name.lower() not in gone]
        return type(reply)(reply.status_code, headers=headers, content=bytes(data[:MOST]), request=request)


def _lost(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError):
            return "did not answer in time; `timeout` in config.toml gives it longer"
        cause = cause.__cause__
    return "could not be reached, or broke off"


def _usage(said: object, question: Question, content: str) -> Usage:
    """What an endpoint says that a call cost; about what it must have cost where it says nothing."""
    usage = table(said)
    read = number(usage.get("prompt_tokens")) or tokens(question.system + question.user)
    cached = number(table(usage.get("prompt_tokens_details")).get("cached_tokens"))
    return Usage(1, read, number(usage.get("completion_tokens")) or tokens(content), min(read, cached))


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message


class _Completion(BaseModel):
    """What we read of a chat completion."""

    choices: list[_Choice] = Field(min_length=1)
    usage: object = None
