"""`serve`: the MCP server on stdin and stdout, started by a client."""

import argparse
import gc

from mcp_server.settings import version
from mcp_server.wiring import Wiring


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument(
        "--sdk", action="store_true", help="through the mcp package, slower to start; the fast door else"
    )


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Serve until the client leaves. stdout belongs to the protocol."""
    if wiring.environment.get("PROMPTLEARN_OWN"):  # a run of our own: nothing of it is a session
        return 0
    gc.enable()
    if not options.sdk:
        from mcp_server import serving

        return serving.main()
    from mcp_server import server

    return server.run(wiring.tools(), version=version(), process=wiring.process())
