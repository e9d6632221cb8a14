"""`status`: what is known in this project, and what waits for the person."""

import argparse
from collections.abc import Mapping, Sequence
from typing import cast

from mcp_server.byfile import question
from mcp_server.commands import count, moment, show
from mcp_server.delivery import paused
from mcp_server.learning.select import roomless
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import GLOBAL, LIVE, Kind, Rule, State

NAMED = 12
"""Rules that are named on one line."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print the numbers."""
    store, place = wiring.store(), wiring.place()
    key = place.project.key
    numbers, known = store.numbers(key), store.counts(key)
    everywhere = 0 if key == GLOBAL else _live(store.numbers(GLOBAL).rules)
    kinds = {kind: known.get(kind, 0) for kind in Kind}
    decisions, files = _decisions(store, key), _exported(wiring, key)
    live = [rule for project in dict.fromkeys((key, GLOBAL)) for rule in store.rules(project, states=LIVE)]
    filed, aside = [rule for rule in live if rule.current.source.file], roomless(live)
    facts: dict[str, object] = {
        "project": key,
        "name": place.project.name,
        "store": str(wiring.settings.store),
        "revision": store.head(key),
        "active": _live(numbers.rules),
        "pinned": numbers.pinned,
        "trial": numbers.rules.get(State.TRIAL, 0),
        "global": everywhere,
        "candidates": numbers.rules.get(State.CANDIDATE, 0),
        "retired": numbers.rules.get(State.RETIRED, 0),
        "sessions": numbers.sessions,
        "last_session": numbers.seen,
        "runs": kinds[Kind.RUN],
        "failures": kinds[Kind.FAILURE],
        "feedback": kinds[Kind.FEEDBACK],
        "reports": kinds[Kind.REPORT],
        "reviews": kinds[Kind.REVIEW] + kinds[Kind.COMMENT],
        "reverts": kinds[Kind.REVERT],
        "model": wiring.settings.model or None,
        "paused": paused(store, key),
        "decisions": decisions,
        "exported": files,
        "imported": len(filed),
        "no_room": [rule.name for rule in aside],
    }
    if options.json:
        show(wiring, facts)
        return 0
    if place.note:
        wiring.say(place.note)
    if facts["paused"]:
        wiring.say("Paused: agents are served nothing here; `mcp-promptlearn resume` ends it.")
    last = "" if numbers.seen is None else f", the last {moment(numbers.seen)}"
    wiring.say(f"{place.project.name} at revision {facts['revision']}  ({key})")
    wiring.say(
        f"  rules     {_plain(store, key, State.ACTIVE)} active, {_plain(store, key, State.TRIAL)} on trial, "
        f"{facts['pinned']} pinned, {facts['global']} global, {facts['candidates']} waiting, "
        f"{facts['retired']} retired"
    )
    if filed:
        wiring.say(f"  imported  {count(len(filed), 'rule')} of your own files{_no_room(aside)}")
    wiring.say(f"  sessions  {numbers.sessions}{last}")
    wiring.say(
        f"  evidence  {count(kinds[Kind.RUN], 'test run')} with {count(kinds[Kind.FAILURE], 'failure')}, "
        f"{count(kinds[Kind.FEEDBACK], 'remark')}, {count(kinds[Kind.REPORT], 'report')} by agents"
        + (f", {count(kinds[Kind.REVIEW] + kinds[Kind.COMMENT], 'word')} of reviewers" if facts["reviews"] else "")
        + (f", {count(kinds[Kind.REVERT], 'revert')}" if facts["reverts"] else "")
    )
    for number, file in enumerate(files):
        clients = cast("list[str]", file["clients"])
        whose = "the guide" if clients == ["guide"] else f"read by {' '.join(clients)}"
        wiring.say(f"  {'' if number else 'files':<9} {file['path']}: {file['state']}, {whose}")
    if any(file["state"] == "out of date" for file in files):
        wiring.say("            `mcp-promptlearn export` writes what the rules are now")
    wiring.say(f"  store     {facts['store']}")
    wiring.say(f"  model     {wiring.settings.model or 'none, consolidate works without'}")
    if decisions:
        wiring.say(f"{count(decisions, 'decision waits', 'decisions wait')} for you: trials have told enough to ask.")
    if facts["candidates"] or decisions:
        wiring.say("Next: mcp-promptlearn review")
    elif numbers.seen is None:
        ready = (wiring.settings.home / "setup" / "manifest.json").exists()
        what = "begin a session of your agent here" if ready else "mcp-promptlearn setup"
        wiring.say(f"Next: {what}, as no agent has asked for rules here yet")
    return 0


def _decisions(store: Store, project: str) -> int:
    """How many decisions that trials ask for wait for a person."""
    tried = [key for key in dict.fromkeys((project, GLOBAL)) if store.trials(key) is not None]
    if not tried:
        return 0
    from mcp_server.learning.decided import waiting

    return len(waiting(store, tried))


def _exported(wiring: Wiring, project: str) -> list[dict[str, object]]:
    """The rule files that our rules stand in."""
    if not (wiring.store().answer(question(project)) or (wiring.settings.home / "exports").is_dir()):
        return []
    from mcp_server.commands.export_state import exported

    return exported(wiring)


def _no_room(aside: Sequence[Rule]) -> str:
    """Imported rules that others cannot be given beside the rest."""
    if not aside:
        return ""
    names = " ".join(rule.name for rule in aside[:NAMED]) + (" ..." if len(aside) > NAMED else "")
    return f"; for others {len(aside)} of them find no room: {names} (`rules` marks them)"


def _plain(store: Store, project: str, state: State) -> int:
    """How many rules of a state have a coin: all but the pinned ones."""
    return sum(not rule.pinned for rule in store.rules(project, states=[state]))


def _live(rules: Mapping[State, int]) -> int:
    return sum(number for state, number in rules.items() if state in LIVE)
