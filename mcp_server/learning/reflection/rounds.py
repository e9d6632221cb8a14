"""Questions to a model in rounds: every packet at once, one repair of what is at fault, then drafts combined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import NamedTuple

from mcp_server.learning.asking import answers
from mcp_server.learning.likeness import Likeness, compare
from mcp_server.learning.model import Answer, Model, ModelError, Question
from mcp_server.learning.propose import Unfit
from mcp_server.learning.question import combination, question, repair
from mcp_server.learning.reflection.faults import Fault, fault
from mcp_server.learning.reflection.packet import Matter, packets


class Reflected(NamedTuple):
    """What a model came to about one matter."""

    answer: Answer | None
    """Sound as far as its form goes; None where it gave none."""
    dropped: tuple[Unfit, ...] = ()
    """Answers that were at fault twice, or beyond mending, with the reason."""
    fault: str = ""
    """Why there is no answer, where the model could not be asked."""


@dataclass(slots=True)
class _Course:
    """Where the reflection on one matter stands."""

    matter: Matter
    drafts: list[Answer] = field(default_factory=list[Answer])
    dropped: list[Unfit] = field(default_factory=list[Unfit])
    faults: list[str] = field(default_factory=list[str])

    def result(self) -> Reflected:
        answer = self.drafts[0] if self.drafts else None
        return Reflected(answer, tuple(self.dropped), "" if answer or self.dropped else "; ".join(self.faults[:1]))


def first(matters: Sequence[Matter], *, nonce: Callable[[], str]) -> list[tuple[int, Question]]:
    """The questions of the first round, each with the place of its matter."""
    return [
        (place, question(packet, nonce=nonce())) for place, matter in enumerate(matters) for packet in packets(matter)
    ]


def reflect(
    model: Model,
    matters: Sequence[Matter],
    asked: Sequence[tuple[int, Question]],
    *,
    nonce: Callable[[], str],
) -> list[Reflected]:
    """What a model makes of each matter; `asked` are its first questions. Never raises for a model's fault.

    A model is asked once for each packet, and once for each group of drafts; each answer at fault is asked for
    once more.
    """
    courses = [_Course(matter) for matter in matters]
    _round(model, courses, asked, nonce)
    while True:
        again: list[tuple[int, Question]] = []
        for place, course in enumerate(courses):
            course.drafts = _distinct(course.drafts)
            if len(course.drafts) > 1:
                groups = _groups(course.drafts)
                course.drafts = [group[0] for group in groups if len(group) == 1]
                again += [
                    (place, combination(course.matter, group, nonce=nonce())) for group in groups if len(group) > 1
                ]
        if not again:
            return [course.result() for course in courses]
        _round(model, courses, again, nonce)


def _round(
    model: Model, courses: list[_Course], asked: Sequence[tuple[int, Question]], nonce: Callable[[], str]
) -> None:
    """Ask, and ask once more where the answer is at fault and asking can help."""
    mending: list[tuple[int, Question]] = []
    for (place, put), got in zip(asked, answers(model, [q for _, q in asked]), strict=True):
        found = _take(courses[place], got)
        if found is not None and found.mendable:
            mending.append((place, repair(put, found.words, nonce=nonce())))
        elif found is not None:
            _drop(courses[place], got, found)
    if not mending:
        return
    for (place, _), got in zip(mending, answers(model, [q for _, q in mending]), strict=True):
        found = _take(courses[place], got)
        if found is not None:
            _drop(courses[place], got, found)


def _take(course: _Course, got: Answer | ModelError) -> Fault | None:
    """Keep a draft that proposes something; what is wrong with it, if anything is."""
    if isinstance(got, ModelError):
        if got.mendable:
            return Fault(str(got))
        course.faults.append(str(got))
        return None
    found = fault(got, course.matter) if got.proposes else None
    if found is None:
        course.drafts.append(got)
    return found


def _drop(course: _Course, got: Answer | ModelError, found: Fault) -> None:
    if isinstance(got, ModelError):
        course.faults.append(found.words)
    else:
        course.dropped.append(Unfit(got.rule or got.operation, found.words))


def _distinct(drafts: Sequence[Answer]) -> list[Answer]:
    """Drafts that propose something, else one that does not; those that say the same once, with all they cite."""
    proposing = [draft for draft in drafts if draft.proposes]
    found: list[Answer] = []
    for draft in proposing:
        twin = next((place for place, other in enumerate(found) if _alike(draft, other)), None)
        if twin is None:
            found.append(draft)
        else:
            cited = tuple(sorted({*found[twin].evidence, *draft.evidence}))
            found[twin] = found[twin]._replace(evidence=cited)
    return found or list(drafts[:1])


def _alike(a: Answer, b: Answer) -> bool:
    if (a.operation, a.rules, a.paths) != (b.operation, b.rules, b.paths):
        return False
    return a.rule == b.rule or compare(a.rule, b.rule).likeness is Likeness.SAME


def _groups(drafts: Sequence[Answer]) -> list[list[Answer]]:
    """About as many groups as each has members: the square root of how many there are."""
    count = len(drafts)
    size = max(2, ceil(sqrt(count))) if count > 3 else count
    return [list(drafts[start : start + size]) for start in range(0, count, size)]
