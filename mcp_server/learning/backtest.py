"""What a proposed rule would have done in later sessions that it was not drawn from: a look back, not a proof."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

from mcp_server.learning import scope

THIN = 2
"""Fewer later failures than this tell nothing."""
HELD, NEGATIVE, UNVERIFIED = "held", "negative", "unverified"
NUMBERS = "back-test"
"""What it is called among the numbers of a decision."""


class Case(NamedTuple):
    """One session, and the files it is known to have touched."""

    session: str
    files: tuple[str, ...] = ()


class Change(NamedTuple):
    """What a proposal does to a rule that there is: the scope it had, and the later failures it was to prevent."""

    name: str
    paths: tuple[str, ...]
    failures: tuple[Case, ...] = ()


class BackTest(NamedTuple):
    """How a proposal fares on the sessions that were kept from whoever made it."""

    failures: int
    """Later sessions in which the failure came back."""
    addressed: int
    """Those of them in which the rule would have been shown, as far as its scope goes."""
    others: int
    """Later sessions without that failure."""
    disturbed: int
    """Those of them in which it would have been shown all the same."""
    lost: tuple[str, ...] = ()
    """Rules whose later failures are less covered than before, each with how many."""
    retires: bool = False

    @property
    def verdict(self) -> str:
        """Held, negative, or unverified where there is too little to tell."""
        if self.retires:
            return UNVERIFIED
        if self.lost or (self.failures >= THIN and not self.addressed):
            return NEGATIVE
        return HELD if self.failures >= THIN else UNVERIFIED

    @property
    def numbers(self) -> Mapping[str, object]:
        """As kept with the decision."""
        return {
            "verdict": self.verdict,
            "failures": self.failures,
            "addressed": self.addressed,
            "others": self.others,
            "disturbed": self.disturbed,
            "lost": list(self.lost),
            "retires": self.retires,
        }

    @property
    def words(self) -> str:
        """One line for a reviewer."""
        return in_words(self.numbers)


def backtest(
    *,
    paths: Sequence[str],
    failures: Sequence[Case],
    others: Sequence[Case],
    changes: Sequence[Change] = (),
    retires: bool = False,
) -> BackTest:
    """Hold a proposal with these globs against sessions that it was not drawn from.

    A rule is taken to address a failure where it would have been in view; whether it would have been followed
    nobody can say afterwards.
    """
    lost: list[str] = []
    for change in changes:
        less = sum(_covers(change.paths, case) and (retires or not _covers(paths, case)) for case in change.failures)
        lost += [f"{change.name}: {less} of {len(change.failures)}"] if less else []
    return BackTest(
        failures=len(failures),
        addressed=0 if retires else sum(_covers(paths, case) for case in failures),
        others=len(others),
        disturbed=0 if retires else sum(_covers(paths, case) for case in others),
        lost=tuple(lost),
        retires=retires,
    )


def in_words(numbers: Mapping[str, object]) -> str:
    """The numbers of a back-test that a decision kept, in one line."""
    failures, others = numbers.get("failures"), numbers.get("others")
    lost = cast("list[object]", numbers.get("lost") or [])
    worse = f"; less covered than before: {', '.join(map(str, lost))}" if lost else ""
    if numbers.get("retires"):
        return f"unverified: what would fail without a rule cannot be seen in sessions that had it{worse}"
    seen = f"in view in {numbers.get('addressed')} of {failures} later sessions in which it failed again"
    seen += f", and in {numbers.get('disturbed')} of {others} in which it did not"
    if numbers.get("verdict") == UNVERIFIED:
        sessions = "session" if failures == 1 else "sessions"
        few = f"only {failures} later {sessions}" if failures else "no later session"
        return f"unverified: {few} in which it failed"
    return f"{numbers.get('verdict')}: {seen}{worse}"


def _covers(paths: Sequence[str], case: Case) -> bool:
    return scope.covers(paths, case.files)
