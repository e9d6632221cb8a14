"""Each client's page in the docs: its commands work as printed, in its order, and leave nothing behind."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_server import scene
from mcp_server.agents.client import Client
from mcp_server.agents.known import CLIENTS
from tests.client_pages import PAGES, TABLE, page, with_facts, with_table
from tests.documents import ROOT

BLOCK = re.compile(r"^```sh\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
PATIENCE = 120
"""Seconds for all commands of one page."""
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
"""A person types these commands at a terminal: `add` makes an active rule only there."""
RULE_FILES = {
    "CLAUDE.md": "- Write dates as year, month and day.\n",
    "AGENTS.md": "- Use uv for everything.\n",
    "GEMINI.md": "- Name a branch after its issue.\n",
    "QWEN.md": "- Put new words into the glossary.\n",
    ".cursor/rules/logs.mdc": "---\nalwaysApply: true\n---\n- Log to standard error only.\n",
}
"""What somebody has already when they come to a page."""

named = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


@named
def test_the_facts_on_a_page_are_those_of_the_clients_file(client: Client) -> None:
    text = page(client).read_text(encoding="utf-8")
    assert text == with_facts(text, client), "run `just docs-write`"


def test_the_table_of_clients_is_that_of_their_files() -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert text == with_table(text), "run `just docs-write`"


def test_there_is_one_page_for_each_client() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {client.name for client in CLIENTS}


@named
def test_a_page_sets_up_teaches_a_rule_proves_it_and_leaves(client: Client) -> None:
    commands = _commands(client)
    order = [rf"^mcp-promptlearn {words}" for words in (f"setup --client {client.name}", "add ", "doctor", "uninstall")]
    found = [re.search(pattern, commands, flags=re.MULTILINE) for pattern in order]
    places = [each.start() for each in found if each]
    assert len(places) == len(order)
    assert places == sorted(places)


@named
def test_a_page_runs_no_program_but_ours(client: Client) -> None:
    lines = _commands(client).splitlines()
    assert [line for line in lines if not re.fullmatch(r"mcp-promptlearn [^<>|;&]+", line)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="the pages speak to a POSIX shell")
@named
def test_the_commands_of_a_page_work_as_printed_and_leave_every_file_as_it_was(client: Client, tmp_path: Path) -> None:
    home, project, programs = tmp_path / "home", tmp_path / "home" / "code" / "form", tmp_path / "bin"
    project.parent.mkdir(parents=True)
    scene.repository(project)
    _with_rule_files(project)
    programs.mkdir()
    program = programs / "mcp-promptlearn"
    words = shlex.join([sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py")])
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    before = _tree(home)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROMPTLEARN_", "XDG_"))}
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    script = tmp_path / "page.sh"
    script.write_text("set -euxo pipefail\n" + _commands(client), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TERMINAL, "bash", str(script)],
        cwd=project,
        env={**kept, "HOME": str(home), "PATH": path, "PROMPTLEARN_TRIALS": "off"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert _tree(home) == before


def _with_rule_files(project: Path) -> None:
    """Commit the rule files that a person has."""
    for name, text in RULE_FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@localhost")
    for arguments in (["add", *RULE_FILES], ["commit", "-q", "-m", "Say what holds here"]):
        subprocess.run(["git", *who, *arguments], cwd=project, check=True, capture_output=True)


def _commands(client: Client) -> str:
    """All that a person types, in the page's order."""
    return "".join(BLOCK.findall(page(client).read_text(encoding="utf-8")))


def _tree(home: Path) -> dict[str, bytes]:
    """Every file but those of our own store, and of git."""
    own = home / ".local" / "share" / "promptlearn"
    files = (
        path for path in home.rglob("*") if path.is_file() and own not in path.parents and ".git" not in path.parts
    )
    return {str(path.relative_to(home)): path.read_bytes() for path in files}
