"""`simulate`: the decision engine with imagined sessions, those of a program or those a person asks about."""

import argparse
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, TypeVar

from mcp_server.commands import CommandError, show
from mcp_server.commands.replay import policy, seed
from mcp_server.wiring import Wiring

if TYPE_CHECKING:
    from mcp_server.learning.trials.policy import Policy
    from mcp_server.learning.trials.power import Other, Plan, Scenario, Wait

T = TypeVar("T")

TARGET, SUCCESS = "target", "success"
SEED = 1
"""What keys the imagined sessions, unless a person names another."""
ASKED = "`simulate --scenario target --base 50 --with 10` (a failure recurs in 50 % of sessions, with the rule in 10 %)"
_QUESTION = ("base", "with_it", "per_day", "scope", "rules", "explore", "looked", "runs", "horizon", "json")
"""The options that only a question has."""
_STEP = 0.1
"""Seconds between two looks at the progress."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.description = (
        "The decision engine with imagined sessions. --scenario answers how long it takes until you know whether a "
        "rule helps; --stdio plays the sessions that a program asks for."
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--stdio", action="store_true", help="one JSON message a line on stdin, answers on stdout")
    what.add_argument(
        "--scenario",
        nargs="?",
        const="",
        metavar="{target,success}",
        help="how long until I know? of a rule that prevents a failure, or lets more sessions succeed",
    )
    parser.add_argument(
        "--seed", type=seed, metavar="N", help="keys the coins; the same seed and lines, the same bytes"
    )
    parser.add_argument("--config", metavar="FILE", help="settings of the decisions as JSON")
    asked = parser.add_argument_group("with --scenario", "shares as people say them: 50 or 50% is every other session")
    asked.add_argument(
        "--base", type=_percent("--base"), metavar="%", help="sessions with the failure, or a success, without the rule"
    )
    asked.add_argument(
        "--with", dest="with_it", type=_percent("--with"), metavar="%", help="and with it, if it does what you believe"
    )
    asked.add_argument("--per-day", type=_figure, metavar="N", help="sessions a day (usual: 5)")
    asked.add_argument("--scope", type=_percent("--scope"), metavar="%", help="sessions it applies to (usual: 100)")
    asked.add_argument("--rules", type=seed, metavar="N", help="rules on trial together (usual: 1)")
    asked.add_argument("--explore", type=_figure, metavar="N", help="0 earns, 1 learns, or between (usual: 0)")
    asked.add_argument(
        "--looked", type=_percent("--looked"), metavar="%", help="sessions that look for the target (usual: 100)"
    )
    asked.add_argument("--runs", type=seed, metavar="N", help="imagined projects (usual: 50)")
    asked.add_argument("--horizon", type=seed, metavar="N", help="give up after so many sessions (usual: 1000)")
    asked.add_argument("--json", action="store_true", default=None, help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Answer a person's question, or a program's lines until `end` or the end of input."""
    if options.scenario is not None:
        return _answer(options, wiring)
    if not options.stdio:
        raise CommandError(
            f"say what to simulate: `--stdio` for a conversation on stdin and stdout, or `--scenario`, like {ASKED}"
        )
    for name in _QUESTION:
        if getattr(options, name) is not None:
            raise CommandError(f"{_option(name)} is a part of a question; leave it out, or ask with --scenario")
    return _converse(options, wiring)


def _converse(options: argparse.Namespace, wiring: Wiring) -> int:
    from mcp_server.learning.trials.engine import Engine
    from mcp_server.learning.trials.errors import TrialError
    from mcp_server.learning.trials.stream import converse

    engine = Engine(policy(options.config), options.seed, chooses=True)
    try:
        for line in converse(sys.stdin.buffer, engine):
            wiring.say(line)
            sys.stdout.flush()
    except TrialError as error:
        raise CommandError(str(error)) from error
    return 0


def _answer(options: argparse.Namespace, wiring: Wiring) -> int:
    from mcp_server.learning.trials import power
    from mcp_server.learning.trials.errors import SettingError

    # In a live log success waits for the end of its session, so it does here.
    rules = policy(options.config)._replace(settles=True)
    if rules.off:
        raise CommandError('with "off" no coin is thrown, so nothing is ever known; take it out of the settings')
    asked, key = _scenario(options, rules), SEED if options.seed is None else options.seed
    runs, horizon = _or(options.runs, power.RUNS), _or(options.horizon, power.HORIZON)
    try:
        with _progress(runs * (1 + len(power.changes(asked)))) as look:
            found = power.plan(asked, seed=key, runs=runs, horizon=horizon, policy=rules, said=look)
            played = power.others(found, seed=key, policy=rules, said=lambda done: look(runs + done))
    except SettingError as error:
        raise CommandError(f"{error.sentence}; see `mcp-promptlearn simulate --help`") from error
    if options.json:
        show(wiring, _facts(found, played, key))
        return 0
    for line in (power.question(asked), "", *power.sentences(found), "", *power.advice(found, played)):
        wiring.say(line)
    if asked.rules > rules.max_rules:
        wiring.say(
            f"Not played: {asked.rules} rules do not fit the {rules.max_rules:g} that a session is given, so each is "
            "shown more seldom, and it takes longer."
        )
    return 0


def _scenario(options: argparse.Namespace, rules: "Policy") -> "Scenario":
    from mcp_server.learning.trials.power import Scenario

    if options.scenario not in {TARGET, SUCCESS}:
        raise CommandError(
            f"--scenario {options.scenario[:40]!r} is not known; write `--scenario target` for a rule that prevents a "
            "failure, or `--scenario success` for one that lets more sessions succeed"
        )
    target = options.scenario == TARGET
    for name in ("base", "with_it"):
        if getattr(options, name) is None:
            raise CommandError(f"{_option(name)} is missing, so there is nothing to tell apart; ask like {ASKED}")
    if options.looked is not None and not target:
        raise CommandError("--looked is for `--scenario target`, as success is not looked for; leave it out")
    if options.scope == 0.0:
        raise CommandError("--scope 0 is a rule for no session at all; write above 0, up to 100 for all of them")
    effect = options.base - options.with_it if target else options.with_it - options.base
    return Scenario(
        round(effect, 9),
        options.base,
        target,
        _or(options.per_day, 5.0),
        _or(options.scope, 1.0),
        _or(options.explore, rules.explore),
        _or(options.rules, 1),
        _or(options.looked, 1.0),
    )


def _facts(found: "Plan", played: "Sequence[Other]", key: int) -> dict[str, object]:
    asked = found.scenario

    def wait(plan: "Plan", one: "Wait") -> dict[str, object]:
        return {
            "runs": one.runs,
            "half": one.half,
            "half_days": None if one.half is None else plan.days(one.half),
            "most": one.most,
            "most_days": None if one.most is None else plan.days(one.most),
        }

    return {
        "scenario": {
            "kind": TARGET if asked.target else SUCCESS,
            "base": asked.base,
            "with": round(asked.base - asked.effect if asked.target else asked.base + asked.effect, 9),
            "per_day": asked.per_day,
            "scope": asked.scope,
            "rules": asked.rules,
            "explore": asked.explore,
            "looked": asked.looked if asked.target else None,
        },
        "seed": key,
        "runs": found.runs,
        "horizon": found.horizon,
        "horizon_days": found.days(found.horizon),
        "promoted": wait(found, found.promoted),
        "retired": wait(found, found.retired),
        "undecided": found.undecided,
        "shown": round(found.shown, 4),
        "changes": [
            {
                "change": other.change,
                "quicker": other.quicker,
                "horizon": other.before,
                "promoted": wait(other.plan, other.plan.promoted),
                "retired": wait(other.plan, other.plan.retired),
                "shown": round(other.plan.shown, 4),
            }
            for other in played
        ],
    }


def _or(value: T | None, usual: T) -> T:
    return usual if value is None else value


def _option(name: str) -> str:
    return "--with" if name == "with_it" else f"--{name.replace('_', '-')}"


def _figure(text: str) -> float:
    """A number as an argument, finite."""
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not isfinite(found) or "_" in text:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number")
    return found


def _percent(option: str) -> Callable[[str], float]:
    """Reads `50`, `50%` or `50 %` as one half; refuses what could be read in two ways."""

    def read(text: str) -> float:
        plain = text.strip()
        bare = plain.removesuffix("%").rstrip()
        found = _figure(bare)
        if not 0.0 <= found <= 100.0:
            raise CommandError(f"{option} {bare[:40]} is no share of sessions; write a number from 0 to 100, like 50")
        if 0.0 < found < 1.0 and bare == plain:
            raise CommandError(
                f"{option} {bare[:40]} can be read in two ways; write {100 * found:.4g} for {100 * found:.4g} of 100 "
                f"sessions, or {bare[:40]}% for fewer than one of them"
            )
        return found / 100.0

    return read


@contextmanager
def _progress(runs: int) -> Generator["Look"]:
    """Shows on a terminal how far the playing is."""
    look = Look(runs)
    try:
        yield look
    finally:
        look.clear()


class Look:
    """One line on stderr that is written over; nothing where stderr is no terminal, or it is soon done."""

    def __init__(self, runs: int) -> None:
        self._runs, self._shown = runs, sys.stderr.isatty()
        self._next = time.monotonic() + 10 * _STEP

    def __call__(self, done: int) -> None:
        """Show how many projects were played, not more often than an eye can follow."""
        if self._shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + _STEP
            sys.stderr.write(f"\rplaying project {done} of {self._runs} \x1b[K")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
