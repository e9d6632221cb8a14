"""The verdict on an episode, from the strongest kind of evidence it has; `unknown` by default."""

from collections.abc import Iterable

from store.records import Evidence, Kind, Outcome, Trust

TELLING = (Kind.FEEDBACK, Kind.RUN, Kind.REPORT)
"""The kinds of evidence that an outcome is derived from."""


def derive(evidence: Iterable[Evidence]) -> Outcome:
    """Failure or success as it was observed; an agent's own report counts only where nothing else speaks.

    A person's correction weighs most, then test runs, then the newest report. A run with failures
    that were fixed later in the same episode is `mixed`.
    """
    facts = list(evidence)
    corrected = any(fact.kind is Kind.FEEDBACK and fact.source.trust >= Trust.MEMBER for fact in facts)
    runs = [fact for fact in facts if fact.kind is Kind.RUN and fact.detail.get("sort", "tests") == "tests"]
    reports = [fact for fact in facts if fact.kind is Kind.REPORT]
    if corrected:
        passed_last = bool(runs) and _passed(runs[-1])
        return Outcome.MIXED if passed_last else Outcome.FAILURE
    if runs:
        verdicts = [_passed(run) for run in runs]
        if all(verdicts):
            return Outcome.SUCCESS
        return Outcome.MIXED if verdicts[-1] else Outcome.FAILURE
    if reports:
        return Outcome(str(reports[-1].detail.get("outcome", Outcome.UNKNOWN)))
    return Outcome.UNKNOWN


def _passed(run: Evidence) -> bool:
    return run.detail.get("failed") == 0 and run.detail.get("partial") is False and run.detail.get("passed") != 0
