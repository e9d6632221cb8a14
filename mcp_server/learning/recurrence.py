"""Did the failure that a rule is meant to prevent come back after the rule came into play, and was it looked for?

The endpoint of a rule with a target: recurred, absent, or unknown where nothing shows that its detector ran
after the trigger. A rule that makes an agent skip its tests must not look good, so "not seen" alone
is never "absent". What failed before the trigger, and what was failing already, is nobody's recurrence.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, cast

from mcp_server.learning import fingerprint
from mcp_server.learning.fingerprint import Fingerprint
from store.records import Evidence, Exposure, Kind, Session, Trust


class Recurrence(StrEnum):
    """What became of a rule's target in one session."""

    RECURRED = "recurred"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """The endpoint of one rule in one session, and what shows it, in words."""

    recurrence: Recurrence
    basis: str


_AGAIN = frozenset({Kind.FAILURE, Kind.FLAKY})


def recurrence(target: str, facts: Iterable[Evidence], *, trigger: float, session: Session | None = None) -> Finding:
    """The endpoint of a rule whose target is this fingerprint, in the session that these facts are of.

    `trigger` is the moment at which the rule came into play; facts before it do not count. `session` tells
    whether a person wrote again.
    """
    wanted = fingerprint.parse(target)
    later = [fact for fact in facts if fact.time >= trigger]
    for fact in later:
        if _again(fact, target, wanted):
            return Finding(Recurrence.RECURRED, f"{wanted.readable()}")
    stood = [fact for fact in later if fact.fingerprint == target and fact.kind in {Kind.STILL, Kind.FIXED}]
    if stood and max(stood, key=lambda fact: fact.time).kind is Kind.STILL:
        return Finding(Recurrence.UNKNOWN, "it was failing before the session already, and still does")
    looked = _looked(wanted, later, trigger, session)
    if looked:
        return Finding(Recurrence.ABSENT, looked)
    return Finding(
        Recurrence.UNKNOWN, f"nothing shows that {wanted.detector or 'its detector'} looked after the trigger"
    )


def came_again(exposures: Iterable[Exposure], failures: Iterable[Evidence]) -> tuple[int, int]:
    """In how many sessions a rule was shown, and in how many of them what it is to prevent failed afterwards."""
    shown = {each.session: each.time for each in exposures if each.delivered}
    return len(shown), len({f.session for f in failures if f.session in shown and f.time >= shown[f.session]})


def _again(fact: Evidence, target: str, wanted: Fingerprint) -> bool:
    if wanted.kind in {"words", "review"}:
        said = fact.kind in {Kind.FEEDBACK, Kind.COMMENT} and fact.source.trust >= Trust.MEMBER
        return said and (fact.fingerprint == target or _same(fact.text, wanted.rest))
    if fact.fingerprint == target:
        return fact.kind in _AGAIN
    if wanted.kind == "check":
        return fact.kind is Kind.CHECK and fact.detail.get("bucket") == "fail" and _named(fact, wanted)
    return False


def _same(text: str, rest: Sequence[str]) -> bool:
    from mcp_server.learning.likeness import Likeness, compare  # a command that only tells seldom needs it

    return any(compare(text, words).likeness is Likeness.SAME for words in rest)


def _named(fact: Evidence, wanted: Fingerprint) -> bool:
    return fact.detail.get("name") == wanted.detector


def _looked(wanted: Fingerprint, later: Sequence[Evidence], trigger: float, session: Session | None) -> str:
    """What shows that the detector ran after the trigger; empty where nothing does."""
    match wanted.kind:
        case "words":
            wrote = session is not None and session.spoke > trigger
            return "a person wrote again and did not say it" if wrote else ""
        case "review":
            reviewed = any(
                fact.kind in {Kind.REVIEW, Kind.COMMENT}
                and fact.source.trust >= Trust.MEMBER
                and wanted.detector in {fact.source.identity, "reviewer"}
                for fact in later
            )
            return "it was reviewed without that remark" if reviewed else ""
        case "check":
            passed = any(fact.kind is Kind.CHECK and _named(fact, wanted) for fact in later)
            return f"check {wanted.detector} ended otherwise" if passed else ""
        case "revert":
            return "nothing was reverted"
        case _:
            ran = any(fact.kind is Kind.RUN and _ran(fact, wanted) for fact in later)
            passed = any(_concerns(fact, wanted) for fact in later)
            return f"{wanted.detector} ran and did not fail like that" if ran or passed else ""


def _concerns(fact: Evidence, wanted: Fingerprint) -> bool:
    """Does a fact about the same detector show that it ran?"""
    if fact.kind not in {Kind.FAILURE, Kind.STILL, Kind.FIXED, Kind.FLAKY}:
        return False
    other = fingerprint.parse(fact.fingerprint)
    # A linter's detector is the whole tool, a test's and a benchmark's is the one that failed.
    return (other.kind, other.detector) == (wanted.kind, wanted.detector)


def _ran(run: Evidence, wanted: Fingerprint) -> bool:
    """Did a run include the detector? One that broke off before telling is no look."""
    detail = run.detail
    looked, covered = detail.get("looked"), detail.get("covers")
    if isinstance(looked, list) and wanted.detector in looked:
        return True
    if detail.get("partial") is not False:
        return False
    sort = str(detail.get("sort", "tests"))
    if wanted.kind == "test":
        many = cast("list[object]", covered) if isinstance(covered, list) else []
        return sort == "tests" and fingerprint.covers(many, wanted.detector)
    return (
        wanted.kind == sort
        and detail.get("tool") == wanted.detector
        and (covered is None or covered == [fingerprint.ALL])
    )
