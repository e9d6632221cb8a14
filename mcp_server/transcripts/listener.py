"""Makes evidence, and what a session left behind, of the turns of one session."""

from collections.abc import Iterable
from hashlib import sha256
from json import dumps

from mcp_server import leavings, observed
from mcp_server.agents.events import Ran
from mcp_server.heard import seal
from mcp_server.importers.found import Found
from mcp_server.importers.logs.talk import Talk
from mcp_server.importers.logs.turns import Turn
from mcp_server.learning.scope import normal
from mcp_server.session import identity
from mcp_server.transcripts.belongs import Home
from store.records import Evidence, Kind, Source, Work

HOW = "transcript"
"""Who says what a session left behind."""

THINGS = 5000
"""Things that one session is remembered to have left."""


class Listener:
    """Listens to one log: `facts` and `works` grow with every turn until they are taken."""

    def __init__(self, home: Home, *, client: str, name: str, now: float, known: Iterable[str], own: bool) -> None:
        self.facts: list[Evidence] = []
        self._names: dict[str, str] = {}
        self._home, self._client, self._now, self._known = home, client, now, tuple(known)
        self._talk = Talk(name, root=home.root, known=self._known, own=own)
        self._works: dict[tuple[str, str, str], Work] = {}
        self._edits: dict[tuple[str, str, tuple[str, ...]], list[Work]] = {}

    @property
    def own(self) -> bool:
        """Is it a run of our own?"""
        return self._talk.own

    @property
    def prompts(self) -> int:
        """How often a person spoke."""
        return self._talk.prompts

    @property
    def sessions(self) -> Iterable[str]:
        """The sessions that were heard; a log holds one, and seldom those it was forked from."""
        return self._names.values()

    def hear(self, turn: Turn) -> None:
        """Take one turn."""
        session = self._names.get(turn.session)
        if session is None:
            session = self._names[turn.session] = identity(turn.session)
        self.facts += [self.evidence(each, session) for each in self._talk.hear(turn)]
        if self.own:
            return
        time = self._now if turn.time is None else min(turn.time, self._now)
        if turn.command and not turn.rejected:
            self._ran(turn, session, time)
            self._left(
                leavings.of_command(
                    turn.command, turn.output, root="", project=self._home.key, session=session, now=time, how=HOW
                )
            )
        if turn.files:
            self._left(self._edited(turn, session, time))

    def take(self) -> tuple[list[Evidence], list[Work]]:
        """What has been heard since the last time."""
        facts, works = self.facts, list(self._works.values())
        self.facts, self._works = [], {}
        return facts, works

    def evidence(self, found: Found, session: str) -> Evidence:
        """A fact as evidence of its project. A sentence has the seal that a hook gives it: it is one fact."""
        home = self._home
        spoken = found.kind is Kind.FEEDBACK
        sealed = seal(home.key, session, found.text) if spoken else sha256(dumps([home.key, *found.key]).encode())
        return Evidence(
            project=home.key,
            kind=found.kind,
            text=found.text,
            source=Source(f"{HOW} of {self._client}", found.identity, found.trust),
            time=self._now if found.time is None else min(found.time, self._now),
            hash=sealed if isinstance(sealed, str) else sealed.hexdigest(),
            fingerprint=found.fingerprint,
            session=session or None,
            branch=found.branch,
            path=found.path,
            detail=found.detail,
        )

    def _edited(self, turn: Turn, session: str, time: float) -> Iterable[Work]:
        """The files of an edit; most were edited before, and their names need no cleaning again."""
        key = (session, turn.branch, turn.files)
        if key not in self._edits:
            tellable = leavings.tellable(turn.files)
            files = [path for path in (normal(file, root=self._home.root) for file in tellable) if _within(path)]
            branch = turn.branch if files else ""
            self._edits[key] = leavings.of_edit(
                files, branch=branch, project=self._home.key, session=session, now=time, how=HOW
            )
            if len(self._edits) > THINGS:
                del self._edits[next(iter(self._edits))]
        return [work._replace(time=time) for work in self._edits[key]]

    def _ran(self, turn: Turn, session: str, time: float) -> None:
        """What a command showed, read as a hook reads it."""
        event = Ran(session, turn.cwd, (), turn.command, turn.output, turn.failed)
        self.facts += observed.results(
            event,
            project=self._home.key,
            root=self._home.root,
            client=self._client,
            now=time,
            known=self._known,
        )

    def _left(self, works: Iterable[Work]) -> None:
        for work in works:
            key = (work.session, work.sort, work.name)
            if key in self._works or len(self._works) < THINGS:
                self._works[key] = work


def _within(path: str) -> bool:
    """Does a path lie in its project?"""
    return bool(path) and not path.startswith(("/", "..")) and path[1:2] != ":"
