"""What importers found becomes evidence of a project: dated, masked, kept once, and given to its session."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from json import dumps
from typing import NamedTuple

from mcp_server.importers.found import Found, NotAReport
from mcp_server.learning.attribute import pull_request
from mcp_server.masks import masked
from mcp_server.resolve import resolve
from store.contract import Store
from store.records import Evidence, Source, Trust, Work
from store.values import replace

AT_ONCE = 100
"""Facts in one transaction: a hook that waits for the store gets in between."""


class Context(NamedTuple):
    """Where found facts belong."""

    project: str
    now: float
    session: str | None = None
    """Named by somebody."""
    commit: str = ""
    branch: str = ""
    pull_request: str = ""
    most: Trust = Trust.OWNER
    """The most that a person's word counts for here: an agent may be feeding us what it wrote itself."""
    known: tuple[str, ...] = ()
    """Values of secret variables, to be masked wherever they turn up."""


def keep(
    store: Store,
    found: Sequence[Found],
    *,
    works: Sequence[Work] = (),
    origin: str,
    context: Context,
    settle: bool = True,
) -> int:
    """Keep what was found, each fact once whatever tells it again; how many are new.

    A fact keeps the session it names. Others find theirs by commit, pull request, branch or file, now
    or when that becomes known; with `settle` false the caller asks for that when all is in.
    """
    facts = [masked(_evidence(each, origin, context), context.known) for each in found]
    told = [replace(work, project=context.project, time=min(work.time, context.now)) for work in works]
    owned = masked(told, context.known)
    new = 0
    for part in _parts(facts):
        new += sum(kept.new for kept in store.record(part))
    if owned:
        store.worked(owned)
    if settle:
        resolve(store, context.project)
    return new


def check_repository(found: Iterable[Found], project: str, *, origin: str) -> None:
    """Refuse what is plainly about another repository. Raises NotAReport.

    A fork has another owner and mostly the same name, and its pull requests are its parent's; a
    project without a remote is known by no name.
    """
    if project.startswith(("path:", "root:", "file:")) or "/" not in project:
        return
    own = project.rpartition("/")[2].casefold()
    for each in found:
        other = each.pull_request.partition("#")[0].partition("!")[0]
        if other and other.rpartition("/")[2].casefold() != own:
            raise NotAReport(f"{origin}: it is about {other}, this project is {project}; run this in that project")


def _evidence(found: Found, origin: str, context: Context) -> Evidence:
    session = found.session or context.session
    where = [context.session, context.commit] if context.session or context.commit else []
    trust = found.trust if found.trust is Trust.MACHINE else min(found.trust, context.most)
    if found.identity.startswith("bot:"):
        # what an agent brings in of a program is not even that program's word
        trust = trust if context.most > Trust.AGENT else min(trust, Trust.ANONYMOUS)
    # who is believed less must not be able to tell a fact first, so that it is known when it is told truly
    lowered = [trust.word] if trust < found.trust else []
    return Evidence(
        project=context.project,
        kind=found.kind,
        text=found.text,
        source=Source(origin, found.identity, trust),
        time=context.now if found.time is None else min(found.time, context.now),
        hash=sha256(dumps([context.project, *found.key, *where, *lowered]).encode()).hexdigest(),
        fingerprint=found.fingerprint,
        session=session,
        commit=context.commit or found.commit,
        detail=dict(found.detail),
        branch=context.branch or found.branch,
        pull_request=context.pull_request or pull_request(found.pull_request, context.project),
        path=found.path,
        how="named" if context.session else "",
    )


def _parts(facts: Sequence[Evidence]) -> Iterable[Sequence[Evidence]]:
    return (facts[place : place + AT_ONCE] for place in range(0, len(facts), AT_ONCE))
