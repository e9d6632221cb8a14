"""`replay`: what the engine decides on a recorded log, with these settings or others; and the own log to record."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mcp_server.commands import CommandError
from mcp_server.wiring import Wiring
from store.records import GLOBAL

if TYPE_CHECKING:
    from mcp_server.learning.trials.policy import Policy


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("file", metavar="FILE", nargs="?", help="a log, one JSON message a line; or - for stdin")
    parser.add_argument("--seed", type=seed, metavar="N", help="the seed of the coins, if other than that of the log")
    parser.add_argument("--config", metavar="FILE", help="settings of the decisions as JSON")
    parser.add_argument("--export", action="store_true", help="print this project's own log, which holds no texts")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="with --export: of the global rules")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print one line of decisions for each consolidate line of the log, and nothing else."""
    from mcp_server.learning.trials.engine import Engine
    from mcp_server.learning.trials.errors import TrialError
    from mcp_server.learning.trials.stream import converse

    if options.export:
        return _export(options, wiring)
    if options.file is None:
        raise CommandError("name a log to replay, or - for stdin; `replay --export` prints this project's own")
    kept = settings(options.config)
    engine = Engine(policy(options.config), options.seed, fixed=kept)
    try:
        for line in converse(_lines(options.file), engine, decisions_only=True):
            wiring.say(line)
    except TrialError as error:
        raise CommandError(str(error)) from error
    return 0


def _export(options: argparse.Namespace, wiring: Wiring) -> int:
    if options.file is not None or options.config is not None or options.seed is not None:
        raise CommandError("--export prints the log as it is; replay it afterwards with other settings")
    project = GLOBAL if options.everywhere else wiring.place().project.key
    empty = True
    for line in wiring.store().log(project):
        wiring.say(line)
        empty = False
    if empty:
        raise CommandError("there is no log yet, as no rule was decided about here; run `mcp-promptlearn consolidate`")
    return 0


def seed(text: str) -> int:
    """A seed as an argument: a whole number of any sign."""
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 40):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number")
    return int(text)


def settings(name: str | None) -> dict[str, object]:
    """The settings in a file. Raises `CommandError` for one that holds none."""
    if name is None:
        return {}
    try:
        kept: object = json.loads(Path(name).read_bytes())
    except (ValueError, RecursionError) as error:
        raise CommandError(f'{name[:200]!r} is not JSON; write an object like {{"explore": 0.5}}') from error
    if not isinstance(kept, dict):
        raise CommandError(f'{name[:200]!r} holds no settings; write an object like {{"explore": 0.5}}')
    return cast("dict[str, object]", kept)


def policy(name: str | None) -> "Policy":
    """The settings of a file over the usual ones. Raises `CommandError` for what is no setting."""
    from mcp_server.learning.trials.errors import SettingError
    from mcp_server.learning.trials.policy import read

    try:
        return read(settings(name))
    except SettingError as error:
        raise CommandError(f"{(name or '')[:200]!r}: {error}") from error


def _lines(name: str) -> Iterator[bytes]:
    if name == "-":
        yield from sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield from file
