"""Start the fast door before anything heavy is imported, and put the tools behind it when they are called."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mcp_server import stdio

if TYPE_CHECKING:
    from mcp_server.session import Caller
    from mcp_server.tools import Tools

INTERNAL = -32603
"""JSON-RPC's word for a fault of the server's own."""

LISTING = os.path.join(os.path.dirname(__file__), "listing.json")


def main() -> int:
    """Serve stdio until the client leaves. A signal ends the process at once: nothing acknowledged is in memory."""
    import gc
    import signal

    if os.environ.get("PROMPTLEARN_OWN"):  # a run of our own: nothing of it is a session
        return 0
    gc.enable()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if os.environ.get("PROMPTLEARN_PLUGIN") and _again():
        return _quiet()
    source, target = stdio.take_streams()
    stdio.serve(stdio.Door(Behind, listing=listing), source, target)
    sys.stderr.flush()
    # Nothing is left to do, and taking the interpreter down in order takes longer than all of it.
    os._exit(0)


def _again() -> bool:
    """Does another server of ours answer the same client?"""
    from mcp_server.agents.plugin import twice

    return twice(os.environ)


def _quiet() -> int:
    """Answer whatever is asked with one line, until the client leaves."""
    why = "the plugin keeps quiet, as `mcp-promptlearn setup` has set Claude Code up already; take one of them out"
    fault = {"code": INTERNAL, "message": why}
    for line in sys.stdin:
        try:
            ident = json.loads(line).get("id")
        except (ValueError, AttributeError):
            continue
        if ident is not None:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": ident, "error": fault}) + "\n")
            sys.stdout.flush()
    return 0


def listing() -> dict[str, Any]:
    """What is listed, from the snapshot."""
    with open(LISTING, encoding="utf-8") as file:
        return json.load(file)


BEFORE = 3600.0
"""Seconds before the first call in which a hook may have seen our session: it began, then the agent worked."""


class Behind:
    """The tools behind the fast door."""

    def __init__(self) -> None:
        from mcp_server.wiring import real

        self._wiring = real()
        self._process = self._wiring.process()
        self._tools: Tools = self._wiring.tools()
        self._since = self._wiring.now() - BEFORE

    def call(self, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        """See `stdio.Handlers.call`."""
        return self._answered(name, meta, client, lambda who: self._tools.call(name, arguments, who))

    def prompt(self, name: str, meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        """See `stdio.Handlers.prompt`."""
        return self._answered(name, meta, client, lambda who: self._tools.prompt(name, who))

    def _answered(
        self, name: str, meta: Mapping[str, Any], client: str, use: "Callable[[Caller], str]"
    ) -> tuple[str, bool]:
        """What is made for a caller, or one line why not."""
        from mcp_server.session import caller, named
        from mcp_server.tools import RefusedError, UnknownToolError
        from store.errors import StoreError

        try:
            sighted = self._wiring.sighted(named(meta, client), since=self._since)
            who = caller(environment=os.environ, meta=meta, client=client, process=self._process, sighted=sighted)
            return use(who), False
        except UnknownToolError as error:
            raise stdio.RpcError(stdio.PARAMETERS, str(error)) from error
        except (RefusedError, StoreError) as refusal:
            return str(refusal), True
        except Exception as error:  # the door: an agent reads one line and the server lives on
            import traceback

            traceback.print_exc(file=sys.stderr)
            kind = type(error).__name__
            return f"{name}: unexpected {kind}; this is a fault of promptlearn, go on without it", True
