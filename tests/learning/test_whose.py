"""Whose a commit is, and what became of it, is told only where it is sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.commits import seen
from mcp_server.learning.commits.aftermath import DEEPEST, Graph, Titles, alive, folded_into, session_of, undoings
from mcp_server.learning.commits.history import Amend, Commit
from mcp_server.learning.commits.seen import Mark, Marked, Spot
from mcp_server.learning.commits.whose import LOOK_BACK, WATCHED, Whose
from store.records import Session, Work

NOW = 10_000_000.0


def sha(number: int) -> str:
    return f"{number:040x}"


def commit(
    number: int, *parents: int, subject: str = "Add it", time: float = NOW, key: str = "k", **more: object
) -> Commit:
    plain = Commit(sha(number), tuple(map(sha, parents)), "Ada", key, time, time, subject)
    return plain._replace(**more)


def work(number: int | str, session: str = "s1", *, how: str = "hook", time: float = NOW, sort: str = "commit") -> Work:
    return Work("p", session, sort, number if isinstance(number, str) else sha(number), time, how)


def whose(*works: Work, sessions: tuple[Session, ...] = (), there: dict[str, str] | None = None) -> Whose:
    found = Whose("p", works, sessions, now=NOW)
    found.begin({name: name for name in found.names} | (there or {}))
    return found


def told(found: Whose) -> set[tuple[str, str]]:
    return {(session, name) for sort, name, session in found.told if sort == "commit"}


# --- the graph


def test_what_stands_behind_a_commit_is_known_as_far_as_it_was_read() -> None:
    graph = Graph([commit(5, 4, 3), commit(4, 2), commit(3, 2), commit(2, 1)])
    assert [number for number in range(6) if graph.is_behind(sha(number), sha(5))] == [1, 2, 3, 4]
    assert not graph.is_behind(sha(3), sha(4))
    assert (graph.edge(sha(5)), graph.edge(sha(5)), graph.edge(sha(9))) == ({sha(1)}, {sha(1)}, frozenset())
    assert (graph.knows(sha(5)), graph.knows(sha(1))) == (True, False)


# --- undoing


def chain(length: int) -> tuple[dict[str, Commit], dict[str, list[str]]]:
    known = {sha(0): commit(0)} | {sha(n): commit(n, reverted=(sha(n - 1),)) for n in range(1, length)}
    return known, {sha(n): [sha(n - 1)] for n in range(1, length)}


@pytest.mark.parametrize(("length", "back"), [(2, False), (3, True), (4, False)])
def test_the_end_of_a_chain_of_reverts_is_what_counts(length: int, back: bool) -> None:
    known, targets = chain(length)
    (found,) = undoings(known[sha(length - 1)], lambda each: targets[each.sha], known, lambda _: False)
    assert (found.sha, found.reinstated) == (sha(0), back)


def test_a_chain_has_an_end_even_in_a_circle() -> None:
    known, targets = chain(DEEPEST + 9)
    (found,) = undoings(known[sha(DEEPEST + 8)], lambda each: targets[each.sha], known, lambda _: False)
    assert found.sha == sha(8)
    circle = {sha(1): commit(1, reverted=(sha(2),)), sha(2): commit(2, reverted=(sha(1),))}
    assert undoings(circle[sha(1)], lambda each: list(each.reverted), circle, lambda _: False) == []


def test_each_commit_is_undone_once_and_the_side_of_a_merge_goes_with_it() -> None:
    by = commit(9, reverted=(sha(1), sha(2)), kept=sha(5))
    known = {sha(2): commit(2, reverted=(sha(1),), kept=sha(6))}
    found = undoings(by, lambda each: list(each.reverted), known, lambda _: True)
    assert [(each.sha, each.reinstated, each.side) for each in found] == [
        (sha(1), False, sha(5)),
        (sha(2), False, sha(5)),
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"undone": "Add it"}, [1, 2]),
        ({"undone": "Add it (#7)"}, [3]),
        ({"undone": "Drop it"}, [4]),
        ({"pull": "#7"}, [3]),
        ({"pull": "me/demo#7", "undone": "Add it"}, [3]),
        ({"pull": "!7"}, []),
        ({"pull": "#9", "undone": "Drop it (#9)"}, [4]),
        ({"undone": "Nothing"}, []),
        ({}, []),
    ],
)
def test_what_a_title_may_mean(told: dict[str, str], expected: list[int]) -> None:
    among = [
        (sha(9), "Add it"),
        (sha(1), "Add it"),
        (sha(2), "Add it"),
        (sha(3), "Add it (#7)"),
        (sha(4), "Drop it (#8)"),
    ]
    assert Titles(among).meant(commit(9, **told)) == [sha(number) for number in expected]


def test_a_fixup_goes_to_its_very_subject_before_one_that_begins_like_it() -> None:
    mending = commit(9, subject="fixup! Add it", mends="fixup", target="Add it")
    longer, same, other = commit(1, subject="Add it all"), commit(2, time=NOW - 9), commit(3, subject="Drop it")

    def meant(*known: Commit, away: int = 0) -> Commit | None:
        return folded_into([mending], known, lambda old, _: old != sha(away)).get(mending.sha)

    assert meant(mending, longer, same, other) == same
    assert meant(same, commit(4), commit(5, time=NOW - 1)) == commit(4), "the last one before it"
    assert meant(same, longer, away=2) == longer
    assert meant(other) is None
    assert folded_into([], [same], lambda *_: True) == {}
    both = [mending, commit(8, mends="squash", target=sha(3)[:9])]
    assert folded_into(both, [same, other], lambda *_: True) == {mending.sha: same, sha(8): other}


# --- sessions


@pytest.mark.parametrize(
    ("sessions", "found"),
    [
        ([("s1", 0, 10, "claude-code")], "s1"),
        ([("s1", 0, 10, "codex")], ""),
        ([("s1", 0, 4, "claude-code")], ""),
        ([("s1", 0, 10, "claude-code"), ("s2", 5, 10, "claude-code")], ""),
        ([("s1", 0, 10, "claude-code"), ("s2", 5, 10, "codex")], "s1"),
        ([], ""),
    ],
)
def test_only_the_one_session_that_fits_is_meant(sessions: list[tuple[str, float, float, str]], found: str) -> None:
    given_ = [Session(ident, "p", client, first, last) for ident, first, last, client in sessions]
    assert session_of("claude", 5.0, given_) == found


def test_a_session_lives_a_little_longer_than_its_last_sign() -> None:
    assert [alive([(10.0, 20.0)], time) for time in (9.9, 10.0, 80.0, 80.1)] == [False, True, True, False]
    assert not alive([], 5.0)


def test_commits_of_sessions_are_known_in_full_and_in_short() -> None:
    found = whose(
        work("abcdef1"), work("ABCDEF2"), work("0" * 7), work(3, "s2"), there={"abcdef1": sha(1), "abcdef2": sha(2)}
    )
    del found.own[sha(3)]
    assert found.own == {sha(1): {"s1"}, sha(2): {"s1"}}
    assert found.client(sha(1)) == "unknown"
    assert found.client(sha(9)) == ""


def test_only_young_commits_and_no_more_than_can_be_watched_are() -> None:
    old, young = work(1, time=NOW - LOOK_BACK - 1), work(2)
    found = whose(old, young)
    assert (set(found.own), list(found.watched)) == ({sha(1), sha(2)}, [sha(2)])
    many = whose(*(work(number, time=NOW - number) for number in range(WATCHED + 5)))
    assert many.names == [sha(number) for number in range(WATCHED)]


def test_marked_commits_are_settled_or_stay_loose() -> None:
    sessions = (Session("s1", "p", "claude-code", 0.0, NOW),)
    found = whose(work(1), sessions=sessions)
    marked = [
        Marked(sha(1), NOW, NOW, "claude", True),
        Marked(sha(2), NOW, NOW - 5, "claude", True),
        Marked(sha(3), NOW, NOW - 5, "claude", False),
        Marked(sha(4), NOW, NOW, "codex", True),
        Marked(sha(5), NOW - LOOK_BACK - 1, NOW, "codex", True),
    ]
    assert [each.sha for each in found.settle(marked)] == [sha(3), sha(4)]
    assert told(found) == {("s1", sha(2))}
    assert set(found.watched) == {sha(1), sha(2), sha(3), sha(4)}


def test_amended_commits_stay_their_sessions_and_a_persons_are_remembered() -> None:
    sessions = (Session("s1", "p", "claude-code", NOW - 500, NOW - 400),)
    found = whose(work(1, time=NOW - 450), work(6, time=NOW - 450), sessions=sessions)
    found.amend(
        [
            Amend(sha(1), sha(2), NOW - 420),
            Amend(sha(2), sha(3), NOW - 100),
            Amend(sha(3), sha(4), NOW - 50),
            Amend(sha(1), sha(6), NOW - 100),
            Amend(sha(8), sha(9), NOW),
            Amend(sha(1), sha(7), NOW - LOOK_BACK - 1),
        ]
    )
    assert told(found) == {("s1", sha(2)), ("s1", sha(3)), ("s1", sha(4))}
    assert found.changed == {sha(2): sha(4)}, "what the agent left, with what a person made of it in the end"


def test_a_session_without_a_record_lived_around_what_it_made() -> None:
    found = whose(work(1, time=NOW - 50_000), work(2, time=NOW - 40_000))
    found.amend([Amend(sha(1), sha(3), NOW - 45_000), Amend(sha(2), sha(4), NOW - 30_000)])
    assert found.changed == {sha(2): sha(4)}
    unknown = whose(work(1, how="git"))
    unknown.amend([Amend(sha(1), sha(2), NOW)])
    assert unknown.changed == {sha(1): sha(2)}


def test_picked_commits_are_the_same_work() -> None:
    found = whose(work(1))
    found.pick([commit(2, picked=(sha(1)[:12], "9999999")), commit(3)])
    assert told(found) == {("s1", sha(2))}


def test_moved_commits_are_the_same_work() -> None:
    known = {sha(n): each for n, each in enumerate([commit(0, 100), commit(1, 100), commit(2, 100, key="other")])}
    found = whose(work(0, time=NOW - 9999), work(9, "s2"))
    fresh = [
        known[sha(0)],
        commit(10, 50),
        commit(11, 100),
        commit(12, 50, subject="Other"),
        commit(13, 50, key="other"),
        commit(14, 50, 51),
        commit(15, 50, time=NOW - 1),
        commit(16, 50),
        commit(9, 50),
    ]
    found.move(fresh, known, lambda _, young: young == sha(16))
    assert told(found) == {("s1", sha(10)), ("s1", sha(11))}
    assert found.changed == {sha(0): sha(11)}
    assert found.alike == {sha(12): [sha(0)]}


def test_what_was_amended_while_its_session_lived_was_not_changed_by_a_person() -> None:
    sessions = (Session("s1", "p", "claude-code", NOW - 500, NOW + 400),)
    found = whose(work(0), sessions=sessions)
    found.move([commit(1, 100)], {sha(0): commit(0, 100)}, lambda *_: False)
    assert (told(found), found.changed) == ({("s1", sha(1))}, {})


def test_what_is_known_is_not_told_again_and_branches_are_told_once() -> None:
    found = whose(work(sha(1)[:7]), work("mine", sort="branch"), there={sha(1)[:7]: sha(1)})
    found.belongs(sha(1), ["s1", "s2"], NOW + 50)
    assert [(each.session, each.name, each.time, each.how) for each in found.told.values()] == [
        ("s2", sha(1), NOW, "git")
    ]
    for branch in ("mine", "main", "Develop", "", "feature/\u202ex", "feature/x"):
        found.on_branch(sha(1), branch, NOW)
    found.on_branch(sha(9), "other", NOW)
    assert {(each.session, each.name) for each in found.told.values() if each.sort == "branch"} == {
        ("s2", "mine"),
        ("s1", "feature/x"),
        ("s2", "feature/x"),
    }
    assert found.given() == {sha(1)}
    found.belongs(sha(5), ["s1"], NOW - LOOK_BACK - 1)
    assert sha(5) not in found.watched


# --- what is remembered

MARK = Mark(
    {"folder": Spot("digest", (sha(1), sha(2))), "other": Spot("", (sha(2),))},
    frozenset({"abcdef1"}),
    (Marked(sha(3), 1.0, 2.0, "claude", True),),
)


def test_a_mark_reads_back() -> None:
    assert seen.read(MARK.dumped()) == MARK
    assert MARK.tips == [sha(1), sha(2)]
    assert (MARK.unchanged("folder", "digest"), MARK.unchanged("folder", ""), MARK.unchanged("x", "")) == (
        True,
        False,
        False,
    )


def test_only_the_newest_folders_are_remembered() -> None:
    mark = MARK
    for number in range(9):
        mark = seen.moved_on(mark, f"f{number}", refs="r", tips=[sha(7)] * 2000, names=["n"], marked=[])
    assert list(mark.spots) == ["f5", "f6", "f7", "f8"]
    assert (len(mark.spots["f8"].tips), mark.names, mark.marked) == (seen.TIPS, {"n"}, ())
    again = seen.moved_on(mark, "f5", refs="new", tips=[], names=[], marked=MARK.marked)
    assert list(again.spots) == ["f6", "f7", "f8", "f5"]


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3) | st.floats(), lambda inner: st.lists(inner, max_size=5)
)


@given(st.text() | JSON.map(lambda value: f'{{"spots": {{"x": ["", []]}}, "names": [], "marked": [{value!r}]}}'))
def test_any_mark_is_read_or_is_none(kept: str) -> None:
    assert seen.read(seen.read(kept).dumped()) == seen.read(kept)
