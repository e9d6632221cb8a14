"""The model behind the `openai` package, against a real HTTP server that can fail in every way."""

import json

import pytest

from mcp_server.learning.asking import answers
from mcp_server.learning.model import Answer, ModelError, Question
from mcp_server.learning.question import SCHEMA
from mcp_server.openai_model import OpenAIModel
from tests.doors.endpoint import Reply, cited, completion, endpoint

ASKED = Question("You turn evidence into rules.", "<<<n id=1 feedback\nuse uv\nn>>>", frozenset({1}), SCHEMA)


def ask(*script: Reply, questions: int = 1, timeout: float = 5.0) -> list[Answer | ModelError]:
    with endpoint(*script) as server:
        model = OpenAIModel("tiny", base_url=server.url, key="", timeout=timeout, retries=0)
        return answers(model, [ASKED] * questions)


def test_a_question_goes_out_with_its_schema_and_comes_back_as_an_answer() -> None:
    with endpoint(cited("Use uv.")) as server:
        model = OpenAIModel("tiny", base_url=server.url, key="sk-local", timeout=5.0)
        (answer,) = answers(model, [ASKED])
        (body,), (key,) = server.asked, server.keys
    assert answer == Answer("Use uv.", "seen", (), (1,))
    assert (body["model"], [m["role"] for m in body["messages"]]) == ("tiny", ["system", "user"])
    assert body["messages"][1]["content"] == ASKED.user
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "tools" not in body
    assert key == "Bearer sk-local"


def test_a_server_without_schemas_is_asked_again_without_one() -> None:
    with endpoint((400, '{"error":{"message":"response_format is not supported"}}'), cited("Use uv.")) as server:
        (answer,) = answers(OpenAIModel("tiny", base_url=server.url, key="", timeout=5.0, retries=0), [ASKED])
        assert [("response_format" in body) for body in server.asked] == [True, False]
    assert isinstance(answer, Answer)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("Sure, here you go!", "the answer was not JSON"),
        (json.dumps({"rule": "x"}), "did not have the shape"),
        ((200, completion("{", finish="length")), "was cut off"),
        ((200, '{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[]}'), "no chat completion"),
        ((200, "<html>proxy</html>"), "no chat completion"),
        ((200, "null"), "no chat completion"),
        ((500, '{"error":{"message":"oops"}}'), "status 500"),
        ((429, '{"error":{"message":"slow down"}}'), "status 429"),
        ((401, '{"error":{"message":"no key"}}'), "status 401"),
        ((400, '{"error":{"message":"bad"}}'), "status 400"),
    ],
)
def test_every_fault_is_one_line_and_never_an_exception(reply: Reply, words: str) -> None:
    (answer,) = ask(reply)
    assert isinstance(answer, ModelError)
    assert words in str(answer)
    assert "\n" not in str(answer)


def test_a_null_answer_is_a_fault_not_a_crash() -> None:
    nothing = json.loads(completion(""))
    nothing["choices"][0]["message"]["content"] = None
    (answer,) = ask((200, json.dumps(nothing)))
    assert isinstance(answer, ModelError)


def test_one_bad_answer_does_not_spoil_the_others() -> None:
    given = ask("nonsense", cited("Use uv."), questions=2)
    assert [type(answer) for answer in given] == [ModelError, Answer]


def test_an_endpoint_that_cannot_be_reached_is_tried_once_and_then_left() -> None:
    with endpoint((0, "")) as server:
        model = OpenAIModel("tiny", base_url=server.url, key="", timeout=5.0, retries=0)
        given = answers(model, [ASKED] * 3)
        assert len(server.asked) == 1
    assert ["could not be reached" in str(answer) for answer in given] == [True] * 3


def test_a_silent_endpoint_ends_at_the_timeout() -> None:
    import threading

    silence = threading.Event()

    def wait(body: object) -> str:
        silence.wait(10)
        return "late"

    with endpoint(wait) as server:
        model = OpenAIModel("tiny", base_url=server.url, key="", timeout=0.05, retries=0)
        (answer,) = answers(model, [ASKED])
        silence.set()
    assert isinstance(answer, ModelError)
    assert "did not answer in time" in str(answer)


def test_no_redirect_is_followed() -> None:
    with endpoint(cited("Use uv.")) as elsewhere, endpoint((307, f"{elsewhere.url}/chat/completions")) as server:
        model = OpenAIModel("tiny", base_url=server.url, key="", timeout=5.0, retries=0)
        (answer,) = answers(model, [ASKED])
        assert isinstance(answer, ModelError)
        assert elsewhere.asked == []
