"""Which events cannot be taken: unknown or doubled names, times that step back, probabilities after the fact."""

from collections.abc import Iterable, Mapping

from mcp_server.learning.trials.errors import ClockError, DuplicateError, MalformedError, UnknownIdError
from mcp_server.learning.trials.events import (
    Announcement,
    Event,
    Exposure,
    Human,
    Outcome,
    Recurrence,
    Revision,
    Session,
    Trigger,
)
from mcp_server.learning.trials.held import Held
from mcp_server.learning.trials.trial import Trial


def check(
    event: Event,
    trials: Mapping[str, Trial],
    held: Mapping[str, Held],
    waiting: Iterable[Outcome | Trigger | Recurrence],
    now: float | None,
) -> None:
    """Nothing, for an event that may follow those before. Raises `TrialError` for any other.

    `waiting` is what was said since the last line that acted, and has not reached its session yet.
    """
    ts = getattr(event, "ts", None)
    if ts is not None and now is not None and ts < now:
        raise ClockError(f"{ts:.15g} is before {now:.15g}; put the lines in the order of their times")
    match event:
        case Outcome():
            _known((*event.helpful, *event.harmful), trials)
        case Trigger() | Recurrence() | Human():
            _known((event.rule,), trials)
        case Session():
            if event.session in held:
                raise DuplicateError(f"session {event.session[:60]!r} began already; give each its own id")
            _known(event.candidates or (), trials)
        case Exposure():
            _exposure(event, trials, held.get(event.session), waiting)
        case Announcement():
            _announcement(event, trials)
        case Revision():
            _known(event.rules, trials)
        case _:
            pass


def _known(rules: Iterable[str], trials: Mapping[str, Trial]) -> None:
    for rule in rules:
        if rule not in trials:
            raise UnknownIdError(f"rule {rule[:60]!r} was not announced; put its rule line before")


def _announcement(event: Announcement, trials: Mapping[str, Trial]) -> None:
    before = trials.get(event.rule)
    if before is not None and event.version <= before.version:
        raise DuplicateError(
            f"rule {event.rule[:60]!r} was announced already; an edit needs a version above {before.version}"
        )
    _known((*event.parents, *([event.similar_to] if event.similar_to else [])), trials)
    alike = event.similar_to
    while alike and alike != event.rule:
        alike = trials[alike].similar_to
    if alike:
        raise MalformedError(f"rule {event.rule[:60]!r} would be similar to itself; name an earlier one")


def _exposure(
    event: Exposure,
    trials: Mapping[str, Trial],
    session: Held | None,
    waiting: Iterable[Outcome | Trigger | Recurrence],
) -> None:
    if session is None:
        raise UnknownIdError(f"session {event.session[:60]!r} has not begun; put its session line before")
    if session.exposed:
        raise DuplicateError(f"session {event.session[:60]!r} was exposed already; write one exposure line for each")
    said = any(isinstance(each, Outcome) and each.session == event.session for each in waiting)
    if said or session.outcomes:
        raise MalformedError(
            f"session {event.session[:60]!r} had an outcome before its exposure; "
            "probabilities count only if they were fixed before, so put the exposure line first"
        )
    if not event.p.keys() <= trials.keys():
        _known(event.p, trials)
    _known((*event.shown, *(event.assigned or ())), trials)
