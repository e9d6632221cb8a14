"""The doctor says of every part whether it is whole, sets aside what is not, and deletes nothing."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mcp_server.commands import doctor
from store import upkeep
from tests.doors.desk import Desk, repository


def checks(desk: Desk, *, code: int) -> dict[str, tuple[bool, str]]:
    """What was looked at: good or not, and the words. The first of a name counts."""
    import json

    assert desk.code("doctor", "--json") == code
    assert desk.errors == ""
    found = json.loads("\n".join(desk.said))["checks"]
    return {each["name"]: (each["good"], each["words"]) for each in reversed(found)}


def path_of(desk: Desk) -> Path:
    return desk.home / "promptlearn.db"


def test_a_fresh_machine_is_well(desk: Desk) -> None:
    text = desk.run("doctor")
    assert {line.split()[0] for line in text.splitlines()} == {"ok"}
    found = checks(desk, code=0)
    assert list(found)[::-1][:7] == ["store", "backups", "sqlite", "private", "git", "project", "person"]
    assert found["backups"] == (True, "0 copies; make one with `mcp-promptlearn backup`")
    assert found["project"][1] == f"project is {desk.project}"
    assert found["person"] == (True, "no agent's mark was found, so you may decide here")


def test_the_log_is_replayed_and_held_against_the_decisions_that_were_made_on_it(desk: Desk) -> None:
    desk.run("add", "Use uv, not pip.")
    assert "decisions" not in checks(desk, code=0)
    desk.run("consolidate")
    assert checks(desk, code=0)["decisions"] == (True, "3 lines of the log give the decisions that were made")
    with closing(sqlite3.connect(path_of(desk))) as db:
        db.execute("UPDATE log SET line = replace(line, 'active', 'trial')")
        db.commit()
    good, words = checks(desk, code=0)["decisions"]
    assert (good, "other decisions than were made" in words) == (True, True)
    with closing(sqlite3.connect(path_of(desk))) as db:
        db.execute("UPDATE log SET line = '{}' WHERE number = 2")
        db.commit()
    good, words = checks(desk, code=1)["decisions"]
    assert not good
    assert words.startswith("the log cannot be replayed (line 2: malformed line: ")


def test_of_exported_files_an_old_one_is_told_and_one_that_was_edited_or_is_gone_is_a_fault(desk: Desk) -> None:
    desk.run("add", "Use uv, not pip.")
    desk.run("export", "--client", "gemini", "--client", "cursor", "--yes")
    desk.run("guide", "--into", "GUIDE.md", "--yes")
    assert "exported" not in checks(desk, code=0)
    desk.run("add", "Run the tests before you say that it works.")
    lines = [line for line in desk.run("doctor").splitlines() if " exported: " in line]
    now = "is out of date; `mcp-promptlearn export` writes what the rules are now"
    assert lines == [f"ok    exported: {name} {now}" for name in (".cursor/rules/promptlearn.mdc", "GEMINI.md")]
    edited, guide = desk.folder / "GEMINI.md", desk.folder / "GUIDE.md"
    edited.write_text(edited.read_text("utf-8").replace("uv, not pip", "poetry"), encoding="utf-8")
    guide.unlink()
    (desk.folder / ".cursor/rules/promptlearn.mdc").unlink()
    assert desk.code("doctor") == 1
    keep = "keep the edit with `mcp-promptlearn edit` or `add`, take our block out, then run `mcp-promptlearn export`"
    takes = "writes it again, `mcp-promptlearn export --remove` takes back all that were written"
    assert [line for line in desk.said if " exported: " in line] == [
        f"MEND  exported: our block is gone from .cursor/rules/promptlearn.mdc; `mcp-promptlearn export` {takes}",
        f"MEND  exported: GEMINI.md was edited between our markers; {keep}",
        f"MEND  exported: our block is gone from GUIDE.md; `mcp-promptlearn guide --into GUIDE.md` {takes}",
    ]
    edited.write_text("", encoding="utf-8")
    desk.run("export", "--yes")
    desk.run("guide", "--into", "GUIDE.md", "--yes")
    assert "exported" not in checks(desk, code=0), "what it says to do mends it"
    guide.unlink()
    desk.run("export", "--remove", "--yes")
    assert "exported" not in checks(desk, code=0)


def test_where_an_agent_is_at_work_it_says_so(desk: Desk) -> None:
    desk.mark = "CLAUDECODE is set"
    assert checks(desk, code=0)["person"] == (True, "CLAUDECODE is set, so what changes the rules is refused here")


def test_backups_are_counted_and_the_newest_is_named(desk: Desk) -> None:
    made = Path(desk.facts("backup")["backup"])
    assert checks(desk, code=0)["backups"] == (True, f"1 copy, the newest {made.name}")


def test_the_race_of_old_sqlite_is_told_and_is_no_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "wal_reset_race", lambda: True)
    assert "rare known race" in checks(desk, code=0)["sqlite"][1]
    monkeypatch.setattr(upkeep, "wal_reset_race", lambda: False)
    assert checks(desk, code=0)["sqlite"] == (True, sqlite3.sqlite_version)


def test_a_text_that_was_changed_behind_our_back_is_found(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.store.close()
    desk.opened.clear()
    with closing(sqlite3.connect(path_of(desk))) as db:
        db.execute("UPDATE versions SET text = 'Use pip.'")
        db.commit()
    good, words = checks(desk, code=1)["store"]
    assert not good
    assert "the text of R1 version 1 was changed after it was written; restore one of `backup --list`" in words
    assert desk.code("doctor") == 1
    assert desk.said[0].startswith("MEND  store: ")


def test_a_file_that_is_no_database_is_set_aside_and_the_newest_backup_takes_its_place(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.run("backup")
    desk.store.close()
    desk.opened.clear()
    path_of(desk).write_bytes(b"garbage " * 2000)
    for suffix in ("-wal", "-shm"):
        path_of(desk).with_name(f"promptlearn.db{suffix}").unlink(missing_ok=True)
    found = checks(desk, code=1)
    assert not found["store"][0]
    assert "set aside as" in found["store"][1]
    (aside,) = desk.home.glob("*.damaged-*.db")
    assert aside.read_bytes() == b"garbage " * 2000
    assert found["set aside"] == (
        True,
        f"{aside.name} in {desk.home}; delete them when you need nothing from them",
    )
    assert "Use uv." in desk.run("rules")
    assert checks(desk, code=0)["store"][0], "the next look finds it whole"


@pytest.mark.parametrize("backup", [True, False])
def test_damage_in_the_middle_of_the_file_is_found_and_mended(desk: Desk, *, backup: bool) -> None:
    for number in range(30):
        desk.run("feedback", f"Remark {number}: never use tabs in file{number}. " + "x y z " * 200)
    if backup:
        desk.run("backup")
    desk.store.close()
    desk.opened.clear()
    path = path_of(desk)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'evidence'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    found = checks(desk, code=1)
    assert not found["store"][0]
    assert str(path) in found["store"][1]
    if "it is kept as" in found["store"][1]:
        assert ("took its place" if backup else "a new store begins") in found["store"][1]
        assert list(desk.home.glob("*.damaged-*.db"))
    else:
        assert "restore one of `backup --list`" in found["store"][1]
    assert path.exists()


def test_a_newer_store_is_told_and_left_alone(desk: Desk) -> None:
    desk.run("status")
    with closing(sqlite3.connect(path_of(desk))) as db:
        db.execute("PRAGMA user_version = 99")
    found = checks(desk, code=1)
    assert "upgrade mcp-promptlearn" in found["store"][1]
    assert found["project"] == (False, "not known while the store cannot be used")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of this kind")
def test_files_that_others_can_read_are_named_with_the_command_that_closes_them(desk: Desk) -> None:
    made = Path(desk.facts("backup")["backup"])
    for path in (path_of(desk), made):
        path.chmod(0o644)
        assert checks(desk, code=1)["private"] == (False, f"{path} can be read by others; chmod 600 {path}")
        path.chmod(0o600)
    assert checks(desk, code=0)["private"] == (True, "only you can read the store")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of this kind")
def test_a_home_that_cannot_be_written_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run("status")

    def refuses(path: Path, mode: int) -> bool:
        return not (path == desk.home and mode == os.W_OK)

    monkeypatch.setattr(os, "access", refuses)
    assert checks(desk, code=1)["private"] == (False, f"{desk.home} cannot be written; check its owner")


def test_elsewhere_permissions_are_not_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run("status")
    monkeypatch.setattr(sys, "platform", "win32")
    assert doctor._private(desk.home, path_of(desk)) == []  # pyright: ignore[reportPrivateUsage]


def test_a_missing_git_and_a_missing_folder_are_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(desk.folder, remote="https://github.com/me/thing")
    assert checks(desk, code=0)["project"] == (True, "project is github.com/me/thing")
    monkeypatch.setenv("PATH", "")
    assert checks(desk, code=1)["git"] == (
        False,
        "not found on PATH; projects are told apart by their folder only, so install it",
    )
    monkeypatch.undo()
    desk.folder = desk.folder / "gone"
    assert "does not exist; name an existing folder" in checks(desk, code=1)["project"][1]


def test_no_project_is_no_fault(desk: Desk) -> None:
    desk.folder = Path.home()
    assert "is not a project, so only rules for all projects apply" in checks(desk, code=0)["project"][1]
