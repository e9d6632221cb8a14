"""A week of a small repository, told by files and git alone: right outcomes on the right sessions, right candidates.

Monday: a session breaks a test and repairs it. Tuesday: a reviewer requests changes. Wednesday: another session
answers, and a benchmark gets slower. Thursday: the pull request is merged. Saturday: a person reverts the merge.
"""

import json
import os
import subprocess
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from mcp_server import hooks
from mcp_server.hooks import respond
from mcp_server.learning import outcome
from mcp_server.learning.outcome import Verdict
from store.records import Evidence, Kind, Outcome, State, Trust
from tests.conftest import Chance, Clock
from tests.doors.desk import Desk, failed, junit, passed, repository

DAY = 86_400.0
REPOSITORY = "github.com/acme/shop"
SLUG = "acme/shop"


class Week:
    """The repository, its people and its agents, and what they leave in files."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.folder = desk.folder
        self.reports = desk.folder.parent / "reports"
        self.reports.mkdir()
        self.numbers = 0

    def git(self, *words: str, who: str = "Ada") -> str:
        stamp = f"{int(self.desk.clock())} +0000"
        own = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp, "GIT_AUTHOR_NAME": who, "GIT_COMMITTER_NAME": who}
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, **own},
        )
        return done.stdout.strip()

    def hook(self, session: str, name: str, **more: Any) -> None:
        """What the client of a session tells of itself."""
        payload = {"session_id": session, "cwd": str(self.folder), "hook_event_name": name, **more}
        told = respond("claude-code", name, json.dumps(payload).encode(), {}, self.desk.store)
        hooks.beat(self.desk.store, "claude-code", name, told=told)

    def shell(self, session: str, command: str, output: str) -> None:
        given = {"tool_input": {"command": command}, "tool_response": {"stdout": output}}
        self.hook(session, "PostToolUse", tool_name="Bash", **given)

    def works(self, session: str, text: str, subject: str) -> str:
        """A session writes a file and commits it; the hash of the commit."""
        (self.folder / "cart.py").write_text(text, encoding="utf-8")
        self.hook(session, "PostToolUse", tool_name="Edit", tool_input={"file_path": str(self.folder / "cart.py")})
        self.git("add", ".", who="Claude")
        self.shell(session, f"git commit -m '{subject}'", self.git("commit", "-m", subject, who="Claude"))
        return self.git("rev-parse", "HEAD")

    def file(self, name: str, text: str) -> str:
        path = self.reports / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def ingest(self, *words: str) -> list[dict[str, Any]]:
        files = self.desk.facts("ingest", *words)["files"]
        assert all(each["refused"] is None for each in files)
        return files

    def tests(self, session: str, *cases: str) -> None:
        self.numbers += 1
        self.ingest(self.file(f"junit{self.numbers}.xml", junit(*cases)), "--session", session)

    def payload(self, name: str, value: dict[str, Any]) -> None:
        """A webhook delivery, in whatever order and however often."""
        self.ingest(self.file(f"{name}.json", json.dumps(value)))

    def facts(self, session: str | None) -> list[Evidence]:
        return [fact for fact in self.desk.store.evidence(REPOSITORY) if fact.session == session]

    def verdict(self, session: str) -> Verdict:
        return outcome.verdict(self.facts(session))

    def iso(self) -> str:
        return datetime.fromtimestamp(self.desk.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def week(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Week:
    # A hook asks the system what time it is, as it is a process of its own.
    monkeypatch.setattr(hooks, "time", SimpleNamespace(time=desk.clock, monotonic=time.monotonic))
    repository(desk.folder, remote=f"https://{REPOSITORY}.git")
    return Week(desk)


def pull(head: str, branch: str, at: str, **more: Any) -> dict[str, Any]:
    user = {"login": "ada", "type": "User"}
    side = {"repo": {"full_name": SLUG}}
    return {
        "number": 5,
        "title": "Add a total",
        "body": "",
        "state": "open",
        "merged": False,
        "merged_at": None,
        "merge_commit_sha": None,
        "user": user,
        "author_association": "MEMBER",
        "html_url": f"https://github.com/{SLUG}/pull/5",
        "created_at": at,
        "updated_at": at,
        "head": {"sha": head, "ref": branch, **side},
        "base": {"sha": "0" * 40, "ref": "main", **side},
        **more,
    }


def reviewed(head: str, at: str, state: str, body: str) -> dict[str, Any]:
    return {
        "action": "submitted",
        "review": {
            "id": 71,
            "user": {"login": "grace", "type": "User"},
            "body": body,
            "state": state,
            "commit_id": head,
            "submitted_at": at,
            "author_association": "MEMBER",
            "html_url": f"https://github.com/{SLUG}/pull/5#pullrequestreview-71",
        },
        "pull_request": pull(head, "add-total", at),
        "repository": {"full_name": SLUG},
        "sender": {"login": "grace", "type": "User"},
    }


def commented(head: str, at: str, body: str) -> dict[str, Any]:
    return {
        "action": "created",
        "comment": {
            "id": 72,
            "user": {"login": "grace", "type": "User"},
            "body": body,
            "path": "cart.py",
            "line": 2,
            "side": "RIGHT",
            "diff_hunk": "@@ -1 +1,2 @@\n+def total(prices):\n+    return sum(prices)",
            "commit_id": head,
            "original_commit_id": head,
            "created_at": at,
            "updated_at": at,
            "author_association": "MEMBER",
            "html_url": f"https://github.com/{SLUG}/pull/5#discussion_r72",
        },
        "pull_request": pull(head, "add-total", at),
        "repository": {"full_name": SLUG},
        "sender": {"login": "grace", "type": "User"},
    }


def measured(commit: str, at: str, seconds: list[float]) -> str:
    machine = {"node": "ci", "machine": "x86_64", "python_version": "3.12.1", "cpu": {"brand_raw": "CPU", "count": 4}}
    ordered = sorted(seconds)
    mean = sum(seconds) / len(seconds)
    stats = {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "median": ordered[len(ordered) // 2],
        "stddev": 0.0005,
        "iqr": 0.0005,
        "rounds": len(seconds),
        "ops": 1 / mean,
        "iterations": 1,
        "data": seconds,
    }
    run = {"name": "test_total", "fullname": "benchmarks/test_total.py::test_total", "group": None, "params": None}
    return json.dumps(
        {
            "machine_info": machine,
            "commit_info": {"id": commit, "time": at, "dirty": False, "branch": "add-total"},
            "benchmarks": [{**run, "extra_info": {}, "options": {}, "stats": stats}],
            "datetime": at,
            "version": "5.1.0",
        }
    )


def test_a_week_ends_with_the_right_outcomes_and_candidates(week: Week, clock: Clock, chance: Chance) -> None:
    desk = week.desk

    # Monday. The first session breaks a test, repairs it, and commits on a branch of its own.
    week.hook("monday", "SessionStart", source="startup")
    week.git("switch", "-q", "-c", "add-total")
    week.tests("monday", failed("test_total"), passed("test_empty"))
    first = week.works("monday", "def total(prices):\n    return sum(prices)\n", "Add a total")
    clock.forward(60)
    week.tests("monday", passed("test_total"), passed("test_empty"))
    week.ingest(week.file("before.json", measured(first, week.iso(), [0.100 + n / 10_000 for n in range(20)])))
    assert week.verdict("monday") == Verdict(Outcome.SUCCESS, "the last run of tests passed")

    # Tuesday. A reviewer requests changes; the comment comes twice, and before the review it belongs to.
    clock.forward(DAY)
    comment = commented(first, week.iso(), "Always check that `prices` is not empty before you divide.")
    week.payload("comment", comment)
    week.payload("comment-again", comment)
    week.payload("review", reviewed(first, week.iso(), "changes_requested", "Not like this, please."))
    assert week.verdict("monday") == Verdict(Outcome.FAILURE, "changes were requested")

    # Wednesday. Another session answers on the same branch, and makes a benchmark a third slower.
    clock.forward(DAY)
    week.hook("wednesday", "SessionStart", source="startup")
    second = week.works(
        "wednesday", "def total(prices):\n    return sum(prices) if prices else 0\n", "Mind the empty cart"
    )
    clock.forward(60)
    week.tests("wednesday", passed("test_total"), passed("test_empty"))
    slower = measured(second, week.iso(), [0.134 + n / 10_000 for n in range(20)])
    week.ingest(week.file("after.json", slower))

    # Thursday. It is merged, by a merge commit that no session made.
    clock.forward(DAY)
    week.git("switch", "-q", "main")
    week.git("merge", "-q", "--no-ff", "-m", "Merge pull request #5 from acme/add-total", "add-total", who="Grace")
    merge = week.git("rev-parse", "HEAD")
    done = {"state": "closed", "merged": True, "merged_at": week.iso(), "merge_commit_sha": merge}
    closed = pull(second, "add-total", week.iso(), **done)
    merged = {"action": "closed", "number": 5, "pull_request": closed, "repository": {"full_name": SLUG}}
    week.payload("merged", merged)
    assert week.verdict("wednesday") == Verdict(Outcome.SUCCESS, "its pull request was merged")

    # Saturday. A person takes the merge back. Nobody imports anything: git is looked at before consolidating.
    clock.forward(2 * DAY)
    week.git("revert", "--no-edit", "-m", "1", merge, who="Grace")
    desk.run("consolidate")
    assert week.verdict("wednesday") == Verdict(Outcome.FAILURE, "it was reverted")
    assert week.verdict("monday") == Verdict(Outcome.FAILURE, "changes were requested")

    # What happened is on the session it happened to, once, with the words of whoever said it.
    def kinds(session: str | None) -> set[Kind]:
        return {fact.kind for fact in week.facts(session)}

    assert {Kind.RUN, Kind.FAILURE, Kind.FIXED, Kind.COMMENT, Kind.REVIEW} <= kinds("monday")
    assert {Kind.RUN, Kind.PULL_REQUEST, Kind.REVERT, Kind.METRIC, Kind.FAILURE} <= kinds("wednesday")
    assert len([fact for fact in week.facts("monday") if fact.kind is Kind.COMMENT and fact.path]) == 1
    (regression,) = (fact for fact in week.facts("wednesday") if fact.kind is Kind.FAILURE)
    assert regression.fingerprint.startswith("metric:")
    assert all(fact.how.startswith("by its commit") for fact in week.facts("monday") if fact.kind is Kind.COMMENT)

    # The reviewer's standing sentence is a candidate with its quote; nothing is served before a person admits it.
    (candidate,) = desk.store.rules(REPOSITORY)
    assert (candidate.text, candidate.state, candidate.current.source.trust) == (
        "Always check that `prices` is not empty before you divide.",
        State.CANDIDATE,
        Trust.MEMBER,
    )
    assert [fact.source.identity for fact in desk.store.supports(candidate.id)] == ["github:grace"]
    assert "prices" in desk.run("review", "--list")

    # A second look at everything changes nothing.
    before = desk.store.evidence(REPOSITORY)
    week.payload("merged-again", merged)
    week.ingest()
    week.ingest(*(str(path) for path in sorted(week.reports.glob("*.json"))))
    desk.run("consolidate")
    assert desk.store.evidence(REPOSITORY) == before
    assert [rule.id for rule in desk.store.rules(REPOSITORY)] == [candidate.id]
