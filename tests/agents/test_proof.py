"""Doctor's proofs: what works is timed, what does not is named with its fault."""

import sys
from pathlib import Path

import pytest

from mcp_server.agents import claude_code, proof, vscode
from mcp_server.agents.client import Client, Machine
from mcp_server.agents.known import CLIENTS
from mcp_server.settings import interpreter
from store import open_store

LAUNCHER = Path(__file__).resolve().parents[2] / "mcp_promptlearn.py"


def machine(*program: str) -> Machine:
    return Machine(sys.platform, str(Path.home()), {}, program or (sys.executable, "-E", "-P", str(LAUNCHER)))


def test_a_server_that_answers_is_timed() -> None:
    found = proof.server(machine())
    assert (found.name, found.fault) == ("server", "")
    assert found.seconds > 0


HOOKED = [client for client in CLIENTS if client.hooks is not None]


@pytest.mark.parametrize("client", HOOKED, ids=lambda client: client.name)
def test_every_hook_runs_as_its_client_would_run_it(client: Client, home: Path) -> None:
    found = proof.hooks(client, machine())
    assert client.hooks is not None
    assert tuple(each.name for each in found) == client.hooks.events
    assert [each.fault for each in found] == [""] * len(found)
    assert not home.exists(), "a proof touches nobody's store"


def test_no_coin_decides_whether_a_hook_works(tmp_path: Path) -> None:
    proof._prepare(tmp_path)  # pyright: ignore[reportPrivateUsage]
    store = open_store(tmp_path / "promptlearn.db")
    assert [rule.pinned for rule in store.rules("global")] == [True]
    store.close()


def test_a_client_without_hooks_has_nothing_to_prove() -> None:
    assert proof.hooks(vscode.CLIENT._replace(hooks=None), machine()) == []


@pytest.mark.parametrize(
    ("program", "fault"),
    [
        (("/does/not/exist",), "could not be started"),
        ((sys.executable, "-c", "raise SystemExit(3)"), "it ended with 3"),
        ((sys.executable, "-c", "print('hello')"), "it answered 'hello"),
        ((sys.executable, "-c", 'print(\'{"result": {"tools": []}}\')'), "it has 0 tools and not 3"),
    ],
)
def test_a_server_that_does_not_work_is_named_with_its_fault(program: tuple[str, ...], fault: str) -> None:
    assert fault in proof.server(machine(*program)).fault


def test_a_server_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "PATIENCE", 0.3)
    silent = (sys.executable, "-c", "import time; time.sleep(60)")
    assert "did not answer within 0.3 s" in proof.server(machine(*silent)).fault


def test_a_hook_that_says_nothing_is_named() -> None:
    found = proof.hooks(claude_code.CLIENT, machine(sys.executable, "-c", "pass"))
    assert found[0].fault == "no rule came through it"
    broken = proof.hooks(claude_code.CLIENT, machine(sys.executable, "-c", "raise SystemExit('gone')"))
    assert broken[0].fault == "it ended with 1: gone"


def test_the_program_is_started_so_that_no_folder_of_a_person_matters() -> None:
    assert interpreter()[1:] == ["-E", "-P", "-m", "mcp_promptlearn"]
