"""Start the fast door before anything heavy is imported, and put the tools behind it when they are called."""

import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcp_server import stdio

if TYPE_CHECKING:
    from mcp_server.tools import Tools

LISTING = os.path.join(os.path.dirname(__file__), "listing.json")  # noqa: PTH118, PTH120 - pathlib costs 5 ms here


def main() -> int:
    """Serve stdio until the client leaves. A signal ends the process at once: nothing acknowledged is in memory."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    source, target = stdio.take_streams()
    stdio.serve(stdio.Door(Behind, listing=listing, version=version()), source, target)
    sys.stderr.flush()
    # Nothing is left to do, and taking the interpreter down in order takes longer than all of it.
    os._exit(0)


def listing() -> dict[str, Any]:
    """What is listed, from the snapshot."""
    with open(LISTING, encoding="utf-8") as file:  # noqa: PTH123
        return json.load(file)


def version() -> str:
    """The program's version, without the metadata machinery where the snapshot has it."""
    return str(listing()["version"])


class Behind:
    """The tools behind the fast door."""

    def __init__(self) -> None:
        from mcp_server.tools import RefusedError
        from mcp_server.wiring import real

        self._refused = RefusedError
        self._environment = os.environ
        wiring = real()
        self._process = f"server-{wiring.chance(8).hex()}"
        self._tools: Tools = wiring.tools()

    def call(self, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        """See `stdio.Handlers.call`."""
        from mcp_server.session import caller

        who = caller(environment=self._environment, meta=meta, client=client, process=self._process)
        try:
            return self._tools.call(name, arguments, who), False
        except self._refused as refusal:
            return str(refusal), True

    def rules(self, meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        """See `stdio.Handlers.rules`."""
        return self.call("get_rules", {}, meta, client)
