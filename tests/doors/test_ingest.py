"""Test reports become evidence once, with their session and the code of both sides; what is broken is named."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcp_server import github_cli
from mcp_server.commands import ingest
from mcp_server.commands.ingest import MOST
from mcp_server.learning import fingerprint
from store.records import Evidence, Kind, Trust, Work
from tests.doors.desk import Desk, commit, failed, git, junit, passed, repository

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "junit"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    "<testsuites><testsuite><testcase name='&b;'/></testsuite></testsuites>"
)


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """A desk in a real repository with one commit."""
    repository(desk.folder, remote="https://github.com/me/thing")
    return desk


def wrote(desk: Desk, *cases: str, name: str = "report.xml") -> str:
    path = desk.folder.parent / "reports" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(junit(*cases), encoding="utf-8")
    return str(path)


def evidence(desk: Desk, *kinds: Kind) -> list[Evidence]:
    key = "github.com/me/thing" if (desk.folder / ".git").exists() else desk.project
    return desk.store.evidence(key, kinds=kinds or None)


# --- what is kept


def test_a_report_is_kept_once(desk: Desk) -> None:
    path = wrote(desk, failed("test_a"), passed("test_b"))
    assert desk.run("ingest", path) == (
        f"{path}: 2 tests, 1 failed, 0 errors, 0 skipped; 2 new pieces of evidence (1 first seen failing)\n"
        "no session, as none was active in the last half hour"
    )
    assert desk.run("ingest", path).splitlines()[0].endswith("; nothing new")
    assert [fact.kind for fact in evidence(desk)] == [Kind.RUN, Kind.FAILURE]
    assert evidence(desk)[0].source.origin == f"junit {path}"


def test_a_folder_is_one_run(desk: Desk) -> None:
    wrote(desk, failed("test_a"), name="TEST-a.xml")
    folder = Path(wrote(desk, passed("test_b"), passed("test_c"), name="sub/TEST-b.xml")).parents[1]
    (folder / "notes.txt").write_text("not a report", encoding="utf-8")
    said = desk.run("ingest", str(folder)).splitlines()[0]
    told = "3 tests, 1 failed, 0 errors, 0 skipped; 2 new pieces of evidence (1 first seen failing)"
    assert said == f"{folder} (2 files): {told}"
    (run,) = evidence(desk, Kind.RUN)
    assert run.detail["failed"] == 1
    assert run.detail["passed"] == 2
    assert desk.facts("ingest", str(folder))["files"][0]["evidence"] == 0
    assert desk.facts("ingest", str(folder / "TEST-a.xml"))["files"][0]["evidence"] == 1, "a run, but no new failure"


def test_files_on_one_line_are_one_run(repo: Desk) -> None:
    one, two = wrote(repo, failed("test_a"), name="1.xml"), wrote(repo, passed("test_b"), name="2.xml")
    facts = repo.facts("ingest", one, two, one)
    assert [(each["path"], each["tests"], each["evidence"]) for each in facts["files"]] == [(one, 1, 2), (two, 1, 0)]
    (run, failure) = evidence(repo)
    assert (run.detail["tests"], run.detail["failed"], failure.kind) == (2, 1, Kind.FAILURE)
    assert [each["evidence"] for each in repo.facts("ingest", two, one)["files"]] == [0, 0]


def test_a_report_may_come_by_stdin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    data = junit(failed("test_a")).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    assert desk.run("ingest", "-", "-").startswith("-: 1 test, 1 failed")
    assert evidence(desk)[0].source.origin == "junit -"


# --- whose it is


def test_a_named_session_counts_the_same_bytes_again(desk: Desk) -> None:
    path = wrote(desk, failed("test_a"))
    assert desk.run("ingest", path, "--session", "s1").endswith("session s1, as named")
    desk.run("ingest", path, "--session", "s2")
    desk.run("ingest", path, "--session", "s2")
    assert [fact.session for fact in evidence(desk, Kind.FAILURE)] == ["s1", "s2"]


def test_the_only_recent_session_gets_it_and_of_several_none_does(desk: Desk) -> None:
    desk.session("s1")
    first = wrote(desk, failed("test_a"), name="1.xml")
    assert desk.run("ingest", first).endswith("session s1, the only one of the last half hour")
    desk.session("s2")
    second = wrote(desk, failed("test_a", "KeyError: 1"), name="2.xml")
    assert desk.run("ingest", second).endswith(
        "no session, as 2 were active in the last half hour; name one with --session"
    )
    assert [fact.session for fact in evidence(desk, Kind.FAILURE)] == ["s1", None]
    clock = desk.clock
    clock.forward(3600)
    assert desk.run("ingest", first).endswith("no session, as none was active in the last half hour")
    assert len(evidence(desk, Kind.FAILURE)) == 2, "the same report later is still the same"


def test_the_commit_is_the_one_checked_out_or_the_one_named(repo: Desk) -> None:
    head = git(repo.folder, "rev-parse", "HEAD")
    repo.run("ingest", wrote(repo, failed("test_a")))
    assert evidence(repo)[0].commit == head
    older = head
    commit(repo.folder, "more\n")
    for named, kept in (
        (older[:8], older),
        ("HEAD~1", older),
        ("0123abcd" * 5, "0123abcd" * 5),
        ("ABCDEF0", "abcdef0"),
    ):
        path = wrote(repo, failed(f"test_{kept[:4]}{named}"), name="2.xml")
        assert repo.facts("ingest", path, "--commit", named)["commit"] == kept
    for named in ("nonsense", "--output=stolen", "abc", "0" * 65, "a b", "HEAD\nx"):
        assert "is no commit here; give the hash of one" in repo.refused("ingest", path, f"--commit={named}")
    assert {each.name for each in repo.folder.iterdir()} == {".git", "code.py"}


def test_a_detached_head_has_a_commit_and_an_empty_repository_none(repo: Desk) -> None:
    head = git(repo.folder, "rev-parse", "HEAD")
    git(repo.folder, "checkout", "-q", "--detach")
    assert repo.facts("ingest", wrote(repo, failed("test_a")))["commit"] == head
    empty = repository(repo.folder.parent / "empty", commits=0)
    repo.folder = empty
    facts = repo.facts("ingest", wrote(repo, failed("test_a")))
    assert (facts["commit"], facts["project"]) == ("", f"path:{empty.as_posix()}/.git")


def test_without_git_reports_are_read_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    facts = desk.facts("ingest", wrote(desk, failed("test_a")))
    assert (facts["commit"], facts["files"][0]["evidence"]) == ("", 2)


def test_where_no_project_is_no_test_belongs(desk: Desk) -> None:
    path = wrote(desk, failed("test_a"))
    desk.folder = Path.home()
    line = desk.refused("ingest", path)
    assert line.endswith("no evidence belongs here; run this in the project's folder")
    assert desk.store.counts("global") == {}


# --- red, then green


def test_failing_then_passing_keeps_the_code_of_both_sides(repo: Desk) -> None:
    repo.session("s1")
    (repo.folder / "code.py").write_text("broken = True\n", encoding="utf-8")
    repo.run("ingest", wrote(repo, failed("test_a"), name="1.xml"))
    (repo.folder / "code.py").write_text("repaired = True\n", encoding="utf-8")
    repo.run("ingest", wrote(repo, passed("test_a"), name="2.xml"))
    run, failure, broken, green, fixed, repaired = evidence(repo)
    assert (run.kind, green.kind, fixed.kind) == (Kind.RUN, Kind.RUN, Kind.FIXED)
    assert fingerprint.parse(failure.fingerprint).detector == "tests.test_code::test_a"
    assert {fact.fingerprint for fact in (failure, broken, fixed, repaired)} == {failure.fingerprint}
    assert (broken.detail["side"], repaired.detail["side"]) == ("failing", "passing")
    assert "+broken = True" in broken.text
    assert "+repaired = True" in repaired.text
    assert "broken" not in repaired.text


def test_a_repair_that_was_committed_is_seen_from_the_failing_commit_on(repo: Desk) -> None:
    repo.run("ingest", wrote(repo, failed("test_a"), name="1.xml"))
    commit(repo.folder, "repaired = True\n")
    repo.run("ingest", wrote(repo, passed("test_a"), name="2.xml"))
    (change,) = evidence(repo, Kind.CHANGE)
    assert "+repaired = True" in change.text


def test_without_diff_no_code_is_kept(repo: Desk) -> None:
    (repo.folder / "code.py").write_text("broken = True\n", encoding="utf-8")
    repo.run("ingest", wrote(repo, failed("test_a"), name="1.xml"), "--no-diff")
    repo.run("ingest", wrote(repo, passed("test_a"), name="2.xml"), "--no-diff")
    assert evidence(repo, Kind.CHANGE) == []


def test_secrets_reach_neither_the_store_nor_the_screen(repo: Desk) -> None:
    token, ours = "ghp_" + "a1B2" * 9, "verysecretword"
    repo.environment = {"MY_TOKEN": ours}
    (repo.folder / "code.py").write_text(f"a = '{token}'\nb = '{ours}'\n", encoding="utf-8")
    said = repo.run("ingest", wrote(repo, failed("test_a", f"ValueError: {token} {ours}")))
    repo.store.close()
    repo.opened.clear()
    kept = b"".join(path.read_bytes() for path in repo.home.rglob("*") if path.is_file())
    for secret in (token, ours):
        assert secret not in said
        assert secret.encode() not in kept
    assert "[redacted: GitHub token]" in evidence(repo, Kind.CHANGE)[0].text


# --- what is broken


def test_a_broken_file_is_named_and_the_others_are_read(desk: Desk) -> None:
    good = wrote(desk, passed("test_a"))
    folder = Path(good).parent
    (folder / "bomb.xml").write_text(BOMB, encoding="utf-8")
    (folder / "broken.xml").write_text("<testsuites><test", encoding="utf-8")
    (folder / "empty.xml").write_bytes(b"")
    (folder / "other.xml").write_text("<project/>", encoding="utf-8")
    (folder / "image.xml").write_bytes(b"\x89PNG\r\n\x1a\n" * 100)
    assert desk.code("ingest", str(folder)) == 1
    assert desk.errors == ""
    refused = [line.split(": refused, ") for line in desk.told]
    assert {Path(name).name for name, _ in refused} == {"bomb.xml", "broken.xml", "empty.xml", "other.xml", "image.xml"}
    assert all(name not in why for name, why in refused), "no name twice"
    assert desk.said[0] == f"{folder}: 1 test, 0 failed, 0 errors, 0 skipped; 1 new piece of evidence"
    other = wrote(desk, failed("test_b"), name="good.xml")
    assert desk.code("ingest", str(folder / "bomb.xml"), other) == 1
    told = "1 test, 1 failed, 0 errors, 0 skipped; 2 new pieces of evidence (1 first seen failing)"
    assert desk.said[0] == f"{other}: {told}"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.xml", "No such file or directory"),
        ("nothing", "there is no file in it that may be a report; name one"),
        ("nul\0.xml", "embedded null byte"),
        ("x" * 5000, "File name too long"),
    ],
    ids=["missing", "folder", "nul", "long"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="words of this system")
def test_what_cannot_be_read_is_named(desk: Desk, name: str, why: str) -> None:
    (desk.folder / "nothing").mkdir()
    assert desk.code("ingest", str(desk.folder / name)) == 1
    (line,) = desk.told
    assert desk.said == []
    assert line.endswith(f": refused, {why}")
    assert line.isprintable()


def test_a_report_of_seventy_megabytes_is_refused_before_it_is_read(desk: Desk) -> None:
    path = desk.folder / "large.xml"
    with path.open("wb") as file:
        file.truncate(70 * 1024 * 1024)
    assert desk.code("ingest", str(path)) == 1
    assert desk.told == [f"{path}: refused, it is larger than {MOST // 1024 // 1024} MiB; split the report"]


def test_a_folder_of_far_too_many_files_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "FILES", 1)
    folder = Path(wrote(desk, passed("test_a"), name="1.xml")).parent
    wrote(desk, passed("test_a"), name="2.xml")
    assert desk.code("ingest", str(folder)) == 1
    assert "there are 2 files in it, 1 at most" in desk.told[0]


def test_a_file_name_cannot_write_to_the_terminal(desk: Desk) -> None:
    path = desk.folder / "a\x1b[31m\u202eb.xml"
    path.write_text(junit(passed("test_a")), encoding="utf-8")
    assert desk.run("ingest", str(path)).splitlines()[0].isprintable()
    assert evidence(desk)[0].source.origin.isprintable()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not beside this checkout")
def test_real_reports_are_read_together_and_again_without_change(desk: Desk) -> None:
    assert desk.code("ingest", str(SAMPLES)) in {0, 1}
    assert desk.errors == ""
    first = len(evidence(desk))
    assert first > 10
    desk.code("ingest", str(SAMPLES))
    assert len(evidence(desk)) == first


# --- what else there is

ALL_SAMPLES = SAMPLES.parent
OUR_REVIEW: dict[str, object] = {
    "action": "submitted",
    "review": {
        "id": 7,
        "user": {"login": "grace", "type": "User"},
        "body": "Always close the file.",
        "state": "changes_requested",
        "commit_id": "ab" * 20,
        "submitted_at": "2026-01-01T00:00:00Z",
        "author_association": "MEMBER",
    },
    "pull_request": {"number": 5, "head": {"sha": "ab" * 20, "ref": "fix"}, "base": {"ref": "main"}},
    "repository": {"full_name": "me/thing"},
}


def file(desk: Desk, name: str, value: object) -> str:
    path = desk.folder.parent / name
    text = value if isinstance(value, str) else json.dumps(value)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_payload_is_told_by_its_shape_and_belongs_to_whose_commit_it_is(repo: Desk) -> None:
    repo.store.worked([Work("github.com/me/thing", "s1", "commit", "ab" * 20, repo.clock(), "hook")])
    (read,) = repo.facts("ingest", file(repo, "review.json", OUR_REVIEW))["files"]
    assert (read["kind"], read["evidence"], read["refused"]) == ("github", 2, None)
    assert {(fact.kind, fact.session, fact.how) for fact in evidence(repo)} == {
        (Kind.REVIEW, "s1", "by its commit"),
        (Kind.COMMENT, "s1", "by its commit"),
    }
    assert repo.run("ingest", file(repo, "again.json", OUR_REVIEW)).endswith("again.json: github; nothing new")


def test_a_payload_of_another_repository_is_refused_by_name(repo: Desk) -> None:
    other = {**OUR_REVIEW, "repository": {"full_name": "me/other"}}
    path = file(repo, "review.json", other)
    assert repo.code("ingest", path) == 1
    assert repo.told == [
        f"{path}: refused, it is about me/other, this project is github.com/me/thing; run this in that project"
    ]
    assert evidence(repo) == []


def test_where_an_agent_ingests_nobodys_review_counts_for_more_than_its_own_word(repo: Desk) -> None:
    repo.mark = "CLAUDECODE is set"
    repo.run("ingest", file(repo, "review.json", OUR_REVIEW))
    assert {fact.source.trust for fact in evidence(repo)} == {Trust.AGENT}
    repo.mark = ""
    repo.run("consolidate")
    assert repo.store.rules("github.com/me/thing") == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--session", "s7"], {"session": "s7", "how": "named"}),
        (["--commit", "cd" * 20], {"commit": "cd" * 20}),
        (["--branch", "other"], {"branch": "other"}),
        (["--pr", "9"], {"pull_request": "me/thing#9"}),
        (["--pr", "https://github.com/me/thing/pull/9"], {"pull_request": "me/thing#9"}),
    ],
)
def test_what_it_belongs_to_can_be_named(repo: Desk, options: list[str], expected: dict[str, str]) -> None:
    repo.run("ingest", file(repo, "review.json", OUR_REVIEW), *options)
    for fact in evidence(repo):
        assert {name: getattr(fact, name) for name in expected} == expected


def test_a_pull_request_that_is_none_is_refused(repo: Desk) -> None:
    line = repo.refused("ingest", file(repo, "review.json", OUR_REVIEW), "--pr", "the last one")
    assert line == "'the last one' is no pull request here; give its address or OWNER/REPO#NUMBER"


def test_results_of_two_places_are_not_compared(repo: Desk) -> None:
    red, green = wrote(repo, failed("test_a"), name="1.xml"), wrote(repo, passed("test_a"), name="2.xml")
    repo.run("ingest", red, "--origin", "ci", "--no-diff")
    repo.run("ingest", green, "--no-diff")
    assert {fact.source.identity for fact in evidence(repo, Kind.FAILURE)} == {"tests:ci"}
    assert set(repo.store.conditions("github.com/me/thing", "tests:ci")) == {"tests.test_code::test_a"}


HYPERFINE = {
    "results": [{"command": "sleep 1", "mean": 1.0, "stddev": 0.1, "times": [1.0, 1.1, 0.9], "exit_codes": [0] * 3}]
}
SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "ruff", "rules": [{"id": "F401"}]}},
            "results": [{"ruleId": "F401", "level": "error", "message": {"text": "unused"}}],
        }
    ],
}
CUSTOM = [{"name": "parse", "unit": "ms", "value": 12}]


def test_every_kind_is_told_by_what_it_holds(repo: Desk) -> None:
    files = {
        "a.json": HYPERFINE,
        "b.json": SARIF,
        "c.txt": "goos: linux\npkg: x\nBenchmarkParse-8   \t 100\t 123 ns/op\nPASS\nok x 1s\n",
        "d.json": '{"Time":"2026-01-01T00:00:00Z","Action":"run","Package":"p","Test":"TestA"}\n'
        '{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}\n{"Action":"pass","Package":"p","Elapsed":0.1}\n',
        "e.json": {"results": {"tool": {"name": "jest"}, "summary": {"tests": 1, "passed": 1}, "tests": [
            {"name": "adds", "status": "passed", "duration": 1}]}},
    }  # fmt: skip
    told = repo.facts("ingest", *(file(repo, name, value) for name, value in files.items()))["files"]
    assert {Path(each["path"]).name: (each["kind"], each["refused"]) for each in told} == {
        "a.json": ("hyperfine", None),
        "b.json": ("sarif", None),
        "c.txt": ("gobench", None),
        "d.json": ("go", None),
        "e.json": ("ctrf", None),
    }


def test_the_history_that_a_page_draws_is_read_too(repo: Desk) -> None:
    bench = {"name": "parse", "unit": "ns/iter", "value": 12}
    entry = {"commit": {"id": "ab" * 20}, "date": 1_767_000_000_000, "tool": "cargo", "benches": [bench]}
    history = {"lastUpdate": 1_767_000_000_000, "repoUrl": "", "entries": {"Benchmark": [entry]}}
    path = file(repo, "data.js", f"window.BENCHMARK_DATA = {json.dumps(history)}")
    (read,) = repo.facts("ingest", path)["files"]
    assert (read["kind"], read["refused"]) == ("github-action-benchmark", None)


def test_what_a_file_does_not_say_a_person_does(repo: Desk) -> None:
    path = file(repo, "custom.json", CUSTOM)
    assert repo.code("ingest", path) == 1
    assert "customSmallerIsBetter" in repo.told[0]
    (read,) = repo.facts("ingest", path, "--kind", "customSmallerIsBetter")["files"]
    assert (read["kind"], read["refused"]) == ("github-action-benchmark", None)
    (refused,) = json.loads(_printed(repo, "ingest", path, "--kind", "sarif", "--json"))["files"]
    assert refused["refused"]


def _printed(desk: Desk, *words: str) -> str:
    desk.code(*words)
    return "\n".join(desk.said)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello\n", "a file of another kind; known are go, payloads"),
        ("", "the file is empty; known are"),
        ('{"a": 1}', "JSON of a shape that is not known here (a); name what it is with --kind"),
        ("[1, 2]", "JSON of a shape that is not known here (a list)"),
        ('{"a": ', "not whole JSON"),
        ("\ufeff<html></html>", "not a JUnit report, root is <html>"),
    ],
)
def test_what_is_no_report_is_refused_by_name_and_beside_reports_left_alone(repo: Desk, text: str, why: str) -> None:
    path = file(repo, "strange.txt", text)
    assert repo.code("ingest", path) == 1
    assert why in repo.told[0]
    folder = Path(wrote(repo, passed("test_a"))).parent
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    assert repo.facts("ingest", str(folder))["files"][0]["refused"] is None


def test_without_a_file_the_history_of_the_repository_is_read(repo: Desk) -> None:
    head = git(repo.folder, "rev-parse", "HEAD")
    repo.store.worked([Work("github.com/me/thing", "s1", "commit", head, repo.clock(), "hook")])
    git(repo.folder, "revert", "--no-edit", "HEAD")
    (read,) = repo.facts("ingest")["files"]
    assert (read["path"], read["kind"], read["evidence"]) == ("git", "git", 1)
    assert [(fact.kind, fact.session) for fact in evidence(repo)] == [(Kind.REVERT, "s1")]
    assert repo.run("ingest").startswith("git: nothing new")


def test_without_a_file_and_without_a_repository_there_is_nothing_to_read(desk: Desk) -> None:
    assert desk.code("ingest") == 1
    assert desk.told == ["git: refused, there is no git repository here, or no git; name files to read"]


def test_pull_requests_come_by_the_persons_own_gh(repo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, float | None]] = []

    def pull(repository: str, *, since: float | None, progress: Any) -> Iterator[bytes]:
        asked.append((repository, since))
        progress(1, 2)
        yield json.dumps(OUR_REVIEW).encode()
        raise github_cli.GitHubError("the rate limit is reached; try again at 12:00")

    monkeypatch.setattr(github_cli, "pull", pull)
    assert repo.code("ingest", "--github", "me/thing", "--since", "30") == 1
    assert asked == [("me/thing", repo.clock() - 30 * 86_400)]
    assert repo.told[0] == "1 of 2 pull requests read"
    assert repo.told[1] == "me/thing: refused, the rate limit is reached; try again at 12:00"
    assert len(evidence(repo)) == 2, "what came before the fault is kept"
    assert "is no number of days and no date" in repo.refused("ingest", "--github", "me/thing", "--since", "lately")


def test_a_long_run_tells_how_far_it_is(repo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "AT_ONCE", 2)
    repo.run("ingest", *(wrote(repo, passed(f"test_{n}"), name=f"{n}.xml") for n in range(5)))
    assert repo.told == ["2 files read", "4 files read"]


@pytest.mark.skipif(not ALL_SAMPLES.is_dir(), reason="the shared samples are not beside this checkout")
def test_every_real_sample_is_read_or_refused_by_name(desk: Desk) -> None:
    paths = [
        str(path)
        for path in sorted(ALL_SAMPLES.rglob("*"))
        if path.is_file() and path.parent.name in {"junit", "pr", "bench"}
    ]
    desk.code("ingest", "--json", *paths)
    files = json.loads("\n".join(desk.said))["files"]
    assert {each["path"] for each in files} == set(paths)
    refused = {Path(each["path"]).name for each in files if each["refused"]}
    assert refused == {"benchmark-action__test__data__extract__customSmallerIsBetter_output.json"}
    assert all(each["refused"] or each["kind"] for each in files)
