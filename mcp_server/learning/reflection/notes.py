"""What a model came to about a cause, kept so that it is not asked, and does not propose, the same again. Light."""

import json
from collections.abc import Iterable
from typing import NamedTuple, cast

from mcp_server.learning import fingerprint
from mcp_server.learning.cluster import OCCASIONS, Cluster
from store.contract import Store
from store.text import clean_line

REFUSED = 4
"""Sentences that were refused, shown so that they are not made again."""


class Note(NamedTuple):
    """What was made of a cause before, so that the same is not asked and not proposed again."""

    occasions: int
    verdict: str = ""
    dropped: tuple[tuple[str, str], ...] = ()
    """Sentences that did not stand, each with the reason."""
    rule: int = 0
    """The rule that says it already, where its words alone did not show that."""

    def __str__(self) -> str:
        return json.dumps(self._asdict(), ensure_ascii=False)


def subject(cluster: Cluster) -> str:
    """What a note about a cause is about: what was said, else the failure."""
    if cluster.remark is None:
        return cluster.target
    return str(fingerprint.of_sentence(cluster.remark.sentence))


def seen(cluster: Cluster) -> int:
    """How often a cause was seen, or said."""
    return cluster.occasions if cluster.remark is None else len(cluster.remark.facts)


def key(project: str, about: str) -> str:
    """What a note about a cause is kept under."""
    return f"{project} reflected on {about}"


def noted(store: Store, project: str, about: str) -> Note | None:
    """The note about a cause, if there is one that can be read."""
    kept = store.answer(key(project, about))
    if not kept or not kept.startswith("{"):
        return None  # forgotten
    body = cast("dict[str, object]", json.loads(kept))
    dropped = cast("list[list[str]]", body.get("dropped", []))
    pairs = tuple((each[0], each[1]) for each in dropped)
    return Note(cast("int", body["occasions"]), str(body["verdict"]), pairs, cast("int", body.get("rule", 0)))


def stale(note: Note | None, cluster: Cluster) -> bool:
    """May a cause be asked about: never asked before, or seen often enough since?"""
    return note is None or seen(cluster) >= note.occasions + OCCASIONS


def note_of(
    cluster: Cluster, verdict: str, refused: Iterable[tuple[str, str]], before: Note | None, *, rule: int = 0
) -> Note:
    """What to keep of a reflection that came to no proposal."""
    fresh = ((clean_line(sentence, limit=200).text, reason) for sentence, reason in refused)
    dropped = dict([*(before.dropped if before else ()), *fresh])
    return Note(seen(cluster), verdict, tuple(dropped.items())[-2 * REFUSED :], rule)
