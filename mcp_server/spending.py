"""What a model may cost and has cost: ceilings in tokens and money, for a run and for a day."""

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple, cast

from mcp_server.learning.model import ModelError, Question

MILLION = 1_000_000

ANSWER = 4000
"""Most tokens of one answer; models that think before they speak spend most of it before the first word."""

BYTES_A_TOKEN = 3
"""Where nobody counts for us; a little too few for English, so that an estimate errs on the dear side."""


class LimitError(ValueError):
    """A ceiling or price that cannot be; the message names it and says what can."""


class Limits(NamedTuple):
    """The table `[spending]` of config.toml. A ceiling of 0 is none; without prices money is not counted."""

    tokens_per_run: float = 500_000
    tokens_per_day: float = 2_000_000
    money_per_run: float = 0
    money_per_day: float = 0
    price_in: float = 0
    """Of a million tokens that a model reads."""
    price_cached: float = 0
    """Of those among them that it had read before; 0: as much as the others."""
    price_out: float = 0
    """Of a million tokens that it writes."""


class Usage(NamedTuple):
    """What calls cost."""

    calls: int = 0
    tokens_in: int = 0
    """Read by the model, those from its cache included."""
    tokens_out: int = 0
    tokens_cached: int = 0
    money: float = 0.0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.tokens_in + self.tokens_out

    def plus(self, other: "Usage", *, times: int = 1) -> "Usage":
        """Both together; with `times` -1 without the other."""
        return Usage(*(mine + times * theirs for mine, theirs in zip(self, other, strict=True)))  # pyright: ignore[reportArgumentType]


NO_USAGE = Usage()
NO_LIMITS = Limits(0, 0)


def limits(kept: object) -> Limits:
    """The ceilings in a `[spending]` table. Raises `LimitError`."""
    known = ", ".join(Limits._fields)
    if not isinstance(kept, dict):
        raise LimitError(f"`spending` must be a table: write [spending], and below it {known}")
    named = cast("Mapping[str, object]", kept)
    unknown = sorted(set(named) - set(Limits._fields))
    if unknown:
        raise LimitError(f"`spending.{unknown[0][:40]}` is not a setting; known are {known}")
    for name, value in named.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e15:
            raise LimitError(f"`{name}` must be a number, 0 or more")
    return Limits(**cast("dict[str, float]", named))


def priced(usage: Usage, rates: Limits) -> Usage:
    """The usage with what it costs at these prices; as it is where there are none."""
    if not rates.price_in and not rates.price_out:
        return usage
    cached = min(usage.tokens_cached, usage.tokens_in)
    read = (usage.tokens_in - cached) * rates.price_in + cached * (rates.price_cached or rates.price_in)
    return usage._replace(money=(read + usage.tokens_out * rates.price_out) / MILLION)


def tokens(text: str) -> int:
    """About how many tokens a text is."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)


def estimate(questions: Iterable[Question], rates: Limits = NO_LIMITS, *, beside: int = 0) -> Usage:
    """What questions may cost at most, each with a whole answer; `beside` tokens come with each of them."""
    asked = list(questions)
    read = sum(tokens(question.system + question.user) + beside for question in asked)
    return priced(Usage(len(asked), read, len(asked) * ANSWER), rates)


class Meter:
    """Counts what one run spends, on top of what was spent today, and says when that is enough.

    `keep` is told what the run has spent so far, whenever questions were answered; `tell` what they may cost
    before they are asked.
    """

    def __init__(
        self,
        rates: Limits = NO_LIMITS,
        *,
        today: Usage = NO_USAGE,
        keep: Callable[[Usage], None] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.rates = rates
        self.spent = NO_USAGE
        """In this run."""
        self.expected = NO_USAGE
        """What was asked in it might have cost."""
        self.before = today
        self._open = NO_USAGE
        self._keep, self._tell = keep, tell

    @contextmanager
    def batch(self, name: str, expected: Usage) -> Generator[None]:
        """Say what is about to be asked, and keep what it cost, also if it is broken off."""
        self.expected = self.expected.plus(expected)
        if self._tell is not None:
            most = f"{told(expected._replace(calls=0))} at most"
            self._tell(f"asking {name}: {_count(expected.calls, 'question')}, {most}")
        try:
            yield
        finally:
            if self._keep is not None:
                self._keep(self.spent)

    @contextmanager
    def call(self, expected: Usage) -> Generator[Callable[[Usage], None]]:
        """One call that may cost so much; the block hands what it did cost to what it gets.

        What is handed over more than once counts for each time. Raises `ModelError` where a ceiling would be passed.
        """
        self._look(expected)
        self._open = self._open.plus(expected)
        try:
            yield self._pay
        finally:
            self._open = self._open.plus(expected, times=-1)

    def _pay(self, used: Usage) -> None:
        # What the model's owner says that it cost is better than our own reckoning.
        self.spent = self.spent.plus(used if used.money else priced(used, self.rates))

    def _look(self, expected: Usage) -> None:
        run = self.spent.plus(self._open).plus(expected)
        for period, sofar in (("run", run), ("day", self.before.plus(run))):
            for what, amount in (("tokens", sofar.tokens), ("money", sofar.money)):
                name = f"{what}_per_{period}"
                most = cast("float", getattr(self.rates, name))
                if most and amount > most:
                    unit = f"{most:,.0f} tokens" if what == "tokens" else f"{most:g} in money"
                    raise ModelError(
                        f"the ceiling of {unit} a {period} is reached; `{name}` in [spending] of config.toml raises it"
                    )


def told(usage: Usage) -> str:
    """The usage in words."""
    cached = f" ({usage.tokens_cached:,} of them cached)" if usage.tokens_cached else ""
    parts = [f"{usage.tokens_in:,} tokens in{cached}, {usage.tokens_out:,} out"]
    if usage.calls:
        parts.insert(0, _count(usage.calls, "call"))
    if usage.money:
        parts.append(f"{usage.money:.4f} in money" if usage.money < 1 else f"{usage.money:.2f} in money")
    return ", ".join(parts)


def day(now: float) -> str:
    """The day of a moment, in UTC, under which its usage is kept."""
    return f"model usage {datetime.fromtimestamp(now, UTC):%Y-%m-%d}"


def read(kept: str | None) -> dict[str, Usage]:
    """What was spent on a day by each model; nothing where it cannot be read."""
    try:
        held: object = json.loads(kept or "{}")
        spent = cast("Mapping[str, Mapping[str, float]]", held)
        return {name: Usage(**each)._replace(money=float(each["money"])) for name, each in spent.items()}  # pyright: ignore[reportArgumentType]
    except (ValueError, TypeError, AttributeError, KeyError):
        return {}


def written(spent: Mapping[str, Usage]) -> str:
    """The same as the store keeps it."""
    return json.dumps({name: each._asdict() for name, each in sorted(spent.items())})


def whole(spent: Mapping[str, Usage]) -> Usage:
    """All models together."""
    total = NO_USAGE
    for each in spent.values():
        total = total.plus(each)
    return total


def table(value: object) -> Mapping[str, object]:
    """What a model's owner says, where it is a table; else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def number(value: object) -> int:
    """A count of tokens that somebody tells; 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else 0


def _count(many: int, one: str) -> str:
    return f"{many} {one}" if many == 1 else f"{many:,} {one}s"
