"""How each rule stands: what was decided about it, how fast sessions come, what it costs, and what could be done."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from mcp_server.learning import decided as decisions
from mcp_server.learning.assign import chance
from mcp_server.learning.decided import Decided
from mcp_server.learning.select import line_of, tokens
from mcp_server.learning.trials.policy import DAY, PER_RULE, Policy
from mcp_server.learning.trials.replies import Whole
from mcp_server.learning.trials.verdict import EARLY, PROVEN, SUPPORTED, Decision
from mcp_server.learning.trials.words import OBSOLETE, REJECT, RETIRE
from store.records import LIVE, WHOLE, Exposure, Rule

WINDOW = 30 * DAY
"""How far back one looks for the pace of sessions."""

LONG, DEAR = 30, 20.0
"""Tokens of a sentence that could be shorter, and tokens a session from which that is worth a word."""
AGAIN = 2
"""Sessions of late in which a failure came back under its rule, before that is more than bad luck."""
LARGER = 3.0
"""How much stronger the second effect is that a wait is told for, where the first is small."""


class Pace(NamedTuple):
    """How fast sessions came lately."""

    sessions: int
    days: float
    """The last 30, or since the first session where that is shorter; at least one."""

    @property
    def per_day(self) -> float:
        """Sessions a day."""
        return self.sessions / self.days

    def wait(self, sessions: int) -> int | None:
        """Days that so many sessions take at this pace; None where none come."""
        return ceil(sessions / self.per_day) if self.sessions else None


class Seen(NamedTuple):
    """What the sessions of late tell of one rule."""

    pace: Pace
    """Of the sessions that it came into play in."""
    delivered: int
    of: int
    """All sessions since it first came into play."""


class Need(NamedTuple):
    """Sessions in its scope that would still settle an effect of this size; days at the pace of late, if any come."""

    effect: float
    sessions: int
    days: int | None


class Suggestion(NamedTuple):
    """What could be done, and why."""

    what: str
    """`retire`, `shorten`, `move` or `enforce`."""
    why: str


class Account(NamedTuple):
    """One rule, and all that is known of it."""

    rule: Rule
    made: Decision | None
    """The newest decision about the wording in force; None where there is none yet."""
    verdict: str
    pace: Pace
    needs: tuple[Need, ...]
    tokens: int
    cost: float
    """Tokens a session, over all sessions of the project."""
    counted: bool
    """The cost is counted over sessions of late, else expected from how often it is going to be shown."""
    waits_for: str
    suggestions: tuple[Suggestion, ...]

    @property
    def measured(self) -> Decision | None:
        """The decision, where it has an effect to tell: at least one session was scored."""
        return self.made if self.made is not None and self.made.n and not self.rule.pinned else None

    @property
    def told(self) -> Decision | None:
        """The decision, where a person should see its effect: the first few sessions are noise, and look like news."""
        return None if self.verdict == EARLY else self.measured


NOBODY = Pace(0, 1.0)


def pace(times: Sequence[float], now: float) -> Pace:
    """The pace of sessions that began at these times, all of them within the window."""
    return Pace(len(times), max(1.0, (now - min(times)) / DAY)) if times else NOBODY


def seen(sessions: Sequence[tuple[float, Sequence[Exposure]]], now: float) -> Mapping[int, Seen]:
    """What sessions of late tell of each rule. `sessions` are their beginnings, with what was exposed in each."""
    times: dict[int, list[float]] = {}
    delivered: dict[int, int] = {}
    for begun, exposures in sessions:
        for rule in {each.rule for each in exposures if each.rule != WHOLE}:
            times.setdefault(rule, []).append(begun)
        for rule in {each.rule for each in exposures if each.delivered}:
            delivered[rule] = delivered.get(rule, 0) + 1
    return {
        rule: Seen(pace(begun, now), delivered.get(rule, 0), sum(time >= min(begun) for time, _ in sessions))
        for rule, begun in times.items()
    }


def accounts(
    rules: Iterable[Rule],
    decided: Decided | None,
    lately: Mapping[int, Seen],
    again: Mapping[int, int],
    policy: Policy,
) -> list[Account]:
    """How each rule stands. `again`: in how many sessions of late its failure came back though they were shown it."""
    return [_account(rule, decided, lately.get(rule.id), again.get(rule.id, 0), policy) for rule in rules]


def _account(rule: Rule, decided: Decided | None, lately: Seen | None, again: int, policy: Policy) -> Account:
    made = decisions.current(rule, decided)
    length = tokens(str(line_of(rule)))
    if lately is not None:
        cost = length * lately.delivered / lately.of
    else:
        cost = length * (1.0 if rule.pinned else chance(rule))
    found = Account(
        rule=rule,
        made=made,
        verdict=decisions.verdict(rule, made, off=policy.off),
        pace=lately.pace if lately is not None else NOBODY,
        needs=(),
        tokens=length,
        cost=cost if rule.state in LIVE else 0.0,
        counted=lately is not None,
        waits_for=decisions.waits_for(made),
        suggestions=(),
    )
    return found._replace(needs=tuple(_needs(found, policy)), suggestions=tuple(_suggestions(found, again)))


def _needs(account: Account, policy: Policy) -> Iterable[Need]:
    """What is still needed for an effect as large as believed, and for one that is larger, where that is small."""
    made, rule = account.made, account.rule
    if made is None or made.needed is None or rule.pinned or rule.state not in LIVE:
        return
    planned = policy.planned_target if rule.target else policy.planned
    effect = max(abs(made.mean), planned)
    yield Need(effect, made.needed, account.pace.wait(made.needed))
    if made.needed and effect < LARGER * planned:
        # The figure falls with the square of the effect.
        fewer = ceil(round(made.needed * (effect / (LARGER * planned)) ** 2, 6))
        yield Need(LARGER * planned, fewer, account.pace.wait(fewer))


def _suggestions(account: Account, again: int) -> Iterable[Suggestion]:
    made, rule = account.made, account.rule
    if rule.state not in LIVE or rule.pinned:
        return
    if made is not None and made.asks in _RETIRE:
        yield Suggestion("retire", _RETIRE[made.asks])
    supported = account.verdict in {SUPPORTED, PROVEN}
    if account.tokens >= LONG and account.cost >= DEAR and account.told is not None and not supported:
        yield Suggestion(
            "shorten", f"it takes about {account.cost:.0f} tokens of every session, and nothing shows yet that it helps"
        )
    if again >= AGAIN:
        helps = "it helps, but " if supported else ""
        came = f"{helps}in the last 30 days its failure came back in {again} sessions that were shown it"
        if not rule.current.paths and not supported:
            yield Suggestion(
                "move", f"{came}, so it was not followed; limited to paths it is said when they are touched"
            )
        yield Suggestion("enforce", f"{came}; a test, hook or lint rule cannot be overlooked")


_RETIRE = {
    RETIRE: "you approved it, but it looks bad",
    REJECT: "it looks bad on trial",
    OBSOLETE: "what it prevents is seen neither with it nor without it",
}


def bar(decided: Decided | None, policy: Policy) -> float:
    """The e-value that the next promotion needs at least: more where many rules were tried.

    Edits and second tries count as well, so it may be higher; the reason of a rule that it stops names it.
    """
    if decided is None or policy.guard == PER_RULE:
        return policy.promote_e
    tried = sum(made.triggered > 0 for made in decided.rules.values())
    claimed = sum(made.verdict in {SUPPORTED, PROVEN} for made in decided.rules.values())
    return max(policy.promote_e, tried / (policy.promote_rate * (claimed + 1)))


def enough(found: Whole, policy: Policy) -> bool:
    """Were so many sessions scored with and without all rules that their effect is no noise?"""
    return min(found.on, found.off) >= policy.min_sessions


def early(found: Iterable[Account], policy: Policy) -> bool:
    """Is it too early to say anything of any rule?"""
    return not any(each.made is not None and each.made.n >= policy.min_sessions for each in found)


class Exposed(NamedTuple):
    """In how many sessions a rule came into play, and what became of it there."""

    sessions: int
    assigned: int
    """Its coin fell for it."""
    withheld: int
    """Its coin fell against it."""
    shown: int
    no_room: int
    """Meant to be shown, but the budget was full."""
    without_coin: int


def exposed(exposures: Iterable[Exposure]) -> Exposed:
    """The sessions of a rule, counted; one that saw several of its wordings counts once."""
    coins: dict[str, bool | None] = {}
    meant, shown = set[str](), set[str]()
    for each in exposures:
        thrown = 0.0 < each.probability < 1.0
        # The first wording's coin is the session's; one that was never thrown gives way.
        if coins.get(each.session) is None:
            coins[each.session] = each.assigned if thrown else None
        meant |= {each.session} if each.assigned else set()
        shown |= {each.session} if each.delivered else set()
    fell = list(coins.values())
    return Exposed(len(fell), fell.count(True), fell.count(False), len(shown), len(meant - shown), fell.count(None))
