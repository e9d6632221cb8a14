"""Where our plugin and `setup` are both in use, one of them keeps quiet, and it is known which."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_server.agents import claude_code
from mcp_server.agents.client import Machine
from mcp_server.agents.known import CLIENTS
from mcp_server.agents.parts import apply
from mcp_server.agents.plugin import MARK, hooked, switched_on, twice
from mcp_server.agents.setup import outlook

ROOT = Path(__file__).resolve().parent.parent.parent
ON = {"enabledPlugins": {"other@x": True, "promptlearn@mcp-promptlearn": True}}
OFF = {"enabledPlugins": {"promptlearn@mcp-promptlearn": False}}


def put(folder: Path, name: str, value: object) -> str:
    path = folder / ".claude" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


def written(system: str, home: Path) -> str:
    """The settings that `setup` writes on a system."""
    machine = Machine(system, str(home), {}, ("C:\\p\\python.exe" if system == "win32" else "/p/python", "-E", "-P"))
    machine = machine._replace(program=(*machine.program, "-m", "mcp_promptlearn"))
    *_, settings = claude_code.CLIENT.files(machine)
    return apply("", settings.part, toml=False)[0]


def test_the_plugin_is_found_in_a_persons_settings_and_in_a_projects(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    assert switched_on({}, str(home), str(project)) == ""
    theirs = put(project, "settings.json", ON)
    assert switched_on({}, str(home), str(project)) == theirs
    assert switched_on({}, str(home)) == ""
    mine = put(home, "settings.json", ON)
    assert switched_on({}, str(home)) == mine
    put(project, "settings.local.json", OFF)
    assert switched_on({}, str(home), str(project)) == ""
    assert switched_on({"CLAUDE_CONFIG_DIR": str(project / ".claude")}, str(home)) == theirs


@pytest.mark.parametrize("text", ["", "{", "[]", '{"enabledPlugins": []}', '{"enabledPlugins": {"promptlearn@x": 1}}'])
def test_settings_of_another_shape_switch_nothing_on(tmp_path: Path, text: str) -> None:
    put(tmp_path, "settings.json", text)
    assert switched_on({}, str(tmp_path)) == ""
    assert hooked({}, str(tmp_path)) == ""


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_what_setup_writes_is_known_again(tmp_path: Path, system: str) -> None:
    path = put(tmp_path, "settings.json", written(system, tmp_path))
    assert hooked({}, str(tmp_path)) == path


def test_what_another_program_hooks_is_not_taken_for_ours(tmp_path: Path) -> None:
    put(
        tmp_path,
        "settings.json",
        {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "hook claude-code"}]}]}},
    )
    assert hooked({}, str(tmp_path)) == ""


def test_only_what_the_plugin_starts_keeps_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: str(tmp_path) if path == "~" else path)
    assert not twice({MARK: "1"})
    put(tmp_path, "settings.json", written("linux", tmp_path))
    assert twice({MARK: "1"})
    assert not twice({})


def test_a_setup_for_one_project_quiets_the_plugin_there_and_nowhere_else(tmp_path: Path) -> None:
    put(tmp_path / "project", "settings.local.json", written("linux", tmp_path))
    assert twice({MARK: "1", "CLAUDE_PROJECT_DIR": str(tmp_path / "project")})
    assert not twice({MARK: "1", "CLAUDE_PROJECT_DIR": str(tmp_path / "other")})


def test_setup_leaves_claude_code_to_the_plugin_and_no_other_client(tmp_path: Path) -> None:
    machine = Machine("linux", str(tmp_path), {}, ("/p/python", "-E", "-P", "-m", "mcp_promptlearn"))
    path = put(tmp_path, "settings.json", ON)
    found = {client.name: outlook(client, machine, "", entries={}) for client in CLIENTS}
    (refusal,) = found["claude-code"].refusals
    assert refusal.path == path
    assert "switches our plugin on" in refusal.why
    assert "claude plugin uninstall promptlearn" in refusal.why
    assert found["claude-code"].changes == ()
    assert all(each.changes and not each.refusals for name, each in found.items() if name != "claude-code")


def launched(home: Path, *words: str, data: str) -> str:
    """What our program prints when the plugin starts it."""
    environment = {**os.environ, MARK: "1", "HOME": str(home), "PROMPTLEARN_HOME": str(home / "kept")}
    command = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py"), *words]
    done = subprocess.run(
        command, input=data, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the plugin needs a shell")
def test_beside_setup_the_plugins_hook_is_silent_and_its_server_says_why(tmp_path: Path) -> None:
    asked = [
        {"jsonrpc": "2.0", "id": "a", "method": "server/discover"},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    lines = "".join(json.dumps(each) + "\n" for each in asked) + "nonsense\n[]\n"
    assert "keeps quiet" not in launched(tmp_path, "serve", data=lines)
    put(tmp_path, "settings.json", written("linux", tmp_path))
    answers = [json.loads(line) for line in launched(tmp_path, "serve", data=lines).splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 2]
    assert all("the plugin keeps quiet" in answer["error"]["message"] for answer in answers)
    event = json.dumps({"session_id": "s", "cwd": str(tmp_path), "source": "startup"})
    assert launched(tmp_path, "hook", "claude-code", "SessionStart", data=event) == ""
    assert not (tmp_path / "kept").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files")
def test_a_pipe_in_the_place_of_a_projects_settings_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    os.mkfifo(tmp_path / ".claude" / "settings.json")
    assert hooked({}, str(tmp_path / "home"), str(tmp_path)) == ""
