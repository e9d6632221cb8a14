"""`serve`: the MCP server on stdin and stdout, started by a client."""

import argparse
import gc

from mcp_server.project import Place, find, settled
from mcp_server.settings import version
from mcp_server.tools import Tools
from mcp_server.wiring import Wiring


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command, parser


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Serve until the client leaves. stdout belongs to the protocol."""
    del options
    gc.enable()
    from mcp_server import server

    places: dict[str, Place] = {}

    def place(folder: str | None) -> Place:
        key = folder or wiring.folder
        if key not in places:
            places[key] = settled(find(key), wiring.store())
        return places[key]

    tools = Tools(store=wiring.store, place=place, now=wiring.now)
    process = f"server-{wiring.chance(8).hex()}"
    return server.run(tools, version=version(), process=process)
