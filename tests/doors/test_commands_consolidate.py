"""`consolidate` says in words what came of a run, what it would do, and what waits for the person."""

import sqlite3
from contextlib import closing
from pathlib import Path

from mcp_server.learning.plan import OPERATIONS
from store.records import GLOBAL, Kind, Project
from tests.doors.desk import Desk
from tests.learning.decisions import decide, made
from tests.store.facts import adding, fact

TARGET = "test:tests.test_form::test_fields|AssertionError|form.py:make"


def test_a_run_says_what_it_proposes_and_that_nothing_is_served_yet(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    assert desk.run("consolidate") == (
        "project: consolidated\n"
        "- proposed: Never use tabs.\n"
        "  because a person said so\n"
        "Revision 1. Nothing is served before you admit it: mcp-promptlearn review"
    )
    assert desk.run("consolidate") == "project: consolidated\n- nothing new in the evidence"
    assert desk.store.head(desk.project) == 1


def test_a_dry_run_shows_the_same_and_changes_nothing(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    would = desk.run("consolidate", "--dry-run").splitlines()
    assert would[0] == "project: a run would give"
    assert would[-1] == "Nothing was changed."
    assert desk.rules() == {}
    assert desk.run("consolidate").splitlines()[1:3] == would[1:3]


def test_questions_are_counted(desk: Desk) -> None:
    desk.keep(*[fact(s, kind=Kind.FAILURE, fingerprint=TARGET, project=desk.project, session=s) for s in "abc"])
    assert desk.run("consolidate").endswith("1 question for you in `mcp-promptlearn review`.")
    desk.run("feedback", "Never use tabs.")
    assert desk.run("consolidate").endswith("1 question for you in `mcp-promptlearn review`.")


def test_no_more_than_a_handful_is_proposed_at_once(desk: Desk) -> None:
    for number in range(OPERATIONS + 2):
        desk.run("feedback", f"Never read page{number} of book{number} before chapter{number}.")
    assert "2 more proposals wait for the next run" in desk.run("consolidate")
    assert len(desk.rules()) == OPERATIONS
    desk.run("consolidate")
    assert len(desk.rules()) == OPERATIONS + 2


def test_every_known_project_can_be_consolidated_from_anywhere(desk: Desk) -> None:
    other = desk.folder.parent / "other"
    other.mkdir()
    for folder in (other, desk.folder):
        desk.folder = folder
        desk.run("feedback", "Never use tabs.")
    text = desk.run("consolidate", "--all")
    assert "other: consolidated" in text
    assert "project: consolidated" in text
    assert len(desk.facts("consolidate", "--all", "--dry-run")["runs"]) == 2


def test_where_nothing_is_known_there_is_nothing_to_consolidate(desk: Desk) -> None:
    desk.folder = Path.home()
    assert desk.run("consolidate", "--all") == "No project is known yet, so there is no evidence."


def test_while_another_run_is_at_work_this_one_says_so(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    with desk.store.alone("consolidate"):
        assert "consolidate is held by another process" in desk.refused("consolidate")
    desk.run("consolidate")


def test_a_run_that_starts_by_itself_waits_for_new_evidence_and_some_quiet(desk: Desk) -> None:
    assert desk.run("consolidate", "--if-due") == ""
    desk.run("feedback", "Never use tabs.")
    assert "proposed: Never use tabs." in desk.run("consolidate", "--if-due")
    desk.run("feedback", "Always sort the imports.")
    assert desk.run("consolidate", "--if-due") == "", "the last one was a moment ago"
    desk.clock.forward(3600)
    assert "proposed: Always sort the imports." in desk.run("consolidate", "--if-due")


def test_a_dry_run_shows_what_a_model_would_be_sent(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs.")
    desk.model = "tiny"
    text = desk.run("consolidate", "--dry-run")
    assert "To tiny at https://api.openai.com/v1 would be sent:" in text
    assert "Nothing was changed and nothing was sent." in text
    desk.terminal = False
    assert "proposed: Never use tabs." in desk.run("consolidate"), "without consent it goes on without the model"
    assert "nothing is sent to api.openai.com before a person agrees" in desk.told[0]


def test_what_was_proven_in_three_projects_is_offered_for_all_and_not_done(desk: Desk) -> None:
    for name in "abc":
        desk.store.know(Project(name, name, ""))
        desk.store.revise(name, [adding("Use pnpm, not npm.")], cause="add", now=desk.clock())
        rule = desk.store.rules(name)[0]
        decide(desk.store, name, {rule.id: made(verdict="proven", state="active")}, time=desk.clock())
    assert desk.facts("consolidate", "--dry-run")["offers"] == []
    text = desk.run("consolidate", "--all", "--dry-run")
    assert "Offered, not done: proven in 3 projects (R1 of a, R2 of b, R3 of c): Use pnpm, not npm." in text
    assert "mcp-promptlearn add --global 'Use pnpm, not npm.'" in text
    assert len(desk.facts("consolidate", "--all", "--dry-run")["offers"]) == 1
    assert desk.store.rules(GLOBAL) == []


def test_a_project_whose_log_was_damaged_keeps_no_other_from_being_consolidated(desk: Desk) -> None:
    desk.run("add", "Use uv, not pip.")
    desk.run("consolidate")
    for name in "xy":
        desk.store.know(Project(name, name, ""))
    with closing(sqlite3.connect(desk.home / "promptlearn.db")) as db:
        db.execute("UPDATE trials SET state = 'damaged'")
        db.execute("UPDATE log SET line = 'damaged'")
        db.commit()
    assert desk.code("consolidate", "--all") == 1
    assert "x: consolidated" in desk.said
    assert "y: consolidated" in desk.said
    assert any(line.startswith(f"the trials of {desk.project} cannot be read") for line in desk.told)
