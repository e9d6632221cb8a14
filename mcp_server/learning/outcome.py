"""The verdict on an episode, from the strongest kind of evidence it has; `unknown` by default.

What people say weighs most, then tests, checks and linters, then what was taken back or rewritten, then
measurements, and the agent's own report last. Only the strongest kind present speaks, with one
exception: what was accepted and then reverted is a failure, however well it was received. Failures
that were there before say nothing about an episode, and a run of which something is not known never
counts as a success.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mcp_server.learning import fingerprint
from mcp_server.learning.attribute import CONFIDENCE, PULL_REQUEST, episode_at
from mcp_server.learning.reviews import standing
from store.records import Episode, Evidence, Kind, Outcome, Trust

TELLING = (
    Kind.FEEDBACK,
    Kind.REVIEW,
    Kind.PULL_REQUEST,
    Kind.RUN,
    Kind.FAILURE,
    Kind.STILL,
    Kind.CHECK,
    Kind.REVERT,
    Kind.REWORK,
    Kind.REPORT,
)
"""The kinds of evidence that an outcome is derived from."""

REWRITTEN = 0.5
"""The share of an agent's lines that a person has to rewrite before the work counts as done over."""

MACHINE_SORTS = frozenset({"tests", "lint", "types", "build"})


class Verdict(NamedTuple):
    """An outcome and, in words, what it rests on."""

    outcome: Outcome
    basis: str


NOBODY = Verdict(Outcome.UNKNOWN, "nothing was observed that tells")


def of_episode(ident: int, episodes: Sequence[Episode], facts: Iterable[Evidence]) -> list[Evidence]:
    """The facts of a session that belong to one of its episodes: as they say, else by when they happened."""

    def episode(fact: Evidence) -> int | None:
        found = episode_at(episodes, fact.time) if fact.episode is None else None
        return found.id if found else fact.episode

    return [fact for fact in facts if episode(fact) == ident]


def derive(evidence: Iterable[Evidence]) -> Outcome:
    """The outcome alone."""
    return verdict(evidence).outcome


def verdict(evidence: Iterable[Evidence]) -> Verdict:
    """How an episode went, as far as its facts tell. Their order in time decides, not that of their arrival."""
    facts = sorted(evidence, key=lambda fact: (fact.time, fact.id))
    found = _people(facts) or _tested(facts) or _redone(facts) or _measured(facts) or _reported(facts) or NOBODY
    reverted = _reverted(facts)
    return found if reverted is None or found.outcome is Outcome.FAILURE else reverted


def _people(facts: Sequence[Evidence]) -> Verdict | None:
    """Corrections, the newest word of each reviewer, and what became of the pull request."""
    trusted = [fact for fact in facts if fact.source.trust >= Trust.MEMBER]
    corrections = sum(fact.kind is Kind.FEEDBACK and fact.detail.get("corrects", True) is True for fact in trusted)
    reviews: dict[tuple[str, str], list[tuple[float, Mapping[str, object]]]] = {}
    for fact in trusted:
        if fact.kind is Kind.REVIEW:
            reviews.setdefault((fact.source.identity, fact.pull_request), []).append((fact.time, fact.detail))
    states = [standing(each) for each in reviews.values()]
    ends = [fact.detail.get("state") for fact in facts if fact.kind is Kind.PULL_REQUEST and _decides(fact)]
    bad = [
        *([f"a person corrected it {_times(corrections)}"] if corrections else []),
        *(["changes were requested"] if "changes requested" in states else []),
        *(["its pull request was closed unmerged"] if ends[-1:] == ["closed"] else []),
    ]
    good = [
        *(["its pull request was merged"] if ends[-1:] == ["merged"] else []),
        *(["a reviewer approved it"] if "approved" in states else []),
    ]
    if bad and good:
        return Verdict(Outcome.MIXED, f"{', '.join(bad)}, yet {', '.join(good)}")
    if bad or good:
        return Verdict(Outcome.FAILURE if bad else Outcome.SUCCESS, ", ".join(bad or good))
    return None


def _decides(fact: Evidence) -> bool:
    """Can it be that this is what became of the pull request of the session?

    Who has no rights there can close what is theirs, but merge nothing; and a stranger's branch may be called as ours
    is. What an agent brought in of somebody else is no more than its own word.
    """
    who = fact.source
    if who.trust >= Trust.MEMBER or (who.trust is Trust.AGENT and who.identity.startswith("bot:")):
        return True
    sure = fact.confidence >= CONFIDENCE[PULL_REQUEST]
    return who.trust is Trust.ANONYMOUS and sure and fact.detail.get("state") != "merged"


def _tested(facts: Sequence[Evidence]) -> Verdict | None:
    """How tests and checks ended, and problems that linters, type checkers and builds were left with."""
    bad: list[str] = []
    good: list[str] = []
    broken = {_sort(fact) for fact in facts if fact.kind is Kind.FAILURE}
    inherited = {_sort(fact) for fact in facts if fact.kind is Kind.STILL} - broken
    runs = [fact for fact in facts if fact.kind is Kind.RUN and _sort(fact) in MACHINE_SORTS]
    last = {(_sort(run), run.detail.get("tool")): run for run in runs if _ended(run)}
    for (sort, tool), run in last.items():
        name = f"{tool or sort}"
        if run.detail.get("failed"):
            bad += [f"the last run of {name} failed"] if sort not in inherited else []
        elif sort == "tests":
            good.append(f"the last run of {name} passed")
    told = [fact for fact in facts if fact.kind is Kind.CHECK]
    most = max((fact.source.trust for fact in told), default=Trust.MACHINE)
    # beside our own checks, those of a fork on the same commit are a stranger's word
    checks = {str(fact.detail.get("name")): fact.detail.get("bucket") for fact in told if fact.source.trust is most}
    bad += [f"check {name} failed" for name, bucket in checks.items() if bucket == "fail"]
    good += ["its checks passed"] if "pass" in checks.values() and "fail" not in checks.values() else []
    if bad and good:
        return Verdict(Outcome.MIXED, f"{', '.join(bad)}, yet {', '.join(good)}")
    if bad or good:
        return Verdict(Outcome.FAILURE if bad else Outcome.SUCCESS, ", ".join(bad or good))
    return None


def _reverted(facts: Sequence[Evidence]) -> Verdict | None:
    """Was the work taken back, and not put in again?"""
    newest = {fact.commit or fact.pull_request: fact.detail for fact in facts if fact.kind is Kind.REVERT}
    undone = any(not detail.get("reinstated") for detail in newest.values())
    return Verdict(Outcome.FAILURE, "it was reverted") if undone else None


def _redone(facts: Sequence[Evidence]) -> Verdict | None:
    """Did a person write most of it anew?"""
    shares = [fact.detail.get("share") for fact in facts if fact.kind is Kind.REWORK]
    most = max((share for share in shares if isinstance(share, float)), default=0.0)
    if most < REWRITTEN:
        return None
    return Verdict(Outcome.FAILURE, f"a person rewrote {most:.0%} of its lines")


def _measured(facts: Sequence[Evidence]) -> Verdict | None:
    slower = [fact for fact in facts if fact.kind is Kind.FAILURE and _sort(fact) == "metric"]
    return (
        Verdict(Outcome.FAILURE, f"{len(slower)} {'benchmark' if len(slower) == 1 else 'benchmarks'} got worse")
        if slower
        else None
    )


def _reported(facts: Sequence[Evidence]) -> Verdict | None:
    reports = [fact for fact in facts if fact.kind is Kind.REPORT]
    if not reports:
        return None
    return Verdict(Outcome(str(reports[-1].detail.get("outcome", Outcome.UNKNOWN))), "the agent says so")


def _sort(fact: Evidence) -> str:
    """Tests, lint, types, build or metric: what a run or failure is of."""
    if fact.kind is Kind.RUN:
        return str(fact.detail.get("sort", "tests"))
    kind = fingerprint.parse(fact.fingerprint).kind
    return "tests" if kind == "test" else kind


def _ended(run: Evidence) -> bool:
    """Is it known how the run ended, and did anything run?"""
    passed, failed = run.detail.get("passed"), run.detail.get("failed")
    return bool(failed) or (run.detail.get("partial") is False and passed != 0)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
