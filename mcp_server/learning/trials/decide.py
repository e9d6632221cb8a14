"""What a consolidate decides: beliefs anew, who is promoted, retired, demoted or retried, and how often each is shown.

State is permission, verdict is evidence. What a person approved is never undone by a posterior alone, what
a person rejected never returns. Guardrails and evidence of harm stop a rule whoever admitted it.
"""

from collections.abc import Iterable, Mapping

from mcp_server.learning.trials import guardrails
from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.ebh import discovered, discovered_growing
from mcp_server.learning.trials.events import ACTIVE, RETIRED, TRIAL
from mcp_server.learning.trials.policy import PER_RULE, Policy
from mcp_server.learning.trials.posterior import Belief, Estimate, Votes, learnt, press
from mcp_server.learning.trials.trial import FUTILE, GUARDRAIL, HARMFUL, UNLIKELY, Trial

SHARED, DETECTOR, REPORTS = "coins", "detector", "reports"
"""Why promotions of a rule are frozen."""


def decide(books: Books, now: float, policy: Policy) -> None:
    """Bring beliefs up to date, move rules between states, and fix their probabilities until the next consolidate."""
    books.looks += 1
    books.settle_unit(policy)
    believe(books, books.trials.values(), policy)
    if books.alarmed:
        _brake(books, now, policy)
    found = _discoveries(books, policy, rate=policy.promote_rate, proven=False)
    proven = _discoveries(books, policy, rate=policy.proven_rate, proven=True)
    moved = [trial for trial in books.trials.values() if _move(books, trial, now, policy, trial.rule in found)]
    for trial in books.trials.values():
        trial.looks += trial.order > 0
        helps, _ = trial.evidence()
        if trial.proven_e is None and trial.promoted_e is not None and trial.rule in proven and trial.state == ACTIVE:
            trial.proven_e = helps
    if moved and not books.revised:
        books.changed = [trial.rule for trial in moved]
    expose(books, policy)


def believe(books: Books, trials: Iterable[Trial], policy: Policy) -> None:
    """Priors from votes, and posteriors from both."""
    fits = {targeted: _votes(books, policy, targeted=targeted) for targeted in (False, True)}
    share = overall(books, policy)
    unit = books.unit(policy)
    for trial in trials:
        fit = fits[bool(trial.target)]
        mean = fit.level + fit.slope * pressed(trial, share, policy) + policy.imported * trial.imported
        if trial.inherited is not None:
            mean = trial.inherited
        trial.prior = max(policy.prior_least, min(policy.prior_most, mean))
        trial.belief = trial.ruling.sums.belief(trial.prior, trial.deviation(policy), unit, policy)


def overall(books: Books, policy: Policy) -> float:
    """The helpful share of all votes."""
    helpful = sum(trial.helpful for trial in books.trials.values())
    harmful = sum(trial.harmful for trial in books.trials.values())
    return (helpful + policy.votes_helpful) / (helpful + harmful + policy.votes_given)


def pressed(trial: Trial, share: float, policy: Policy) -> float:
    """What its votes say of a rule beside the others', within limits."""
    raw = press(trial.helpful, trial.harmful, share, policy.votes_weight, policy.votes_scale)
    return max(policy.press_least, min(policy.press_most, raw))


def expose(books: Books, policy: Policy) -> None:
    """Fix how often each rule is shown until the next consolidate; of near-duplicates, who waits for whom."""
    share = overall(books, policy)
    holders: dict[str, str] = {}
    for trial in books.trials.values():
        if trial.state == ACTIVE and not trial.pinned:
            holders.setdefault(_group(books, trial), trial.rule)
    for trial in books.trials.values():
        trial.waits_for = ""
        if trial.state == TRIAL and not trial.pinned:
            holder = holders.setdefault(_group(books, trial), trial.rule)
            trial.waits_for = "" if holder == trial.rule else holder
        trial.probability = _probability(trial, share, policy)


def _group(books: Books, trial: Trial) -> str:
    """The first of the rules that say nearly the same. `similar_to` always names an earlier one."""
    while trial.similar_to:
        trial = books.trials[trial.similar_to]
    return trial.rule


def _probability(trial: Trial, share: float, policy: Policy) -> float | None:
    if trial.pinned or trial.state == RETIRED or trial.waits_for or policy.off:
        return None
    if trial.braked:
        return policy.doubted
    likely = trial.belief.above()
    if trial.state == ACTIVE:
        doubted = likely < 0.5 or pressed(trial, share, policy) < policy.bad_press
        return policy.doubted if doubted else policy.active
    x = policy.explore
    least = policy.trial_least + x * (policy.trial_least_learning - policy.trial_least)
    most = policy.trial_most + x * (policy.trial_most_learning - policy.trial_most)
    return max(least, min(most, likely))


def _votes(books: Books, policy: Policy, *, targeted: bool) -> Votes:
    """What votes are worth for rules with a target, or for those without; the scales of their effects differ."""
    unit, share = books.unit(policy), overall(books, policy)
    points: list[tuple[Estimate, float]] = []
    for trial in books.trials.values():
        sums = trial.ruling.sums
        if bool(trial.target) == targeted and sums.mass > 0.0:
            variance = sums.variance(unit, policy) / (sums.mass / unit)
            points.append((Estimate(sums.signal / sums.mass, variance), pressed(trial, share, policy)))
    return learnt(
        points,
        deviation=policy.target_deviation if targeted else policy.prior_deviation,
        level=Belief(policy.votes_level, policy.votes_level_deviation),
        slope=Belief(policy.votes_slope, policy.votes_slope_deviation),
    )


def _discoveries(books: Books, policy: Policy, *, rate: float, proven: bool) -> set[str]:
    """Rules whose e-values are discoveries together. Those that were claimed before count with the value of then."""
    values: dict[str, float] = {}
    for trial in books.trials.values():
        if trial.order:
            claimed = trial.proven_e if proven else trial.promoted_e
            values[trial.rule] = trial.evidence()[0] if claimed is None else claimed
    if policy.growing:
        orders: Mapping[str, int] = {trial.rule: trial.order for trial in books.trials.values()}
        return discovered_growing(values, orders, rate=rate)
    return discovered(values, rate=rate, tried=books.tried)


def frozen(trial: Trial, policy: Policy) -> str:
    """Why a rule may not be promoted now, or nothing."""
    if max(abs(trial.coins.deviations()), abs(trial.scored_coins.deviations())) > policy.ratio_deviations:
        return SHARED
    if trial.seen.both() >= policy.freeze_e:
        return DETECTOR if trial.target else REPORTS
    return ""


def futility(books: Books, policy: Policy) -> float:
    """The effect below which a rule is not worth its room: more where many compete for it."""
    live = sum(trial.probability is not None for trial in books.trials.values())
    step = policy.futile_step * live / max(1.0, books.max_rules)
    return max(policy.futile_least, min(policy.futile_most, step))


def _move(books: Books, trial: Trial, now: float, policy: Policy, discovery: bool) -> bool:
    """Move one rule if its evidence asks for it, and say whether it moved."""
    if trial.pinned:
        return False
    if trial.state == RETIRED:
        return _retry(books, trial, now, policy)
    helps, harms = trial.evidence()
    likely, enough = trial.belief.above(), trial.ruling.sums.sessions >= policy.min_sessions
    judged = not (trial.state == ACTIVE and trial.approved) and enough
    if guardrails.together(trial.guards) >= policy.guardrail_e:
        return _retire(books, trial, GUARDRAIL, now, policy)
    if harms >= policy.harm_e and likely < 0.5:
        return _retire(books, trial, HARMFUL, now, policy)
    if judged and likely < policy.unlikely:
        return _retire(books, trial, UNLIKELY, now, policy)
    if trial.state == TRIAL:
        if enough and trial.belief.above(futility(books, policy)) < policy.futile:
            return _retire(books, trial, FUTILE, now, policy)
        found = discovery or policy.guard == PER_RULE
        if enough and found and helps >= policy.promote_e and likely > 0.5 and not frozen(trial, policy):
            trial.state, trial.approved, trial.since, trial.promoted_e = ACTIVE, False, now, helps
            return True
        return False
    if judged and likely < policy.demote:
        trial.state, trial.since = TRIAL, now
        trial.promoted_e = trial.proven_e = None
        trial.restart(policy)
        tried(books, trial)
        return True
    return False


def tried(books: Books, trial: Trial) -> None:
    """Count a hypothesis: a version whose first coin was thrown, or whose bets begin anew."""
    books.tried += 1
    trial.order = books.tried


def _retire(books: Books, trial: Trial, ending: str, now: float, policy: Policy) -> bool:
    trial.state, trial.ending, trial.since, trial.renewed = RETIRED, ending, now, False
    trial.retired_mass = trial.ruling.sums.mass / books.unit(policy)
    return True


def _retry(books: Books, trial: Trial, now: float, policy: Policy) -> bool:
    """A rule that the program retired returns when what was known against it has faded."""
    if trial.belief.above() <= policy.retry_above:
        return False
    faded = trial.ruling.sums.mass / books.unit(policy) <= policy.retry_faded * trial.retired_mass
    by_posterior = trial.ending in {UNLIKELY, FUTILE} and faded and trial.retries < policy.retries
    by_model = trial.ending in {HARMFUL, GUARDRAIL} and trial.renewed
    if not (by_posterior or by_model):
        return False
    if by_model:
        # The claim of harm was made about the old model; help keeps its wealth, so no second chance is given away.
        for process in (trial.main.process, trial.verified.process, trial.strict):
            process.harms = type(process.harms)(len(process.harms.parts))
        trial.guards = {}
    trial.state, trial.ending, trial.since, trial.renewed = TRIAL, "", now, False
    trial.approved = False
    trial.retries += by_posterior
    return True


def _brake(books: Books, now: float, policy: Policy) -> None:
    """Send the newest revision's rules to one half: their coins then tell whether they are the reason."""
    books.alarmed, books.braked_at = False, now
    for rule in books.changed:
        trial = books.trials[rule]
        if trial.state != RETIRED and not trial.pinned:
            trial.braked = int(policy.brake_sessions)
