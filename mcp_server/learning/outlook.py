"""What a person with few sessions can know, and when: from the engine itself, at the pace of their own sessions."""

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from mcp_server.learning.account import Need, Pace
from mcp_server.learning.trials.policy import Policy

if TYPE_CHECKING:
    from mcp_server.learning.trials.power import Plan

RUNS, HORIZON, SEED = 20, 300, 1
"""Imagined projects, and sessions of each: as many as a person waits for."""
BASE, WITH = 0.5, 0.1
"""A failure that recurs in every other session, and with its rule in one of ten."""
EFFECTS = (0.15, 0.05)
"""On success, of a rule that has no failure to watch for."""
SET_EFFECT = 0.15
"""Of all learnt rules together."""


class Outlook(NamedTuple):
    """What can be known when."""

    first: Need
    """Sessions in its scope until anything is said of the rule that had most; the effect is 0."""
    strong: "Plan"
    """Of a rule whose failure is looked for."""
    success: tuple[Need, ...]
    """Of a rule without one, by effect."""


def outlook(pace: Pace, *, most: int, rules: int, policy: Policy) -> Outlook:
    """What can be known at this pace. `most`: sessions scored of the rule with most; `rules`: those that are tried."""
    from mcp_server.learning.trials.power import Scenario, plan

    left = max(0, ceil(policy.min_sessions) - most)
    asked = Scenario(
        BASE - WITH, base=BASE, target=True, per_day=pace.per_day, explore=policy.explore, rules=max(1, rules)
    )
    played = plan(asked, seed=SEED, runs=RUNS, horizon=HORIZON, policy=policy._replace(settles=True))
    sizes = [(effect, imagined(0.5, effect, policy)) for effect in EFFECTS]
    return Outlook(
        Need(0.0, left, pace.wait(left)),
        played,
        tuple(Need(effect, sessions, pace.wait(sessions)) for effect, sessions in sizes),
    )


def holdout(pace: Pace, share: float, policy: Policy) -> Need:
    """What the coin of all learnt rules together needs, where this share of sessions goes without them."""
    sessions = imagined(1.0 - share, SET_EFFECT, policy)
    return Need(SET_EFFECT, sessions, pace.wait(sessions))


def imagined(p: float, effect: float, policy: Policy) -> int:
    """Sessions until an effect of this size on success would be supported, of a rule shown with probability p."""
    from mcp_server.learning.trials.books import Books
    from mcp_server.learning.trials.known import Known
    from mcp_server.learning.trials.trial import Trial
    from mcp_server.learning.trials.verdict import needed

    trial = Trial("", policy)
    trial.probability = p
    found = needed(Books(policy), trial, Known(1.0, 1.0, 1.0, 0.5, False, ""), policy._replace(planned=effect))
    assert found is not None
    return found
