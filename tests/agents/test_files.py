"""A person's file is read with care, replaced whole, and left alone where that cannot be."""

import os
import stat
import sys
from pathlib import Path

import pytest

from mcp_server.agents import files
from mcp_server.agents.files import UnfitError, beside, look, missing_folders, read_bytes, replace, text_of


def why(path: Path, root: Path) -> str:
    with pytest.raises(UnfitError) as caught:
        look(path, root=root)
    return str(caught.value)


def test_a_plain_file_and_one_that_is_not_there_yet_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert look(path, root=tmp_path) == (path, path, None)
    path.write_bytes(b"x")
    assert look(path, root=tmp_path).data == b"x"
    deep = tmp_path / "b" / "c" / "d.json"
    assert look(deep, root=tmp_path).data is None
    assert missing_folders(deep) == [tmp_path / "b", tmp_path / "b" / "c"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_a_link_is_followed_as_long_as_it_stays_at_home(tmp_path: Path) -> None:
    home, kept = tmp_path / "home", tmp_path / "home" / "dotfiles"
    kept.mkdir(parents=True)
    (kept / "a.json").write_bytes(b"x")
    (home / "a.json").symlink_to(kept / "a.json")
    assert look(home / "a.json", root=home) == (home / "a.json", kept / "a.json", b"x")

    (home / "folder").symlink_to(kept)
    assert look(home / "folder" / "new.json", root=home).real == kept / "new.json"

    (tmp_path / "outside.json").write_bytes(b"x")
    (home / "out.json").symlink_to(tmp_path / "outside.json")
    assert "leads out of" in why(home / "out.json", home)
    (home / "outer").symlink_to(tmp_path)
    assert "leads out of" in why(home / "outer" / "outside.json", home)

    (tmp_path / "alias").symlink_to(home)
    assert look(tmp_path / "alias" / "a.json", root=tmp_path / "alias").real == kept / "a.json"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_a_link_that_leads_nowhere_or_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to(tmp_path / "gone.json")
    assert why(tmp_path / "a.json", tmp_path) == (
        f"is a link to {tmp_path / 'gone.json'}, where nothing is; mend or remove the link"
    )
    (tmp_path / "b.json").symlink_to(tmp_path / "c.json")
    (tmp_path / "c.json").symlink_to(tmp_path / "b.json")
    assert "leads to itself" in why(tmp_path / "b.json", tmp_path)
    (tmp_path / "round").symlink_to(tmp_path / "round")
    said = why(tmp_path / "round" / "x.json", tmp_path)
    assert "leads to itself" in said or "cannot be read" in said


def test_what_is_no_file_to_write_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    assert "is a folder" in why(tmp_path / "folder", tmp_path)
    path = tmp_path / "a.json"
    path.write_bytes(b"x")
    path.chmod(0o444)
    assert "is read-only" in why(path, tmp_path)
    path.chmod(0o644)
    assert "cannot be read" in why(path / "below.json", tmp_path)
    monkeypatch.setattr(files, "MOST", 0)
    assert "which no configuration needs" in why(path, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such modes there")
def test_a_folder_that_holds_still_and_a_pipe_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert "no plain file" in why(tmp_path / "pipe.json", tmp_path)
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "a.json").write_bytes(b"x")
    kept.chmod(0o555)
    try:
        assert "is read-only; make it writable" in why(kept / "a.json", tmp_path)
        assert "is read-only; make it writable" in why(kept / "deep" / "new.json", tmp_path)
    finally:
        kept.chmod(0o755)


def test_a_name_too_long_to_look_at_is_named(tmp_path: Path) -> None:
    assert "cannot be read" in why(tmp_path / ("x" * 5000), tmp_path)


def test_text_is_utf_8_or_nothing() -> None:
    assert text_of("é\r\n\ufeff".encode()) == "é\r\n\ufeff"
    assert text_of(None) == ""
    with pytest.raises(UnfitError, match="not UTF-8"):
        text_of("é".encode("utf-16"))


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    replace(path, b"one", mode=0o640)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode) & 0o666) == (
        b"one",
        0o640 if os.name != "nt" else 0o666,
    )
    path.chmod(0o600)
    beside(path).write_bytes(b"left by somebody who was interrupted")
    replace(path, b"two", mode=0o644)
    assert (path.read_bytes(), sorted(each.name for each in tmp_path.iterdir())) == (b"two", ["a.json"])
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root may give files away")
def test_a_file_that_root_replaces_stays_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"one")
    os.chown(path, 12345, 12345)
    replace(path, b"two", mode=0o600)
    assert (path.stat().st_uid, path.stat().st_gid, path.read_bytes()) == (12345, 12345, b"two")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace(path, b"two", mode=0o600)
    assert (path.read_bytes(), [each.name for each in tmp_path.iterdir()]) == (b"one", ["a.json"])


def test_what_is_not_there_reads_as_nothing(tmp_path: Path) -> None:
    assert read_bytes(tmp_path / "a") is None
