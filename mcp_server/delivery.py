"""Rules to a session, the same through every door: selected, recorded, and only then shown."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mcp_server.agents.filing import Filing
from mcp_server.agents.reads import read_by
from mcp_server.importers.rulefiles.forms import form
from mcp_server.learning import render, scope
from mcp_server.learning.assign import Coins, assign
from mcp_server.learning.render import Line
from mcp_server.learning.select import ranked, roomless, shown
from mcp_server.project import Place
from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import GLOBAL, LIVE, Exposure, Rule, Session, State, Version
from store.text import clean_line

MOST = 1 << 20
"""Bytes that a rule file may have, as for imports."""

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
    """Rules that may be served here, whatever files they are for; pinned ones among them."""
    trial: int
    """Those of them that are on trial."""
    withheld: int
    """Those that came into play in this session and are not shown to it, by their coin or for want of room."""


def deliver(
    store: Store, place: Place, session: Session, *, files: Sequence[str], task: str, now: float, coins: Coins
) -> Delivered:
    """Select rules for a session, write the exposures, and say what to show.

    An exposure is written for every rule whose scope has come into play, also for one that its coin keeps out
    or that finds no room: what triggers a rule does not depend on whether it is shown, and once left out it stays
    out of this session. If the exposures cannot be written, pinned and active rules are shown all the same, with those
    this session has seen, and the first line says "not recorded". Raises any `StoreError` for a
    store that cannot be read.
    """
    project = place.project.key
    triggered = store.exposures(session.id, project)
    live = (rule for key in keys(project) for rule in store.rules(key, states=LIVE))
    rules = _unread(ranked(live), session.client, store.answer(filing(project)), triggered, place.root)
    touched = [file_of(file, place.root) for file in files]
    seen = [exposure for exposure in triggered if exposure.delivered]
    known = {(exposure.rule, exposure.version) for exposure in seen}
    versions = _older(store, rules, triggered)
    assigned = partial(
        assign, rules, session=session.id, files=touched, triggered=triggered, versions=versions, coins=coins
    )
    note = place.note
    try:
        new = assigned(key=store.coin_key)
        if place.project.path:
            store.know(place.project)
        delivery = store.deliver(
            session,
            task=clean_line(task, limit=400).text,
            shown=new,
            now=now,
            known=triggered,
        )
    except (BusyError, FullError, ReadOnlyError) as error:
        # A rule on trial is only shown where that is known afterwards, and what a coin kept out stays out.
        held = [*triggered, *assigned(key=bytes)]
        note = "; ".join(filter(None, (f"not recorded: {error}", note)))
        episode = "none"
    else:
        # Another call of this session may have been faster; what is on disk decides, and only that is shown.
        held = delivery.exposures
        if held != triggered:
            versions = _older(store, rules, held)
        episode = delivery.episode.name
    lines = shown(rules, seen=[exposure for exposure in held if exposure.delivered], versions=versions)
    text = render.answer(
        lines,
        project=place.project.name if project == GLOBAL else _UNSPEAKING.sub("-", place.project.name)[:40],
        revision=_revision(store, project),
        episode=episode,
        note=clean_line(note, limit=700).text,
    )
    added = tuple(line for line in lines if (line.rule, line.version) not in known)
    trial = sum(rule.state is State.TRIAL and not rule.pinned for rule in rules)
    shown_now = {line.rule for line in lines}
    kept_out = {exposure.rule for exposure in held} - shown_now
    aside = {rule.id for rule in roomless(rules)} - shown_now
    withheld = sum(rule.id in kept_out for rule in rules)
    return Delivered(text, tuple(lines), added, len(rules) - trial - len(aside), trial, withheld)


def _unread(
    rules: Sequence[Rule], client: str, kept: str | None, triggered: Iterable[Exposure], root: str
) -> Sequence[Rule]:
    """Rules without those that stand in a file which the client reads by itself, unless the session saw them before.

    What came from a file is that file's to say. A rule from elsewhere counts as said there while the file is the same.
    """
    own = {rule.current.source.file for rule in rules} - {""}
    if not kept and not own:
        return rules
    files = Filing.load(kept)
    seen = {each.rule for each in triggered}
    read = read_by(client, files.forms | Filing(tuple(own), {}).forms)
    same: dict[str, bool] = {}

    def told(rule: Rule) -> bool:
        named = files.of(rule)
        if read.isdisjoint(form(file) for file in named):
            return False
        if rule.current.source.file:
            return True
        same.update({file: _same(Path(root, file), files.sums.get(file)) for file in named if file not in same})
        return all(same[file] for file in named)

    return [rule for rule in rules if rule.id in seen or not told(rule)]


def _same(path: Path, checksum: int | None) -> bool:
    """Does a file still have the bytes that an import saw?"""
    from zlib import crc32

    try:
        small = path.is_file() and path.stat().st_size <= MOST
        return small and crc32(path.read_bytes()) == checksum
    except OSError:
        return False


def filing(project: str) -> str:
    """What it is kept under which rule files a project has, and which rules stand in more than one."""
    return f"rule files {project}"


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
