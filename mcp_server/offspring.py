"""Start a program apart from what we run under, and end it with all that it started: each system has its own way.

Light: hooks ask git through it.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TypedDict


class Apart(TypedDict, total=False):
    """What `Popen` is told on the one system or the other."""

    start_new_session: bool
    creationflags: int


def apart(*, outliving: bool = False) -> Apart:
    """What to hand to `Popen`, so that `end` finds the whole of it; `outliving` for a program that is left alone."""
    if sys.platform == "win32":
        # Without a window that comes up in front of what a person does.
        alone = subprocess.DETACHED_PROCESS if outliving else subprocess.CREATE_NO_WINDOW
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | alone}
    return {"start_new_session": True}


def end(leader: int) -> None:
    """End a program that was started apart, with all that it started: they may hold a pipe that is read."""
    if sys.platform == "win32":
        import psutil

        with suppress(psutil.Error):
            first = psutil.Process(leader)
            for each in [*first.children(recursive=True), first]:
                with suppress(psutil.Error):
                    each.kill()
        return
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
