"""Process ids above this one, without a library: how a hook and a server of one client find each other."""

import os
from pathlib import Path

GENERATIONS = 4


def parents(pid: int | None = None) -> tuple[int, ...]:
    """Ids of the parent processes, nearest first, as far as the system tells without help.

    Linux tells all of them; elsewhere it is the direct parent only. The first process of a system
    is everybody's parent and says nothing, so it is left out.
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
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        # The program's name stands in brackets and may hold anything, brackets included.
        return int(text.rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None
