"""A test run leaves its failures, what went green again, and the code of both sides; and nothing twice."""

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from mcp_server import testrun
from mcp_server.importers.runs import gotest, junit
from mcp_server.learning import fingerprint
from mcp_server.learning.transition import Way
from mcp_server.testrun import CHANGES, Context
from store.memory import MemoryStore
from store.records import Evidence, Kind, Source, Trust
from store.text import CleanText, trusted_text
from tests.conftest import Chance
from tests.doors.desk import commit, failed, git, passed, repository
from tests.doors.desk import junit as report

HERE = "example.org/demo"
NOW = 1_767_225_600.0


@pytest.fixture
def store(chance: Chance) -> MemoryStore:
    return MemoryStore(chance=chance)


def context(session: str | None = "s1", *, commit: str = "c1", named: bool = True, change: str = "") -> Context:
    def diff(since: str) -> CleanText | None:
        return trusted_text(f"{change} since {since or 'HEAD'}") if change else None

    return Context(HERE, session, commit, named, NOW, diff)


def keep(store: MemoryStore, *reports: str, where: Context | None = None) -> int:
    parsed = [junit.parse(each.encode(), f"r{place}.xml") for place, each in enumerate(reports)]
    return testrun.keep(store, parsed, origin="r", context=where or context()).new


def kinds(facts: Iterable[Evidence]) -> list[str]:
    return [str(fact.kind) for fact in facts]


def test_a_run_is_kept_with_its_failures(store: MemoryStore) -> None:
    assert keep(store, report(failed("test_a"), passed("test_b"))) == 2
    run, failure = store.evidence(HERE)
    assert (run.kind, run.text) == (Kind.RUN, "2 tests, 1 failed, 0 skipped")
    counts = {"tests": 2, "passed": 1, "failed": 1, "skipped": 0}
    assert run.detail == {**counts, "partial": False, "succeeded": False, "looked": []}
    assert (failure.kind, failure.detail["test"]) == (Kind.FAILURE, "tests.test_code::test_a")
    assert fingerprint.parse(failure.fingerprint).detector == "tests.test_code::test_a"
    for fact in (run, failure):
        assert (fact.session, fact.commit, fact.source.trust) == ("s1", "c1", Trust.MACHINE)


def test_the_same_report_again_changes_nothing(store: MemoryStore) -> None:
    once = report(failed("test_a"))
    keep(store, once, where=context(named=False))
    assert keep(store, once, where=context("s2", named=False)) == 0
    assert len(store.evidence(HERE)) == 2


def test_the_same_bytes_count_again_for_another_session_that_was_named(store: MemoryStore) -> None:
    once = report(failed("test_a"))
    assert [keep(store, once, where=context(session)) for session in ("s1", "s2", "s1")] == [2, 2, 0]


def test_what_failed_and_passes_now_is_fixed_once(store: MemoryStore) -> None:
    keep(store, report(failed("test_a"), failed("test_b")))
    keep(store, report(passed("test_a"), failed("test_b")), where=context("s2"))
    keep(store, report(passed("test_a"), failed("test_b", "KeyError: 1")), where=context("s3"))
    (fixed,) = store.evidence(HERE, kinds=[Kind.FIXED])
    assert (fixed.text, fixed.session) == ("tests.test_code::test_a passes again", "s2")
    keep(store, report(failed("test_a", "KeyError: 1"), passed("test_b")), where=context("s4"))
    keep(store, report(passed("test_a")), where=context("s5"))
    said = [(fact.text.split("::")[1], fact.session) for fact in store.evidence(HERE, kinds=[Kind.FIXED])]
    assert said == [
        ("test_a passes again", "s2"),
        ("test_b passes again", "s4"),
        ("test_b passes again", "s4"),
        ("test_a passes again", "s5"),
    ], "both ways in which test_b failed are fixed"


@pytest.mark.parametrize(
    "name",
    [
        "test_it[a|b%7C]",
        "test_it[/home/me/x/data.json]",
        "test_it[0xdeadbeef1]",
        "test_" + "long_" * 100,
        "test_it[" + "|" * 200 + "]",
        "Größe \N{SNOWMAN} ok",
        "test_it[1767225600]",
    ],
)
def test_a_test_is_known_again_whatever_its_name(store: MemoryStore, name: str) -> None:
    quoted = name.replace("&", "&amp;")
    keep(store, report(failed("x").replace("name='x'", f"name='{quoted}'")))
    keep(store, report(passed(quoted)), where=context("s2"))
    assert kinds(store.evidence(HERE, session="s2")) == ["run", "fixed"]


def test_a_test_that_is_skipped_or_missing_is_not_fixed(store: MemoryStore) -> None:
    keep(store, report(failed("test_a"), failed("test_b")))
    keep(store, report(passed("test_c"), passed("test_a").replace("/>", "><skipped/></testcase>")), where=context("s2"))
    assert store.evidence(HERE, kinds=[Kind.FIXED]) == []


def test_the_code_beside_a_failure_and_its_repair_is_kept(store: MemoryStore) -> None:
    keep(store, report(failed("test_a")), where=context(commit="c1", change="broken"))
    keep(store, report(passed("test_a")), where=context("s2", commit="c2", change="repaired"))
    changes = store.evidence(HERE, kinds=[Kind.CHANGE])
    assert [(each.text, each.detail["side"]) for each in changes] == [
        ("broken since HEAD", "failing"),
        ("repaired since c1", "passing"),
    ]
    assert len({each.fingerprint for each in changes}) == 1


def test_a_broken_build_does_not_repeat_its_change_for_every_test(store: MemoryStore) -> None:
    names = [f"test_{number}" for number in range(CHANGES + 4)]
    reports = [report(*map(failed, names[:4])), report(*map(failed, names[4:]))]
    keep(store, *reports, where=context(change="broken"))
    assert len(store.evidence(HERE, kinds=[Kind.CHANGE])) == CHANGES
    keep(store, report(*map(passed, names)), where=context("s2", change="repaired"))
    assert len(store.evidence(HERE, kinds=[Kind.CHANGE])) == 2 * CHANGES
    assert len(store.evidence(HERE, kinds=[Kind.FIXED])) == len(names)


def test_several_reports_are_one_run_and_none_counts_twice(store: MemoryStore) -> None:
    one, two = report(failed("test_a"), passed("test_b")), report(passed("test_c"))
    assert keep(store, one, two) == 2
    (run,) = store.evidence(HERE, kinds=[Kind.RUN])
    assert run.text == "3 tests, 1 failed, 0 skipped"
    assert keep(store, one, two) == 0
    assert keep(store, one, report(passed("test_d"))) == 1, "another run, but the failure is known"


def test_a_report_that_breaks_off_is_told_from_a_whole_one(store: MemoryStore) -> None:
    keep(store, report(passed("test_a"), passed("test_b"))[:-40])
    (run,) = store.evidence(HERE)
    assert run.text.endswith(", partly readable")
    assert run.detail["partial"] is True


def test_secret_values_of_the_environment_are_masked_in_failures(store: MemoryStore) -> None:
    where = context()._replace(known=("hunter2hunter2",))
    keep(store, report(failed("test_a", "AssertionError: password hunter2hunter2")), where=where)
    (failure,) = store.evidence(HERE, kinds=[Kind.FAILURE])
    assert "hunter2" not in failure.text


def test_a_failure_of_a_forgotten_text_is_no_longer_looked_for(store: MemoryStore) -> None:
    keep(store, report(failed("test_a")))
    store.forget(needles=["test_a"])
    keep(store, report(passed("test_a")), where=context("s2"))
    assert store.evidence(HERE, kinds=[Kind.FIXED]) == []


# --- against the run before


def timed(stamp: str, *cases: str) -> str:
    return report(*cases).replace("<testsuites>", f"<testsuites timestamp='{stamp}'>")


def told(store: MemoryStore, session: str) -> list[tuple[str, object]]:
    facts = store.evidence(HERE, session=session)
    return [(str(fact.kind), fact.detail.get("transition")) for fact in facts if fact.kind is not Kind.RUN]


def test_each_test_is_told_against_the_run_before(store: MemoryStore) -> None:
    keep(store, report(failed("test_a"), failed("test_b"), passed("test_c"), passed("test_d")))
    assert told(store, "s1") == [("failure", "first seen failing")] * 2
    second = report(failed("test_a"), failed("test_b", "KeyError: 1"), failed("test_c"), passed("test_d"))
    keep(store, second, where=context("s2", change="broken"))
    assert told(store, "s2") == [
        ("still failing", "still failing"),
        ("failure", "failing in another way"),
        ("change", None),
        ("failure", "newly failing"),
        ("change", None),
    ], "nobody in this session broke test_a, so no change stands beside it"
    still = store.evidence(HERE, kinds=[Kind.STILL])[0]
    assert still.text == "tests.test_code::test_a fails still"
    assert still.fingerprint == store.evidence(HERE, kinds=[Kind.FAILURE])[0].fingerprint
    keep(store, report(*map(passed, ("test_a", "test_b", "test_c"))), where=context("s3"))
    assert [kind for kind, _ in told(store, "s3")] == ["fixed"] * 4, "test_b in both ways in which it failed"


def test_what_became_of_the_tests_is_counted_for_a_reader(store: MemoryStore) -> None:
    parsed = [junit.parse(report(failed("test_a"), failed("test_b"), passed("test_c")).encode(), "r.xml")]
    kept = testrun.keep(store, parsed, origin="r", context=context())
    assert kept.ways == {Way.FIRST: 2}


def test_what_each_report_brought_is_counted_by_its_origin(store: MemoryStore) -> None:
    texts = report(failed("test_a"), failed("test_b")), report(failed("test_c")), report(passed("test_d"))
    parsed = [junit.parse(text.encode(), f"r{place}.xml") for place, text in enumerate(texts)]
    kept = testrun.keep(store, parsed, origin="r", context=context())
    assert (kept.new, {**kept.by_origin}) == (4, {"": 1, "r0.xml": 2, "r1.xml": 1})
    again = testrun.keep(store, parsed, origin="r", context=context())
    assert (again.new, set(again.by_origin.values())) == (0, {0})


def test_a_flaky_test_is_told_as_such_and_is_no_failure(store: MemoryStore) -> None:
    once = report(failed("test_a"), passed("test_a"))
    assert keep(store, once) == 2
    (run, flaky) = store.evidence(HERE)
    assert (run.detail["failed"], run.detail["succeeded"]) == (0, True)
    assert (flaky.kind, flaky.detail["test"]) == (Kind.FLAKY, "tests.test_code::test_a")
    assert keep(store, once) == 0
    assert store.tallies(HERE) == []


def test_a_failure_that_a_hook_saw_is_fixed_too_and_once(store: MemoryStore) -> None:
    keep(store, report(passed("test_a")))
    target = str(fingerprint.of_test_failure(test="tests.test_code::test_a", exception="KeyError", frame=""))
    source = Source("pytest in some client", "tests:local", Trust.MACHINE)
    seen = Evidence(HERE, Kind.FAILURE, trusted_text("KeyError: 1"), source, NOW, "h", fingerprint=target)
    store.record([seen])
    for session in ("s2", "s3"):
        keep(store, report(passed("test_a"), passed(f"test_of_{session}")), where=context(session))
    assert [fact.session for fact in store.evidence(HERE, kinds=[Kind.FIXED])] == ["s2"]


def test_what_another_suite_saw_is_not_this_ones_to_fix_or_to_excuse(store: MemoryStore) -> None:
    keep(store, report(failed("test_a")))
    nightly = context("s2")._replace(suite="tests:nightly")
    keep(store, report(passed("test_a")), where=nightly)
    assert told(store, "s2") == []
    keep(store, report(failed("test_a"), passed("test_b")), where=context("s3")._replace(suite="tests:nightly"))
    assert told(store, "s3") == [("failure", "newly failing")]
    assert {fact.source.identity for fact in store.evidence(HERE, session="s3")} == {"tests:nightly"}
    keep(store, report(passed("test_a"), passed("test_c")), where=context("s4"))
    assert told(store, "s4") == [("fixed", None)]


def test_the_rest_of_where_a_run_belongs_is_kept(store: MemoryStore) -> None:
    keep(store, report(failed("test_a")), where=context()._replace(branch="topic", pull_request="me/thing#5"))
    assert {(fact.branch, fact.pull_request) for fact in store.evidence(HERE)} == {("topic", "me/thing#5")}


def test_known_failures_whose_tests_ran_are_named(store: MemoryStore) -> None:
    keep(store, report(failed("test_a"), failed("test_b"), failed("test_c"), failed("test_d")))
    skipped = passed("test_c").replace("/>", "><skipped/></testcase>")
    keep(store, report(failed("test_a"), passed("test_b"), skipped, passed("test_e")), where=context("s2"))
    (run,) = store.evidence(HERE, session="s2", kinds=[Kind.RUN])
    assert run.detail["looked"] == ["tests.test_code::test_a", "tests.test_code::test_b"]
    assert run.detail["succeeded"] is False


def test_a_run_names_no_more_known_failures_than_it_may(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testrun, "LOOKED", 2)
    names = [f"test_{number}" for number in range(5)]
    keep(store, report(*map(failed, names)))
    keep(store, report(*map(passed, names)), where=context("s2"))
    (run,) = store.evidence(HERE, session="s2", kinds=[Kind.RUN])
    assert len(run.detail["looked"]) == 2


@pytest.mark.parametrize(
    ("cases", "succeeded"),
    [
        ([passed("test_a")], True),
        ([passed("test_a"), failed("test_b")], False),
        ([passed("test_a").replace("/>", "><skipped/></testcase>")], False),
        ([], False),
    ],
)
def test_a_run_succeeded_only_if_something_ran_and_nothing_failed(
    store: MemoryStore, cases: list[str], succeeded: bool
) -> None:
    keep(store, report(*cases))
    assert store.evidence(HERE)[0].detail["succeeded"] is succeeded


# --- a collection, a suite or a package that was broken as a whole


BROKEN = (
    "<testcase classname='' name='tests.test_code'>"
    "<error message='collection failure'>E   KeyError: 1</error></testcase>"
)


def pytest_report(*cases: str) -> str:
    return report(*cases).replace("name='s'", "name='pytest'")


def test_a_collection_that_broke_is_fixed_by_a_test_of_it_that_passes(store: MemoryStore) -> None:
    keep(store, pytest_report(BROKEN))
    keep(store, pytest_report("<testcase classname='tests.test_codes' name='test_a'/>"), where=context("s2"))
    assert told(store, "s2") == []
    keep(store, pytest_report(failed("test_a"), passed("test_b")), where=context("s3"))
    said = store.evidence(HERE, session="s3", kinds=[Kind.RUN, Kind.FIXED])
    assert [fact.text for fact in said] == ["2 tests, 1 failed, 0 skipped", "tests.test_code passes again"]
    assert said[0].detail["looked"] == ["tests.test_code"]
    keep(store, pytest_report(BROKEN, passed("test_c")), where=context("s4"))
    assert told(store, "s4") == [("failure", "newly failing")]


def test_a_suite_that_broke_is_fixed_by_a_test_of_it_that_passes(store: MemoryStore) -> None:
    broken = "<testsuite name='a.b'><testcase classname='a.b' name='t'/><error message='db down'/></testsuite>"
    keep(store, broken)
    assert [fact.detail.get("test") for fact in store.evidence(HERE, kinds=[Kind.FAILURE])] == ["a.b::(suite)"]
    keep(store, broken.replace("<error message='db down'/>", ""), where=context("s2"))
    assert told(store, "s2") == [("fixed", None)]


# --- out of order, read again, not whole


def test_an_older_run_that_comes_late_turns_nothing_back(store: MemoryStore) -> None:
    keep(store, timed("2025-12-31T10:00:00Z", passed("test_a"), failed("test_b")))
    keep(store, timed("2025-12-31T12:00:00Z", passed("test_a"), passed("test_b")), where=context("s2"))
    before = store.conditions(HERE, "tests:local")
    late = timed("2025-12-31T11:00:00Z", failed("test_a"), passed("test_b"))
    keep(store, late, where=context("s3", change="of another time"))
    assert told(store, "s3") == [("failure", "unknown")]
    assert store.conditions(HERE, "tests:local") == before
    keep(store, timed("2025-12-31T13:00:00Z", passed("test_a"), passed("test_b")), where=context("s4"))
    assert told(store, "s4") == [], "test_a was well after that failure already"


def test_a_failure_that_was_seen_after_a_run_is_not_fixed_by_it(store: MemoryStore) -> None:
    keep(store, timed("2025-12-31T12:00:00Z", failed("test_a")))
    keep(store, timed("2025-12-31T11:00:00Z", passed("test_a")), where=context("s2"))
    assert told(store, "s2") == []
    target = str(fingerprint.of_test_failure(test="tests.test_code::test_z", exception="KeyError", frame=""))
    source = Source("pytest in some client", "tests:local", Trust.MACHINE)
    seen = Evidence(HERE, Kind.FAILURE, trusted_text("KeyError: 1"), source, NOW - 60.0, "h", fingerprint=target)
    store.record([seen])
    keep(store, timed("2025-12-31T20:00:00Z", passed("test_z")), where=context("s3"))
    assert told(store, "s3") == []
    keep(store, timed("2025-12-31T20:00:01", passed("test_z")), where=context("s4"))
    assert told(store, "s4") == [("fixed", None)], "a time without a zone may be off by half a day"


def test_facts_have_the_time_of_their_run_unless_it_is_still_to_come(store: MemoryStore) -> None:
    for session, stamp in [("s1", "2025-12-31T12:00:00Z"), ("s2", "2031-01-01T00:00:00Z"), ("s3", "once")]:
        keep(store, timed(stamp, failed("test_a")), where=context(session))
    assert [fact.time for fact in store.evidence(HERE, kinds=[Kind.RUN])] == [NOW - 12 * 3600, NOW, NOW]
    assert max(fact.time for fact in store.evidence(HERE)) == NOW


def test_a_run_that_is_read_again_changes_nothing_whatever_came_between(store: MemoryStore) -> None:
    red, green = report(failed("test_a"), passed("test_b")), report(passed("test_a"), passed("test_b"))
    for each in (red, green):
        keep(store, each, where=context(None, named=False))
    facts, standing = store.evidence(HERE), store.conditions(HERE, "tests:local")
    for again in (red, green):
        assert keep(store, again, where=context("s9", named=False, change="broken")) == 0
    assert keep(store, red, report(passed("test_c")), where=context(None, named=False)) == 1, "the run of both"
    assert store.evidence(HERE)[: len(facts)] == facts
    assert {**store.conditions(HERE, "tests:local"), **standing} == store.conditions(HERE, "tests:local")


def test_what_fails_still_adds_nothing_when_it_is_read_again(store: MemoryStore) -> None:
    keep(store, report(failed("test_a")))
    again = report(failed("test_a"), passed("test_b"))
    assert [keep(store, again, where=context("s2")) for _ in range(3)] == [2, 0, 0]


def test_the_same_bytes_for_another_session_leave_the_suite_as_it_stands(store: MemoryStore) -> None:
    red = report(failed("test_a"))
    keep(store, red)
    keep(store, report(passed("test_a")), where=context("s2"))
    standing = store.conditions(HERE, "tests:local")
    keep(store, red, where=context("s3", change="of another time"))
    assert told(store, "s3") == [("failure", "unknown")]
    assert store.conditions(HERE, "tests:local") == standing


def test_what_passed_in_a_report_that_breaks_off_is_not_fixed(store: MemoryStore) -> None:
    keep(store, report(failed("test_a"), failed("test_b")))
    keep(store, report(passed("test_a"), failed("test_b", "KeyError: 1"))[:-20], where=context("s2"))
    assert told(store, "s2") == [("failure", "failing in another way")]
    keep(store, report(passed("test_a")), where=context("s3"))
    assert told(store, "s3") == [("fixed", None)]


def test_of_namesakes_in_one_run_the_worst_counts_and_once(store: MemoryStore) -> None:
    one, two = report(passed("test_a"), failed("test_b")), report(failed("test_a"), failed("test_b"))
    keep(store, one, two)
    assert len(told(store, "s1")) == 2


def test_a_report_says_what_it_is_in_its_origin(store: MemoryStore) -> None:
    events = (
        '{"Action":"run","Package":"example.org/p","Test":"TestA"}',
        '{"Action":"fail","Package":"example.org/p","Test":"TestA"}',
        '{"Action":"fail","Package":"example.org/p"}',
    )
    parsed = [gotest.parse("\n".join(events).encode(), "out.json")]
    testrun.keep(store, parsed, origin="r", context=context())
    assert {fact.source.origin for fact in store.evidence(HERE)} == {"go out.json"}


# --- the change itself


def test_the_change_is_what_the_working_tree_differs_by(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    first = git(folder, "rev-parse", "HEAD")
    assert testrun.change(str(folder), "") is None
    (folder / "code.py").write_text("uncommitted\n", encoding="utf-8")
    assert "+uncommitted" in (testrun.change(str(folder), "") or "")
    commit(folder, "committed\n")
    assert testrun.change(str(folder), "") is None
    assert "+committed" in (testrun.change(str(folder), first) or "")


@pytest.mark.parametrize("since", ["", "0" * 40, "HEAD", "--output=stolen", "main", "a" * 400, "abc def"])
def test_what_is_no_commit_here_gives_no_change(tmp_path: Path, since: str) -> None:
    folder = repository(tmp_path / "demo", commits=bool(since))
    (folder / "code.py").write_text("changed\n", encoding="utf-8")
    assert testrun.change(str(folder), since) is None
    assert {path.name for path in folder.iterdir()} == {".git", "code.py"}


def test_without_git_or_a_repository_there_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert testrun.change(str(tmp_path), "") is None
    monkeypatch.setenv("PATH", "")
    assert testrun.change(str(tmp_path), "") is None


def test_a_detached_head_has_its_change_too(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", commits=2)
    git(folder, "checkout", "-q", "--detach", "HEAD~1")
    (folder / "code.py").write_text("changed\n", encoding="utf-8")
    assert "+changed" in (testrun.change(str(folder), "") or "")


def test_secrets_in_a_change_are_redacted_and_a_long_one_is_cut(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    token = "ghp_" + "a1B2" * 9
    (folder / "code.py").write_text(f"token = '{token}'\nours = 'hunter2hunter2'\n", encoding="utf-8")
    text = testrun.change(str(folder), "", known=["hunter2hunter2"]) or ""
    assert "[redacted: GitHub token]" in text
    assert "hunter2" not in text
    assert token not in text
    (folder / "code.py").write_bytes(b"\xff not text \xfe\n" + b"long\n" * 1_000_000)
    assert len(testrun.change(str(folder), "") or "") <= 4000


@pytest.mark.skipif(sys.platform == "win32", reason="scripts of this kind")
def test_nothing_that_a_repository_configures_is_run(tmp_path: Path) -> None:
    part = repository(tmp_path / "part")
    folder = repository(tmp_path / "demo")
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part), "part")
    (folder / ".gitattributes").write_text("* filter=evil diff=evil\n*.bin filter=odd.name=x\n", encoding="utf-8")
    (folder / "some.bin").write_text("one", encoding="utf-8")
    commit(folder, "first\n")
    first = git(folder, "rev-parse", "HEAD")
    canary, script = tmp_path / "canary", tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{canary}'\ncat\n", encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    evil = str(script)
    settings = {
        "core.fsmonitor": evil,
        "core.pager": evil,
        "pager.diff": evil,
        "pager.config": evil,
        "core.editor": evil,
        "core.sshCommand": evil,
        "core.askPass": evil,
        "core.gitProxy": evil,
        "credential.helper": evil,
        "core.hooksPath": str(tmp_path / "hooks"),
        "diff.external": evil,
        "diff.evil.command": evil,
        "diff.evil.textconv": evil,
        "diff.submodule": "diff",
        "filter.evil.clean": evil,
        "filter.evil.smudge": evil,
        "filter.evil.process": evil,
        "filter.evil.required": "true",
        "filter.odd.name=x.clean": evil,
        "gpg.program": evil,
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(part),
        "remote.origin.uploadpack": evil,
        "color.ui": "always",
    }
    (tmp_path / "hooks").mkdir()
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (tmp_path / "hooks" / hook).symlink_to(script)
    for where in (folder, folder / "part"):
        for name, value in settings.items():
            git(where, "config", name, value)
    inner = folder / ".git" / "modules" / "part"
    (inner / "info").mkdir(exist_ok=True)
    (inner / "info" / "attributes").write_text("* filter=inner\n", encoding="utf-8")
    git(folder / "part", "config", "filter.inner.clean", evil)
    for name in ("code.py", "some.bin"):
        (folder / name).write_text(f"changed {name}\n", encoding="utf-8")
    # Of the same size at another time: git would have to look into it to say whether it changed.
    os.utime(folder / "part" / "code.py", (0, 0))
    canary.unlink(missing_ok=True)
    text = testrun.change(str(folder), first) or ""
    assert "+changed code.py" in text
    assert "+changed some.bin" in text
    assert "\x1b" not in text
    missing = "1" * 40
    assert testrun.change(str(folder), missing) is None, "a partial clone is not filled up"
    from mcp_server.project import find

    assert find(folder).project.name == "demo"
    assert not canary.exists(), canary.read_text(encoding="utf-8")
