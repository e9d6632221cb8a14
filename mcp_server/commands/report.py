"""`report`: what is known of each rule's effect and of all together, what is still needed, and what could be done."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mcp_server.commands import CommandError, rule_here, show
from mcp_server.learning import decided as decisions
from mcp_server.learning import fingerprint
from mcp_server.learning.account import WINDOW, Account, Need, Pace, accounts, bar, early, enough, pace, seen
from mcp_server.learning.decided import Decided
from mcp_server.learning.trials.policy import Policy
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import GLOBAL, LIVE, Exposure, Kind, Rule, State

if TYPE_CHECKING:
    from mcp_server.learning.outlook import Outlook

FAILURES = 200
"""Newest failures of a rule's target that are looked at."""
HOLDOUT = 0.05
"""What is told of the coin of all rules together, where there is none."""


class Report(NamedTuple):
    """Everything that is told."""

    name: str
    project: str
    revision: int
    sessions: int
    """All that were ever seen."""
    pace: Pace
    live: tuple[Account, ...]
    retired: tuple[Account, ...]
    """Those that had a coin."""
    everywhere: tuple[Account, ...]
    """The live rules for all projects, where they are not what is reported on."""
    decided: Decided | None
    policy: Policy
    needs: float
    """The e-value that the next promotion needs at least."""
    waiting: int
    """Decisions that wait for a person."""
    holdout: Need | None
    """What the coin of all rules together needs; None where it has told enough, or no coins are thrown."""
    outlook: "Outlook | None"
    """Where it is too early to say anything of any rule."""
    alone: bool
    """It is about one rule only."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", nargs="?", help="one rule's id, like R12; else all of them")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the facts as JSON")
    form.add_argument("--markdown", action="store_true", help="a table for a pull request")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="the rules for all projects")
    parser.add_argument("--all", action="store_true", help="every retired rule that was tried, not only the newest")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print what is known."""
    if options.rule is None:
        project = GLOBAL if options.everywhere else wiring.place().project.key
        found = read(wiring, project)
    elif options.everywhere:
        raise CommandError("--global is for the report on all of them; a rule's id says whose it is")
    else:
        rule = rule_here(wiring, options.rule)
        found = read(wiring, rule.project, only=rule)
    if options.json:
        show(wiring, facts(found))
        return 0
    from mcp_server.commands import report_page

    if not options.markdown and options.rule is None and wiring.place().note:
        wiring.tell(wiring.place().note)
    lines = report_page.markdown(found) if options.markdown else report_page.text(found, everything=options.all)
    for line in lines:
        wiring.say(line)
    return 0


def read(wiring: Wiring, project: str, *, only: Rule | None = None) -> Report:
    """Everything about a project's rules, or about one of them; nothing is changed."""
    store, policy, now = wiring.store(), wiring.policy(), wiring.now()
    decided = decisions.read(store.trials(project))
    keys = [each.key for each in store.projects()] if project == GLOBAL else [project]
    sessions = [each for key in keys for each in store.sessions(key, since=now - WINDOW)]
    lately = [(max(each.started, now - WINDOW), store.exposures(each.id, each.project)) for each in sessions]
    found = seen(lately, now)
    rules = [only] if only is not None else _rules(store, project, decided)
    told = accounts(rules, decided, found, _again(store, rules, keys, lately), policy)
    live = tuple(each for each in told if each.rule.state in LIVE and each.rule.served)
    if only is not None:
        live = tuple(told)
    others = store.rules(GLOBAL, states=LIVE) if only is None and project != GLOBAL else []
    everywhere = accounts(others, decisions.read(store.trials(GLOBAL)) if others else None, found, {}, policy)
    came = pace([begun for begun, _ in lately], now)
    tried = [each for each in live if not each.rule.pinned]
    return Report(
        name=wiring.place().project.name if project != GLOBAL else "all projects",
        project=project,
        revision=store.head(project),
        sessions=sum(store.numbers(key).sessions for key in keys),
        pace=came,
        live=live,
        retired=tuple(each for each in told if each.rule.state is State.RETIRED and _had_coin(each))
        if not only
        else (),
        everywhere=tuple(everywhere),
        decided=decided,
        policy=policy,
        needs=bar(decided, policy),
        waiting=len(decisions.asks(rules, decided, store.answer)),
        holdout=_holdout(came, decided, policy),
        outlook=_outlook(came, tried, policy) if only is None else None,
        alone=only is not None,
    )


def _rules(store: Store, project: str, decided: Decided | None) -> list[Rule]:
    """The live rules, and the retired ones that were tried; of the others nothing is told."""
    tried: Mapping[int, object] = decided.rules if decided else {}
    states = [*LIVE, State.RETIRED] if tried else LIVE
    return [rule for rule in store.rules(project, states=states) if rule.state in LIVE or rule.id in tried]


def _again(
    store: Store, rules: list[Rule], projects: list[str], lately: Sequence[tuple[float, Sequence[Exposure]]]
) -> dict[int, int]:
    """In how many sessions of late that were shown a rule its failure came back."""
    from mcp_server.learning.recurrence import came_again

    shown: dict[int, list[Exposure]] = {}
    for _, exposures in lately:
        for each in exposures:
            shown.setdefault(each.rule, []).append(each)
    found: dict[int, int] = {}
    for rule in rules:
        if rule.id in shown and rule.state in LIVE and rule.target and not rule.pinned:
            failures = [
                fact
                for project in projects
                for fact in store.evidence(project, fingerprint=rule.target, kinds=[Kind.FAILURE], newest=FAILURES)
            ]
            found[rule.id] = came_again(shown[rule.id], failures)[1]
    return found


def _had_coin(account: Account) -> bool:
    return account.made is not None and account.made.triggered > 0


def _holdout(came: Pace, decided: Decided | None, policy: Policy) -> Need | None:
    told = decided.set if decided else None
    if policy.off or (told is not None and enough(told, policy)):
        return None
    from mcp_server.learning.outlook import holdout

    return holdout(came, policy.holdout or HOLDOUT, policy)


def _outlook(came: Pace, tried: list[Account], policy: Policy) -> "Outlook | None":
    if policy.off or not came.sessions or not tried or not early(tried, policy):
        return None
    from mcp_server.learning.outlook import outlook

    most = max(each.made.n if each.made else 0 for each in tried)
    return outlook(came, most=most, rules=len(tried), policy=policy)


def facts(found: Report) -> dict[str, object]:
    """All of it as JSON."""
    decided = found.decided
    whole = decided.set if decided else None
    return {
        "project": found.project,
        "name": found.name,
        "revision": found.revision,
        "sessions": found.sessions,
        "per_day": _pace(found.pace),
        "coins": not found.policy.off,
        "decided": decided.time if decided else None,
        "looks": decided.looks if decided else 0,
        "unsettled": decided.held if decided else 0,
        "braked": decided.braked if decided else None,
        "waiting": found.waiting,
        "e_needed": round(found.needs, 4),
        "rules": [rule_facts(each, found.policy) for each in found.live],
        "retired": [rule_facts(each, found.policy) for each in found.retired],
        "set": None if whole is None else whole._asdict(),
        "set_needs": None if found.holdout is None else _need(found.holdout),
        "cost": round(sum(each.cost for each in found.live), 2),
        "cost_global": round(sum(each.cost for each in found.everywhere), 2),
        "outlook": None if found.outlook is None else _outlook_facts(found.outlook),
    }


MEASURED = ("effect", "lo", "hi", "mean", "p_help", "e_help", "e_harm", "e_guard")


def rule_facts(account: Account, policy: Policy) -> dict[str, object]:
    """One rule; what is not measured is null."""
    rule, made, measured = account.rule, account.made, account.measured
    return {
        "id": rule.name,
        "version": rule.current.number,
        "text": rule.text,
        "state": str(rule.state),
        "ending": str(rule.ending),
        "pinned": rule.pinned,
        "target": rule.target,
        "target_words": fingerprint.parse(rule.target).readable() if rule.target else "",
        "verdict": account.verdict,
        **{name: getattr(measured, name, None) for name in MEASURED},
        "scored": made.n if made else 0,
        "shown": made.shown if made else 0,
        "withheld": made.withheld if made else 0,
        "probability": made.p if made and not rule.pinned and not policy.off else None,
        "reason": made.reason if made else None,
        "asks": made.asks if made else None,
        "frozen": made.frozen if made else None,
        "waits_for": account.waits_for or None,
        "needs": [_need(each) for each in account.needs],
        "per_day": _pace(account.pace),
        "tokens": account.tokens,
        "cost": round(account.cost, 2),
        "suggestions": [each._asdict() for each in account.suggestions],
    }


def _need(need: Need) -> dict[str, object]:
    return {"effect": round(need.effect, 4), "sessions": need.sessions, "days": need.days}


def _pace(found: Pace) -> dict[str, object]:
    return {"sessions": found.sessions, "days": round(found.days, 2), "rate": round(found.per_day, 4)}


def _outlook_facts(found: "Outlook") -> dict[str, object]:
    strong = found.strong
    half = strong.known.half
    return {
        "first": {"sessions": found.first.sessions, "days": found.first.days},
        "target": {
            "base": strong.scenario.base,
            "with": round(strong.scenario.base - strong.scenario.effect, 4),
            "runs": strong.runs,
            "known": strong.known.runs,
            "half": half,
            "half_days": None if half is None else strong.days(half),
            "horizon": strong.horizon,
        },
        "success": [_need(each) for each in found.success],
    }
