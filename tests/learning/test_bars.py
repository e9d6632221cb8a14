"""An interval is drawn so that zero, its ends and its estimate can be seen in any width and encoding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.bars import LINES, PLAIN, STEPS, axis, bar, reach, signs

WIDTHS = st.integers(5, 60).map(lambda half: 2 * half + 1)
SHARES = st.floats(-1.0, 1.0)


def test_a_bar_shows_the_interval_the_estimate_and_zero() -> None:
    assert bar(0.06, -0.03, 0.15, reach=0.2, width=21, signs=LINES) == "        ├─┼──●───┤   "
    assert bar(0.06, -0.03, 0.15, reach=0.2, width=21, signs=PLAIN) == "        [-+--o---]   "
    assert bar(0.3, 0.2, 0.4, reach=0.5, width=21, signs=PLAIN) == "          |   [-o-]  "
    assert axis(reach=0.2, width=21) == "-20       0       +20"


def test_what_goes_on_beyond_the_reach_has_an_arrow() -> None:
    assert bar(0.0, -1.0, 1.0, reach=0.5, width=11, signs=PLAIN) == "<----o---->"
    assert bar(0.9, 0.7, 1.0, reach=0.5, width=11, signs=PLAIN) == "     |    o"


def test_bars_reach_as_far_as_the_widest_interval_needs() -> None:
    assert reach([(-0.03, 0.15), (-0.01, 0.02)]) == 0.2
    assert reach([(-0.6, 0.1)]) == reach([]) == reach([(-3.0, 0.0)]) == 1.0


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", LINES), (None, LINES), ("ascii", PLAIN), ("cp1252", PLAIN), ("latin-1", PLAIN), ("nonsense", PLAIN)],
)
def test_a_console_gets_only_characters_that_it_can_show(encoding: str | None, found: object) -> None:
    assert signs(encoding) == found


@given(effect=SHARES, ends=st.tuples(SHARES, SHARES), step=st.sampled_from(STEPS), width=WIDTHS)
def test_every_bar_is_as_wide_as_was_asked_and_has_one_estimate(
    effect: float, ends: tuple[float, float], step: float, width: int
) -> None:
    drawn = bar(effect, min(ends), max(ends), reach=step, width=width, signs=PLAIN)
    assert (len(drawn), drawn.count("o")) == (width, 1)
    assert len(axis(reach=step, width=width)) == width
    assert axis(reach=step, width=width)[width // 2] == "0"
