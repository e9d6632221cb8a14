"""`simulate`: the decision engine in a conversation, so that a program can play the world around it."""

import argparse
import sys

from mcp_server.commands import CommandError
from mcp_server.commands.replay import policy, seed
from mcp_server.wiring import Wiring


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--stdio", action="store_true", help="one JSON message a line on stdin, answers on stdout")
    parser.add_argument(
        "--seed", type=seed, metavar="N", help="keys the coins; the same seed and lines, the same bytes"
    )
    parser.add_argument("--config", metavar="FILE", help="settings of the decisions as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Answer hello, session and consolidate lines until `end` or the end of input."""
    from mcp_server.learning.trials.engine import Engine
    from mcp_server.learning.trials.errors import TrialError
    from mcp_server.learning.trials.stream import converse

    if not options.stdio:
        raise CommandError("say what to simulate: `--stdio` for a conversation on stdin and stdout")
    engine = Engine(policy(options.config), options.seed, chooses=True)
    try:
        for line in converse(sys.stdin.buffer, engine):
            wiring.say(line)
            sys.stdout.flush()
    except TrialError as error:
        raise CommandError(str(error)) from error
    return 0
