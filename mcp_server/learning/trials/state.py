"""The engine's state as JSON and back, to the last bit: what it decides afterwards is byte for byte the same.

Neither settings, seed nor key are in it: they are handed in again.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from mcp_server.learning.trials.baseline import Rate, Scored
from mcp_server.learning.trials.books import Books, Category, Target
from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.eprocess import Process, Wealth
from mcp_server.learning.trials.errors import StateError
from mcp_server.learning.trials.events import Outcome, Recurrence, Trigger
from mcp_server.learning.trials.held import Coin, Held
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.posterior import Belief
from mcp_server.learning.trials.trial import Ratio, Sums, Track, Trial

FORMAT = 2
"""Raised with every change of what is kept; a state in another format is computed anew from the log."""

_WAITING = {"outcome": Outcome, "trigger": Trigger, "recurrence": Recurrence}


def dump(engine: Engine) -> dict[str, Any]:
    """The state as values of JSON."""
    names = {made: name for name, made in _WAITING.items()}
    return {
        "format": FORMAT,
        "now": engine.now,
        "seed": engine.seed,
        "books": _plain(engine.books),
        "held": [_plain(held) for held in engine.held.values()],
        "waiting": [[names[type(event)], *_plain(event)] for event in engine.waiting],
    }


def load(state: Mapping[str, Any], engine: Engine) -> Engine:
    """The engine, new and with the same policy and seed, brought to a state. Raises `StateError` for what is none."""
    if state.get("format") != FORMAT:
        raise StateError("it was written by another version; replay the log instead")
    try:
        engine.now = state["now"]
        engine.seed = state["seed"] if engine.seed is None else engine.seed
        engine.books = _books(state["books"], engine.policy)
        engine.held = {held["session"]: _held(held) for held in state["held"]}
        engine.waiting = [_WAITING[kind](*map(_tupled, fields)) for kind, *fields in state["waiting"]]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise StateError("it is incomplete; replay the log instead") from error
    return engine


def _plain(value: Any) -> Any:
    """A value of ours in values of JSON: objects by their slots, tuples and sets as lists."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("list[Any]", value)]
    if isinstance(value, set):
        return sorted(cast("set[str]", value))
    slots = _slots(value)
    return {name: _plain(getattr(value, name)) for name in slots} if slots else value


def _slots(value: Any) -> tuple[str, ...]:
    return getattr(value.__class__, "__slots__", ())


def _filled(made: Any, state: Mapping[str, Any], makers: Mapping[str, Callable[[Any], Any]]) -> Any:
    """An object with its slots from a state; some of them have to be made into what they were."""
    for name in _slots(made):
        maker = makers.get(name)
        setattr(made, name, state[name] if maker is None else maker(state[name]))
    return made


def _mapped(maker: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def make(state: Any) -> Any:
        return {name: maker(each) for name, each in state.items()}

    return make


def _books(state: Mapping[str, Any], policy: Policy) -> Books:
    def trial(kept: Any) -> Trial:
        return _filled(Trial(kept["rule"], policy, target=kept["target"]), kept, _TRIAL)

    makers = {
        "trials": _mapped(trial),
        "categories": _mapped(lambda kept: _filled(Category(), kept, _CATEGORY)),
        "targets": _mapped(lambda kept: _filled(Target(), kept, dict.fromkeys(Target.__slots__, _rate))),
        "overall": _rate,
        "strict": _rate,
        "together": _track,
    }
    return _filled(Books(policy), state, makers)


def _rate(state: Any) -> Rate:
    return Rate(state["total"], state["weight"])


def _sums(state: Any) -> Sums:
    return _filled(Sums(), state, {})


def _wealth(state: Any) -> Wealth:
    return _filled(Wealth(0), state, {})


def _process(state: Any) -> Process:
    return _filled(Process(0), state, {"helps": _wealth, "harms": _wealth})


def _track(state: Any) -> Track:
    return _filled(Track(0), state, {"sums": _sums, "process": _process})


def _ratio(state: Any) -> Ratio:
    return _filled(Ratio(), state, {})


def _belief(state: Any) -> Belief:
    return Belief(*state)


def _held(state: Any) -> Held:
    makers: dict[str, Callable[[Any], Any]] = {
        "done": set,
        "coins": _mapped(lambda kept: Coin(*kept)),
        "set": _tupled,
        "outcomes": lambda kept: [Outcome(*map(_tupled, fields)) for fields in kept],
        "recurrences": _mapped(lambda kept: [tuple(each) for each in kept]),
        "verdict": lambda kept: None if kept is None else Scored(*kept),
    }
    return _filled(Held(state["session"], state["category"], state["started"]), state, makers)


def _tupled(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


_TRIAL: Mapping[str, Callable[[Any], Any]] = {
    "main": _track,
    "verified": _track,
    "said": _sums,
    "strict": _track,
    "seen": _process,
    "guards": _mapped(_wealth),
    "coins": _ratio,
    "scored_coins": _ratio,
    "belief": _belief,
}
_CATEGORY: Mapping[str, Callable[[Any], Any]] = {
    "success": _rate,
    "verified": _rate,
    "said": _rate,
    "judged": _rate,
    "strict": _rate,
    "weight": _rate,
    "rates": _mapped(_rate),
}
