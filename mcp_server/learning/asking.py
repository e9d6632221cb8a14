"""Questions to a model and what it made of them: answers that were checked, or why there are none."""

from collections.abc import Sequence

from mcp_server.learning.model import Answer, Model, ModelError, Question


def answers(model: Model, questions: Sequence[Question]) -> list[Answer | ModelError]:
    """One checked answer, or one error, for each question, in order.

    An error that is the answer's, and not that of the way to the model, is `mendable`.
    """
    return [_checked(text, question) for text, question in zip(model.ask(questions), questions, strict=True)]


def _checked(text: str | ModelError, question: Question) -> Answer | ModelError:
    from mcp_server.learning.answer import parse  # a run without a model has no need of pydantic

    if isinstance(text, ModelError):
        return text
    try:
        return parse(text, question)
    except ModelError as error:
        error.mendable = True
        return error
