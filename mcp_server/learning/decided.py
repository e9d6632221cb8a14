"""What the last consolidate decided, read back from the store, and which of it a person should answer."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mcp_server.learning.trials.events import RETIRED
from mcp_server.learning.trials.replies import Whole
from mcp_server.learning.trials.trial import GUARDRAIL, HARMFUL
from mcp_server.learning.trials.verdict import EARLY, UNMEASURED, Decision
from mcp_server.learning.trials.words import APPROVE, OBSOLETE, REJECT, RESUME, RETIRE
from store.contract import Store
from store.records import LIVE, Rule, State, Trials


class Decided(NamedTuple):
    """The decisions about all rules of a project, of one moment."""

    time: float
    rules: Mapping[int, Decision]
    looks: int
    """How often somebody looked."""
    held: int
    """Sessions that are not settled."""
    set: Whole | None
    """What is known of all learnt rules together, where they have a coin of their own."""
    braked: float | None


class Ask(NamedTuple):
    """What a person should decide about a rule, with the numbers behind it."""

    rule: Rule
    decision: Decision
    what: str

    @property
    def question(self) -> str:
        """What the answer "leave it" is kept under; the answer itself is the verdict it was given about."""
        return f"asks {self.rule.name} v{self.rule.current.number} {self.what}"


def read(trials: Trials | None) -> Decided | None:
    """What was decided last; None before the first decisions."""
    if trials is None or not trials.decided:
        return None
    body: dict[str, Any] = json.loads(trials.decided)
    # What an earlier version did not tell yet is None.
    rules = {
        int(name[1:]): Decision(**{field: made.get(field) for field in Decision._fields})
        for name, made in body["rules"].items()
    }
    whole = Whole(**body["set"]) if "set" in body else None
    return Decided(body["ts"], rules, body["looks"], body["held"], whole, body.get("braked"))


def current(rule: Rule, decided: Decided | None) -> Decision | None:
    """The decision about the wording that is in force; None where that came after the last consolidate.

    A rule that lives although it was retired then got another wording, or a person's word, since.
    """
    made = decided.rules.get(rule.id) if decided else None
    if decided is None or made is None or rule.current.time > decided.time:
        return None
    return None if rule.state in LIVE and made.state == RETIRED else made


def verdict(rule: Rule, made: Decision | None, *, off: bool) -> str:
    """What the evidence says of a rule as it stands. `off`: no coins are thrown."""
    if rule.pinned or (made is None and (off or rule.state not in LIVE)):
        return UNMEASURED
    return EARLY if made is None else made.verdict


def waits_for(made: Decision | None) -> str:
    """The rule that says nearly the same and is tried first, or nothing."""
    found = _WAITS.search(made.reason) if made is not None else None
    return found[1] if found else ""


_WAITS = re.compile(r"(?:^|; )waits, because (R\d+) says nearly the same")


def asks(rules: Iterable[Rule], decided: Decided | None, answer: Callable[[str], str | None]) -> list[Ask]:
    """What a person should decide now, by rule. `answer` gives what was answered before.

    What was left as it is comes again only when its verdict has changed.
    """
    found: list[Ask] = []
    for rule in rules:
        made = current(rule, decided)
        if made is None or not made.asks or rule.pinned or not _fits(made.asks, rule):
            continue
        ask = Ask(rule, made, made.asks)
        if answer(ask.question) != made.verdict:
            found.append(ask)
    return found


def waiting(store: Store, projects: Iterable[str]) -> list[Ask]:
    """What a person should decide now about the rules of some projects."""
    found: list[Ask] = []
    for project in projects:
        decided = read(store.trials(project))
        if decided is not None and any(made.asks for made in decided.rules.values()):
            found += asks(store.rules(project), decided, store.answer)
    return found


def _fits(asked: str, rule: Rule) -> bool:
    """Can it still be answered, as the rule stands now?"""
    if rule.current.text is None or rule.state not in _STATES[asked]:
        return False
    return asked != RESUME or str(rule.ending) in {HARMFUL, GUARDRAIL}


_STATES = {
    APPROVE: {State.TRIAL},
    REJECT: {State.TRIAL},
    RETIRE: {State.ACTIVE},
    OBSOLETE: LIVE,
    RESUME: {State.RETIRED},
}
