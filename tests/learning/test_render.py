"""Prove what an agent reads."""

from inline_snapshot import snapshot

from mcp_server.learning.render import FIRST, LAST, Line, added, answer


def test_an_answer_has_its_first_line_the_rules_and_how_to_report() -> None:
    lines = [Line(12, 1, "Run `just check` before every commit.", True), Line(3, 2, "Use uv, not pip.", False)]
    assert answer(lines, project="demo", revision="7 (global 2)", episode="E4").splitlines() == snapshot(
        [
            "Rules for demo, revision 7 (global 2), episode E4",
            "[R12] Run `just check` before every commit.",
            "[R3] Use uv, not pip.",
            LAST,
        ]
    )


def test_the_last_line_says_how_to_report_and_never_changes() -> None:
    assert (
        snapshot(
            "When the task ends, call report_outcome with this episode and what really happened "
            "(tests, review, the user's words); `unknown` is a good answer."
        )
        == LAST
    )


def test_an_answer_without_rules_says_so_in_its_first_line() -> None:
    assert answer([], project="demo", revision="0", episode="E1", note="not recorded: busy").splitlines() == [
        "Rules for demo, revision 0, episode E1 (not recorded: busy): none yet",
        LAST,
    ]


def test_whether_a_rule_is_pinned_is_not_shown() -> None:
    assert str(Line(1, 1, "Use uv.", True)) == str(Line(1, 1, "Use uv.", False))


def test_the_first_line_has_a_limit() -> None:
    first = answer([], project="demo", revision="0", episode="E1", note="x" * 5000).splitlines()[0]
    assert len(first) == FIRST
    assert first.endswith("x…")


def test_rules_that_come_into_play_later_are_shown_alone() -> None:
    assert added([Line(3, 2, "Use uv, not pip.", False)]).splitlines()[1:] == ["[R3] Use uv, not pip."]
