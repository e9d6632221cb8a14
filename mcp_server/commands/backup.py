"""`backup`: copy the store while it is in use, list the copies, or put one back."""

import argparse
from pathlib import Path

from mcp_server.commands import CommandError, confirm, show
from mcp_server.person import demand
from mcp_server.wiring import Wiring
from store import upkeep
from store.errors import NotFoundError
from store.text import clean_line


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="show the copies there are")
    what.add_argument("--restore", metavar="FILE", help="put a copy in the store's place; what is there is set aside")
    parser.add_argument("--yes", action="store_true", help="without a terminal, do not ask")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Do one of the three."""
    path = wiring.settings.store
    if options.restore is not None:
        return _restore(options, wiring, path)
    if options.list:
        copies = upkeep.backups(path)
        if options.json:
            show(wiring, {"backups": [str(copy) for copy in copies]})
        for copy in copies if not options.json else ():
            wiring.say(str(copy))
        if not copies and not options.json:
            wiring.say("No copy yet; `mcp-promptlearn backup` makes one.")
        return 0
    mark = wiring.surroundings().mark
    if mark:
        # Copies push out older ones, and an agent could so be rid of the good ones.
        raise CommandError(f"making a copy is for a person and {mark}; run it in a terminal of your own")
    wiring.store()
    made = upkeep.back_up(path, now=wiring.now())
    if options.json:
        show(wiring, {"backup": str(made), "kept": len(upkeep.backups(path))})
    else:
        wiring.say(f"Copied and checked: {made} (the newest {upkeep.KEEP} are kept)")
    return 0


def _restore(options: argparse.Namespace, wiring: Wiring, path: Path) -> int:
    demand(wiring.surroundings(), yes=options.yes, what="backup --restore")
    named = Path(options.restore)
    # The name alone is enough for one of ours.
    source = path.parent / "backups" / named.name if named.name == options.restore and not named.exists() else named
    if not source.is_file():
        raise NotFoundError("backup", clean_line(str(source), limit=300).text, "see `mcp-promptlearn backup --list`")
    asked = f"Put {source.name} in the store's place? Close agents first; the old one is kept beside it."
    if not options.yes and not confirm(wiring, asked):
        raise CommandError("nothing was changed, as the answer was not yes")
    wiring.close()
    aside = upkeep.restore(path, source, now=wiring.now())
    kept = str(aside) if aside.exists() else None
    if options.json:
        show(wiring, {"restored": str(source), "set_aside": kept})
    else:
        wiring.say(f"Restored {source.name}; " + (f"what was there is {kept}" if kept else "nothing was there before"))
    return 0
