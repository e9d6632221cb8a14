"""Secrets of every kind, planted wherever a file, a repository or a client has text, are nowhere on disk afterwards."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from mcp_server import hooks
from mcp_server.transcripts.whereabouts import slug
from tests.conftest import NOON
from tests.doors import hub
from tests.doors.desk import Desk, repository
from tests.doors.logs import Claude, Codex, lines
from tests.store.test_secrets import CANARIES, hexed, mixed, upper

LOOKED = 12
"""Characters of a secret that may stand nowhere."""

EMAIL = "ada.lovelace+x"
OPAQUE = "opaque horse/battery&staple"
"""The value of a secret variable, of no known format."""
BARE = "plainhorsebatterystaple"
KNOWN = {"DEPLOY_TOKEN": OPAQUE, "OTHER_PASSWORD": BARE}

PLANTED = [f"{before}{secret}{after}" for _, before, secret, after in CANARIES]
SHORT = [f"{before}{secret}{after}".replace("\n", " ") for _, before, secret, after in CANARIES if len(secret) < 200]


def grams(text: str) -> set[bytes]:
    return {text[place : place + LOOKED].encode() for place in range(len(text) - LOOKED + 1)}


FORBIDDEN = grams(mixed(64)) | grams(hexed(32)) | grams(upper(32)) | {EMAIL.encode(), OPAQUE.encode(), BARE.encode()}
PIECE = re.compile(b"(?=" + b"|".join(map(re.escape, sorted(FORBIDDEN))) + b")")


def leaks(data: bytes) -> set[bytes]:
    """Where a secret begins to stand, with what is around it."""
    places = {found.start() for found in PIECE.finditer(data)}
    return {data[max(0, place - 60) : place + 40] for place in places if place - 1 not in places}


def on_disk(desk: Desk) -> dict[str, set[bytes]]:
    """What of any secret stands in any file of ours."""
    files = [path for path in desk.home.rglob("*") if path.is_file()]
    assert any(path.name == "promptlearn.db" for path in files)
    return {path.name: found for path in files if (found := leaks(path.read_bytes()))}


def case(words: str, number: int) -> str:
    return (
        f"<testcase classname={quoteattr('t.' + words)} name={quoteattr(f'test_{number}[{words}]')} "
        f"file={quoteattr('src/' + words)}>"
        f"<failure type={quoteattr(words)} message={quoteattr('ValueError: ' + words)}>{escape(words)}\n"
        f"src/{escape(words)}.py:3: ValueError</failure><system-out>{escape(words)}</system-out></testcase>"
    )


def junit(words: list[str]) -> str:
    inside = "".join(
        f"<testsuite name={quoteattr(each)}>{case(each, number)}"
        f"<testcase name={quoteattr(each)}/>"
        f"<testcase name='q{number}'><error/><system-err>{escape(each)}</system-err></testcase>"
        f"</testsuite>"
        for number, each in enumerate(words)
    )
    return f"<testsuites name={quoteattr(words[0])}>{inside}</testsuites>"


def trx(words: list[str]) -> str:
    results = "".join(
        f"<UnitTestResult testId='{number}' testName={quoteattr(each)} outcome='Failed'><Output>"
        f"<StdOut>{escape(each)}</StdOut><ErrorInfo><Message>{escape(each)}</Message>"
        f"<StackTrace>at {escape(each)} in /src/{escape(each)}:line 3</StackTrace></ErrorInfo>"
        "</Output></UnitTestResult>"
        for number, each in enumerate(words)
    )
    classes = "".join(
        f"<UnitTest id='{number}'><TestMethod className={quoteattr('Shop.' + each)}/></UnitTest>"
        for number, each in enumerate(words)
    )
    return (
        f"<TestRun name={quoteattr(words[0])}><Results>{results}</Results>"
        f"<TestDefinitions>{classes}</TestDefinitions></TestRun>"
    )


def ctrf(words: list[str]) -> str:
    tests = [
        {
            "name": each,
            "status": "failed",
            "suite": [each],
            "filePath": each,
            "message": each,
            "trace": f"{each}\n at {each} ({each}:3:1)",
            "stdout": [each],
        }
        for each in words
    ]
    counts = {"tests": len(tests), "passed": 0, "failed": len(tests), "skipped": 0, "pending": 0, "other": 0}
    told = {"tool": {"name": words[0]}, "summary": counts, "tests": tests, "environment": {"reportName": words[0]}}
    return json.dumps({"reportFormat": "CTRF", "results": told})


def gotest(words: list[str]) -> str:
    events: list[dict[str, str]] = []
    for each in words:
        here = {"Package": f"example.org/{each}", "Test": f"Test/{each}"}
        events += [{"Action": "run", **here}, {"Action": "output", "Output": f"{each}\n", **here}]
        events += [{"Action": "fail", **here}, {"Action": "fail", "Package": here["Package"]}]
    return "\n".join(map(json.dumps, events))


def sarif(words: list[str]) -> str:
    results = [
        {
            "ruleId": f"R {each}",
            "level": "error",
            "message": {"text": each},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": f"src/{each}"},
                        "region": {"startLine": 3, "snippet": {"text": each}},
                    },
                    "logicalLocations": [{"fullyQualifiedName": each}],
                }
            ],
            "partialFingerprints": {each: each},
        }
        for each in words
    ]
    base = {"tool": {"driver": {"name": "ruff"}}, "automationDetails": {"id": f"{words[0]}/1"}}
    provenance = [{"revisionId": "a" * 40, "branch": words[0]}]
    runs = [{**base, "results": results, "versionControlProvenance": provenance}]
    runs += [{"tool": {"driver": {"name": each}}, "results": results[:1]} for each in words]
    return json.dumps({"version": "2.1.0", "runs": runs})


def measured(words: list[str]) -> str:
    stats = {"mean": 0.1, "median": 0.1, "stddev": 0.01, "rounds": 5}
    machine = {"node": words[0], "cpu": {"brand_raw": words[0]}, "machine": words[0], "system": words[0]}
    benchmarks = [{"name": each, "fullname": f"bench::{each}", "stats": stats} for each in words]
    commit = {"id": "a" * 40, "branch": words[0]}
    return json.dumps({"machine_info": machine, "commit_info": commit, "benchmarks": benchmarks})


def hyperfine(words: list[str]) -> str:
    times = {"mean": 0.1, "stddev": 0.01, "median": 0.1, "times": [0.1, 0.11], "exit_codes": [0, 0]}
    return json.dumps({"results": [{"command": f"curl {each}", "parameters": {each: each}, **times} for each in words]})


def gobench(words: list[str]) -> str:
    rows = "".join(
        f"pkg: {each}\ncpu: {each}\nBenchmarkA/{each.replace(' ', '_')}-8 \t 100\t 1234 ns/op\n"
        for each in words
        if " " not in each
    )
    return f"goos: linux\ngoarch: amd64\npkg: example.org/a\nBenchmarkA-8\t100\t1234 ns/op\n{rows}PASS\n"


def action_benchmark(words: list[str]) -> str:
    benches = [{"name": each, "value": 1.0, "unit": "ns/op", "extra": each} for each in words]
    commit = {
        "id": "a" * 40,
        "message": words[0],
        "author": {"username": words[0], "name": words[0], "email": words[0]},
    }
    entry = {"commit": commit, "date": 1_767_000_000_000, "tool": "go", "benches": benches}
    return json.dumps({"lastUpdate": 1_767_000_000_000, "repoUrl": words[0], "entries": {words[0]: [entry]}})


def github(words: list[str]) -> Iterator[str]:
    for number, each in enumerate(words):
        who = hub.user(each)
        fence = f"{each}\n\n```suggestion\n{each}\n```\n"
        told = {"title": f'Revert "{each}"', "body": f"Reverts acme/shop#4\n{each}", "user": who}
        head = {"ref": each, "sha": hub.HEAD, "repo": hub.REPOSITORY}
        pull = hub.pull(**told, head=head, **{**hub.MERGED, "merged_by": who})
        yield json.dumps(hub.hook("closed", pull_request=pull))
        yield json.dumps(
            hub.hook("submitted", pull_request=pull, review=hub.review(id=1000 + number, body=each, user=who))
        )
        hunk = f"@@ -1,1 +1,2 @@ {each}\n {each}\n+{each}"
        said = hub.comment(id=2000 + number, body=fence, user=who, path=f"src/{each}", diff_hunk=hunk)
        yield json.dumps(hub.hook("created", pull_request=pull, comment=said))
        yield json.dumps(hub.hook("created", issue=hub.issue(**told), comment=hub.remark(id=3000 + number, body=each)))
        output = {"title": each, "summary": each}
        run = hub.check_run(id=4000 + number, name=each, output=output, pull_requests=[hub.linked(head=head)])
        yield json.dumps(hub.hook("completed", check_run=run))
        yield json.dumps(hub.status(id=5000 + number, context=each, description=each, state="failure"))
        yield json.dumps(hub.workflow_run(id=6000 + number, name=each, head_branch=each, event=each, conclusion=each))
        view = hub.viewed(title=each, body=each, headRefName=each, author={"login": each}, mergedBy={"login": each})
        view["reviews"] = [{**view["reviews"][0], "id": f"PRR_{number}", "body": each, "author": {"login": each}}]
        view["comments"] = [{**view["comments"][0], "id": f"IC_{number}", "body": each, "author": {"login": each}}]
        yield json.dumps(view)
        yield json.dumps(hub.delivery(hub.hook("closed", pull_request=pull), "pull_request", each))


def gitlab(words: list[str]) -> Iterator[str]:
    for number, each in enumerate(words):
        by = {"id": number, "username": each, "name": each}
        last = {"id": hub.HEAD, "message": each}
        told = {"title": each, "description": each, "source_branch": each, "last_commit": last}
        where = hub.project(path_with_namespace="acme/shop")
        yield json.dumps(hub.merge_hook(by=by, where=where, action="merge", state="merged", **told))
        position = {"new_path": f"src/{each}", "new_line": 3, "head_sha": hub.HEAD}
        yield json.dumps(
            hub.note_hook(by=by, where=where, of=hub.request(**told), id=number, note=each, position=position)
        )


SINGLE: dict[str, tuple[str, Callable[[list[str]], str]]] = {
    "junit": ("r.xml", junit),
    "trx": ("r.trx", trx),
    "ctrf": ("ctrf.json", ctrf),
    "go": ("go.json", gotest),
    "sarif": ("r.sarif", sarif),
    "pytest-benchmark": ("bench.json", measured),
    "hyperfine": ("hyperfine.json", hyperfine),
    "gobench": ("bench.txt", gobench),
    "github-action-benchmark": ("data.json", action_benchmark),
}


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A repository with a remote, and an environment that holds secrets of its own."""
    repository(desk.folder, remote="https://github.com/acme/shop.git")
    desk.environment = dict(KNOWN)
    return desk


def shown(desk: Desk, said: list[str]) -> str:
    """All that the commands that only read say."""
    words = [*said, *desk.told, desk.errors]
    for command in (["consolidate"], ["review", "--list"], ["history"], ["status"], ["doctor"]):
        desk.code(*command)
        words += [*desk.said, *desk.told, desk.errors]
    for rule in desk.store.rules("github.com/acme/shop"):
        for extra in ([], ["--json"]):
            desk.code("why", rule.name, *extra)
            words += [*desk.said, *desk.told, desk.errors]
    desk.code("backup")
    return "\n".join([*words, *desk.said, *desk.told])


@pytest.mark.parametrize("kind", SINGLE)
def test_no_report_leaves_a_secret_anywhere(shop: Desk, kind: str) -> None:
    name, write = SINGLE[kind]
    reports = shop.folder.parent / "reports"
    reports.mkdir()
    (reports / name).write_text(write([*PLANTED, OPAQUE, BARE]), encoding="utf-8")
    assert shop.code("ingest", str(reports / name), "--json") == 0, shop.said
    # a second run, with another head of the file, so that conditions are compared and transitions told
    said = list(shop.said)
    (reports / name).write_text(write([*reversed(PLANTED), BARE, OPAQUE]), encoding="utf-8")
    assert shop.code("ingest", str(reports / name)) == 0
    assert not leaks(shown(shop, [*said, *shop.said]).encode())
    assert not on_disk(shop)


@pytest.mark.parametrize("write", [github, gitlab])
def test_no_payload_leaves_a_secret_anywhere(shop: Desk, write: Callable[[list[str]], Iterator[str]]) -> None:
    path = shop.folder.parent / "payloads.jsonl"
    path.write_text("\n".join(write([*PLANTED, OPAQUE, BARE])), encoding="utf-8")
    assert shop.code("ingest", str(path), "--json") == 0, (shop.said, shop.errors)
    assert not leaks(shown(shop, list(shop.said)).encode())
    assert not on_disk(shop)


def test_no_history_leaves_a_secret_anywhere(shop: Desk) -> None:
    now = NOON
    shop.clock.now = now + 86_400
    stamp = {"GIT_AUTHOR_DATE": f"{int(now)} +0000", "GIT_COMMITTER_DATE": f"{int(now)} +0000"}

    def git(*words: str, author: str = "Ada", text: str = "") -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=shop.folder,
            check=True,
            capture_output=True,
            encoding="utf-8",
            input=text,
            env={**os.environ, **stamp, "GIT_AUTHOR_NAME": author, "GIT_COMMITTER_NAME": author},
        )
        return done.stdout.strip()

    for number, words in enumerate([*SHORT, OPAQUE, BARE]):
        fits = len(words) < 200 and not set(words) & set('/\\"')
        name = f"{words} {number}.txt" if fits else f"{number}.txt"
        (shop.folder / name).write_text("one\ntwo\nthree\n", encoding="utf-8")
        git("add", "-A")
        git("commit", "-q", "-F", "-", text=f"{words}\n\nCo-authored-by: Claude <noreply@anthropic.com>\n")
        sha = git("rev-parse", "HEAD")
        (shop.folder / name).write_text("other\nlines\n", encoding="utf-8")
        author = "Ada" if set(words) & set("<>") else words  # git takes the brackets away
        git("commit", "-q", "-a", "-m", f"fixup! {words}", author=author)
        git("commit", "-q", "--allow-empty", "-F", "-", text=f'Revert "{words}"\n\nThis reverts commit {sha}.\n')
    assert shop.code("ingest", "--json") == 0, shop.errors
    said = list(shop.said)
    assert json.loads("\n".join(said))["files"][0]["evidence"] > 50
    assert not leaks(shown(shop, said).encode())
    assert not on_disk(shop)


def test_no_session_log_leaves_a_secret_anywhere(shop: Desk) -> None:
    shop.clock.now = NOON + 9 * 86_400
    log = Claude("s1", cwd=str(shop.folder))
    log.envelope["gitBranch"] = f"topic-{SHORT[9]}"
    records: list[Any] = []
    # a path is put right first, which takes double and turned slashes out of a secret
    plain = [words for words in (*PLANTED, OPAQUE, BARE) if "//" not in words and "\\" not in words]
    for number, words in enumerate([*PLANTED, OPAQUE, BARE]):
        records += [
            log.prompt(f"No, never write {words} into the code, always use the vault."),
            log.call(f"e{number}", "Edit", file_path=f"{shop.folder}/src/{words if words in plain else 'a.py'}"),
            log.answer(f"e{number}", words),
            *log.shell(
                f"b{number}",
                f"pytest tests/{words}",
                f"FAILED tests/{words}::test_a - ValueError: {words}\n1 failed in 1s",
            ),
            *log.shell(
                f"c{number}",
                f"git commit -m '{words}'",
                f"[{words.split()[0]} 1a2b3c{number % 10}] {words}",
                wrong=True,
            ),
            log.refusal(f"r{number}", said=f"Do not use {words}, read it from the vault instead."),
        ]
    folder = Path.home() / ".claude" / "projects" / slug(str(shop.folder))
    (folder / "memory").mkdir(parents=True)
    (folder / "s1.jsonl").write_bytes(lines(*records))
    (folder / "memory" / "MEMORY.md").write_text(
        "\n".join(f"- Always use {words.replace(chr(10), ' ')} to log in" for words in [*PLANTED, OPAQUE, BARE]),
        encoding="utf-8",
    )
    other = Codex("c1", cwd=str(shop.folder), day="2026-01-05T10:00")
    told = [other.head]
    for words in [*PLANTED, OPAQUE, BARE]:
        told += [*other.prompt(f"No, never write {words} into the code."), other.ran(f"ruff check {words}", words, 1)]
    path = Path.home() / ".codex" / "sessions" / "2026" / "rollout-c1.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(lines(*told))
    shop.code("scan", "--json")
    said = [*shop.said, *shop.told, shop.errors]
    shop.run("scan", "--keep")
    said += [*shop.said, *shop.told, shop.errors]
    assert not leaks(shown(shop, said).encode())
    assert not on_disk(shop)


def test_no_hook_leaves_a_secret_anywhere(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KNOWN.items():
        monkeypatch.setenv(name, value)
    shop.session("s1")

    def hook(name: str, **more: Any) -> None:
        payload = {"session_id": "s1", "cwd": str(shop.folder), "hook_event_name": name, **more}
        told = hooks.respond("claude-code", name, json.dumps(payload).encode(), {}, shop.store)
        hooks.beat(shop.store, "claude-code", name, told=told)

    for words in [*PLANTED, OPAQUE, BARE]:
        hook("UserPromptSubmit", prompt=f"No, never write {words} into the code, always use the vault.")
        hook("PostToolUse", tool_name="Edit", tool_input={"file_path": f"{shop.folder}/src/{words}"})
        for command, output in (
            (f"pytest tests/{words}", f"FAILED tests/{words}::test_a[{words}] - ValueError: {words}\n1 failed in 1s"),
            (f"ruff check {words}", f"{words}.py:1:1: F401 {words}\nFound 1 error"),
            (f"make {words}", f"make: *** [{words}] Error 1"),
            (f"git commit -m '{words}'", f"[{words.split()[0]} 1a2b3c4] {words}"),
            (f"gh pr create --title '{words}'", f"https://github.com/acme/{words.split()[0]}/pull/5"),
        ):
            given = {"tool_input": {"command": command}, "tool_response": {"stdout": output}}
            hook("PostToolUse", tool_name="Bash", **given)
    assert not leaks(shown(shop, []).encode())
    assert not on_disk(shop)
