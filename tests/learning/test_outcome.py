"""The verdict on an episode: the strongest evidence speaks, and nothing is a success by default."""

import pytest

from mcp_server.learning.outcome import derive
from store.records import Evidence, Kind, Outcome, Source, Trust
from tests.store.facts import fact

AGENT = Source("MCP tool", "agent:x", Trust.AGENT)


def run(failed: int, *, passed: int = 1, partial: bool = False) -> Evidence:
    return fact(f"run {failed} {passed}", kind=Kind.RUN, failed=failed, passed=passed, partial=partial)


def report(outcome: str) -> Evidence:
    return fact(f"it was {outcome}", kind=Kind.REPORT, outcome=outcome, source=AGENT)


def test_nothing_is_known_by_default() -> None:
    assert derive([]) is Outcome.UNKNOWN
    assert derive([fact("a change", kind=Kind.CHANGE)]) is Outcome.UNKNOWN
    assert derive([fact("odd", kind=Kind.REPORT)]) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("runs", "verdict"),
    [
        ([run(0)], Outcome.SUCCESS),
        ([run(1)], Outcome.FAILURE),
        ([run(1), run(0)], Outcome.MIXED),
        ([run(0), run(1)], Outcome.FAILURE),
        ([run(0, partial=True)], Outcome.FAILURE),
        ([run(0, passed=0)], Outcome.FAILURE),
    ],
)
def test_tests_are_believed_by_how_they_ended(runs: list[Evidence], verdict: Outcome) -> None:
    assert derive([report("success"), *runs]) is verdict


def test_an_agents_report_counts_only_where_nothing_else_speaks_and_the_newest_counts() -> None:
    assert derive([report("success"), report("mixed")]) is Outcome.MIXED


def test_a_persons_correction_weighs_most() -> None:
    said = fact("not like that")
    assert derive([said, report("success")]) is Outcome.FAILURE
    assert derive([said, run(0)]) is Outcome.MIXED
    assert derive([said, run(1)]) is Outcome.FAILURE
    assert derive([fact("an agent's quote", source=AGENT), report("success")]) is Outcome.SUCCESS
