"""`hook`: what a client's hooks start. Its fast way in is the launcher; this one is for the help."""

import argparse

from mcp_server import hooks
from mcp_server.wiring import Wiring


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("client", help="claude-code or codex")
    parser.add_argument("event", help="the event's name, like SessionStart; its JSON comes on stdin")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Answer one event. Never fails: an agent waits behind it."""
    del wiring
    return hooks.main(options.client, options.event)
