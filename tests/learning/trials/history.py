"""Hand-made histories for the decision engine: days that pass, coins that fall as wanted, and what came of them."""

import json
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.events import Decided, Event, Exposure, Hello
from mcp_server.learning.trials.parse import parse
from mcp_server.learning.trials.policy import DAY, POLICY, Policy
from mcp_server.learning.trials.replies import Decisions
from mcp_server.learning.trials.stream import converse, written
from mcp_server.learning.trials.trial import Trial
from mcp_server.learning.trials.verdict import Decision


class History:
    """An engine that is told a history, line by line, as a log would tell it."""

    def __init__(self, policy: Policy = POLICY, *, chooses: bool = False, seed: int | None = 7) -> None:
        self.engine = Engine(policy, seed, chooses=chooses)
        self.ts = 0.0
        self.number = 0
        self.last: Decisions | None = None

    def tell(self, kind: str, **fields: object) -> tuple[Any, ...]:
        """One message."""
        fields.setdefault("ts", self.ts)
        return tuple(self.engine.apply(parse(json.dumps({"t": kind, **fields}))))

    def rule(self, name: str = "r", **fields: object) -> None:
        """Announce a rule."""
        self.tell("rule", id=name, **{"scope": ["c"], "initial": "trial"} | fields)

    def session(
        self,
        coins: Mapping[str, tuple[float | None, bool]],
        success: bool | float | None = None,
        *,
        hours: float = 1.0,
        model: str = "m",
        category: str = "c",
        recurred: Mapping[str, bool | None] | None = None,
        report: bool = True,
        **outcome: object,
    ) -> str:
        """A session with these coins (probability and how it fell), its outcome, and what became of targets."""
        self.ts += hours * 3600
        self.number += 1
        name = f"s{self.number}"
        self.tell("session", id=name, category=category, model=model, candidates=list(coins), max_rules=30)
        p = {rule: p for rule, (p, _) in coins.items() if p is not None}
        self.tell("exposure", session=name, shown=[rule for rule, (_, shown) in coins.items() if shown], p=p)
        if report:
            said: dict[str, object] = {"score": success} if isinstance(success, float) else {"success": success}
            self.tell("outcome", session=name, category=category, **said | outcome)
        for rule, again in (recurred or {}).items():
            self.tell("recurrence", session=name, rule=rule, recurred=again)
        return name

    def consolidate(self, days: float = 0.0) -> Decisions:
        """Decide, some days later."""
        self.ts += days * DAY
        (self.last,) = self.tell("consolidate")
        return self.last

    def known(self, rule: str = "r") -> Decision:
        """What the last consolidate said of a rule."""
        assert self.last is not None
        return self.last.rules[rule]

    def trial(self, rule: str = "r") -> Trial:
        """What the engine keeps of a rule."""
        return self.engine.books.trials[rule]

    def run(self, sessions: int, effect: float, *, rule: str = "r", level: float = 0.5, **more: Any) -> Decision:
        """Sessions at p = .5 whose scores differ by `effect` between the arms, both arms and scores in turn; and a day.

        Then what is not reported will not be.
        """
        for number in range(sessions):
            shown, high = number % 2 == 0, number % 4 < 2
            score = level + (effect / 2 if shown else -effect / 2) + (0.05 if high else -0.05)
            self.session({rule: (0.5, shown)}, score, **more)
        self.consolidate(1)
        return self.known(rule)

    def targets(
        self,
        sessions: int,
        *,
        shown: Iterable[bool | None],
        withheld: Iterable[bool | None],
        rule: str = "r",
        p: float = 0.5,
    ) -> Decision:
        """Sessions of a rule with a target whose recurrences repeat these patterns in each arm."""
        arms = {True: list(shown), False: list(withheld)}
        for number in range(sessions):
            arm = number % 2 == 0
            recurred = arms[arm][number // 2 % len(arms[arm])]
            self.session({rule: (p, arm)}, True, recurred={rule: recurred})
        self.consolidate(2)
        return self.known(rule)


def replayed(lines: Iterable[str], policy: Policy = POLICY, seed: int | None = 7) -> list[str]:
    """The decisions of a log."""
    return list(converse((line.encode() for line in lines), Engine(policy, seed), decisions_only=True))


def events(lines: Iterable[str]) -> list[Event]:
    """The events of a log, without the engine's own."""
    parsed = [parse(line) for line in lines]
    return [
        event for event in parsed if not isinstance(event, Decided) and not (isinstance(event, Hello) and event.reply)
    ]


def played(seed: int, *, sessions: int = 40, rules: int = 5, policy: Policy = POLICY) -> tuple[list[str], list[str]]:
    """A log of everything that may happen, played against an engine that chooses; and its decisions."""
    chance = Random(seed)
    engine = Engine(policy, seed, chooses=True)
    log: list[str] = []
    decisions: list[str] = []

    def tell(**fields: object) -> dict[str, Any]:
        log.append(json.dumps(fields))
        reply: dict[str, Any] = {}
        for made in engine.apply(parse(log[-1])):
            if isinstance(made, Decisions):
                decisions.append(written(made))
            elif isinstance(made, Exposure):
                log.append(written(made))
                reply = json.loads(log[-1])
        return reply

    tell(t="hello", v=1, seed=seed)
    names: list[str] = []
    ts = 0.0
    for number in range(sessions):
        ts += chance.choice([0.0, 600.0, 3 * 3600.0, DAY])
        if len(names) < rules and (number < 2 or chance.random() < 0.3):
            name = f"r{len(names)}"
            similar = chance.choice([*names, None, None, None]) if names else None
            target = chance.choice(["", "", "test:a", "review:b"])
            more = {"parent": [names[0]]} if names and chance.random() < 0.2 else {}
            tell(t="rule", id=name, ts=ts, scope=["c", "d"], initial=chance.choice(["trial", "active"]),
                 similar_to=similar, target=target, tokens=chance.choice([0, 20, 90]), **more)  # fmt: skip
            names.append(name)
        session, category = f"s{number}", chance.choice(["c", "d"])
        offered, room = chance.sample(names, chance.randint(0, len(names))), chance.choice([2, 12])
        shown = tell(t="session", id=session, ts=ts, category=category, model=chance.choice(["m", "m", "n"]),
                     max_rules=room, candidates=offered)  # fmt: skip
        for _ in range(chance.choice([0, 1, 1, 2])):
            votes = chance.sample(shown["shown"], len(shown["shown"]) // 2)
            tell(t="outcome", session=session, ts=ts, category=category, success=chance.choice([True, False, None]),
                 source=chance.choice(["self", "ci", "judge"]), helpful=votes, harmful=[],
                 feedback=chance.choice([None, "neg", "pos"]), cost=chance.choice([None, 1, 2]),
                 duration=chance.choice([None, 5, 9]), failing=chance.choice([None, True, False]))  # fmt: skip
        for rule in shown["p"]:
            if chance.random() < 0.5:
                tell(t="recurrence", session=session, ts=ts, rule=rule, recurred=chance.choice([True, False, None]))
            if chance.random() < 0.1:
                tell(t="trigger", session=session, ts=ts, rule=rule)
        if chance.random() < 0.1:
            tell(t="human", ts=ts, rule=chance.choice(names),
                 act=chance.choice(["approve", "trial", "reject", "retire", "pin", "unpin"]))  # fmt: skip
        if chance.random() < 0.05:
            tell(t="revision", ts=ts, rules=names[-1:])
        if chance.random() < 0.05:
            tell(t="rule", id=names[0], ts=ts, version=engine.books.trials[names[0]].version + 1, scope=["c"])
        if chance.random() < 0.3:
            tell(t="consolidate", ts=ts)
    ts += 15 * DAY
    tell(t="consolidate", ts=ts)
    return log, decisions
