"""When a session begins another episode: one decision, the same for every backend."""

from store.records import Episode
from store.values import replace

IDLE = 30 * 60.0
"""Seconds without a sign of life after which an episode has settled."""

FRESH = 60.0
"""Seconds for which a sign of life is not written again: reading rules twice should cost no write."""


def following(current: Episode | None, *, task: str, now: float) -> Episode | None:
    """The current episode as it should be kept, or None where a new one has to be opened.

    A clock that stepped back never ends an episode: its age is then taken as zero.
    """
    if current is None or now - current.seen > IDLE or (task and current.task and task != current.task):
        return None
    named = replace(current, task=task) if task and not current.task else current
    if named is current and now - current.seen <= FRESH:
        return current
    return replace(named, seen=max(now, current.seen))
