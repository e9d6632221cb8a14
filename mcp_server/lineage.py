"""Process ids above this one: how a hook and a server of one client find each other."""

import os
import sys
from pathlib import Path

GENERATIONS = 4


def parents(pid: int | None = None) -> tuple[int, ...]:
    """Ids of the parent processes, nearest first.

    The first process of a system is everybody's parent and says nothing, so it is left out.
    """
    found: list[int] = []
    current = os.getppid() if pid is None else pid
    while current > 1 and len(found) < GENERATIONS:
        found.append(current)
        above = _parent(current)
        if above is None:
            break
        current = above
    return tuple(found)


def _parent(pid: int) -> int | None:
    return _by_file(pid) if sys.platform == "linux" else _by_library(pid)


def _by_file(pid: int) -> int | None:
    """On Linux, without a library: a hook has no time for one."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        # The program's name stands in brackets and may hold anything, brackets included.
        return int(text.rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def _by_library(pid: int) -> int | None:
    """Elsewhere: on Windows a shell stands between a client and its hook, and the direct parent is that."""
    import psutil

    try:
        return psutil.Process(pid).ppid()
    except (psutil.Error, OSError):
        return None
