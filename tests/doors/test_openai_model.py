"""The model behind the `openai` package, against a real HTTP server that can fail in every way."""

import json
import os
import signal
import threading
from typing import Any

import anyio
import pytest

from mcp_server.learning.model import ModelError, Question
from mcp_server.openai_model import MOST, OpenAIModel
from mcp_server.spending import ANSWER, Limits, Meter, Usage
from tests.doors.endpoint import Reply, Sent, completion, endpoint

SCHEMA = {
    "type": "object",
    "properties": {"rule": {"type": "string"}},
    "required": ["rule"],
    "additionalProperties": False,
}
ASKED = Question("You turn evidence into rules.", "use uv", frozenset({1}), SCHEMA)
SAID = '{"rule":"Use uv."}'
NO_FORMAT = (400, '{"error":{"message":"response_format is not supported"}}')


def model(url: str, *, timeout: float = 5.0, retries: int = 0, parallel: int = 4, **more: Any) -> OpenAIModel:
    return OpenAIModel("tiny", base_url=url, key="", timeout=timeout, retries=retries, parallel=parallel, **more)


def ask(*script: Reply, questions: int = 1, timeout: float = 5.0, asked: Question = ASKED) -> list[str | ModelError]:
    with endpoint(*script) as server:
        return model(server.url, timeout=timeout).ask([asked] * questions)


def shapes(server: Any) -> list[object]:
    """How each request asked for its shape."""
    formats = [body.get("response_format", {}) for body in server.asked]
    return ["strict" if each.get("json_schema", {}).get("strict") else each.get("type", "in words") for each in formats]


def test_a_question_goes_out_with_its_schema_and_comes_back_as_text() -> None:
    with endpoint(SAID) as server:
        asked = OpenAIModel("tiny", base_url=server.url, key="sk-local", timeout=5.0)
        assert asked.ask([ASKED]) == [SAID]
        (body,), (key,) = server.asked, server.keys
    assert (body["model"], [m["role"] for m in body["messages"]]) == ("tiny", ["system", "user"])
    assert [m["content"] for m in body["messages"]] == [ASKED.system, ASKED.user]
    assert body["response_format"]["json_schema"] == {"name": "answer", "schema": SCHEMA, "strict": True}
    assert body["max_completion_tokens"] == ANSWER
    assert "tools" not in body
    assert key == "Bearer sk-local"


def test_nothing_is_asked_where_there_is_no_question() -> None:
    with endpoint(SAID) as server:
        assert model(server.url).ask([]) == []
        assert server.asked == []


@pytest.mark.parametrize("known", [0, 1, 2, 3])
def test_what_an_endpoint_cannot_do_is_asked_in_a_lesser_way_and_remembered(known: int) -> None:
    ways = ["strict", "json_schema", "json_object", "in words"]
    with endpoint(*[NO_FORMAT] * known, SAID) as server:
        asked = model(server.url)
        assert asked.ask([ASKED] * 2) == [SAID] * 2
        assert asked.ask([ASKED]) == [SAID]
        assert shapes(server) == [*ways[: known + 1], ways[known], ways[known]]
        told = server.asked[-1]["messages"][0]["content"]
        assert told.startswith(ASKED.system)
        assert (json.dumps(SCHEMA, separators=(",", ":")) in told) is (known > 1)


def test_a_schema_that_no_strict_server_takes_is_not_called_strict() -> None:
    loose = ASKED._replace(schema={"type": "object", "properties": {"rule": {"type": "string"}}})
    with endpoint(SAID) as server:
        assert model(server.url).ask([loose, ASKED]) == [SAID] * 2
        assert shapes(server) == ["json_schema", "json_schema"]


def test_a_question_without_a_schema_is_asked_as_it_is() -> None:
    with endpoint("Use uv.", SAID) as server:
        assert model(server.url).ask([ASKED._replace(schema={}), ASKED]) == ["Use uv.", SAID]
        assert shapes(server) == ["in words", "strict"]
        assert server.asked[0]["messages"][0]["content"] == ASKED.system


def test_an_older_name_of_the_limit_is_used_where_the_new_one_is_not_known() -> None:
    refused = (400, '{"error":{"message":"Unrecognized request argument: max_completion_tokens"}}')
    with endpoint(refused, SAID) as server:
        assert model(server.url).ask([ASKED] * 2) == [SAID] * 2
        assert [body.get("max_tokens") for body in server.asked] == [None, ANSWER, ANSWER]
        assert shapes(server) == ["strict"] * 3


def test_a_question_that_is_too_long_is_not_tried_in_lesser_ways() -> None:
    long = (400, '{"error":{"message":"too long","code":"context_length_exceeded"}}')
    with endpoint(long) as server:
        (answer,) = model(server.url).ask([ASKED])
        assert "status 400" in str(answer)
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        f"  {SAID}\n",
        f"<think>\nFirst {{ I think.\n</think>\n{SAID}",
        f"```json\n{SAID}\n```",
        f"Sure, here you go!\n\n```json\n{SAID}\n```\nAnything else?",
    ],
)
def test_thoughts_and_fences_around_an_answer_are_taken_off(said: str) -> None:
    assert ask(said) == [SAID]


def test_what_is_no_json_is_left_to_whoever_asked() -> None:
    assert ask("Sure, here you go!") == ["Sure, here you go!"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ((200, completion("{", finish="length")), "was cut off"),
        ((200, '{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[]}'), "no chat completion"),
        ((200, "<html>proxy</html>"), "no chat completion"),
        ((200, "null"), "no chat completion"),
        ((200, '{"choices":[{"message":'), "no chat completion"),
        ((200, " " * MOST + "{}"), "more than 1048576 bytes"),
        ((500, '{"error":{"message":"oops"}}'), "status 500"),
        ((429, '{"error":{"message":"slow down"}}'), "status 429"),
        ((429, '{"error":{"message":"pay","code":"insufficient_quota"}}'), "quota is used up"),
        ((401, '{"error":{"message":"no key"}}'), "status 401"),
        ((403, '{"error":{"message":"no"}}'), "status 403"),
        ((400, '{"error":{"message":"bad"}}'), "status 400"),
        (Sent(200, '{"choices"', length=5000), "could not be reached, or broke off"),
        (Sent(200, "", dripping=True, length=MOST), "did not answer in time"),
    ],
)
def test_every_fault_is_one_line_and_never_an_exception(reply: Reply, words: str) -> None:
    (answer,) = ask(reply, timeout=0.2 if isinstance(reply, Sent) and reply.dripping else 5.0)
    assert isinstance(answer, ModelError)
    assert words in str(answer)
    assert "\n" not in str(answer)


def test_an_answer_of_nothing_is_nothing() -> None:
    nothing = json.loads(completion(""))
    nothing["choices"][0]["message"]["content"] = None
    assert ask((200, json.dumps(nothing))) == [""]


def test_one_bad_answer_does_not_spoil_the_others() -> None:
    assert [type(answer) for answer in ask((200, "x"), SAID, questions=2)] == [ModelError, str]


def test_answers_come_back_in_the_order_of_their_questions() -> None:
    def echo(body: dict[str, Any]) -> str:
        return body["messages"][1]["content"]

    asked = [Question("s", f"question {number}", frozenset()) for number in range(20)]
    with endpoint(echo) as server:
        assert model(server.url).ask(asked) == [question.user for question in asked]


@pytest.mark.parametrize("parallel", [1, 3])
def test_no_more_questions_than_allowed_are_asked_at_once(parallel: int) -> None:
    together = threading.Barrier(parallel)
    first = threading.Event()

    def wait(body: object) -> str:
        if first.is_set():
            together.wait(10)  # each waits until so many are here
        first.set()
        return SAID

    with endpoint(wait) as server:
        assert model(server.url, parallel=parallel).ask([ASKED] * (1 + 2 * parallel)) == [SAID] * (1 + 2 * parallel)
        assert server.at_once == parallel


def test_too_many_requests_are_made_again_after_the_time_the_endpoint_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    sleep = anyio.sleep

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(anyio, "sleep", wait)
    slow = Sent(429, '{"error":{"message":"slow down"}}', {"Retry-After": "7"})
    with endpoint(slow, (500, "{}"), SAID) as server:
        assert model(server.url, retries=2).ask([ASKED]) == [SAID]
        assert len(server.asked) == 3
    assert waited[0] == 7
    assert 0 < waited[1] <= 8  # its own, longer from try to try
    with endpoint(slow) as server:
        (answer,) = model(server.url, retries=2).ask([ASKED])
        assert "status 429" in str(answer)
        assert len(server.asked) == 3


def test_nobody_waits_longer_than_is_reasonable() -> None:
    with endpoint(Sent(429, "{}", {"Retry-After": "3600"})) as server:
        (answer,) = model(server.url, retries=2).ask([ASKED])
        assert "status 429" in str(answer)
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ((0, ""), "could not be reached"),
        ((401, "{}"), "set OPENAI_API_KEY"),
        ((404, "{}"), "has no such model or no such address (status 404)"),
        ((429, '{"error":{"message":"pay","code":"insufficient_quota"}}'), "quota"),
    ],
)
def test_an_endpoint_that_lets_nobody_in_is_tried_once_and_then_left(reply: Reply, words: str) -> None:
    with endpoint(reply) as server:
        asked = model(server.url)
        given = [*asked.ask([ASKED] * 3), *asked.ask([ASKED])]
        assert len(server.asked) == 1
    assert [words in str(answer) for answer in given] == [True] * 4


def test_a_silent_endpoint_ends_at_the_timeout() -> None:
    silence = threading.Event()

    def wait(body: object) -> str:
        silence.wait(10)
        return "late"

    with endpoint(wait) as server:
        (answer,) = model(server.url, timeout=0.05).ask([ASKED])
        silence.set()
    assert isinstance(answer, ModelError)
    assert "did not answer in time" in str(answer)


@pytest.mark.parametrize("key", ["schl\u00fcssel", "a\nb", "\0"])
def test_a_key_that_is_none_is_said_before_anything_is_sent(key: str) -> None:
    with endpoint(SAID) as server:
        (answer,) = OpenAIModel("tiny", base_url=server.url, key=key, timeout=5.0).ask([ASKED])
        assert "OPENAI_API_KEY holds characters that no key has" in str(answer)
        assert server.asked == []
        assert OpenAIModel("tiny", base_url=server.url, key=" sk\n", timeout=5.0).ask([ASKED]) == [SAID]
        assert server.keys == ["Bearer sk"]


def test_what_cannot_be_put_into_a_request_is_a_fault() -> None:
    assert "failed (UnicodeEncodeError)" in str(ask(SAID, asked=ASKED._replace(user="\ud800"))[0])


def test_no_redirect_is_followed() -> None:
    with endpoint(SAID) as elsewhere, endpoint((307, f"{elsewhere.url}/chat/completions")) as server:
        (answer,) = model(server.url).ask([ASKED])
        assert isinstance(answer, ModelError)
        assert "redirects elsewhere (status 307), which is not followed" in str(answer)
        assert elsewhere.asked == []


def test_a_password_in_an_address_is_used_and_never_shown() -> None:
    with endpoint((500, "{}")) as server:
        (answer,) = model(server.url.replace("//", "//ada:secret@")).ask([ASKED])
        assert len(server.asked) == 1
    assert str(answer) == f"{server.url} answered with status 500"


def test_ctrl_c_ends_all_questions_at_once_and_keeps_what_was_spent() -> None:
    silence = threading.Event()
    kept: list[Usage] = []

    def press(body: dict[str, Any]) -> str:
        if body["messages"][1]["content"] == "first":
            return SAID
        os.kill(os.getpid(), signal.SIGINT)
        silence.wait(10)
        return SAID

    with endpoint(press) as server:
        asked = model(server.url, meter=Meter(keep=kept.append), timeout=60.0)
        with pytest.raises(KeyboardInterrupt):
            asked.ask([ASKED._replace(user="first"), ASKED])
        silence.set()
    assert [usage.calls for usage in kept] == [1]


def test_what_an_endpoint_says_it_used_is_counted() -> None:
    details = {"prompt_tokens": 900, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": 400}}
    meter = Meter(Limits(price_in=2.0, price_cached=1.0, price_out=10.0))
    with endpoint((200, completion(SAID, usage=details))) as server:
        model(server.url, meter=meter).ask([ASKED] * 2)
    assert meter.spent == Usage(2, 1800, 60, 800, pytest.approx(2 * (500 * 2 + 400 + 30 * 10) / 1e6))


@pytest.mark.parametrize("said", [None, 7, [], {"prompt_tokens": "many", "prompt_tokens_details": 3}, {"x": -1}])
def test_where_an_endpoint_does_not_say_it_is_estimated(said: object) -> None:
    meter = Meter()
    with endpoint((200, completion(SAID, usage=said))) as server:
        model(server.url, meter=meter).ask([ASKED])
    assert (meter.spent.calls, meter.spent.tokens_in, meter.spent.tokens_out) == (1, 12, 6)


def test_a_ceiling_ends_the_asking_before_it_is_passed() -> None:
    used = {"prompt_tokens": 1000, "completion_tokens": 1000}
    meter = Meter(Limits(tokens_per_run=ANSWER + 3000, tokens_per_day=0))
    with endpoint((200, completion(SAID, usage=used))) as server:
        given = model(server.url, parallel=1, meter=meter).ask([ASKED] * 4)
        assert len(server.asked) == 2
    assert given[:2] == [SAID] * 2
    assert {str(answer) for answer in given[2:]} == {
        "the ceiling of 7,000 tokens a run is reached; `tokens_per_run` in [spending] of config.toml raises it"
    }
    assert meter.spent.tokens == 4000
