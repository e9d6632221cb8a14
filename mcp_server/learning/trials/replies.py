"""What the engine answers, as values."""

from collections.abc import Mapping
from typing import NamedTuple

from mcp_server.learning.trials.books import Books
from mcp_server.learning.trials.coin import rounded
from mcp_server.learning.trials.events import Exposure
from mcp_server.learning.trials.policy import Policy
from mcp_server.learning.trials.verdict import Decision, interval


class Greeting(NamedTuple):
    """The answer to hello."""

    seed: int


class Whole(NamedTuple):
    """What is known of all learnt rules together, by their own coin."""

    effect: float
    lo: float
    hi: float
    e_help: float
    e_harm: float
    n: int
    on: int
    off: int


class Decisions(NamedTuple):
    """The answer to consolidate: every rule known so far, in the order of their announcement."""

    ts: float
    rules: Mapping[str, Decision]
    looks: int
    """How often somebody looked."""
    held: int
    """Sessions that are not settled."""
    late: int
    """Lines that came after what they tell of was counted."""
    unexposed: int
    """Outcomes of sessions without exposure."""
    set: Whole | None
    braked: float | None
    """When the brake last stopped the newest revision."""


Reply = Greeting | Exposure | Decisions


def together(books: Books, policy: Policy) -> Whole | None:
    """What is known of all learnt rules together; None where they never had a coin of their own."""
    sums, process = books.together.sums, books.together.process
    if not sums.sessions:
        return None
    effect, lo, hi = (rounded(number) for number in interval(sums, books.unit(policy), policy))
    helps, harms = rounded(process.helps.value()), rounded(process.harms.value())
    return Whole(effect, lo, hi, helps, harms, sums.sessions, sums.shown, sums.sessions - sums.shown)
