"""Programs that we start are ended whole, and on Windows in that system's way, played here."""

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from mcp_server.offspring import apart, end

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="how it is on POSIX")
def test_a_program_is_ended_with_all_that_it_started() -> None:
    running = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, **apart())
    assert running.stdout is not None
    assert int(running.stdout.readline()) > 0
    end(running.pid)
    # The child holds the pipe too: that it is closed says that both are gone.
    assert running.stdout.read() == b""
    running.stdout.close()
    assert running.wait(60) != 0


@pytest.mark.skipif(sys.platform == "win32", reason="how it is on POSIX")
def test_what_is_gone_already_is_no_trouble() -> None:
    running = subprocess.Popen([sys.executable, "-c", ""], **apart())
    assert running.wait(60) == 0
    end(running.pid)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that only Windows has, with its numbers."""
    monkeypatch.setattr("sys.platform", "win32")
    for name, number in {"NEW_PROCESS_GROUP": 0x200, "NO_WINDOW": 0x8000000}.items():
        monkeypatch.setattr(subprocess, f"CREATE_{name}", number, raising=False)
    monkeypatch.setattr(subprocess, "DETACHED_PROCESS", 0x8, raising=False)


@pytest.mark.usefixtures("windows")
def test_on_windows_a_group_of_its_own_comes_up_without_a_window() -> None:
    assert apart() == {"creationflags": 0x8000200}
    assert apart(outliving=True) == {"creationflags": 0x208}


class Process:
    """A process as psutil shows it: its children, and what ending it says."""

    def __init__(self, name: str, ended: list[str], *children: "Process", fault: bool = False) -> None:
        self.name, self.ended, self.below, self.fault = name, ended, children, fault

    def children(self, *, recursive: bool) -> list["Process"]:
        """All below it."""
        assert recursive
        return [*self.below]

    def kill(self) -> None:
        """End it, unless it went by itself a moment ago."""
        if self.fault:
            raise psutil.NoSuchProcess(1)
        self.ended.append(self.name)


def _plays(monkeypatch: pytest.MonkeyPatch, find: Callable[[int], Any]) -> None:
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(Process=find, Error=psutil.Error))


@pytest.mark.usefixtures("windows")
def test_on_windows_every_process_below_is_ended_and_one_that_went_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[str] = []
    leader = Process("gh", ended, Process("git", ended), Process("gone", ended, fault=True), Process("ssh", ended))
    _plays(monkeypatch, {7: leader}.__getitem__)
    end(7)
    assert ended == ["git", "ssh", "gh"]


@pytest.mark.usefixtures("windows")
def test_on_windows_a_program_that_is_gone_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(pid: int) -> Any:
        raise psutil.NoSuchProcess(pid)

    _plays(monkeypatch, nobody)
    end(7)
