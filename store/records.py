"""The nouns of the program, as frozen values: what a store keeps and everybody else passes around.

One word per thing, the same in schema, page and message. Times are seconds since the epoch, UTC.

Above the file-length cap because every noun stands in one place.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from store.text import CleanText
from store.values import NOTHING

GLOBAL = "global"
"""The key of the project that holds rules for every project."""


class Trust(IntEnum):
    """Who stands behind a text. It is carried along derivation and only falls: take `min`."""

    ANONYMOUS = 0
    AGENT = 1
    MACHINE = 2
    MEMBER = 3
    OWNER = 4

    @property
    def word(self) -> str:
        """The lower-case name, as schema and pages write it."""
        return self.name.lower()


class State(StrEnum):
    """Permission: may this rule be shown? (What is known of its effect is a verdict, kept apart.)"""

    CANDIDATE = "candidate"
    TRIAL = "trial"
    ACTIVE = "active"
    RETIRED = "retired"


LIVE = frozenset({State.TRIAL, State.ACTIVE})
"""The states in which a rule may reach an agent."""


class Operation(StrEnum):
    """What admitting a candidate does."""

    ADD = "add"
    EDIT = "edit"
    MERGE = "merge"
    RETIRE = "retire"


class Ending(StrEnum):
    """Why a retired rule is retired; all but `applied` keep its wording from being learnt again.

    The last four are the program's own, from what sessions told; under another model it may try such a rule again.
    """

    NONE = ""
    REJECTED = "rejected"
    RETIRED = "retired"
    MERGED = "merged"
    UNDONE = "undone"
    APPLIED = "applied"
    HARMFUL = "harmful"
    GUARDRAIL = "guardrail"
    UNLIKELY = "unlikely"
    FUTILE = "futile"


class Kind(StrEnum):
    """What sort of fact a piece of evidence is."""

    FAILURE = "failure"
    """Something fails that did not when it was last looked at, or that was never looked at before."""
    STILL = "still failing"
    """It failed the last time already: nobody in this session broke it."""
    FLAKY = "flaky"
    """It failed and passed in one run, with nothing changed between."""
    FIXED = "fixed"
    RUN = "run"
    FEEDBACK = "feedback"
    REPORT = "report"
    SUGGESTION = "suggestion"
    CHANGE = "change"
    REVIEW = "review"
    """A reviewer's verdict."""
    COMMENT = "comment"
    """What a reviewer, or anybody in a pull request, wrote."""
    PULL_REQUEST = "pull request"
    """What became of one: merged, closed, reopened."""
    CHECK = "check"
    """How a check of continuous integration ended."""
    REVERT = "revert"
    REWORK = "rework"
    """Somebody amended, fixed up or rewrote what a session left behind."""
    METRIC = "metric"
    INTERRUPT = "interrupt"
    """A person stopped the agent, or refused a step of its, without saying why."""
    REPEAT = "repeat"
    """The agent did the same thing over and over."""


AUTHORED = frozenset({Kind.FEEDBACK, Kind.REPORT, Kind.SUGGESTION, Kind.REVIEW, Kind.COMMENT, Kind.INTERRUPT})
"""What somebody said: however often, it is one voice. The other kinds were observed."""


class Outcome(StrEnum):
    """The verdict on an episode. `unknown` is the default and counts as neither."""

    SUCCESS = "success"
    FAILURE = "failure"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class Project(NamedTuple):
    """What rules belong to: a repository, or `global` for all of them."""

    key: str
    """Normalised git remote, else root commit, else path."""
    name: str
    path: str


FILE = "file:"
"""How the identity begins of what was imported from a rule file; the file's path follows."""


class Source(NamedTuple):
    """Where a text comes from and whose word it is."""

    origin: str
    """How it came in, for a reader: `command line`, `junit report.xml`, `MCP tool`."""
    identity: str
    """Who is counted once: `person`, `agent:claude-code`, `ci:main`, `file:CLAUDE.md`."""
    trust: Trust

    @property
    def file(self) -> str:
        """The rule file that it was imported from, relative to the project; empty for anything else."""
        return self.identity.removeprefix(FILE) if self.identity.startswith(FILE) else ""


class Evidence(NamedTuple):
    """One observed fact. `id` is 0 until a store has kept it."""

    project: str
    kind: Kind
    text: CleanText
    source: Source
    time: float
    hash: str
    """SHA-256 of what makes two facts the same fact; unique in a project."""
    fingerprint: str = ""
    session: str | None = None
    episode: int | None = None
    commit: str = ""
    detail: Mapping[str, object] = NOTHING
    """JSON values only; texts in it are clean."""
    branch: str = ""
    pull_request: str = ""
    path: str = ""
    """The file it is about, relative to the project."""
    how: str = ""
    """How its session was found, in words, where nobody named it; or why none was."""
    confidence: float = 1.0
    """That this is the session it belongs to, in [0, 1]."""
    id: int = 0

    @property
    def occasion(self) -> str:
        """What counts once when machine results are counted: session, else commit, else the fact itself."""
        return self.session or self.commit or self.hash

    @property
    def voice(self) -> str:
        """What counts once for a rule: who said it, or the occasion on which it was observed."""
        return f"by {self.source.identity}" if self.kind in AUTHORED else f"in {self.occasion}"


COMMIT, PULL_REQUEST, BRANCH, PATH = "commit", "pull request", "branch", "path"
"""The sorts of works, most telling first."""


class Work(NamedTuple):
    """Something a session left behind, by which what is said of it later finds the session."""

    project: str
    session: str
    sort: str
    """`COMMIT`, `PULL_REQUEST`, `BRANCH` or `PATH`."""
    name: str
    time: float
    """When it was last touched."""
    how: str = ""
    """Who says so: `hook`, `transcript`, `report`, `git`."""


class Condition(NamedTuple):
    """How one test or finding stood when its suite last ran: what the next run is compared with."""

    suite: str
    """Results of different suites (`tests:local`, `tests:ci`) are never compared with each other."""
    item: str
    status: str
    time: float
    """When it was last seen to stand like this."""


class Tally(NamedTuple):
    """All failures of one fingerprint in a project, counted."""

    fingerprint: str
    facts: int
    occasions: int
    """Distinct sessions (else commits, else reports)."""
    first: float
    last: float
    newest: int
    """Id of the newest fact, for its words."""


class Wording(NamedTuple):
    """A sentence with its scope and where it came from: what a version is made of."""

    text: CleanText
    paths: tuple[str, ...]
    source: Source
    removed: Mapping[str, int] = NOTHING
    """What the gate took out of the text, by kind, for the reviewer to see."""


class Version(NamedTuple):
    """One immutable wording of a rule. `text` is None once it was forgotten."""

    rule: int
    number: int
    digest: str
    """SHA-256 of salt and text; revisions chain over it, so `forget` may drop text and salt."""
    salt: str
    text: CleanText | None
    paths: tuple[str, ...]
    source: Source
    time: float
    removed: Mapping[str, int]
    withdrawn: bool = False
    """Rolled back: lines that show it drop out of running sessions."""


class Rule(NamedTuple):
    """A rule as it stands, with its current version."""

    id: int
    project: str
    state: State
    pinned: bool
    current: Version
    operation: Operation
    replaces: tuple[int, ...]
    ending: Ending
    target: str
    why: str
    created: float
    supports: int = 0
    """How many voices stand behind it: whoever said it once, and what was observed once per session or commit."""
    chance: float | None = None
    """How probably a session that it applies to is shown it: None as its state says, 0 where it waits."""

    @property
    def name(self) -> str:
        """The short id that agents and people use."""
        return f"R{self.id}"

    @property
    def text(self) -> str:
        """The current sentence, or a mark where it was forgotten."""
        return FORGOTTEN if self.current.text is None else self.current.text

    @property
    def served(self) -> bool:
        """May this rule reach an agent at all?"""
        return self.state in LIVE and self.current.text is not None


FORGOTTEN = "[forgotten]"


class Session(NamedTuple):
    """One run of an agent, under the client's own id where it gives one."""

    id: str
    project: str
    client: str
    started: float
    seen: float
    spoke: float = 0.0
    """When a person last wrote in it; 0 where that is not known."""
    model: str = ""
    """The model that works in it, where its client says so."""


class Episode(NamedTuple):
    """One task inside a session."""

    id: int
    session: str
    project: str
    task: str
    started: float
    seen: float

    @property
    def name(self) -> str:
        """The short id that agents use."""
        return f"E{self.id}"


class Heartbeat(NamedTuple):
    """The last time a hook of a client ran, what it did, and what went wrong if anything did."""

    client: str
    event: str
    time: float
    said: str
    fault: str
    seconds: float


class Sighting(NamedTuple):
    """A session that a hook saw, under the process ids above it."""

    client: str
    session: str
    time: float


SIGHTED = 3600.0
"""Seconds for which a process stays that of the client whose session was seen under it."""


WHOLE = 0
"""The rule whose exposures are those of all learnt rules together, where these have a coin of their own."""


class Exposure(NamedTuple):
    """One rule version in one session, written before any outcome exists.

    Assigned is how its coin fell; whether it was delivered depends on the room there was as well.
    """

    session: str
    rule: int
    version: int
    probability: float
    assigned: bool
    delivered: bool
    episode: int
    position: int = 0
    time: float = 0.0


class Decision(NamedTuple):
    """One thing that was decided about one rule, by whom and why."""

    kind: str
    rule: int
    actor: str
    reason: str
    numbers: Mapping[str, object] = NOTHING
    project: str = ""
    revision: int = 0
    time: float = 0.0
    id: int = 0


class Trials(NamedTuple):
    """How far a project's trials have come: what is needed to go on, and what was decided last. Both are JSON."""

    state: str
    """What only the decision engine and its scribe understand."""
    decided: str
    lines: int
    """How many lines the project's log has."""


class Entry(NamedTuple):
    """One rule inside a revision: everything needed to restore it, and no text."""

    rule: int
    version: int
    digest: str
    state: State
    pinned: bool
    ending: Ending


class Revision(NamedTuple):
    """An immutable, numbered, hash-chained snapshot of all rules of a project."""

    project: str
    number: int
    parent: str
    hash: str
    time: float
    cause: str
    report_digest: str
    entries: tuple[Entry, ...]
    report: str = ""
    """The words; only their digest is in the chain."""
