"""Rules to a session, the same through every door: selected, recorded, and only then shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcp_server.learning import render, scope
from mcp_server.learning.render import Line
from mcp_server.learning.select import ranked, select
from mcp_server.project import Place
from store.contract import Store
from store.errors import BusyError, FullError, ReadOnlyError
from store.records import GLOBAL, LIVE, Exposure, Rule, Session, State, Version
from store.text import clean_line


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a session is shown now."""

    lines: tuple[Line, ...]
    added: tuple[Line, ...]
    """Those of them that this session had not seen before."""
    first: str
    """The line above the rules, which may change from call to call."""
    active: int
    waiting: int
    recorded: bool

    @property
    def text(self) -> str:
        """The whole answer of `get_rules`."""
        return render.answer(self.lines, first=self.first)

    @property
    def text_of_added(self) -> str:
        """Only what came into play now, for the moment of an edit."""
        return render.added(self.added)


def deliver(
    store: Store, place: Place, *, session: str, client: str, files: Sequence[str], task: str, now: float
) -> Delivered:
    """Select rules for a session, write the exposures, and say what to show.

    If the exposure cannot be written, pinned and active rules are shown all the same and the first
    line says "not recorded". Raises any `StoreError` for a store that cannot be read.
    """
    project = place.project.key
    rules = ranked(rule for key in keys(project) for rule in store.rules(key, states=LIVE))
    touched = [scope.normal(clean_line(file, limit=1000).text, root=place.root) for file in files]
    seen = store.exposures(session, project)
    known = {(exposure.rule, exposure.version) for exposure in seen}
    lines = select(rules, files=touched, seen=seen, versions=_older(store, rules, seen))
    notes = [place.note] if place.note else []
    recorded, episode = True, "none"
    try:
        store.know(place.project)
        delivery = store.deliver(
            Session(session, project, client, now, now),
            task=clean_line(task, limit=400).text,
            shown=[Exposure(session, line.rule, line.version, 1.0, True, True, 0) for line in lines],
            now=now,
        )
    except (BusyError, FullError, ReadOnlyError) as error:
        notes.insert(0, f"not recorded: {error}")
        recorded = False
    else:
        # Another call of this session may have been faster; what is on disk decides the order.
        seen = delivery.exposures
        lines = select(rules, files=touched, seen=seen, versions=_older(store, rules, seen))
        episode = delivery.episode.name
    return Delivered(
        lines=tuple(lines),
        added=tuple(line for line in lines if (line.rule, line.version) not in known),
        first=render.first(
            project=place.project.name, revision=_revision(store, project), episode=episode, note="; ".join(notes)
        ),
        active=len(rules),
        waiting=len(store.rules(project, states=[State.CANDIDATE])),
        recorded=recorded,
    )


def keys(project: str) -> tuple[str, ...]:
    """The projects whose rules a project gets: its own and the global one."""
    return (project,) if project == GLOBAL else (project, GLOBAL)


def _revision(store: Store, project: str) -> str:
    """The project's revision, and that of the global rules where there are any."""
    heads = [store.head(key) for key in keys(project)]
    return str(heads[0]) if not any(heads[1:]) else f"{heads[0]} (global {heads[1]})"


def _older(store: Store, rules: Iterable[Rule], seen: Iterable[Exposure]) -> dict[tuple[int, int], Version]:
    """The seen versions that are no longer current, by rule and number."""
    current = {rule.id: rule.current.number for rule in rules}
    edited = {e.rule for e in seen if e.rule in current and e.version != current[e.rule]}
    return {(rule, version.number): version for rule in edited for version in store.versions(rule)}
