"""`why`: where a rule comes from, what was decided about it, and what is known of it."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, cast

from mcp_server.commands import count, moment, report, rule_facts, rule_here, show
from mcp_server.learning import account_words as words
from mcp_server.learning import fingerprint, outcome
from mcp_server.learning.account import Account, exposed
from mcp_server.learning.recurrence import Recurrence, recurrence
from mcp_server.learning.trials.words import percent
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import FORGOTTEN, GLOBAL, LIVE, Decision, Evidence, Exposure, Outcome, Rule

EPISODES = 16
"""Newest episodes whose outcomes a person is told; `--json` looks at all."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", help="the rule's id, like R12")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print everything that led to the rule."""
    rule = rule_here(wiring, options.rule)
    store = wiring.store()
    quotes = store.supports(rule.id)
    triggered = store.exposures_of(rule.id)
    came = exposed(triggered)
    exposures = [exposure for exposure in triggered if exposure.delivered]
    decisions, versions = store.decisions(rule.project, rule=rule.id), store.versions(rule.id)
    episodes = dict(sorted({exposure.episode: exposure.session for exposure in exposures}.items()))
    newest = episodes if options.json else dict(list(episodes.items())[-EPISODES:])

    @cache
    def facts_of(project: str, session: str) -> list[Evidence]:
        return store.evidence(project, session=session)

    outcomes = _outcomes(store, rule, newest, facts_of)
    endpoints = recurrences(store, rule, triggered, facts_of, newest=None if options.json else EPISODES)
    known = report.read(wiring, rule.project, only=rule)
    (account,) = known.live
    changes = words.changes(account, known.needs, known.policy)
    if options.json:
        show(
            wiring,
            {
                **rule_facts(rule),
                "versions": [
                    {
                        "number": v.number,
                        "text": v.text,
                        "time": v.time,
                        "origin": v.source.origin,
                        "removed": dict(v.removed),
                    }
                    for v in versions
                ],
                "quotes": [_quote_facts(fact) for fact in quotes],
                "decisions": [
                    {
                        "kind": d.kind,
                        "time": d.time,
                        "actor": d.actor,
                        "reason": d.reason,
                        "revision": d.revision,
                        "numbers": dict(d.numbers),
                    }
                    for d in decisions
                ],
                "exposures": {
                    "sessions": came.shown,
                    "outcomes": outcomes,
                    "triggered": came.sessions,
                    "assigned": came.assigned,
                    "withheld": came.withheld,
                    "no_room": came.no_room,
                    "without_coin": came.without_coin,
                },
                "target_words": fingerprint.parse(rule.target).readable() if rule.target else "",
                "recurrences": [endpoint._asdict() for endpoint in endpoints],
                "verdict": account.verdict,
                "known": report.rule_facts(account, known.policy),
                "changes": changes,
            },
        )
        return 0
    say = wiring.say
    say(f"{rule.name}  {rule.text}")
    say(f"  {rule.ending or rule.state}{', pinned' if rule.pinned else ''}; version {rule.current.number}")
    say(
        f"  {rule.current.source.trust.word}'s word, by {rule.current.source.origin}"
        + (f"; {rule.why}" if rule.why else "")
    )
    if rule.current.paths:
        say(f"  only for {' '.join(rule.current.paths)}")
    if rule.target:
        say(f"  meant to prevent: {fingerprint.parse(rule.target).readable()}")
    for version in versions[:-1]:
        say(f"  version {version.number} said: {version.text or FORGOTTEN}")
    say(f"Evidence ({count(len(quotes), 'piece')}):" if quotes else "Evidence: none")
    for fact in quotes[:8]:
        say(f"  {moment(fact.time)}  {_who(fact)}: {_short(fact.text)}")
    if len(quotes) > 8:
        say(f"  and {len(quotes) - 8} more; --json has them all")
    say("Decisions:")
    for decision in decisions:
        say(f"  {moment(decision.time)}  {decision.kind} by {decision.actor}: {decision.reason}{_numbers(decision)}")
    say(f"Exposure: {words.exposure(came)}.")
    for line in _known(account, known):
        say(line)
    say("What would change that:")
    for line in changes:
        say(f"  {line}")
    if endpoints:
        where = "" if came.sessions == len(endpoints) else f", in its newest {len(endpoints)} sessions"
        say(f"What it is meant to prevent, as raw counts, which are not its effect{where}:")
        for arm, shown in (("shown", True), ("not shown", False)):
            say(f"  {arm}: {_told([each for each in endpoints if each.shown is shown])}")
    if outcomes:
        told = ", ".join(f"{number} {word}" for word, number in outcomes.items())
        where = "" if len(newest) == len(episodes) else f" in its newest {len(newest)} episodes"
        say(f"  Outcomes seen beside it{where}, which prove nothing: {told}.")
    return 0


def _known(account: Account, known: report.Report) -> Iterator[str]:
    """What is known of its effect, and why it stands where it stands."""
    made = account.told
    effect = f": {words.effect(made)} points (90 %, however often one looks)" if made else ""
    yield f"Effect: {account.verdict}{effect}"
    numbers = words.numbers(account, known.needs, known.policy)
    if numbers:
        yield f"  {numbers}"
    yield f"  {account.made.reason if account.made else words.standing(account, off=known.policy.off)}"
    needed = words.needed(account, known.pace)
    if needed:
        yield f"  {needed}"
    if account.made is not None and account.made.p is not None and account.rule.state in LIVE and not known.policy.off:
        yield f"  until the next consolidate it is shown in {percent(account.made.p)} of the sessions it applies to"


def _numbers(decision: Decision) -> str:
    """The numbers that the program decided by."""
    told = decision.numbers
    if not {"effect", "lo", "hi", "e_help", "e_harm"} <= told.keys():
        return ""
    effect, lo, hi = (words.signed(cast("float", told[name])) for name in ("effect", "lo", "hi"))
    e_help, e_harm = (words.wealth(cast("float", told[name])) for name in ("e_help", "e_harm"))
    return f" ({effect} points [{lo}, {hi}], e-values of help {e_help}, of harm {e_harm})"


class Endpoint(NamedTuple):
    """What became of a rule's target in one session in which the rule came into play."""

    session: str
    shown: bool
    recurrence: str
    basis: str


Facts = Callable[[str, str], list[Evidence]]
"""The facts of a session in a project, read once."""


def recurrences(
    store: Store, rule: Rule, exposures: Sequence[Exposure], facts_of: Facts, *, newest: int | None = None
) -> list[Endpoint]:
    """The endpoint of a rule in every session that triggered it, or in the newest of them; none without a target.

    Whether the rule was shown does not matter for what counts as a trigger.
    """
    triggers: dict[str, Exposure] = {}
    for exposure in exposures if rule.target else ():
        triggers.setdefault(exposure.session, exposure)
    wanted = list(triggers.values())[-(newest or len(triggers)) :]
    projects = [rule.project] if rule.project != GLOBAL else [project.key for project in store.projects()]
    found: list[Endpoint] = []
    for exposure in wanted:
        known = (store.session(exposure.session, project) for project in projects)
        session = next(filter(None, known), None)
        project = session.project if session else rule.project
        facts = facts_of(project, exposure.session)
        told = recurrence(rule.target, facts, trigger=exposure.time, session=session)
        found.append(Endpoint(exposure.session, exposure.delivered, str(told.recurrence), told.basis))
    return found


def _told(endpoints: Sequence[Endpoint]) -> str:
    """How often the target came back, was looked for and not seen, and is not known of."""
    times = {word: sum(each.recurrence == word for each in endpoints) for word in Recurrence}
    return (
        f"came back in {times[Recurrence.RECURRED]}, was looked for and not seen in {times[Recurrence.ABSENT]}, "
        f"not known in {times[Recurrence.UNKNOWN]}"
    )


def _outcomes(store: Store, rule: Rule, episodes: Mapping[int, str], facts_of: Facts) -> dict[str, int]:
    """How the episodes ended in which a rule was first shown: an observation, not an effect.

    `episodes` are told with their sessions.
    """
    found: dict[str, int] = {}
    for ident, session in episodes.items():
        project = store.episode(ident).project if rule.project == GLOBAL else rule.project
        facts = [fact for fact in facts_of(project, session) if fact.kind in outcome.TELLING]
        verdict = outcome.derive(outcome.of_episode(ident, store.episodes(session, project), facts))
        found[str(verdict)] = found.get(str(verdict), 0) + 1
    return {str(word): found[str(word)] for word in Outcome if str(word) in found}


def _quote_facts(fact: Evidence) -> dict[str, object]:
    return {
        "id": fact.id,
        "kind": str(fact.kind),
        "text": fact.text,
        "time": fact.time,
        "origin": fact.source.origin,
        "identity": fact.source.identity,
        "trust": fact.source.trust.word,
        "session": fact.session,
        "how": fact.how,
        "confidence": fact.confidence,
        "commit": fact.commit,
        "pull_request": fact.pull_request,
        "path": fact.path,
    }


def _who(fact: Evidence) -> str:
    whose = f", in a session told {fact.how}" if fact.session and fact.how.startswith("by ") else ""
    return f"{fact.kind} by {fact.source.identity} ({fact.source.trust.word}{whose})"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:157]}..."
