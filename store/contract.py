"""The store's contract: every promise a backend keeps, in prose.

Above the file-length cap because it is one noun, and its promises are sentences.

`tests/store/test_contract.py` holds each backend to it. All methods may raise `BusyError` (held by
others for too long), `DamagedError` and `UnreachableError`; those that write also `ReadOnlyError`
and `FullError`. A method that raises has changed nothing. What a writing method returned survives
the death of the process. No method calls a model or a network, and none waits for one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, cast

from store.records import (
    Condition,
    Decision,
    Episode,
    Evidence,
    Exposure,
    Heartbeat,
    Kind,
    Project,
    Revision,
    Rule,
    Session,
    Sighting,
    State,
    Tally,
    Trials,
    Trust,
    Version,
    Work,
)
from store.revise import Add, Step


class Kept(NamedTuple):
    """What became of one piece of evidence: its id, and whether it is new."""

    id: int
    new: bool


class Delivery(NamedTuple):
    """The episode a session is in, and all that it has been shown, in the order of showing."""

    episode: Episode
    exposures: tuple[Exposure, ...]


class Numbers(NamedTuple):
    """How many rules and sessions a project has."""

    rules: Mapping[State, int]
    """By state; states without any are absent."""
    pinned: int
    """Of the live ones."""
    sessions: int
    seen: float | None
    """The newest sign of life of any session."""


class Forgotten(NamedTuple):
    """How many texts `forget` took out."""

    versions: int
    evidence: int
    others: int
    emptied: bool = True
    """Did the old bytes go too? Not while another process keeps the write-ahead log in use."""


def mentions(needles: Iterable[str]) -> Callable[[object], bool]:
    """A test that every backend uses for `forget`: does a text, or any text in a JSON value, hold a needle?"""
    wanted = [needle.casefold() for needle in needles if needle]

    def holds(value: object) -> bool:
        match value:
            case str():
                folded = value.casefold()
                return any(needle in folded for needle in wanted)
            case Mapping():
                return any(holds(key) or holds(each) for key, each in cast("Mapping[object, object]", value).items())
            case list() | tuple():
                return any(map(holds, cast("Sequence[object]", value)))
            case _:
                return False

    return holds


class Store(Protocol):
    """What is known, and how it is kept."""

    # Projects, sessions, episodes

    def know(self, project: Project) -> None:
        """Keep a project's name and path; the newest path wins. A no-op if nothing changed."""
        ...

    def projects(self) -> list[Project]:
        """All known projects, by key."""
        ...

    def deliver(
        self,
        session: Session,
        *,
        task: str,
        shown: Sequence[Exposure],
        now: float,
        known: tuple[Exposure, ...] | None = None,
    ) -> Delivery:
        """Record, in one transaction, that rules are about to be shown to a session.

        Makes the session if it is new. Opens an episode if none is open, if `task` is not empty and
        differs from the open episode's, or if that one has been idle for `episodes.IDLE` seconds; an episode
        without a task takes the first one named. Of `shown`, only rule versions this session has
        not yet seen are added, behind those it has; `position`, `episode` and `time` of the argument
        are ignored. Returns what then stands, also when nothing had to be written; `known`, what the caller has
        just read, then counts as what stands.
        """
        ...

    def exposures(self, session: str, project: str) -> tuple[Exposure, ...]:
        """What a session has been shown, in the order of showing."""
        ...

    def exposures_of(self, rule: int) -> tuple[Exposure, ...]:
        """Every exposure of a rule, oldest first."""
        ...

    def episode(self, ident: int) -> Episode:
        """One episode. Raises `NotFoundError`."""
        ...

    def episodes(self, session: str, project: str) -> list[Episode]:
        """The episodes of a session, oldest first."""
        ...

    def current_episode(self, session: str, project: str) -> Episode | None:
        """The newest episode of a session, if it has any."""
        ...

    def sessions(self, project: str, *, since: float = 0.0) -> list[Session]:
        """Sessions of a project with a sign of life at or after `since`, oldest first."""
        ...

    def session(self, ident: str, project: str) -> Session | None:
        """One session of a project, if it is known there."""
        ...

    def newcomers(self, project: str | None, *, after: int) -> list[tuple[int, Session]]:
        """Sessions of a project, or of all, that came after a mark, in that order, each with its own mark.

        Marks only grow, in the order in which sessions became visible to others: whoever goes on from the
        last mark misses none and gets none twice, whatever their clocks said.
        """
        ...

    # What sessions left behind

    def worked(self, works: Sequence[Work]) -> None:
        """Keep what sessions touched; of the same thing, the newest time counts. May be lost with the power."""
        ...

    def works(
        self,
        project: str,
        *,
        session: str | None = None,
        sort: str | None = None,
        names: Iterable[str] | None = None,
    ) -> list[Work]:
        """What sessions left behind that meets every condition given, by sort, name and session."""
        ...

    # Evidence

    def record(
        self,
        facts: Sequence[Evidence],
        *,
        rule: int | None = None,
        conditions: Sequence[Condition] = (),
        works: Sequence[Work] = (),
    ) -> list[Kept]:
        """Keep facts, append-only, in one transaction; with `rule`, link them to it as support.

        A fact whose hash the project already holds is not kept again; its old id is returned with
        `new` false. `conditions` take the place of earlier ones of the same items in the project of
        the first fact; `works` are kept as `worked` does. Raises `NotFoundError` for an unknown rule.
        """
        ...

    def attribute(
        self, evidence: Iterable[int], *, session: str, episode: int | None, how: str, confidence: float
    ) -> int:
        """Give facts that have no session the one they belong to; how many got it.

        What a fact says never changes by it, and a fact that has a session keeps it.
        """
        ...

    def loose(self, project: str) -> list[Evidence]:
        """Facts without a session that name a commit, branch, pull request or path, in the order they were kept."""
        ...

    def conditions(self, project: str, suite: str) -> Mapping[str, Condition]:
        """How the tests or findings of a suite last stood, by item."""
        ...

    def evidence(
        self,
        project: str,
        *,
        ids: Iterable[int] | None = None,
        kinds: Iterable[Kind] | None = None,
        fingerprint: str | None = None,
        session: str | None = None,
        episode: int | None = None,
        trust: Trust | None = None,
        newest: int | None = None,
    ) -> list[Evidence]:
        """Facts that meet every condition given, in the order they were kept.

        `trust` is the least trust wanted; `newest` keeps only the last so many.
        """
        ...

    def counts(self, project: str) -> Mapping[Kind, int]:
        """How many facts of each kind a project holds; kinds without any are absent."""
        ...

    def numbers(self, project: str) -> Numbers:
        """How many rules and sessions a project has, told without reading them all."""
        ...

    def tallies(self, project: str) -> list[Tally]:
        """Failures counted per fingerprint, most occasions first, then by fingerprint."""
        ...

    def newest_failures(self, project: str) -> Mapping[str, int]:
        """The id of the newest failure of each fingerprint: what is known to fail, told without counting it."""
        ...

    def supports(self, rule: int) -> list[Evidence]:
        """The evidence linked to a rule, in the order it was kept."""
        ...

    def links(self, project: str) -> Mapping[int, frozenset[int]]:
        """The ids of linked evidence for every rule of the project, and of `global`, that has any."""
        ...

    # Rules

    def rule(self, ident: int) -> Rule:
        """One rule of any project. Raises `NotFoundError`."""
        ...

    def rules(self, project: str, *, states: Iterable[State] | None = None) -> list[Rule]:
        """The rules of one project, by id."""
        ...

    def versions(self, rule: int) -> list[Version]:
        """Every version of a rule, oldest first. Raises `NotFoundError`."""
        ...

    def suggest(self, change: Add, evidence: Evidence, *, now: float) -> Rule:
        """Keep a candidate with the evidence behind it, in one transaction, without a revision.

        The candidate is never served. Its state is `candidate` whatever `change` says. Raises
        `NotFoundError` for evidence to link that there is not.
        """
        ...

    def revise(
        self,
        project: str,
        steps: Sequence[Step],
        *,
        cause: str,
        report: str = "",
        now: float,
        expected: int | None = None,
    ) -> Revision:
        """Apply steps in order and seal the result as the project's next revision, in one transaction.

        Each step leaves a decision. With `expected`, raises `ConflictError` unless the newest
        revision still has that number (0 for none). Raises `NotFoundError` for a rule that is
        unknown or of another project, and for a version or evidence that there is not.
        """
        ...

    def head(self, project: str) -> int:
        """Number of the newest revision; 0 before the first."""
        ...

    # Trials

    def coin_key(self) -> bytes:
        """The secret that the coins of this store are thrown with; made at the first call, and kept.

        Where it is gone another one is made: sessions keep the coins that were recorded for them, later ones
        get fresh ones. Empty where there is none and none can be kept yet, in a store of the schema before.
        """
        ...

    def trials(self, project: str) -> Trials | None:
        """How far a project's trials have come; None before the first decisions."""
        ...

    def log(self, project: str, *, after: int = 0) -> Iterable[str]:
        """The lines of a project's log behind the first `after`, read while they are asked for."""
        ...

    def decide(
        self,
        project: str,
        trials: Trials,
        *,
        log: Sequence[str],
        chances: Mapping[int, float | None],
        steps: Sequence[Step],
        cause: str,
        report: str = "",
        now: float,
        expected: int,
    ) -> Revision | None:
        """Keep in one transaction how far trials have come: lines behind the log, and what rules are shown by from now.

        With `steps` it is a revision as well, see `revise`; else None is returned. Raises `ConflictError`
        unless the log then has `trials.lines` lines, and unless the newest revision still is `expected`.
        """
        ...

    def revisions(self, project: str) -> list[Revision]:
        """All revisions of a project, oldest first."""
        ...

    def revision(self, project: str, number: int) -> Revision:
        """One revision. Raises `NotFoundError`."""
        ...

    def decisions(self, project: str, *, rule: int | None = None, revision: int | None = None) -> list[Decision]:
        """What was decided, oldest first."""
        ...

    def problems(self) -> list[str]:
        """What is wrong with the kept data and its revision chains, one sentence each."""
        ...

    # Hooks

    def beat(
        self, heartbeat: Heartbeat, *, works: Sequence[Work] = (), spoken: tuple[str, str, float] | None = None
    ) -> None:
        """Keep the last sign of life of a client's hook. May be lost with the power.

        In the same transaction `works`, as `worked` does, and that a person wrote in a session (its id,
        project and the time): what a hook keeps of this sort costs it one write.
        """
        ...

    def beats(self) -> list[Heartbeat]:
        """The last sign of life of every hook, by client and event."""
        ...

    def sight(self, sighting: Sighting, pids: Sequence[int]) -> None:
        """Remember that a session runs under these processes; the newest session of a process counts.

        A process stays another client's for an hour after that one was seen: who runs in its shell is no session of it.
        """
        ...

    def sighted(self, pids: Sequence[int], client: str = "") -> Sighting | None:
        """The session seen last under the first of these processes under which one was: name the nearest first.

        Of one client alone, where it is named.
        """
        ...

    # The rest

    def forget(self, *, needles: Sequence[str], rule: int | None = None, evidence: Iterable[int] = ()) -> Forgotten:
        """Take texts out for good: a rule's wordings, named evidence, and every text holding a needle.

        Needles reach the texts of every project. Ids, digests, hashes, numbers and times stay, so
        chains verify and a second import of the same thing stays a no-op, and so do the names by
        which things are found and counted: projects, sessions, sources, commits, paths. A rule whose
        current text is gone is not served. Needles are compared without regard to case. Backends
        remove the bytes from everything they own; where others keep them from it, the result says so
        and a later call finishes it. Raises `NotFoundError` for an unknown rule.
        """
        ...

    def answer(self, question: str) -> str | None:
        """A person's kept answer to a question of the program."""
        ...

    def bookmark(self, source: str) -> str | None:
        """How far a source was read, in words that only its reader understands."""
        ...

    def keep_bookmark(self, source: str, mark: str, *, now: float) -> None:
        """Keep how far a source was read. May be lost with the power: what is read again changes nothing."""
        ...

    def keep_answer(self, question: str, answer: str, *, now: float) -> None:
        """Keep a person's answer; the newest counts."""
        ...

    def alone(self, task: str) -> AbstractContextManager[None]:
        """Hold the one right in this store to do `task`, freed even if the process is killed.

        Raises `BusyError`, naming the holder, at once if another has it.
        """
        ...

    def close(self) -> None:
        """Let go of everything. The store is not used afterwards."""
        ...
