"""What the person's own `gh` tells is pulled page by page; what goes wrong is one line, and nothing pulled is lost."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mcp_server import github_cli
from mcp_server.github_cli import Answer, GitHubError, Repository, ask_gh, pull, repository
from mcp_server.importers.forges import github, github_query
from store.records import Kind
from tests.doors.hub import HEAD, JSON, LATER, NOON, WEB, comment

posix = pytest.mark.skipif(sys.platform == "win32", reason="the fake gh is a script with a first line of its own")

DEC = "2025-12-01T00:00:00Z"

# A program that answers from `answers.json`, one entry a call, and notes how it was called.
FAKE = """#!{python} -I
import json, os, pathlib, sys, time
here = pathlib.Path({folder!r})
calls = here / "calls.jsonl"
seen = calls.read_text().count("\\n") if calls.exists() else 0
note = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "stdin": sys.stdin.read()}}
with calls.open("a") as file:
    file.write(json.dumps(note) + "\\n")
answers = json.loads((here / "answers.json").read_text())
answer = answers[min(seen, len(answers) - 1)]
sys.stdout.write(answer.get("output", ""))
sys.stdout.flush()
sys.stderr.write(answer.get("told", ""))
sys.stderr.flush()
if answer.get("hangs"):
    os.spawnvp(os.P_NOWAIT, "sleep", ["sleep", "600"])
    time.sleep(600)
sys.exit(answer.get("code", 0))
"""


class Fake:
    """A `gh` on the PATH that answers as it is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "gh"
        program.write_text(FAKE.format(python=sys.executable, folder=str(folder)), encoding="utf-8")
        program.chmod(0o755)

    def answers(self, *answers: JSON) -> None:
        (self.folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")

    @property
    def calls(self) -> list[JSON]:
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    folder = tmp_path / "bin with a blank"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return Fake(folder)


def one(number: int = 5, updated: str = NOON, **changes: Any) -> JSON:
    """A pull request as a page holds it."""
    return {
        "number": number,
        "title": "Add a cart",
        "url": f"{WEB}/pull/{number}",
        "state": "MERGED",
        "mergedAt": NOON,
        "updatedAt": updated,
        "headRefName": "cart",
        "headRefOid": HEAD,
        "author": {"__typename": "User", "login": "ada"},
        "authorAssociation": "OWNER",
        **changes,
    }


def listed(*nodes: JSON, after: str = "") -> JSON:
    return {"pageInfo": {"hasNextPage": bool(after), "endCursor": after or None}, "nodes": list(nodes)}


def page(*nodes: JSON, after: str = "", total: int = 0) -> JSON:
    pulls = {"totalCount": total or len(nodes), **listed(*nodes, after=after)}
    return {"output": json.dumps({"data": {"repository": {"nameWithOwner": "acme/shop", "pullRequests": pulls}}})}


def more(part: JSON, number: int = 5) -> JSON:
    """The answer to a question for the rest of one list."""
    held = {"number": number, "url": f"{WEB}/pull/{number}", **part}
    return {"output": json.dumps({"data": {"repository": {"nameWithOwner": "acme/shop", "pullRequest": held}}})}


class Script:
    """Answers in their order, without any program."""

    def __init__(self, *answers: JSON | GitHubError) -> None:
        self.left = list(answers)
        self.asked: list[list[str]] = []

    def __call__(self, arguments: Sequence[str]) -> Answer:
        self.asked.append(list(arguments))
        answer = self.left.pop(0)
        if isinstance(answer, GitHubError):
            raise answer
        return Answer(answer.get("code", 0), answer.get("output", "").encode(), answer.get("told", ""))


def facts(documents: Sequence[bytes]) -> list[Any]:
    return [found for each in documents for found in github.parse(each, "gh").facts]


def reason(run: Callable[[Sequence[str]], Answer], repo: str = "acme/shop") -> str:
    with pytest.raises(GitHubError) as refused:
        list(pull(repo, run=run))
    line = str(refused.value)
    assert len(line.splitlines()) == 1
    return line


# --- names


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("acme/shop", Repository("", "acme", "shop")),
        ("acme/shop.git", Repository("", "acme", "shop")),
        ("Acme-1/.github", Repository("", "Acme-1", ".github")),
        ("ghe.example.com/acme/shop", Repository("ghe.example.com", "acme", "shop")),
        ("ghe.example.com:8443/acme/shop", Repository("ghe.example.com:8443", "acme", "shop")),
    ],
)
def test_a_repository_is_named_as_gh_names_it(named: str, expected: Repository):
    assert repository(named) == expected
    assert str(expected) == named.removesuffix(".git")


@pytest.mark.parametrize(
    "named",
    [
        *("", "shop", "-x/shop", "acme/-x", "--hostname=evil/acme/shop", "a/..", "a/.", "a/b/c/d", "a b/c", "a/b?x=1"),
        *("a/b#1", "a/b\n", "../a/b", "a;b/c", "$(id)/x", "@f/x", "a/b/../c", "\u202ea/b", "https://github.com/a/b"),
    ],
)
def test_what_is_no_repository_is_refused_before_anything_is_called(named: str):
    script = Script()
    with pytest.raises(GitHubError, match="is no repository; name it OWNER/REPO"):
        pull(named, run=script)  # at once, and not at the first page
    assert script.asked == []


# --- pages


def test_pages_are_pulled_until_the_last():
    script = Script(page(one(7), one(6), after="c1", total=3), page(one(5), total=3))
    seen: list[tuple[int, int]] = []
    documents = list(pull("acme/shop", run=script, progress=lambda done, all_: seen.append((done, all_))))
    assert [found.pull_request for found in facts(documents)] == ["acme/shop#7", "acme/shop#6", "acme/shop#5"]
    assert seen == [(2, 3), (3, 3)]
    first, second = script.asked
    assert first[0] == "api"
    assert first[-2:] == ["--", "graphql"]
    assert "owner=acme" in first
    assert "name=shop" in first
    assert not any(part.startswith("cursor=") for part in first)
    assert "cursor=c1" in second
    assert first[first.index("name=shop") - 1] == "--raw-field"


def test_a_host_is_asked_where_one_is_named():
    script = Script(page(one()))
    list(pull("ghe.example/acme/shop", run=script))
    assert script.asked[0][:3] == ["api", "--hostname", "ghe.example"]


def test_pulling_stops_at_since():
    script = Script(page(one(7, LATER), one(6, NOON), one(5, DEC), after="c1"))
    documents = list(pull("acme/shop", since=1767268800.0, run=script))
    assert [found.pull_request for found in facts(documents)] == ["acme/shop#7", "acme/shop#6"]
    assert list(pull("acme/shop", since=2e9, run=Script(page(one(), after="c1")))) == []


def test_pulling_stops_at_its_limit():
    script = Script(page(one(7), one(6), after="c1"), page(one(5), after="c2"))
    assert len(facts(list(pull("acme/shop", run=script, most=3)))) == 3
    assert "first: 1," in next(part for part in script.asked[1] if part.startswith("query="))


def test_a_server_that_always_has_more_and_gives_nothing_is_left():
    assert list(pull("acme/shop", run=Script(page(after="c1")))) == []


def test_a_repository_without_pull_requests_is_no_error():
    assert list(pull("acme/shop", run=Script(page()))) == []


# --- lists that are longer than a page


def said(number: int, **changes: Any) -> JSON:
    who = {"author": {"__typename": "User", "login": "rex"}, "authorAssociation": "MEMBER"}
    return {"id": f"X{number}", "body": f"Use Decimal, number {number}.", "createdAt": NOON, **who, **changes}


def test_every_list_is_read_to_its_end():
    review = said(1, state="CHANGES_REQUESTED", submittedAt=NOON)
    run = {"__typename": "CheckRun", "id": "C1", "name": "tests", "status": "COMPLETED", "conclusion": "SUCCESS"}
    rollup = {"nodes": [{"commit": {"oid": HEAD, "statusCheckRollup": {"contexts": listed(run, after="k1")}}}]}
    rest = {"nodes": [{"commit": {"oid": HEAD, "statusCheckRollup": {"contexts": listed({**run, "name": "lint"})}}}]}
    first = one(
        reviews=listed(review, after="r1"),
        comments=listed(said(2), after="m1"),
        reviewThreads=listed({"comments": listed(said(3, path="a.py"))}, after="t1"),
        commits=rollup,
    )
    script = Script(
        page(first),
        more({"reviews": listed(said(4, state="APPROVED", submittedAt=LATER), after="r2")}),
        more({"reviews": listed(said(5, state="COMMENTED", submittedAt=LATER))}),
        more({"reviewThreads": listed({"comments": listed(said(6, path="a.py"))})}),
        more({"comments": listed(said(7))}),
        more({"commits": rest}),
    )
    found = facts(list(pull("acme/shop", run=script)))
    assert script.left == []
    texts = {each.text for each in found if each.kind is Kind.COMMENT}
    assert texts == {f"Use Decimal, number {number}." for number in range(1, 8)}
    assert {each.detail["name"] for each in found if each.kind is Kind.CHECK} == {"tests", "lint"}
    assert {each.commit for each in found if each.kind is Kind.CHECK} == {HEAD}
    queries = [next(part for part in asked if part.startswith("query=")) for asked in script.asked[1:]]
    assert all("pullRequest(number: 5)" in query for query in queries)
    assert sum("cursor=r" in " ".join(asked) for asked in script.asked) == 2


def test_a_long_thread_is_read_through_rest_in_pages():
    inside = listed({"comments": listed(said(1, path="a.py"), after="x")})
    pages = json.dumps([comment()]) + json.dumps([comment(id=901, body="Use Decimal here too.")])
    script = Script(page(one(reviewThreads=inside)), {"output": pages})
    assert "Use Decimal here too." in {each.text for each in facts(list(pull("acme/shop", run=script)))}
    assert script.asked[1] == ["api", "--paginate", "--", "repos/acme/shop/pulls/5/comments?per_page=100"]
    later = Script(page(one(reviewThreads=listed(after="t1"))), more({"reviewThreads": inside}), {"output": "[]"})
    list(pull("acme/shop", run=later))
    assert later.left == []


def test_pages_before_a_failure_of_rest_are_kept():
    inside = listed({"comments": listed(after="x")})
    failed = {"output": json.dumps([comment()]) + '{"message": "oops"}', "told": "gh: HTTP 500", "code": 1}
    got = pull("acme/shop", run=Script(page(one(reviewThreads=inside)), failed))
    assert b"pullRequests" in next(got)
    assert b"Use Decimal" in next(got)
    with pytest.raises(GitHubError, match="gh failed"):
        next(got)


def test_a_list_that_leads_to_itself_is_read_once():
    first = one(comments=listed(said(1), after="m1"))
    script = Script(page(first), more({"comments": listed(said(2), after="m1")}))
    assert len(list(pull("acme/shop", run=script))) == 2
    unnamed = Script(page(one(number=None, comments=listed(said(1), after="m1"))))
    assert len(list(pull("acme/shop", run=unnamed))) == 1


def test_every_question_has_the_lists_that_its_answer_is_searched_for():
    assert set(github_query.PLACES) == {"reviews", "reviewThreads", "comments", "checks"}
    for text in (github_query.page(7), *(github_query.rest(5, name) for name in github_query.PLACES)):
        assert text.count("{") == text.count("}")
        assert "MANY" not in text
        assert "$cursor" in text


# --- what goes wrong


def fails(told: str, code: int = 1, output: str = "") -> JSON:
    return {"told": told, "code": code, "output": output}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            fails("To get started with GitHub CLI, please run:  gh auth login", 4),
            "gh is not logged in; run `gh auth login`",
        ),
        (fails("", 4), "gh is not logged in"),
        (fails("gh: Bad credentials (HTTP 401)"), "gh is not logged in"),
        (
            fails(
                "gh: Could not resolve to a Repository with the name 'acme/shop'.",
                output='{"data":{"repository":null}}',
            ),
            "this login sees no repository acme/shop; check the name",
        ),
        (fails("gh: Not Found (HTTP 404)"), "this login sees no repository acme/shop"),
        (fails("gh: Resource protected by organization SAML enforcement. (HTTP 403)"), "run `gh auth refresh`"),
        (fails("error connecting to api.github.com\ncheck your internet connection"), "GitHub cannot be reached"),
        (
            fails('Post "https://api.github.com/graphql": dial tcp: lookup api.github.com: no such host'),
            "cannot be reached",
        ),
        (fails("You have exceeded a secondary rate limit (HTTP 403)"), "GitHub asks to be asked more slowly"),
        (fails("gh: something odd"), "gh failed (gh: something odd); run `gh auth status`"),
        (fails("", 3), "gh failed (exit code 3 and nothing said)"),
        (fails("", 0, "<html>"), "gh failed (exit code 0 and nothing said)"),
        (fails("", 0, "[" * 1000), "gh failed"),
    ],
)
def test_what_goes_wrong_is_one_line_with_a_way_out(answer: JSON, why: str):
    assert why in reason(Script(answer))


def test_only_what_gh_says_itself_tells_what_went_wrong():
    quoted = json.dumps({"data": {"repository": None}, "x": "rate limit, HTTP 401, timeout"})
    assert "gh failed (gh: odd)" in reason(Script(fails("gh: odd", output=quoted)))


LIMITED = fails("gh: API rate limit exceeded for user ID 1. (HTTP 403)")


@pytest.mark.parametrize(
    ("limits", "until"),
    [
        (
            {"resources": {"graphql": {"remaining": 0, "reset": 1767272400}, "core": {"remaining": 9}}},
            "2026-01-01 13:00 UTC",
        ),
        ({"resources": {"core": {"remaining": 0, "reset": 1767268800}}}, "2026-01-01 12:00 UTC"),
        ({"resources": {"core": {"remaining": 0, "reset": 10**30}}}, "for an hour at most"),
        ({"resources": {"core": {"remaining": 5}}}, "for an hour at most"),
        ({"resources": {"core": {"remaining": 0}}}, "for an hour at most"),
    ],
)
def test_a_rate_limit_says_when_it_ends(limits: JSON, until: str):
    script = Script(LIMITED, {"output": json.dumps(limits)})
    line = reason(script)
    assert until in line
    assert "what came before it is kept" in line
    assert script.asked[1] == ["api", "--", "rate_limit"]


def test_a_rate_limit_that_hides_its_end_is_said_all_the_same():
    assert "for an hour at most" in reason(Script(LIMITED, fails("no")))


def test_nothing_is_lost_when_it_stops_in_the_middle():
    script = Script(page(one(7), one(6), after="c1"), fails("dial tcp: i/o timeout"))
    pulled = pull("acme/shop", run=script)
    first = next(pulled)
    with pytest.raises(GitHubError, match="cannot be reached"):
        next(pulled)
    assert len(facts([first])) == 2


def test_an_answer_that_is_too_much_is_asked_for_in_pieces():
    too_much = fails("gh: HTTP 502: Bad Gateway")
    script = Script(too_much, too_much, page(one(7), after="c1"), page(one(6)))
    assert len(facts(list(pull("acme/shop", run=script)))) == 2
    sizes = [next(part for part in asked if part.startswith("query=")) for asked in script.asked]
    assert [f"first: {size}," in text for size, text in zip((25, 8, 2, 2), sizes, strict=True)] == [True] * 4
    assert "GitHub did not manage the answer (gh: HTTP 502: Bad Gateway); run it again later" in reason(
        Script(*[too_much] * 9)
    )


def test_errors_beside_an_answer_cost_nothing():
    answer = {**page(one()), "told": "gh: Resource not accessible by integration", "code": 1}
    assert len(facts(list(pull("acme/shop", run=Script(answer))))) == 1


# --- the program itself


@posix
def test_the_persons_own_gh_is_called_without_shell_pager_or_question(gh: Fake, monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "GH_TOKEN": "t",
        "GH_PAGER": "less",
        "PAGER": "less",
        "GH_FORCE_TTY": "1",
        "GH_DEBUG": "api",
    }.items():
        monkeypatch.setenv(name, value)
    gh.answers(page(one(7), after="$(id)"), page(one(6)))
    assert len(facts(list(pull("acme/shop")))) == 2
    first, second = gh.calls
    assert "cursor=$(id)" in second["arguments"]
    assert first["stdin"] == ""
    environment = first["environment"]
    assert (environment["GH_TOKEN"], environment["GH_PAGER"], environment["GH_PROMPT_DISABLED"]) == ("t", "", "1")
    assert not {"PAGER", "GH_FORCE_TTY", "GH_DEBUG"} & environment.keys()


@posix
def test_what_it_writes_is_read_to_the_end(gh: Fake):
    gh.answers({"output": "x" * 3_000_000, "told": "no" * 30_000, "code": 3})
    answer = ask_gh(["api"])
    assert (answer.code, len(answer.output)) == (3, 3_000_000)
    assert answer.told.startswith("nono")
    assert len(answer.told) == 8192


@posix
def test_one_that_hangs_is_ended_with_all_that_it_started(gh: Fake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(github_cli, "PATIENCE", 1.0)
    gh.answers({"hangs": True})
    with pytest.raises(GitHubError, match="gh gave no answer in 1 seconds; check the network and run it again"):
        ask_gh(["api"])


@posix
def test_one_that_never_stops_talking_is_ended(gh: Fake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mcp_server.importers.document.LARGEST", 1000)
    gh.answers({"output": "x" * 100_000, "hangs": True})
    with pytest.raises(GitHubError, match="gh answered with more than 1,000 bytes"):
        ask_gh(["api"])


@posix
def test_whoever_stops_waiting_leaves_nothing_running(gh: Fake, monkeypatch: pytest.MonkeyPatch):
    ended: list[int] = []
    end = github_cli.end

    def interrupted(*_: object) -> object:
        raise KeyboardInterrupt

    gh.answers({"hangs": True})
    monkeypatch.setattr(github_cli, "end", lambda leader: (ended.append(leader), end(leader)))
    monkeypatch.setattr(
        github_cli, "Timer", lambda *_: type("T", (), {"start": interrupted, "cancel": lambda _: None})()
    )
    with pytest.raises(KeyboardInterrupt):
        ask_gh(["api"])
    (leader,) = ended
    with pytest.raises(ProcessLookupError):
        os.killpg(leader, 0)


def test_without_gh_it_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "gh is not installed; get it from https://cli.github.com" in reason(ask_gh)


@posix
def test_a_gh_in_the_folder_where_we_are_is_nobodys(gh: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    gh.answers(page(one()))
    monkeypatch.chdir(gh.folder)
    for path in (".", "", f".{os.pathsep}{tmp_path}"):
        monkeypatch.setenv("PATH", path)
        assert "gh is not installed" in reason(ask_gh)
    assert gh.calls == []


@posix
def test_a_gh_that_cannot_be_started_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "gh"
    program.write_bytes(b"\x7fELF but not really")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "gh cannot be started (Exec format error); run `gh --version`" in reason(ask_gh)
