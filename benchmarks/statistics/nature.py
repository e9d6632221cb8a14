"""Drawing a project and its sessions from a world: the same for every policy, so that they are compared in pairs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, pi, sin
from random import Random
from typing import NamedTuple

from benchmarks.statistics.policy import Announced, Asked, Report, Seen
from benchmarks.statistics.world import DAY, Planted, Target, World

OPTIMISM = 0.8
"""The share of helpful votes that an agent gives a rule which does nothing."""
FALSE_SUCCESS = 1 / 3
"""The share of failures that an unchecked agent calls a success."""


class Draws(NamedTuple):
    """All chance of one rule in one session, drawn before anybody chooses."""

    votes: float
    helpful: float
    recurs: float
    skips: float


@dataclass(frozen=True, slots=True)
class Task:
    """A session to come, with everything that chance has to say about it."""

    asked: Asked
    odds: float
    """Log-odds of success without rules, the session's own luck included."""
    later: bool
    """Is the model changed?"""
    outcomes: tuple[tuple[float, float, float], ...]
    """For each outcome three draws: success, verified, false report."""
    told: tuple[float, float]
    """Draws: is a failing session reported, is it silenced."""
    rules: Mapping[str, Draws]


@dataclass(frozen=True, slots=True)
class Project:
    """One draw of a world."""

    world: World
    planted: Mapping[str, Planted]
    tasks: Sequence[Task] = field(repr=False)


def draw(world: World, number: int, seed: int) -> Project:
    """The project of this number; the same for the same seed."""
    chance = Random(f"{seed}/{world.like or world.name}/{number}")
    planted = _plant(world, chance)
    return Project(world, {rule.id: rule for rule in planted}, _sessions(world, planted, chance))


def announced(project: Project) -> list[tuple[int, Announced]]:
    """The rules with the number of the session before which each is announced, in order."""
    world = project.world
    return [
        (
            int(rule.day * world.per_day),
            Announced(
                rule.id,
                rule.scope,
                rule.day * DAY,
                rule.twin if world.told else None,
                rule.target is not None,
            ),
        )
        for rule in project.planted.values()
    ]


def _plant(world: World, chance: Random) -> list[Planted]:
    kinds = ["helpful"] * world.helpful + ["null"] * world.null + ["harmful"] * world.harmful
    chance.shuffle(kinds)
    names = [f"c{number}" for number in range(world.categories)]
    wide = max(1, round(world.scope * world.categories))
    rules: list[Planted] = []
    targets = 0
    for number, kind in enumerate(kinds):
        size = {"helpful": chance.uniform(*world.gain), "null": 0.0, "harmful": -chance.uniform(*world.loss)}[kind]
        turns = bool(world.change) and chance.random() < 0.5
        easy, hard = (0.1, 0.9) if kind == "helpful" else (0.9, 0.1) if kind == "harmful" else (0.5, 0.5)
        target = None
        if world.targets:
            without, shown = world.targets[targets % len(world.targets)]
            targets += kind == "helpful"
            target = {
                "helpful": Target(without, shown), "null": Target(without, without), "harmful": Target(shown, without)
            }[kind]  # fmt: skip
            size = 0.0
        rules.append(
            Planted(
                id=f"r{number:03d}",
                kind=kind,
                effect=size,
                later=-size if turns else size,
                scope=tuple(sorted(chance.sample(names, wide))),
                easy=easy if world.confounded else 1.0,
                hard=hard if world.confounded else 1.0,
                target=target,
                skips=world.skips if kind == "null" else 0.0,
                skips_any=world.skips_any if kind == "null" else 0.0,
                silences=world.silences if kind == "null" else 0.0,
                liked=chance.uniform(0.3, 0.95),
                day=chance.randrange(world.arrive) if world.arrive else 0,
            )
        )
    return sorted(_twinned(rules, world.twins), key=lambda rule: (rule.day, rule.id))


def _twinned(rules: list[Planted], twins: int) -> list[Planted]:
    """Make the last `twins` helpful rules near-duplicates of the first ones."""
    good = [place for place, rule in enumerate(rules) if rule.kind == "helpful"]
    for one, other in zip(good[:twins], good[len(good) - twins :], strict=False):
        first, second = rules[one], rules[other]
        rules[other] = first._replace(id=second.id, twin=first.id, day=max(first.day, second.day))
    return rules


def _sessions(world: World, planted: Sequence[Planted], chance: Random) -> list[Task]:
    tasks: list[Task] = []
    for number in range(world.sessions):
        part = number / world.sessions
        category = f"c{chance.randrange(world.categories)}"
        hard = chance.random() < world.hard
        later = bool(world.change) and part >= world.change
        odds = world.base - world.harder * hard + world.drift * sin(2 * pi * part)
        odds += chance.gauss(0, world.luck) if world.luck else 0.0
        present: dict[str, Draws] = {}
        for rule in planted:
            if category in rule.scope and rule.day * world.per_day <= number:
                drawn = chance.random()
                if drawn < (rule.hard if hard else rule.easy):
                    present[rule.id] = Draws(chance.random(), chance.random(), chance.random(), chance.random())
        count = chance.randint(1, world.outcomes)
        asked = Asked(
            f"s{number}", number * DAY / world.per_day, category,
            "m2" if later else "m1", world.room, tuple(present),
        )  # fmt: skip
        outcomes = tuple((chance.random(), chance.random(), chance.random()) for _ in range(count))
        tasks.append(Task(asked, odds, later, outcomes, (chance.random(), chance.random()), present))
    return tasks


def chance_of_success(project: Project, task: Task, shown: Collection[str]) -> float:
    """The true probability that one of the session's tasks succeeds, when these rules are shown."""
    return _plain(project, task, shown) * _spared(project, task, shown)


def _plain(project: Project, task: Task, shown: Collection[str]) -> float:
    odds = task.odds
    for ident in shown:
        rule = project.planted[ident]
        if rule.twin is None or rule.twin not in shown:
            odds += rule.later if task.later else rule.effect
    return 1 / (1 + exp(-odds))


def _spared(project: Project, task: Task, shown: Collection[str]) -> float:
    """The probability that no target recurs."""
    left = 1.0
    for ident in task.rules:
        target = project.planted[ident].target
        if target is not None:
            left *= 1 - (target.shown if ident in shown else target.without)
    return left


def best(project: Project, task: Task) -> list[str]:
    """What a policy that knows the truth shows: the most helpful rules that there is room for."""

    def worth(ident: str) -> float:
        rule = project.planted[ident]
        if rule.twin is not None and rule.twin in task.rules:
            return 0.0
        if rule.target is not None:
            return rule.target.without - rule.target.shown
        return rule.later if task.later else rule.effect

    good = sorted((ident for ident in task.rules if worth(ident) > 0), key=worth, reverse=True)
    return good[: task.asked.room]


def happen(project: Project, task: Task, shown: Collection[str]) -> tuple[list[Report], list[Seen]]:
    """What becomes of the session, as far as anybody can tell."""
    plain = _plain(project, task, shown)
    seen: list[Seen] = []
    found = silenced = False
    for ident, draws in task.rules.items():
        rule, here = project.planted[ident], ident in shown
        silenced = silenced or (here and task.told[1] < rule.silences)
        if rule.target is not None:
            recurred = draws.recurs < (rule.target.shown if here else rule.target.without)
            skipped = here and draws.skips < max(rule.skips_any, rule.skips if recurred else 0.0)
            seen.append(Seen(task.asked.id, ident, task.asked.ts, None if skipped else recurred))
            found = found or (recurred and not skipped)
    successes = [draw[0] < plain and not found for draw in task.outcomes]
    if not any(successes) and (task.told[0] >= project.world.failures_told or silenced):
        return [], seen
    votes = _votes(project, task, shown, any(successes))
    reports: list[Report] = []
    for (_, checked, false), success in zip(task.outcomes, successes, strict=True):
        verified = checked < project.world.verified
        said = success or (not verified and false < FALSE_SUCCESS)
        reports.append(Report(task.asked.id, task.asked.ts, task.asked.category, said, verified, *votes))
        votes = (), ()
    return reports, seen


def _votes(
    project: Project, task: Task, shown: Collection[str], went_well: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that the agent calls helpful and harmful, once a session."""
    world = project.world
    helpful: list[str] = []
    harmful: list[str] = []
    for ident, draws in task.rules.items():
        if world.votes == "none" or ident not in shown or draws.votes >= world.voting:
            continue
        rule = project.planted[ident]
        effect = rule.later if task.later else rule.effect
        if rule.target is not None:
            effect = 2 * (rule.target.without - rule.target.shown)
        share = {
            "honest": OPTIMISM + world.clarity * effect,
            "inverted": OPTIMISM - world.clarity * effect,
            "garbage": rule.liked,
            "credulous": 0.95 if went_well else 0.3,
        }[world.votes]
        (helpful if draws.helpful < min(0.95, max(0.05, share)) else harmful).append(ident)
    return tuple(helpful), tuple(harmful)
