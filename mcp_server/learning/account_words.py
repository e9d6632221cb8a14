"""How rules stand, in sentences: what is known, still needed, and would change it; never a bare success rate."""

from collections.abc import Iterable
from math import floor, log10
from typing import TYPE_CHECKING

from mcp_server.learning.account import Account, Exposed, Need, Pace, enough
from mcp_server.learning.trials.events import RETIRED, TRIAL
from mcp_server.learning.trials.known import COINS, DETECTOR, REPORTS
from mcp_server.learning.trials.policy import PER_RULE, Policy
from mcp_server.learning.trials.replies import Whole
from mcp_server.learning.trials.trial import FUTILE, GUARDRAIL, HARMFUL, UNLIKELY
from mcp_server.learning.trials.verdict import Decision
from mcp_server.learning.trials.words import percent, points
from store.records import Rule, State

if TYPE_CHECKING:
    from mcp_server.learning.outlook import Outlook

DAYS, WEEKS = 14, 70
"""Up to so many days they are told in days, up to so many in weeks."""

FROZEN = {
    COINS: "the sample-ratio check failed: its coins do not fall as often as their probabilities say. Something else "
    "decides who is shown it, so sessions with it and without it cannot be compared; it is not promoted until that is "
    "mended",
    DETECTOR: "the detector-rate check failed: what would notice its failure runs more or less often where it is "
    "shown. Fewer failures seen may be fewer looks, so it is not promoted",
    REPORTS: "the report-rate check failed: sessions that are shown it are reported more or less often than the "
    "others. Those that are missing may be the bad ones, so it is not promoted",
}


def effect(made: Decision | Whole) -> str:
    """The estimated effect in points, with its interval."""
    return f"{signed(made.effect)} [{signed(made.lo)}, {signed(made.hi)}]"


def likely(share: float) -> str:
    """A probability as people say it; none of an effect is 0 or 1, whatever was rounded."""
    return percent(min(max(share, 1e-9), 1.0 - 1e-9))


def wealth(e: float) -> str:
    """An e-value, with no more digits than it is worth."""
    return f"{e:.3g}" if e < 1000.0 else about(round(min(e, 1e15)))


def about(number: int) -> str:
    """A planning figure: two digits of it, as more would be invented."""
    if number < 100:
        return str(number)
    step = 10 ** (floor(log10(number)) - 1)
    return f"{round(number / step) * step:,}"


def lasting(days: int) -> str:
    """So many days, as people say it."""
    if days < DAYS:
        return f"{days} day{'s' * (days != 1)}"
    if days <= WEEKS:
        return f"{days / 7:.0f} weeks"
    return f"{days / 30.4:.0f} months" if days < 730 else f"about {days / 365.25:,.0f} years"


def speed(pace: Pace) -> str:
    """The pace of sessions, and what it rests on."""
    if not pace.sessions:
        return "no session in the last 30 days"
    days = f"{pace.days:.0f} day{'s' * (round(pace.days) != 1)}"
    return f"{_number(pace.per_day)} a day ({pace.sessions} in {'the last ' if pace.days > 29.5 else ''}{days})"


def numbers(account: Account, needs: float, policy: Policy) -> str:
    """The numbers of one rule that has an effect to tell. `needs`: the e-value that a promotion needs."""
    made = account.told
    if made is None:
        return ""
    if made.p_help < 0.5:
        e = f"e-value of harm {wealth(made.e_harm)}, needs {policy.harm_e:.0f}"
    elif str(account.rule.state) == TRIAL and needs > policy.promote_e:
        e = f"e-value of help {wealth(made.e_help)}, needs {policy.promote_e:.0f}, and {needs:.0f} to be promoted"
    else:
        e = f"e-value of help {wealth(made.e_help)}, needs {policy.promote_e:.0f}"
    return f"{likely(made.p_help)} likely to help; {e}; shown in {_sessions(made.shown)}, withheld in {made.withheld}"


def cost(account: Account) -> str:
    """What one rule costs."""
    expected = "" if account.counted else "expect "
    return f"{account.tokens} tokens where it is shown, {expected}about {account.cost:.0f} a session"


def needed(account: Account, pace: Pace) -> str:
    """What is still needed, in sessions and days; nothing where nothing is, or that cannot be told.

    `pace` is that of all sessions, which was told already.
    """
    if not account.needs or not account.needs[0].sessions:
        return ""
    first, *others = account.needs
    words = f"about {about(first.sessions)} more sessions{_days(first)} would settle {100 * first.effect:.0f} points"
    for other in others:
        words += f", {about(other.sessions)}{_days(other)} if it is really {100 * other.effect:.0f}"
    if not account.pace.sessions:
        return f"{words}; it came into play in none of late"
    return words if account.pace == pace else f"{words}; it comes into play {speed(account.pace)}"


def standing(account: Account, *, off: bool) -> str:
    """Why a rule stands where it stands, beside its verdict and its numbers."""
    rule, made = account.rule, account.made
    if rule.pinned:
        return "pinned by a person: always shown, so there is nothing to compare it with"
    if made is not None:
        if rule.state is State.RETIRED and made.state != RETIRED:
            # The reason is of the time when it lived.
            return f"{rule.ending or 'retired'} since the last consolidate"
        parts = made.reason.split("; ")
        return "; ".join(parts if account.told is None else [p for p in parts[1:] if not p.startswith(_SHOWN)])
    return _undecided(rule, off=off)


def _undecided(rule: Rule, *, off: bool) -> str:
    """Where a rule stands about which nothing was decided yet."""
    if rule.state is State.CANDIDATE:
        return "a candidate, shown to nobody until a person admits it"
    if rule.state is State.RETIRED:
        return f"{rule.ending or 'retired'}; no session of it was ever scored"
    where = "active" if rule.state is State.ACTIVE else "on trial"
    if rule.chance == 0.0 and not off:
        return f"{where}; waits, because another rule says nearly the same"
    if off:
        shown = "always" if rule.state is State.ACTIVE else "never"
        return f"{where}, so {shown} shown, as coins are off; nothing is measured"
    return f"{where}; nothing was decided about this wording yet"


_SHOWN = "shown in "
"""How the part of a reason begins that only repeats numbers."""


def whole(found: Whole, policy: Policy) -> str:
    """What is known of all learnt rules together, by their own coin; after a few sessions, that it is too early."""
    if not enough(found, policy):
        least = f"nothing is said before {policy.min_sessions:.0f} sessions of both kinds were scored"
        return f"too early: {_sessions(found.on)} with them, {found.off} without; {least}"
    better = found.effect >= 0.0
    e, what, least = (found.e_help, "help", policy.promote_e) if better else (found.e_harm, "harm", policy.harm_e)
    return (
        f"{effect(found)} points on the success of sessions (90 %, however often one looks); "
        f"e-value of {what} {wealth(e)}, {least:.0f} is enough; {found.on} sessions with them, {found.off} without"
    )


def holdout(need: Need, share: float, *, begun: bool = False) -> str:
    """How the coin of all rules together is turned on, and what it would tell."""
    settle = f"about {about(need.sessions)} sessions{_days(need)} to settle {100 * need.effect:.0f} points"
    if begun:
        return f"it takes {settle}"
    if share:
        return f"nothing is known yet; {percent(share)} of sessions go without them, and it takes {settle}"
    return (
        "not measured. With `holdout = 0.05` under `[trials]` in config.toml one session in twenty goes without any "
        f"learnt rule, which tells whether all of it together helps: {settle}"
    )


def early(found: "Outlook", pace: Pace, policy: Policy) -> list[str]:
    """What a person with few sessions can know, and when."""
    first, strong = found.first, found.strong
    least = f"nothing is said of a rule before {policy.min_sessions:.0f} sessions in its scope were scored"
    told = [f"Too early to say anything: {least} (a session is, a day after its last activity)."]
    if first.sessions:
        more = f"{first.sessions} more session{'s' * (first.sessions != 1)}"
        told.append(f"The first can have come to that after {more}{_days(first)}, at {speed(pace)}.")
    told.append("What can be known, and when, at this pace:")
    asked = strong.scenario
    case = (
        f"a failure that comes back in {percent(asked.base)} of sessions, and in {percent(asked.base - asked.effect)}"
    )
    played = f"{strong.runs} simulated projects like this one"
    if strong.known.half is None:
        told.append(f"- {case} with its rule: {strong.known.runs} of {played} knew within {strong.horizon} sessions")
    else:
        half = Need(asked.effect, strong.known.half, pace.wait(strong.known.half))
        told.append(f"- {case} with its rule: half of {played} knew after {_sessions(half.sessions)}{_days(half)}")
    told += [
        f"- {100 * need.effect:.0f} points more sessions that succeed, of a rule without such a failure: about "
        f"{about(need.sessions)} sessions{_days(need)}"
        for need in found.success
    ]
    if policy.explore < 1.0:
        told.append("- sooner with `explore = 1` under `[trials]` in config.toml; other cases: `simulate --scenario`")
    return told


def changes(account: Account, needs: float, policy: Policy) -> list[str]:
    """What would change how a rule stands, one sentence each."""
    rule, made = account.rule, account.made
    if rule.pinned:
        return ["only a person, with `unpin`: then coins are thrown for it"]
    if made is None and rule.state is State.RETIRED:
        return [f"only a person: `mcp-promptlearn rollback {rule.name}`"]
    if made is None or policy.off:
        return [
            "coins are off: `off = false` under `[trials]`" if policy.off else "the next consolidate that hears of it"
        ]
    if str(rule.state) == RETIRED:
        return [_return(made, policy)]
    found: list[str] = []
    now, e_help, e_harm = likely(made.p_help), wealth(made.e_help), wealth(made.e_harm)
    few = f" and {policy.min_sessions:.0f} scored sessions ({made.n} now)" if made.n < policy.min_sessions else ""
    approved = "by a person's word" in made.reason
    if account.waits_for:
        found.append(f"it is tried when {account.waits_for}, which says nearly the same, is retired")
    if str(rule.state) == TRIAL:
        among = "" if policy.guard == PER_RULE else ", as it has to stand among all rules that were tried"
        found.append(f"promoted at an e-value of help of {needs:.0f} (now {e_help}){few}{among}")
        found.append(f"retired when it is less than {percent(policy.unlikely)} likely to help (now {now}){few}")
        found.append(
            f"you are asked to approve it above {percent(policy.ask_above)}, to reject it below "
            f"{percent(policy.ask_below)}"
        )
    elif approved:
        found.append(
            f"you are asked to retire it when it is less than {percent(policy.ask_below)} likely to help "
            f"(now {now}){few}; short of proof, only you can take back your word"
        )
    else:
        found.append(f"back on trial when it is less than {percent(policy.demote)} likely to help (now {now})")
    found.append(
        f"stopped, whoever admitted it, at an e-value of harm of {policy.harm_e:.0f} (now {e_harm}), or of a guardrail "
        f"(success, failing tests, cost, time, complaints) of {policy.guardrail_e:.0f} (now {wealth(made.e_guard)})"
    )
    if made.frozen:
        found.append(f"first of all: {FROZEN[made.frozen]}")
    return found


def _return(made: Decision, policy: Policy) -> str:
    if made.ending in {UNLIKELY, FUTILE}:
        return (
            f"tried again when what is known has faded and it is more than {percent(policy.retry_above)} likely to "
            f"help (now {likely(made.p_help)}), at most {policy.retries:.0f} times"
        )
    if made.ending in {HARMFUL, GUARDRAIL}:
        return "tried again only under another model, or by a person's word"
    return "only a person: what a person stopped never returns by itself"


def exposure(found: Exposed) -> str:
    """In how many sessions a rule came into play, and what became of it there."""
    if not found.sessions:
        return "it came into play in no session yet"
    said = [
        f"its coin fell for it in {found.assigned}, against it in {found.withheld} (withheld)",
        f"it was shown in {found.shown}",
        f"found no room in {found.no_room}",
        f"{found.without_coin} without a coin",
    ]
    return f"it came into play in {_sessions(found.sessions)}: {', '.join(said)}"


def sums(found: Iterable[Account]) -> str:
    """What all rules cost together."""
    live = [account for account in found if account.cost]
    pinned = sum(account.cost for account in live if account.rule.pinned)
    of = f", {pinned:.0f} of them pinned ones" if pinned else ""
    return f"about {sum(account.cost for account in live):.0f} tokens a session{of}"


def signed(share: float) -> str:
    """An effect as a number of points."""
    return points(share).removesuffix(" points")


def _sessions(number: int) -> str:
    return f"{number} session{'s' * (number != 1)}"


def _days(need: Need) -> str:
    return "" if need.days is None else f" ({lasting(need.days)})"


def _number(pace: float) -> str:
    return f"{pace:.2g}" if pace < 10.0 else f"{pace:.0f}"
