"""Consolidate after a session, in a process of its own that nobody waits for."""

import os
import subprocess

from mcp_server.delivery import keys
from mcp_server.learning.trials.policy import DAY
from mcp_server.offspring import apart
from mcp_server.project import Place
from mcp_server.settings import interpreter
from store.contract import Store
from store.records import LIVE, Kind, Trust

TELLING = (Kind.FEEDBACK, Kind.COMMENT, Kind.FAILURE, Kind.CHANGE)
"""Kinds of evidence from which a run could make something."""

QUIET = 10 * 60.0
"""Seconds between two consolidations that start by themselves."""


def due(store: Store, project: str, *, now: float) -> bool:
    """Is there evidence that a run has not seen, or a session that has settled, and has the last one been a while?"""
    last = store.answer(f"consolidated {project}")
    if last is None:
        return bool(store.counts(project))
    time, _, newest = last.partition(" ")
    if 0 <= now - float(time) < QUIET:
        return False
    facts = store.evidence(project, kinds=TELLING, trust=Trust.MACHINE, newest=1)
    return (bool(facts) and facts[0].id > int(newest)) or _settled(store, project, last=float(time), now=now)


def _settled(store: Store, project: str, *, last: float, now: float) -> bool:
    """Has a session settled since the last run, in a project with rules to learn about?"""
    if not any(not rule.pinned for key in keys(project) for rule in store.rules(key, states=LIVE)):
        return False
    return any(session.seen <= now - DAY for session in store.sessions(project, since=last - DAY))


def done(store: Store, project: str, *, now: float) -> None:
    """Remember that a run has seen everything there is now."""
    newest = store.evidence(project, newest=1)
    store.keep_answer(f"consolidated {project}", f"{now} {newest[0].id if newest else 0}", now=now)


def consolidate_if_due(store: Store, place: Place, *, now: float) -> bool:
    """Start `consolidate --if-due` for a project and leave it alone; says whether it was started."""
    if not place.root or not due(store, place.project.key, now=now):
        return False
    begin(place.root)
    return True


def begin(folder: str) -> None:
    """Start the run in a folder, in a session of its own: it lives on when the client takes its children down."""
    nothing = subprocess.DEVNULL
    environment = {**os.environ, "PROMPTLEARN_OWN": "1"}
    command = [*interpreter(), "consolidate", "--if-due"]
    subprocess.Popen(
        command, cwd=folder, stdin=nothing, stdout=nothing, stderr=nothing, env=environment, **apart(outliving=True)
    )
