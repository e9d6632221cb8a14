"""What commands and edits leave behind is told from what they printed, or from what is checked out then."""

import subprocess
from pathlib import Path

import pytest

from mcp_server import leavings
from store.records import Work

C = "commit"
NOW = 1_767_225_600.0


def left(command: str, output: str, root: str = "") -> list[tuple[str, str]]:
    works = leavings.of_command(command, output, root=root, project="p", session="s", now=NOW, how="hook")
    assert all((work.project, work.session, work.time, work.how) == ("p", "s", NOW, "hook") for work in works)
    return [(work.sort, work.name) for work in works]


@pytest.mark.parametrize(
    ("command", "output", "expected"),
    [
        ("git commit -m x", "[fix/a 1a2b3c4] x\n 1 file changed", [("commit", "1a2b3c4"), ("branch", "fix/a")]),
        ("git -C /r commit -qm x", "[main (root-commit) 1a2b3c4d] x", [("commit", "1a2b3c4d"), ("branch", "main")]),
        ("git commit --amend", "[detached HEAD 1a2b3c4] x", [("commit", "1a2b3c4")]),
        ("git commit -m a", "[m 1111111] a\n[m 2222222] b", [(C, "1111111"), ("branch", "m"), (C, "2222222")]),
        ("git status", "[main 1a2b3c4] x", []),
        ("echo hi", "[main 1a2b3c4] x", []),
        ("gh pr create --fill", "https://github.com/o/r/pull/5\n", [("pull request", "o/r#5")]),
        ("git push -u origin x", "remote: https://gitlab.com/g/s/p/-/merge_requests/7", [("pull request", "g/s/p!7")]),
        ("gh pr view 5", "https://github.com/o/r/pull/5", []),
        ("cat notes", "https://github.com/o/r/pull/5", []),
    ],
)  # fmt: skip
def test_what_was_printed_tells(command: str, output: str, expected: list[tuple[str, str]]) -> None:
    assert left(command, output) == expected


def test_a_commit_that_printed_nothing_is_the_one_checked_out(tmp_path: Path) -> None:
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert left("git commit -q -m one", "", str(tmp_path)) == [("commit", told.stdout.strip()), ("branch", "main")]
    assert left("git commit -m two", "nothing to commit, working tree clean", str(tmp_path)) == []
    assert left("git merge side", "Already up to date.", str(tmp_path)) == []


def test_hidden_characters_do_not_get_into_a_name() -> None:
    works = leavings.of_edit(["a\u202e.py"], branch="fi\u200bx", project="p", session="s", now=NOW, how="hook")
    assert works == [Work("p", "s", "path", "a.py", NOW, "hook"), Work("p", "s", "branch", "fix", NOW, "hook")]


def test_a_file_with_a_secret_in_its_name_is_left_out() -> None:
    key = "ghp_" + "a1B2" * 9
    assert leavings.tellable(["src/a.py", f"notes/{key}.txt", "/home/ada/x.py"]) == ["src/a.py", "/home/ada/x.py"]


def test_a_command_leaves_a_bounded_number_of_things() -> None:
    output = "\n".join(f"[main {number:07x}] x" for number in range(1, 500))
    assert len(left("git rebase main", output)) == leavings.MOST
