"""How long until something is known of a rule: the engine itself, over many imagined projects like the person's own.

Each run is one rule on trial from the first day, sessions at an even pace, and a consolidate on every day that
has a session. It ends when the rule is promoted or retired. Chance comes from the seed, in a fixed order.
"""

from collections.abc import Callable, Sequence
from math import ceil
from random import Random
from typing import NamedTuple

from mcp_server.learning.trials.engine import Decisions, Engine
from mcp_server.learning.trials.errors import SettingError
from mcp_server.learning.trials.events import (
    ACTIVE,
    RETIRED,
    Announcement,
    Consolidate,
    Exposure,
    Outcome,
    Recurrence,
    Session,
)
from mcp_server.learning.trials.policy import DAY, PER_RULE, POLICY, Policy

RULE, CATEGORY = "R1", "project"
RUNS = 50
HORIZON = 1000
"""Sessions in scope after which a run is given up."""
LEAST_PACE = 0.001
"""Fewest sessions a day in scope."""
MOST_RUNS, MOST_SESSIONS = 10_000, 100_000


class Scenario(NamedTuple):
    """What a person asks about. Rates and effects are shares: .05 is 5 points."""

    effect: float
    """What the rule adds to the rate of success; with `target`, what it takes from the rate of recurrence."""
    base: float = 0.7
    """The rate of success without it; with `target`, the rate at which its target recurs."""
    target: bool = False
    per_day: float = 5.0
    """Sessions a day."""
    scope: float = 1.0
    """The share of sessions that the rule applies to."""
    explore: float = 0.0
    rules: int = 1
    """Rules on trial together; of many, the first that works has to convince for all of them."""
    looked: float = 1.0
    """With `target`, the share of sessions in which its detector runs."""


class Wait(NamedTuple):
    """How many runs came to an end of one kind, and after how many sessions in scope."""

    runs: int
    half: int | None
    """Half of all runs had come to it by then; None where fewer ever did."""
    most: int | None
    """The same for four runs of five."""
    after: tuple[int, ...] = ()
    """For each of them the number of sessions, the fewest first."""


class Plan(NamedTuple):
    """What became of the runs."""

    scenario: Scenario
    runs: int
    horizon: int
    promoted: Wait
    retired: Wait
    undecided: int
    shown: float
    """Share of the sessions in scope that were given the rule, while it was on trial."""

    def days(self, sessions: int) -> int:
        """How long so many sessions in scope take."""
        return ceil(sessions / (self.scenario.per_day * self.scenario.scope))

    @property
    def known(self) -> Wait:
        """The end that is the truth: shown to help where the rule helps, else retired."""
        return self.promoted if self.scenario.effect > 0.0 else self.retired


class Other(NamedTuple):
    """The same project with one thing changed."""

    change: str
    plan: Plan
    before: int
    """Sessions in scope for which it was played: until half of the runs knew without the change, else the horizon."""
    quicker: bool
    """More runs knew by then, by more than chance makes likely."""


def plan(
    scenario: Scenario,
    *,
    seed: int,
    runs: int = RUNS,
    horizon: int = HORIZON,
    policy: Policy = POLICY,
    said: Callable[[int], None] = lambda _done: None,
) -> Plan:
    """Play a scenario `runs` times, each for at most `horizon` sessions in scope; `said` hears how many are done.

    Raises `SettingError` for figures that no project can have.
    """
    check(scenario)
    for name, value, largest in (("runs", runs, MOST_RUNS), ("horizon", horizon, MOST_SESSIONS)):
        if not 1 <= value <= largest:
            raise SettingError(f"{name} must be a whole number from 1 to {largest}")
    bar = 1.0 if policy.guard == PER_RULE else scenario.rules / policy.promote_rate
    policy = policy._replace(explore=scenario.explore, promote_e=max(policy.promote_e, bar))
    ends: list[tuple[str, int]] = []
    shown = sessions = 0
    for run in range(runs):
        state, count, given = _course(scenario, policy, f"{seed}/{run}", horizon)
        ends.append((state, count))
        shown, sessions = shown + given, sessions + count
        said(run + 1)
    undecided = sum(state not in {ACTIVE, RETIRED} for state, _ in ends)
    return Plan(scenario, runs, horizon, _wait(ends, ACTIVE), _wait(ends, RETIRED), undecided, shown / max(1, sessions))


def changes(scenario: Scenario) -> dict[str, Scenario]:
    """What a person could do to know sooner, one thing at a time; whether it is any use, `others` finds out."""
    found: dict[str, Scenario] = {}
    if scenario.explore < 1.0:
        found["explore 1"] = scenario._replace(explore=1.0)
    if not scenario.target and scenario.effect > 0.0:
        points = f"{100 * scenario.effect:.3g}"
        change = f"a target (at best: all {points} points are one failure, always prevented and always looked for)"
        found[change] = scenario._replace(target=True, base=scenario.effect, looked=1.0)
    if scenario.target and scenario.looked < 1.0:
        found["looked 100%"] = scenario._replace(looked=1.0)
    if scenario.rules > 1:
        found["no other rule on trial"] = scenario._replace(rules=1)
    return found


def others(
    found: Plan, *, seed: int, policy: Policy = POLICY, said: Callable[[int], None] = lambda _done: None
) -> list[Other]:
    """Play every change of a scenario with the same chance, no longer than its answer needs to be quicker."""
    before = found.known.half or found.horizon
    played: list[Other] = []
    for number, (change, scenario) in enumerate(changes(found.scenario).items()):

        def heard(done: int, earlier: int = number * found.runs) -> None:
            said(earlier + done)

        told = plan(scenario, seed=seed, runs=found.runs, horizon=before, policy=policy, said=heard)
        played.append(Other(change, told, before, _more(_by(told, before), _by(found, before), found.runs)))
    return played


def check(scenario: Scenario) -> None:
    """Raise `SettingError` unless a project could be like that."""
    with_it = round(scenario.base + (-scenario.effect if scenario.target else scenario.effect), 12)
    for name, value in (("base", scenario.base), ("explore", scenario.explore), ("looked", scenario.looked)):
        if not 0.0 <= value <= 1.0:
            raise SettingError(f"{name} must be a number from 0 to 1")
    if not 0.0 <= with_it <= 1.0:
        rate = "recurrence" if scenario.target else "success"
        raise SettingError(f"base and effect leave a rate of {rate} of {with_it:.4g}; it must lie between 0 and 1")
    if not 0.0 < scenario.scope <= 1.0:
        raise SettingError("scope must be a number above 0 and at most 1")
    if not 0.0 < scenario.per_day <= 10_000.0:
        raise SettingError("the sessions a day must be a number above 0 and at most 10000")
    if scenario.per_day * scenario.scope < LEAST_PACE:
        raise SettingError(f"at least {LEAST_PACE:g} sessions a day must be in scope; nobody waits that long")
    if not 1 <= scenario.rules <= 10_000:
        raise SettingError("rules must be a whole number from 1 to 10000")


def question(scenario: Scenario) -> str:
    """What was asked, with all that was taken for granted."""
    first, then = scenario.base, scenario.base - scenario.effect if scenario.target else scenario.base + scenario.effect
    without = f"as without it ({_percent(first)})" if first == then else f"not {_percent(first)}"
    what = f"whose target recurs in {_percent(then)} of sessions"
    if not scenario.target:
        what = f"with which {_percent(then)} of sessions succeed"
    told = [f"A rule {what}, {without}", f"{_number(scenario.per_day)} sessions a day"]
    if scenario.scope < 1.0:
        told.append(f"{_percent(scenario.scope)} of them in its scope")
    if scenario.target and scenario.looked < 1.0:
        told.append(f"its target looked for in {_percent(scenario.looked)}")
    if scenario.rules > 1:
        told.append(f"{scenario.rules} rules on trial")
    return ", ".join([*told, f"explore {scenario.explore:.3g}"]) + "."


def sentences(plan: Plan) -> list[str]:
    """The answer in words, with the runs it rests on."""
    asked, until = plan.scenario, _long(plan, plan.horizon)
    pace = _number(asked.per_day * asked.scope)
    told = [
        f"{plan.runs} simulated projects, {pace} sessions a day in scope, {until} at most.",
        f"By chance alone, a share of so many can be off by {min(100, ceil(100 / plan.runs**0.5))} points.",
    ]
    helps = asked.effect > 0.0
    for wait, done, but in (
        (plan.promoted, "shown to help", "" if helps else ", though it does not"),
        (plan.retired, "retired", ", though it helps" if helps else ""),
    ):
        if not wait.runs:
            told.append(f"In none of them was the rule {done}.")
            continue
        told.append(f"In {wait.runs} of {plan.runs} the rule was {done}{but}.")
        for share, sessions in (("Half of the projects", wait.half), ("Four of five", wait.most)):
            if sessions is not None:
                told.append(f"{share} had come to that after {_long(plan, sessions, ' in scope')}.")
            elif wait is plan.known:
                few = "half of the projects" if wait.half is None else "four of five"
                told.append(f"Fewer than {few} ever came to that within {until}.")
                break
    if plan.undecided:
        told.append(f"In {plan.undecided} of {plan.runs} nothing was decided within {until}.")
    told.append(f"While it was on trial, {plan.shown:.0%} of the sessions in scope were given the rule.")
    return told


def advice(found: Plan, played: Sequence[Other]) -> list[str]:
    """What would be quicker, as far as it was played, and what would not."""
    told: list[str] = []
    for other in (other for other in played if other.quicker):
        half, slow = other.plan.known.half, found.known.half
        if half is not None and slow is not None:
            how = f"half of the projects know after {_long(other.plan, half)}, not {_long(found, slow)}"
        else:
            share = f"{_by(other.plan, other.before)} of {found.runs} projects know"
            how = f"{share} within {_long(found, other.before)}, not {_by(found, other.before)}"
        told.append(f"Quicker with {other.change}: {how}; {other.plan.shown:.0%} of sessions are given the rule.")
    told += [f"Not clearly quicker with {other.change}." for other in played if not other.quicker]
    return told


def _number(pace: float) -> str:
    return f"{pace:.3g}" if pace < 1000.0 else f"{pace:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"


def _long(plan: Plan, sessions: int, where: str = "") -> str:
    """So many sessions, and the time that they take."""
    days = plan.days(sessions)
    time = f"{days} day" if days == 1 else f"{days} days"
    if days >= 730:
        time = f"about {days / 365.25:.0f} years"
    elif days >= 14:
        time += f", {days / 7:.0f} weeks"
    return f"{sessions} session{'s' * (sessions != 1)}{where} ({time})"


def _by(plan: Plan, sessions: int) -> int:
    """How many runs knew the truth after so many sessions."""
    return sum(after <= sessions for after in plan.known.after)


def _more(many: int, few: int, runs: int) -> bool:
    """Are so many of the runs more than so few of as many others, beyond two deviations, continuity corrected?"""
    variance = (many + few) * (1.0 - (many + few) / (2.0 * runs))
    return many > few and (many - few - 1) ** 2 > 4.0 * variance


def _course(scenario: Scenario, policy: Policy, key: str, horizon: int) -> tuple[str, int, int]:
    """One run: the rule's last state, the sessions until then, and in how many it was shown."""
    chance = Random(key)  # noqa: S311 - an imagined project has no secrets
    engine = Engine(policy, key=key.encode("ascii"), chooses=True)
    engine.apply(Announcement(0.0, RULE, (CATEGORY,), target="test:imagined" if scenario.target else ""))
    pace = DAY / (scenario.per_day * scenario.scope)
    given = 0
    for number in range(horizon):
        now = number * pace
        if number and now // DAY > (number - 1) * pace // DAY:
            state = _state(engine, now)
            if state in {ACTIVE, RETIRED}:
                return state, number, given
        (reply,) = engine.apply(Session(now, f"s{number}", CATEGORY, candidates=(RULE,)))
        assert isinstance(reply, Exposure)
        shown = RULE in reply.shown
        given += shown
        change = scenario.effect if shown else 0.0
        if scenario.target:
            recurred, looked = chance.random() < scenario.base - change, chance.random() < scenario.looked
            engine.apply(Outcome(now, f"s{number}", score=None))
            engine.apply(Recurrence(now, f"s{number}", RULE, recurred if looked else None))
        else:
            engine.apply(Outcome(now, f"s{number}", score=float(chance.random() < scenario.base + change)))
    return _state(engine, horizon * pace + DAY), horizon, given


def _state(engine: Engine, now: float) -> str:
    """Where the rule stands after a consolidate."""
    (reply,) = engine.apply(Consolidate(now))
    assert isinstance(reply, Decisions)
    return reply.rules[RULE].state


def _wait(ends: Sequence[tuple[str, int]], state: str) -> Wait:
    """When so large a part of all runs had ended in this state."""
    counts = sorted(count for end, count in ends if end == state)

    def part(share: float) -> int | None:
        place = ceil(share * len(ends)) - 1
        return counts[place] if place < len(counts) else None

    return Wait(len(counts), part(0.5), part(0.8), tuple(counts))
