"""`status`: what is known in this project, and what waits for the person."""

import argparse

from mcp_server.commands import count, moment, show
from mcp_server.wiring import Wiring
from store.records import GLOBAL, LIVE, Kind, State


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print the numbers."""
    store, place = wiring.store(), wiring.place()
    key = place.project.key
    rules = store.rules(key)
    everywhere = [] if key == GLOBAL else store.rules(GLOBAL, states=LIVE)
    sessions = store.sessions(key)
    known = store.counts(key)
    kinds = {kind: known.get(kind, 0) for kind in Kind}
    facts: dict[str, object] = {
        "project": key,
        "name": place.project.name,
        "store": str(wiring.settings.store),
        "revision": store.head(key),
        "active": sum(rule.state in LIVE for rule in rules),
        "pinned": sum(rule.pinned and rule.state in LIVE for rule in rules),
        "global": len(everywhere),
        "candidates": sum(rule.state is State.CANDIDATE for rule in rules),
        "retired": sum(rule.state is State.RETIRED for rule in rules),
        "sessions": len(sessions),
        "last_session": sessions[-1].seen if sessions else None,
        "runs": kinds[Kind.RUN],
        "failures": kinds[Kind.FAILURE],
        "feedback": kinds[Kind.FEEDBACK],
        "reports": kinds[Kind.REPORT],
        "model": wiring.settings.model or None,
    }
    if options.json:
        show(wiring, facts)
        return 0
    if place.note:
        wiring.say(place.note)
    last = f", the last {moment(sessions[-1].seen)}" if sessions else ""
    wiring.say(f"{place.project.name} at revision {facts['revision']}  ({key})")
    wiring.say(
        f"  rules     {facts['active']} active ({facts['pinned']} pinned), {facts['global']} global, "
        f"{facts['candidates']} waiting for review, {facts['retired']} retired"
    )
    wiring.say(f"  sessions  {len(sessions)}{last}")
    wiring.say(
        f"  evidence  {count(kinds[Kind.RUN], 'test run')} with {count(kinds[Kind.FAILURE], 'failure')}, "
        f"{count(kinds[Kind.FEEDBACK], 'remark')}, {count(kinds[Kind.REPORT], 'report')} by agents"
    )
    wiring.say(f"  store     {facts['store']}")
    wiring.say(f"  model     {wiring.settings.model or 'none, consolidate works without'}")
    if facts["candidates"]:
        wiring.say("Next: mcp-promptlearn review")
    return 0
