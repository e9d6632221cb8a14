"""What was forgotten is in no file any more, the revisions still verify, and what is left is said."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.records import Kind
from tests.doors.desk import Desk, failed, junit
from tests.store.facts import fact

CANARY = "canarybird"


def holding(folder: Path) -> list[str]:
    """Files below a folder that hold the canary, in any case."""
    return [path.name for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes().lower()]


def close(desk: Desk) -> None:
    for store in desk.opened:
        store.close()
    desk.opened.clear()


@pytest.fixture
def spoken(desk: Desk) -> Desk:
    """A store in which the canary stands in many places, and in two backups."""
    desk.run("add", f"Always feed the {CANARY} first.")
    desk.run("edit", "R1", f"Always feed the {CANARY} at noon.")
    desk.run("feedback", f"Never wake the {CANARY.title()}.")
    (desk.folder / "report.xml").write_text(junit(failed(f"test_{CANARY}")), encoding="utf-8")
    desk.run("ingest", str(desk.folder / "report.xml"))
    (desk.folder / "report.xml").unlink()
    desk.run("backup")
    desk.run("consolidate")
    name = desk.suggest(f"Sing to the {CANARY}.")
    desk.run("reject", name, "--why", f"the {CANARY} sleeps")
    desk.run("backup")
    close(desk)
    return desk


def test_a_text_is_in_no_file_any_more(spoken: Desk) -> None:
    assert holding(spoken.home)
    said = spoken.run("forget", "--text", CANARY.upper(), "--yes")
    assert said.startswith("Forgotten: ")
    assert said.endswith("2 backups cleaned.")
    assert holding(spoken.home) == []
    assert holding(spoken.folder) == []
    spoken.run("doctor")
    assert spoken.facts("rules", "--all")["rules"][0]["text"] == "[forgotten]"
    assert spoken.facts("rules")["rules"] == [], "what has no text is not served"


def test_a_rule_is_forgotten_with_all_its_wordings_and_whatever_holds_them(desk: Desk) -> None:
    desk.run("add", f"Always feed the {CANARY} first.")
    desk.run("edit", "R1", "Use uv.")
    desk.run("add", "Use nox.")
    desk.run("backup")
    close(desk)
    desk.answers = ["y"]
    said = desk.run("forget", "R1")
    assert desk.asked == ["Forget R1 (Use uv.) and all that holds its words for good? This cannot be undone. [y/N] "]
    assert said.startswith("Forgotten: 2 wordings")
    close(desk)
    assert holding(desk.home) == []
    assert desk.state("R1") == ("retired", "retired", False)
    assert desk.rules()["R2"].text == "Use nox."
    assert desk.facts("history")["revisions"][-1]["cause"] == "forget"
    desk.run("doctor")


def test_a_rule_of_another_project_can_be_forgotten_from_anywhere(desk: Desk, tmp_path: Path) -> None:
    desk.run("add", f"Always feed the {CANARY} first.")
    desk.folder = tmp_path
    assert "belongs to another project" in desk.refused("why", "R1")
    desk.run("forget", "R1", "--yes")
    close(desk)
    assert holding(desk.home) == []


def test_one_piece_of_evidence_is_forgotten_by_its_id(desk: Desk) -> None:
    kept = desk.keep(
        fact(f"the {CANARY} broke", kind=Kind.FAILURE, fingerprint=f"test:{CANARY}|a|b", project=desk.project),
        fact("something else", project=desk.project),
    )
    facts = desk.facts("forget", "--evidence", str(kept[0]), "--yes")
    assert (facts["evidence"], facts["versions"]) == (1, 0)
    close(desk)
    assert holding(desk.home) == []
    assert desk.store.evidence(desk.project)[1].text == "something else"


def test_what_is_forgotten_is_not_learnt_again_from_the_same_report(spoken: Desk) -> None:
    report = spoken.folder / "again.xml"
    report.write_text(junit(failed(f"test_{CANARY}")), encoding="utf-8")
    spoken.run("forget", "--text", CANARY, "--yes")
    spoken.run("ingest", str(report))
    report.unlink()
    close(spoken)
    assert holding(spoken.home) == []


def test_where_nothing_holds_it_the_person_is_told(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    for words in (["--text", "Canary"], ["--evidence", "7"], ["--text", "Canary", "--evidence", "0"]):
        assert desk.refused("forget", *words, "--yes").startswith("nothing in the store holds that (any more)")
    assert desk.refused("forget", "R7", "--yes") == "rule R7 does not exist; see `mcp-promptlearn rules`"
    desk.run("forget", "R1", "--yes")
    assert "nothing in the store holds that" in desk.refused("forget", "R1", "--yes")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name a rule like R12, --text TEXT or --evidence ID to forget"),
        (["--text", ""], "--text needs at least 4 characters"),
        (["--text", "  a b "], "--text needs at least 4 characters"),
        ([""], "'' is not a rule; name one like R12"),
        (["Canary"], "; a text is forgotten with --text"),
    ],
)
def test_what_would_take_out_too_much_or_nothing_is_refused(desk: Desk, words: list[str], said: str) -> None:
    assert said in desk.refused("forget", *words, "--yes")


def test_a_running_reader_keeps_old_bytes_and_the_person_is_told_to_try_again(spoken: Desk) -> None:
    with closing(sqlite3.connect(spoken.home / "promptlearn.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM versions").fetchone()
        spoken.wait = 0.05
        line = spoken.refused("forget", "--text", CANARY, "--yes")
        assert line == (
            "the text is gone, but another process keeps old bytes of it in the store's log; "
            "close running agents and forget it again"
        )
        assert spoken.said[0].startswith("Forgotten: "), "the facts are told all the same"
    assert "nothing in the store holds that (any more)" in spoken.refused("forget", "--text", CANARY, "--yes")
    assert holding(spoken.home) == []


def test_what_was_set_aside_is_left_to_the_person_and_named(spoken: Desk) -> None:
    copy = spoken.facts("backup", "--list")["backups"][-1]
    aside = spoken.facts("backup", "--restore", copy, "--yes")["set_aside"]
    torn = spoken.home / "backups" / "promptlearn-999999999999-000.db"
    torn.write_text(f"not a database but a {CANARY}", encoding="utf-8")
    said = spoken.run("forget", "--text", CANARY, "--yes").splitlines()
    assert f"Deleted a backup that could not be cleaned: {torn}" in said
    assert f"Left for you to delete, it may hold the text: {aside}" in said
    assert set(holding(spoken.home)) <= {Path(aside).name, f"{Path(aside).name}-wal"}
