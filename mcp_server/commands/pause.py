"""`pause` and `resume`: in this project agents are served nothing, and nothing of theirs is recorded."""

import argparse

from mcp_server.byfile import told
from mcp_server.commands import show
from mcp_server.delivery import paused as stands
from mcp_server.delivery import pausing
from mcp_server.person import demand
from mcp_server.wiring import Wiring


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the commands take."""
    del command
    parser.add_argument("--yes", action="store_true", help="without a terminal")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Keep the person's word; hooks and servers ask for it each time."""
    demand(wiring.surroundings(), yes=options.yes, what=options.command)
    project, store = wiring.place().project, wiring.store()
    paused = options.command == "pause"
    was = stands(store, project.key)
    store.keep_answer(pausing(project.key), "yes" if paused else "no", now=wiring.now())
    if options.json:
        show(wiring, {"project": project.key, "paused": paused})
    elif paused:
        wiring.say(
            f"{project.name} is paused: agents are served nothing and leave no trace until `mcp-promptlearn resume`."
        )
        files = sorted({file for held in told(store, project.key).clients.values() for file in held})
        if files:
            wiring.say(f"Rules still stand in {', '.join(files)}; `mcp-promptlearn export --remove` takes them out.")
    elif not was:
        wiring.say(f"{project.name} was not paused: rules are served here.")
    else:
        wiring.say(f"{project.name} goes on: rules are served from the next get_rules or session on.")
    return 0
