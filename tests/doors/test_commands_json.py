"""What `--json` prints is what docs/json.md says it prints, field by field."""

import re
from pathlib import Path
from typing import Any, cast

import pytest

from mcp_server.cli import COMMANDS
from mcp_server.knobs import Knobs
from store.records import Exposure, Kind, Session, State
from store.revise import Add, Step
from tests.doors.desk import SAFETY, Desk, failed, junit
from tests.learning.decisions import decide, made
from tests.store.facts import fact, wording

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
WITHOUT = {"hook", "replay", "serve", "try"}
"""Commands that print no facts."""
ELSEWHERE = {"setup", "simulate", "uninstall"}
"""Commands that are held to the page beside their own tests."""
TARGET = "test:tests.test_form::test_fields|AssertionError|form.py:make"
OTHER = "test:tests.test_cart::test_total|KeyError|cart.py:total"


def tables() -> dict[str, set[str]]:
    """The fields of each section, by the names of its heading; those of a rule stand before the first one."""
    found: dict[str, set[str]] = {}
    heads = ["a rule"]
    for line in PAGE.splitlines():
        if line.startswith("## "):
            heads = re.findall(r"`([^`]+)`", line)
        elif field := re.match(r"\| `([^`]+)` \|", line):
            for head in heads:
                found.setdefault(head, set()).add(field[1])
    return found


FIELDS = tables()
RULE = FIELDS.pop("a rule")


def documented(section: str) -> set[str]:
    """The fields of a section with those of a rule where it says so."""
    fields = set(FIELDS[section])
    for whole in [field for field in fields if field.endswith("[]")]:
        fields = fields - {whole} | {f"{whole}.{field}" for field in RULE}
    return fields | (RULE if section == "why" else set())


def printed(value: Any, leaves: set[str], path: str = "") -> set[str]:
    """Every field of a JSON value, down to those that are documented as one."""
    if path in leaves or not isinstance(value, dict | list):
        return {path}
    inside: list[tuple[str, Any]] = (
        [(f"{path}[]", each) for each in cast("list[Any]", value)]
        if isinstance(value, list)
        else [(f"{path}.{name}".lstrip("."), each) for name, each in cast("dict[str, Any]", value).items()]
    )
    return {field for name, each in inside for field in printed(each, leaves, name)}


def holds(desk: Desk, section: str, *words: str) -> Any:
    """Run a command, compare its fields with the page, and return what it printed."""
    facts = desk.facts(*words)
    assert printed(facts, documented(section)) == documented(section), section
    return facts


def test_every_command_that_prints_facts_has_a_section() -> None:
    sections = {section.split()[0] for section in FIELDS}
    commands = {command.name for command in COMMANDS}
    assert commands - WITHOUT - ELSEWHERE <= sections <= commands - WITHOUT


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_the_others_take_no_json(desk: Desk, name: str) -> None:
    assert desk.code(name, "--json") == 2
    assert "--json" not in desk.run(name, "--help")


def test_decisions_print_the_new_revision(desk: Desk) -> None:
    assert holds(desk, "add", "add", "Use uv.") == {"id": "R1", "state": "active", "pinned": False, "revision": 1}
    assert holds(desk, "pin", "pin", "R1")["revision"] == 2
    assert holds(desk, "unpin", "unpin", "R1")["revision"] == 3
    assert holds(desk, "edit", "edit", "R1", "Use uv, not pip.")["version"] == 2
    desk.suggest("Keep functions short.")
    desk.suggest("Keep lines short.")
    assert holds(desk, "approve", "approve", "R2") == {
        "id": "R2",
        "state": "trial",
        "ending": "",
        "pinned": False,
        "waits": False,
        "revision": 5,
    }
    assert holds(desk, "reject", "reject", "R3", "--why", "no")["ending"] == "rejected"
    assert holds(desk, "retire", "retire", "R2")["revision"] == 7
    assert holds(desk, "pause", "pause") == {"project": desk.project, "paused": True}
    assert holds(desk, "resume", "resume") == {"project": desk.project, "paused": False}
    facts = holds(desk, "rollback", "rollback", "--yes")
    assert facts == {"revision": 8, "to": 6, "changes": ["R2 on trial"]}
    facts = holds(desk, "rollback RULE", "rollback", "R2", "--yes")
    assert facts == {"revision": 9, "rule": "R2", "before": 8, "changes": ["R2 retired"]}
    facts = holds(desk, "rollback --source", "rollback", "--source", "command", "--yes")
    assert facts == {"revision": 10, "source": "command line", "changes": ["R1 undone"]}


def test_rules_and_history_have_the_shape_that_was_promised(desk: Desk) -> None:
    desk.run("add", "Use uv.", "--path", "src/**")
    desk.run("pin", "R1")
    facts = holds(desk, "rules", "rules")
    assert (facts["project"], facts["revision"]) == (desk.project, 2)
    (rule,) = facts["rules"]
    promised = ("id", "version", "text", "state", "pinned", "paths", "origin", "trust")
    assert [rule[name] for name in promised] == [
        "R1",
        1,
        "Use uv.",
        "active",
        True,
        ["src/**"],
        "command line",
        "owner",
    ]
    facts = holds(desk, "history", "history")
    assert [sorted(each) for each in facts["revisions"]] == [
        ["cause", "changes", "hash", "moves", "number", "time"]
    ] * 2
    assert facts["revisions"][1] == {
        "number": 2,
        "hash": desk.store.revision(desk.project, 2).hash,
        "time": desk.clock(),
        "cause": "pin R1",
        "changes": ["R1 pinned"],
        "moves": [],
    }
    assert holds(desk, "history --report", "history", "--report", "1")["report"] == "- added: Use uv."
    assert holds(desk, "diff", "diff")["lines"] == [
        "-[R1] Use uv. (only src/**)  (active)",
        "+[R1] Use uv. (only src/**)  (active, pinned)",
    ]


def test_a_project_without_anything_prints_empty_lists(desk: Desk) -> None:
    assert desk.facts("rules") == {"project": desk.project, "revision": 0, "rules": []}
    assert desk.facts("history") == {"project": desk.project, "revisions": []}
    assert desk.facts("review") == {"candidates": [], "questions": [], "asks": [], "offers": []}
    assert desk.facts("backup", "--list") == {"backups": []}
    assert desk.facts("status")["last_session"] is None


def test_what_is_known_is_printed_with_all_its_fields(desk: Desk) -> None:
    key = "ghp_" + "a1B2" * 9
    facts = holds(desk, "feedback", "feedback", f"Never print {key} and use uv.")
    assert facts["redacted"] == {"GitHub token": 1}
    desk.keep(
        *[fact(f"{s} broke", kind=Kind.FAILURE, fingerprint=TARGET, project=desk.project, session=s) for s in "abc"]
    )
    desk.session("a")
    desk.suggest("Skip the failing tests.")
    holds(desk, "status", "status")
    facts = holds(desk, "review", "review")
    assert facts["candidates"][0]["warnings"]
    assert any(question["sessions"] == 3 for question in facts["questions"])
    (desk.folder / "report.xml").write_text(junit(failed("test_it")), encoding="utf-8")
    holds(desk, "ingest", "ingest", str(desk.folder / "report.xml"), "--session", "a")


def test_why_prints_all_that_led_to_a_rule(desk: Desk) -> None:
    name = desk.suggest("Keep functions\u200b short.")
    desk.run("approve", name)
    shown = Exposure("s1", 1, 1, 1.0, True, True, 0)
    desk.store.deliver(Session("s1", desk.project, "test", 0.0, 0.0), task="", shown=[shown], now=desk.clock())
    facts = holds(desk, "why", "why", name)
    assert facts["versions"][0]["removed"]
    assert facts["exposures"] == {
        "sessions": 1,
        "outcomes": {"unknown": 1},
        "triggered": 1,
        "assigned": 0,
        "withheld": 0,
        "no_room": 0,
        "without_coin": 1,
    }
    assert [decision["kind"] for decision in facts["decisions"]] == ["admit"]
    assert facts["verdict"] == facts["known"]["verdict"] == "not measured"


def test_the_verdict_is_that_of_the_newest_decision(desk: Desk) -> None:
    desk.trials = Knobs()
    desk.run("add", "Use uv.")
    assert desk.facts("why", "R1")["verdict"] == "too early"
    decide(desk.store, desk.project, {1: made(state="active")}, time=desk.clock())
    facts = desk.facts("why", "R1")
    assert (facts["verdict"], facts["known"]["effect"]) == ("leaning", 0.06)
    assert any(said.startswith("stopped, whoever admitted it") for said in facts["changes"])


def test_a_report_prints_all_that_is_known_of_rules(desk: Desk) -> None:
    desk.trials = Knobs()
    desk.run("add", "Use uv.")
    decide(desk.store, desk.project, {1: made(state="active")}, time=desk.clock())
    facts = holds(desk, "report", "report")
    assert facts["rules"][0] | {"effect": 0.06, "scored": 102, "withheld": 38} == facts["rules"][0]
    assert facts["rules"][0]["needs"][0] == {"effect": 0.05, "sessions": 380, "days": None}


def test_consolidate_prints_all_that_a_run_finds(desk: Desk) -> None:
    project = desk.project
    active = Add(wording("Run make form after each change."), state=State.ACTIVE, target=TARGET)
    desk.store.revise(
        project, [Step(active, kind="add", actor="person", reason="said so")], cause="add", now=desk.clock()
    )
    shown = Exposure("s1", 1, 1, 1.0, True, True, 0)
    desk.store.deliver(Session("s1", project, "test", 0.0, 0.0), task="", shown=[shown], now=desk.clock())
    desk.keep(
        fact(
            "broke again", kind=Kind.FAILURE, fingerprint=TARGET, project=project, session="s1", time=desk.clock() + 1
        ),
        *[fact(f"{s} broke", kind=Kind.FAILURE, fingerprint=OTHER, project=project, session=s) for s in "abc"],
    )
    desk.run("feedback", "Run make form after each change.")
    desk.run("feedback", "Never use tabs.")
    desk.run("add", "Always sort the imports.")
    desk.run("retire", "R2")
    desk.run("feedback", "Always sort the imports.")
    desk.model = "tiny"
    facts = holds(desk, "consolidate", "consolidate", "--dry-run")
    (run,) = facts["runs"]
    assert (run["dry_run"], run["revision"], run["model"]) == (True, None, "tiny")
    desk.model = ""
    facts = desk.facts("consolidate")
    assert facts["runs"][0]["revision"] == 4
    assert facts["runs"][0]["would_send"] == []


def test_upkeep_prints_what_it_did(desk: Desk) -> None:
    desk.run("add", SAFETY)
    holds(desk, "doctor", "doctor")
    made = holds(desk, "backup", "backup")["backup"]
    assert holds(desk, "backup --list", "backup", "--list")["backups"] == [made]
    aside = holds(desk, "backup --restore", "backup", "--restore", made, "--yes")["set_aside"]
    facts = holds(desk, "forget", "forget", "R1", "--yes")
    assert facts["left"] == [aside]
    assert facts["versions"] == 1
