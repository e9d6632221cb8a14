"""How trials are run here: the few settings of the coins, read without a library, because hooks read them too."""

import os
from collections.abc import Mapping
from typing import NamedTuple, cast

from mcp_server.learning.assign import Coins

CONFIG = "config.toml"
TRIALS, EXPLORE, HOLDOUT = "PROMPTLEARN_TRIALS", "PROMPTLEARN_EXPLORE", "PROMPTLEARN_HOLDOUT"
MOST = 0.05
"""The largest share of sessions that may go without learnt rules."""

GUARDS = ("fdr", "per_rule")


class Knobs(NamedTuple):
    """The table `[trials]` of config.toml, and the environment over it."""

    explore: float = 0.0
    """0 earns (shows what looks good), 1 learns (keeps rules on trial near one half)."""
    holdout: float = 0.0
    """Share of sessions without any learnt rule, at most 0.05."""
    off: bool = False
    """No coins: active rules are always shown, rules on trial never."""
    guard: str = GUARDS[0]
    """`fdr`: a promotion also has to stand among all rules; `per_rule`: each for itself."""

    @property
    def coins(self) -> Coins:
        """What the coins of a session need to know."""
        return Coins(self.off, self.holdout)


class KnobError(ValueError):
    """A setting that cannot be; the message names it and says what can."""


def knobs(kept: object, environment: Mapping[str, str]) -> Knobs:
    """The settings of a `[trials]` table, overridden by the environment. Raises `KnobError`."""
    if not isinstance(kept, dict):
        raise KnobError("`trials` must be a table: write [trials], and below it explore, holdout, off or guard")
    table = dict(cast("dict[str, object]", kept))
    unknown = sorted(set(table) - set(Knobs._fields))
    if unknown:
        raise KnobError(f"`trials.{unknown[0][:40]}` is not a setting; known are {', '.join(Knobs._fields)}")
    for name, field in ((EXPLORE, "explore"), (HOLDOUT, "holdout")):
        if environment.get(name):
            table[field] = _number(environment[name])
    if environment.get(TRIALS):
        if environment[TRIALS] not in {"on", "off"}:
            raise KnobError(f"{TRIALS} must be on or off")
        table["off"] = environment[TRIALS] == "off"
    off, guard = table.get("off", False), table.get("guard", GUARDS[0])
    if not isinstance(off, bool):
        raise KnobError("`trials.off` must be true or false")
    if guard not in GUARDS:
        raise KnobError(f"`trials.guard` must be {' or '.join(GUARDS)}, in quotes")
    return Knobs(_share(table, "explore", 1.0), _share(table, "holdout", MOST), off, cast("str", guard))


def read(folder: str, environment: Mapping[str, str]) -> Knobs:
    """The settings in a home folder, for what must go on whatever they hold: unreadable ones are trials off."""
    path = os.path.join(folder, CONFIG)
    try:
        kept: object = {}
        if os.path.exists(path):
            import tomllib

            with open(path, "rb") as file:
                kept = tomllib.load(file).get("trials", {})
        return knobs(kept, environment)
    except (OSError, ValueError, RecursionError):
        return Knobs(off=True)


def _share(table: Mapping[str, object], name: str, most: float) -> float:
    value = table.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= most:
        raise KnobError(f"`{name}` must be a number from 0 to {most:g}")
    return float(value)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
