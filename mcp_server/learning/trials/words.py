"""Why a rule stands where it stands, in sentences that a person reads without knowing any statistics."""

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.events import ACTIVE, RETIRED, TRIAL
from mcp_server.learning.trials.known import COINS, DETECTOR, Known
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.trial import FUTILE, GUARDRAIL, HARMFUL, REJECTED, STOPPED, Trial

APPROVE, REJECT, RETIRE, OBSOLETE, RESUME = "approve", "reject", "retire", "obsolete", "resume"
"""What a person may be asked."""


def reason(trial: Trial, known: Known, verdict: str, asked: str, policy: Policy, *, worth: float, bar: float) -> str:
    """The verdict with its numbers, what is permitted and why, and what stands in the way.

    `worth`: the effect that its room is worth. `bar`: the e-value that one more discovery needs among all rules.
    """
    parts = [_verdict(trial, known, verdict, policy), _state(trial, policy, worth), _caution(trial, known, policy, bar)]
    if asked:
        parts.append(_QUESTIONS[asked])
    return "; ".join(part for part in parts if part)


def points(effect: float) -> str:
    """An effect as people say it."""
    digits = 1 if 0.004 <= abs(effect) < 0.01 else 0
    number = f"{100 * effect:+.{digits}f}"
    return f"{'0' if float(number) == 0.0 else number} points"


def percent(share: float) -> str:
    """A share as people say it; nothing is certain."""
    if 0.0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1.0:
        return "over 99 %"
    return f"{100 * share:.0f} %"


_QUESTIONS = {
    APPROVE: "it looks good: approve it?",
    REJECT: "it looks bad: reject it?",
    RETIRE: "you approved it, but it looks bad: retire it?",
    OBSOLETE: "what it prevents is seen neither with it nor without it: retire it?",
    RESUME: "you approved it, and it was stopped: approve it again, or reject it?",
}


def _verdict(trial: Trial, known: Known, verdict: str, policy: Policy) -> str:
    sums, (helps, harms, _, likely, _, _) = trial.ruling.sums, known
    shown = f"shown in {sums.shown} of {sums.sessions} sessions"
    match verdict:
        case "not measured":
            return "not measured, because it is always shown" if trial.pinned else "not measured, as it had no coin yet"
        case "too early":
            return f"{sums.sessions} of the {policy.min_sessions:.0f} sessions before which nothing is said"
        case "harmful":
            return f"it harms: e-value {harms:.3g}, {policy.harm_e:.0f} is enough; {shown}"
        case "proven" | "supported":
            claim = trial.proven_e or trial.promoted_e or helps
            return f"it helps: e-value {claim:.3g}, {policy.promote_e:.0f} is enough; {shown}"
        case "leaning":
            way = f"{percent(likely)} likely to help" if likely > 0.5 else f"{percent(1 - likely)} likely to harm"
            return f"{way}, but no proof (e-value {max(helps, harms):.3g} of {policy.promote_e:.0f}); {shown}"
        case _:
            return f"no effect that can be told from chance ({percent(likely)} likely to help); {shown}"


def _state(trial: Trial, policy: Policy, worth: float) -> str:
    if trial.pinned:
        return "pinned by a person"
    if trial.state == RETIRED:
        return _ending(trial, worth)
    if trial.waits_for:
        return f"waits, because {trial.waits_for} says nearly the same"
    if trial.braked:
        return f"at one half for {trial.braked} more sessions, because verified results fell after the newest revision"
    if trial.state == ACTIVE:
        by = "by a person's word" if trial.approved else "by evidence"
        seldom = trial.probability is not None and trial.probability < policy.active
        return f"active {by}" + (f", at {percent(trial.probability or 0.0)} because it is in doubt" if seldom else "")
    return "on trial"


def _ending(trial: Trial, worth: float) -> str:
    match trial.ending:
        case ending if ending == REJECTED:
            return "rejected by a person, for good"
        case ending if ending == STOPPED:
            return "retired by a person"
        case ending if ending == GUARDRAIL:
            return f"stopped, because {_GUARDED[guardrails.worst(trial.guards)]}"
        case ending if ending == HARMFUL:
            return "stopped; it is not tried again before another model comes"
        case ending if ending == FUTILE:
            least = points(worth).removeprefix("+")
            return f"retired, as it hardly helps by the {least} that its room is worth"
        case _:
            return "retired, as it hardly helps at all"


_GUARDED = {
    guardrails.SUCCESS: "sessions end worse with it",
    guardrails.FAILING: "more tests newly fail with it",
    guardrails.COST: "sessions cost more with it",
    guardrails.DURATION: "sessions take longer with it",
    guardrails.FEEDBACK: "people complain more with it",
}


def _caution(trial: Trial, known: Known, policy: Policy, bar: float) -> str:
    cautions: list[str] = []
    if trial.state == TRIAL and policy.promote_e <= known.helps < bar:
        cautions.append(f"not promoted yet, as chance alone brings some so far among many: it needs {bar:.0f}")
    if trial.verified_only:
        cautions.append("changes the report, not the result: only verified results count")
    if known.frozen == COINS:
        cautions.append("not promoted now, as its coins do not fall as often as their probabilities say")
    elif known.frozen == DETECTOR:
        cautions.append("not promoted now, as what would notice its failure runs more or less often with it")
    elif known.frozen:
        cautions.append("not promoted now, as sessions are reported more or less often with it")
    return "; ".join(cautions)
