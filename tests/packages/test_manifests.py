"""Every manifest says what pyproject.toml and the program say, and has the fields that its own format wants."""

import base64
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mcp_server.agents import claude_code
from packages import bundle, links, plugin, registry
from packages.__main__ import manifests
from packages.facts import COMMAND, ROOT, pretty

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLUGIN = ROOT / plugin.FOLDER
START = PLUGIN / "start"

needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="the plugin needs a shell")


def committed(name: str) -> dict[str, object]:
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", manifests())
def test_a_manifest_is_what_is_generated(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == pretty(manifests()[name]), "run `just docs-write`"


def test_every_version_in_every_manifest_is_that_of_pyproject() -> None:
    def versions(value: object) -> list[str]:
        if isinstance(value, list):
            return [found for each in value for found in versions(each)]
        if not isinstance(value, dict):
            return []
        own = [value["version"]] if "version" in value else []
        return own + [found for each in value.values() for found in versions(each)]

    found = {name: versions(committed(name)) for name in manifests()} | {"manifest.json": versions(bundle.manifest())}
    assert {name for name, said in found.items() if said} == {
        ".claude-plugin/marketplace.json",
        "plugins/promptlearn/.claude-plugin/plugin.json",
        "server.json",
        "manifest.json",
    }
    assert {version for said in found.values() for version in said} == {PROJECT["version"]}


def test_the_marketplace_offers_a_plugin_that_is_there() -> None:
    (offer,) = committed(".claude-plugin/marketplace.json")["plugins"]  # type: ignore[misc]
    assert (ROOT / offer["source"] / ".claude-plugin" / "plugin.json").is_file()  # type: ignore[index]
    assert offer["name"] == committed(f"{plugin.FOLDER}/.claude-plugin/plugin.json")["name"]  # type: ignore[index]
    assert (PLUGIN / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_plugin_hooks_the_events_that_setup_hooks() -> None:
    hooks = committed(f"{plugin.FOLDER}/hooks/hooks.json")["hooks"]
    assert {event: group[0].get("matcher", "") for event, group in hooks.items()} == claude_code.EVENTS  # type: ignore[attr-defined]


def test_no_package_names_a_store_of_its_own() -> None:
    kept = [PLUGIN / name for name in ("start", ".mcp.json", "hooks/hooks.json")]
    text = "".join(path.read_text(encoding="utf-8") for path in kept) + pretty(bundle.manifest()) + links.section()
    assert "PROMPTLEARN_HOME" not in text
    assert "CLAUDE_PLUGIN_DATA" not in text


def test_a_command_of_the_plugin_may_run_the_one_line_it_shows_and_no_other() -> None:
    paths = sorted((PLUGIN / "commands").glob("*.md"))
    assert [path.stem for path in paths] == ["consolidate", "review", "rules"]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        (allowed,) = re.findall(r"^allowed-tools: Bash\((.*)\)$", text, flags=re.MULTILINE)
        assert re.findall(r"!`(.*)`", text) == [allowed]
        assert re.search(r"^description: \S", text, flags=re.MULTILINE)
        assert not {"approve", "reject", "pin", "edit", "rollback"} & set(allowed.split())


def test_the_registry_entry_has_the_fields_of_its_schema() -> None:
    said = committed("server.json")
    assert said["$schema"] == "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", str(said["name"]))
    assert 1 <= len(str(said["description"])) <= 100
    assert 1 <= len(str(said["title"])) <= 100
    assert set(said) <= {"$schema", "name", "title", "description", "version", "packages", "repository", "websiteUrl"}
    (package,) = said["packages"]  # type: ignore[misc]
    assert (package["registryType"], package["identifier"]) == ("pypi", PROJECT["name"])  # type: ignore[index]
    assert package["transport"] == {"type": "stdio"}  # type: ignore[index]
    assert package["packageArguments"] == [{"type": "positional", "value": "serve"}]  # type: ignore[index]
    assert all(each["name"] and each["description"] for each in package["environmentVariables"])  # type: ignore[index]


def test_the_readme_shows_the_registry_whose_package_it_is() -> None:
    assert README.count(f"mcp-name: {registry.name()} ") == 1
    assert registry.name() == committed("server.json")["name"]


def test_each_link_in_the_readme_leads_to_the_installed_command() -> None:
    assert links.with_links(README) == README, "run `just docs-write`"
    for link in (links.vscode(), links.vscode_plain(), links.cursor(), links.cursor_plain()):
        assert README.count(link) == 1

    asked = parse_qs(urlsplit(links.vscode()).query, strict_parsing=True)
    assert (asked["name"], json.loads(asked["config"][0])) == (["promptlearn"], {"type": "stdio", **COMMAND})
    plain = json.loads(unquote(links.vscode_plain().partition("?")[2]))
    assert plain == {"name": "promptlearn", "type": "stdio", **COMMAND}
    for link in (links.cursor(), links.cursor_plain()):
        asked = parse_qs(urlsplit(link).query, strict_parsing=True)
        assert (asked["name"], json.loads(base64.b64decode(asked["config"][0]))) == (["promptlearn"], COMMAND)


def test_what_the_links_start_is_a_command_that_is_installed() -> None:
    assert COMMAND["command"] in PROJECT["scripts"]
    assert json.loads((ROOT / "claude_desktop_config.example.json").read_text(encoding="utf-8")) == {
        "mcpServers": {"promptlearn": COMMAND}
    }


def test_a_readme_without_both_marks_is_refused() -> None:
    for text in ("", links.BEGIN, f"{links.BEGIN}{links.END}{links.END}", f"{links.BEGIN}{links.BEGIN}{links.END}"):
        with pytest.raises(ValueError, match="once each"):
            links.with_links(text)


def start(*words: str, home: Path, path: str, data: str = "") -> subprocess.CompletedProcess[str]:
    """Run the plugin's script in a folder `project` beside the home."""
    project = home.parent / "project"
    project.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "PATH": path, "PYTHONPATH": ".", "PYTHONHOME": "/nowhere"}
    return subprocess.run(
        ["/bin/sh", str(START), *words],
        input=data,
        cwd=project,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def program(folder: Path, words: str) -> None:
    """A program under our name that says who it is and what it was given."""
    folder.mkdir(parents=True, exist_ok=True)
    tell = f'#!/bin/sh\necho "{words} $* path=$PYTHONPATH$PYTHONHOME safe=$PYTHONSAFEPATH plugin=$PROMPTLEARN_PLUGIN"\n'
    (folder / "mcp-promptlearn").write_text(tell, encoding="utf-8")
    (folder / "mcp-promptlearn").chmod(0o755)


@needs_sh
def test_without_the_program_a_hook_is_silent_and_the_rest_says_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    hook = start("hook", "claude-code", "Stop", home=home, path="/usr/bin:/bin", data="{}")
    assert (hook.returncode, hook.stdout, hook.stderr) == (0, "", "")
    rules = start("rules", home=home, path="/usr/bin:/bin")
    assert (rules.returncode, rules.stdout.count("\n"), rules.stderr) == (0, 1, "")
    assert "mcp-promptlearn is not installed; install it" in rules.stdout
    asked = [
        '{"jsonrpc":"2.0","id":"server-discover-probe-1","method":"server/discover"}',
        '{"method":"initialize","id":7,"jsonrpc":"2.0","params":{}}',
        '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
    ]
    served = start("serve", home=home, path="/usr/bin:/bin", data="\n".join(asked) + "\n")
    answers = [json.loads(line) for line in served.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["server-discover-probe-1", 7]
    assert {answer["error"]["message"] for answer in answers} == {rules.stdout.strip()}


@needs_sh
def test_the_program_is_found_on_path_and_where_tools_are_installed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    program(home / ".local" / "bin", "home")
    said = "rules path= safe=1 plugin=1\n"
    assert start("rules", home=home, path="/usr/bin:/bin").stdout == f"home {said}"
    program(tmp_path / "bin", "path")
    assert start("rules", home=home, path=f"{tmp_path / 'bin'}:/usr/bin:/bin").stdout == f"path {said}"


@needs_sh
@pytest.mark.parametrize("relative", [".", "", "bin", "./bin"])
def test_a_program_of_a_project_on_a_relative_path_is_not_run(tmp_path: Path, relative: str) -> None:
    for folder in (tmp_path / "project", tmp_path / "project" / "bin"):
        program(folder, "theirs")
    done = start("rules", home=tmp_path / "home", path=f"{relative}{os.pathsep}/usr/bin:/bin")
    assert "theirs" not in done.stdout
