"""Rules to a session, the same through every door: selected, recorded, and only then shown."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mcp_server.learning import render, scope
from mcp_server.learning.render import Line
from mcp_server.learning.select import ranked, select, shown
from mcp_server.project import Place
from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import GLOBAL, LIVE, Exposure, Rule, Session, State, Version
from store.text import clean_line

_UNSPEAKING = re.compile(r"[^\w.@+-]+")
"""A folder's name is shown to an agent: one word of it, so that it cannot hold a sentence."""


class Delivered(NamedTuple):
    """What a session is shown now."""

    text: str
    """The whole answer of `get_rules`."""
    lines: tuple[Line, ...]
    added: tuple[Line, ...]
    """Those of the lines that this session had not seen before."""
    active: int
    """Rules that may be served here, whether they fit the files and the budget or not."""


def deliver(store: Store, place: Place, session: Session, *, files: Sequence[str], task: str, now: float) -> Delivered:
    """Select rules for a session, write the exposures, and say what to show.

    An exposure is written for every rule whose scope has come into play, also for one that finds no
    room: what triggers a rule does not depend on whether it is shown, and once left out it stays out
    of this session. If the exposures cannot be written, pinned and active rules are shown all the same, with those
    this session has seen, and the first line says "not recorded". Raises any `StoreError` for a
    store that cannot be read.
    """
    project = place.project.key
    rules = ranked(rule for key in keys(project) for rule in store.rules(key, states=LIVE))
    touched = [file_of(file, place.root) for file in files]
    triggered = store.exposures(session.id, project)
    seen = [exposure for exposure in triggered if exposure.delivered]
    known = {(exposure.rule, exposure.version) for exposure in seen}
    left_out = {exposure.rule for exposure in triggered} - {exposure.rule for exposure in seen}
    versions = _older(store, rules, seen)
    lines = select([rule for rule in rules if rule.id not in left_out], files=touched, seen=seen, versions=versions)
    note = place.note
    try:
        if place.project.path:
            store.know(place.project)
        delivery = store.deliver(
            session,
            task=clean_line(task, limit=400).text,
            shown=_exposed(session.id, rules, lines, files=touched, triggered=triggered),
            now=now,
        )
    except (BusyError, FullError, ReadOnlyError) as error:
        # A rule on trial is only shown where that is known afterwards.
        held = {line.rule for line in shown(rules, seen=seen, versions=versions)}
        sure = [rule for rule in rules if rule.pinned or rule.state is State.ACTIVE or rule.id in held]
        lines = select(sure, files=touched, seen=seen, versions=versions)
        note = "; ".join(filter(None, (f"not recorded: {error}", note)))
        episode = "none"
    else:
        if delivery.exposures != triggered:
            # Another call of this session may have been faster; what is on disk decides, and only that is shown.
            told = [exposure for exposure in delivery.exposures if exposure.delivered]
            lines = shown(rules, seen=told, versions=_older(store, rules, told))
        episode = delivery.episode.name
    text = render.answer(
        lines,
        project=place.project.name if project == GLOBAL else _UNSPEAKING.sub("-", place.project.name)[:40],
        revision=_revision(store, project),
        episode=episode,
        note=clean_line(note, limit=700).text,
    )
    added = tuple(line for line in lines if (line.rule, line.version) not in known)
    return Delivered(text, tuple(lines), added, len(rules))


def _exposed(
    session: str, rules: Iterable[Rule], lines: Sequence[Line], *, files: Sequence[str], triggered: Iterable[Exposure]
) -> list[Exposure]:
    """What has come into play since: an exposure for each new line, and one for each rule that finds no room."""
    known = {(exposure.rule, exposure.version) for exposure in triggered}
    held = {line.rule for line in lines}.union(rule for rule, _ in known)
    out = (rule for rule in rules if rule.id not in held and scope.covers(rule.current.paths, files))
    return [
        *(
            Exposure(session, line.rule, line.version, 1.0, True, True, 0)
            for line in lines
            if (line.rule, line.version) not in known
        ),
        *(Exposure(session, rule.id, rule.current.number, 1.0, True, False, 0) for rule in out),
    ]


def pausing(project: str) -> str:
    """What a person's word to pause a project is kept under."""
    return f"paused {project}"


def paused(store: Store, project: str) -> bool:
    """Did a person pause this project?"""
    return store.answer(pausing(project)) == "yes"


def keys(project: str) -> tuple[str, ...]:
    """The projects whose rules a project gets: its own and the global one."""
    return (project,) if project == GLOBAL else (project, GLOBAL)


def file_of(file: str, root: str) -> str:
    """A file as scopes see it. Another name of the project's folder, by a link, is followed."""
    path = scope.normal(file, root=root)
    if path == scope.normal(file) and Path(file).is_absolute() and not file.startswith(("//", "\\\\")):
        with suppress(OSError, RuntimeError, ValueError):
            return scope.normal(str(Path(file).resolve()), root=root)
    return path


def _revision(store: Store, project: str) -> str:
    """The project's revision, and that of the global rules where there are any."""
    heads = [store.head(key) for key in keys(project)]
    return str(heads[0]) if not any(heads[1:]) else f"{heads[0]} (global {heads[1]})"


def _older(store: Store, rules: Iterable[Rule], seen: Iterable[Exposure]) -> dict[tuple[int, int], Version]:
    """The seen versions that are no longer current, by rule and number."""
    current = {rule.id: rule.current.number for rule in rules}
    edited = {e.rule for e in seen if e.rule in current and e.version != current[e.rule]}
    return {(rule, version.number): version for rule in edited for version in store.versions(rule)}
