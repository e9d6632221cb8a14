"""What the facts of a session come to once they have settled: what the decision engine is told of it, once.

A session has settled a day after its last sign of life, what reviewers and reverts say of it after two weeks; never
earlier because something happened, as that could depend on which rules it was shown. What becomes known later
changes what `why` tells, not what was decided.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import cast

from mcp_server.learning.outcome import of_episode, verdict
from mcp_server.learning.trials.policy import DAY
from store.records import Episode, Evidence, Kind, Outcome, Session, Trust

SCORES = {Outcome.SUCCESS: 1.0, Outcome.MIXED: 0.5, Outcome.FAILURE: 0.0}

Said = Mapping[str, object]
"""The fields of an outcome line."""


def last_sign(session: Session, episodes: Iterable[Episode], facts: Iterable[Evidence]) -> float:
    """When a session last lived: by its own signs and by what was observed in it, each within a day of the one before.

    What others found of it later, and what was brought in days afterwards, is no sign of its life.
    """
    last = max(session.seen, session.spoke, *(episode.seen for episode in episodes))
    for time in sorted(fact.time for fact in facts if not fact.how):
        if last < time <= last + DAY:
            last = time
    return last


def outcomes(
    session: Session, episodes: Sequence[Episode], facts: Sequence[Evidence], *, last: float, votable: Container[str]
) -> list[Said]:
    """One outcome for each verdict on an episode, verified or reported; one that says nothing where there is none.

    A report beside a verified result is kept apart. `votable` are the rules that may be voted on.
    """
    told: list[dict[str, object]] = []
    for episode in episodes:
        mine = of_episode(episode.id, episodes, facts)
        verified = verdict(fact for fact in mine if fact.kind is not Kind.REPORT).outcome
        if verified in SCORES:
            told.append({"source": "ci", "score": SCORES[verified]})
        reports = [fact for fact in mine if fact.kind is Kind.REPORT]
        if reports:
            newest = max(reports, key=lambda fact: (fact.time, fact.id))
            told.append(_report(newest, votable, beside=verified in SCORES))
    told = told or [{"success": None}]
    if any(_complains(fact) for fact in facts):
        told[0]["feedback"] = "neg"
    failing = _failing(facts)
    if failing is not None:
        told[0]["failing"] = failing
    if last > session.started:
        told[0]["duration"] = round(last - session.started, 3)
    return list(told)


def _report(fact: Evidence, votable: Container[str], *, beside: bool) -> dict[str, object]:
    said: dict[str, object] = {"source": "self"}
    score = fact.detail.get("score")
    word = str(fact.detail.get("outcome"))
    if isinstance(score, int | float) and 0 <= score <= 1:
        said["score"] = float(score)
    elif word in SCORES:
        said["score"] = SCORES[Outcome(word)]
    else:
        said["success"] = None
    for name in ("helpful", "harmful"):
        ids = fact.detail.get(name)
        names = [f"R{ident}" for ident in cast("list[object]", ids)] if isinstance(ids, list) else []
        voted = [rule for rule in dict.fromkeys(names) if rule in votable]
        if voted:
            said[name] = voted
    if beside:
        said["beside"] = True
    return said


def _complains(fact: Evidence) -> bool:
    corrects = fact.detail.get("corrects", True) is True
    return fact.kind is Kind.FEEDBACK and corrects and fact.source.trust >= Trust.MEMBER


def _failing(facts: Sequence[Evidence]) -> bool | None:
    """Were there newly failing tests? None where no run of tests tells."""
    runs = [f for f in facts if f.kind is Kind.RUN and f.detail.get("sort", "tests") == "tests"]
    broke = any(f.kind is Kind.FAILURE and f.fingerprint.startswith("test") for f in facts)
    return broke if runs or broke else None
