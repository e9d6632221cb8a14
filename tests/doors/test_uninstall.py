"""`uninstall` leaves every file as it was, and nothing of a person's is lost on the way."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from mcp_server.agents import undo
from mcp_server.agents.known import NAMES
from mcp_server.commands.setup import short
from tests.doors.desk import Desk, repository
from tests.doors.test_commands_json import documented, printed
from tests.doors.test_setup import CLAUDE, POSIX, SETTINGS, TOML, kept, tree, written

ALL = [word for name in NAMES for word in ("--client", name)]


@pytest.fixture(autouse=True)
def person(desk: Desk, tmp_path: Path) -> Path:
    """The home of a person without any client, whose PATH leads nowhere."""
    desk.environment = {"PATH": str(tmp_path / "nothing")}
    return Path.home()


def edited(path: Path, **members: Any) -> Path:
    """What a client or a person makes of a file in the meantime."""
    path.write_text(json.dumps({**written(path), **members}, indent=4), encoding="utf-8")
    return path


def test_files_that_nobody_edited_come_back_to_the_byte_and_new_ones_go_with_their_folders(
    desk: Desk, person: Path
) -> None:
    kept(person, ".claude.json", CLAUDE)
    kept(person, ".claude/settings.json", SETTINGS)
    kept(person, ".codex/config.toml", TOML)
    kept(person, ".config/opencode/opencode.jsonc", "// mine\n{}\n")
    before = tree(person)
    desk.run("setup", "--yes", *ALL)
    there = tree(person)
    touched = [path for path in there if before.get(path) != there[path]]
    assert len(touched) > len(NAMES)
    desk.answers = ["y"]

    said = desk.run("uninstall")

    assert desk.asked == [f"Do this to {len(touched)} files? [y/N] "]
    assert "~/.claude/settings.json: put back as it was, byte for byte" in said
    assert "~/.codex/hooks.json: deleted, as setup made it" in said
    assert tree(person) == before
    assert not (person / ".cursor").exists()
    assert not (person / ".gemini").exists()
    assert (person / ".claude").is_dir()
    assert not (desk.home / "setup").exists()
    assert desk.run("uninstall").startswith("No file holds anything of ours.")


def test_a_client_that_was_removed_since_setup_is_let_go_and_the_others_are_undone(desk: Desk, person: Path) -> None:
    kept(person, ".cursor/mcp.json", CLAUDE)
    kept(person, ".gemini/settings.json", CLAUDE)
    before = tree(person)
    desk.run("setup", "--yes", "--client", "cursor", "--client", "gemini", "--client", "opencode")
    shutil.rmtree(person / ".cursor")
    assert "~/.cursor" not in desk.run("status")
    said = desk.code("doctor"), "\n".join(desk.said)
    assert "mcp.json is gone" in said[1]

    said = desk.run("uninstall", "--yes")

    assert "~/.cursor/mcp.json: gone already, so there is nothing to undo" in said
    assert "~/.gemini/settings.json: put back as it was, byte for byte" in said
    assert tree(person) == {name: data for name, data in before.items() if not name.startswith(".cursor")}
    assert not (person / ".cursor").exists()
    assert not (desk.home / "setup").exists()


def test_no_answer_but_yes_undoes_anything(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    before = tree(person)
    desk.answers = ["no"]
    assert desk.refused("uninstall") == "nothing was changed"
    desk.run("uninstall", "--dry-run")
    assert tree(person) == before


def test_only_a_person_may_uninstall(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    before = tree(person)
    desk.mark = "CLAUDECODE is set"
    assert desk.refused("uninstall", "--yes").startswith("uninstall is for a person and CLAUDECODE is set")
    desk.mark = ""
    assert desk.refused("uninstall", "--json").startswith("--json asks nothing")
    assert tree(person) == before


def test_from_a_file_that_was_edited_since_only_our_part_goes_and_the_difference_is_shown(
    desk: Desk, person: Path
) -> None:
    servers = kept(person, ".claude.json", CLAUDE)
    settings = kept(person, ".claude/settings.json", SETTINGS)
    config = kept(person, ".codex/config.toml", TOML)
    desk.run("setup", "--yes")
    edited(servers, userID="u")
    edited(settings, model="sonnet")
    config.write_text(config.read_text(encoding="utf-8") + '\n[projects."/x"]\ntrust = 1\n', encoding="utf-8")

    said = desk.run("uninstall", "--yes")

    assert "~/.claude.json: edited since, so only our part is taken out" in said
    assert '-        "promptlearn": {' in said
    assert written(servers) == {**json.loads(CLAUDE), "userID": "u"}
    assert written(settings) == {**json.loads(SETTINGS), "model": "sonnet"}
    assert config.read_text(encoding="utf-8") == TOML + '\n[projects."/x"]\ntrust = 1\n'


def test_what_a_client_made_of_a_file_that_we_began_stays_and_an_empty_shell_goes(desk: Desk, person: Path) -> None:
    desk.run("setup", "--yes", "--client", "claude-code", "--client", "opencode", "--client", "gemini")
    edited(person / ".claude.json", userID="u")
    edited(person / ".claude/settings.json")  # other spaces only
    edited(person / ".config/opencode/opencode.json")
    (person / ".gemini/history").mkdir()
    desk.run("uninstall", "--yes")
    assert tree(person) == {".claude.json": b'{\n    "userID": "u"\n}'}
    assert (person / ".gemini/history").is_dir()


def test_what_codex_noted_of_our_hooks_goes_with_them(desk: Desk, person: Path) -> None:
    config = kept(person, ".codex/config.toml", TOML)
    desk.run("setup", "--yes", "--client", "codex")
    hooks = person / ".codex/hooks.json"
    trust = "\n[hooks.state]\n" + "".join(
        f'\n[hooks.state.{json.dumps(f"{hooks}:{event}:0:0")}]\ntrusted_hash = "sha256:1"\n'
        for event in ("session_start", "stop", "post_tool_use")
    )
    config.write_text(config.read_text(encoding="utf-8") + trust, encoding="utf-8")
    desk.run("uninstall", "--yes")
    assert tree(person) == {".codex/config.toml": TOML.encode()}


def test_a_file_edited_between_two_setups_comes_back_as_it_was_edited(desk: Desk, person: Path) -> None:
    settings = kept(person, ".claude/settings.json", SETTINGS)
    desk.run("setup", "--yes")
    value = written(settings)
    del value["hooks"]["Stop"]
    settings.write_text(json.dumps({**value, "mine": 1}, indent=2), encoding="utf-8")
    desk.run("setup", "--yes")
    assert "Stop" in written(settings)["hooks"]
    assert "put back as it was, byte for byte" in desk.run("uninstall", "--dry-run")
    desk.run("uninstall", "--yes")
    assert written(settings) == {**json.loads(SETTINGS), "mine": 1}


def test_a_file_of_ours_alone_is_gone_after_two_setups_and_an_edit(desk: Desk, person: Path) -> None:
    (person / ".cursor").mkdir()
    desk.run("setup", "--yes")
    path = edited(person / ".cursor/mcp.json")
    desk.environment["PROMPTLEARN_HOME"] = str(desk.home)
    desk.run("setup", "--yes")
    path.chmod(0o600)
    desk.run("uninstall", "--yes")
    assert tree(person) == {}


def test_two_setups_without_an_edit_between_them_come_back_to_the_first_byte(desk: Desk, person: Path) -> None:
    kept(person, ".cursor/mcp.json", CLAUDE)
    desk.run("setup", "--yes")
    desk.environment["PROMPTLEARN_HOME"] = str(desk.home)
    desk.run("setup", "--yes")
    assert len(list((desk.home / "setup").glob("*.before"))) == 1
    desk.run("uninstall", "--yes")
    assert tree(person) == {".cursor/mcp.json": CLAUDE.encode()}


def test_a_restored_file_can_be_set_up_again(desk: Desk, person: Path) -> None:
    path = kept(person, ".cursor/mcp.json", CLAUDE)
    desk.run("setup", "--yes")
    path.write_text(CLAUDE, encoding="utf-8")  # a person puts it back by hand
    desk.run("setup", "--yes")
    assert "promptlearn" in written(path)["mcpServers"]
    path.write_text(CLAUDE, encoding="utf-8")
    assert "~/.cursor/mcp.json: as it was already" in desk.run("uninstall", "--yes")
    assert tree(person) == {".cursor/mcp.json": CLAUDE.encode()}


def test_a_file_that_is_gone_is_not_made_again(desk: Desk, person: Path) -> None:
    path = kept(person, ".cursor/mcp.json", CLAUDE)
    desk.run("setup", "--yes")
    for each in path.parent.iterdir():
        each.unlink()
    path.parent.rmdir()
    assert "as it was already" in desk.run("uninstall", "--yes")
    assert tree(person) == {}


def test_where_the_kept_bytes_are_damaged_only_our_part_is_taken_out(desk: Desk, person: Path) -> None:
    path = kept(person, ".cursor/mcp.json", CLAUDE)
    desk.run("setup", "--yes")
    (backup,) = (desk.home / "setup").glob("*.before")
    backup.write_bytes(b"damaged")
    assert "only our part is taken out" in desk.run("uninstall", "--yes")
    assert path.read_text(encoding="utf-8") == CLAUDE


def test_a_file_that_cannot_be_put_back_is_named_and_stays_recorded(desk: Desk, person: Path) -> None:
    path = kept(person, ".claude.json", CLAUDE)
    settings = kept(person, ".claude/settings.json", SETTINGS)
    desk.run("setup", "--yes")
    after = path.read_bytes()
    path.chmod(0o444)
    assert desk.code("uninstall", "--yes") == 1
    assert f"left alone: {path} is read-only" in desk.told[0]
    assert (path.read_bytes(), settings.read_text(encoding="utf-8")) == (after, SETTINGS)
    path.chmod(0o644)
    path.write_text("{", encoding="utf-8")
    assert desk.code("uninstall", "--yes") == 1
    assert "is not valid JSON" in desk.told[0]
    path.write_bytes(after)
    desk.run("uninstall", "--yes")
    assert path.read_text(encoding="utf-8") == CLAUDE


def test_a_file_that_changes_while_a_person_reads_stays_as_it_became(desk: Desk, person: Path) -> None:
    path = kept(person, ".cursor/mcp.json", CLAUDE)
    desk.run("setup", "--yes")

    class Slow(list[str]):
        def pop(self, _place: Any = 0) -> str:
            path.write_text("{}", encoding="utf-8")
            return "y"

    desk.answers = Slow(["y"])
    assert desk.code("uninstall") == 1
    assert "was changed meanwhile" in desk.told[0]
    assert path.read_text(encoding="utf-8") == "{}"
    desk.run("uninstall", "--yes")


def test_a_disk_that_is_full_is_named(desk: Desk, person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(person, ".cursor/mcp.json", CLAUDE)
    desk.run("setup", "--yes")

    def full(path: Path, data: bytes, *, mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(undo, "replace", full)
    assert desk.code("uninstall", "--yes") == 1
    assert "could not be written (No space left on device)" in desk.told[0]
    monkeypatch.undo()
    monkeypatch.setenv("HOME", str(person))
    monkeypatch.setenv("USERPROFILE", str(person))
    desk.run("uninstall", "--yes")
    assert tree(person) == {".cursor/mcp.json": CLAUDE.encode()}


def test_what_is_printed_for_programs_has_the_fields_that_were_promised(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    kept(person, ".claude/settings.json", "{")
    assert desk.code("uninstall", "--yes", "--json") == 1
    promised = documented("uninstall")
    assert printed(json.loads("\n".join(desk.said)), promised) == promised


def test_one_client_alone_can_be_undone(desk: Desk, person: Path) -> None:
    desk.run("setup", "--yes", "--client", "cursor", "--client", "gemini")
    assert desk.refused("uninstall", "--yes", "--client", "cursor", "--purge").startswith("--purge removes the store")
    desk.run("uninstall", "--yes", "--client", "cursor")
    assert set(tree(person)) == {".gemini/settings.json"}
    assert (desk.home / "setup" / "manifest.json").is_file()


def test_a_projects_files_come_back_from_anywhere(desk: Desk, person: Path) -> None:
    project = repository(desk.folder)
    (person / ".claude").mkdir()
    desk.run("setup", "--project", "--yes")
    desk.folder = person
    facts = desk.facts("uninstall", "--yes")
    assert [(Path(each["path"]).name, each["what"]) for each in facts["files"]] == [
        (".mcp.json", "delete"),
        ("settings.local.json", "delete"),
    ]
    assert sorted(path.name for path in project.iterdir()) == [".git", "code.py"]


def test_what_was_registered_by_hand_goes_too_and_is_said(desk: Desk, person: Path) -> None:
    entry = {"command": "mcp-promptlearn", "args": ["serve"]}
    value = {**json.loads(CLAUDE), "mcpServers": {"promptlearn": entry, "other": {"command": "x"}}}
    path = kept(person, ".claude.json", json.dumps(value))
    project = repository(desk.folder)
    kept(project, ".cursor/mcp.json", json.dumps({"mcpServers": {"promptlearn": entry}}))
    foreign = kept(person, ".cursor/mcp.json", '{"mcpServers": {"promptlearn": {"command": "docker"}}}')

    said = desk.run("uninstall", "--yes")

    assert "~/.claude.json: set up by hand or by an older version, so our part is taken out" in said
    assert written(path)["mcpServers"] == {"other": {"command": "x"}}
    assert written(project / ".cursor/mcp.json") == {}
    assert "docker" in foreign.read_text(encoding="utf-8")


def test_a_broken_file_that_may_hold_ours_is_named_and_any_other_is_nobodys_business(desk: Desk, person: Path) -> None:
    kept(person, ".claude.json", '{"mcpServers": {"promptlearn": ')
    kept(person, ".gemini/settings.json", "{")
    (person / ".cursor" / "mcp.json").mkdir(parents=True)
    assert desk.code("uninstall", "--yes") == 1
    (told,) = desk.told
    assert ".claude.json is not valid JSON" in told


@POSIX
def test_a_file_that_nobody_may_read_is_nobodys_business(desk: Desk, person: Path) -> None:
    (person / ".cursor").symlink_to(person / ".cursor")
    assert desk.run("uninstall", "--yes") == "No file holds anything of ours."


def test_a_folder_that_is_gone_is_no_reason_to_stop(desk: Desk) -> None:
    desk.folder.rmdir()
    assert desk.run("uninstall", "--yes") == "No file holds anything of ours."


def test_the_store_stays_and_is_named_unless_it_is_told_to_go(desk: Desk, person: Path) -> None:
    (person / ".claude").mkdir()
    desk.run("setup", "--yes")
    desk.run("add", "Run the tests.", "--yes")
    desk.run("backup")
    kept(desk.home, "config.toml", "")
    kept(desk.home, "notes of mine.txt", "x")
    assert f"Your rules and their history stay in {desk.home / 'promptlearn.db'}" in desk.run("uninstall", "--yes")

    desk.answers = ["n"]
    said = desk.run("uninstall", "--purge")
    assert desk.asked == ["Remove them for good? This cannot be undone. [y/N] "]
    assert "stay in" in said
    desk.answers = ["y"]
    assert desk.run("uninstall", "--purge").endswith("The store is removed.")
    assert [path.name for path in desk.home.rglob("*")] == ["notes of mine.txt"]
    assert desk.facts("uninstall", "--purge", "--yes")["purged"] is False


def test_all_of_the_store_goes_with_its_folder(desk: Desk) -> None:
    desk.run("add", "Run the tests.", "--yes")
    desk.run("backup")
    assert desk.facts("uninstall", "--purge", "--yes")["purged"] is True
    assert not desk.home.exists()


def test_the_store_stays_while_a_file_could_not_be_put_back(desk: Desk, person: Path) -> None:
    path = kept(person, ".claude.json", CLAUDE)
    desk.run("setup", "--yes", "--client", "claude-code")
    desk.run("add", "Run the tests.", "--yes")
    path.chmod(0o444)
    assert desk.code("uninstall", "--purge", "--yes") == 1
    assert (desk.home / "promptlearn.db").is_file()
    path.chmod(0o644)


def test_paths_are_shown_as_people_write_them(desk: Desk) -> None:
    from mcp_server.commands.setup import machine_of

    machine = machine_of(desk.wiring())._replace(home="/home/ada" if os.name != "nt" else "C:\\Users\\ada")
    join = machine._replace(system=sys.platform).under_home("x.json")
    assert short(join, machine) in {"~/x.json", "~\\x.json"}
    assert short("/home/adam/x.json", machine) == "/home/adam/x.json"


def test_a_folder_that_one_client_made_goes_with_the_last_file_of_ours_in_it(desk: Desk, person: Path) -> None:
    desk.run("setup", "--yes", "--client", "cursor")
    desk.run("uninstall", "--yes")
    assert tree(person) == {}
    assert not (person / ".cursor").exists()
