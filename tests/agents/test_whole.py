"""A file that is ours alone is written, known again, made newer and taken away; what somebody made of it is kept."""

import sys
from pathlib import Path

import pytest

from mcp_server.agents import manifest, setup, undo, vscode
from mcp_server.agents.client import Client, File, Machine
from mcp_server.agents.manifest import Entry
from mcp_server.agents.undo import What
from mcp_server.agents.whole import MARK, aside, mine

OLD = f"// {MARK}; it is made anew by the next.\nrun('old')\n"
NEW = f"// {MARK}; it is made anew by the next.\nrun('new')\n"


def machine(person: Path) -> Machine:
    return Machine(sys.platform, str(person), {}, ("python",))


def client(path: Path, text: str = OLD) -> Client:
    def files(machine: Machine) -> tuple[File, ...]:
        del machine
        return (File((str(path),), {}, "a plugin", whole=text, runs=True),)

    return vscode.CLIENT._replace(name="play", files=files, hooks=None)


def written(path: Path, home: Path, entries: dict[str, Entry], text: str = OLD) -> None:
    there = machine(path.parent.parent)
    for change in setup.outlook(client(path, text), there, "", entries=entries).changes:
        setup.write(change, home, entries)


def undone(path: Path, home: Path, entries: dict[str, Entry], text: str = OLD) -> list[What]:
    there = machine(path.parent.parent)
    undos, refusals = undo.plan([client(path, text)], there, home, entries=entries, project="")
    assert refusals == []
    for one in undos:
        undo.execute(one, home, entries)
    return [one.what for one in undos]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "person" / "plugin" / "promptlearn.js"


def test_it_is_written_as_a_program_and_goes_with_its_folder(path: Path, home: Path) -> None:
    path.parent.parent.mkdir()
    entries: dict[str, Entry] = {}
    written(path, home, entries)
    assert path.read_text(encoding="utf-8") == OLD
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o700
    assert setup.outlook(client(path), machine(path.parent.parent), "", entries=entries).settled == (path,)
    assert undone(path, home, entries) == [What.DELETE]
    assert not path.parent.exists()
    assert entries == {}


def test_a_newer_one_takes_the_place_of_an_older_one(path: Path, home: Path) -> None:
    path.parent.mkdir(parents=True)
    entries: dict[str, Entry] = {}
    written(path, home, entries)
    written(path, home, entries, NEW)
    assert path.read_text(encoding="utf-8") == NEW
    assert undone(path, home, entries, NEW) == [What.DELETE]
    assert list(path.parent.iterdir()) == []


def test_a_file_of_that_name_that_is_not_ours_is_left_alone(path: Path, home: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("run('mine')\n", encoding="utf-8")
    found = setup.outlook(client(path), machine(path.parent.parent), "", entries={})
    assert [refusal.why for refusal in found.refusals] == [
        f"{path} is not ours; give it another name or take it away, then run this again"
    ]
    assert undone(path, home, {}) == []
    assert path.read_text(encoding="utf-8") == "run('mine')\n"


def test_somebodys_edits_are_kept_beside_it_when_it_is_made_anew(path: Path, home: Path) -> None:
    path.parent.mkdir(parents=True)
    entries: dict[str, Entry] = {}
    written(path, home, entries)
    edited = OLD + "run('more')\n"
    path.write_text(edited, encoding="utf-8")
    written(path, home, entries, NEW)
    assert path.read_text(encoding="utf-8") == NEW
    assert path.with_name("promptlearn.js.edited").read_text(encoding="utf-8") == edited
    assert undone(path, home, entries, NEW) == [What.DELETE]
    assert [each.name for each in path.parent.iterdir()] == ["promptlearn.js.edited"]


def test_somebodys_edits_stay_under_a_name_that_nothing_runs_when_it_is_taken_away(path: Path, home: Path) -> None:
    path.parent.mkdir(parents=True)
    entries: dict[str, Entry] = {}
    written(path, home, entries)
    edited = OLD + "run('more')\n"
    path.write_text(edited, encoding="utf-8")
    assert undone(path, home, entries) == [What.ASIDE]
    assert not path.exists()
    assert path.with_name("promptlearn.js.edited").read_text(encoding="utf-8") == edited


def test_a_file_without_our_mark_is_theirs_now(path: Path, home: Path) -> None:
    path.parent.mkdir(parents=True)
    entries: dict[str, Entry] = {}
    written(path, home, entries)
    path.write_text("run('mine')\n", encoding="utf-8")
    assert undone(path, home, entries) == [What.NOTHING]
    assert path.read_text(encoding="utf-8") == "run('mine')\n"
    assert entries == {}


def test_one_that_nobody_recorded_is_found_by_its_mark(path: Path, home: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(OLD, encoding="utf-8")
    assert undone(path, home, {}) == [What.UNRECORDED]
    assert not path.exists()
    path.write_text(OLD + "run('more')\n", encoding="utf-8")
    assert undone(path, home, {}) == [What.ASIDE]
    assert path.with_name("promptlearn.js.edited").exists()


def test_a_client_that_is_gone_with_its_folder_leaves_nothing_to_undo(path: Path, home: Path) -> None:
    path.parent.mkdir(parents=True)
    entries: dict[str, Entry] = {}
    written(path, home, entries)
    path.unlink()
    path.parent.rmdir()
    assert undone(path, home, entries) == [What.NOTHING]
    assert entries == {}
    manifest.forget(home, entries)
    assert not (home / "setup").exists()


def test_each_of_several_edits_is_kept(path: Path) -> None:
    path.parent.mkdir(parents=True)
    names = [aside(path, data).name for data in (b"one", b"two", b"one", b"three")]
    assert names == [f"promptlearn.js.edited{number}" for number in ("", "2", "", "3")]


def test_the_mark_counts_at_the_beginning_only() -> None:
    assert mine(OLD)
    assert not mine("x" * 400 + MARK)
