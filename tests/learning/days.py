"""Days in which sessions come and go under coins: for tests of what is told of them and decided on them."""

from collections.abc import Sequence
from random import Random
from typing import Any

from mcp_server.delivery import deliver
from mcp_server.learning import consolidate
from mcp_server.learning.assign import Coins
from mcp_server.learning.consolidate import Done
from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.parse import parse
from mcp_server.learning.trials.policy import DAY, POLICY, Policy
from mcp_server.learning.trials.stream import converse
from mcp_server.project import Place
from store.memory import MemoryStore
from store.records import LIVE, Evidence, Exposure, Kind, Rule, Session, Source, State, Trials, Trust
from store.revise import Add, Step
from tests.doors.agent import DEMO, Person
from tests.learning.workbench import MACHINE, TARGET
from tests.store.facts import HERE, NOW, PERSON, fact, wording

AGENT = Source("MCP tool", "agent:claude-code", Trust.AGENT)
EAGER = POLICY._replace(
    explore=1.0, min_sessions=2, promote_e=1.05, promote_rate=0.9, harm_e=1.2, guardrail_e=1.4,
    unlikely=0.35, futile=0.35, demote=0.55, retry_above=0.3, retry_faded=1.0, freeze_e=1e3, brake_ratio=2.0,
)  # fmt: skip
"""Decides on next to nothing, so that a test sees many decisions."""
STILL = POLICY._replace(
    explore=1.0, trial_least_learning=0.5, trial_most_learning=0.5, min_sessions=1e6, harm_e=1e9, guardrail_e=1e9
)
"""Moves nothing, and throws every coin of a trial at one half."""


class Days:
    """A store, the clock of those who write to it, and short ways to let things happen."""

    def __init__(self, seed: int = 0, policy: Policy = POLICY) -> None:
        self.store: Any = MemoryStore(chance=Random(seed).randbytes)
        self.now, self.policy = NOW, policy
        self.person = Person(self.store, lambda: self.now)
        self._facts = 0

    def passes(self, days: float) -> None:
        """Time passes."""
        self.now += days * DAY

    def tries(
        self, text: str, *paths: str, state: State = State.TRIAL, target: str = "", project: str = HERE, **more: Any
    ) -> Rule:
        """A rule goes on trial."""
        step = Step(Add(wording(text, *paths), state, target=target, **more), "add", "person", "said so")
        self.store.revise(project, [step], cause="add", now=self.now)
        return self.store.rules(project)[-1]

    def begins(
        self,
        name: str,
        *files: str,
        place: Place = DEMO,
        client: str = "claude-code",
        model: str = "opus",
        coins: Coins = Coins(),  # noqa: B008 - a value
    ) -> list[Exposure]:
        """A session begins, or goes on, and gets its rules; its exposures."""
        who = Session(name, place.project.key, client, self.now, self.now, model=model)
        deliver(self.store, place, who, files=files, task="", now=self.now, coins=coins)
        return list(self.store.exposures(name, place.project.key))

    def lives(self, name: str, *, failed: bool = False, target: str = TARGET, **more: Any) -> list[Exposure]:
        """A session begins, and its tests run."""
        given = self.begins(name, **more)
        self.ran(name, failed=failed, target=target, project=more.get("place", DEMO).project.key)
        return given

    def ran(self, session: str, *, failed: bool, target: str = TARGET, project: str = HERE, **more: Any) -> None:
        """The tests ran in a session, and that of the target failed or did not."""
        run = {"sort": "tests", "tool": "pytest", "passed": 3, "failed": int(failed), "partial": False, "covers": ["*"]}
        facts = [self.fact(Kind.RUN, session, project, **run, **more)]
        if failed:
            facts.append(self.fact(Kind.FAILURE, session, project, fingerprint=target, **more))
        self.store.record(facts)

    def corrects(self, session: str, project: str = HERE) -> None:
        """A person corrects the agent."""
        self.store.record([self.fact(Kind.FEEDBACK, session, project, source=PERSON)])

    def reports(self, session: str, outcome: str = "success", project: str = HERE, **detail: Any) -> None:
        """The agent reports."""
        self.store.record([self.fact(Kind.REPORT, session, project, source=AGENT, outcome=outcome, **detail)])

    def fact(self, kind: Kind, session: str, project: str = HERE, source: Source = MACHINE, **more: Any) -> Evidence:
        """A fact of its own, now."""
        self._facts += 1
        how = more.pop("how", "")
        made = fact(
            f"secretwords {self._facts}", kind=kind, session=session, project=project, source=source,
            **{"time": self.now, **more},
        )  # fmt: skip
        return made._replace(how=how)

    def decides(self, project: str = HERE) -> Done:
        """A consolidate."""
        return consolidate.run(self.store, project, nonce=lambda: "nonce", now=lambda: self.now, policy=self.policy)

    def log(self, project: str = HERE) -> list[str]:
        return list(self.store.log(project))

    def told(self, *kinds: str, project: str = HERE) -> list[Any]:
        """The messages of some kinds in the log, in its order."""
        events = [parse(line) for line in self.log(project)]
        return [each for each in events if type(each).__name__.lower() in kinds]

    def trials(self, project: str = HERE) -> Trials:
        found = self.store.trials(project)
        assert found is not None
        return found

    def states(self, project: str = HERE) -> dict[str, str]:
        """How the live rules and the others stand."""
        return {
            rule.name: str(rule.ending if rule.state not in LIVE else rule.state) for rule in self.store.rules(project)
        }


def usual(policy: Policy) -> Policy:
    """A policy before its settings were told by a log."""
    return policy._replace(**{name: getattr(POLICY, name) for name in ("explore", "holdout", "off", "guard")})


def replayed(lines: Sequence[str], policy: Policy) -> tuple[list[str], Engine]:
    """What a fresh engine decides on a log, each time, and the engine as it is then."""
    engine = Engine(usual(policy))
    return list(converse((line.encode() for line in lines), engine, decisions_only=True)), engine
