"""What is checked out is read from git's own files, the same as git would tell."""

import os
import subprocess
from pathlib import Path

import pytest

from mcp_server.head import Head, head_of


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a").write_text("a", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


def told(folder: Path) -> Head:
    branch = git(folder, "branch", "--show-current")
    return Head(branch, git(folder, "rev-parse", "HEAD"))


def test_branch_and_commit_are_what_git_says(repository: Path) -> None:
    assert head_of(str(repository)) == told(repository)
    git(repository, "switch", "-qc", "fix/deep/name")
    assert head_of(str(repository)) == told(repository)
    git(repository, "pack-refs", "--all")
    assert head_of(str(repository)) == told(repository)
    git(repository, "checkout", "-q", "--detach")
    assert head_of(str(repository)) == told(repository)._replace(branch="")


def test_a_worktree_has_its_own_head_and_shares_the_rest(repository: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    git(repository, "worktree", "add", "-q", str(tree), "-b", "side")
    assert head_of(str(tree)) == told(tree) == Head("side", told(repository).commit)
    git(repository, "pack-refs", "--all")
    assert head_of(str(tree)) == told(tree)


def test_a_bare_repository_is_read_too(repository: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(bare))
    assert head_of(str(bare)) == Head("main", told(repository).commit)


def test_a_repository_without_a_commit_has_a_branch_only(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert head_of(str(tmp_path)) == Head("main", "")


@pytest.mark.parametrize("said", ["", "ref: refs/heads/../../../secret", "ref: elsewhere", "not a commit", "\0"])
def test_a_strange_head_says_nothing(tmp_path: Path, said: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(said, encoding="utf-8")
    assert head_of(str(tmp_path)) == Head("", "")


def test_no_repository_is_no_error(tmp_path: Path) -> None:
    assert head_of(str(tmp_path)) == Head("", "")
    assert head_of("\0") == Head("", "")
    (tmp_path / ".git").write_text("gitdir: nowhere\n", encoding="utf-8")
    assert head_of(str(tmp_path)) == Head("", "")


def test_a_ref_that_is_no_branch_names_none(repository: Path) -> None:
    commit = told(repository).commit
    git(repository, "update-ref", "refs/remotes/origin/x", commit)
    git(repository, "symbolic-ref", "HEAD", "refs/remotes/origin/x")
    assert head_of(str(repository)) == Head("", commit)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files")
@pytest.mark.parametrize("name", [".git", ".git/HEAD"])
def test_a_pipe_in_the_place_of_one_of_gits_files_is_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / name)
    assert head_of(str(tmp_path)) == Head("", "")
