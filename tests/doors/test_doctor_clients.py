"""doctor looks at every client that was set up: its files, its server, its hooks, and when they ran last."""

import json
import sys
from pathlib import Path

import pytest

from mcp_server.agents import proof
from mcp_server.agents.proof import Proof
from store.records import Heartbeat
from tests.doors.desk import Desk


@pytest.fixture
def ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Claude Code and Cursor, set up; the proofs themselves are proved elsewhere."""
    for folder in (".claude", ".cursor"):
        (Path.home() / folder).mkdir()
    monkeypatch.setattr(proof, "server", lambda _: Proof("server", 0.02, ""))
    monkeypatch.setattr(
        proof, "hooks", lambda client, _: [Proof("Stop", 0.03, "")] if client.name == "claude-code" else []
    )
    desk.run("setup", "--client", "claude-code", "--client", "cursor", "--yes")
    return desk


def checks(desk: Desk) -> dict[str, tuple[bool, str]]:
    desk.code("doctor", "--json")
    return {check["name"]: (check["good"], check["words"]) for check in json.loads("\n".join(desk.said))["checks"]}


def test_without_setup_it_says_how_to_begin(desk: Desk) -> None:
    assert checks(desk)["clients"] == (True, "none is set up; `mcp-promptlearn setup` shows what it would write")


def test_a_client_in_order_is_said_to_be(ready: Desk) -> None:
    found = checks(ready)
    assert found["write"] == (True, "a row was written and read back")
    assert found["server"] == (True, "answered in 20 ms")
    assert found["claude-code"][0]
    assert found["claude-code Stop"] == (True, "answered in 30 ms")
    assert found["claude-code sessions"] == (True, "no hook has run yet; begin a session, then look again")
    assert found["cursor"][0]
    assert "as documented; it was never run with the real program" in found["cursor"][1]


def test_when_each_hook_ran_last_and_what_went_wrong_is_shown(ready: Desk) -> None:
    ready.store.beat(Heartbeat("claude-code", "SessionStart", ready.clock(), "2 rules, 300 characters", "", 0.05))
    ready.store.beat(Heartbeat("claude-code", "Stop", ready.clock(), "", "BusyError: held", 0.25))
    found = checks(ready)
    assert found["claude-code SessionStart last"] == (True, "2026-01-01 00:00 UTC, 2 rules, 300 characters (50 ms)")
    assert found["claude-code Stop last"] == (False, "2026-01-01 00:00 UTC, BusyError: held (250 ms)")


def test_a_file_that_lost_our_part_is_named_with_the_cure(ready: Desk) -> None:
    settings = Path.home() / ".claude" / "settings.json"
    settings.write_text("{}", encoding="utf-8")
    good, words = checks(ready)["claude-code"]
    assert not good
    assert words == f"{settings} lacks our part or has an older one; run `mcp-promptlearn setup`"


def test_a_file_that_cannot_be_read_is_named(ready: Desk) -> None:
    (Path.home() / ".cursor" / "mcp.json").write_text("{ nonsense", encoding="utf-8")
    good, words = checks(ready)["cursor"]
    assert not good
    assert "mcp.json" in words


def test_a_server_or_hook_that_fails_is_named_with_the_cure(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "server", lambda _: Proof("server", 0.0, "it could not be started (gone)"))
    good, words = checks(ready)["server"]
    assert not good
    assert words.startswith("it could not be started (gone); run `mcp-promptlearn setup` again")


def test_a_damaged_record_of_setup_is_named(ready: Desk, home: Path) -> None:
    (home / "setup" / "manifest.json").write_text("[]", encoding="utf-8")
    good, words = checks(ready)["setup"]
    assert not good
    assert "manifest.json is damaged" in words


@pytest.mark.skipif(sys.platform == "win32", reason="a file in the folder's place")
def test_a_store_that_cannot_be_used_does_not_keep_the_rest_from_being_looked_at(ready: Desk, home: Path) -> None:
    for part in home.glob("promptlearn.db*"):
        part.unlink()
    (home / "promptlearn.db").mkdir()
    found = checks(ready)
    assert not found["store"][0]
    assert not found["write"][0]
    assert found["cursor"][0]


def test_the_plugin_alone_is_said_to_be_in_order(desk: Desk, tmp_path: Path) -> None:
    settings = plugged()
    program = tmp_path / "mcp-promptlearn"
    program.write_text("", encoding="utf-8")
    program.chmod(0o755)
    desk.environment = {**desk.environment, "PATH": str(tmp_path)}
    found = checks(desk)
    assert found["claude-code plugin"] == (True, f"{settings} switches it on, and it starts {program}")
    assert found["claude-code sessions"][0]
    assert "clients" not in found


def test_a_plugin_that_finds_no_program_is_named(desk: Desk, tmp_path: Path) -> None:
    plugged()
    desk.environment = {**desk.environment, "PATH": str(tmp_path)}
    good, words = checks(desk)["claude-code plugin"]
    assert not good
    assert words.endswith("it finds no mcp-promptlearn on PATH or in ~/.local/bin; put it there")


def test_plugin_and_setup_together_are_said_with_both_cures(ready: Desk) -> None:
    settings = Path.home() / ".claude" / "settings.json"
    settings.write_text(
        json.dumps({**json.loads(settings.read_text(encoding="utf-8")), **ON}),
        encoding="utf-8",
    )
    good, words = checks(ready)["claude-code plugin"]
    assert not good
    assert "are both in use, and the plugin keeps quiet" in words
    assert "`claude plugin uninstall promptlearn`" in words
    assert "`mcp-promptlearn uninstall --client claude-code`" in words


ON = {"enabledPlugins": {"promptlearn@mcp-promptlearn": True}}


def plugged() -> Path:
    """Our plugin, switched on for a person."""
    settings = Path.home() / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps(ON), encoding="utf-8")
    return settings
