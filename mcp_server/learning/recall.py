"""Where a project's trials stand: as it was kept, or anew from their log where that cannot be read any more."""

import json
from collections.abc import Mapping
from typing import Any

from mcp_server.learning.scribe import Notes, Open, Told, named
from mcp_server.learning.trials import state as states
from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.errors import TrialError
from mcp_server.learning.trials.parse import parse
from mcp_server.learning.trials.policy import POLICY, Policy, read
from store.contract import Store
from store.errors import StoreError
from store.records import GLOBAL, LIVE, Trials

FORMAT = 1
"""Raised with every change of what is kept beside the engine's state; another format is told anew from the log."""

SETTINGS = ("explore", "holdout", "off", "guard")
"""What a person sets. The log says what these became; before it does they are as usual."""


class LogError(StoreError):
    """A log of trials that this version cannot replay, and no state to go on from."""

    def __init__(self, project: str, why: str) -> None:
        super().__init__(
            f"the trials of {project} cannot be read ({why[:200]}); nothing was changed, upgrade mcp-promptlearn"
        )


def standing(store: Store, project: str, before: Trials | None, policy: Policy) -> tuple[Engine, Notes]:
    """The engine and the scribe's notes as they were after the last run.

    The engine has the settings of then: a change holds from the next consolidate on, as in a replay. Raises
    `LogError` where neither the state nor the log can be read.
    """
    usual = policy._replace(**{name: getattr(POLICY, name) for name in SETTINGS})
    if before is None:
        return Engine(usual), Notes()
    try:
        state: Any = json.loads(before.state)
        if state["format"] == FORMAT:
            notes = Notes.load(state["notes"])
            engine = Engine(read(notes.settings or {}, usual))
            return states.load(state["engine"], engine), notes
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError, TrialError):
        pass  # it was damaged, or written by another version
    return _replayed(store, project, Engine(usual))


def kept(engine: Engine, notes: Notes) -> str:
    """What the next run goes on from."""
    return json.dumps({"format": FORMAT, "engine": states.dump(engine), "notes": notes.dump()})


def _replayed(store: Store, project: str, engine: Engine) -> tuple[Engine, Notes]:
    """The same from the log, which says how far was told, and of which wordings."""
    notes = Notes()
    for number, line in enumerate(store.log(project), 1):
        try:
            engine.apply(parse(line))
            _note(notes, json.loads(line))
        except TrialError as error:
            raise LogError(project, str(error.at(number))) from error
        except (LookupError, TypeError, ValueError) as error:
            raise LogError(project, f"line {number} lacks what a store's own log has") from error
    _reconcile(store, project, engine, notes)
    if engine.held:
        found = store.newcomers(None if project == GLOBAL else project, after=0)
        every = {named(project, each.id, each.project): each for _, each in found}
        notes.open = {
            name: Open(every[name].id, every[name].project, held.scored) for name, held in engine.held.items()
        }
    return engine, notes


def _reconcile(store: Store, project: str, engine: Engine, notes: Notes) -> None:
    """Note how rules stand by the engine; where it moved them otherwise than they were, how they stood in the store.

    An engine that decides otherwise than that of then thereby moves live rules once more, with its reasons. What the
    program had ended stays ended: the last revision is told again, and with it whatever the engine does not know.
    """
    last = notes.revision
    if store.head(project) > last and store.revision(project, last + 1).cause == "consolidate":
        last += 1  # what the last of these decisions became
    stood = {entry.rule: entry for entry in store.revision(project, last).entries} if last else {}
    for rule, told in notes.rules.items():
        trial, entry = engine.books.trials[f"R{rule}"], stood.get(rule)
        live = entry is not None and entry.version == told.version and entry.state in LIVE
        state = str(entry.state) if entry is not None and live else trial.state
        notes.rules[rule] = told._replace(state=state, pinned=trial.pinned)
    notes.revision = max(0, last - 1)


def _note(notes: Notes, said: Mapping[str, Any]) -> None:
    notes.ts = said.get("ts", notes.ts)
    if said["t"] == "rule":
        notes.rules[int(said["id"][1:])] = Told(said["wording"], said.get("version", 1), said["initial"], False)
    elif said["t"] == "consolidate":
        notes.mark, notes.revision = said["told"]["sessions"], said["told"]["revisions"]
        notes.settings = said.get("settings", notes.settings)
