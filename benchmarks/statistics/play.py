"""Playing one policy in one project, and keeping account of what it cost and whom it believed."""

from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.statistics.nature import Project, announced, best, chance_of_success, happen
from benchmarks.statistics.policy import Judged, Policy


class Fate(NamedTuple):
    """What became of one rule."""

    kind: str
    twin: bool
    sessions: int = 0
    """In which it applied."""
    shown: int = 0
    trial: int = 0
    """Of the sessions, those that began while it was on trial."""
    trial_shown: int = 0
    promoted: int | None = None
    """Sessions of the project until it was active for the first time."""
    deserved: bool = False
    """Did it help at that moment?"""
    retired: int | None = None
    state: str = "trial"
    effect: float | None = None
    """The policy's last word on its effect."""
    surplus: float = 0.0
    """Sum of shown - p over coins with p strictly between 0 and 1."""
    spread: float = 0.0
    """Sum of p (1 - p) over the same."""
    best_e: float = 0.0
    """The largest e-value for help that any consolidate named."""


class Account(NamedTuple):
    """One policy in one project."""

    regret: float
    """Points of success lost per session against a policy that knows the truth."""
    late_regret: float
    """The same over the last quarter."""
    looks: int
    fates: tuple[Fate, ...]


def play(policy: Policy, project: Project) -> Account:
    """Let the policy serve every session of the project; it is asked for decisions as often as the world says."""
    waiting = announced(project)
    fates = {rule.id: Fate(rule.kind, rule.twin is not None) for rule in project.planted.values()}
    lost: list[float] = []
    looks = 0
    for number, task in enumerate(project.tasks):
        while waiting and waiting[0][0] <= number:
            policy.announce(waiting.pop(0)[1])
        choice = policy.choose(task.asked)
        lost.append(
            chance_of_success(project, task, best(project, task)) - chance_of_success(project, task, choice.shown)
        )
        for ident in task.rules:
            fates[ident] = _met(fates[ident], ident in choice.shown, choice.p.get(ident))
        policy.hear(*happen(project, task, choice.shown))
        if (number + 1) % project.world.looks == 0:
            looks += 1
            _look(policy.decide(task.asked.ts + 3000.0), project, number, fates)
    last = lost[-(len(lost) // 4 or 1) :]
    return Account(100 * sum(lost) / len(lost), 100 * sum(last) / len(last), looks, tuple(fates.values()))


def _met(fate: Fate, shown: bool, p: float | None) -> Fate:
    trial = fate.state == "trial"
    coin = p is not None and 0 < p < 1
    return fate._replace(
        sessions=fate.sessions + 1,
        shown=fate.shown + shown,
        trial=fate.trial + trial,
        trial_shown=fate.trial_shown + (trial and shown),
        surplus=fate.surplus + (shown - p if coin and p is not None else 0.0),
        spread=fate.spread + (p * (1 - p) if coin and p is not None else 0.0),
    )


def _look(judged: Mapping[str, Judged], project: Project, number: int, fates: dict[str, Fate]) -> None:
    for ident, verdict in judged.items():
        fate, rule = fates[ident], project.planted[ident]
        later = project.tasks[number].later
        if verdict.state == "active" and fate.promoted is None:
            helps = (
                rule.target.shown < rule.target.without if rule.target else (rule.later if later else rule.effect) > 0
            )
            fate = fate._replace(promoted=number + 1, deserved=helps)
        if verdict.state == "retired" and fate.retired is None:
            fate = fate._replace(retired=number + 1)
        fates[ident] = fate._replace(
            state=verdict.state, effect=verdict.effect, best_e=max(fate.best_e, verdict.e_help)
        )
