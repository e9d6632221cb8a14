"""Late evidence finds its session: asked again whenever facts or works have come in."""

from collections.abc import Iterable

from mcp_server.learning import attribute
from mcp_server.learning.attribute import Claim, Index
from store.contract import Store
from store.records import Evidence, Work

NEWEST = 20_000
"""Facts without a session that are looked at again; what is older waits for nobody."""


def resolve(store: Store, project: str) -> int:
    """Give every fact of a project whose session can be told that session; how many got one.

    A fact that found its session may tell more of it (a commit tells a pull request, a merged pull
    request tells a merge commit), so this goes on until nothing is found any more.
    """
    given = 0
    while loose := store.loose(project)[-NEWEST:]:
        index = Index(_works(store, project, loose))
        found = [(fact, told) for fact in loose if isinstance(told := attribute.claim(fact, index), Claim)]
        if not found:
            break
        told = _give(store, project, found)
        given += len(found)
        if not told:
            break
        store.worked(told)
    return given


def _works(store: Store, project: str, loose: Iterable[Evidence]) -> Iterable[Work]:
    yield from store.works(project, sort=attribute.COMMIT)
    for sort, wanted in attribute.names(loose).items():
        yield from store.works(project, sort=sort, names=wanted)


def _give(store: Store, project: str, found: Iterable[tuple[Evidence, Claim]]) -> list[Work]:
    """Write the sessions down, those of one answer together; what the facts tell besides is returned."""
    groups: dict[tuple[str, int | None, str, float], list[int]] = {}
    works: list[Work] = []
    for fact, told in found:
        at = attribute.episode_at(store.episodes(told.session, project), told.time)
        groups.setdefault((told.session, at and at.id, told.how, told.confidence), []).append(fact.id)
        works += attribute.beside(fact._replace(session=told.session, confidence=told.confidence))
    for (session, episode, how, confidence), ids in groups.items():
        store.attribute(ids, session=session, episode=episode, how=how, confidence=confidence)
    if not works:
        return []
    known = {(work.sort, work.name, work.session) for work in store.works(project)}
    return [work for work in works if (work.sort, work.name, work.session) not in known]
