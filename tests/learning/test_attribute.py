"""A fact that names no session finds it by what sessions left behind, or says why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.attribute import RECENT, Claim, Index, beside, claim, episode_at, names, pull_request
from store.records import Episode, Evidence, Kind, Work
from tests.store.facts import HERE, NOW, fact

SHA = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"


def work(session: str, sort: str, name: str, time: float = NOW) -> Work:
    return Work(HERE, session, sort, name, time, "hook")


def told(found: Evidence, *works: Work) -> tuple[str, str, float] | str:
    answer = claim(found, Index(works))
    return answer if isinstance(answer, str) else (answer.session, answer.how, answer.confidence)


@pytest.mark.parametrize(("named", "left"), [(SHA, SHA[:7]), (SHA[:8], SHA), (SHA.upper(), SHA[:10]), (SHA, SHA)])
def test_a_commit_is_known_by_its_beginning_from_either_side(named: str, left: str) -> None:
    assert told(fact("x", commit=named), work("s1", "commit", left)) == ("s1", "by its commit", 0.95)


def test_a_commit_that_only_begins_alike_is_another() -> None:
    assert told(fact("x", commit=SHA), work("s1", "commit", SHA[:8] + "0")) == (
        "no session is known to have left what it names"
    )
    assert isinstance(told(fact("x", commit=SHA[:6]), work("s1", "commit", SHA)), str)


def test_a_commit_weighs_more_than_a_pull_request_and_that_more_than_a_branch() -> None:
    works = (work("s1", "commit", SHA), work("s2", "pull request", "o/r#5"), work("s3", "branch", "fix"))
    every = fact("x", commit=SHA, pull_request="o/r#5", branch="fix")
    assert told(every, *works) == ("s1", "by its commit", 0.95)
    assert told(every._replace(commit=""), *works) == ("s2", "by its pull request", 0.9)
    assert told(every._replace(commit="", pull_request=""), *works) == ("s3", "by its branch", 0.7)


def test_a_commit_nobody_knows_leaves_the_pull_request_to_tell() -> None:
    found = fact("x", commit="f" * 40, pull_request="o/r#5")
    assert told(found, work("s2", "pull request", "o/r#5")) == ("s2", "by its pull request", 0.9)


def test_ambiguous_evidence_stays_without_a_session_and_says_why() -> None:
    works = (work("s1", "pull request", "o/r#5"), work("s2", "pull request", "o/r#5"))
    assert told(fact("x", pull_request="o/r#5"), *works) == "2 sessions have its pull request"


def test_the_file_decides_between_sessions_of_one_pull_request_where_only_one_touched_it() -> None:
    works = (work("s1", "pull request", "o/r#5"), work("s2", "pull request", "o/r#5"))
    found = fact("x", pull_request="o/r#5", path="a.py")
    assert told(found, *works, work("s2", "path", "a.py")) == ("s2", "by its pull request and file", 0.8)
    both = (work("s1", "path", "a.py"), work("s2", "path", "a.py"))
    assert told(found, *works, *both) == "2 sessions have its pull request"
    assert told(found, *works, work("s3", "path", "a.py")) == "2 sessions have its pull request"


def test_a_branch_on_which_everybody_works_tells_nothing() -> None:
    assert isinstance(told(fact("x", branch="main"), work("s1", "branch", "main")), str)


def test_a_branch_of_long_ago_is_not_the_one_that_is_meant() -> None:
    old = work("s1", "branch", "fix", NOW - RECENT - 1)
    assert told(fact("x", branch="fix"), old, work("s2", "branch", "fix")) == ("s2", "by its branch", 0.7)


def test_a_file_alone_tells_little_and_only_where_nothing_else_is_named() -> None:
    touched = work("s1", "path", "a.py")
    assert told(fact("x", path="a.py"), touched) == ("s1", "by its path", 0.5)
    assert isinstance(told(fact("x", path="a.py", commit=SHA), touched), str)
    assert told(fact("x", path="a.py"), touched, work("s2", "path", "a.py")) == "2 sessions have its path"


def test_a_pull_request_tells_what_it_was_merged_as() -> None:
    merged = fact("m", kind=Kind.PULL_REQUEST, pull_request="o/r#5", session="s1", state="merged", merge_commit=SHA)
    assert [(each.sort, each.name) for each in beside(merged)] == [("pull request", "o/r#5"), ("commit", SHA)]
    closed = fact("m", kind=Kind.PULL_REQUEST, pull_request="o/r#5", session="s1", state="closed", merge_commit=SHA)
    assert [each.sort for each in beside(closed)] == ["pull request"]
    assert beside(merged._replace(confidence=0.7)) == []
    assert beside(merged._replace(session=None)) == []
    # The reverting pull request is somebody else's.
    assert beside(fact("r", kind=Kind.REVERT, pull_request="o/r#9", session="s1")) == []
    assert beside(fact("c", kind=Kind.CHECK, session="s1")) == []


def test_a_fact_belongs_to_the_last_episode_begun_by_then() -> None:
    first, second = (Episode(ident, "s1", HERE, "", NOW + ident, NOW + ident) for ident in (10, 20))
    assert episode_at([first, second], NOW + 15) == first
    assert episode_at([first, second], NOW + 20) == second
    assert episode_at([first, second], NOW) == first
    assert episode_at([], NOW) is None


def test_only_names_that_facts_give_are_asked_for() -> None:
    facts = [fact("x", branch="b", path="p"), fact("y", pull_request="o/r#1"), fact("z", commit=SHA)]
    assert names(facts) == {"pull request": {"o/r#1"}, "branch": {"b"}, "path": {"p"}}


@given(
    st.lists(st.builds(work, st.sampled_from("abc"), st.sampled_from(["commit", "branch", "path"]), st.text())),
    st.text(max_size=12),
    st.text(max_size=12),
)
def test_the_order_in_which_works_are_known_changes_nothing(works: list[Work], commit: str, branch: str) -> None:
    found = fact("x", commit=commit, branch=branch)
    answers = [claim(found, Index(order)) for order in (works, works[::-1])]
    assert answers[0] == answers[1]
    assert isinstance(answers[0], (str, Claim))


@pytest.mark.parametrize(
    ("text", "project", "expected"),
    [
        ("https://github.com/o/r/pull/5", "path:/x", "o/r#5"),
        ("https://github.com/o/r/pull/5/files#diff", "path:/x", "o/r#5"),
        ("https://gitlab.example.org:8443/g/s/p/-/merge_requests/7", "x", "g/s/p!7"),
        ("o/r#5", "github.com/o/other", "o/r#5"),
        ("g/s/p!7", "x", "g/s/p!7"),
        ("Acme/Shop#5", "x", "acme/shop#5"),
        ("#12", "github.com/o/r", "o/r#12"),
        ("PR 12", "github.com/o/r", "o/r#12"),
        ("!12", "gitlab.com/g/p", "g/p!12"),
        ("12", "path:/home/x", ""),
        ("12", "root:abc", ""),
        ("the one of yesterday", "github.com/o/r", ""),
        ("", "github.com/o/r", ""),
    ],
)
def test_a_pull_request_is_told_from_its_address_or_its_number(text: str, project: str, expected: str) -> None:
    assert pull_request(text, project) == expected
