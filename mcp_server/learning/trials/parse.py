"""One line of a log as a message: a JSON object, checked field by field.

Unknown fields are ignored, unknown messages are refused by name. What is optional may be null or missing.
"""

from collections.abc import Callable, Mapping
from json import loads
from typing import Any, cast

from mcp_server.learning.trials import fields as field
from mcp_server.learning.trials.errors import MalformedError, UnknownEventError
from mcp_server.learning.trials.events import (
    ACTIVE,
    ACTS,
    CI,
    JUDGE,
    SELF,
    TRIAL,
    Announcement,
    Consolidate,
    Decided,
    End,
    Event,
    Exposure,
    Hello,
    Human,
    Outcome,
    Recurrence,
    Revision,
    Session,
    Trigger,
)
from mcp_server.learning.trials.fields import Fields


def parse(line: bytes | str) -> Event:
    """The message on a line. Raises `MalformedError` and `UnknownEventError`."""
    try:
        text = line if isinstance(line, str) else line.decode("utf-8")
        body = loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise MalformedError("it is not JSON; write one object a line, in UTF-8") from error
    if not isinstance(body, dict):
        raise MalformedError("it is not a JSON object; write one object a line")
    fields = cast("dict[str, Any]", body)
    kind = fields.get("t")
    if not isinstance(kind, str):
        raise MalformedError('it has no "t"; say what it is, like {"t":"session",...}')
    reader = _READERS.get(kind)
    if reader is None:
        raise UnknownEventError(f"{kind[:40]!r} is none of {', '.join(_READERS)}")
    return reader(fields)


def _no_number(word: str) -> float:
    raise ValueError(word)


def _hello(fields: Fields) -> Event:
    version = fields.get("v", 1)
    if type(version) is not int or version != 1:
        raise MalformedError("hello speaks another version of the contract; this engine speaks v 1")
    seed = fields.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise MalformedError("hello.seed must be a whole number")
    return Hello(seed, field.flag(fields, "settles"), "engine" in fields, field.flag(fields, "settled"))


def _announcement(fields: Fields) -> Event:
    initial = fields.get("initial", TRIAL)
    if initial not in (TRIAL, ACTIVE):
        raise MalformedError("rule.initial must be trial or active")
    parents = fields.get("parent")
    if isinstance(parents, str):
        parents = [parents]
    version = fields.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int) or version < 1):
        raise MalformedError("rule.version must be a whole number from 1")
    return Announcement(
        field.time(fields),
        field.ident(fields, "id"),
        field.idents(fields, "scope"),
        initial,
        field.ident(fields, "similar_to") if fields.get("similar_to") is not None else None,
        field.text(fields, "target"),
        field.amount(fields, "tokens") or 0.0,
        1 if version is None else version,
        field.idents({"t": "rule", "parent": parents}, "parent"),
        field.flag(fields, "imported"),
    )


def _session(fields: Fields) -> Event:
    candidates = field.idents(fields, "candidates")
    if len(set(candidates)) < len(candidates):
        raise MalformedError("session.candidates names a rule twice")
    return Session(
        field.time(fields),
        field.ident(fields, "id"),
        field.ident(fields, "category"),
        field.text(fields, "model"),
        field.amount(fields, "max_rules"),
        field.amount(fields, "max_tokens"),
        candidates if fields.get("candidates") is not None else None,
    )


def _exposure(fields: Fields) -> Event:
    coins = fields.get("p")
    if coins is None:
        coins = {}
    if not isinstance(coins, dict):
        raise MalformedError("exposure.p must be an object of probabilities")
    # A plain number in range needs no further question; the others are asked, and these may be many.
    p = {
        name: value if type(value) is float and 0.0 <= value <= 1.0 else field.probability(value, "exposure.p")
        for name, value in cast("dict[str, Any]", coins).items()
    }
    whole = fields.get("set")
    if whole is not None and not isinstance(whole, dict):
        raise MalformedError('exposure.set must be an object like {"p":0.95,"on":true}')
    coin = cast("dict[str, Any] | None", whole)
    return Exposure(
        field.ident(fields, "session"),
        field.idents(fields, "shown"),
        {name: chance for name, chance in p.items() if chance is not None},
        field.idents(fields, "assigned") if fields.get("assigned") is not None else None,
        None if coin is None else (field.probability(coin.get("p"), "exposure.set.p") or 0.0, field.flag(coin, "on")),
    )


def _outcome(fields: Fields) -> Event:
    success, source = fields.get("success"), fields.get("source", SELF)
    if success is not None and not isinstance(success, bool):
        raise MalformedError("outcome.success must be true, false or null")
    if source not in (SELF, CI, JUDGE):
        raise MalformedError("outcome.source must be self, ci or judge")
    feedback = fields.get("feedback")
    if feedback not in (None, "pos", "neg"):
        raise MalformedError("outcome.feedback must be pos, neg or null")
    score = field.probability(fields.get("score"), "outcome.score")
    if score is None and success is not None:
        score = 1.0 if success else 0.0
    if fields.get("verified") is not None:
        source = CI if field.flag(fields, "verified") else (SELF if source == CI else source)
    return Outcome(
        field.time(fields),
        field.ident(fields, "session"),
        source,
        score,
        field.idents(fields, "helpful"),
        field.idents(fields, "harmful"),
        feedback,
        field.amount(fields, "cost"),
        field.amount(fields, "duration"),
        field.flag(fields, "failing") if fields.get("failing") is not None else None,
        field.flag(fields, "beside"),
    )


def _trigger(fields: Fields) -> Event:
    p = field.probability(fields.get("p"), "trigger.p")
    return Trigger(
        field.time(fields),
        field.ident(fields, "session"),
        field.ident(fields, "rule"),
        p,
        field.flag(fields, "assigned"),
    )


def _recurrence(fields: Fields) -> Event:
    recurred = fields.get("recurred")
    if recurred is not None and not isinstance(recurred, bool):
        raise MalformedError("recurrence.recurred must be true, false, or null where nothing looked for it")
    return Recurrence(field.time(fields), field.ident(fields, "session"), field.ident(fields, "rule"), recurred)


def _human(fields: Fields) -> Event:
    act = fields.get("act")
    if act not in ACTS:
        raise MalformedError(f"human.act must be one of {', '.join(ACTS)}")
    return Human(field.time(fields), field.ident(fields, "rule"), act)


def _revision(fields: Fields) -> Event:
    return Revision(field.time(fields), field.idents(fields, "rules"))


def _consolidate(fields: Fields) -> Event:
    settings = fields.get("settings")
    if settings is not None and not isinstance(settings, dict):
        raise MalformedError("consolidate.settings must be an object")
    return Consolidate(field.time(fields), cast("dict[str, object] | None", settings))


def _end(_fields: Fields) -> Event:
    return End()


def _decided(_fields: Fields) -> Event:
    return Decided()


_READERS: Mapping[str, Callable[[Fields], Event]] = {
    "hello": _hello,
    "rule": _announcement,
    "session": _session,
    "exposure": _exposure,
    "outcome": _outcome,
    "trigger": _trigger,
    "recurrence": _recurrence,
    "human": _human,
    "revision": _revision,
    "consolidate": _consolidate,
    "decisions": _decided,
    "end": _end,
}
