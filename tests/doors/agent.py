"""An agent at the tools, without a transport: short ways to call them and to change rules behind its back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from mcp_server.learning.assign import Coins
from mcp_server.project import EVERYWHERE, Place, ProjectError
from mcp_server.session import Caller
from mcp_server.tools import RefusedError, Tools
from store.contract import Delivery, Kept, Store
from store.errors import StoreError
from store.records import Evidence, Exposure, Operation, Project, Rule, Session, Source, State, Trust
from store.revise import Add, Move, Pin, Reword, Step
from tests.store.facts import HERE, PERSON, wording

OFF = Coins(off=True)
DEMO = Place(Project(HERE, "demo", "/work/demo"), "/work/demo")
OTHER = Place(Project("example.org/other", "other", "/work/other"), "/work/other")
NOWHERE = Place(EVERYWHERE, "/home/ada", "/home/ada is not a project, so only rules for all projects apply")
MACHINE = Source("a model", "model:test", Trust.MACHINE)


@dataclass(frozen=True)
class Agent:
    """One session of a client."""

    tools: Tools
    session: str = "s1"
    client: str = "test client"

    def call(self, tool: str, **arguments: Any) -> str:
        return self.tools.call(tool, arguments, Caller(self.session, self.client))

    def rules(self, **arguments: Any) -> str:
        return self.call("get_rules", **arguments)

    def lines(self, **arguments: Any) -> list[str]:
        """The rule lines alone."""
        return self.rules(**arguments).splitlines()[1:-1]

    def report(self, outcome: str = "success", **arguments: Any) -> str:
        return self.call("report_outcome", outcome=outcome, **arguments)

    def suggest(self, rule: str = "", **arguments: Any) -> str:
        return self.call("suggest_rule", rule=rule, **arguments)

    def refused(self, tool: str, **arguments: Any) -> str:
        with pytest.raises(RefusedError) as refusal:
            self.call(tool, **arguments)
        words = str(refusal.value)
        assert words.isprintable()
        return words

    def again(self, session: str) -> "Agent":
        """Another session at the same tools."""
        return Agent(self.tools, session, self.client)


def always(place: Place) -> Callable[[str | None], Place]:
    """A way to find places that knows only one."""

    def find(folder: str | None) -> Place:
        return place

    return find


def at(store: Store, *, now: Callable[[], float], place: Place = DEMO, coins: Coins = OFF) -> Agent:
    """An agent whose working folder is a place. Other places are known by their roots."""
    places = {each.root: each for each in (DEMO, OTHER, NOWHERE)}

    def find(folder: str | None) -> Place:
        if folder is not None and folder not in places:
            raise ProjectError(f"the project folder {folder!r} does not exist; name an existing folder")
        return place if folder is None else places[folder]

    return Agent(Tools(store=lambda: store, place=find, now=now, coins=coins))


@dataclass(frozen=True)
class Person:
    """Who decides about the rules of a project."""

    store: Store
    now: Callable[[], float]
    project: str = HERE

    def does(self, change: Any, reason: str = "said so") -> None:
        step = Step(change, kind="test", actor="person", reason=reason)
        self.store.revise(self.project, [step], cause="test", now=self.now())

    def adds(
        self, text: str, *paths: str, pinned: bool = False, state: State = State.ACTIVE, source: Source = PERSON
    ) -> Rule:
        made = wording(text, *paths, source=source)
        self.does(Add(made, state=state, pinned=pinned, operation=Operation.ADD))
        return self.store.rules(self.project)[-1]

    def edits(self, rule: Rule, text: str) -> None:
        self.does(Reword(rule.id, wording(text)))

    def moves(self, rule: Rule, state: State, **more: Any) -> None:
        self.does(Move(rule.id, state, **more))

    def pins(self, rule: Rule, *, pinned: bool = True) -> None:
        self.does(Pin(rule.id, pinned))


class Failing:
    """A store that does as another one does, until it is told to fail when it should write."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.fault: StoreError | None = None
        self.before: Callable[[], object] | None = None
        """What happens elsewhere just before the next delivery."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _written(self) -> None:
        if self.fault is not None:
            raise self.fault

    def know(self, project: Project) -> None:
        self._written()
        self._store.know(project)

    def deliver(
        self,
        session: Session,
        *,
        task: str,
        shown: Sequence[Exposure],
        now: float,
        known: tuple[Exposure, ...] | None = None,
    ) -> Delivery:
        self._written()
        before, self.before = self.before, None
        if before is not None:
            before()
        return self._store.deliver(session, task=task, shown=shown, now=now, known=known)

    def record(self, facts: Sequence[Evidence], **more: Any) -> list[Kept]:
        self._written()
        return self._store.record(facts, **more)

    def suggest(self, change: Add, evidence: Evidence, *, now: float) -> Rule:
        self._written()
        return self._store.suggest(change, evidence, now=now)
