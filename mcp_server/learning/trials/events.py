"""The messages of the contract as values: one JSON object a line, checked field by field.

Unknown fields are ignored, unknown messages are refused by name. What is optional may be null or missing.
"""

from collections.abc import Callable, Mapping
from json import loads
from math import isfinite
from typing import Any, NamedTuple, cast

from mcp_server.learning.trials.errors import MalformedError, UnknownEventError

TRIAL, ACTIVE, RETIRED = "trial", "active", "retired"
SELF, CI, JUDGE = "self", "ci", "judge"
ACTS = ("approve", "trial", "reject", "retire", "pin", "unpin")
"""What a person may do with a rule."""


class Hello(NamedTuple):
    """The beginning of a conversation."""

    seed: int | None = None
    settles: bool = False
    """A live log: sessions without a target wait too, see `Policy.settles`."""
    reply: bool = False
    """It is the engine's own, in a transcript."""


class Announcement(NamedTuple):
    """A rule, or another version of one."""

    ts: float
    rule: str
    scope: tuple[str, ...] = ()
    initial: str = TRIAL
    similar_to: str | None = None
    target: str = ""
    tokens: float = 0
    version: int = 1
    parents: tuple[str, ...] = ()
    imported: bool = False


class Session(NamedTuple):
    """One run of an agent, before its rules are chosen."""

    ts: float
    session: str
    category: str
    model: str = ""
    max_rules: float | None = None
    max_tokens: float | None = None
    candidates: tuple[str, ...] | None = None
    """Rules whose scope fits; all of the category where a log does not say."""


class Exposure(NamedTuple):
    """What the coins of a session were and how they fell. `assigned` is `shown` where nothing overflowed."""

    session: str
    shown: tuple[str, ...]
    p: Mapping[str, float]
    assigned: tuple[str, ...] | None = None
    set: tuple[float, bool] | None = None
    """Probability that the learnt rules as a whole are on, and whether they are."""


class Outcome(NamedTuple):
    """One verdict on a session. `score` in [0, 1] is None for text only."""

    ts: float
    session: str
    source: str = SELF
    score: float | None = None
    helpful: tuple[str, ...] = ()
    harmful: tuple[str, ...] = ()
    feedback: str | None = None
    cost: float | None = None
    duration: float | None = None
    failing: bool | None = None
    """Were there newly failing tests?"""


class Trigger(NamedTuple):
    """The moment at which a rule came into play, in both arms. With `p` it is a coin thrown only then."""

    ts: float
    session: str
    rule: str
    p: float | None = None
    assigned: bool = False


class Recurrence(NamedTuple):
    """Did a rule's target recur? None where nothing shows that its detector ran."""

    ts: float
    session: str
    rule: str
    recurred: bool | None


class Human(NamedTuple):
    """What a person decided about a rule."""

    ts: float
    rule: str
    act: str


class Revision(NamedTuple):
    """The rules that the newest revision changed."""

    ts: float
    rules: tuple[str, ...]


class Consolidate(NamedTuple):
    """The time to decide."""

    ts: float


class End(NamedTuple):
    """Nothing follows."""


class Decided(NamedTuple):
    """The engine's own decisions, in a transcript."""


Event = (
    Hello
    | Announcement
    | Session
    | Exposure
    | Outcome
    | Trigger
    | Recurrence
    | Human
    | Revision
    | Consolidate
    | End
    | Decided
)


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


def _hello(fields: Mapping[str, Any]) -> Event:
    version = fields.get("v", 1)
    if type(version) is not int or version != 1:
        raise MalformedError("hello speaks another version of the contract; this engine speaks v 1")
    seed = fields.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise MalformedError("hello.seed must be a whole number")
    return Hello(seed, _flag(fields, "settles"), "engine" in fields)


def _announcement(fields: Mapping[str, Any]) -> Event:
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
        _time(fields),
        _name(fields, "id"),
        _names(fields, "scope"),
        initial,
        _name(fields, "similar_to") if fields.get("similar_to") is not None else None,
        _text(fields, "target"),
        _amount(fields, "tokens") or 0.0,
        1 if version is None else version,
        _names({"t": "rule", "parent": parents}, "parent"),
        _flag(fields, "imported"),
    )


def _session(fields: Mapping[str, Any]) -> Event:
    candidates = _names(fields, "candidates")
    if len(set(candidates)) < len(candidates):
        raise MalformedError("session.candidates names a rule twice")
    return Session(
        _time(fields),
        _name(fields, "id"),
        _name(fields, "category"),
        _text(fields, "model"),
        _amount(fields, "max_rules"),
        _amount(fields, "max_tokens"),
        candidates if fields.get("candidates") is not None else None,
    )


def _exposure(fields: Mapping[str, Any]) -> Event:
    coins = fields.get("p")
    if coins is None:
        coins = {}
    if not isinstance(coins, dict):
        raise MalformedError("exposure.p must be an object of probabilities")
    # A plain number in range needs no further question; the others are asked, and these may be many.
    p = {
        name: value if type(value) is float and 0.0 <= value <= 1.0 else _probability(value, "exposure.p")
        for name, value in cast("dict[str, Any]", coins).items()
    }
    whole = fields.get("set")
    if whole is not None and not isinstance(whole, dict):
        raise MalformedError('exposure.set must be an object like {"p":0.95,"on":true}')
    coin = cast("dict[str, Any] | None", whole)
    return Exposure(
        _name(fields, "session"),
        _names(fields, "shown"),
        {name: chance for name, chance in p.items() if chance is not None},
        _names(fields, "assigned") if fields.get("assigned") is not None else None,
        None if coin is None else (_probability(coin.get("p"), "exposure.set.p") or 0.0, _flag(coin, "on")),
    )


def _outcome(fields: Mapping[str, Any]) -> Event:
    success, source = fields.get("success"), fields.get("source", SELF)
    if success is not None and not isinstance(success, bool):
        raise MalformedError("outcome.success must be true, false or null")
    if source not in (SELF, CI, JUDGE):
        raise MalformedError("outcome.source must be self, ci or judge")
    feedback = fields.get("feedback")
    if feedback not in (None, "pos", "neg"):
        raise MalformedError("outcome.feedback must be pos, neg or null")
    score = _probability(fields.get("score"), "outcome.score")
    if score is None and success is not None:
        score = 1.0 if success else 0.0
    if fields.get("verified") is not None:
        source = CI if _flag(fields, "verified") else (SELF if source == CI else source)
    return Outcome(
        _time(fields),
        _name(fields, "session"),
        source,
        score,
        _names(fields, "helpful"),
        _names(fields, "harmful"),
        feedback,
        _amount(fields, "cost"),
        _amount(fields, "duration"),
        _flag(fields, "failing") if fields.get("failing") is not None else None,
    )


def _trigger(fields: Mapping[str, Any]) -> Event:
    p = _probability(fields.get("p"), "trigger.p")
    return Trigger(_time(fields), _name(fields, "session"), _name(fields, "rule"), p, _flag(fields, "assigned"))


def _recurrence(fields: Mapping[str, Any]) -> Event:
    recurred = fields.get("recurred")
    if recurred is not None and not isinstance(recurred, bool):
        raise MalformedError("recurrence.recurred must be true, false, or null where nothing looked for it")
    return Recurrence(_time(fields), _name(fields, "session"), _name(fields, "rule"), recurred)


def _human(fields: Mapping[str, Any]) -> Event:
    act = fields.get("act")
    if act not in ACTS:
        raise MalformedError(f"human.act must be one of {', '.join(ACTS)}")
    return Human(_time(fields), _name(fields, "rule"), act)


def _revision(fields: Mapping[str, Any]) -> Event:
    return Revision(_time(fields), _names(fields, "rules"))


def _consolidate(fields: Mapping[str, Any]) -> Event:
    return Consolidate(_time(fields))


def _end(_fields: Mapping[str, Any]) -> Event:
    return End()


def _decided(_fields: Mapping[str, Any]) -> Event:
    return Decided()


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
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


def _where(fields: Mapping[str, Any], name: str) -> str:
    return f"{fields.get('t', 'exposure.set')}.{name}"


def _name(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedError(f"{_where(fields, name)} must be a text that is not empty")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedError(f"{_where(fields, name)} must be a text")
    return value or ""


def _names(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    for item in items:
        if not isinstance(item, str) or not item:
            raise MalformedError(f"{_where(fields, name)} must be a list of ids")
    return tuple(cast("list[str]", items))


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise MalformedError(f"{_where(fields, name)} must be true or false")
    return bool(value)


def _time(fields: Mapping[str, Any]) -> float:
    value = fields.get("ts")
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise MalformedError(f"{_where(fields, 'ts')} must be a time in seconds")
    return float(value)


def _amount(fields: Mapping[str, Any], name: str) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value) or value < 0:
        raise MalformedError(f"{_where(fields, name)} must be a number from 0")
    return float(value)


def _probability(value: object, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise MalformedError(f"{where} must be a number from 0 to 1")
    return float(value)


def _finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number larger than any float
        return False
