"""What the sessions of a project did, read from the store once and only where it is asked for."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from mcp_server.learning import fingerprint
from mcp_server.learning.backtest import BackTest, Case, Change, backtest
from mcp_server.learning.propose import Proposal
from mcp_server.learning.recurrence import Recurrence, recurrence
from mcp_server.learning.reflection.packet import Split, split
from store.contract import Store
from store.records import PATH, Evidence, Kind, Operation, Rule

RUNS = 200
"""Newest runs that are looked at for sessions in which a failure stayed away."""
FILES = 4
"""Files of one session that are named beside its evidence."""


class Past:
    """A project's sessions, failures and files, as they are now."""

    def __init__(self, store: Store, project: str) -> None:
        self._store, self._project = store, project
        self._failures: dict[str, list[Evidence]] = {}

    def failures(self, target: str) -> list[Evidence]:
        """Every failure of this class."""
        if target not in self._failures:
            found = self._store.evidence(self._project, fingerprint=target, kinds=[Kind.FAILURE]) if target else []
            self._failures[target] = found
        return self._failures[target]

    def passing(self, target: str, *, most: int) -> list[Evidence]:
        """Newest runs, one a session, in which its detector looked and the failure stayed away."""
        failed = {fact.session for fact in self.failures(target)}
        found: dict[str, Evidence] = {}
        for run in reversed(self._runs):
            looked = recurrence(target, [run], trigger=run.time).recurrence is Recurrence.ABSENT
            if run.session and run.session not in failed and looked:
                found.setdefault(run.session, run)
            if len(found) == most:
                break
        return sorted(found.values(), key=lambda fact: fact.id)

    def files(self, session: str | None) -> tuple[str, ...]:
        """What a session is known to have touched."""
        return self._files.get(session or "", ())

    def cases(self, facts: Iterable[Evidence]) -> tuple[Case, ...]:
        """Failures by their sessions, each with the files that it touched or failed in."""
        found: dict[str, dict[str, None]] = {}
        for fact in facts:
            known = found.setdefault(fact.occasion, dict.fromkeys(self.files(fact.session)))
            known |= dict.fromkeys(filter(None, (fact.path, frame(fact.fingerprint))))
        return tuple(Case(session, tuple(files)) for session, files in found.items())

    def test(self, made: Proposal, rules: Mapping[int, Rule], *, spoken: Collection[str] = ()) -> BackTest | None:
        """The back-test of a proposal on sessions it was not drawn from; None where its failure is none that is known.

        `spoken` are sessions in which people said what it was drawn from.
        """
        parts = self.split(made.target, spoken=spoken)
        if not parts.shown and not parts.kept and not made.replaces:
            return None
        changes = [
            Change(
                f"R{ident}",
                rules[ident].current.paths,
                self.cases(self.split(rules[ident].target, spoken=spoken).kept),
            )
            for ident in made.replaces
        ]
        retires = made.operation is Operation.RETIRE
        return backtest(
            paths=made.wording.paths,
            failures=self.cases(parts.kept),
            others=self._others(made.target, parts),
            changes=changes,
            retires=retires,
        )

    def split(self, target: str, *, spoken: Collection[str] = ()) -> Split:
        """The failures of this class that a model may be shown, and those that are kept from it."""
        return split(self.failures(target), spoken=spoken)

    def _others(self, target: str, parts: Split) -> tuple[Case, ...]:
        """Sessions since the first failure that was kept in which this one did not happen."""
        if not parts.kept:
            return ()
        failed = {fact.session for fact in self.failures(target)}
        since = self._store.sessions(self._project, since=parts.since)
        return tuple(Case(each.id, self.files(each.id)) for each in since if each.id not in failed)

    @cached_property
    def _runs(self) -> list[Evidence]:
        return self._store.evidence(self._project, kinds=[Kind.RUN], newest=RUNS)

    @cached_property
    def _files(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for work in self._store.works(self._project, sort=PATH):
            found.setdefault(work.session, []).append(work.name)
        return {session: tuple(names) for session, names in found.items()}


def frame(stored: str) -> str:
    """The file of the project in which a test failed, as its fingerprint tells; empty where it tells none."""
    read = fingerprint.parse(stored)
    if read.kind != "test" or len(read.rest) < 2:
        return ""
    path = read.rest[1].partition(":")[0]
    return path if "." in path.rsplit("/", 1)[-1] and not path.startswith("...") else ""
