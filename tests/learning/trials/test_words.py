"""The sentences that a person reads: numbers as people say them, and nothing certain."""

import pytest

from mcp_server.learning.trials.words import percent, points
from tests.learning.trials.history import History


@pytest.mark.parametrize(
    ("effect", "said"),
    [(0.06, "+6 points"), (-0.1, "-10 points"), (0.005, "+0.5 points"), (0.001, "0 points"), (-0.001, "0 points")],
)
def test_effects_are_said_in_points(effect: float, said: str) -> None:
    assert points(effect) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.5, "50 %"), (0.0001, "under 1 %"), (0.9999, "over 99 %"), (0.0, "0 %"), (1.0, "100 %")]
)
def test_shares_are_said_in_percent_and_never_as_certain(share: float, said: str) -> None:
    assert percent(share) == said


def test_a_reason_says_verdict_state_and_what_stands_in_the_way() -> None:
    history = History()
    history.rule()
    assert history.run(24, 0.2).reason == (
        "over 99 % likely to help, but no proof (e-value 1.76 of 20); shown in 12 of 24 sessions; "
        "on trial; it looks good: approve it?"
    )
    assert history.run(60, 0.6).reason == (
        "it helps: e-value 645, 20 is enough; shown in 42 of 84 sessions; active by evidence"
    )
