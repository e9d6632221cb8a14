"""What was said more than once: likeness makes groups, sessions and times put them in order."""

from collections.abc import Mapping

from mcp_server.learning.repeats import Group, grouped
from store.records import FORGOTTEN, Evidence, Kind, Source, Trust
from store.text import trusted_text

PERSON = Source("transcript of codex", "person", Trust.OWNER)
MODEL = Source("transcript of codex", "agent:codex memory", Trust.AGENT)


def said(
    text: str,
    session: str | None = "s1",
    time: float = 1.0,
    *,
    source: Source = PERSON,
    kind: Kind = Kind.FEEDBACK,
    detail: Mapping[str, object] | None = None,
) -> Evidence:
    return Evidence(
        "p", kind, trusted_text(text), source, time, f"{text} {session} {time}", session=session, detail=detail or {}
    )


def shown(groups: list[Group]) -> list[tuple[str, int, int]]:
    return [(group.sentence, len(group.facts), group.sessions) for group in groups]


def test_what_says_the_same_is_one_group_in_its_newest_wording() -> None:
    groups = grouped(
        [
            said("Use pnpm instead of npm.", "s2", 3.0),
            said("Use pnpm, not npm.", "s1", 1.0),
            said("Never mock the database.", "s1", 2.0),
        ]
    )
    assert shown(groups) == [("Use pnpm instead of npm.", 2, 2), ("Never mock the database.", 1, 1)]
    assert [fact.time for fact in groups[0].facts] == [1.0, 3.0]
    assert groups[0].last == 3.0


def test_more_sessions_come_first_then_more_times_then_the_later_one() -> None:
    groups = grouped(
        [
            *(said("Use tabs in makefiles.", "s1", time) for time in (1.0, 2.0, 3.0)),
            said("Always run the linter.", "s1", 1.0),
            said("Always run the linter.", "s2", 2.0),
            said("Never push to main.", None, 4.0),
            said("Keep lines short.", None, 5.0),
        ]
    )
    assert [sentence for sentence, *_ in shown(groups)] == [
        "Always run the linter.",
        "Use tabs in makefiles.",
        "Keep lines short.",
        "Never push to main.",
    ]


def test_a_text_of_several_instructions_counts_for_each_once() -> None:
    groups = grouped([said("Use pnpm, not npm. Never push to main. Use pnpm instead of npm.")])
    assert shown(groups) == [("Use pnpm instead of npm.", 1, 1), ("Never push to main.", 1, 1)]


def test_a_correction_without_an_instruction_goes_by_its_words() -> None:
    twice = [said("no, that's the wrong file", "s1"), said("no,\nthat's the wrong file", "s2", 2.0)]
    assert shown(grouped(twice)) == [("no, that's the wrong file", 2, 2)]


def test_what_was_forgotten_is_not_said() -> None:
    assert grouped([said(FORGOTTEN)]) == []


def test_a_group_knows_whose_it_is_and_whether_it_can_last() -> None:
    (person,) = grouped([said("Use pnpm.", source=MODEL), said("Use pnpm.", "s2", 2.0)])
    assert (person.persons, person.remembered, person.standing) == (True, False, True)
    (model,) = grouped([said("Use pnpm.", None, source=MODEL, kind=Kind.SUGGESTION, detail={"client": "codex"})])
    assert (model.persons, model.remembered) == (False, True)
    (moment,) = grouped([said("no, that's the wrong file", detail={"standing": False})])
    assert (moment.standing, moment.instructs) == (False, False)
    (lasting,) = grouped([said("I told you we are on pnpm here", detail={"standing": True})])
    assert (lasting.standing, lasting.instructs) == (True, False)
