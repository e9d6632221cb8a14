"""What is other on Windows, played here as far as that goes: its paths, its terminals, its locks, its names."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_server.agents import cursor, setup
from mcp_server.agents.client import Machine
from mcp_server.agents.files import UnfitError
from mcp_server.agents.manifest import Entry
from mcp_server.delivery import deliver
from mcp_server.learning.assign import Coins
from mcp_server.project import Place
from store.contract import Store
from store.memory import MemoryStore
from store.records import Project, Session
from tests.conftest import Clock
from tests.documents import ROOT
from tests.doors.agent import Person
from tests.doors.desk import Desk
from tests.store.facts import HERE

OFF = Coins(off=True)
RESERVED = frozenset('<>:"|?*')
"""Characters that no name may hold there."""
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)


@pytest.mark.parametrize(
    "file",
    ["C:\\Users\\ada\\web\\src\\form.ts", "c:/Users/ada/web/src/form.ts", "src\\form.ts", ".\\src\\..\\src\\form.ts"],
)
def test_a_rule_for_a_folder_finds_its_files_however_windows_writes_them(
    file: str, clock: Clock, chance: Callable[[int], bytes]
) -> None:
    store: Store = MemoryStore(chance=chance)
    Person(store, clock).adds("Give every field a label.", "src/**")
    place = Place(Project(HERE, "web", "C:\\Users\\ada\\web"), "C:\\Users\\ada\\web")
    who = Session("s", HERE, "cursor", 0.0, 0.0)
    given = deliver(store, place, who, files=[file], task="", now=0.0, coins=OFF)
    assert [line.text for line in given.added] == ["Give every field a label."]
    other = Session("t", HERE, "cursor", 0.0, 0.0)
    elsewhere = file.replace("src", "lib")
    assert deliver(store, place, other, files=[elsewhere], task="", now=0.0, coins=OFF).added == ()


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp932"])
def test_a_terminal_that_cannot_show_a_letter_shows_the_rest_and_nothing_fails(
    encoding: str, home: Path, tmp_path: Path
) -> None:
    def run(*words: str) -> str:
        command = [sys.executable, "-P", str(ROOT / "mcp_promptlearn.py"), *words]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**plain, "PYTHONIOENCODING": encoding},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode(encoding)

    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert "R1 is active" in run("add", "--yes", "Écris les tests, 测试 first; naïve ☂ is fine.")
    for command in (["rules"], ["why", "R1"], ["history"], ["report"], ["guide"], ["status"], ["rules", "--json"]):
        assert "R1" in run(*command) or command[0] in {"status", "history", "report"}
    assert home.is_dir()


def test_a_configuration_that_another_program_holds_open_is_left_as_it_was(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_bytes(b'\xef\xbb\xbf{\r\n  "mcpServers": {}\r\n}\r\n')
    before = path.read_bytes()
    machine = Machine(sys.platform, str(tmp_path), {}, ("python",))
    entries: dict[str, Entry] = {}
    change = next(
        change
        for change in setup.outlook(cursor.CLIENT, machine, "", entries=entries).changes
        if change.seen.path == path
    )
    assert change.after.startswith("\ufeff{\r\n")
    assert change.after.count("\n") == change.after.count("\r\n")
    replace = Path.replace

    def held(self: Path, target: Path) -> Path:
        if Path(target) == path:
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(UnfitError, match="could not be written"):
        setup.write(change, home, entries)
    assert path.read_bytes() == before
    assert entries == {}
    assert [each.name for each in path.parent.iterdir()] == ["mcp.json"]


def test_no_name_that_we_give_is_one_that_windows_refuses(desk: Desk) -> None:
    desk.run("add", "--yes", "Use uv: *not* pip | <anything>.")
    desk.run("backup")
    desk.run("setup", "--yes", "--client", "cursor", "--client", "claude-code", "--client", "codex")
    desk.run("export", "--yes", "--client", "cursor")
    desk.run("guide", "--into", "RULES.md", "--yes")
    person = Path.home()
    made = [
        path.relative_to(root) for root in (person, desk.folder) for path in root.rglob("*") if ".git" not in path.parts
    ]
    assert len(made) > 10
    for path in made:
        for name in path.parts:
            assert not RESERVED & set(name)
            assert name.partition(".")[0].lower() not in DEVICES
            assert not name.endswith((".", " "))
            assert len(name) < 200
