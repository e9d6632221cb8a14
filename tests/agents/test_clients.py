"""What each client's files get, on each system, is what stands in the golden files: look at every difference.

`python -m tests.agents.test_clients` writes them anew.
"""

import json
import shlex
from pathlib import Path

import pytest

from mcp_server.agents import claude_code, codex
from mcp_server.agents.client import Client, File, Machine
from mcp_server.agents.known import CLIENTS, NAMES
from mcp_server.agents.parts import apply, handlers, ours, read

GOLDEN = Path(__file__).resolve().parent / "golden"

MACHINES = {
    "linux": Machine("linux", "/home/ada", {}, ("/opt/pl env/bin/python", "-E", "-P", "-m", "mcp_promptlearn")),
    "darwin": Machine(
        "darwin", "/Users/ada", {}, ("/Users/ada/.local/pl/bin/python", "-E", "-P", "-m", "mcp_promptlearn"), "/v/store"
    ),
    "win32": Machine(
        "win32",
        "C:\\Users\\ada",
        {"APPDATA": "C:\\Users\\ada\\AppData\\Roaming"},
        ("C:\\Program Files\\O'Neil (x86)\\python.exe", "-E", "-P", "-m", "mcp_promptlearn"),
    ),
}
PROJECTS = {"linux": "/srv/web", "darwin": "/srv/web", "win32": "D:\\web"}


def page(title: str, files: tuple[File, ...]) -> list[str]:
    lines = [f"## {title}", ""]
    for file in files:
        text = file.whole or apply(file.seed, file.part, toml=file.paths[-1].endswith(".toml"))[0]
        lines += [f"{' or '.join(file.paths)}: {file.words}", *("    " + line for line in text.splitlines()), ""]
    return lines


def rendered(client: Client) -> str:
    """Everything that is said of a client."""
    lines = [f"# {client.title} ({'run' if client.was_run else 'documented, not run'})", ""]
    for system, machine in MACHINES.items():
        lines += page(f"{system}, for a person", client.files(machine))
        lines += page(f"{system}, for a project", client.project_files(machine, PROJECTS[system]))
        command = client.command(machine)
        lines += [f"By its own command: {command}", ""] if command else []
    return "\n".join(lines)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_what_is_written_for_a_client_is_what_was_looked_at(client: Client) -> None:
    assert rendered(client) == (GOLDEN / f"{client.name}.md").read_text(encoding="utf-8")


def test_every_client_has_a_name_of_its_own_and_is_told_apart_from_those_not_run() -> None:
    assert len(set(NAMES)) == len(CLIENTS) == 12
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(NAMES)


@pytest.mark.parametrize("system", MACHINES)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_all_that_is_written_is_known_again_as_ours(client: Client, system: str) -> None:
    machine = MACHINES[system]
    for file in (*client.files(machine), *client.project_files(machine, PROJECTS[system])):
        for way, part in file.part.items():
            if way[0] == "hooks":
                assert handlers(list(part)) == [(0, 0)]
            elif way[0] != "permissions":
                assert ours(part)


def test_a_posix_shell_reads_a_hook_as_the_words_that_were_meant() -> None:
    for machine in (MACHINES["linux"], MACHINES["darwin"]):
        place = ["env", f"PROMPTLEARN_HOME={machine.store}"] if machine.store else []
        assert shlex.split(machine.hook_line("codex", "Stop")) == [*place, *machine.program, "hook", "codex", "Stop"]


def test_windows_reads_a_hook_without_a_shell_or_with_powershell_and_a_plain_one_with_cmd_too() -> None:
    machine = MACHINES["win32"]
    (handler,) = claude_code.group(machine, "Stop")["hooks"]  # type: ignore[misc]
    assert [handler["command"], *handler["args"]] == [*machine.program, "hook", "claude-code", "Stop"]  # type: ignore[index]
    assert machine.hook_line("codex", "Stop") == (
        "& 'C:\\Program Files\\O''Neil (x86)\\python.exe' -E -P -m mcp_promptlearn hook codex Stop"
    )
    plain = machine._replace(program=("C:\\pl\\Scripts\\python.exe", "-m", "mcp_promptlearn"))
    assert plain.hook_line("codex", "Stop") == "C:\\pl\\Scripts\\python.exe -m mcp_promptlearn hook codex Stop"


def test_a_person_who_moved_a_clients_folder_is_followed_there() -> None:
    moved = {"CLAUDE_CONFIG_DIR": "/c", "CODEX_HOME": "/x", "XDG_CONFIG_HOME": "/g", "COPILOT_HOME": "/p"}
    machine = MACHINES["linux"]._replace(environment=moved)
    paths = {client.name: [file.paths for file in client.files(machine)] for client in CLIENTS}
    assert paths["claude-code"] == [("/c/.config.json", "/c/.claude.json"), ("/c/settings.json",)]
    assert paths["codex"] == [("/x/config.toml",), ("/x/hooks.json",)]
    assert paths["opencode"] == [
        ("/g/opencode/opencode.jsonc", "/g/opencode/opencode.json"),
        ("/g/opencode/plugin/promptlearn.js",),
    ]
    assert paths["vscode"] == [("/g/Code/User/mcp.json",), ("/p/hooks/promptlearn-vscode.json",)]
    assert paths["copilot"] == [("/p/mcp-config.json",), ("/p/hooks/promptlearn.json",)]
    assert paths["zed"] == [("/g/zed/settings.json",)]
    flatpak = machine._replace(environment={"FLATPAK_XDG_CONFIG_HOME": "/f"})
    assert [client.folders(flatpak) for client in CLIENTS if client.name == "zed"] == [("/f/zed",)]
    assert paths["claude-desktop"] == [("/g/Claude/claude_desktop_config.json",)]
    folders = {client.name: client.folders(machine) for client in CLIENTS}
    assert folders["claude-code"] == ("/c",)
    assert folders["cursor"] == ("/home/ada/.cursor",)
    assert folders["windsurf"] == ("/home/ada/.codeium/windsurf", "/home/ada/.config/devin")


def test_a_store_that_was_moved_is_named_to_server_and_hooks() -> None:
    machine = MACHINES["darwin"]
    for client in CLIENTS:
        for file in client.files(machine):
            assert "/v/store" in (file.whole or apply("", file.part, toml=file.paths[-1].endswith(".toml"))[0])


def test_a_command_that_fails_reaches_us_too() -> None:
    assert claude_code.EVENTS["PostToolUseFailure"] == "Bash"


def test_codex_notes_its_trust_by_event_group_and_number() -> None:
    hooks = {
        "Stop": [{"hooks": [{"command": "other"}]}, codex.group(MACHINES["linux"], "Stop")],
        "SessionStart": [codex.group(MACHINES["linux"], "SessionStart")],
        "Odd": 3,
    }
    assert codex.marks("/h.json", json.dumps({"hooks": hooks})) == (
        ("hooks", "state", "/h.json:stop:1:0"),
        ("hooks", "state", "/h.json:session_start:0:0"),
    )
    assert codex.marks("/h.json", "[]") == ()
    assert CLIENTS[0].marks("/h.json", json.dumps({"hooks": hooks})) == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("claude-code", '{\n  "numStartups": 1,\n  "mcpServers": {"x": {"type": "http", "url": "y"}}\n}'),
        ("codex", '# mine\r\nmodel = "m" # good\r\n\r\n[mcp_servers.x]\r\nurl = "y"\r\n'),
        ("vscode", '{\n\t// mine\n\t"servers": {},\n}\n'),
        ("opencode", '{"$schema": "x", "mcp": {"x": {"type": "remote", "url": "y"}}}'),
    ],
)
def test_a_file_that_a_person_keeps_is_added_to_and_nothing_else(name: str, text: str) -> None:
    client = next(client for client in CLIENTS if client.name == name)
    file = client.files(MACHINES["linux"])[0]
    toml = name == "codex"
    after, _ = apply(text, file.part, toml=toml)
    (way, _), *_ = file.part.items()
    before, now = read(text, toml=toml), read(after, toml=toml)
    assert isinstance(before, dict)
    assert isinstance(now, dict)
    entry = now[way[0]].pop("promptlearn")
    assert ours(entry)
    assert now == before


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in CLIENTS:
        (GOLDEN / f"{each.name}.md").write_text(rendered(each), encoding="utf-8")
