"""`setup` shows every change, writes what a person agreed to and nothing else, and can be stopped anywhere."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from mcp_server.agents import setup as writing
from mcp_server.agents.known import CLIENTS, NAMES
from mcp_server.settings import interpreter
from tests.doors.desk import Desk, repository
from tests.doors.test_commands_json import documented, printed

CLAUDE = (
    '{\n  "numStartups": 3,\n  "mcpServers": {\n    "x": {\n      "type": "http",\n      "url": "y"\n    }\n  }\n}\n'
)
SETTINGS = '{\n  "permissions": {\n    "allow": ["Bash(git status)"]\n  },\n  "model": "opus"\n}\n'
TOML = '# mine\nmodel = "m"   # good\n'

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and modes are other things there")


@pytest.fixture(autouse=True)
def person(desk: Desk, tmp_path: Path) -> Path:
    """The home of a person without any client, whose PATH leads nowhere."""
    desk.environment = {"PATH": str(tmp_path / "nothing")}
    return Path.home()


def kept(person: Path, name: str, text: str) -> Path:
    """A file that a person keeps."""
    path = person / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder but our own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] != "promptlearn"
    }


def written(path: Path) -> Any:
    return json.loads(path.read_bytes())


def test_what_is_found_is_shown_to_the_last_character_and_written_after_one_yes(desk: Desk, person: Path) -> None:
    servers = kept(person, ".claude.json", CLAUDE)
    settings = kept(person, ".claude/settings.json", SETTINGS)
    config = kept(person, ".codex/config.toml", TOML)
    desk.answers = ["y"]

    said = desk.run("setup")

    assert "Found: Claude Code, Codex." in said
    missing = [client.title for client in CLIENTS if client.name not in {"claude-code", "codex"}]
    assert f"Not found: {', '.join(missing)}." in said
    assert desk.asked == ["Write 4 files? [y/N] "]
    assert '+      "alwaysLoad": true' in said
    assert '-    "allow": ["Bash(git status)"]' in said
    assert '+    "allow": ["Bash(git status)", "mcp__promptlearn"]' in said
    assert '+default_tools_approval_mode = "approve"' in said
    assert "~/.codex/hooks.json (new file): 6 hooks" in said
    assert "Hooks need review" in said

    entry = written(servers)["mcpServers"].pop("promptlearn")
    assert [entry["command"], *entry["args"]] == [*interpreter(), "serve"]
    assert written(servers)["mcpServers"]["x"] == {"type": "http", "url": "y"}
    assert written(settings)["permissions"]["allow"] == ["Bash(git status)", "mcp__promptlearn"]
    assert set(written(settings)["hooks"]) == {
        "SessionStart",
        "SubagentStart",
        "UserPromptSubmit",
        "PostToolUse",
        "PostToolUseFailure",
        "Stop",
        "SessionEnd",
    }
    assert config.read_text(encoding="utf-8").startswith(TOML)
    assert len(written(person / ".codex/hooks.json")["hooks"]) == 6


def test_it_ends_with_export_for_clients_without_hooks_until_something_is_exported(desk: Desk, person: Path) -> None:
    for folder in (".claude", ".codeium/windsurf"):
        (person / folder).mkdir(parents=True)
    assert "by hooks" not in desk.run("setup", "--yes", "--client", "claude-code")
    assert "by hooks" not in desk.run("setup", "--dry-run")
    assert desk.run("setup", "--yes", "--client", "windsurf").splitlines()[-1] == (
        "Windsurf (Devin Desktop) gets no rules by hooks, so agents there have to ask for them: once you have some, "
        "`mcp-promptlearn export --client windsurf` puts them into files that are read there without asking."
    )
    said = desk.run("setup", "--yes", "--client", "zed").splitlines()[-1]
    assert said.startswith("Windsurf (Devin Desktop) and Zed get no rules by hooks")
    assert "`mcp-promptlearn export --client windsurf --client zed`" in said
    desk.run("add", "Use uv, not pip.")
    desk.run("export", "--client", "windsurf", "--client", "zed", "--yes")
    assert "by hooks" not in desk.run("setup", "--yes")


def test_outside_of_a_project_no_export_is_offered(desk: Desk, person: Path) -> None:
    (person / ".codeium" / "windsurf").mkdir(parents=True)
    desk.folder = person
    assert "by hooks" not in desk.run("setup", "--yes")


def test_a_hook_that_was_written_runs_as_a_client_would_run_it(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    (group,) = written(person / ".claude/settings.json")["hooks"]["SessionStart"]
    (handler,) = group["hooks"]
    line = [handler["command"], *handler["args"]] if "args" in handler else ["/bin/sh", "-c", handler["command"]]
    event = {"session_id": "s1", "cwd": str(desk.folder), "hook_event_name": "SessionStart", "source": "startup"}
    root = str(Path(__file__).resolve().parents[2] / "mcp_promptlearn.py")
    line = [word.replace("-m mcp_promptlearn", root) for word in line]  # not installed where tests run from a checkout

    done = subprocess.run(line, input=json.dumps(event).encode(), capture_output=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_no_answer_but_yes_writes_anything(desk: Desk, person: Path) -> None:
    kept(person, ".claude.json", CLAUDE)
    (person / ".claude").mkdir()
    before = tree(person)
    for answer in ("", "n", "what?"):
        desk.answers = [answer]
        assert desk.refused("setup") == "nothing was written"
    assert "Nothing was written." in desk.run("setup", "--dry-run")
    assert tree(person) == before
    assert not (desk.home / "setup").exists()


def test_a_second_time_changes_nothing(desk: Desk, person: Path) -> None:
    kept(person, ".claude/settings.json", SETTINGS)
    (person / ".codex").mkdir()
    desk.run("setup", "--yes")
    before = tree(person)

    said = desk.run("setup")

    assert "has it already" in said
    assert "Nothing to write." in said
    assert (tree(person), desk.asked) == (before, [])


def test_all_clients_are_set_up_where_all_are_named(desk: Desk, person: Path) -> None:
    words = [word for name in NAMES for word in ("--client", name)]
    facts = desk.facts("setup", "--yes", *words)
    assert [client["name"] for client in facts["clients"]] == list(NAMES)
    assert (facts["found"], facts["failed"], facts["written"]) == ([], [], True)
    assert len(tree(person)) == sum(len(client["changes"]) for client in facts["clients"]) > len(NAMES)
    assert all(client["settled"] for client in desk.facts("setup", "--dry-run", *words)["clients"])


def test_what_is_printed_for_programs_has_the_fields_that_were_promised(desk: Desk, person: Path) -> None:
    kept(person, ".claude/settings.json", "{")
    kept(person, ".gemini/settings.json", CLAUDE)
    facts = [desk.facts("setup", "--yes", "--client", "gemini"), desk.facts("setup", "--dry-run", "--client", "gemini")]
    assert desk.code("setup", "--yes", "--json", "--client", "claude-code") == 1
    facts.append(json.loads("\n".join(desk.said)))
    promised = documented("setup")
    assert set().union(*(printed(each, promised) for each in facts)) == promised


def test_only_the_clients_that_are_named_are_touched(desk: Desk, person: Path) -> None:
    for name in (".claude", ".codex", ".cursor", ".gemini"):
        (person / name).mkdir()
    desk.run("setup", "--yes", "--client", "gemini", "--client", "cursor")
    assert {path.split("/")[0] for path in tree(person)} == {".cursor", ".gemini"}
    assert desk.code("setup", "--client", "emacs") == 2


def test_a_client_is_found_by_its_program_too(desk: Desk, person: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / ("codex.exe" if sys.platform == "win32" else "codex")
    program.parent.mkdir()
    program.write_bytes(b"")
    program.chmod(0o755)
    desk.environment["PATH"] = str(program.parent)
    assert desk.facts("setup", "--dry-run")["found"] == ["codex"]
    del desk.environment["PATH"]
    assert "codex" not in desk.run("setup", "--print").splitlines()[0]
    assert tree(person) == {}


def test_without_a_client_it_says_what_it_looked_for(desk: Desk) -> None:
    said = desk.refused("setup", "--yes")
    assert said.startswith("no client was found (looked for Claude Code, Codex,")


def test_a_person_may_have_it_all_printed_and_do_it_by_hand(desk: Desk, person: Path) -> None:
    desk.terminal, desk.mark = False, "CLAUDECODE is set"
    said = desk.run("setup", "--print")
    assert "claude mcp add-json --scope user promptlearn" in said
    assert "codex mcp add promptlearn --" in said
    assert "In ~/.cursor/mcp.json (server promptlearn):" in said
    assert tree(person) == {}
    said = desk.run("setup", "--print", "--project", "--client", "claude-desktop", "--client", "claude-code")
    assert "It has no files of a project's own." in said
    assert ".mcp.json" in said
    assert "claude mcp add-json" not in said


def test_only_a_person_may_set_up(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.mark = "CLAUDECODE is set"
    assert desk.refused("setup", "--yes").startswith("setup is for a person and CLAUDECODE is set")
    desk.mark, desk.terminal = "", False
    assert desk.refused("setup").startswith("setup needs a terminal, or --yes")
    desk.terminal = True
    assert desk.refused("setup", "--json") == "--json asks nothing: add --yes, or --dry-run to write nothing"
    assert tree(person) == {}


def test_a_project_gets_files_of_its_own(desk: Desk, person: Path) -> None:
    repository(desk.folder)
    (person / ".claude").mkdir()
    said = desk.run("setup", "--project", "--yes", "--client", "claude-code", "--client", "claude-desktop")
    assert (desk.folder / ".mcp.json").is_file()
    assert "hooks" in written(desk.folder / ".claude/settings.local.json")
    assert "keep them out of your commits" in said
    assert "asks once, in this folder" in said
    assert tree(person) == {}
    if sys.platform != "win32":
        assert stat.S_IMODE((desk.folder / ".mcp.json").stat().st_mode) == 0o644


def test_no_project_is_no_place_for_project_files(desk: Desk, person: Path) -> None:
    desk.folder = person
    assert "--project needs a project's folder" in desk.refused("setup", "--project", "--yes")


def test_what_is_set_up_for_all_projects_is_not_set_up_for_one_again(desk: Desk, person: Path) -> None:
    repository(desk.folder)
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    assert desk.code("setup", "--project", "--yes") == 1
    assert "Claude Code is set up for all your projects already" in "\n".join(desk.told)
    assert not (desk.folder / ".mcp.json").exists()
    desk.run("uninstall", "--yes")
    desk.run("setup", "--project", "--yes")
    assert desk.code("setup", "--yes") == 1
    assert f"set up for the project {desk.folder}" in "\n".join(desk.told)
    assert not (person / ".claude/settings.json").exists()


def test_a_store_that_was_moved_is_named_in_what_is_written(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    assert "env" not in written(person / ".claude.json")["mcpServers"]["promptlearn"]
    desk.environment["PROMPTLEARN_HOME"] = str(desk.home)

    desk.run("setup", "--yes")

    assert written(person / ".claude.json")["mcpServers"]["promptlearn"]["env"] == {"PROMPTLEARN_HOME": str(desk.home)}
    if sys.platform != "win32":
        hooks = written(person / ".claude/settings.json")["hooks"]
        assert all(len(groups) == 1 for groups in hooks.values())
        assert f"PROMPTLEARN_HOME={desk.home} " in hooks["Stop"][0]["hooks"][0]["command"]
    del desk.environment["PROMPTLEARN_HOME"]
    desk.run("setup", "--yes")
    assert not written(person / ".claude.json")["mcpServers"]["promptlearn"]["env"]


REFUSALS: list[tuple[str, bytes, str]] = [
    ("invalid", b'{"a": ', "is not valid JSON (line 1"),
    ("a list", b"[]", "is not an object"),
    ("comments", b'{"a": 1} // mine', "has comments or commas too many, for which Claude Code passes over the whole"),
    ("commas", b'{"a": 1,}', "has comments or commas too many"),
    ("utf-16", '{"a": 1}'.encode("utf-16"), "is not UTF-8 text"),
    ("twice", b'{"mcpServers": {}, "mcpServers": {}}', "`mcpServers` stands there twice"),
    ("other kind", b'{"mcpServers": []}', "`mcpServers` is not an object"),
    ("deep", b"[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("data", "why"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_a_file_that_cannot_be_changed_safely_is_named_and_others_go_on(
    desk: Desk, person: Path, data: bytes, why: str
) -> None:
    path = kept(person, ".claude.json", "")
    path.write_bytes(data)
    (person / ".claude").mkdir()
    assert desk.code("setup", "--yes") == 1
    (told,) = desk.told
    assert told.startswith(f"left alone: {path} ")
    assert why in told
    assert path.read_bytes() == data
    assert "hooks" in written(person / ".claude/settings.json")


def test_toml_that_cannot_be_changed_safely_is_named(desk: Desk, person: Path) -> None:
    for text, why in [("a = \n", "is not valid TOML"), ("mcp_servers = {}\n", "change it by hand")]:
        path = kept(person, ".codex/config.toml", text)
        assert desk.code("setup", "--yes", "--client", "codex") == 1
        assert why in "\n".join(desk.told)
        assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "place",
    [
        "/home/ada/.cache/uv/archive-v0/Xy-1/bin/python",
        "C:\\Users\\ada\\AppData\\Local\\uv\\cache\\builds-v0\\.tmp1\\Scripts\\python.exe",
        "/home/ada/.local/pipx/.cache/1a2b/bin/python",
    ],
)
def test_a_program_in_a_cache_is_not_written_down(desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setattr(sys, "executable", place)
    assert "lies in a cache that is emptied from time to time" in desk.refused("setup", "--yes", "--client", "cursor")


def test_a_program_whose_path_is_no_text_is_not_written_down(
    desk: Desk, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/\udcff/python")
    assert desk.code("setup", "--yes", "--client", "cursor") == 1
    assert "would have to hold a path that is not UTF-8" in desk.told[0]


@POSIX
def test_files_of_other_kinds_are_named_and_left(desk: Desk, person: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_text("{}", encoding="utf-8")
    (person / ".claude").mkdir()
    path = person / ".claude.json"

    def refused() -> str:
        assert desk.code("setup", "--yes") == 1
        desk.run("uninstall", "--yes")
        return "\n".join(desk.told) if desk.told else ""

    def told(make: Callable[[], object]) -> str:
        make()
        assert desk.code("setup", "--yes") == 1
        words = "\n".join(desk.told)
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        return words

    assert "is a folder" in told(path.mkdir)
    assert "leads out of" in told(lambda: path.symlink_to(tmp_path / "elsewhere.json"))
    assert "where nothing is" in told(lambda: path.symlink_to(person / "gone"))
    assert "leads to itself" in told(lambda: path.symlink_to(path))
    assert "is read-only" in told(lambda: (path.write_text("{}", encoding="utf-8"), path.chmod(0o400)))
    assert (tmp_path / "elsewhere.json").read_text(encoding="utf-8") == "{}"


@POSIX
def test_a_link_within_home_is_followed_and_said(desk: Desk, person: Path) -> None:
    target = kept(person, "dotfiles/claude.json", CLAUDE)
    target.chmod(0o640)
    (person / ".claude").mkdir()
    (person / ".claude.json").symlink_to(target)
    said = desk.run("setup", "--yes")
    assert "~/.claude.json is a link; what is changed is ~/dotfiles/claude.json" in said
    assert (person / ".claude.json").is_symlink()
    assert "promptlearn" in written(target)["mcpServers"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    desk.run("uninstall", "--yes")
    assert (person / ".claude.json").is_symlink()
    assert target.read_text(encoding="utf-8") == CLAUDE


def test_a_file_larger_than_any_configuration_is_named(desk: Desk, person: Path) -> None:
    path = kept(person, ".claude.json", "")
    with path.open("wb") as file:
        file.truncate(32 * 1024 * 1024 + 1)
    assert desk.code("setup", "--yes", "--client", "claude-code") == 1
    assert "has more than 32 MiB" in desk.told[0]


SPELLINGS = {
    "empty": b"",
    "blank": b" \n",
    "bom": b'\xef\xbb\xbf{\r\n\t"a": 1\r\n}\r\n',
    "crlf": b'{\r\n  "a": 1\r\n}\r\n',
    "tabs": b'{\n\t"a": 1\n}',
    "one line": b'{"a":1}',
    "twice elsewhere": b'{"a": 1, "a": 2}\n',
}


@pytest.mark.parametrize("data", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_of_a_file_survives(desk: Desk, person: Path, data: bytes) -> None:
    path = kept(person, ".claude.json", "")
    path.write_bytes(data)
    desk.run("setup", "--yes", "--client", "claude-code")
    after = path.read_bytes()
    value = json.loads(after.decode("utf-8-sig"))
    assert value.pop("mcpServers")["promptlearn"]["alwaysLoad"]
    assert value == (json.loads(data.decode("utf-8-sig")) if data.strip() else {})
    assert after.startswith(data.strip()[:3])
    assert b"\r" not in after.replace(b"\r\n", b"")
    desk.run("uninstall", "--yes")
    assert path.read_bytes() == data


def test_comments_and_commas_survive_where_the_client_reads_them(desk: Desk, person: Path) -> None:
    text = '// mine\n{\n\t"mcp": { /* none yet */ }, // so\n\t"theme": "x",\n}\n'
    path = kept(person, ".config/opencode/opencode.jsonc", text)
    desk.run("setup", "--yes", "--client", "opencode")
    after = path.read_text(encoding="utf-8")
    assert after.startswith('// mine\n{\n\t"mcp": { /* none yet */ "promptlearn": {')
    assert after.endswith('}, // so\n\t"theme": "x",\n}\n')


def test_a_foreign_server_of_our_name_is_never_touched_nor_given_permission(desk: Desk, person: Path) -> None:
    text = '{"mcpServers": {"promptlearn": {"command": "docker", "args": ["run", "x"]}}}'
    path = kept(person, ".claude.json", text)
    (person / ".claude").mkdir()
    (person / ".codex").mkdir()
    assert desk.code("setup", "--yes") == 1
    assert "names another server `mcpServers.promptlearn`, which is not ours" in desk.told[0]
    assert path.read_text(encoding="utf-8") == text
    assert not (person / ".claude/settings.json").exists()
    assert (person / ".codex/hooks.json").exists()


def test_an_older_entry_of_ours_is_updated_and_put_back_by_uninstall(desk: Desk, person: Path) -> None:
    text = '{"mcpServers": {"promptlearn": {"command": "mcp-promptlearn", "args": ["serve"], "timeout": 9}}}'
    path = kept(person, ".claude.json", text)
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    entry = written(path)["mcpServers"]["promptlearn"]
    assert (entry["command"], entry["timeout"], entry["alwaysLoad"]) == (sys.executable, 9, True)
    desk.run("uninstall", "--yes")
    assert path.read_text(encoding="utf-8") == text


def test_two_at_once_are_one_after_the_other(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.home.mkdir(parents=True)
    with FileLock(desk.home / "setup.lock"):
        assert desk.refused("setup", "--yes").startswith("the configuration of your agents is held by another process")
        assert desk.refused("uninstall", "--yes").startswith("the configuration of your agents is held by")
        desk.run("setup", "--dry-run")
    assert tree(person) == {}


@pytest.mark.parametrize("moment", range(6))
def test_stopped_at_any_moment_setup_goes_on_and_uninstall_puts_everything_back(
    desk: Desk, person: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    kept(person, ".claude.json", CLAUDE)
    kept(person, ".claude/settings.json", SETTINGS)
    (person / ".codex").mkdir()
    (person / ".gemini").mkdir()
    before = tree(person)
    calls = iter(range(100))

    def stopping(path: Path, data: bytes, *, mode: int) -> None:
        if next(calls) == moment:
            if moment % 2:
                path.with_name(f".{path.name}.promptlearn-new").write_bytes(data[:10])
            raise KeyboardInterrupt
        replace(path, data, mode=mode)

    replace = writing.replace
    monkeypatch.setattr(writing, "replace", stopping)
    assert desk.code("setup", "--yes") == (130 if moment < 5 else 0)
    monkeypatch.setattr(writing, "replace", replace)
    stopped = {path: path.read_bytes() for path in desk.home.rglob("*") if path.is_file()}

    desk.run("uninstall", "--yes")
    assert tree(person) == before

    for path, data in stopped.items():  # as it was when it was stopped, and setup goes on
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    desk.run("setup", "--yes")
    assert len(tree(person)) == 5
    desk.run("uninstall", "--yes")
    assert tree(person) == before


def test_a_file_that_changes_while_a_person_reads_is_not_written_over(desk: Desk, person: Path) -> None:
    path = kept(person, ".claude.json", CLAUDE)
    (person / ".claude").mkdir()

    class Slow(list[str]):
        def pop(self, _place: Any = 0) -> str:
            path.write_text("{}", encoding="utf-8")
            return "y"

    desk.answers = Slow(["y"])
    assert desk.code("setup") == 1
    assert "was changed meanwhile by somebody else" in desk.told[0]
    assert path.read_text(encoding="utf-8") == "{}"
    assert (person / ".claude/settings.json").is_file()


@POSIX
def test_a_disk_that_is_full_is_named_and_the_record_says_nothing_of_it(
    desk: Desk, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(person, ".claude.json", CLAUDE)
    (person / ".claude").mkdir()
    replace = writing.replace

    def full(target: Path, data: bytes, *, mode: int) -> None:
        if target == path:
            raise OSError(28, "No space left on device")
        replace(target, data, mode=mode)

    monkeypatch.setattr(writing, "replace", full)
    assert desk.code("setup", "--yes") == 1
    assert "could not be written (No space left on device)" in desk.told[0]
    record = written(desk.home / "setup" / "manifest.json")
    assert [each["path"] for each in record["files"]] == [str(person / ".claude/settings.json")]
    desk.run("setup", "--dry-run")


def test_the_record_is_private_and_holds_what_was_there(desk: Desk, person: Path) -> None:
    kept(person, ".claude.json", CLAUDE)
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    folder = desk.home / "setup"
    (backup,) = folder.glob("*.before")
    assert backup.read_text(encoding="utf-8") == CLAUDE
    record = written(folder / "manifest.json")
    assert {each["client"] for each in record["files"]} == {"claude-code"}
    if os.name != "nt":
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is damaged; move it away"),
        ('{"version": 1, "files": [{}]}', "is damaged"),
        (
            '{"version": 1, "files": [{"client": 1, "project": "", "path": "", "real": "", "before": "", "kept": []}]}',
            "is",
        ),
        ('{"version": 99, "files": []}', "was written by a newer version"),
    ],
)
def test_a_record_that_cannot_be_read_stops_everything(desk: Desk, person: Path, text: str, why: str) -> None:
    (person / ".claude").mkdir()
    kept(desk.home, "setup/manifest.json", text)
    for command in ("setup", "uninstall"):
        assert why in desk.refused(command, "--yes")
    assert tree(person) == {}


def test_a_record_in_a_folders_place_stops_everything(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    (desk.home / "setup" / "manifest.json").mkdir(parents=True)
    assert "cannot be read" in desk.refused("setup", "--yes")
