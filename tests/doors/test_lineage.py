"""A process knows its parents on every system."""

import os
import subprocess
import sys

import psutil
import pytest

from mcp_server.lineage import GENERATIONS, parents

BELOW = "import os, sys; from mcp_server.lineage import parents; print(os.getppid(), *parents())"


def test_the_nearest_parent_comes_first() -> None:
    done = subprocess.run([sys.executable, "-c", BELOW], capture_output=True, encoding="utf-8", check=True)
    direct, *found = map(int, done.stdout.split())
    assert found[0] == direct
    assert os.getpid() in found
    assert len(found) <= GENERATIONS
    assert 1 not in found


assert psutil.pids, "loaded before a test says that this is another system"


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_know_as_many(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = parents()
    monkeypatch.setattr("sys.platform", system)
    assert parents() == here


@pytest.mark.parametrize("system", ["linux", "win32"])
def test_a_parent_that_is_gone_ends_the_line(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(60)
    monkeypatch.setattr("sys.platform", system)
    assert parents(gone.pid) == (gone.pid,)
