"""What a reviewer thinks of a pull request now, from all the reviews they gave it."""

from collections.abc import Iterable, Mapping

APPROVED, CHANGES, COMMENTED, DISMISSED = "approved", "changes requested", "commented", "dismissed"
"""The states of a review; `commented` is no verdict, and `dismissed` withdraws one."""
RESOLVED, UNRESOLVED = "resolved", "unresolved"
"""The states of a thread; they are no verdict on the whole."""

_VERDICTS = frozenset({APPROVED, CHANGES, DISMISSED})


def standing(reviews: Iterable[tuple[float, Mapping[str, object]]]) -> str:
    """The verdict of one reviewer on one pull request, from times and details of their reviews in any order.

    The newest review that is no mere comment counts; once it is dismissed there is none, whichever of
    the two was heard of first. Empty where there is no verdict.
    """
    newest: tuple[float, str, object] | None = None
    withdrawn: set[object] = set()
    for time, detail in reviews:
        state = str(detail.get("state"))
        if state == DISMISSED:
            withdrawn.add(detail.get("id"))
        if state in _VERDICTS and (newest is None or time >= newest[0]):
            newest = (time, state, detail.get("id"))
    if newest is None or newest[1] == DISMISSED or newest[2] in withdrawn:
        return ""
    return newest[1]
