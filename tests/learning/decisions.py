"""Decisions as a consolidate leaves them in a store, without a consolidate."""

from collections.abc import Mapping
from random import Random

from mcp_server.learning.trials.replies import Decisions, Whole
from mcp_server.learning.trials.stream import written
from mcp_server.learning.trials.verdict import Decision
from store.contract import Store
from store.memory import MemoryStore
from store.records import Ending, Rule, State, Trials
from store.values import replace
from tests.store.facts import HERE, NOW, adding

PLAIN = Decision(
    state="trial",
    verdict="leaning",
    effect=0.06,
    lo=-0.03,
    hi=0.15,
    p_help=0.83,
    e_help=3.1,
    e_harm=0.4,
    n=102,
    shown=64,
    withheld=38,
    needed=380,
    reason="83 % likely to help, but no proof (e-value 3.1 of 20); shown in 64 of 102 sessions; on trial",
    asks=None,
    frozen=None,
    looks=9,
    mean=0.04,
    p=0.6,
    e_guard=0.9,
    triggered=104,
    observed=0,
    ending=None,
)


def made(**changes: object) -> Decision:
    """One decision: a rule on trial that leans towards help."""
    return PLAIN._replace(**changes)  # pyright: ignore[reportArgumentType]


def kept(
    rules: Mapping[int, Decision], *, time: float = NOW, whole: Whole | None = None, held: int = 0, lines: int = 0
) -> Trials:
    """They as a store keeps them."""
    named = {f"R{rule}": decision for rule, decision in rules.items()}
    return Trials("{}", written(Decisions(time, named, 9, held, 0, 0, whole, None)), lines)


def decide(store: Store, project: str, rules: Mapping[int, Decision], *, time: float = NOW, **more: object) -> None:
    """Put them into a store."""
    trials = kept(rules, time=time, **more)  # pyright: ignore[reportArgumentType]
    store.decide(
        project, trials, log=(), chances={}, steps=(), cause="consolidate", now=time, expected=store.head(project)
    )


def a_rule(
    text: str = "Use uv.",
    *paths: str,
    state: State = State.TRIAL,
    ending: Ending = Ending.NONE,
    target: str = "",
    **changes: object,
) -> Rule:
    """One rule, R1, as it stands."""
    store = MemoryStore(chance=Random(1).randbytes)
    store.revise(HERE, [adding(text, *paths, state=State.TRIAL, target=target)], cause="add", now=NOW)
    return replace(store.rules(HERE)[0], state=state, ending=ending, **changes)
