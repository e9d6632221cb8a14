"""`replay`: what the engine decides on a recorded log, with these settings or others."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mcp_server.commands import CommandError
from mcp_server.wiring import Wiring

if TYPE_CHECKING:
    from mcp_server.learning.trials.policy import Policy


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("file", metavar="FILE", help="a log, one JSON message a line; or - for stdin")
    parser.add_argument("--seed", type=seed, metavar="N", help="the seed of the coins, if other than that of the log")
    parser.add_argument("--config", metavar="FILE", help="settings of the decisions as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print one line of decisions for each consolidate line of the log, and nothing else."""
    from mcp_server.learning.trials.engine import Engine
    from mcp_server.learning.trials.errors import TrialError
    from mcp_server.learning.trials.stream import converse

    engine = Engine(policy(options.config), options.seed)
    try:
        for line in converse(_lines(options.file), engine, decisions_only=True):
            wiring.say(line)
    except TrialError as error:
        raise CommandError(str(error)) from error
    return 0


def seed(text: str) -> int:
    """A seed as an argument: a whole number of any sign."""
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 40):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number")
    return int(text)


def policy(name: str | None) -> "Policy":
    """The settings of a file over the usual ones. Raises `CommandError` for what is no setting."""
    from mcp_server.learning.trials.errors import SettingError
    from mcp_server.learning.trials.policy import POLICY, read

    if name is None:
        return POLICY
    try:
        settings = json.loads(Path(name).read_bytes())
        if not isinstance(settings, dict):
            raise CommandError(f'{name[:200]!r} holds no settings; write an object like {{"explore": 0.5}}')
        return read(cast("dict[str, object]", settings))
    except (ValueError, RecursionError) as error:
        raise CommandError(f'{name[:200]!r} is not JSON; write an object like {{"explore": 0.5}}') from error
    except SettingError as error:
        raise CommandError(f"{name[:200]!r}: {error}") from error


def _lines(name: str) -> Iterator[bytes]:
    if name == "-":
        yield from sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield from file
