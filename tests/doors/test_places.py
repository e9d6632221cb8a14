"""The remembered project of a folder is believed only while the folder's repository is the same."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_server.places import place_of, stamp
from store import open_store
from store.sqlite import SqliteStore


@pytest.fixture
def store(home: Path, chance: Callable[[int], bytes]) -> SqliteStore:
    return open_store(home / "promptlearn.db", chance=chance)


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_a_folder_that_became_another_repository_is_another_project(store: SqliteStore, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://github.com/acme/one")
    assert place_of(store, str(tmp_path)).project.key == "github.com/acme/one"
    assert place_of(store, str(tmp_path)).project.key == "github.com/acme/one"
    shutil.rmtree(tmp_path / ".git")
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://github.com/other/two")
    assert place_of(store, str(tmp_path)).project.key == "github.com/other/two"


def test_a_remote_that_is_set_back_leaves_nothing_behind(store: SqliteStore, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://github.com/acme/mine")
    mine = place_of(store, str(tmp_path)).project.key
    git(tmp_path, "remote", "set-url", "origin", "https://github.com/acme/victim")
    assert place_of(store, str(tmp_path)).project.key == "github.com/acme/victim"
    git(tmp_path, "remote", "set-url", "origin", "https://github.com/acme/mine")
    assert place_of(store, str(tmp_path)).project.key == mine


def test_a_folder_without_a_repository_has_a_stamp_too(tmp_path: Path) -> None:
    assert stamp(str(tmp_path)) == "- - -"
    assert stamp(str(tmp_path / "missing")) == "- - -"
    assert stamp("\0") == "- - -"


def test_a_store_that_cannot_be_written_asks_again(store: SqliteStore, tmp_path: Path, home: Path) -> None:
    import sqlite3
    from contextlib import closing

    from store import open_existing

    hasty = open_existing(home / "promptlearn.db", wait=0.01)
    assert hasty is not None
    with closing(sqlite3.connect(home / "promptlearn.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert place_of(hasty, str(tmp_path)).project.key == f"path:{tmp_path}"
        other.execute("ROLLBACK")
    assert store.answer(f"folder {tmp_path}") is None
