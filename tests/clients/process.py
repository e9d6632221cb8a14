"""Run a client with a time limit, and leave nothing of it behind."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

LIMIT = 90.0
"""Seconds that one run of a client may take; the longest takes a tenth of it."""

LATE = 60.0
"""Seconds for what a run has begun in the background, as the consolidation after a session."""


class Ran(NamedTuple):
    """A process that ended."""

    code: int
    out: str
    err: str


class TooLongError(Exception):
    """A process was ended for its time; the message holds what it printed."""


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    typed: str | None = None,
    limit: float = LIMIT,
) -> Ran:
    """Run a command in a session of its own, and end all of it with it. Raises `TooLongError`."""
    running = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL if typed is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        out, err = running.communicate(typed, timeout=limit)
    except subprocess.TimeoutExpired:
        _end_group(running.pid)
        out, err = running.communicate()
        raise TooLongError(f"{command[0]} ran longer than {limit:.0f} s: {out[-2000:]}\n{err[-2000:]}") from None
    finally:
        _end_group(running.pid)
    return Ran(running.returncode, out, err)


def _end_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def settle(home: Path) -> list[str]:
    """Wait for what runs in the background of a home, end what does not end, and say what that was.

    A home is a test's own, so nothing else is found by it.
    """
    late = [process for process in psutil.process_iter() if _home(process) == str(home)]
    _, left = psutil.wait_procs(late, timeout=LATE)
    names: list[str] = []
    for process in left:
        with suppress(psutil.Error):
            names.append(" ".join(process.cmdline())[:200])
            process.kill()
    return names


def _home(process: psutil.Process) -> str:
    with suppress(psutil.Error, OSError):
        return process.environ().get("HOME", "")
    return ""
