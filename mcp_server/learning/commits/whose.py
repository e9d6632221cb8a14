"""Whose a commit is: told by what sessions left, by agents' marks, and by how work moves from commit to commit."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mcp_server.learning.attribute import BRANCH, COMMIT, SHARED, SHORTEST
from mcp_server.learning.commits.aftermath import alive, session_of
from mcp_server.learning.commits.history import Amend, Commit, is_sha
from mcp_server.learning.commits.seen import Marked
from store.episodes import IDLE
from store.records import Session, Work
from store.text import clean_line

LOOK_BACK = 30 * 86_400.0
"""Seconds for which a commit is watched."""

WATCHED = 500
"""Commits that are watched, the newest."""

SEEN = "git"
"""Who says so, where a work is known from git alone: it says whose a commit is, not whose hands made it."""


class Whose:
    """The commits of sessions, and what becomes known of them in one look at a repository."""

    def __init__(self, project: str, works: Sequence[Work], sessions: Iterable[Session], *, now: float) -> None:
        self._project, self._now = project, now
        self._sessions = {each.id: each for each in sessions}
        self._works = [work for work in works if work.sort == COMMIT]
        self._kept = {(work.sort, work.name.lower(), work.session) for work in works}
        self._spans = _spans(self._works, self._sessions.values())
        recent = (work for work in self._works if work.time >= now - LOOK_BACK)
        newest = sorted(recent, key=lambda each: -each.time)
        self.names = list(dict.fromkeys(work.name.lower() for work in newest))[:WATCHED]
        """What the newest commits of sessions are called, in full or in short."""
        self.own: dict[str, frozenset[str]] = {}
        """Commits with the sessions they are of."""
        self.hands: set[str] = set()
        """Those that a session was seen to make."""
        self.watched: dict[str, None] = {}
        """Commits of agents that are young enough for what becomes of them to be told."""
        self.changed: dict[str, str] = {}
        """What a person amended, by what it was."""
        self.alike: dict[str, list[str]] = {}
        """Commits that are the same work as others if they do the same."""
        self.told: dict[tuple[str, str, str], Work] = {}
        """What was not known before."""

    def begin(self, there: Mapping[str, str]) -> None:
        """Take in what sessions left, by the full ids of what they are called."""
        for work in self._works:
            sha = there.get(work.name.lower(), work.name.lower())
            if is_sha(sha):
                self.own[sha] = self.own.get(sha, frozenset()) | {work.session}
                if work.how != SEEN:
                    self.hands.add(sha)
        self.watched |= dict.fromkeys(there[name] for name in self.names if name in there)

    def settle(self, marked: Iterable[Marked]) -> list[Marked]:
        """Give commits with an agent's mark to the session that was alive; young ones that have none are returned."""
        loose: list[Marked] = []
        for each in marked:
            if each.sha in self.own:
                continue
            found = session_of(each.agent, each.written, self._sessions.values()) if each.here else ""
            if found:
                self.belongs(each.sha, [found], each.time)
            elif each.time >= self._now - LOOK_BACK:
                loose.append(each)
        loose = sorted(loose, key=lambda each: each.time)[-WATCHED:]
        self.watched |= dict.fromkeys(each.sha for each in loose)
        return loose

    def amend(self, amends: Iterable[Amend]) -> None:
        """An amended commit stays its session's, whoever amended it."""
        origin: dict[str, str] = {}
        for each in amends:
            sessions = self.own.get(each.old)
            if sessions and each.time >= self._now - LOOK_BACK:
                if each.new not in self.hands and not self._at_work(sessions, each.time):
                    origin[each.new] = origin.get(each.old, each.old)
                    self.changed[origin[each.new]] = each.new
                self.belongs(each.new, sessions, each.time)

    def pick(self, commits: Iterable[Commit]) -> None:
        """A commit that says it was picked from another one is the same work."""
        for commit in commits:
            for name in commit.picked:
                for sha in [sha for sha in self.own if sha.startswith(name)]:
                    self.belongs(commit.sha, self.own[sha], commit.time)

    def move(self, commits: Iterable[Commit], known: Mapping[str, Commit], behind: Callable[[str, str], bool]) -> None:
        """A commit written by the same hand in the same second under the same subject is the same work, moved on."""
        keyed: dict[str, list[Commit]] = {}
        for sha in self.own.keys() & known.keys():
            keyed.setdefault(known[sha].key, []).append(known[sha])
        for commit in commits:
            if commit.merge or commit.sha in self.hands:
                continue
            for old in keyed.get(commit.key, []):
                if old.sha == commit.sha or old.time > commit.time or behind(old.sha, commit.sha):
                    continue
                if old.subject != commit.subject:
                    self.alike.setdefault(commit.sha, []).append(old.sha)
                    continue
                # An amended commit stands where the old one stood, a rebased one does not.
                if old.parents == commit.parents and not self._at_work(self.own[old.sha], commit.time):
                    self.changed.setdefault(old.sha, commit.sha)
                self.belongs(commit.sha, self.own[old.sha], commit.time)

    def belongs(self, sha: str, sessions: Iterable[str], time: float) -> None:
        """A commit is the work of these sessions."""
        sessions = sorted(sessions)
        self.own[sha] = self.own.get(sha, frozenset()) | frozenset(sessions)
        if time >= self._now - LOOK_BACK:
            self.watched[sha] = None
        for session in sessions:
            if not any((COMMIT, sha[:length], session) in self._kept for length in range(SHORTEST, len(sha) + 1)):
                self._tell(session, COMMIT, sha, time)

    def on_branch(self, sha: str, branch: str, time: float) -> None:
        """A commit was made on a branch, or is its end: its sessions worked there. Everybody's branch tells nothing."""
        name = clean_line(branch, limit=300).text
        if name and name.lower() not in SHARED:
            for session in sorted(self.own.get(sha, ())):
                if (BRANCH, name.lower(), session) not in self._kept:
                    self._tell(session, BRANCH, name, time)

    def given(self) -> set[str]:
        """What the commits are called that became known to be of sessions."""
        return {name for sort, name, _ in self.told if sort == COMMIT}

    def client(self, sha: str) -> str:
        """The client of the session that a commit is of; empty for a commit of none."""
        sessions = sorted(self.own.get(sha, ()))
        known = [self._sessions[each].client for each in sessions if each in self._sessions]
        return next(iter(known), "unknown") if sessions else ""

    def _tell(self, session: str, sort: str, name: str, time: float) -> None:
        work = Work(self._project, session, sort, name, min(time, self._now), SEEN)
        self.told.setdefault((sort, name, session), work)

    def _at_work(self, sessions: Iterable[str], time: float) -> bool:
        return alive((self._spans[each] for each in sessions if each in self._spans), time)


def _spans(works: Iterable[Work], sessions: Iterable[Session]) -> dict[str, tuple[float, float]]:
    """When sessions lived, by their own account and by what they were seen to make."""
    spans = {each.id: (each.started, each.seen) for each in sessions}
    for work in works:
        if work.how != SEEN:
            first, last = spans.get(work.session, (work.time - IDLE, work.time + IDLE))
            spans[work.session] = (min(first, work.time), max(last, work.time))
    return spans
