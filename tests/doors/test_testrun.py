"""A test run leaves its failures, what went green again, and the code of both sides; and nothing twice."""

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from mcp_server import testrun
from mcp_server.importers import junit
from mcp_server.learning import fingerprint
from mcp_server.testrun import CHANGES, Context
from store.memory import MemoryStore
from store.records import Evidence, Kind, Trust
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
    assert run.detail == {"tests": 2, "passed": 1, "failed": 1, "skipped": 0, "partial": False}
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
