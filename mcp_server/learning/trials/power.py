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
RUNS = 100
HORIZON = 2000
"""Sessions in scope after which a run is given up."""


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
    if min(runs, horizon) < 1:
        raise SettingError("runs and horizon must be whole numbers from 1")
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
    if not 1 <= scenario.rules <= 10_000:
        raise SettingError("rules must be a whole number from 1 to 10000")


def sentences(plan: Plan) -> list[str]:
    """The answer in words, with the runs it rests on."""
    asked = plan.scenario
    per_day = asked.per_day * asked.scope
    told = [f"{plan.runs} simulated projects, {per_day:.3g} sessions a day in scope, {_until(plan)} at most."]
    for wait, done in ((plan.promoted, "shown to help"), (plan.retired, "retired")):
        if not wait.runs:
            told.append(f"In none of them was the rule {done}.")
            continue
        told.append(f"In {wait.runs} of {plan.runs} the rule was {done}.")
        for share, sessions in (("Half of the projects", wait.half), ("Four of five", wait.most)):
            if sessions is not None:
                told.append(f"{share} had come to that after {sessions} sessions in scope "
                            f"({plan.days(sessions)} days).")  # fmt: skip
    if plan.undecided:
        told.append(f"In {plan.undecided} of {plan.runs} nothing was decided within {_until(plan)}.")
    told.append(f"While it was on trial, {plan.shown:.0%} of the sessions in scope were given the rule.")
    return told


def _until(plan: Plan) -> str:
    return f"{plan.horizon} sessions ({plan.days(plan.horizon)} days)"


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

    return Wait(len(counts), part(0.5), part(0.8))
