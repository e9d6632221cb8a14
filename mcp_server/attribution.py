"""Which session a fact belongs to, when nobody says so: the only one of the last half hour, or none."""

from store.contract import Store
from store.episodes import IDLE
from store.text import clean_line


def session_for(store: Store, project: str, *, named: str | None, now: float) -> tuple[str | None, str]:
    """The session and, in words, how it was found. Ambiguous facts stay without one."""
    name = clean_line(named or "", limit=120).text
    if name:
        return name, f"session {name}, as named"
    recent = store.sessions(project, since=now - IDLE)
    if len(recent) == 1:
        return recent[0].id, f"session {recent[0].id}, the only one of the last half hour"
    if not recent:
        return None, "no session, as none was active in the last half hour"
    return None, f"no session, as {len(recent)} were active in the last half hour; name one with --session"
