"""What importers found is kept once, dated, masked, and finds its session now or when that becomes known."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcp_server.importers.found import Found, NotAReport
from mcp_server.intake import AT_ONCE, Context, check_repository, keep
from mcp_server.resolve import resolve
from store import open_store
from store.contract import Store
from store.records import Episode, Kind, Trust, Work
from store.text import trusted_text
from tests.store.facts import HERE, NOW, session

SHA = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
CONTEXT = Context(HERE, NOW)


@pytest.fixture
def store(tmp_path: Path, chance: Callable[[int], bytes]) -> Iterator[Store]:
    opened = open_store(tmp_path / "store.db", chance=chance)
    yield opened
    opened.close()


def found(kind: Kind = Kind.REVIEW, text: str = "changes requested", **more: object) -> Found:
    told = Found(kind, trusted_text(text), ("github", text), "github:ada", Trust.MEMBER, NOW - 60)
    return told._replace(**more)  # pyright: ignore[reportArgumentType]


def begun(store: Store, ident: str, *tasks: str, at: float = NOW - 1000) -> list[Episode]:
    return [
        store.deliver(session(ident), task=task, shown=[], now=at + place * 10).episode
        for place, task in enumerate(tasks or ("",))
    ]


def test_the_same_fact_again_changes_nothing_whatever_file_tells_it(store: Store) -> None:
    assert keep(store, [found()], origin="github a.json", context=CONTEXT) == 1
    assert keep(store, [found(), found()], origin="github b.json", context=CONTEXT._replace(now=NOW + 99)) == 0
    (kept,) = store.evidence(HERE)
    assert (kept.source.origin, kept.time) == ("github a.json", NOW - 60)


def test_a_time_in_the_future_is_now_and_no_time_is_now(store: Store) -> None:
    keep(store, [found(time=NOW + 1e6), found(text="approved", time=None)], origin="x", context=CONTEXT)
    assert [fact.time for fact in store.evidence(HERE)] == [NOW, NOW]


def test_late_evidence_finds_the_session_whose_commit_it_names(store: Store) -> None:
    first, _ = begun(store, "s1", "one", "two")
    store.worked([Work(HERE, "s1", "commit", SHA[:10], NOW - 995, "hook")])
    keep(store, [found(commit=SHA)], origin="x", context=CONTEXT)
    (kept,) = store.evidence(HERE, session="s1")
    assert (kept.episode, kept.how, kept.confidence) == (first.id, "by its commit", 0.95)


def test_evidence_that_came_first_finds_its_session_when_the_work_becomes_known(store: Store) -> None:
    keep(store, [found(commit=SHA)], origin="x", context=CONTEXT)
    assert store.evidence(HERE, session="s1") == []
    keep(store, [], works=[Work("", "s1", "commit", SHA, NOW + 99, "transcript")], origin="log", context=CONTEXT)
    assert [fact.text for fact in store.evidence(HERE, session="s1")] == ["changes requested"]
    assert store.works(HERE) == [Work(HERE, "s1", "commit", SHA, NOW, "transcript")]


def test_a_commit_tells_its_pull_request_and_that_what_it_was_merged_as(store: Store) -> None:
    store.worked([Work(HERE, "s1", "commit", SHA, NOW - 500, "hook")])
    merge = "f" * 40
    detail = {"state": "merged", "merge_commit": merge}
    keep(
        store,
        [
            found(Kind.REVERT, "revert", commit=merge),
            found(Kind.COMMENT, "why not a set?", pull_request="o/demo#5"),
            found(Kind.PULL_REQUEST, "merged", commit=SHA, pull_request="o/demo#5", detail=detail),
        ],
        origin="x",
        context=CONTEXT,
    )
    assert {fact.text: fact.how for fact in store.evidence(HERE, session="s1")} == {
        "merged": "by its commit",
        "why not a set?": "by its pull request",
        "revert": "by its commit",
    }


def test_ambiguous_evidence_stays_without_a_session(store: Store) -> None:
    store.worked([Work(HERE, ident, "branch", "fix", NOW, "hook") for ident in ("s1", "s2")])
    keep(store, [found(branch="fix")], origin="x", context=CONTEXT)
    assert [fact.session for fact in store.evidence(HERE)] == [None]
    assert resolve(store, HERE) == 0


def test_a_session_or_commit_that_somebody_names_is_taken(store: Store) -> None:
    keep(store, [found()], origin="x", context=CONTEXT._replace(session="s7"))
    keep(store, [found(text="approved")], origin="x", context=CONTEXT._replace(commit=SHA, branch="b"))
    one, two = store.evidence(HERE)
    assert (one.session, one.how, one.confidence, two.commit, two.branch) == ("s7", "named", 1.0, SHA, "b")


def test_where_an_agent_feeds_us_nobodys_word_counts_for_more_than_its_own(store: Store) -> None:
    keep(
        store,
        [found(), found(Kind.CHECK, "pass", trust=Trust.MACHINE), found(text="hi", trust=Trust.ANONYMOUS)],
        origin="x",
        context=CONTEXT._replace(most=Trust.AGENT),
    )
    assert [fact.source.trust for fact in store.evidence(HERE)] == [Trust.AGENT, Trust.MACHINE, Trust.ANONYMOUS]


def test_values_of_our_secret_variables_are_masked_wherever_they_stand(store: Store) -> None:
    secret = "correct-horse-battery"
    told = found(text=f"use {secret}", detail={"a": [f"x {secret}", 1], "b": {"c": secret}, "d": None})
    keep(store, [told], origin="x", context=CONTEXT._replace(known=(secret,)))
    (kept,) = store.evidence(HERE)
    assert secret not in kept.text + repr(kept.detail)
    assert kept.detail["d"] is None


def test_many_facts_are_kept_in_parts(store: Store) -> None:
    many = [found(text=f"comment {number}") for number in range(2 * AT_ONCE + 1)]
    assert keep(store, many, origin="x", context=CONTEXT) == len(many)


@pytest.mark.parametrize("project", ["path:/a/b", "root:abc", "github.com/me/demo", "github.com/o/Demo"])
def test_facts_of_this_repository_or_its_parent_are_taken(project: str) -> None:
    check_repository([found(pull_request="o/demo#5"), found()], project, origin="a.json")


def test_facts_of_another_repository_are_refused_by_name() -> None:
    with pytest.raises(NotAReport, match=r"^a.json: it is about o/other, this project is github.com/o/demo; run this"):
        check_repository([found(pull_request="o/other#5")], "github.com/o/demo", origin="a.json")
    with pytest.raises(NotAReport, match="about g/sub/x"):
        check_repository([found(pull_request="g/sub/x!5")], "gitlab.com/g/sub/y", origin="a.json")


def test_a_pull_request_is_the_same_in_any_case_and_without_its_repository(store: Store) -> None:
    named = [found(text=text, pull_request=text) for text in ("O/Demo#5", "#5")]
    keep(store, named, origin="x", context=CONTEXT._replace(project="github.com/o/demo"))
    assert [fact.pull_request for fact in store.evidence("github.com/o/demo")] == ["o/demo#5", "o/demo#5"]
