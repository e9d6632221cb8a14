"""What the readers of payloads yield, gathered into one reading: facts once, checks without their reruns."""

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from mcp_server.importers.forges import checks
from mcp_server.importers.forges.checks import Check
from mcp_server.importers.found import Found, Reading
from store.text import CleanText
from store.values import replace

Item = Found | Check | str
"""A fact, a check that is yet to be compared with its reruns, or words why there is nothing."""

DEEPEST = 3
"""Lists inside one another: `gh api --slurp` wraps the pages in one more."""

_EMPTY = "it holds no fact yet: nothing was merged, closed, reviewed, said or checked"


def members(value: object, depth: int = 0) -> Iterator[object]:
    """The value, or the members of a list of lists."""
    if isinstance(value, list) and depth < DEEPEST:
        for each in cast("list[object]", value):
            yield from members(each, depth + 1)
    else:
        yield cast("object", value)


def reading(
    document_: object,
    items: Callable[[object], Iterable[Item] | None],
    *,
    kind: str,
    origin: CleanText,
    digest: str,
) -> Reading:
    """All that the members of a document tell; those of which `items` knows nothing make it partial."""
    facts: dict[tuple[str, ...], Found] = {}
    runs: list[Check] = []
    reasons: dict[str, None] = {}
    strange = every = 0
    for value in members(document_):
        every += 1
        told = items(value)
        strange += told is None
        for item in told or ():
            if isinstance(item, str):
                reasons[item] = None
            elif isinstance(item, Check):
                runs.append(item)
            else:
                facts.setdefault(item.key, item)
    for found in checks.facts(runs):
        facts.setdefault(found.key, found)
    if runs:
        reasons["no check has ended"] = None
    return Reading(
        kind=kind,
        origin=origin,
        digest=digest,
        facts=tuple(facts.values()),
        partial=f"{strange} of {every} entries are nothing that is known here" if strange else "",
        nothing="" if facts else "; ".join(reasons) or _EMPTY,
    )


def delivered(items: Iterable[Item], delivery: str) -> Iterator[Item]:
    """The same items with the id of the delivery that brought them, where there is one."""
    for item in items:
        if not delivery or isinstance(item, str):
            yield item
        elif isinstance(item, Check):
            yield replace(item, delivery=delivery)
        else:
            yield replace(item, detail={**item.detail, "delivery": delivery})


def whole(document_: list[object]) -> object:
    """The only value of a file, or the list of all."""
    return document_[0] if len(document_) == 1 else document_


def marked(told: Reading, missing: str) -> Reading:
    """The reading, partial where something of the file is missing."""
    return replace(told, partial="; ".join(filter(None, (told.partial, missing)))) if missing else told
