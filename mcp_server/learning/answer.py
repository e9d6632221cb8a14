"""A model's answer, checked: the one file of learning that needs pydantic, imported on first use."""

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mcp_server.learning.model import Answer, ModelError, Question


class Reply(BaseModel):
    """The shape asked for. Unknown keys are refused, so that a changed contract is noticed."""

    model_config = ConfigDict(extra="forbid")

    rule: str = Field(max_length=2000)
    reason: str = Field(max_length=2000)
    paths: list[str] = Field(max_length=8)
    evidence: list[int] = Field(max_length=64)


def parse(text: str, question: Question) -> Answer:
    """The answer in a model's text. Raises `ModelError` for anything but what was asked.

    An answer that cites evidence it was not shown is refused whole: it was made up.
    """
    try:
        reply = Reply.model_validate(json.loads(_bare(text)), strict=True)
    except (json.JSONDecodeError, RecursionError):
        raise ModelError("the answer was not JSON") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise ModelError(f"the answer did not have the shape asked for (at {where})") from None
    unknown = sorted(set(reply.evidence) - question.evidence)
    if unknown:
        raise ModelError(f"the answer cites evidence {unknown[0]}, which it was not shown")
    if reply.rule and not reply.evidence:
        raise ModelError("the answer cites no evidence")
    return Answer(reply.rule, reply.reason, tuple(reply.paths), tuple(reply.evidence))


def _bare(text: str) -> str:
    """The text without the code fence that many models put around JSON."""
    inner = text.strip()
    if inner.startswith("```") and inner.endswith("```"):
        inner = inner.strip("`").removeprefix("json")
    return inner
