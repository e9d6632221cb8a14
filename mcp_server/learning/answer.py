"""A model's answer, checked: the one file of learning that needs pydantic, imported on first use."""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mcp_server.learning.model import ADD, MERGE, MISSING, NARROW, NEITHER, RETIRE, REVISE, Answer, ModelError, Question

Verdict = Literal["rule missing", "rule ignored", "rule wrong", "not a rule matter"]
Operation = Literal["add", "revise", "merge", "narrow", "retire"]

_CHANGED = {
    ADD: "",
    REVISE: "one rule to change",
    NARROW: "one rule to change",
    MERGE: "two rules or more to merge",
    RETIRE: "a rule to retire",
}
"""Which ids of rules an operation cannot do without, in words."""


class Reply(BaseModel):
    """The shape asked for. Unknown keys are refused, so that a changed contract is noticed.

    What a plain new rule can do without may be missing: servers without schemas leave keys away.
    """

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict | None = None
    reason: str = Field(max_length=2000)
    remedy: str = Field(default="", max_length=2000)
    operation: Operation = "add"
    rule: str = Field(max_length=2000)
    paths: list[str] = Field(max_length=8)
    target: str = Field(default="", max_length=20)
    rules: list[int] = Field(default_factory=list[int], max_length=8)
    evidence: list[int] = Field(max_length=64)


def parse(text: str, question: Question) -> Answer:
    """The answer in a model's text. Raises `ModelError` for anything but what was asked.

    An answer that cites evidence, a rule or a failure that it was not shown is refused whole: it was made up.
    """
    try:
        reply = Reply.model_validate(json.loads(_bare(text)), strict=True)
    except (json.JSONDecodeError, RecursionError):
        raise ModelError("the answer was not JSON") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise ModelError(f"the answer did not have the shape asked for (at {where})") from None
    made = Answer(
        rule=reply.rule.strip(),
        reason=reply.reason,
        paths=tuple(reply.paths),
        evidence=tuple(reply.evidence),
        verdict=reply.verdict or (MISSING if reply.rule.strip() or reply.operation != ADD else NEITHER),
        operation=reply.operation,
        remedy=reply.remedy,
        target=reply.target,
        rules=tuple(dict.fromkeys(reply.rules)),
    )
    _known(made, question)
    return made


def _known(made: Answer, question: Question) -> None:
    unknown = sorted(set(made.evidence) - question.evidence)
    if unknown:
        raise ModelError(f"the answer cites evidence {unknown[0]}, which it was not shown")
    strange = sorted(set(made.rules) - question.rules)
    if strange:
        raise ModelError(f"the answer names rule {strange[0]}, which it may not change")
    if made.target and made.target not in question.targets:
        raise ModelError("the answer names a failure that it was not shown")
    if not made.proposes:
        return
    if not made.evidence:
        raise ModelError("the answer cites no evidence")
    needed = {ADD: 0, MERGE: 2}.get(made.operation, 1)
    if len(made.rules) < needed or (made.operation in {REVISE, NARROW} and len(made.rules) > 1):
        raise ModelError(f"to {made.operation}, the answer must name {_CHANGED[made.operation]}")


def _bare(text: str) -> str:
    """The text without the code fence that many models put around JSON."""
    inner = text.strip()
    if inner.startswith("```") and inner.endswith("```"):
        inner = inner.strip("`").removeprefix("json")
    return inner
