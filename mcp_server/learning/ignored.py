"""A rule that was shown while its failure came back: said nearer to where it happens, or left to a check."""

import re
from collections.abc import Iterable, Sequence
from shlex import quote
from typing import NamedTuple

from mcp_server.learning import fingerprint
from mcp_server.learning.cluster import Cluster
from mcp_server.learning.past import Past
from mcp_server.learning.propose import Proposal, narrowed
from mcp_server.learning.recurrence import came_again
from mcp_server.learning.reflection.place import common, touched_by_all
from store.contract import Store
from store.records import LIVE, Evidence, Rule

AGAIN = 3
"""So many sessions that saw a rule and failed all the same are no accident."""

_SAFE = re.compile(r"[\w./\-:\[\]+@]{1,160}")
"""A name that may stand in a command to copy: anything else in it would be somebody else's command."""


class Ignored(NamedTuple):
    """A live rule whose failure came back in sessions that saw it."""

    rule: Rule
    shown: int
    again: int
    failures: tuple[Evidence, ...] = ()
    """Those of the sessions that saw it."""

    @property
    def lasting(self) -> bool:
        """Did it come back often enough to do something about it?"""
        return self.again >= AGAIN


def ignored(store: Store, past: Past, rules: Iterable[Rule], targets: Iterable[str]) -> list[Ignored]:
    """Of live rules, those whose failure came back under them. `targets` are failures that there are."""
    known = frozenset(targets)
    found: list[Ignored] = []
    for rule in rules:
        if rule.state in LIVE and rule.target in known:
            failures = past.failures(rule.target)
            exposures = store.exposures_of(rule.id)
            shown, again = came_again(exposures, failures)
            if again:
                seen = {each.session: each.time for each in exposures if each.delivered}
                under = (f for f in failures if f.session in seen and f.time >= seen[f.session])
                found.append(Ignored(rule, shown, again, tuple(under)))
    return found


def cause(each: Ignored) -> Cluster:
    """The cause that a rule is which was not followed."""
    return Cluster(each.rule.target, each.again, each.failures)


def nearer(each: Ignored, past: Past, project: str) -> Proposal | None:
    """The proposal to limit a rule to the one place where its failure comes back; None where there is none.

    That place is where it was found, or what all those sessions touched. A rule that has paths is near already,
    and what a person pinned is theirs.
    """
    rule = each.rule
    near = rule.pinned or bool(rule.current.paths) or rule.project != project
    if not each.lasting or near or rule.current.text is None:
        return None
    place = _place(each.failures, past)
    if not place:
        return None
    why = (
        f"it was shown in {each.shown} sessions and its failure came back in {each.again}, always in {place}: "
        "limited to that, it is shown at the moment of use"
    )
    return narrowed(rule, place, each.failures, why=why)


def check(rule: Rule) -> str:
    """A check that would notice what a rule is to prevent, as text to copy; nothing of it is ever run by us."""
    target = fingerprint.parse(rule.target)
    name = target.detector
    if not _SAFE.fullmatch(name):
        return ""
    match target.kind:
        case "test":
            return f"a hook before each commit that runs this test and refuses where it fails: {quote(name)}"
        case "lint" | "types" | "build":
            code = next((part for part in target.rest if _SAFE.fullmatch(part)), "")
            about = f" for {quote(code)}" if code else ""
            return f"a hook before each commit that runs {quote(name)}{about} and refuses what it finds"
        case "check":
            return f"a branch that cannot be merged unless check {quote(name)} passes"
        case "words" | "review":
            return _pattern(rule)
        case _:
            return ""


def _place(failures: Sequence[Evidence], past: Past) -> str:
    found = [fact.path for fact in failures]
    if all(found):
        return common(found)
    return touched_by_all(past.files(session) for session in sorted({fact.session or "" for fact in failures}))


def _pattern(rule: Rule) -> str:
    """What a rule forbids by name, as a search that must find nothing."""
    found = re.match(r"(?:do not|don't|never|avoid) \w+ `?([\w.\-/]{2,40})`?", rule.text, re.IGNORECASE)
    if found is None:
        found = re.search(r"(?:instead of|rather than|, not) `?([\w.\-/]{2,40})`?", rule.text, re.IGNORECASE)
    if found is None:
        return ""
    return f"a hook before each commit that refuses what this finds: git grep -nwF -- {quote(found[1].rstrip('.'))}"
