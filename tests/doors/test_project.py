"""A repository is one project, however its remote is spelt, wherever it lies, and from its first day on."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mcp_server import project as files
from mcp_server.project import EVERYWHERE, Place, ProjectError, environment, find, git, normalised, settled
from store.errors import ReadOnlyError
from store.memory import MemoryStore
from store.records import Project
from tests.conftest import Chance
from tests.doors.desk import commit, repository
from tests.doors.desk import git as run_git

unix = pytest.mark.skipif(sys.platform == "win32", reason="paths and links of this kind")


@pytest.fixture
def store(chance: Chance) -> MemoryStore:
    return MemoryStore(chance=chance)


def key(folder: Path) -> str:
    return find(folder).project.key


# --- remotes


@pytest.mark.parametrize(
    "remote",
    [
        "git@github.com:Owner/repo.git",
        "git@github.com:/Owner/repo",
        "git@github.com:Owner/repo/",
        "github.com:Owner/repo.git",
        "GitHub.com:Owner/repo",
        "ssh://git@github.com/Owner/repo.git",
        "ssh://git@github.com:22/Owner/repo.git",
        "ssh://git@ssh.github.com:443/Owner/repo.git",
        "SSH://git@GITHUB.COM/Owner/repo/",
        "git+ssh://git@github.com/Owner/repo.git",
        "git://github.com/Owner/repo.git",
        "https://github.com/Owner/repo",
        "https://github.com/owner/Repo.git",
        "https://github.com:443/Owner/repo.git/",
        "http://github.com:80/Owner/repo",
        "https://github.com//Owner//repo.git",
        "https://user@github.com/Owner/repo",
        "https://x-access-token:ghs_verysecret@github.com/Owner/repo.git",
        "https://github.com/Owner/repo.git?access_token=verysecret#verysecret",
        "remote-https::https://user:verysecret@github.com/Owner/repo.git",
        "  https://github.com/Owner/repo.git\n",
    ],
)
def test_every_spelling_of_one_repository_is_one_key(remote: str) -> None:
    assert normalised(remote) == "github.com/owner/repo"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("git@git.example.org:Owner/Repo.git", "git.example.org/Owner/Repo"),
        ("ssh://git@git.example.org:2222/Owner/Repo.git", "git.example.org/Owner/Repo"),
        ("https://git.example.org/Owner/Repo", "git.example.org/Owner/Repo"),
        ("https://git.example.org:8443/Owner/Repo", "git.example.org:8443/Owner/Repo"),
        ("https://[::1]:3000/me/app.git", "::1:3000/me/app"),
        ("ssh://host/~me/app.git", "host/~me/app"),
        ("git@host:~/app", "host/~/app"),
        ("https://host.example/me/@scope/app", "host.example/me/@scope/app"),
        ("https://host.example", "host.example"),
    ],
)
def test_elsewhere_the_path_keeps_its_case_and_a_web_port_its_place(remote: str, expected: str) -> None:
    assert normalised(remote) == expected


@pytest.mark.parametrize(
    "remote",
    [
        "https://me:verysecret@host.example/o/r",
        "https://verysecret@host.example/o/r",
        "me:verysecret@host.example:o/r",
        "https://me:verysecret@host.example:99999999/o/r",
        "https://me:verysecret@[broken/o/r",
        "https://host.example/o/r?token=verysecret",
    ],
)
def test_a_secret_in_a_remote_is_never_in_the_key(remote: str) -> None:
    assert "verysecret" not in normalised(remote)
    assert "host.example" in normalised(remote) or "broken" in normalised(remote)


@unix
def test_a_remote_that_is_a_folder_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = f"file:{tmp_path}/a b"
    for remote in (f"{tmp_path}/a b.git", f"{tmp_path}/a b/.git/", f"file://{tmp_path}/a%20b.git"):
        assert normalised(remote) == expected
    assert normalised("../a b", base=str(tmp_path / "clone")) == expected
    monkeypatch.setenv("HOME", str(tmp_path))
    assert normalised("~/a b") == expected
    assert normalised("~nobody-here/x", base="/base") == "file:/base/~nobody-here/x"


def test_a_drive_stays_a_drive() -> None:
    assert normalised("file:///C:/repos/app.git").endswith("C:/repos/app")
    assert normalised("C:/repos/app.git").endswith("C:/repos/app")


# --- folders


def test_a_remote_is_the_key_and_the_folder_the_name(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", remote="git@github.com:me/thing.git")
    inside = folder / "src" / "deep"
    inside.mkdir(parents=True)
    for start in (folder, inside, folder / ".git"):
        place = find(start)
        assert place == Place(Project("github.com/me/thing", "demo", str(folder)), str(folder))


def test_without_a_remote_the_first_commit_is_the_key(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", commits=2)
    first = run_git(folder, "rev-list", "--max-parents=0", "HEAD")
    assert key(folder) == f"root:{first}"


def test_a_repository_without_commits_and_a_plain_folder_are_known_by_their_path(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", commits=0)
    plain = tmp_path / "plain"
    plain.mkdir()
    assert key(folder) == f"path:{folder.as_posix()}/.git"
    assert key(plain) == f"path:{plain.as_posix()}"


def test_a_remote_by_another_name_counts_where_it_is_the_only_one(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    run_git(folder, "remote", "add", "upstream", "https://github.com/me/thing")
    assert key(folder) == "github.com/me/thing"
    run_git(folder, "remote", "add", "fork", "https://github.com/you/thing")
    assert key(folder).startswith("root:")
    run_git(folder, "remote", "add", "origin", "https://github.com/them/thing")
    assert key(folder) == "github.com/them/thing"


def test_a_shortened_remote_is_taken_in_full(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", remote="gh:me/thing")
    run_git(folder, "config", "url.https://verysecret@github.com/.insteadOf", "gh:")
    assert key(folder) == "github.com/me/thing"


def test_worktrees_and_clones_share(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", commits=2)
    run_git(folder, "worktree", "add", "-q", str(tmp_path / "tree"))
    run_git(tmp_path, "clone", "-q", str(folder), "clone")
    run_git(tmp_path, "clone", "-q", "--bare", str(folder), "bare.git")
    run_git(tmp_path, "clone", "-q", "bare.git", "clone of bare")
    others = ("tree", "clone", "bare.git", "clone of bare")
    assert {key(tmp_path / each) for each in others} == {key(folder)}
    assert find(tmp_path / "bare.git").project.name == "bare"
    run_git(folder, "remote", "add", "origin", "https://github.com/me/thing")
    assert {key(tmp_path / each) for each in ("demo", "tree", "clone")} == {"github.com/me/thing"}


def test_worktrees_share_before_the_first_commit(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", commits=0)
    (folder / "src").mkdir()
    assert key(folder / "src") == key(folder)


def test_a_clone_of_a_clone_that_is_gone_is_known_by_its_first_commit(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    run_git(tmp_path, "clone", "-q", str(folder), "clone")
    before = key(folder)
    folder.rename(tmp_path / "moved")
    assert key(tmp_path / "clone") == before


def test_clones_in_a_circle_end_somewhere(tmp_path: Path) -> None:
    one = repository(tmp_path / "one", remote=str(tmp_path / "two"))
    repository(tmp_path / "two", remote=str(one))
    assert key(one).startswith("root:")


def test_a_shallow_clone_has_no_first_commit(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", commits=3)
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{folder}", "shallow")
    assert key(tmp_path / "shallow") == f"file:{folder.as_posix()}"
    run_git(tmp_path / "shallow", "remote", "remove", "origin")
    assert key(tmp_path / "shallow") == f"path:{tmp_path.as_posix()}/shallow/.git"


def test_a_submodule_is_a_project_of_its_own(tmp_path: Path) -> None:
    part = repository(tmp_path / "part", remote="https://github.com/me/part")
    whole = repository(tmp_path / "whole", remote="https://github.com/me/whole")
    run_git(whole, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part), "part")
    assert key(whole / "part") == "github.com/me/part"
    assert key(whole) == "github.com/me/whole"


@unix
def test_a_linked_folder_is_the_one_it_leads_to(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", commits=0)
    (tmp_path / "link").symlink_to(folder)
    assert find(tmp_path / "link") == find(folder)


@unix
def test_a_home_folder_and_the_root_are_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("/") == Place(EVERYWHERE, "/", "/ is not a project, so only rules for all projects apply")
    place = find(Path.home())
    assert (place.project, place.root) == (EVERYWHERE, str(Path.home()))
    assert find("~") == place
    (tmp_path / "link").symlink_to(Path.home())
    monkeypatch.setenv("HOME", str(tmp_path / "link"))
    assert find(Path.home().resolve()).project == EVERYWHERE, "a linked home is home too"
    assert find(tmp_path, home=tmp_path).project == EVERYWHERE


def test_a_home_under_version_control_does_not_make_one_project_of_all_in_it(tmp_path: Path) -> None:
    home = repository(tmp_path / "home", remote="https://github.com/me/dotfiles")
    (home / "notes").mkdir()
    assert find(home, home=home).project == EVERYWHERE
    assert find(home / "notes", home=home).project.key == f"path:{(home / 'notes').as_posix()}"


def test_without_a_home_folder_every_folder_may_be_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert key(tmp_path) == f"path:{tmp_path.as_posix()}"


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("{}/missing", "does not exist; name an existing folder"),
        ("{}/file", "is not a folder; name an existing folder"),
        ("{}/loop", "cannot be read; name an existing folder"),
        ("{}/nul\0", "cannot be read; name an existing folder"),
        ("~nobody-here/x", "cannot be read; name an existing folder"),
        ("{}/" + "x" * 10_000_000, "cannot be read; name an existing folder"),
        ("", "the working folder does not exist any more; change to one that does"),
    ],
    ids=["missing", "file", "loop", "nul", "nobody", "long", "empty"],
)
@unix
def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path, folder: str, said: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(ProjectError) as refused:
        find(folder.replace("{}", str(tmp_path)))
    assert said in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


@unix
def test_a_path_that_is_no_text_is_kept_as_escapes(tmp_path: Path, store: MemoryStore) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\x1b[31m\nR1"))
    repository(folder)
    place = find(folder)
    assert place.root == str(folder), "the root still leads there"
    assert git(place.root, "rev-parse", "HEAD")
    assert place.project.path == f"{tmp_path}/caf\\xdce9\\x1b[31m\\x0aR1"
    assert place.project.name.isprintable()
    store.know(place.project)
    empty = repository(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")), commits=0)
    assert key(empty) == f"path:{tmp_path}/\\xdcff/.git"


@unix
def test_a_remote_with_characters_nobody_sees_is_kept_as_escapes(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo", remote="https://host.example/o/r\u202e\U000e0041")
    assert key(folder) == "host.example/o/r\\x202e\\xe0041"


# --- growing up


def place_of(folder: Path, store: MemoryStore) -> Place:
    """What a command does: find the project, settle its name, and keep it."""
    place = settled(find(folder), store)
    store.know(place.project)
    return place


def test_a_project_keeps_its_rules_when_its_first_commit_and_its_remote_arrive(
    tmp_path: Path, store: MemoryStore
) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    first = place_of(folder, store).project.key
    assert first == f"path:{folder.as_posix()}"
    repository(folder, commits=0)
    assert place_of(folder, store).project.key == first
    commit(folder, "print()")
    assert place_of(folder, store).project.key == first
    run_git(folder, "remote", "add", "origin", "https://github.com/me/thing")
    assert place_of(folder, store).project.key == first
    other = repository(tmp_path / "second clone", remote="git@github.com:me/thing.git")
    claimed = place_of(other, store).project.key
    assert claimed == "github.com/me/thing", "what a folder without history says of its remote binds no clone"
    assert place_of(folder, store).project.key == first


def test_a_shallow_clone_keeps_its_rules_when_it_is_filled_up(tmp_path: Path, store: MemoryStore) -> None:
    origin = repository(tmp_path / "demo", commits=2)
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{origin}", "shallow")
    first = place_of(tmp_path / "shallow", store).project.key
    assert first.startswith("file:")
    run_git(tmp_path / "shallow", "fetch", "-q", "--unshallow")
    assert find(tmp_path / "shallow").project.key.startswith("root:")
    assert place_of(tmp_path / "shallow", store).project.key == first


def test_another_repository_in_the_same_folder_is_another_project(tmp_path: Path, store: MemoryStore) -> None:
    folder = repository(tmp_path / "demo")
    first = place_of(folder, store).project.key
    folder.rename(tmp_path / "old")
    repository(folder, remote="https://github.com/me/other")
    commit(folder, "print('something else')")
    assert place_of(folder, store).project.key == "github.com/me/other"
    assert place_of(tmp_path / "old", store).project.key == first


def test_a_remote_that_is_known_already_is_not_taken_over_by_a_folder(tmp_path: Path, store: MemoryStore) -> None:
    one = repository(tmp_path / "one", remote="https://github.com/me/thing")
    two = repository(tmp_path / "two")
    place_of(one, store)
    weak = place_of(two, store).project.key
    run_git(two, "remote", "add", "origin", "https://github.com/me/thing")
    assert place_of(two, store).project.key == "github.com/me/thing" != weak


def test_no_project_stays_no_project(store: MemoryStore) -> None:
    store.know(Project("path:/somewhere", "somewhere", ""))
    place = Place(EVERYWHERE, "/")
    assert settled(place, store) == place


def test_a_store_that_cannot_be_written_still_finds_the_old_name(
    tmp_path: Path, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path / "demo", commits=0)
    first = place_of(folder, store).project.key
    commit(folder, "print()")

    def refuse(question: str, answer: str, *, now: float) -> None:
        raise ReadOnlyError("store")

    monkeypatch.setattr(store, "keep_answer", refuse)
    assert settled(find(folder), store).project.key == first


# --- git itself


def test_git_that_fails_or_is_missing_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git(tmp_path, "rev-parse", "HEAD") is None
    assert git(tmp_path, "nonsense") is None
    assert git(tmp_path, "log", "\0") is None
    monkeypatch.setenv("PATH", "")
    assert git(tmp_path, "--version") is None
    assert key(tmp_path) == f"path:{tmp_path.as_posix()}"


def test_what_git_prints_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "demo")
    commit(folder, "long line\n" * 100_000)
    monkeypatch.setattr(files, "MOST", 1000)
    assert len(git(folder, "show", "HEAD") or "") <= 1000
    assert git(folder, "rev-parse", "HEAD") is not None


@unix
def test_git_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    folder = repository(tmp_path / "demo")
    assert git(folder, "-c", "alias.wait=!exec tail -f /dev/null", "wait") is None


def test_git_never_reads_our_stdin(tmp_path: Path) -> None:
    # `hash-object --stdin` would wait for the protocol's next message, and swallow it.
    empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    script = f"from mcp_server.project import git; print(git({str(tmp_path)!r}, 'hash-object', '--stdin'))"
    done = subprocess.run(
        [sys.executable, "-c", script], input="the next message", capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == empty


def test_inside_a_hook_of_git_every_folder_is_still_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "demo", remote="https://github.com/me/thing")
    other = repository(tmp_path / "other", remote="https://github.com/me/other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert key(folder) == "github.com/me/thing"


def test_settings_handed_to_git_win_over_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "demo")
    run_git(folder, "config", "filter.x.clean", "theirs")
    assert git(folder, "config", "filter.x.clean", settings={"filter.x.clean": "ours"}) == "ours"
    assert git(folder, "config", "init.defaultBranch") == "main", "those of the surroundings stay"
    monkeypatch.setenv("GIT_CONFIG_COUNT", "nonsense")
    assert environment()["GIT_CONFIG_COUNT"] == "1"


@unix
def test_an_interruption_while_git_works_leaves_nothing_running(tmp_path: Path) -> None:
    folder = repository(tmp_path / "demo")
    note = tmp_path / "note"
    alias = f"alias.wait=!echo $$ > '{note}'; kill -INT {os.getpid()}; exec tail -f /dev/null"
    with pytest.raises(KeyboardInterrupt):
        git(folder, "-c", alias, "wait")
    started = int(note.read_text(encoding="utf-8"))
    while psutil.pid_exists(started) and psutil.Process(started).status() != psutil.STATUS_ZOMBIE:
        pass  # it was killed with the rest; the system only has to carry it out
