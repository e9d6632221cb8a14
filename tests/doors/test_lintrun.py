"""A linter's run leaves the classes that are new, those that went away, and nobody's old ones as a failure."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server import lintrun
from mcp_server.importers.lint import sarif
from mcp_server.lintrun import MOST, PLACES, Kept
from mcp_server.testrun import Context
from store import open_store
from store.contract import Store
from store.memory import MemoryStore
from store.records import Evidence, Kind, Source, Trust
from store.text import clean_line
from tests.conftest import Chance
from tests.doors.test_sarif import ESLINT, KEY, Json, at, log, result, run

HERE = "example.org/demo"
NOW = 1_767_225_600.0


@pytest.fixture
def store(chance: Chance) -> MemoryStore:
    return MemoryStore(chance=chance)


def context(session: str | None = "s1", *, now: float = NOW, named: bool = False, **more: Any) -> Context:
    return Context(HERE, session, "c1", named, now, lambda _since: None, **more)


STEP = iter(range(10**6))


def keep(store: Store, *runs: Json, where: Context | None = None, root: str = "", salt: object = None) -> Kept:
    """Keep a file that holds these runs; each is another file unless `salt` says which."""
    data = log(*runs, properties={"salt": next(STEP) if salt is None else salt})
    return lintrun.keep(store, sarif.parse(data, "r.sarif"), context=where or context(), root=root)


def said(store: Store, session: str | None = None) -> list[tuple[str, str]]:
    """Kind and class of every fact but runs."""
    facts = store.evidence(HERE, session=session) if session else store.evidence(HERE)
    return [(str(fact.kind), fact.fingerprint.partition("|")[2]) for fact in facts if fact.kind is not Kind.RUN]


def last_run(store: Store) -> Evidence:
    return store.evidence(HERE, kinds=[Kind.RUN])[-1]


def many(number: int, code: str = "F401") -> list[Json]:
    return [result(code, f"`name{place}` unused", locations=at(f"src/m{place}.py")) for place in range(number)]


# --- the first run


def test_a_legacy_of_five_thousand_findings_is_nobodys_failure(store: MemoryStore):
    kept = keep(store, run(*many(5000), *many(3, "E501")))
    assert kept == Kept(new=3, problems=5003, introduced=0, fixed=0, left_out=0)
    assert said(store) == [("still failing", "F401"), ("still failing", "E501")]
    start, imports, _ = store.evidence(HERE)
    assert start.text == "ruff: 5003 problems; the first run, so a baseline"
    assert imports.text.splitlines()[0] == "ruff F401: 5000, none of them new"
    assert len(imports.text.splitlines()) == 1 + PLACES
    assert (start.session, start.source.identity, start.source.trust) == ("s1", "tests:local", Trust.MACHINE)


def test_even_in_a_first_run_the_tools_own_word_on_what_is_new_counts(store: MemoryStore):
    kept = keep(store, run(result(baselineState="new"), result("E501", baselineState="unchanged")))
    assert kept.introduced == 1
    assert said(store) == [("failure", "F401"), ("still failing", "E501")]


def test_a_clean_first_run_is_a_baseline_too(store: MemoryStore):
    keep(store, run())
    assert keep(store, run(result()), where=context("s2")).introduced == 1
    assert said(store, "s2") == [("failure", "F401")]


def test_another_tool_suite_or_category_has_a_first_run_of_its_own(store: MemoryStore):
    keep(store, run())
    keep(store, run(result(), tool="mypy"))
    keep(store, run(result(), automationDetails={"id": "nightly/1"}))
    keep(store, run(result()), where=context(suite="tests:ci"))
    assert {kind for kind, _ in said(store)} == {"still failing"}


# --- from run to run


def test_a_new_finding_is_the_failure_of_the_session_that_brought_it(store: MemoryStore):
    keep(store, run(*many(2)))
    kept = keep(store, run(*many(2), result(text="`re` unused", locations=at("src/new.py", 7))), where=context("s2"))
    assert (kept.problems, kept.introduced) == (3, 1)
    (failure,) = store.evidence(HERE, kinds=[Kind.FAILURE])
    assert failure.text == "ruff F401: 1 new, 3 in all\nsrc/new.py:7: `re` unused"
    assert (failure.session, failure.path, failure.fingerprint) == ("s2", "src/new.py", "lint:ruff|F401")
    assert dict(failure.detail) == {
        "sort": "lint",
        "tool": "ruff",
        "code": "F401",
        "problems": 3,
        "new": 1,
        "level": "error",
        "places": ["src/new.py:7: `re` unused"],
    }
    assert keep(store, run(*many(2), result(text="`re` unused", locations=at("src/new.py", 9)))).introduced == 0
    assert said(store)[-1] == ("still failing", "F401")


def test_a_finding_that_moved_to_another_line_or_file_is_not_new(store: MemoryStore):
    keep(store, run(result(locations=at("src/a.py", 3)), result("E1", locations=at("src/a.py", 9))))
    kept = keep(store, run(result(locations=at("src/b.py", 300)), result("E1", locations=at("src/a.py", 1))))
    assert (kept.introduced, kept.fixed) == (0, 0)
    assert keep(store, run(result(locations=at("src/b.py")), result(locations=at("src/a.py")))).introduced == 1


def test_one_more_of_several_alike_is_new(store: MemoryStore):
    keep(store, run(result(), result()))
    assert keep(store, run(result(), result(), result())).introduced == 1
    assert keep(store, run(result(), result(), result())).introduced == 0
    assert keep(store, run(result())).introduced == 0
    assert keep(store, run(result(), result())).introduced == 1


def test_a_class_that_went_away_is_fixed_once(store: MemoryStore):
    keep(store, run(*many(2), result("E501")))
    assert keep(store, run(*many(1)), where=context("s2")).fixed == 1
    assert keep(store, run(*many(1)), where=context("s3")).fixed == 0
    assert said(store, "s2") == [("fixed", "E501"), ("still failing", "F401")]
    (fixed,) = store.evidence(HERE, kinds=[Kind.FIXED])
    assert fixed.text == "ruff E501: none is left"
    assert said(store, "s3") == [("still failing", "F401")]


def test_what_comes_back_after_it_was_fixed_is_a_failure_again(store: MemoryStore):
    keep(store, run(result()))
    keep(store, run())
    assert keep(store, run(result()), where=context("s3")).introduced == 1
    assert said(store) == [("still failing", "F401"), ("fixed", "F401"), ("failure", "F401")]


def test_what_was_only_suppressed_is_not_fixed(store: MemoryStore):
    keep(store, run(result()))
    assert keep(store, run(result(suppressions=[{"kind": "inSource"}]))).fixed == 0
    assert last_run(store).detail["suppressed"] == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"invocations": [{"executionSuccessful": False}]},
        {"externalPropertyFileReferences": {"results": [{}]}},
    ],
)
def test_a_run_that_is_not_whole_fixes_nothing_and_forgets_nothing(store: MemoryStore, broken: Json):
    keep(store, run(result(), result("E501")))
    kept = keep(store, run(result("E501"), **broken))
    assert kept.fixed == 0
    assert last_run(store).detail["partial"] is True
    assert keep(store, run(result(), result("E501"))).introduced == 0


def test_files_that_were_not_looked_at_are_not_fixed(store: MemoryStore):
    keep(store, run(result(locations=at("src/a.py")), result("E501", locations=at("src/b.py"))))
    files = [{"location": {"uri": "src/a.py"}}, {"location": {"uri": "src/c.py"}}]
    assert keep(store, run(artifacts=files)).fixed == 1
    assert said(store)[-1] == ("fixed", "F401")
    assert keep(store, run(result("E501", locations=at("src/b.py")))).introduced == 0


# --- the tool's own comparison


def test_a_tool_that_compares_with_a_baseline_is_believed(store: MemoryStore):
    keep(store, run())
    found = [result("A", baselineState="unchanged"), result("B", baselineState="updated")]
    kept = keep(store, run(*found, result("C", baselineState="new"), result("D", baselineState="absent")))
    assert (kept.problems, kept.introduced, kept.fixed) == (3, 1, 1)
    assert sorted(said(store)) == [
        ("failure", "C"),
        ("fixed", "D"),
        ("still failing", "A"),
        ("still failing", "B"),
    ]


def test_what_is_new_against_a_baseline_is_new_only_the_first_time(store: MemoryStore):
    keep(store, run(result(baselineState="new")), where=context("s1"))
    keep(store, run(result(baselineState="new")), where=context("s2"))
    assert said(store) == [("failure", "F401"), ("still failing", "F401")]


def test_one_of_a_class_that_is_gone_does_not_fix_the_class(store: MemoryStore):
    found = result(text="`re` unused", baselineState="absent"), result(baselineState="unchanged")
    assert keep(store, run(*found)).fixed == 0
    keep(store, run(result(text="`re` unused", baselineState="absent")))
    assert said(store)[-1] == ("fixed", "F401")


# --- the same again, late, and for others


def test_the_same_bytes_again_change_nothing(store: MemoryStore):
    first, second = log(run(result()), properties=1), log(run(), properties=2)

    def read(data: bytes, **more: Any) -> Kept:
        return lintrun.keep(store, sarif.parse(data, "r.sarif"), context=context(**more))

    read(first)
    read(second, now=NOW + 1)
    before = store.evidence(HERE)
    assert [read(data, now=NOW + 2) for data in (first, second, first)] == [Kept(0, 1), Kept(0), Kept(0, 1)]
    assert store.evidence(HERE) == before
    assert keep(store, run(), where=context(now=NOW + 3)).fixed == 0


def test_a_run_that_is_named_for_another_session_says_there_what_it_said_first(store: MemoryStore):
    keep(store, run(result("OLD")), where=context("s0"))
    data = log(run(result(), result("KEPT")), properties=7)

    def read(session: str) -> Kept:
        return lintrun.keep(store, sarif.parse(data, "r.sarif"), context=context(session, named=True))

    def classes(session: str) -> list[tuple[str, str]]:
        return sorted(said(store, session))

    read("s1")
    keep(store, run(result("KEPT")), where=context("s3"))
    read("s2")
    assert classes("s1") == [("failure", "F401"), ("failure", "KEPT"), ("fixed", "OLD")]
    assert classes("s2") == [("failure", "KEPT"), ("fixed", "OLD"), ("still failing", "F401")], "F401 is over by now"
    assert read("s2") == Kept(0, 2)


def test_an_older_run_that_comes_late_turns_nothing_back(store: MemoryStore):
    def dated(hour: int) -> Json:
        return {"invocations": [{"executionSuccessful": True, "endTimeUtc": f"2025-12-31T{hour:02}:00:00Z"}]}

    keep(store, run(result("A"), **dated(8)))
    keep(store, run(result("B"), **dated(12)))
    late = keep(store, run(result("C"), result("D", baselineState="new"), **dated(10)), where=context("late"))
    assert (late.introduced, late.fixed) == (1, 0)
    assert said(store, "late") == [("failure", "D"), ("still failing", "C")]
    again = keep(store, run(result("B"), **dated(13)), where=context("s9"))
    assert (again.introduced, again.fixed) == (0, 1), "only D, which the tool itself called new, was ever a failure"
    assert said(store, "s9") == [("fixed", "D"), ("still failing", "B")]


def test_a_run_from_the_future_is_of_today(store: MemoryStore):
    future = {"invocations": [{"executionSuccessful": True, "endTimeUtc": "2099-01-01T00:00:00Z"}]}
    keep(store, run(**future))
    assert last_run(store).time == NOW
    assert keep(store, run(result()), where=context(now=NOW + 5)).introduced == 1


CODES = st.sampled_from(["A", "B", "C"])
FOUND = st.dictionaries(st.tuples(CODES, st.sampled_from(["x.py", "y.py"])), st.integers(1, 2), max_size=4)


@settings(max_examples=60)
@given(st.lists(st.tuples(FOUND, st.booleans()), min_size=1, max_size=6))
def test_any_order_of_runs_says_of_each_class_what_a_list_of_open_findings_says(history: list[tuple[Any, bool]]):
    """The model: a finding is open from the run that first holds it to the first whole run that does not."""
    store: Store = MemoryStore(chance=bytes)
    opened: set[tuple[str, str, int]] = set()
    for place, (found, whole) in enumerate(history):
        now = {(code, path, number) for (code, path), many in found.items() for number in range(many)}
        results = [
            result(code, f"of {path}", locations=at(path)) for (code, path), many in found.items() for _ in range(many)
        ]
        broken = {} if whole else {"invocations": [{"executionSuccessful": False}]}
        kept = keep(store, run(*results, **broken), where=context(f"s{place}"))
        new = now - opened if place else set[tuple[str, str, int]]()
        gone = opened - now if whole else set[tuple[str, str, int]]()
        classes = {code for code, _, _ in now}
        news = {code for code, _, _ in new}
        fixed = {code for code, _, _ in gone} - classes
        assert (kept.problems, kept.introduced, kept.fixed) == (len(now), len(new), len(fixed))
        assert sorted(said(store, f"s{place}")) == sorted(
            [
                *(("failure", code) for code in news),
                *(("still failing", code) for code in classes - news),
                *(("fixed", code) for code in fixed),
            ]
        )
        opened = (opened | now) - gone


# --- what hooks saw


def test_what_a_hook_saw_failing_is_fixed_by_a_clean_run(store: MemoryStore):
    def seen(kind: Kind, target: str, *, suite: str = "tests:local", hash_: str = "") -> Evidence:
        source = Source("ruff in codex", suite, Trust.MACHINE)
        return Evidence(HERE, kind, clean_line("x").text, source, NOW, f"{target}{kind}{hash_}", fingerprint=target)

    store.record([seen(Kind.FAILURE, "lint:ruff|F401"), seen(Kind.FAILURE, "lint:ruff|E1", suite="tests:ci")])
    store.record([seen(Kind.FAILURE, "lint:ruff|E2"), seen(Kind.FIXED, "lint:ruff|E2")])
    store.record([seen(Kind.FAILURE, "lint:eslint|semi"), seen(Kind.FAILURE, "lint:ruff|E3")])
    assert keep(store, run(result("E3"), artifacts=[{"location": {"uri": "src/z.py"}}])).fixed == 0
    assert keep(store, run(result("E3"))).fixed == 1
    assert ("fixed", "F401") in said(store)


# --- where it belongs


def test_a_file_that_tells_its_commit_is_believed_unless_somebody_named_one(store: MemoryStore):
    told = {"versionControlProvenance": [{"revisionId": "a" * 40, "branch": "topic"}]}
    keep(store, run(**told))
    assert (last_run(store).commit, last_run(store).branch) == ("a" * 40, "topic")
    keep(store, run(**told), where=context(named=True, branch="main", pull_request="o/r#5"))
    assert (last_run(store).commit, last_run(store).branch, last_run(store).pull_request) == ("c1", "main", "o/r#5")
    keep(store, run())
    assert last_run(store).commit == "c1"


def test_absolute_paths_are_of_the_project_where_its_folder_is_known(store: MemoryStore):
    there = result(locations=at("file:///srv/shop/src/cart.py"))
    keep(store, run(), root="/srv/shop")
    keep(store, run(there), root="/srv/shop")
    (failure,) = store.evidence(HERE, kinds=[Kind.FAILURE])
    assert (failure.path, failure.detail["places"]) == ("src/cart.py", ["src/cart.py:3: `os` imported but unused"])
    assert (
        keep(store, run(result(locations=at("file:///builds/7/shop/src/cart.py"))), root="/builds/7/shop").introduced
        == 0
    )


def test_without_the_projects_folder_only_the_files_name_tells(store: MemoryStore):
    keep(store, run())
    keep(store, run(result(locations=at("file:///srv/shop/src/cart.py"))))
    (failure,) = store.evidence(HERE, kinds=[Kind.FAILURE])
    assert (failure.path, failure.detail["places"]) == ("", ["`os` imported but unused"])
    assert keep(store, run(result(locations=at("file:///builds/7/shop/src/cart.py")))).introduced == 0
    assert keep(store, run(result(locations=[]))).introduced == 0, "it moved"


def test_a_finding_without_a_line_is_shown_with_its_file(store: MemoryStore):
    keep(store, run(result(locations=[{"physicalLocation": {"artifactLocation": {"uri": "a.py"}}}])))
    assert store.evidence(HERE)[-1].detail["places"] == ["a.py: `os` imported but unused"]


# --- limits


def test_a_run_leaves_at_most_so_many_classes_and_says_how_many_it_left_out(store: MemoryStore):
    keep(store, run(result("GONE")))
    found = [result(f"E{place}") for place in range(MOST + 9)]
    kept = keep(store, run(*found, result("E0")))
    assert (kept.new, kept.introduced, kept.fixed, kept.left_out) == (MOST + 1, MOST + 10, 1, 10)
    assert last_run(store).detail["left_out"] == 10
    assert (
        last_run(store).text == f"ruff: {MOST + 10} problems; {MOST + 10} new; 1 class gone; 10 classes left out here"
    )
    assert said(store)[1] == ("failure", "E0"), "the class with the most comes first"
    assert keep(store, run(*found, result("E0"))).introduced == 0, "those left out are known as well"
    keep(store, run())
    assert last_run(store).text == f"ruff: 0 problems; {MOST + 9} classes gone; 9 classes left out here"


def test_secrets_that_are_known_stand_in_no_fact_and_no_condition(store: MemoryStore):
    secret = "correct horse battery staple"
    keep(store, run())
    found = result(text=f"key {secret}", locations=at(f"src/{secret}/a.py"))
    keep(store, run(found, tool="ruff"), where=context(known=(secret,)))
    conditions = store.conditions(HERE, "lint:ruff:@tests:local")
    text = json.dumps([fact._asdict() for fact in store.evidence(HERE)], default=str) + json.dumps(list(conditions))
    assert len(conditions) == 2
    assert secret not in text


def test_the_words_of_a_hostile_file_are_clean(store: MemoryStore):
    keep(store, run())
    keep(store, run(result(f"<!-- x -->{KEY}", f"{KEY} \u202e", locations=at(f"{KEY}.py"))))
    (failure,) = store.evidence(HERE, kinds=[Kind.FAILURE])
    assert KEY not in json.dumps(failure._asdict(), default=str)


def test_a_file_in_which_nothing_looked_leaves_nothing(store: MemoryStore):
    assert keep(store, {"tool": {"driver": {"name": "ruff"}}}) == Kept(0)
    assert store.evidence(HERE) == []


def test_several_tools_in_one_file_are_kept_each_for_itself(store: MemoryStore):
    kept = keep(store, run(result()), run(result("arg-type"), tool="mypy"))
    assert (kept.new, kept.problems) == (4, 2)
    runs: Sequence[Evidence] = store.evidence(HERE, kinds=[Kind.RUN])
    assert [(fact.detail["sort"], fact.detail["tool"]) for fact in runs] == [("lint", "ruff"), ("types", "mypy")]


def test_what_eslint_suppressed_is_neither_problem_nor_fixed(store: MemoryStore):
    kept = lintrun.keep(store, sarif.parse(json.dumps(ESLINT).encode(), "r.sarif"), context=context())
    assert (kept.problems, kept.fixed) == (1, 0)


def test_a_store_on_disk_remembers_the_same(tmp_path: Path):
    with closing(open_store(tmp_path / "store.db")) as store:
        keep(store, run(result(), result("E501")))
        assert keep(store, run(result(), result(text="`re` unused"))).introduced == 1
        assert said(store)[2:] == [("failure", "F401"), ("fixed", "E501")]
