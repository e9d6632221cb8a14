"""A copy is made while the store is in use, and any copy can be put back without losing what was there."""

from pathlib import Path

import pytest

from store.upkeep import KEEP
from tests.doors.desk import Desk, files_below


def made(desk: Desk) -> Path:
    return Path(desk.facts("backup")["backup"])


def test_a_copy_is_made_and_listed(desk: Desk) -> None:
    assert desk.run("backup", "--list") == "No copy yet; `mcp-promptlearn backup` makes one."
    assert not desk.home.exists(), "a list makes no store"
    assert desk.store.head("global") == 0, "and a store in use may be copied"
    first = made(desk)
    assert desk.run("backup").startswith("Copied and checked: ")
    listed = desk.run("backup", "--list").splitlines()
    assert listed[0] == str(first)
    assert len(listed) == 2
    assert first.stat().st_mode & 0o077 == 0


def test_only_the_newest_copies_are_kept(desk: Desk) -> None:
    copies: list[str] = []
    for _ in range(KEEP + 2):
        desk.clock.forward(60)
        copies.append(str(made(desk)))
    assert desk.facts("backup", "--list")["backups"] == copies[-KEEP:]


def test_a_copy_is_put_back_and_the_store_that_was_there_is_kept(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    copy = made(desk)
    desk.run("add", "Use nox.")
    desk.answers = ["y"]
    said = desk.run("backup", "--restore", str(copy))
    (aside,) = desk.home.glob("promptlearn.replaced-*.db")
    assert said == f"Restored {copy.name}; what was there is {aside}"
    assert desk.asked == [
        f"Put {copy.name} in the store's place? Close agents first; the old one is kept beside it. [y/N] "
    ]
    assert [rule["text"] for rule in desk.facts("rules")["rules"]] == ["Use uv."]
    assert desk.facts("backup", "--restore", str(aside), "--yes")["restored"] == str(aside)
    assert len(desk.facts("rules")["rules"]) == 2, "and that one can be put back as well"


def test_the_name_alone_is_enough_for_a_copy_of_ours(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    copy = made(desk)
    assert desk.facts("backup", "--restore", copy.name, "--yes")["restored"] == str(copy)


def test_on_a_new_machine_nothing_was_there_before(desk: Desk, tmp_path: Path) -> None:
    desk.run("add", "Use uv.")
    brought = tmp_path / "brought.db"
    brought.write_bytes(made(desk).read_bytes())
    desk.home = tmp_path / "new home"
    assert desk.run("backup", "--restore", str(brought), "--yes") == "Restored brought.db; nothing was there before"
    assert "Use uv." in desk.run("rules")


def test_without_a_yes_nothing_is_put_back(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    copy = made(desk)
    before = files_below(desk.home)
    assert desk.refused("backup", "--restore", str(copy)) == "nothing was changed, as the answer was not yes"
    assert files_below(desk.home) == before


@pytest.mark.parametrize("name", ["missing.db", "", "sub/missing.db", "..", "x" * 1000])
def test_a_copy_that_is_not_there_is_refused(desk: Desk, name: str) -> None:
    desk.run("add", "Use uv.")
    line = desk.refused("backup", "--restore", name, "--yes")
    assert (
        "does not exist; see `mcp-promptlearn backup --list`" in line or "cannot be used (File name too long)" in line
    )
    assert "Use uv." in desk.run("rules")


def test_a_copy_that_is_not_there_is_refused_before_anything_is_asked(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.keys = ["y"]
    assert "missing.db does not exist" in desk.refused("backup", "--restore", "missing.db")
    assert desk.keys == ["y"]


@pytest.mark.parametrize("content", [b"", b"no database " * 1000, None], ids=["empty", "garbage", "torn"])
def test_a_file_that_is_no_good_copy_is_refused_and_the_store_stays(
    desk: Desk, tmp_path: Path, content: bytes | None
) -> None:
    desk.run("add", "Use uv.")
    bad = tmp_path / "bad.db"
    whole = made(desk).read_bytes()
    bad.write_bytes(whole[: len(whole) // 2] if content is None else content)
    line = desk.refused("backup", "--restore", str(bad), "--yes")
    assert str(bad) in line
    assert "Use uv." in desk.run("rules")
    assert list(desk.home.glob("*.replaced-*")) == []
