"""What became of the commits of agents' sessions, seen in the repository alone: each time only what is new.

Nothing of the repository is run: git's plumbing reads objects, and no setting makes it start a
program, reach for a network or print otherwise. Whom a commit is by can be forged by whoever commits,
so all of this is a machine's observation and nobody's word.
"""

from collections.abc import Callable

from mcp_server.gitlog.asked import Git
from mcp_server.gitlog.look import DAYS, Look, Observed
from mcp_server.learning.commits import seen
from mcp_server.learning.commits.history import digest
from mcp_server.project import Place
from store.contract import Store
from store.records import GLOBAL

__all__ = ["Observed", "bookmark", "keep_mark", "observe"]


def observe(
    store: Store, place: Place, *, now: float, days: int = DAYS, say: Callable[[str], None] = lambda _: None
) -> Observed:
    """Look at what is new in the repository of a place since the last look whose mark was kept.

    The first look, and one after all that was known is gone, goes back 30 days and 5,000 commits at
    most. Nothing is written: keep facts and works first, then the mark. `days` is how long a line that
    goes again counts as rework; `say` hears of long work.
    """
    if place.project.key == GLOBAL:
        return Observed((), (), place.note or "no project, so there is no history to look at")
    git = Git(place.root)
    refs = git.refs()
    if git.failed:
        return Observed((), (), git.failed)
    heads = git.heads()
    tips = list(dict.fromkeys([*heads, *(sha for sha, _ in refs)]))
    if not tips:
        return Observed((), (), "the repository has no commits yet")
    mark = seen.read(store.bookmark(bookmark(place)))
    look = Look(store, place, git, mark, now=now, days=days, say=say)
    stand = digest(*heads, *(part for ref in refs for part in ref))
    if mark.unchanged(look.here, stand) and not look.late:
        return look.again()
    return look.at(tips, refs, stand)


def bookmark(place: Place) -> str:
    """The name under which a store keeps how far the repository of a place was read."""
    return f"git {place.project.key}"


def keep_mark(store: Store, place: Place, observed: Observed, *, now: float) -> None:
    """Remember that all of `observed` was kept, so that the next look begins behind it."""
    if observed.mark:
        store.keep_bookmark(bookmark(place), observed.mark, now=now)
