"""The plugin in the real Claude Code: valid, installed from the repository, and never twice beside `setup`."""

import json
import re
import shutil
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from store.records import Kind, Trust
from tests.clients import packages
from tests.clients.claude_code import ClaudeCode
from tests.clients.conversation import Call, Edit, Say, Shell, Step, Use
from tests.clients.journeys import CORRECTION, FILE_RULE, GET, NEXT, REPORT, RULE, TASK
from tests.clients.stage import TESTS, Stage, opened

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "promptlearn@mcp-promptlearn"
SPACE = "mcp__plugin_promptlearn_promptlearn"


class WithPlugin(ClaudeCode):
    """Claude Code, where our tools come from the plugin and a person has allowed them by hand."""

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """As ever, and with our tools."""
        return [*super().command(prompt, session=session), SPACE]

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """A plugin's tools have a longer name."""
        if isinstance(step, Call):
            return [Use(f"{SPACE}__{step.tool}", step.arguments)]
        return super().uses(step, folder)


def _opened(kept: packages.Shelf, folder: Path) -> Generator[Stage]:
    client = WithPlugin()
    programs = [packages.installed(client.package, kept), packages.node(kept)]
    with opened(client, folder, programs) as stage:
        # Nothing but what a person has: no virtual environment of the tests on PATH.
        venv = str(Path(sys.executable).parent)
        path = [part for part in stage.environment["PATH"].split(":") if part != venv and not _has_us(part)]
        stage.environment["PATH"] = ":".join(path)
        stage.command(["claude", "plugin", "marketplace", "add", str(ROOT)])
        stage.command(["claude", "plugin", "install", NAME])
        yield stage


def _has_us(folder: str) -> bool:
    return Path(folder, "mcp-promptlearn").exists()


def _install_program(stage: Stage) -> None:
    """Put the command where `uv tool install` and pipx put it."""
    folder = stage.home / ".local" / "bin"
    folder.mkdir(parents=True)
    (folder / "mcp-promptlearn").symlink_to(Path(sys.executable).parent / "mcp-promptlearn")


@pytest.fixture(scope="module")
def session(kept: packages.Shelf, tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage]:
    """A home in which the program and the plugin are installed, a rule is known, and one session was held."""
    for stage in _opened(kept, tmp_path_factory.mktemp("plugin")):
        _install_program(stage)
        with stage.person() as desk:
            desk.run("add", RULE)
            desk.run("add", FILE_RULE, "--path", "fields.txt")
        stage.play(TASK, GET, Edit("fields.txt", "name\n", "name\nemail\n"), Shell(TESTS), REPORT)
        yield stage


@pytest.fixture
def plugged(kept: packages.Shelf, tmp_path: Path) -> Generator[Stage]:
    """A home of this test alone in which the plugin is installed, and the program is not."""
    yield from _opened(kept, tmp_path)


def test_claude_code_finds_no_fault_in_the_marketplace_and_the_plugin(session: Stage) -> None:
    for folder in (ROOT, ROOT / "plugins" / "promptlearn"):
        said = session.command(["claude", "plugin", "validate", str(folder), "--strict"]).out
        assert "✔ Validation passed" in said, said
    listed = session.command(["claude", "plugin", "details", NAME]).out
    for part in ("rules", "review", "consolidate", "SessionStart", "MCP servers (1)"):
        assert part in listed


def test_the_plugins_server_is_up_in_claude_codes_own_words(session: Stage) -> None:
    listed = session.command(["claude", "mcp", "list"]).out
    assert re.search(r"plugin:promptlearn:promptlearn: .*✔ Connected", listed), listed


def test_rules_arrive_once_by_the_plugin_and_the_session_is_recorded(session: Stage) -> None:
    first, *_, last = session.model.asked
    assert first.text.count(RULE) == 1
    assert last.text.count(FILE_RULE) == 1
    (held,) = session.sessions()
    assert (held.id, held.client) == (first.session, "claude-code")
    assert 1 in session.shown(held.id)
    (report,) = session.facts(Kind.REPORT)
    (run,) = session.facts(Kind.RUN)
    assert (report.session, run.session) == (held.id, held.id)
    assert (report.source.trust, run.source.trust) == (Trust.AGENT, Trust.MACHINE)
    assert session.faults() == []


def test_the_store_is_the_one_of_the_command_line_and_none_is_the_plugins(session: Stage) -> None:
    stores = {path.relative_to(session.home).as_posix() for path in session.home.rglob("promptlearn.db")}
    assert stores == {".local/share/promptlearn/promptlearn.db"}


def test_a_correction_is_heard_by_the_plugin(session: Stage) -> None:
    session.play(CORRECTION, Say("Understood."))
    assert [fact.source.identity for fact in session.facts(Kind.FEEDBACK)] == ["person"]


@pytest.mark.parametrize(
    ("command", "words"),
    [("rules", RULE), ("review", "sessions"), ("consolidate", "consolidated")],
)
def test_a_command_of_the_plugin_shows_the_agent_what_the_program_says(
    session: Stage, command: str, words: str
) -> None:
    ran = session.run(["claude", "-p", f"/promptlearn:{command}", "--output-format", "json"])
    (asked,) = (each for each in ran.asked if each.tools)
    shown = [turn.text for turn in asked.turns if turn.role == "user" and "mcp-promptlearn" in turn.text]
    assert any(words in text for text in shown), asked.text[-3000:]


def test_doctor_knows_the_plugin_and_setup_leaves_claude_code_to_it(session: Stage) -> None:
    with session.person() as desk:
        checks = {check["name"]: check for check in desk.facts("doctor")["checks"]}
    assert checks["claude-code plugin"]["good"], checks
    assert "clients" not in checks
    before = session.snapshot()
    with session.person() as desk:
        assert desk.code("setup", "--client", "claude-code", "--yes") == 1
        assert "switches our plugin on" in " ".join(desk.told)
    assert session.snapshot() == before


def test_without_the_program_hooks_are_silent_and_the_server_says_one_line(plugged: Stage) -> None:
    played = plugged.play(TASK, Say("Fine."))
    assert played.first.text.count("promptlearn is not installed") == 1  # Claude Code passes the server's line on
    assert not [name for name in played.first.tools if "promptlearn" in name]
    told = [json.loads(line) for line in played.out.splitlines()]
    assert [each for each in told if each.get("subtype") == "hook_response" and each.get("outcome") == "error"] == []
    listed = plugged.command(["claude", "mcp", "list"]).out
    (line,) = [line for line in listed.splitlines() if "promptlearn" in line]
    assert "mcp-promptlearn is not installed; install it (uv tool install mcp-promptlearn)" in line


def test_with_setup_and_plugin_both_nothing_arrives_twice_and_doctor_says_so(plugged: Stage) -> None:
    settings = plugged.home / ".claude" / "settings.json"
    alone = settings.read_bytes()
    settings.write_text("{}", encoding="utf-8")
    plugged.set_up()  # as if it had been first
    both = {**json.loads(settings.read_text(encoding="utf-8")), **json.loads(alone)}
    both["permissions"] = {"allow": ["mcp__promptlearn"]}
    settings.write_text(json.dumps(both), encoding="utf-8")
    _install_program(plugged)
    with plugged.person() as desk:
        desk.run("add", RULE)
    played = plugged.play(NEXT, Say("Fine."))
    assert played.first.text.count(RULE) == 1
    assert {name.rsplit("__", 1)[0] for name in played.first.tools if "promptlearn" in name} == {"mcp__promptlearn"}
    with plugged.person() as desk:
        assert desk.code("doctor", "--json") == 1
        checks = {check["name"]: check for check in json.loads("\n".join(desk.said))["checks"]}
    assert not checks["claude-code plugin"]["good"]
    assert "both in use" in checks["claude-code plugin"]["words"]


def test_after_its_removal_nothing_of_the_plugin_is_left_but_the_store(plugged: Stage) -> None:
    plugged.command(["claude", "plugin", "uninstall", NAME])
    shutil.rmtree(plugged.home / ".claude" / "plugins" / "cache", ignore_errors=True)
    played = plugged.play(TASK, Say("Fine."))
    assert not [name for name in played.first.tools if "promptlearn" in name]
    with plugged.person() as desk:
        assert "would write" in json.dumps(desk.facts("doctor")["checks"])
