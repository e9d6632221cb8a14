"""Prove which rules a session gets, in which order, and what stays when rules change meanwhile."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.assign import Coins, assign
from mcp_server.learning.render import FIRST, Line, answer
from mcp_server.learning.select import BUDGET, Budget, fits_pinned, ranked, roomless, shown, tokens
from store.records import Ending, Exposure, Operation, Rule, Source, State, Trust, Version
from store.text import trusted_text
from store.values import replace
from tests.store.facts import HERE, NOW, PERSON

AGENT = Source("MCP tool", "agent:x", Trust.AGENT)


def version(rule: int, text: str, *paths: str, number: int = 1, source: Source = PERSON) -> Version:
    return Version(rule, number, "", "", trusted_text(text), paths, source, NOW, {})


def rule(
    ident: int,
    text: str = "",
    *paths: str,
    pinned: bool = False,
    state: State = State.ACTIVE,
    source: Source = PERSON,
    supports: int = 0,
) -> Rule:
    return Rule(
        id=ident,
        project=HERE,
        state=state,
        pinned=pinned,
        current=version(ident, text or f"Do thing {ident}.", *paths, source=source),
        operation=Operation.ADD,
        replaces=(),
        ending=Ending.NONE,
        target="",
        why="",
        created=NOW,
        supports=supports,
    )


def seen(*versions: tuple[int, int]) -> list[Exposure]:
    return [Exposure("s1", rule, number, 1.0, True, True, 1) for rule, number in versions]


def edited(old: Rule, text: str) -> Rule:
    new = version(old.id, text, number=old.current.number + 1)
    return replace(old, current=new)


def select(
    rules: Sequence[Rule],
    *,
    files: Sequence[str],
    seen: Sequence[Exposure],
    versions: Mapping[tuple[int, int], Version],
    budget: Budget = BUDGET,
) -> list[Line]:
    """What a session is shown now where no coins are thrown."""
    new = assign(
        rules,
        session="s1",
        files=files,
        triggered=seen,
        versions=versions,
        key=lambda: b"secret",
        coins=Coins(off=True),
        budget=budget,
    )
    given = [exposure for exposure in (*seen, *new) if exposure.delivered]
    return shown(rules, seen=given, versions=versions, budget=budget)


def offered(rules: Sequence[Rule], *already: tuple[int, int], files: Sequence[str] = ()) -> list[int]:
    lines = select(ranked(rules), files=files, seen=seen(*already), versions={}, budget=BUDGET)
    return [line.rule for line in lines]


def test_the_most_important_rules_come_first_in_an_order_that_does_not_change() -> None:
    rules = [
        rule(1, source=AGENT),
        rule(2, source=AGENT, supports=3),
        rule(3),
        rule(4, supports=2),
        rule(5, pinned=True, source=AGENT),
        rule(6, pinned=True),
        rule(7),
    ]
    assert offered(rules) == [6, 5, 4, 3, 7, 2, 1]
    assert offered(rules[::-1]) == offered(rules)


def test_only_live_rules_are_ranked_and_shown() -> None:
    rules = [
        rule(1, state=State.CANDIDATE),
        rule(2, state=State.RETIRED),
        replace(rule(3), current=replace(version(3, "x"), text=None)),
        rule(4, state=State.TRIAL),
        rule(5),
    ]
    assert [each.id for each in ranked(rules)] == [4, 5]
    assert [line.rule for line in shown(rules, seen=seen((1, 1), (2, 1), (3, 1), (5, 1)), versions={})] == [5]


def test_twelve_learnt_rules_and_twelve_pinned_ones_are_shown_at_most() -> None:
    rules = [rule(n) for n in range(1, 31)] + [rule(n, pinned=True) for n in range(31, 61)]
    assert offered(rules) == [*range(31, 43), *range(1, 13)]


def test_learnt_rules_take_600_tokens_at_most_and_pinned_ones_as_many() -> None:
    long = "Say " + "x" * 390
    rules = [rule(n, long) for n in range(1, 13)] + [rule(n, long, pinned=True) for n in range(13, 25)]
    lines = select(ranked(rules), files=[], seen=[], versions={})
    for pinned in (True, False):
        spent = [tokens(str(line)) for line in lines if line.pinned == pinned]
        assert sum(spent) <= 600 < sum(spent) + spent[0]


def test_a_rule_too_long_for_what_is_left_makes_way_for_a_shorter_one() -> None:
    rules = [rule(1, "x" * 2300), rule(2, "y" * 400), rule(3, "z" * 40)]
    assert offered(rules) == [1, 3]


def test_an_answer_never_exceeds_9000_characters_whatever_the_budget_of_tokens() -> None:
    wide = Budget(rules=1000, tokens=10**6, pinned_rules=1000, pinned_tokens=10**6)
    rules = [rule(n, "x" * 399, pinned=n % 2 == 0) for n in range(1, 200)]
    lines = select(ranked(rules), files=[], seen=[], versions={}, budget=wide)
    text = answer(lines, project="p" * 80, revision="99999 (global 99999)", episode="E99999999", note="n" * 700)
    assert len(lines) == 19
    assert len(text) <= 9000
    again = shown(rules, seen=seen(*((n, 1) for n in range(1, 200))), versions={}, budget=wide)
    assert len(again) == 19
    assert sum(len(str(line)) + 1 for line in lines) + 2 * FIRST < 10_000


def test_a_seen_line_keeps_its_bytes_and_place_when_better_rules_come() -> None:
    assert offered([rule(1), rule(2), rule(3, supports=9), rule(4, pinned=True)], (2, 1), (1, 1)) == [2, 1, 4, 3]


def test_an_edited_rule_keeps_the_wording_this_session_has_seen() -> None:
    old = rule(1, "Use pip.")
    rules = [edited(old, "Use uv.")]
    versions = {(1, 1): old.current}
    assert select(rules, files=[], seen=seen((1, 1)), versions=versions) == [Line(1, 1, "Use pip.", False)]
    assert select(rules, files=[], seen=[], versions={}) == [Line(1, 2, "Use uv.", False)]


def test_a_withdrawn_wording_drops_and_the_older_one_follows_at_the_end() -> None:
    old = rule(1, "Use pip.")
    new = replace(version(1, "Use uv.", number=2), withdrawn=True)
    lines = select([old, rule(2)], files=[], seen=seen((1, 2), (2, 1)), versions={(1, 2): new})
    assert lines == [Line(2, 1, "Do thing 2.", False), Line(1, 1, "Use pip.", False)]


def test_a_forgotten_wording_drops() -> None:
    gone = replace(version(1, "Ada's secret."), text=None)
    rules = [edited(rule(1), "Keep secrets out.")]
    assert select(rules, files=[], seen=seen((1, 1)), versions={(1, 1): gone}) == [
        Line(1, 2, "Keep secrets out.", False)
    ]
    assert shown(rules, seen=seen((1, 1)), versions={}) == []


def test_a_retired_rule_drops_and_the_others_keep_their_order() -> None:
    assert offered([rule(1), rule(3)], (3, 1), (2, 1), (1, 1)) == [3, 1]


def test_a_rule_of_which_two_wordings_were_seen_is_shown_once() -> None:
    # Seen with its second wording, rolled back to the first, edited, and rolled back to the first again.
    first, second = version(1, "Use pip."), version(1, "Use uv.", number=2)
    rules = [replace(rule(1), current=first)]
    lines = select(rules, files=[], seen=seen((1, 2), (1, 1)), versions={(1, 2): second})
    assert lines == [Line(1, 2, "Use uv.", False)]


def test_a_scoped_rule_comes_with_a_file_that_it_covers_and_stays() -> None:
    rules = [rule(1), rule(2, "Format it.", "*.py"), rule(3)]
    assert offered(rules) == [1, 3]
    assert offered(rules, (1, 1), (3, 1), files=["src/a.py"]) == [1, 3, 2]
    assert offered(rules, (1, 1), (3, 1), (2, 1), files=["README.md"]) == [1, 3, 2]


def test_unpinning_a_rule_takes_no_line_away_from_a_session_that_has_it() -> None:
    pinned = [rule(n, pinned=True) for n in range(13, 25)]
    learnt = [rule(n) for n in range(1, 13)]
    before = offered([*pinned, *learnt])
    after = [replace(pinned[0], pinned=False), *pinned[1:], *learnt]
    assert offered(after, *((n, 1) for n in before)) == before
    assert offered([*after, rule(25)], *((n, 1) for n in before)) == before
    assert offered([*after, rule(25, pinned=True)], *((n, 1) for n in before)) == before, "all the room is taken"
    assert offered([*after, rule(25, pinned=True)], *((n, 1) for n in before[:-1])) == [*before[:-1], 25]


def test_lines_seen_beyond_the_whole_budget_drop() -> None:
    # Only two processes that record for one session at the same moment bring it about.
    rules = [rule(n) for n in range(1, 40)]
    assert offered(rules, *((n, 1) for n in range(1, 40))) == list(range(1, 25))


@pytest.mark.parametrize(("count", "fits"), [(0, True), (11, True), (12, False)])
def test_twelve_rules_can_be_pinned(count: int, fits: bool) -> None:
    assert fits_pinned([rule(n, pinned=True) for n in range(1, count + 1)], "Keep it.") is fits


def test_pinned_rules_have_600_tokens() -> None:
    assert fits_pinned([rule(1, "x" * 1000, pinned=True)], "y" * 1300)
    assert not fits_pinned([rule(1, "x" * 1000, pinned=True)], "y" * 1500)


@pytest.mark.parametrize(("text", "count"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_a_token_is_four_characters(text: str, count: int) -> None:
    assert tokens(text) == count


@given(
    st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.integers(1, 900)), max_size=60, unique_by=lambda r: r[0]),
    st.lists(st.integers(1, 60), max_size=30, unique=True),
)
def test_calling_again_with_what_was_shown_changes_nothing(
    made: list[tuple[int, bool, int]], before: list[int]
) -> None:
    rules = ranked([rule(n, "x" * length, pinned=pinned) for n, pinned, length in made])
    first = select(rules, files=[], seen=seen(*((n, 1) for n in before)), versions={})
    again = select(rules, files=[], seen=seen(*((line.rule, 1) for line in first)), versions={})
    assert again == first
    assert shown(rules, seen=seen(*((line.rule, 1) for line in first)), versions={}) == first
    assert len({line.rule for line in first}) == len(first)
    assert sum(tokens(str(line)) for line in first) <= BUDGET.tokens + BUDGET.pinned_tokens
    assert len(first) <= BUDGET.rules + BUDGET.pinned_rules


def test_pinned_rules_of_files_come_behind_a_persons_own_nearest_scope_first() -> None:
    def pinned(ident: int, *paths: str, file: str = "") -> Rule:
        source = Source("import", f"file:{file}", Trust.OWNER) if file else PERSON
        return rule(ident, "", *paths, pinned=True, source=source)

    rules = [
        pinned(1, file="CLAUDE.md"),
        pinned(2, "a/**", file="a/AGENTS.md"),
        pinned(3, "a/b/**", "*.py", file="a/b/AGENTS.md"),
        pinned(4, "a/b/**", file="a/b/AGENTS.md"),
        pinned(5),
    ]
    assert [each.id for each in ranked(rules)] == [5, 4, 2, 3, 1]
    assert [each.id for each in roomless(rules, budget=Budget(pinned_rules=2))] == [2, 3, 1]
    assert roomless([pinned(6), pinned(7)], budget=Budget(pinned_rules=1)) == []
